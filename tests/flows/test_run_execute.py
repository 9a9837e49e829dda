import dataclasses
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.run_fakes import PASSWORD, Heard, World, with_password
from tests.run_samples import FACTS, device, playbook
from xunjian.errors import LockHeld, StoreError
from xunjian.inventory.model import Device
from xunjian.language import Text
from xunjian.playbook.model import Playbook
from xunjian.run.execute import RunOrder, execute
from xunjian.run.model import LeftOut, LeftOutReason, RunPlan, RunRecord, RunState
from xunjian.run.plan import plan_run, resume_plan
from xunjian.run.stop import StopSignal
from xunjian.store import open_store
from xunjian.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / ".xunjian", facts=FACTS)


@pytest.fixture
def world() -> World:
    return World()


def order(world: World, *devices: Device, book: Playbook | None = None, **more: Any) -> RunOrder:
    book = book or playbook()
    tools = world.tools()
    made = plan_run(devices, book, tools.catalog)
    extra = LeftOut(device=devices[0].name, task="battery", reason=LeftOutReason.NO_CARD)
    plan = dataclasses.replace(made, left_out=(*made.left_out, extra))
    return RunOrder(plan=plan, playbook=book, tools=tools, **more)


def adds_up(record: RunRecord, plan: RunPlan) -> None:
    """Invariant 2: one outcome per planned pair, and planned = outcomes + left out."""
    pairs = Counter((o.device, o.task) for o in record.outcomes)
    assert pairs == Counter((p.device.name, t) for p in plan.pairs for t in p.tasks)
    assert record.left_out == plan.left_out
    assert record.planned == len(record.outcomes) + len(record.left_out) == plan.planned
    for outcome in record.outcomes:
        assert outcome.reached == (outcome.reason == ""), outcome


EVERY_TROUBLE = [
    ("good-1", ""),
    ("dead-1", "no_answer"),
    ("hang-1", "deadline"),
    ("stubborn-1", "deadline"),
    ("half-1", "session_lost"),
    ("raises-1", "internal"),
    ("noopen-1", "no_answer"),
    ("openraises-1", "internal"),
    ("collectraises-1", "internal"),
    ("judgeraises-1", "internal"),
    ("badclose-1", ""),
    ("refused-1", "login_refused"),
    ("norefuse-1", "login_refused"),
]


def test_nothing_disappears_and_no_device_harms_another(store: Store, world: World) -> None:
    devices = [with_password(device(name)) for name, _ in EVERY_TROUBLE]
    heard = Heard()
    asked = order(world, *devices, book=playbook(device_deadline_s=0.5, suspend_credential_after=9))
    record = execute(asked, store, events=heard)
    world.release.set()
    adds_up(record, asked.plan)
    assert {d.name: d.reason for d in record.devices} == dict(EVERY_TROUBLE)
    assert record.state is RunState.FINISHED
    assert record.exit_code == 3
    by_task = {(o.device, o.task): o for o in record.outcomes}
    assert by_task["half-1", "identity"].findings
    assert by_task["half-1", "levels"].reason == "session_lost"
    assert not by_task["half-1", "levels"].findings
    assert len([c for c in heard.calls if c[0] == "device_done"]) == len(devices)
    assert all(s.closed for s in world.sessions if not s.device.name.startswith("stubborn"))
    assert any("driver fell over" in note for note in record.notes)
    assert PASSWORD not in repr(record) + repr(heard.calls)
    assert store.verify().is_intact
    assert store.record(record.run_id) == record


def test_a_hanging_device_does_not_hold_the_run(store: Store, world: World) -> None:
    asked = order(
        world, device("stubborn-1"), device("good-1"), book=playbook(device_deadline_s=0.2)
    )
    began = time.monotonic()
    record = execute(asked, store)
    assert time.monotonic() - began < 20  # the fake would wait 30 s
    assert [d.reason for d in record.devices] == ["deadline", ""]
    world.release.set()
    for thread in threading.enumerate():
        if thread.name.startswith("xunjian-stubborn"):
            thread.join(10)
    assert store.record(record.run_id) == record  # what comes late changes nothing


