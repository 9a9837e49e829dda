import gc
from datetime import date
from pathlib import Path

import pytest

from xunjian.errors import ContentError, UsageError
from xunjian.inventory import Inventory, load_inventory
from xunjian.language import Language
from xunjian.secrets import SecretRef, SecretSource

SITES = """\
sites:
  zj: {title: {zh: 浙江, en: Zhejiang}, level: province, flood_zone: south}
  hz: {title: 杭州, level: city, parent: zj, distance_km: 12.5, limits: {env.t: {warning: 40}}}
rooms:
  core: {title: 核心, site: hz, class: core, party: op}
  hall: {site: hz, class: venue}
parties: {op: 运维, int: {title: 集成, phone: "0571"}}
systems: {water: 水利, gov: {title: {zh: 政务, en: Government}}}
circuits:
  c1: {number: "001", a_site: zj, b_site: hz, segments: [{name: 干线, party: op}]}
kinds: [drone]
"""
GROUPS = """\
sw: {platform: huawei, groups: [base], data: {kind: switch, vars: {a: 1, b: 1}}}
base:
  port: 2222
  data: {role: access, vars: {b: 2, c: 2}, limits: {env.t: {critical: 60}, x.y: {warning: 1}}}
  connection_options:
    snmp: {port: 1161, extras: {version: 2c, community: {env: COMMUNITY}}}
"""
DEFAULTS = """\
username: reader
password: {env: PASSWORD, rotated_on: 2026-02-03}
data: {party: op, systems: [water], limits: {x.y: {warning: 9, critical: 9}}}
"""
PLATFORMS = {"huawei_vrp": "huawei_vrp", "huawei": "huawei_vrp"}


def write(root: Path, **files: str) -> Path:
    folder = root / "inventory"
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.yml").write_text(text, "utf-8")
    return folder


def load(root: Path, hosts: str, **files: str) -> Inventory:
    given = {"sites": SITES, "groups": GROUPS, "defaults": DEFAULTS} | files
    return load_inventory(write(root, hosts=hosts, **given), platform_names=PLATFORMS)


def mistakes(root: Path, hosts: str, **files: str) -> list[str]:
    with pytest.raises(ContentError) as caught:
        load(root, hosts, **files)
    return [problem.to(Language.EN) for problem in caught.value.problems]


def test_a_device_inherits_as_in_nornir(tmp_path: Path) -> None:
    hosts = (
        "a:\n  hostname: 127.0.0.1\n  groups: [sw]\n  port: 22\n"
        "  data: {room: core, vars: {a: 0}, limits: {env.t: {critical: 70}}}\n"
    )
    device = load(tmp_path, hosts).devices["a"]
    assert device.platform == "huawei_vrp"
    assert device.groups == ("sw", "base")
    assert (device.kind, device.role, device.party) == ("switch", "access", "op")
    assert device.systems == ("water",)
    assert device.vars == {"a": 0, "b": 1, "c": 2}
    assert device.limits == {"env.t": {"critical": 70}}
    assert device.group_limits == {
        "env.t": {"critical": 60, "warning": 40},
        "x.y": {"warning": 1, "critical": 9},
    }
    assert device.room is not None
    assert device.site is not None
    assert (device.room.name, device.site.name) == ("core", "hz")
    base = device.channel("cli")
    assert (base.hostname, base.port, base.username) == ("127.0.0.1", 22, "reader")
    assert base.password == SecretRef(
        source=SecretSource.ENV, name="PASSWORD", rotated_on=date(2026, 2, 3)
    )
    snmp = device.channel("snmp")
    assert (snmp.hostname, snmp.port) == ("127.0.0.1", 1161)
    assert snmp.options["community"] == SecretRef(source=SecretSource.ENV, name="COMMUNITY")
    assert snmp.options["version"] == "2c"


