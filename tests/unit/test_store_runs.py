import dataclasses
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.run_samples import FACTS, START, finding, lost, plan, playbook, saved, start
from xunjian.checks.model import Verdict
from xunjian.errors import StoreError
from xunjian.language import Text
from xunjian.run.model import RunState
from xunjian.store import FindingFilter, RunEnd, Trend, open_store
from xunjian.store.numbers import report_number
from xunjian.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / ".xunjian", facts=FACTS)


def run(store: Store, *verdicts: Verdict, days: int, book: str = "daily") -> str:
    """One closed round of sw1 whose levels have these verdicts."""
    run_id = store.begin_run(plan("sw1"), start("sw1", book=playbook(book), days=days))
    found = [finding("sw1", v, subject=str(n)) for n, v in enumerate(verdicts)]
    store.save_device(run_id, saved("sw1", *found))
    store.finish_run(run_id)
    return run_id


def test_a_record_is_read_back_whole(store: Store) -> None:
    run_id = store.begin_run(plan("sw1", "sw2"), start("sw1", "sw2"))
    abnormal = finding("sw1", Verdict.ABNORMAL, message="过高")
    store.save_device(run_id, saved("sw1", abnormal))
    store.save_device(run_id, lost("sw2"))
    root = store.finish_run(run_id, RunEnd(exit_code=1, notes=("a note",)))
    record = store.record(run_id)
    assert record.state is RunState.FINISHED
    assert record.number == "XJ-202611-001"
    assert record.planned == len(record.outcomes) + len(record.left_out) == 5
    assert record.outcomes[1].findings == (abnormal,)
    assert record.outcomes[0].started_at == START
    assert [d.reached for d in record.devices] == [True, False]
    assert record.devices[0].asset == {"serial": "0012"}
    assert record.devices[1].reason == "no_answer"
    assert record.evidence[0].id == "sw1#001"
    assert record.evidence[0].custody == "plain"
    assert record.root_hash == root
    assert (record.exit_code, record.notes) == (1, ("a note",))
    assert record.started_at == START
    assert record.started_at.tzinfo is not None


def test_what_reading_met_with_is_kept_in_both_languages(store: Store) -> None:
    run_id = store.begin_run(plan("sw1"), start("sw1"))
    notes = (Text("风扇状态未列出", "fan state not listed"), Text("KeyError: 'x'"))
    save = saved("sw1")
    save = dataclasses.replace(save, result=dataclasses.replace(save.result, notes=notes))
    store.save_device(run_id, save)
    assert store.record(run_id).devices[0].notes == notes


def test_a_record_of_a_killed_run_still_adds_up(store: Store) -> None:
    run_id = store.begin_run(plan("sw1", "sw2"), start("sw1", "sw2"))
    store.save_device(run_id, saved("sw1"))
    record = store.record(run_id)
    assert record.state is RunState.KILLED
    assert record.planned == len(record.outcomes) + len(record.left_out)
    assert {o.reason for o in record.outcomes if o.device == "sw2"} == {"interrupted"}
    assert record.devices[1].reason == "interrupted"
    (summary,) = store.runs()
    assert (summary.state, summary.outcomes, summary.planned) == (RunState.KILLED, 2, 5)


def test_a_run_goes_on_while_its_lock_is_held(store: Store) -> None:
    with store.locked("run daily") as holding:
        run_id = store.begin_run(plan("sw1"), start("sw1"))
        holding.name_run(run_id)
        assert store.runs()[0].state is RunState.RUNNING
    assert store.runs()[0].state is RunState.KILLED


def test_closing_gives_every_pair_an_outcome(store: Store) -> None:
    run_id = store.begin_run(plan("sw1", "sw2"), start("sw1", "sw2"))
    short = dataclasses.replace(saved("sw1"), outcomes=saved("sw1").outcomes[:1])
    store.save_device(run_id, short)
    store.finish_run(run_id, RunEnd(state=RunState.INTERRUPTED, missing_reason="interrupted"))
    record = store.record(run_id)
    assert [o.reason for o in record.outcomes] == ["", "internal", "interrupted", "interrupted"]
    assert store.verify().is_intact


