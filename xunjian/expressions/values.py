"""Three-valued operations over what devices say: None is unknown and stays unknown.

Columns are text, so a text operand beside a number is read as a number; beside a time as a time.
Values of kinds that cannot be compared give unknown, never a quiet False.
"""

import math
import operator as operators
import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

MAX_NUMBER_CHARS = 64  # longer digit strings are not measurements
# the groups tell a fraction or an exponent from a whole number
_NUMBER = re.compile(r"[-+]?(?:\d+(\.\d*)?|(\.\d+))([eE][-+]?\d{1,3})?", re.ASCII)

_SURELY_FINITE = 2**64  # every counter a device has is below

Number = int | float


def as_number(value: object) -> Number | None:
    """Read a number from a number or from the text of one; truth values are no numbers."""
    if type(value) is int or type(value) is float:  # asked thousands of times per device
        return value if -_SURELY_FINITE < value < _SURELY_FINITE else _finite(value)
    if isinstance(value, str):
        return _read_number(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return _finite(value)


def _read_number(text: str) -> Number | None:
    if len(text) > MAX_NUMBER_CHARS:
        return None
    if text.isdigit() and text.isascii():  # most of what devices count
        return int(text)
    if (found := _NUMBER.fullmatch(text.strip())) is None:
        return None
    return int(text) if found.lastindex is None else _finite(float(text))


def _finite(number: Number) -> Number | None:
    """Leave out infinities, NaN, and whole numbers no float can hold."""
    try:
        return number if math.isfinite(number) else None
    except OverflowError:
        return None


def as_time(value: object) -> datetime | None:
    """Read a time from a time or from ISO 8601 text."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value.strip())
    except ValueError:
        return None


def truth(value: object) -> bool | None:
    """Give a truth value; anything else (a number, a text) is unknown as a condition."""
    return value if isinstance(value, bool) else None


def attribute(value: object, name: str) -> object:
    """Read a key of a mapping or a field of a dataclass; everything else is unknown."""
    if value is None:
        return None
    fields: Mapping[str, object] | None = getattr(type(value), "__dataclass_fields__", None)
    if fields is not None:
        return getattr(value, name, None) if name in fields else None
    return value.get(name) if isinstance(value, Mapping) else None


def arithmetic(operator: str, left: object, right: object) -> object:
    """Apply `+ - * /`; unknown when an operand is none, on division by zero and on overflow."""
    a, b = as_number(left), as_number(right)
    if a is None or b is None:
        is_time = isinstance(left, datetime) or isinstance(right, datetime)
        return _time_arithmetic(operator, left, right) if is_time else None
    try:
        return _finite(_ARITHMETIC[operator](a, b))
    except (ZeroDivisionError, OverflowError):
        return None


_ARITHMETIC: Mapping[str, Callable[[Number, Number], Number]] = {
    "+": operators.add,
    "-": operators.sub,
    "*": operators.mul,
    "/": operators.truediv,
}


def _time_arithmetic(operator: str, left: object, right: object) -> object:
    """Time minus time is seconds; time plus or minus seconds is a time."""
    try:
        if operator == "-" and isinstance(left, datetime) and isinstance(right, datetime):
            return (left - right).total_seconds()
        seconds = as_number(right)
        if isinstance(left, datetime) and seconds is not None and operator in "+-":
            step = timedelta(seconds=seconds)
            return left + step if operator == "+" else left - step
    except (TypeError, OverflowError):  # one time with a zone, one without
        return None
    return None


def equal(left: object, right: object) -> bool | None:
    """Compare for equality; unknown when the two cannot be compared."""
    if type(left) is str and type(right) is str:  # most of what cards compare
        return left == right
    pair = _alike(left, right)
    if pair is None:
        return None
    return bool(pair[0] == pair[1])


def ordered(operator: str, left: object, right: object) -> bool | None:
    """Apply `< <= > >=`; two texts that are both numbers are compared as numbers."""
    a, b = as_number(left), as_number(right)
    if a is not None and b is not None:
        return _ORDER[operator](a, b)
    pair = _alike(left, right)
    if pair is None or isinstance(pair[0], bool):
        return None
    try:
        return _ORDER[operator](pair[0], pair[1])
    except TypeError:
        return None


_ORDER: Mapping[str, Callable[..., bool]] = {
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}


def _alike(left: object, right: object) -> tuple[object, object] | None:
    """Bring two values to one kind, or None when that cannot be done."""
    if left is None or right is None:
        return None
    if type(left) is type(right) and type(left) in _ALIKE:
        return left, right
    for kind, read in _KINDS:
        if isinstance(left, kind) or isinstance(right, kind):
            pair = read(left), read(right)
            return None if None in pair else pair
    if isinstance(left, str) != isinstance(right, str):
        return None
    return left, right


_ALIKE = frozenset({str, bool, datetime})  # need no reading beside their own kind


_KINDS: tuple[tuple[type | tuple[type, ...], Callable[[object], object]], ...] = (
    (bool, truth),
    ((int, float), as_number),
    (datetime, as_time),
)


def contains(container: object, member: object) -> bool | None:
    """Whether a list holds `member` or a text holds the part `member`."""
    if container is None or member is None:
        return None
    if isinstance(container, str):
        return member in container if isinstance(member, str) else None
    if not isinstance(container, Collection):
        return None
    return any_of([equal(member, item) for item in container])


def any_of(values: Collection[bool | None]) -> bool | None:
    """Or: True dominates, then unknown, then False."""
    if True in values:
        return True
    return None if None in values else False


def all_of(values: Collection[bool | None]) -> bool | None:
    """And: False dominates, then unknown, then True."""
    if False in values:
        return False
    return None if None in values else True
