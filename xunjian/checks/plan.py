"""A check as it is judged on one platform: terms nobody fills are dropped beforehand."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from xunjian.expressions import Expression
from xunjian.expressions.expression import any_expression, constant
from xunjian.facts.registry import FACTS, field_names
from xunjian.facts.titles import titled
from xunjian.language import Text
from xunjian.tasks.model import Check

Provided = Mapping[str, frozenset[str]]
_NEVER = constant(value=False)
WINDOW = ("low", "high")  # `let` names of cards whose devices print their own window
_ROW_NAMES = ("row", "previous", "reference")  # hold a row of the judged fact


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPlan:
    """One check, compiled for what is provided.

    where_comes_first: `where` asks neither for the value, a limit nor a `let`.
    late: the `let` names that use the value, and are worked out after it.
    told: those that no verdict needs; they are worked out only for a text that is shown.
    lacking: what the platform does not report when nothing is left to judge; else empty.
    facts: names of all facts read, the judged one first. counted: those in `count(Fact, …)`, also
    where it only decides whether a row is judged.
    counters: fields whose growth is judged.
    row_names: fields of the judged row that the verdict needs. fields_used: these, and those that
    only decide whether the row is judged, or by which limit.
    """

    check: Check
    when: Expression | None = None
    where: Expression | None = None
    where_comes_first: bool = False
    let: Mapping[str, Expression] = field(default_factory=dict)
    late: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    value: Expression | None = None
    warning: Expression | None = None
    abnormal: Expression | None = None
    own: Mapping[str, str] = field(default_factory=dict)
    lacking: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()
    uses_history: bool = False
    counters: frozenset[str] = frozenset()
    row_names: frozenset[str] = frozenset()
    fields_used: frozenset[str] = frozenset()
    expected_names: frozenset[str] = frozenset()

    @property
    def judged(self) -> tuple[Expression, ...]:
        """The expressions a verdict comes from."""
        parts = (*self.let.values(), self.value, self.warning, self.abnormal)
        return tuple(part for part in parts if part is not None)


class PlanCache:
    """Plans made so far, one per check and set of provided fields; shared by a run's devices."""

    __slots__ = ("_plans",)

    def __init__(self) -> None:
        self._plans: dict[frozenset[tuple[str, frozenset[str]]], dict[str, CheckPlan]] = {}

    def plans_for(self, provided: Provided) -> dict[str, CheckPlan]:
        """Give the plans made so far for these provided fields, by check; to be added to."""
        return self._plans.setdefault(frozenset(provided.items()), {})

    def plan(self, check: Check, provided: Provided) -> CheckPlan:
        """Give the plan of a check for these provided fields."""
        return planned(self.plans_for(provided), check, provided)


def planned(plans: dict[str, CheckPlan], check: Check, provided: Provided) -> CheckPlan:
    """Give the plan of a check out of those of `plans_for`, made if it is the first time."""
    plan = plans.get(check.id)
    if plan is None:
        plan = plans[check.id] = plan_check(check, provided)
    return plan


