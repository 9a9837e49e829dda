"""The record sheets of the PDF: item, method, standard, measured, verdict, remark."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from xunjian.checks.model import Finding, Verdict
from xunjian.language import Text
from xunjian.report import words
from xunjian.report.marks import MANUAL, filled_in, is_in_message, told
from xunjian.report.model import DeviceSheet, FindingRow, ReportModel
from xunjian.report.wording import Wording

Row = dict[str, Any]  # crosses into JSON and nowhere else

SHARED_LEAST = 3  # parts of a device that are normal alike before they share a row
WORDS_MOST = 3  # different words told of what several measured


def record_sheet(model: ReportModel, sheet: DeviceSheet, w: Wording) -> Row:
    """One device's record sheet: item, method, standard, measured, verdict, remark."""
    device = sheet.device
    about = (
        device.name,
        w.code(words.KINDS, device.kind),
        device.platform,
        w.identity(sheet, "model"),
        w.site(device),
        w.room(device),
        w.say(model.party(device.party), 60),
    )
    questions = {
        row.id: row.text
        for row in model.evidence
        if row.device == device.name and row.channel != MANUAL
    }
    said = [
        w.t("未到达：", "Not reached: ")
        + f"{w.say(model.task(u.task))}{w.t('（', ' (')}{w.code(words.REASONS, u.reason)}"
        + w.t("）", ")")
        for u in sheet.unanswered
    ]
    if who := filled_in(model, sheet, w.language):
        said.insert(0, w.say(who, 300))
    said += [w.t("读取中的问题：", "Met with while reading: ") + w.say(n) for n in device.notes]
    verdict = w.say(sheet.worst.word)
    if not device.reached:
        verdict += f" · {w.code(words.REASONS, device.reason)}"
    return {
        "title": w.device(device),
        "code": sheet.worst.value,
        "verdict": verdict,
        "about": " · ".join(part for part in map(w.say, about) if part),
        "rows": [
            _record(number, findings, questions, model.mark(findings[0], device.kind), w)
            for number, findings in enumerate(together(sheet), 1)
        ],
        "said": said,
    }


def method(finding: Finding, questions: dict[str, str], w: Wording, most: int = 60) -> str:
    """How it was found out: the questions asked, or the form and who answered it."""
    if finding.source == "manual":
        return w.t("人工：现场检查", "manual: on site")
    texts = (questions[e] for e in finding.evidence_ids if e in questions)
    asked = dict.fromkeys(texts)
    if finding.source == "hybrid":
        on_site = w.t("现场检查", "on site")
        return w.t("混合：", "hybrid: ") + w.say("; ".join((on_site, *asked)), most)
    return w.say("; ".join(asked), most)


def together(sheet: DeviceSheet) -> Iterator[Sequence[Finding]]:
    """Findings row by row; many parts of a device that are normal alike share one."""
    for (_, _, is_quiet), rows in groupby(sheet.rows, key=_likeness):
        findings = [row.finding for row in rows]
        if is_quiet and len(findings) >= SHARED_LEAST:
            yield findings
        else:
            yield from ([finding] for finding in findings)


def _likeness(row: FindingRow) -> tuple[str, Text, bool]:
    finding = row.finding
    is_quiet = finding.verdict is Verdict.NORMAL and not (finding.remark.zh or finding.by)
    return finding.check, finding.standard, is_quiet


def _record(
    number: int, findings: Sequence[Finding], questions: dict[str, str], mark: str, w: Wording
) -> Row:
    finding = findings[0]
    subject = "" if is_in_message(finding) else w.subject(finding)
    shown = w.measured(finding)
    if len(findings) > 1:
        subject, shown = parts_told(findings, w), span(findings, w)
    return {
        "index": str(number),
        "item": w.say(finding.title, 80),
        "subject": subject,
        "method": f"{mark} {method(finding, questions, w)}".rstrip(),
        "standard": w.say(finding.standard, 120),
        "measured": shown,
        "code": finding.verdict.value,
        "verdict": w.say(finding.verdict.word),
        "remark": remark(finding, w),
    }


def parts_told(findings: Sequence[Finding], w: Wording) -> str:
    """Which parts of a device share a row, and how many they are."""
    first, last, count = w.subject(findings[0]), w.subject(findings[-1]), len(findings)
    return w.t(f"{first} … {last}，共 {count} 个", f"{first} … {last}, {count} in all")


def remark(finding: Finding, w: Wording, most: int = 200) -> str:
    """Why it is not normal, and what a person wrote."""
    parts = [*told(finding, w.language)]
    if finding.by:
        parts.append(w.t(f"（{finding.by}）", f"({finding.by})"))
    return w.say(" ".join(part for part in parts if part), most)


def span(findings: Sequence[Finding], w: Wording) -> str:
    """What was measured of several alike: the least and the most, or the few words there were."""
    plain = [f for f in findings if f.value is not None]
    numbers = [
        f for f in plain if isinstance(f.value, int | float) and not isinstance(f.value, bool)
    ]
    if not numbers:
        words_met = list(dict.fromkeys(w.measured(f, 60) for f in plain))
        return w.t("、", ", ").join(words_met) if len(words_met) <= WORDS_MOST else ""
    ordered = sorted(numbers, key=lambda f: float(f.value or 0))
    low, high = w.measured(ordered[0]), w.measured(ordered[-1])
    return low if low == high else f"{low} – {high}"
