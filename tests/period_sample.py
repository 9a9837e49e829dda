"""A workspace whose store holds three months of simulated rounds, with faults coming and going.

August to October 2026 over an inventory of its own: a round a day, one before the National Day, one a
month for the flood season. `python -m tests.period_sample DIR` makes one to look at.
"""

import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from xunjian import starter
from xunjian.calendar.clock import zone
from xunjian.calendar.model import JournalEntry
from xunjian.checks.model import Finding, Verdict, finding_id
from xunjian.content_fields import DEFAULT_NUMBER
from xunjian.facts import FACTS
from xunjian.facts.model import FactRow, FactTable, StepResult, StepState
from xunjian.inventory.model import Device
from xunjian.language import Text
from xunjian.playbook.model import Occasion, Playbook, ReportSettings, RunSettings
from xunjian.run.agenda import Agenda
from xunjian.run.content import Content
from xunjian.run.model import DeviceResult, Outcome, Pair, RunPlan
from xunjian.store import DeviceSave, Numbering, RunEnd, RunStart, open_store
from xunjian.store.numbers import KIND_CODES
from xunjian.store.store import Store
from xunjian.transport.model import Channel, Evidence, Request

FIRST, LAST = date(2026, 8, 1), date(2026, 10, 31)
TASK = "sampled"
INVENTORY = Path(__file__).parent / "fixtures" / "period_inventory"  # its own: texts are expected


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault from its first to its last bad round; `last` None: open at the end."""

    device: str
    check: str
    subject: str
    title: Text
    message: Text
    level: str
    first: date
    last: date | None
    verdict: Verdict = Verdict.ABNORMAL
    advice: Text = Text("")


_FAN, _LINK = Text("风扇状态", "fan state"), Text("端口状态", "port state")
_POWER, _CODEC = Text("市电输入", "mains input"), Text("注册状态", "registration")
_DISK, _ANSWERS = Text("磁盘占用", "disk usage"), Text("设备应答", "device answers")
PLANTED = (
    Planted("hz-core-1", "environment.fan", "FAN1", _FAN, Text("风扇 FAN1 故障", "fan FAN1 failed"),
            "II", date(2026, 8, 12), date(2026, 8, 14), advice=Text("更换风扇", "exchange the fan")),
    Planted("hz-access-1", "interfaces.state", "GE0/0/3", _LINK, Text("端口中断", "port down"),
            "III", date(2026, 10, 3), date(2026, 10, 3)),
    Planted("hz-access-1", "interfaces.state", "GE0/0/3", _LINK, Text("端口中断", "port down"),
            "III", date(2026, 10, 9), date(2026, 10, 10)),
    Planted("hz-access-1", "interfaces.state", "GE0/0/7", _LINK, Text("端口中断", "port down"),
            "III", date(2026, 10, 20), date(2026, 10, 21)),
    Planted("hz-ups-1", "input.voltage", "-", _POWER, Text("市电中断，电池供电", "mains lost, on battery"),
            "II", date(2026, 10, 6), date(2026, 10, 6), advice=Text("查市电回路", "look at the mains")),
    Planted("hz-hall-codec", "registration.state", "-", _CODEC, Text("未注册", "not registered"),
            "III", date(2026, 9, 17), date(2026, 9, 18)),
    Planted("hz-core-1", "environment.fan", "FAN2", _FAN, Text("风扇 FAN2 故障", "fan FAN2 failed"),
            "II", date(2026, 10, 26), None, advice=Text("更换风扇", "exchange the fan")),
    Planted("hz-srv-1", "services.failed", "conference", Text("服务状态", "service state"),
            Text("服务停止", "service stopped"), "III", date(2026, 9, 29), date(2026, 10, 2)),
    Planted("tl-codec", "signalling.answers", "-", Text("信令应答", "signalling answers"),
            Text("应答慢", "slow"), "", date(2026, 10, 14), None, Verdict.WARNING),
)  # fmt: skip
AWAY = {"tl-access-1": (date(2026, 10, 12), date(2026, 10, 13))}  # not reached, both days included
ALL_DAYS = {  # what is always asked of a device: check, subject, title, unit, limits
    "hz-core-1": ("optics.rx_power", "XGE0/0/1", Text("收光功率", "received power"), "dBm",
                  (("low", -14.0),)),
    "hz-access-1": ("cpu_memory.memory", "-", Text("内存占用", "memory usage"), "%",
                    (("warning", 80.0), ("critical", 90.0))),
    "hz-fw-1": ("sessions.used", "-", Text("会话占用", "sessions used"), "%",
                (("warning", 70.0), ("critical", 85.0))),
    "hz-srv-1": ("storage.used", "/var", _DISK, "%", (("warning", 80.0), ("critical", 90.0))),
    "hz-ups-1": ("battery.runtime", "-", Text("后备时间", "runtime"), "min",
                 (("warning", 60.0), ("critical", 30.0))),
    "hz-hall-codec": ("call_quality.loss", "main", Text("丢包", "loss"), "%",
                      (("warning", 1.0), ("critical", 3.0))),
}  # fmt: skip


def make_workspace(folder: Path, *, days: tuple[date, date] = (FIRST, LAST)) -> Path:
    """Make the workspace of `init` and fill its store."""
    starter.make_workspace(folder)
    shutil.copytree(INVENTORY, folder / "inventory", dirs_exist_ok=True)
    settings = folder / "xunjian.yml"
    text = settings.read_text("utf-8") + (
        "contract: {name: 视频会商运维 2026, customer: 某省水利厅, contractor: 某运维公司, "
        "starts: 2026-08-01, ends: 2027-07-31}\n"
        "document: {secrecy: 内部, people: [{name: 王工, role: 巡检工程师}]}\n"
    )
    settings.write_text(text, "utf-8")
    content = Content(folder)
    store = open_store(folder / ".xunjian")
    devices = [one for one in content.inventory.devices.values() if one.address]
    due = {(one.playbook, one.first): one for one in Agenda(content).span(*days)}
    for day, playbook in _calendar(*days):
        run_id, at = _round(store, devices, playbook, day)
        if one := due.get((playbook.name, day)):
            store.journal.add(
                JournalEntry(round_id=one.id, how="run", at=at, run_id=run_id, coverage=1.0)
            )
    store.close()
    content.store.close()
    return folder


def _calendar(first: date, last: date) -> Iterator[tuple[date, Playbook]]:
    day = first
    while day <= last:
        yield day, _playbook("daily", Text("日常巡检", "Daily round"), Occasion.ROUTINE)
        if day.day == 20:
            flood = Text("汛期专项巡检", "Flood season inspection")
            yield day, _playbook("flood_season", flood, Occasion.FLOOD_SEASON)
        if day == date(2026, 9, 28):
            title = Text("节前专项巡检", "Pre-holiday inspection")
            yield day, _playbook("pre_holiday", title, Occasion.PRE_HOLIDAY)
        day += timedelta(days=1)


def _playbook(name: str, title: Text, occasion: Occasion) -> Playbook:
    return Playbook(
        name=name,
        title=title,
        tasks=(TASK,),
        occasion=occasion,
        run=RunSettings(workers=4),
        report=ReportSettings(),
    )


def _round(
    store: Store, devices: list[Device], playbook: Playbook, day: date
) -> tuple[str, datetime]:
    hour = 8 if playbook.name == "daily" else 14
    at = datetime(day.year, day.month, day.day, hour, 30, tzinfo=zone())
    plan = RunPlan(
        pairs=tuple(Pair(device=one, tasks=(TASK,)) for one in devices),
        left_out=(),
        devices=tuple(devices),
    )
    numbering = Numbering(
        pattern=DEFAULT_NUMBER, project="", kind=KIND_CODES[playbook.occasion.value]
    )
    begun = RunStart(
        playbook=playbook,
        devices=tuple(_result(one, is_reached=False) for one in devices),
        started_at=at,
        numbering=numbering,
    )
    run_id = store.begin_run(plan, begun)
    for place, one in enumerate(devices):
        store.save_device(run_id, _saved(one, day, at + timedelta(seconds=place)))
    store.finish_run(run_id, RunEnd(exit_code=0, ended_at=at + timedelta(minutes=4)))
    return run_id, at


def _result(device: Device, *, is_reached: bool) -> DeviceResult:
    return DeviceResult(
        name=device.name,
        label=device.title,
        kind=device.kind,
        platform=device.platform or "",
        site=device.site.name if device.site else "",
        room=device.room.name if device.room else "",
        reached=is_reached,
        reason="" if is_reached else "no_answer",
        asset=device.asset,
        site_title=str(device.site.title) if device.site else "",
        room_title=str(device.room.title) if device.room else "",
        party=device.party or "",
        address=device.address or "",
        systems=device.systems,
    )


def _saved(device: Device, day: date, at: datetime) -> DeviceSave:
    away = AWAY.get(device.name)
    is_away = away is not None and away[0] <= day <= away[1]
    findings = tuple(_findings(device.name, day, is_away=is_away))
    evidence = Evidence(
        id=f"{device.name}#001",
        device=device.name,
        request=Request(channel=Channel.CLI, text="display version"),
        raw=f"{device.name} {day}".encode(),
        text=f"{device.name} {day}",
        decoded_as="utf-8",
        started_at=at.astimezone(UTC),
        elapsed_s=0.2,
        complete=True,
    )
    outcome = Outcome(
        device=device.name, task=TASK, reached=not is_away, findings=findings, started_at=at,
        reason="no_answer" if is_away else "",
    )  # fmt: skip
    return DeviceSave(
        result=_result(device, is_reached=not is_away),
        outcomes=(outcome,),
        table=FactTable() if is_away else _identity(device, day, at),
        evidence=(evidence,),
    )


def _findings(device: str, day: date, *, is_away: bool) -> Iterator[Finding]:
    answers = _finding(device, "reachability.answers", "-", _ANSWERS)
    if is_away:
        yield replace(
            answers, verdict=Verdict.ABNORMAL, level="I", message=Text("设备未应答", "no answer")
        )
        return
    yield answers
    mine = ((p.check, p.subject, p.title) for p in PLANTED if p.device == device)
    for check, subject, title in dict.fromkeys(mine):
        yield _planted(device, check, subject, title, day)
    if device in ALL_DAYS:
        yield _measured(device, day)


def _planted(device: str, check: str, subject: str, title: Text, day: date) -> Finding:
    found = _finding(device, check, subject, title)
    for one in PLANTED:
        same = (one.device, one.check, one.subject) == (device, check, subject)
        if same and one.first <= day <= (one.last or LAST):
            return replace(
                found, verdict=one.verdict, level=one.level, message=one.message, advice=one.advice
            )
    return found


def _measured(device: str, day: date) -> Finding:
    check, subject, title, unit, limits = ALL_DAYS[device]
    n = (day - FIRST).days
    wave = (n * 7 % 5 - 2) / 10
    values: Mapping[str, float] = {
        "hz-core-1": -8.0 - 0.03 * n + wave / 2,
        "hz-access-1": 41.0 + wave * 6,
        "hz-fw-1": 35.0 + 0.06 * n + wave,
        "hz-srv-1": 52.0 + 0.25 * n + wave,
        "hz-ups-1": 96.0 - 0.2 * n + wave,
        "hz-hall-codec": max(0.0, 0.2 + wave / 2),
    }
    found = _finding(device, check, subject, title)
    return replace(found, value=round(values[device], 2), unit=unit, limits=limits)


def _finding(device: str, check: str, subject: str, title: Text) -> Finding:
    return Finding(
        id=finding_id(device, check, subject),
        check=check,
        task=TASK,
        device=device,
        subject=subject,
        verdict=Verdict.NORMAL,
        title=title,
        evidence_ids=(f"{device}#001",),
    )


def _identity(device: Device, day: date, at: datetime) -> FactTable:
    serial, version = str(device.asset.get("serial") or ""), "V200R021C00"
    if device.name == "hz-fw-1" and day >= date(2026, 9, 15):
        version = "V200R022C10"
    if device.name == "hz-hall-codec" and day >= date(2026, 10, 20):
        serial = "FTTSAMPLE099"
    fact = FACTS["Identity"](  # type: ignore[call-arg]
        model=str(device.asset.get("model") or ""), serial=serial, version=version, uptime_s=86400.0
    )
    row = FactRow(fact=fact, evidence_ids=(f"{device.name}#001",), taken_at=at)
    step = StepResult(task=TASK, fact="Identity", state=StepState.OK)
    return FactTable(rows={"Identity": (row,)}, steps=(step,))


if __name__ == "__main__":
    make_workspace(Path(sys.argv[1]))
