import errno
import os
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.run_samples import FACTS, START, evidence, finding, plan, saved, start
from xunjian.checks.model import Verdict
from xunjian.errors import LockHeld, StoreError
from xunjian.run.model import RunState
from xunjian.secrets import Secret
from xunjian.store import RunEnd, open_store
from xunjian.store.failures import check_free_disk
from xunjian.store.leaks import MASK, OwnSecrets, blank
from xunjian.store.sealing import Custody, keepable, unseal
from xunjian.store.store import Store

IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / ".xunjian"


def filled(state: Path, *, days: int = 0, names: tuple[str, ...] = ("sw1",)) -> tuple[Store, str]:
    store = open_store(state, facts=FACTS)
    run_id = store.begin_run(plan(*names), start(*names, days=days))
    for name in names:
        store.save_device(run_id, saved(name, finding(name, Verdict.ABNORMAL)))
    store.finish_run(run_id)
    return store, run_id


def database(state: Path) -> sqlite3.Connection:
    return sqlite3.connect(state / "store.sqlite", isolation_level=None)


# --- schema ---


def test_the_tables_are_those_of_the_newest_migration(state: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from xunjian.store.database import Database
    from xunjian.store.tables import HEAD, metadata

    with Database(state).reading() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == HEAD
        assert compare_metadata(context, metadata) == []


def test_a_newer_schema_is_refused(state: Path) -> None:
    filled(state)[0].close()
    with database(state) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="9999") as caught:
        open_store(state)
    assert caught.value.hint.en


def test_files_are_private(state: Path) -> None:
    store, _ = filled(state)
    files = [p for p in state.rglob("*") if p.is_file()]
    assert files
    for path in files:
        assert path.stat().st_mode & 0o077 == 0, path
    assert state.stat().st_mode & 0o077 == 0
    store.close()


# --- failures ---


def test_a_damaged_database_is_said_and_left_alone(state: Path) -> None:
    filled(state)[0].close()
    path = state / "store.sqlite"
    for name in ("store.sqlite-wal", "store.sqlite-shm"):
        (state / name).unlink(missing_ok=True)
    damaged = b"not a database, by accident" * 400
    path.write_bytes(damaged)
    with pytest.raises(StoreError) as caught:
        open_store(state)
    assert "损坏" in caught.value.message.zh
    assert caught.value.hint.zh
    assert caught.value.hint.en
    assert path.read_bytes() == damaged


def test_a_database_that_is_full_loses_nothing(state: Path) -> None:
    store, run_id = filled(state)
    before = store.record(run_id)
    second = store.begin_run(plan("sw2"), start("sw2", days=1))
    pages = 0
    engine = store._database._engine
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    engine.dispose()
    from sqlalchemy import event

    @event.listens_for(engine, "connect")
    def _cap(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages + 1}").close()

    many = [finding("sw2", subject=str(n), message="长" * 900) for n in range(200)]
    with pytest.raises(StoreError) as caught:
        store.save_device(second, saved("sw2", *many))
    assert "磁盘已满" in caught.value.message.zh
    assert "prune" in caught.value.hint.en
    assert store.record(run_id) == before
    assert store.record(second).planned == 3


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EIO])
def test_a_disk_that_fails_leaves_no_half_file(
    state: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    store, run_id = filled(state)
    store.reopen_run(run_id)
    before = {p for p in state.rglob("*") if p.is_file()}

    def refuse(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(StoreError) as caught:
        store.save_device(run_id, saved("sw1", text="another answer\n"))
    assert caught.value.hint.en
    assert {p for p in state.rglob("*") if p.is_file()} == before
    assert store.record(run_id).outcomes[1].findings


@pytest.mark.skipif(IS_ROOT, reason="root may write everywhere")
def test_a_folder_without_rights_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="不可写"):
        open_store(tmp_path / ".xunjian")


def test_a_state_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / ".xunjian").write_text("in the way")
    with pytest.raises(StoreError) as caught:
        open_store(tmp_path / ".xunjian")
    assert caught.value.hint.zh


