"""A small Modbus TCP server: the four reading functions over the tables of `tables.yml`.

`tables.yml` holds `coils`, `contacts`, `holding` and `inputs`: address → value, rendered anew for
every question. Frames and exceptions: Modbus Application Protocol V1.1b3, Modbus Messaging on
TCP/IP V1.0b. Whatever would write is refused as an unknown function, and noted.
"""

import asyncio
import struct
from collections.abc import Mapping
from typing import Any

import yaml

from xunjian.lab.listening import Listening, StreamListening
from xunjian.lab.station import Station

_TABLES = {1: "coils", 2: "contacts", 3: "holding", 4: "inputs"}
_BITS = frozenset({1, 2})
_ILLEGAL_FUNCTION, _ILLEGAL_ADDRESS, _ILLEGAL_VALUE = 1, 2, 3
_MOST_BITS, _MOST_WORDS = 2000, 125


async def listen_modbus(station: Station, port: int) -> Listening:
    """Listen for Modbus TCP on the device's address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readexactly(7)
                transaction, _, length, unit = struct.unpack(">HHHB", head)
                asked = await reader.readexactly(max(0, length - 1))
                station.received("modbus", f"unit {unit} {asked.hex(' ')}")
                await asyncio.sleep(station.latency_s(asked.hex()))
                body = respond(station, asked)
                writer.write(struct.pack(">HHHB", transaction, 0, len(body) + 1, unit) + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    return StreamListening(await asyncio.start_server(serve, station.device.address, port))


def respond(station: Station, asked: bytes) -> bytes:
    """The answer to one request, function code first."""
    function = asked[0] if asked else 0
    if function not in _TABLES or len(asked) != 5:
        return bytes([function | 0x80, _ILLEGAL_FUNCTION])
    address, count = struct.unpack(">HH", asked[1:])
    most = _MOST_BITS if function in _BITS else _MOST_WORDS
    if not 1 <= count <= most:
        return bytes([function | 0x80, _ILLEGAL_VALUE])
    table = _table(station, _TABLES[function])
    if any(address + n not in table for n in range(count)):
        return bytes([function | 0x80, _ILLEGAL_ADDRESS])
    values = [table[address + n] for n in range(count)]
    packed = _bits(values) if function in _BITS else struct.pack(f">{count}H", *values)
    return bytes([function, len(packed)]) + packed


def _table(station: Station, name: str) -> Mapping[int, int]:
    tables: dict[str, Any] = yaml.safe_load(station.file("tables.yml"))
    return {int(at): int(value) % 65536 for at, value in (tables.get(name) or {}).items()}


def _bits(values: list[int]) -> bytes:
    whole = sum(bool(value) << place for place, value in enumerate(values))
    return whole.to_bytes((len(values) + 7) // 8, "little")
