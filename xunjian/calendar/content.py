"""`playbooks/calendar.yml` as values: rules, the flood season, freezes, guarantees, conferences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from xunjian.calendar.holidays import Days
from xunjian.calendar.model import FreezeMode
from xunjian.language import Text


class Anchor(StrEnum):
    """What the rounds of a rule hang on."""

    DAY = "day"
    SHIFT = "shift"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"
    DATES = "dates"
    BEFORE_HOLIDAY = "before_holiday"
    DURING_HOLIDAY = "during_holiday"
    BEFORE_GUARANTEE = "before_guarantee"
    DURING_GUARANTEE = "during_guarantee"
    BEFORE_SEASON = "before_season"
    SEASON_MONTH = "season_month"
    CONFERENCE = "conference"
    CONFERENCE_BEGINS = "conference_begins"
    DURING_CONFERENCE = "during_conference"
    CONFERENCE_ENDS = "conference_ends"
    DECLARATION = "declaration"


# many small rounds: what one leaves out is not made up for, the next day or shift is theirs
SMALL = frozenset(
    {
        Anchor.DAY,
        Anchor.SHIFT,
        Anchor.DURING_HOLIDAY,
        Anchor.DURING_GUARANTEE,
        Anchor.DURING_CONFERENCE,
    }
)
# the steps of a conference's guarantee, in order
STEPS = (
    Anchor.CONFERENCE,
    Anchor.CONFERENCE_BEGINS,
    Anchor.DURING_CONFERENCE,
    Anchor.CONFERENCE_ENDS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A random draw: `share` of those in scope, but at least so many."""

    share: float
    least: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One anchored rule.

    working_days: K, how many working days before the anchor a round begins. days_before: calendar
    days before the season. due_day: last day of a month's round; None is the month's end.
    grace_days: how long after `due` it still makes sense; None is the anchor's own measure.
    remind_days: how long a missed round is told of. enough: least coverage that counts as done.
    rotate: what takes turns: `rooms`, `devices` or nothing. by_hand: never run by the program.
    after: the rule whose round of the same conference comes first.
    """

    name: str
    title: Text
    playbook: str
    anchor: Anchor
    where: str = ""
    sites: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    holidays: tuple[str, ...] = ()  # empty is all
    declared: tuple[str, ...] = ()  # kinds of declarations; empty is all
    dates: tuple[tuple[int, int], ...] = ()  # (month, day)
    working_days: int = 3
    days_before: int = 30
    due_day: int | None = None
    grace_days: int | None = None
    remind_days: int = 31
    enough: float = 0.9
    quota: float = 1.0
    rotate: str = ""
    sample: Sample | None = None
    by_hand: bool = False
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A guarantee period or a conference."""

    name: str
    title: Text
    first: date
    last: date
    sites: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FloodSeason:
    """The contract's months for some systems; zones add the rest of their own for their sites."""

    months: tuple[int, ...]
    systems: tuple[str, ...]
    zones: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # months added, by zone


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeRule:
    """Where freeze windows come from: every holiday, every guarantee period, or dates.

    check: the rule whose round comes first.
    """

    name: str
    title: Text
    anchor: str  # holiday | guarantee | dates
    mode: FreezeMode
    holidays: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    sites: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    check: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Everything that decides when."""

    days: Days
    rules: tuple[Rule, ...] = ()
    flood: FloodSeason | None = None
    freezes: tuple[FreezeRule, ...] = ()
    guarantees: tuple[Period, ...] = ()
    conferences: tuple[Period, ...] = ()
    shifts: tuple[str, ...] = ()

    def rule(self, name: str) -> Rule | None:
        """Give a rule by its name."""
        return next((rule for rule in self.rules if rule.name == name), None)
