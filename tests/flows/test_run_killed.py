import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.run_samples import FACTS
from xunjian.run.model import RunRecord, RunState
from xunjian.store import open_store

ROOT = Path(__file__).parents[2]
DEVICES = 8
LINES = 200  # bound on what a child says


def child(state: Path, *more: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.flows.run_child", str(state), str(DEVICES), *more],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def hear_until(process: "subprocess.Popen[str]", word: str, times: int = 1) -> list[str]:
    assert process.stdout is not None
    heard: list[str] = []
    for _ in range(LINES):
        line = process.stdout.readline()
        if not line:
            break
        heard.append(line.strip())
        if sum(x.startswith(word) for x in heard) >= times:
            return heard
    raise AssertionError((heard, process.stderr.read() if process.stderr else ""))


def adds_up(record: RunRecord) -> None:
    assert record.planned == len(record.outcomes) + len(record.left_out) == DEVICES * 2
    assert max(Counter((o.device, o.task) for o in record.outcomes).values()) == 1


def measured(record: RunRecord) -> dict[str, str]:
    return {f"{o.device}/{o.task}": repr(o) for o in record.outcomes if o.reached}


def test_kill_9_loses_nothing_stored_and_resume_brings_the_rest(tmp_path: Path) -> None:
    state = tmp_path / ".xunjian"
    process = child(state)
    heard = hear_until(process, "done", 3)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    store = open_store(state, facts=FACTS)
    (summary,) = store.runs()
    assert summary.state is RunState.KILLED
    assert 6 <= summary.outcomes < DEVICES * 2
    killed = store.record(summary.run_id)
    adds_up(killed)
    before = measured(killed)
    assert {line.split()[1] for line in heard if line.startswith("done")} <= {
        name.split("/")[0] for name in before
    }
    assert store.verify().unsealed == (summary.run_id,)
    store.close()

    again = child(state, summary.run_id)
    said, errors = again.communicate(timeout=60)
    assert again.returncode == 0, errors
    store = open_store(state, facts=FACTS)
    whole = store.record(summary.run_id)
    adds_up(whole)
    after = measured(whole)
    assert len(after) == DEVICES * 2
    assert {key: after[key] for key in before} == before
    redone = {line.split()[1] for line in said.splitlines() if line.startswith("started")}
    assert not redone & {key.split("/")[0] for key in before}
    assert [r.run_id for r in store.runs()] == [summary.run_id]
    assert store.verify().is_intact


@pytest.mark.parametrize(
    ("signals", "at_most_s"),
    [((signal.SIGINT,), 30), ((signal.SIGTERM,), 30), ((signal.SIGINT, signal.SIGINT), 30)],
)
def test_a_signal_closes_the_record(
    tmp_path: Path, signals: tuple[signal.Signals, ...], at_most_s: int
) -> None:
    state = tmp_path / ".xunjian"
    process = child(state)
    hear_until(process, "started late")
    for number in signals:
        process.send_signal(number)
        if len(signals) > 1:
            time.sleep(0.05)
    _, errors = process.communicate(timeout=at_most_s)
    assert process.returncode == 130, errors
    assert errors == ""
    store = open_store(state, facts=FACTS)
    (summary,) = store.runs()
    assert summary.state is RunState.INTERRUPTED
    record = store.record(summary.run_id)
    adds_up(record)
    assert summary.outcomes == DEVICES * 2
    reasons = Counter(o.reason for o in record.outcomes)
    assert set(reasons) == {"", "interrupted"}
    assert store.verify().is_intact


def test_a_second_run_is_refused_while_one_goes_on(tmp_path: Path) -> None:
    state = tmp_path / ".xunjian"
    first = child(state)
    hear_until(first, "started")
    store = open_store(state, facts=FACTS)
    assert store.runs()[0].state is RunState.RUNNING
    first.send_signal(signal.SIGSTOP)  # so that it cannot end before the second has asked
    try:
        second = child(state)
        _, errors = second.communicate(timeout=60)
    finally:
        first.send_signal(signal.SIGCONT)
    assert second.returncode == 1  # the child has no border that turns errors into codes
    assert "LockHeld" in errors
    assert str(first.pid) in errors
    first.communicate(timeout=60)
    assert first.returncode == 0
    assert [r.state for r in store.runs()] == [RunState.FINISHED]
