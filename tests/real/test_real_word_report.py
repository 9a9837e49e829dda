"""The Word report opened by LibreOffice and read back as pages."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document

from tests.fixtures.office_reading import read_back, tool
from tests.real.test_real_forms import converted
from tests.report_samples import a_model
from xunjian.language import Language
from xunjian.report import ReportModel, render
from xunjian.report.volumes import volumes
from xunjian.workspace import builtin_root

pytestmark = pytest.mark.slow
ENTRY = re.compile(r"^(\S.*?)\s*\.{5,}\s*(\d+)$")


def read(name: str) -> bytes:
    return (builtin_root() / "templates" / "report" / name).read_bytes()


def pages_of(document: bytes, folder: Path) -> list[list[str]]:
    """The lines of every page, as LibreOffice lays the document out."""
    tool("soffice")
    path = folder / "report.docx"
    path.write_bytes(document)
    text = read_back("pdftotext", "-layout", converted(path, "pdf", folder), "-")
    pages = text.removesuffix("\f").split("\f")
    return [
        [" ".join(line.split()) for line in page.splitlines() if line.strip()] for page in pages
    ]


def entries_of(pages: list[list[str]]) -> list[tuple[str, int]]:
    found = (ENTRY.match(line) for page in pages for line in page)
    return [(one[1], int(one[2])) for one in found if one]


def headings_of(document: bytes, *levels: int) -> list[str]:
    styles = {f"Heading {level}" for level in levels}
    found = Document(io.BytesIO(document)).paragraphs
    return [" ".join(p.text.split()) for p in found if p.style and p.style.name in styles]


def lead_true(pages: list[list[str]], wanted: list[str]) -> None:
    """Every heading stands in the contents with the page it is on."""
    entries = entries_of(pages)
    assert [text for text, _ in entries] == wanted
    for text, page in entries:
        assert text in pages[page - 1], (text, page)


def busy(devices: int = 30) -> ReportModel:
    return a_model(devices, 9, 3)


@pytest.mark.parametrize("language", list(Language))
def test_the_pages_in_the_contents_are_true_and_no_heading_is_alone(
    language: Language, tmp_path: Path
) -> None:
    document = render(busy(), "docx", language, read)
    pages = pages_of(document, tmp_path)
    lead_true(pages, headings_of(document, 1))
    heads = {*headings_of(document, 1, 2), *(p for p in tables_heads(document))}
    for number, page in enumerate(pages[1:], 2):
        foot = f"第 {number} 页 共 {len(pages)} 页", f"page {number} of {len(pages)}"
        assert page[-1].endswith(foot), page[-1]
        assert "XJ-202609-JQ-001" in page[0]
        assert page[-2] not in heads, page
    assert len(pages) > 20


def tables_heads(document: bytes) -> set[str]:
    """The first rows of tables, as they are read on a page."""
    return {
        " ".join(cell.text for cell in table.rows[0].cells)
        for table in Document(io.BytesIO(document)).tables
    }


def test_the_contents_of_a_volume_name_every_device(tmp_path: Path) -> None:
    model = replace(busy(60), volumes=("hangzhou",))
    ((_, document),) = volumes(model, "docx", Language.ZH, read)
    pages = pages_of(document, tmp_path)
    lead_true(pages, headings_of(document, 1, 2))
    assert len(headings_of(document, 2)) == 20
    assert pages[0][:1] == ["密级：内部"]
    assert "编号：XJ-202609-JQ-001" in pages[0]
