"""Judging one device: every check of its tasks over all its facts, in card and row order."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from xunjian.checks.by_function import judge_by_function
from xunjian.checks.context import JudgeContext
from xunjian.checks.findings import judged, severity, stated, unique
from xunjian.checks.limits import limit_sources
from xunjian.checks.model import Finding, Verdict
from xunjian.checks.plan import CheckPlan, lacking_text
from xunjian.checks.row_verdict import (
    Judgement,
    began_anew,
    completed,
    judge_values,
    lacks_only_the_past,
)
from xunjian.checks.scope import (
    NOT_SUPPORTED,
    NOTHING_EXPECTED,
    Scope,
    ScopedRow,
    is_inside,
    nothing_expected,
    nothing_in_scope,
    scope_of,
    step_evidence,
    unread,
    unread_findings,
    unread_reasons,
    vanished,
)
from xunjian.checks.situation import Situation, row_evidence, together, unknown_fields
from xunjian.expressions.values import as_number, truth
from xunjian.facts.model import Fact, FactTable, StepResult, StepState
from xunjian.facts.subjects import subject_word
from xunjian.facts.titles import field_titles
from xunjian.inventory.model import Device
from xunjian.language import Text
from xunjian.tasks.model import Check, Task

_FIRST = {"not_checked": Verdict.NOT_CHECKED, "normal": Verdict.NORMAL}
_ANEW = Text(
    "计数器清零、回绕或随设备重启过，只计其后",
    "the counter was cleared, wrapped or restarted: counted from there",
)
_FIRST_ROUND = Text("没有上一次的数据可比", "there is no earlier round to compare with")


def judge(
    device: Device, tasks: Sequence[Task], table: FactTable, context: JudgeContext
) -> tuple[Finding, ...]:
    """Judge everything that `tasks` check, from the facts alone.

    A normal finding always cites evidence; what cannot be decided is unknown, never normal.
    """
    situation = Situation(device, table, context)
    found: list[Finding] = []
    for task in tasks:
        for check in task.checks:
            found += unique(_judge_check(check, situation))
    return tuple(found)


def _judge_check(check: Check, situation: Situation) -> Sequence[Finding]:
    plan = situation.plan(check)
    if plan.lacking:
        why = lacking_text(plan.lacking)
        return (stated(check, situation, "-", Verdict.NOT_APPLICABLE, why),)
    if plan.when is not None:
        applies = truth(plan.when.evaluate(situation.base_values(plan), situation))
        if applies is not True:
            return (_when_not(plan, situation, applies),)
    if not check.for_each:
        if check.function:
            return judge_by_function(plan, situation, Scope(rows=(), unclear=()))
        return (_judge_device(plan, situation),)
    if check.for_each.startswith("expected."):
        return _judge_items(plan, situation)
    return _judge_fact(plan, situation)


def _when_not(plan: CheckPlan, situation: Situation, applies: bool | None) -> Finding:  # noqa: FBT001
    shown = str(plan.when)
    evidence = situation.evidence(plan.facts)
    if applies is False:
        why = Text("适用条件不成立", "the condition for it does not hold")
        return stated(plan.check, situation, "-", Verdict.NOT_APPLICABLE, why, evidence=evidence)
    why = Text(f"不知适用条件是否成立：{shown}", f"it is unknown whether it applies: {shown}")
    return stated(plan.check, situation, "-", Verdict.UNKNOWN, why, evidence=evidence)


def _judge_device(plan: CheckPlan, situation: Situation) -> Finding:
    check = plan.check
    evidence = situation.evidence(plan.facts)
    limits = limit_sources(plan, situation.device, situation.context.thresholds).effective(None)
    values = completed(plan, situation.base_values(plan), limits, situation)
    judgement = judge_values(plan, values, limits, situation)
    if judgement.verdict is Verdict.UNKNOWN:
        steps = [step for fact in plan.facts for step in situation.steps(fact)]
        if steps and all(step.state is StepState.UNSUPPORTED for step in steps):
            ids = step_evidence(steps)
            return stated(check, situation, "-", check.unsupported, NOT_SUPPORTED, evidence=ids)
        if lacks_only_the_past(plan, values, limits, situation):
            return _first(check, situation, "-", judgement, evidence)
    return judged(check, situation, "-", judgement, evidence, why=_why(plan, judgement, None))


def _judge_items(plan: CheckPlan, situation: Situation) -> Sequence[Finding]:
    """Judge one finding per item of an inventory list; an empty list is the card's `empty`."""
    check = plan.check
    items = situation.device.expected.get(check.for_each.partition(".")[2], ())
    evidence = situation.evidence(plan.facts)
    limits = limit_sources(plan, situation.device, situation.context.thresholds).effective(None)
    base = situation.base_values(plan)
    rows: list[tuple[str, Judgement, tuple[str, ...]]] = []
    for item in items:
        values = completed(plan, {**base, "item": item, "row": item}, limits, situation)
        inside = is_inside(plan, values, situation)
        if inside is False:
            continue
        judgement = _undecided(values, limits)
        if inside:
            judgement = judge_values(plan, values, limits, situation)
        rows.append((_item_subject(item), judgement, evidence))
    if not rows:
        return (_nothing_expected(check, situation, evidence),)
    if check.report == "worst":
        return (_worst(check, situation, rows),)
    return [
        judged(check, situation, subject, judgement, ids, why=_why(plan, judgement, None))
        for subject, judgement, ids in rows
    ]


