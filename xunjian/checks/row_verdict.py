"""The verdict over one row, one item or the device: known bad wins, unknown is never normal."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from xunjian.checks.model import Verdict
from xunjian.checks.plan import CheckPlan
from xunjian.expressions import COUNTERS_RESTARTED, Expression, FactAccess
from xunjian.expressions.values import as_number, truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict and what it came from.

    limit: name of the limit that decided (or stands nearest); empty without `worse`.
    decisive: the expression that decided, if one did.
    values: every name as judged, for messages.
    is_unclear: it is unknown whether `where` holds, so nothing was judged.
    is_anew: a counter began anew since the last round, so its growth is a lower bound.
    """

    verdict: Verdict
    value: object = None
    limit: str = ""
    decisive: Expression | None = None
    limits: Mapping[str, object] = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict)
    is_unclear: bool = False
    is_anew: bool = False


def judge_values(
    plan: CheckPlan,
    names: Mapping[str, object],
    limits: Mapping[str, object],
    facts: FactAccess,
) -> Judgement:
    """Judge one set of names, as `completed` gives them.

    Abnormal when an abnormal condition holds, whatever else is missing; else warning when a
    warning condition holds; else unknown when anything needed is unknown; else normal.
    """
    value, worse = names["value"], plan.check.worse
    unknown = plan.value is not None and value is None
    conditions: tuple[tuple[Verdict, str, Expression | None], ...] = (
        (Verdict.ABNORMAL, "critical", plan.abnormal),
        (Verdict.WARNING, "warning", plan.warning),
    )
    for verdict, limit, expression in conditions:
        beyond = _beyond(worse, value, limits, limit) if worse else False
        if beyond is True:
            return Judgement(verdict=verdict, value=value, limit=limit, limits=limits, values=names)
        holds = truth(expression.evaluate(names, facts)) if expression is not None else False
        if holds is True:
            return Judgement(
                verdict=verdict, value=value, decisive=expression, limits=limits, values=names
            )
        unknown = unknown or beyond is None or holds is None
    return Judgement(
        verdict=Verdict.UNKNOWN if unknown else Verdict.NORMAL,
        value=value,
        limit=next((name for name in ("warning", "critical") if name in limits), ""),
        limits=limits,
        values=names,
    )


def completed(
    plan: CheckPlan,
    values: Mapping[str, object],
    limits: Mapping[str, object],
    facts: FactAccess,
) -> dict[str, object]:
    """Add limits, the `let` names that decide, in order, and the value to the names of a row."""
    names: dict[str, object] = {**values, "limits": limits, "value": None}
    for name, expression in plan.let.items():
        if name not in plan.told:
            names[name] = expression.evaluate(names, facts)
    if plan.value is not None:
        names["value"] = plan.value.evaluate(names, facts)
    for name in plan.late:
        names[name] = plan.let[name].evaluate(names, facts)
    return names


def as_told(plan: CheckPlan, judgement: Judgement, facts: FactAccess) -> Judgement:
    """Add the `let` names that only texts show."""
    if not plan.told or not judgement.values:
        return judgement
    names = dict(judgement.values)
    for name in plan.told:
        names[name] = plan.let[name].evaluate(names, facts)
    return replace(judgement, values=names)


def began_anew(plan: CheckPlan, values: Mapping[str, object]) -> bool:
    """Whether a judged counter was cleared, wrapped, or restarted with the device."""
    before = values.get("previous")
    if not plan.counters or before is None:
        return False
    if values.get(COUNTERS_RESTARTED) is True:
        return True
    pairs = ((as_number(values.get(f)), as_number(getattr(before, f, None))) for f in plan.counters)
    return any(new is not None and old is not None and new < old for new, old in pairs)


def _beyond(worse: str, value: object, limits: Mapping[str, object], limit: str) -> bool | None:
    """Whether the value is beyond a limit; False when there is no such limit."""
    if limit not in limits:
        return False
    number, bound = as_number(value), as_number(limits[limit])
    if number is None or bound is None:
        return None
    return number >= bound if worse == "high" else number <= bound


def lacks_only_the_past(
    plan: CheckPlan,
    values: Mapping[str, object],
    limits: Mapping[str, object],
    facts: FactAccess,
) -> bool:
    """Whether an unknown verdict would be known, had there been an earlier round like this one."""
    if not plan.uses_history or not _has_no_past(plan, values):
        return False
    unusable = plan.check.join or plan.counted or None in limits.values()
    if not unusable and all(values.get(name) is not None for name in plan.row_names):
        return True
    row = values.get("row")
    as_if = {
        **values,
        "previous": row,
        "reference": row,
        "last_round": {"at": values.get("now")},
        "interval_s": 1.0,
        COUNTERS_RESTARTED: True,
    }
    as_if = completed(plan, as_if, limits, facts)
    return judge_values(plan, as_if, limits, facts).verdict is not Verdict.UNKNOWN


def _has_no_past(plan: CheckPlan, values: Mapping[str, object]) -> bool:
    used = {name for expression in plan.judged for name in expression.names}
    past = {"previous", "reference", "last_round"} & used
    past |= {"previous"} if "interval_s" in used else set()
    return any(values.get(name) is None for name in past)
