"""Turns and coverage: the contract's figures over simulated years with random outages."""

import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xunjian.calendar.clock import zone
from xunjian.calendar.coverage import Coverage, Duties, Expected, Thing, cover, period
from xunjian.calendar.model import JournalEntry, Round, RoundState, Seen
from xunjian.calendar.rotation import OnTop, Past, Turn, Unit, balanced, draw_turn
from xunjian.language import Text
from xunjian.run.turns import past_of

ROOMS, OUTAGES = 400, 0.1
RULE = "half_year_edge"


def unit(number: int) -> Unit:
    name = f"edge-{number:03d}"
    return Unit(
        name=name,
        site=f"county-{number % 37}",
        vendor=("huawei", "hp", "cisco", "frr")[number % 7 % 4],
        things=(f"{name}-sw", f"{name}-ups"),
    )


def half(year: int, number: int) -> Round:
    first = date(year, 6 * number - 5, 1)
    due = date(year, 6, 30) if number == 1 else date(year, 12, 31)
    return Round(
        id=f"{RULE}@{year}-H{number}",
        rule=RULE,
        playbook=RULE,
        title=Text("边缘机房"),
        anchor=f"{year}-H{number}",
        first=first,
        due=due,
        last=due + timedelta(days=31),
        quota=0.5,
        rotate="rooms",
        enough=1.0,
    )


