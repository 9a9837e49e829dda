"""Channel `sip`: OPTIONS over UDP or TCP; any final response is an answer.

RFC 3261, sections 11 (OPTIONS) and 17.1.2 (retransmission).
"""

import contextlib
import re
import secrets
import socket
import time

from xunjian.errors import (
    BadAnswer,
    DeadlinePassed,
    DeviceError,
    NotSupported,
    SessionAborted,
    Unreachable,
)
from xunjian.language import Text
from xunjian.transport.answer import Answer, Conversation
from xunjian.transport.deadline import Deadline
from xunjian.transport.model import Channel, Request
from xunjian.transport.tcp import connect_patiently, shut

_PORT = 5060
_T1_S, _T2_S = 0.5, 4.0  # RFC 3261 17.1.1.1: first and longest interval between retransmissions
_SLICE_S = 0.2
_MESSAGE_BYTES = 65535
_STATUS = re.compile(rb"SIP/2\.0 ([1-6]\d\d)[^\r\n]*\r?\n")
_CALL_ID = re.compile(rb"^(?:Call-ID|i)[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
_LENGTH = re.compile(rb"^(?:Content-Length|l)[ \t]*:[ \t]*(\d+)", re.IGNORECASE | re.MULTILINE)


class SipLink:
    """Nothing is kept open between two questions."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._transport = str(conversation.option(Channel.SIP, "transport") or "udp").lower()
        if self._transport not in {"udp", "tcp"}:
            raise NotSupported(
                Text(f"不支持的 SIP 传输：{self._transport}", f"unsupported: {self._transport}")
            )

    def ask(self, request: Request) -> Answer:
        """Send OPTIONS and wait for the final response to it."""
        limit = Deadline(self._conversation.deadline.cap(request.timeout_s))
        try:
            raw = self._exchange(limit)
        except DeviceError as problem:
            return self._conversation.answer(b"", problem)
        except OSError as error:
            return self._conversation.answer(b"", self._unreachable(error))
        status = _STATUS.match(raw)
        return self._conversation.answer(raw, None, status=int(status.group(1)) if status else None)

    def close(self) -> None:
        """Nothing is open."""

    def _exchange(self, limit: Deadline) -> bytes:
        call_id = secrets.token_hex(12)
        with contextlib.closing(self._socket(limit)) as sock:
            message = self._message(call_id, sock.getsockname()[:2])
            with self._conversation.switch.interrupting(lambda: shut(sock)):
                started = time.monotonic()
                receive = self._over_udp if self._transport == "udp" else self._over_tcp
                raw = receive(sock, message, call_id, limit)
        self._conversation.seen.answered(time.monotonic() - started)
        self._conversation.seen.login = True  # OPTIONS asks for none
        return raw

    def _socket(self, limit: Deadline) -> socket.socket:
        host = self._conversation.host(Channel.SIP)
        port = self._conversation.of(Channel.SIP).port or _PORT
        if self._transport == "tcp":
            settings = self._conversation.settings
            return connect_patiently(
                host,
                port,
                timeout_s=settings.connect_timeout_s,
                retries=settings.retries,
                deadline=limit,
                switch=self._conversation.switch,
            ).sock
        if not host:
            raise Unreachable(Text("设备没有地址", "the device has no address"))
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        sock = socket.socket(family, kind)
        try:
            sock.connect(address)
        except BaseException:
            sock.close()
            raise
        return sock

    def _over_udp(
        self, sock: socket.socket, message: bytes, call_id: str, limit: Deadline
    ) -> bytes:
        """Send again after T1, 2·T1, … up to T2, until a final response or the end of time."""
        interval_s = _T1_S
        while not limit.expired:
            sock.send(message)
            turn = Deadline(limit.cap(interval_s))
            interval_s = min(2 * interval_s, _T2_S)
            while not turn.expired:
                answer = self._datagram(sock, turn)
                if answer and _belongs(answer, call_id) and not answer.startswith(b"SIP/2.0 1"):
                    return answer
        if self._conversation.deadline.expired:
            raise DeadlinePassed(Text("设备时限已到", "the deadline has passed"))
        raise Unreachable(Text("SIP 无应答", "no SIP answer"))

    def _datagram(self, sock: socket.socket, turn: Deadline) -> bytes:
        if self._conversation.switch.aborted:
            raise SessionAborted(Text("已中止", "aborted"))
        sock.settimeout(turn.cap(_SLICE_S) or 0.001)
        try:
            return sock.recv(_MESSAGE_BYTES)
        except TimeoutError:
            return b""

    def _over_tcp(
        self, sock: socket.socket, message: bytes, call_id: str, limit: Deadline
    ) -> bytes:
        sock.sendall(message)
        heard = b""
        while not limit.expired:
            sock.settimeout(limit.remaining_s or 0.001)
            try:
                data = sock.recv(_MESSAGE_BYTES)
            except TimeoutError:
                break
            if not data:
                why = Text("设备关闭了连接", "the device closed the connection")
                raise self._conversation.lost(why)
            heard += data
            while (length := _message_bytes(heard)) is not None:
                first, heard = heard[:length], heard[length:]
                if _belongs(first, call_id) and not first.startswith(b"SIP/2.0 1"):
                    return first
            if len(heard) > _MESSAGE_BYTES:
                raise BadAnswer(Text("应答过长", "the answer is too long"))
        raise Unreachable(Text("SIP 无应答", "no SIP answer"))

    def _unreachable(self, error: OSError) -> DeviceError:
        if self._conversation.switch.aborted:
            return SessionAborted(Text("已中止", "aborted"))
        why = error.strerror or type(error).__name__
        return Unreachable(Text(f"SIP 无应答：{why}", f"no SIP answer: {why}"))

    def _message(self, call_id: str, local: tuple[str, int]) -> bytes:
        host = self._conversation.host(Channel.SIP)
        shown = f"[{host}]" if ":" in host else host
        here = f"[{local[0]}]" if ":" in local[0] else local[0]
        uri = str(self._conversation.option(Channel.SIP, "uri") or f"sip:{shown}")
        if re.search(r"[\s<>]", uri):
            raise NotSupported(Text("SIP 地址含有空白", "white space in the SIP address"))
        via = f"SIP/2.0/{self._transport.upper()} {here}:{local[1]}"
        lines = (
            f"OPTIONS {uri} SIP/2.0",
            f"Via: {via};branch=z9hG4bK{secrets.token_hex(8)};rport",
            "Max-Forwards: 70",
            f"From: <sip:xunjian@{here}>;tag={secrets.token_hex(6)}",
            f"To: <{uri}>",
            f"Call-ID: {call_id}",
            "CSeq: 1 OPTIONS",
            f"Contact: <sip:xunjian@{here}:{local[1]};transport={self._transport}>",
            "Accept: application/sdp",
            "User-Agent: xunjian",
            "Content-Length: 0",
        )
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _belongs(message: bytes, call_id: str) -> bool:
    found = _CALL_ID.search(message)
    return bool(_STATUS.match(message) and found and found.group(1) == call_id.encode())


def _message_bytes(heard: bytes) -> int | None:
    """Give the length of the first whole message of a stream, None while it is not whole."""
    head, separator, body = heard.partition(b"\r\n\r\n")
    if not separator:
        return None
    length = _LENGTH.search(head)
    size = int(length.group(1)) if length else 0
    return len(head) + len(separator) + size if len(body) >= size else None


def open_sip(conversation: Conversation) -> SipLink:
    """Check the options; the first question is the probe."""
    return SipLink(conversation)
