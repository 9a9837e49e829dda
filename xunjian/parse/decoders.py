"""Registered decoders: code that turns an answer's text into rows where no grammar should.

A user's own come from `plugins/*.py` of a workspace that says so.
"""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from xunjian.parse.documents import load_json
from xunjian.parse.model import Row, Unparsed, filled

Decoder = Callable[[str], tuple[Row, ...]]


def decode_huawei_te(text: str) -> tuple[Row, ...]:
    r"""Open the JSON that Huawei TE terminals put as a text inside the JSON member `data`.

    `{"success": 1, "data": "{\"a\": 1}"}` gives one row; a list inside gives one row per object.

    No card of ours asks a TE terminal: every interface of its HTTP API is a POST behind a login
    with a CSRF token (TE10, TE20 V600R019C00, HTTP API programming reference, EDOC1100044503),
    and we only GET. SIP OPTIONS and a registrar's view serve them meanwhile.
    """
    outer = load_json(text)
    if not isinstance(outer, Mapping) or "data" not in outer:
        raise Unparsed("huawei_te.data: no member data")
    data = outer["data"]
    inner = load_json(data) if isinstance(data, str) else data
    items = inner if isinstance(inner, list) else [inner]
    return tuple(_row(item) for item in items)


def _row(item: object) -> Row:
    if not isinstance(item, Mapping):
        raise Unparsed("huawei_te.data: not an object")
    return filled({str(name): _text(value) for name, value in item.items()})


def _text(value: object) -> object:
    return value if value is None or isinstance(value, str) else json.dumps(value)


def decode_pjlink_lamps(text: str) -> tuple[Row, ...]:
    """Read `%1LAMP=1234 1 56 0`: hours and whether it is lit, lamp after lamp.

    PJLink Specifications 2.00, section 4.9: at most 8 lamps of at most 5 digits each.
    """
    words = _pjlink_value(text, "LAMP").split()
    pairs = list(zip(words[::2], words[1::2], strict=False))
    is_whole = words and len(words) % 2 == 0 and len(pairs) <= _MOST_LAMPS
    if not is_whole or not all(h.isdecimal() and lit in {"0", "1"} for h, lit in pairs):
        raise Unparsed("pjlink.lamps: not pairs of hours and 0 or 1")
    return tuple(
        {"lamp": str(number), "hours": hours, "lit": lit}
        for number, (hours, lit) in enumerate(pairs, start=1)
    )


def decode_pjlink_errors(text: str) -> tuple[Row, ...]:
    """Read `%1ERST=000100`: one digit per part, 0 good, 1 warning, 2 error (section 4.8)."""
    digits = _pjlink_value(text, "ERST")
    if len(digits) != len(_PJLINK_PARTS) or not set(digits) <= set("012"):
        raise Unparsed("pjlink.errors: not six digits of 0 to 2")
    return tuple(
        {"part": part, "level": level} for part, level in zip(_PJLINK_PARTS, digits, strict=True)
    )


def _pjlink_value(text: str, command: str) -> str:
    head, equals, value = text.strip().partition("=")
    if not equals or head.upper() != f"%1{command}":
        raise Unparsed(f"pjlink: not an answer to {command}")
    return value.strip()


_PJLINK_PARTS = ("fan", "lamp", "temperature", "cover", "filter", "other")
_MOST_LAMPS = 8

DECODERS: Mapping[str, Decoder] = MappingProxyType(
    {
        "huawei_te.data": decode_huawei_te,
        "pjlink.lamps": decode_pjlink_lamps,
        "pjlink.errors": decode_pjlink_errors,
    }
)
