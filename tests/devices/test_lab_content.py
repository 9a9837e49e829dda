"""The lab's answers through the shipped cards, without a socket: clean is clean, a fault is found."""

import json
import struct
from datetime import datetime, timedelta
from fnmatch import fnmatch
from typing import cast

import pytest

from tests.fixtures.shipped import content
from xunjian.checks import JudgeContext, judge
from xunjian.checks.model import Finding, Verdict
from xunjian.collect import collect
from xunjian.facts.model import FactRow, FactTable
from xunjian.inventory.model import Device
from xunjian.inventory.registers import register_of
from xunjian.lab.devices import LabDevice, lab_devices
from xunjian.lab.faults import FAULTS, Fault
from xunjian.lab.inventory import asset_of
from xunjian.lab.modbus import respond
from xunjian.lab.personality import (
    LAB_ZONE,
    PERSONALITIES,
    LabClock,
    Personality,
    load_personality,
    template_values,
)
from xunjian.lab.station import Station
from xunjian.tasks.model import Task
from xunjian.testing.replay import Canned, CannedAnswer, drive, read_agent

DAY = timedelta(days=1)
QUIET = {Verdict.NORMAL, Verdict.NOT_APPLICABLE, Verdict.NOT_CHECKED}
DEVICES = {device.name: device for device in lab_devices()}
PLANTED = [  # what cards find; a changed configuration is found by comparing
    fault
    for fault in FAULTS.values()
    if list(PERSONALITIES.glob(f"*/faults/{fault.name}")) and not fault.check.startswith("config.")
]


class Yesterday:
    """The clean round of the day before."""

    def __init__(self, table: FactTable, at: datetime) -> None:
        self.table = table
        self.last_round_at = at

    def previous(self, fact_name: str) -> tuple[FactRow, ...] | None:
        return self.table.rows.get(fact_name)

    reference = previous


def canned(lab: LabDevice, personality: Personality, shift: timedelta) -> Canned:
    now = datetime.now(LAB_ZONE)
    values = template_values(lab, LabClock(began=now - DAY, shift=shift))
    answers = {
        question: CannedAnswer(raw=(personality.answer(question, values) or "").encode())
        for question in personality.answers
    }
    folder = PERSONALITIES / lab.personality
    if (folder / "vars.txt").is_file():
        answers["LIST VAR"] = CannedAnswer(raw=as_upsd(personality.file("vars.txt", values)))
    if lab.channel == "sip":
        answers["OPTIONS"] = CannedAnswer(raw=b"SIP/2.0 200 OK\r\n" + answers["OPTIONS"].raw)
    if lab.registers:
        answers |= as_gateway(lab, personality, values)
    agent = None
    if (folder / "agent.snmprec").is_file():
        agent = read_agent(personality.file("agent.snmprec", values))
    return Canned(device=lab.name, answers=answers, at=now + shift, agent=agent)


def as_upsd(variables: str) -> bytes:
    """Frame `name: value` lines as upsd does."""
    pairs = [line.partition(": ") for line in variables.splitlines() if ": " in line]
    lines = [f'VAR ups {name} "{value}"' for name, _, value in pairs if name[0] != "#"]
    return "\n".join(["BEGIN LIST VAR ups", *lines, "END LIST VAR ups", ""]).encode()


class Tables:
    """As much of a station as the Modbus answers need."""

    def __init__(self, personality: Personality, values: dict[str, object]) -> None:
        self.personality, self.values = personality, values

    def file(self, name: str) -> str:
        return self.personality.file(name, self.values)


def as_gateway(
    lab: LabDevice, personality: Personality, values: dict[str, object]
) -> dict[str, CannedAnswer]:
    """What the transport makes of the lab's answer to each register of the inventory."""
    answers: dict[str, CannedAnswer] = {}
    for register in inventory_device(lab).registers.values():
        function, address, count = (int(part) for part in register.question.split()[1:])
        asked = struct.pack(">BHH", function, address, count)
        said = respond(cast("Station", Tables(personality, values)), asked)
        words = [said[2] & 1] if function < 3 else list(struct.unpack(f">{count}H", said[2:]))
        raw = json.dumps({"registers": words}).encode()
        answers[register.question] = CannedAnswer(raw=raw)
    return answers


def inventory_device(device: LabDevice) -> Device:
    return Device(
        name=device.name,
        kind=device.kind,
        platform=device.platform,
        role=device.role,
        address=device.address,
        expected=dict(device.expected),
        registers={name: register_of(one) for name, one in device.registers.items()},
        asset=asset_of(device, datetime.now(LAB_ZONE).date()),
    )


def findings_of(name: str, faults: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    catalog, platforms, templates = content()
    lab = DEVICES[name]
    device, platform = inventory_device(lab), platforms.get(lab.platform)
    tasks: list[Task] = [
        task for task in catalog.tasks if task.serves(lab.kind) and task.steps_for(lab.platform)
    ]

    def table(planted: tuple[str, ...], shift: timedelta) -> tuple[FactTable, datetime]:
        personality = load_personality(PERSONALITIES, lab.personality, planted)
        answers = canned(lab, personality, shift)
        found, _ = drive(collect(device, tasks, platform, templates=templates), answers)
        assert not found.problems, found.problems
        return found, answers.at

    before, then = table((), -DAY)
    after, now = table(faults, timedelta(0))
    return judge(device, tasks, after, JudgeContext(now=now, history=Yesterday(before, then)))


def shown(findings: tuple[Finding, ...]) -> list[str]:
    return [
        f"{one.check}@{one.subject}: {one.verdict} {one.message.zh}"
        for one in findings
        if one.verdict not in QUIET
    ]


@pytest.mark.parametrize("name", DEVICES)
def test_a_clean_device_is_clean(name: str) -> None:
    assert shown(findings_of(name)) == []


@pytest.mark.parametrize("fault", PLANTED, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found_and_nothing_else(fault: Fault) -> None:
    findings = findings_of(fault.device, (fault.name,))
    verdicts = {one.verdict for one in findings if one.check == fault.check}
    assert fault.verdict in verdicts, shown(findings)
    named = {one.check for one in findings if one.verdict not in QUIET} - {fault.check}
    unexplained = {n for n in named if not any(fnmatch(n, p) for p in fault.also)}
    assert not unexplained, shown(findings)
