"""What of a period's duties was seen and what was not, with the reason for each thing unseen.

A device counts as seen when a run answered all that was planned for it; a thing without address
when its form is filled in and signed; a room when all its things are. Rounds of every day, every
shift and every week ask too little to count.
"""

import re
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from xunjian.calendar.clock import YEARS, day_of
from xunjian.calendar.model import Round, RoundState, Seen

_PERIOD = re.compile(r"(?P<year>\d{4})(?:-?(?P<part>[HhQq][1-4])|-(?P<month>\d{2}))?")
BY = ("room", "site", "system")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A year, a half-year, a quarter or a month."""

    name: str
    first: date
    last: date

    @property
    def parts(self) -> tuple["Period", ...]:
        """Its quarters, and of a year its half-years before them."""
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        year = self.first.year
        halves = [part(year, "H", n) for n in (1, 2)] if months == 12 else []
        quarters = [part(year, "Q", n) for n in (1, 2, 3, 4)] if months > 3 else []
        within = [q for q in quarters if self.first <= q.first and q.last <= self.last]
        return (*halves, *within)

    def holds(self, day: date) -> bool:
        """Whether a day lies in it."""
        return self.first <= day <= self.last


def part(year: int, letter: str, number: int) -> Period:
    """Give a half-year (`H`) or a quarter (`Q`)."""
    months = 6 if letter == "H" else 3
    end = number * months
    first = date(year, end - months + 1, 1)
    return Period(
        name=f"{year}{letter}{number}", first=first, last=date(year, end, monthrange(year, end)[1])
    )


def period(text: str) -> Period | None:
    """Read `2026`, `2026H1`, `2026Q2` or `2026-06`; None where it is none of them."""
    found = _PERIOD.fullmatch(text.strip())
    if found is None or int(found["year"]) not in YEARS:
        return None
    year = int(found["year"])
    if found["part"]:
        letter, number = found["part"][0].upper(), int(found["part"][1])
        return None if letter == "H" and number > 2 else part(year, letter, number)
    if found["month"]:
        month = int(found["month"])
        if not 1 <= month <= 12:
            return None
        last = date(year, month, monthrange(year, month)[1])
        return Period(name=f"{year}-{month:02d}", first=date(year, month, 1), last=last)
    return Period(name=f"{year}", first=date(year, 1, 1), last=date(year, 12, 31))


def half_year_of(day: date) -> Period:
    """Give the half-year that a day lies in."""
    return part(day.year, "H", 1 if day.month <= 6 else 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One thing of the register, as coverage counts it."""

    name: str
    title: str = ""
    room: str = ""
    site: str = ""
    systems: tuple[str, ...] = ()

    def group(self, by: str) -> tuple[str, ...]:
        """Give the groups it counts in."""
        if by == "system":
            return self.systems or ("",)
        return (self.room if by == "room" else self.site,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a round has to see. drawn: units (rooms or things) whose turn it was, of a rotation.

    scope: from whom they were drawn; who is not in it can be asked nothing.
    """

    round: Round
    things: frozenset[str]
    drawn: frozenset[str] = frozenset()
    scope: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """One thing that nobody saw whole, and why.

    reason: a code of `Outcome.reason` or of what was left out, or `incomplete`, `no_run`,
    `not_drawn`, `not_yet`, `moved`, `by_hand`.
    """

    thing: Thing
    reason: str
    round_id: str = ""
    run_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many."""

    expected: int
    seen: int

    @property
    def pct(self) -> float | None:
        """In percent; None of nothing."""
        return round(100 * self.seen / self.expected, 1) if self.expected else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A room, a site or a system. parts: the same of each quarter and half-year inside."""

    name: str
    things: Share
    rooms: Share
    parts: Mapping[str, Share] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """`seen`, `partial` or `unseen`; `empty` where nothing is registered."""
        if not self.things.expected:
            return "empty"
        if self.things.seen == self.things.expected:
            return "seen"
        return "partial" if self.things.seen else "unseen"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundShare:
    """A round's duty. needed: the share that the contract asks for, of rooms or of things."""

    round: Round
    things: Share
    rooms: Share
    needed: float
    by_rooms: bool

    is_due: bool = True  # it has begun

    @property
    def is_met(self) -> bool | None:
        """Whether the contract's figure is reached; None before the round, or of nothing."""
        share = self.rooms if self.by_rooms else self.things
        if not share.expected or (not self.is_due and not share.seen):
            return None
        return share.seen >= self.needed * share.expected - 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Everything about one period."""

    period: Period
    by: str
    rows: tuple[Row, ...]
    unseen: tuple[Unseen, ...]
    rounds: tuple[RoundShare, ...]
    seen: Mapping[str, Seen]


@dataclass(frozen=True, slots=True)
class Duties:
    """Things, what each round expects of them, and what was seen (oldest first), up to a day."""

    things: Sequence[Thing]
    expected: Sequence[Expected]
    seen: Sequence[Seen]
    today: date


def cover(duties: Duties, within: Period, by: str = "room") -> Coverage:
    """Hold a period's rounds against what was seen."""
    wanted = {name for one in duties.expected for name in one.things}
    things = [thing for thing in duties.things if thing.name in wanted]
    sights = [s for s in duties.seen if within.holds(day_of(s.at))]
    seen = {s.device: s for s in sights if s.complete}
    latest = {s.device: s for s in sights}
    missing = tuple(_unseen(t, duties, latest) for t in things if t.name not in seen)
    parts = {p.name: _seen_in(duties.seen, p) for p in within.parts if p.first <= duties.today}
    return Coverage(
        period=within,
        by=by,
        rows=tuple(_rows(things, by, frozenset(seen), parts, missing)),
        unseen=missing,
        rounds=tuple(_share(one, duties) for one in duties.expected),
        seen={name: one for name, one in seen.items() if name in wanted},
    )


def _seen_in(seen: Iterable[Seen], within: Period) -> frozenset[str]:
    return frozenset(s.device for s in seen if s.complete and within.holds(day_of(s.at)))


def _rows(
    things: Sequence[Thing],
    by: str,
    seen: frozenset[str],
    parts: Mapping[str, frozenset[str]],
    missing: Sequence[Unseen],
) -> Iterable[Row]:
    groups: dict[str, list[Thing]] = defaultdict(list)
    for thing in things:
        for name in thing.group(by):
            groups[name].append(thing)
    why = {one.thing.name: one.reason for one in missing}
    for name, members in sorted(groups.items()):
        yield Row(
            name=name,
            things=_of(members, seen),
            rooms=rooms_of(members, seen),
            parts={label: _of(members, there) for label, there in parts.items()},
            reasons=dict(Counter(why[t.name] for t in members if t.name in why).most_common()),
        )


def _of(things: Sequence[Thing], seen: frozenset[str]) -> Share:
    return Share(expected=len(things), seen=sum(thing.name in seen for thing in things))


def rooms_of(things: Iterable[Thing], seen: frozenset[str]) -> Share:
    """Count rooms; one is seen when all of its things are."""
    rooms: dict[str, bool] = {}
    for thing in things:
        if thing.room:
            rooms[thing.room] = rooms.get(thing.room, True) and thing.name in seen
    return Share(expected=len(rooms), seen=sum(rooms.values()))


def _share(one: Expected, duties: Duties) -> RoundShare:
    round_, first, last = one.round, one.round.first, one.round.last or one.round.due
    seen = frozenset(
        s.device
        for s in duties.seen
        if s.complete
        and (
            s.run_id in round_.run_ids
            or (s.playbook == round_.playbook and first <= day_of(s.at) <= last)
        )
    )
    things = [thing for thing in duties.things if thing.name in one.things]
    return RoundShare(
        round=round_,
        things=_of(things, seen),
        rooms=rooms_of(things, seen),
        needed=round_.quota,
        by_rooms=round_.rotate == "rooms",
        is_due=first <= duties.today,
    )


def _unseen(thing: Thing, duties: Duties, latest: Mapping[str, Seen]) -> Unseen:
    """Say why a thing was not seen: what was met with last, else why nobody went."""
    tried = latest.get(thing.name)
    if tried is not None:
        reason = tried.reason or "incomplete"
        return Unseen(thing=thing, reason=reason, round_id=tried.round_id, run_id=tried.run_id)
    ranked = [
        (_RANK.index(reason), one.round.id, reason)
        for one in duties.expected
        if thing.name in one.things
        for reason in [_why(thing, one, duties.today)]
    ]
    _, round_id, reason = min(ranked)
    return Unseen(thing=thing, reason=reason, round_id=round_id)


# the first that holds for any of its rounds is told
_RANK = ("no_run", "by_hand", "moved", "not_drawn", "no_card", "not_yet")


def _why(thing: Thing, one: Expected, today: date) -> str:
    if today < one.round.first:
        return "moved" if one.round.state is RoundState.MOVED else "not_yet"
    if one.round.state is RoundState.MOVED:
        return "moved"
    is_rotating = bool(one.round.rotate) and one.round.quota < 1
    if is_rotating and one.drawn and not {thing.room, thing.name} & one.drawn:
        inside = not one.scope or bool({thing.room, thing.name} & one.scope)
        return "not_drawn" if inside else "no_card"
    if one.round.state in {RoundState.DONE, RoundState.LATE} and not one.round.run_ids:
        return "by_hand"
    return "no_run"
