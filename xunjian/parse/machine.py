"""TextFSM's machine with a faster way to the rule that fits a line; what it yields is the same.

TextFSM tries the rules of a state one by one, in Python. Here one expression per state tries them
all at once, and a line that came before is not tried again: device output repeats itself (a
48-port `display interface` has some 2,000 lines and 300 different ones).
"""

import re
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import textfsm
from typing_extensions import override

_NAMED_GROUP = re.compile(r"\(\?P<\w+>")
# what would mean something else once the groups are numbered anew, or cannot stand in the middle
_UNMOVABLE = re.compile(r"\\[1-9]|\(\?P=|\(\?\(|\(\?[aiLmsux-]+[:)]")

_Rule: TypeAlias = Any  # textfsm ships no types
_Hit: TypeAlias = tuple[int, _Rule, tuple[tuple[str, str | None], ...]] | None


@dataclass(slots=True)
class _Finder:
    """Finds the first rule of a list that fits a line, and what its named groups hold."""

    rules: list[_Rule]
    _pattern: re.Pattern[str] | None = None
    _rule_of_group: dict[int, int] = field(default_factory=dict)
    _known: dict[str, _Hit] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parts, group = [], 0
        for index, rule in enumerate(self.rules):
            if _UNMOVABLE.search(rule.regex):
                return
            plain = _NAMED_GROUP.sub("(?:", rule.regex)
            group += re.compile(plain).groups + 1
            self._rule_of_group[group] = index
            parts.append(f"(?:{plain})()")  # the empty group says which alternative fitted
        self._pattern = re.compile("|".join(parts)) if parts else None

    def find(self, line: str) -> _Hit:
        """Give (index, rule, groups) of the first rule that fits; None when none does."""
        if line not in self._known:
            self._known[line] = self._look(line)
        return self._known[line]

    def forget(self) -> None:
        """Drop the lines of the last text."""
        self._known.clear()

    def _look(self, line: str) -> _Hit:
        if self._pattern is None:
            tried = ((index, rule.regex_obj.match(line)) for index, rule in enumerate(self.rules))
            index, match = next(((i, m) for i, m in tried if m), (0, None))
        else:
            fitted = self._pattern.match(line)
            index = self._rule_of_group[fitted.lastindex or 0] if fitted else 0
            match = self.rules[index].regex_obj.match(line) if fitted else None
        if match is None:
            return None
        return index, self.rules[index], tuple(match.groupdict().items())


class Machine(textfsm.TextFSM):  # type: ignore[misc] # textfsm ships no types
    """A TextFSM machine; `Reset` before each text, as with the original."""

    _cur_state_name: str
    _finders: dict[tuple[str, int], _Finder]

    @override
    def Reset(self) -> None:
        """Make ready for the next text."""
        super().Reset()
        self._finders = getattr(self, "_finders", {})
        for finder in self._finders.values():
            finder.forget()

    @override
    def _CheckLine(self, line: str) -> None:
        """Pass a line through the rules of the state until one ends it."""
        start, state = 0, self._cur_state_name
        while (hit := self._finder(state, start).find(line)) is not None:
            index, rule, groups = hit
            for name, text in groups:
                value = self._GetValue(name)
                if value is not None:
                    value.AssignVar(text)
            if self._Operations(rule, line):
                if rule.new_state:
                    if rule.new_state not in {"End", "EOF"}:
                        self._cur_state = self.states[rule.new_state]
                    self._cur_state_name = rule.new_state
                return
            start += index + 1

    def _finder(self, state: str, start: int) -> _Finder:
        if (state, start) not in self._finders:
            self._finders[state, start] = _Finder(list(self.states[state])[start:])
        return self._finders[state, start]