def test_limits_in_total_and_per_site(store: Store, world: World) -> None:
    devices = [device(f"slow-{n}", at=f"site{n % 4}") for n in range(24)]
    record = execute(order(world, *devices, book=playbook(workers=6, per_site=2)), store)
    assert len(record.devices) == 24
    assert 1 < world.most_active <= 6
    assert world.most_per_site <= 2


def test_after_the_run_deadline_nothing_starts(store: Store, world: World) -> None:
    devices = [device(f"slow-{n}") for n in range(40)]
    asked = order(world, *devices, book=playbook(workers=1, deadline_s=0.2))
    record = execute(asked, store)
    adds_up(record, asked.plan)
    reasons = Counter(d.reason for d in record.devices)
    assert reasons["run_deadline"] > 0
    assert set(reasons) == {"", "run_deadline"}
    assert set(world.opened) == {d.name for d in record.devices if d.reached}


def test_a_refused_credential_is_suspended(store: Store, world: World) -> None:
    devices = [with_password(device(f"refused-{n}")) for n in range(20)]
    asked = order(world, *devices, book=playbook(workers=10, suspend_credential_after=3))
    record = execute(asked, store)
    adds_up(record, asked.plan)
    reasons = Counter(d.reason for d in record.devices)
    assert reasons == {"login_refused": 3, "credential_suspended": 17}
    assert len(world.opened) == 3  # though ten workers started at once
    assert max(Counter(name for name, text in world.asked if text != "SESSION").values()) <= 2


def test_another_credential_goes_on(store: Store, world: World) -> None:
    from tests.run_fakes import REF

    other = dataclasses.replace(REF, name="OTHER")
    devices = [with_password(device(f"refused-{n}")) for n in range(6)]
    devices += [with_password(device(f"good-{n}"), other) for n in range(6)]
    book = playbook(suspend_credential_after=2)
    record = execute(order(world, *devices, book=book), store)
    reasons = Counter(d.reason for d in record.devices)
    assert reasons == {"login_refused": 2, "credential_suspended": 4, "": 6}


def test_stopping_once_lets_the_running_finish(store: Store, world: World) -> None:
    stop = StopSignal()
    world.on_ask = lambda _name: stop.request() if not stop.is_requested else None
    devices = [device(f"slow-{n}") for n in range(10)]
    asked = order(world, *devices, book=playbook(workers=2))
    record = execute(asked, store, stop=stop)
    adds_up(record, asked.plan)
    assert record.state is RunState.INTERRUPTED
    assert record.exit_code == 130
    reasons = Counter(d.reason for d in record.devices)
    assert 1 <= reasons[""] <= 2
    assert reasons["interrupted"] == 10 - reasons[""]
    assert not any(s.aborted.is_set() for s in world.sessions)


def test_stopping_twice_breaks_off(store: Store, world: World) -> None:
    stop = StopSignal()

    def twice(_name: str) -> None:
        stop.request()
        stop.request()

    world.on_ask = twice
    asked = order(world, device("hang-1"), device("good-1"), book=playbook(workers=1))
    record = execute(asked, store, stop=stop)
    adds_up(record, asked.plan)
    assert [d.reason for d in record.devices] == ["interrupted", "interrupted"]
    assert world.sessions[0].aborted.is_set()


def test_a_break_off_that_comes_too_late_to_cut_anything_is_none(
    store: Store, world: World
) -> None:
    stop = StopSignal()

    def too_late(name: str) -> None:
        if name == "good-1":
            stop.request()
            stop.request()
            assert world.sessions[0].aborted.wait(30)

    world.on_ask = too_late
    devices = (device("good-1"), device("good-2"))
    cut = execute(order(world, *devices, book=playbook(workers=1)), store, stop=stop)
    assert [d.reason for d in cut.devices] == ["", "interrupted"]
    assert {o.reached for o in cut.outcomes if o.device == "good-1"} == {True}


