"""Every error of xunjian, each with a stable code, an exit code and a hint.

    XunjianError                      5 internal
    ├── UsageError                    2 the command line or the settings are wrong
    │   └── ExpressionError             an expression that is not understood (in `expressions`)
    ├── ContentError                  2 content files are wrong: carries every `Problem` found
    ├── StoreError                    2 the store cannot be read or written
    ├── NotFitting                    3 nothing that fits (`parse`), a device not reached (`exec`)
    ├── NothingSelected               4 the selection is empty
    ├── Refused                       6 a rule says no
    │   ├── ReadOnlyViolation           a request that is not read-only
    │   └── LockHeld                    another run holds the workspace
    └── DeviceError                     inside a run only: becomes an outcome, never an exit code
        ├── Unreachable                 nothing answers at the address
        ├── LoginRefused                the credential was refused
        ├── HostKeyUnknown              no pinned key for the host
        ├── HostKeyChanged              the key differs from the pinned one
        ├── NoFreeLine                  every VTY line is in use
        ├── DeviceTimeout               an answer did not end in time (the session is lost)
        ├── SessionLost                 the device closed the session
        ├── DeadlinePassed              the device's time was used up while it still answered
        ├── SessionAborted              the operator stopped the run
        ├── BadAnswer                   the answer breaks the rules of its protocol
        ├── NotSupported                a way to reach the device that is not built
        └── NoSecret                    a secret reference resolves to nothing

Inside a run errors become outcomes; the command line turns the others into message, hint and
exit code. No code anywhere reads the text of an error to decide what to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from xunjian.language import Language, Text, counted


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a content file: where it is, what was expected, what to do."""

    file: str
    line: int
    key: str
    message: Text
    hint: Text = Text("")

    def to(self, language: Language) -> str:
        """Render as `file:line:key: message (hint)`, one line."""
        where = ":".join(part for part in (self.file, str(self.line or ""), self.key) if part)
        hint = self.hint.to(language)
        opening, closing = ("（", "）") if language is Language.ZH else (" (", ")")
        said = f"{opening}{hint}{closing}" if hint else ""
        return f"{where}: {self.message.to(language)}{said}"


class XunjianError(Exception):
    """Base of all errors raised on purpose."""

    code: ClassVar[str] = "internal"
    exit_code: ClassVar[int] = 5

    def __init__(self, message: Text, hint: Text | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.hint = hint or Text("")


class UsageError(XunjianError):
    """The command line or the settings are wrong; nothing was touched."""

    code = "usage"
    exit_code = 2


class ContentError(XunjianError):
    """Content files are wrong; all problems are carried, in order of file and line."""

    code = "content"
    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.file, p.line, p.key)))
        count = len(self.problems)
        super().__init__(
            Text(f"内容文件有 {count} 处错误", f"{counted(count, 'problem')} in content files")
        )


class StoreError(XunjianError):
    """The store cannot be opened, read or written."""

    code = "store"
    exit_code = 2


class NotFitting(XunjianError):
    """Nothing fits the input, or a device asked for ad hoc was not reached."""

    code = "not_fitting"
    exit_code = 3


class NothingSelected(XunjianError):
    """The selection names no device."""

    code = "nothing_selected"
    exit_code = 4


class Refused(XunjianError):
    """A rule forbids what was asked."""

    code = "refused"
    exit_code = 6


class ReadOnlyViolation(Refused):
    """A request that the platform's read-only rules do not allow."""

    code = "read_only"


class LockHeld(Refused):
    """Another process holds the workspace's lock."""

    code = "lock_held"


class DeviceError(XunjianError):
    """Something about one device; the engine turns it into an outcome with `code` as its reason."""

    code = "device"


class Unreachable(DeviceError, ConnectionError):
    """Nothing answers at the device's address and port."""

    code = "no_answer"


class LoginRefused(DeviceError, PermissionError):
    """The device refused the credential."""

    code = "login_refused"


class HostKeyUnknown(DeviceError):
    """The workspace's known_hosts has no key for the device."""

    code = "host_key_unknown"


class HostKeyChanged(DeviceError):
    """The device shows another key than the pinned one."""

    code = "host_key_changed"


class NoFreeLine(DeviceError):
    """All VTY lines or sessions of the device are in use."""

    code = "no_free_line"


class DeviceTimeout(DeviceError, TimeoutError):
    """An answer did not end in time: the session is out of step and is given up."""

    code = "hang"


class SessionLost(DeviceError, ConnectionError):
    """The device closed the session in the middle of work."""

    code = "session_lost"


class DeadlinePassed(DeviceError, TimeoutError):
    """The device's time was used up while it still made progress."""

    code = "deadline"


class SessionAborted(DeviceError, ConnectionError):
    """The session was broken off because the run was stopped."""

    code = "interrupted"


class BadAnswer(DeviceError, ValueError):
    """The answer breaks the rules of its protocol, or the device answered with an error."""

    code = "bad_answer"


class NotSupported(DeviceError):
    """The inventory asks for a way to reach the device that is not built or not possible."""

    code = "unsupported"


class NoSecret(DeviceError):
    """A secret reference of the device resolves to nothing."""

    code = "no_secret"
