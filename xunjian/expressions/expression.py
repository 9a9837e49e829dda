"""A compiled expression and the scope it is checked against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from typing_extensions import override

from xunjian.expressions.calls import Aggregate, Delta
from xunjian.expressions.nodes import (
    Attribute,
    Const,
    Evaluate,
    FactAccess,
    Field,
    Missing,
    Name,
    Node,
)
from xunjian.expressions.operators import Logic

# Names of the judgement, not of a row: they keep their meaning inside `count(Fact, …)`.
CONTEXT_NAMES = frozenset(
    {
        "value",
        "limits",
        "device",
        "expected",
        "previous",
        "reference",
        "row",
        "item",
        "n",
        "last_round",
        "now",
        "interval_s",
        "taken_at",
    }
)
_HISTORY = frozenset({"previous", "reference", "last_round", "interval_s"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What an expression may name.

    names: name -> its known attributes; None for a plain value or one with any attributes.
    facts: fact name -> its fields, for `count(Fact, …)`; empty forbids such calls.
    """

    names: Mapping[str, frozenset[str] | None]
    facts: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression; made by `compile_expression` and by `without`."""

    root: Node
    _run: Evaluate | None = field(init=False, default=None, compare=False, repr=False)

    def evaluate(self, values: Mapping[str, object], facts: FactAccess | None = None) -> object:
        """Give the value with these names; None is unknown."""
        return (self._run or self._compile())(values, facts, None)

    def _compile(self) -> Evaluate:
        """Make the function on first use: most expressions of a workspace are never evaluated."""
        run = self.root.compiled()
        object.__setattr__(self, "_run", run)
        return run

    def without(
        self,
        names: frozenset[str],
        facts: Mapping[str, frozenset[str] | None] | None = None,
    ) -> "Expression | None":
        """Drop the terms that no card fills; None when the whole expression drops.

        names: names and dotted names (`rx_dbm`, `lim.rx_low_dbm`, `previous.in_errors`).
        facts: per fact its fields that nobody fills; None when nobody fills the fact at all.
        """
        kept = self.root.without(Missing(names, facts or {}))
        return None if kept is None else Expression(kept)

    @property
    def alternatives(self) -> "tuple[Expression, ...]":
        """The operands of an outer `or`; else the expression alone."""
        root = self.root
        if isinstance(root, Logic) and root.operator == "or":
            return tuple(Expression(operand) for operand in root.operands)
        return (self,)

    @property
    def names(self) -> frozenset[str]:
        """The outer names used; `delta(x)` uses `x` and `previous`."""
        found: set[str] = set()
        for node in self.root.walk():
            if isinstance(node, Name):
                found.add(node.name)
            elif isinstance(node, Delta):
                found |= {node.field, "previous"}
        return frozenset(found)

    @property
    def counters(self) -> frozenset[str]:
        """The fields inside `delta()`."""
        return frozenset(node.field for node in self.root.walk() if isinstance(node, Delta))

    @property
    def paths(self) -> frozenset[str]:
        """Dotted names used: `device.room`, `limits.warning`, `lim.rx_low_dbm`."""
        return frozenset(
            node.render()
            for node in self.root.walk()
            if isinstance(node, Attribute) and isinstance(node.base, Name)
        )

    @property
    def fact_fields(self) -> Mapping[str, frozenset[str]]:
        """Facts used in aggregates, each with the fields read of it."""
        found: dict[str, frozenset[str]] = {}
        for node in self.root.walk():
            fact, name = "", ""
            if isinstance(node, Aggregate):
                fact = node.fact
            elif isinstance(node, Field):
                fact, name = node.fact, node.name
            elif isinstance(node, Attribute) and node.base.row_of:
                fact, name = node.base.row_of, node.name
            if fact:
                found[fact] = found.get(fact, frozenset()) | ({name} if name else frozenset())
        return found

    @property
    def uses_history(self) -> bool:
        """Whether an earlier round has a say in the value."""
        return bool(self.names & _HISTORY)

    @property
    def is_constant(self) -> bool:
        """Whether it is a literal: written so, or folded by `without`."""
        return isinstance(self.root, Const)

    @override
    def __str__(self) -> str:
        return self.root.render()


def any_expression(parts: Sequence[Expression]) -> Expression | None:
    """Join expressions by `or`; None when there is none."""
    if len(parts) < 2:
        return parts[0] if parts else None
    return Expression(Logic("or", tuple(part.root for part in parts)))


def constant(*, value: bool) -> Expression:
    """Give the expression that is always this."""
    return Expression(Const(value))
