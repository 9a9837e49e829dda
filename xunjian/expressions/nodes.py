"""The compiled tree: each node evaluates, drops what a platform does not provide, prints itself.

Here the base and the leaves; `operators` and `calls` hold the rest. A node is evaluated through the
function that `compiled` makes of it once: one round evaluates the same few hundred expressions for
every row of every device, and a function that holds its operands needs half the time of a walk.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeAlias

from typing_extensions import override

from xunjian.expressions.values import attribute

TERNARY, OR, AND, NOT, COMPARE, ADD, MULTIPLY, UNARY, ATOM = range(1, 10)

# Set in `values` by the judge, unreachable from expressions: the previous value of a counter does
# not count (reboot, or a first round judged with `first: current`).
COUNTERS_RESTARTED = "counters restarted"
# Likewise: the names (`synced`, `lim`) without a value because their answer was not read.
NOT_READ = "names not read"


class FactAccess(Protocol):
    """What `count(Fact, …)` and its kin read."""

    def rows(self, fact: str) -> Sequence[object]:
        """Give the rows of a fact, in order."""
        ...

    def is_complete(self, fact: str) -> bool:
        """Tell whether every step of the fact was read; if not, there may be more rows."""
        ...


Values: TypeAlias = Mapping[str, object]
# What a node sees: the names, the facts, and inside an aggregate the counted row.
Evaluate: TypeAlias = Callable[[Values, FactAccess | None, object], object]


@dataclass(frozen=True, slots=True)
class Missing:
    """What no planned card fills: names and dotted names; per fact its fields, None for all."""

    names: frozenset[str]
    facts: Mapping[str, frozenset[str] | None]


@dataclass(frozen=True, slots=True)
class Node(ABC):
    """One node; frozen."""

    PRECEDENCE: ClassVar[int] = ATOM

    @abstractmethod
    def compiled(self) -> Evaluate:
        """Give the function that gives the value; None is unknown."""

    @abstractmethod
    def without(self, missing: Missing) -> "Node | None":
        """Give the node with what is missing dropped; None when nothing is left."""

    @abstractmethod
    def render(self) -> str:
        """Give the normalised text."""

    @property
    def row_of(self) -> str:
        """The fact whose row this node evaluates to; empty for a plain value."""
        return ""

    def is_undecided(self, values: Values, facts: FactAccess | None, counted: object) -> bool:
        """Whether a value that is unknown may be there all the same: it was not, or not all, read.

        `known(x)` and `coalesce(x, …)` would otherwise take "not read" for "the device has none".
        """
        return any(child.is_undecided(values, facts, counted) for child in self.children())

    def children(self) -> tuple["Node", ...]:
        """Give the nodes below."""
        return ()

    def walk(self) -> "Iterator[Node]":
        """Give this node and all below it."""
        yield self
        for child in self.children():
            yield from child.walk()

    def within(self, precedence: int) -> str:
        """Render, in parentheses where the surroundings bind tighter."""
        return f"({self.render()})" if precedence > self.PRECEDENCE else self.render()


def without_all(nodes: Sequence[Node], missing: Missing) -> tuple[Node, ...] | None:
    """Give all nodes without what is missing; None as soon as one of them drops."""
    kept = tuple(left for node in nodes if (left := node.without(missing)) is not None)
    return kept if len(kept) == len(nodes) else None


@dataclass(frozen=True, slots=True)
class Const(Node):
    """A literal."""

    value: str | float | bool | None

    @override
    def compiled(self) -> Evaluate:
        constant = self.value
        return lambda _values, _facts, _counted: constant

    @override
    def without(self, missing: Missing) -> Node | None:
        return self

    @override
    def render(self) -> str:
        if isinstance(self.value, str):  # literals are raw: no escapes to add
            quote = '"' if "'" in self.value else "'"
            return f"{quote}{self.value}{quote}"
        return repr(self.value)


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name of the surroundings: a field of the judged row, a column, `value`, `device`, …."""

    name: str

    @override
    def compiled(self) -> Evaluate:
        name = self.name
        return lambda values, _facts, _counted: values.get(name)

    @override
    def is_undecided(self, values: Values, facts: FactAccess | None, counted: object) -> bool:
        not_read = values.get(NOT_READ)
        return isinstance(not_read, frozenset) and self.name in not_read

    @override
    def without(self, missing: Missing) -> Node | None:
        return None if self.name in missing.names else self

    @override
    def render(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Field(Node):
    """A field of the counted row inside an aggregate."""

    fact: str
    name: str

    @override
    def compiled(self) -> Evaluate:
        name = self.name
        return lambda _values, _facts, counted: attribute(counted, name)

    @override
    def without(self, missing: Missing) -> Node | None:
        return None if _field_missing(self.fact, self.name, missing) else self

    @override
    def render(self) -> str:
        return self.name


def _field_missing(fact: str, name: str, missing: Missing) -> bool:
    if fact not in missing.facts:
        return False
    fields = missing.facts[fact]
    return fields is None or name in fields


@dataclass(frozen=True, slots=True)
class Attribute(Node):
    """`base.name`."""

    base: Node
    name: str

    @override
    def compiled(self) -> Evaluate:
        base, name = self.base.compiled(), self.name
        return lambda values, facts, counted: attribute(base(values, facts, counted), name)

    @override
    def without(self, missing: Missing) -> Node | None:
        if self.base.without(missing) is None or self.render() in missing.names:
            return None
        row_of = self.base.row_of
        return None if row_of and _field_missing(row_of, self.name, missing) else self

    @override
    def render(self) -> str:
        return f"{self.base.within(ATOM)}.{self.name}"

    @override
    def children(self) -> tuple[Node, ...]:
        return (self.base,)
