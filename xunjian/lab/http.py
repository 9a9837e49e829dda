"""A small HTTP/1.1 server for documents behind a password: RoomOS, Redfish and ISAPI.

Basic authentication, or digest as cameras want it (RFC 7616, MD5 with qop auth).

GET only, over loopback, with keep-alive. The personality's `answers.yml` maps the request target
(path and query, percent-decoded) to a document; a trailing slash makes no difference.
"""

import asyncio
import base64
import binascii
import hashlib
import re
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
_REALM = "XJ lab"
_PART = re.compile(r'(\w+)="?([^",]+)"?')  # name=value or name="value" of an Authorization header
_TYPES = {"{": "application/json", "[": "application/json", "<": "text/xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    method: str
    target: str
    spelt: str  # the target as it came over the line
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
    return _Asked(method=words[0], target=unquote(words[1]), spelt=words[1], headers=headers)


def _respond(station: Station, asked: _Asked) -> bytes:
    digest = station.device.login == "digest"
    if not (_proves if digest else _authorised)(station, asked):
        wanted = _challenge(station) if digest else 'Basic realm="lab"'
        return _message(401, "", f"WWW-Authenticate: {wanted}\r\n")
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


def _challenge(station: Station) -> str:
    return f'Digest realm="{_REALM}", qop="auth", nonce="{_nonce(station)}", algorithm=MD5'


def _nonce(station: Station) -> str:
    """One for each device and scene; it tells nothing about the password."""
    return _md5(f"{station.device.name} {station.clock.began.isoformat()} {station.clock.shift}")


def _proves(station: Station, asked: _Asked) -> bool:
    """Whether the request proves that its sender knows the password (RFC 7616, 3.4.1)."""
    scheme, _, said = asked.headers.get("authorization", "").partition(" ")
    part: dict[str, str] = dict(_PART.findall(said))
    if scheme != "Digest" or part.get("nonce") != _nonce(station) or part.get("uri") != asked.spelt:
        return False
    known = station.credential
    who = _md5(f"{known.username}:{_REALM}:{known.password}")
    what = _md5(f"{asked.method}:{asked.spelt}")
    middle = ":".join(part.get(name, "") for name in ("nonce", "nc", "cnonce", "qop"))
    return part.get("response") == _md5(f"{who}:{middle}:{what}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _message(status: int, document: str, extra: str = "") -> bytes:
    body = document.encode()
    kind = _TYPES.get(document.lstrip()[:1], "text/plain")
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {kind}; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n{extra}\r\n"
    )
    return head.encode() + body