def test_free_disk_is_checked_before_a_round(tmp_path: Path) -> None:
    check_free_disk(tmp_path, 1)
    with pytest.raises(StoreError, match="磁盘空间不足"):
        check_free_disk(tmp_path, 10**12)


# --- lock ---


def test_the_lock_names_its_holder(state: Path) -> None:
    store = open_store(state)
    with store.locked("run daily"), pytest.raises(LockHeld) as caught, store.locked("verify"):
        pass
    assert str(os.getpid()) in caught.value.message.zh
    assert "run daily" in caught.value.message.en
    with store.locked("verify"):
        pass


def test_the_lock_of_a_killed_process_is_free(state: Path) -> None:
    state.mkdir()
    code = (
        "import sys, os, pathlib; from xunjian.store.lock import held\n"
        "context = held(pathlib.Path(sys.argv[1]), 'run x'); context.__enter__()\n"
        "print('held', flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(state)], capture_output=True, check=False
    )
    assert done.stdout == b"held\n"
    store = open_store(state)
    assert store.runs() == ()
    with store.locked("run daily"):
        pass


# --- proof ---


def test_an_untouched_store_is_intact(state: Path) -> None:
    store, _ = filled(state, names=("sw1", "sw2"))
    filled(state, days=1)
    checked = store.verify()
    assert checked.is_intact
    assert checked.checked > 0
    assert (checked.pruned, checked.unsealed) == (0, ())


def test_altered_and_missing_evidence_is_found(state: Path) -> None:
    store, run_id = filled(state, names=("sw1", "sw2"))
    first, second = (ref.sha256 for ref in store.record(run_id).evidence)
    store._blobs.path(first).write_bytes(b"something else")
    store._blobs.path(second).unlink()
    checked = store.verify()
    assert [d.what for d in checked.altered] == ["sw1#001"]
    assert [d.what for d in checked.missing] == ["sw2#001"]
    assert not checked.is_intact
    with pytest.raises(StoreError):
        store.evidence_bytes(first)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE evidence SET sha256 = text_sha256",
        "UPDATE evidence SET complete = 0",
        "DELETE FROM evidence WHERE device = 'sw2'",
        "UPDATE chain SET root_hash = 'aa' WHERE link = 1",
        "DELETE FROM chain WHERE link = 2",
        "UPDATE outcomes SET reached = 0",
        "UPDATE findings SET verdict = 'normal'",
        "DELETE FROM findings",
        "DELETE FROM device_results WHERE device = 'sw1'",
        "UPDATE facts SET rows = '[]'",
        "DELETE FROM left_out",
        "DELETE FROM planned_pairs WHERE task = 'levels'",
        "UPDATE runs SET planned = planned - 1",
        "UPDATE runs SET started_at = '2020-01-01T00:00:00.000000+00:00'",
        "DELETE FROM runs",
    ],
)
def test_tampering_with_the_records_is_found(state: Path, tampering: str) -> None:
    store, _ = filled(state, names=("sw1", "sw2"))
    filled(state, days=1)[0].close()
    with database(state) as connection:
        connection.execute(tampering)
    assert not store.verify().is_intact


def test_pruned_is_not_missing(state: Path) -> None:
    store, old = filled(state)
    now = START + timedelta(days=4000)
    with database(state) as connection:
        connection.execute("UPDATE runs SET ended_at = ?", ("2020-01-01T00:00:00.000000+00:00",))
    _, new = filled(state, names=("sw2",))
    kept = store.record(new).evidence[0].sha256
    pruned = store.prune(365, now=START)
    assert (pruned.pieces, pruned.runs) == (2, 1)
    assert pruned.size_bytes > 0
    checked = store.verify()
    assert checked.is_intact
    assert checked.pruned == 2
    assert store.evidence_bytes(kept)
    (answer,) = store.evidence(old, "sw1")
    assert (answer.complete, answer.error) == (False, "evidence_missing")
    assert now > START


