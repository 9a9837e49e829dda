"""The workbook: read back with openpyxl, held against hostile texts."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from tests.fixtures.office_reading import read_back, words_beside_expected
from tests.report_samples import a_model
from tests.unit.test_report_pdf import HOSTILE, hostile
from xunjian.checks.model import Verdict
from xunjian.language import Language, Text
from xunjian.report import ReportModel
from xunjian.report.as_workbook import as_workbook
from xunjian.report.workbook_period import PERIOD_SHEETS
from xunjian.report.workbook_sheets import SHEETS

NAMES = {
    Language.ZH: ["概要", *(sheet.name.zh for sheet in (*SHEETS, *PERIOD_SHEETS))],
    Language.EN: ["Summary", *(sheet.name.en for sheet in (*SHEETS, *PERIOD_SHEETS))],
}


def opened(model: ReportModel, language: Language = Language.ZH) -> Workbook:
    return load_workbook(io.BytesIO(as_workbook(model, language)))


def rows_of(book: Workbook, name: str) -> list[dict[str, object]]:
    head, *rows = book[name].iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def inside(model: ReportModel) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(as_workbook(model, Language.ZH))) as archive:
        return {n: archive.read(n).decode() for n in archive.namelist() if n.endswith("xml")}


@pytest.mark.parametrize("language", list(Language))
def test_the_text_is_as_expected(language: Language) -> None:
    lines = []
    for sheet in opened(a_model(), language).worksheets:
        lines.append(f"[{sheet.title}]")
        lines += [
            "\t".join("" if cell is None else str(cell) for cell in row).rstrip()
            for row in sheet.iter_rows(values_only=True)
        ]
    found, expected = words_beside_expected(
        f"report.{language.value}.xlsx.txt", "\n".join(lines) + "\n"
    )
    assert found == expected


@pytest.mark.parametrize("language", list(Language))
def test_sheets_are_named_in_the_language(language: Language) -> None:
    assert opened(a_model(), language).sheetnames == NAMES[language]


def test_english_has_no_chinese_of_ours() -> None:
    model = a_model(0)
    bare = replace(model, changes=(), manual=(), sites=(), series=(), leftovers=(), thresholds=(),
                   head=replace(model.head, project="", customer="", contractor="", secrecy=""))  # fmt: skip
    for sheet in opened(bare, Language.EN).worksheets:
        for row in sheet.iter_rows(values_only=True):
            assert not re.search("[\u4e00-\u9fff]", " ".join(str(cell) for cell in row))


def test_the_figures_are_the_models() -> None:
    model = a_model()
    book = opened(model)
    shown = {row[0]: row[1] for row in book["概要"].iter_rows(max_col=2, values_only=True)}
    totals = model.totals
    assert shown["计划（设备×项目）"] == totals.planned
    assert shown["有结果"] == totals.outcomes
    assert shown["未做"] == totals.left_out
    assert shown["设备"] == totals.devices
    assert shown["到达设备"] == totals.reached
    for verdict, count in totals.verdicts.items():
        assert shown[verdict.word.zh] == count
    assert model.intact.pct is not None
    assert shown["完好率"] == pytest.approx(model.intact.pct / 100)
    for level, count in model.levels.items():
        assert shown[f"{level} 级问题"] == count
    assert len(rows_of(book, "设备")) == totals.devices
    assert len(rows_of(book, "记录")) == sum(totals.verdicts.values())
    assert len(rows_of(book, "未检")) == totals.left_out + len(model.unanswered)


def test_ids_are_the_same_as_everywhere() -> None:
    model = a_model()
    book = opened(model)
    assert [r["编号"] for r in rows_of(book, "问题")] == [p.finding.id for p in model.problems]
    assert [r["编号"] for r in rows_of(book, "记录")] == [f.finding.id for f in model.findings]
    assert [r["编号"] for r in rows_of(book, "遗留")] == [row.id for row in model.leftovers]
    assert [r["编号"] for r in rows_of(book, "证据")] == [e.number for e in model.evidence_index]


def test_heads_are_frozen_filtered_and_repeated_on_paper() -> None:
    model = a_model()
    book = opened(model)
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes is not None
        assert sheet.freeze_panes.endswith("2"), sheet.title
        assert sheet.auto_filter.ref == sheet.dimensions or sheet.max_row == 1
        assert sheet.print_title_rows == "$1:$1"
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
        assert all(sheet.column_dimensions[c].width >= 6 for c in ("A", "B", "C"))
        assert "第 &P 页 共 &N 页" in sheet.oddFooter.center.text


def test_times_and_days_are_real() -> None:
    book = opened(a_model())
    device = book["设备"]
    heads = [cell.value for cell in device[1]]
    day = device.cell(2, heads.index("投运日期") + 1)
    assert (str(day.value), day.number_format) == ("2022-05-01 00:00:00", "yyyy-mm-dd")
    evidence = book["证据"]
    taken = evidence.cell(2, [cell.value for cell in evidence[1]].index("时间") + 1)
    assert isinstance(taken.value, datetime)
    assert str(taken.value) == "2026-09-28 08:30:05"
    assert taken.number_format == "yyyy-mm-dd hh:mm:ss"


def test_a_measured_number_is_a_number() -> None:
    values = [row["实测"] for row in rows_of(opened(a_model()), "记录")]
    assert any(isinstance(value, float) for value in values)
    assert any(isinstance(value, str) for value in values)


def test_charts_are_native() -> None:
    model = a_model()
    files = inside(model)
    charts = [text for name, text in files.items() if name.startswith("xl/charts/chart")]
    assert len(charts) == 3
    assert all("<c:numRef>" in chart and "概要" in chart for chart in charts)
    none = inside(replace(model, sites=(), rounds=()))
    assert sum(name.startswith("xl/charts/chart") for name in none) == 1


def test_nothing_a_device_says_becomes_a_formula_or_a_link() -> None:
    files = inside(hostile(a_model()))
    sheets = "".join(text for name, text in files.items() if "worksheets/" in name)
    assert "<f>" not in sheets
    assert "hyperlink" not in sheets
    book = opened(hostile(a_model()))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in {"s", "n", "d", "inlineStr"}, (sheet.title, cell.value)
    told = {str(row["名称"]) for row in rows_of(book, "设备")}
    assert HOSTILE["formula"] in told
    assert HOSTILE["typst"] in told
    assert "ab[31mc de" in told
    assert "gnp.exe x y" in told


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "http://127.0.0.1/", "0012", "1e5"]
)
def test_a_text_stays_the_text_it_is(text: str) -> None:
    model = a_model(1)
    sheet = model.sheets[0]
    device = replace(sheet.device, name=text, label=text)
    book = opened(replace(model, sheets=(replace(sheet, device=device),)))
    cell = book["设备"].cell(2, 2)
    assert (cell.value, cell.data_type) == (text, "s")
    assert cell.quotePrefix is (text[0] in "=+-@")


def test_long_lines_are_cut_with_their_count() -> None:
    rows = rows_of(opened(hostile(a_model())), "问题")
    longest = max(len(str(value)) for row in rows for value in row.values())
    assert longest < 2100
    assert any("（共 10,000 字）" in str(row["现象"]) for row in rows)


def test_an_ampersand_in_the_title_is_no_command_of_the_page_head() -> None:
    model = a_model(1)
    book = opened(replace(model, head=replace(model.head, title=Text("R&D", "R&D"))))
    assert "R&&D" in (book.worksheets[1].oddHeader.left.text or "")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True, None, 2**70])
def test_odd_values_do_not_break_the_file(value: object) -> None:
    model = a_model(1)
    row = model.sheets[0].rows[0]
    found = replace(row.finding, value=value, verdict=Verdict.UNKNOWN)  # type: ignore[arg-type]  # the point
    sheet = replace(model.sheets[0], rows=(replace(row, finding=found),))
    assert len(rows_of(opened(replace(model, sheets=(sheet,))), "记录")) == 1


def test_an_empty_round_opens() -> None:
    model = replace(
        a_model(0),
        changes=(),
        leftovers=(),
        manual=(),
        thresholds=(),
        sites=(),
        rounds=(),
        series=(),
        faults=(),
        spares=(),
        next_rounds=(),
    )
    book = opened(model)
    *filled, terms = book.worksheets[1:]
    assert all(sheet.max_row == 1 for sheet in filled)
    assert terms.title == "术语"
    assert terms.max_row > 10


@pytest.mark.slow
def test_libreoffice_opens_and_prints_it(tmp_path: Path) -> None:
    book = tmp_path / "report.xlsx"
    book.write_bytes(as_workbook(hostile(a_model()), Language.ZH))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    read_back("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, book)
    text = read_back("pdftotext", tmp_path / "report.pdf", "-")
    assert HOSTILE["formula"] in text
    assert "监控中心设备巡检报告" in text
    assert "第 1 页 共" in text