def test_resuming_redoes_only_what_was_not_contacted(store: Store) -> None:
    run_id = store.begin_run(plan("sw1", "sw2", "sw3"), start("sw1", "sw2", "sw3"))
    store.save_device(run_id, saved("sw1"))
    store.save_device(run_id, lost("sw2"))
    store.finish_run(run_id, RunEnd(state=RunState.INTERRUPTED, missing_reason="interrupted"))
    before = store.record(run_id)
    assert store.remaining(run_id) == {"sw3": ("identity", "levels")}
    store.reopen_run(run_id)
    store.save_device(run_id, saved("sw3"))
    store.finish_run(run_id)
    after = store.record(run_id)
    assert after.state is RunState.FINISHED
    assert after.outcomes[:4] == before.outcomes[:4]
    assert all(o.reached for o in after.outcomes if o.device == "sw3")
    assert after.root_hash != before.root_hash
    assert store.verify().is_intact


def test_saving_a_device_again_replaces_it_and_keeps_the_old_evidence(store: Store) -> None:
    run_id = store.begin_run(plan("sw1"), start("sw1"))
    store.save_device(run_id, saved("sw1", finding("sw1")))
    store.finish_run(run_id, RunEnd(state=RunState.INTERRUPTED))
    store.reopen_run(run_id)
    store.save_device(run_id, saved("sw1", finding("sw1", Verdict.WARNING), used_pct=88))
    store.finish_run(run_id)
    record = store.record(run_id)
    assert [f.verdict for o in record.outcomes for f in o.findings] == [Verdict.WARNING]
    assert len(record.evidence) == 1
    checked = store.verify()
    assert checked.is_intact
    assert checked.checked == 4  # raw and text of both attempts


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("XJ-{yyyymm}-{seq:03d}", "XJ-202611-007"),
        ("{yyyy}/{mm}/{dd}-{seq}", "2026/11/20-7"),
        ("{seq:04d}{unknown}{seq.__class__}", "0007{unknown}{seq.__class__}"),
    ],
)
def test_report_numbers(pattern: str, expected: str) -> None:
    assert report_number(pattern, START, 7) == expected


def test_numbers_count_by_playbook_and_month_and_never_repeat(store: Store) -> None:
    runs = [run(store, days=d, book=b) for d, b in ((0, "daily"), (1, "daily"), (2, "other"))]
    runs.append(run(store, days=15, book="daily"))
    numbers = [store.record(r).number for r in runs]
    assert numbers == ["XJ-202611-001", "XJ-202611-002", "XJ-202611-003", "XJ-202612-001"]


def test_lists_are_newest_first_and_filtered(store: Store) -> None:
    first = run(store, Verdict.ABNORMAL, Verdict.NORMAL, days=0)
    second = run(store, Verdict.WARNING, days=1)
    assert [r.run_id for r in store.runs()] == [second, first]
    table: list[tuple[FindingFilter, int]] = [
        (FindingFilter(), 3),
        (FindingFilter(run_id=first), 2),
        (FindingFilter(verdicts=(Verdict.ABNORMAL, Verdict.WARNING)), 2),
        (FindingFilter(device="sw9"), 0),
        (FindingFilter(check="levels.used", limit=1), 1),
    ]
    for wanted, count in table:
        assert len(store.findings(wanted)) == count, wanted
    assert store.findings()[0].run_id == second


