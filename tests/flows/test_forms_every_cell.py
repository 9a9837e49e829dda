"""Whatever is written into whichever cell of a form: it is taken in, noted or complained of."""

import csv
import io
import json
import re
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.fixtures.site_forms import ALL_WELL, export, fill
from xunjian.cli.forms import book_for
from xunjian.errors import UsageError
from xunjian.forms.cells import UnreadableCell
from xunjian.forms.marks import Against, FormReading
from xunjian.forms.model import Book
from xunjian.forms.read import read_form
from xunjian.language import Text
from xunjian.run.content import Content

WORD = "某字XQZ"
COLUMNS, ID, HIDDEN = 16, 11, range(11, 13)

Rows = list[list[Any]]


def no_picture(name: str) -> str:
    raise UnreadableCell(Text(f"找不到照片：{name}", name))


def heard(rows: Rows, book: Book) -> str:
    """All that comes of a form: answers, complaints, notes, or why it is refused."""
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(rows)
    into = FormReading()
    now = datetime(2098, 1, 1, tzinfo=UTC)
    against = Against(book=book, find=no_picture, keep=lambda name, _: name, now=now)
    try:
        read_form("表.csv", stream.getvalue().encode(), against, into)
    except UsageError as refused:
        return f"{refused.message.zh} 拒收"
    answers = [json.dumps(one.body, ensure_ascii=False, default=str) for one in into.taken]
    problems = [f"{one.key}: {one.message.zh}" for one in into.problems]
    return "\n".join([*answers, *problems, *(note.zh for note in into.notes)])


def letters(column: int) -> str:
    return chr(65 + column)


@pytest.mark.parametrize("is_added", [False, True], ids=["written over", "added"])
def test_no_cell_of_a_form_swallows_what_is_written_there(site: Path, *, is_added: bool) -> None:
    content = Content(site, None)
    book = book_for(content, content.store.record(content.find_run("latest").run_id))
    sheet = load_workbook(fill(export(site), ALL_WELL)).worksheets[0]
    rows: Rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    rows = [row + [None] * (COLUMNS - len(row)) for row in [*rows, [], []]]
    before = heard(rows, book)
    assert WORD not in before
    heading = next(n for n, row in enumerate(rows) if str(row[ID]).startswith("xj:form "))
    swallowed = []
    for row, column in product(range(len(rows)), range(COLUMNS)):
        if row == heading or (column in HIDDEN and not str(rows[row][ID]).startswith("Q")):
            continue  # what heads a column, and what nobody sees
        old = rows[row][column]
        rows[row][column] = f"{old or ''}{WORD}" if is_added else WORD
        after = heard(rows, book)
        rows[row][column] = old
        is_complained_of = re.search(rf"![A-P]{row + 1}\b", after) or "拒收" in after
        if WORD not in after and not is_complained_of:
            swallowed.append(f"{letters(column)}{row + 1} {old!r}")
    assert swallowed == []
