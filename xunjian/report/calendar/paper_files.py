"""The papers of a round as Markdown and as Word; both arrange the same blocks."""

import io
from collections.abc import Iterable
from typing import Any

from xunjian.report.calendar.papers import Block, Grid, Heading, Paragraph
from xunjian.report.plain import one_line, printable

_FONT = "宋体"


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

    document: Any = Document()  # the library has no types
    style = document.styles["Normal"]
    style.font.name = _FONT
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
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
            case Grid(head, rows):
                table = document.add_table(rows=1, cols=len(head), style="Table Grid")
                for cell, name in zip(table.rows[0].cells, head, strict=True):
                    cell.paragraphs[0].add_run(printable(name)).bold = True
                for row in rows:
                    for cell, value in zip(table.add_row().cells, row, strict=True):
                        cell.text = printable(value)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()
