"""What the lab's Huawei devices answer: clean rounds are normal, each fault is found and alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import pytest

from tests.fixtures.shipped import content
from xunjian.checks import JudgeContext, judge
from xunjian.checks.model import Finding, Verdict
from xunjian.collect import collect
from xunjian.config.model import ConfigDiff
from xunjian.config.pack import Pack, load_packs
from xunjian.config.pipeline import diff_texts
from xunjian.facts.model import FactRow, FactTable
from xunjian.inventory.model import Device
from xunjian.lab.devices import LabDevice, lab_devices
from xunjian.lab.faults import FAULTS, Behaviour, Fault
from xunjian.lab.personality import (
    LAB_ZONE,
    PERSONALITIES,
    LabClock,
    load_personality,
    template_values,
)
from xunjian.run.config_checks import CONFIG_CHECKS, DRIFT, judge_drift
from xunjian.tasks.model import Task
from xunjian.testing.replay import Canned, CannedAnswer, drive
from xunjian.workspace import open_workspace

QUIET = {Verdict.NORMAL, Verdict.NOT_APPLICABLE}
FIRST_ROUND = {"interfaces.errors", "optics.rx_drift", "optics.tx_drift", "spanning_tree.changes"}
HUAWEI = ("vrp_s", "vrp_ce", "vrp_usg")
DEVICES = {device.name: device for device in lab_devices() if device.personality in HUAWEI}
DATA_FAULTS = [
    fault
    for fault in FAULTS.values()
    if fault.device in DEVICES and fault.behaviour is Behaviour.NONE
]
CONFIG_FAULTS = [f for f in DATA_FAULTS if f.check in {check.id for check in CONFIG_CHECKS}]
CARD_FAULTS = [fault for fault in DATA_FAULTS if fault not in CONFIG_FAULTS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Yesterday:
    """The round before, which is the reference too."""

    table: FactTable
    last_round_at: datetime | None

    def previous(self, fact_name: str) -> tuple[FactRow, ...] | None:
        return self.table.rows.get(fact_name)

    def reference(self, fact_name: str) -> tuple[FactRow, ...] | None:
        return self.table.rows.get(fact_name)


def cards(device: LabDevice) -> tuple[Task, ...]:
    return tuple(
        task
        for task in content()[0].tasks
        if task.serves(device.kind)
        and task.steps_for(device.platform)
        and not task.has_form(device.platform)
    )


def read(device: LabDevice, clock: LabClock, *faults: str) -> FactTable:
    _, platforms, templates = content()
    personality = load_personality(PERSONALITIES, device.personality, faults)
    values = template_values(device, clock)
    answers = {
        question: CannedAnswer(raw=(personality.answer(question, values) or "").encode())
        for question in personality.answers
    }
    canned = Canned(device=device.name, answers=answers, at=clock.now())
    steps = collect(
        inventory(device), cards(device), platforms.get(device.platform), templates=templates
    )
    table, _ = drive(steps, canned)
    assert table.problems == ()
    return table


def inventory(device: LabDevice) -> Device:
    return Device(
        name=device.name,
        kind=device.kind,
        platform=device.platform,
        asset={"model": device.model, "serial": device.serial},
    )


def clock(*, days_ago: int = 0) -> LabClock:
    began = datetime.now(LAB_ZONE) - timedelta(days=1)
    return LabClock(began=began, shift=-timedelta(days=days_ago))


def second_round(device: LabDevice, *faults: str) -> tuple[Finding, ...]:
    before = clock(days_ago=1)
    past = Yesterday(table=read(device, before), last_round_at=before.now())
    today = clock()
    context = JudgeContext(now=today.now(), history=past)
    return judge(inventory(device), cards(device), read(device, today, *faults), context)


@pytest.mark.parametrize("name", sorted(DEVICES))
def test_second_round_of_a_clean_device_is_normal(name: str) -> None:
    found = second_round(DEVICES[name])
    assert len(found) > 10
    assert [(f.check, f.subject, f.verdict) for f in found if f.verdict not in QUIET] == []


@pytest.mark.parametrize("name", ["hz-core-sw1", "hz-core-sw2", "hz-fw1"])
def test_first_round_leaves_only_deltas_unchecked(name: str) -> None:
    device, today = DEVICES[name], clock()
    table = read(device, today)
    found = judge(inventory(device), cards(device), table, JudgeContext(now=today.now()))
    assert {f.check for f in found if f.verdict not in QUIET} <= FIRST_ROUND
    assert {f.verdict for f in found} <= {*QUIET, Verdict.NOT_CHECKED}


@pytest.mark.parametrize("fault", CARD_FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found_and_alone(fault: Fault) -> None:
    found = second_round(DEVICES[fault.device], fault.name)
    bad = {(f.check, f.verdict) for f in found if f.verdict not in QUIET}
    assert bad == {(fault.check, fault.verdict)}


@cache
def pack(platform: str) -> Pack:
    return load_packs(open_workspace(None)).get(platform)


def configuration(device: LabDevice, clock: LabClock, *faults: str) -> bytes:
    personality = load_personality(PERSONALITIES, device.personality, faults)
    text = personality.answer("display current-configuration", template_values(device, clock))
    assert text
    return text.encode()


def drifted(device: LabDevice, *faults: str) -> ConfigDiff:
    old, new = configuration(device, clock(days_ago=1)), configuration(device, clock(), *faults)
    return diff_texts(old, new, pack(device.platform), key=b"k" * 32)


@pytest.mark.parametrize("name", sorted(DEVICES))
def test_the_configuration_of_a_clean_device_stays_what_it_was(name: str) -> None:
    assert judge_drift(drifted(DEVICES[name])).verdict is Verdict.NORMAL


@pytest.mark.parametrize("fault", CONFIG_FAULTS, ids=lambda fault: fault.name)
def test_a_fault_of_the_configuration_is_seen_by_its_check_and_by_no_card(fault: Fault) -> None:
    device = DEVICES[fault.device]
    assert fault.check == DRIFT.id
    assert judge_drift(drifted(device, fault.name)).verdict is fault.verdict
    found = second_round(device, fault.name)
    assert {(f.check, f.verdict) for f in found if f.verdict not in QUIET} == set()


@pytest.mark.parametrize("name", ["hz-core-sw1", "hz-core-sw2"])
def test_all_faults_of_one_device_together(name: str) -> None:
    planted = [fault for fault in CARD_FAULTS if fault.device == name]
    found = second_round(DEVICES[name], *(fault.name for fault in planted))
    bad = {f.check for f in found if f.verdict not in QUIET}
    assert bad == {fault.check for fault in planted}