def test_own_connection_options_go_before_the_groups_field_by_field(tmp_path: Path) -> None:
    hosts = (
        "a:\n  hostname: 127.0.0.1\n  groups: [sw]\n"
        "  connection_options: {snmp: {hostname: 127.0.0.9}, napalm: {platform: mock,"
        " extras: {optional_args: {path: x}, token: {env: T}}}}\n"
    )
    device = load(tmp_path, hosts).devices["a"]
    snmp, napalm = device.channel("snmp"), device.channel("napalm")
    assert (snmp.hostname, snmp.port, "community" in snmp.options) == ("127.0.0.9", 1161, True)
    assert napalm.platform == "mock"
    assert napalm.extras == {
        "optional_args": {"path": "x"},
        "token": SecretRef(source=SecretSource.ENV, name="T"),
    }


def test_everything_around_the_devices_is_read(tmp_path: Path) -> None:
    inventory = load(tmp_path, "a: {data: {kind: drone, site: hz}}\n")
    assert inventory.sites["zj"].title.en == "Zhejiang"
    assert (inventory.sites["hz"].parent, inventory.sites["hz"].distance_km) == ("zj", 12.5)
    assert inventory.rooms["core"].room_class == "core"
    assert str(inventory.rooms["hall"].title) == "hall"
    assert str(inventory.parties["op"].title) == "运维"
    assert inventory.parties["int"].phone == "0571"
    assert inventory.systems["gov"].title.en == "Government"
    assert inventory.circuits["c1"].segments[0].party == "op"
    assert inventory.groups == ("sw", "base")
    assert {"drone", "switch"} <= inventory.kinds
    device = inventory.devices["a"]
    assert (device.address, device.platform, device.kind) == (None, None, "drone")
    assert device.site is inventory.sites["hz"]


def test_feeds_are_any_of_a_list_and_all_of_a_mapping(tmp_path: Path) -> None:
    hosts = (
        "a: {data: {kind: switch, uplink: [b, c], power: {all: [b, c], any: [d]}}}\n"
        "b: {data: {kind: switch, aaa: tacacs1}}\nc: {data: {kind: switch, via: b}}\n"
        "d: {data: {kind: ups}}\n"
    )
    inventory = load(tmp_path, hosts)
    device = inventory.devices["a"]
    assert (inventory.devices["b"].aaa, device.aaa) == ("tacacs1", None)
    assert (device.uplink, device.uplink_all) == (("b", "c"), ())
    assert (device.power, device.power_all) == (("d",), ("b", "c"))
    assert inventory.devices["c"].via == "b"
    assert list(inventory.devices) == ["a", "b", "c", "d"]


def test_hosts_alone_are_enough(tmp_path: Path) -> None:
    folder = write(
        tmp_path, hosts="a: {hostname: 127.0.0.1, platform: anything, data: {kind: ups}}\n"
    )
    assert load_inventory(folder).devices["a"].platform == "anything"


