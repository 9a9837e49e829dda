"""An invented round with a past, for the tests of pages: nothing in it is of a real network."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from xunjian.checks.model import Finding, Verdict, finding_id
from xunjian.language import Text
from xunjian.report import ReportModel, build_report
from xunjian.report.document import (
    FindingTrail,
    Forecast,
    Head,
    IntactRate,
    Leftover,
    Person,
    RoundFigures,
    Series,
    SiteFigures,
    ThresholdRow,
)
from xunjian.run.model import DeviceResult, EvidenceRef, Outcome, RunRecord, RunState
from xunjian.store.model import Comparison, Trend

NOW = datetime(2026, 9, 28, 8, 0, tzinfo=UTC)
ITEMS = (
    ("environment.temperature", Text("温度", "temperature"), "°C", Text("< 65 °C", "< 65 °C")),
    ("environment.fan", Text("风扇状态", "fan state"), "", Text("正常运转", "running")),
    ("environment.power", Text("电源状态", "power supply"), "", Text("供电", "supplying")),
    ("optics.rx", Text("接收光功率", "received power"), "dBm", Text("≥ −20 dBm", "≥ −20 dBm")),
    ("cpu.used", Text("CPU 占用", "CPU usage"), "%", Text("< 80 %", "< 80 %")),
)
SITES = (
    ("hangzhou", "杭州市", "Hangzhou"),
    ("ningbo", "宁波市", "Ningbo"),
    ("huzhou", "湖州市", "Huzhou"),
)


def finding(name: str, number: int, item: int, *, is_latin: bool, every: int = 1) -> Finding:
    """A finding whose verdict follows from its numbers."""
    check, title, unit, standard = ITEMS[item % len(ITEMS)]
    turn = (number * 7 + item) % 23 if number % every == 0 else 0
    verdict = {3: Verdict.ABNORMAL, 9: Verdict.WARNING, 17: Verdict.UNKNOWN}.get(
        turn, Verdict.NORMAL
    )
    subject = f"0/{item}"
    is_open = verdict in {Verdict.ABNORMAL, Verdict.WARNING}
    said = "" if is_latin else "高温"
    return Finding(
        id=finding_id(name, check, subject),
        check=check,
        task=check.split(".", maxsplit=1)[0],
        device=name,
        subject=subject,
        verdict=verdict,
        title=title,
        value=None if verdict is Verdict.UNKNOWN else 40.5 + turn,
        unit=unit,
        standard=standard,
        level="II" if verdict is Verdict.ABNORMAL else "III" if is_open else "",
        message=Text(f"实测 {40.5 + turn}{said}", f"measured {40.5 + turn}"),
        advice=Text("更换模块", "replace the module"),
        evidence_ids=(f"{name}#{item % 4 + 1:03d}",),
    )


def devices(count: int, *, is_latin: bool = False) -> tuple[DeviceResult, ...]:
    """The register's data; the last device of every hundred gives no answer."""
    found = []
    for number in range(count):
        site, title, latin = SITES[number % 3]
        reached = number % 100 != 4
        found.append(
            DeviceResult(
                name=f"sw{number + 1}",
                label=f"switch {number + 1}" if is_latin else f"{number + 1} 号交换机",
                kind=("switch", "ups", "server")[number % 3 if number % 5 else 0],
                platform="huawei_vrp",
                site=site,
                room=f"{site}-core",
                reached=reached,
                reason="" if reached else "no_answer",
                asset={"model": "S5735-L24T4X", "serial": f"2102SAMPLE{number:04d}", "rack": "A01"},
                site_title=latin if is_latin else title,
                room_title="core room" if is_latin else "监控中心机房",
                systems=("water",) if number % 2 else ("water", "finance"),
            )
        )
    return tuple(found)


