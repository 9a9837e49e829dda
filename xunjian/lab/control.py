"""Starting and ending a lab from outside its process."""

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

from xunjian.errors import UsageError, XunjianError
from xunjian.lab.devices import LabDevice
from xunjian.lab.faults import Fault, chosen_faults
from xunjian.lab.folder import (
    LabFolder,
    LabPlan,
    Scene,
    make_folder,
    read_credential,
    read_json,
    read_scene,
    write_scene,
)
from xunjian.lab.inventory import write_inventory, write_known_hosts
from xunjian.lab.personality import PERSONALITIES
from xunjian.lab.process import LabProcess, running_pid, spawn
from xunjian.lab.station import Credential
from xunjian.language import Text

START_TIMEOUT_S = 60.0
DAY_S = 86400.0
DEVICES_MAX = 2000
_NEEDED = ("asyncssh", "pysnmp")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabHandle:
    """A running lab. `down` ends it; an attached one also ends with the process that started it."""

    directory: Path
    pid: int
    devices: tuple[LabDevice, ...]
    planted: tuple[Fault, ...]
    process: LabProcess = field(repr=False)

    def address(self, device: str) -> tuple[str, int]:
        """Where a device listens: loopback address and port."""
        address = next(d.address for d in self.devices if d.name == device)
        return address, read_json(self._folder.played)["ports"][device]

    def transcript(self, device: str) -> str:
        """What a device was sent since the faults were planted."""
        path = self._folder.transcript_of(device)
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def plant(self, *faults: str) -> "LabHandle":
        """Let these faults take the place of those planted before; transcripts begin anew."""
        planted = chosen_faults(faults)
        _play(self._folder, self.process, planted)
        return replace(self, planted=planted)

    @property
    def credential(self) -> Credential:
        """The account the devices know."""
        return read_credential(self._folder)

    @property
    def _folder(self) -> LabFolder:
        return LabFolder(self.directory)

    def down(self) -> None:
        """End the lab."""
        self.process.end()
        self._folder.process.unlink(missing_ok=True)


def up(  # noqa: PLR0913 (how a lab is started, by keyword)
    directory: Path,
    faults: Sequence[str] = (),
    devices: int = 0,
    *,
    detach: bool = True,
    history: bool = True,
    personalities: Path = PERSONALITIES,
) -> LabHandle:
    """Start a lab in `directory`, which becomes a complete workspace; return when all answer.

    faults: names of the table or `all`. devices: so many clean switches more. detach: let it live
    on when the caller ends. history: let the store hold a clean round of the day before.

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
    with_history = history and not folder.history.exists()
    write_scene(folder, Scene(number=1, shift_s=-DAY_S if with_history else 0.0))
    process = spawn(folder, detach=detach)
    try:
        _stage(folder, plan, process, with_history=with_history)
        _play(folder, process, planted)
    except BaseException:
        process.end()
        folder.process.unlink(missing_ok=True)
        raise
    return LabHandle(
        directory=folder.root,
        pid=process.pid,
        devices=plan.devices,
        planted=planted,
        process=process,
    )


def down(directory: Path) -> bool:
    """End the lab of a folder; False when none was running. Only the recorded process is ended."""
    folder = LabFolder(directory.resolve())
    pid = running_pid(folder)
    if pid is not None:
        LabProcess(pid=pid, lifeline=None).end()
    folder.process.unlink(missing_ok=True)
    return pid is not None


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
            Text(
                f"--devices 应在 0 到 {DEVICES_MAX} 之间：{devices}",
                f"--devices is between 0 and {DEVICES_MAX}: {devices}",
            )
        )
    if running_pid(folder) is not None:
        raise UsageError(
            Text(
                f"该目录的实验环境已在运行：{folder.root}",
                f"a lab is already up in this folder: {folder.root}",
            ),
            Text("先执行 lab down", "run lab down first"),
        )
    occupied = folder.root.exists() and (not folder.root.is_dir() or any(folder.root.iterdir()))
    if occupied and not folder.plan.exists():
        raise UsageError(
            Text(f"目录不是空的：{folder.root}", f"the folder is not empty: {folder.root}"),
            Text("换一个新目录", "choose a new folder"),
        )


def _stage(folder: LabFolder, plan: LabPlan, process: LabProcess, *, with_history: bool) -> None:
    """Write where everything listens, see that it does, and let yesterday's round pass."""
    from xunjian.lab.history import record_clean_round
    from xunjian.lab.readiness import wait_ready

    _wait_played(folder, process, 1)
    played = read_json(folder.played)
    ports, keys = played["ports"], played["host_keys"]
    write_inventory(folder.root / "inventory", plan.devices, ports)
    write_known_hosts(folder.root / "known_hosts", plan.devices, ports, keys)
    wait_ready(plan.devices, ports, keys, read_credential(folder))
    if with_history:
        record_clean_round(folder, len(plan.devices), timedelta(seconds=-DAY_S))


def _play(folder: LabFolder, process: LabProcess, planted: tuple[Fault, ...]) -> None:
    """Let the running lab play these faults at the present time."""
    number = read_scene(folder).number + 1
    write_scene(folder, Scene(number=number, faults=tuple(fault.name for fault in planted)))
    os.kill(process.pid, signal.SIGHUP)
    _wait_played(folder, process, number)


def _wait_played(folder: LabFolder, process: LabProcess, number: int) -> None:
    """Wait until the process plays the scene; the bound covers a lab of thousands of devices."""
    until = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < until and process.is_alive():
        if read_json(folder.played).get("number") == number:
            return
        time.sleep(0.02)
    raise XunjianError(
        Text(f"实验环境没有启动，见 {folder.log}", f"the lab did not come up, see {folder.log}")
    )
