"""The times of a report in the calendar's zone, as people read them; JSON keeps what was stored."""

from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from xunjian.calendar.clock import in_zone
from xunjian.checks.model import Finding
from xunjian.facts.subjects import subject_word
from xunjian.language import Language
from xunjian.report.document import FindingTrail, Leftover, Series
from xunjian.report.english import in_english
from xunjian.report.model import FindingRow, ReportModel


def named(model: ReportModel, language: Language) -> ReportModel:
    """Give the model with things called as the language calls them; twice is once."""
    if language is Language.ZH:
        return model
    return replace(in_english(model, model.names), names={})


def readable(model: ReportModel, language: Language) -> ReportModel:
    """Give the model with subjects in words where cards name rows by codes; JSON keeps these."""

    def told(rows: tuple[FindingRow, ...]) -> tuple[FindingRow, ...]:
        return tuple(
            row if (found := _finding(row.finding, language)) is row.finding
            else replace(row, finding=found)
            for row in rows
        )  # fmt: skip

    def left(one: Leftover) -> Leftover:
        return replace(one, finding=_finding(one.finding, language))

    return replace(
        model,
        sheets=tuple(replace(sheet, rows=told(sheet.rows)) for sheet in model.sheets),
        problems=told(model.problems),
        resolved=told(model.resolved),
        unverified=told(model.unverified),
        leftovers=tuple(left(one) for one in model.leftovers),
        series=tuple(_of_subject(one, language) for one in model.series),
        trails={
            device: tuple(_of_subject(one, language) for one in trails)
            for device, trails in model.trails.items()
        },
    )


_Said = TypeVar("_Said", Series, FindingTrail, Finding)


def _finding(finding: Finding, language: Language) -> Finding:
    if finding.subject == finding.check:  # an item of a form bears the name of its check
        return replace(finding, subject="-")
    return _of_subject(finding, language)


def _of_subject(one: _Said, language: Language) -> _Said:
    word = subject_word(one.subject)
    return replace(one, subject=word.to(language)) if word else one


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
