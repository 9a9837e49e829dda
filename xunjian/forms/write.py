"""A run's forms as a workbook: to be filled in on a phone or on paper."""

import hashlib
import io
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from xunjian.checks.model import Verdict
from xunjian.facts.words import unit_of
from xunjian.forms import words
from xunjian.forms.model import Book, Line, Sheet
from xunjian.language import Language, Text
from xunjian.run.found import FREE

_WIDTHS = (6, 16, 23, 26, 6, 10, 8, 20, 28, 11, 7, 8, 8)
_LAST = 10  # the last visible column
_ITEM, _VALUE, _VERDICT, _CAUSE, _DECIDES, _ID, _GIVEN = 2, 5, 6, 7, 10, 11, 12
_HEAD = 5  # row of the headings
_GAP = 7  # height of a row between two blocks
_FONT = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "text_wrap": True}
ID_FORM = re.compile(r"Q[0-9a-f]{12}")  # of a line
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME = 31  # of a sheet, by Excel
_LONGEST_FOOTER = 100  # Excel's limit is 255
_BAD = Verdict.ABNORMAL.value  # stands in what a line was given as


def write_book(book: Book, language: Language) -> bytes:
    """Write the workbook; it opens in Excel, WPS and LibreOffice."""
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as made:
        writer = _Writer(made, book, language)
        used: dict[str, int] = {}
        for sheet in book.sheets:
            writer.sheet(sheet, _name(sheet.title.to(language), used))
        writer.meta()
    return stream.getvalue()


def checksum(run_id: str, ids: Iterable[str]) -> str:
    """Hash what a form asks, so that a form of another run or with other questions is known."""
    return hashlib.sha256("\0".join([run_id, *sorted(ids)]).encode()).hexdigest()[:16]


def mark_of(run_id: str, sheet: Sheet) -> str:
    """What stands in the hidden heading of a sheet: whose form this is."""
    return f"{run_id} {sheet.key} {checksum(run_id, (line.id for line in sheet.lines))}"


def printed_head(book: Book, sheet: Sheet, language: Language) -> tuple[str, str, str]:
    """What stands above the lines: the form's title, whose sheet it is, how to fill it in."""
    number = f"{book.number or book.run_id}  {book.title.to(language)}"
    own, rules = sheet.form.notes.to(language), _NOTES.to(language)
    notes = "\n".join(part for part in (own, rules) if part)
    return sheet.form.title.to(language), f"{sheet.title.to(language)}    {number}", notes


def _name(title: str, used: dict[str, int]) -> str:
    base = _FORBIDDEN.sub("_", title)[: _LONGEST_NAME - 4].strip() or "表"
    used[base.lower()] = used.get(base.lower(), 0) + 1
    count = used[base.lower()]
    return base if count == 1 else f"{base}-{count}"


def _height(text: str, *columns: int) -> float:
    """Give the height a text needs in a column: not every program finds it by itself."""
    wide = sum(2.1 if ord(c) > 0x2E7F else 1.05 for c in text)
    return 15.0 * max(1, math.ceil(wide / sum(_WIDTHS[one] for one in columns))) + 3