def _nothing_expected(check: Check, situation: Situation, evidence: tuple[str, ...]) -> Finding:
    verdict = check.empty if evidence else nothing_expected(check)
    return stated(check, situation, "-", verdict, NOTHING_EXPECTED, evidence=evidence)


def _item_subject(item: object) -> str:
    if isinstance(item, Mapping):
        item = item.get("name") or next(iter(item.values()), "-")
    return str(item) or "-"


def _undecided(values: Mapping[str, object], limits: Mapping[str, object]) -> Judgement:
    return Judgement(verdict=Verdict.UNKNOWN, values=values, limits=limits, is_unclear=True)


def _judge_fact(plan: CheckPlan, situation: Situation) -> Sequence[Finding]:
    check = plan.check
    sources = limit_sources(plan, situation.device, situation.context.thresholds)
    scope = scope_of(plan, situation, sources)
    if check.function:
        return judge_by_function(plan, situation, scope)
    rows = [_judge_row(plan, situation, scoped) for scoped in scope.rows]
    rows += [
        (scoped.row.fact, _undecided(scoped.values, scoped.limits), scoped.row.evidence_ids)
        for scoped in scope.unclear
    ]
    missing = unread(plan, situation)
    if _says_what_is_missing(plan, rows, missing):
        return [_unread_row(plan, situation, rows[0], missing)]
    found = _reported(plan, situation, rows)
    gone = vanished(plan, situation, sources)
    found += gone
    supported = [s for s in situation.steps(check.for_each) if s.state is not StepState.UNSUPPORTED]
    if not rows and not (gone and check.empty is not Verdict.ABNORMAL):
        nothing = nothing_in_scope(plan, situation)
        found += [nothing] if nothing is not None else []
    if missing and (rows or supported):
        found += unread_findings(plan, situation, missing)
    return found


Judged = tuple[Fact, Judgement, tuple[str, ...]]


def _says_what_is_missing(
    plan: CheckPlan, rows: Sequence[Judged], missing: Sequence[StepResult]
) -> bool:
    """Whether the device's one row is unknown for exactly the steps that were not read.

    A finding `*` beside it would be a second line for one gap.
    """
    if len(rows) != 1 or rows[0][0].KEY or rows[0][1].verdict is not Verdict.UNKNOWN:
        return False
    empty = frozenset(unknown_fields(plan, rows[0][0]))
    filled = [step.fields & plan.row_names for step in missing]
    return bool(missing and empty) and all(filled) and empty <= frozenset().union(*filled)


def _unread_row(
    plan: CheckPlan, situation: Situation, row: Judged, missing: Sequence[StepResult]
) -> Finding:
    fact, judgement, ids = row
    why = unread_reasons(missing)
    return judged(plan.check, situation, fact.subject, judgement, ids, why=why)


def _judge_row(plan: CheckPlan, situation: Situation, scoped: ScopedRow) -> Judged:
    row, values, limits = scoped.row, scoped.values, scoped.limits
    judgement = judge_values(plan, values, limits, situation)
    if judgement.verdict is Verdict.UNKNOWN and lacks_only_the_past(
        plan, values, limits, situation
    ):
        verdict = _FIRST.get(plan.check.first, Verdict.NOT_CHECKED)
        judgement = replace(judgement, verdict=verdict)
    elif began_anew(plan, values):
        judgement = _anew(plan.check, judgement)
    return row.fact, judgement, row_evidence(situation, plan, row)


def _anew(check: Check, judgement: Judgement) -> Judgement:
    """A lower bound proves what is bad, not that all is well: that is as in a first round."""
    is_first = judgement.verdict is Verdict.NORMAL and check.first == "not_checked"
    verdict = Verdict.NOT_CHECKED if is_first else judgement.verdict
    return replace(judgement, verdict=verdict, is_anew=True)


