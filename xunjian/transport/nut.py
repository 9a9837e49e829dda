"""Channel `nut`: a UPS behind upsd, over NUT's own text protocol (read-only words alone).

`LOGIN` is never sent: it would count us among the machines that upsd waits for at shutdown.
NUT developer guide, chapter "Network protocol information".
"""

import contextlib
import socket

from xunjian.errors import (
    BadAnswer,
    DeadlinePassed,
    DeviceError,
    DeviceTimeout,
    LoginRefused,
    SessionAborted,
    SessionLost,
)
from xunjian.language import Text
from xunjian.transport.answer import Answer, Conversation
from xunjian.transport.deadline import Deadline
from xunjian.transport.decode import decode
from xunjian.transport.model import Channel, Request
from xunjian.transport.tcp import Waker, connect_patiently

_PORT = 3493
_CHUNK_BYTES = 65536
_WANTS_LOGIN = frozenset({"USERNAME-REQUIRED", "PASSWORD-REQUIRED"})
_REFUSED = frozenset({"ACCESS-DENIED", "INVALID-PASSWORD", "INVALID-USERNAME", *_WANTS_LOGIN})


class NutLink:
    """A connection to upsd."""

    def __init__(self, sock: socket.socket, conversation: Conversation, waker: Waker) -> None:
        self._sock = sock
        self._conversation = conversation
        self._waker = waker
        self._buffer = bytearray()
        self._ups = str(conversation.option(Channel.NUT, "ups") or "")
        self._in_step = True

    def ask(self, request: Request) -> Answer:
        """Answer `LIST VAR`, `LIST UPS`, `GET VAR name` or `VER`."""
        lines: list[bytes] = []
        error, detail = "", ""
        limit = Deadline(self._conversation.deadline.cap(request.timeout_s))
        try:
            self._answer(self._full(request.text, limit), lines, limit)
        except DeviceError as problem:
            error, detail = problem.code, str(problem.message)
            self._in_step = isinstance(problem, BadAnswer)
        raw = self._conversation.redactor.clean(b"".join(lines))
        decoded = decode(raw)
        return Answer(
            raw=raw,
            text=decoded.text,
            decoded_as=decoded.decoded_as,
            complete=not error,
            error=error,
            detail=detail,
        )

    def close(self) -> None:
        """Log out and close."""
        with contextlib.suppress(OSError, DeviceError):
            if self._in_step and not self._conversation.switch.aborted:
                self._send("LOGOUT")
                self._line(Deadline(self._conversation.settings.logout_timeout_s))
        self._conversation.switch.remove(self._waker)
        self._sock.close()

    def _full(self, text: str, limit: Deadline) -> str:
        """Put the UPS's name where the protocol wants it; a lone UPS need not be named."""
        verb = " ".join(text.split()[:2])
        if verb not in {"LIST VAR", "GET VAR"}:
            return text
        if not self._ups:
            self._ups = self._only_ups(limit)
        return " ".join([verb, self._ups, *text.split()[2:]])

    def _only_ups(self, limit: Deadline) -> str:
        lines: list[bytes] = []
        self._answer("LIST UPS", lines, limit)
        names = [line.split()[1].decode() for line in lines if line.startswith(b"UPS ")]
        if len(names) != 1:
            raise BadAnswer(
                Text(f"upsd 有 {len(names)} 台 UPS，请写 ups 选项", f"{len(names)} UPS: set `ups`")
            )
        return names[0]

    def _answer(self, command: str, lines: list[bytes], limit: Deadline) -> None:
        self._send(command)
        first = self._line(limit)
        if _error(first) in _WANTS_LOGIN:
            self._log_in(limit)
            self._send(command)
            first = self._line(limit)
        lines.append(first)
        self._refuse(first)
        if not first.startswith(b"BEGIN "):
            return
        end = b"END " + first.removeprefix(b"BEGIN ").strip()
        while lines[-1].strip() != end:
            lines.append(self._line(limit))
            self._refuse(lines[-1])

    def _log_in(self, limit: Deadline) -> None:
        """Name ourselves once, only where the server insists."""
        settings = self._conversation.of(Channel.NUT)
        words = (
            ("USERNAME", settings.username or ""),
            ("PASSWORD", self._conversation.password(Channel.NUT) or ""),
        )
        for word, value in words:
            self._send(f'{word} "{value}"')
            self._refuse(self._line(limit))

    def _refuse(self, line: bytes) -> None:
        code = _error(line)
        if code in _REFUSED:
            self._conversation.seen.login = False
            raise LoginRefused(Text(f"upsd 拒绝：{code}", f"upsd refuses: {code}"))
        if code:
            raise BadAnswer(Text(f"upsd 报错：{code}", f"upsd says: {code}"))
        self._conversation.seen.login = True

    def _send(self, command: str) -> None:
        try:
            self._sock.sendall(command.encode() + b"\n")
        except OSError as error:
            raise self._lost() from error

    def _line(self, limit: Deadline) -> bytes:
        while b"\n" not in self._buffer:
            if limit.expired:
                raise self._late()
            self._sock.settimeout(limit.remaining_s or 0.001)
            try:
                data = self._sock.recv(_CHUNK_BYTES)
            except TimeoutError as error:
                raise self._late() from error
            except OSError as error:
                raise self._lost() from error
            if not data:
                raise self._lost()
            self._buffer += data
            if len(self._buffer) > self._conversation.settings.answer_max_bytes:
                raise BadAnswer(Text("应答过长", "the answer is too long"))
        line, _, rest = bytes(self._buffer).partition(b"\n")
        self._buffer = bytearray(rest)
        return line + b"\n"

    def _late(self) -> DeviceError:
        if self._conversation.deadline.expired:
            return DeadlinePassed(Text("设备时限已到", "the deadline has passed"))
        return DeviceTimeout(Text("应答没有结束", "the answer did not end"))

    def _lost(self) -> DeviceError:
        if self._conversation.switch.aborted:
            return SessionAborted(Text("已中止", "aborted"))
        return SessionLost(Text("upsd 关闭了连接", "upsd closed the connection"))


def _error(line: bytes) -> str:
    words = line.split()
    return words[1].decode("ascii", "replace") if len(words) > 1 and words[0] == b"ERR" else ""


def open_nut(conversation: Conversation) -> NutLink:
    """Connect. Raises Unreachable."""
    connected = connect_patiently(
        conversation.host(Channel.NUT),
        conversation.of(Channel.NUT).port or _PORT,
        timeout_s=conversation.settings.connect_timeout_s,
        retries=conversation.settings.retries,
        deadline=conversation.deadline,
        switch=conversation.switch,
    )
    conversation.seen.answered(connected.latency_s)
    waker = Waker(connected.sock)
    conversation.switch.add(waker)
    return NutLink(connected.sock, conversation, waker)
