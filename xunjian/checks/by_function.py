"""Checks that a registered function judges: its findings are held to the same rules as ours."""

from collections.abc import Sequence
from dataclasses import replace

from xunjian.checks.context import FunctionContext
from xunjian.checks.findings import NO_EVIDENCE, stated
from xunjian.checks.model import Finding, Verdict
from xunjian.checks.plan import CheckPlan
from xunjian.checks.scope import Scope, nothing_in_scope, step_evidence, unread, unread_findings
from xunjian.checks.situation import Situation
from xunjian.language import Text

_UNCLEAR = Text("不知是否在判定范围内", "it is unknown whether it is in scope")


def judge_by_function(plan: CheckPlan, situation: Situation, scope: Scope) -> Sequence[Finding]:
    """Call a check's function with the rows in scope; what it does not see is unknown beside."""
    check = plan.check
    missing = unread(plan, situation) if check.for_each else ()
    found: list[Finding] = []
    if scope.rows or not missing:
        found += _called(plan, situation, scope)
    found += [
        stated(check, situation, unclear.row.fact.subject, Verdict.UNKNOWN, _UNCLEAR)
        for unclear in scope.unclear
    ]
    if check.for_each and not found and (nothing := nothing_in_scope(plan, situation)):
        found.append(nothing)
    if missing:
        found += unread_findings(plan, situation, missing)
    return found


def _called(plan: CheckPlan, situation: Situation, scope: Scope) -> list[Finding]:
    check = plan.check
    function = situation.context.functions.get(check.function or "")
    if function is None:
        why = Text(f"没有判定函数 {check.function}", f"no judging function {check.function}")
        return [stated(check, situation, "-", Verdict.UNKNOWN, why)]
    context = FunctionContext(
        device=situation.device, check=check, table=situation.table, judge=situation.context
    )
    try:
        found = function.call([scoped.row for scoped in scope.rows], context)
        whole = _whole_evidence(situation)
        return [_proven(finding, whole) for finding in found]
    except Exception as error:  # noqa: BLE001  foreign code: its mistake must not end the round
        why = Text(f"判定函数出错：{type(error).__name__}", f"it failed: {type(error).__name__}")
        return [stated(check, situation, "-", Verdict.UNKNOWN, why)]


def _whole_evidence(situation: Situation) -> frozenset[str]:
    """Give the ids of all evidence of the device that came whole."""
    rows = (row for rows in situation.table.rows.values() for row in rows)
    cited = {i for row in rows for i in row.evidence_ids}
    return frozenset(cited | set(step_evidence(situation.table.steps)))


def _proven(finding: Finding, whole: frozenset[str]) -> Finding:
    """Let a normal verdict stand only on evidence that there is (invariant 1)."""
    if finding.verdict is not Verdict.NORMAL or whole.issuperset(finding.evidence_ids):
        return finding
    return replace(finding, verdict=Verdict.UNKNOWN, message=NO_EVIDENCE)