def plan_check(check: Check, provided: Provided) -> CheckPlan:
    """Drop from a check what no planned card fills on the platform."""
    written = [*check.let.values()]
    written += [e for e in (check.when, check.where, check.value) if e is not None]
    written += [e for e in (check.warning, check.abnormal) if e is not None]
    names, facts = _missing(check, provided, written)
    kept_let: dict[str, Expression] = {}
    for name, expression in check.let.items():
        kept = expression.without(frozenset(names), facts)
        if kept is None:
            names.add(name)
        else:
            kept_let[name] = kept

    def drop(expression: Expression | None) -> Expression | None:
        return None if expression is None else expression.without(frozenset(names), facts)

    value = drop(check.value)
    if check.value is not None and value is None:
        names.add("value")
    warning, abnormal = (_condition(one, drop) for one in (check.warning, check.abnormal))
    kept_parts = [e for e in (*kept_let.values(), value, warning, abnormal) if e is not None]
    when, where = drop(check.when), drop(check.where)
    rested_on = (*kept_parts, *(e for e in (when, where) if e is not None))
    told = _only_told(kept_let, (where, value, warning, abnormal))
    return CheckPlan(
        check=check,
        when=when,
        where=where,
        where_comes_first=where is not None
        and where.names.isdisjoint({"value", "limits", *check.let}),
        let=kept_let,
        late=tuple(n for n, kept in kept_let.items() if "value" in kept.names and n not in told),
        told=told,
        value=value,
        warning=warning,
        abnormal=abnormal,
        own={limit: name for limit, name in check.own.items() if name not in names},
        lacking=_lacking(check, provided, (where, value, warning, abnormal), names, facts),
        facts=_facts_read(check, written),
        counted=tuple(sorted({f for part in rested_on for f in part.fact_fields})),
        uses_history=any(part.uses_history for part in kept_parts),
        counters=frozenset().union(*(part.counters for part in kept_parts)),
        row_names=frozenset().union(*(p.names for p in kept_parts)) & field_names(check.for_each),
        fields_used=_fields_of(check, rested_on) | frozenset(check.own.values()),
        expected_names=frozenset(
            path.partition(".")[2]
            for expression in written
            for path in expression.paths
            if path.startswith("expected.")
        ),
    )


def _only_told(
    let: Mapping[str, Expression], decisive: Iterable[Expression | None]
) -> tuple[str, ...]:
    """Give the names that neither a verdict nor a chart needs, itself or by way of another."""
    needed = {name for e in decisive if e is not None for name in e.names} | {*WINDOW}
    for name in reversed(tuple(let)):  # a `let` names only those before it
        if name in needed:
            needed |= let[name].names
    return tuple(name for name in let if name not in needed)


def _fields_of(check: Check, parts: Iterable[Expression]) -> frozenset[str]:
    """Give the fields of the judged row that expressions name, also as `row.x` or `previous.x`."""
    fields = field_names(check.for_each)
    named = {name for part in parts for name in part.names}
    dotted = {path.partition(".") for part in parts for path in part.paths}
    named |= {name for base, _, name in dotted if base in _ROW_NAMES}
    joined = {join.by for join in check.join.values()}
    return (frozenset(named) | joined) & fields


def _condition(
    written: Expression | None, drop: Callable[[Expression], Expression | None]
) -> Expression | None:
    """Give what is left to judge of a condition.

    An alternative that folded to a constant says something about the platform, not about the
    device, and is dropped: `known(x) and …` never holds without x, `not known(x)` always would.
    """
    if written is None:
        return None
    kept: list[Expression] = []
    for part in written.alternatives:
        left = drop(part)
        if left is not None and (part.is_constant or not left.is_constant):
            kept.append(left)
    return any_expression(kept)


def _unfilled(fact: str, provided: Provided) -> frozenset[str] | None:
    """Give the fields of a fact that nobody fills; None when nobody fills the fact at all."""
    if fact not in provided:
        return None
    return field_names(fact) - provided[fact] - frozenset(FACTS[fact].KEY)


def _missing(
    check: Check, provided: Provided, written: list[Expression]
) -> tuple[set[str], dict[str, frozenset[str] | None]]:
    """Give the names, and per fact the fields, that nobody fills."""
    names: set[str] = set()
    for field_name in _unfilled(check.for_each, provided) or ():
        names.add(field_name)
        names |= {f"{row}.{field_name}" for row in _ROW_NAMES}
    for alias, join in check.join.items():
        unfilled = _unfilled(join.fact, provided)
        names |= {alias} if unfilled is None else {f"{alias}.{name}" for name in unfilled}
    read = {fact for expression in written for fact in expression.fact_fields}
    return names, {fact: _unfilled(fact, provided) for fact in read}


