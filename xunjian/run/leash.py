"""What holds one device to its time: deadline, abort, and in the end doing without its thread."""

import contextlib
import threading
import time
from typing import Protocol

from xunjian.run.stop import StopSignal
from xunjian.transport.deadline import Deadline

ABORT_AFTER_S = 1.0  # the session ends by itself at its deadline; then it is broken off
ABANDON_AFTER_S = 3.0  # what ignores the abort too is not waited for: its thread is left behind


class Abortable(Protocol):
    """A session as the leash sees it."""

    def abort(self) -> None:
        """Break off whatever is waited on."""


class Leash:
    """One device's time. The worker and the scheduler both hold it; one of them claims the end."""

    def __init__(
        self,
        seconds: float,
        *,
        abort_after_s: float = ABORT_AFTER_S,
        abandon_after_s: float = ABANDON_AFTER_S,
    ) -> None:
        self.deadline = Deadline(seconds)
        self.reason = ""  # `deadline` or `interrupted` once the session was broken off by us
        self._abort_at = time.monotonic() + seconds + abort_after_s
        self._abandon_after_s = abandon_after_s
        self._aborted_at: float | None = None
        self._session: Abortable | None = None
        self._claimed = False
        self._lock = threading.Lock()

    def hold(self, session: Abortable) -> None:
        """Take the session to abort; it is aborted at once if it comes too late."""
        with self._lock:
            self._session = session
            late = self._aborted_at is not None
        if late:
            _abort(session)

    def claim(self) -> bool:
        """Whether the caller is the one who decides the device's outcome; true only once."""
        with self._lock:
            won, self._claimed = not self._claimed, True
            return won

    def tend(self, stop: StopSignal) -> bool:
        """Break off what is late; gives whether the thread is to be left behind."""
        now = time.monotonic()
        if self._aborted_at is None:
            if stop.is_immediate:
                self._break_off("interrupted", now)
            elif now >= self._abort_at:
                self._break_off("deadline", now)
            return False
        return now >= self._aborted_at + self._abandon_after_s

    def _break_off(self, reason: str, now: float) -> None:
        with self._lock:
            self.reason, self._aborted_at, session = reason, now, self._session
        if session is not None:
            _abort(session)


def _abort(session: Abortable) -> None:
    """Abort in a thread of its own: foreign code runs there, and the scheduler must not wait."""

    def act() -> None:
        with contextlib.suppress(Exception):  # a session that cannot be aborted is left behind
            session.abort()

    threading.Thread(target=act, name="xunjian-abort", daemon=True).start()
