"""From an open shell to a known prompt, saying no to whatever a device asks on the way."""

import re
import time
from dataclasses import dataclass, field

from xunjian.errors import LoginRefused
from xunjian.language import Text
from xunjian.platforms import LoginQuestion
from xunjian.transport.decode import decode
from xunjian.transport.ssh import refuse_full_lines
from xunjian.transport.terminal import YES_OR_NO, Terminal, refuse_agreement

_QUIET_S = 0.4
_SETTLE_S = 0.03  # a banner line that looks like a prompt is followed by more at once
_WAKE_S = 1.5  # some devices wait for a key before they show anything
_MOST_ANSWERS = 6
_LOGIN_AGAIN = re.compile(
    r"(?:user ?name|login|user|password|用户名|口令|密码)\s*[:：]\s*$", re.IGNORECASE
)
ASKS_PASSWORD = re.compile(r"(?:password|口令|密码)\s*[:：]?\s*$", re.IGNORECASE)
# What may be answered with ENTER although nobody described it: "Press RETURN to get started."
_PRESS_A_KEY = re.compile(
    r"press\s+(?:any\s+key|<?(?:return|enter)>?)"
    r"(?!.*(?:save|erase|delete|reboot|reset|format|overwrit|upgrade|change))",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Screen:
    """What the device showed since login, and up to where it has been answered."""

    since: float
    heard: bytearray = field(default_factory=bytearray)
    answered_at: int = 0
    answers: int = 0
    woken: bool = False

    @property
    def open_text(self) -> str:
        """The text not yet answered."""
        return decode(bytes(self.heard[self.answered_at :])).text

    @property
    def silent_s(self) -> float:
        """Seconds since the last byte."""
        return time.monotonic() - self.since


def await_prompt(terminal: Terminal) -> None:
    """Wait for the prompt and answer the platform's questions on the way.

    Raises LoginRefused, NoFreeLine, DeviceTimeout, SessionLost, ReadOnlyViolation.
    """
    platform = terminal.conversation.platform
    questions = platform.login_questions if platform else ()
    for question in questions:
        refuse_agreement(question.answer)
    _await_prompt(terminal, questions)


def set_up(terminal: Terminal) -> None:
    """Send the platform's setup once, or an empty line, and learn the prompt from the answer."""
    platform = terminal.conversation.platform
    settings = terminal.conversation.settings
    if terminal.ends_by_line and not (platform and platform.setup):
        return  # nothing to send, no prompt to learn
    for command in (platform.setup if platform else ()) or ("",):
        raw = terminal.ask(command, idle_s=settings.login_timeout_s, learning=True)
        text = decode(raw).text
        refused = [platform.unsupported, platform.no_privilege] if platform else []
        if command and any(pattern and pattern.search(text) for pattern in refused):
            terminal.conversation.seen.note(f"setup_refused:{command}")


def _await_prompt(terminal: Terminal, questions: tuple[LoginQuestion, ...]) -> None:
    screen = _Screen(time.monotonic())
    idle_s = terminal.conversation.settings.login_timeout_s
    while True:
        line = decode(terminal.standing(screen.heard[screen.answered_at :])).text
        at_prompt = terminal.looks_like_prompt(line)
        wait_s = _SETTLE_S if at_prompt else min(_QUIET_S, idle_s)
        chunk = terminal.chunk(terminal.conversation.deadline.cap(wait_s))
        if chunk is not None:
            screen.heard += chunk
            terminal.check_size(screen.heard, at_login=True)
            screen.since = time.monotonic()
            refuse_full_lines(screen.open_text, terminal.conversation)
            _answer_known(terminal, screen, questions)
            continue
        if at_prompt:
            terminal.prompt = terminal.standing(screen.heard)
            return
        if screen.silent_s >= _QUIET_S:
            hidden = terminal.line_before_noise(screen.heard[screen.answered_at :])
            if terminal.looks_like_prompt(decode(hidden).text):
                terminal.prompt = hidden
                return
            _when_quiet(terminal, screen, line)
        terminal.give_up_if_late(screen.silent_s, idle_s)


def _answer_known(
    terminal: Terminal, screen: _Screen, questions: tuple[LoginQuestion, ...]
) -> None:
    """Answer a question the platform knows, once it is the last thing on the screen."""
    text = screen.open_text
    for question in questions:
        for match in question.match.finditer(text):
            if "\n" in text[match.end() :].rstrip(" \r"):
                continue
            _say(terminal, screen, question.answer)
            terminal.conversation.seen.note(f"login_question:{question.finding or 'answered'}")
            return


def _when_quiet(terminal: Terminal, screen: _Screen, line: str) -> None:
    """Decline a question nobody foresaw; press a key where nothing was shown at all."""
    if YES_OR_NO.search(line):
        terminal.conversation.seen.note("login_question:unknown")
        _say(terminal, screen, "n")
        return
    if terminal.conversation.seen.login is None and _LOGIN_AGAIN.search(line):
        terminal.conversation.seen.login = False
        raise LoginRefused(Text("设备拒绝登录", "the device refused the login"))
    if ASKS_PASSWORD.search(line):
        terminal.conversation.seen.note("password_change_forced")
        raise LoginRefused(
            Text("设备要求先设置新口令", "the device demands a new password before anything else")
        )
    # ENTER would take the default of a question nobody knows
    asleep = not line.strip() or _PRESS_A_KEY.search(line)
    if asleep and not screen.woken and screen.silent_s >= _WAKE_S:
        screen.woken = True
        terminal.source.write(terminal.newline)


def _say(terminal: Terminal, screen: _Screen, answer: str) -> None:
    screen.answered_at = len(screen.heard)
    screen.answers += 1
    screen.since = time.monotonic()
    if screen.answers > _MOST_ANSWERS:
        raise LoginRefused(Text("登录时提问没有尽头", "the questions at login never end"))
    terminal.source.write(refuse_agreement(answer).encode() + terminal.newline)