def _lacking(
    check: Check,
    provided: Provided,
    kept: tuple[Expression | None, ...],
    names: set[str],
    facts: Mapping[str, frozenset[str] | None],
) -> tuple[str, ...]:
    """Give what the platform does not report, when value or all conditions dropped."""
    where, value, warning, abnormal = kept
    if check.for_each in FACTS and check.for_each not in provided:
        return (check.for_each,)
    if check.where is not None and where == _NEVER != check.where:
        return _named(check, [check.where], names, facts)
    if check.function:
        return ()
    written = [e for e in (check.warning, check.abnormal) if e is not None]
    own = any(name not in names for name in check.own.values())
    has_condition = bool((check.worse and (check.limits or own)) or warning or abnormal)
    if check.value is not None and value is None:
        written = [check.value]
    elif has_condition or not (written or check.worse):
        return ()
    return _named(check, written, names, facts)


def _named(
    check: Check,
    written: list[Expression],
    names: set[str],
    facts: Mapping[str, frozenset[str] | None],
) -> tuple[str, ...]:
    """Name the fields, as `Fact.field`, that these expressions miss; `let` is looked through."""
    found: dict[str, None] = {}
    for name in check.own.values():
        if name in names:
            found[f"{check.for_each}.{name}"] = None
    for expression in (*written, *check.let.values()):
        for name in sorted((expression.names | expression.paths) & names):
            if name not in check.let and name != "value":
                alias, _, attribute = name.rpartition(".")
                owner = check.join[alias].fact if alias in check.join else check.for_each
                owner = check.join[name].fact if name in check.join else owner
                found[owner if name in check.join else f"{owner}.{attribute}"] = None
        for fact, fields in expression.fact_fields.items():
            unfilled = facts.get(fact, frozenset())
            if unfilled is None:
                found[fact] = None
            else:
                found.update(dict.fromkeys(f"{fact}.{name}" for name in sorted(fields & unfilled)))
    return tuple(found) or (check.for_each or check.id,)


def _facts_read(check: Check, written: list[Expression]) -> tuple[str, ...]:
    read = [check.for_each] if check.for_each in FACTS else []
    read += [join.fact for join in check.join.values()]
    read += [fact for expression in written for fact in expression.fact_fields]
    return tuple(dict.fromkeys(read))


def lacking_text(lacking: tuple[str, ...]) -> Text:
    """Say in readers' words that the platform does not report something."""
    shown = titled(lacking)
    return Text(f"该平台不提供{shown.zh}", f"platform does not report {shown.en}")


def _lacking_for_authors(lacking: tuple[str, ...]) -> Text:
    """Say it with the names that cards use."""
    said, names = lacking_text(lacking), ", ".join(lacking)
    return Text(f"{said.zh}（{names}）", f"{said.en}: {names}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedCheck:
    """A check on one platform, for `explain`: the expressions as judged, by key of the card."""

    check: str
    applies: bool
    reason: Text = Text("")
    expressions: Mapping[str, str] = field(default_factory=dict)


def explain_check(check: Check, provided: Provided) -> ExplainedCheck:
    """Give the expressions of a check as they are judged where these fields are provided."""
    plan = plan_check(check, provided)
    if plan.lacking:
        return ExplainedCheck(
            check=check.id, applies=False, reason=_lacking_for_authors(plan.lacking)
        )
    shown = {"when": plan.when, "where": plan.where}
    shown |= {f"let {name}": expression for name, expression in plan.let.items()}
    shown["value"] = plan.value
    texts = {key: str(expression) for key, expression in shown.items() if expression is not None}
    sign = {"high": ">=", "low": "<="}.get(check.worse, "")
    for key, limit, expression in (
        ("warning", "warning", plan.warning),
        ("abnormal", "critical", plan.abnormal),
    ):
        parts = [f"value {sign} limits.{limit}"] if sign and _has_limit(plan, limit) else []
        parts += [str(expression)] if expression is not None else []
        if parts:
            texts[key] = " or ".join(parts)
    if check.function:
        texts["function"] = check.function
    return ExplainedCheck(check=check.id, applies=True, expressions=texts)


def _has_limit(plan: CheckPlan, limit: str) -> bool:
    return limit in plan.check.limits or limit in plan.own
