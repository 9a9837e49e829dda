"""Raw Modbus words into figures, by what the register map says of them."""

import math
import struct
from collections.abc import Mapping, Sequence

from xunjian.inventory.registers import Register
from xunjian.parse.documents import load_json
from xunjian.parse.model import NotOffered, Row, Table, Unparsed

# of a point that the inventory lists: its name there and what is said of it beside the figure
POINT_COLUMNS = ("name", "label", "measures", "value", "unit", "state", "low", "high", "raw")

# Modbus Application Protocol V1.1b3, section 7
_NOT_THERE: Mapping[int, str] = {1: "illegal_function", 2: "illegal_data_address"}
_FAILED: Mapping[int, str] = {
    3: "illegal_data_value",
    4: "device_failure",
    5: "acknowledge",
    6: "device_busy",
    8: "memory_parity_error",
}
_PACKED: Mapping[str, str] = {
    "int16": ">h",
    "uint16": ">H",
    "int32": ">i",
    "uint32": ">I",
    "float32": ">f",
}
_DIGITS = 6


def row_of_registers(texts: Sequence[str], registers: Mapping[str, Register]) -> Table:
    """Make one row of a card's own registers: column -> figure; what is missing has no value.

    Raises:
        NotOffered: the device has no such register.
        Unparsed: an answer is no answer, or the device could not give it.
    """
    row: dict[str, str] = {}
    for text, (name, register) in zip(texts, registers.items(), strict=True):
        figure = _figure(_words(text), register)
        if figure is not None:
            row[name] = _shown(figure)
    return Table(rows=(row,) if row else ())


def row_of_point(text: str, name: str, register: Register) -> Table:
    """Make the row of a point that the inventory lists.

    state: `ok` for a figure; `normal` or `alarm` for a contact that has a position of rest; `fault`
    where the probe gives no value.

    Raises:
        NotOffered: the device has no such register.
        Unparsed: an answer is no answer, or the device could not give it.
    """
    words = _words(text)
    figure = _figure(words, register)
    state = "fault" if figure is None else "ok"
    if figure is not None and register.normal is not None:
        state = "normal" if int(figure) == register.normal else "alarm"
    row: Row = {
        "name": name,
        "label": register.label or name,
        "measures": register.measures,
        "value": "" if figure is None else _shown(figure),
        "unit": register.unit,
        "state": state,
        "low": "" if register.low is None else _shown(register.low),
        "high": "" if register.high is None else _shown(register.high),
        "raw": " ".join(str(word) for word in words),
    }
    return Table(rows=({column: value for column, value in row.items() if value},))


def _words(text: str) -> list[int]:
    said = load_json(text)
    if not isinstance(said, Mapping):
        raise Unparsed("modbus: not an object")
    if "exception" in said:
        code = said["exception"]
        if code in _NOT_THERE:
            raise NotOffered(f"modbus_{_NOT_THERE[code]}")
        raise Unparsed(f"modbus_{_FAILED.get(code, f'exception_{code}')}")
    words = said.get("registers", said.get("bits"))
    is_whole = isinstance(words, list) and words and all(type(word) is int for word in words)
    if not is_whole or not all(0 <= word <= 0xFFFF for word in words):
        raise Unparsed("modbus: no words")
    return list(words)


def _figure(words: Sequence[int], register: Register) -> float | None:
    """Give a point's figure; None where the words stand for no value."""
    if register.is_bit:
        return float(words[0] >> (register.bit or 0) & 1)
    if words[0] in register.missing:
        return None
    order = words if register.words == "big" else list(reversed(words))
    packed = b"".join(word.to_bytes(2) for word in order)
    try:
        (value,) = struct.unpack(_PACKED[register.type], packed)
    except struct.error:
        raise Unparsed(f"modbus: {len(words)} words, not {register.type}") from None
    figure = float(value) * register.scale + register.offset
    return figure if math.isfinite(figure) else None


def _shown(figure: float) -> str:
    rounded = round(figure, _DIGITS)
    return str(int(rounded)) if rounded == int(rounded) else repr(rounded)
