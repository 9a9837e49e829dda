"""What became of rounds: every state, decided by the journal and the day alone."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xunjian.calendar.clock import day_of, in_zone, zone
from xunjian.calendar.model import JournalEntry, Round, RoundState
from xunjian.calendar.states import (
    Journal,
    closings,
    from_the_future,
    is_shown,
    with_states,
)
from xunjian.language import Text

ROUND = Round(
    id="pre_holiday@2026-五一",
    rule="pre_holiday",
    playbook="pre_holiday",
    title=Text("节前", "pre-holiday"),
    anchor="五一",
    first=date(2026, 4, 28),
    due=date(2026, 4, 29),
    last=date(2026, 4, 30),
)
STARTS = date(2026, 1, 1)


def at(day: int, month: int = 4, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=zone())


def done(day: int, coverage: float | None = 1.0, **more: object) -> JournalEntry:
    values = {"round_id": ROUND.id, "how": "run", "run_id": f"run-{day}", "at": at(day)}
    return JournalEntry(**{**values, "coverage": coverage, **more})  # type: ignore[arg-type]


def stand(
    when: datetime,
    *entries: JournalEntry,
    starts: date | None = STARTS,
    ends: date | None = None,
    past: bool = False,
) -> Round:
    journal = Journal(entries=entries, starts=starts, ends=ends)
    return with_states([ROUND], journal, when, past=past)[0]


@pytest.mark.parametrize(
    ("day", "expected"),
    [(27, "planned"), (28, "due"), (29, "due"), (30, "overdue")],
)
def test_nothing_done(day: int, expected: str) -> None:
    assert stand(at(day)).state == expected


def test_past_its_last_moment_it_is_missed_and_says_so() -> None:
    one = stand(at(1, 5))
    assert one.state is RoundState.MISSED
    assert "2026-04-29" in one.reason.zh
    assert "2026-04-29" in one.reason.en


def test_without_a_contract_nothing_is_overdue() -> None:
    one = stand(at(1, 5), starts=None)
    assert one.state is RoundState.PLANNED
    assert "contract.starts" in one.reason.zh
    assert stand(at(28), starts=None).state is RoundState.DUE


def test_outside_the_contracts_term_nothing_is_overdue() -> None:
    assert stand(at(1, 5), starts=date(2026, 4, 30)).state is RoundState.PLANNED
    assert stand(at(1, 5), ends=date(2026, 4, 27)).state is RoundState.PLANNED
    assert stand(at(1, 5), starts=date(2026, 4, 29)).state is RoundState.MISSED


def test_done_late_and_partial() -> None:
    assert stand(at(30), done(28)).state is RoundState.DONE
    late = stand(at(3, 5), done(30))
    assert (late.state, "1" in late.reason.zh) == (RoundState.LATE, True)
    part = stand(at(29), done(28, 0.4))
    assert (part.state, part.coverage) == (RoundState.PARTIAL, 0.4)
    assert "40%" in part.reason.zh
    assert "90%" in part.reason.zh


def test_a_second_run_completes_what_the_first_began() -> None:
    one = stand(at(29), done(28, 0.4), done(29, 0.95))
    assert one.state is RoundState.DONE
    assert one.run_ids == ("run-28", "run-29")
    assert stand(at(30), done(28, 0.4), done(30, 0.95)).state is RoundState.LATE


def test_done_by_hand_counts_whole_unless_it_says_less() -> None:
    by_hand = done(29, None, how="hand", run_id="", by="张三", note="到场")
    one = stand(at(30), by_hand)
    assert one.state is RoundState.DONE
    assert "张三" in one.reason.zh
    assert stand(at(30), done(29, 0.5, how="hand", run_id="", by="张三")).state == "partial"


def test_moved_and_reopened() -> None:
    moved = JournalEntry(
        round_id=ROUND.id, how="moved", at=at(27), note="封网",
        moved_to=(date(2026, 5, 6), date(2026, 5, 7)),
    )  # fmt: skip
    one = stand(at(30), moved)
    assert (one.state, one.due) == (RoundState.MOVED, date(2026, 5, 7))
    assert "封网" in one.reason.zh
    assert stand(at(6, 5), moved).state is RoundState.DUE
    assert stand(at(7, 5), moved, done(7, at=at(7, 5))).state is RoundState.DONE
    assert stand(at(8, 5), moved).state is RoundState.MISSED
    reopened = JournalEntry(round_id=ROUND.id, how="reopened", at=at(29), note="记录作废")
    assert stand(at(29), done(28), reopened).state is RoundState.DUE
    assert stand(at(29), done(28), reopened, done(29, at=at(29, hour=13))).state == "done"


def test_looking_back_does_not_know_what_came_later() -> None:
    assert stand(at(28), done(29), past=True).state is RoundState.DUE
    assert stand(at(29, hour=8), done(29), past=True).state is RoundState.DONE  # the same day
    assert stand(at(28), done(29)).state is RoundState.DONE


def test_entries_of_the_future_show_a_clock_that_jumped() -> None:
    assert from_the_future([done(28), done(30)], at(29)) == (done(30),)
    assert from_the_future([done(28)], at(28) - timedelta(minutes=4)) == ()
    asked_for = replace(done(30), note="--at 2026-04-30")
    assert from_the_future([asked_for], at(29)) == ()


def test_a_shift_opens_at_its_hour() -> None:
    from dataclasses import replace

    shift = replace(ROUND, first=date(2026, 4, 28), due=date(2026, 4, 28), opens_at="20:00")
    states = [
        with_states([shift], Journal(), at(28, hour=hour))[0].state.value for hour in (8, 19, 20)
    ]
    assert states == ["planned", "planned", "due"]


def test_days_are_chinas_wherever_the_server_stands() -> None:
    from datetime import UTC

    assert day_of(datetime(2026, 4, 27, 17, tzinfo=UTC)) == date(2026, 4, 28)
    assert in_zone(datetime(2026, 4, 28, 1)).utcoffset() == timedelta(hours=8)  # noqa: DTZ001
    assert stand(datetime(2026, 4, 27, 17, tzinfo=UTC)).state is RoundState.DUE
    assert stand(datetime(2026, 4, 27, 15, tzinfo=UTC)).state is RoundState.PLANNED


@pytest.mark.parametrize(
    ("state", "day", "month", "shown"),
    [
        (RoundState.DUE, 28, 4, True),
        (RoundState.OVERDUE, 30, 4, True),
        (RoundState.MISSED, 30, 5, True),
        (RoundState.MISSED, 1, 7, False),  # told of for 31 days
        (RoundState.PARTIAL, 29, 4, True),
        (RoundState.PARTIAL, 30, 5, True),  # too little was seen, as if it were missed
        (RoundState.PARTIAL, 1, 7, False),
        (RoundState.PLANNED, 20, 4, True),  # close by
        (RoundState.PLANNED, 1, 4, False),
        (RoundState.PLANNED, 1, 6, False),
        (RoundState.DONE, 29, 4, True),
        (RoundState.DONE, 20, 5, False),
    ],
)
def test_what_due_lists(state: RoundState, day: int, month: int, *, shown: bool) -> None:
    from dataclasses import replace

    assert is_shown(replace(ROUND, state=state), date(2026, month, day)) is shown


def test_what_closed_a_round_is_known() -> None:
    closed = closings([stand(at(30), done(28, 0.5), done(29), done(30))])
    assert {name: entry.run_id for name, entry in closed.items()} == {ROUND.id: "run-29"}
    assert closings([stand(at(30), done(28, 0.5))]) == {}  # partial closes nothing


@settings(deadline=None)
@given(
    st.integers(min_value=0, max_value=40),
    st.lists(st.tuples(st.integers(0, 40), st.floats(0, 1)), max_size=4),
)
def test_a_round_never_gets_worse_by_being_done(day: int, made: list[tuple[int, float]]) -> None:
    begin = datetime(2026, 4, 1, 12, tzinfo=zone())
    when = begin + timedelta(days=day)
    entries = [
        JournalEntry(round_id=ROUND.id, how="run", run_id=f"r{n}", at=begin + timedelta(days=d),
                     coverage=share)
        for n, (d, share) in enumerate(made)
    ]  # fmt: skip
    one = stand(when, *entries)
    if any(entry.coverage is not None and entry.coverage >= ROUND.enough for entry in entries):
        assert one.state in {RoundState.DONE, RoundState.LATE}
    elif entries:
        assert one.state is RoundState.PARTIAL
    else:
        assert one.state not in {RoundState.DONE, RoundState.LATE, RoundState.PARTIAL}
    assert (one.state in {RoundState.OVERDUE, RoundState.MISSED}) <= bool(one.reason.zh)
