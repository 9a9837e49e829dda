"""Texts of devices as a page shows them: nothing invisible, nothing that runs away."""

from collections.abc import Callable

from markupsafe import Markup, escape

from xunjian.language import Language, Text
from xunjian.report.diff.seen import seen

_LONG_CHARS = 600  # what a table cell bears; the rest is one click away
_HEAD_CHARS = 300


def shown(text: str) -> str:
    """Make a text's invisible characters visible; a line end becomes a mark."""
    if text.isalnum():
        return text
    if "\n" in text or "\t" in text:
        text = text.replace("\r\n", "\n").replace("\n", " ⏎ ").replace("\t", " ")
    return seen(text)


def shown_lines(text: str) -> Markup:
    """The same for a text whose lines are to stay lines."""
    lines = text.replace("\r\n", "\n").replace("\t", "    ").split("\n")
    return Markup("\n").join(seen(line) for line in lines)


def long_text(language: Language) -> Callable[[str], Markup]:
    """Give the function that folds the tail of an overlong text."""

    def fold(text: str) -> Markup:
        clean = shown(text)
        if len(clean) <= _LONG_CHARS:
            return escape(clean)
        rest = len(clean) - _HEAD_CHARS
        more = Text(f"其余 {rest} 个字符", f"{rest} more characters").to(language)
        return Markup('{}<details class="rest"><summary>{}</summary>{}</details>').format(
            clean[:_HEAD_CHARS], more, clean[_HEAD_CHARS:]
        )

    return fold
