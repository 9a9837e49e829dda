"""What parsers build before it is frozen into nodes, and what they have in common."""

from collections.abc import Callable, Sequence
from typing import Protocol

from xunjian.config.matching import Matcher
from xunjian.config.rules import Syntax


class Draft:
    """One line, or one value of several lines, with what stands inside it.

    indent: blanks in front. value: it is a value of several lines, never a section.
    """

    __slots__ = ("children", "indent", "last", "line", "text", "value")

    def __init__(
        self, text: str, indent: int, line: int, last: int = 0, *, value: bool = False
    ) -> None:
        self.text = text
        self.indent = indent
        self.line = line
        self.last = last or line
        self.value = value
        self.children: list[Draft] = []


class Family(Protocol):
    """A parser. unparsed: lines that fitted no syntax; they are kept as leaves."""

    unparsed: int

    def build(self, items: Sequence[Draft]) -> list[Draft]:
        """Give the top level; every item is in the result, or is comment or closes a section."""
        ...


def is_comment(syntax: Syntax) -> Callable[[str], bool]:
    """Whether a line (with its indentation) means nothing."""
    matcher = Matcher([(pattern, pattern) for pattern in syntax.comment])
    return lambda line: matcher.first(line) is not None


def is_close(syntax: Syntax) -> Callable[[str], bool]:
    """Whether a line (with its indentation) only closes a section."""
    patterns = [syntax.close] if syntax.close is not None else []
    matcher = Matcher([(pattern, pattern) for pattern in patterns])
    return lambda line: matcher.first(line) is not None


def nest(items: Sequence[Draft], top: list[Draft]) -> None:
    """Put items below each other by indentation relative to what stands before."""
    stack: list[tuple[int, list[Draft]]] = [(-1, top)]
    for item in items:
        indent = item.indent
        while len(stack) > 1 and indent <= stack[-1][0]:
            stack.pop()
        stack[-1][1].append(item)
        if not item.value:
            stack.append((indent, item.children))
