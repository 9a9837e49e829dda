"""Forms that come back: every line that says something, or where it says nothing clear."""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from xunjian.checks.model import Verdict
from xunjian.errors import Problem, UsageError
from xunjian.forms import words
from xunjian.forms.cells import UnreadableCell, is_unit, plain, text_of, value_of, verdict_of
from xunjian.forms.grid import read_grids
from xunjian.forms.marks import Against, FormReading, Taken, heading_of
from xunjian.forms.model import Line, Sheet
from xunjian.forms.stray import WatchedSheet
from xunjian.language import Text
from xunjian.run.found import FREE

_NAMES = re.compile(r"[;；,，、\n]+")
_FIGURES = frozenset({"number", "date"})
_LONGEST_SIGNATURE = 200
_SHORT = 80  # characters of a problem by which it is known


def read_form(name: str, content: bytes, against: Against, into: FormReading) -> None:
    """Read one file against the forms of a run.

    Raises:
        UsageError: it is no form, the form of another run, or its ids were edited.
    """
    grids = read_grids(name, content)
    marked = [grid for grid in grids if heading_of(grid) is not None]
    if not marked:
        raise UsageError(
            Text(f"这不是巡检表：{name}", f"this is no inspection form: {name}"),
            Text("用 xunjian forms export 轮次 导出", "export one with `xunjian forms export RUN`"),
        )
    for grid in marked:
        _SheetReader(name, grid, against, into).read()
    others = {grid.name for grid in grids} - {grid.name for grid in marked} - {words.META}
    into.notes += [
        Text(
            f"{name}：工作表 {other} 不是本表，未读",
            f"{name}: sheet {other} is not ours and was not read",
        )
        for other in sorted(others)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """What a line was handed out with. offered: a value measured nearby, to be confirmed."""

    value: object = ""
    verdict: str = ""
    note: str = ""
    offered: object = None
    noted: tuple[str, str] = ("", "")  # the note in both languages


class _SheetReader(WatchedSheet):
    """One sheet being read."""

    def read(self) -> None:
        """Read head, lines, free rows and signatures."""
        sheet = self._sheet()
        ids = self._ids(sheet)
        self._look_over(ids, sheet)
        self._read_head()
        rows: defaultdict[tuple[str, str], list[tuple[int, Line]]] = defaultdict(list)
        for row, text in ids:
            if text in self._lines:
                line = self._lines[text]
                if self._is_whole(row, line, self._titles):
                    rows[line.device, line.question].append((row, line))
        before = len(self._into.taken)
        for found in rows.values():
            self._question(found)
        for row, text in ids:
            if text.startswith(f"xj:{FREE}"):
                self._free(row, sheet)
        is_signed = self._signatures(ids, sheet)
        if is_signed or len(self._into.taken) > before:
            self._into.problems += self._head_problems
            self._into.notes += self._head_notes
        for row in self._asked_no_more:
            self._refuse_lost(row)

    def _refuse_lost(self, row: int) -> None:
        """What was written on a line that is asked no more must not get lost."""
        given = self._given(row)
        printed = given.value if given.offered is None else given.offered
        columns = (words.CAUSE, words.PHOTO, words.DECIDES)
        written = [self._said(row, name) for name in columns if self._said(row, name)]
        has_more = self._said(row, words.REMARK) != given.note or self._beside(row)
        has_picture = any(at == row for at, _ in self._grid.pictures)
        is_blank = self._verdict(row) == given.verdict and not (written or has_more or has_picture)
        if is_blank and _is_same(self._cell(row, words.VALUE), printed):
            return
        self._complain(
            row,
            words.ITEM,
            Text(
                "导出以后清单或项目卡改过，这一项没有了；用当时的清单收（-i 目录），或清空这一行",
                "inventory or cards were changed since this was handed out and this item is gone; "
                "use the inventory of that day (-i DIR), or clear the row",
            ),
        )

    def _question(self, rows: Sequence[tuple[int, Line]]) -> None:
        """Read all lines of one question; nothing is taken from what is not clear."""
        row, line = next(((row, line) for row, line in rows if line.leads), rows[0])
        count = len(self._into.problems)
        for at, _ in rows:
            if at != row:
                self._beneath(at, row)
        values = {one.blank: self._value(at, one) for at, one in rows if one.blank}
        verdict = self._verdict(row)
        remarks = [self._remark(at, one) for at, one in rows]
        cause, remark = self._text(row, words.CAUSE), "；".join(filter(None, remarks))
        named = {name: photo for at, _ in rows for name, photo in self._photos(at).items()}
        photos = tuple(dict.fromkeys(named.values()))
        decides = self._decides(row)
        said_value = values.get(line.blank) if line.blank else None
        has_more = any(v is not None for name, v in values.items() if name != line.blank)
        given = self._given(row)
        is_changed = verdict != given.verdict or not _is_same(said_value, given.value)
        is_offered = given.offered is not None
        if is_offered and not self._by and _is_same(said_value, given.offered) and not verdict:
            is_changed = False  # as it was handed out: nobody has confirmed it
        if not (is_changed or has_more or cause or remark or photos or decides):
            return
        is_of_the_old_value = verdict == given.verdict and given.value not in {"", None}
        is_new = said_value is not None and not _is_same(said_value, given.value)
        if is_of_the_old_value and is_new and not line.measured:
            verdict = ""  # it is judged by its card
        if line.judged and verdict in {Verdict.NORMAL.value, Verdict.ABNORMAL.value}:
            values[line.judged] = verdict
        if photos and line.photo:
            values[line.photo] = next(iter(named))
        body: dict[str, object] = {
            "values": values,
            "verdict": verdict,
            "cause": cause,
            "remark": remark,
            "photos": list(photos),
            "decides": decides,
        }
        self._check(row, line, body, is_changed=is_changed)
        if is_offered or line.offered:
            body["noted"] = list(given.noted)
        if len(self._into.problems) == count:
            self._take(row, line, body)

    def _check(self, row: int, line: Line, body: Mapping[str, object], *, is_changed: bool) -> None:
        """Say what is missing beside what was written."""
        values, verdict = body["values"], body["verdict"]
        assert isinstance(values, dict)
        reason = body["cause"] or body["remark"]
        has_value = any(v is not None for v in values.values())
        given = self._given(row)
        is_other = given.offered is not None and not _is_same(values.get(line.blank), given.offered)
        is_figure = bool(line.blank) and line.asked.kind in _FIGURES
        if verdict == Verdict.ABNORMAL.value and not reason:
            self._complain(
                row, words.CAUSE, Text("异常须写原因", "an abnormal item needs its cause")
            )
        elif not verdict and (line.measured or not has_value):
            message = Text(
                "这一行没有填完：缺结论", "this row is not complete: the verdict is missing"
            )
            if given.verdict:
                message = Text(
                    "原有的结论被清空；要撤回就选“未检”",
                    "the verdict that stood here was cleared; to withdraw it choose “not checked”",
                )
            self._complain(row, words.VERDICT, message)
        elif verdict == Verdict.NORMAL.value and is_figure and values.get(line.blank) is None:
            message = Text("正常须有实测值", "what is normal needs its measured value")
            self._complain(row, words.VALUE, message)
        is_told = bool(given.verdict) or given.value not in {"", None}  # else it was not measured
        is_measured = line.source in {"automatic", "hybrid"} and is_told
        if ((is_changed and is_measured) or is_other) and not reason:
            message = Text(
                "改动自动采集的结果须写原因", "overruling what was measured needs a reason"
            )
            self._complain(row, words.CAUSE, message)

    def _value(self, row: int, line: Line) -> object:
        column = self._columns[words.VALUE.zh]
        try:
            value = value_of(line.asked, self._grid.at(row, column))
        except UnreadableCell as error:
            self._complain(row, words.VALUE, error.message)
            return None
        unit = self._said(row, words.UNIT)
        is_other = line.asked.kind == "number" and unit and not is_unit(unit, line.asked.unit)
        if value is not None and is_other:
            message = Text(
                f"单位栏写的是 {unit[:20]}，本项是 {line.asked.unit or '-'}",
                f"the unit says {unit[:20]}, the item is asked in {line.asked.unit or '-'}",
            )
            self._complain(row, words.UNIT, message)
        return value

    def _verdict(self, row: int) -> str:
        try:
            return verdict_of(self._cell(row, words.VERDICT))
        except UnreadableCell as error:
            self._complain(row, words.VERDICT, error.message)
            return ""

    def _decides(self, row: int) -> bool:
        said = words.is_yes(self._said(row, words.DECIDES))
        if said is None:
            message = Text("只能填“是”或留空", "either yes or blank")
            self._complain(row, words.DECIDES, message)
        return bool(said)

    def _remark(self, row: int, line: Line) -> str:
        """The remark without what the form came with; a value where none is asked is one too."""
        said = self._text(row, words.REMARK)
        parts = [] if said == self._given(row).note else [said]
        if not line.blank and (extra := self._text(row, words.VALUE)):
            parts.append(extra)
        parts.append(self._beside(row))
        return "；".join(part for part in parts if part)

    def _text(self, row: int, name: Text, *most: int) -> str:
        try:
            return text_of(self._cell(row, name), *most)
        except UnreadableCell as error:
            self._complain(row, name, error.message)
            return ""

    def _photos(self, row: int) -> dict[str, str]:
        """The pictures of a row by name: those it names, then those that lie in it."""
        found: dict[str, str] = {}
        for name in map(str.strip, _NAMES.split(self._said(row, words.PHOTO))):
            if plain(name).lower() in words.NOTHING:
                continue
            try:
                found[name] = self._find(name)
            except UnreadableCell as error:
                self._complain(row, words.PHOTO, error.message)
        inside = self._grid.pictures
        for at, column in sorted(place for place in inside if place[0] == row):
            where = self._grid.where(at, column)
            for number, content in enumerate(inside[at, column], 1):
                name = f"{where.replace('!', ' ')}{f'-{number}' if number > 1 else ''}.jpg"
                try:
                    found[name] = self._keep(name, content)
                except UnreadableCell as error:
                    self._into.problems.append(Problem(self._file, 0, where, error.message))
        return found

    def _given(self, row: int) -> _Given:
        try:
            value, verdict, note, offered, *rest = json.loads(self._said(row, words.GIVEN))
            (zh, en) = rest[0] if rest else (note, note)
        except (ValueError, TypeError):
            raise self._edited(row, self._said(row, words.GIVEN)) from None
        noted = (str(zh), str(en))
        return _Given(
            value=value, verdict=str(verdict), note=str(note), offered=offered, noted=noted
        )

    def _take(self, row: int, line: Line, body: Mapping[str, object]) -> None:
        where = f"{self._file} {self._grid.where(row, 0)}"
        self._into.taken.append(
            Taken(
                device=line.device,
                task=line.task,
                question=line.question,
                body={**body, "by": self._by, "at": self._at.isoformat()},
                at=self._at,
                where=where,
            )
        )

    # --- what no line asks ---

    def _free(self, row: int, sheet: Sheet) -> None:
        """Take a problem that was on no list."""
        count = len(self._into.problems)
        wide = (words.ITEM, words.STANDARD, words.UNIT, words.VALUE)  # one cell on the form
        said = " ".join(filter(None, dict.fromkeys(self._text(row, name) for name in wide)))
        remarks = (self._text(row, words.REMARK), self._beside(row))
        remark = "；".join(filter(None, remarks))
        has_picture = any(at == row for at, _ in self._grid.pictures)
        names = (words.VERDICT, words.CAUSE, words.PHOTO, words.DEVICE, words.DECIDES)
        rest = [self._text(row, name) for name in names]
        if not said:
            if any(rest) or remark or has_picture:
                message = Text("要写是什么问题", "say what is wrong")
                self._complain(row, words.ITEM, message)
            return
        device = self._device(row, sheet)
        if device is None:
            return
        verdict = self._verdict(row) or Verdict.ABNORMAL.value
        photos = self._photos(row)
        if len(self._into.problems) > count:
            return
        line = next(one for one in sheet.lines if one.device == device)
        body = {
            "values": {"detail": said},
            "verdict": verdict,
            "cause": rest[1],
            "remark": remark,
            "photos": list(dict.fromkeys(photos.values())),
            "decides": False,
        }
        self._take(row, replace(line, question=f"{FREE} {_short(said)}"), body)

    def _device(self, row: int, sheet: Sheet) -> str | None:
        said = plain(self._said(row, words.DEVICE))
        if not said:
            return sheet.devices[0][0]
        for name, title in sheet.devices:
            if said in {plain(name), plain(title.zh), plain(title.en)}:
                return name
        message = Text(f"本表没有这件设备：{said[:40]}", f"no such thing on this form: {said[:40]}")
        self._complain(row, words.DEVICE, message)
        return None

    def _signatures(self, ids: Sequence[tuple[int, str]], sheet: Sheet) -> bool:
        """Take who signed and what was agreed to; gives whether anybody did."""
        said: dict[str, str] = {}
        photos: dict[str, str] = {}
        for row, text in ids:
            if not text.startswith(("xj:consent", "xj:sign ")):
                continue
            drawn = self._photos(row)
            value = self._signed(row) or ("手写 / drawn" if drawn else "")
            photos |= drawn
            if value:
                said[self._signer(row, text, sheet)] = value
        if said and sheet.lines and self._by:
            body: Mapping[str, object] = {"values": said}
            if photos:
                body = {**body, "photos": list(dict.fromkeys(photos.values()))}
            own = next(one for one in sheet.lines if one.device == sheet.devices[0][0])
            self._take(self._head, replace(own, question=f"SIGN {sheet.title}"), body)
        return bool(said)

    def _signed(self, row: int) -> str:
        """What stands in the wide cell of a signature, where it was split again, or over it."""
        names = words.COLUMNS[words.COLUMNS.index(words.ITEM) : words.COLUMNS.index(words.ID)]
        taken = [self._text(row, name, _LONGEST_SIGNATURE) for name in names if name != words.PHOTO]
        return " ".join(filter(None, dict.fromkeys([*taken, self._beside(row)])))

    def _signer(self, row: int, mark: str, sheet: Sheet) -> str:
        if mark == "xj:consent":
            return "consent"
        number = mark.rpartition(" ")[2]
        if number.isdigit() and int(number) < len(sheet.form.signers):
            return str(sheet.form.signers[int(number)])
        return self._said(row, words.NUMBER)  # the form has changed since it was handed out


def _short(text: str) -> str:
    """Tell a problem apart from others by its beginning, and a long one by all of it."""
    if len(text) <= _SHORT:
        return text
    return f"{text[:_SHORT]} {hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _is_same(one: object, other: object) -> bool:
    """Whether two values are the same to a reader: 55 and 55.0 are, nothing and blank are."""
    texts = ["" if value is None else str(value) for value in (one, other)]
    try:
        return float(texts[0]) == float(texts[1])
    except ValueError:
        return texts[0] == texts[1]
