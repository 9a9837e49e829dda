"""Texts on forms however long, and files that only look like forms."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.fixtures.site_forms import ALL_WELL, ITEM, export, fill, report, row_of, take


def test_nothing_of_a_long_text_is_cut_off(site: Path) -> None:
    problems = ("门" * 90 + "甲", "门" * 90 + "乙")

    def more(sheet: Any) -> None:
        for number, words in enumerate(problems, 1):
            sheet.cell(row_of(sheet, f"xj:FREE {number}"), ITEM, words)

    remark = "注" * 10_000 + "末"
    answers = {**ALL_WELL, "接地电阻": {"value": 1.2, "remark": remark}}
    done = take(site, fill(export(site), answers, more=more))
    assert done.code == 0, done.err
    found = report(site)["findings"]
    assert next(f for f in found if f["check"].endswith(".resistance"))["remark"] == remark
    told = {f["message"]: f["verdict"] for f in found if f["check"] == "form.problem"}
    assert told == dict.fromkeys(problems, "abnormal")


@pytest.mark.parametrize(
    ("mark", "count", "where"), [("接地电阻", 40_000, "I11"), ("xj:sign 0", 300, "C")]
)
def test_a_text_that_is_too_long_is_said_and_nothing_is_taken(
    site: Path, mark: str, count: int, where: str
) -> None:
    sheet = load_workbook(fill(export(site), ALL_WELL)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    row = rows[row_of(sheet, mark) - 1]
    row[ITEM - 1 if mark.startswith("xj:") else 8] = "字" * count
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(rows)
    path = site / "表.csv"
    path.write_bytes(stream.getvalue().encode())
    said = take(site, path)
    assert (said.code, f"!{where}" in said.err) == (2, True), said.err
    assert f"文字太长：{count} 字" in said.err
    assert {f["verdict"] for f in report(site)["findings"]} == {"not_checked"}


def test_an_opendocument_sheet_is_named_with_what_to_do(site: Path) -> None:
    path = site / "表.ods"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("content.xml", "<office/>")
    said = take(site, path)
    assert said.code == 2
    assert ".ods" in said.err
    assert "另存为 .xlsx" in said.err
