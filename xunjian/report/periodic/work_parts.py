"""Sections about the work: inspections due and done, changes, forms, documents, advice."""

from collections import Counter
from collections.abc import Iterator, Sequence

from xunjian.calendar.model import Round, RoundState
from xunjian.config.model import RISKS
from xunjian.language import Text
from xunjian.report.calendar.rows import STATES
from xunjian.report.diff.words import RISK_WORDS
from xunjian.report.periodic.fault_parts import often
from xunjian.report.periodic.gathered import Gathered, local, part_word
from xunjian.report.periodic.model import (
    Column,
    Figure,
    Figures,
    Items,
    Paragraph,
    Table,
)
from xunjian.store.span_model import SpanChange

_DONE = (RoundState.DONE, RoundState.LATE, RoundState.PARTIAL)
_GONE_WRONG = (RoundState.MISSED, RoundState.OVERDUE)
_LISTED = 200
_EACH = 20  # rounds told one by one
_ADVISED = 30
NO_CALENDAR = Text(
    "无记录：合同开始日期（contract.starts）未登记，或该年节假日未知，日历没有应做的巡检。",
    "No record: the contract's start (contract.starts) is not registered, or the holidays of the "
    "year are not known; the calendar has no rounds to be done.",
)
KINDS = {
    "inspection": Text("巡检报告", "inspection report"),
    "daily-log": Text("每日运维服务日志", "daily service log"),
    "weekly": Text("周工作报告", "weekly report"),
    "handover": Text("交接班记录", "handover sheet"),
    "fault-summary": Text("故障总结报告", "fault summary"),
    "running-state": Text("运行情况分析", "running-state analysis"),
    "equipment": Text("设备与系统管理报告", "equipment and systems"),
    "service": Text("服务总结", "service summary"),
    "score": Text("考核评分表", "score card"),
    "assets": Text("设备台账", "asset register"),
    "sheets": Text("登记表", "record sheets"),
}


def inspections(g: Gathered) -> tuple[Figures | Table | Paragraph, ...]:
    """What the calendar asked for in the period, and what became of it."""
    if g.rounds is None:
        return (Paragraph(text=NO_CALENDAR),)
    rounds = [one for one in g.rounds if one.state is not RoundState.CANCELLED]
    states = Counter(one.state for one in rounds)
    figures = Figures(
        figures=(
            Figure(key="due", title=Text("应做", "Due"), value=len(rounds)),
            Figure(
                key="done", title=Text("已做", "Done"), value=sum(states[s] for s in _DONE),
            ),
            Figure(
                key="late", title=Text("其中迟做", "of them late"), value=states[RoundState.LATE]
            ),
            Figure(
                key="missed", title=Text("漏做或逾期", "Missed or overdue"),
                value=sum(states[s] for s in _GONE_WRONG), tone="abnormal",
            ),
        )
    )  # fmt: skip
    title = Text("应做巡检", "Rounds due")
    if len(g.rounds) > _EACH:
        return (figures, _by_rule(g, rounds, title))
    return (figures, calendar_table(g.rounds, "inspections", title))


def _by_rule(g: Gathered, rounds: Sequence[Round], title: Text) -> Table:
    """Rounds of a long period, counted by playbook."""
    groups: dict[str, Counter[RoundState]] = {}
    for one in rounds:
        groups.setdefault(one.playbook, Counter())[one.state] += 1
    return Table(
        key="inspections",
        title=title,
        columns=(
            Column(title=Text("巡检", "Round"), width=3),
            Column(title=Text("应做", "Due"), kind="number"),
            Column(title=Text("已做", "Done"), kind="number"),
            Column(title=Text("其中迟做", "Late"), kind="number"),
            Column(title=Text("部分完成", "Partial"), kind="number"),
            Column(title=Text("漏做或逾期", "Missed"), kind="number", width=1.2),
            Column(title=Text("未到期", "To come"), kind="number"),
        ),
        rows=tuple(
            (
                g.playbook(playbook),
                states.total(),
                sum(states[state] for state in _DONE),
                states[RoundState.LATE],
                states[RoundState.PARTIAL],
                sum(states[state] for state in _GONE_WRONG),
                states[RoundState.PLANNED] + states[RoundState.DUE],
            )
            for playbook, states in sorted(groups.items())
        ),
    )


def calendar_table(rounds: Sequence[Round], key: str, title: Text) -> Table:
    """Rounds of the calendar."""
    return Table(
        key=key,
        title=title,
        empty=Text("本期无应做巡检。", "No round is due."),
        columns=(
            Column(title=Text("巡检", "Round"), width=2.4),
            Column(title=Text("编号", "Id"), kind="code", width=2.4),
            Column(title=Text("起", "From"), width=1.2),
            Column(title=Text("最迟", "Due"), width=1.2),
            Column(title=Text("状态", "State"), width=1),
            Column(title=Text("覆盖率", "Coverage"), kind="pct"),
        ),
        rows=tuple(
            (
                one.title,
                one.id,
                one.first,
                one.due,
                STATES[one.state],
                None if one.coverage is None else round(100 * one.coverage, 1),
            )
            for one in rounds[:_LISTED]
        ),
    )


def coming(g: Gathered) -> Table | Paragraph:
    """What is due next."""
    if g.coming is None:
        return Paragraph(text=NO_CALENDAR)
    return calendar_table(g.coming, "coming", Text("下期应做巡检", "Due next"))


