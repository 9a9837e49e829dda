"""Reading a terminal session: when an answer has ended, what to press, when to give up.

Reading waits for bytes, it never sleeps. A request's timeout is a limit on *silence*: a device
that drips lives as long as it makes progress and its deadline allows.
"""

import re
import time
from dataclasses import dataclass, field
from typing import Protocol

from xunjian.errors import (
    DeadlinePassed,
    DeviceTimeout,
    ReadOnlyViolation,
    SessionAborted,
    SessionLost,
)
from xunjian.language import Text
from xunjian.transport.answer import Conversation
from xunjian.transport.clean import without_lines
from xunjian.transport.decode import decode

_TAIL_BYTES = 4096
_QUIET_S = 0.4  # so long without a byte: look harder at what stands on the screen
_HANGING_S = 5.0  # silent for so long when the deadline falls: hung, not slow
_SETTLE_S = 0.005  # the rest of a chunk that happened to end like the prompt is already under way
_SETTLE_LONGEST_S = 1.0
_ECHO_LOST_S = 2.0  # a device known to echo is given this long before an answer without one ends
_MOST_REFUSALS = 3
_MOST_PAGES = 20_000
_LOGIN_BYTES = 1024 * 1024  # no banner is longer

# "Continue? [Y/N]:", "(yes/no)", "[y/n]": the last thing on the screen.
YES_OR_NO = re.compile(r"[\[(]\s*y(?:es)?\s*/\s*n(?:o)?\s*[\])]\s*[:?]?\s*$", re.IGNORECASE)
# What a prompt looks like where the platform file does not say.
ANY_PROMPT = re.compile(r"^[^\s].{0,100}[>#\]$%]$")
_CONTROL = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|[\x00\x07]")
# A firewall in a pair shows its role before the prompt, and the role may change: HRP_M<FW1> of a
# Huawei USG, RBM_P<FW1> of an H3C SecPath.
_ROLE = re.compile(rb"^(?:HRP|RBM)_[A-Z]")
_AGREEING = frozenset({"y", "ye", "yes", "是", "ok", "sure", "true"})


class ByteSource(Protocol):
    """Where a terminal's bytes come from."""

    def read(self, timeout_s: float) -> bytes:
        """Give at least one byte, or nothing at the end. Raises TimeoutError."""
        ...

    def ready(self) -> bool:
        """Whether bytes wait to be read."""
        ...

    def write(self, data: bytes) -> None:
        """Send all of `data`."""
        ...


def refuse_agreement(answer: str) -> str:
    """Give `answer` back unless it would agree to something. Raises ReadOnlyViolation."""
    if answer.strip().strip("'\"").casefold() in _AGREEING:
        raise ReadOnlyViolation(
            Text(f"登录应答不得同意设备的提问：{answer}", f"an answer must never agree: {answer}")
        )
    return answer


def last_line(heard: bytes | bytearray) -> bytes:
    """Give the unfinished last line without control sequences and outer blanks."""
    tail = bytes(heard[-_TAIL_BYTES:])
    tail = tail[max(tail.rfind(b"\n"), tail.rfind(b"\r")) + 1 :]
    return _CONTROL.sub(b"", tail).strip()


def core(prompt: bytes) -> bytes:
    """Give the part of a prompt that stays the same."""
    return _ROLE.sub(b"", prompt)


@dataclass(slots=True)
class _Hearing:
    """One answer while it comes."""

    heard: bytearray
    wanted: bytes  # the echo, without white space; empty: none is expected
    since: float
    echoed: bool = False
    longest_gap_s: float = 0.0
    replied_at: int = 0
    refusals: int = 0
    pages: int = 0

    def take(self, chunk: bytes) -> None:
        """Add bytes and keep the longest pause seen since the echo."""
        now = time.monotonic()
        if self.echoed and self.heard:
            self.longest_gap_s = max(self.longest_gap_s, now - self.since)
        self.since = now
        self.heard += chunk
        if not self.echoed:
            compact = b"".join(_CONTROL.sub(b"", bytes(self.heard[:_TAIL_BYTES])).split())
            self.echoed = self.wanted in compact.replace(b"\x08", b"")

    @property
    def open_line(self) -> bytes:
        """The last line, without what was already replied to."""
        return last_line(self.heard[max(self.replied_at, len(self.heard) - _TAIL_BYTES) :])

    @property
    def silent_s(self) -> float:
        """Seconds since the last byte."""
        return time.monotonic() - self.since

    @property
    def settle_s(self) -> float:
        """How long a prompt must stand before it is believed: twice the longest pause seen."""
        return min(_SETTLE_LONGEST_S, max(_SETTLE_S, 2 * self.longest_gap_s))