N, W, A, U = Verdict.NORMAL, Verdict.WARNING, Verdict.ABNORMAL, Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("rounds", "trend"),
    [
        ([[N], [A]], Trend.NEW),
        ([[W], [A]], Trend.PERSISTING),
        ([[A], [N], [A]], Trend.BACK),
        ([[A], [N]], Trend.RESOLVED),
        ([[A], [U]], Trend.UNVERIFIED),
        ([[A], [A], [N]], Trend.RESOLVED),
        ([[N], [N]], None),
        ([[A]], None),
    ],
)
def test_a_finding_against_the_rounds_before(
    store: Store, rounds: list[list[Verdict]], trend: Trend | None
) -> None:
    run(store, A, days=0, book="other")  # another playbook's round does not count
    ids = [run(store, *verdicts, days=n + 1) for n, verdicts in enumerate(rounds)]
    comparison = store.compare(ids[-1])
    assert comparison.trends.get(finding("sw1", subject="0").id) is trend
    assert comparison.previous_run_id == (ids[-2] if len(ids) > 1 else None)
    assert len(comparison.resolved) == (trend is Trend.RESOLVED)
    assert len(comparison.unverified) == (trend is Trend.UNVERIFIED)


def test_a_row_that_is_gone_is_resolved_only_if_its_check_was_judged(store: Store) -> None:
    run(store, N, A, days=0)
    judged = run(store, N, days=1)
    assert len(store.compare(judged).resolved) == 1
    run(store, N, A, days=2)
    not_judged = run(store, U, days=3)
    assert len(store.compare(not_judged).unverified) == 1


def test_an_interrupted_round_is_not_compared_with(store: Store) -> None:
    first = run(store, A, days=0)
    run_id = store.begin_run(plan("sw1"), start("sw1", days=1))
    store.save_device(run_id, saved("sw1", finding("sw1", N, subject="0")))
    store.finish_run(run_id, RunEnd(state=RunState.INTERRUPTED))
    assert store.compare(run(store, A, days=2)).previous_run_id == first


def test_history_gives_previous_and_reference_rows(store: Store) -> None:
    history = store.history("sw1", START)
    assert history.previous("Level") is None
    assert history.reference("Level") is None
    assert history.last_round_at is None
    ids = []
    for day, used in enumerate((10.0, 20.0, 30.0)):
        run_id = store.begin_run(plan("sw1"), start("sw1", days=day))
        store.save_device(run_id, saved("sw1", used_pct=used))
        store.finish_run(run_id)
        ids.append(run_id)
    history = store.history("sw1", START + timedelta(days=2))
    previous, reference = history.previous("Level"), history.reference("Level")
    assert previous is not None
    assert reference is not None
    assert previous[0].fact.values() == {"slot": "1", "used_pct": 20.0, "seen_at": START}
    assert previous[0].taken_at == START
    assert reference[0].fact.values()["used_pct"] == 10.0
    assert history.last_round_at == START + timedelta(days=1)
    assert history.previous("Unknown") is None
    assert store.accept_reference(ids[1]) == ("sw1",)
    accepted = store.history("sw1", START + timedelta(days=2)).reference("Level")
    assert accepted is not None
    assert accepted[0].fact.values()["used_pct"] == 20.0


def test_a_fact_that_was_not_read_leaves_the_older_rows(store: Store) -> None:
    run_id = store.begin_run(plan("sw1"), start("sw1"))
    store.save_device(run_id, saved("sw1", used_pct=10))
    run_id = store.begin_run(plan("sw1"), start("sw1", days=1))
    store.save_device(run_id, lost("sw1"))
    history = store.history("sw1", START + timedelta(days=2))
    previous = history.previous("Level")
    assert previous is not None
    assert previous[0].fact.values()["used_pct"] == 10.0
    assert history.last_round_at == START


def test_an_unknown_run_is_named(store: Store) -> None:
    with pytest.raises(StoreError, match="20990101"):
        store.record("20990101")


def test_opening_the_package_loads_no_database() -> None:
    code = "import sys, json, xunjian.store; print(json.dumps('sqlalchemy' in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert json.loads(done.stdout) is False