def _first(
    check: Check,
    situation: Situation,
    subject: str,
    judgement: Judgement,
    evidence: Sequence[str],
) -> Finding:
    verdict = _FIRST.get(check.first, Verdict.NOT_CHECKED)
    judgement = replace(judgement, verdict=verdict)
    return judged(check, situation, subject, judgement, evidence, why=_FIRST_ROUND)


def _reported(plan: CheckPlan, situation: Situation, rows: Sequence[Judged]) -> list[Finding]:
    check = plan.check
    if check.group and rows:
        return _grouped(plan, situation, rows)
    if check.report == "worst" and rows:
        named = [(fact.subject, judgement, ids) for fact, judgement, ids in rows]
        return [_worst(check, situation, named)]
    return [
        judged(
            check,
            situation,
            fact.subject,
            judgement,
            ids,
            why=_why(plan, judgement, fact),
        )
        for fact, judgement, ids in rows
    ]


def _why(plan: CheckPlan, judgement: Judgement, fact: Fact | None) -> Text | None:
    """Explain a verdict that value and limit do not explain."""
    if judgement.is_anew and judgement.verdict is not Verdict.UNKNOWN:
        return _ANEW
    if judgement.verdict is Verdict.NOT_CHECKED:
        return _FIRST_ROUND
    if judgement.verdict is not Verdict.UNKNOWN:
        return None
    fields = unknown_fields(plan, fact) if fact is not None else ()
    if fields:
        lacking = field_titles(fields)
        return Text(f"缺少{lacking.zh}", f"no value for {lacking.en}")
    unusable = [name for name, limit in judgement.limits.items() if limit is None]
    if unusable and not judgement.is_unclear:
        shown = ", ".join(unusable)
        return Text(f"限值不可用：{shown}", f"limit not usable: {shown}")
    return Text("依据不全", "not all it depends on is known")


def _worst(
    check: Check,
    situation: Situation,
    rows: Sequence[tuple[str, Judgement, tuple[str, ...]]],
) -> Finding:
    """Make one finding of all rows: that of the worst, the most extreme value among equals."""

    def badness(row: tuple[str, Judgement, tuple[str, ...]]) -> tuple[int, float]:
        number = as_number(row[1].value)
        extreme = 0.0 if number is None else float(number)
        return severity(row[1].verdict), extreme if check.worse == "low" else -extreme

    subject, judgement, ids = min(rows, key=badness)
    alike = [name for name, other, _ in rows if other.verdict is judgement.verdict]
    evidence = ids
    if judgement.verdict is Verdict.NORMAL:
        evidence = together(found for _, _, found in rows)
    why = None
    if subject != "-" and judgement.verdict is not Verdict.NORMAL:
        words = [subject_word(name) or Text(name, name) for name in alike[:5]]
        more = " …" if len(alike) > 5 else ""
        count = f"{len(alike)}/{len(rows)}"
        why = Text(
            f"{count}：{'、'.join(one.zh for one in words)}{more}",
            f"{count}: {', '.join(one.en for one in words)}{more}",
        )
    return judged(check, situation, "-", judgement, evidence, why=why)


def _grouped(plan: CheckPlan, situation: Situation, rows: Sequence[Judged]) -> list[Finding]:
    """Make one finding per group of rows, judged again with `n`, showing the worst row."""
    check = plan.check
    groups: dict[tuple[object, ...], list[Judged]] = {}
    for row in rows:
        key = tuple(getattr(row[0], name, None) for name in check.group)
        groups.setdefault(key, []).append(row)
    found = []
    for key, members in groups.items():
        members.sort(key=_when)  # stable: rows without a time keep their order
        more = {"n": len(members), "first": members[0][0], "last": members[-1][0]}
        again = [_again(plan, situation, member, more) for member in members]
        worst = min(again, key=lambda judgement: severity(judgement.verdict))
        why = _why(plan, worst, members[again.index(worst)][0])
        if why is None and len(members) > 1:
            why = Text(f"{len(members)} 次", f"{len(members)} times")
        subject = "/".join(str(part) for part in key if part is not None) or "-"
        evidence = together(ids for _, _, ids in members)
        found.append(judged(check, situation, subject, worst, evidence, why=why))
    return found


def _when(row: Judged) -> float:
    at = getattr(row[0], "at", None)
    return at.timestamp() if isinstance(at, datetime) else 0.0


def _again(
    plan: CheckPlan, situation: Situation, member: Judged, more: Mapping[str, object]
) -> Judgement:
    """Judge a row once more if it asks about its group; else let it only be shown."""
    judgement = member[1]
    values = {**judgement.values, **more}
    asks = any(expression.names & more.keys() for expression in plan.judged)
    if not asks or judgement.is_unclear:
        return replace(judgement, values=values)
    values = completed(plan, values, judgement.limits, situation)
    return judge_values(plan, values, judgement.limits, situation)