@dataclass(slots=True, kw_only=True)
class Terminal:
    """A terminal session in step with its device. `prompt` is learned at login."""

    source: ByteSource
    conversation: Conversation
    newline: bytes = b"\n"
    prompt: bytes = b""
    echoes: bool = False  # the device has been seen to echo
    partial: bytes = b""  # what had come when an answer was given up
    flags: dict[str, str] = field(default_factory=dict)  # of the last answer

    def ask(self, command: str, *, idle_s: float, learning: bool = False) -> bytes:
        """Send one line and give everything up to and with the next prompt.

        With `learning`, a last line that only looks like a prompt also ends the answer after a
        pause, and becomes the prompt. Raises DeviceTimeout, SessionLost, DeadlinePassed.
        """
        self.flags = {}
        self._drain()
        self.source.write(command.encode("utf-8") + self.newline)
        hearing = _Hearing(bytearray(), "".join(command.split()).encode(), time.monotonic())
        hearing.echoed = not hearing.wanted
        try:
            self._listen(hearing, idle_s=idle_s, learning=learning)
        except BaseException:
            self.partial = bytes(hearing.heard)
            raise
        self.echoes = self.echoes or bool(hearing.wanted and hearing.echoed)
        line = last_line(hearing.heard)
        if not self.ends_by_line:  # such a line is part of the answer
            self.flags["prompt"] = decode(line if self._at_prompt(line) else self.prompt).text
        return bytes(hearing.heard)

    @property
    def ends_by_line(self) -> bool:
        """Whether a whole line, and no open one, ends an answer."""
        platform = self.conversation.platform
        return bool(platform and platform.prompt_is_line)

    def standing(self, heard: bytes | bytearray) -> bytes:
        """Give the line that a prompt would stand on: the open one, or the last whole one."""
        return last_line(heard[-_TAIL_BYTES:].rstrip() if self.ends_by_line else heard)

    def chunk(self, wait_s: float) -> bytes | None:
        """Give the next bytes, or None when none come in time."""
        if self.conversation.switch.aborted:
            raise SessionAborted(Text("已中止", "aborted"))
        try:
            data = self.source.read(wait_s)
        except TimeoutError:
            return None
        if not data:
            if self.conversation.switch.aborted:
                raise SessionAborted(Text("已中止", "aborted"))
            raise SessionLost(Text("设备关闭了会话", "the device closed the session"))
        return data

    def line_before_noise(self, heard: bytes | bytearray) -> bytes:
        """Give the last line that is neither blank nor an injected log line."""
        decoded = decode(bytes(heard[-_TAIL_BYTES:]))
        text = self._without_noise(decoded.text.replace("\r", "\n")).rstrip()
        encoding = "utf-8" if decoded.decoded_as == "utf-8" else "gb18030"
        return last_line(text.encode(encoding, errors="replace"))

    def give_up_if_late(self, silent_s: float, idle_s: float) -> None:
        """Raise when the silence or the device's deadline is over."""
        if silent_s >= idle_s:
            raise DeviceTimeout(Text(f"{idle_s:g} 秒没有任何输出", f"silent for {idle_s:g} s"))
        if self.conversation.deadline.expired:
            if silent_s >= _HANGING_S:
                raise DeviceTimeout(
                    Text("到设备时限仍无输出", "silent until the device's deadline")
                )
            raise DeadlinePassed(Text("设备时限已到", "the device's deadline has passed"))

    def check_size(self, heard: bytes | bytearray, *, at_login: bool = False) -> None:
        """Give up a device that says too much: nobody knows where it ends. Raises SessionLost."""
        most_bytes = self.conversation.settings.answer_max_bytes
        if len(heard) > (min(most_bytes, _LOGIN_BYTES) if at_login else most_bytes):
            raise SessionLost(Text("应答过长", "the answer is too long"))

    def _drain(self) -> None:
        """Take what came unasked since the last answer, such as a log line and a new prompt."""
        late = bytearray()
        while self.source.ready():
            late += self.chunk(0.0) or b""
            self.check_size(late)
        if not late:
            return
        text = self._without_noise(decode(bytes(late)).text)
        prompt = decode(self.prompt).text
        if any(line.strip() not in {"", prompt} for line in text.splitlines()):
            self.conversation.seen.note("late_output")

    def _without_noise(self, text: str) -> str:
        platform = self.conversation.platform
        return without_lines(text, platform.noise) if platform and platform.noise else text

    def _listen(self, hearing: _Hearing, *, idle_s: float, learning: bool) -> None:
        while True:
            at_prompt = hearing.echoed and self._at_prompt(self.standing(hearing.heard))
            if at_prompt:
                wait_s = _QUIET_S if self.ends_by_line else hearing.settle_s
            else:
                wait_s = min(_QUIET_S, max(0.0, idle_s - hearing.silent_s))
            chunk = self.chunk(self.conversation.deadline.cap(wait_s))
            if chunk is not None:
                hearing.take(chunk)
                self.check_size(hearing.heard)
                self._turn_page(hearing)
                continue
            if at_prompt:
                return
            if hearing.silent_s >= _QUIET_S and self._quiet_end(hearing, learning=learning):
                return
            self.give_up_if_late(hearing.silent_s, idle_s)

    def _at_prompt(self, line: bytes) -> bool:
        if self.ends_by_line:
            return self.looks_like_prompt(decode(line).text)
        return bool(self.prompt) and core(line) == core(self.prompt)

    def _quiet_end(self, hearing: _Hearing, *, learning: bool) -> bool:
        """Look harder once nothing moves: whether the answer has ended all the same."""
        if self._decline(hearing):
            return False
        line = self.standing(hearing.heard)
        if self._at_prompt(line):  # a device that does not echo
            return hearing.silent_s >= (_ECHO_LOST_S if self.echoes else _QUIET_S)
        if not hearing.echoed:
            return False
        if learning and self.looks_like_prompt(decode(line).text):
            self.prompt = line
            return True
        return self._at_prompt(self.line_before_noise(hearing.heard))

    def looks_like_prompt(self, line: str) -> bool:
        """Whether a last line has the form of the platform's prompts."""
        platform = self.conversation.platform
        pattern = (platform.prompt if platform else None) or ANY_PROMPT
        return bool(line and pattern.search(line) and not YES_OR_NO.search(line))

    def _turn_page(self, hearing: _Hearing) -> None:
        """Press the platform's key when its pager is the last thing on the screen."""
        platform = self.conversation.platform
        if platform is None or platform.pager is None:
            return
        line = hearing.open_line
        if not line:
            return
        text = decode(line).text
        if any(match.end() == len(text) for match in platform.pager.finditer(text)):
            hearing.replied_at = len(hearing.heard)
            hearing.pages += 1
            if hearing.pages > _MOST_PAGES:
                raise SessionLost(Text("分页没有尽头", "the pager never ends"))
            self.flags["pager"] = str(hearing.pages)
            self.conversation.seen.note("pager")
            self.source.write(refuse_agreement(platform.pager_reply).encode())

    def _decline(self, hearing: _Hearing) -> bool:
        """Say no to a question in the middle of an answer."""
        line = decode(hearing.open_line).text
        if not YES_OR_NO.search(line) or hearing.refusals >= _MOST_REFUSALS:
            return False
        hearing.replied_at = len(hearing.heard)
        hearing.refusals += 1
        hearing.since = time.monotonic()
        self.flags["question_declined"] = line
        self.conversation.seen.note("question_declined")
        self.source.write(b"n" + self.newline)
        return True
