"""Sections about faults: lists, counts by what and where, how long, what happened too often."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta

from xunjian.checks.model import LEVELS
from xunjian.language import Text
from xunjian.report.periodic.faults import REPLACE_AT, Fault, mean
from xunjian.report.periodic.gathered import Gathered, kind_word, local, part_word
from xunjian.report.periodic.model import (
    Bars,
    Cell,
    Column,
    Figure,
    Figures,
    Paragraph,
    Table,
)
from xunjian.report.periodic.period import PeriodKind

LISTED = 200  # rows of one list in a document; the register and the workbook of rounds have all
METHOD = Paragraph(
    text=Text(
        "故障由巡检判定得出：某项由首次判定异常起，至首次复核正常止，记一次；时刻为巡检时刻，"
        "实际发生早于首次发现，实际恢复早于复核；历时自首次发现起计，含本期之前，未恢复的计至数据"
        "截至时。仅为预警的列为隐患，不计故障。",
        "Faults are judged by rounds: one lasts from the first abnormal verdict of an item to the "
        "first round that found it in order. Times are those of rounds: a fault began before it "
        "was first seen and ended before it was found in order. Durations count from when it was "
        "first seen, before the period too, and of open ones to the time the data end. What was "
        "only ever a warning is not counted as a fault.",
    ),
    is_note=True,
)
_POWER_KINDS = {"ups", "pdu", "generator"}
_POWER_CHECKS = ("environment.power", "controller.power", "input.", "output.", "battery.")
_NO_FAULT = Text("本期无故障。", "No fault in this period.")


def counts(g: Gathered) -> Figures:
    """The figures of faults."""
    lasted = [one.lasted(g.end) for one in g.touched]
    total, average = sum(lasted, timedelta()), mean(lasted)
    return Figures(
        figures=(
            Figure(key="faults", title=Text("新增故障", "New faults"), value=len(g.began)),
            Figure(
                key="major_faults",
                title=Text("其中重大（I、II 级）", "of them major (I, II)"),
                value=sum(one.is_major for one in g.began),
                tone="abnormal",
            ),
            Figure(key="resolved", title=Text("恢复", "Resolved"), value=len(g.resolved)),
            Figure(
                key="open", title=Text("期末未恢复", "Open at the end"), value=len(g.open),
                tone="abnormal",
            ),
            Figure(
                key="warnings", title=Text("新增隐患（预警）", "New warnings"), value=len(g.warned)
            ),
            Figure(
                key="fault_hours", title=Text("故障总时长", "Total duration"),
                value=round(total / timedelta(hours=1), 1), unit="h",
            ),
            Figure(
                key="mean_hours", title=Text("平均时长", "Mean duration"),
                value=round(average / timedelta(hours=1), 1) if average is not None else None,
                unit="h",
            ),
        )
    )  # fmt: skip


def fault_table(
    g: Gathered, faults: Sequence[Fault], key: str, title: Text, empty: Text = _NO_FAULT
) -> Table:
    """A list of faults, the worst level first."""
    ordered = sorted(faults, key=lambda one: (LEVELS.index(one.level), one.first_at))
    return Table(
        key=key,
        title=title,
        empty=empty,
        columns=(
            Column(title=Text("编号", "Id"), kind="code", width=1.75),
            Column(title=Text("设备", "Device"), width=2.0),
            Column(title=Text("地点", "Site"), width=1.3),
            Column(title=Text("责任方", "Party"), width=1.3),
            Column(title=Text("项目与现象", "What"), width=2.9),
            Column(title=Text("级", "Lv"), width=0.6),
            Column(title=Text("首次发现", "First seen"), width=1.4),
            Column(title=Text("恢复", "In order"), width=1.4),
            Column(title=Text("历时", "Lasted"), width=1.1),
        ),
        rows=tuple(_fault_row(g, one) for one in ordered[:LISTED]),
    )


def _fault_row(g: Gathered, one: Fault) -> tuple[Cell, ...]:
    device = g.named(one.finding.device)
    return (
        one.finding.id,
        device.label,
        g.site(device.site),
        g.party(device.party),
        what(g, one),
        one.finding.level or None,
        local(one.first_at),
        local(one.resolved_at) if one.resolved_at else Text("未恢复", "still open"),
        one.lasted(g.end),
    )


def what(g: Gathered, one: Fault) -> Text:
    """The item, the part of the device, what was wrong."""
    title = g.check(one.finding.check, one.finding.title)
    part = part_word(one.finding.subject)
    said = one.finding.message
    zh = f"{title.zh} {part.zh}".rstrip() + (
        f"：{said.zh}" if said.zh and said.zh != title.zh else ""
    )
    en_said = said.en or said.zh
    en = f"{title.en or title.zh} {part.en}".rstrip() + (f": {en_said}" if en_said else "")
    return Text(zh, en)


def by_group(
    g: Gathered, key: str, title: Text, group: Callable[[Fault], Text], name: Text
) -> Table:
    """Count faults that touch the period by anything."""
    groups: dict[Text, list[Fault]] = {}
    for one in g.touched:
        groups.setdefault(group(one), []).append(one)
    rows = sorted(groups.items(), key=lambda pair: (-len(pair[1]), str(pair[0])))
    return Table(
        key=key,
        title=title,
        empty=_NO_FAULT,
        columns=(
            Column(title=name, width=3),
            Column(title=Text("故障", "Faults"), kind="number"),
            Column(title=Text("本期新增", "New"), kind="number"),
            Column(title=Text("重大", "Major"), kind="number"),
            Column(title=Text("已恢复", "Resolved"), kind="number"),
            Column(title=Text("总历时", "Total"), width=1.4),
            Column(title=Text("平均历时", "Mean"), width=1.4),
        ),
        rows=tuple(
            (
                label,
                len(some),
                sum(one.first_at >= g.period.start for one in some),
                sum(one.is_major for one in some),
                sum(one.resolved_at is not None for one in some),
                sum((one.lasted(g.end) for one in some), timedelta()),
                mean([one.lasted(g.end) for one in some]),
            )
            for label, some in rows
        ),
    )


def by_kind(g: Gathered) -> Table:
    """Faults by kind of device."""
    return by_group(
        g, "faults_by_kind", Text("按设备类别", "By kind of device"),
        lambda one: kind_word(g.named(one.finding.device).kind), Text("类别", "Kind"),
    )  # fmt: skip


def by_cause(g: Gathered) -> Table:
    """Faults by what was wrong."""
    return by_group(
        g, "faults_by_cause", Text("按原因（检查项）", "By cause (item)"),
        lambda one: g.check(one.finding.check, one.finding.title), Text("原因", "Cause"),
    )  # fmt: skip


def by_site(g: Gathered) -> Table:
    """Faults by site."""
    return by_group(
        g, "faults_by_site", Text("按地点", "By site"),
        lambda one: g.site(g.named(one.finding.device).site), Text("地点", "Site"),
    )  # fmt: skip


def by_party(g: Gathered) -> Table:
    """Faults by who answers for the device."""
    return by_group(
        g, "faults_by_party", Text("按责任方", "By party"),
        lambda one: g.party(g.named(one.finding.device).party), Text("责任方", "Party"),
    )  # fmt: skip


def power(g: Gathered) -> tuple[Fault, ...]:
    """Faults of the power supply."""
    return tuple(
        one
        for one in g.touched
        if g.named(one.finding.device).kind in _POWER_KINDS
        or one.finding.check.startswith(_POWER_CHECKS)
    )


def frequent(g: Gathered) -> Table:
    """Devices with three faults or more in one month: to be replaced (requirements 3.3)."""
    rows = [
        (
            g.named(device).label,
            device,
            kind_word(g.named(device).kind),
            month,
            count,
            Text("建议更换", "replace"),
        )
        for (device, month), count in often(g.began).items()
    ]
    return Table(
        key="replace",
        title=Text(
            f"一月内故障 {REPLACE_AT} 次及以上的设备",
            f"Devices with {REPLACE_AT} faults or more in a month",
        ),
        empty=Text("无。", "None."),
        columns=(
            Column(title=Text("设备", "Device"), width=2.4),
            Column(title=Text("名称", "Name"), kind="code", width=1.6),
            Column(title=Text("类别", "Kind"), width=1.2),
            Column(title=Text("月份", "Month")),
            Column(title=Text("故障次数", "Faults"), kind="number"),
            Column(title=Text("处理", "Do")),
        ),
        rows=tuple(rows),
    )


def often(faults: Iterable[Fault]) -> Mapping[tuple[str, str], int]:
    """(device, month) with three faults or more begun, the most first."""
    seen = Counter((one.finding.device, f"{local(one.first_at):%Y-%m}") for one in faults)
    return {key: count for key, count in seen.most_common() if count >= REPLACE_AT}


def over_time(g: Gathered) -> Bars:
    """New faults and warnings over the period."""
    step, labels = _steps(g)
    begun = Counter(step(local(one.first_at).date()) for one in g.began)
    new, warned = Text("新增故障", "new faults"), Text("新增隐患", "new warnings")
    warnings = Counter(step(local(one.first_at).date()) for one in g.warned)
    return Bars(
        key="faults_over_time",
        title=Text("新增故障与隐患", "New faults and warnings"),
        unit=Text("次", "count"),
        labels=tuple(labels),
        parts=(
            ("abnormal", new, tuple(float(begun[label]) for label in labels)),
            ("warning", warned, tuple(float(warnings[label]) for label in labels)),
        ),
    )


def _steps(g: Gathered) -> tuple[Callable[[date], str], list[str]]:
    """How days are put together for a plot, and every step of the period in order."""

    def by_day(day: date) -> str:
        return f"{day:%m-%d}"

    def by_week(day: date) -> str:
        return f"W{day.isocalendar().week:02d}"

    def by_month(day: date) -> str:
        return f"{day:%Y-%m}"

    steps: dict[PeriodKind, Callable[[date], str]] = {
        PeriodKind.QUARTER: by_week,
        PeriodKind.HALF: by_month,
        PeriodKind.YEAR: by_month,
    }
    step = steps.get(g.period.kind, by_day)
    days = (g.period.last - g.period.first).days + 1
    labels = dict.fromkeys(step(g.period.first + timedelta(days=n)) for n in range(days))
    return step, list(labels)
