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


DECODERS: Mapping[str, Decoder] = MappingProxyType({"huawei_te.data": decode_huawei_te})
