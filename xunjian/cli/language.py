"""Help texts and messages in the language of this call."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from xunjian.errors import UsageError
from xunjian.language import Language, Text
from xunjian.workspace import MARKER

_SETTING = re.compile(r"^language:\s*[\"']?(zh|en)\b", re.MULTILINE)
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
    """The two options that may stand anywhere on the command line, and the rest of it.

    lang: as given with `--lang`; None when it was not.
    """

    arguments: tuple[str, ...]
    lang: str | None
    debug: bool

    @property
    def language(self) -> Language:
        """`--lang`, else `XUNJIAN_LANG`, else the workspace's xunjian.yml, else Chinese."""
        wanted = self.lang or os.environ.get("XUNJIAN_LANG") or self._settled()
        return Language.EN if wanted.lower().startswith("en") else Language.ZH

    def _settled(self) -> str:
        """The workspace's `language`, read without loading anything; mistakes are told later."""
        named = [*self._named(), "."][0]
        here = Path(named).expanduser().absolute()
        for folder in (here,) if self._named() else (here, *here.parents):
            try:
                text = (folder / MARKER).read_text("utf-8")
            except (OSError, ValueError):
                continue
            found = _SETTING.search(text)
            return found[1] if found else ""
        return ""

    def _named(self) -> list[str]:
        words = self.arguments
        joined = [w.partition("=")[2] for w in words if w.startswith("--workspace=")]
        return joined + [b for a, b in pairwise(words) if a in {"-w", "--workspace"}]


def take_everywhere(arguments: Sequence[str]) -> Everywhere:
    """Take `--lang` and `--debug` out before parsing: the parser's own help needs them."""
    rest: list[str] = []
    lang: str | None = None
    debug = False
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == "--debug":
            debug = True
        elif word.startswith("--lang="):
            lang = word.removeprefix("--lang=")
        elif word == "--lang":
            lang = next(words, "")
        else:
            rest.append(word)
    return Everywhere(arguments=tuple(rest), lang=lang, debug=debug)


def check_language(lang: str | None) -> None:
    """Refuse a language that is none of ours; raises UsageError."""
    if lang is not None and lang not in tuple(Language):
        raise UsageError(
            Text(f"--lang 的值不对：{lang}", f"--lang has a wrong value: {lang}"),
            Text("可用：zh、en", "known: zh, en"),
        )


def translate(command: Any, language: Language) -> None:
    """Replace every text made by `both` in a tree of typer's commands by the one of `language`."""
    from xunjian.cli.help_page import page_context

    command.context_class = page_context(command.context_class, language)
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