def test_what_a_crash_left_half_written_is_swept(state: Path) -> None:
    store, run_id = filled(state)
    folder = store._blobs.path(store.record(run_id).evidence[0].sha256).parent
    (folder / ".tmp-abc").write_bytes(b"half")
    assert store.verify().is_intact
    assert store.prune(365).pieces == 0
    assert not list(folder.glob(".tmp-*"))
    assert store.verify().is_intact


def test_a_sealed_answer_opens_with_the_key_and_is_judged_without(state: Path) -> None:
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    store = open_store(state, recipient=str(identity.to_public()), facts=FACTS)
    run_id = store.begin_run(plan("sw1"), start("sw1"))
    store.save_device(run_id, saved("sw1", text="password cipher Kq82LmXx\nCPU 40%\n"))
    store.finish_run(run_id)
    assert store.record(run_id).evidence[0].custody == "sealed"
    (shut,) = store.evidence(run_id, "sw1")
    (opened,) = store.evidence(run_id, "sw1", identity=str(identity))
    assert shut.complete
    assert "CPU 40%" in shut.text
    assert "Kq82LmXx" not in shut.text + shut.raw.decode()
    assert b"Kq82LmXx" in opened.raw
    assert opened.text == shut.text
    assert store.verify().is_intact


def test_a_killed_run_is_unsealed_not_broken(state: Path) -> None:
    store = open_store(state)
    run_id = store.begin_run(plan("sw1"), start("sw1"))
    store.save_device(run_id, saved("sw1"))
    checked = store.verify()
    assert checked.is_intact
    assert checked.unsealed == (run_id,)
    store.reopen_run(run_id)
    store.finish_run(run_id, RunEnd(state=RunState.FINISHED))
    assert store.verify().unsealed == ()


# --- secrets ---

CIPHER = "%^%#Qm3!xR7vKz2p%^%#"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"local-user ops password irreversible-cipher {CIPHER}", CIPHER),
        ("local-user ops password cipher Zz19Qq", "Zz19Qq"),
        ("super password level 3 simple plainword", "plainword"),
        ("snmp-agent community read cipher Kq82Lm", "Kq82Lm"),
        ("snmp-agent community write waterline", "waterline"),
        ("snmp-server community waterline RO", "waterline"),
        ("snmp-agent usm-user v3 ops authentication-mode sha cipher Ab12Cd34", "Ab12Cd34"),
        ("ospf authentication-mode md5 1 cipher Vv77Ww", "Vv77Ww"),
        ("enable secret 5 $1$abcd$Xy0123456789Zz", "$1$abcd$Xy0123456789Zz"),
        ("username ops password 7 0822455D0A16", "0822455D0A16"),
        ('"Password": "Hunter2-xyz"', "Hunter2-xyz"),
        ("<Passphrase>wlan pass 9</Passphrase>", "wlan pass 9"),
        ("set psk ENC aGVsbG8gd29ybGQ=", "aGVsbG8gd29ybGQ="),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIBmadeup\n-----END RSA PRIVATE KEY-----",
            "MIIBmadeup",
        ),
        ("key-string S3cretKey99", "S3cretKey99"),
    ],
)
def test_a_secret_behind_a_keyword_is_blanked(text: str, secret: str) -> None:
    seen = blank(text)
    assert secret not in seen.text
    assert MASK in seen.text
    assert seen.values >= 1


@pytest.mark.parametrize(
    "text",
    [
        "Password aging 90 days",
        "Password: ",
        "user password policy enabled",
        "The password needs to be changed.",
        "Key exchange: curve25519",
        '"PasswordExpiration": null',
        "community list standard",
        "token bucket depth",
        "slot 1 CPU 40% 2026-11-20 09:00:00",
        "price $5 and 50% off",
    ],
)
def test_a_keyword_alone_is_only_counted(text: str) -> None:
    seen = blank(text)
    assert seen.text == text
    assert seen.values == 0


