"""Periodic documents over three months of simulated rounds, as a user calls for them."""

import json
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook

from tests.fixtures.command_line import call
from tests.fixtures.office_reading import read_back, words_beside_expected
from tests.period_sample import make_workspace
from xunjian.report.portal import read_entries

AT = ("--at", "2026-11-05T09:00")  # the same on every day the tests are run
DOCUMENTS = {
    "daily-log": "2026-10-12",
    "weekly": "2026-W41",
    "handover": "2026-10-28",
    "fault-summary": "2026-10",
    "running-state": "2026-10",
    "equipment": "2026Q4",
    "service": "2026Q3",
    "score": "2026-10",
    "assets": "2026Q4",
    "sheets": "2026-10",
}


@pytest.fixture(scope="module")
def read_only(three_months: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy for all that write elsewhere; each document has its number for itself."""
    folder = tmp_path_factory.mktemp("periods") / "copy"
    shutil.copytree(three_months, folder)
    return folder


@pytest.fixture
def workspace(three_months: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of its own, so that numbers and versions begin anew."""
    folder = tmp_path / "ws"
    shutil.copytree(three_months, folder)
    yield folder
    shutil.rmtree(folder)


def written(workspace: Path, *words: str) -> Path:
    """Write a document and give its folder."""
    said = call("report", *words, "-w", workspace, *AT)
    assert said.code == 0, said.err
    return next((workspace / "reports" / "periodic" / words[0]).iterdir())


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", list(DOCUMENTS))
def test_every_document_says_what_it_said(
    read_only: Path, tmp_path: Path, kind: str, language: str
) -> None:
    """And English ones are Chinese only in what the register or xunjian.yml say."""
    words = (kind, DOCUMENTS[kind], "-w", read_only, "-o", tmp_path, "--format", "md", *AT)
    said = call("report", *words, "--lang", language)
    assert said.code == 0, said.err
    text = (tmp_path / f"{kind}-{DOCUMENTS[kind]}.md").read_text("utf-8")
    found, expected = words_beside_expected(f"periodic/{kind}.{language}.md", text)
    assert found == expected
    if language == "en":
        own = "".join(p.read_text("utf-8") for p in (read_only / "inventory").glob("*.yml"))
        own += (read_only / "xunjian.yml").read_text("utf-8")
        foreign = {word for word in re.findall(r"[\u4e00-\u9fff]+", text) if word not in own}
        assert foreign == set()


def test_the_fault_summary_is_the_same_in_every_form(workspace: Path) -> None:
    folder = written(
        workspace, "fault-summary", "2026-10", "--format", "docx,pdf,xlsx,html,md,json"
    )
    name = "fault-summary-2026-10"
    said = json.loads((folder / f"{name}.json").read_bytes())
    assert said["schema"] == "xunjian.periodic/1"
    figures = said["figures"]
    assert {k: figures[k] for k in ("faults", "major_faults", "resolved", "open", "warnings")} == {
        "faults": 6, "major_faults": 3, "resolved": 6, "open": 1, "warnings": 1,
    }  # fmt: skip
    rows = {
        block["key"]: block["rows"]
        for section in said["sections"]
        for block in section["blocks"]
        if block["kind"] == "table"
    }
    assert rows["replace"][0][0] == "杭州接入交换机一"
    assert len(rows["all_faults"]) == 7
    ids = sorted(row[0] for row in rows["all_faults"])
    book = load_workbook(folder / f"{name}.xlsx")
    listed = [row[0] for row in book["本期故障清单"].iter_rows(min_row=2, values_only=True)]
    assert sorted(map(str, listed)) == ids
    word = Document(str(folder / f"{name}.docx"))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    assert all(cells.count(one) >= 1 for one in ids)
    longest = max(word.tables, key=lambda table: len(table.rows))
    assert stays(longest.rows[0])
    assert stays(longest.rows[-2])  # no row goes to a page alone
    assert not stays(longest.rows[-1])
    for form in ("html", "md"):
        text = (folder / f"{name}.{form}").read_text("utf-8")
        assert all(one in text for one in ids)
        assert "423.5" in text
    assert "423.5" in cells


def stays(row: Any) -> bool:
    return all(p.paragraph_format.keep_with_next for cell in row.cells for p in cell.paragraphs)


def test_pages_are_set_with_chinese_and_bear_number_and_page(workspace: Path) -> None:
    folder = written(workspace, "equipment", "2026Q4", "--format", "pdf")
    pdf = folder / "equipment-2026Q4.pdf"
    text = read_back("pdftotext", "-layout", pdf, "-")
    assert "2026 年第 4 季度设备与系统管理报告" in text or "2026年第4季度设备与系统管理报告" in text
    assert "XJ-202612-SB-001" in text
    pages = int(re.findall(r"Pages:\s+(\d+)", read_back("pdfinfo", pdf))[0])
    assert re.search(rf"第\s*{pages}\s*页\s*共\s*{pages}\s*页", text)
    fonts = read_back("pdffonts", pdf).splitlines()[2:]
    assert fonts
    assert all(line.split()[-5] == "yes" for line in fonts), fonts  # emb


def test_documents_stand_on_the_portal_are_proven_and_get_versions(workspace: Path) -> None:
    folder = written(workspace, "fault-summary", "2026-10", "--format", "md")
    (entry,) = [one for one in read_entries(workspace / "reports") if one.kind == "fault-summary"]
    assert (entry.period, entry.number, entry.version) == ("2026-10", "XJ-202610-GZ-001", 1)
    assert "fault-summary-2026-10.md" in (workspace / "reports/index.html").read_text("utf-8")
    before = (folder / "fault-summary-2026-10.md").read_bytes()
    written(workspace, "fault-summary", "2026-10", "--format", "md")
    assert (folder / "fault-summary-2026-10.md").read_bytes() == before
    assert call("verify", "-w", workspace).code == 0
    settings = workspace / "xunjian.yml"
    settings.write_text(settings.read_text("utf-8").replace("内部", "秘密"), "utf-8")
    said = call(
        "report", "fault-summary", "2026-10", "-w", workspace, *AT, "--format", "md", "--lang", "zh"
    )
    assert "2026-10 v1 的 fault-summary-2026-10.json, fault-summary-2026-10.md 已换成" in said.err
    text = (folder / "fault-summary-2026-10.md").read_text("utf-8")
    assert "版本：V2" in text
    (folder / "fault-summary-2026-10.md").write_text(
        text.replace("新增故障 6", "新增故障 1"), "utf-8"
    )
    said = call("verify", "-w", workspace)
    assert said.code == 1
    assert "fault-summary-2026-10.md" in said.out + said.err


def test_the_register_tells_what_changed_between_two_rounds(workspace: Path) -> None:
    said = call("report", "assets", "2026Q3", "-w", workspace, "--format", "json", *AT)
    assert said.code == 0, said.err
    assert said.json["figures"] == {
        "registered": 12, "addressed": 10, "identified": 10, "differing": 0, "changed": 1,
    }  # fmt: skip
    rows = [
        block["rows"]
        for section in said.json["sections"]
        for block in section["blocks"]
        if block.get("key") == "register_changes"
    ]
    assert rows[0][0][:4] == ["杭州出口防火墙", "软件版本", "V200R021C00", "V200R022C10"]


def test_a_party_and_a_sheet_are_documents_of_their_own(workspace: Path) -> None:
    call("report", "score", "2026-10", "-w", workspace, "--format", "md", *AT)
    alone = ("report", "score", "2026-10", "--party", "integrator", "-w", workspace)
    said = call(*alone, "--format", "json", *AT)
    assert (said.json["part"], said.json["number"]) == ("integrator", "XJ-202610-KH-002")
    assert said.json["figures"] == {}
    sheet = ("report", "sheets", "2026-10", "--sheet", "spot-check", "-w", workspace)
    said = call(*sheet, "--format", "json", *AT)
    assert [section["key"] for section in said.json["sections"]] == ["spot_check"]
    again = call(*sheet, "--format", "json", *AT)
    assert again.out == said.out
    names = {one.folder for one in read_entries(workspace / "reports")}
    assert {"periodic/score/2026-10", "periodic/score/2026-10-integrator"} <= names


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("fault-summary", "2026-13"), "2026-13"),
        (("fault-summary", "2026Q4"), "如 2026-10"),
        (("daily-log", "today"), "2026-10-07"),
        (("weekly", "2026-12"), "2026-W40"),
        (("fault-summary", "2026-12"), "2026-12-01"),
        (("score", "2026-10", "--party", "integrater"), "integrator"),
        (("sheets", "2026-10", "--sheet", "spotcheck"), "spot-check"),
        (("service", "2026-10", "--format", "dox"), "docx"),
        (("service", "2026-10", "--sheet", "earthing"), "report sheets"),
        (("weekly", "2026-W40", "--party", "operator"), "report score"),
        (("fault-summary",), "MONTH"),
    ],
)
def test_wrong_words_are_named_with_what_is_right(
    workspace: Path, words: tuple[str, ...], told: str
) -> None:
    said = call("report", *words, "-w", workspace, *AT)
    assert said.code == 2
    assert told in said.err
    assert not (workspace / "reports" / "periodic").exists()


def test_a_period_not_over_says_so_and_one_without_rounds_too(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws", days=(date(2026, 9, 28), date(2026, 10, 2)))
    at = ("--at", "2026-10-02T18:00")
    said = call("report", "fault-summary", "2026-10", "-w", folder, "--format", "json", *at)
    assert said.json["warnings"] == ["期间尚未结束，内容截至最近一轮巡检（2026-10-02 08:34）。"]
    said = call("report", "fault-summary", "2026-08", "-w", folder, "--format", "json", *at)
    assert "不作结论" in said.json["summary"]
