"""Sheets about the period: faults by level, spare parts, the rounds to come, the terms."""

from collections.abc import Iterator

from xunjian.language import Text
from xunjian.report.marks import unsaid
from xunjian.report.model import ReportModel
from xunjian.report.printed_period import FAULT_TRENDS, level_word
from xunjian.report.terms import TERMS
from xunjian.report.wording import Wording
from xunjian.report.workbook_parts import Row, Sheet, columns


def _faults(model: ReportModel, w: Wording) -> Iterator[Row]:
    for row in model.faults:
        counts = (row.trends.get(trend.value) for trend in FAULT_TRENDS)
        yield (w.say(level_word(row.level)), row.open, *counts)


def _spares(model: ReportModel, w: Wording) -> Iterator[Row]:
    for row in model.spares:
        finding, device = row.finding, row.device
        yield (
            finding.id,
            w.site(device),
            w.room(device),
            w.device(device),
            w.say(finding.title),
            finding.verdict,
            w.say(finding.message, 2000),
            w.say(unsaid(finding, w.language), 2000),
            w.say(finding.by),
        )


def _next(model: ReportModel, w: Wording) -> Iterator[Row]:
    for row in model.next_rounds:
        same = w.t("是", "yes") if row.is_same else w.t("否", "no")
        yield (w.say(row.title), row.first, row.due, same)


def _terms(_model: ReportModel, w: Wording) -> Iterator[Row]:
    for one in TERMS:
        yield (w.say(one.name), w.say(one.means, 2000))


PERIOD_SHEETS: tuple[Sheet, ...] = (
    Sheet(
        name=Text("故障统计", "Faults"),
        rows=_faults,
        columns=columns(
            ("级别", "Level", 12), ("现有", "Open now", 12), ("新增", "New", 12),
            ("持续", "Persisting", 12), ("复现", "Back again", 12), ("已恢复", "Resolved", 12),
            ("未复核", "Not verified", 14),
        ),
    ),
    Sheet(
        name=Text("备件", "Spare parts"),
        rows=_spares,
        columns=columns(
            ("编号", "Id", 13), ("单位", "Site", 20), ("位置", "Room", 18), ("名称", "Name", 24),
            ("检查项", "Item", 18), ("判定", "Verdict", 10), ("现象", "What was found", 40, True),
            ("备注", "Remark", 30, True), ("检查人", "By", 12),
        ),
    ),
    Sheet(
        name=Text("下期计划", "Rounds to come"),
        rows=_next,
        columns=columns(
            ("巡检", "Round", 30), ("最早", "First day", 13), ("最迟", "Last day", 13),
            ("同类", "Same kind", 10),
        ),
    ),
    Sheet(
        name=Text("术语", "Terms"),
        rows=_terms,
        columns=columns(("术语", "Term", 30), ("含义", "Meaning", 90, True)),
    ),
)  # fmt: skip
