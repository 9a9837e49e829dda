"""Record sheets beyond what one report can hold: one Word volume per site."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from xunjian.language import Language
from xunjian.report.local import in_local_time, named
from xunjian.report.model import ReportModel


def volumes(
    model: ReportModel, language: Language, read: Callable[[str], bytes]
) -> Iterator[tuple[str, bytes]]:
    """Give (file name, bytes) of each volume, one after the other."""
    from xunjian.report.as_word import as_word

    model = in_local_time(named(model, language))
    template = read("records.docx") if model.volumes else b""
    for number, site in enumerate(model.volumes, 1):
        name = re.sub(r"[^A-Za-z0-9_-]", "_", site)[:60] or "site"
        document = as_word(_volume(model, site), language, template)
        yield f"records-{number:02d}-{name}.docx", document


def _volume(model: ReportModel, site: str) -> ReportModel:
    """Give the part of a model that a volume shows."""
    sheets = tuple(sheet for sheet in model.sheets if sheet.device.site == site)
    names = {sheet.device.name for sheet in sheets}
    return replace(
        model,
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
