"""The papers of a round as Markdown and as Word; both arrange the same blocks."""

import io
from collections.abc import Iterable
from typing import Any

from xunjian.report.calendar.papers import Block, Grid, Heading, Paragraph
from xunjian.report.plain import one_line, printable

_FONT = "宋体"
_WIDTH_MM, _HEIGHT_MM, _MARGIN_MM = 210, 297, 20  # A4 upright
_ROOMY_MM = 12  # a row to sign in


def as_markdown(blocks: Iterable[Block]) -> bytes:
    """Write Markdown; a value never becomes markup."""
    lines: list[str] = []
    for block in blocks:
        match block:
            case Heading(text, level):
                lines += ["#" * level + " " + _plain(text), ""]
            case Paragraph(text):
                lines += [_plain(text), ""] if text else []
            case Grid(head, rows):
                lines.append("| " + " | ".join(map(_plain, head)) + " |")
                lines.append("|" + " --- |" * len(head))
                lines += ["| " + " | ".join(map(_plain, row)) + " |" for row in rows]
                lines.append("")
    return "\n".join(lines).encode()


def _plain(text: str) -> str:
    line = one_line(text)
    for char in "\\|`*_<>[]#":
        line = line.replace(char, "\\" + char)
    return line


def as_word(blocks: Iterable[Block]) -> bytes:
    """Write a Word document; every paper begins on a page of its own."""
    from docx import Document
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    document: Any = Document()  # the library has no types
    for name in ("Normal", "Heading 1", "Heading 2"):
        style = document.styles[name]
        style.font.name = _FONT
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONT)
    _on_a4(document.sections[0])
    is_first = True
    for block in blocks:
        match block:
            case Heading(text, level):
                if level == 1 and not is_first:
                    document.add_page_break()
                is_first = False
                document.add_heading(printable(text), level)
            case Paragraph(text):
                if text:
                    document.add_paragraph(printable(text))
            case Grid():
                _add_table(document, block)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _on_a4(section: Any) -> None:
    """Set a section's page; the library begins with US Letter."""
    from docx.shared import Mm

    section.page_width, section.page_height = Mm(_WIDTH_MM), Mm(_HEIGHT_MM)
    section.left_margin = section.right_margin = Mm(_MARGIN_MM)
    section.top_margin = section.bottom_margin = Mm(_MARGIN_MM)


def _add_table(document: Any, grid: Grid) -> None:
    """Add a table as wide as the page; its head comes again on every page."""
    from docx.oxml import OxmlElement
    from docx.shared import Mm

    shares = grid.widths or (1,) * len(grid.head)
    whole = (_WIDTH_MM - 2 * _MARGIN_MM) / sum(shares)
    table = document.add_table(rows=1, cols=len(grid.head), style="Table Grid")
    table.autofit = False
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001
    for cell, name in zip(table.rows[0].cells, grid.head, strict=True):
        cell.paragraphs[0].add_run(printable(name)).bold = True
    for values in grid.rows:
        row = table.add_row()
        if grid.roomy:
            row.height = Mm(_ROOMY_MM)
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = printable(value)
    for column, share in zip(table.columns, shares, strict=True):
        column.width = Mm(whole * share)
        for cell in column.cells:
            cell.width = Mm(whole * share)
    document.add_paragraph()
