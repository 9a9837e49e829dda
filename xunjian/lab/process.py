"""The process a lab runs in: started, recognised and ended from outside."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from xunjian.lab.folder import LabFolder, read_json, write_json

END_TIMEOUT_S = 5.0


def running_pid(folder: LabFolder) -> int | None:
    """The lab's process, if the recorded one is still the same one and alive."""
    recorded = read_json(folder.process)
    if recorded and identity(recorded["pid"]) == recorded["identity"]:
        return int(recorded["pid"])
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabProcess:
    """A started process. lifeline: our end of its standard input when attached, else None."""

    pid: int
    lifeline: int | None

    def is_alive(self) -> bool:
        """Whether it still runs; a child of ours that has ended is laid to rest."""
        try:
            os.waitpid(self.pid, os.WNOHANG)
        except ChildProcessError:
            return identity(self.pid) is not None
        return identity(self.pid) is not None

    def end(self) -> None:
        """End it and let go of its input."""
        end_process(self.pid, self.is_alive)
        if self.lifeline is not None:
            os.close(self.lifeline)


def spawn(folder: LabFolder, *, detach: bool) -> LabProcess:
    """Start the lab's process and record it; attached, it ends when its input is closed."""
    import xunjian

    source = str(Path(xunjian.__file__).resolve().parent.parent)
    path = os.pathsep.join(part for part in (source, os.environ.get("PYTHONPATH", "")) if part)
    command = [sys.executable, "-P", "-m", "xunjian.lab.serve", str(folder.root)]
    folder.played.unlink(missing_ok=True)
    read_end, write_end = os.pipe()
    with folder.log.open("ab") as log:
        pid = os.posix_spawn(
            sys.executable,
            command if detach else [*command, "--attached"],
            {**os.environ, "PYTHONPATH": path},
            file_actions=[
                (os.POSIX_SPAWN_DUP2, read_end, 0),
                (os.POSIX_SPAWN_DUP2, log.fileno(), 1),
                (os.POSIX_SPAWN_DUP2, log.fileno(), 2),
            ],
            setsid=True,
        )
    os.close(read_end)
    if detach:
        os.close(write_end)
    write_json(folder.process, {"pid": pid, "identity": identity(pid)})
    return LabProcess(pid=pid, lifeline=None if detach else write_end)


def identity(pid: int) -> str | None:
    """What tells a process from a later one of the same number: the boot and its start time.

    Not the command line: for an instant after exec the kernel shows none.
    """
    if not Path("/proc/self/stat").exists():
        return _identity_by_ps(pid)
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if stat[0] == "Z" else f"{boot} {stat[19]}"  # proc(5): state, starttime


def _identity_by_ps(pid: int) -> str | None:
    shown = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    ).stdout.strip()
    state, _, rest = shown.partition(" ")
    return None if not rest or state.startswith("Z") else " ".join(rest.split())


def end_process(pid: int, is_alive: Callable[[], bool]) -> None:
    """Ask a process to end, wait a bounded time, then kill it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        until = time.monotonic() + END_TIMEOUT_S
        while time.monotonic() < until:
            if not is_alive():
                return
            time.sleep(0.02)
