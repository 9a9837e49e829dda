"""How well a round over the lab did: which planted faults it found, and what it said falsely.

Pure: the outcomes of a run and the faults that were planted go in, the score comes out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from xunjian.checks.model import GRADED, UNSETTLED, Finding, Verdict
from xunjian.lab.faults import Fault
from xunjian.run.model import Outcome, RunRecord

_SPEAKING = UNSETTLED.union(GRADED)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultScore:
    """One planted fault and what the round said about it.

    said: the expected check's verdicts on the fault's device, worst for the fault first; empty
    when the round never judged it.
    """

    fault: Fault
    found: bool
    said: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FalseAlarm:
    """Something said, or not read, that no planted fault explains."""

    device: str
    check: str
    subject: str
    verdict: Verdict | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The score of one round."""

    planted: tuple[FaultScore, ...]
    false_alarms: tuple[FalseAlarm, ...]

    @property
    def found(self) -> int:
        """How many planted faults were found (or borne, where that is what was asked)."""
        return sum(score.found for score in self.planted)

    @property
    def passed(self) -> bool:
        """All found, none false."""
        return self.found == len(self.planted) and not self.false_alarms


def score_round(record: RunRecord, planted: Sequence[Fault]) -> Score:
    """Score a round over a lab in which these faults were planted."""
    return score(record.outcomes, planted)


def score(outcomes: Sequence[Outcome], planted: Sequence[Fault]) -> Score:
    """Score the outcomes of a round."""
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    alarms = [*_false_findings(findings, planted), *_unexplained_silence(outcomes, planted)]
    return Score(
        planted=tuple(_judge(fault, findings) for fault in planted), false_alarms=tuple(alarms)
    )


def _judge(fault: Fault, findings: Iterable[Finding]) -> FaultScore:
    said = [f.verdict for f in findings if (f.device, f.check) == (fault.device, fault.check)]
    if fault.borne:
        found = bool(said) and all(verdict is Verdict.NORMAL for verdict in said)
    else:
        found = fault.verdict in said
    worst_first = sorted(set(said), key=lambda verdict: verdict is not fault.verdict)
    return FaultScore(fault=fault, found=found, said=tuple(worst_first))


def _false_findings(findings: Iterable[Finding], planted: Sequence[Fault]) -> list[FalseAlarm]:
    return [
        FalseAlarm(
            device=finding.device,
            check=finding.check,
            subject=finding.subject,
            verdict=finding.verdict,
            reason=str(finding.message),
        )
        for finding in findings
        if finding.verdict in _SPEAKING
        and not _is_blank(finding)
        and not any(_explains(fault, finding) for fault in planted)
    ]


def _is_blank(finding: Finding) -> bool:
    """Whether only a person can answer it, and nobody has: no fault of the lab shows there."""
    return finding.source == "manual" and not finding.by


def _explains(fault: Fault, finding: Finding) -> bool:
    if fault.device != finding.device:
        return False
    if fault.blocks and finding.verdict in UNSETTLED:
        return True
    return not fault.borne and any(
        fnmatchcase(finding.check, pattern) for pattern in (fault.check, *fault.also)
    )


def _unexplained_silence(outcomes: Iterable[Outcome], planted: Sequence[Fault]) -> list[FalseAlarm]:
    """Tasks that were not read though nothing blocks their device."""
    blocked = {fault.device for fault in planted if fault.blocks}
    return [
        FalseAlarm(
            device=outcome.device,
            check=outcome.task,
            subject="-",
            verdict=None,
            reason=outcome.reason,
        )
        for outcome in outcomes
        if not (outcome.reached or outcome.is_awaited) and outcome.device not in blocked
    ]
