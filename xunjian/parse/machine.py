"""TextFSM's machine with a faster way from a line to what it does; what it yields is the same.

TextFSM tries the rules of a state one by one, in Python. Here one expression per state tries them
all at once, and what a line does in a state is worked out once: device output repeats itself (a
48-port `display interface` has some 2,000 lines and 300 different ones), and most of its lines do
nothing at all.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import textfsm
from textfsm.parser import SkipRecord
from typing_extensions import override

_NAMED_GROUP = re.compile(r"\(\?P<\w+>")
# what would mean something else once the groups are numbered anew, or cannot stand in the middle
_UNMOVABLE = re.compile(r"\\[1-9]|\(\?P=|\(\?\(|\(\?[aiLmsux-]+[:)]")
_LAST_STATES = frozenset({"End", "EOF"})

_Rule: TypeAlias = Any  # textfsm ships no types
_Value: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class _Act:
    """What a rule that fits a line does: it assigns values, then its operations follow."""

    rule: _Rule
    assigned: tuple[tuple[_Value, str | None], ...]

    @property
    def is_idle(self) -> bool:
        """Whether it changes nothing, so that the line need not be looked at again."""
        return not (self.assigned or self.rule.new_state or _operates(self.rule))


def _operates(rule: _Rule) -> bool:
    return rule.line_op == "Error" or rule.record_op not in {"", "NoRecord"}


@dataclass(slots=True)
class _Finder:
    """Finds the first rule of a list that fits a line, and what it does with it.

    values: by name. _rule_of_group: number of the empty group that ends an alternative -> index
    of its rule. _groups: per rule the values it assigns, each with its group's number in the
    joined expression.
    """

    rules: list[_Rule]
    values: Mapping[str, _Value]
    _pattern: re.Pattern[str] | None = None
    _rule_of_group: dict[int, int] = field(default_factory=dict)
    _groups: list[tuple[tuple[_Value, int], ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        parts, before = [], 0
        for index, rule in enumerate(self.rules):
            if _UNMOVABLE.search(rule.regex):
                return
            own = re.compile(rule.regex)
            named = [(n, name) for name, n in own.groupindex.items() if name in self.values]
            self._groups.append(tuple((self.values[name], before + n) for n, name in sorted(named)))
            before += own.groups + 1
            self._rule_of_group[before] = index
            # the empty group says which alternative fitted
            parts.append(f"(?:{_NAMED_GROUP.sub('(', rule.regex)})()")
        self._pattern = re.compile("|".join(parts)) if parts else None

    def find(self, line: str) -> tuple[int, _Act] | None:
        """Give the index of the first rule that fits, and its act; None when none does."""
        if self._pattern is None:
            return self._find_one_by_one(line)
        match = self._pattern.match(line)
        if match is None:
            return None
        index = self._rule_of_group[match.lastindex or 0]
        assigned = [(value, match[number]) for value, number in self._groups[index]]
        return index, _Act(self.rules[index], tuple(assigned))

    def _find_one_by_one(self, line: str) -> tuple[int, _Act] | None:
        for index, rule in enumerate(self.rules):
            if (match := rule.regex_obj.match(line)) is not None:
                named = match.groupdict().items()
                known = tuple((self.values[n], text) for n, text in named if n in self.values)
                return index, _Act(rule, known)
        return None


class Machine(textfsm.TextFSM):  # type: ignore[misc] # textfsm ships no types
    """A TextFSM machine; `Reset` before each text, as with the original."""

    _cur_state_name: str
    _finders: dict[tuple[str, int], _Finder]
    _known: dict[str, dict[str, tuple[_Act, ...]]]  # state -> line -> what the line does there

    @override
    def Reset(self) -> None:
        """Make ready for the next text."""
        super().Reset()
        self._finders = getattr(self, "_finders", {})
        self._known = {state: {} for state in self.states}

    @override
    def ParseText(self, text: str, eof: bool = True) -> list[list[Any]]:
        """Pass every line through the rules; give the rows."""
        known = self._known[self._cur_state_name]
        for line in text.splitlines():
            acts = known.get(line)
            if acts is None:
                acts = known[line] = self._acts(line)
            if acts:
                self._do(acts, line)
                if self._cur_state_name in _LAST_STATES:
                    break
                known = self._known[self._cur_state_name]
        rows: list[list[Any]] = super().ParseText("", eof)  # what the end of the text does
        return rows

    @override
    def _AppendRecord(self) -> None:
        """Add the current record to the rows; only a value with options has a say in it."""
        values = self.values
        try:
            for value in values:
                if value.options:
                    value.OnSaveRecord()
        except SkipRecord:
            self._ClearRecord()
            return
        record = [value.value for value in values]
        if any(one is not None and one != [] for one in record):
            self._result.append(["" if one is None else one for one in record])
            self._ClearRecord()

    @override
    def _ClearRecord(self) -> None:
        """Empty the values that are not kept for the next record."""
        for value in self.values:
            if value.options:
                value.ClearVar()
            else:
                value.value = None

    def _acts(self, line: str) -> tuple[_Act, ...]:
        """Give what a line does in the current state, in order, up to the rule that ends it."""
        state = self._cur_state_name
        acts: list[_Act] = []
        start = 0
        while (hit := self._finder(state, start).find(line)) is not None:
            index, act = hit
            if not act.is_idle:
                acts.append(act)
            if act.rule.line_op != "Continue":
                break
            start += index + 1
        return tuple(acts)

    def _do(self, acts: tuple[_Act, ...], line: str) -> None:
        for act in acts:
            for value, text in act.assigned:
                if value.options:
                    value.AssignVar(text)
                else:
                    value.value = text
            rule = act.rule
            if _operates(rule):
                self._Operations(rule, line)
            if rule.new_state:  # never of a Continue rule; an Error's is its message and has raised
                self._cur_state_name = rule.new_state

    def _finder(self, state: str, start: int) -> _Finder:
        if (state, start) not in self._finders:
            values = {value.name: value for value in self.values}
            self._finders[state, start] = _Finder(list(self.states[state])[start:], values)
        return self._finders[state, start]
