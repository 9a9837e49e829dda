"""Packs of a Linux host's parts, against the text of the real programs: nft, iptables, cron, netplan."""

from pathlib import Path

import pytest

from tests.fixtures.config_packs import shipped
from tests.real.conftest import need
from tests.real.test_real_frr import need_root, run
from xunjian.config.apply import apply, meaning
from xunjian.config.clean import clean
from xunjian.config.compare import compare
from xunjian.config.model import ConfigDiff, TrustState
from xunjian.config.pack import Pack
from xunjian.config.pipeline import diff_texts
from xunjian.config.redact import redact
from xunjian.config.tree import parse

KEY = b"k" * 32
ELEMENTS = ", ".join(f"192.0.2.{n}" for n in range(1, 80, 2))
SSH, SIP, LO = (
    'tcp dport 22 limit rate 10/minute counter log prefix "ssh: " accept',
    "ip saddr @video udp dport { 5060, 10000-20000 } counter accept",
    'iifname "lo" counter accept comment "loop { back }"',
)


def nft(*rules: str, elements: str = ELEMENTS, policy: str = "drop") -> str:
    """A rule set as it is written."""
    lines = "\n".join(("ct state established,related accept", *rules))
    return (
        f"table inet filter {{\nset video {{\ntype ipv4_addr\nelements = {{ {elements} }}\n}}\n"
        f"map v {{\ntype inet_service : verdict\nelements = {{ 80 : accept, 23 : drop }}\n}}\n"
        f"chain input {{\ntype filter hook input priority 0; policy {policy};\n{lines}\n}}\n}}\n"
        'table ip nat {\nchain post {\ntype nat hook postrouting priority 100;\noifname "eth0" masquerade\n}\n}\n'
    )


def listed(folder: Path, rules: str, *, traffic: bool = False) -> bytes:
    """What `nft list ruleset` says of it in a network of its own."""
    need_root()
    file = folder / "rules.nft"
    file.write_text(rules, "utf-8")
    pings = "ip link set lo up; ping -qc2 -i0.2 127.0.0.1 >&2;" if traffic else ""
    script = f"{need('nft')} -f '{file}'; {pings} nft list ruleset"
    return run(need("unshare"), "-n", "sh", "-ec", script).encode()


def difference(pack: Pack, old: bytes, new: bytes) -> ConfigDiff:
    """The difference; applied to the old it is held to give the new."""
    trees = [parse(redact(clean(raw, pack), pack, KEY), pack) for raw in (old, new)]
    assert [tree.unparsed for tree in trees] == [0, 0]
    changes = compare(trees[0], trees[1], pack).changes
    assert meaning(apply(changes, trees[0]), pack) == meaning(trees[1], pack)
    return diff_texts(old, new, pack, key=KEY)


def found(diff: ConfigDiff) -> list[tuple[str, str]]:
    assert diff.trust.state is TrustState.TRUSTED, diff.trust
    return [(change.kind.value, change.risk.value) for change in diff.changes]


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (nft(LO, SSH, SIP), []),
        (nft(SSH, SIP, LO), [("moved", "high")]),
        (nft(LO, SSH, "tcp dport 23 drop", SIP), [("added", "high")]),
        (nft(LO, SIP), [("removed", "high")]),
        (nft(LO, SSH, SIP, policy="accept"), [("changed", "critical")]),
        (nft(LO, SSH, SIP, elements=f"{ELEMENTS}, 192.0.2.200"), [("changed", "high")]),
        (nft(LO, SSH, SIP, elements=", ".join(reversed(ELEMENTS.split(", ")))), []),
    ],
    ids=["traffic", "moved", "added", "removed", "policy", "element", "order of a set"],
)
def test_nftables(tmp_path: Path, new: str, expected: list[tuple[str, str]]) -> None:
    pack = shipped("linux_nft")
    old = listed(tmp_path, nft(LO, SSH, SIP))
    counted = listed(tmp_path, new, traffic=True)
    assert b"packets 0 bytes 0" in old
    assert b'iifname "lo" counter packets 0' not in counted
    assert found(difference(pack, old, counted)) == expected
    cut = counted.splitlines(keepends=True)[:-3]
    assert clean(b"".join(cut), pack).trust.state is TrustState.INCOMPLETE


IPT = (
    "-A INPUT -p tcp --dport 22 -j ACCEPT",
    '-A INPUT -s 192.0.2.0/24 -m comment --comment "video net" -j DROP',
    "-A INPUT -i lo -j ACCEPT",
)


