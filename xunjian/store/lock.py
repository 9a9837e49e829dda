"""The workspace's lock: one process writes the store at a time, and readers can tell it lives."""

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from xunjian.errors import LockHeld
from xunjian.language import Text
from xunjian.store.failures import disk_failure

WAIT_S = 1.0  # a reader's look at the lock takes it for some microseconds


def lock_path(state_dir: Path) -> Path:
    """Where the lock is."""
    return state_dir / "lock"


@dataclass(frozen=True, slots=True)
class Holding:
    """The lock while it is held; `name_run` tells readers which run goes on."""

    holder: Path
    what: str

    def name_run(self, run_id: str) -> None:
        """Note beside the lock which run the holder works on."""
        now = datetime.now(tz=UTC).astimezone().isoformat(timespec="seconds")
        data = {"pid": os.getpid(), "since": now, "what": self.what, "run_id": run_id}
        with contextlib.suppress(OSError):  # a courtesy to readers; the lock itself holds
            self.holder.write_text(json.dumps(data, ensure_ascii=False), "utf-8")


@contextlib.contextmanager
def held(state_dir: Path, what: str) -> Iterator[Holding]:
    """Hold the workspace's lock; raises LockHeld naming who holds it and since when."""
    from filelock import FileLock, Timeout

    holding = Holding(state_dir / "lock.json", what)
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(lock_path(state_dir), timeout=WAIT_S, mode=0o600, thread_local=False)
        lock.acquire(poll_interval=0.05)
    except Timeout as exc:
        raise _refusal(holding.holder) from exc
    except OSError as exc:
        raise disk_failure(exc, state_dir) from exc
    try:
        holding.name_run("")
        yield holding
    finally:
        with contextlib.suppress(OSError):
            holding.holder.unlink(missing_ok=True)
        lock.release()


def live_run(state_dir: Path) -> str | None:
    """Which run goes on now: its id, empty when not known yet, None when nobody holds the lock."""
    if not is_held(state_dir):
        return None
    return _holder(state_dir / "lock.json").get("run_id", "")


def is_held(state_dir: Path) -> bool:
    """Whether some live process holds the lock now."""
    from filelock import FileLock, Timeout

    if not lock_path(state_dir).exists():
        return False
    lock = FileLock(lock_path(state_dir), timeout=0, mode=0o600, thread_local=False)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return True
    except OSError:  # a store on a read-only disk: nobody writes it
        return False
    lock.release()
    return False


def _holder(path: Path) -> dict[str, str]:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return {str(k): str(v) for k, v in json.loads(path.read_text("utf-8")).items()}
    return {}


def _refusal(path: Path) -> LockHeld:
    holder = _holder(path)
    pid, since, what = (holder.get(key, "?") for key in ("pid", "since", "what"))
    message = Text(
        f"工作区正被占用：进程 {pid}，自 {since}，{what}",
        f"the workspace is in use: process {pid}, since {since}, {what}",
    )
    return LockHeld(
        message, Text("等它结束，或停掉该进程", "wait for it to end, or stop that process")
    )
