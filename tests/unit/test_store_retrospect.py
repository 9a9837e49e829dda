"""How findings stood before, and the words they rest on: read back for a report."""

from pathlib import Path

import pytest

from tests.run_samples import FACTS, finding, plan, saved, start
from xunjian.checks.model import Verdict
from xunjian.store import open_store
from xunjian.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / ".xunjian", facts=FACTS)


def closed_round(store: Store, days: int, *verdicts: Verdict) -> str:
    run_id = store.begin_run(plan("sw1"), start("sw1", days=days))
    found = [finding("sw1", v, subject=str(n)) for n, v in enumerate(verdicts)]
    store.save_device(run_id, saved("sw1", *found))
    store.finish_run(run_id)
    return run_id


def test_a_trail_holds_each_verdict_of_what_was_ever_bad(store: Store) -> None:
    first = closed_round(store, 0, Verdict.NORMAL, Verdict.NORMAL)
    second = closed_round(store, 1, Verdict.ABNORMAL, Verdict.NORMAL)
    third = closed_round(store, 2, Verdict.NORMAL, Verdict.NORMAL, Verdict.WARNING)
    found = {
        body.subject: dict(verdicts) for body, verdicts in store.trails((first, second, third))
    }
    assert found == {
        "0": {first: "normal", second: "abnormal", third: "normal"},
        "2": {third: "warning"},
    }
    assert store.trails((first,)) == ()


def test_an_excerpt_is_cut_and_only_of_what_was_asked_for(store: Store) -> None:
    run_id = closed_round(store, 0, Verdict.ABNORMAL)
    whole = "sw1 slot 1: 40.5%\n"
    assert store.excerpts(run_id, ["sw1#001", "sw1#999"], 4096) == {"sw1#001": whole}
    assert store.excerpts(run_id, ["sw1#001"], 4) == {"sw1#001": whole[:4] + "\n…"}


def test_verdicts_are_counted_by_run(store: Store) -> None:
    run_id = closed_round(store, 0, Verdict.NORMAL, Verdict.NORMAL, Verdict.ABNORMAL)
    assert store.verdict_counts([run_id, "none"]) == {run_id: {"normal": 2, "abnormal": 1}}