@dataclass
class World:
    """Rooms, what the store would hold of them, and days on which some of them are down."""

    seed: int
    lasting: bool = True  # an outage lasts the half-year; else each visit has its own luck
    failures: float = 0.0  # share of seen rooms in which something abnormal is found
    units: dict[str, Unit] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    entries: list[JournalEntry] = field(default_factory=list)
    started: dict[str, str] = field(default_factory=dict)
    turns: dict[str, list[Turn]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.luck = random.Random(self.seed)
        self.units = {one.name: one for one in map(unit, range(ROOMS))}

    def past(self, one: Round) -> Past:
        self.started[one.id] = f"{one.first}"
        return past_of(one, self.units, self.seen, self.entries, self.started)

    def draw(self, one: Round) -> Turn:
        return draw_turn(tuple(self.units.values()), one.quota, self.past(one), seed=one.id)

    def live_through(self, one: Round, runs: int = 12) -> frozenset[str]:
        """Make runs of a round until its quota was seen; give the rooms seen."""
        down = set(self.luck.sample(sorted(self.units), int(OUTAGES * len(self.units))))
        for number in range(runs):
            turn = self.draw(one)
            if turn.coverage(turn.seen) >= 1 and number:
                break
            self.turns.setdefault(one.id, []).append(turn)
            if not self.lasting:
                down = {name for name in self.units if self.luck.random() < OUTAGES}
            self.visit(one, turn, down, number)
        return self.past(one).seen

    def visit(self, one: Round, turn: Turn, down: set[str], number: int) -> None:
        at = datetime.combine(one.first, datetime.min.time(), tzinfo=zone())
        at += timedelta(days=3 * number, hours=8)
        run = f"run-{one.id}-{number}"
        for name in turn.asked:
            bad = self.luck.random() < self.failures
            for thing in self.units[name].things:
                lost = name in down
                self.seen.append(
                    Seen(
                        device=thing,
                        at=at,
                        run_id=run,
                        how="evidence",
                        failed=bad and not lost,
                        complete=not lost,
                        reason="no_answer" if lost else "",
                        playbook=one.playbook,
                        round_id=one.id,
                    )
                )
        self.entries.append(
            JournalEntry(
                round_id=one.id,
                how="run",
                at=at,
                run_id=run,
                drawn=turn.everybody,
                scope=turn.scope,
            )
        )

    def year(self, rounds: Sequence[Round], year: int) -> Coverage:
        things = [
            Thing(name=thing, room=one.name, site=one.site)
            for one in self.units.values()
            for thing in one.things
        ]
        names = frozenset(thing.name for thing in things)
        expected = [
            Expected(
                round=one,
                things=names,
                drawn=frozenset(n for e in self.entries if e.round_id == one.id for n in e.drawn),
            )
            for one in rounds
        ]
        whole = period(f"{year}")
        assert whole is not None
        return cover(Duties(things, expected, self.seen, date(year, 12, 31)), whole)


@settings(deadline=None, max_examples=12)
@given(
    seed=st.integers(min_value=0, max_value=10**6),
    lasting=st.booleans(),
    failures=st.sampled_from([0.0, 0.05]),
)
def test_the_contracts_figures_over_simulated_years(
    *, seed: int, lasting: bool, failures: float
) -> None:
    world = World(seed, lasting=lasting, failures=failures)
    for year in (2026, 2027):
        rounds = [half(year, 1), half(year, 2)]
        shares = []
        for one in rounds:
            seen = world.live_through(one)
            shares.append(len(seen) / len(world.units))
            assert shares[-1] >= 0.5, one.id
        found = world.year(rounds, year)
        assert all(one.is_met for one in found.rounds)
        whole = {row.name for row in found.rows if row.state == "seen"}
        listed = {one.thing.room: one.reason for one in found.unseen}
        assert whole | set(listed) == set(world.units)
        assert set(listed.values()) <= {"no_answer"}  # nobody was left out for want of a turn
        _print(seed, year, shares, whole, listed)


def _print(
    seed: int, year: int, shares: list[float], whole: set[str], listed: dict[str, str]
) -> None:
    sys.stdout.write(  # shown by `pytest -s`
        f"seed {seed} {year}: {ROOMS} edge rooms, {OUTAGES:.0%} outages: "
        f"H1 {shares[0]:.1%} seen, H2 {shares[1]:.1%} seen, {len(whole)} rooms in the year, "
        f"{len(listed)} unseen: {dict(Counter(listed.values()))}\n"
    )


@settings(deadline=None, max_examples=10)
@given(seed=st.integers(min_value=0, max_value=10**6))
def test_nobody_comes_twice_before_everybody_had_a_turn(seed: int) -> None:
    world = World(seed)
    first, second = half(2026, 1), half(2026, 2)
    before = world.live_through(first)
    turn = world.draw(second)
    assert not set(turn.drawn) & before
    world.live_through(second)
    tried = {name for e in world.entries for name in e.drawn}
    again = [name for turn in world.turns[second.id] for name in turn.drawn if name in before]
    assert not again or tried == set(world.units)  # only once nobody else is left


@settings(deadline=None, max_examples=10)
@given(seed=st.integers(min_value=0, max_value=10**6), gone=st.integers(0, 60))
def test_a_changed_inventory_keeps_the_figures(seed: int, gone: int) -> None:
    """Rooms leave and join in mid-cycle: who joined comes on top, who was seen rests."""
    world = World(seed)
    first, second = half(2026, 1), half(2026, 2)
    before = world.live_through(first)
    for name in world.luck.sample(sorted(world.units), gone):
        del world.units[name]
    joined = {one.name: one for one in map(unit, range(ROOMS, ROOMS + 25))}
    world.units |= joined
    turn = world.draw(second)
    assert set(turn.on_top) == set(joined)
    assert set(turn.on_top.values()) == {OnTop.NEW}
    assert set(turn.drawn) <= set(world.units) - set(joined)
    fresh = set(world.units) - before - set(joined)
    assert fresh <= set(turn.drawn) or set(turn.drawn) <= fresh
    seen = world.live_through(second)
    assert len(seen) >= 0.5 * len(world.units)
    found = world.year([first, second], 2026)
    assert {one.reason for one in found.unseen} <= {"no_answer"}


def test_a_draw_is_the_same_whoever_makes_it() -> None:
    units = [unit(n) for n in range(50)]
    one = draw_turn(units, 0.5, Past(), seed="a")
    assert one == draw_turn(units, 0.5, Past(), seed="a")
    shuffled = draw_turn(units[::-1], 0.5, Past(), seed="a")
    assert shuffled.drawn == one.drawn
    assert draw_turn(units, 0.5, Past(), seed="b").drawn != one.drawn


def test_a_draw_is_balanced_over_vendors_and_sites() -> None:
    units = [unit(n) for n in range(ROOMS)]
    drawn = set(draw_turn(units, 0.5, Past(), seed="half_year_edge@2026-H1").drawn)
    vendors, sites = Counter(u.vendor for u in units), Counter(u.site for u in units)
    for name, count in vendors.items():
        assert abs(sum(u.vendor == name for u in units if u.name in drawn) - count / 2) <= 1
    for name, count in sites.items():
        assert abs(sum(u.site == name for u in units if u.name in drawn) - count / 2) <= 2


@given(st.integers(0, 60), st.integers(1, 9), st.integers(1, 4))
def test_balanced_gives_everybody_once(count: int, sites: int, vendors: int) -> None:
    units = [
        Unit(name=f"u{n}", site=f"s{n % sites}", vendor=f"v{n % vendors}") for n in range(count)
    ]
    order = list(balanced(units, seed="x"))
    assert sorted(order) == sorted(one.name for one in units)


@pytest.mark.parametrize(
    ("past", "on_top"),
    [
        (Past(), {}),
        (Past(failed=frozenset({"edge-003"})), {"edge-003": OnTop.FAILED}),
        (Past(repaired=frozenset({"edge-004"})), {"edge-004": OnTop.REPAIRED}),
        (
            Past(known=frozenset(f"edge-{n:03d}" for n in range(9))),
            {"edge-009": OnTop.NEW},
        ),
    ],
)
def test_who_comes_on_top_does_not_use_up_the_quota(past: Past, on_top: dict[str, OnTop]) -> None:
    units = [unit(n) for n in range(10)]
    turn = draw_turn(units, 0.5, past, seed="s")
    assert turn.on_top == on_top
    assert (turn.quota, len(turn.drawn)) == (5, 5)
    assert not set(turn.drawn) & set(on_top)


def test_what_failed_comes_again_and_what_was_repaired_once_more() -> None:
    world = World(1, failures=1.0)
    seen = world.live_through(half(2026, 1))
    second = half(2026, 2)
    assert set(world.draw(second).on_top) == seen  # everything seen was abnormal
    name = min(seen)
    mended = [
        Seen(
            device=thing,
            at=datetime(2026, 6, 29, 9, tzinfo=zone()),
            run_id="repair",
            how="evidence",
            playbook="quarterly",
        )
        for thing in world.units[name].things
    ]
    world.seen += mended
    assert world.draw(second).on_top[name] is OnTop.REPAIRED


# --- coverage ---


def things() -> list[Thing]:
    return [
        Thing(name="a", room="r1", site="s1", systems=("water",)),
        Thing(name="b", room="r1", site="s1", systems=("water", "finance")),
        Thing(name="c", room="r2", site="s2"),
    ]


def sight(device: str, day: str, *, complete: bool = True, reason: str = "") -> Seen:
    at = datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=zone())
    return Seen(
        device=device, at=at, run_id=f"run-{day}", how="evidence", complete=complete,
        reason=reason, playbook=RULE,
    )  # fmt: skip


