"""The plain functions of expressions. Every one gives unknown when an argument is unknown."""

import math
import re
from collections.abc import Callable, Mapping, Sized
from dataclasses import dataclass
from datetime import datetime, timedelta

from xunjian.expressions.values import Number, as_number, as_time, contains

# a number with a unit behind it: "35 C", "45%", "3.3V", "1,024 bytes"
_WITH_UNIT = re.compile(
    r"([-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d{1,3})?)\s*[%a-zA-Z°℃μµ/]*"
)
_YEAR = re.compile(r"%[YyGcxsD]")
_MONTH = re.compile(r"%[bBm]")
_CLOCK_AHEAD = timedelta(days=1)  # a device's clock may run ahead, or stand in another zone
NO_LIGHT_DBM = -40.0  # 0.1 µW, the resolution of SFF-8472's power registers

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Function:
    """One callable name: how many arguments it takes and what it does with the values around it."""

    least: int
    most: int
    call: Callable[..., object]


def _abs(_values: Values, value: object) -> Number | None:
    number = as_number(value)
    return None if number is None else abs(number)


def _round(_values: Values, value: object, digits: object = 0) -> Number | None:
    number, places = as_number(value), as_number(digits)
    if number is None or not isinstance(places, int) or abs(places) > 15:
        return None
    return round(number, places) if places else round(number)


def _lower(_values: Values, value: object) -> str | None:
    return value.lower() if isinstance(value, str) else None


def _len(_values: Values, value: object) -> int | None:
    return len(value) if isinstance(value, Sized) else None


def _has(_values: Values, container: object, member: object) -> bool | None:
    return contains(container, member)


def _number(_values: Values, value: object) -> Number | None:
    number = as_number(value)
    if number is not None or not isinstance(value, str):
        return number
    found = _WITH_UNIT.fullmatch(value.strip()[:100])
    return as_number(found.group(1).replace(",", "")) if found else None


def _text(_values: Values, *parts: object) -> str:
    """Join the texts of the parts, numbers as they are written."""
    return "".join(part if isinstance(part, str) else str(part) for part in parts)


def _time_of(values: Values, value: object, form: object = None) -> datetime | None:
    """Read a time; without a zone of its own it has the zone of `now` or `taken_at`.

    A form without a year, as logs have it, means the last such day that is not past `now`.
    """
    near = next((n for n in map(values.get, ("now", "taken_at")) if isinstance(n, datetime)), None)
    if isinstance(form, str) and isinstance(value, str):
        time = _by_form(value.strip(), form, near)
    else:
        time = as_time(value)
    if time is None or time.tzinfo is not None or near is None or near.tzinfo is None:
        return time
    return time.replace(tzinfo=near.tzinfo)


def _by_form(value: str, form: str, near: datetime | None) -> datetime | None:
    if near is None or _YEAR.search(form) or not _MONTH.search(form):
        return _strptime(value, form)
    latest = near.replace(tzinfo=None) + _CLOCK_AHEAD
    # eight years back there is a 29 February, also over a century's end
    years = (_strptime(f"{near.year - n} {value}", f"%Y {form}") for n in range(-1, 9))
    return next((t for t in years if t and t.replace(tzinfo=None) <= latest), None)


def _strptime(value: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(value, form)  # noqa: DTZ007  the zone follows
    except ValueError:
        return None


def _seconds_since(values: Values, value: object) -> float | None:
    time, now = _time_of(values, value), values.get("now")
    if time is None or not isinstance(now, datetime):
        return None
    try:
        return (now - time).total_seconds()
    except TypeError:  # one with a zone, one without
        return None


def _dbm_from_uw(_values: Values, value: object) -> float | None:
    """Optical power from µW; 0 µW is no light, -40 dBm."""
    microwatts = as_number(value)
    if microwatts is None or microwatts < 0:
        return None
    if microwatts == 0:
        return NO_LIGHT_DBM
    return 10 * math.log10(microwatts / 1000)


FUNCTIONS: Mapping[str, Function] = {
    "abs": Function(1, 1, _abs),
    "round": Function(1, 2, _round),
    "lower": Function(1, 1, _lower),
    "len": Function(1, 1, _len),
    "has": Function(2, 2, _has),
    "number": Function(1, 1, _number),
    "text": Function(1, 8, _text),
    "time_of": Function(1, 2, _time_of),
    "seconds_since": Function(1, 1, _seconds_since),
    "dbm_from_uw": Function(1, 1, _dbm_from_uw),
}
