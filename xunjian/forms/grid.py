"""Files that come back from the field, as plain tables: what each cell says, and where it is."""

import csv
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from xunjian.errors import UsageError
from xunjian.forms.bounds import OutOfBounds, check_workbook
from xunjian.language import Text

LARGEST_BYTES = 50 * 1024 * 1024
_MOST_ROWS, _MOST_COLUMNS = 5000, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """One sheet. unread: formulas that came without their result, by (row, column)."""

    name: str
    rows: tuple[tuple[object, ...], ...]
    unread: frozenset[tuple[int, int]] = field(default_factory=frozenset)

    def at(self, row: int, column: int) -> object:
        """What a cell says; None where it is empty or there is none."""
        if row >= len(self.rows) or column < 0 or column >= len(self.rows[row]):
            return None
        return self.rows[row][column]

    def text(self, row: int, column: int) -> str:
        """What a cell says, as text."""
        value = self.at(row, column)
        return "" if value is None else str(value).strip()

    def where(self, row: int, column: int) -> str:
        """Name a cell as people do."""
        return f"{self.name}!{_letters(column)}{row + 1}"


def read_grids(name: str, content: bytes) -> tuple[Grid, ...]:
    """Read a workbook or a CSV, by what is in it, whatever it is called.

    Raises:
        UsageError: it is none of them, or too large.
    """
    if len(content) > LARGEST_BYTES:
        raise UsageError(Text(f"文件太大：{name}", f"the file is too large: {name}"))
    if content[:4] == b"PK\x03\x04":
        return _workbook(name, content)
    if content[:4] == b"\xd0\xcf\x11\xe0":
        raise UsageError(
            Text(f"这是旧的 .xls 文件：{name}", f"this is an old .xls file: {name}"),
            Text("在表格软件里另存为 .xlsx", "save it as .xlsx"),
        )
    return (_csv(name, content),)


def _workbook(name: str, content: bytes) -> tuple[Grid, ...]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            check_workbook(packed)
    except OutOfBounds as error:
        raise UsageError(
            Text(f"文件太大或不是填好的表：{name}", f"too large, or no filled form: {name}"),
            Text(
                "在表格软件里打开，删去多余的行列与合并，另存为 .xlsx",
                "open it, remove rows, columns and merges that are not needed, save it as .xlsx",
            ),
        ) from error
    except Exception as error:  # zipfile and expat raise whatever a damaged archive makes them
        raise _broken(name, error) from error
    try:
        said = load_workbook(io.BytesIO(content), data_only=True)
        written = load_workbook(io.BytesIO(content), data_only=False)
    except Exception as error:  # openpyxl raises whatever its parts raise
        raise _broken(name, error) from error
    return tuple(_sheet(said[title], written[title]) for title in said.sheetnames)


def _broken(name: str, error: Exception) -> UsageError:
    kind = type(error).__name__
    message = Text(f"读不了这个工作簿：{name}", f"the workbook cannot be read: {name}")
    return UsageError(message, Text(kind, kind))


def _sheet(said: Any, written: Any) -> Grid:
    rows = [
        list(row)
        for row in said.iter_rows(
            max_row=min(said.max_row, _MOST_ROWS),
            max_col=min(said.max_column, _MOST_COLUMNS),
            values_only=True,
        )
    ]
    unread = set()
    for row in written.iter_rows(max_row=len(rows), max_col=_MOST_COLUMNS):
        for cell in row:
            at = (cell.row - 1, cell.column - 1)
            if cell.data_type == "f" and rows[at[0]][at[1]] is None:
                unread.add(at)
    for merged in said.merged_cells.ranges:
        _spread(rows, merged)
    return Grid(name=said.title, rows=tuple(map(tuple, rows)), unread=frozenset(unread))


def _spread(rows: list[list[object]], merged: Any) -> None:
    """Give every row of cells merged downwards what the first one says."""
    top, left = merged.min_row - 1, merged.min_col - 1
    if top >= len(rows) or left >= len(rows[top]):
        return
    for row in range(top + 1, min(merged.max_row, len(rows))):
        rows[row][left] = rows[top][left]


def _csv(name: str, content: bytes) -> Grid:
    text = decoded(content)
    if text is None or "\0" in text:
        raise UsageError(
            Text(f"既不是工作簿也不是 CSV：{name}", f"neither a workbook nor a CSV: {name}")
        )
    first = text.split("\n", 20)
    counts = {mark: sum(line.count(mark) for line in first) for mark in ",;\t"}
    mark = max(counts, key=lambda one: counts[one])
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))[:_MOST_ROWS]
    except csv.Error as error:
        raise _broken(name, error) from error
    return Grid(name=name, rows=tuple(tuple(cell or None for cell in row) for row in rows))


def decoded(content: bytes) -> str | None:
    """Decode what Chinese office programs write: UTF-8, UTF-16 with its mark, or GBK."""
    marks: Mapping[bytes, str] = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    encodings = (marks.get(content[:2], "utf-8-sig"), "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _letters(column: int) -> str:
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found
