"""A store of the first schema, as its program made it, opened by the program of today.

`store_0001.json` was written by the program whose newest migration was 0001: two closed runs of two
devices and a killed one, as the statements of its database and the bytes of its evidence.
"""

import base64
import json
import sqlite3
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests.run_samples import FACTS, finding, plan, saved, start
from xunjian.checks.model import Verdict
from xunjian.errors import StoreError
from xunjian.run.model import RunState
from xunjian.store import open_store
from xunjian.store.bundle import check_bundle, evidence_hashes, write_bundle
from xunjian.store.tables import HEAD

OLD: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "fixtures" / "store_0001.json").read_text("utf-8")
)
FIRST, SECOND = OLD["roots"]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / ".xunjian"
    folder.mkdir()
    database = sqlite3.connect(folder / "store.sqlite")
    database.executescript("\n".join(OLD["sql"]))
    database.close()
    for sha256, content in OLD["evidence"].items():
        path = folder / "evidence" / sha256[:2] / sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(zlib.compress(base64.b64decode(content)))
    return folder


def revision(state: Path) -> str:
    database = sqlite3.connect(state / "store.sqlite")
    try:
        return str(database.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    finally:
        database.close()


def test_the_old_store_is_of_the_first_schema(state: Path) -> None:
    assert revision(state) == "0001"
    database = sqlite3.connect(state / "store.sqlite")
    tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master")}
    database.close()
    assert not tables & {"notices", "calendar_journal", "document_numbers", "config_changes"}


def test_an_old_store_keeps_its_runs_and_its_proof(state: Path) -> None:
    store = open_store(state, facts=FACTS)
    assert revision(state) == HEAD != "0001"
    assert {run.run_id: run.number for run in store.runs()} == OLD["numbers"]
    for run_id, root in OLD["roots"].items():
        record = store.record(run_id)
        assert (record.root_hash, record.state) == (root, RunState.FINISHED)
        assert {one.device for one in record.outcomes} == {"sw1", "sw2"}
        assert record.round_id in {None, ""}
    worst = [f for o in store.record(SECOND).outcomes for f in o.findings if f.device == "sw2"]
    assert [(f.verdict, f.message.zh) for f in worst] == [(Verdict.ABNORMAL, "占用过高")]
    proof = store.verify()
    assert proof.is_intact
    assert (proof.checked, proof.unsealed) == (len(OLD["evidence"]), (OLD["killed"],))
    assert store.compare(SECOND)
    store.close()


def test_an_old_store_goes_on(state: Path) -> None:
    store = open_store(state, facts=FACTS)
    store.save_device(OLD["killed"], saved("sw2", finding("sw2")))
    store.finish_run(OLD["killed"])
    run_id = store.begin_run(plan("sw1"), start("sw1", days=3))
    store.save_device(run_id, saved("sw1", finding("sw1", Verdict.WARNING)))
    store.finish_run(run_id)
    assert store.record(OLD["killed"]).number == OLD["numbers"][OLD["killed"]]
    assert store.record(run_id).number == "XJ-202611-004"  # no number is given twice
    assert store.record(run_id).root_hash not in OLD["roots"].values()
    proof = store.verify()
    assert proof.is_intact
    assert proof.unsealed == ()
    store.close()


def test_an_old_run_goes_into_a_bundle(state: Path, tmp_path: Path) -> None:
    store = open_store(state, facts=FACTS)
    proof, path = store.bundle_proof(SECOND), tmp_path / "a.zip"
    about = {"run_id": SECOND, "number": "n", "version": 1, "root_hash": OLD["roots"][SECOND]}
    files = [(f"evidence/{x}", store.evidence_bytes(x)) for x in evidence_hashes(proof)]
    write_bundle(path, about, proof, files)
    assert check_bundle(path).is_intact
    store.close()


def test_alterations_from_before_the_upgrade_are_still_found(state: Path) -> None:
    database = sqlite3.connect(state / "store.sqlite", isolation_level=None)
    database.execute("UPDATE findings SET verdict = 'normal'")
    database.execute("UPDATE findings SET body = replace(body, '\"abnormal\"', '\"normal\"')")
    database.close()
    store = open_store(state, facts=FACTS)
    assert not store.verify().is_intact
    store.close()


def test_an_upgrade_that_breaks_off_leaves_the_old_store(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _dump(state)
    from alembic.operations import Operations

    class _Off(Exception):
        pass

    def broken(*_args: object, **_more: object) -> None:
        raise _Off

    with monkeypatch.context() as patched:
        patched.setattr(Operations, "add_column", broken)  # 0003 does so, behind 0002 and 0005
        with pytest.raises(_Off):
            open_store(state, facts=FACTS)
    assert revision(state) == "0001"
    assert _dump(state) == before
    store = open_store(state, facts=FACTS)
    assert store.verify().is_intact
    store.close()


@pytest.mark.parametrize("newer", ["0042", "next", ""])
def test_a_store_of_a_newer_program_is_refused_and_left_alone(state: Path, newer: str) -> None:
    database = sqlite3.connect(state / "store.sqlite", isolation_level=None)
    database.execute("UPDATE alembic_version SET version_num = ?", (newer,))
    database.close()
    before = _dump(state)
    with pytest.raises(StoreError) as caught:
        open_store(state, facts=FACTS)
    assert "比本程序新" in caught.value.message.zh
    assert "升级" in caught.value.hint.zh
    assert _dump(state) == before


def _dump(state: Path) -> list[str]:
    database = sqlite3.connect(state / "store.sqlite")
    try:
        return list(database.iterdump())
    finally:
        database.close()


def test_what_an_old_store_pruned_is_in_the_chain_after_the_upgrade(state: Path) -> None:
    store = sqlite3.connect(state / "store.sqlite")
    gone = store.execute("SELECT sha256 FROM evidence WHERE run_id = ?", (FIRST,)).fetchone()[0]
    store.execute("INSERT INTO tombstones VALUES (?, '2099-01-01T00:00:00.000000+00:00')", (gone,))
    store.commit()
    store.close()
    (state / "evidence" / gone[:2] / gone).unlink()
    found = open_store(state, facts=FACTS).verify()
    assert (found.is_intact, found.missing) == (True, ())
    assert found.pruned >= 1
