"""Parts of `report.json` that stand beside the findings; keys are only ever added."""

from typing import Any

from xunjian.config.model import ConfigDiff
from xunjian.facts.words import unit_of
from xunjian.language import Language
from xunjian.report.diff.as_json import change_of, device_of
from xunjian.report.document import IntactRate, Leftover, ManualRow, Series
from xunjian.report.model import ReportModel
from xunjian.report.terms import TERMS


def further(model: ReportModel, language: Language) -> dict[str, Any]:
    """Give what the documents of signature say: version, rates, levels, rounds, advice."""
    head = model.head
    return {
        "document_title": head.title.to(language),
        "version": head.version,
        "revisions": [
            {
                "version": one.version,
                "at": one.at.isoformat(),
                "by": one.by,
                "what": one.what.to(language),
            }
            for one in head.revisions
        ],
        "project": head.project,
        "customer": head.customer,
        "contractor": head.contractor,
        "secrecy": head.secrecy,
        "warnings": [text.to(language) for text in head.warnings],
        "intact": _intact(model.intact),
        "levels": dict(model.levels),
        "trends": dict(model.trends),
        "sites": [
            {
                "site": one.site,
                "title": one.title,
                "devices": one.devices,
                "reached": one.reached,
                "abnormal": one.abnormal,
                "intact": _intact(one.intact),
            }
            for one in model.sites
        ],
        "rounds": [
            {
                "run_id": one.run_id,
                "number": one.number,
                "started_at": one.started_at.isoformat(),
                "verdicts": dict(one.verdicts),
                "intact": _intact(one.intact),
            }
            for one in model.rounds
        ],
        "series": [_series(one, language) for one in model.series],
        "advice": [text.to(language) for text in model.advice],
        **_period(model, language),
        "record_sheets": model.record_sheets,
        "configurations": [device_of(diff, language) for diff in model.changes],
    }


def _period(model: ReportModel, language: Language) -> dict[str, Any]:
    return {
        "risk": {
            "level": model.risk.level,
            "is_least": model.risk.is_least,
            "said": model.risk.said.to(language),
        },
        "faults": [{"level": one.level, "open": one.open, **one.trends} for one in model.faults],
        "spares": [row.finding.id for row in model.spares],
        "next_rounds": [
            {
                "rule": one.rule,
                "playbook": one.playbook,
                "title": one.title.to(language),
                "first": one.first.isoformat(),
                "due": one.due.isoformat(),
                "is_same": one.is_same,
            }
            for one in model.next_rounds
        ],
        "terms": [
            {"name": one.name.to(language), "means": one.means.to(language)} for one in TERMS
        ],
    }


def unit_in(unit: str, language: Language) -> str:
    """Give a unit as data: as it was written, but none in Chinese where English is spoken."""
    if language is Language.ZH or unit.isascii():
        return unit
    return unit_of(unit).to(language)


def changes_of(diff: ConfigDiff, language: Language) -> list[dict[str, Any]]:
    """Give the changes of one device's configuration, as `xunjian.diff/1` has them."""
    return [{**change_of(change, language), "device": diff.device} for change in diff.changes]


def manual_of(row: ManualRow, language: Language) -> dict[str, Any]:
    """Give one manual item."""
    finding = row.finding
    return {
        "id": finding.id,
        "check": finding.check,
        "device": row.device,
        "label": row.label,
        "room": row.room,
        "subject": finding.subject,
        "title": finding.title.to(language),
        "source": finding.source,
        "verdict": finding.verdict.value,
        "message": finding.message.to(language),
        "value": finding.value,
        "unit": unit_in(finding.unit, language),
        "remark": finding.remark.to(language),
        "by": row.by,
        "at": row.at.isoformat() if row.at else None,
        "photos": list(row.photos),
    }


def leftover_of(row: Leftover, language: Language) -> dict[str, Any]:
    """Give one open matter of earlier rounds and how it is now."""
    return {
        "id": row.id,
        "check": row.finding.check,
        "device": row.device,
        "label": row.label,
        "subject": row.finding.subject,
        "title": row.finding.title.to(language),
        "message": row.finding.message.to(language),
        "level": row.finding.level,
        "first_seen_at": row.first_seen_at.isoformat(),
        "first_number": row.first_number,
        "rounds": row.rounds,
        "state": row.state,
        "note": row.note.to(language),
    }


def _series(one: Series, language: Language) -> dict[str, Any]:
    forecast = one.forecast
    return {
        "id": one.id,
        "topic": one.topic,
        "title": one.title.to(language),
        "device": one.device,
        "subject": one.subject,
        "unit": unit_in(one.unit, language),
        "points": [[at.isoformat(), value] for at, value in one.points],
        "limits": dict(one.limits),
        "is_notable": one.is_notable,
        "forecast": {
            "method": forecast.method.to(language),
            "message": forecast.message.to(language),
            "reaches_at": forecast.reaches_at.isoformat() if forecast.reaches_at else None,
            "per_day": forecast.per_day,
        }
        if forecast
        else None,
    }


def _intact(rate: IntactRate) -> dict[str, Any]:
    return {"intact": rate.intact, "judged": rate.judged, "pct": rate.pct}
