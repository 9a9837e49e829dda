"""A small HTTP/1.1 server for documents under Basic authentication: RoomOS and Redfish.

GET only, over loopback, with keep-alive. The personality's `answers.yml` maps the request target
(path and query, percent-decoded) to a document; a trailing slash makes no difference.
"""

import asyncio
import base64
import binascii
from dataclasses import dataclass
from urllib.parse import unquote

from xunjian.lab.listening import Listening, StreamListening
from xunjian.lab.station import Station

_REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
}
_TYPES = {"{": "application/json", "[": "application/json", "<": "text/xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    method: str
    target: str
    headers: dict[str, str]

    @property
    def keeps_alive(self) -> bool:
        return self.headers.get("connection", "").lower() != "close"


async def listen_http(station: Station, port: int) -> Listening:
    """Listen for HTTP on the device's address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while asked := _read(await reader.readuntil(b"\r\n\r\n")):
                await reader.readexactly(_length(asked))
                station.received("http", f"{asked.method} {asked.target}")
                await asyncio.sleep(station.latency_s(asked.target))
                writer.write(_respond(station, asked))
                await writer.drain()
                if not asked.keeps_alive:
                    break
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass
        finally:
            writer.close()

    return StreamListening(await asyncio.start_server(serve, station.device.address, port))


def _length(asked: _Asked) -> int:
    length = asked.headers.get("content-length", "0")
    return min(int(length), 1 << 20) if length.isdecimal() else 0


def _read(head: bytes) -> _Asked | None:
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split()
    if len(words) != 3:
        return None
    pairs = (line.partition(":") for line in lines if line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return _Asked(method=words[0], target=unquote(words[1]), headers=headers)


def _respond(station: Station, asked: _Asked) -> bytes:
    if not _authorised(station, asked):
        return _message(401, "", 'WWW-Authenticate: Basic realm="lab"\r\n')
    if asked.method != "GET":
        return _message(405, "", "Allow: GET\r\n")
    document = _document(station, asked.target)
    return _message(404, "") if document is None else _message(200, document)


def _document(station: Station, target: str) -> str | None:
    for spelling in (target, target.rstrip("/"), target.rstrip("/") + "/"):
        if station.personality.has(spelling):
            return station.answer(spelling)
    return None


def _authorised(station: Station, asked: _Asked) -> bool:
    scheme, _, code = asked.headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(code, validate=True).decode() if scheme == "Basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        return False
    known = station.credential
    return given == f"{known.username}:{known.password}"


def _message(status: int, document: str, extra: str = "") -> bytes:
    body = document.encode()
    kind = _TYPES.get(document.lstrip()[:1], "text/plain")
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {kind}; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n{extra}\r\n"
    )
    return head.encode() + body
