"""The times of a report in the calendar's zone, as people read them; JSON keeps what was stored."""

from dataclasses import replace
from datetime import datetime

from xunjian.calendar.clock import in_zone
from xunjian.language import Language
from xunjian.report.document import Series
from xunjian.report.english import in_english
from xunjian.report.model import ReportModel


def named(model: ReportModel, language: Language) -> ReportModel:
    """Give the model with things called as the language calls them; twice is once."""
    if language is Language.ZH or not model.names:
        return model
    return replace(in_english(model, model.names), names={})


def in_local_time(model: ReportModel) -> ReportModel:
    """Give the model with every time that a document prints in the calendar's zone."""
    head = model.head
    return replace(
        model,
        started_at=in_zone(model.started_at),
        ended_at=_moment(model.ended_at),
        previous_started_at=_moment(model.previous_started_at),
        evidence=tuple(replace(one, taken_at=in_zone(one.taken_at)) for one in model.evidence),
        evidence_index=tuple(
            replace(one, taken_at=in_zone(one.taken_at)) for one in model.evidence_index
        ),
        leftovers=tuple(
            replace(one, first_seen_at=in_zone(one.first_seen_at)) for one in model.leftovers
        ),
        manual=tuple(replace(one, at=_moment(one.at)) for one in model.manual),
        rounds=tuple(replace(one, started_at=in_zone(one.started_at)) for one in model.rounds),
        series=tuple(_series(one) for one in model.series),
        head=replace(
            head,
            revisions=tuple(replace(one, at=in_zone(one.at)) for one in head.revisions),
        ),
    )


def _moment(at: datetime | None) -> datetime | None:
    return in_zone(at) if at else None


def _series(one: Series) -> Series:
    return replace(one, points=tuple((in_zone(at), value) for at, value in one.points))
