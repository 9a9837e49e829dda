"""Small invented devices, plans and answers that the tests of store and run share."""

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from xunjian.checks.model import Finding, Verdict, finding_id
from xunjian.facts.model import Fact, FactRow, FactTable, StepResult, StepState
from xunjian.inventory.model import ChannelSettings, Device, Room, RoomClass, Site, SiteLevel
from xunjian.language import Text
from xunjian.playbook.model import Playbook, ReportSettings, RunSettings
from xunjian.run.model import DeviceResult, LeftOut, LeftOutReason, Outcome, Pair, RunPlan
from xunjian.store import DeviceSave, RunStart
from xunjian.transport.model import Channel, Evidence, Request

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level(Fact):
    KEY: ClassVar[tuple[str, ...]] = ("slot",)
    slot: str
    used_pct: float | None = None
    seen_at: datetime | None = None


FACTS: dict[str, type[Fact]] = {"Level": Level}


def site(name: str = "hz") -> Site:
    return Site(name=name, title=Text("杭州", "Hangzhou"), level=SiteLevel.CITY)


def device(name: str, *, at: str = "hz", port: int = 22, user: str = "inspector") -> Device:
    return Device(
        name=name,
        kind="switch",
        address="127.0.0.1",
        platform="huawei_vrp",
        label=f"{name} 交换机",
        site=site(at),
        room=Room(name=f"{at}-core", title=Text("机房"), site=at, room_class=RoomClass.CORE),
        channels={"": ChannelSettings(hostname="127.0.0.1", port=port, username=user)},
    )


def result(name: str, *, reached: bool = True, reason: str = "") -> DeviceResult:
    return DeviceResult(
        name=name,
        label=f"{name} 交换机",
        kind="switch",
        platform="huawei_vrp",
        site="hz",
        room="hz-core",
        reached=reached,
        reason=reason,
        asset={"serial": "0012"},
    )


def playbook(name: str = "daily", **run: object) -> Playbook:
    return Playbook(
        name=name,
        title=Text("日常巡检", "Daily round"),
        tasks=("identity", "levels"),
        run=dataclasses.replace(RunSettings(workers=8), **run),  # type: ignore[arg-type]
        report=ReportSettings(number="XJ-{yyyymm}-{seq:03d}"),
    )


def plan(*names: str, tasks: tuple[str, ...] = ("identity", "levels")) -> RunPlan:
    devices = tuple(device(name) for name in names)
    return RunPlan(
        pairs=tuple(Pair(device=d, tasks=tasks) for d in devices),
        left_out=(LeftOut(device=names[0], task="battery", reason=LeftOutReason.NO_CARD),),
        devices=devices,
    )


def start(*names: str, book: Playbook | None = None, days: int = 0) -> RunStart:
    return RunStart(
        playbook=book or playbook(),
        devices=tuple(result(name, reached=False) for name in names),
        started_at=START + timedelta(days=days),
    )


def evidence(
    device_name: str, number: int = 1, text: str = "slot 1: 40%\n", *, command: str = "display cpu"
) -> Evidence:
    return Evidence(
        id=f"{device_name}#{number:03d}",
        device=device_name,
        request=Request(channel=Channel.CLI, text=command),
        raw=f"{command}\r\n{text}<{device_name}>".encode(),
        text=text,
        decoded_as="utf-8",
        started_at=START,
        elapsed_s=0.25,
        complete=True,
    )


def finding(
    device_name: str,
    verdict: Verdict = Verdict.NORMAL,
    *,
    check: str = "levels.used",
    subject: str = "1",
    message: str = "",
) -> Finding:
    return Finding(
        id=finding_id(device_name, check, subject),
        check=check,
        task="levels",
        device=device_name,
        subject=subject,
        verdict=verdict,
        title=Text("占用", "usage"),
        value=40.5,
        unit="%",
        level="II" if verdict is Verdict.ABNORMAL else "",
        message=Text(message),
        evidence_ids=(f"{device_name}#001",),
    )


def table(used_pct: float = 40.5) -> FactTable:
    row = FactRow(
        fact=Level(slot="1", used_pct=used_pct, seen_at=START),
        evidence_ids=("x#001",),
        taken_at=START,
    )
    step = StepResult(task="levels", fact="Level", state=StepState.OK)
    return FactTable(rows={"Level": (row,)}, steps=(step,))


def saved(name: str, *findings: Finding, used_pct: float = 40.5, text: str = "") -> DeviceSave:
    answers = (evidence(name, 1, text or f"{name} slot 1: {used_pct}%\n"),)
    return DeviceSave(
        result=result(name),
        outcomes=(
            Outcome(device=name, task="identity", reached=True, started_at=START, elapsed_s=1.5),
            Outcome(device=name, task="levels", reached=True, findings=findings),
        ),
        table=table(used_pct),
        evidence=answers,
    )


def lost(name: str, reason: str = "no_answer") -> DeviceSave:
    tasks = ("identity", "levels")
    return DeviceSave(
        result=result(name, reached=False, reason=reason),
        outcomes=tuple(Outcome(device=name, task=t, reached=False, reason=reason) for t in tasks),
    )
