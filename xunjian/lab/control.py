"""Starting and ending a lab from outside its process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from xunjian.errors import UsageError, XunjianError
from xunjian.lab.devices import LabDevice
from xunjian.lab.faults import Fault, chosen_faults
from xunjian.lab.folder import (
    LabFolder,
    Scene,
    make_folder,
    read_credential,
    read_json,
    write_json,
    write_scene,
)
from xunjian.lab.inventory import write_inventory, write_known_hosts
from xunjian.lab.personality import PERSONALITIES
from xunjian.language import Text

START_TIMEOUT_S = 60.0
END_TIMEOUT_S = 5.0
YESTERDAY_S = -86400.0
DEVICES_MAX = 2000
_NEEDED = ("asyncssh", "pysnmp")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabHandle:
    """A running lab. `down` ends it; an attached one also ends with the process that started it."""

    directory: Path
    pid: int
    devices: tuple[LabDevice, ...]
    planted: tuple[Fault, ...]
    lifeline: subprocess.Popen[bytes] = field(repr=False)

    def down(self) -> None:
        """End the lab."""
        down(self.directory)
        if self.lifeline.stdin:
            self.lifeline.stdin.close()
        self.lifeline.wait(END_TIMEOUT_S)


def up(
    directory: Path,
    faults: Sequence[str] = (),
    devices: int = 0,
    *,
    detach: bool = True,
    history: bool = True,
    personalities: Path = PERSONALITIES,
) -> LabHandle:
    """Start a lab in `directory`, which becomes a complete workspace; return when all answer.

    faults: names of the table or `all`. devices: so many clean switches more. history: let the
    store hold a clean round of the day before.

    Raises:
        UsageError: unknown fault, a folder that holds something else, a lab already up there, the
            `lab` extra not installed.
        XunjianError: the process did not come up in time.
    """
    planted = chosen_faults(tuple(faults))
    _require_extra()
    folder = LabFolder(directory.resolve())
    _require_free(folder, devices)
    plan = make_folder(folder, devices, personalities)
    first_time = not (folder.own / "history").exists()
    shift_s = YESTERDAY_S if history and first_time else 0.0
    write_scene(folder, Scene(number=1, shift_s=shift_s))
    process = _spawn(folder, detach=detach)
    try:
        _wait_played(folder, process, 1)
        _write_workspace(folder, plan.devices)
        _prepare(folder, plan.devices, with_history=history and first_time)
        names = tuple(fault.name for fault in planted)
        write_scene(folder, Scene(number=2, faults=names))
        process.send_signal(signal.SIGHUP)
        _wait_played(folder, process, 2)
    except BaseException:
        _end(process.pid, process.poll)
        folder.process.unlink(missing_ok=True)
        raise
    return LabHandle(
        directory=folder.root,
        pid=process.pid,
        devices=plan.devices,
        planted=planted,
        lifeline=process,
    )


def down(directory: Path) -> bool:
    """End the lab of a folder; False when none was running. Only the recorded process is touched."""
    folder = LabFolder(directory.resolve())
    recorded = read_json(folder.process)
    pid = running_pid(directory)
    if pid is not None:
        _end(pid, lambda: None if _identity(pid) == recorded["identity"] else 0)
    folder.process.unlink(missing_ok=True)
    return pid is not None


def running_pid(directory: Path) -> int | None:
    """The lab's process, if the recorded one is still the same one and alive."""
    recorded = read_json(LabFolder(directory.resolve()).process)
    if recorded and _identity(recorded["pid"]) == recorded["identity"]:
        return int(recorded["pid"])
    return None


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
        capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"},
    ).stdout.strip()
    state, _, rest = shown.partition(" ")
    return None if not rest or state.startswith("Z") else " ".join(rest.split())


def _require_extra() -> None:
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        names = ", ".join(missing)
        raise UsageError(
            Text(f"实验环境缺少依赖：{names}", f"the lab needs packages not installed: {names}"),
            Text("安装：pip install 'xunjian[lab]'", "install: pip install 'xunjian[lab]'"),
        )


def _require_free(folder: LabFolder, devices: int) -> None:
    if not 0 <= devices <= DEVICES_MAX:
        raise UsageError(
            Text(f"--devices 应在 0 到 {DEVICES_MAX} 之间：{devices}",
                 f"--devices is between 0 and {DEVICES_MAX}: {devices}")
        )
    if running_pid(folder.root) is not None:
        raise UsageError(
            Text(f"该目录的实验环境已在运行：{folder.root}",
                 f"a lab is already up in this folder: {folder.root}"),
            Text("先执行 lab down", "run lab down first"),
        )
    occupied = folder.root.exists() and (not folder.root.is_dir() or any(folder.root.iterdir()))
    if occupied and not folder.plan.exists():
        raise UsageError(
            Text(f"目录不是空的：{folder.root}", f"the folder is not empty: {folder.root}"),
            Text("换一个新目录", "choose a new folder"),
        )


def _spawn(folder: LabFolder, *, detach: bool) -> subprocess.Popen[bytes]:
    import xunjian

    source = str(Path(xunjian.__file__).resolve().parent.parent)
    path = os.pathsep.join(part for part in (source, os.environ.get("PYTHONPATH", "")) if part)
    command = [sys.executable, "-P", "-m", "xunjian.lab.serve", str(folder.root)]
    folder.played.unlink(missing_ok=True)
    with folder.log.open("ab") as log:
        process = subprocess.Popen(
            command if detach else [*command, "--attached"],
            stdin=subprocess.DEVNULL if detach else subprocess.PIPE,
            stdout=log, stderr=log, start_new_session=True, env={**os.environ, "PYTHONPATH": path},
        )
    write_json(folder.process, {"pid": process.pid, "identity": _identity(process.pid)})
    return process


def _wait_played(folder: LabFolder, process: subprocess.Popen[bytes], number: int) -> None:
    """Wait until the process plays the scene; the bound covers a lab of thousands of devices."""
    until = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < until:
        if read_json(folder.played).get("number") == number:
            return
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise XunjianError(
        Text(f"实验环境没有启动，见 {folder.log}", f"the lab did not come up, see {folder.log}")
    )


def _write_workspace(folder: LabFolder, devices: tuple[LabDevice, ...]) -> None:
    played = read_json(folder.played)
    write_inventory(folder.root / "inventory", devices, played["ports"])
    write_known_hosts(
        folder.root / "known_hosts", devices, played["ports"], played["host_keys"]
    )


def _prepare(
    folder: LabFolder, devices: tuple[LabDevice, ...], *, with_history: bool
) -> None:
    from xunjian.lab.readiness import wait_ready

    played = read_json(folder.played)
    wait_ready(devices, played["ports"], played["host_keys"], read_credential(folder))


def _end(pid: int, gone: Callable[[], int | None]) -> None:
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
