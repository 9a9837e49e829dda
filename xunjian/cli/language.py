"""Help texts and messages in the language of this call: `--lang`, `XUNJIAN_LANG`, else Chinese."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xunjian.language import Language

_BORDER = "\x1f"  # ASCII unit separator: never part of a text


def both(zh: str, en: str) -> str:
    """Write one help text in two languages; `translate` picks one before anything is shown."""
    return f"{zh}{_BORDER}{en}"


def pick(text: str, language: Language) -> str:
    """Give one language of a text made by `both`; any other text as it is."""
    zh, border, en = text.partition(_BORDER)
    return (en if language is Language.EN else zh) if border else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Everywhere:
    """The two options that may stand anywhere on the command line, and the rest of it."""

    arguments: tuple[str, ...]
    language: Language
    debug: bool


def take_everywhere(arguments: Sequence[str]) -> Everywhere:
    """Take `--lang` and `--debug` out before parsing: the parser's own help needs them."""
    rest: list[str] = []
    wanted = os.environ.get("XUNJIAN_LANG", "")
    debug = False
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == "--debug":
            debug = True
        elif word.startswith("--lang="):
            wanted = word.removeprefix("--lang=")
        elif word == "--lang":
            wanted = next(words, "")
        else:
            rest.append(word)
    language = Language.EN if wanted.lower().startswith("en") else Language.ZH
    return Everywhere(arguments=tuple(rest), language=language, debug=debug)


def translate(command: Any, language: Language) -> None:
    """Replace every text made by `both` in a tree of typer's commands by the one of `language`."""
    for attribute in ("help", "short_help", "epilog"):
        text = getattr(command, attribute, None)
        if text:
            setattr(command, attribute, pick(text, language))
    if command.help and not getattr(command, "short_help", None):
        command.short_help = _first_sentence(command.help)
    for parameter in command.params:
        text = getattr(parameter, "help", None)
        if text:
            parameter.help = pick(text, language)
    for child in getattr(command, "commands", {}).values():
        translate(child, language)


def _first_sentence(text: str) -> str:
    """Give what the list of commands shows: whole, where the parser's own would be cut off."""
    return text.partition("。")[0].partition(". ")[0].partition("\n")[0].removesuffix(".")
