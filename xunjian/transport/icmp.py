"""Channel `icmp`: a bounded number of echo requests, from a socket of our own.

An unprivileged ICMP socket where the kernel allows it (`net.ipv4.ping_group_range`), else a raw
one, which needs CAP_NET_RAW. Sent one every 0.2 s at most, the limit iputils' ping sets to users.

When a reply came is the kernel's word where it gives one (SO_TIMESTAMPNS, socket(7)): with many
sessions at once we ourselves come late to read it, and that is no jitter of the line.
"""

import contextlib
import json
import os
import secrets
import socket
import struct
import sys
import time
from dataclasses import dataclass, field
from itertools import pairwise

from xunjian.errors import NotSupported, SessionAborted, Unreachable
from xunjian.language import Text
from xunjian.transport.answer import Answer, Conversation
from xunjian.transport.deadline import Deadline
from xunjian.transport.model import Channel, Request

_ECHO_REPLY, _ECHO_REQUEST = 0, 8  # RFC 792
_INTERVAL_S = 0.2
_WAIT_S = 2.0
_SLICE_S = 0.2
_MOST = 100
_HEADER = struct.Struct("!BBHHH")
_IP_WORD_BYTES = 4
_SO_TIMESTAMPNS = 35  # asm-generic/socket.h; the socket module has no name for it
_TIMESPEC = struct.Struct("@ll")
_ROOM_BYTES = socket.CMSG_SPACE(_TIMESPEC.size)
_Ancillary = list[tuple[int, int, bytes]]


@dataclass(frozen=True, slots=True)
class _Moment:
    """One moment by the clock that never jumps and by the kernel's."""

    monotonic_s: float = field(default_factory=time.monotonic)
    wall_s: float = field(default_factory=time.time)

    def rtt_s(self, ancillary: _Ancillary) -> float:
        """Time from here to a reply just read; never more than has passed for us."""
        passed_s = time.monotonic() - self.monotonic_s
        arrived_s = _arrived_s(ancillary)
        kernel_s = -1.0 if arrived_s is None else arrived_s - self.wall_s
        return kernel_s if 0 <= kernel_s < passed_s else passed_s


@dataclass(slots=True)
class _Pings:
    """What was sent and what came back, by sequence number."""

    sent_at: dict[int, "_Moment"] = field(default_factory=dict)
    rtt_s: dict[int, float] = field(default_factory=dict)


class IcmpLink:
    """An ICMP socket bound to no device state."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._address = _resolve(conversation)
        self._sock, self._is_raw = _socket()
        self._identifier = secrets.randbits(16)

    def ask(self, request: Request) -> Answer:
        """Send `count` echo requests of `size` bytes; a loss of all is an answer too."""
        options = dict(request.options)
        count = max(1, min(_MOST, int(options.get("count", 5))))
        size = max(8, min(1472, int(options.get("size", 64))))
        pings = _Pings()
        limit = Deadline(self._conversation.deadline.cap(request.timeout_s))
        for sequence in range(1, count + 1):
            self._send(sequence, size, pings)
            wait_s = _WAIT_S if sequence == count else _INTERVAL_S
            self._gather(pings, Deadline(limit.cap(wait_s)), until=count)
            if limit.expired:
                break
        complete = len(pings.sent_at) == count
        raw = json.dumps(self._summary(pings), sort_keys=True).encode()
        return Answer(
            raw=raw,
            text=raw.decode(),
            complete=complete,
            error="" if complete else "deadline",
        )

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()

    def _send(self, sequence: int, size: int, pings: _Pings) -> None:
        payload = secrets.token_bytes(size)
        header = _HEADER.pack(_ECHO_REQUEST, 0, 0, self._identifier, sequence)
        checksum = _checksum(header + payload)
        packet = _HEADER.pack(_ECHO_REQUEST, 0, checksum, self._identifier, sequence) + payload
        pings.sent_at[sequence] = _Moment()
        with contextlib.suppress(OSError):  # no route, or a port unreachable: simply no answer
            self._sock.sendto(packet, (self._address, 0))

    def _gather(self, pings: _Pings, limit: Deadline, *, until: int) -> None:
        """Collect replies; ends early when all that will be sent are back."""
        while not limit.expired and len(pings.rtt_s) < until:
            if self._conversation.switch.aborted:
                raise SessionAborted(Text("已中止", "aborted"))
            self._sock.settimeout(limit.cap(_SLICE_S) or 0.001)
            try:
                packet, ancillary, _, sender = self._sock.recvmsg(65535, _ROOM_BYTES)
            except OSError:
                continue
            if sender[0] == self._address:
                self._note(packet, ancillary, pings)

    def _note(self, packet: bytes, ancillary: _Ancillary, pings: _Pings) -> None:
        if self._is_raw:
            packet = packet[(packet[0] & 0x0F) * _IP_WORD_BYTES :]
        if len(packet) < _HEADER.size:
            return
        kind, _, _, identifier, sequence = _HEADER.unpack_from(packet)
        ours = not self._is_raw or identifier == self._identifier
        is_awaited = sequence in pings.sent_at and sequence not in pings.rtt_s
        if kind == _ECHO_REPLY and ours and is_awaited:
            pings.rtt_s[sequence] = pings.sent_at[sequence].rtt_s(ancillary)

    def _summary(self, pings: _Pings) -> dict[str, float | int | None]:
        sent, times = len(pings.sent_at), [pings.rtt_s[key] for key in sorted(pings.rtt_s)]
        steps = [abs(after - before) for before, after in pairwise(times)]
        if times:
            self._conversation.seen.echo_ms = round(times[0] * 1000, 2)
        return {
            "sent": sent,
            "received": len(times),
            "loss_pct": round(100 * (sent - len(times)) / sent, 2),
            "rtt_ms": round(1000 * sum(times) / len(times), 3) if times else None,
            "jitter_ms": round(1000 * sum(steps) / len(steps), 3) if steps else None,
        }


def _arrived_s(ancillary: _Ancillary) -> float | None:
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS) and len(data) >= _TIMESPEC.size:
            seconds, nanoseconds = _TIMESPEC.unpack_from(data)
            return float(seconds) + float(nanoseconds) / 1e9
    return None


def _checksum(data: bytes) -> int:
    """RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _socket() -> tuple[socket.socket, bool]:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        with contextlib.suppress(OSError):
            sock = socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP)
            if sys.platform == "linux":
                with contextlib.suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
            return sock, kind == socket.SOCK_RAW
    raise NotSupported(
        Text("没有发送 ICMP 的权限", f"ICMP is not permitted for uid {os.getuid()}"),
        Text("放宽 net.ipv4.ping_group_range", "widen net.ipv4.ping_group_range"),
    )


def _resolve(conversation: Conversation) -> str:
    host = conversation.host(Channel.ICMP)
    try:
        return str(socket.getaddrinfo(host, 0, socket.AF_INET)[0][4][0]) if host else _no_address()
    except (OSError, UnicodeError) as error:
        raise Unreachable(Text(f"地址无法解析：{host}", f"not resolvable: {host}")) from error


def _no_address() -> str:
    raise Unreachable(Text("设备没有地址", "the device has no address"))


def open_icmp(conversation: Conversation) -> IcmpLink:
    """Make the socket. Raises NotSupported, Unreachable."""
    return IcmpLink(conversation)
