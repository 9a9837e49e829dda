"""Values to facts: every value is typed by the fact's declared field, never by its look."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Literal, get_args, get_origin, get_type_hints

from xunjian.expressions.values import as_number
from xunjian.facts.model import Fact
from xunjian.facts.port import canonical_port
from xunjian.facts.registry import FACTS
from xunjian.language import Text

Reader = Callable[[object], object]

_NO_VALUE = (None, "")
_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})


class _UnreadableError(ValueError):
    """A value that its field cannot hold; says what was expected."""

    def __init__(self, expected: Text) -> None:
        super().__init__(expected)
        self.expected = expected


def make_fact(name: str, values: Mapping[str, object]) -> tuple[Fact, tuple[Text, ...]]:
    """Build a fact from columns or mapped values, with the problems met.

    Texts lose surrounding blanks; an empty text is no value. What a field cannot hold becomes
    None and a problem; units and percent signs are not stripped here (a card says `number(x)`).
    Raises KeyError when there is no such fact.
    """
    fact_type = FACTS[name]
    readers = _readers(name)
    problems: list[Text] = []
    read: dict[str, object] = {}
    for field, given in values.items():
        reader = readers.get(field)
        if reader is None:
            problems.append(Text(f"{name} 没有字段 {field}", f"{name} has no field {field}"))
            continue
        value = given.strip() if isinstance(given, str) else given
        if value in _NO_VALUE:
            continue  # every field is None from the start
        try:
            read[field] = reader(value)
        except _UnreadableError as error:
            shown, expected = str(given)[:60], error.expected
            problems.append(
                Text(
                    f"{name}.{field} {expected.zh}: {shown}",
                    f"{name}.{field} {expected.en}: {shown}",
                )
            )
    return fact_type(**read), tuple(problems)


def fact_to_json(fact: Fact) -> dict[str, object]:
    """Give a fact's known values as JSON values; times as ISO 8601 with zone."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in fact.values().items()
        if value is not None
    }


def fact_from_json(name: str, data: Mapping[str, object]) -> Fact:
    """Read a fact back; a field that this version does not know is left out."""
    return make_fact(name, data)[0]


@cache
def _readers(name: str) -> Mapping[str, Reader]:
    fact_type = FACTS[name]
    hints = get_type_hints(fact_type)
    return {
        field.name: _read_port if field.name == "port" else _reader(hints[field.name])
        for field in fields(fact_type)
    }


def _reader(hint: object) -> Reader:
    kind = next(part for part in get_args(hint) if part is not type(None))
    if get_origin(kind) is Literal:
        return _word_reader(frozenset(get_args(kind)))
    return _READERS[kind]


def _read_port(value: object) -> str:
    """Read a port's name in its canonical form."""
    return canonical_port(_read_text(value))


def _read_text(value: object) -> str:
    """Read a text; numbers keep the form they came in."""
    if type(value) is str:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise _UnreadableError(Text("不是文本", "is no text"))


def _read_float(value: object) -> float:
    number = as_number(value)
    if number is None:
        raise _UnreadableError(Text("不是数字", "is no number"))
    return float(number)


def _read_int(value: object) -> int:
    number = as_number(value)
    if type(number) is int:
        return number
    if number is None or number != int(number):
        raise _UnreadableError(Text("不是整数", "is no whole number"))
    return int(number)


def _read_bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise _UnreadableError(Text("不是真假值", "is neither true nor false"))


def _read_time(value: object) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise _UnreadableError(Text("不是时间", "is no time")) from None
    if not isinstance(value, datetime):
        raise _UnreadableError(Text("不是时间", "is no time"))
    if value.tzinfo is None:
        raise _UnreadableError(Text("时间没有时区", "is a time without a zone"))
    return value


def _word_reader(words: frozenset[str]) -> Reader:
    def read(value: object) -> str:
        if value not in words:
            listed = " ".join(sorted(words))
            raise _UnreadableError(Text(f"不在 {listed} 之中", f"is none of {listed}"))
        return str(value)

    return read


_READERS: Mapping[type, Reader] = {
    str: _read_text,
    float: _read_float,
    int: _read_int,
    bool: _read_bool,
    datetime: _read_time,
}
