"""`due` over 10,000 devices and a year of rounds, and a ten-year plan.

Times are of this process' CPU; the bounds are held only where `XUNJIAN_BENCH_STRICT` is set.
"""

import os
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from tests.bench.test_bench_inventory import write_fleet
from tests.fixtures.command_line import call
from xunjian.calendar.clock import zone
from xunjian.calendar.holidays import Notice, known_days
from xunjian.calendar.load import load_calendar
from xunjian.calendar.model import JournalEntry
from xunjian.calendar.plan import plan_year
from xunjian.calendar.states import Journal, with_states
from xunjian.store import open_store
from xunjian.workspace import open_workspace

HOSTS, DUE_S, PLAN_S = 10_000, 1.0, 5.0
YEARS = range(2026, 2036)


def holds(spent: float, bound: float) -> bool:
    return spent <= bound or not os.environ.get("XUNJIAN_BENCH_STRICT")


@pytest.mark.bench
def test_due_over_ten_thousand_devices_and_a_year_of_rounds(tmp_path: Path) -> None:
    (tmp_path / "xunjian.yml").write_text("contract: {starts: 2025-11-01}\n", "utf-8")
    write_fleet(tmp_path / "inventory", HOSTS)
    calendar = load_calendar(open_workspace(tmp_path))
    store = open_store(tmp_path / ".xunjian")
    filed = plan_year(calendar, 2025) + plan_year(calendar, 2026)
    for n, one in enumerate(filed):
        at = datetime.combine(one.first, datetime.min.time(), tzinfo=zone()) + timedelta(hours=21)
        if n % 7 and one.first < date(2026, 10, 1):
            store.journal.add(
                JournalEntry(round_id=one.id, how="run", run_id=f"r{n}", at=at, coverage=0.95)
            )
    store.close()
    call("due", "-w", tmp_path, "--at", "2026-09-30")  # imports are not measured
    before = time.process_time()
    said = call("due", "-w", tmp_path, "--at", "2026-09-30", "--format", "json")
    spent = time.process_time() - before
    listed = said.json["rounds"]
    print(f"due: {spent:.2f} s CPU over {HOSTS} devices, {len(filed)} rounds, {len(listed)} listed")  # noqa: T201
    assert said.code == 1  # one in seven was forgotten
    assert holds(spent, DUE_S)


def supplied(year: int) -> Notice:
    """A year as a notice would give it; the dates are made up."""
    spans = {
        "元旦": ((1, 1), (1, 3)),
        "春节": ((2, 5), (2, 12)),
        "清明": ((4, 4), (4, 5)),
        "五一": ((5, 1), (5, 5)),
        "端午": ((6, 9), (6, 10)),
        "中秋": ((9, 15), (9, 16)),
        "国庆": ((10, 1), (10, 7)),
    }
    days = {name: (date(year, *first), date(year, *last)) for name, (first, last) in spans.items()}
    return Notice(year=year, days=days, number="made up")


@pytest.mark.bench
def test_a_plan_of_ten_years() -> None:
    from dataclasses import replace

    shipped = load_calendar(open_workspace())
    before = time.process_time()
    days = known_days(supplied(year) for year in YEARS if year > 2026)
    calendar = replace(shipped, days=days)
    planned = [one for year in YEARS for one in plan_year(calendar, year)]
    at = datetime(2031, 6, 1, 12, tzinfo=zone())
    stood = with_states(planned, Journal(starts=date(2026, 1, 1)), at)
    spent = time.process_time() - before
    print(f"ten years: {spent:.2f} s CPU, {len(stood)} rounds")  # noqa: T201
    assert len({one.id for one in stood}) == len(stood) > 12_000
    assert holds(spent, PLAN_S)