def test_an_inventory_may_say_that_it_is_empty(tmp_path: Path) -> None:
    assert load(tmp_path, "{}\n").devices == {}


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        ("a: {groups: [swi]}\n", "hosts.yml:1:a.groups.0: no such group: swi (did you mean sw?)"),
        ("a: {groups: [sw], platform: huawey}\n", "hosts.yml:1:a.platform: no such platform: huawey (did you mean huawei?)"),
        ("a: {data: {kind: switsh}}\n", "hosts.yml:1:a.data.kind: no such kind of device: switsh (did you mean switch?)"),
        ("a:\n  groups: [sw]\n  data:\n    room: cor\n", "hosts.yml:4:a.data.room: no such room: cor (did you mean core?)"),
        ("a: {groups: [sw], data: {site: hzz}}\n", "hosts.yml:1:a.data.site: no such site: hzz (did you mean hz?)"),
        ("a: {groups: [sw], data: {party: opp}}\n", "hosts.yml:1:a.data.party: no such party: opp (did you mean op?)"),
        ("a: {groups: [sw], data: {systems: [watr]}}\n", "hosts.yml:1:a.data.systems.0: no such system: watr (did you mean water?)"),
        ("a1: {groups: [sw], data: {uplink: [a2]}}\n", "hosts.yml:1:a1.data.uplink.0: no such device: a2 (known: a1)"),
        ("a: {groups: [sw], data: {power: {all: [zz]}}}\n", "hosts.yml:1:a.data.power.all.0: no such device: zz (known: a)"),
        ("a: {groups: [sw], data: {via: zz}}\n", "hosts.yml:1:a.data.via: no such device: zz (known: a)"),
        ("a1: {groups: [sw], data: {expected: {points: [a2/GE0/0/1]}}}\n", "hosts.yml:1:a1.data.expected.points.0: no such device: a2 (known: a1)"),
        ("a: {groups: [sw], data: {expected: {points: [a]}}}\n", "hosts.yml:1:a.data.expected.points.0: write device/port or device/test"),
        ("a: {groups: [sw], data: {uplink: [a]}}\n", "hosts.yml:1:a.data.uplink.0: a device cannot feed itself"),
        ("a: {groups: [sw], data: {via: a}}\n", "hosts.yml:1:a.data.via: the references form a loop: a"),
        ("a: {groups: [sw], data: {room: core, site: zj}}\n", "hosts.yml:1:a.data.site: the room is at another site: hz"),
        ("a: {groups: [sw], port: 65536}\n", "hosts.yml:1:a.port: must be at most 65535, got: 65536"),
        ("a: {groups: [sw], port: 0}\n", "hosts.yml:1:a.port: must be at least 1, got: 0"),
        ("a: {groups: [sw], hostname: 'http://x/y'}\n", "hosts.yml:1:a.hostname: expected a host name or IP address only"),
        ("a: {groups: [sw], hostnam: x}\n", "hosts.yml:1:a.hostnam: unknown key (did you mean hostname?)"),
        ("a: {groups: [sw], data: {labell: x}}\n", "hosts.yml:1:a.data.labell: unknown key (did you mean label?)"),
        ("a: {groups: [sw], data: {label: 12}}\n", "hosts.yml:1:a.data.label: expected a text or a mapping, got: 12"),
        ("a: {groups: [sw], data: {uplink: {al: []}}}\n", "hosts.yml:1:a.data.uplink.al: unknown key (did you mean all?)"),
        ("a: {groups: [sw], connection_options: {snpm: {}}}\n", "hosts.yml:1:a.connection_options.snpm: unknown channel (did you mean snmp?)"),
        ("a: {groups: [sw], connection_options: {cli: {extras: {telnt: true}}}}\n", "hosts.yml:1:a.connection_options.cli.extras.telnt: unknown key (did you mean telnet?)"),
        ("a: {data: {label: x}}\n", "hosts.yml:1:a: no kind is given (write data.kind, here or in a group of it)"),
        ("a:\n", "hosts.yml:1:a: no kind is given (write data.kind, here or in a group of it)"),
        ("a: 3\n", "hosts.yml:1:a: expected a mapping, got: 3"),
        ("a/b: {groups: [sw]}\n", "hosts.yml:1:a/b: a name consists of letters, digits and . _ - and starts with a letter or digit"),
        ("a: {groups: [sw]}\na: {groups: [sw]}\n", "hosts.yml:2:a: the same key twice"),
        ("- a\n", "hosts.yml:1: expected a mapping"),
        ("# nothing\n", "hosts.yml:1: the file is empty (write {} if there are none)"),
        ("", "hosts.yml:1: the file is empty (write {} if there are none)"),
        ("a:\n\tb: 1\n", "hosts.yml:2: a tab in the indentation (indent with spaces)"),
    ],
)  # fmt: skip
def test_a_mistake_in_hosts(tmp_path: Path, hosts: str, expected: str) -> None:
    assert mistakes(tmp_path, hosts) == [f"inventory/{expected}"]


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ("sw: {groups: [b]}\nb: {groups: [sw]}\n", ["groups.yml:1:sw.groups: the references form a loop: sw", "groups.yml:2:b.groups: the references form a loop: b"]),
        ("sw: {groups: [sw]}\n", ["groups.yml:1:sw.groups: the references form a loop: sw"]),
        ("sw: {data: {kind: switsh}}\n", ["groups.yml:1:sw.data.kind: no such kind of device: switsh (did you mean switch?)"]),
        ("sw: {usrname: x}\n", ["groups.yml:1:sw.usrname: unknown key (did you mean username?)"]),
    ],
)  # fmt: skip
def test_a_mistake_in_groups(tmp_path: Path, groups: str, expected: list[str]) -> None:
    hosts = "a: {groups: [sw], data: {kind: switch}}\n"
    assert mistakes(tmp_path, hosts, groups=groups) == [f"inventory/{line}" for line in expected]


