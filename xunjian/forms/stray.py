"""What somebody wrote beside the lines of a form: nothing of it gets lost without a word."""

import re
from collections.abc import Collection, Sequence

from xunjian.facts.words import unit_of
from xunjian.forms import words
from xunjian.forms.cells import plain
from xunjian.forms.marks import MarkedSheet
from xunjian.forms.model import Line, Sheet
from xunjian.forms.write import printed_head
from xunjian.language import Language, Text
from xunjian.run.found import FREE

_NUMBER = re.compile(r"\d+ ?[AHM]?")  # of a line, as it is printed
_BEFORE_AN_ITEM = re.compile(r"^(?:★\w+|└) ")  # is left over from an earlier round, or goes on
_PRINTED = (words.NUMBER, words.STANDARD, words.UNIT)  # nobody fills these in
_SHOWN = 60  # characters of a text by which it is known


class WatchedSheet(MarkedSheet):
    """One sheet of which every cell is looked at."""

    def _look_over(self, ids: Sequence[tuple[int, str]], sheet: Sheet) -> None:
        """Complain of what cannot be read, and note what is not: it stays in the form as kept."""
        marked = {*(row for row, _ in ids), *self._asked_no_more}
        self._unread(marked)
        for row in range(self._head + 1, len(self._grid.rows)):
            if not self._grid.text(row, self._id):
                self._nameless(row)
        self._labels(ids, sheet)
        self._strange_columns()
        self._above(sheet)
        for (row, column), text in sorted(self._grid.comments.items()):
            if row not in marked or row < self._head:
                self._left(
                    row, column, Text(f"批注“{text[:_SHOWN]}”", f"comment “{text[:_SHOWN]}”")
                )
        for row, column in sorted(self._grid.pictures):
            if row not in marked or row < self._head:
                self._left(row, column, Text("图片不在任何一项的行里", "picture in no line"))

    def _left(self, row: int, column: int, what: Text) -> None:
        where = f"{self._file} {self._grid.where(row, column)}"
        self._into.notes.append(
            Text(
                f"{where}：{what.zh}，未读，只随原表留存",
                f"{where}: {what.en}: not read, kept with the form",
            )
        )

    def _unread(self, marked: Collection[int]) -> None:
        asked = {self._columns[name.zh]: name for name in words.COLUMNS if name.zh in self._columns}
        for row, column in sorted(self._grid.unread):
            name = asked.get(column)
            if row in marked and name is not None and name not in _PRINTED:
                message = Text(
                    "公式没有结果；在表格软件里打开保存一次",
                    "the formula has no result; open and save the file once",
                )
                self._complain(row, name, message)

    def _nameless(self, row: int) -> None:
        """A row somebody put in: what it says must not get lost."""
        for name in (words.VALUE, words.VERDICT, words.CAUSE, *words.COLUMNS):
            said = plain(self._said(row, name))
            is_printed = name is words.NUMBER and (
                _NUMBER.fullmatch(said) or said in {plain(words.PROBLEMS.zh), words.PROBLEMS.en}
            )
            if said and not is_printed and name not in {words.ID, words.GIVEN}:
                message = Text(
                    "这一行没有标识，不知属于哪一项；新问题写在“表外问题”里",
                    "this row has no id; new problems belong into the rows for them",
                )
                self._complain(row, name, message)
                return

    def _strange_columns(self) -> None:
        known = {self._id, *self._columns.values()}
        for column in range(max(map(len, self._grid.rows))):
            rows = range(self._head + 1, len(self._grid.rows))
            said = [row for row in rows if column not in known and self._grid.text(row, column)]
            if said:
                title = self._grid.text(self._head, column)[:_SHOWN]
                zh, en = f"多出的列“{title}”，{len(said)} 格有字", f"column “{title}” of yours"
                self._left(said[0], column, Text(zh, en))

    def _above(self, sheet: Sheet) -> None:
        """Note what was written above the lines, beside inspector and time."""
        printed = {words.BY.zh, words.BY.en, words.AT.zh, words.AT.en}
        for language in Language:
            printed |= {plain(text) for text in printed_head(self._book, sheet, language)}
        answered = self._columns[words.ITEM.zh]
        for row in range(self._head):
            for column in range(len(self._grid.rows[row])):
                text = plain(self._grid.at(row, column))
                is_answer = column == answered and self._grid.text(row, self._id)
                if text and column != self._id and not is_answer and text not in printed:
                    self._left(row, column, Text(f"“{text[:_SHOWN]}”", f"“{text[:_SHOWN]}”"))

    def _is_whole(self, row: int, line: Line, titles: Collection[str]) -> bool:
        """Whether a line still is about the same item of the same thing; told where it is not.

        titles: of all things of the form.

        Raises:
            UsageError: its id stands beside another item or thing.
        """
        self._is_same_item(row, line)
        said = plain(self._said(row, words.DEVICE))
        own = {"", plain(line.device), plain(line.device_title.zh), plain(line.device_title.en)}
        if said not in own and said in titles:
            raise self._edited(row, f"{self._grid.text(row, self._id)} ≠ {said}")
        unit = words.DAY if line.asked.kind == "date" else unit_of(line.asked.unit)
        printed = {
            words.DEVICE: own,
            words.STANDARD: {"", "—", plain(line.standard.zh), plain(line.standard.en)},
            words.UNIT: {"", plain(line.asked.unit), plain(unit.zh), plain(unit.en)},
            words.ITEM: {"", plain(line.title.zh), plain(line.title.en)},
        }
        for name, texts in printed.items():
            if _BEFORE_AN_ITEM.sub("", plain(self._said(row, name))) not in texts:
                self._altered(row, name)
        if not _NUMBER.fullmatch(plain(self._said(row, words.NUMBER)) or "0"):
            self._altered(row, words.NUMBER)
        return True

    def _labels(self, ids: Sequence[tuple[int, str]], sheet: Sheet) -> None:
        """Note what was written over the number of a problem, or who is to sign."""
        form = sheet.form
        printed = {
            plain(text) for one in (form.consent, *form.signers) for text in (one.zh, one.en)
        }
        for row, mark in ids:
            if row < self._head or not mark.startswith("xj:"):
                continue
            is_problem = mark.startswith(f"xj:{FREE}")
            for name in (words.NUMBER,) if is_problem else (words.NUMBER, words.DEVICE):
                said = plain(self._said(row, name))
                if said and said not in printed and not (is_problem and _NUMBER.fullmatch(said)):
                    self._altered(row, name)

    def _altered(self, row: int, name: Text) -> None:
        text = self._said(row, name)[:_SHOWN]
        column = self._columns[name.zh]
        self._left(row, column, Text(f"{name.zh}改为“{text}”", f"{name.en} changed to “{text}”"))

    def _beneath(self, row: int, first: int) -> None:
        """Complain of what stands in a further line of an item and belongs into its first."""
        for name in (words.VERDICT, words.CAUSE, words.DECIDES):
            if self._said(row, name):
                message = Text(
                    f"写到这一项的首行（第 {first + 1} 行）",
                    f"this belongs into the first line of the item, row {first + 1}",
                )
                self._complain(row, name, message)

    def _beside(self, row: int) -> str:
        """What comments pinned to a row say."""
        found = [text for (at, _), text in sorted(self._grid.comments.items()) if at == row]
        return "；".join(text for text in found if text)
