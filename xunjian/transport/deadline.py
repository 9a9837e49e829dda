"""How long there is left, and how to stop at once."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import final


@final
class Deadline:
    """A moment on the monotonic clock after which nothing more may be waited for."""

    __slots__ = ("_ends_at",)

    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds

    @property
    def remaining_s(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self._ends_at - time.monotonic())

    @property
    def expired(self) -> bool:
        """Whether nothing is left."""
        return self.remaining_s <= 0.0

    def cap(self, timeout_s: float) -> float:
        """Give the shorter of `timeout_s` and what is left."""
        return min(timeout_s, self.remaining_s)


@final
class AbortSwitch:
    """Stops a session from another thread: whatever it waits on is broken off.

    A callback registered by `interrupting` must wake the waiting thread (shut a socket, close a
    transport); it runs in the thread that aborts.
    """

    __slots__ = ("_aborted", "_callbacks", "_lock")

    def __init__(self) -> None:
        self._aborted = threading.Event()
        self._callbacks: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    @property
    def aborted(self) -> bool:
        """Whether `abort` was called."""
        return self._aborted.is_set()

    def abort(self) -> None:
        """Break off whatever is waited on, now and later."""
        with self._lock:
            self._aborted.set()
            callbacks = tuple(self._callbacks)
        for callback in callbacks:
            callback()

    def add(self, callback: Callable[[], None]) -> None:
        """Register a callback for as long as its resource is open."""
        with self._lock:
            self._callbacks.append(callback)
            aborted = self._aborted.is_set()
        if aborted:
            callback()

    def remove(self, callback: Callable[[], None]) -> None:
        """Forget a callback; unknown ones are ignored."""
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

    @contextmanager
    def interrupting(self, callback: Callable[[], None]) -> Iterator[None]:
        """Register a callback for the length of a block."""
        self.add(callback)
        try:
            yield
        finally:
            self.remove(callback)


@final
class Watchdog:
    """Calls `bite` if the `with` block takes longer than `seconds`; `bitten` says that it did.

    For foreign calls that wait without a limit of their own.
    """

    __slots__ = ("_bite", "_timer", "bitten")

    def __init__(self, seconds: float, bite: Callable[[], None]) -> None:
        self.bitten = False
        self._bite = bite
        self._timer = threading.Timer(seconds, self._act)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()

    def _act(self) -> None:
        self.bitten = True
        self._bite()