@pytest.mark.parametrize(
    ("sites", "expected"),
    [
        ("sites:\n  a: {level: city, parent: b}\n  b: {level: city, parent: a}\n", ["3:sites.b.parent: the parent must be of a higher level", "3:sites.b.parent: the references form a loop: b", "2:sites.a.parent: the parent must be of a higher level", "2:sites.a.parent: the references form a loop: a"]),
        ("sites:\n  a: {level: city, parent: b}\n", ["2:sites.a.parent: no such site: b (known: a)"]),
        ("sites: {a: {level: town}}\n", ["1:sites.a.level: expected one of: province, city, county, township, got: 'town'"]),
        ("sites: {a: {level: city, distance_km: -1}}\n", ["1:sites.a.distance_km: must be at least 0, got: -1"]),
        ("rooms: {r: {site: a, class: core}}\n", ["1:rooms.r.site: no such site: a"]),
        ("sites: {a: {level: city}}\nrooms:\n  r: {site: a, class: core}\n  r: {site: a, class: edge}\n", ["4:rooms.r: the same key twice"]),
        ("sites: {a: {level: city}}\nrooms: {r: {site: a}}\n", ["2:rooms.r.class: a required key is missing"]),
        ("sites: {a: }\n", ["1:sites.a: nothing is said of it"]),
        ("roms: {}\n", ["1:roms: unknown key (did you mean rooms?)"]),
        ("kinds: [3]\n", ["1:kinds: expected a list of names"]),
        ("circuits: {c: {a_site: x, segments: [{name: s, party: y}]}}\n", ["1:circuits.c.a_site: no such site: x", "1:circuits.c.segments.0.party: no such party: y"]),
    ],
)  # fmt: skip
def test_a_mistake_in_sites(tmp_path: Path, sites: str, expected: list[str]) -> None:
    found = mistakes(tmp_path, "a: {data: {kind: ups}}\n", sites=sites, groups="", defaults="")
    assert sorted(found) == sorted(f"inventory/sites.yml:{line}" for line in expected)


def test_schema_errors_hide_no_reference_errors(tmp_path: Path) -> None:
    hosts = (
        "a: {port: x, groups: [nope], data: {room: nope, colour: red}}\n"
        "b: {groups: [sw], data: {room: cor}}\n"
        "c: [1]\n"
    )
    found = mistakes(tmp_path, hosts, sites=SITES.replace("class: venue", "class: venu"))
    where = [line.split(": ")[0] for line in found]
    assert where == [
        "inventory/hosts.yml:1:a.data.colour",
        "inventory/hosts.yml:1:a.data.room",
        "inventory/hosts.yml:1:a.groups.0",
        "inventory/hosts.yml:1:a.port",
        "inventory/hosts.yml:2:b.data.room",
        "inventory/hosts.yml:3:c",
        "inventory/sites.yml:6:rooms.hall.class",
    ]


