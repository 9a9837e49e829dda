"""Channel `pjlink`: a projector or display, over PJLink class 1 and 2 (queries alone).

The maker of a line chooses whether it wants a password: the greeting carries a random number, and
the MD5 of number and password stands before the first command, once. PJLink Specifications,
version 2.00 (JBMIA), sections 2 to 5. No Python library of it keeps to queries and hands over the
bytes, so that this is our own.
"""

import hashlib
import re

from xunjian.errors import BadAnswer, DeviceError, LoginRefused, NoFreeLine, NoSecret
from xunjian.language import Text
from xunjian.transport.answer import Answer, Conversation
from xunjian.transport.deadline import Deadline
from xunjian.transport.lines import LineStream, open_lines
from xunjian.transport.model import Channel, Request

_PORT = 4352
_MOST_BYTES = 4096  # an answer is 136 bytes at most
_GREETING = re.compile(rb"PJLINK (?:(0)|1 ([0-9A-Fa-f]{1,32}))\r?", re.IGNORECASE)
_REFUSED = re.compile(rb"PJLINK ERRA\r?", re.IGNORECASE)


class PjlinkLink:
    """A connection to a projector."""

    def __init__(self, lines: LineStream, conversation: Conversation) -> None:
        self._lines = lines
        self._conversation = conversation
        self._digest = b""

    def ask(self, request: Request) -> Answer:
        """Answer one query such as `%1POWR ?`."""
        limit = Deadline(self._conversation.deadline.cap(request.timeout_s))
        try:
            return self._conversation.answer(self._exchange(request.text, limit), None)
        except DeviceError as problem:
            return self._conversation.answer(b"", problem)

    def close(self) -> None:
        """Close the connection: PJLink has no farewell."""
        self._lines.close()

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
        self._lines.send(sent)
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
        """Give the next line; some projectors end theirs with CR and LF."""
        return self._lines.line(limit).lstrip(b"\n")


def open_pjlink(conversation: Conversation) -> PjlinkLink:
    """Connect and read the greeting. Raises Unreachable and what a greeting may bring."""
    lines = open_lines(conversation, Channel.PJLINK, _PORT, ending=b"\r", most_bytes=_MOST_BYTES)
    link = PjlinkLink(lines, conversation)
    try:
        link.greet()
    except BaseException:
        link.close()
        raise
    return link