def record(count: int, items: int, *, is_latin: bool = False, every: int = 1) -> RunRecord:
    """A closed run of so many devices with so many findings each; every nth has problems."""
    hosts = devices(count, is_latin=is_latin)
    outcomes = tuple(
        Outcome(
            device=d.name,
            task="environment",
            reached=d.reached,
            reason=d.reason,
            findings=tuple(
                finding(d.name, n, i, is_latin=is_latin, every=every) for i in range(items)
            )
            if d.reached
            else (),
        )
        for n, d in enumerate(hosts)
    )
    return RunRecord(
        run_id="20260928-080000-abcd",
        number="XJ-202609-JQ-001",
        playbook="pre_holiday",
        title=Text("节前专项巡检", "Pre-holiday inspection"),
        occasion="pre-holiday",
        state=RunState.FINISHED,
        started_at=NOW,
        ended_at=NOW + timedelta(minutes=14),
        planned=len(outcomes),
        outcomes=outcomes,
        left_out=(),
        devices=hosts,
        evidence=tuple(
            EvidenceRef(
                id=f"{d.name}#{n:03d}",
                device=d.name,
                channel="cli",
                text=("display temperature all", "display fan", "display power", "display clock")[
                    n - 1
                ],
                sha256=f"{i * 4 + n:064x}",
                size_bytes=321 + n,
                complete=True,
                error="",
                taken_at=NOW + timedelta(seconds=n),
                elapsed_s=0.2,
            )
            for i, d in enumerate(hosts)
            for n in range(1, 5)
            if d.reached
        ),
        root_hash="cd" * 32,
        tool_version="0.1.0",
        exit_code=1,
    )


def model(
    count: int = 24, items: int = 6, *, is_latin: bool = False, every: int = 1
) -> ReportModel:
    """The whole page: plots, history, excerpts, leftovers, thresholds."""
    run = record(count, items, is_latin=is_latin, every=every)
    findings = [f for o in run.outcomes for f in o.findings]
    bad = [f for f in findings if f.verdict is not Verdict.NORMAL]
    trends = [Trend.NEW, Trend.PERSISTING, Trend.BACK]
    built = build_report(
        run,
        Comparison(
            run_id=run.run_id,
            previous_run_id="20260901-080000-0001",
            previous_started_at=NOW - timedelta(days=27),
            trends={f.id: trends[n % 3] for n, f in enumerate(bad)},
            resolved=tuple(f for f in findings if f.verdict is Verdict.NORMAL)[:3],
        ),
        {"environment": Text("环境", "environment")},
    )
    rounds = past(built)
    intact = sum(s.worst is not Verdict.ABNORMAL for s in built.sheets)
    return replace(
        built,
        head=head(is_latin=is_latin),
        intact=IntactRate(intact=intact, judged=len(built.sheets)),
        levels={"I": 0, "II": 4, "III": 3, "IV": 0},
        rounds=rounds,
        sites=tuple(
            SiteFigures(
                site=site,
                title=latin if is_latin else title,
                devices=n * 8,
                reached=n * 8 - n + 1,
                abnormal=n,
                intact=IntactRate(intact=n * 7, judged=n * 8 - n + 1),
            )
            for n, (site, title, latin) in enumerate(SITES, 1)
        ),
        series=series(is_latin=is_latin),
        leftovers=leftovers(built),
        thresholds=(
            ThresholdRow(
                check="environment.temperature",
                title=Text("温度", "temperature"),
                standard=Text("< 65 °C", "< 65 °C"),
                unit="°C",
                source=Text("设备手册", "device manual"),
                devices=count,
            ),
        ),
        trails=trails(built, rounds),
        excerpts={f.evidence_ids[0]: "Slot  Sensor  Temp\n0     1       <72>\n" for f in bad},
        system_titles={"water": Text("水利", "water"), "finance": Text("财政", "finance")},
    )


def head(*, is_latin: bool) -> Head:
    """Cover data of an invented contract."""
    return Head(
        title=Text("监控中心设备巡检报告", "Inspection report of the monitoring centre"),
        number="XJ-202609-JQ-001",
        version=2,
        secrecy="internal" if is_latin else "内部",
        project="Video network care" if is_latin else "视频会议网运维",
        customer="Sample customer" if is_latin else "样例客户",
        planned_first=date(2026, 9, 24),
        planned_last=date(2026, 9, 28),
        purpose=Text("节前排查隐患。", "Find what may fail over the holiday."),
        basis=(Text("合同第五条", "clause 5 of the contract"),),
        people=(Person(name="Li Ming", role=Text("巡检人", "inspector")),),
        warnings=(Text("本轮在封网期内经批准进行。", "Made during a freeze, by approval."),),
    )