def test_a_file_that_cannot_be_read_makes_no_false_reference_errors(tmp_path: Path) -> None:
    hosts = "a: {groups: [sw], data: {room: core}}\nb: {groups: [sw], data: {via: nobody}}\n"
    found = mistakes(tmp_path, hosts, groups="sw: [\n", sites="sites: {\n")
    assert [line.split(":")[0] for line in found] == [
        "inventory/groups.yml", "inventory/hosts.yml", "inventory/sites.yml",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "slot",
    [
        "password: hunter2!",
        "password: [hunter2!]",
        "password: {env: A, keyring: hunter2!}",
        "password: {plain: hunter2!}",
        "connection_options: {snmp: {extras: {community: hunter2!}}}",
        "connection_options: {snmp: {extras: {auth_key: hunter2!}}}",
        "connection_options: {cli: {extras: {enable_secret: hunter2!}}}",
        "connection_options: {http: {extras: {token: hunter2!}}}",
        "connection_options: {cli: {extras: {key_passphrase: hunter2!}}}",
        "connection_options: {netmiko: {extras: {secret: hunter2!}}}",
        "connection_options: {napalm: {extras: {optional_args: {secret: hunter2!}}}}",
    ],
)
def test_a_secret_in_plain_text_is_refused_and_not_repeated(tmp_path: Path, slot: str) -> None:
    (found,) = mistakes(tmp_path, f"a:\n  groups: [sw]\n  {slot}\n")
    assert found.startswith("inventory/hosts.yml:3:a.")
    assert "hunter2" not in found


@pytest.mark.parametrize(
    "ref", ["{env: ''}", "{age: file}", "{env: A, rotated_on: soon}", "{env: 3}", "{}"]
)
def test_a_reference_must_be_whole(tmp_path: Path, ref: str) -> None:
    (found,) = mistakes(tmp_path, f"a: {{groups: [sw], password: {ref}}}\n")
    assert found.startswith("inventory/hosts.yml:1:a.password: ")


@pytest.mark.parametrize(("raw", "word"), [("gbk", "GBK"), ("utf-16", "UTF-16")])
def test_a_wrong_encoding_is_a_content_error(tmp_path: Path, raw: str, word: str) -> None:
    folder = write(tmp_path)
    (folder / "hosts.yml").write_bytes("a: {data: {kind: ups, label: 机房}}\n".encode(raw))
    with pytest.raises(ContentError) as caught:
        load_inventory(folder)
    assert word in caught.value.problems[0].to(Language.EN)


def test_a_workspace_without_inventory_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"hosts\.yml"):
        load_inventory(tmp_path / "inventory")
    folder = write(tmp_path)
    (folder / "hosts.yaml").write_text("a: {}\n")
    with pytest.raises(UsageError) as caught:
        load_inventory(folder)
    assert caught.value.hint.en == "the file must be called hosts.yml"


def test_limits_are_held_against_the_checks_there_are(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        hosts="a: {data: {kind: ups, limits: {battery.runtme: {warning: 1}}}}\n",
        sites="sites: {s: {level: city, limits: {nothing.here: {warning: 1}}}}\n",
    )
    with pytest.raises(ContentError) as caught:
        load_inventory(folder, check_ids=["battery.runtime", "battery.charge"])
    assert [(p.file, p.key) for p in caught.value.problems] == [
        ("inventory/hosts.yml", "a.data.limits.battery.runtme"),
        ("inventory/sites.yml", "sites.s.limits.nothing.here"),
    ]
    assert "did you mean battery.runtime?" in caught.value.problems[0].hint.en


def test_the_collector_is_as_it_was_after_loading_and_after_failing(tmp_path: Path) -> None:
    assert gc.isenabled()
    load(tmp_path, "{}\n")
    assert gc.isenabled()
    mistakes(tmp_path, "- x\n")
    assert gc.isenabled()
