"""Findings that stand by somebody's leave: shown as waived, with who, why and until when."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from xunjian.calendar.model import Waiver
from xunjian.checks.model import GRADED, Finding, Verdict
from xunjian.language import Text


def waived(
    findings: Sequence[Finding], waivers: Mapping[str, Waiver], today: date
) -> Sequence[Finding]:
    """Let open findings stand whose waiver has not run out; what is in order needs none."""
    if not waivers:
        return findings
    return tuple(_one(finding, waivers.get(finding.id), today) for finding in findings)


def _one(finding: Finding, waiver: Waiver | None, today: date) -> Finding:
    if waiver is None or finding.verdict not in GRADED or waiver.until < today:
        return finding
    said, leave = finding.message, waiver_words(waiver)
    return replace(
        finding,
        verdict=Verdict.WAIVED,
        level="",
        advice=Text(""),
        message=Text(
            f"{said.zh}；{leave.zh}",
            f"{said.en or said.zh}; {leave.en}",
        ),
    )


def waiver_words(waiver: Waiver) -> Text:
    """Say until when, by whom, and why."""
    who, why, until = waiver.approved_by, waiver.reason, waiver.until
    return Text(
        f"豁免至 {until}（批准人 {who}：{why}）",
        f"waived until {until} (approved by {who}: {why})",
    )
