"""Every captured FortiGate answer becomes facts, or is listed with the reason why no card asks it.

Where ntc-templates carries expected rows beside a sample, ours agree in the fields both have.
"""

import os
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest
import yaml

from tests.fixtures.shipped import asking, content
from xunjian.collect import collect
from xunjian.facts.model import Fact, FactTable
from xunjian.inventory.model import ChannelSettings, Device
from xunjian.tasks.model import Task
from xunjian.testing.replay import Canned, CannedAnswer, drive

CORPUS = Path(
    os.environ.get("XUNJIAN_CORPUS") or Path(__file__).parents[2].parent / "shared" / "corpus"
)
PLATFORM = "fortinet"
AT = datetime.fromisoformat("2026-11-21T10:00:00+08:00")

# folder of the corpus -> why no card asks for it
NOT_ASKED = {
    "diagnose_sys_top": "an endless display that ends with a key; the load is in performance status",
    "execute_date": "no zone is printed: an offset cannot be told from it (REST gives seconds)",
    "execute_dhcp_lease-list": "leases are no inspection item",
    "execute_log_display": "shows the traffic log unless a filter is set in the session first",
    "execute_ping": "an active probe from the device, refused by the read-only rules",
    "execute_time": "no zone is printed: an offset cannot be told from it (REST gives seconds)",
    "execute_traceroute": "an active probe from the device, refused by the read-only rules",
    "fnsysctl_ifconfig": "a hidden command for the vendor's support",
    "get_hardware_nic": "one port at a time; the list of names alone holds no state",
    "get_router_info_ospf_status": "routing protocols are no item of this round",
    "get_router_info_routing-table_all": "routing tables are no item of this round",
    "get_system_arp": "address tables are no inspection item",
    "get_system_interface": "administrative state and address; the link is in `physical`",
}
# sample -> fact -> rows, as counted by eye
ROWS = {
    "fortinet_get_system_interface_physical_6.0": {"Interface": 22},
    "fortinet_get_system_interface_physical_6.2": {"Interface": 23},
    "fortinet_get_system_interface_physical_7.4": {"Interface": 6},
    "fortinet_get_system_status_7.4.8": {"Identity": 1, "License": 3},
    # the databases of the factory image are left out
    "fortinet_get_system_status_7.0_eval": {"Identity": 1, "License": 0},
    "fortinet_get_system_ha_status_6.4": {"HaState": 1},
    "fortinet_get_system_ha_status_6.0_noha": {"HaState": 1},
}


def read(path: Path, task: Task) -> FactTable:
    _, platforms, templates = content()
    answers = {command_of(path): CannedAnswer(raw=path.read_bytes())}
    device = Device(
        name="corpus", kind="firewall", platform=PLATFORM, channels={"cli": ChannelSettings()}
    )
    steps = collect(device, (task,), platforms.get(PLATFORM), templates=templates)
    return drive(steps, Canned(device="corpus", answers=answers, at=AT))[0]


def command_of(path: Path) -> str:
    return path.parent.name.replace("_", " ")


@pytest.fixture(scope="module")
def samples() -> tuple[Path, ...]:
    root = CORPUS / "cli" / PLATFORM
    if not root.is_dir():
        pytest.skip(f"no corpus at {CORPUS.name}: set XUNJIAN_CORPUS")
    return tuple(sorted(root.rglob("*.raw")))


def test_every_sample_is_read_or_its_command_is_not_asked(samples: tuple[Path, ...]) -> None:
    asked = [path for path in samples if path.parent.name not in NOT_ASKED]
    assert len(asked) == 12
    problems = []
    for path in asked:
        for task in asking(PLATFORM)[command_of(path)]:
            table = read(path, task)
            problems += [f"{path.stem} by {task.name}: {p}" for p in table.problems]
            problems += [
                f"{path.stem} by {task.name}: {step.reason}"
                for step in table.steps
                if step.state.value == "unparsed"
            ]
    assert problems == []


def test_list_of_what_is_not_asked_is_kept_short(samples: tuple[Path, ...]) -> None:
    folders = {path.parent.name for path in samples}
    assert set(NOT_ASKED) <= folders
    assert not {name.replace("_", " ") for name in NOT_ASKED} & set(asking(PLATFORM))


def test_rows_are_as_many_as_the_eye_counts(samples: tuple[Path, ...]) -> None:
    by_name = {path.stem: path for path in samples}
    for name, expected in ROWS.items():
        tables = [read(by_name[name], task) for task in asking(PLATFORM)[command_of(by_name[name])]]
        for fact, rows in expected.items():
            assert max(len(table.of(fact)) for table in tables) == rows, f"{name}: {fact}"


def test_identity_agrees_with_the_public_template(samples: tuple[Path, ...]) -> None:
    (task,) = content()[0].named("identity", "firewall")
    compared = 0
    for path in (p for p in samples if p.parent.name == "get_system_status"):
        (theirs,) = expected(path)
        mine = only(read(path, task), "Identity")
        compared += 1
        assert (mine["serial"], mine["sysname"]) == (theirs["serial_number"], theirs["hostname"])
        release, build = str(mine["version"]).split(" build")
        assert theirs["version"].startswith(f"{mine['model']} {release},build")
        assert re.search(rf",build0*{build},", theirs["version"])
    assert compared == 5


def test_cluster_agrees_with_the_public_template(samples: tuple[Path, ...]) -> None:
    (task,) = content()[0].named("ha", "firewall")
    for path in (p for p in samples if p.parent.name == "get_system_ha_status"):
        (theirs,) = expected(path)
        mine = only(read(path, task), "HaState")
        assert mine["mode"] == theirs["ha_mode"].lower()
        names = [theirs.get(f"ha_{word}_unit_name") for word in ("master", "slave")]
        assert mine["members"] == len([name for name in names if name])


def test_ports_agree_with_the_public_template(samples: tuple[Path, ...]) -> None:
    (task,) = content()[0].named("interfaces", "firewall")
    compared = 0
    for path in (p for p in samples if p.parent.name == "get_system_interface_physical"):
        mine = {
            str(row.fact.values()["port"]): row.fact for row in read(path, task).of("Interface")
        }
        for theirs in expected(path):
            values = mine[theirs["name"]].values()
            compared += 1
            assert values["oper"] == theirs["status"]
            wanted = float(theirs["speed"]) if theirs["speed"].isdigit() else None
            assert values["speed_mbps"] == wanted
    assert compared == 51


def expected(path: Path) -> list[dict[str, str]]:
    loaded = yaml.safe_load(path.with_suffix(".yml").read_text("utf-8"))
    rows: list[dict[str, str]] = loaded["parsed_sample"]
    return rows


def only(table: FactTable, name: str) -> Mapping[str, object]:
    (row,) = table.of(name)
    fact: Fact = row.fact
    return fact.values()
