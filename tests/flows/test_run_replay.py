import dataclasses
from pathlib import Path
from typing import Any

import pytest

from tests.run_fakes import World
from tests.run_samples import FACTS, device, playbook
from xunjian.checks.model import Verdict
from xunjian.run.execute import RunOrder, execute
from xunjian.run.model import RunRecord
from xunjian.run.plan import plan_run
from xunjian.run.replay import NOT_STORED, StoredSession, replay
from xunjian.store import open_store
from xunjian.store.store import Store
from xunjian.transport.model import Channel, Request


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / ".xunjian", facts=FACTS)


def ran(store: Store, world: World, *names: str) -> RunRecord:
    tools = world.tools()
    plan = plan_run([device(name) for name in names], playbook(), tools.catalog)
    return execute(RunOrder(plan=plan, playbook=playbook(), tools=tools), store)


def unchanging(record: RunRecord) -> list[tuple[Any, ...]]:
    return [(o.device, o.task, o.reached, o.reason, o.findings) for o in record.outcomes]


def test_a_replay_says_what_the_run_said_and_contacts_nobody(store: Store) -> None:
    world = World()
    record = ran(store, world, "good-1", "abnormal-1", "dead-1", "half-1", "noopen-1")
    before, runs = list(world.asked), store.runs()
    again = replay(record, store, world.tools())
    assert unchanging(again) == unchanging(record)
    assert again.exit_code == record.exit_code
    assert again.planned == len(again.outcomes) + len(again.left_out)
    assert world.asked == before
    assert store.runs() == runs


def test_a_replay_judges_with_the_cards_of_today(store: Store) -> None:
    world = World()
    record = ran(store, world, "good-1")
    tools = world.tools()

    def stricter(*given: Any) -> Any:
        return [dataclasses.replace(f, verdict=Verdict.ABNORMAL) for f in world.judge(*given)]

    again = replay(record, store, dataclasses.replace(tools, judge=stricter))
    assert {f.verdict for o in again.outcomes for f in o.findings} == {Verdict.ABNORMAL}
    assert again.exit_code == 1
    assert store.record(record.run_id) == record


def test_evidence_that_is_gone_never_becomes_normal(store: Store) -> None:
    world = World()
    record = ran(store, world, "good-1")
    for reference in record.evidence:
        store._blobs.remove(reference.sha256)
    again = replay(record, store, world.tools())
    assert not [f for o in again.outcomes for f in o.findings]
    assert again.exit_code == 3


def test_a_question_that_was_not_asked_is_an_error() -> None:
    answer = StoredSession("sw1", (), "").ask(Request(channel=Channel.CLI, text="display x"))
    assert (answer.complete, answer.error, answer.raw) == (False, NOT_STORED, b"")