@pytest.mark.parametrize(
    ("piece", "keywords", "values"),
    [
        ("password ", 60_000, 0),
        ("<password", 60_000, 0),
        ("snmp-server community ", 30_000, 30_000),
        ("%^%#a", 0, 30_000),
        ("key md5 ", 60_000, 0),
        ("$1$a", 0, 1),
    ],
)
def test_hostile_text_is_read_in_one_go(piece: str, keywords: int, values: int) -> None:
    """Unbounded gaps took minutes here; the suite's own time limit stands guard."""
    seen = blank(piece * 60_000)
    assert (seen.keywords, seen.values) == (keywords, values)


def test_custody_says_how_an_answer_is_kept() -> None:
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    flagged = evidence("sw1", text=f"password cipher {CIPHER}\n")
    none = OwnSecrets(())
    assert keepable(evidence("sw1"), none, None).custody is Custody.PLAIN
    redacted = keepable(flagged, none, None)
    assert redacted.custody is Custody.REDACTED
    assert CIPHER.encode() not in redacted.raw
    sealed = keepable(flagged, none, str(identity.to_public()))
    assert sealed.custody is Custody.SEALED
    assert CIPHER.encode() not in sealed.raw
    assert CIPHER not in sealed.text
    assert unseal(sealed.raw, str(identity)) == flagged.raw
    with pytest.raises(StoreError):
        unseal(sealed.raw, str(pyrage.x25519.Identity.generate()))
    with pytest.raises(StoreError):
        keepable(flagged, none, "age1nonsense")


def test_the_devices_own_secrets_are_nowhere_on_disk(state: Path) -> None:
    import zlib

    own, cipher = "Winter-2026-ok", "Kq82LmXx"
    store = open_store(state, facts=FACTS)
    run_id = store.begin_run(plan("sw1"), start("sw1"))
    text = f"user said {own}\nsnmp-agent community read cipher {cipher}\n"
    save = saved("sw1", finding("sw1", Verdict.ABNORMAL, message=f"日志 {own}"), text=text)
    import dataclasses

    store.save_device(run_id, dataclasses.replace(save, secrets=(Secret(own), Secret(""))))
    store.finish_run(run_id, RunEnd(nornir_results={"sw1": f"password cipher {cipher}"}))
    (answer,) = store.evidence(run_id, "sw1")
    assert own not in answer.text
    assert cipher not in answer.text
    assert store.record(run_id).evidence[0].custody == "redacted"
    store.close()
    for path in state.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            if path.parent.parent.name == "evidence":
                content = zlib.decompress(content)
            for secret in (own, cipher):
                assert secret.encode() not in content, path


@pytest.mark.parametrize(
    ("secret", "text", "expected"),
    [
        ("admin", "administrator admin", f"administrator {MASK}"),
        ("longersecret", "xlongersecretx", f"x{MASK}x"),
        ("", "left alone", "left alone"),
        ("口令一二三四", "是口令一二三四吗", f"是{MASK}吗"),
    ],
)
def test_own_secrets_do_not_tear_words(secret: str, text: str, expected: str) -> None:
    own = OwnSecrets((Secret(secret),))
    assert own.blank(text) == expected
    assert own.blank_bytes(text.encode()) == expected.encode()


def test_evidence_comes_back_as_it_was(state: Path) -> None:
    store, run_id = filled(state)
    (answer,) = store.evidence(run_id, "sw1")
    expected = saved("sw1", finding("sw1")).evidence[0]
    assert answer.raw == expected.raw
    assert answer.text == expected.text
    assert answer.request.key == expected.request.key
    assert (answer.complete, answer.status, answer.started_at) == (True, None, START)
    assert store.evidence(run_id, "sw9") == ()
