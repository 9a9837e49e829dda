"""Nodes of calls: plain functions, searches, `known`, `coalesce`, `delta`, and the aggregates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from re import Pattern

from typing_extensions import override

from xunjian.expressions.functions import FUNCTIONS
from xunjian.expressions.nodes import (
    COUNTERS_RESTARTED,
    Const,
    Environment,
    Missing,
    Node,
    without_all,
)
from xunjian.expressions.values import all_of, any_of, as_number, attribute, truth


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A plain function; unknown when an argument is unknown."""

    name: str
    arguments: tuple[Node, ...]

    @override
    def evaluate(self, env: Environment) -> object:
        values = [argument.evaluate(env) for argument in self.arguments]
        return None if None in values else FUNCTIONS[self.name].call(env.values, *values)

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
    def evaluate(self, env: Environment) -> object:
        text = self.text.evaluate(env)
        if not isinstance(text, str):
            return None
        found = self.regex.search(text)
        if self.name == "matches":
            return found is not None
        if found is None:
            return None
        return found.group(1) if self.regex.groups else found.group()

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
    def evaluate(self, env: Environment) -> object:
        if self.argument.evaluate(env) is not None:
            return True
        return None if self.argument.is_undecided(env) else False

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
    def evaluate(self, env: Environment) -> object:
        for argument in self.arguments:
            if (value := argument.evaluate(env)) is not None:
                return value
            if argument.is_undecided(env):
                return None
        return None

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
    def evaluate(self, env: Environment) -> object:
        current = as_number(env.values.get(self.field))
        if current is None or env.values.get(COUNTERS_RESTARTED) is True:
            return current
        before = as_number(attribute(env.values.get("previous"), self.field))
        if before is None:
            return None
        return current - before if current >= before else current

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
    def evaluate(self, env: Environment) -> object:
        if env.facts is None:
            return None
        rows = env.facts.rows(self.fact)
        if self.name == "first":
            return self._first(rows, env)
        values = [self._inside(row, env) for row in rows]
        if not env.facts.is_complete(self.fact):
            values.append(None)  # a row that may exist and was not read
        return _AGGREGATES[self.name](values)

    @override
    def is_undecided(self, env: Environment) -> bool:
        facts = env.facts
        if facts is None or not facts.is_complete(self.fact):
            return True
        return any(self._inside(row, env) is None for row in facts.rows(self.fact))

    @property
    @override
    def row_of(self) -> str:
        return self.fact if self.name == "first" else ""

    def _inside(self, row: object, env: Environment) -> object:
        if self.inner is None:
            return True
        return self.inner.evaluate(Environment(env.values, env.facts, row))

    def _first(self, rows: Sequence[object], env: Environment) -> object:
        for row in rows:
            holds = self._inside(row, env)
            if holds is True:
                return row
            if holds is None:  # this one may be the first
                return None
        return None

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
