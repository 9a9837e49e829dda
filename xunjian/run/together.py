"""Many devices at once, each in a session of its own: what `exec`, `backup` and `diff -l` ask."""

import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

from xunjian.inventory.model import Device
from xunjian.transport import DeviceSession

Job = TypeVar("Job")
Answer = TypeVar("Answer")


def ask_together(
    jobs: Sequence[tuple[Device, Job]],
    open_session: Callable[[Device], DeviceSession],
    ask: Callable[[DeviceSession, Job], Answer],
    *,
    workers: int,
) -> Generator[Answer, None, None]:
    """Ask every device; yields answers as they come.

    Whoever stops listening, by Ctrl-C or by closing the iterator, breaks off the sessions that are
    open: nobody waits for a device that hangs.
    """
    crowd = _Crowd()

    def one(device: Device, job: Job) -> Answer:
        session = open_session(device)
        crowd.enter(session)
        try:
            return ask(session, job)
        finally:
            crowd.leave(session)
            session.close()

    pool = ThreadPoolExecutor(max_workers=max(1, min(workers, len(jobs))))
    try:
        for done in as_completed([pool.submit(one, *job) for job in jobs]):
            yield done.result()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        crowd.abort()
        raise
    finally:
        pool.shutdown()


class _Crowd:
    """The sessions that are open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[int, DeviceSession] = {}
        self._is_aborted = False

    def enter(self, session: DeviceSession) -> None:
        with self._lock:
            self._open[id(session)] = session
            late = self._is_aborted
        if late:
            session.abort()

    def leave(self, session: DeviceSession) -> None:
        with self._lock:
            self._open.pop(id(session), None)

    def abort(self) -> None:
        with self._lock:
            self._is_aborted = True
            found = tuple(self._open.values())
        for session in found:
            session.abort()
