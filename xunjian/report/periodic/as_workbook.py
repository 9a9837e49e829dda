"""The workbook: a sheet with the figures, then one per table, to be filtered and reckoned with."""

import io
import math
import re
from datetime import date, datetime, timedelta
from typing import Any

from xunjian.language import Language, Text
from xunjian.report.as_workbook import OPTIONS, RISKY
from xunjian.report.periodic.gathered import local
from xunjian.report.periodic.laid import lay
from xunjian.report.periodic.model import Cell, Column, Figures, PeriodModel, Table
from xunjian.report.wording import Wording

_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")
_CHARACTERS = 13.0  # of a column of width 1


def as_workbook(model: PeriodModel, language: Language) -> bytes:
    """Write the workbook."""
    from xlsxwriter import Workbook

    stream = io.BytesIO()
    w = Wording(language, breaks=False)
    book = Workbook(stream, OPTIONS)
    at = local(model.as_of).replace(tzinfo=None)
    book.set_properties({"title": w.say(model.head.title), "created": at})
    formats = {
        "title": book.add_format({"bold": True, "font_size": 16, "font_color": "#1F3F66"}),
        "head": book.add_format({"bold": True, "bg_color": "#1F3F66", "font_color": "#FFFFFF"}),
        "text": book.add_format({"text_wrap": True}),
        "risky": book.add_format({"text_wrap": True, "quote_prefix": True}),
        "number": book.add_format({"align": "right", "indent": 1}),
        "pct": book.add_format({"num_format": '0.0#"%"', "align": "right"}),
        "hours": book.add_format({"num_format": '0.0" h"', "align": "right"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
    }
    _summary(book.add_worksheet(w.t("概要", "Summary")), model, w, formats)
    used = {w.t("概要", "Summary").casefold()}
    for section in model.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                name = _name(block.title if block.title.zh else section.title, w, used)
                _table(book.add_worksheet(name), block, w, formats)
    book.close()
    return stream.getvalue()


def _name(title: Text, w: Wording, used: set[str]) -> str:
    """A sheet's name: 31 characters at most, none that Excel forbids, none twice."""
    base = _NOT_IN_A_NAME.sub(" ", w.say(title, 200)).strip()[:31] or "-"
    name, count = base, 1
    while name.casefold() in used:
        count += 1
        name = f"{base[:27]} {count}"
    used.add(name.casefold())
    return name


def _summary(page: Any, model: PeriodModel, w: Wording, formats: dict[str, Any]) -> None:
    laid = lay(model, w.language)
    page.set_column(0, 0, 30)
    page.set_column(1, 1, 70)
    page.hide_gridlines(2)
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.write_string(0, 0, laid.title, formats["title"])
    rows: list[tuple[str, Cell]] = [*laid.cover, *(("", one) for one in laid.warnings)]
    rows.append((w.t("结论", "Conclusion"), laid.summary))
    for section in model.sections:
        for block in section.blocks:
            if isinstance(block, Figures):
                rows += [(w.say(one.title), one.value) for one in block.figures]
    number = Column(title=Text(""), kind="number")
    for line, (name, value) in enumerate(dict(rows).items(), start=2):
        page.write_string(line, 0, name, formats["text"])
        _cell(page, (line, 1), value, number, (w, formats))


def _table(page: Any, table: Table, w: Wording, formats: dict[str, Any]) -> None:
    for index, column in enumerate(table.columns):
        page.set_column(index, index, max(9.0, column.width * _CHARACTERS))
        page.write_string(0, index, w.say(column.title), formats["head"])
    page.freeze_panes(1, 1)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    for line, row in enumerate(table.rows, start=1):
        for index, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
            _cell(page, (line, index), cell, column, (w, formats))
    page.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def _cell(
    page: Any, at: tuple[int, int], cell: Cell, column: Column, how: tuple[Wording, dict[str, Any]]
) -> None:
    w, formats = how
    if cell is None:
        return
    if isinstance(cell, timedelta):
        page.write_number(*at, round(cell / timedelta(hours=1), 2), formats["hours"])
    elif isinstance(cell, datetime):
        page.write_datetime(*at, cell.replace(tzinfo=None), formats["moment"])
    elif isinstance(cell, date):
        page.write_datetime(*at, cell, formats["day"])
    elif isinstance(cell, int | float) and math.isfinite(cell):
        page.write_number(*at, cell, formats["pct" if column.kind == "pct" else "number"])
    elif text := w.say(cell, 4000):
        page.write_string(*at, text, formats["risky" if text.startswith(RISKY) else "text"])
