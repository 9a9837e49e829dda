"""Record sheets beyond what one report can hold: one volume per site, in Word and as PDF."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from xunjian.language import Language
from xunjian.report.local import in_local_time, named, readable
from xunjian.report.model import ReportModel

FORMS = ("docx", "pdf")  # what is signed; the others hold every record anyway


def volumes(
    model: ReportModel,
    form: str,
    language: Language,
    read: Callable[[str], bytes],
    fonts: Path | None = None,
) -> Iterator[tuple[str, bytes]]:
    """Give (file name, bytes) of each volume in one of `FORMS`, one after the other.

    read: gives the bytes of a file below `templates/report/`. fonts: the workspace's, for the PDF.
    """
    if not model.volumes:
        return
    model = readable(in_local_time(named(model, language)), language)
    template = read("records.docx" if form == "docx" else "inspection.typ")
    for number, site in enumerate(model.volumes, 1):
        name = re.sub(r"[^A-Za-z0-9_-]", "_", site)[:60] or "site"
        volume = _volume(model, site)
        yield f"records-{number:02d}-{name}.{form}", _made(volume, form, language, template, fonts)


def _made(
    volume: ReportModel, form: str, language: Language, template: bytes, fonts: Path | None
) -> bytes:
    if form == "docx":
        from xunjian.report.as_word import RECORDS, as_word

        return as_word(volume, language, template, RECORDS)
    from xunjian.report.as_pdf import as_pdf

    return as_pdf(volume, language, template, fonts)


def _volume(model: ReportModel, site: str) -> ReportModel:
    """Give the part of a model that a volume shows."""
    sheets = tuple(sheet for sheet in model.sheets if sheet.device.site == site)
    names = {sheet.device.name for sheet in sheets}
    title = next((one.title for one in model.sites if one.site == site and one.title), site)
    return replace(
        model,
        volume=title,
        sheets=sheets,
        sites=tuple(one for one in model.sites if one.site == site),
        evidence=tuple(ref for ref in model.evidence if ref.device in names),
        evidence_index=(),
        thresholds=(),
        problems=(),
        leftovers=(),
        unanswered=tuple(row for row in model.unanswered if row.device.name in names),
        left_out=(),
        manual=(),
        series=(),
        changes=(),
        record_sheets="all",
    )
