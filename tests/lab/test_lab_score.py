"""The score of a round over the lab: planted, found, false."""

import pytest

from xunjian.checks.model import Finding, Verdict
from xunjian.lab.faults import FAULTS
from xunjian.lab.score import score
from xunjian.language import Text
from xunjian.run.model import Outcome


def _outcome(
    device: str, *said: tuple[str, Verdict], reached: bool = True, task: str = "t"
) -> Outcome:
    findings = tuple(
        Finding(
            id=f"F{n}",
            check=check,
            task=task,
            device=device,
            subject="-",
            verdict=verdict,
            title=Text("项"),
            evidence_ids=(f"{device}#001",),
        )
        for n, (check, verdict) in enumerate(said)
    )
    return Outcome(
        device=device,
        task=task,
        reached=reached,
        reason="" if reached else "no_answer",
        findings=findings,
    )


FAN = ("environment.fan", Verdict.ABNORMAL)


def test_a_planted_fault_that_is_found_scores() -> None:
    result = score([_outcome("hz-core-sw1", FAN)], [FAULTS["fan-failed"]])
    assert (result.found, result.passed, result.false_alarms) == (1, True, ())
    assert result.planted[0].said == (Verdict.ABNORMAL,)


@pytest.mark.parametrize(
    "said",
    [(), (("environment.fan", Verdict.NORMAL),), (("environment.fan", Verdict.WARNING),)],
)
def test_a_planted_fault_that_is_missed_fails(said: tuple[tuple[str, Verdict], ...]) -> None:
    result = score([_outcome("hz-core-sw1", *said)], [FAULTS["fan-failed"]])
    assert result.found == 0
    assert not result.passed


@pytest.mark.parametrize(
    "verdict", [Verdict.WARNING, Verdict.ABNORMAL, Verdict.UNKNOWN, Verdict.NOT_CHECKED]
)
def test_what_no_fault_explains_is_false(verdict: Verdict) -> None:
    other = _outcome("hz-core-sw2", ("environment.fan", verdict))
    result = score([_outcome("hz-core-sw1", FAN), other], [FAULTS["fan-failed"]])
    assert [(alarm.device, alarm.verdict) for alarm in result.false_alarms] == [
        ("hz-core-sw2", verdict)
    ]
    assert not result.passed


def test_another_check_on_the_faulty_device_is_false_too() -> None:
    outcome = _outcome("hz-core-sw1", FAN, ("environment.power", Verdict.WARNING))
    assert len(score([outcome], [FAULTS["fan-failed"]]).false_alarms) == 1


@pytest.mark.parametrize("verdict", [Verdict.NORMAL, Verdict.NOT_APPLICABLE, Verdict.WAIVED])
def test_quiet_verdicts_are_no_alarms(verdict: Verdict) -> None:
    assert score([_outcome("hz-fw1", ("ha.peer", verdict))], []).passed


def test_what_a_dead_device_leaves_unread_is_explained_by_it() -> None:
    dead = FAULTS["device-dead"]
    outcomes = [
        _outcome(dead.device, ("reachability.answers", Verdict.ABNORMAL)),
        _outcome(dead.device, reached=False, task="environment"),
    ]
    assert score(outcomes, [dead]).passed
    silent = score(outcomes, [])
    assert [alarm.check for alarm in silent.false_alarms] == ["reachability.answers", "environment"]


def test_a_blocking_fault_does_not_explain_an_abnormal_of_another_kind() -> None:
    hang = FAULTS["device-hangs"]
    outcome = _outcome(
        hang.device,
        ("reachability.session", Verdict.ABNORMAL),
        ("environment.fan", Verdict.ABNORMAL),
        ("environment.power", Verdict.UNKNOWN),
    )
    assert [alarm.check for alarm in score([outcome], [hang]).false_alarms] == ["environment.fan"]


@pytest.mark.parametrize(
    ("said", "found", "false"),
    [
        ((Verdict.NORMAL,), 1, 0),
        ((), 0, 0),
        ((Verdict.NORMAL, Verdict.ABNORMAL), 0, 1),
        ((Verdict.UNKNOWN,), 0, 1),
    ],
)
def test_a_borne_fault_must_leave_its_check_normal(
    said: tuple[Verdict, ...], found: int, false: int
) -> None:
    fault = FAULTS["pager-stuck"]
    outcome = _outcome(fault.device, *((fault.check, verdict) for verdict in said))
    result = score([outcome], [fault])
    assert (result.found, len(result.false_alarms)) == (found, false)
