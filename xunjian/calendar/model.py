"""The calendar's types: rules give rounds, the journal says what became of them.

A round is decided by dates alone; whether devices were seen is a matter of coverage.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from xunjian.language import Text


class RoundState(StrEnum):
    """Where a round stands at a given day."""

    PLANNED = "planned"  # `first` is still to come
    DUE = "due"  # today lies between `first` and `due`
    OVERDUE = "overdue"  # past `due`, still worth doing
    DONE = "done"
    LATE = "late"  # done after `due`
    PARTIAL = "partial"  # done, with less coverage than the contract asks for
    MISSED = "missed"  # past the last moment that made sense
    MOVED = "moved"  # a no_touch freeze moved it; `reason` says to when and why
    CANCELLED = "cancelled"  # its conference does not take place


class FreezeMode(StrEnum):
    """What a freeze forbids."""

    NO_CHANGE = "no_change"  # writes refused; reads go on
    LIGHT_TOUCH = "light_touch"  # half the concurrency, no retries, no active probes
    NO_TOUCH = "no_touch"  # nobody is asked anything; rounds move


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A run of days off around statutory holidays. names: merged ones together (国庆, 中秋).

    first, last: of the days off. working: adjusted working days that pay for it.
    source: `chinesecalendar`, the notice's number, or `estimated`.
    """

    names: tuple[str, ...]
    first: date
    last: date
    working: tuple[date, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One instance of a rule.

    id: stable, from the rule and its anchor (`pre_holiday@2026-国庆`, `flood_monthly@2026-06`).
    anchor: what it hangs on, in words; ticks: every anchor a merged round serves.
    first, due: first and last day. sites, systems, rooms, kinds: what it covers; empty is all.
    where: an expression over devices, as `--where`. quota: share of things to be seen, 1.0 is all.
    run_ids: runs made for it. moved_to: new days of a moved round.
    """

    id: str
    rule: str
    playbook: str
    title: Text
    anchor: str
    first: date
    due: date
    ticks: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    where: str = ""
    quota: float = 1.0
    state: RoundState = RoundState.PLANNED
    reason: Text = Text("")
    run_ids: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()  # of a rotating or random round: who is drawn
    last: date | None = None  # past it the round makes no sense any more; None is `due`
    opens_at: str = ""  # HH:MM on the first day; empty is midnight
    enough: float = 0.9  # least coverage that counts as done
    remind_days: int = 31  # how long a missed round is told of
    by_hand: bool = False  # never run by the program: filed with `rounds record`
    rotate: str = ""  # what takes turns: rooms, devices
    meeting: str = ""  # of a step of a conference's guarantee: which conference
    step: int = 0  # of such a step: its place among them, from 1
    after: str = ""  # id of the step before it
    behind: Text = Text("")  # what of the step before it is not done
    coverage: float | None = None  # reached so far; None before anything was done
    moved_from: tuple[date, date] | None = None  # its own days, where it was moved
    closed_by: "JournalEntry | None" = None  # the first entry after which enough was done


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """Something that was done for a round, or that moved it. Entries are only added.

    how: `run`, `hand`, `elsewhere`, `moved`, `cancelled`, `reopened`. run_id: of `run`. by: who
    said so. document: a file that proves what was done by hand, by sha256. drawn, scope: of a
    rotating or random round, who was drawn, and from whom: units (rooms or devices).
    """

    round_id: str
    how: str
    at: datetime
    run_id: str = ""
    by: str = ""
    note: str = ""
    document: str = ""
    coverage: float | None = None
    moved_to: tuple[date, date] | None = None
    drawn: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One thing was seen: a device with complete evidence, or a thing by a signed form.

    complete: false where it was asked and not all of it was answered; `reason` says why.
    """

    device: str
    at: datetime
    run_id: str
    how: str  # evidence | form
    failed: bool = False  # something abnormal was found: it is added on top next time
    complete: bool = True
    reason: str = ""  # code of `Outcome.reason`, or of what was left out
    playbook: str = ""
    round_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeOverride:
    """The customer's leave to work inside a freeze; it stands on the cover of every report."""

    id: str
    window: str
    actor: str
    reason: str
    approved_by: str  # the customer's person
    expires_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """Somebody with the right to do so lets a finding stand, until a day and that day included.

    id: of the finding. An `until` before the day of recording takes an earlier waiver back.
    """

    id: str
    approved_by: str
    reason: str
    until: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudgement:
    """Somebody let what the cards and limits of a later day say of a run take its verdicts' place.

    id: of the run. root_before: its root hash until then. changed: a line per finding that turned,
    `F… normal→abnormal`; `-` stands for a finding that is only on the other side.
    """

    id: str
    by: str
    reason: str
    root_before: str
    changed: tuple[str, ...]
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeWindow:
    """A span in which work is restricted.

    check_round: id of the round that comes first; check_run: the run that closed it. check_by,
    check_day, check_document: who filed it, when and by what proof, where it was done by hand. All
    are empty where it is missing (the window opens all the same, and says so). check_late: it was
    made after the window had opened, so that nothing was checked before.
    """

    name: str
    title: Text
    first: date
    last: date
    mode: FreezeMode
    sites: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    anchor: str = ""
    check_round: str = ""
    check_run: str = ""
    check_by: str = ""
    check_day: date | None = None
    check_document: str = ""
    check_late: bool = False
    overrides: tuple[FreezeOverride, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """An emergency response, severe weather or a power change: an extra round at once."""

    id: str
    what: str  # emergency_response | severe_weather | power_change | conference
    first: date
    last: date
    by: str = ""
    note: str = ""
    sites: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
