"""Keeps rows of a Word document's tables on the page of their neighbours.

Word knows no "not alone": it knows paragraphs that stay with the next. The head and the first row
stay together with what stands before them, and no row goes to a new page all by itself.
"""

from typing import Any

from docx.oxml.ns import qn

_P, _ROW = qn("w:p"), qn("w:tr")
SMALL_ROWS = 6  # a table of so many is not divided at all


def keep_rows(document: Any) -> None:
    """Mark the rows of every table."""
    for table in document.element.body.iter(qn("w:tbl")):
        rows = list(table.iterchildren(_ROW))
        kept = rows[:-1] if len(rows) <= SMALL_ROWS else (rows[0], rows[-2])
        for row in kept:
            for paragraph in row.iter(_P):
                paragraph.get_or_add_pPr().get_or_add_keepNext()
