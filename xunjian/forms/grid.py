"""Files that come back from the field, as plain tables: what each cell says, and where it is."""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xunjian.errors import UsageError
from xunjian.forms.bounds import OutOfBounds, check_workbook
from xunjian.forms.embedded import Embedded, Place, embedded_in
from xunjian.language import Text

LARGEST_BYTES = 50 * 1024 * 1024
_MOST_ROWS, _MOST_COLUMNS = 5000, 60
_PICTURE = re.compile(r"DISPIMG\(|^#(?:VALUE!|NAME\?)$")
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_CONVERSATION = "linkid=870924"  # ends what Excel says before a threaded comment ([MS-XLSX] 2.1.16)
AGAIN = Text(
    "可能没有拷完整：在表格软件里打开后另存为 .xlsx，打不开就重新拷贝",
    "it may not be whole: open it and save it as .xlsx; if it does not open, copy it again",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """One sheet; what is more than a cell's value stands by (row, column).

    unread: formulas that came without their result. comments: as people pinned them to cells, and
    text boxes laid over them.
    pictures: put into or over cells.
    """

    name: str
    rows: tuple[tuple[object, ...], ...]
    unread: frozenset[Place] = field(default_factory=frozenset)
    comments: Mapping[Place, str] = field(default_factory=dict)
    pictures: Mapping[Place, tuple[bytes, ...]] = field(default_factory=dict)

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
        raise _compound(name, content)
    if not content.strip(b"\0"):
        raise UsageError(Text(f"文件是空的：{name}", f"the file is empty: {name}"), AGAIN)
    return (_csv(name, content),)


def _compound(name: str, content: bytes) -> UsageError:
    """Tell the two kinds of compound files that people send ([MS-OFFCRYPTO] 2.3.4.4)."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return UsageError(
            Text(f"文件有打开密码：{name}", f"the file asks for a password: {name}"),
            Text("去掉打开密码再保存", "take the password off and save it again"),
        )
    return UsageError(
        Text(f"这是旧的 .xls 或 .et 文件：{name}", f"this is an old .xls or .et file: {name}"),
        Text("在表格软件里另存为 .xlsx", "save it as .xlsx"),
    )


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
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what openpyxl would not write again
            said = load_workbook(io.BytesIO(content), data_only=True)
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                embedded = embedded_in(packed)
                formulas = _formulas(content) if _has_formulas(packed) else {}
    except Exception as error:  # openpyxl raises whatever its parts raise
        raise _broken(name, error) from error
    if not said.worksheets:
        raise _broken(name, ValueError("no worksheet, or Strict Open XML"))
    return tuple(
        _sheet(name, sheet, formulas.get(sheet.title, ()), embedded.get(sheet.title, Embedded()))
        for sheet in said.worksheets
    )


def _has_formulas(packed: zipfile.ZipFile) -> bool:
    return any(
        _FORMULA.search(packed.read(part))
        for part in packed.namelist()
        if part.startswith("xl/worksheets/") and part.endswith(".xml")
    )


def _formulas(content: bytes) -> Mapping[str, Sequence[Place]]:
    """Where formulas stand, by sheet: read a second time, as values only one of both is given."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), data_only=False, read_only=True)
    found: dict[str, list[Place]] = {}
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what a program wrote there may be wrong
        rows = sheet.iter_rows(max_row=_MOST_ROWS, max_col=_MOST_COLUMNS)
        found[sheet.title] = [
            (row, column)
            for row, cells in enumerate(rows)
            for column, cell in enumerate(cells)
            if cell.data_type == "f"
        ]
    return found


def _broken(name: str, error: Exception) -> UsageError:
    kind = type(error).__name__
    message = Text(f"读不了这个工作簿：{name}（{kind}）", f"no readable workbook: {name} ({kind})")
    return UsageError(message, AGAIN)


def _sheet(file: str, said: Any, formulas: Iterable[Place], embedded: Embedded) -> Grid:
    rows: list[list[object]] = []
    comments, pictures = dict(embedded.texts), embedded.pictures
    for cells in said.iter_rows(
        max_row=min(said.max_row, _MOST_ROWS), max_col=min(said.max_column, _MOST_COLUMNS)
    ):
        rows.append([_shown(cell, pictures) for cell in cells])
        comments |= {
            (cell.row - 1, cell.column - 1): _comment(cell.comment.text)
            for cell in cells
            if cell.comment is not None
        }
    if any(
        cell.value is not None
        for cell in said._cells.values()  # noqa: SLF001 - asking for rows would make their cells
        if cell.row > _MOST_ROWS or cell.column > _MOST_COLUMNS
    ):
        raise _too_long(f"{file} {said.title}")
    unread = frozenset(
        (row, column)
        for row, column in formulas
        if (row, column) not in pictures
        and row < len(rows)
        and (column >= len(rows[row]) or rows[row][column] is None)
    )
    for merged in said.merged_cells.ranges:
        _spread(rows, merged)
    return Grid(
        name=said.title,
        rows=tuple(map(tuple, rows)),
        unread=unread,
        comments=comments,
        pictures=pictures,
    )


def _shown(cell: Any, pictures: Container[Place]) -> object:
    """Give a cell's value as it reads: 0.55 that stands there as 55 % is "55%".

    What stands for a picture in a cell is no text: a formula in WPS, an error in Excel.
    """
    value = cell.value
    if (cell.row - 1, cell.column - 1) in pictures and _PICTURE.search(str(value)):
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and "%" in str(cell.number_format):
        return f"{value * 100:.10g}%"
    return value


def _comment(text: str) -> str:
    """Give a comment without what Excel puts before one of a conversation."""
    _, _, rest = text.partition(_CONVERSATION)
    return (rest.partition(":")[2] or rest if rest else text).strip()


def _too_long(where: str) -> UsageError:
    return UsageError(
        Text(
            f"{where} 超出 {_MOST_ROWS} 行或 {_MOST_COLUMNS} 列",
            f"{where} has more than {_MOST_ROWS} rows or {_MOST_COLUMNS} columns",
        ),
        Text("删去表以外的内容", "take out what is not of the form"),
    )


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
            Text(f"既不是工作簿也不是 CSV：{name}", f"neither a workbook nor a CSV: {name}"), AGAIN
        )
    heading = next((line for line in text.splitlines() if "xj:form " in line), text[:1000])
    mark = max(",;\t", key=heading.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except csv.Error as error:
        raise _broken(name, error) from error
    if len(rows) > _MOST_ROWS:
        raise _too_long(name)
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
