"""Which rows of a fact a check judges, and what it means when there are none or not all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from xunjian.checks.findings import stated
from xunjian.checks.limits import LimitSources
from xunjian.checks.model import Finding, Verdict
from xunjian.checks.plan import CheckPlan
from xunjian.checks.row_verdict import completed
from xunjian.checks.situation import Situation
from xunjian.checks.wording import shown
from xunjian.expressions.values import truth
from xunjian.facts import make_fact
from xunjian.facts.model import AWAITING_FORM, FactRow, StepResult, StepState
from xunjian.facts.words import REASONS
from xunjian.language import Text
from xunjian.tasks.model import Check

_STATE_WORDS = {
    StepState.UNSUPPORTED: Text("设备不支持该命令", "the device does not know the command"),
    StepState.UNPARSED: Text("回答的格式无法识别", "the answer has an unexpected form"),
    StepState.INCOMPLETE: Text("回答不完整", "the answer is incomplete"),
    StepState.NOT_READ: Text("未能读取", "not read"),
    StepState.OK: Text(""),
}
NOT_READ = Text("未能读取", "not read")
_AWAITED = Text("待填表", "awaiting the form")
FORM_SAYS = "form: "  # how the reason of a blank begins that was answered without a value
NOTHING_EXPECTED = Text("清单中没有要求", "the inventory expects nothing")
NOT_SUPPORTED = Text("设备不支持该项", "the device does not support it")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopedRow:
    """A row with every name it is judged by, and its limits."""

    row: FactRow
    values: Mapping[str, object]
    limits: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Rows in scope; rows of which it is unknown whether they are."""

    rows: tuple[ScopedRow, ...]
    unclear: tuple[ScopedRow, ...]


def scope_of(plan: CheckPlan, situation: Situation, sources: LimitSources) -> Scope:
    """Give the rows that `where` admits and `ignore` does not take out."""
    rows: list[ScopedRow] = []
    unclear: list[ScopedRow] = []
    adds_nothing = situation.adds_nothing(plan)
    for named in situation.named_rows(plan.check.for_each):
        row, names = named
        if plan.check.ignore and _is_ignored(plan.check, row, situation):
            continue
        if not adds_nothing:
            names = situation.row_values(plan, named)
        early = is_inside(plan, names, situation) if plan.where_comes_first else None
        if early is False:
            continue  # most ports of a switch: not worth limits and values
        limits = sources.effective(row.fact)
        values = completed(plan, names, limits, situation)
        inside = early if plan.where_comes_first else is_inside(plan, values, situation)
        if inside is not False:
            scoped = ScopedRow(row=row, values=values, limits=limits)
            (rows if inside else unclear).append(scoped)
    return Scope(rows=tuple(rows), unclear=tuple(unclear))


def is_inside(plan: CheckPlan, values: Mapping[str, object], situation: Situation) -> bool | None:
    """Whether `where` holds; it may name limits, value and every `let`."""
    return True if plan.where is None else truth(plan.where.evaluate(values, situation))


def _is_ignored(check: Check, row: FactRow, situation: Situation) -> bool:
    today = situation.context.now.date()
    return any(
        rule.match.search(str(text))
        for rule in check.ignore
        if (rule.until is None or today <= rule.until)
        and (text := getattr(row.fact, rule.field, None)) is not None
    )


def unread(plan: CheckPlan, situation: Situation) -> tuple[StepResult, ...]:
    """Give the steps of the judged fact that did not work; unsupported ones only if they count.

    Where a device has one row, a step that fills no field of the check does not concern it; of
    other facts every step may have held more rows.
    """
    accepted = {StepState.OK}
    if plan.check.unsupported is Verdict.NOT_APPLICABLE:
        accepted.add(StepState.UNSUPPORTED)
    steps = situation.steps(plan.check.for_each)
    return tuple(s for s in steps if s.state not in accepted and _concerns(plan, situation, s))


def _concerns(plan: CheckPlan, situation: Situation, step: StepResult) -> bool:
    if step.known and plan.where is not None:  # the line of a form is about one row only
        values = {**situation.base_values(plan), **step.known}
        if truth(plan.where.evaluate(values, situation)) is False:
            return False
    rows = situation.table.of(plan.check.for_each)
    is_single = bool(rows) and not rows[0].fact.KEY and not rows[0].fact.EVENT
    if not is_single or not step.fields or not plan.fields_used or plan.check.function:
        return True
    return bool(step.fields & plan.fields_used)


