"""The calendar's journal in the store: only added to, and an alteration shows."""

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.run_samples import FACTS, finding, plan, saved, start
from xunjian.calendar.model import Declaration, FreezeOverride, JournalEntry
from xunjian.checks.model import Verdict
from xunjian.errors import StoreError
from xunjian.store import RunStart, open_store
from xunjian.store.store import Store

AT = datetime(2026, 4, 28, 1, 30, tzinfo=UTC)
ENTRY = JournalEntry(
    round_id="pre_holiday@2026-五一", how="hand", at=AT, by="张三", note="到场检查", coverage=0.5
)
MOVED = JournalEntry(
    round_id="daily@2026-05-02", how="moved", at=AT, moved_to=(date(2026, 5, 6), date(2026, 5, 7))
)
DECLARED = Declaration(
    id="20260710-1", what="severe_weather", first=date(2026, 7, 10), last=date(2026, 7, 12),
    by="李四", sites=("hangzhou",), facts={"level": "IV"},
)  # fmt: skip
OVERRIDE = FreezeOverride(
    id="20261001-1", window="holiday@2026-国庆", actor="张三", reason="光缆抢修",
    approved_by="王处", expires_at=AT, recorded_at=AT,
)  # fmt: skip


def written(tmp_path: Path) -> Store:
    store = open_store(tmp_path, facts=FACTS)
    for kept in (ENTRY, DECLARED, MOVED, OVERRIDE):
        store.journal.add(kept)
    return store


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    store = written(tmp_path)
    assert store.journal.entries() == (ENTRY, MOVED)
    assert store.journal.declarations() == (DECLARED,)
    assert store.journal.overrides() == (OVERRIDE,)
    assert store.verify().is_intact


def test_an_altered_entry_is_found(tmp_path: Path) -> None:
    written(tmp_path).close()
    base = sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)
    base.execute("UPDATE calendar_journal SET body = replace(body, '0.5', '1.0')")
    base.close()
    proof = open_store(tmp_path, facts=FACTS).verify()
    assert [damage.what for damage in proof.broken] == ["journal 1 pre_holiday@2026-五一"]


@pytest.mark.parametrize("body", ["{cut", "[1]", '{"how": "hand"}', '{"at": {"$at": "now"}}', "1"])
def test_an_entry_that_cannot_be_read_is_named(tmp_path: Path, body: str) -> None:
    written(tmp_path).close()
    base = sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)
    base.execute("UPDATE calendar_journal SET body = ? WHERE position = 3", (body,))
    base.close()
    store = open_store(tmp_path, facts=FACTS)
    with pytest.raises(StoreError, match="台账第 3 条损坏"):
        store.journal.entries()
    assert store.journal.declarations() == (DECLARED,)
    assert [damage.what for damage in store.verify().broken] == ["journal 3 daily@2026-05-02"]


def test_a_removed_entry_is_found(tmp_path: Path) -> None:
    written(tmp_path).close()
    base = sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)
    base.execute("DELETE FROM calendar_journal WHERE position = 2")
    base.close()
    assert not open_store(tmp_path, facts=FACTS).verify().is_intact


def test_a_secret_in_a_note_is_blanked(tmp_path: Path) -> None:
    store = open_store(tmp_path, facts=FACTS)
    note = "password cipher Hunter2-Geheim"
    store.journal.add(JournalEntry(round_id="daily@2026-05-02", how="hand", at=AT, note=note))
    assert "Hunter2" not in store.journal.entries()[0].note


def test_a_run_knows_its_round_and_who_was_seen(tmp_path: Path) -> None:
    store = open_store(tmp_path, facts=FACTS)
    begun = start("sw1", "sw2")
    begun = RunStart(
        playbook=begun.playbook, devices=begun.devices, started_at=begun.started_at,
        round_id="daily@2026-09-28",
    )  # fmt: skip
    run_id = store.begin_run(plan("sw1", "sw2"), begun)
    store.save_device(run_id, saved("sw1", finding("sw1", Verdict.NORMAL)))
    store.finish_run(run_id)
    assert store.record(run_id).round_id == "daily@2026-09-28"
    assert store.journal.seen([run_id]) == {"sw1"}
    assert store.journal.seen([]) == frozenset()
