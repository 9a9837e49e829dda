"""What was pruned by term is in the chain: nobody hides a deletion by calling it pruned."""

import hashlib
import json
import sqlite3
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.command_line import call
from tests.run_samples import FACTS, START, finding, plan, saved, start
from xunjian.store import RunEnd, open_store
from xunjian.store.bundle import (
    MANIFEST,
    PROOF,
    check_bundle,
    evidence_hashes,
    pruned_of,
    write_bundle,
)
from xunjian.store.pruning import digests, pruning_root
from xunjian.store.store import Store

KEEP_DAYS = 1095
NOW = START + timedelta(days=1200)  # the first round's term is over, the second's is not
Files = dict[str, bytes]
Proof = dict[str, Any]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / ".xunjian"


def round_of(store: Store, name: str, days: int) -> str:
    begun = start(name, days=days)
    run_id = store.begin_run(plan(name), begun)
    store.save_device(run_id, saved(name, finding(name)))
    store.finish_run(run_id, RunEnd(ended_at=START + timedelta(days=days)))
    return run_id


@pytest.fixture
def rounds(state: Path) -> tuple[Store, str, str]:
    store = open_store(state, facts=FACTS)
    return store, round_of(store, "sw1", 0), round_of(store, "sw2", 900)


def bundled(store: Store, run_id: str, path: Path) -> Path:
    proof = store.bundle_proof(run_id)
    gone = pruned_of(proof)
    about = {"run_id": run_id, "version": 1, "root_hash": store.record(run_id).root_hash}
    files = [
        (f"evidence/{x}", store.evidence_bytes(x)) for x in evidence_hashes(proof) if x not in gone
    ]
    write_bundle(path, about, proof, files)
    return path


def forged(path: Path, change: Callable[[Files, Proof], None]) -> Path:
    """Change what is in a bundle and make its manifest fit."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    proof, manifest = json.loads(files[PROOF]), json.loads(files.pop(MANIFEST))
    change(files, proof)
    files[PROOF] = json.dumps(proof).encode()
    manifest["files"] = {
        name: {"sha256": hashlib.sha256(content).hexdigest()} for name, content in files.items()
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**files, MANIFEST: json.dumps(manifest).encode()}.items():
            archive.writestr(name, content)
    return path


def test_a_pruned_round_is_proved_on_another_machine(
    rounds: tuple[Store, str, str], tmp_path: Path
) -> None:
    store, old, young = rounds
    before = store.record(old).root_hash
    assert store.prune(KEEP_DAYS, now=NOW).pieces > 0
    assert store.prune(KEEP_DAYS, now=NOW).pieces == 0
    assert store.verify().is_intact
    assert store.record(old).root_hash == before, "what the signed report bears stays true"
    later = round_of(store, "sw2", 1201)
    store.close()
    path = bundled(store, old, tmp_path / "old.zip")
    proof = check_bundle(path)
    assert (proof.is_intact, proof.root_hash) == (True, before)
    assert proof.pruned > 0
    assert proof.head_hash == store.record(later).root_hash, "a later report bears the head"
    heard = call("verify", path)
    assert heard.code == 0
    assert f"{proof.pruned} 件证据按保存期清理" in heard.out
    assert proof.head_hash in heard.out
    whole = check_bundle(bundled(store, young, tmp_path / "young.zip"))
    assert (whole.is_intact, whole.pruned) == (True, 0)


def a_piece(files: Files) -> str:
    name = next(name for name in files if name.startswith("evidence/"))
    del files[name]
    return name.removeprefix("evidence/")


def only_said(files: Files, proof: Proof) -> None:
    proof["pruned"] = [a_piece(files)]


def without_a_link(files: Files, proof: Proof) -> None:
    pieces = [a_piece(files)]
    told = digests((proof["run_id"], piece) for piece in pieces)
    proof["prunings"] = [
        {"link": 9, "keep_days": 1, "pruned_at": NOW.isoformat(), "runs": told, "pieces": pieces}
    ]


def on_the_link_of_a_round(files: Files, proof: Proof) -> None:
    without_a_link(files, proof)
    proof["prunings"][0]["link"] = proof["chain"][-1]["link"]


def before_the_term(files: Files, proof: Proof) -> None:
    """A link made up at the end, right in every hash."""
    without_a_link(files, proof)
    (told,) = proof["prunings"]
    last = proof["chain"][-1]
    told["link"], told["keep_days"] = last["link"] + 1, KEEP_DAYS
    rest = (told["keep_days"], told["pruned_at"], told["runs"])
    link = {**last, "link": told["link"], "previous_hash": last["root_hash"]}
    proof["chain"].append({**link, "root_hash": pruning_root(last["root_hash"], *rest)})


@pytest.mark.parametrize(
    "forgery", [only_said, without_a_link, on_the_link_of_a_round, before_the_term]
)
def test_evidence_taken_away_and_called_pruned_is_found(
    rounds: tuple[Store, str, str],
    tmp_path: Path,
    forgery: Callable[[Files, Proof], None],
) -> None:
    store, _, young = rounds
    path = forged(bundled(store, young, tmp_path / "b.zip"), forgery)
    heard = call("verify", path)
    assert heard.code == 1, heard.out
    assert "不完好" in heard.out


def more_pieces(files: Files, proof: Proof) -> None:
    proof["prunings"][0]["pieces"].append("0" * 64)


def a_shorter_term(files: Files, proof: Proof) -> None:
    proof["prunings"][0]["keep_days"] = 10


def no_pruning(files: Files, proof: Proof) -> None:
    proof["prunings"] = []


@pytest.mark.parametrize("forgery", [more_pieces, a_shorter_term, no_pruning])
def test_a_true_pruning_that_was_changed_is_found(
    rounds: tuple[Store, str, str],
    tmp_path: Path,
    forgery: Callable[[Files, Proof], None],
) -> None:
    store, old, _ = rounds
    store.prune(KEEP_DAYS, now=NOW)
    path = forged(bundled(store, old, tmp_path / "b.zip"), forgery)
    assert not check_bundle(path).is_intact


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE pruned_pieces SET sha256 = 'aa' WHERE position = 1",
        "DELETE FROM pruned_pieces WHERE position = 1",
        "UPDATE prunings SET keep_days = 1",
        "DELETE FROM pruned_pieces; DELETE FROM prunings",
        "INSERT INTO pruned_pieces SELECT 99, 3, run_id, sha256 FROM evidence WHERE device = 'sw2'",
    ],
)
def test_a_store_whose_prunings_were_changed_is_not_intact(
    rounds: tuple[Store, str, str], state: Path, tampering: str
) -> None:
    store, _, _ = rounds
    store.prune(KEEP_DAYS, now=NOW)
    assert store.verify().is_intact
    store.close()
    database = sqlite3.connect(state / "store.sqlite", isolation_level=None)
    database.executescript(tampering)
    database.close()
    assert not store.verify().is_intact


def test_a_piece_that_comes_again_and_is_pruned_again_is_on_record_for_both(
    rounds: tuple[Store, str, str],
) -> None:
    store, _, _ = rounds
    store.prune(KEEP_DAYS, now=NOW)
    round_of(store, "sw1", 1201)
    assert store.verify().is_intact
    pruned = store.verify().pruned
    store.prune(KEEP_DAYS, now=NOW + timedelta(days=4000))
    found = store.verify()
    assert found.is_intact
    assert found.pruned > pruned
