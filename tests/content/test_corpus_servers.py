"""Real output of Linux hosts and of a Redfish controller, where the corpus lies beside the checkout.

Every sample is read by the card that asks for that form, or stands below with the reason why not.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fixtures.shipped import content
from xunjian.collect import collect, parse_file
from xunjian.facts.model import FactTable, StepState
from xunjian.inventory.model import Device
from xunjian.testing.replay import Canned, CannedAnswer, drive
from xunjian.workspace import builtin_root

CORPUS = Path(os.environ.get("XUNJIAN_CORPUS", builtin_root().parent / "shared" / "corpus"))
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus beside the checkout")

# sample -> (command, facts it must give, what the collector of the sample left out at its end)
READ = {
    "centos-7.7__last-wF": ("last -F -w -n 100", {"Login": 188}, "wtmp begins Fri Aug 2 2019\n"),
    "centos-7.7__ntpq-pn": ("ntpq -pn", {"Clock": 1}, ""),
    "centos-7.7__timedatectl": ("timedatectl status", {"Clock": 1}, ""),
    "generic__timedatectl-rtc-local": ("timedatectl status", {"Clock": 1}, ""),
    "generic__df-long-filesystem": ("df -PkT", {"Filesystem": 1}, ""),
}
NOT_ASKED = "its command is not asked"
NEEDS_ROOT = "mdadm needs root; /proc/mdstat is read instead, and needs nobody's leave"
UNKNOWN = {
    "centos-7.7__df": "df without -P and -T: device and type cannot be told apart",
    "centos-7.7__df-h": "df -h rounds; we ask for -k",
    "centos-7.7__last": "last without -F: no year",
    "centos-7.7__last-w": "last without -F: no year",
    "centos-7.7__last-crash": "last without -F: no year",
    "centos-7.7__last-wixF": "last -x adds run levels, -i replaces names by addresses; asked without",
    "centos-7.7__lastb": "lastb without -F: no year",
    "centos-7.7__ntpq-p": "no server is followed yet: not read, the next alternative is asked",
    "centos-7.7__ss-sudo-a": "ss -a: every family, established ones too; we ask for -ltnu",
    "centos-7.7__systemctl": "all unit types with header and legend; we ask for services, plain",
    "centos-7.7__systemctl-ls": NOT_ASKED,
    "centos-7.7__systemctl-luf": NOT_ASKED,
    "generic__ss-wide": "ss -e with processes and extended columns; we ask for -ltnu",
    "generic__timedatectl-timesync-status": "timedatectl timesync-status, not asked",
}
UNKNOWN_FORMS = {
    "mdadm": NEEDS_ROOT,
    "mount": "/proc/mounts is read instead: it escapes blanks and is the same everywhere",
    "free": "/proc/meminfo is read instead",
    "uptime": "/proc/uptime and /proc/loadavg are read instead",
    "lsblk": NOT_ASKED,
    "ps": NOT_ASKED,
    "sshd": "sshd -T needs root",
    "sysctl": NOT_ASKED,
    "uname": "uname -r alone is asked",
    "w": NOT_ASKED,
    "wc": NOT_ASKED,
    "who": NOT_ASKED,
}
# commands of ntc-templates for which there are samples; none of them is a question of ours
NTC_NOT_ASKED = {
    "arp_-a": NOT_ASKED,
    "bluetoothctl_show": NOT_ASKED,
    "dmidecode_-t_bios": "needs root; /sys/class/dmi/id is read instead",
    "dmidecode_-t_memory": "needs root; the controller tells (Redfish)",
    "dmidecode_-t_processor": "needs root; the controller tells (Redfish)",
    "ip_address_show": NOT_ASKED,
    "ip_link_show": "without counters; ip -j -s link is asked",
    "ip_route_show": NOT_ASKED,
    "ip_vrf_show": NOT_ASKED,
    "iwconfig": NOT_ASKED,
    "iwlist_wlan0_scanning": NOT_ASKED,
    "qm_config_1": NOT_ASKED,
    "top": "/proc/stat is read instead",
    "vzlist": NOT_ASKED,
}


def samples() -> list[Path]:
    return sorted((CORPUS / "linux").glob("*.out"))


@pytest.mark.parametrize("path", samples(), ids=lambda path: path.stem)
def test_linux_sample_is_read_or_listed(path: Path) -> None:
    catalog, platforms, templates = content()
    platform = platforms.get("linux")
    assert platform is not None
    form = path.stem.partition("__")[2].partition("-")[0]
    if path.stem in UNKNOWN or (path.stem not in READ and form in UNKNOWN_FORMS):
        return
    assert path.stem in READ, "a new sample: read it or say why not"
    command, counts, ending = READ[path.stem]
    text = path.read_text() + ending
    parsed = parse_file(catalog, platform, command, text, templates=templates)
    assert {name: len(rows) for name, rows in (parsed.facts or {}).items()} == counts
    assert parsed.unmatched == ()
    assert parsed.problems == ()


def test_ntc_samples_are_listed() -> None:
    found = {path.name for path in (CORPUS / "cli" / "linux").iterdir() if path.is_dir()}
    assert found == set(NTC_NOT_ASKED)
    catalog, _, _ = content()
    asked = {
        step.send
        for task in catalog.tasks
        for group in task.collect.get("linux", ())
        for step in group.alternatives
    }
    assert not asked & {name.replace("_", " ") for name in NTC_NOT_ASKED}


def tree() -> FactTable:
    catalog, platforms, templates = content()
    root = CORPUS / "redfish" / "public-rackmount1"
    answers = {}
    for page in root.rglob("index.json"):
        place = page.parent.relative_to(root).as_posix()
        path = "/redfish/v1/" + ("" if place == "." else place)
        answers[path] = CannedAnswer(raw=page.read_bytes())
    device = Device(name="sample", kind="server", platform="redfish", address="127.0.0.1")
    tasks = [t for t in catalog.tasks if t.serves("server") and "redfish" in t.collect]
    canned = Canned(device="sample", answers=answers, at=datetime(2015, 3, 12, 22, tzinfo=UTC))
    asking = collect(device, tasks, platforms.get("redfish"), templates=templates)
    return drive(asking, canned)[0]


def test_controller_tree_beyond_health() -> None:
    table = tree()
    assert {s.state for s in table.steps} <= {StepState.OK, StepState.UNSUPPORTED}
    assert table.problems == ()
    events = [row.fact.values() for row in table.of("LogEntry")]
    assert [(e["severity"], e["mnemonic"]) for e in events] == [(2, "0x592A28"), (2, "0x592E28")]
    firmware = {row.fact.key[0]: row.fact.values()["version"] for row in table.of("Firmware")}
    assert firmware["BMC"] == firmware["Inventory/BMC"]
    (clock,) = table.of("Clock")
    assert str(clock.fact.values()["at"]) == "2015-03-13 04:14:33+06:00"
    (certificate,) = table.of("Certificate")
    assert str(certificate.fact.values()["not_after"]) == "2019-09-07 13:22:05+00:00"
    health = {row.fact.key[0]: row.fact.values()["health"] for row in table.of("Health")}
    # the group says OK and cannot be used: a supply is missing
    assert health["Chassis/1U/PowerSubsystem/Redundancy"] == "Warning"