def covered(seen: list[Seen], one: Round, by: str = "room", today: str = "2026-06-30") -> Coverage:
    within = period("2026H1")
    assert within is not None
    expected = [Expected(round=one, things=frozenset("abc"))]
    return cover(Duties(things(), expected, seen, date.fromisoformat(today)), within, by)


def test_a_room_is_seen_when_all_its_things_are() -> None:
    found = covered([sight("a", "2026-02-01"), sight("c", "2026-04-02")], half(2026, 1))
    assert {row.name: row.state for row in found.rows} == {"r1": "partial", "r2": "seen"}
    assert [(u.thing.name, u.reason) for u in found.unseen] == [("b", "no_run")]
    assert found.rounds[0].rooms.pct == 50.0
    assert {n: (s.seen, s.expected) for n, s in found.rows[1].parts.items()} == {
        "2026Q1": (0, 1),
        "2026Q2": (1, 1),
    }


def test_cut_evidence_does_not_count_and_is_the_reason() -> None:
    seen = [sight("a", "2026-02-01", complete=False, reason="hang"),
            sight("b", "2026-02-01", complete=False)]  # fmt: skip
    found = covered(seen, half(2026, 1), by="system")
    assert {u.thing.name: u.reason for u in found.unseen} == {
        "a": "hang",
        "b": "incomplete",
        "c": "no_run",
    }
    assert {row.name: row.things.expected for row in found.rows} == {
        "": 1,
        "finance": 1,
        "water": 2,
    }


def test_reasons_of_those_whom_nobody_visited() -> None:
    from dataclasses import replace

    one = half(2026, 1)
    assert {u.reason for u in covered([], one, today="2025-12-01").unseen} == {"not_yet"}
    moved = replace(one, state=RoundState.MOVED)
    assert {u.reason for u in covered([], moved).unseen} == {"moved"}
    by_hand = replace(one, state=RoundState.DONE)
    assert {u.reason for u in covered([], by_hand).unseen} == {"by_hand"}


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2026", ("2026-01-01", "2026-12-31")),
        ("2026H2", ("2026-07-01", "2026-12-31")),
        ("2026-h1", ("2026-01-01", "2026-06-30")),
        ("2026Q1", ("2026-01-01", "2026-03-31")),
        ("2028-02", ("2028-02-01", "2028-02-29")),
        ("2026H3", None),
        ("2026-13", None),
        ("0000", None),
        ("H1", None),
        ("", None),
    ],
)
def test_periods(text: str, span: tuple[str, str] | None) -> None:
    found = period(text)
    assert (found and (f"{found.first}", f"{found.last}")) == span
