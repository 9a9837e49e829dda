"""Real output of servers, controllers and codecs, where the corpus lies beside the checkout.

Every sample of a command we have is read into facts, or stands below with the reason why not.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fixtures.shipped import content
from xunjian.collect import collect
from xunjian.facts.model import FactTable, StepState
from xunjian.inventory.model import Device
from xunjian.testing.replay import Canned, CannedAnswer, drive
from xunjian.workspace import builtin_root

CORPUS = Path(os.environ.get("XUNJIAN_CORPUS", builtin_root().parent / "shared" / "corpus"))
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus beside the checkout")

STATUS = "/getxml?location=/Status"
UNKNOWN_LINUX = {
    "centos-7.7__df": "df without -P and -T: device and type cannot be told apart",
    "centos-7.7__df-h": "df -h rounds; we ask for -k",
    "centos-7.7__systemctl": "all unit types with header and legend; we ask for services, plain",
    "centos-7.7__systemctl-ls": "list-sockets, not asked",
    "centos-7.7__systemctl-luf": "list-unit-files, not asked",
}


def collected(
    platform: str,
    kind: str,
    answers: dict[str, bytes] | None = None,
    agent: dict[str, str] | None = None,
) -> FactTable:
    catalog, platforms, templates = content()
    device = Device(name="sample", kind=kind, platform=platform, address="127.0.0.1")
    tasks = [t for t in catalog.tasks if t.serves(kind) and platform in t.collect]
    canned = Canned(
        device=device.name,
        answers={text: CannedAnswer(raw=raw) for text, raw in (answers or {}).items()},
        at=datetime(2026, 11, 21, 10, tzinfo=UTC),
        agent=agent,
    )
    table, _ = drive(collect(device, tasks, platforms.get(platform), templates=templates), canned)
    return table


def not_ok(table: FactTable, apart_from: frozenset[str] = frozenset()) -> list[str]:
    bad = [s for s in table.steps if s.state is not StepState.OK and s.fact not in apart_from]
    return [f"{s.task}/{s.fact}: {s.state} {s.reason}" for s in bad]


def column(table: FactTable, fact: str, *fields: str) -> list[tuple[object, ...]]:
    return [tuple(getattr(row.fact, f) for f in fields) for row in table.of(fact)]


def codec(name: str) -> FactTable:
    return collected("roomos", "codec", {STATUS: (CORPUS / "codec" / name).read_bytes()})


def test_codec_ce9_in_a_call() -> None:
    table = codec("cisco_ce9_status.xml")
    assert not_ok(table) == []
    assert table.problems == ()
    assert column(table, "Registration", "service", "state") == [
        ("sip", "registered"),
        ("h323", "registered"),
    ]
    assert column(table, "CallState", "active") == [(1,)]
    assert column(table, "MediaStream", "stream", "direction", "kind", "lost") == [
        ("415", "in", "audio", 6),
        ("416", "out", "audio", 7),
        ("417", "in", "video", 27),
        ("418", "out", "video", 21),
    ]


def test_codec_roomos11_in_teams_mode() -> None:
    table = codec("cisco_roomos11_status.xml")
    assert not_ok(table) == []
    assert table.problems == ()
    assert column(table, "Registration", "service", "state") == [
        ("sip", "not_configured"),
        ("cloud", "registered"),
        ("teams", "registered"),
    ]
    assert table.of("MediaStream") == ()
    assert ("microphone 1", "connected") in column(table, "Peripheral", "name", "state")


def test_redfish_tree_shows_the_part_its_rollup_hides() -> None:
    root = CORPUS / "redfish" / "public-rackmount1"
    answers = {}
    for page in root.rglob("index.json"):
        place = page.parent.relative_to(root).as_posix()
        answers["/redfish/v1/" + ("" if place == "." else place)] = page.read_bytes()
    table = collected("redfish", "server", answers)
    beside = {"Health", "Drive", "LogEntry"}  # it has no Storage and no log of the controller's own
    assert {s.state for s in table.steps if s.fact not in beside} == {StepState.OK}
    assert {s.state for s in table.steps_of("Health")} <= {StepState.OK, StepState.UNSUPPORTED}
    assert column(table, "PowerSupply", "psu", "state") == [
        ("Power Supply Bay 1", "warn"),
        ("Power Supply Bay 2", "absent"),
    ]
    health = {str(part): word for part, word in column(table, "Health", "part", "health")}
    assert health["Systems/437XR1138R2"] == "OK"
    assert health["SATA Bay 2"] == "Warning"
    assert len(table.of("Temperature")) == 2  # the third sensor is disabled


def test_linux_samples_are_read_or_listed() -> None:
    _, _, templates = content()
    samples = sorted((CORPUS / "linux").glob("*__df*.out"))
    samples += sorted((CORPUS / "linux").glob("*__systemctl*.out"))
    read = {}
    for path in samples:
        if path.stem not in UNKNOWN_LINUX:
            read[path.stem] = templates.parse("linux", "df.textfsm", path.read_text()).rows
    assert list(read) == ["generic__df-long-filesystem"]
    rows = {row["mount"]: row for row in read["generic__df-long-filesystem"]}
    assert rows["/"]["used"] == "1147932"
    assert rows["/"]["type"] == "ext3"


def test_service_lines_of_a_real_host() -> None:
    """The service lines of a full listing, without its header, legend and other unit types."""
    _, _, templates = content()
    listing = (CORPUS / "linux" / "centos-7.7__systemctl.out").read_text()
    lines = [line for line in listing.splitlines() if ".service" in line.split("  loaded")[0]]
    table = templates.parse("linux", "systemctl_units.textfsm", "\n".join(lines) + "\n")
    assert len(table.rows) == len(lines) > 20
    assert {row["active"] for row in table.rows} <= {"active", "inactive", "failed", "activating"}
