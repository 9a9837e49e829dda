"""Making findings: one place that gives identity, level, texts, and holds invariant 1."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from xunjian.checks.limits import written_limits
from xunjian.checks.model import LEVELS, Finding, Verdict, finding_id
from xunjian.checks.plan import WINDOW
from xunjian.checks.row_verdict import Judgement, as_told
from xunjian.checks.situation import Situation
from xunjian.checks.wording import display_value, fill, message_of, named, standard_of
from xunjian.language import Text
from xunjian.tasks.model import Check

# The house's default when a card says nothing: something bad is a single device's matter (II),
# something coming is a matter of redundancy or time (III).
_DEFAULT_LEVELS = {Verdict.WARNING: "III", Verdict.ABNORMAL: "II"}
_NUMBERS = (int, float)
_NO_ADVICE = Text("")
NO_EVIDENCE = Text("没有可引用的完整证据", "no complete evidence to cite")


def judged(  # noqa: PLR0913  what a finding is made of
    check: Check,
    situation: Situation,
    subject: str,
    judgement: Judgement,
    evidence: Sequence[str],
    *,
    why: Text | None = None,
) -> Finding:
    """Make the finding of a judgement; `why` explains a verdict that values do not explain."""
    if judgement.verdict is Verdict.NORMAL and not evidence:
        judgement, why = replace(judgement, verdict=Verdict.UNKNOWN), NO_EVIDENCE
    verdict = judgement.verdict
    bad = verdict in _DEFAULT_LEVELS
    if bad or "{" in check.standard.zh:
        judgement = as_told(situation.plan(check), judgement, situation)
    message = message_of(check, subject, judgement)
    if why is not None:
        message = Text(f"{message.zh}（{why.zh}）", f"{message.en} ({why.en or why.zh})")
    return Finding(
        id=finding_id(situation.device.name, check.id, subject),
        check=check.id,
        task=check.task,
        device=situation.device.name,
        subject=subject,
        verdict=verdict,
        title=check.title,
        value=display_value(judgement.value, check, judgement.limits),
        unit=check.unit,
        standard=standard_of(check, subject, judgement),
        level=level_of(check, verdict, situation) if bad else "",
        message=message,
        advice=fill(check.advice, check, subject, judgement) if bad else _NO_ADVICE,
        evidence_ids=tuple(evidence),
        limits=_numbers(judgement),
    )


def _numbers(judgement: Judgement) -> tuple[tuple[str, float], ...]:
    """The limits in numbers, and the window (`low`, `high`) a device prints for itself."""
    if type(judgement.value) not in _NUMBERS:
        return ()
    values = judgement.values
    window = {name: values[name] for name in WINDOW if name in values}
    return tuple(
        [
            (name, float(limit))
            for name, limit in {**window, **judgement.limits}.items()
            if isinstance(limit, (int, float)) and not isinstance(limit, bool)
        ]
    )


def stated(  # noqa: PLR0913  as above
    check: Check,
    situation: Situation,
    subject: str,
    verdict: Verdict,
    why: Text,
    *,
    evidence: Sequence[str] = (),
    values: Mapping[str, object] | None = None,
) -> Finding:
    """Make a finding that no expression decided: nothing there, not read, gone."""
    limits = written_limits(check, situation.device, situation.context.thresholds)
    judgement = Judgement(verdict=verdict, values=values or {}, limits=limits)
    made = judged(check, situation, subject, judgement, evidence)
    said = why if made.verdict is verdict else NO_EVIDENCE
    name = named(check, subject)
    return replace(made, message=Text(f"{name.zh}：{said.zh}", f"{name.en}: {said.en or said.zh}"))


def level_of(check: Check, verdict: Verdict, situation: Situation) -> str:
    """Give the fault level, raised by the device's role and importance."""
    level = check.levels.get(verdict, _DEFAULT_LEVELS.get(verdict, ""))
    if level not in LEVELS:
        return level
    raises = situation.context.raise_levels
    device = situation.device
    up = max(raises.get(device.role, 0), raises.get(device.importance, 0), 0)
    return LEVELS[max(LEVELS.index(level) - up, 0)]


_SEVERITY = (
    Verdict.ABNORMAL,
    Verdict.WARNING,
    Verdict.UNKNOWN,
    Verdict.NOT_CHECKED,
    Verdict.WAIVED,
    Verdict.NORMAL,
    Verdict.NOT_APPLICABLE,
)


def severity(verdict: Verdict) -> int:
    """Rank verdicts, the worst first."""
    return _SEVERITY.index(verdict)


def unique(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Keep one finding per identity, the worst (equal log lines are two events with one name)."""
    kept: dict[str, Finding] = {}
    for finding in findings:
        before = kept.get(finding.id)
        if before is None or severity(finding.verdict) < severity(before.verdict):
            kept[finding.id] = finding
    return tuple(kept.values())
