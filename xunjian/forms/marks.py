"""Whose form a sheet is: its marks, its ids, its columns, and who filled it in."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from xunjian.errors import Problem, UsageError
from xunjian.forms import words
from xunjian.forms.cells import UnreadableCell, moment_of, plain
from xunjian.forms.grid import Grid
from xunjian.forms.model import Book, Line, Sheet
from xunjian.forms.write import ID_FORM, checksum
from xunjian.language import Text
from xunjian.run.found import FREE

FindPicture = Callable[[str], str]  # name beside the form -> sha256; raises UnreadableCell
KeepPicture = Callable[[str, bytes], str]  # name and content -> sha256; raises UnreadableCell

_MARK = re.compile(rf"xj:(?:by|at|consent|(?:{FREE}|sign) \d+)")  # of a row that is no line
_ORIGINAL = Text("在原表上填写，或重新导出", "fill in the original, or export it again")
_OF_THAT_DAY = Text(
    "用当时的清单与卡收：-i 清单目录，或 -w 当时的工作区",
    "take it in by the inventory and cards of that day: -i DIR, or -w of that workspace",
)
_LATER = Text("巡检时间在将来", "the time of inspection lies ahead")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One answer taken from a form. body: what is kept of it as evidence."""

    device: str
    task: str
    question: str
    body: Mapping[str, object]
    at: datetime
    where: str


@dataclass(slots=True)
class FormReading:
    """All that one or several files say.

    notes: what was left alone, so that nobody believes it was taken in.
    """

    taken: list[Taken] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """What forms are read against: those of the run, the pictures beside them, the clock.

    keep: takes in the pictures inside a form. began: when the run did.
    lines: of the run, by id. titles: of all its things; both are worked out once for all sheets.
    """

    book: Book
    find: FindPicture
    keep: KeepPicture
    now: datetime
    began: datetime | None = None
    lines: Mapping[str, Line] = field(init=False)
    titles: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        lines = self.book.lines
        titles = {line.device_title for line in lines.values()}
        object.__setattr__(self, "lines", lines)
        object.__setattr__(
            self, "titles", frozenset(plain(one) for text in titles for one in (text.zh, text.en))
        )


def heading_of(grid: Grid) -> tuple[int, int] | None:
    """Where the heading stands that says whose form it is."""
    for row, cells in enumerate(grid.rows[:60]):
        for column, value in enumerate(cells):
            if isinstance(value, str) and value.strip().startswith("xj:form "):
                return row, column
    return None


def run_of(grid: Grid) -> str:
    """Give the id of the run whose form a sheet is; empty where it is no form."""
    at = heading_of(grid)
    return "" if at is None else grid.text(*at).split(" ")[1]


