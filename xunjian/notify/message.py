"""One message: a title, lines, and a foot; cut to what a service takes, and free of traps.

Names and texts of devices are foreign: they lose every control and format character here, and
what a service would read as markup is escaped where the message is handed to it.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from xunjian.language import Language, Text

MOST_LINES = 20  # house rule: a phone shows no more of a message
MOST_CHARS = 300  # of one line


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is told. `foot` is never cut away."""

    title: Text
    lines: tuple[Text, ...] = ()
    foot: tuple[Text, ...] = ()


def render(message: Message, language: Language, most_bytes: int) -> tuple[str, str]:
    """Give title and body, with as many lines as fit; the rest is counted."""
    title = _tame(message.title.to(language))
    foot = [_tame(line.to(language)) for line in message.foot]
    lines = [_tame(line.to(language)) for line in message.lines]
    for count in range(min(len(lines), MOST_LINES), -1, -1):
        body = "\n".join([*lines[:count], *_more(len(lines) - count, language), *foot])
        if len(f"{title}\n{body}".encode()) <= most_bytes:
            return title, body
    return title, "\n".join(foot)


def _more(left: int, language: Language) -> Sequence[str]:
    if not left:
        return ()
    return (Text(f"……另有 {left} 条", f"… and {left} more").to(language),)


def _tame(text: str) -> str:
    """One line of harmless characters."""
    spaced = (" " if char in "\t\r\n\u2028\u2029" else char for char in text)
    plain = "".join(char for char in spaced if unicodedata.category(char)[0] != "C")
    words = " ".join(plain.split())
    return words if len(words) <= MOST_CHARS else words[: MOST_CHARS - 1] + "…"
