"""Real status documents of video terminals, where the corpus lies beside the checkout.

Every document of `codec/` is read into facts here, or stands below with the reason why not.
"""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fixtures.shipped import content
from tests.fixtures.xapi_server import terminal_form
from xunjian.checks import JudgeContext, NoHistory, judge
from xunjian.collect import collect
from xunjian.facts.model import FactTable, StepState
from xunjian.inventory.model import ChannelSettings, Device
from xunjian.tasks.model import Task
from xunjian.testing.replay import Canned, CannedAnswer, drive
from xunjian.workspace import builtin_root

CORPUS = Path(os.environ.get("XUNJIAN_CORPUS", builtin_root().parent / "shared" / "corpus"))
CODEC = CORPUS / "codec"
pytestmark = pytest.mark.skipif(not CODEC.is_dir(), reason="no corpus beside the checkout")

STATUS = "/getxml?location=/Status"
READ = {"cisco_ce9_status.xml", "cisco_roomos11_status.xml", "poly_videoos_rest.json"}
CONFIGURATION = "a configuration, compared by the configuration pipeline and not by cards"
UNKNOWN = {
    "cisco_ce9_configuration.xml": CONFIGURATION,
    "cisco_ce9_configuration_b.xml": CONFIGURATION,
}
# answers of the Poly sample that no card asks for
POST = "read by POST, which is never sent"
PERSONAL = "what the room shows or plays at the moment, no item of an inspection"
POLY_UNKNOWN = {
    "POST /rest/config": POST,
    "POST /rest/current/devicemanagement/devices": POST,
    "GET /rest/system/apps": "installed apps; none is expected of a terminal",
    "GET /rest/cameras/contentstatus": PERSONAL,
    "GET /rest/conferences/capabilities": "what could be dialled, the same at every terminal",
    "GET /rest/audio": PERSONAL,
    "GET /rest/audio/volume": PERSONAL,
    "GET /rest/audio/muted": PERSONAL,
    "GET /rest/collaboration": PERSONAL,
    "GET /rest/video/local/mute": PERSONAL,
    "GET /rest/system/mode/device": "USB mode, switched by whoever uses the room",
    "GET /rest/system/mode/signage": PERSONAL,
}


def tasks_of(platform: str) -> list[Task]:
    catalog, _, _ = content()
    return [t for t in catalog.tasks if t.serves("codec") and platform in t.collect]


def collected(
    platform: str, answers: Mapping[str, bytes], *, channel: str, at: datetime
) -> tuple[FactTable, dict[str, str]]:
    """Give the facts and the verdicts that a terminal's answers lead to."""
    _, platforms, templates = content()
    device = Device(
        name="sample",
        kind="codec",
        platform=platform,
        address="127.0.0.1",
        uplink=("nas-switch8",),
        channels={channel: ChannelSettings()},
    )
    canned = Canned(
        device=device.name,
        answers={text: CannedAnswer(raw=raw) for text, raw in answers.items()},
        at=at,
    )
    tasks = tasks_of(platform)
    table, _ = drive(collect(device, tasks, platforms.get(platform), templates=templates), canned)
    context = JudgeContext(now=at, history=NoHistory(), thresholds={})
    findings = judge(device, tasks, table, context)
    return table, {f"{f.check}@{f.subject}": f.verdict.value for f in findings}


def not_ok(table: FactTable) -> list[str]:
    """Steps that were not read; the session's own is not part of a document."""
    bad = [s for s in table.steps if s.state is not StepState.OK and s.fact != "Certificate"]
    return [f"{s.task}/{s.fact}: {s.state} {s.reason}" for s in bad]


def column(table: FactTable, fact: str, *fields: str) -> list[tuple[object, ...]]:
    return [tuple(getattr(row.fact, f) for f in fields) for row in table.of(fact)]


def test_every_document_is_read_or_listed() -> None:
    assert {path.name for path in CODEC.iterdir()} == READ | set(UNKNOWN)


