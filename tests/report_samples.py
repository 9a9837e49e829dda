"""A report model filled by hand, of any size, for the tests of documents."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from itertools import cycle, islice

from xunjian.checks.model import BAD, Finding, Verdict, finding_id
from xunjian.config.model import Approval, Change, ChangeKind, ConfigDiff, Side
from xunjian.config.model import Risk as ChangeRisk
from xunjian.language import Text
from xunjian.report.document import (
    EvidenceRow,
    FaultFigures,
    Forecast,
    Head,
    IntactRate,
    Leftover,
    ManualRow,
    NextRound,
    Person,
    Revision,
    Risk,
    RoundFigures,
    Series,
    SiteFigures,
    ThresholdRow,
)
from xunjian.report.model import (
    Coverage,
    DeviceSheet,
    FindingRow,
    LeftOutRow,
    ReportModel,
    Totals,
    Unanswered,
)
from xunjian.run.model import ContentUsed, DeviceResult, EvidenceRef, RunState
from xunjian.store.model import Trend

ZONE = timezone(timedelta(hours=8))
NOW = datetime(2026, 9, 28, 8, 30, 5, tzinfo=ZONE)

# task, title, unit, standard, good value, bad value, message, advice
ITEMS = (
    ("environment", Text("风扇状态", "Fan state"), "", Text("正常运转", "running"), "normal", "fault",
     Text("风扇 FAN1 故障", "fan FAN1 failed"), Text("更换风扇模块", "replace the fan module")),
    ("environment", Text("机箱温度", "Chassis temperature"), "°C", Text("≤ 65 °C", "≤ 65 °C"), 41.5, 71.0,
     Text("温度 71 °C，超过 65 °C", "temperature 71 °C, above 65 °C"),
     Text("检查风道与机房空调", "check the air flow and the room's air conditioning")),
    ("cpu_memory", Text("CPU 占用率", "CPU usage"), "%", Text("< 80 %", "< 80 %"), 12.0, 93.0,
     Text("占用 93 %", "usage 93 %"), Text("查占用高的进程", "find the busy process")),
    ("optics", Text("收光功率", "Received optical power"), "dBm", Text("-18 ~ -3 dBm", "-18 to -3 dBm"), -7.2,
     -23.6, Text("收光 -23.6 dBm，低于下限", "received power -23.6 dBm, below the limit"),
     Text("清洁光纤端面，检查衰耗", "clean the fibre ends, check the attenuation")),
    ("interfaces", Text("接口错包", "Interface errors"), "次", Text("两次之间不增长", "no growth between rounds"), 0,
     1532, Text("错包增长 1532", "errors grew by 1532"), Text("检查线缆与模块", "check cable and module")),
    ("clock", Text("时钟偏差", "Clock offset"), "s", Text("≤ 5 s", "≤ 5 s"), 0.4, 912.0,
     Text("偏差 912 秒", "offset 912 s"), Text("核对 NTP 配置", "check the NTP configuration")),
    ("battery", Text("电池剩余时间", "Battery runtime"), "min", Text("≥ 30 分钟", "≥ 30 min"), 74.0, 11.0,
     Text("只够 11 分钟", "11 minutes only"), Text("安排更换电池", "have the batteries replaced")),
    ("registration", Text("注册状态", "Registration"), "", Text("已注册", "registered"), "registered", "failed",
     Text("未注册到会议平台", "not registered with the conference platform"),
     Text("核对账号与网络", "check account and network")),
)  # fmt: skip
TITLES = {
    "environment": Text("环境", "Environment"),
    "cpu_memory": Text("CPU 与内存", "CPU and memory"),
    "optics": Text("光模块", "Optics"),
    "interfaces": Text("接口", "Interfaces"),
    "clock": Text("时钟", "Clock"),
    "battery": Text("电池", "Battery"),
    "registration": Text("注册", "Registration"),
}
SITES = (
    ("hangzhou", "杭州市水利局"),
    ("ningbo", "宁波市水利局"),
    ("lishui", "丽水市景宁畲族自治县水利局"),
)


AFFECTS = Text(
    "下联 3 台（其中 1 台另有他路）：丽水终端 1、丽水终端 2、丽水终端 3",
    "3 below it (1 with another way): Lishui terminal 1, Lishui terminal 2, Lishui terminal 3",
)
CAUSE = Text("伴随（供电 丽水 UPS 未到达）", "follows from power supply Lishui UPS (not reached)")
LEVELS_OF_SITES = {"hangzhou": "province", "ningbo": "city", "lishui": "county"}


def a_device(number: int, *, reached: bool = True, label: str = "") -> DeviceResult:
    site, title = SITES[number % len(SITES)]
    return DeviceResult(
        name=f"{site[:2]}-acc-sw{number}",
        label=label or f"{title[:2]}接入交换机 {number}",
        kind=("switch", "server", "ups", "codec")[number % 4],
        platform="huawei_vrp",
        site=site,
        room=f"{site}-core",
        reached=reached,
        reason="" if reached else "no_answer",
        asset={"model": "S5735-L24T4X-A1", "vendor": "华为", "serial": f"2102350SAMPLE{number:03d}",
               "rack": f"A{number % 20:02d}", "version": "V200R021C10SPC600",
               "in_use_since": "2022-05-01", "warranty_until": "2027-04-30"},
        site_title=title,
        room_title="监控中心机房",
        party="省信息中心",
        address=f"127.0.{number // 250}.{number % 250 + 1}",
    )  # fmt: skip


def a_finding(device: str, item: int, verdict: Verdict, subject: str = "-") -> Finding:
    task, title, unit, standard, good, bad, message, advice = ITEMS[item % len(ITEMS)]
    is_bad = verdict in BAD
    level = ("II", "III", "IV")[item % 3] if verdict in BAD[:2] else ""
    return Finding(
        id=finding_id(device, f"{task}.{item}", subject),
        check=f"{task}.{item}",
        task=task,
        device=device,
        subject=subject,
        verdict=verdict,
        title=title,
        value=None if verdict is Verdict.UNKNOWN else (bad if is_bad else good),
        unit=unit,
        standard=standard,
        level="I" if level == "II" and item == 0 else level,
        message=message if is_bad else Text("在范围内", "within limits"),
        advice=advice if is_bad else Text(""),
        evidence_ids=(f"{device}#{item + 1:03d}",),
    )


def an_evidence(device: str, item: int) -> EvidenceRef:
    return EvidenceRef(
        id=f"{device}#{item + 1:03d}", device=device, channel="cli",
        text=f"display {ITEMS[item % len(ITEMS)][0].replace('_', '-')}",
        sha256=f"{item + 7:02x}" * 32, size_bytes=321, complete=item != 5, error="",
        taken_at=NOW + timedelta(seconds=item), elapsed_s=0.2,
    )  # fmt: skip


def sheets(devices: int, items: int, bad_every: int) -> tuple[DeviceSheet, ...]:
    """One sheet per device; every `bad_every`-th device has one of each bad verdict."""
    made = []
    for number in range(1, devices + 1):
        device = a_device(number, reached=number % 17 != 0)
        rows: list[FindingRow] = []
        unanswered: tuple[Unanswered, ...] = ()
        if device.reached:
            bad = islice(cycle(BAD), number % 3, number % 3 + 2) if number % bad_every == 0 else ()
            verdicts = [*bad, *([Verdict.NORMAL] * items)][:items]
            for item, verdict in enumerate(verdicts):
                found = a_finding(device.name, (item + number) % items, verdict, f"0/{item}")
                rows.append(FindingRow(number=0, finding=found, device=device))
        else:
            unanswered = (
                Unanswered(device=device, task="environment", reason="no_answer"),
                Unanswered(device=device, task="clock", reason="no_answer"),
            )
        made.append(_sheet(device, tuple(rows), unanswered))
    return tuple(made)


def _sheet(
    device: DeviceResult, rows: tuple[FindingRow, ...], unanswered: tuple[Unanswered, ...]
) -> DeviceSheet:
    counted = Counter(row.finding.verdict for row in rows)
    return DeviceSheet(device=device, rows=rows, unanswered=unanswered, verdicts=counted)


def a_model(devices: int = 6, items: int = 8, bad_every: int = 2) -> ReportModel:
    """A whole report: every part of it has something in it."""
    made = sheets(devices, items, bad_every)
    bad = [row for sheet in made for row in sheet.rows if row.is_bad]
    bad.sort(key=lambda row: (BAD.index(row.finding.verdict), row.finding.level or "V"))
    problems = tuple(
        replace(
            row,
            number=n,
            change=Trend.NEW if n % 2 else Trend.PERSISTING,
            affects=AFFECTS if n == 1 else Text(""),
            cause=CAUSE if n == 2 else Text(""),
            due_on=date(2026, 10, 1) if row.finding.level == "II" else None,
        )
        for n, row in enumerate(bad, 1)
    )
    numbered = {row.finding.id: row for row in problems}
    made = tuple(
        replace(s, rows=tuple(numbered.get(r.finding.id, r) for r in s.rows)) for s in made
    )
    evidence = tuple(
        an_evidence(s.device.name, item) for s in made if s.rows for item in range(items)
    )
    verdicts = Counter(row.finding.verdict for sheet in made for row in sheet.rows)
    reached = sum(sheet.device.reached for sheet in made)
    unanswered = tuple(row for sheet in made for row in sheet.unanswered)
    outcomes = reached * items + len(unanswered)
    left_out = tuple(
        LeftOutRow(device=s.device.name, label=s.device.label, task="battery", reason="no_card")
        for s in made
    )
    intact = sum(not any(r.is_bad for r in s.rows) for s in made if s.device.reached)
    return ReportModel(
        run_id="20260928T083005-abcd",
        number="XJ-202609-JQ-001",
        playbook="pre_holiday",
        title=Text("节前专项巡检", "Pre-holiday inspection"),
        occasion="pre-holiday",
        state=RunState.FINISHED,
        started_at=NOW,
        ended_at=NOW + timedelta(minutes=7),
        exit_code=1,
        conclusion=Text(
            f"本次到达设备 {reached} 台，异常 {verdicts[Verdict.ABNORMAL]} 项，需处理。",
            f"{reached} devices reached, {verdicts[Verdict.ABNORMAL]} abnormal, to be dealt with.",
        ),
        totals=Totals(
            planned=outcomes + len(left_out), outcomes=outcomes, left_out=len(left_out),
            devices=devices, reached=reached,
            verdicts={verdict: verdicts[verdict] for verdict in Verdict},
        ),
        coverage=Coverage(outcomes=outcomes, reached=outcomes - len(unanswered)),
        sheets=made,
        problems=problems,
        unanswered=unanswered,
        left_out=left_out,
        resolved=(),
        previous_run_id="20260901T080000-0001",
        previous_started_at=NOW - timedelta(days=27),
        content=(ContentUsed(relative="tasks/common/clock.yml", layer="builtin", sha256="ef" * 32),),
        evidence=evidence,
        root_hash="cd" * 32,
        tool_version="0.1.0",
        task_titles=TITLES,
        head=a_head(),
        intact=IntactRate(intact=intact, judged=reached),
        levels=Counter(r.finding.level for r in problems if r.finding.level),
        risk=Risk(
            level="II", is_least=True,
            said=Text("风险等级：不低于较大（最高 II 级；2 项待核）。按未关闭问题的最高级别定。",
                      "Risk: not below major (highest level II; 2 unknown). By the highest level among open problems."),
        ),
        faults=faults(problems),
        spares=spares(made),
        next_rounds=NEXT_ROUNDS,
        site_levels=LEVELS_OF_SITES,
        leftovers=leftovers(problems),
        changes=(a_diff(made[0].device),) if made else (),
        manual=manual(),
        thresholds=thresholds(devices),
        evidence_index=tuple(_index(n, ref, made[0].device.label) for n, ref in enumerate(evidence, 1)),
        rounds=rounds(),
        sites=tuple(
            SiteFigures(site=site, title=title, devices=devices // 3, reached=reached // 3,
                        abnormal=n, intact=IntactRate(intact=devices // 3 - n, judged=devices // 3))
            for n, (site, title) in enumerate(SITES)
        ),
        series=(a_series(), a_steady_series()),
        advice=(Text("汛期前更换 UPS 电池。", "Replace the UPS batteries before the flood season."),),
        record_sheets="all",
    )  # fmt: skip


def a_head() -> Head:
    return Head(
        title=Text("监控中心设备巡检报告", "Monitoring centre inspection report"),
        number="XJ-202609-JQ-001",
        version=2,
        secrecy="内部",
        project="省防汛视频会商系统运维服务",
        customer="省水利信息中心",
        contractor="某某信息技术有限公司",
        purpose=Text("国庆节前确认监控中心设备可用。", "Make sure that the centre is ready for the holiday."),
        basis=(Text("运维服务合同第 3.2 条", "service contract, 3.2"), Text("GB/T 28827.1", "GB/T 28827.1")),
        scope=Text("监控中心机房的网络、服务器、UPS 与视频终端", "network, servers, UPS and video of the centre"),
        planned_first=date(2026, 9, 28),
        planned_last=date(2026, 9, 30),
        submitted_on=date(2026, 9, 30),
        people=(Person(name="张三", role=Text("巡检工程师", "engineer"), phone="0571-00000000"),
                Person(name="李四", role=Text("项目经理", "project manager"))),
        recipients=("省水利信息中心", "省防汛办"),
        revisions=(
            Revision(version=1, at=NOW, by="张三", what=Text("首次发布", "first issue")),
            Revision(version=2, at=NOW + timedelta(days=1), by="李四", what=Text("补现场项目", "items on site added")),
        ),
        warnings=(Text("本轮在封网期内经批准进行（批准人：王五）。", "Made inside a freeze, by leave of Wang Wu."),),
    )  # fmt: skip


NEXT_ROUNDS = (
    NextRound(
        rule="pre_holiday", playbook="pre_holiday", title=Text("元旦节前巡检", "New Year inspection"),
        first=date(2026, 12, 28), due=date(2026, 12, 31), is_same=True,
    ),
    NextRound(
        rule="monthly", playbook="monthly", title=Text("月度巡检", "Monthly inspection"),
        first=date(2026, 10, 9), due=date(2026, 10, 31),
    ),
)  # fmt: skip


def faults(problems: tuple[FindingRow, ...]) -> tuple[FaultFigures, ...]:
    """As the comparison counts them, level by level."""
    return tuple(
        FaultFigures(
            level=level,
            open=sum(row.finding.level == level for row in problems),
            trends={
                trend.value: sum(
                    row.finding.level == level and row.change is trend for row in problems
                )
                for trend in Trend
            },
        )
        for level in ("I", "II", "III", "IV", "")
    )


def spares(sheets: tuple[DeviceSheet, ...]) -> tuple[FindingRow, ...]:
    """One item about spare parts."""
    if not sheets:
        return ()
    found = Finding(
        id="Fspares00001", check="spare_parts.stock", task="spare_parts", device=sheets[0].device.name,
        subject="-", verdict=Verdict.WARNING, title=Text("备品备件", "spare parts"), level="III",
        message=Text("现场查看：缺光模块 2 只", "seen on site: 2 modules missing"), source="manual", by="张三",
        remark=Text("已列入采购", "to be bought"),
    )  # fmt: skip
    return (FindingRow(number=0, finding=found, device=sheets[0].device),)


def leftovers(problems: tuple[FindingRow, ...]) -> tuple[Leftover, ...]:
    return tuple(
        Leftover(
            id=row.finding.id, finding=row.finding, device=row.device.name, label=row.device.label,
            first_seen_at=NOW - timedelta(days=90), first_number="XJ-202606-FX-003", rounds=3,
            state=state, note=Text("备件已采购", "part ordered") if state == "open" else Text(""),
        )
        for row, state in zip(problems[:3], ("open", "closed", "unverified"), strict=False)
    )  # fmt: skip


def a_diff(device: DeviceResult) -> ConfigDiff:
    change = Change(
        id="C1", kind=ChangeKind.CHANGED, path=("interface GigabitEthernet0/0/1",),
        old=(" port default vlan 10",), new=(" port default vlan 20",), risk=ChangeRisk.HIGH,
        why=Text("业务 VLAN 改变", "the VLAN of a service changed"),
        approval=Approval(state="approved", ticket="CR-17"),
    )  # fmt: skip
    return ConfigDiff(
        device=device.name, label=device.label, platform="huawei_vrp", mode="drift",
        left=Side(source="baseline"), right=Side(source="running"), changes=(change,),
    )  # fmt: skip


def manual() -> tuple[ManualRow, ...]:
    found = Finding(
        id="Fmanual00001", check="room.cleaning", task="machine_room", device="hz-core", subject="-",
        verdict=Verdict.WARNING, title=Text("机房清洁", "cleanliness"), value="有积灰", level="IV",
        standard=Text("无积灰", "no dust"), message=Text("机柜顶积灰", "dust on the racks"),
        source="manual", by="张三", remark=Text("已通知物业"),
    )  # fmt: skip
    blank = replace(found, id="Fmanual00002", verdict=Verdict.NOT_CHECKED, value=None, level="",
                    title=Text("接地电阻", "earth resistance"), by="", remark=Text(""), message=Text(""))  # fmt: skip
    return (
        ManualRow(
            device="hz-core",
            label="监控中心机房",
            room="一号机房",
            finding=found,
            by="张三",
            at=NOW,
        ),
        ManualRow(device="hz-core", label="监控中心机房", room="一号机房", finding=blank),
    )


def thresholds(devices: int) -> tuple[ThresholdRow, ...]:
    return tuple(
        ThresholdRow(check=f"{item[0]}.{n}", title=item[1], standard=item[3], unit=item[2],
                     source=Text("thresholds.yml；YD/T 1058-2015", "thresholds.yml; YD/T 1058-2015"), devices=devices)
        for n, item in enumerate(ITEMS)
    )  # fmt: skip


def _index(number: int, ref: EvidenceRef, label: str) -> EvidenceRow:
    return EvidenceRow(
        number=f"E{number:04d}", id=ref.id, device=ref.device, label=label, text=ref.text,
        taken_at=ref.taken_at, sha256=ref.sha256, size_bytes=ref.size_bytes, complete=ref.complete,
    )  # fmt: skip


def rounds() -> tuple[RoundFigures, ...]:
    return tuple(
        RoundFigures(
            run_id=f"20260{month}28T080000-000{month}", number=f"XJ-20260{month}-YD-001",
            started_at=NOW - timedelta(days=30 * (9 - month)),
            verdicts={"normal": 40 + month, "warning": 9 - month, "abnormal": month % 4, "unknown": 1},
            intact=IntactRate(intact=5 if month % 2 else 6, judged=6),
        )
        for month in (6, 7, 8, 9)
    )  # fmt: skip


def a_series() -> Series:
    return Series(
        id="S1", topic="optical", title=Text("收光功率", "received power"), device="ni-acc-sw1",
        label="宁波接入交换机 1", subject="XGE0/0/1", unit="dBm",
        points=((NOW - timedelta(days=60), -12.1), (NOW - timedelta(days=30), -14.2), (NOW, -16.4)),
        limits={"warning": -17.0, "critical": -20.0}, worse="low",
        forecast=Forecast(
            method=Text("最近 3 轮直线外推", "straight line through the last 3 rounds"),
            message=Text("约 50 天后低于 -20 dBm", "below -20 dBm in about 50 days"),
            reaches_at=date(2026, 11, 17), per_day=-0.07,
        ),
    )  # fmt: skip


def a_steady_series() -> Series:
    """A value that neither moves nor is near its limit: documents count it only."""
    return Series(
        id="S2", topic="temperature", title=Text("机箱温度", "chassis temperature"), device="ni-acc-sw1",
        label="宁波接入交换机 1", subject="-", unit="°C",
        points=((NOW - timedelta(days=30), 41.0), (NOW, 41.5)), limits={"warning": 65.0}, worse="high",
    )  # fmt: skip
