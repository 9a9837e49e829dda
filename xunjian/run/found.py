"""What forms say that no card asks: new problems, and matters of earlier rounds looked at again."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from xunjian.checks.model import Finding, Verdict, finding_id
from xunjian.language import Text
from xunjian.run.answers import Answer, Answers, answer_of, contradicted, holding_of, joined
from xunjian.run.model import Outcome
from xunjian.transport.model import Channel, Evidence

RECHECK = "RECHECK"  # question of a line about a matter of an earlier round
FREE = "FREE"  # question of a problem that was on no list
FREE_CHECK = "form.problem"
_FREE_TITLE = Text("表外问题", "Problem outside the list")


def with_found(outcomes: tuple[Outcome, ...], found: Sequence[Finding]) -> tuple[Outcome, ...]:
    """Put what no card asks beside the device's first item of a form."""
    if not outcomes or not found:
        return outcomes
    first = outcomes[0]
    added = tuple(replace(one, task=first.task) for one in found)
    ids = dict.fromkeys([*first.evidence_ids, *(i for one in added for i in one.evidence_ids)])
    kept = {one.id for one in added}
    others = tuple(one for one in first.findings if one.id not in kept)
    made = replace(first, findings=(*others, *added), evidence_ids=tuple(ids))
    return (made, *outcomes[1:])


def overruled(
    outcomes: Sequence[Outcome], answers: Answers, measured: Mapping[str, Finding] | None = None
) -> tuple[Outcome, ...]:
    """Let what people say of measured findings hold; an outcome nobody speaks of stays the same.

    measured: findings as the machine left them, for those that were overruled before.
    """
    known = measured or {}
    made: list[Outcome] = []
    for outcome in outcomes:
        spoken = {one.id for one in outcome.findings if answers.overrules(one)}
        if not spoken:
            made.append(outcome)
            continue
        machine = [
            one if one.source == "automatic" else known.get(one.id, one) for one in outcome.findings
        ]
        findings = tuple(
            answers.overruled(new) if old.id in spoken else old
            for old, new in zip(outcome.findings, machine, strict=True)
        )
        ids = dict.fromkeys([*outcome.evidence_ids, *(i for f in findings for i in f.evidence_ids)])
        made.append(replace(outcome, findings=findings, evidence_ids=tuple(ids)))
    return tuple(made)


def found_beside(
    evidence: Sequence[Evidence], device: str, matters: Mapping[str, Finding]
) -> tuple[Finding, ...]:
    """Give the findings of free rows, and of matters of earlier rounds looked at again."""
    given: defaultdict[str, list[Evidence]] = defaultdict(list)
    for one in evidence:
        if one.request.channel is Channel.MANUAL:
            given[one.request.text].append(one)
    found: list[Finding] = []
    for question, answers in given.items():
        if not question.startswith((FREE, RECHECK)):
            continue
        holding = holding_of(answers)
        said = answer_of(holding[-1]) if holding else None
        if said is not None:
            made = _finding(question, device, said, holding)
            old = matters.get(made.subject)
            if old is not None:
                made = replace(made, check=old.check, subject=old.subject, title=old.title)
                made = replace(made, standard=old.standard, unit=old.unit)
            found.append(contradicted(made, holding) if len(holding) > 1 else made)
    return tuple(found)


def _finding(question: str, device: str, said: Answer, holding: Sequence[Evidence]) -> Finding:
    detail = str(said.values.get("detail") or "")
    subject = question.partition(" ")[2]
    is_free = question.startswith(FREE)
    verdict = Verdict(said.verdict) if said.verdict else Verdict.UNKNOWN
    return Finding(
        id=finding_id(device, FREE_CHECK, subject) if is_free else subject,
        check=FREE_CHECK,
        task="",
        device=device,
        subject=subject,
        verdict=verdict,
        title=_FREE_TITLE,
        level="III" if verdict is Verdict.ABNORMAL else "",
        message=joined([*([Text(detail, detail)] if detail else []), *said.written]),
        evidence_ids=tuple(one.id for one in holding),
        source="manual",
        by=said.by,
        remark=joined(said.written),
        photos=said.photos,
    )
