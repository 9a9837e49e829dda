"""`--where` and a playbook's `where`: a condition over a device, with a true "not".

A condition holds or does not hold, there is no third. A value that the inventory does not give
fails every comparison, so `not x` selects exactly what `x` leaves, and `a != b` is
`not (a == b)`: a projector without a room is chosen by `room.class != 'core'`. `known(party)` asks
whether a value is given.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from typing_extensions import override

from xunjian.errors import UsageError
from xunjian.expressions import ExpressionError, Scope, compile_expression
from xunjian.expressions.nodes import Evaluate, Missing, Node
from xunjian.expressions.operators import Comparison, Logic, Not
from xunjian.inventory.model import Device
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
        root = _exact(compile_expression(text, device_scope()).root)
    except ExpressionError as error:
        message = error.message
        raise UsageError(
            Text(f"条件有误：{message.zh}", f"a bad condition: {message.en}"), error.hint
        ) from None
    evaluate = root.compiled()
    return lambda device: evaluate(device_values(device), None, None) is True


def device_values(device: Device) -> Mapping[str, object]:
    """What the names of a condition mean for one device; None is not given."""
    site, room = device.site, device.room
    plain: dict[str, object] = {name: getattr(device, name) or None for name in _PLAIN}
    return plain | {
        "systems": device.systems,
        "groups": device.groups,
        "asset": device.asset,
        "vars": device.vars,
        "site": site
        and {
            "name": site.name,
            "title": str(site.title),
            "level": site.level.value,
            "parent": site.parent,
            "flood_zone": site.flood_zone or None,
            "place_class": site.place_class or None,
        },
        "room": room
        and {"name": room.name, "title": str(room.title), "class": room.room_class.value},
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
