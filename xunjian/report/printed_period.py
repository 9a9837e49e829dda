"""Rows of the parts about the period: faults, spare parts, the rounds to come, the terms."""

from dataclasses import dataclass

from xunjian.language import Language, Text
from xunjian.report import words
from xunjian.report.document import FaultFigures
from xunjian.report.marks import unsaid
from xunjian.report.model import ReportModel
from xunjian.report.photos import photos_of
from xunjian.report.printed_rows import Row
from xunjian.report.terms import TERMS
from xunjian.report.wording import Wording
from xunjian.store.model import Trend

FAULT_TRENDS = (Trend.NEW, Trend.PERSISTING, Trend.BACK, Trend.RESOLVED, Trend.UNVERIFIED)
NO_SPARES = Text("本轮没有备件检查项。", "This round had no item about spare parts.")
NO_FAULTS = Text("本轮没有问题。", "No problem in this round.")
NO_BEFORE = Text(
    "没有可比较的上一轮，只列现有问题。",
    "There is no earlier round to compare with: only what is open now is counted.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What pages say of the period, in words."""

    faults: list[Row]
    faults_said: str
    no_spares: Text = NO_SPARES


def period_of(model: ReportModel, language: Language) -> Period:
    """Give what pages say of the period."""
    w = Wording(language, breaks=False)
    return Period(faults=fault_rows(model, w), faults_said=faults_said(model, w))


def level_word(level: str) -> Text:
    """The word for a fault level; empty: none was given."""
    return Text(f"{level} 级", f"level {level}") if level else Text("未定级", "no level")


def fault_rows(model: ReportModel, w: Wording) -> list[Row]:
    """Faults of this period by level, with their sum."""
    if not any(row.open or any(row.trends.values()) for row in model.faults):
        return []
    total = FaultFigures(
        level="",
        open=sum(row.open for row in model.faults),
        trends={
            trend.value: sum(row.trends.get(trend.value, 0) for row in model.faults)
            for trend in FAULT_TRENDS
            if model.previous_run_id
        },
    )
    rows = [_fault(row, w.say(level_word(row.level))) for row in model.faults]
    return [*rows, _fault(total, w.t("合计", "in all"))]


def _fault(row: FaultFigures, name: str) -> Row:
    return {
        "level": name,
        "open": str(row.open),
        **{trend.value: str(row.trends.get(trend.value, "—")) for trend in FAULT_TRENDS},
    }


def faults_said(model: ReportModel, w: Wording) -> str:
    """What stands below the table of faults, or in its place."""
    if not fault_rows(model, w):
        return w.say(NO_FAULTS)
    return "" if model.previous_run_id else w.say(NO_BEFORE)


def spare_rows(model: ReportModel, w: Wording) -> list[Row]:
    """Items about spare parts."""
    return [
        {
            "place": " ".join(p for p in (w.site(row.device), w.room(row.device)) if p),
            "item": w.say(row.finding.title, 80),
            "code": row.finding.verdict.value,
            "verdict": w.say(row.finding.verdict.word),
            "message": w.say(row.finding.message),
            "remark": w.say(unsaid(row.finding, w.language)),
            "by": w.say(row.finding.by),
        }
        for row in model.spares
    ]


def next_rows(model: ReportModel, w: Wording) -> list[Row]:
    """The rounds that the calendar has next."""
    return [
        {
            "title": w.say(row.title, 80),
            "when": w.days(row.first, row.due),
            "note": w.t("与本轮同类", "of the same kind") if row.is_same else "",
        }
        for row in model.next_rounds
    ]


def term_rows(w: Wording) -> list[Row]:
    """The terms, explained."""
    return [{"name": w.say(one.name), "means": w.prose(one.means)} for one in TERMS]


def photo_rows(model: ReportModel, w: Wording) -> list[Row]:
    """The words below the pictures taken on site, and their files beside the document."""
    return [{"file": photo.file, "said": photo.caption} for photo in photos_of(model, w)]


def series_said(model: ReportModel, w: Wording) -> str:
    """How many measured values are not listed, and why."""
    steady = sum(not row.is_notable for row in model.series)
    if not steady:
        return ""
    return w.t(
        f"另有 {steady} 个测量值平稳，未列：变化不到限值的一成，离限值也在一成以上；"
        "逐条见同号工作簿“趋势”表。",
        f"{words.counted(steady, 'value')} not listed: steady, moved by less than a tenth of the "
        "limit and further than that from it; each stands in the workbook, sheet Trends.",
    )