class MarkedSheet:
    """One sheet that carries our marks."""

    def __init__(self, file: str, grid: Grid, against: Against, into: FormReading) -> None:
        at = heading_of(grid)
        assert at is not None
        self._file, self._grid, self._book = file, grid, against.book
        self._find, self._keep = against.find, against.keep
        self._now, self._began, self._into = against.now, against.began, into
        self._head, self._id = at
        self._lines, self._titles = against.lines, against.titles
        self._columns = self._named_columns()
        self._by, self._at = "", self._now
        self._head_problems: list[Problem] = []
        self._head_notes: list[Text] = []
        self._asked_no_more: list[int] = []  # rows of what was asked when it was handed out

    def _sheet(self) -> Sheet:
        _, run_id, *rest = self._grid.text(self._head, self._id).split(" ")
        key = rest[0] if rest else ""
        if run_id != self._book.run_id:
            own, its = self._book.run_id, run_id[:60]
            raise UsageError(
                Text(
                    f"{self._file} 的工作表 {self._grid.name} 是另一轮的表：{its}",
                    f"{self._file}, sheet {self._grid.name} is the form of another run: {its}",
                ),
                Text(
                    f"这里收的是 {own}；收到那一轮去：xunjian forms import {its} 文件",
                    f"forms of {own} were asked for; take it into its own run: "
                    f"xunjian forms import {its} FILE",
                ),
            )
        for sheet in self._book.sheets:
            if sheet.key == key:
                return sheet
        if self._is_as_handed_out():
            raise UsageError(
                Text(
                    f"{self._file} 的工作表 {self._grid.name}：导出后清单或表样改过，{key} 没有了",
                    f"{self._file}, sheet {self._grid.name}: inventory or forms were changed since "
                    f"it was handed out: {key} is gone",
                ),
                _OF_THAT_DAY,
            )
        raise self._edited(self._head, key)

    def _is_as_handed_out(self) -> bool:
        """Whether the sheet has the ids that it was handed out with, none more and none less."""
        texts = [self._grid.text(row, self._id) for row in range(len(self._grid.rows))]
        ids = [text for text in texts if ID_FORM.fullmatch(text)]
        return checksum(self._book.run_id, ids) == texts[self._head].split(" ")[-1]

    def _edited(self, row: int, what: str) -> UsageError:
        where = self._grid.where(row, self._id)
        return UsageError(
            Text(
                f"{self._file} {where}：标识被改动或不属于本轮：{what[:60]}",
                f"{self._file} {where}: an id was edited or is none of this run: {what[:60]}",
            ),
            _ORIGINAL,
        )

    def _ids(self, sheet: Sheet) -> list[tuple[int, str]]:
        """Every marked row; refuses ids that nobody gave and ids that stand twice.

        What is asked no more, on a form that is as it was handed out, is kept apart.
        """
        found: list[tuple[int, str]] = []
        seen: set[str] = set()
        is_as_handed_out = self._is_as_handed_out()
        for row in range(len(self._grid.rows)):
            text = self._grid.text(row, self._id)
            if row == self._head or not text:
                continue
            is_line = bool(ID_FORM.fullmatch(text))
            is_ours = bool(_MARK.fullmatch(text)) or (is_line and text in self._lines)
            if (not is_ours and not (is_line and is_as_handed_out)) or text in seen:
                raise self._edited(row, text)
            seen.add(text)
            if is_ours:
                found.append((row, text))
            else:
                self._asked_no_more.append(row)
        if not is_as_handed_out:
            gone = len({line.id for line in sheet.lines} - seen)
            self._into.notes.append(
                Text(
                    f"{self._file} {self._grid.name}：少了 {gone} 行，按未填处理",
                    f"{self._file} {self._grid.name}: {gone} lines are gone and stay blank",
                )
            )
        return found

    def _named_columns(self) -> dict[str, int]:
        """Find columns by their headings: more columns, or another order, do no harm."""
        known = {plain(word): text.zh for text in words.COLUMNS for word in (text.zh, text.en)}
        found: dict[str, int] = {}
        for column in range(len(self._grid.rows[self._head])):
            text = plain(self._grid.at(self._head, column))
            if text in known:
                found.setdefault(known[text], column)
            elif text == "xj:given":
                found[words.GIVEN.zh] = column
        for needed in (words.ITEM, words.VALUE, words.VERDICT, words.CAUSE, words.GIVEN):
            if needed.zh not in found:
                where = f"{self._grid.name}!{self._head + 1}"
                raise UsageError(
                    Text(
                        f"{self._file} {where}：找不到“{needed.zh}”列",
                        f"{self._file} {where}: column “{needed.en}” is missing",
                    ),
                    _ORIGINAL,
                )
        return found

    def _is_same_item(self, row: int, line: Line) -> bool:
        text = plain(self._said(row, words.ITEM))
        if not text or any(plain(one) in text for one in (line.title.zh, line.title.en) if one):
            return True
        raise self._edited(row, f"{self._grid.text(row, self._id)} ≠ {text}")

    # --- cells ---

    def _cell(self, row: int, name: Text) -> object:
        return self._grid.at(row, self._columns.get(name.zh, -1))

    def _said(self, row: int, name: Text) -> str:
        value = self._cell(row, name)
        return "" if value is None else str(value).strip()

    def _complain(self, row: int, name: Text, message: Text) -> None:
        where = self._grid.where(row, self._columns.get(name.zh, 0))
        self._into.problems.append(Problem(self._file, 0, where, message))

    def _read_head(self) -> None:
        """Who, and when; only asked for where the sheet says anything."""
        marks = {self._grid.text(row, self._id): row for row in range(self._head)}
        by, at = marks.get("xj:by"), marks.get("xj:at")
        self._by = self._said(by, words.ITEM) if by is not None else ""
        if not self._by:
            self._missing(by, words.BY)
        value = self._cell(at, words.ITEM) if at is not None else None
        if value is None:
            self._missing(at, words.AT)
            return
        assert at is not None
        try:
            read = moment_of(value)
        except UnreadableCell as error:
            self._head_problems.append(self._problem(at, error.message))
            return
        self._at = read.replace(tzinfo=read.tzinfo or self._now.tzinfo)
        if self._at > self._now and self._at.date() > self._now.date():
            self._head_problems.append(self._problem(at, _LATER))
        began = None if self._began is None else self._began.astimezone(self._at.tzinfo)
        if began is not None and self._at.date() < began.date():
            where, day = self._grid.where(at, self._columns[words.ITEM.zh]), began.date()
            self._head_notes.append(
                Text(
                    f"{self._file}:{where}: 巡检时间早于本轮开始（{day}），照写的收下",
                    f"{self._file}:{where}: before the run began ({day}); taken in as written",
                )
            )

    def _missing(self, row: int | None, name: Text) -> None:
        message = Text(f"要填{name.zh}", f"{name.en} is needed")
        self._head_problems.append(self._problem(row if row is not None else 0, message))

    def _problem(self, row: int, message: Text) -> Problem:
        where = self._grid.where(row, self._columns[words.ITEM.zh])
        return Problem(self._file, 0, where, message)
