"""A TCP connection that speaks in lines: what PJLink and NUT have in common."""

import contextlib
import socket

from xunjian.errors import DeviceError, SessionLost
from xunjian.language import Text
from xunjian.transport.answer import Conversation
from xunjian.transport.deadline import Deadline
from xunjian.transport.model import Channel
from xunjian.transport.tcp import Waker, connect_patiently

_CHUNK_BYTES = 65536


class LineStream:
    """Lines of one connection, watched by the deadline and woken by an abort.

    most_bytes: what may be heard between two sendings; a device that says more is given up, since
    nobody knows where its answer ends.
    """

    def __init__(
        self, sock: socket.socket, conversation: Conversation, *, ending: bytes, most_bytes: int
    ) -> None:
        self._sock = sock
        self._conversation = conversation
        self._ending = ending
        self._most_bytes = most_bytes
        self._heard_bytes = 0
        self._buffer = bytearray()
        self._waker = Waker(sock)
        conversation.switch.add(self._waker)

    def send(self, data: bytes) -> None:
        """Send all of `data`. Raises SessionLost, SessionAborted."""
        self._heard_bytes = 0
        try:
            self._sock.sendall(data)
        except OSError as error:
            raise self._closed() from error

    def line(self, limit: Deadline) -> bytes:
        """Give the next line with its ending. Raises DeviceError, also where there is no end."""
        searched = 0
        while (end := self._buffer.find(self._ending, searched)) < 0:
            searched = max(0, len(self._buffer) - len(self._ending) + 1)
            self._buffer += self._chunk(limit)
        end += len(self._ending)
        line = bytes(self._buffer[:end])
        del self._buffer[:end]
        return line

    def close(self) -> None:
        """Close the connection, without a word."""
        self._conversation.switch.remove(self._waker)
        with contextlib.suppress(OSError):
            self._sock.close()

    def _chunk(self, limit: Deadline) -> bytes:
        late = Text("应答没有结束", "the answer did not end")
        if limit.expired:
            raise self._conversation.late(late)
        self._sock.settimeout(limit.remaining_s or 0.001)
        try:
            data = self._sock.recv(_CHUNK_BYTES)
        except TimeoutError as error:
            raise self._conversation.late(late) from error
        except OSError as error:
            raise self._closed() from error
        if not data:
            raise self._closed()
        self._heard_bytes += len(data)
        if self._heard_bytes > self._most_bytes:
            raise SessionLost(Text("应答过长", "the answer is too long"))
        return data

    def _closed(self) -> DeviceError:
        return self._conversation.lost(Text("设备关闭了连接", "the device closed the connection"))


def open_lines(
    conversation: Conversation, channel: Channel, port: int, *, ending: bytes, most_bytes: int
) -> LineStream:
    """Connect; `port` counts where the inventory names none. Raises Unreachable."""
    connected = connect_patiently(
        conversation.host(channel),
        conversation.of(channel).port or port,
        timeout_s=conversation.settings.connect_timeout_s,
        retries=conversation.settings.retries,
        deadline=conversation.deadline,
        switch=conversation.switch,
    )
    conversation.seen.answered(connected.latency_s)
    return LineStream(connected.sock, conversation, ending=ending, most_bytes=most_bytes)
