"""Channel `pjlink`: a projector or display, over PJLink class 1 and 2 (queries alone).

The maker of a line chooses whether it wants a password: the greeting carries a random number, and
the MD5 of number and password stands before the first command, once. PJLink Specifications,
version 2.00 (JBMIA), sections 2 to 5. No Python library of it keeps to queries and hands over the
bytes, so that this is our own.
"""

import contextlib
import hashlib
import re
import socket

from xunjian.errors import (
    BadAnswer,
    DeadlinePassed,
    DeviceError,
    DeviceTimeout,
    LoginRefused,
    NoFreeLine,
    NoSecret,
    SessionAborted,
    SessionLost,
)
from xunjian.language import Text
from xunjian.transport.answer import Answer, Conversation
from xunjian.transport.deadline import Deadline
from xunjian.transport.decode import decode
from xunjian.transport.model import Channel, Request
from xunjian.transport.tcp import Waker, connect_patiently

_PORT = 4352
_MOST_BYTES = 4096  # an answer is 136 bytes at most
_GREETING = re.compile(rb"PJLINK (?:(0)|1 ([0-9A-Fa-f]{1,32}))\r?", re.IGNORECASE)
_REFUSED = re.compile(rb"PJLINK ERRA\r?", re.IGNORECASE)


class PjlinkLink:
    """A connection to a projector."""

    def __init__(self, sock: socket.socket, conversation: Conversation, waker: Waker) -> None:
        self._sock = sock
        self._conversation = conversation
        self._waker = waker
        self._buffer = bytearray()
        self._digest = b""

    def ask(self, request: Request) -> Answer:
        """Answer one query such as `%1POWR ?`."""
        raw, error, detail = b"", "", ""
        limit = Deadline(self._conversation.deadline.cap(request.timeout_s))
        try:
            raw = self._exchange(request.text, limit)
        except DeviceError as problem:
            error, detail = problem.code, str(problem.message)
        raw = self._conversation.redactor.clean(raw)
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
        """Close the connection: PJLink has no farewell."""
        self._conversation.switch.remove(self._waker)
        with contextlib.suppress(OSError):
            self._sock.close()

    def greet(self) -> None:
        """Read the greeting and work out the digest if one is wanted. Raises DeviceError."""
        limit = Deadline(
            self._conversation.deadline.cap(self._conversation.settings.login_timeout_s)
        )
        line = self._line(limit)
        if _REFUSED.fullmatch(line):  # another controller holds the only line
            raise NoFreeLine(Text("投影机拒绝连接", "the projector takes no connection now"))
        greeting = _GREETING.fullmatch(line)
        if greeting is None:
            raise BadAnswer(Text("不是 PJLink 的问候", "no greeting of PJLink"))
        if greeting.group(1):
            return
        password = self._conversation.password(Channel.PJLINK)
        if password is None:
            raise NoSecret(Text("投影机要求口令", "the projector wants a password"))
        # MD5 is what the protocol prescribes
        digest = hashlib.md5(greeting.group(2) + password.encode(), usedforsecurity=False)
        self._conversation.redactor.hide(digest.hexdigest())
        self._digest = digest.hexdigest().encode()

    def _exchange(self, query: str, limit: Deadline) -> bytes:
        sent, self._digest = self._digest + query.encode() + b"\r", b""
        try:
            self._sock.sendall(sent)
        except OSError as error:
            raise self._lost() from error
        line = self._line(limit)
        if _REFUSED.fullmatch(line):
            self._conversation.seen.login = False
            raise LoginRefused(Text("投影机拒绝口令", "the projector refuses the password"))
        # the answer repeats class and command: anything else belongs to another question
        if not line.upper().startswith(query[:6].encode().upper() + b"="):
            raise BadAnswer(Text("应答与所问不符", "the answer is to another question"))
        self._conversation.seen.login = True
        return line

    def _line(self, limit: Deadline) -> bytes:
        while b"\r" not in self._buffer:
            if limit.expired:
                raise self._late()
            self._sock.settimeout(limit.remaining_s or 0.001)
            try:
                data = self._sock.recv(_MOST_BYTES)
            except TimeoutError as error:
                raise self._late() from error
            except OSError as error:
                raise self._lost() from error
            if not data:
                raise self._lost()
            self._buffer += data
            if len(self._buffer) > _MOST_BYTES:
                raise BadAnswer(Text("应答过长", "the answer is too long"))
        line, _, rest = bytes(self._buffer).partition(b"\r")
        self._buffer = bytearray(rest.lstrip(b"\n"))
        return line + b"\r"

    def _late(self) -> DeviceError:
        if self._conversation.deadline.expired:
            return DeadlinePassed(Text("设备时限已到", "the deadline has passed"))
        return DeviceTimeout(Text("应答没有结束", "the answer did not end"))

    def _lost(self) -> DeviceError:
        if self._conversation.switch.aborted:
            return SessionAborted(Text("已中止", "aborted"))
        return SessionLost(Text("投影机关闭了连接", "the projector closed the connection"))


def open_pjlink(conversation: Conversation) -> PjlinkLink:
    """Connect and read the greeting. Raises Unreachable and what a greeting may bring."""
    connected = connect_patiently(
        conversation.host(Channel.PJLINK),
        conversation.of(Channel.PJLINK).port or _PORT,
        timeout_s=conversation.settings.connect_timeout_s,
        retries=conversation.settings.retries,
        deadline=conversation.deadline,
        switch=conversation.switch,
    )
    conversation.seen.answered(connected.latency_s)
    waker = Waker(connected.sock)
    conversation.switch.add(waker)
    link = PjlinkLink(connected.sock, conversation, waker)
    try:
        link.greet()
    except BaseException:
        link.close()
        raise
    return link
