"""Rows of the sheet of trends: measured values over the rounds, and where they lead."""

from collections.abc import Iterator
from datetime import date, datetime

from xunjian.facts.words import unit_of
from xunjian.report.model import ReportModel
from xunjian.report.printed_rows import limits_of
from xunjian.report.wording import Wording


def trend_rows(
    model: ReportModel, w: Wording
) -> Iterator[tuple[str | int | float | date | datetime | None, ...]]:
    """Series that have a limit or lead somewhere, as in every other document."""
    for row in model.series:
        if not row.points or not (row.limits or row.forecast):
            continue
        before, (at, now) = row.points[-2:-1], row.points[-1]
        told = row.forecast
        yield (
            row.id,
            row.device,
            row.label,
            w.say(row.title),
            w.say(row.subject),
            unit_of(row.unit).to(w.language),
            len(row.points),
            before[0][1] if before else None,
            now,
            at,
            limits_of(row, w),
            told.per_day if told else None,
            told.reaches_at if told else None,
            w.say(told.message) if told else "",
            w.say(told.method) if told else "",
        )
