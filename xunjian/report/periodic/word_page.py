"""The page of a periodic Word document, and the cells of its tables."""

from collections.abc import Sequence
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.shared import Cm, Pt

from xunjian.report.periodic.laid import Laid
from xunjian.report.word_parts import HEAD_FILL, NAME_FILL, field, fonts, shade
from xunjian.report.wording import Wording

_RIGHT = {"number", "pct"}
_BLANK_CM = 0.9


def set_up(document: Any, laid: Laid, w: Wording) -> None:
    """A4 with head and foot on every page, the number in the head, page x of y in the foot."""
    fonts(document)
    document.styles["Title"].font.size = Pt(19)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.8)
    section.top_margin = section.bottom_margin = Cm(2.1)
    head = section.header.paragraphs[0]
    head.text = "    ".join(part for part in (laid.title, laid.number) if part)
    head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if laid.secrecy:
        foot.add_run(f"{laid.secrecy}    ")
    parts = (w.t("第 ", "page "), "PAGE", w.t(" 页 共 ", " of "), "NUMPAGES", w.t(" 页", ""))
    for part in parts:
        field(foot, part) if part.isupper() else foot.add_run(part)
    for paragraph in (head, foot):
        for run in paragraph.runs:
            run.font.size = Pt(9)


def fill(
    table: Any, rows: Sequence[Sequence[str]], *, has_head: bool, kinds: Sequence[str]
) -> None:
    """Write the cells; the head repeats on every page and rows stay whole."""
    blank = "blank" in kinds
    table.autofit = False
    for place, (row, texts) in enumerate(zip(table.rows, rows, strict=True)):
        is_head = has_head and place == 0
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has no call for it
        properties.append(OxmlElement("w:cantSplit"))
        if is_head:
            properties.append(OxmlElement("w:tblHeader"))
        elif blank:
            row.height = Cm(_BLANK_CM)
        for index, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            kind = kinds[index] if index < len(kinds) else "text"
            _cell(cell, text, kind, is_head=is_head)


def _cell(cell: Any, text: str, kind: str, *, is_head: bool) -> None:
    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(text)
    run.font.size = Pt(8.5)
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
    if is_head:
        run.bold = True
        shade(cell, HEAD_FILL)
    elif kind == "name":
        shade(cell, NAME_FILL)
    if kind in _RIGHT:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def widths(table: Any, widths_cm: Sequence[float]) -> None:
    """Set the widths, in the columns and in every cell: Word reads the one, others the other."""
    for index, width_cm in enumerate(widths_cm):
        table.columns[index].width = Cm(width_cm)
    for row in table.rows:
        for cell, width_cm in zip(row.cells, widths_cm, strict=True):
            cell.width = Cm(width_cm)
