"""`xunjian.periodic/1`: what programs read; values as they are, texts in one language."""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from xunjian.language import Language, Text
from xunjian.report.periodic.model import (
    Bars,
    Block,
    Cell,
    Figures,
    Items,
    Lines,
    Paragraph,
    PeriodModel,
    Shares,
    Signatures,
    Table,
)
from xunjian.report.plain import printable

SCHEMA = "xunjian.periodic/1"


def as_json(model: PeriodModel, language: Language) -> bytes:
    """Write the document."""
    return (json.dumps(document_of(model, language), ensure_ascii=False, indent=1) + "\n").encode()


def document_of(model: PeriodModel, language: Language) -> dict[str, object]:
    """The document as plain data; durations are in hours, times carry their zone."""
    head = model.head
    return {
        "schema": SCHEMA,
        "kind": model.kind,
        "period": model.period.name,
        "part": model.part,
        "first": model.period.first.isoformat(),
        "last": model.period.last.isoformat(),
        "as_of": model.as_of.isoformat(),
        "number": head.number,
        "version": head.version,
        "title": head.title.to(language),
        "secrecy": head.secrecy,
        "project": head.project,
        "customer": head.customer,
        "contractor": head.contractor,
        "scope": head.scope.to(language),
        "warnings": [one.to(language) for one in head.warnings],
        "summary": model.summary.to(language),
        "figures": dict(model.figures),
        "sections": [
            {
                "key": section.key,
                "title": section.title.to(language),
                "blocks": [_block(one, language) for one in section.blocks],
            }
            for section in model.sections
        ],
    }


def _block(block: Block, language: Language) -> Mapping[str, object]:
    match block:
        case Paragraph():
            return {"kind": "text", "text": block.text.to(language)}
        case Items():
            return {"kind": "items", "texts": [one.to(language) for one in block.texts]}
        case Figures():
            return {
                "kind": "figures",
                "figures": {one.key: one.value for one in block.figures},
            }
        case Table():
            return {
                "kind": "table",
                "key": block.key,
                "title": block.title.to(language),
                "columns": [column.title.to(language) for column in block.columns],
                "rows": [[_cell(cell, language) for cell in row] for row in block.rows],
            }
        case Signatures():
            return {"kind": "signatures", "signers": [one.to(language) for one in block.signers]}
        case Bars() | Shares() | Lines():
            return _plot(block, language)


def _plot(block: Bars | Shares | Lines, language: Language) -> Mapping[str, object]:
    if isinstance(block, Bars):
        parts = {code: list(values) for code, _, values in block.parts}
        return {"kind": "bars", "key": block.key, "labels": list(block.labels), "values": parts}
    if isinstance(block, Shares):
        rows = [[label.to(language), pct, counted] for label, pct, counted in block.rows]
        return {"kind": "shares", "key": block.key, "rows": rows}
    one = block.series
    return {
        "kind": "series",
        "key": block.key,
        "device": one.device,
        "subject": one.subject,
        "unit": one.unit,
        "limits": dict(one.limits),
        "points": [[at.isoformat(), value] for at, value in one.points],
    }


def _cell(cell: Cell, language: Language) -> object:
    if isinstance(cell, Text | str):
        return printable(cell.to(language) if isinstance(cell, Text) else cell)
    if isinstance(cell, timedelta):
        return round(cell / timedelta(hours=1), 2)
    if isinstance(cell, date):  # a time too
        return cell.isoformat(timespec="seconds") if isinstance(cell, datetime) else str(cell)
    return cell
