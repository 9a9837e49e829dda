"""Texts in the two languages of the tool: Chinese first, English on request."""

from dataclasses import dataclass
from enum import StrEnum

from typing_extensions import override


class Language(StrEnum):
    """A language of messages and reports."""

    ZH = "zh"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages; `str()` of it is the Chinese one."""

    zh: str
    en: str = ""

    def to(self, language: Language) -> str:
        """Give the text in `language`; a missing English text falls back to the Chinese one."""
        return (self.en or self.zh) if language is Language.EN else (self.zh or self.en)

    @override
    def __str__(self) -> str:
        return self.zh or self.en


def counted(count: int, thing: str, things: str = "") -> str:
    """Say a number of things in English; `things` where the plural takes more than an s."""
    return f"{count} {thing}" if count == 1 else f"{count} {things or thing + 's'}"
