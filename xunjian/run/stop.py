"""Stopping a run: once means nothing new starts, twice means now."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any


class StopSignal:
    """What the operator asked for; set from a signal handler, read by the scheduler."""

    def __init__(self) -> None:
        self._requested = threading.Event()
        self._immediate = threading.Event()

    @property
    def is_requested(self) -> bool:
        """Whether nothing new may start."""
        return self._requested.is_set()

    @property
    def is_immediate(self) -> bool:
        """Whether running sessions are to be broken off."""
        return self._immediate.is_set()

    def request(self) -> None:
        """Ask once: nothing new starts; ask again: now."""
        if self._requested.is_set():
            self._immediate.set()
        self._requested.set()

    def wait(self, seconds: float) -> bool:
        """Sleep, but wake at once when stopping is asked for; gives whether it was."""
        return self._requested.wait(seconds)


@contextlib.contextmanager
def listening(stop: StopSignal) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM ask `stop` while the block runs; only the main thread can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop.request()

    before: dict[signal.Signals, Any] = {}
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, handle)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
