"""One device's facts, looked up the ways judging needs: by key, complete or not, with a past."""

from collections.abc import Iterable, Mapping, Sequence

from xunjian.checks.context import JudgeContext
from xunjian.checks.plan import CheckPlan, planned
from xunjian.expressions import COUNTERS_RESTARTED, NOT_READ
from xunjian.expressions.values import as_number
from xunjian.facts.model import Fact, FactRow, FactTable, StepResult, StepState
from xunjian.facts.registry import FACTS
from xunjian.inventory.model import Device
from xunjian.tasks.model import Check

# VRP and most others print the uptime in whole minutes; a boot time from it may be that much late.
_UPTIME_GRAIN_S = 120.0

_NONE: frozenset[str] = frozenset()

Rows = dict[tuple[str, ...], FactRow]
NamedRow = tuple[FactRow, Mapping[str, object]]


class Situation:
    """Facts, steps and earlier rounds of one device, indexed on first use."""

    def __init__(self, device: Device, table: FactTable, context: JudgeContext) -> None:
        self.device = device
        self.table = table
        self.context = context
        self._steps: dict[str, tuple[StepResult, ...]] = {}
        self._before: dict[tuple[str, str], Rows | None] = {}
        self._joins: dict[tuple[str, str], dict[object, FactRow]] = {}
        self._named: dict[str, tuple[NamedRow, ...]] = {}
        self._keys: dict[str, frozenset[tuple[str, ...]]] = {}
        self._device_values = _device_view(device)
        self._plans = context.plans.plans_for(table.provided)

    def plan(self, check: Check) -> CheckPlan:
        """Give the plan of a check for what is provided on the device."""
        return planned(self._plans, check, self.table.provided)

    def rows(self, fact: str) -> Sequence[object]:
        """Give a fact's rows, for expressions."""
        return tuple(row.fact for row in self.table.of(fact))

    def is_complete(self, fact: str) -> bool:
        """Tell whether every step of a fact was read."""
        steps = self.steps(fact)
        return bool(steps) and all(step.state is StepState.OK for step in steps)

    def steps(self, fact: str) -> tuple[StepResult, ...]:
        """Give the ends of the steps that fill a fact."""
        if fact not in self._steps:
            self._steps[fact] = tuple(self.table.steps_of(fact))
        return self._steps[fact]

    def evidence(self, facts: Sequence[str]) -> tuple[str, ...]:
        """Give the evidence that facts rest on: of their rows and of their finished steps.

        A row that has none leaves all without: nothing can rest on them.
        """
        parts: list[Sequence[str]] = []
        for fact in facts:
            parts += [row.evidence_ids for row in self.table.of(fact)]
            done = (step for step in self.steps(fact) if step.state is StepState.OK)
            parts += [step.evidence_ids for step in done if step.evidence_ids]
        return together(parts)

    def is_read(self, fact: str) -> bool:
        """Whether every step of a fact was answered; "the device has no such thing" is one."""
        answered = (StepState.OK, StepState.UNSUPPORTED)
        steps = self.steps(fact)
        return bool(steps) and all(step.state in answered for step in steps)

    def previous(self, fact: str) -> Rows | None:
        """Give the rows of the last collection by key; None when there was none."""
        return self._earlier("previous", fact)

    def reference(self, fact: str) -> Rows | None:
        """Give the rows of the reference round by key; None when there is none."""
        return self._earlier("reference", fact)

    def _earlier(self, which: str, fact: str) -> Rows | None:
        if (which, fact) not in self._before:
            history = self.context.history
            rows = history.previous(fact) if which == "previous" else history.reference(fact)
            self._before[which, fact] = (
                None if rows is None else {row.fact.key: row for row in rows}
            )
        return self._before[which, fact]

    def keys(self, fact: str) -> frozenset[tuple[str, ...]]:
        """Give the keys of the rows there are."""
        if fact not in self._keys:
            self._keys[fact] = frozenset(row.fact.key for row in self.table.of(fact))
        return self._keys[fact]

    def joined(self, fact: str, by: str, value: object) -> FactRow | None:
        """Give the first row of a fact whose field has this value."""
        if (fact, by) not in self._joins:
            index: dict[object, FactRow] = {}
            for row in self.table.of(fact):
                index.setdefault(getattr(row.fact, by, None), row)
            self._joins[fact, by] = index
        return None if value is None else self._joins[fact, by].get(value)

    def base_values(self, plan: CheckPlan) -> dict[str, object]:
        """Give the names every expression of a check may use, row or not."""
        return {**self._round_names(), "expected": self._expected(plan)}

    def _round_names(self) -> dict[str, object]:
        last = self.context.history.last_round_at
        return {
            "device": self._device_values,
            "last_round": {"at": last} if last is not None else None,
            "now": self.context.now,
            "taken_at": self.context.now,
        }

    def _expected(self, plan: CheckPlan) -> Mapping[str, object]:
        expected = self.device.expected
        return (
            {**dict.fromkeys(plan.expected_names, ()), **expected}
            if plan.expected_names
            else expected
        )

    def named_rows(self, fact: str) -> tuple[NamedRow, ...]:
        """Give a fact's rows, each with the names that are the same for every check of it."""
        if fact not in self._named:
            base = self._round_names()
            rows = self.table.of(fact)
            self._named[fact] = tuple((row, self._row_names(fact, row, base)) for row in rows)
        return self._named[fact]

    def _row_names(
        self, fact_name: str, row: FactRow, base: Mapping[str, object]
    ) -> Mapping[str, object]:
        """Give a row's fields and its past."""
        fact = row.fact
        names: dict[str, object] = {**base, **fact.values()}
        names.update(row=fact, taken_at=row.taken_at, previous=None, reference=None)
        names["expected"], names[NOT_READ] = self.device.expected, _NONE
        if fact.SAID:  # days since the last test are counted from when somebody stood there
            names["now"] = row.taken_at
        if fact.EVENT:
            return names
        key = fact.key
        marked = (self.reference(fact_name) or {}).get(key)
        names["reference"] = marked.fact if marked is not None else None
        before = (self.previous(fact_name) or {}).get(key)
        if before is not None:
            names["previous"] = before.fact
            passed_s = (row.taken_at - before.taken_at).total_seconds()
            names["interval_s"] = passed_s if passed_s > 0 else None  # our clock was set back
            names[COUNTERS_RESTARTED] = self._restarted_since(before)
        return names

    def row_values(self, plan: CheckPlan, named: NamedRow) -> Mapping[str, object]:
        """Give the names for one row as a check sees it: with the rows it joins.

        Where the check `adds_nothing`, they are those of `named`.
        """
        row, names = named
        values = {**names, "expected": self._expected(plan)}
        for alias, join in plan.check.join.items():
            joined = self.joined(join.fact, join.by, getattr(row.fact, join.by, None))
            values[alias] = joined.fact if joined is not None else None
        values[NOT_READ] = self._not_read(plan, values)
        if values["previous"] is None and plan.check.first == "current":
            values[COUNTERS_RESTARTED] = True
        return values

    def adds_nothing(self, plan: CheckPlan) -> bool:
        """Whether a check sees a row as every other check does: most do."""
        check = plan.check
        if check.join or plan.expected_names or check.first == "current":
            return False
        return check.for_each not in FACTS or bool(FACTS[check.for_each].KEY)

    def _not_read(self, plan: CheckPlan, values: Mapping[str, object]) -> frozenset[str]:
        """Give the names that are empty because an answer is missing, not because it said so.

        Of the judged row only where there is one row per device: of others the finding `*` tells.
        """
        joins = plan.check.join.items()
        found = {n for n, join in joins if values[n] is None and not self.is_read(join.fact)}
        if plan.check.for_each in FACTS and not FACTS[plan.check.for_each].KEY:
            for step in self.steps(plan.check.for_each):
                if step.state not in (StepState.OK, StepState.UNSUPPORTED):
                    found |= {name for name in step.fields if values.get(name) is None}
        return frozenset(found)

    def _restarted_since(self, before: FactRow) -> bool:
        for row in self.table.of("Identity"):
            uptime_s = as_number(getattr(row.fact, "uptime_s", None))
            if uptime_s is not None:
                passed_s = (row.taken_at - before.taken_at).total_seconds()
                return uptime_s + _UPTIME_GRAIN_S < passed_s
        return False


