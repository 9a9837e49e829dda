"""What a form consists of: lines, the sheets they stand on, the workbook of a run."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from xunjian.forms.template import FormTemplate
from xunjian.language import Text
from xunjian.tasks.model import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a form.

    question: identity of what is asked; blank: which field of the fact it fills, none where the
    column of verdicts is the answer (`judged` is the field then). Only the first line of a question
    (`leads`) takes verdict, cause, remark and pictures. value, verdict: what is known already.
    old: id of the matter of an earlier round that stands open here. measured: a machine answered
    it, and the line is there to be overruled; what is written holds as it is written.
    """

    device: str
    device_title: Text
    task: str
    question: str
    blank: str
    title: Text
    standard: Text = Text("")
    asked: Question = field(default_factory=lambda: Question(title=Text(""), kind="text"))
    leads: bool = True
    judged: str = ""
    check: str = ""
    photo: str = ""  # field that takes the name of the picture
    value: object = None
    verdict: str = ""
    source: str = ""
    old: str = ""
    note: Text = Text("")
    mark: str = "M"
    offered: bool = False  # the value was measured nearby; it counts once the sheet is filled in
    measured: bool = False

    @property
    def id(self) -> str:
        """Short, and the same for the same blank in every form of every run."""
        blank = "" if self.measured else self.blank  # what is known of it may come and go
        parts = f"{self.device}\0{self.question}\0{blank}"
        return "Q" + hashlib.sha256(parts.encode()).hexdigest()[:12]

    def given(self, note: str) -> str:
        """What the form came with: a line that comes back like this was not filled in.

        note: as it was printed; what is known of the line may be another when it comes back.
        """
        value = "" if self.value is None or self.offered else self.value
        offered = self.value if self.offered else None
        noted = [self.note.zh, self.note.en or self.note.zh]
        return json.dumps([value, self.verdict, note, offered, noted], ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet of a workbook: a room, a route, a thing by itself."""

    key: str
    title: Text
    form: FormTemplate
    lines: tuple[Line, ...]
    devices: tuple[tuple[str, Text], ...]  # name, what people call it; what the form is for first


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """All forms of a run.

    spare: lines that a form handed out earlier may hold: which measured ones are shown depends on
    what was known that day.
    """

    run_id: str
    number: str
    title: Text
    sheets: tuple[Sheet, ...]
    spare: tuple[Line, ...] = ()

    @property
    def lines(self) -> Mapping[str, Line]:
        """Lines by id."""
        shown = {line.id: line for sheet in self.sheets for line in sheet.lines}
        return {line.id: line for line in self.spare} | shown
