"""The times of a report in the calendar's zone, as people read them; JSON keeps what was stored."""

from dataclasses import replace
from datetime import datetime

from xunjian.calendar.clock import in_zone
from xunjian.language import Language
from xunjian.report.document import Series
from xunjian.report.model import FindingRow, ReportModel
from xunjian.run.model import DeviceResult


def localised(model: ReportModel, language: Language) -> ReportModel:
    """Give the model as readers of a language at the place of work read it."""
    model = in_local_time(model)
    return _in_english(model) if language is Language.EN and model.places else model


def _in_english(model: ReportModel) -> ReportModel:
    """Sites and rooms by their English names, where the register gives them."""
    places = model.places

    def named(device: DeviceResult) -> DeviceResult:
        return replace(
            device,
            site_title=places.get(device.site_title, device.site_title),
            room_title=places.get(device.room_title, device.room_title),
        )

    devices = {sheet.device.name: named(sheet.device) for sheet in model.sheets}

    def moved(rows: tuple[FindingRow, ...]) -> tuple[FindingRow, ...]:
        return tuple(replace(row, device=devices[row.device.name]) for row in rows)

    return replace(
        model,
        sheets=tuple(
            replace(
                sheet,
                device=devices[sheet.device.name],
                rows=moved(sheet.rows),
                unanswered=tuple(
                    replace(row, device=devices[row.device.name]) for row in sheet.unanswered
                ),
            )
            for sheet in model.sheets
        ),
        problems=moved(model.problems),
        resolved=moved(model.resolved),
        unverified=moved(model.unverified),
        unanswered=tuple(replace(row, device=devices[row.device.name]) for row in model.unanswered),
        manual=tuple(replace(row, room=places.get(row.room, row.room)) for row in model.manual),
        sites=tuple(replace(one, title=places.get(one.title, one.title)) for one in model.sites),
    )


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
