"""What became of each round: rounds held against the journal at a given time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from xunjian.calendar.clock import day_of, in_zone
from xunjian.calendar.model import JournalEntry, Round, RoundState
from xunjian.language import Text, counted

_DONE = frozenset({"run", "hand", "elsewhere"})
OPEN = frozenset({RoundState.DUE, RoundState.OVERDUE})
ALARMING = frozenset({RoundState.OVERDUE, RoundState.MISSED})
# anchors of many small rounds: those still to come are not announced
AHEAD_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """The contract's journal: open from `starts` to `ends`; without `starts` nothing is overdue."""

    entries: Sequence[JournalEntry] = ()
    starts: date | None = None
    ends: date | None = None

    def by_round(self, at: datetime | None = None) -> Mapping[str, tuple[JournalEntry, ...]]:
        """Entries by round, oldest first; `at` leaves out those of later days."""
        found: dict[str, list[JournalEntry]] = {}
        for entry in self.entries:
            if at is None or day_of(entry.at) <= day_of(at):
                found.setdefault(entry.round_id, []).append(entry)
        return {name: tuple(sorted(one, key=lambda e: e.at)) for name, one in found.items()}


def with_states(
    rounds: Iterable[Round], journal: Journal, at: datetime, *, past: bool = False
) -> tuple[Round, ...]:
    """Give rounds as they stand at a time; `past` looks back: later entries are not yet known."""
    entries = journal.by_round(at if past else None)
    return tuple(_stand(one, entries.get(one.id, ()), journal, in_zone(at)) for one in rounds)


def closings(rounds: Iterable[Round]) -> Mapping[str, JournalEntry]:
    """The entry that closed each round that is done: what a freeze window cites."""
    return {one.id: one.closed_by for one in rounds if one.closed_by is not None}


def from_the_future(entries: Iterable[JournalEntry], at: datetime) -> tuple[JournalEntry, ...]:
    """Entries later than now: the clock stands wrong, or stood wrong when they were written.

    Those of a run bear a note where somebody asked for another day (`--at`): that is no clock.
    """
    late = at + timedelta(minutes=5)
    return tuple(e for e in entries if e.at > late and not (e.how == "run" and e.note))


def is_shown(one: Round, at: date) -> bool:
    """Whether `due` lists a round: what is open or gone wrong, and what stands close by."""
    last = one.last or one.due
    match one.state:
        case RoundState.DUE | RoundState.OVERDUE:
            return True
        case RoundState.MISSED | RoundState.PARTIAL:
            return one.first <= at <= last + timedelta(days=one.remind_days)
        case RoundState.PLANNED:
            is_single = (one.due - one.first).days == 0 and not one.rule.startswith("declared")
            ahead = 0 if is_single else AHEAD_DAYS
            return one.first - timedelta(days=ahead) <= at <= one.due
        case RoundState.MOVED if one.moved_from is not None:
            return one.moved_from[0] <= at <= last
        case _:
            return one.first <= at <= last


def _stand(one: Round, entries: Sequence[JournalEntry], journal: Journal, at: datetime) -> Round:
    entries = _since_reopened(entries)
    done = [entry for entry in entries if entry.how in _DONE]
    moved = next((e for e in reversed(entries) if e.how == "moved" and e.moved_to), None)
    one = replace(one, run_ids=tuple(dict.fromkeys(e.run_id for e in done if e.run_id)))
    if moved is not None and moved.moved_to is not None:
        first, due = moved.moved_to
        old = one.moved_from or (one.first, one.due)
        last = max(due, one.last or due)
        one = replace(one, first=first, due=due, last=last, moved_from=old)
    if done:
        return _done(one, done, at)
    off = next((entry for entry in reversed(entries) if entry.how == "cancelled"), None)
    if off is not None:
        why = Text(f"{off.by}：{off.note}", f"{off.by}: {off.note}")
        return replace(one, state=RoundState.CANCELLED, reason=why)
    state, reason = _undone(one, journal, at)
    if moved is not None and state in {RoundState.PLANNED, RoundState.DUE}:
        state = RoundState.MOVED if state is RoundState.PLANNED else state
        note = f"：{moved.note}" if moved.note else ""
        english = f": {moved.note}" if moved.note else ""
        span = f"{one.first:%Y-%m-%d}—{one.due:%Y-%m-%d}"
        reason = Text(f"改期到 {span}{note}", f"moved to {span}{english}")
    return replace(one, state=state, reason=reason if reason.zh else one.reason)