def test_an_interrupted_run_is_resumed_under_its_id(store: Store, world: World) -> None:
    stop = StopSignal()
    world.on_ask = lambda _name: stop.request() if not stop.is_requested else None
    devices = [device(f"slow-{n}") for n in range(6)]
    first = order(world, *devices, book=playbook(workers=1))
    cut = execute(first, store, stop=stop)
    done = [o for o in cut.outcomes if o.reached]
    world.on_ask = lambda _name: None
    world.opened.clear()
    plan = resume_plan(store.remaining(cut.run_id), {d.name: d for d in devices}, cut)
    again = dataclasses.replace(first, plan=plan, resume=cut.run_id)
    whole = execute(again, store)
    assert whole.run_id == cut.run_id
    assert whole.state is RunState.FINISHED
    adds_up(whole, first.plan)
    assert [o for o in whole.outcomes if o in done] == done
    assert set(world.opened) == {d.name for d in cut.devices if not d.reached}
    assert len(store.runs()) == 1
    assert store.verify().is_intact


def test_a_finished_run_is_not_resumed(store: Store, world: World) -> None:
    first = order(world, device("good-1"), device("dead-1"))
    done = execute(first, store)
    plan = resume_plan(store.remaining(done.run_id), {}, done)
    assert plan.pairs == ()
    again = execute(dataclasses.replace(first, plan=plan, resume=done.run_id), store)
    assert again == done


def test_a_store_that_fails_stops_the_run(
    store: Store, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Store.save_device

    def failing(self: Store, run_id: str, save: Any) -> None:
        if save.result.name == "good-2":
            raise StoreError(Text("磁盘已满", "the disk is full"))
        real(self, run_id, save)

    monkeypatch.setattr(Store, "save_device", failing)
    devices = [device(f"good-{n}") for n in range(8)]
    asked = order(world, *devices, book=playbook(workers=1))
    with pytest.raises(StoreError, match="磁盘已满"):
        execute(asked, store)
    (summary,) = store.runs()
    record = store.record(summary.run_id)
    adds_up(record, asked.plan)
    assert record.state is RunState.INTERRUPTED
    assert [d.reached for d in record.devices[:3]] == [True, True, False]


def test_a_save_that_falls_over_costs_one_device(
    store: Store, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Store.save_device

    def failing(self: Store, run_id: str, save: Any) -> None:
        if save.result.name == "good-1":
            raise TypeError("a bug of ours")
        real(self, run_id, save)

    monkeypatch.setattr(Store, "save_device", failing)
    asked = order(world, device("good-1"), device("good-2"))
    record = execute(asked, store)
    adds_up(record, asked.plan)
    assert [d.reason for d in record.devices] == ["internal", ""]
    assert any("a bug of ours" in note for note in record.notes)


def test_a_locked_workspace_is_left_alone(store: Store, world: World) -> None:
    with store.locked("verify"), pytest.raises(LockHeld):
        execute(order(world, device("good-1")), store)
    assert store.runs() == ()
    assert world.opened == []


def test_a_listener_that_fails_costs_nothing(store: Store, world: World) -> None:
    heard = Heard(fail=True)
    record = execute(order(world, device("good-1"), device("good-2")), store, events=heard)
    assert record.exit_code == 0
    assert heard.calls[0][0] == "run_started"
    assert heard.calls[-1][0] == "run_done"


def test_findings_decide_the_exit_code(store: Store, world: World) -> None:
    record = execute(order(world, device("abnormal-1"), device("good-1")), store)
    assert record.exit_code == 1
    assert store.record(record.run_id).exit_code == 1
    relaxed = execute(order(world, device("abnormal-1"), fail_on="I"), store)
    assert relaxed.exit_code == 0


def test_devices_left_out_altogether_are_in_the_record(store: Store, world: World) -> None:
    projector = dataclasses.replace(device("projector"), address=None)
    asked = order(world, device("good-1"), projector)
    record = execute(asked, store)
    adds_up(record, asked.plan)
    assert [(d.name, d.reason) for d in record.devices] == [
        ("good-1", ""),
        ("projector", "left_out"),
    ]
    assert record.exit_code == 0


def test_the_past_is_handed_to_judging(store: Store, world: World) -> None:
    execute(order(world, device("good-1")), store)
    seen: list[Any] = []
    tools = world.tools()

    def judge(*given: Any) -> Any:
        seen.append(given[3].previous("Level"))
        return ()

    asked = order(world, device("good-1"))
    execute(dataclasses.replace(asked, tools=dataclasses.replace(tools, judge=judge)), store)
    assert seen[0][0].fact.values()["used_pct"] == 40.0
