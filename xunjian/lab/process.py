"""The process a lab runs in: started, recognised and ended from outside."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from xunjian.lab.folder import LabFolder, read_json, write_json

END_TIMEOUT_S = 5.0


def running_pid(folder: LabFolder) -> int | None:
    """The lab's process, if the recorded one is still the same one and alive."""
    recorded = read_json(folder.process)
    if recorded and _identity(recorded["pid"]) == recorded["identity"]:
        return int(recorded["pid"])
    return None


def spawn(folder: LabFolder, *, detach: bool) -> subprocess.Popen[bytes]:
    """Start the lab's process and record it; attached, it ends when its input is closed."""
    import xunjian

    source = str(Path(xunjian.__file__).resolve().parent.parent)
    path = os.pathsep.join(part for part in (source, os.environ.get("PYTHONPATH", "")) if part)
    command = [sys.executable, "-P", "-m", "xunjian.lab.serve", str(folder.root)]
    folder.played.unlink(missing_ok=True)
    with folder.log.open("ab") as log:
        process = subprocess.Popen(
            command if detach else [*command, "--attached"],
            stdin=subprocess.DEVNULL if detach else subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": path},
        )
    write_json(folder.process, {"pid": process.pid, "identity": _identity(process.pid)})
    return process


def _identity(pid: int) -> str | None:
    """What tells a process from a later one of the same number: start time and command line."""
    if not Path("/proc/self/stat").exists():
        return _identity_by_ps(pid)
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if stat[0] == "Z" else f"{stat[19]} {command.strip()}"  # proc(5): state, starttime


def _identity_by_ps(pid: int) -> str | None:
    shown = subprocess.run(
        ["ps", "-o", "stat=,lstart=,args=", "-ww", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    ).stdout.strip()
    state, _, rest = shown.partition(" ")
    return None if not rest or state.startswith("Z") else " ".join(rest.split())


def end(pid: int, gone: Callable[[], int | None]) -> None:
    """Ask the process to end, wait a bounded time, then kill it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        until = time.monotonic() + END_TIMEOUT_S
        while time.monotonic() < until:
            if gone() is not None:
                return
            time.sleep(0.02)
