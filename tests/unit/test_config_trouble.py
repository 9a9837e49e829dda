"""Full disks, kills and a broken git while a baseline, a key or an approval is written."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from xunjian.config.approvals import ApprovalFile, write_approval
from xunjian.config.baselines import BASELINE, RUNNING, Baselines, Named, site_key
from xunjian.config.git_folder import GitFolder
from xunjian.config.model import Redacted
from xunjian.config.whole_file import write_whole
from xunjian.errors import UsageError
from xunjian.inventory.model import Device
from xunjian.run.together import ask_together

NAMED = Named(device="hz-sw1", site="hz")


def text(*lines: str) -> Redacted:
    return Redacted(platform="p", lines=lines, numbers=tuple(range(len(lines))), pack="p@1")


@pytest.fixture
def baselines(tmp_path: Path) -> Baselines:
    """One baseline, committed."""
    found = Baselines(GitFolder(tmp_path / "outer" / "baselines"))
    found.keep(BASELINE, NAMED, {RUNNING: text("agreed")}, "first", "reviewer")
    return found


def lines_of(baselines: Baselines) -> tuple[str, ...]:
    return baselines.lines_of(BASELINE, NAMED)


@contextmanager
def full_disk(monkeypatch: pytest.MonkeyPatch, after: int = 0) -> Iterator[None]:
    """No file can be synced any more, after some that could."""
    left = [after]

    def full(_handle: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        yield


def test_a_write_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "f"
    write_whole(path, b"old")
    with full_disk(monkeypatch), pytest.raises(OSError, match="No space") as raised:
        write_whole(path, b"new and longer")
    assert raised.value.filename == str(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("after", [0, 1])
def test_a_full_disk_leaves_the_baseline_as_it_was(
    baselines: Baselines, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    other = Named(device="hz-sw2")
    texts = {NAMED: {RUNNING: text("cut")}, other: {RUNNING: text("first")}}
    with full_disk(monkeypatch, after), pytest.raises(OSError, match="No space"):
        baselines.keep_many(BASELINE, texts, "second", "reviewer")
    assert lines_of(baselines) == ("agreed",)
    assert not baselines.path(BASELINE, other).exists()


def test_a_lock_that_a_killed_git_left_is_named_and_nothing_is_agreed(
    baselines: Baselines,
) -> None:
    lock = baselines.git.root / ".git" / "index.lock"
    lock.write_bytes(b"")
    with pytest.raises(UsageError) as raised:
        baselines.keep(BASELINE, NAMED, {RUNNING: text("new")}, "second", "reviewer")
    assert str(lock) in raised.value.hint.en
    assert lines_of(baselines) == ("agreed",)
    file = ApprovalFile(device="hz-sw1", changes=["c-1"], scope="once", by="r", at="2026-11-22")
    with pytest.raises(UsageError):
        write_approval(baselines.git, NAMED, file)
    assert [*baselines.git.root.glob("approvals/*/*/*")] == []
    lock.unlink()
    assert baselines.keep(BASELINE, NAMED, {RUNNING: text("new")}, "second", "reviewer")
    assert [revision.subject for revision in baselines.history(NAMED)] == ["second", "first"]


def test_a_damaged_repository_is_told_and_the_one_around_it_left_alone(
    baselines: Baselines,
) -> None:
    outer = baselines.git.root.parent
    subprocess.run(["git", "init", "-q"], cwd=outer, check=True)
    (baselines.git.root / ".git" / "HEAD").write_text("", "utf-8")
    with pytest.raises(UsageError, match="git add"):
        baselines.keep(BASELINE, NAMED, {RUNNING: text("new")}, "second", "reviewer")
    with pytest.raises(UsageError):
        baselines.history(NAMED)
    status = subprocess.run(
        ["git", "diff", "--cached", "--name-only"], cwd=outer, capture_output=True, check=True
    )
    assert status.stdout == b""
    assert lines_of(baselines) == ("agreed",)


def test_a_repository_without_a_commit_has_no_history(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    assert Baselines(GitFolder(tmp_path)).history(NAMED) == ()


@pytest.mark.parametrize("content", [b"", b"short"])
def test_a_damaged_key_of_fingerprints_is_never_used(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "fingerprint.key"
    path.write_bytes(content)
    with pytest.raises(UsageError):
        site_key(path)
    assert path.read_bytes() == content


def test_a_key_that_could_not_be_written_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "keys" / "fingerprint.key"
    with full_disk(monkeypatch), pytest.raises(OSError, match="No space"):
        site_key(path)
    assert not path.exists()
    assert len(site_key(path)) == 32


@contextmanager
def ctrl_c() -> Iterator[None]:
    """Let SIGINT interrupt as it does on a terminal."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def test_git_ends_what_it_began_when_ctrl_c_comes(
    baselines: Baselines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tmp_path / "bin"
    slow.mkdir()
    (slow / "git").write_text(
        f'#!/bin/sh\ncase "$*" in *" commit -q "*) kill -INT {os.getpid()}; sleep 1;; esac\n'
        f'PATH="${{PATH#{slow}:}}" exec git "$@"\n',
        "utf-8",
    )
    (slow / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow}:{os.environ['PATH']}")
    with ctrl_c(), pytest.raises(KeyboardInterrupt):
        baselines.keep(BASELINE, NAMED, {RUNNING: text("new")}, "second", "reviewer")
    assert [revision.subject for revision in baselines.history(NAMED)] == ["second", "first"]
    assert not (baselines.git.root / ".git" / "index.lock").exists()


class Hanging:
    """A session that answers only when it is broken off, unless it is the quick one's."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.aborted = threading.Event()
        self.is_closed = False

    def abort(self) -> None:
        self.aborted.set()

    def close(self) -> None:
        self.is_closed = True


def test_who_stops_listening_waits_for_nobody() -> None:
    opened: list[Hanging] = []
    both = threading.Semaphore(0)

    def open_session(device: Device) -> Any:
        opened.append(Hanging(device.name))
        return opened[-1]

    def ask(session: Any, name: str) -> str:
        if name == "quick":
            return name
        both.release()
        assert session.aborted.wait(20)
        return name

    names = ("hangs", "quick", "hangs too", "never asked")
    jobs = [(Device(name=name, kind="switch"), name) for name in names]
    answers = ask_together(jobs, open_session, ask, workers=2)
    assert next(answers) == "quick"
    assert both.acquire(timeout=20)
    assert both.acquire(timeout=20)
    answers.close()
    assert {one.name: one.is_closed for one in opened} == dict.fromkeys(names[:3], True)
    assert sorted(one.name for one in opened if one.aborted.is_set()) == ["hangs", "hangs too"]
