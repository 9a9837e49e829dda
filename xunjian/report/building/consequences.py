"""What follows from the problems: the risk, who is touched, by when, and the faults counted."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from xunjian.calendar.clock import day_of
from xunjian.checks.model import GRADED, LEVELS, Verdict
from xunjian.language import Text
from xunjian.report.building.beside import Beside
from xunjian.report.building.dependents import ABNORMAL, UNREACHED, Dependents
from xunjian.report.document import FaultFigures, Leftover, Risk
from xunjian.report.model import FindingRow, ReportModel, Totals
from xunjian.report.words import RISK_LEVELS, counted
from xunjian.run.answers import parted
from xunjian.run.model import CLOSED, RunRecord, RunState
from xunjian.store.model import Trend

_SILENT = frozenset({"no_answer", "hang", "session_lost"})  # as a thing without way or power is
_BY_HAND = frozenset({"manual", "hybrid"})
_STANDS = frozenset({"open", "unverified"})
_RULE = Text(
    "按未关闭问题的最高级别：I 级重大，II 级较大，III 级一般，IV 级或无问题为低",
    "by the highest level among open problems: I critical, II major, III moderate, IV or none low",
)


def with_consequences(
    problems: Sequence[FindingRow], record: RunRecord, beside: Beside
) -> tuple[FindingRow, ...]:
    """Put beside each problem who is touched, why where that is known, and by when."""
    dependents = Dependents(beside.supplies)
    failed = _failed(record)
    reached = frozenset(device.name for device in record.devices if device.reached)
    first_seen = {one.finding.id: one.first_seen_at for one in beside.past.matters}
    ended = record.ended_at or record.started_at

    def told(row: FindingRow) -> FindingRow:
        finding = row.finding
        days = beside.order.due_days.get(finding.level)
        since = day_of(first_seen.get(finding.id, ended))
        return replace(
            row,
            affects=dependents.of(finding.device),
            cause=_cause(row, dependents, failed, reached),
            due_on=since + timedelta(days=days) if days is not None else None,
        )

    return tuple(map(told, problems))


def _cause(
    row: FindingRow, dependents: Dependents, failed: Mapping[str, str], reached: frozenset[str]
) -> Text:
    finding, device = row.finding, row.device
    if finding.source in _BY_HAND:
        return parted(finding.message)[1]
    was_silent = failed.get(device.name) == UNREACHED and device.reason in _SILENT
    if was_silent and (finding.task == "reachability" or finding.verdict is Verdict.UNKNOWN):
        return dependents.cause(device.name, failed, reached)
    return Text("")


def _failed(record: RunRecord) -> Mapping[str, str]:
    findings = (finding for outcome in record.outcomes for finding in outcome.findings)
    abnormal = {f.device: ABNORMAL for f in findings if f.verdict is Verdict.ABNORMAL}
    return abnormal | {d.name: UNREACHED for d in record.devices if d.was_asked and not d.reached}


def risk_of(model: ReportModel, leftovers: Iterable[Leftover]) -> Risk:
    """Give the level of risk with its rule; never lower than what is known, never as if all were.

    Open: warnings and what is abnormal now, and open matters of earlier rounds.
    """
    standing = [one for one in leftovers if one.state in _STANDS]
    levels = {level for level, count in model.levels.items() if count}
    levels |= {one.finding.level for one in standing}
    level = next((one for one in LEVELS if one in levels), "")
    open_now = any(row.finding.verdict in GRADED for row in model.problems) or standing
    doubts = _doubts(model.state, model.totals, sum(o.state == "unverified" for o in standing))
    return Risk(
        level=level, is_least=bool(doubts), said=_said(level, doubts, is_open=bool(open_now))
    )


def _said(level: str, doubts: Sequence[Text], *, is_open: bool) -> Text:
    word = RISK_LEVELS[level or "IV"]
    if level:
        found = Text(f"最高 {level} 级", f"highest level {level}")
    elif is_open:
        found = Text("问题均未定级", "no problem has a level")
    else:
        found = Text("未发现问题", "no problem found")
    if not doubts:
        return Text(
            f"风险等级：{word.zh}（{found.zh}）。{_RULE.zh}。",
            f"Risk: {word.en} ({found.en}). The rule: {_RULE.en}.",
        )
    zh, en = "、".join(one.zh for one in doubts), ", ".join(one.en for one in doubts)
    least = (
        Text(f"不低于{word.zh}", f"not below {word.en}")
        if level
        else Text("尚不能定为低", "cannot be called low yet")
    )
    return Text(
        f"风险等级：{least.zh}（{found.zh}；{zh}）。{_RULE.zh}。",
        f"Risk: {least.en} ({found.en}; {en}). The rule: {_RULE.en}.",
    )


def _doubts(state: RunState, totals: Totals, unverified: int) -> Sequence[Text]:
    silent = totals.devices - totals.reached - totals.on_paper
    unknown = totals.verdicts.get(Verdict.UNKNOWN, 0)
    told = (
        (state not in CLOSED, Text("本轮未完成", "the round is not complete")),
        (silent > 0, Text(f"{silent} 台未到达", f"{counted(silent, 'device')} not reached")),
        (unknown, Text(f"{unknown} 项待核", f"{unknown} unknown")),
        (
            totals.awaiting,
            Text(f"{totals.awaiting} 项待填表", f"{totals.awaiting} awaiting a form"),
        ),
        (
            unverified,
            Text(
                f"{unverified} 项遗留问题未复核",
                f"{counted(unverified, 'leftover')} not verified",
            ),
        ),
    )
    return [text for is_so, text in told if is_so]


def faults_of(model: ReportModel) -> tuple[FaultFigures, ...]:
    """Count the faults of this period by level and by how they stand to the round before."""
    rows = (*model.problems, *model.resolved, *model.unverified)
    has_before = bool(model.previous_run_id)
    moved = Counter((r.finding.level, r.change.value) for r in rows if r.change)
    still = Counter(row.finding.level for row in model.problems)
    return tuple(
        FaultFigures(
            level=level,
            open=still[level],
            trends={t.value: moved[level, t.value] for t in Trend} if has_before else {},
        )
        for level in (*LEVELS, "")
        if level or still[level] or any(moved[level, t.value] for t in Trend)
    )


def spares_of(rows: Iterable[FindingRow], tasks: frozenset[str]) -> tuple[FindingRow, ...]:
    """Give the items about spare parts."""
    return tuple(row for row in rows if row.finding.task in tasks)
