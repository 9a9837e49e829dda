"""`report.xlsx`: what is filtered, sorted and reckoned with.

Every text is written as text, never as a formula, a link or a number, whatever it begins with;
times are real times in the zone of the round.
"""

import io
import math
from datetime import date, datetime
from typing import Any

from xunjian.checks.model import Verdict
from xunjian.language import Language
from xunjian.report.model import ReportModel
from xunjian.report.printed import title_of
from xunjian.report.wording import Wording
from xunjian.report.workbook_parts import Sheet
from xunjian.report.workbook_period import PERIOD_SHEETS
from xunjian.report.workbook_photos import write_photos
from xunjian.report.workbook_sheets import SHEETS
from xunjian.report.workbook_summary import COLOURS, Summary

Formats = dict[str, Any]  # xlsxwriter's; it ships no types

_FONT = "Microsoft YaHei"
RISKY = ("=", "+", "-", "@")  # a spreadsheet would take them for a formula when edited
_A4 = 9  # ECMA-376, paperSize
_PAGE_CHARACTERS = 190  # columns of one page across, in characters: 7 points high when printed
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_format_properties": {"font_name": _FONT, "font_size": 10, "valign": "top"},
}


def as_workbook(model: ReportModel, language: Language) -> bytes:
    """Write the workbook: a summary with charts, then one sheet per table."""
    from xlsxwriter import Workbook

    stream = io.BytesIO()
    w = Wording(language, breaks=False)
    book = Workbook(stream, OPTIONS)
    at = (model.ended_at or model.started_at).replace(tzinfo=None)
    book.set_properties({"title": w.say(title_of(model)), "created": at})
    formats = _formats(book)
    summary = book.add_worksheet(w.t("概要", "Summary"))
    Summary(book, summary, formats, w).write(model)
    summary.hide_gridlines(2)
    _print_setup(summary, model, w)
    summary.activate()
    for sheet in (*SHEETS, *PERIOD_SHEETS):
        _write(book.add_worksheet(sheet.name.to(language)), sheet, model, w, formats)
    write_photos(book, model, w, formats)
    book.close()
    return stream.getvalue()


def _formats(book: Any) -> Formats:
    formats = {
        "title": book.add_format({"bold": True, "font_size": 16, "font_color": "#1F3F66"}),
        "label": book.add_format({"font_color": "#5C6B7A"}),
        "head": book.add_format(
            {"bold": True, "bg_color": "#1F3F66", "font_color": "#FFFFFF", "valign": "vcenter"}
        ),
        "text": book.add_format(),
        "risky": book.add_format({"quote_prefix": True}),
        "prose": book.add_format({"text_wrap": True}),
        "risky_prose": book.add_format({"text_wrap": True, "quote_prefix": True}),
        "number": book.add_format({"num_format": "General", "align": "right", "indent": 1}),
        "pct": book.add_format({"num_format": "0.0%"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
    }
    for verdict, colour in COLOURS.items():
        formats[verdict.value] = book.add_format({"font_color": colour, "bold": True})
    return formats


def _write(page: Any, sheet: Sheet, model: ReportModel, w: Wording, formats: Formats) -> None:
    page.set_row(0, 20)
    for index, column in enumerate(sheet.columns):
        page.set_column(index, index, column.width)
        page.write_string(0, index, column.head.to(w.language), formats["head"])
    page.freeze_panes(1, sheet.fixed)
    page.hide_gridlines(0)
    _print_setup(page, model, w, wide=round(sum(column.width for column in sheet.columns)))
    page.repeat_rows(0)
    if sheet.fixed:
        page.repeat_columns(0, sheet.fixed - 1)
    count = 0
    for count, row in enumerate(sheet.rows(model, w), 1):
        for index, value in enumerate(row):
            if isinstance(value, Verdict):
                word = value.word.to(w.language)
                page.write_string(count, index, word, formats[value.value])
            elif isinstance(value, str):
                if value:
                    style = _text_format(value, formats, wraps=sheet.columns[index].wraps)
                    page.write_string(count, index, value, style)
            elif value is not None:
                _write_plain(page, (count, index), value, formats)
    page.autofilter(0, 0, count, len(sheet.columns) - 1)


def _write_plain(
    page: Any, at: tuple[int, int], value: float | date | datetime, formats: Formats
) -> None:
    if isinstance(value, datetime):
        page.write_datetime(*at, value.replace(tzinfo=None), formats["moment"])
    elif isinstance(value, date):
        page.write_datetime(*at, value, formats["day"])
    elif math.isfinite(value):
        page.write_number(*at, value, formats["number"])
    else:
        page.write_string(*at, str(value), formats["text"])


def _text_format(text: str, formats: Formats, *, wraps: bool) -> Any:
    if text.startswith(RISKY):
        return formats["risky_prose" if wraps else "risky"]
    return formats["prose" if wraps else "text"]


def _print_setup(page: Any, model: ReportModel, w: Wording, *, wide: int = 1) -> None:
    """A4 landscape, as many pages across as stay readable, with the number and page x of y."""
    page.set_landscape()
    page.set_paper(_A4)
    page.fit_to_pages(math.ceil(wide / _PAGE_CHARACTERS), 0)
    page.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    number = w.say(model.head.number or model.number, 60).replace("&", "&&")
    title = w.say(title_of(model), 80).replace("&", "&&")
    page.set_header(f"&L&9{title}&R&9 {number}")
    page.set_footer(w.t("&C&9第 &P 页 共 &N 页", "&C&9Page &P of &N"))
