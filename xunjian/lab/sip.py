"""A SIP terminal that answers OPTIONS over UDP and TCP and refuses every other method.

Response form: RFC 3261 sections 8.2.6 and 11.2. The answer's own header lines come from the
personality's answer to `OPTIONS`, one `Name: value` per line.
"""

import asyncio
from typing import cast

from typing_extensions import override

from xunjian.lab.listening import Listening
from xunjian.lab.station import Station

_COPIED = ("via", "from", "to", "call-id", "cseq")
_LONG_NAMES = {"v": "via", "f": "from", "t": "to", "i": "call-id"}


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, station: Station) -> None:
        self._station = station
        self._transport: asyncio.DatagramTransport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        response = respond(self._station, data.decode("utf-8", "replace"))
        if response and self._transport:
            self._transport.sendto(response.encode(), addr)


class _SipListening(Listening):
    def __init__(self, udp: asyncio.DatagramTransport, tcp: asyncio.Server) -> None:
        self._udp = udp
        self._tcp = tcp
        self.port = int(udp.get_extra_info("sockname")[1])

    @override
    def close(self) -> None:
        self._udp.close()
        self._tcp.close()


async def listen_sip(station: Station, port: int) -> Listening:
    """Listen for SIP over UDP and TCP on one port of the device's address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(respond(station, head.decode("utf-8", "replace")).encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass
        finally:
            writer.close()

    tcp = await asyncio.start_server(serve, station.device.address, port)
    bound = int(tcp.sockets[0].getsockname()[1])
    udp, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Datagrams(station), local_addr=(station.device.address, bound)
    )
    return _SipListening(udp, tcp)


def respond(station: Station, message: str) -> str:
    """The response to one request; empty when the message is no request."""
    first, *rest = message.replace("\r\n", "\n").split("\n")
    words = first.split()
    if len(words) != 3 or words[2] != "SIP/2.0":
        return ""
    station.received("sip", first)
    known = station.answer(words[0])
    status = "200 OK" if known is not None else "405 Method Not Allowed"
    own = [line for line in (known or "Allow: OPTIONS").splitlines() if line.strip()]
    lines = [f"SIP/2.0 {status}", *_copied(rest), *own, "Content-Length: 0"]
    return "\r\n".join(lines) + "\r\n\r\n"


def _copied(lines: list[str]) -> list[str]:
    copied = []
    for line in lines:
        name, colon, value = line.partition(":")
        key = _LONG_NAMES.get(name.strip().lower(), name.strip().lower())
        if colon and key in _COPIED:
            tag = ";tag=lab" if key == "to" and ";tag=" not in value else ""
            copied.append(f"{name.strip()}:{value.rstrip()}{tag}")
    return copied
