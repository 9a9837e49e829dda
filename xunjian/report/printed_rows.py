"""The tables of the PDF: rows of printed cells, by column name."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from xunjian.checks.model import LEVELS, Finding, Verdict
from xunjian.config.model import Change, ConfigDiff
from xunjian.facts.words import unit_of
from xunjian.language import Text
from xunjian.report import words
from xunjian.report.code_words import (
    APPROVALS,
    CHANGE_KINDS,
    LAYERS,
    LEFTOVER_STATES,
    NOT_COMPARED,
    RISKS,
)
from xunjian.report.document import EvidenceRow, Series
from xunjian.report.marks import by_hand
from xunjian.report.model import FindingRow, ReportModel
from xunjian.report.plain import one_line
from xunjian.report.printed_records import span
from xunjian.report.wording import COVERED, IN_USE, RACK, Wording
from xunjian.run.answers import parted

Row = dict[str, Any]  # crosses into JSON and nowhere else

EVIDENCE_MOST = 2000  # rows of the index; of more only what the volume's findings rest on
NAMES_MOST = 30  # devices named in one row of what was not checked


def device_rows(model: ReportModel, w: Wording) -> list[Row]:
    """The device list with its register data."""
    rows: list[Row] = []
    for index, sheet in enumerate(model.sheets, 1):
        device = sheet.device
        used, cover = w.asset(device, *IN_USE), w.asset(device, *COVERED)
        rows.append(
            {
                "index": str(index),
                "level": w.code(words.SITE_LEVELS, model.site_levels.get(device.site, "")),
                "site": w.site(device),
                "label": w.device(device),
                "name": w.say(device.name, 80) if device.label else "",
                "kind": w.code(words.KINDS, device.kind),
                "model": w.identity(sheet, "model"),
                "serial": w.identity(sheet, "serial"),
                "version": w.identity(sheet, "version"),
                "address": w.say(device.address, 60),
                "place": " ".join(p for p in (w.room(device), w.asset(device, *RACK)) if p),
                "life": " / ".join(part or "—" for part in (used, cover)) if used or cover else "—",
                "code": sheet.worst.value,
                "verdict": w.say(sheet.worst.word),
            }
        )
    return rows


def overall_rows(model: ReportModel, w: Wording, tasks: Iterable[str]) -> list[Row]:
    """What was judged of some tasks, added up by place and item."""
    groups: defaultdict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    wanted = frozenset(tasks)
    for row in model.findings:
        if row.finding.task in wanted:
            place = " ".join(p for p in (w.site(row.device), w.room(row.device)) if p)
            groups[place, row.finding.check, w.say(row.finding.title, 80)].append(row.finding)
    shown = (Verdict.NORMAL, Verdict.WARNING, Verdict.ABNORMAL, Verdict.UNKNOWN)
    return [
        {
            "place": place,
            "item": item,
            "judged": str(sum(f.verdict in shown for f in found)),
            **{v.value: str(sum(f.verdict is v for f in found)) for v in shown},
            "range": span(found, w),
        }
        for (place, _, item), found in sorted(groups.items())
        if any(f.verdict in shown for f in found)
    ]


def problem_groups(model: ReportModel, w: Wording) -> list[Row]:
    """The problems by level, worst first; what has no level stands last."""
    numbers = {row.id: row.number for row in model.evidence_index}
    groups: list[Row] = []
    for level in (*LEVELS, ""):
        rows = [row for row in model.problems if row.finding.level == level]
        if rows:
            name = w.t(f"{level} 级", f"Level {level}") if level else w.t("未定级", "No level")
            groups.append(
                {
                    "title": w.t(f"{name}（{len(rows)} 项）", f"{name} ({len(rows)})"),
                    "rows": [
                        _problem(row, numbers, model.party(row.device.party), w) for row in rows
                    ],
                }
            )
    return groups


def _problem(row: FindingRow, numbers: dict[str, str], party: Text, w: Wording) -> Row:
    finding, device = row.finding, row.device
    item = w.item(finding)
    message, why = parted(finding.message)
    if row.cause != why:
        message = finding.message
    facts = []
    if finding.value is not None:
        facts.append(w.t("实测 ", "measured ") + w.measured(finding, 60))
    if str(finding.standard):
        facts.append(w.t("标准 ", "standard: ") + w.say(finding.standard, 120))
    return {
        "number": row.number,
        "id": finding.id,
        "device": w.device(device),
        "place": " ".join(part for part in (w.site(device), w.room(device)) if part),
        "code": finding.verdict.value,
        "verdict": w.say(finding.verdict.word),
        "item": item,
        "message": w.say(message),
        "affects": w.say(row.affects),
        "measured": w.t("；", "; ").join(facts),
        "evidence": [w.say(numbers.get(e, e), 60) for e in finding.evidence_ids[:4]],
        "cause": w.say(row.cause),
        "advice": w.say(finding.advice, 400),
        "due": row.due_on.isoformat() if row.due_on else "",
        "party": w.say(party, 60) or "—",
        "state": w.code(words.CHANGES, row.change.value) if row.change else "—",
    }


def leftover_rows(model: ReportModel, w: Wording) -> list[Row]:
    """Open matters of earlier rounds under the ids they were first given."""
    return [
        {
            "id": row.id,
            "device": w.say(row.label or row.device, 80),
            "item": w.item(row.finding),
            "message": w.say(row.finding.message),
            "found": w.day(row.first_seen_at.date()),
            "first": w.say(row.first_number),
            "rounds": str(row.rounds),
            "state": w.code(LEFTOVER_STATES, row.state),
            "note": "" if row.note == row.finding.message else w.say(row.note),
        }
        for row in model.leftovers
    ]


def change_rows(model: ReportModel, w: Wording) -> list[Row]:
    """Changes of configuration found in this round; devices that were not compared say so."""
    rows: list[Row] = []
    for diff in model.changes:
        if diff.not_compared:
            rows.append(_change(diff, None, w))
        rows.extend(_change(diff, change, w) for change in diff.changes)
    return rows


def _change(diff: ConfigDiff, change: Change | None, w: Wording) -> Row:
    row = {
        "device": w.say(diff.label or diff.device, 80),
        "risk": "",
        "kind": "",
        "text": w.code(NOT_COMPARED, diff.not_compared),
        "why": "",
        "approval": "",
    }
    if change is None:
        return row
    row.update(
        risk=w.code(RISKS, change.risk.value),
        kind=w.code(CHANGE_KINDS, change.kind.value),
        text=change_text(change, w, 200),
        why=w.say(change.why),
        approval=" ".join(
            (w.code(APPROVALS, change.approval.state), w.say(change.approval.ticket))
        ).strip(),
    )
    return row


def change_text(change: Change, w: Wording, most: int) -> str:
    """Where it is, what went and what came, on one line."""
    where = " › ".join(change.path)
    lines = (*(f"- {x.strip()}" for x in change.old), *(f"+ {x.strip()}" for x in change.new))
    return w.say(" ".join((where, *lines)), most)


def advice_rows(model: ReportModel, w: Wording) -> list[str]:
    """The advice of the round, else that of its problems, each once."""
    if model.advice:
        return [w.prose(text) for text in model.advice]
    told = (w.say(row.finding.advice, 400) for row in model.problems)
    return [text for text in dict.fromkeys(told) if text][:40]


def series_rows(model: ReportModel, w: Wording) -> list[Row]:
    """Measured values over the rounds that moved, are near a limit or lead somewhere."""
    return [_series(row, w) for row in model.series if row.is_notable]


_LIMITS = {
    "warning": Text("预警", "warning"),
    "critical": Text("异常", "abnormal"),
    "low": Text("下限", "low"),
    "high": Text("上限", "high"),
    "margin": Text("裕量", "margin"),
}


def _series(row: Series, w: Wording) -> Row:
    unit = unit_of(row.unit).to(w.language)
    values = [f"{value:.6g} {unit}".strip() for _, value in row.points]
    forecast = row.forecast
    return {
        "device": w.say(row.label or row.device, 80),
        "title": w.say(row.title, 80),
        "subject": "" if row.subject == "-" else w.say(row.subject, 80),
        "before": w.say(values[-2]) if len(values) > 1 else "—",
        "now": w.say(values[-1]),
        "limits": limits_of(row, w),
        "forecast": w.say(forecast.message) if forecast else "",
        "method": w.say(forecast.method) if forecast else "",
    }


def limits_of(row: Series, w: Wording) -> str:
    """The limits of a series in words."""
    said = (f"{w.code(_LIMITS, name)} {limit:.6g}" for name, limit in row.limits.items())
    return w.t("，", ", ").join(said)


def evidence_rows(model: ReportModel, w: Wording) -> tuple[list[Row], str]:
    """The index of evidence, and what it leaves out."""
    index: Sequence[EvidenceRow] = model.evidence_index
    total = max(len(index), len(model.evidence))
    if len(index) > EVIDENCE_MOST:
        cited = {e for row in model.problems for e in row.finding.evidence_ids}
        index = [row for row in index if row.id in cited][:EVIDENCE_MOST]
    shown = len(index)
    said = w.t(
        f"原始记录共 {total} 件；本附录列出 {shown} 件。",
        f"{total} pieces of evidence; {shown} are listed here. ",
    )
    if shown < total:
        said += w.t(
            "其余见同号工作簿与证据包，均由根哈希保证。",
            "The others stand in the workbook and the evidence bundle; the root hash holds for "
            "all of them.",
        )
    return [_evidence(row, w) for row in index], said


def _evidence(row: EvidenceRow, w: Wording) -> Row:
    digest = one_line(row.sha256)
    return {
        "number": w.say(row.number),
        "device": w.say(row.label or row.device, 80),
        "text": w.say(row.told if row.told.zh else row.text, 120),
        "note": "" if row.complete else w.t("不完整", "incomplete"),
        "at": w.moment(row.taken_at),
        "hash": [digest[i : i + 32] for i in range(0, len(digest), 32)],
    }


def threshold_rows(model: ReportModel, w: Wording) -> list[Row]:
    """The limits that were applied and where they come from."""
    return [
        {
            "title": w.say(row.title, 80),
            "check": w.say(row.check),
            "standard": w.say(row.standard, 120),
            "unit": w.say(words.UNITS.get(row.unit, Text(row.unit))),
            "source": w.say(row.source),
            "devices": str(row.devices),
        }
        for row in model.thresholds
    ]


def not_checked_rows(model: ReportModel, w: Wording) -> list[Row]:
    """What was not checked, by reason and item, with the devices it concerns."""
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for out in model.left_out:
        reason = w.code(words.REASONS, out.reason)
        groups[reason, w.say(model.task(out.task))].append(out.label or out.device)
    for row in model.unanswered:
        name = row.device.label or row.device.name
        reason = w.code(words.REASONS, row.device.reason or row.reason)
        groups[reason, w.say(model.task(row.task))].append(name)
    for found in model.findings:
        if found.finding.verdict is Verdict.NOT_CHECKED:
            reason = w.say(found.finding.message) or w.say(found.finding.verdict.word)
            name = found.device.label or found.device.name
            groups[reason, w.say(found.finding.title)].append(name)
    return [_not_checked(*key, groups[key], w.say, w) for key in sorted(groups)]


def _not_checked(
    reason: str, item: str, names: Sequence[str], say: Callable[[object, int], str], w: Wording
) -> Row:
    told = [say(name, 40) for name in names[:NAMES_MOST]]
    devices = w.t("、", ", ").join(told)
    if len(names) > NAMES_MOST:
        devices += w.t(
            f"等 {len(names)} 台，全部见同号工作簿",
            f" and others, {len(names)} in all: see the workbook",
        )
    return {"reason": reason, "item": item, "count": str(len(names)), "devices": devices}


def manual_rows(model: ReportModel, w: Wording) -> list[Row]:
    """Manual items: who answered what on which form."""
    return [
        {
            "device": w.say(row.label or row.device, 80),
            "room": w.say(row.room, 80),
            "item": w.item(row.finding),
            "standard": w.say(row.finding.standard, 120),
            "measured": w.measured(row.finding),
            "code": row.finding.verdict.value,
            "verdict": w.say(row.finding.verdict.word),
            "remark": w.say(by_hand(row.finding, w.language)),
            "by": w.say(row.by or row.finding.by),
            "at": w.minute(row.at) if row.at else "",
        }
        for row in model.manual
    ]


def content_rows(model: ReportModel, w: Wording) -> list[Row]:
    """The content files the round was run with."""
    return [
        {
            "file": w.say(used.relative, 120),
            "layer": w.code(LAYERS, used.layer),
            "hash": [used.sha256[i : i + 32] for i in range(0, len(used.sha256), 32)],
        }
        for used in model.content
    ]
