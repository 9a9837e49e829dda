"""Many patterns on many lines: one joined pattern says quickly that none of them fits."""

import re
from collections.abc import Callable, Iterable, Sequence
from re import Match, Pattern
from typing import Generic, TypeVar

RuleT = TypeVar("RuleT")
_REFERS_BACK = re.compile(r"\(\?P=|\(\?\(|\\[1-9]")
_NAMED = re.compile(r"\(\?P<\w+>")


def joined(patterns: Iterable[Pattern[str]]) -> Pattern[str] | None:
    """One pattern that fits where any of them does; None if they cannot be joined."""
    texts = [pattern.pattern for pattern in patterns]
    if not texts or any(_REFERS_BACK.search(text) or "(?i)" in text for text in texts):
        return None
    return re.compile("|".join(f"(?:{_NAMED.sub('(?:', text)})" for text in texts), re.MULTILINE)


def finder(pattern: Pattern[str]) -> Callable[[str], Match[str] | None]:
    """The pattern's search on one line; anchored patterns need look at its beginning only."""
    return pattern.match if _is_anchored(pattern) else pattern.search


def _is_anchored(pattern: Pattern[str]) -> bool:
    return pattern.pattern.startswith("^") and not _has_branch(pattern.pattern)


def _has_branch(text: str) -> bool:
    """Whether `|` stands outside all brackets: then `^` binds the first branch only."""
    depth = 0
    for piece in re.findall(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()|]", text, re.DOTALL):
        if piece in {"(", ")"}:
            depth += 1 if piece == "(" else -1
        elif piece == "|" and depth == 0:
            return True
    return False


class Matcher(Generic[RuleT]):
    """Rules with their patterns, asked line by line; equal lines are looked at once."""

    __slots__ = ("_any", "_memo", "_rules", "_whole")

    def __init__(self, rules: Sequence[tuple[RuleT, Pattern[str]]]) -> None:
        self._rules = [(rule, finder(pattern)) for rule, pattern in rules]
        both = joined(pattern for _, pattern in rules) if len(rules) > 1 else None
        anchored = all(_is_anchored(pattern) for _, pattern in rules)
        self._any = (both.match if anchored else both.search) if both else None
        self._whole = len(rules) == 1 or both is not None
        self._memo: dict[str, tuple[RuleT, Match[str]] | None] = {}

    def first(self, line: str) -> tuple[RuleT, Match[str]] | None:
        """Give the first rule that fits the line, and where."""
        if not self._rules:
            return None
        try:
            return self._memo[line]
        except KeyError:
            found = self._search(line)
            self._memo[line] = found
            return found

    def over(self, lines: Iterable[str]) -> dict[str, tuple[RuleT, Match[str]]]:
        """Give the lines that some rule fits, each once: mostly few or none."""
        if not self._rules:
            return {}
        suspects: Iterable[str] = set(lines)
        if self._whole:
            quick = self._any or self._rules[0][1]
            suspects = [line for line in suspects if quick(line) is not None]
        return {line: hit for line in suspects if (hit := self.first(line)) is not None}

    def _search(self, line: str) -> tuple[RuleT, Match[str]] | None:
        if self._any is not None and self._any(line) is None:
            return None
        for rule, find in self._rules:
            if (match := find(line)) is not None:
                return rule, match
        return None
