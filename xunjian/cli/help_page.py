"""Help pages that know how wide a Chinese character is, with headings in the call's language."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xunjian.language import Language

# Han, kana, full-width forms and punctuation: a line may be broken beside any of them
_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f"
# a piece that is never broken: a word or one wide character, with the punctuation that clings to it
_PIECE = re.compile(rf"\s+|[（“]*(?:[^\s{_WIDE}]+|[{_WIDE}])[，。；：、）”？！]*")
# a paragraph of examples: one command to a line, never broken, so that it can be copied
_EXAMPLES = re.compile(r"(例：|Examples?:)\s*(.*)", re.DOTALL)
_BETWEEN = re.compile(r"\s{3,}")
# the parser's names of types, as words of a metavar; behind an argument's name they say nothing new
_TYPE = re.compile(r"<(?:list\[)?(str|path|int|float|%Y)\b[^>]*>", re.IGNORECASE)
_METAVARS = {"str": "TEXT", "path": "FILE", "int": "N", "float": "N", "%y": "DATE"}
# what must be given needs no braces: what need not be given has brackets
_NEEDED = re.compile(r"\{([^{}]+)\}")
# the parser's own words
_CHINESE: Mapping[str, str] = {
    "Options": "选项",
    "Commands": "命令",
    "Arguments": "参数",
    "Show this message and exit.": "显示本说明",
    "[required]": "[必填]",
    "[default: ": "[缺省：",
    "; x>=": "；x>=",
    "[OPTIONS]": "[选项]",
    "COMMAND [ARGS]...": "命令 [参数]...",
}


def fill(text: str, width: int) -> list[str]:
    """Break a paragraph into lines of at most `width` cells; longer pieces stand alone."""
    from rich.cells import cell_len

    lines, line, used = list[str](), "", 0
    for piece in _PIECE.findall(" ".join(text.split("\n"))):
        size = cell_len(piece)
        if line and used + cell_len(piece.rstrip()) > width:
            lines.append(line.rstrip())
            line, used = "", 0
        if line or not piece.isspace():
            line, used = line + piece, used + size
    return [*lines, line.rstrip()] if line.strip() else lines


def usage(pieces: str, language: Language) -> str:
    """What may follow a command, as its page shows it."""
    return _said(_NEEDED.sub(r"\1", pieces), language)


def page_context(base: Any, language: Language) -> Any:
    """Give a context class of the parser's whose help pages are written by the rules here."""

    class Page(base.formatter_class):  # type: ignore[misc]  # the parser's class, found at run time
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            own = "用法：" if language is Language.ZH else prefix
            super().write_usage(prog, usage(args, language), own)

        def write_heading(self, heading: str) -> None:
            colon = "：" if language is Language.ZH else ":"
            self.write(f"{' ' * self.current_indent}{_said(heading, language)}{colon}\n")

        def write_text(self, text: str) -> None:
            indent = " " * self.current_indent
            paragraphs = (_lines(part, self.width - len(indent)) for part in text.split("\n\n"))
            self.write("\n\n".join(_indented(lines, indent) for lines in paragraphs) + "\n")

        def write_dl(
            self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
        ) -> None:
            known = [(_named(first), second) for first, second in rows]
            widths = [len(first) for first, _ in known if len(first) <= col_max]
            column = self.current_indent + max(widths, default=0) + col_spacing
            for first, second in known:
                lines = fill(_said(second, language), max(self.width - column, 20))
                head = " " * self.current_indent + first
                if lines and len(head) + col_spacing <= column:
                    head = head.ljust(column) + lines.pop(0)
                self.write("\n".join([head, *(" " * column + line for line in lines)]) + "\n")

    class InContext(base):  # type: ignore[misc]  # see above
        formatter_class = Page

    return InContext


def _lines(paragraph: str, width: int) -> list[str]:
    examples = _EXAMPLES.fullmatch(paragraph.strip())
    if examples is None:
        return fill(paragraph, width)
    commands = _BETWEEN.split(examples[2].strip())
    return [examples[1], *(f"  {command}" for command in commands)]


def _named(first: str) -> str:
    if first.startswith("-"):
        return _TYPE.sub(lambda found: _METAVARS[found[1].lower()], first)
    return _TYPE.sub("", first).strip()


def _indented(lines: Sequence[str], indent: str) -> str:
    return "\n".join(indent + line for line in lines)


def _said(text: str, language: Language) -> str:
    if language is not Language.ZH:
        return text
    for english, chinese in _CHINESE.items():
        text = text.replace(english, chinese)
    return text
