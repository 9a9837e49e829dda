"""Nodes of operators: lists, signs, arithmetic, comparison, logic, choice."""

from dataclasses import dataclass
from typing import ClassVar

from typing_extensions import override

from xunjian.expressions.nodes import (
    ADD,
    AND,
    COMPARE,
    MULTIPLY,
    NOT,
    OR,
    TERNARY,
    UNARY,
    Const,
    Environment,
    Missing,
    Node,
    without_all,
)
from xunjian.expressions.values import (
    all_of,
    arithmetic,
    as_number,
    contains,
    equal,
    ordered,
    truth,
)


@dataclass(frozen=True, slots=True)
class Items(Node):
    """A list written out."""

    items: tuple[Node, ...]

    @override
    def evaluate(self, env: Environment) -> object:
        return [item.evaluate(env) for item in self.items]

    @override
    def without(self, missing: Missing) -> Node | None:
        kept = without_all(self.items, missing)
        return None if kept is None else Items(kept)

    @override
    def render(self) -> str:
        return f"[{', '.join(item.render() for item in self.items)}]"

    @override
    def children(self) -> tuple[Node, ...]:
        return self.items


@dataclass(frozen=True, slots=True)
class Negative(Node):
    """`-x`."""

    PRECEDENCE: ClassVar[int] = UNARY
    operand: Node

    @override
    def evaluate(self, env: Environment) -> object:
        number = as_number(self.operand.evaluate(env))
        return None if number is None else -number

    @override
    def without(self, missing: Missing) -> Node | None:
        kept = self.operand.without(missing)
        return None if kept is None else Negative(kept)

    @override
    def render(self) -> str:
        return f"-{self.operand.within(UNARY)}"

    @override
    def children(self) -> tuple[Node, ...]:
        return (self.operand,)


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`left operator right`."""

    operator: str
    left: Node
    right: Node

    @override
    def evaluate(self, env: Environment) -> object:
        return arithmetic(self.operator, self.left.evaluate(env), self.right.evaluate(env))

    @override
    def without(self, missing: Missing) -> Node | None:
        kept = without_all((self.left, self.right), missing)
        return None if kept is None else Arithmetic(self.operator, *kept)

    @override
    def render(self) -> str:
        level = self._level()
        return f"{self.left.within(level)} {self.operator} {self.right.within(level + 1)}"

    def _level(self) -> int:
        return ADD if self.operator in "+-" else MULTIPLY

    @override
    def within(self, precedence: int) -> str:
        return f"({self.render()})" if precedence > self._level() else self.render()

    @override
    def children(self) -> tuple[Node, ...]:
        return (self.left, self.right)


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """`a < b <= c`, `==`, `!=`, `in`, `not in`: all pairs must hold."""

    PRECEDENCE: ClassVar[int] = COMPARE
    operators: tuple[str, ...]
    operands: tuple[Node, ...]

    @override
    def evaluate(self, env: Environment) -> object:
        if len(self.operands) == 2:
            left, right = self.operands
            return _compare(self.operators[0], left.evaluate(env), right.evaluate(env))
        values = [operand.evaluate(env) for operand in self.operands]
        pairs = zip(self.operators, values, values[1:], strict=False)
        return all_of([_compare(operator, left, right) for operator, left, right in pairs])

    @override
    def without(self, missing: Missing) -> Node | None:
        kept = without_all(self.operands, missing)
        return None if kept is None else Comparison(self.operators, kept)

    @override
    def render(self) -> str:
        parts = [self.operands[0].within(ADD)]
        for operator, operand in zip(self.operators, self.operands[1:], strict=True):
            parts += [operator, operand.within(ADD)]
        return " ".join(parts)

    @override
    def children(self) -> tuple[Node, ...]:
        return self.operands


def _compare(operator: str, left: object, right: object) -> bool | None:
    result: bool | None
    if operator in {"in", "not in"}:
        result = contains(right, left)
    elif operator in {"==", "!="}:
        result = equal(left, right)
    else:
        return ordered(operator, left, right)
    if result is None or operator in {"in", "=="}:
        return result
    return not result


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`and` and `or` over any number of operands."""

    operator: str
    operands: tuple[Node, ...]

    @override
    def evaluate(self, env: Environment) -> object:
        dominant = self.operator == "or"
        known = True
        for operand in self.operands:
            value = operand.evaluate(env)
            if value is dominant:
                return dominant
            known = known and isinstance(value, bool)
        return not dominant if known else None

    @override
    def without(self, missing: Missing) -> Node | None:
        kept = [left for node in self.operands if (left := node.without(missing)) is not None]
        neutral = self.operator == "and"
        if any(_is_literally(node, not neutral) for node in kept):
            return Const(not neutral)
        telling = tuple(node for node in kept if not _is_literally(node, neutral))
        if len(telling) > 1:
            return Logic(self.operator, telling)
        return telling[0] if telling else (Const(neutral) if kept else None)

    @override
    def render(self) -> str:
        level = self._level()
        return f" {self.operator} ".join(node.within(level + 1) for node in self.operands)

    def _level(self) -> int:
        return AND if self.operator == "and" else OR

    @override
    def within(self, precedence: int) -> str:
        return f"({self.render()})" if precedence > self._level() else self.render()

    @override
    def children(self) -> tuple[Node, ...]:
        return self.operands


def _is_literally(node: Node, value: object) -> bool:
    return isinstance(node, Const) and node.value is value


@dataclass(frozen=True, slots=True)
class Not(Node):
    """`not x`."""

    PRECEDENCE: ClassVar[int] = NOT
    operand: Node

    @override
    def evaluate(self, env: Environment) -> object:
        value = truth(self.operand.evaluate(env))
        return None if value is None else not value

    @override
    def without(self, missing: Missing) -> Node | None:
        kept = self.operand.without(missing)
        if isinstance(kept, Const) and isinstance(kept.value, bool):
            return Const(not kept.value)
        return None if kept is None else Not(kept)

    @override
    def render(self) -> str:
        return f"not {self.operand.within(NOT)}"

    @override
    def children(self) -> tuple[Node, ...]:
        return (self.operand,)


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """`yes if test else no`; unknown when the test is."""

    PRECEDENCE: ClassVar[int] = TERNARY
    test: Node
    yes: Node
    no: Node

    @override
    def evaluate(self, env: Environment) -> object:
        test = truth(self.test.evaluate(env))
        if test is None:
            return None
        return (self.yes if test else self.no).evaluate(env)

    @override
    def without(self, missing: Missing) -> Node | None:
        test = self.test.without(missing)
        if isinstance(test, Const) and isinstance(test.value, bool):
            return (self.yes if test.value else self.no).without(missing)
        kept = without_all((self.test, self.yes, self.no), missing)
        return None if kept is None else Choice(*kept)

    @override
    def render(self) -> str:
        return f"{self.yes.within(OR)} if {self.test.within(OR)} else {self.no.within(TERNARY)}"

    @override
    def children(self) -> tuple[Node, ...]:
        return (self.test, self.yes, self.no)
