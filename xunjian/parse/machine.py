"""TextFSM's machine with a faster way from a line to what it does; what it yields is the same.

TextFSM tries the rules of a state one by one, in Python. Here one expression per state tries them
all at once, and what a line does in a state is worked out once: device output repeats itself (a
48-port `display interface` has some 2,000 lines and 300 different ones), and most of its lines do
nothing at all.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import textfsm
from textfsm.parser import SkipRecord
from typing_extensions import override

_NAMED_GROUP = re.compile(r"\(\?P<\w+>")
# what would mean something else once the groups are numbered anew, or cannot stand in the middle
_UNMOVABLE = re.compile(r"\\[1-9]|\(\?P=|\(\?\(|\(\?[aiLmsux-]+[:)]")
_LAST_STATES = frozenset({"End", "EOF"})
_PASSIVE = frozenset({"Required", "Key"})  # options that do nothing when a value is set or cleared

_Rule: TypeAlias = Any  # textfsm ships no types
_Value: TypeAlias = Any


_Assigned: TypeAlias = list[tuple[_Value, str | None]]


class _Move(NamedTuple):
    """What a rule does beside assigning values.

    place: among the rules of its state. is_idle: it does nothing, so that a line it fits without
    assigning anything need not be looked at again. records: it only adds the record.
    """

    place: int
    rule: _Rule
    is_idle: bool
    records: bool
    operates: bool
    new_state: str
    continues: bool


_Act: TypeAlias = tuple[_Move, _Assigned]  # values are assigned, then the move follows
_Deed: TypeAlias = tuple[str, list[_Act]]  # a line, and what it does in a state


def _move(place: int, rule: _Rule) -> _Move:
    is_error = rule.line_op == "Error"
    operates = is_error or rule.record_op not in {"", "NoRecord"}
    return _Move(
        place=place,
        rule=rule,
        is_idle=not (operates or rule.new_state),
        records=rule.record_op == "Record" and not is_error,
        operates=operates,
        new_state=rule.new_state,
        continues=rule.line_op == "Continue",
    )


class _Deeds(dict[str, "_Deed | None"]):
    """What lines do in a state, worked out at first sight; None for a line that does nothing.

    A mapping that fills itself can be asked by `map`, and what does nothing dropped by `filter`:
    most lines of a text then pass without a step of Python.
    """

    def __init__(self, work_out: Callable[[str], list[_Act]]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, line: str) -> _Deed | None:
        acts = self._work_out(line)
        deed = self[line] = (line, acts) if acts else None
        return deed


@dataclass(slots=True)
class _Finder:
    """Finds the first rule of a state, from one on, that fits a line, and what it does with it.

    values: by name. start: the first rule that counts. _by_group: number of the empty group that
    ends an alternative -> its rule's move, and the values the rule assigns, each with its group's
    number in the joined expression.
    """

    rules: list[_Rule]
    values: Mapping[str, _Value]
    start: int
    _pattern: re.Pattern[str] | None = None
    _moves: list[_Move] = field(default_factory=list)
    _by_group: dict[int, tuple[_Move, tuple[tuple[_Value, int], ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._moves = [_move(n, rule) for n, rule in enumerate(self.rules)][self.start :]
        parts, before = [], 0
        for move in self._moves:
            rule = move.rule
            if _UNMOVABLE.search(rule.regex):
                return
            own = re.compile(rule.regex)
            named = [(n, name) for name, n in own.groupindex.items() if name in self.values]
            groups = tuple((self.values[name], before + n) for n, name in sorted(named))
            before += own.groups + 1
            self._by_group[before] = move, groups
            # the empty group says which alternative fitted
            parts.append(f"(?:{_NAMED_GROUP.sub('(', _at_start(rule.regex))})()")
        self._pattern = re.compile("|".join(parts)) if parts else None

    def find(self, line: str) -> _Act | None:
        """Give what the first rule that fits does; None when none does."""
        if self._pattern is None:
            return self._find_one_by_one(line)
        match = self._pattern.match(line)
        if match is None:
            return None
        move, groups = self._by_group[match.lastindex or 0]
        return move, [(value, match[number]) for value, number in groups] if groups else []

    def _find_one_by_one(self, line: str) -> _Act | None:
        for move in self._moves:
            if (match := move.rule.regex_obj.match(line)) is not None:
                named = match.groupdict().items()
                return move, [(self.values[n], text) for n, text in named if n in self.values]
        return None


def _at_start(regex: str) -> str:
    """Leave out a leading `^`, which says nothing to `match`.

    `re` passes over an alternative by its first sign alone, but not if that is an anchor.
    """
    rest = regex.removeprefix("^")
    return regex if rest[:1] in set("*+?{") else rest


class Machine(textfsm.TextFSM):  # type: ignore[misc] # textfsm ships no types
    """A TextFSM machine; `Reset` before each text, as with the original."""

    _cur_state_name: str
    _finders: dict[tuple[str, int], _Finder]
    _known: dict[str, _Deeds]  # by state
    _hooked: list[_Value]  # an option of theirs does something; of the others only `Required` may
    _plain: list[_Value]
    _required: list[_Value]  # of the plain ones
    _by_name: dict[str, _Value]

    @override
    def Reset(self) -> None:
        """Make ready for the next text."""
        super().Reset()
        if not hasattr(self, "_finders"):
            self._sort_values()
            self._finders = {}
        self._known = {state: _Deeds(partial(self._acts, state)) for state in self.states}

    def _sort_values(self) -> None:
        self._hooked = [v for v in self.values if not _PASSIVE.issuperset(v.OptionNames())]
        self._plain = [value for value in self.values if value not in self._hooked]
        self._required = [value for value in self._plain if "Required" in value.OptionNames()]
        self._by_name = {value.name: value for value in self.values}

    @override
    def ParseText(self, text: str, eof: bool = True) -> list[list[Any]]:
        """Pass every line through the rules; give the rows."""
        return self.parse_lines(text.splitlines(), eof=eof)

    def parse_lines(self, lines: Sequence[str], *, eof: bool = True) -> list[list[Any]]:
        """Pass the lines of a text, already split, through the rules; give the rows."""
        rest, state = iter(lines), ""
        while state != self._cur_state_name not in _LAST_STATES:  # else no line is left
            state = self._cur_state_name
            for line, acts in filter(None, map(self._known[state].__getitem__, rest)):
                self._do(acts, line)
                if self._cur_state_name != state:
                    break
        rows: list[list[Any]] = super().ParseText("", eof)  # what the end of the text does
        return rows

    @override
    def _AppendRecord(self) -> None:
        """Add the current record to the rows; only a value with options has a say in it."""
        for value in self._required:
            if not value.value:
                self._ClearRecord()
                return
        try:
            for value in self._hooked:
                value.OnSaveRecord()
        except SkipRecord:
            self._ClearRecord()
            return
        record = [value.value for value in self.values]
        if self._required or any(one is not None and one != [] for one in record):
            self._result.append(["" if one is None else one for one in record])
            self._ClearRecord()

    @override
    def _ClearRecord(self) -> None:
        """Empty the values that are not kept for the next record."""
        for value in self._plain:
            value.value = None
        for value in self._hooked:
            value.ClearVar()

    def _acts(self, state: str, line: str) -> list[_Act]:
        """Give what a line does in a state, in order, up to the rule that ends it."""
        acts: list[_Act] = []
        start = 0
        while (act := self._finder(state, start).find(line)) is not None:
            move, assigned = act
            if assigned or not move.is_idle:
                acts.append(act)
            if not move.continues:
                break
            start = move.place + 1
        return acts

    def _do(self, acts: list[_Act], line: str) -> None:
        hooked = self._hooked
        for move, assigned in acts:
            for value, text in assigned:
                if hooked and value in hooked:
                    value.AssignVar(text)
                else:
                    value.value = text
            if move.records:
                self._AppendRecord()
            elif move.operates:
                self._Operations(move.rule, line)
            if move.new_state:  # never of a Continue rule; an Error's is its message and has raised
                self._cur_state_name = move.new_state

    def _finder(self, state: str, start: int) -> _Finder:
        finder = self._finders.get((state, start))
        if finder is None:
            finder = _Finder(list(self.states[state]), self._by_name, start)
            self._finders[state, start] = finder
        return finder