@pytest.mark.parametrize(
    ("rules", "policy", "expected"),
    [
        (IPT, "DROP", []),
        ((IPT[2], IPT[0], IPT[1]), "DROP", [("moved", "high")]),
        (IPT[1:], "DROP", [("removed", "high")]),
        (IPT, "ACCEPT", [("changed", "critical")]),
    ],
    ids=["traffic", "moved", "removed", "policy"],
)
def test_iptables(rules: tuple[str, ...], policy: str, expected: list[tuple[str, str]]) -> None:
    need_root()
    program, save = need("iptables"), need("iptables-save")

    def saved(rules: tuple[str, ...], policy: str, *, traffic: bool) -> bytes:
        lines = [f"{program} -P FORWARD {policy}", *(f"{program} {rule}" for rule in rules)]
        lines += ["ip link set lo up", "ping -qc2 -i0.2 127.0.0.1 >&2"] if traffic else []
        return run(need("unshare"), "-n", "sh", "-ec", "; ".join([*lines, save])).encode()

    old, new = saved(IPT, "DROP", traffic=False), saved(rules, policy, traffic=True)
    assert found(difference(shipped("linux_iptables"), old, new)) == expected


def test_cron(tmp_path: Path) -> None:
    """The crontab that Debian installs, and a user's as `crontab -l` gives it."""
    need_root()
    program, pack = need("crontab"), shipped("linux_crontab")
    system = Path("/etc/crontab").read_bytes()
    job = b"5 4\t* * *\troot\tPGPASSWORD=Kanari7Vogel pg_dump --password=Kanari8Vogel db\n"
    diff = difference(pack, system, system + job)
    assert found(diff) == [("added", "high")]
    assert "Kanari" not in repr(diff)
    assert found(difference(pack, system, system.replace(b"# Example", b"# An example"))) == []

    listing = [program, "-u", "games"]
    given = (
        "# DO NOT EDIT\nMAILTO=ops@localhost\n"
        "*/5 * * * * curl -u ops:Kanari9 https://192.0.2.9/\n@reboot /bin/true\n"
    )
    file = tmp_path / "crontab"
    file.write_text(given, "utf-8")
    try:
        run("sh", "-c", f"{program} -u games - <'{file}'")
        said = run(*listing, "-l").encode()
        assert said.decode() == given
        later = said.replace(b"*/5", b"*/15")
        diff = difference(pack, said, later)
        assert [change.kind.value for change in diff.changes] == ["added", "removed"]
        assert "Kanari" not in repr(diff)
        swapped = said.replace(b"MAILTO", b"LANG=C\nMAILTO")
        assert [kind for kind, _ in found(difference(pack, said, swapped))] == ["added"]
    finally:
        run(*listing, "-r")


NETPLAN = """\
network:
  version: 2
  renderer: networkd
  ethernets:
    eth0:
      addresses: [192.0.2.10/24, "2001:db8::10/64"]
      routes:
        - to: default
          via: 192.0.2.1
      nameservers:
        addresses: [192.0.2.53, 198.51.100.53]
    eth1: {}
    eth2: {}
  wifis:
    wlan0:
      dhcp4: true
      access-points:
        "hall wifi":
          password: "Kanari7 Vogel"
  bonds:
    bond0:
      interfaces: [eth1, eth2]
      parameters:
        mode: 802.3ad
"""


@pytest.mark.parametrize(
    ("key", "kinds"),
    [
        ("ethernets.eth0.mtu=9000", ["added"]),
        ("wifis.wlan0.dhcp4=false", ["changed"]),
        ("bonds.bond0.parameters.mode=active-backup", ["changed"]),
        ("", ["secret_changed"]),
    ],
)
def test_netplan(tmp_path: Path, key: str, kinds: list[str]) -> None:
    """netplan reads our file and writes the changed one; `netplan generate` says both are good."""
    program, pack = need("netplan"), shipped("linux_netplan")
    folder = tmp_path / "etc/netplan"
    folder.mkdir(parents=True)
    file = folder / "50-hall.yaml"
    file.write_text(NETPLAN, "utf-8")
    file.chmod(0o600)
    whole = clean(NETPLAN.encode(), pack)
    assert (whole.trust.state, parse(redact(whole, pack, KEY), pack).unparsed) == (
        *(TrustState.TRUSTED, 0),
    )
    run(program, "generate", "--root-dir", tmp_path)
    old = run(program, "get", "--root-dir", tmp_path).encode()
    if key:
        run(program, "set", "--root-dir", tmp_path, "--origin-hint", "50-hall", f"network.{key}")
    else:  # `netplan set` does not get along with names that hold blanks
        file.write_text(NETPLAN.replace("Kanari7", "Kanari8"), "utf-8")
    run(program, "generate", "--root-dir", tmp_path)
    new = run(program, "get", "--root-dir", tmp_path).encode()
    diff = difference(pack, old, new)
    assert [change.kind.value for change in diff.changes] == kinds
    assert "Kanari" not in repr(diff)
    if key:  # netplan wrote the file, in the form of `get`
        assert difference(pack, file.read_bytes(), new).changes == ()