class _Writer:
    """One workbook being written."""

    def __init__(self, workbook: Any, book: Book, language: Language) -> None:
        self._workbook, self._book, self._language = workbook, book, language
        self._formats: dict[str, Any] = {}

    def _say(self, text: Text) -> str:
        return text.to(self._language)

    def _format(self, name: str, **more: object) -> Any:
        if name not in self._formats:
            self._formats[name] = self._workbook.add_format({**_FONT, **more})
        return self._formats[name]

    def sheet(self, sheet: Sheet, name: str) -> None:
        """Write one sheet: head, lines, free rows, consent and signatures."""
        page = self._workbook.add_worksheet(name)
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        whose = printed_head(self._book, sheet, self._language)[1][:_LONGEST_FOOTER]
        page.set_footer(f"&L{whose.replace('&', '&&')}&R&P / &N")
        for column, width in enumerate(_WIDTHS):
            hidden = {"hidden": 1} if column > _LAST else {}
            page.set_column(column, column, width, None, hidden)
        self._head(page, sheet)
        row = self._lines(page, sheet, _HEAD + 1)
        page.set_row(row, _GAP)
        row = self._free(page, sheet, row + 1)
        page.set_row(row, _GAP)
        row = self._signatures(page, sheet, row + 1)
        page.print_area(0, 0, row, _LAST)
        page.repeat_rows(_HEAD)
        page.freeze_panes(_HEAD + 1, 1)  # more would fill the screen of a phone

    def meta(self) -> None:
        """Write the hidden sheet that tells whose forms these are."""
        page = self._workbook.add_worksheet(words.META)
        page.hide()
        ids = [line.id for sheet in self._book.sheets for line in sheet.lines]
        page.write_row(0, 0, ["run", self._book.run_id])
        page.write_row(1, 0, ["checksum", checksum(self._book.run_id, ids)])

    def _head(self, page: Any, sheet: Sheet) -> None:
        title = self._format("title", bold=True, font_size=15, align="center")
        form, whose, notes = printed_head(self._book, sheet, self._language)
        page.set_row(0, 26)
        page.merge_range(0, 0, 0, _LAST, form, title)
        plain = self._format("plain")
        page.merge_range(1, 0, 1, _LAST, whose, plain)
        label = self._format("label", bold=True, border=1, bg_color="#F2F2F2")
        blank = self._format("blank", border=1)
        date = self._format("date", border=1, num_format="yyyy-mm-dd hh:mm", align="left")
        for row, text, mark, kind in (
            (2, words.BY, "xj:by", blank),
            (3, words.AT, "xj:at", date),
        ):
            page.merge_range(row, 0, row, 1, self._say(text), label)
            page.merge_range(row, 2, row, 3, "", kind)
            page.write(row, _ID, mark)
            page.set_row(row, 20)  # also filled in by hand
        page.merge_range(2, 4, 3, _LAST, notes, self._format("notes", indent=1, font_size=9))
        head = self._format("head", bold=True, border=1, bg_color="#D9E2EC", align="center")
        for column, text in enumerate(words.COLUMNS):
            page.write(_HEAD, column, self._say(text), head)
        page.write(_HEAD, _ID, f"xj:form {mark_of(self._book.run_id, sheet)}", head)
        page.write(_HEAD, _GIVEN, "xj:given", head)
        page.set_row(_HEAD - 1, _GAP)
        page.set_row(_HEAD, 28)

    def _lines(self, page: Any, sheet: Sheet, row: int) -> int:
        first = row
        for number, line in enumerate(sheet.lines, 1):
            self._line(page, row, number, line)
            row += 1
        if row > first:
            self._warn(page, first, row - 1)
        return row

    def _line(self, page: Any, row: int, number: int, line: Line) -> None:
        cell = self._format("cell", border=1)
        told = self._format("told", border=1, bg_color="#FFF4CC") if line.old else cell
        value = self._value_format(line)
        note = self._say(line.note)
        item = self._say(line.title)
        shown = f"★{line.old} {item}" if line.old else item
        page.write(row, 0, f"{number} {line.mark}" if line.leads else str(number), cell)
        device = self._say(line.device_title)
        page.write(row, 1, device, cell)
        page.write(row, _ITEM, shown if line.leads else f"└ {item}", told)
        page.write(row, 3, self._say(line.standard) or ("—" if line.leads else ""), cell)
        middle = self._format("middle", border=1, align="center")
        is_day = line.asked.kind == "date" and line.blank
        unit = words.DAY if is_day else unit_of(line.asked.unit)
        page.write(row, 4, self._say(unit), middle)
        given, verdict = line.value, line.verdict
        page.write(row, _VALUE, "" if given is None else self._shown(line, given), value)
        page.write(row, _VERDICT, self._verdict(verdict), middle)
        for column in (_CAUSE, 9, _DECIDES):
            page.write_blank(row, column, None, cell)
        page.write(row, 8, note, cell) if note else page.write_blank(row, 8, None, cell)
        page.write(row, _ID, line.id)
        page.write(row, _GIVEN, line.given(note))
        standard = self._say(line.standard)
        texts = ((device, 1), (shown, _ITEM), (standard, 3), (note, 8))
        page.set_row(row, max(_height(text, column) for text, column in texts))
        self._choices(page, row, line)

    def _value_format(self, line: Line) -> Any:
        if not line.blank:
            return self._format("closed", border=1, bg_color="#EDEDED")
        if line.asked.kind == "date":
            return self._format("day", border=1, num_format="yyyy-mm-dd", align="center")
        return self._format("open", border=1, bg_color="#F7FBFF", align="center")

    def _shown(self, line: Line, value: object) -> object:
        options = line.asked.options
        return self._say(options[str(value)]) if str(value) in options else value

    def _verdict(self, verdict: str) -> str:
        found = next((one for one in words.CHOICES if one.value == verdict), None)
        return self._say(found.word) if found else ""

    def _choices(self, page: Any, row: int, line: Line) -> None:
        if line.asked.kind == "choice" and line.blank:
            shown = [self._say(text) for text in line.asked.options.values()]
            page.data_validation(row, _VALUE, row, _VALUE, {"validate": "list", "source": shown})
        if line.leads:
            page.data_validation(row, _VERDICT, row, _VERDICT, self._verdicts())
            hint = {
                "input_title": self._say(words.DECIDES),
                "input_message": self._say(_DECIDES_HINT),
            }
            yes = {"validate": "list", "source": [self._say(words.YES)], **hint}
            page.data_validation(row, _DECIDES, row, _DECIDES, yes)

    def _verdicts(self) -> dict[str, object]:
        return {"validate": "list", "source": [self._say(one.word) for one in words.CHOICES]}

    def _warn(self, page: Any, first: int, last: int) -> None:
        """Colour a cause that is missing, and verdicts that are bad."""
        bad = self._say(words.CHOICES[1].word)
        red = self._workbook.add_format({"bg_color": "#F8CBAD"})
        at = first + 1
        for column, formula in (
            (_CAUSE, f'=AND($G{at}="{bad}",LEN($H{at})=0,ISERROR(SEARCH("{_BAD}",$M{at})))'),
            (_VERDICT, f'=$G{at}="{bad}"'),
        ):
            rule: Mapping[str, object] = {"type": "formula", "criteria": formula, "format": red}
            page.conditional_format(first, column, last, column, rule)

    def _free(self, page: Any, sheet: Sheet, row: int) -> int:
        """Write rows for problems that no line asks about."""
        if not sheet.form.free_rows:
            return row
        label = self._format("label", bold=True, border=1, bg_color="#F2F2F2")
        cell = self._format("cell", border=1)
        page.merge_range(row, 0, row, _LAST, self._say(words.PROBLEMS), label)
        names = [self._say(title) for _, title in sheet.devices]
        for number in range(1, sheet.form.free_rows + 1):
            row += 1
            page.set_row(row, 20)
            for column in range(_LAST + 1):
                page.write_blank(row, column, None, cell)
            page.write(row, 0, str(number), cell)
            page.merge_range(row, _ITEM, row, _VALUE, "", cell)
            page.data_validation(row, _VERDICT, row, _VERDICT, self._verdicts())
            page.write(row, _ID, f"xj:{FREE} {number}")
            if sum(map(len, names)) + len(names) <= 250:  # Excel's limit of a list is 255
                rule = {"validate": "list", "source": names, "error_type": "warning"}
                page.data_validation(row, 1, row, 1, rule)
        return row + 1

    def _signatures(self, page: Any, sheet: Sheet, row: int) -> int:
        label = self._format("label", bold=True, border=1, bg_color="#F2F2F2")
        blank = self._format("blank", border=1)
        form = sheet.form
        rows = [(self._say(signer), f"xj:sign {n}") for n, signer in enumerate(form.signers)]
        if form.consent.zh or form.consent.en:
            rows.insert(0, (self._say(form.consent), "xj:consent"))
        for text, mark in rows:
            page.merge_range(row, 0, row, 1, text, label)
            page.merge_range(row, 2, row, _LAST, "", blank)
            page.set_row(row, max(22, _height(text, 0, 1)))
            page.write(row, _ID, mark)
            if mark == "xj:consent":
                agree = {"validate": "list", "source": [self._say(_AGREE), self._say(_REFUSE)]}
                page.data_validation(row, 2, row, 2, agree)
            row += 1
        return row - 1


_AGREE, _REFUSE = Text("同意", "agreed"), Text("不同意", "refused")
_NOTES = Text(
    "结论从下拉框选，灰格只填结论；异常、改动自动值须写原因；没查的留空，仍记为未检。照片插在该行，"
    "或写文件名（分号隔开），与本表放在一起。M 人工，H 另有自动采集，★ 上轮遗留。",
    "Choose verdicts from the list; grey cells need nothing else. What is abnormal, or measured "
    "and changed, needs its cause; blank stays not checked. Put pictures into the line, or name "
    "the files (`;` between) beside this form. M by hand, H also measured, ★ left over.",
)
_DECIDES_HINT = Text("与他人所填不一致时，选“是”以本行为准", "yes: holds against what others wrote")
