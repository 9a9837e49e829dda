"""A workspace's calendar and journal together: which rounds there are, and how each stands."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from xunjian.calendar.clock import day_of, in_zone, now
from xunjian.calendar.content import SMALL, Calendar
from xunjian.calendar.freeze import freeze_windows, with_check
from xunjian.calendar.holidays import unknown_year
from xunjian.calendar.load import load_calendar
from xunjian.calendar.model import (
    Declaration,
    FreezeMode,
    FreezeOverride,
    FreezeWindow,
    JournalEntry,
    Round,
)
from xunjian.calendar.moving import Move, behind, moves, told
from xunjian.calendar.plan import find_round, plan_span, plan_year, steps_of
from xunjian.calendar.states import (
    Journal,
    closings,
    from_the_future,
    is_shown,
    with_states,
)
from xunjian.calendar.steps import in_order
from xunjian.errors import UsageError
from xunjian.inventory.model import Site
from xunjian.inventory.resolve import with_parents
from xunjian.language import Text
from xunjian.run.content import Content
from xunjian.schema import nearest_hint, printable

if TYPE_CHECKING:
    from xunjian.store.journal import JournalBook

# a half-year's round begins that long before it is due; a missed one is told of that long after
_AHEAD, _BACK = timedelta(days=200), timedelta(days=220)


class Agenda:
    """Read once, when first asked for. The store is opened only where there is one.

    at: the time to look from. asked: `--at` was given: what was done later is not known yet.
    """

    def __init__(self, content: Content, at: datetime | None = None) -> None:
        self.content = content
        self.asked = at is not None
        self.at = in_zone(at) if at is not None else now()

    @property
    def today(self) -> date:
        """The calendar's day of `at`."""
        return day_of(self.at)

    @cached_property
    def calendar(self) -> Calendar:
        """Rules, holidays, seasons."""
        return load_calendar(self.content.workspace)

    @property
    def book(self) -> "JournalBook | None":
        """The journal in the store; None before anything was ever stored."""
        if "store" not in vars(self.content):
            from xunjian.store.database import FILE_NAME

            if not (self.content.workspace.state_dir / FILE_NAME).is_file():
                return None
        return self.content.store.journal

    @property
    def entries(self) -> tuple[JournalEntry, ...]:
        """What was done for rounds, read anew each time."""
        return self.book.entries() if self.book else ()

    @property
    def declarations(self) -> tuple[Declaration, ...]:
        """What was declared."""
        return self.book.declarations() if self.book else ()

    @property
    def overrides(self) -> tuple[FreezeOverride, ...]:
        """Leaves to work inside a freeze, expired ones too."""
        return self.book.overrides() if self.book else ()

    @property
    def journal(self) -> Journal:
        """The journal as the contract opens it."""
        settings = self.content.settings
        return Journal(
            entries=self.entries, starts=settings.contract_starts, ends=settings.contract_ends
        )

    def stand(self, rounds: Sequence[Round]) -> tuple[Round, ...]:
        """Rounds as they stand at `at`; what a freeze leaves no day for stands behind it."""
        moved = self.moves(rounds)
        placed = [behind(one, moved.get(one.id)) for one in rounds]
        standing = with_states(placed, self.journal, self.at, past=self.asked)
        if moved:
            standing = tuple(told(one, moved.get(one.id)) for one in standing)
        return self._in_order(standing)

    def _in_order(self, standing: tuple[Round, ...]) -> tuple[Round, ...]:
        """Let each step of a conference say what of the step before it is missing."""
        known = {one.id: one for one in standing}
        names = {one.after for one in standing if one.after} - known.keys()
        found = (find_round(self.calendar, name, self.declarations) for name in names)
        before = [one for one in found if one is not None]
        known |= {one.id: one for one in (self.stand(before) if before else ())}
        return tuple(in_order(one, known.get(one.after)) for one in standing)

    def steps(self, one: Round) -> tuple[Round, ...]:
        """Every step of the conference that a round belongs to, in order; none of any other."""
        if not one.meeting:
            return ()
        return self.stand(steps_of(self.calendar, one.meeting, self.declarations))

    def moves(self, rounds: Sequence[Round]) -> Mapping[str, Move]:
        """Rounds that a `no_touch` freeze moves, by round id."""
        if not rounds or all(f.mode is not FreezeMode.NO_TOUCH for f in self.calendar.freezes):
            return {}
        first, last = min(one.first for one in rounds), max(one.due for one in rounds)
        windows = freeze_windows(self.calendar, first, last, overrides=self.overrides)
        small = frozenset(rule.name for rule in self.calendar.rules if rule.anchor in SMALL)
        return moves(rounds, windows, self.at, small)

    def record_moves(self) -> tuple[Text, ...]:
        """Write down which rounds a freeze moves by now, once each; give what was written."""
        today = self.today
        rounds = plan_span(self.calendar, today - _BACK, today + _AHEAD, self.declarations)
        known = {entry.round_id for entry in self.entries if entry.how == "moved"}
        said = []
        begun = [one for one in rounds if one.first <= today and one.id not in known]
        found = self.moves(begun)
        standing = {one.id: one for one in self.stand([one for one in begun if one.id in found])}
        for name, move in found.items():
            if standing[name].run_ids or move.window.first > today:
                continue
            entry = JournalEntry(
                round_id=name, how="moved", at=self.at, note=move.reason.zh, moved_to=move.to
            )
            self.content.store.journal.add(entry)
            said.append(Text(f"{name}：{move.reason.zh}", f"{name}: {move.reason.en}"))
        return tuple(said)

    def year(self, year: int) -> tuple[Round, ...]:
        """Every round due in a year; raises UsageError when its days are unknown."""
        return self.stand(plan_year(self.calendar, year, self.declarations))

    def span(self, first: date, last: date) -> tuple[Round, ...]:
        """Every round due from one day to another."""
        return self.stand(plan_span(self.calendar, first, last, self.declarations))

    def due(self) -> tuple[Round, ...]:
        """What `due` lists: open, gone wrong, or close by.

        Raises:
            UsageError: nobody can know what is due in this year yet.
        """
        today = self.today
        if today.year not in self.calendar.days.years:
            raise unknown_year(today.year)
        rounds = self.span(today - _BACK, today + _AHEAD)
        return tuple(one for one in rounds if is_shown(one, today))

    def find(self, round_id: str) -> Round:
        """One round by its id; raises UsageError with the nearest one when there is none."""
        found = find_round(self.calendar, round_id, self.declarations)
        if found is not None:
            return self.stand([found])[0]
        shown = printable(round_id)
        year = self.today.year
        known = {one.id for one in plan_span(self.calendar, date(year, 1, 1), date(year, 12, 31))}
        hint = nearest_hint(round_id, known, 0)
        see = Text("看有哪些：xunjian rounds list", "see them: xunjian rounds list")
        raise UsageError(
            Text(f"没有这一轮巡检：{shown}", f"no such round: {shown}"), hint if hint.zh else see
        )

    def windows(self, first: date, last: date) -> tuple[FreezeWindow, ...]:
        """Freeze windows that touch a span, each with what closed its check."""
        windows = freeze_windows(self.calendar, first, last)
        if not windows:
            return ()  # the store stays closed
        windows = freeze_windows(self.calendar, first, last, overrides=self.overrides)
        names = {window.check_round for window in windows if window.check_round}
        found = (find_round(self.calendar, name, self.declarations) for name in names)
        checks = self.stand([one for one in found if one is not None])
        closed = closings(checks)
        return tuple(with_check(one, closed) for one in windows)

    def require_known_windows(self) -> None:
        """Raise UsageError where holidays are frozen and nobody knows today's year yet."""
        by_holiday = any(one.anchor == "holiday" for one in self.calendar.freezes)
        if by_holiday and self.today.year not in self.calendar.days.years:
            raise unknown_year(self.today.year)

    def future_entries(self) -> tuple[JournalEntry, ...]:
        """Entries later than the clock: it stands wrong, or did when they were written."""
        return () if self.asked else from_the_future(self.entries, self.at)


def sites_below(names: Iterable[str], sites: Mapping[str, Site]) -> frozenset[str]:
    """Give the sites of these names and all below them."""
    wanted = set(names)
    return frozenset(name for name in sites if wanted & set(with_parents(name, sites)))
