"""What things and codes are called, for whatever a command prints or writes."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from xunjian.errors import ContentError, UsageError
from xunjian.language import Language, Text
from xunjian.run.content import Content

Tree = TypeVar("Tree")
Row = Mapping[str, object]

_SAID = ("label", "title", "message", "reason")  # the rest is what commands are given again


def names_of(content: Content) -> Mapping[str, str]:
    """What settings and register call things in English; of the settings alone if it is broken."""
    try:
        names = content.settings.in_english
    except (ContentError, UsageError):
        return {}
    try:
        return {**names, **content.inventory.in_english}
    except (ContentError, UsageError):
        return names


def told(tree: Tree, content: Content, language: Language) -> Tree:
    """Give models, texts or cells with things called as the language calls them."""
    if language is Language.ZH:
        return tree
    from xunjian.report.english import in_english

    return in_english(tree, names_of(content))


def told_rows(rows: Sequence[Row], content: Content, language: Language) -> list[Row]:
    """Give the rows of a listing with what they say told; names that commands take stay."""
    if language is Language.ZH:
        return list(rows)
    said = tuple({key: row[key] for key in _SAID if key in row} for row in rows)
    told_ones = told(said, content, language)
    return [{**row, **part} for row, part in zip(rows, told_ones, strict=True)]


def worded(
    rows: Sequence[Row], tables: Mapping[str, Mapping[str, Text]], language: Language
) -> list[Row]:
    """Give the rows of a listing with words for the codes in some columns, by its key."""

    def cell(key: str, value: object) -> object:
        word = tables[key].get(str(value)) if key in tables else None
        return value if word is None else word.to(language)

    return [{key: cell(key, value) for key, value in row.items()} for row in rows]