def unread_findings(
    plan: CheckPlan, situation: Situation, steps: Sequence[StepResult]
) -> list[Finding]:
    """Say what was not read; subject `*` beside rows that were.

    A blank of a form stands by itself, under the subject it will have when it is filled in.
    """
    rest = [step for step in steps if not is_form(step)]
    found = [_blank(plan, situation, step) for step in steps if is_form(step)]
    if rest:
        subject = "*" if situation.table.of(plan.check.for_each) or found else "-"
        why, evidence = unread_reasons(rest), step_evidence(rest)
        found.append(
            stated(plan.check, situation, subject, Verdict.UNKNOWN, why, evidence=evidence)
        )
    return found


def is_form(step: StepResult) -> bool:
    """Whether a step waits for a form, or was answered there with other words than a value."""
    return step.reason == AWAITING_FORM or step.reason.startswith(FORM_SAYS)


def _blank(plan: CheckPlan, situation: Situation, step: StepResult) -> Finding:
    subject = make_fact(step.fact, step.known)[0].subject
    evidence = step_evidence([step])
    verdict = Verdict.UNKNOWN if evidence else Verdict.NOT_CHECKED
    made = stated(plan.check, situation, subject, verdict, _AWAITED, evidence=evidence)
    return replace(made, source="manual")


def unread_reasons(steps: Sequence[StepResult]) -> Text:
    """Say why steps did not work, each reason once."""
    said: dict[Text, None] = {}
    for step in steps:
        word, why = _STATE_WORDS[step.state], _in_words(step.reason)
        said[Text(f"{word.zh}（{why.zh}）", f"{word.en} ({why.en})") if step.reason else word] = (
            None
        )
    return Text("；".join(text.zh for text in said), "; ".join(text.en for text in said))


def _in_words(reason: str) -> Text:
    """Give the codes of a step's end as words; what is a text already stays one."""
    parts = [REASONS.get(part) or Text(part, part) for part in reason.split("; ")]
    return Text(
        shown("；".join(part.zh for part in parts), None),
        shown("; ".join(part.en for part in parts), None),
    )


def nothing_in_scope(plan: CheckPlan, situation: Situation) -> Finding | None:
    """Judge a fact without a row in scope; None when a step that was not read says it already."""
    check, steps = plan.check, situation.steps(plan.check.for_each)
    if steps and all(step.state is StepState.UNSUPPORTED for step in steps):
        evidence = step_evidence(steps)
        return stated(check, situation, "-", check.unsupported, NOT_SUPPORTED, evidence=evidence)
    if unread(plan, situation):
        return None
    if not steps and not situation.table.of(check.for_each):
        return stated(check, situation, "-", Verdict.UNKNOWN, NOT_READ)
    evidence = situation.evidence((check.for_each,))
    verdict, why = check.empty, Text("没有可判定的对象", "nothing to judge")
    if not situation.table.of(check.for_each) and not evidence:
        verdict, why = nothing_expected(check), NOTHING_EXPECTED
    return stated(check, situation, "-", verdict, why, evidence=evidence)


def nothing_expected(check: Check) -> Verdict:
    """Give the verdict when the inventory's list is empty, so that nothing was asked."""
    return Verdict.NOT_APPLICABLE if check.empty is Verdict.NORMAL else check.empty


def _is_wholly_read(plan: CheckPlan, situation: Situation) -> bool:
    """Whether a row that is not there is gone: every step was read, and at least one was asked."""
    steps = situation.steps(plan.check.for_each)
    read = [step for step in steps if step.state is StepState.OK and step.evidence_ids]
    return bool(read) and not unread(plan, situation)


def step_evidence(steps: Sequence[StepResult]) -> tuple[str, ...]:
    """Give the evidence of steps whose answer came whole; a cut one is never cited."""
    whole = (StepState.OK, StepState.UNSUPPORTED, StepState.UNPARSED)
    return tuple(dict.fromkeys(i for s in steps if s.state in whole for i in s.evidence_ids))


def vanished(plan: CheckPlan, situation: Situation, sources: LimitSources) -> tuple[Finding, ...]:
    """Find rows that the last collection had in scope and this complete one has not at all."""
    check = plan.check
    before = situation.previous(check.for_each)
    if check.vanished is None or not before or not _is_wholly_read(plan, situation):
        return ()
    now = situation.keys(check.for_each)
    why = Text("上次存在，本次消失", "known last time, gone now")
    evidence = situation.evidence((check.for_each,))
    found: list[Finding] = []
    for key, row in before.items():
        if key in now or not key or row.fact.EVENT or _is_ignored(check, row, situation):
            continue
        was = {**situation.base_values(plan), **row.fact.values(), "row": row.fact}
        values = completed(plan, was, sources.effective(row.fact), situation)
        if is_inside(plan, values, situation) is not False:
            made = stated(
                check,
                situation,
                row.fact.subject,
                check.vanished,
                why,
                evidence=evidence,
                values=values,
            )
            found.append(made)
    return tuple(found)
