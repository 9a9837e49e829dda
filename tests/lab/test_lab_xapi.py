"""The lab's terminal over SSH: the shipped cards read there what they read over HTTP."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fixtures.sessions import CANARY, QUICK
from tests.fixtures.shipped import content
from tests.fixtures.xapi_server import XapiServer
from xunjian.checks import JudgeContext, NoHistory, judge
from xunjian.checks.model import Finding, Verdict
from xunjian.collect import collect
from xunjian.facts.model import FactTable
from xunjian.inventory.model import ChannelSettings, Device
from xunjian.lab.devices import lab_devices
from xunjian.lab.personality import (
    LAB_ZONE,
    PERSONALITIES,
    LabClock,
    load_personality,
    template_values,
)
from xunjian.secrets import Secret, SecretRef, SecretSource
from xunjian.tasks.model import Task
from xunjian.testing.replay import Canned, CannedAnswer, drive
from xunjian.transport import Deadline, open_session

STATUS = "/getxml?location=/Status"
LAB = next(device for device in lab_devices() if device.personality == "roomos")


def status(*faults: str) -> str:
    now = datetime.now(LAB_ZONE)
    values = template_values(LAB, LabClock(began=now - timedelta(days=1)))
    return load_personality(PERSONALITIES, "roomos", faults).answer(STATUS, values) or ""


def tasks() -> list[Task]:
    catalog, _, _ = content()
    return [
        task
        for task in catalog.tasks
        if task.serves("codec") and task.steps_for("roomos") and not task.has_form("roomos")
    ]


def device(channel: str, port: int) -> Device:
    settings = ChannelSettings(
        hostname="127.0.0.1",
        port=port,
        username="xunjian",
        password=SecretRef(source=SecretSource.ENV, name="PW"),
    )
    return Device(
        name=LAB.name,
        kind="codec",
        platform="roomos",
        address="127.0.0.1",
        uplink=LAB.uplink,
        expected=LAB.expected,
        asset={"serial": LAB.serial},
        channels={channel: settings},
    )


def over_ssh(document: str, tmp_path: Path) -> tuple[FactTable, tuple[Finding, ...], list[str]]:
    """Collect and judge over a real SSH session; gives what was typed as well."""
    _, platforms, templates = content()
    with XapiServer(document) as server:
        codec = device("cli", server.port)
        server.pin(tmp_path / "known_hosts")
        session = open_session(
            codec,
            platforms.get("roomos"),
            known_hosts=tmp_path / "known_hosts",
            resolve=lambda _: Secret(CANARY),
            deadline=Deadline(30),
            settings=QUICK,
        )
        asking = collect(codec, tasks(), platforms.get("roomos"), templates=templates)
        try:
            request = next(asking)
            while True:
                request = asking.send(session.ask(request))
        except StopIteration as end:
            table: FactTable = end.value
        finally:
            session.close()
        context = JudgeContext(now=datetime.now(UTC), history=NoHistory(), thresholds={})
        return table, judge(codec, tasks(), table, context), server.typed


def over_http(document: str) -> FactTable:
    _, platforms, templates = content()
    canned = Canned(
        device=LAB.name,
        answers={STATUS: CannedAnswer(raw=document.encode())},
        at=datetime.now(UTC),
    )
    asking = collect(device("http", 80), tasks(), platforms.get("roomos"), templates=templates)
    return drive(asking, canned)[0]


def test_a_clean_terminal_is_clean_over_ssh_and_asked_one_question(tmp_path: Path) -> None:
    document = status()
    table, findings, typed = over_ssh(document, tmp_path)
    quiet = {Verdict.NORMAL, Verdict.NOT_APPLICABLE, Verdict.NOT_CHECKED}
    assert [f"{f.check}@{f.subject}" for f in findings if f.verdict not in quiet] == []
    assert typed == ["xStatus", "bye"]
    other = over_http(document)
    for name in set(other.rows) - {"Reachability", "Certificate"}:
        mine, theirs = table.of(name), other.of(name)
        assert [row.fact for row in mine] == [row.fact for row in theirs], name


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        ("codec-unregistered", "registration.state"),
        ("codec-mic-missing", "peripherals.microphone"),
        ("codec-loss", "call_quality.loss"),
    ],
)
def test_a_fault_is_found_over_ssh(tmp_path: Path, fault: str, check: str) -> None:
    _, findings, _ = over_ssh(status(fault), tmp_path)
    assert Verdict.ABNORMAL in {f.verdict for f in findings if f.check == check}
