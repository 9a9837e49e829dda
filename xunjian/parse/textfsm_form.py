"""TextFSM templates: compiled once per thread, checked for what makes choosing by form safe."""

import io
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import textfsm

from xunjian.errors import Problem
from xunjian.language import Text
from xunjian.parse.machine import Machine
from xunjian.parse.model import Table, Unparsed, filled_pairs

# `Value [options] NAME (regex)`; options are words joined by commas
_VALUE = re.compile(r"^Value\s+(?:[\w,]+\s+)?(\w+)\s+\(", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A template's text and its columns; the machine itself is kept per thread in `Machines`."""

    name: str
    source: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateMistake:
    """A mistake in a template, with its line."""

    line: int
    message: Text
    hint: Text = Text("")

    def problem(self, file: str) -> Problem:
        """Give the mistake as a content problem of the template's file."""
        return Problem(file, self.line, "", self.message, self.hint)


class TemplateError(Exception):
    """A template that does not compile; carries the mistake."""

    def __init__(self, mistake: TemplateMistake) -> None:
        super().__init__(str(mistake.message))
        self.mistake = mistake

    def problem(self, file: str) -> Problem:
        """Give the mistake as a content problem of the template's file."""
        return self.mistake.problem(file)


def compile_form(name: str, source: str) -> Form:
    """Compile a template to learn its columns.

    Raises:
        TemplateError: with the line at which the compiler stopped.
    """
    return Form(name=name, source=source, columns=tuple(_machine(source).header))


def shipped_form(name: str, source: str) -> Form:
    """Read the columns off a template that is known to compile; compiling all takes 0.2 s.

    It is compiled when a text of its form is met, and by `lint`.
    """
    head = source.split("\n\n", 1)[0]  # a blank line ends the values
    return Form(name=name, source=source, columns=tuple(_VALUE.findall(head)))


def lint_form(source: str) -> tuple[TemplateMistake, ...]:
    """Say which states do not end in `^. -> Error`; without it a wrong form yields rows quietly.

    Raises:
        TemplateError: the template does not compile.
    """
    machine = _machine(source)
    mistakes = []
    for name in machine.state_list:
        rules = machine.states[name]
        if name in {"EOF", "End"} or (rules and _is_catch_all(rules[-1])):
            continue
        mistakes.append(
            TemplateMistake(
                line=rules[-1].line_num if rules else 0,
                message=Text(
                    f"状态 {name} 没有以 ^. -> Error 结尾",
                    f"state {name} does not end in ^. -> Error",
                ),
                hint=Text("在该状态最后加一行 ^. -> Error", "add ^. -> Error as its last rule"),
            )
        )
    return tuple(mistakes)


def _is_catch_all(rule: textfsm.TextFSMRule) -> bool:
    return bool(rule.match == "^." and rule.line_op == "Error")


def _machine(source: str) -> Machine:
    machine = Machine.__new__(Machine)
    machine._line_num = 0  # noqa: SLF001 - the only place where the compiler keeps its line
    try:
        textfsm.TextFSM.__init__(machine, io.StringIO(source))  # in two steps: the line survives
    except (textfsm.TextFSMTemplateError, textfsm.Error) as error:
        line = machine._line_num  # noqa: SLF001 - see above
        message = Text(f"TextFSM 模板无法编译：{error}", f"the template does not compile: {error}")
        raise TemplateError(TemplateMistake(line=line, message=message)) from None
    return machine


@dataclass(slots=True)
class Machines:
    """Compiled machines, one set per thread: a TextFSM machine is not re-entrant.

    Compiling costs 0.1 ms, so a thread's own copy is cheaper than a lock.
    """

    _local: threading.local = field(default_factory=threading.local)

    def parse(self, form: Form, text: str, lines: Sequence[str] | None = None) -> Table:
        """Run a template over a text; `lines` is the text already split, where it is.

        Raises:
            Unparsed: a rule said Error, or the template itself is broken.
        """
        machine = self._of_this_thread(form)
        machine.Reset()
        try:
            rows = machine.parse_lines(text.splitlines() if lines is None else lines)
        except textfsm.TextFSMError as error:
            raise Unparsed(f"{form.name}: {_one_line(str(error))}") from None
        columns = form.columns
        return Table(rows=tuple([filled_pairs(zip(columns, row, strict=True)) for row in rows]))

    def parse_raw(self, form: Form, text: str) -> tuple[Mapping[str, object], ...]:
        """Give the rows as the template does, with lists and empty texts, names in lower case."""
        machine = self._of_this_thread(form)
        machine.Reset()
        try:
            rows = machine.ParseText(text)
        except textfsm.TextFSMError as error:
            raise Unparsed(f"{form.name}: {_one_line(str(error))}") from None
        names = [column.lower() for column in form.columns]
        return tuple(dict(zip(names, row, strict=True)) for row in rows)

    def _of_this_thread(self, form: Form) -> Machine:
        known: dict[str, Machine] | None = getattr(self._local, "machines", None)
        if known is None:
            known = self._local.machines = {}
        if form.source not in known:
            known[form.source] = _machine(form.source)
        return known[form.source]


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]