def _since_reopened(entries: Sequence[JournalEntry]) -> Sequence[JournalEntry]:
    for index in range(len(entries) - 1, -1, -1):
        if entries[index].how == "reopened":
            return entries[index + 1 :]
    return entries


def _done(one: Round, done: Sequence[JournalEntry], at: datetime) -> Round:
    """What was done suffices from the first entry whose coverage does."""
    enough = next((e for e in done if _coverage(e) >= one.enough), None)
    best = max(_coverage(entry) for entry in done)
    one = replace(one, coverage=best)
    if enough is None:
        state = RoundState.PARTIAL
        pct, need = f"{best:.0%}", f"{one.enough:.0%}"
        reason = Text(f"完成 {pct}，应达到 {need}", f"{pct} covered, {need} needed")
        last = one.last or one.due
        if day_of(at) > last:
            reason = Text(f"{reason.zh}，已过期限", f"{reason.en}; too late now")
        return replace(one, state=state, reason=reason)
    one, day = replace(one, closed_by=enough), day_of(enough.at)
    if day > one.due:
        late = (day - one.due).days
        reason = Text(
            f"{day:%Y-%m-%d} 完成，迟 {late} 天",
            f"done on {day:%Y-%m-%d}, {counted(late, 'day')} late",
        )
        return replace(one, state=RoundState.LATE, reason=reason)
    return replace(one, state=RoundState.DONE, reason=_how(enough))


def _coverage(entry: JournalEntry) -> float:
    return 1.0 if entry.coverage is None else entry.coverage


def _how(entry: JournalEntry) -> Text:
    day, by = f"{day_of(entry.at):%Y-%m-%d}", entry.by
    if entry.how == "run":
        return Text(f"{day} 完成，轮次 {entry.run_id}", f"done on {day} by run {entry.run_id}")
    note = f"，{entry.note}" if entry.note else ""
    english = f", {entry.note}" if entry.note else ""
    return Text(f"{day} 由{by}登记完成{note}", f"done on {day}, recorded by {by}{english}")


def _undone(one: Round, journal: Journal, at: datetime) -> tuple[RoundState, Text]:
    today, last = day_of(at), one.last or one.due
    if today < one.first or (today == one.first and at.time() < _opens(one)):
        return RoundState.PLANNED, Text("")
    if today <= one.due:
        return RoundState.DUE, Text("")
    if not _counts(one, journal):
        return RoundState.PLANNED, _why_not(journal)
    late = (today - one.due).days
    if today <= last:
        why = Text(f"逾期 {late} 天", f"{counted(late, 'day')} overdue")
        return RoundState.OVERDUE, why
    why = Text(
        f"应于 {one.due:%Y-%m-%d} 前完成，没有记录",
        f"was due on {one.due:%Y-%m-%d}; nothing is on record",
    )
    return RoundState.MISSED, why


def _opens(one: Round) -> time:
    return time.fromisoformat(one.opens_at) if one.opens_at else time()


def _counts(one: Round, journal: Journal) -> bool:
    """Whether the contract's journal expects the round."""
    if journal.starts is None or one.due < journal.starts:
        return False
    return journal.ends is None or one.first <= journal.ends


def _why_not(journal: Journal) -> Text:
    if journal.starts is None:
        return Text(
            "没有写 contract.starts，不计逾期", "contract.starts is not set: nothing is overdue"
        )
    return Text("不在合同期内", "outside the contract's term")