def changes(g: Gathered) -> Table:
    """Configurations that were found to differ, the last word on each device."""
    last: dict[str, SpanChange] = {one.diff.device: one for one in g.span.changes}
    return Table(
        key="config_changes",
        title=Text("配置变更", "Configuration changes"),
        empty=Text("本期巡检未见配置与基线不同。", "No configuration differed from its baseline."),
        columns=(
            Column(title=Text("设备", "Device"), width=2.2),
            Column(title=Text("最近发现", "Last found"), width=1.6),
            Column(title=Text("报告编号", "Report"), kind="code", width=1.8),
            Column(title=Text("变更数", "Changes"), kind="number"),
            Column(title=Text("最高风险", "Highest risk"), width=1),
            Column(title=Text("未批准", "Not approved"), kind="number"),
        ),
        rows=tuple(
            (
                g.named(device).label,
                local(one.at),
                one.number,
                len(one.diff.changes),
                RISK_WORDS[max((c.risk for c in one.diff.changes), key=RISKS.index)],
                sum(change.approval.state != "approved" for change in one.diff.changes),
            )
            for device, one in sorted(last.items())
        ),
    )


def answered(g: Gathered) -> Table:
    """What people wrote on forms."""
    return Table(
        key="forms",
        title=Text("人工检查记录", "Items checked by hand"),
        columns=(
            Column(title=Text("时间", "Time"), width=1.6),
            Column(title=Text("设备/场所", "Device or place"), width=2),
            Column(title=Text("项目", "Item"), width=2.2),
            Column(title=Text("结果", "Result"), width=0.9),
            Column(title=Text("说明", "Remark"), width=2.4),
            Column(title=Text("填写人", "By"), width=1),
        ),
        rows=tuple(
            (
                local(one.at),
                g.named(one.finding.device).label,
                g.check(one.finding.check, one.finding.title),
                one.finding.verdict.word,
                one.finding.remark,
                one.finding.by,
            )
            for one in g.span.answered[-_LISTED:]
        ),
    )


def issued(g: Gathered) -> Table:
    """Documents that were given a number in the period."""
    counts = Counter(one.kind for one in g.span.issued)
    reports = sum(bool(run.number) for run in g.span.runs)
    rows = [(KINDS["inspection"], reports)] if reports else []
    rows += [
        (KINDS.get(kind, Text(kind)), count)
        for kind, count in sorted(counts.items())
        if kind != "inspection"
    ]
    return Table(
        key="documents",
        title=Text("提交文档", "Documents issued"),
        columns=(
            Column(title=Text("文档", "Document"), width=3),
            Column(title=Text("份数", "Count"), kind="number"),
        ),
        rows=tuple(rows),
    )


def advice(g: Gathered) -> Items | Paragraph:
    """What follows from the figures; nothing that they do not say."""
    said = tuple(_advice(g))
    if not said:
        return Paragraph(
            text=Text("本期数据未提示需处理事项。", "Nothing in the data asks for action.")
        )
    return Items(texts=tuple(dict.fromkeys(said))[:_ADVISED])


def _advice(g: Gathered) -> Iterator[Text]:
    for one in sorted(g.open, key=lambda fault: (not fault.is_major, fault.first_at)):
        device = g.named(one.finding.device)
        title, what = g.check(one.finding.check, one.finding.title), one.finding.advice
        since = f"{local(one.first_at):%Y-%m-%d}"
        party = g.party(device.party)
        zh_advice = f"：{what.zh.rstrip('。')}" if what.zh else ""
        en_advice = f": {(what.en or what.zh).rstrip('.')}" if what.en or what.zh else ""
        yield Text(
            f"{device.label} {title.zh}自 {since} 起未恢复，由{party.zh}处理{zh_advice}。",
            f"{device.label}: {title.en or title.zh} open since {since}, for "
            f"{party.en or party.zh} to deal with{en_advice}.",
        )
    for (device_name, month), count in often(g.began).items():
        label = g.named(device_name).label
        yield Text(
            f"{label} 在 {month} 发生故障 {count} 次，按约定建议更换。",
            f"{label} had {count} faults in {month}: to be replaced as agreed.",
        )
    for series in g.series:
        if series.forecast and series.forecast.reaches_at:
            label, told = g.named(series.device).label, series.forecast.message
            part, title = part_word(series.subject), series.title
            yield Text(
                " ".join(filter(None, (label, title.zh, part.zh))) + f"：{told.zh}，宜提前处理。",
                f"{label}, {title.en or title.zh} {part.en}".rstrip()
                + f": {told.en}; act before that.",
            )
    yield from _not_done(g)
    yield from _never_reached(g)


def _not_done(g: Gathered) -> Iterator[Text]:
    """Rounds overdue are to be made up for one by one; what was missed is counted by playbook."""
    for one in g.rounds or ():
        if one.state is RoundState.OVERDUE:
            yield Text(
                f"尽快补做{one.title.zh}（最迟 {one.due}）。",
                f"Make up soon for {one.title.en or one.title.zh} (due {one.due}).",
            )
    missed = Counter(one.playbook for one in g.rounds or () if one.state is RoundState.MISSED)
    for playbook, count in missed.most_common():
        title = g.playbook(playbook)
        yield Text(
            f"{title.zh}漏做 {count} 次，需说明原因并保证后续按期完成。",
            f"{title.en or title.zh}: {count} missed; say why, and keep to the days from now on.",
        )


def _never_reached(g: Gathered) -> Iterator[Text]:
    visited = {one.device for one in g.span.visits}
    reached = {one.device for one in g.span.visits if one.reached}
    for device in sorted(visited - reached):
        label = g.named(device).label
        yield Text(
            f"{label} 本期各轮均未到达，需现场核查。",
            f"{label} was not reached in any round: look at it on site.",
        )
