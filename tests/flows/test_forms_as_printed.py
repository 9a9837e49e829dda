"""The sheet as it lies on the desk: who it is for on every page, how to fill it in, no ids."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.fixtures.command_line import call
from tests.fixtures.site_forms import ITEM, PLAYBOOK, export, make_site, row_of

UNIT, VERDICT, DECIDES = 5, 7, 11


@pytest.fixture
def sheet(site: Path) -> Any:
    return load_workbook(export(site)).worksheets[0]


def test_every_page_says_whose_it_is_and_what_its_columns_mean(sheet: Any) -> None:
    assert sheet.oddFooter.left.text.startswith("杭州核心机房    XJ-")
    assert sheet.oddFooter.left.text.endswith("现场巡检")
    assert sheet.print_title_rows == "$6:$6"
    assert sheet.freeze_panes == "B7"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)


def test_the_ids_are_neither_seen_nor_printed(sheet: Any) -> None:
    hidden = [one for one in sheet.column_dimensions.values() if one.hidden]
    assert {n for one in hidden for n in range(one.min, one.max + 1)} == {12, 13}
    assert sheet.print_area.startswith("'杭州核心机房'!$A$1:$K$")
    assert not any("xj:" in str(cell.value) for row in sheet["A1:K40"] for cell in row)


def test_a_form_says_how_it_is_filled_in(sheet: Any) -> None:
    notes = str(sheet["E3"].value)
    for words in ("灰格只填结论", "异常", "没查的留空", "照片", "M 人工", "★"):
        assert words in notes


def test_rules_of_its_own_stand_before_those_of_all_forms(tmp_path: Path) -> None:
    make_site(tmp_path, PLAYBOOK + "manual: [forms/earthing.yml]\n")
    book = load_workbook(export(tmp_path))
    notes = next(str(one["E3"].value) for one in book.worksheets if "接地" in str(one["A1"].value))
    first, _, rest = notes.partition("\n")
    assert "写明仪表型号" in first
    assert "结论从下拉框选" in rest


def test_a_day_says_how_it_is_written_and_a_number_its_unit(sheet: Any) -> None:
    assert sheet.cell(row_of(sheet, "灭火器有效期至"), UNIT).value == "年-月-日"
    assert sheet.cell(row_of(sheet, "接地电阻"), UNIT).value == "Ω"


def test_verdicts_are_chosen_also_for_problems_outside_the_list(sheet: Any) -> None:
    lists = {
        (cell.min_row, cell.min_col): rule
        for rule in sheet.data_validations.dataValidation
        for cell in rule.sqref.ranges
    }
    for mark in ("灭火器材", "xj:FREE 1"):
        assert lists[row_of(sheet, mark), VERDICT].formula1 == '"正常,异常,不涉及,未检"'
    assert "与他人所填不一致" in lists[row_of(sheet, "灭火器材"), DECIDES].prompt


def test_the_english_form_is_english(site: Path) -> None:
    path = site / "form-en.xlsx"
    assert call("--lang", "en", "forms", "export", "latest", "-w", site, "-o", path).code == 0
    sheet: Any = load_workbook(path).worksheets[0]
    heads = [sheet.cell(6, column).value for column in range(1, 12)]
    assert heads[:3] == ["No.", "Device", "Item"]
    assert "grey cells need nothing else" in str(sheet["E3"].value)
    words = [str(cell.value) for row in sheet["C7:H12"] for cell in row if cell.value]
    assert not [word for word in words if not word.isascii() and any(c >= "一" for c in word)]
    assert sheet.cell(7, ITEM).value
