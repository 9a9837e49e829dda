"""The base of all facts, the rows a device's run collected, and where they came from."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar

from xunjian.language import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Base of every fact type: a frozen dataclass whose unknown fields are None.

    KEY: names of the fields that identify a row; empty means one row per device.
    EVENT: rows are events (no unique keys, no `vanished`).
    SAID: a person says it, perhaps weeks after the round: "now" is when that person was there.
    """

    KEY: ClassVar[tuple[str, ...]] = ()
    EVENT: ClassVar[bool] = False
    SAID: ClassVar[bool] = False

    @property
    def key(self) -> tuple[str, ...]:
        """The row's identity as texts."""
        key = self.KEY
        if len(key) == 1:  # as most have
            value = getattr(self, key[0])
            return ("" if value is None else str(value),)
        named = [getattr(self, name) for name in key]
        return tuple(["" if value is None else str(value) for value in named])

    @property
    def subject(self) -> str:
        """The row's key as a finding's subject; `-` when there is one row per device."""
        return "/".join(part for part in self.key if part) or "-"

    def values(self) -> dict[str, object]:
        """All fields by name."""
        kind: Any = type(self)  # mypy takes a class's __hash__ for that of its rows
        names, read = _fields(kind)
        return dict(zip(names, read(self), strict=True))


@cache
def _fields(fact_type: type[Fact]) -> tuple[tuple[str, ...], Callable[[Fact], tuple[object, ...]]]:
    """Give the names of a fact's fields, and what reads them all at once."""
    names = tuple(one.name for one in fields(fact_type))
    if len(names) > 1:
        return names, attrgetter(*names)
    return names, lambda fact: tuple(getattr(fact, name) for name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """A fact with its provenance."""

    fact: Fact
    evidence_ids: tuple[str, ...]
    taken_at: datetime


AWAITING_FORM = "awaiting_form"  # reason of a manual step that no form has answered yet


class StepState(StrEnum):
    """How one collecting step of a fact ended."""

    OK = "ok"
    UNSUPPORTED = "unsupported"  # the device does not know the command
    UNPARSED = "unparsed"  # an answer, but not of the expected form
    INCOMPLETE = "incomplete"  # cut, timed out, session lost in the middle
    NOT_READ = "not_read"  # never asked: the device did not answer, or the session was gone


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """The end of one step (with all its alternatives) of one card.

    fields: what the step fills, or would have filled; empty when that is not recorded.
    known: fields that the card itself gives, such as the key of the one row a form fills.
    """

    task: str
    fact: str
    state: StepState
    reason: str = ""  # codes and texts of every alternative tried, `; ` between
    evidence_ids: tuple[str, ...] = ()
    fields: frozenset[str] = frozenset()
    known: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactTable:
    """All facts of one device's run: judging starts from here and nowhere else.

    rows: by fact name. steps: every step's end. provided: fact name -> fields that a planned card
    fills on this platform (what is absent there is *not provided*). problems: unlisted enum
    values, conflicting fields, unmatched rows.
    """

    rows: Mapping[str, tuple[FactRow, ...]] = field(default_factory=dict)
    steps: tuple[StepResult, ...] = ()
    provided: Mapping[str, frozenset[str]] = field(default_factory=dict)
    problems: tuple[Text, ...] = ()

    def of(self, name: str) -> tuple[FactRow, ...]:
        """Rows of one fact type."""
        return self.rows.get(name, ())

    def steps_of(self, name: str) -> Iterable[StepResult]:
        """Ends of the steps that fill one fact type."""
        return (step for step in self.steps if step.fact == name)
