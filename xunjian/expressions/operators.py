"""Nodes of operators: lists, signs, arithmetic, comparison, logic, choice."""

from collections.abc import Callable, Mapping
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
    Evaluate,
    FactAccess,
    Missing,
    Name,
    Node,
    Values,
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
    def compiled(self) -> Evaluate:
        items = [item.compiled() for item in self.items]
        return lambda values, facts, counted: [item(values, facts, counted) for item in items]

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
    def compiled(self) -> Evaluate:
        operand = self.operand.compiled()

        def evaluate(values: Values, facts: FactAccess | None, counted: object) -> object:
            number = as_number(operand(values, facts, counted))
            return None if number is None else -number

        return evaluate

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
    def compiled(self) -> Evaluate:
        operator, left, right = self.operator, self.left.compiled(), self.right.compiled()
        return lambda values, facts, counted: arithmetic(
            operator, left(values, facts, counted), right(values, facts, counted)
        )

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
    def compiled(self) -> Evaluate:
        compares = [_COMPARE[operator] for operator in self.operators]
        if len(compares) == 1:
            return _compiled_pair(compares[0], *self.operands)
        operands = [operand.compiled() for operand in self.operands]

        def evaluate(values: Values, facts: FactAccess | None, counted: object) -> object:
            found = [operand(values, facts, counted) for operand in operands]
            pairs = zip(compares, found, found[1:], strict=False)
            return all_of([compare(left, right) for compare, left, right in pairs])

        return evaluate

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


_Compare = Callable[[object, object], bool | None]


def _compiled_pair(compare: _Compare, left: Node, right: Node) -> Evaluate:
    """Give the function of one comparison; a name beside a literal is the commonest by far."""
    if isinstance(left, Name) and isinstance(right, Const):
        name, constant = left.name, right.value
        return lambda values, _facts, _counted: compare(values.get(name), constant)
    first, second = left.compiled(), right.compiled()
    return lambda values, facts, counted: compare(
        first(values, facts, counted), second(values, facts, counted)
    )


def _negated(result: bool | None) -> bool | None:  # noqa: FBT001  the value, not a switch
    return None if result is None else not result


_COMPARE: Mapping[str, _Compare] = {
    "==": equal,
    "!=": lambda left, right: _negated(equal(left, right)),
    "in": lambda left, right: contains(right, left),
    "not in": lambda left, right: _negated(contains(right, left)),
    "<": lambda left, right: ordered("<", left, right),
    "<=": lambda left, right: ordered("<=", left, right),
    ">": lambda left, right: ordered(">", left, right),
    ">=": lambda left, right: ordered(">=", left, right),
}


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`and` and `or` over any number of operands."""

    operator: str
    operands: tuple[Node, ...]

    @override
    def compiled(self) -> Evaluate:
        dominant = self.operator == "or"
        operands = tuple(operand.compiled() for operand in self.operands)

        def evaluate(values: Values, facts: FactAccess | None, counted: object) -> object:
            result: bool | None = not dominant
            for operand in operands:
                value = operand(values, facts, counted)
                if value is dominant:
                    return dominant
                if value is not True and value is not False:
                    result = None
            return result

        return evaluate

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
    def compiled(self) -> Evaluate:
        operand = self.operand.compiled()
        return lambda values, facts, counted: _negated(truth(operand(values, facts, counted)))

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
    def compiled(self) -> Evaluate:
        test, yes, no = self.test.compiled(), self.yes.compiled(), self.no.compiled()

        def evaluate(values: Values, facts: FactAccess | None, counted: object) -> object:
            holds = truth(test(values, facts, counted))
            if holds is None:
                return None
            return (yes if holds else no)(values, facts, counted)

        return evaluate

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
