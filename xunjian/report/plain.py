"""Texts of devices made safe for documents."""

import re
from functools import lru_cache

from xunjian.language import Language

# XML 1.0, section 2.2: every other character is not allowed in a document, escaped or not
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# C1 controls, marks that turn the direction of what follows (UAX 9), joiners nobody sees, fillers
_UNSEEN = re.compile("[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_LONG_WORD = re.compile(r"[!-~]{11,}")
_PIECE = re.compile(
    r"(?:[A-Z]{1,16}[a-z]{0,16}|[a-z]{1,16}|[0-9]{1,6})[^A-Za-z0-9]{0,3}|[^A-Za-z0-9]{1,6}"
)
_NO_WORD = re.compile(r"[A-Za-z]{21}")  # no language writes it; break it anywhere
_BIT = re.compile(r"[!-~]{1,5}")
_BREAK = "\u200b"


def printable(text: str) -> str:
    """Drop the characters that neither XML nor a printed page can hold."""
    return _NOT_XML.sub("", text)


def one_line(text: str) -> str:
    """Give the text as one line of what a reader can see: nothing turns, hides or breaks it."""
    return " ".join(_UNSEEN.sub("", printable(text)).split())


@lru_cache(maxsize=8192)  # the same titles and limits stand on every device
def shortened(text: str, most: int, language: Language) -> str:
    """Cut one line to `most` characters and say how many there were."""
    line = one_line(text)
    if len(line) <= most:
        return line
    count = f"{len(line):,}"
    said = f"…（共 {count} 字）" if language is Language.ZH else f"… ({count} characters in all)"
    return line[:most].rstrip() + said


@lru_cache(maxsize=8192)
def breakable(text: str) -> str:
    """Mark with U+200B where a word too long for a column may be broken."""
    return _LONG_WORD.sub(_break_word, text)


def _break_word(match: re.Match[str]) -> str:
    word = match.group()
    return _BREAK.join((_BIT if _NO_WORD.search(word) else _PIECE).findall(word))
