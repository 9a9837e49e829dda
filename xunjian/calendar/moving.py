"""Rounds that a `no_touch` freeze leaves no day for: they move behind it, and say so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from xunjian.calendar.model import FreezeMode, FreezeWindow, Round, RoundState
from xunjian.calendar.seasons import days_of
from xunjian.language import Text

_DAY = timedelta(days=1)
_UNDONE = frozenset({RoundState.PLANNED, RoundState.DUE, RoundState.OVERDUE, RoundState.MISSED})


@dataclass(frozen=True, slots=True)
class Move:
    """Where a round goes. to: None where the next round of its rule takes it up."""

    window: FreezeWindow
    to: tuple[date, date] | None

    @property
    def reason(self) -> Text:
        """Why, and to when."""
        name, title = self.window.name, self.window.title
        zh, en = f"{title.zh} {name} 期间不接触", f"no touch in {title.en or title.zh} {name}"
        if self.to is None:
            return Text(f"{zh}，由下一轮补上", f"{en}; the next round takes it up")
        span = f"{self.to[0]:%Y-%m-%d}—{self.to[1]:%Y-%m-%d}"
        return Text(f"{zh}，改期到 {span}", f"{en}; moved to {span}")


def moves(
    rounds: Iterable[Round],
    windows: Sequence[FreezeWindow],
    at: datetime,
    folded: frozenset[str] = frozenset(),
) -> dict[str, Move]:
    """Give the rounds all of whose days lie in `no_touch` windows, by round id.

    folded: rules of many small rounds (every day, every shift): theirs are not made up for.
    A window with a leave that still runs moves nothing.
    """
    strict = [
        one
        for one in windows
        if one.mode is FreezeMode.NO_TOUCH and not any(o.expires_at > at for o in one.overrides)
    ]
    if not strict:
        return {}
    found = {one.id: _move(one, strict, folded) for one in rounds}
    return {name: move for name, move in found.items() if move is not None}


def _move(one: Round, windows: Sequence[FreezeWindow], folded: frozenset[str]) -> Move | None:
    over = [
        w
        for w in windows
        if w.first <= one.due
        and w.last >= one.first
        and _holds_all(w.sites, one.sites)
        and _holds_all(w.systems, one.systems)
    ]
    taken = {day for window in over for day in days_of(window.first, window.last)}
    if not over or any(day not in taken for day in days_of(one.first, one.due)):
        return None
    if one.rule in folded:
        return Move(over[-1], None)
    free = one.due + _DAY
    while free in taken:
        free += _DAY
    return Move(over[-1], (free, free + (one.due - one.first)))


def _holds_all(of_window: Sequence[str], of_round: Sequence[str]) -> bool:
    """Whether a window covers all that a round visits."""
    return not of_window or (bool(of_round) and set(of_round) <= set(of_window))


def behind(one: Round, move: Move | None) -> Round:
    """Give a round its new days."""
    if move is None or move.to is None:
        return one
    first, due = move.to
    grace = (one.last or one.due) - one.due
    old = (one.first, one.due)
    return replace(one, first=first, due=due, last=due + max(grace, _DAY * 0), moved_from=old)


def told(one: Round, move: Move | None) -> Round:
    """Say of a round that is not done why it stands elsewhere."""
    if move is None or one.state not in _UNDONE:
        return one
    if move.to is None:
        return replace(one, state=RoundState.MOVED, reason=move.reason)
    state = RoundState.MOVED if one.state is RoundState.PLANNED else one.state
    alarm = one.state in {RoundState.OVERDUE, RoundState.MISSED}
    return replace(one, state=state, reason=one.reason if alarm else move.reason)
