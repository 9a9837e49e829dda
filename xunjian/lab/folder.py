"""What the lab writes into its folder: a complete workspace, and a corner of its own, `.lab/`."""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from xunjian.errors import UsageError
from xunjian.lab.devices import LabDevice, lab_devices
from xunjian.lab.faults import FAULTS, Fault
from xunjian.lab.personality import LAB_ZONE, PERSONALITIES, LabClock
from xunjian.lab.station import Credential
from xunjian.language import Text
from xunjian.secrets import AGE_KEY, decrypt_with, encrypt_for

USERNAME = "inspector"
SECRETS_FILE = "secrets.age"
_SECRET_BYTES = 24
_SETTINGS = """\
# 由 xunjian lab up 生成：实验环境，全部为仿真设备
recipient: {}
contract:
  name:
    zh: 视频会商系统运维（实验环境，仿真设备）
    en: Operation of the conferencing system (lab, simulated devices)
  customer: {{zh: 示例用户单位, en: Sample customer}}
  contractor: {{zh: 示例集成商, en: Sample integrator}}
"""


@dataclass(frozen=True, slots=True)
class LabFolder:
    """Paths inside a lab's folder."""

    root: Path

    @property
    def own(self) -> Path:
        """The lab's corner, hidden from the workspace's content."""
        return self.root / ".lab"

    @property
    def plan(self) -> Path:
        """What the lab consists of; it does not change while the folder lives."""
        return self.own / "lab.json"

    @property
    def scene(self) -> Path:
        """What is planted and what time it is, as `up` wishes it."""
        return self.own / "scene.json"

    @property
    def played(self) -> Path:
        """The scene's number the process has taken over, and its ports."""
        return self.own / "played.json"

    @property
    def process(self) -> Path:
        """The process that runs the lab: pid and identity."""
        return self.own / "process.json"

    @property
    def history(self) -> Path:
        """Notes that yesterday's round stands in the store; it holds the run's id."""
        return self.own / "history"

    @property
    def log(self) -> Path:
        """What the process printed."""
        return self.own / "lab.log"

    @property
    def transcript(self) -> Path:
        """What each device was sent."""
        return self.root / "transcript"

    def transcript_of(self, device: str) -> Path:
        """One device's transcript."""
        return self.transcript / f"{device}.log"

    def host_key(self, device: str) -> Path:
        """One device's private host key."""
        return self.own / "host_keys" / device


@dataclass(frozen=True, slots=True, kw_only=True)
class LabPlan:
    """What a lab consists of. began: the beginning of its counters, a day before it was made."""

    began: datetime
    more: int
    personalities: Path

    @property
    def devices(self) -> tuple[LabDevice, ...]:
        """Its devices."""
        return lab_devices(self.more)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is played: a number that grows with every change, the clock's shift, the faults."""

    number: int
    shift_s: float = 0.0
    faults: tuple[str, ...] = ()

    def clock(self, plan: LabPlan) -> LabClock:
        """The devices' clock."""
        return LabClock(began=plan.began, shift=timedelta(seconds=self.shift_s))

    @property
    def planted(self) -> tuple[Fault, ...]:
        """The faults themselves."""
        return tuple(FAULTS[name] for name in self.faults)


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write a small state file in one step, so that a reader never sees half of it."""
    beside = path.with_name(path.name + ".new")
    beside.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    beside.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """Read a small state file; empty when there is none."""
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return data


def make_folder(folder: LabFolder, more: int, personalities: Path = PERSONALITIES) -> LabPlan:
    """Make a lab's folder with keys and secrets, or take up the one that was made before.

    Raises:
        UsageError: the folder cannot be written.
    """
    if not folder.plan.exists():
        try:
            _make_new(folder, more, personalities)
        except OSError as error:
            raise UsageError(
                Text(
                    f"目录不可写：{folder.root}（{error.strerror}）",
                    f"the folder cannot be written: {folder.root} ({error.strerror})",
                ),
                Text("换一个目录", "choose another folder"),
            ) from error
    return read_plan(folder)


def _make_new(folder: LabFolder, more: int, personalities: Path) -> None:
    for path in (folder.own / "host_keys", folder.transcript, folder.root / "inventory"):
        path.mkdir(parents=True, exist_ok=True)
    (folder.root / AGE_KEY).parent.mkdir(mode=0o700, exist_ok=True)
    recipient = _write_secrets(folder)
    (folder.root / "xunjian.yml").write_text(_SETTINGS.format(recipient), encoding="utf-8")
    began = datetime.now(LAB_ZONE) - timedelta(days=1)
    plan = {"began": began.isoformat(), "more": more, "personalities": str(personalities)}
    write_json(folder.plan, plan)


def read_plan(folder: LabFolder) -> LabPlan:
    """Read what the lab consists of."""
    data = read_json(folder.plan)
    return LabPlan(
        began=datetime.fromisoformat(data["began"]),
        more=int(data["more"]),
        personalities=Path(data["personalities"]),
    )


def read_scene(folder: LabFolder) -> Scene:
    """Read what is to be played."""
    data = read_json(folder.scene)
    return Scene(number=data["number"], shift_s=data["shift_s"], faults=tuple(data["faults"]))


def write_scene(folder: LabFolder, scene: Scene) -> None:
    """Say what is to be played."""
    write_json(
        folder.scene,
        {"number": scene.number, "shift_s": scene.shift_s, "faults": list(scene.faults)},
    )


def _write_secrets(folder: LabFolder) -> str:
    """Make a key and the devices' secrets, sealed to it; gives the public half."""
    import pyrage

    identity = pyrage.x25519.Identity.generate()  # pyright: ignore[reportAttributeAccessIssue]
    recipient = str(identity.to_public())
    descriptor = os.open(folder.root / AGE_KEY, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"# public key: {recipient}\n{identity}\n")
    values = {name: secrets.token_urlsafe(_SECRET_BYTES) for name in ("login", "snmp", "snmp_key")}
    sealed = encrypt_for(recipient, yaml.safe_dump(values).encode())
    (folder.root / SECRETS_FILE).write_bytes(sealed)
    return recipient


def read_credential(folder: LabFolder) -> Credential:
    """The account the devices know, from the lab's own sealed secrets."""
    sealed = (folder.root / SECRETS_FILE).read_bytes()
    values = yaml.safe_load(decrypt_with(folder.root / AGE_KEY, sealed))
    return Credential(
        username=USERNAME,
        password=values["login"],
        community=values["snmp"],
        snmp_key=values["snmp_key"],
    )
