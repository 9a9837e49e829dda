"""Nodes of calls: plain functions, searches, `known`, `coalesce`, `delta`, and the aggregates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from re import Pattern

from typing_extensions import override

from xunjian.expressions.functions import FUNCTIONS
from xunjian.expressions.nodes import (
    COUNTERS_RESTARTED,
    Const,
    Evaluate,
    FactAccess,
    Missing,
    Node,
    Values,
    without_all,
)
from xunjian.expressions.values import all_of, any_of, as_number, attribute, truth


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A plain function; unknown when an argument is unknown."""

    name: str
    arguments: tuple[Node, ...]

    @override
    def compiled(self) -> Evaluate:
        call = FUNCTIONS[self.name].call
        arguments = [argument.compiled() for argument in self.arguments]

        def evaluate(values: Values, facts: FactAccess | None, counted: object) -> object:
            found = [argument(values, facts, counted) for argument in arguments]
            return None if None in found else call(values, *found)

        return evaluate

    @override
    def without(self, missing: Missing) -> Node | None:
        kept = without_all(self.arguments, missing)
        return None if kept is None else Call(self.name, kept)

    @override
    def render(self) -> str:
        return f"{self.name}({', '.join(node.render() for node in self.arguments)})"

    @override
    def children(self) -> tuple[Node, ...]:
        return self.arguments


@dataclass(frozen=True, slots=True)
class Search(Node):
    """`matches(text, regex)` and `capture(text, regex)`: first group, or the whole match."""

    name: str
    text: Node
    regex: Pattern[str]

    @override
    def compiled(self) -> Evaluate:
        text, search = self.text.compiled(), self.regex.search
        only_whether, group = self.name == "matches", 1 if self.regex.groups else 0

        def evaluate(values: Values, facts: FactAccess | None, counted: object) -> object:
            searched = text(values, facts, counted)
            if not isinstance(searched, str):
                return None
            found = search(searched)
            if only_whether:
                return found is not None
            return None if found is None else found.group(group)

        return evaluate

    @override
    def without(self, missing: Missing) -> Node | None:
        kept = self.text.without(missing)
        return None if kept is None else Search(self.name, kept, self.regex)

    @override
    def render(self) -> str:
        return f"{self.name}({self.text.render()}, {Const(self.regex.pattern).render()})"

    @override
    def children(self) -> tuple[Node, ...]:
        return (self.text,)


@dataclass(frozen=True, slots=True)
class Known(Node):
    """`known(x)`: False for what the platform does not provide, unknown for what was not read."""

    argument: Node

    @override
    def compiled(self) -> Evaluate:
        argument, is_undecided = self.argument.compiled(), self.argument.is_undecided

        def evaluate(values: Values, facts: FactAccess | None, counted: object) -> object:
            if argument(values, facts, counted) is not None:
                return True
            return None if is_undecided(values, facts, counted) else False

        return evaluate

    @override
    def without(self, missing: Missing) -> Node | None:
        kept = self.argument.without(missing)
        return Const(value=False) if kept is None else Known(kept)

    @override
    def render(self) -> str:
        return f"known({self.argument.render()})"

    @override
    def children(self) -> tuple[Node, ...]:
        return (self.argument,)


@dataclass(frozen=True, slots=True)
class Coalesce(Node):
    """`coalesce(a, b, …)`: the first that is known; what was not read has no fallback."""

    arguments: tuple[Node, ...]

    @override
    def compiled(self) -> Evaluate:
        arguments = [(one.compiled(), one.is_undecided) for one in self.arguments]

        def evaluate(values: Values, facts: FactAccess | None, counted: object) -> object:
            for argument, is_undecided in arguments:
                if (value := argument(values, facts, counted)) is not None:
                    return value
                if is_undecided(values, facts, counted):
                    return None
            return None

        return evaluate

    @override
    def without(self, missing: Missing) -> Node | None:
        kept = tuple(left for n in self.arguments if (left := n.without(missing)) is not None)
        if len(kept) > 1:
            return Coalesce(kept)
        return kept[0] if kept else None

    @override
    def render(self) -> str:
        return f"coalesce({', '.join(node.render() for node in self.arguments)})"

    @override
    def children(self) -> tuple[Node, ...]:
        return self.arguments