def _device_view(device: Device) -> dict[str, object]:
    """Give `device.*` as cards name it."""
    return {
        "name": device.name,
        "label": device.label,
        "kind": device.kind,
        "platform": device.platform,
        "site": device.site.name if device.site is not None else None,
        "room": device.room.name if device.room is not None else None,
        "role": device.role,
        "importance": device.importance,
        "systems": device.systems,
        "uplink": (*device.uplink, *device.uplink_all),
        "asset": device.asset,
        "vars": device.vars,
    }


def together(parts: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Join evidence ids; none at all when one part has none (invariant 1)."""
    found: dict[str, None] = {}
    for ids in parts:
        if not ids:
            return ()
        found.update(dict.fromkeys(ids))
    return tuple(found)


def row_evidence(situation: Situation, plan: CheckPlan, row: FactRow) -> tuple[str, ...]:
    """Give the evidence of a row, of the rows joined to it and of the facts counted beside it.

    Empty when one of these rows has none: then nothing that rests on them is normal.
    """
    if not plan.check.join and not plan.counted:
        return row.evidence_ids
    parts: list[Sequence[str]] = [row.evidence_ids]
    for join in plan.check.join.values():
        joined = situation.joined(join.fact, join.by, getattr(row.fact, join.by, None))
        parts += [joined.evidence_ids] if joined is not None else []
    for fact in plan.counted:
        parts += [other.evidence_ids for other in situation.table.of(fact)]
    rest = situation.evidence(plan.counted)
    return together([*parts, rest]) if rest else together(parts)


def unknown_fields(plan: CheckPlan, fact: Fact) -> tuple[str, ...]:
    """Give the row's fields that the verdict needs and that are unknown."""
    return tuple(sorted(name for name in plan.row_names if getattr(fact, name, None) is None))
