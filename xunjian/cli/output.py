"""The one renderer: data to stdout, everything else to stderr.

Nothing is wrapped when it does not go to a terminal; `NO_COLOR` is honoured by rich itself;
control characters of device texts and file names never reach the terminal.
"""

import contextlib
import json
import os
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from xunjian.cli.headings import heading
from xunjian.errors import ContentError, UsageError, XunjianError
from xunjian.language import Language, Text

REST = "    "  # before what does not fit on a terminal's line
SHORT_CELLS = 12  # columns no wider than this are not broken on a narrow terminal


def harmless(text: object) -> str:
    """Make a text safe to print: control and format characters become visible escapes."""
    return "".join(
        char if unicodedata.category(char) not in {"Cc", "Cf", "Cs"} else repr(char)[1:-1]
        for char in str(text)
    )


def _padded(rows: Sequence[Sequence[str]]) -> list[str]:
    """Align columns by the cells a character takes; the last column is not padded."""
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            text + " " * (width - cell_len(text)) for text, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def folded(line: str, width: int) -> list[str]:
    """Break a line at spaces so that no part takes more cells; set the rest in below the first."""
    from rich.cells import cell_len
    from rich.console import Console
    from rich.text import Text as Cell

    if cell_len(line) <= width:
        return [line]
    body = line.lstrip(" ")
    indent = " " * (len(line) - len(body))
    room = max(width - len(indent) - len(REST), SHORT_CELLS)
    first, *rest = Cell(body).wrap(Console(width=width), room)
    return [
        f"{indent}{first.plain}".rstrip(),
        *(f"{indent}{REST}{part.plain}".rstrip() for part in rest),
    ]


def _write(stream: TextIO, text: str) -> None:
    """Write at once. A reader that went away costs nothing but the rest of the text: the work goes
    on, and its exit code is its own.

    Raises:
        UsageError: the text cannot be written for another reason, e.g. a full disk.
    """
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        _silence(stream)  # else the interpreter tries once more when it ends
        if not isinstance(error, BrokenPipeError):
            why = error.strerror
            raise UsageError(
                Text(f"输出写不出去（{why}）", f"the output cannot be written ({why})")
            ) from error


def _silence(stream: TextIO) -> None:
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


@dataclass(frozen=True, slots=True)
class Output:
    """Where this call prints, and in which language."""

    language: Language = Language.ZH
    debug: bool = False
    is_language_asked: bool = False  # with `--lang`

    def text(self, text: Text | str) -> str:
        """Give a text in the language of this call."""
        return text.to(self.language) if isinstance(text, Text) else text

    def data(self, text: str) -> None:
        """Print a result to stdout."""
        _write(sys.stdout, text if text.endswith("\n") else text + "\n")

    def raw(self, content: bytes) -> None:
        """Write a file to stdout, byte by byte.

        Raises:
            UsageError: stdout is a terminal.
        """
        if sys.stdout.isatty():
            raise UsageError(
                Text("这是文件，不能显示在终端上", "this is a file, not to be shown on a terminal"),
                Text(
                    "用 -o 写到文件，或接 > 重定向",
                    "write it to a file with -o, or redirect with >",
                ),
            )
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()

    def lines(self, text: str) -> None:
        """Print lines to stdout; on a terminal the rest of a long one stands below, set in."""
        if not sys.stdout.isatty():
            self.data(text)
            return
        from rich.console import Console

        width = Console(file=sys.stdout).width
        self.data("\n".join(part for line in text.split("\n") for part in folded(line, width)))

    def json(self, value: object) -> None:
        """Print a result as JSON to stdout."""
        self.data(json.dumps(value, ensure_ascii=False, indent=2, default=str))

    def say(self, text: Text | str) -> None:
        """Print a message to stderr."""
        _write(sys.stderr, self.text(text) + "\n")

    def table(self, columns: Sequence[Text], rows: Sequence[Sequence[object]]) -> None:
        """Print a table to stdout: framed and fitted on a terminal, plain and whole elsewhere."""
        heads = [self.text(column) for column in columns]
        body = [["" if cell is None else harmless(cell) for cell in row] for row in rows]
        if not sys.stdout.isatty():
            self.data("\n".join(_padded([heads, *body])))
            return
        from rich.cells import cell_len
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text as Cell

        console = Console(file=sys.stdout)
        table, used = Table(box=None, pad_edge=False, header_style="bold"), 0
        for head, *cells in zip(heads, *body, strict=True):
            widest = max(map(cell_len, [head, *cells]))
            is_name = table.columns == [] or widest <= SHORT_CELLS  # a broken name cannot be copied
            floor = widest if is_name else SHORT_CELLS
            if used + floor > console.width:
                break
            used += floor + len("  ")
            table.add_column(head, overflow="fold", no_wrap=is_name, min_width=floor)
        for row in body:
            table.add_row(*map(Cell, row[: len(table.columns)]))
        console.print(table)
        if gone := " ".join(heads[len(table.columns) :]):
            self.say(Text(f"（终端太窄，未显示：{gone}）", f"(too narrow to show: {gone})"))

    def rows(self, form: str, name: str, records: Sequence[Mapping[str, object]]) -> None:
        """Print records as a table, or as `{name: [...]}` when `form` is `json`."""
        if form == "json":
            self.json({name: list(records)})
        elif not records:
            self.say(Text("（没有）", "(none)"))
        else:
            self.table([heading(key) for key in records[0]], [list(r.values()) for r in records])

    def error(self, error: XunjianError) -> None:
        """Print an error with its problems and its hint to stderr."""
        self.say(f"{self._mark()}{harmless(self.text(error.message))}")
        if isinstance(error, ContentError):
            for problem in error.problems:
                self.say("  " + harmless(problem.to(self.language)))
        if hint := self.text(error.hint):
            self.say(self.text(Text("  怎么办：", "  what to do: ")) + harmless(hint))

    def _mark(self) -> str:
        return self.text(Text("错误：", "error: "))


def is_terminal(stream: TextIO) -> bool:
    """Whether a person is looking at the stream."""
    return stream.isatty()