@dataclass(frozen=True, slots=True)
class Delta(Node):
    """`delta(field)`: growth of a counter since the previous row of the same key.

    Over a reboot or a cleared counter it is the current value, a lower bound of the growth.
    """

    field: str

    @override
    def compiled(self) -> Evaluate:
        field = self.field

        def evaluate(values: Values, _facts: FactAccess | None, _counted: object) -> object:
            current = as_number(values.get(field))
            if current is None or values.get(COUNTERS_RESTARTED) is True:
                return current
            before = as_number(attribute(values.get("previous"), field))
            if before is None:
                return None
            return current - before if current >= before else current

        return evaluate

    @override
    def without(self, missing: Missing) -> Node | None:
        return None if self.field in missing.names else self

    @override
    def render(self) -> str:
        return f"delta({self.field})"


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """`count any all max min sum first` over the rows of a fact."""

    name: str
    fact: str
    inner: Node | None

    @override
    def compiled(self) -> Evaluate:
        fact, inside = self.fact, self._inside()
        aggregate = _AGGREGATES.get(self.name)

        def evaluate(values: Values, facts: FactAccess | None, _counted: object) -> object:
            if facts is None:
                return None
            rows = facts.rows(fact)
            if aggregate is None:
                return _first(rows, inside, values, facts)
            found = [inside(values, facts, row) for row in rows]
            if not facts.is_complete(fact):
                found.append(None)  # a row that may exist and was not read
            return aggregate(found)

        return evaluate

    @override
    def is_undecided(self, values: Values, facts: FactAccess | None, counted: object) -> bool:
        if facts is None or not facts.is_complete(self.fact):
            return True
        inside = self._inside()
        return any(inside(values, facts, row) is None for row in facts.rows(self.fact))

    @property
    @override
    def row_of(self) -> str:
        return self.fact if self.name == "first" else ""

    def _inside(self) -> Evaluate:
        return (self.inner or Const(value=True)).compiled()

    @override
    def without(self, missing: Missing) -> Node | None:
        if self.fact in missing.facts and missing.facts[self.fact] is None:
            return None
        if self.inner is None:
            return self
        kept = self.inner.without(missing)
        return None if kept is None else Aggregate(self.name, self.fact, kept)

    @override
    def render(self) -> str:
        inner = f", {self.inner.render()}" if self.inner is not None else ""
        return f"{self.name}({self.fact}{inner})"

    @override
    def children(self) -> tuple[Node, ...]:
        return () if self.inner is None else (self.inner,)


def _first(rows: Sequence[object], inside: Evaluate, values: Values, facts: FactAccess) -> object:
    for row in rows:
        holds = inside(values, facts, row)
        if holds is True:
            return row
        if holds is None:  # this one may be the first
            return None
    return None


def _count(values: Sequence[object]) -> int | None:
    truths = [truth(value) for value in values]
    return None if None in truths else truths.count(True)


def _numbers(values: Sequence[object]) -> list[int | float] | None:
    numbers = [number for value in values if (number := as_number(value)) is not None]
    return numbers if len(numbers) == len(values) else None


def _extreme(values: Sequence[object], *, largest: bool) -> object:
    numbers = _numbers(values)
    if not numbers:
        return None
    return max(numbers) if largest else min(numbers)


def _sum(values: Sequence[object]) -> object:
    numbers = _numbers(values)
    return None if numbers is None else sum(numbers)


_AGGREGATES: Mapping[str, Callable[[Sequence[object]], object]] = {
    "count": _count,
    "any": lambda values: any_of([truth(value) for value in values]),
    "all": lambda values: all_of([truth(value) for value in values]),
    "max": lambda values: _extreme(values, largest=True),
    "min": lambda values: _extreme(values, largest=False),
    "sum": _sum,
}
AGGREGATES = ("count", "any", "all", "max", "min", "sum", "first")
