"""Forms as other office programs write them: inline strings, days as numbers, merged cells."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from tests.fixtures.site_forms import ALL_WELL, ITEM, export, fill, report, row_of, take

Edit = Callable[[Any], None]


def days_as_numbers(sheet: Any) -> None:
    """A day without its format is a number: 2099-03-01 and the morning of 2026-11-22."""
    at, expiry = row_of(sheet, "xj:at"), row_of(sheet, "灭火器有效期至")
    for row, column, number in ((at, ITEM, 46348.40625), (expiry, 6, 72745)):
        sheet.cell(row, column, number).number_format = "General"


def merged_verdicts(sheet: Any) -> None:
    """One verdict over the lines it holds for."""
    row = row_of(sheet, "灭火器材")
    sheet.cell(row + 1, 7).value = None
    sheet.merge_cells(start_row=row, end_row=row + 1, start_column=7, end_column=7)


def full_width(sheet: Any) -> None:
    sheet.cell(row_of(sheet, "机房温度"), 6, "２２．５ ℃")
    sheet.cell(row_of(sheet, "灭火器材"), 7, " 正 常 ".replace(" 常", "常"))


def rich_text(sheet: Any) -> None:
    part = TextBlock(InlineFont(b=True), "正")
    sheet.cell(row_of(sheet, "灭火器材"), 7).value = CellRichText(part, "常")


def hidden_rows(sheet: Any) -> None:
    """A filter left on hides rows, it does not take them away."""
    sheet.row_dimensions[row_of(sheet, "接地电阻")].hidden = True


EDITS: tuple[Edit, ...] = (days_as_numbers, merged_verdicts, full_width, rich_text, hidden_rows)


@pytest.mark.parametrize("edit", EDITS, ids=lambda one: one.__name__)
def test_what_another_program_wrote_is_taken_in_whole(site: Path, edit: Edit) -> None:
    filled = fill(export(site), ALL_WELL, more=edit)
    names = zipfile.ZipFile(filled).namelist()
    first = zipfile.ZipFile(filled).read(next(n for n in names if n.endswith("sheet1.xml")))
    assert b"inlineStr" in first
    taken = take(site, filled)
    assert taken.code == 0, taken.err
    said = report(site)
    assert said["state"] == "finished"
    assert {f["verdict"] for f in said["findings"]} == {"normal"}
    assert "张三" in {f["by"] for f in said["findings"]}
