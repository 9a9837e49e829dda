"""`--where` and a playbook's `where`: a condition over a device, with a true "not".

A condition holds or does not hold, there is no third. A value that the inventory does not give
fails every comparison, so `not x` selects exactly what `x` leaves, and `a != b` is
`not (a == b)`: a projector without a room is chosen by `room.class != 'core'`. `known(party)` asks
whether a value is given.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from typing_extensions import override

from xunjian.errors import UsageError
from xunjian.expressions import ExpressionError, Scope, compile_expression
from xunjian.expressions.nodes import Evaluate, Missing, Node
from xunjian.expressions.operators import Comparison, Logic, Not
from xunjian.inventory.model import Device, Room, Site
from xunjian.language import Text

_PLAIN = (
    "name",
    "label",
    "kind",
    "platform",
    "role",
    "importance",
    "party",
    "via",
    "aaa",
    "address",
)
_POSITIVE = {"!=": "==", "not in": "in"}


def device_scope() -> Scope:
    """The names a condition may use."""
    return Scope(
        names={
            **dict.fromkeys(_PLAIN),
            "systems": None,
            "groups": None,
            "site": frozenset({"name", "title", "level", "parent", "flood_zone", "place_class"}),
            "room": frozenset({"name", "title", "class"}),
            "asset": None,
            "vars": None,
        }
    )


def condition(text: str) -> Callable[[Device], bool]:
    """Compile a condition.

    Raises:
        UsageError: it does not parse, or names what a device does not have.
    """
    try:
        expression = compile_expression(text, device_scope())
    except ExpressionError as error:
        message = error.message
        raise UsageError(
            Text(f"条件有误：{message.zh}", f"a bad condition: {message.en}"), error.hint
        ) from None
    evaluate = _exact(expression.root).compiled()
    names = tuple(expression.names)
    return lambda device: evaluate(_values(device, names), None, None) is True


def _values(device: Device, names: Iterable[str]) -> Mapping[str, object]:
    """What some names of a condition mean for one device; None is not given."""
    values: dict[str, object] = {}
    for name in names:
        if name == "site":
            values[name] = _site_values(device.site)
        elif name == "room":
            values[name] = _room_values(device.room)
        else:
            given = getattr(device, name)
            values[name] = (given or None) if name in _PLAIN else given
    return values


def _site_values(site: Site | None) -> Mapping[str, object] | None:
    if site is None:
        return None
    return {
        "name": site.name,
        "title": str(site.title),
        "level": site.level.value,
        "parent": site.parent,
        "flood_zone": site.flood_zone or None,
        "place_class": site.place_class or None,
    }


def _room_values(room: Room | None) -> Mapping[str, object] | None:
    if room is None:
        return None
    return {
        "name": room.name,
        "title": str(room.title),
        "class": room.room_class.value,
    }


@dataclass(frozen=True, slots=True)
class _Rest(Node):
    """True wherever the operand is not: unknown is no third value here."""

    operand: Node

    @override
    def compiled(self) -> Evaluate:
        operand = self.operand.compiled()
        return lambda values, facts, counted: operand(values, facts, counted) is not True

    @override
    def without(self, missing: Missing) -> Node | None:
        return self

    @override
    def render(self) -> str:
        return f"not ({self.operand.render()})"

    @override
    def children(self) -> tuple[Node, ...]:
        return (self.operand,)


def _exact(node: Node) -> Node:
    """The same condition in two values: every negation becomes the exact rest."""
    if isinstance(node, Not):
        return _Rest(_exact(node.operand))
    if isinstance(node, Logic):
        return replace(node, operands=tuple(_exact(operand) for operand in node.operands))
    if isinstance(node, Comparison) and len(node.operators) == 1:
        positive = _POSITIVE.get(node.operators[0])
        if positive is not None:
            return _Rest(replace(node, operators=(positive,)))
    return node