def past(built: ReportModel) -> tuple[RoundFigures, ...]:
    """Seven earlier rounds and this one."""
    earlier = tuple(
        RoundFigures(
            run_id=f"past{n}",
            number=f"XJ-20260{n + 1}-001",
            started_at=NOW - timedelta(days=28 * (7 - n)),
            verdicts={"normal": 120, "abnormal": 8 - n, "warning": 3 + n % 3, "unknown": n % 2},
            intact=IntactRate(intact=18 + n % 4, judged=24),
        )
        for n in range(7)
    )
    verdicts = {v.value: n for v, n in built.totals.verdicts.items()}
    now = RoundFigures(
        run_id=built.run_id,
        number=built.number,
        started_at=built.started_at,
        verdicts=verdicts,
        intact=IntactRate(intact=20, judged=24),
    )
    return (*earlier, now)


def series(*, is_latin: bool) -> tuple[Series, ...]:
    """Optical power, temperature and runtime of several devices over eight rounds."""
    kinds = (
        (
            "optical",
            Text("接收光功率", "received power"),
            "dBm",
            -14.0,
            -0.6,
            "low",
            (-20.0, -22.0),
        ),
        ("temperature", Text("温度", "temperature"), "°C", 42.0, 1.6, "high", (60.0, 65.0)),
        ("runtime", Text("后备时间", "runtime"), "min", 48.0, -3.0, "low", (30.0, 15.0)),
    )
    found = []
    for topic, title, unit, start, step, worse, (warning, critical) in kinds:
        for number in range(9):
            drift = step * (1 + number % 3) * 0.5
            points = tuple(
                (
                    NOW - timedelta(days=28 * (7 - n)),
                    round(start + drift * n + math.sin(n + number), 2),
                )
                for n in range(8)
            )
            forecast = Forecast(
                method=Text("最近 8 轮直线拟合", "straight line through 8 rounds"),
                message=Text("约 40 天后到预警限", "reaches the warning limit in about 40 days"),
                reaches_at=date(2026, 11, 7),
                per_day=drift / 28,
            )
            found.append(
                Series(
                    id=f"{topic}-{number}",
                    topic=topic,
                    title=title,
                    device=f"sw{number + 1}",
                    label=f"switch {number + 1}" if is_latin else f"{number + 1} 号交换机",
                    subject=f"XGE0/0/{number + 1}" if topic == "optical" else "0/1",
                    unit=unit,
                    points=points,
                    limits={"warning": warning, "critical": critical},
                    worse=worse,
                    forecast=forecast if number % 3 == 1 else None,
                )
            )
    return tuple(found)


def leftovers(built: ReportModel) -> tuple[Leftover, ...]:
    """Two matters of earlier rounds."""
    return tuple(
        Leftover(
            id=row.finding.id,
            finding=row.finding,
            device=row.device.name,
            label=row.device.label,
            first_seen_at=NOW - timedelta(days=56),
            first_number="XJ-202608-001",
            rounds=3,
            state=state,
        )
        for row, state in zip(built.problems, ("open", "unverified"), strict=False)
    )


def trails(
    built: ReportModel, rounds: tuple[RoundFigures, ...]
) -> dict[str, tuple[FindingTrail, ...]]:
    """The past of every problem."""
    found: dict[str, tuple[FindingTrail, ...]] = {}
    for row in built.problems:
        f = row.finding
        verdicts = {r.run_id: "normal" if n % 3 else "abnormal" for n, r in enumerate(rounds)}
        verdicts[built.run_id] = f.verdict.value
        trail = FindingTrail(
            id=f.id, check=f.check, title=f.title, subject=f.subject, verdicts=verdicts
        )
        found[f.device] = (*found.get(f.device, ()), trail)
    return found
