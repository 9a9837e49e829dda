"""Channel `nut`: a UPS behind upsd, over NUT's own text protocol (read-only words alone).

`LOGIN` is never sent: it would count us among the machines that upsd waits for at shutdown.
NUT developer guide, chapter "Network protocol information".
"""

import contextlib

from xunjian.errors import BadAnswer, DeviceError, LoginRefused, SessionLost
from xunjian.language import Text
from xunjian.transport.answer import Answer, Conversation
from xunjian.transport.deadline import Deadline
from xunjian.transport.decode import decode
from xunjian.transport.lines import LineStream, open_lines
from xunjian.transport.model import Channel, Request

_PORT = 3493
_WANTS_LOGIN = frozenset({"USERNAME-REQUIRED", "PASSWORD-REQUIRED"})
_REFUSED = frozenset({"ACCESS-DENIED", "INVALID-PASSWORD", "INVALID-USERNAME", *_WANTS_LOGIN})


class NutLink:
    """A connection to upsd."""

    def __init__(self, lines: LineStream, conversation: Conversation) -> None:
        self._lines = lines
        self._conversation = conversation
        self._ups = str(conversation.option(Channel.NUT, "ups") or "")
        self._in_step = True

    def ask(self, request: Request) -> Answer:
        """Answer `LIST VAR`, `LIST UPS`, `GET VAR name` or `VER`."""
        heard: list[bytes] = []
        problem: DeviceError | None = None
        limit = Deadline(self._conversation.deadline.cap(request.timeout_s))
        try:
            self._answer(self._full(request.text, limit), heard, limit)
        except DeviceError as error:
            problem = error
            self._in_step = isinstance(error, BadAnswer)
        return self._conversation.answer(b"".join(heard), problem)

    def close(self) -> None:
        """Log out and close."""
        with contextlib.suppress(DeviceError):
            if self._in_step and not self._conversation.switch.aborted:
                self._send("LOGOUT")
                self._lines.line(Deadline(self._conversation.settings.logout_timeout_s))
        self._lines.close()

    def _full(self, text: str, limit: Deadline) -> str:
        """Put the UPS's name where the protocol wants it; a lone UPS need not be named."""
        verb = " ".join(text.split()[:2])
        if verb not in {"LIST VAR", "GET VAR"}:
            return text
        if not self._ups:
            self._ups = self._only_ups(limit)
        return " ".join([verb, self._ups, *text.split()[2:]])

    def _only_ups(self, limit: Deadline) -> str:
        heard: list[bytes] = []
        self._answer("LIST UPS", heard, limit)
        rows = [line.split() for line in heard if line.startswith(b"UPS ")]
        names = [decode(row[1]).text for row in rows if len(row) > 1]
        if len(names) != 1:
            raise BadAnswer(
                Text(f"upsd 有 {len(names)} 台 UPS，请写 ups 选项", f"{len(names)} UPS: set `ups`")
            )
        return names[0]

    def _answer(self, command: str, lines: list[bytes], limit: Deadline) -> None:
        self._send(command)
        first = self._lines.line(limit)
        if _error(first) in _WANTS_LOGIN:
            self._log_in(limit)
            self._send(command)
            first = self._lines.line(limit)
        lines.append(first)
        self._refuse(first)
        if not command.startswith("LIST "):
            return
        if first.strip() != f"BEGIN {command}".encode():
            raise SessionLost(Text("应答与所问不符", "the answer is to another question"))
        end = f"END {command}".encode()
        while lines[-1].strip() != end:
            lines.append(self._lines.line(limit))
            self._refuse(lines[-1])

    def _log_in(self, limit: Deadline) -> None:
        """Name ourselves once, only where the server insists."""
        settings = self._conversation.of(Channel.NUT)
        words = (
            ("USERNAME", settings.username or ""),
            ("PASSWORD", self._conversation.password(Channel.NUT) or ""),
        )
        for word, value in words:
            quoted = value.replace("\\", r"\\").replace('"', r"\"")
            self._send(f'{word} "{quoted}"')
            self._refuse(self._lines.line(limit))

    def _refuse(self, line: bytes) -> None:
        code = _error(line)
        if code in _REFUSED:
            self._conversation.seen.login = False
            raise LoginRefused(Text(f"upsd 拒绝：{code}", f"upsd refuses: {code}"))
        if code:
            raise BadAnswer(Text(f"upsd 报错：{code}", f"upsd says: {code}"))
        self._conversation.seen.login = True

    def _send(self, command: str) -> None:
        self._lines.send(command.encode() + b"\n")


def _error(line: bytes) -> str:
    words = line.split()
    return words[1].decode("ascii", "replace") if len(words) > 1 and words[0] == b"ERR" else ""


def open_nut(conversation: Conversation) -> NutLink:
    """Connect. Raises Unreachable."""
    most_bytes = conversation.settings.answer_max_bytes
    lines = open_lines(conversation, Channel.NUT, _PORT, ending=b"\n", most_bytes=most_bytes)
    return NutLink(lines, conversation)