@pytest.mark.parametrize("channel", ["http", "cli"])
def test_ce9_in_a_call(channel: str) -> None:
    raw = (CODEC / "cisco_ce9_status.xml").read_bytes()
    answers = {STATUS: raw} if channel == "http" else {"xStatus": terminal_form(raw).encode()}
    at = datetime(2021, 3, 2, 19, 6, 40, tzinfo=UTC)
    table, verdicts = collected("roomos", answers, channel=channel, at=at)
    assert not_ok(table) == []
    assert table.problems == ()
    assert column(table, "Registration", "service", "state") == [
        ("sip", "registered"),
        ("h323", "registered"),
    ]
    assert column(table, "Temperature", "celsius", "state") == [(48.5, "ungraded")]
    assert column(table, "Fan", "fan", "rpm", "state") == [("1", 2250, "ok")]
    assert column(table, "Interface", "port", "speed_mbps", "duplex") == [
        ("Network1", 1000, "full")
    ]
    assert column(table, "Neighbor", "neighbor", "neighbor_port") == [("NAS-SWITCH8", "1/0/9")]
    assert column(table, "Clock", "synced") == [(True,)]
    assert column(table, "EndpointState", "standby", "upgrade") == [("off", "None")]
    assert column(table, "MediaStream", "stream", "interval_lost", "interval_packets")[0] == (
        "415",
        0,
        211,
    )
    assert column(table, "Identity", "model", "serial", "uptime_s") == [
        ("Cisco TelePresence SX20", "FTT181900JJ", 344379)
    ]
    bad = {check for check, verdict in verdicts.items() if verdict in {"warning", "abnormal"}}
    assert bad == {"peripherals.microphone@-"}  # none is plugged in
    assert verdicts["network.uplink@Network1/NAS-SWITCH8"] == "normal"


@pytest.mark.parametrize("channel", ["http", "cli"])
def test_roomos11_in_teams_mode(channel: str) -> None:
    raw = (CODEC / "cisco_roomos11_status.xml").read_bytes()
    answers = {STATUS: raw} if channel == "http" else {"xStatus": terminal_form(raw).encode()}
    at = datetime(2024, 8, 5, 15, 52, 40, tzinfo=UTC)
    table, verdicts = collected("roomos", answers, channel=channel, at=at)
    assert not_ok(table) == []
    assert table.problems == ()
    assert ("teams", "registered") in column(table, "Registration", "service", "state")
    assert ("cloud", "registered") in column(table, "Registration", "service", "state")
    assert column(table, "Temperature", "celsius", "state") == [(None, "ok")]
    assert column(table, "EndpointState", "last_shutdown_reason", "last_shutdown_at") == [
        ("Upgrade", datetime(2024, 8, 5, 5, 31, 1, tzinfo=UTC))
    ]
    assert column(table, "Neighbor", "neighbor", "neighbor_port") == [("6YX43254A0574", "0/8")]
    bad = {check for check, verdict in verdicts.items() if verdict in {"warning", "abnormal"}}
    assert bad == {"network.uplink@Network1/6YX43254A0574"}  # a switch the register does not have


def poly() -> dict[str, bytes]:
    """Give the sample's answers by method and path."""
    mappings = json.loads((CODEC / "poly_videoos_rest.json").read_text())["mappings"]
    return {
        f"{one['request']['method']} {one['request']['url']}": one["response"]["body"].encode()
        for one in mappings
    }


def test_poly_answers_are_read_or_listed() -> None:
    asked = {
        f"GET {step.get}"
        for task in tasks_of("poly_videoos")
        for group in task.collect["poly_videoos"]
        for step in group.alternatives
        if step.get
    }
    given = set(poly())
    assert given - asked == set(POLY_UNKNOWN)
    # asked beside the sample: the streams of a call, and the sample is not in one
    assert asked - given == {"GET /rest/mediastats"}


def test_poly_asleep_and_registered() -> None:
    answers = {name.removeprefix("GET "): raw for name, raw in poly().items()}
    answers["/rest/mediastats"] = b"[]"
    at = datetime.fromtimestamp(1666620760, UTC)
    table, verdicts = collected("poly_videoos", answers, channel="http", at=at)
    assert not_ok(table) == []
    assert table.problems == ()
    assert column(table, "Registration", "service", "state") == [
        ("sip", "registered"),
        ("h323", "registered"),
        ("provisioning", "not_configured"),
    ]
    assert column(table, "Identity", "model", "version") == [("StudioX30", "3.12.0")]
    assert column(table, "EndpointState", "standby", "reboot_needed", "sessions") == [
        ("standby", False, 8)
    ]
    assert column(table, "CallState", "active") == [(0,)]
    assert column(table, "Clock", "synced") == [(True,)]
    assert column(table, "Peripheral", "name", "state") == [
        ("microphone 0", "connected"),
        ("cameras", "connected"),
    ]
    bad = {
        c: v for c, v in verdicts.items() if v not in {"normal", "not_applicable", "not_checked"}
    }
    assert bad == {"in_call.active@-": "abnormal"}, "only a conference's rounds ask for a call"
