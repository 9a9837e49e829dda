import dataclasses

import pytest

from tests.run_fakes import CATALOG, card
from tests.run_samples import START, device, finding, playbook, result
from xunjian.checks.model import Finding, Verdict
from xunjian.language import Text
from xunjian.run.exits import exit_code, failed_devices
from xunjian.run.model import (
    DeviceResult,
    LeftOut,
    LeftOutReason,
    Outcome,
    RunRecord,
    RunState,
)
from xunjian.run.plan import cards_of, describe, plan_run, resume_plan
from xunjian.tasks.model import Catalog

R = LeftOutReason


@pytest.mark.parametrize(
    ("changes", "tags", "reasons"),
    [
        ({}, (), []),
        ({}, ("core",), []),
        ({}, ("other",), [R.FILTERED, R.FILTERED]),
        ({"address": None}, (), [R.NO_ADDRESS, R.NO_ADDRESS]),
        ({"platform": "linux"}, (), [R.NO_CARD, R.NO_CARD]),
        ({"platform": None}, (), [R.NO_PLATFORM, R.NO_PLATFORM]),
        ({"kind": "aircon"}, (), [R.NO_CARD, R.NO_CARD]),
    ],
)
def test_every_pair_is_asked_or_left_out_with_a_reason(
    changes: dict[str, object], tags: tuple[str, ...], reasons: list[LeftOutReason]
) -> None:
    one = dataclasses.replace(device("sw1"), **changes)  # type: ignore[arg-type]
    plan = plan_run([one], playbook(), CATALOG, tags)
    assert [x.reason for x in plan.left_out] == reasons
    assert plan.planned == 2
    assert plan.devices == (one,)


def test_a_task_of_another_kind_is_not_planned() -> None:
    ups = dataclasses.replace(card("levels", "LIST VAR"), kinds=("ups",))
    catalog = Catalog(tasks=(card("identity", "display version"), ups))
    plan = plan_run([device("sw1")], playbook(), catalog)
    assert [pair.tasks for pair in plan.pairs] == [("identity",)]
    assert plan.planned == 1


def test_one_name_may_stand_for_several_cards() -> None:
    catalog = Catalog(tasks=(card("levels", "a"), card("levels", "b")))
    plan = plan_run([device("sw1")], playbook(), catalog)
    (pair,) = plan.pairs
    assert pair.tasks == ("levels",)
    assert len(cards_of(pair, catalog)) == 2


def test_a_device_that_left_the_inventory_is_not_resumed() -> None:
    plan = resume_plan({"sw1": ("levels",), "gone": ("levels",)}, {"sw1": device("sw1")}, record())
    assert [pair.device.name for pair in plan.pairs] == ["sw1"]


def test_a_device_is_described_with_its_place() -> None:
    seen = describe(device("sw1"), reason="no_answer")
    assert (seen.site, seen.room, seen.site_title, seen.reached) == ("hz", "hz-core", "杭州", False)


# --- exit codes ---


def record(
    *findings: Finding,
    devices: tuple[DeviceResult, ...] = (),
    reached: bool = True,
    state: RunState = RunState.FINISHED,
    left_out: int = 0,
    outcomes: int = 1,
) -> RunRecord:
    made = tuple(
        Outcome(
            device="sw1",
            task=f"levels{n}",
            reached=reached,
            reason="" if reached else "no_answer",
            findings=findings if n == 0 else (),
        )
        for n in range(outcomes)
    )
    out = tuple(LeftOut(device="sw1", task=f"x{n}", reason=R.NO_CARD) for n in range(left_out))
    return RunRecord(
        run_id="r1",
        number="1",
        playbook="daily",
        title=Text("日常"),
        occasion="routine",
        state=state,
        started_at=START,
        ended_at=START,
        planned=len(made) + len(out),
        outcomes=made,
        left_out=out,
        devices=devices or (result("sw1"),),
    )


def leveled(verdict: Verdict, level: str) -> Finding:
    return dataclasses.replace(finding("sw1", verdict), level=level)


V = Verdict
LOST = (result("sw1"), result("sw2", reached=False, reason="no_answer"))
SET_ASIDE = (result("sw1"), result("sw2", reached=False, reason="left_out"))


@pytest.mark.parametrize(
    ("made", "options", "code"),
    [
        (record(), {}, 0),
        (record(finding("sw1", V.NORMAL)), {}, 0),
        (record(finding("sw1", V.NOT_APPLICABLE), finding("sw1", V.NOT_CHECKED)), {}, 0),
        (record(finding("sw1", V.WAIVED)), {"fail_on": "warning"}, 0),
        (record(finding("sw1", V.WARNING)), {}, 0),
        (record(finding("sw1", V.WARNING)), {"fail_on": "warning"}, 1),
        (record(finding("sw1", V.ABNORMAL)), {"fail_on": "warning"}, 1),
        (record(finding("sw1", V.ABNORMAL)), {}, 1),
        (record(leveled(V.ABNORMAL, "III")), {"fail_on": "II"}, 0),
        (record(leveled(V.ABNORMAL, "II")), {"fail_on": "II"}, 1),
        (record(leveled(V.WARNING, "I")), {"fail_on": "IV"}, 1),
        (record(leveled(V.NORMAL, "I")), {"fail_on": "IV"}, 0),
        (record(leveled(V.ABNORMAL, "")), {"fail_on": "IV"}, 0),
        (record(finding("sw1", V.UNKNOWN)), {}, 3),
        (record(finding("sw1", V.UNKNOWN), finding("sw1", V.ABNORMAL)), {}, 1),
        (record(devices=LOST), {}, 3),
        (record(devices=SET_ASIDE, left_out=2), {}, 0),
        (record(finding("sw1", V.ABNORMAL), devices=LOST), {}, 1),
        (record(reached=False), {}, 3),
        (record(), {"min_coverage": 100.0}, 0),
        (record(left_out=5), {"min_coverage": 100.0}, 0),
        (record(outcomes=0, left_out=2), {}, 4),
        (record(finding("sw1", V.ABNORMAL), state=RunState.INTERRUPTED), {}, 130),
        (record(state=RunState.KILLED), {}, 130),
        (record(state=RunState.AWAITING_MANUAL), {}, 0),
    ],
)
def test_exit_codes(made: RunRecord, options: dict[str, object], code: int) -> None:
    assert exit_code(made, **options) == code  # type: ignore[arg-type]


def test_failed_devices_say_why() -> None:
    found = failed_devices(record(finding("sw1", V.ABNORMAL), devices=LOST))
    assert found["sw2"].en == "not reached (no_answer)"
    assert found["sw1"].zh == "levels.used 异常"
    assert failed_devices(record(finding("sw1", V.WARNING), devices=SET_ASIDE)) == {}
    assert list(failed_devices(record(finding("sw1", V.UNKNOWN)))) == ["sw1"]
