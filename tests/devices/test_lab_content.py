"""The lab's answers through the shipped cards, without a socket: clean is clean, a fault is found."""

from datetime import datetime, timedelta
from fnmatch import fnmatch
from functools import cache

import pytest

from xunjian.checks import JudgeContext, judge
from xunjian.checks.model import Finding, Verdict
from xunjian.collect import collect
from xunjian.facts.model import FactRow, FactTable
from xunjian.inventory.model import Device
from xunjian.lab.devices import LabDevice, lab_devices
from xunjian.lab.faults import FAULTS, Fault
from xunjian.lab.inventory import asset_of
from xunjian.lab.personality import (
    LAB_ZONE,
    PERSONALITIES,
    LabClock,
    Personality,
    load_personality,
    template_values,
)
from xunjian.parse import TemplateCache
from xunjian.platforms import Platforms, load_platforms
from xunjian.tasks.load import load_catalog
from xunjian.tasks.model import Catalog, Task
from xunjian.testing.replay import Canned, CannedAnswer, drive, read_agent
from xunjian.workspace import builtin_root, open_workspace

DAY = timedelta(days=1)
QUIET = {Verdict.NORMAL, Verdict.NOT_APPLICABLE, Verdict.NOT_CHECKED}
DEVICES = {device.name: device for device in lab_devices()}
PLANTED = [fault for fault in FAULTS.values() if list(PERSONALITIES.glob(f"*/faults/{fault.name}"))]


class Yesterday:
    """The clean round of the day before."""

    def __init__(self, table: FactTable, at: datetime) -> None:
        self.table = table
        self.last_round_at = at

    def previous(self, fact_name: str) -> tuple[FactRow, ...] | None:
        return self.table.rows.get(fact_name)

    reference = previous


@cache
def content() -> tuple[Catalog, Platforms, TemplateCache]:
    workspace = open_workspace(builtin_root())
    platforms, templates = load_platforms(workspace), TemplateCache(workspace)
    return load_catalog(workspace, platforms, templates=templates), platforms, templates


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
    agent = None
    if (folder / "agent.snmprec").is_file():
        agent = read_agent(personality.file("agent.snmprec", values))
    return Canned(device=lab.name, answers=answers, at=now + shift, agent=agent)


def as_upsd(variables: str) -> bytes:
    """Frame `name: value` lines as upsd does."""
    pairs = [line.partition(": ") for line in variables.splitlines() if ": " in line]
    lines = [f'VAR ups {name} "{value}"' for name, _, value in pairs if name[0] != "#"]
    return "\n".join(["BEGIN LIST VAR ups", *lines, "END LIST VAR ups", ""]).encode()


def inventory_device(device: LabDevice) -> Device:
    return Device(
        name=device.name,
        kind=device.kind,
        platform=device.platform,
        role=device.role,
        address=device.address,
        expected=dict(device.expected),
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