IFCFG = {
    "bond0": "DEVICE=bond0\nTYPE=Bond\nBONDING_MASTER=yes\nIPADDR=192.0.2.1\nPREFIX=24\nONBOOT=yes\n"
    'BONDING_OPTS="mode=1 miimon=100"  # the second takes over\n',
    "eth0": "DEVICE=eth0\nTYPE=Ethernet\nONBOOT=yes\nMASTER=bond0\nSLAVE=yes\nBOOTPROTO=none\n",
    "eth2": "DEVICE=eth2\n#HWADDR=00:00:5e:00:53:01\nBOOTPROTO=static\nIPADDR=198.51.100.7\n"
    "NETMASK=255.255.255.0\nONBOOT=yes\nNAME='hall 2'\nPEERDNS=no",
}


@pytest.mark.parametrize(
    ("card", "old", "new"),
    [
        ("bond0", "IPADDR=192.0.2.1", 'IPADDR="192.0.2.1"'),
        ("bond0", '"mode=1 miimon=100"  # the second takes over', "'mode=1 miimon=100'"),
        ("bond0", "mode=1 miimon", "mode=4 miimon"),
        ("bond0", "ONBOOT=yes\n", "ONBOOT=no\n"),
        ("bond0", "PREFIX=24\nONBOOT=yes", "ONBOOT=yes\nPREFIX=24"),
        ("bond0", "PREFIX=24\n", "PREFIX=24\nPREFIX=25\n"),
        ("eth0", "MASTER=bond0\nSLAVE=yes\n", ""),
        ("eth0", "ONBOOT=yes\n", "ONBOOT=yes\n\n# ONBOOT=no\n"),
        ("eth2", "'hall 2'", '"hall 2"   '),
        ("eth2", "PEERDNS=no", "PEERDNS=yes"),
        ("eth2", "PEERDNS=no", "PEERDNS=no\n"),
        ("eth2", "BOOTPROTO=static", "export BOOTPROTO=static"),
        ("eth2", "#HWADDR", "HWADDR"),
        ("eth2", "NETMASK=255.255.255.0", "NETMASK="),
    ],
)
def test_ifcfg(tmp_path: Path, card: str, old: str, new: str) -> None:
    """There is a change exactly where bash, which reads both files, finds another value."""
    pack = shipped("linux_ifcfg")
    assert old in IFCFG[card]
    changed = {**IFCFG, card: IFCFG[card].replace(old, new)}
    sides = [interfaces(tmp_path / name, cards) for name, cards in (("a", IFCFG), ("b", changed))]
    values = [sourced(tmp_path / name) for name in ("a", "b")]
    assert bool(found(difference(pack, *sides))) == (values[0] != values[1])


def test_ifcfg_of_two_cards(tmp_path: Path) -> None:
    """Addresses that two cards exchange, a card more, and a single card."""
    pack = shipped("linux_ifcfg")
    old = interfaces(tmp_path, IFCFG)
    swapped = {
        **IFCFG,
        "bond0": IFCFG["bond0"].replace("192.0.2.1", "198.51.100.7"),
        "eth2": IFCFG["eth2"].replace("198.51.100.7", "192.0.2.1"),
    }
    diff = difference(pack, old, interfaces(tmp_path, swapped))
    assert found(diff) == [("changed", "high")] * 2
    assert [change.path[0].rpartition("-")[2] for change in diff.changes] == [
        *("bond0 <==", "eth2 <==")
    ]
    more = {**IFCFG, "eth1": IFCFG["eth0"].replace("eth0", "eth1")}
    assert found(difference(pack, old, interfaces(tmp_path, more))) == [("added", "high")]
    (tmp_path / "ifcfg-eth1").unlink()
    one = interfaces(tmp_path / "one", {"eth2": IFCFG["eth2"]})
    assert one.startswith(b"==> ")
    assert found(difference(pack, one, one.replace(b"=no", b"=yes"))) == [("changed", "high")]


def interfaces(folder: Path, cards: dict[str, str]) -> bytes:
    """What the command that rounds send answers of such files."""
    folder.mkdir(exist_ok=True)
    for card, text in cards.items():
        (folder / f"ifcfg-{card}").write_text(text, "utf-8")
    return run("sh", "-c", f"cd '{folder}'; tail -v -n +1 ifcfg-*").encode()


def sourced(folder: Path) -> str:
    """Every variable of each file as bash has it once it has read the file."""
    bash = need("bash")
    script = "cd $2; unset PWD OLDPWD SHLVL _; set -a; . ./$1; for name in $(compgen -e); do echo $name=${!name}; done"
    return "\n".join(
        run("env", "-i", bash, "--norc", "-c", script, "bash", file.name, folder)
        for file in sorted(folder.glob("ifcfg-*"))
    )
