"""A round that is killed, stopped, refused or out of disk loses nothing that was measured."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.fixtures.command_line import call
from xunjian.lab import LabHandle
from xunjian.store import blobs

ROOT = Path(__file__).parents[2]
LINES = 400  # bound on what a round says
FEW = "hz-ups2,hz-ups1,hz-core-sw1,hz-srv1,hz-ups3"


@contextmanager
def round_begun(lab: Path, *words: str) -> Iterator["subprocess.Popen[str]"]:
    """A real process that makes a round, one device after the other."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "runner.py"), "run", *words, "-w", str(lab), "--forks", "1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=30)


def hear(process: "subprocess.Popen[str]", *, devices: int) -> list[str]:
    """Names of the devices that are done, as soon as there are so many."""
    assert process.stderr is not None
    lines: list[str] = []
    for _ in range(LINES):
        line = process.stderr.readline()
        if not line:
            break
        lines.append(line)
        done = [line.split()[0] for line in lines if line.startswith("hz-")]
        if len(done) >= devices and any("：" in line for line in lines):
            return done
    raise AssertionError(lines)


def newest(lab: Path) -> dict[str, Any]:
    found: dict[str, Any] = call("list", "runs", "-w", lab, "--format", "json").json["runs"][0]
    return found


def stored(lab: Path, run_id: str) -> dict[str, str]:
    words = ("list", "findings", "--run", run_id, "-w", lab, "--format", "json")
    return {row["id"]: repr(row) for row in call(*words).json["findings"]}


def report(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "report.json").read_text("utf-8")))


def adds_up(document: dict[str, Any]) -> None:
    totals = document["totals"]
    assert totals["planned"] == totals["outcomes"] + totals["left_out"]
    pairs = [(one["device"], one["task"]) for one in document["outcomes"]]
    assert len(set(pairs)) == len(pairs) == totals["outcomes"]


def test_kill_9_and_resume(own: Path, clean_lab: LabHandle, tmp_path: Path) -> None:
    lab = own
    with round_begun(lab, "pre_holiday", "-l", FEW) as process:
        done = hear(process, devices=2)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
    run = newest(lab)
    assert run["state"] == "killed"
    before = stored(lab, run["run_id"])
    assert {row.split("'device': '")[1].split("'")[0] for row in before.values()} >= set(done)
    outcomes = run["outcomes"]
    assert outcomes > 0
    clean_lab.plant()  # transcripts begin anew
    heard = call("run", "--resume", run["run_id"], "-w", lab, "-o", tmp_path)
    assert heard.code == 0, heard.err
    after = stored(lab, run["run_id"])
    assert {key: after[key] for key in before} == before
    assert len(after) > len(before)
    whole = report(tmp_path)
    adds_up(whole)
    assert whole["run_id"] == run["run_id"]
    assert whole["state"] == "awaiting_manual"  # the batteries' forms are still blank
    blank = [f for f in whole["findings"] if f["verdict"] == "not_checked"]
    assert {f["source"] for f in blank} == {"manual"}
    assert whole["totals"]["outcomes"] > outcomes
    assert whole["totals"]["reached"] == whole["totals"]["devices"] == 5
    assert not any(clean_lab.transcript(name) for name in done)
    assert newest(lab)["run_id"] == run["run_id"]
    assert call("verify", "-w", lab).code == 0


def test_resuming_what_is_finished_changes_nothing(
    own: Path, clean_lab: LabHandle, tmp_path: Path
) -> None:
    lab = own
    run = ("run", "daily", "-w", lab, "-l", "hz-ups2", "-o", tmp_path)
    assert call(*run).code == 0
    first, before = report(tmp_path), newest(lab)
    clean_lab.plant()
    assert call("run", "--resume", first["run_id"], "-w", lab, "-o", tmp_path).code == 0
    assert report(tmp_path)["findings"] == first["findings"]
    assert report(tmp_path)["totals"] == first["totals"]
    assert newest(lab)["started_at"] == before["started_at"]
    assert clean_lab.transcript("hz-ups2") == ""


def test_ctrl_c_once_lets_the_running_ones_finish(clean_lab: LabHandle, tmp_path: Path) -> None:
    lab = clean_lab.directory
    with round_begun(lab, "pre_holiday", "-l", FEW, "-o", str(tmp_path)) as process:
        done = hear(process, devices=1)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 130, errors
    assert "Traceback" not in errors
    document = report(tmp_path)
    adds_up(document)
    assert document["state"] == "interrupted"
    reasons = {device["name"]: device["reason"] for device in document["devices"]}
    assert reasons[done[0]] == ""
    assert set(reasons.values()) == {"", "interrupted"}
    assert call("run", "--resume", document["run_id"], "-w", lab, "-o", tmp_path).code == 0
    assert report(tmp_path)["totals"]["reached"] == 5


def test_a_second_round_is_refused_and_ctrl_c_twice_is_now(
    own: Path, clean_lab: LabHandle, tmp_path: Path
) -> None:
    faulty, lab = clean_lab.plant("device-hangs"), own
    words = ("daily", "-l", "hz-acc-sw5,hz-ups2", "-o", str(tmp_path))
    with round_begun(lab, *words) as process:
        for _ in range(3 * LINES):
            if faulty.transcript("hz-acc-sw5").count("display") > 1:
                break
            time.sleep(0.05)
        second = call("run", "daily", "-w", lab, "-o", tmp_path / "second")
        assert second.code == 6
        assert str(process.pid) in second.err
        assert "run daily" in second.err
        assert newest(lab)["state"] == "running"
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 130, errors
    assert "Traceback" not in errors
    document = report(tmp_path)
    adds_up(document)
    assert document["state"] == "interrupted"
    reasons = {device["name"]: device["reason"] for device in document["devices"]}
    assert reasons["hz-acc-sw5"] == "interrupted"  # not "hang": its own time was not waited for


def test_failed_visits_again_what_was_not_in_order(clean_lab: LabHandle, tmp_path: Path) -> None:
    faulty = clean_lab.plant("device-dead", "ups-on-battery")
    lab = faulty.directory
    run = ("run", "daily", "-w", lab, "-o", tmp_path)
    assert call(*run, "-l", "hz-acc-sw7,hz-ups1,hz-ups2").code == 1
    earlier = report(tmp_path)["run_id"]
    listed = call("run", "--failed", earlier, "--list-hosts", "-w", lab)
    assert listed.code == 0
    assert [line.split()[0] for line in listed.out.splitlines()[1:]] == ["hz-acc-sw7", "hz-ups1"]
    clean_lab.plant()
    assert call("run", "--failed", earlier, "-w", lab, "-o", tmp_path).code == 0
    again = report(tmp_path)
    assert again["run_id"] != earlier
    assert {device["name"] for device in again["devices"]} == {"hz-acc-sw7", "hz-ups1"}
    assert call("run", "--failed", again["run_id"], "-w", lab).code == 4


@pytest.fixture
def own_store(clean_lab: LabHandle, begun: Path, tmp_path: Path) -> Path:
    """The lab's devices seen from a workspace in which nothing was ever run."""
    return without_store(begun, tmp_path / "ws")


def without_store(begun: Path, folder: Path) -> Path:
    ignored = shutil.ignore_patterns(".xunjian")
    return Path(shutil.copytree(begun, folder, ignore=ignored, dirs_exist_ok=True))


def test_too_little_free_disk_is_said_before_anybody_is_asked(
    own_store: Path, clean_lab: LabHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(own_store)._replace(free=1024 * 1024)
    monkeypatch.setattr("xunjian.store.failures.shutil.disk_usage", lambda _: usage)
    heard = call("run", "daily", "-w", own_store, "-l", "hz-ups2")
    assert heard.code == 2
    assert "磁盘空间不足" in heard.err
    assert clean_lab.transcript("hz-ups2") == ""


def test_a_disk_that_fills_up_in_mid_run(
    own_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = blobs._write_whole, []

    def filling(pieces: Any) -> None:
        calls.append(len(pieces))
        if len(calls) > 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(pieces)

    with monkeypatch.context() as patch:
        patch.setattr(blobs, "_write_whole", filling)
        heard = call("run", "daily", "-w", own_store, "-l", FEW, "--forks", "1")
    assert heard.code == 2, heard
    assert "磁盘已满" in heard.err
    assert "Traceback" not in heard.err
    run = newest(own_store)
    assert run["outcomes"] > 0
    before = stored(own_store, run["run_id"])
    assert before
    resumed = call("run", "--resume", run["run_id"], "-w", own_store, "-o", tmp_path / "out")
    assert resumed.code == 0, resumed.err
    after = stored(own_store, run["run_id"])
    assert {key: after[key] for key in before} == before
    adds_up(report(tmp_path / "out"))
    assert report(tmp_path / "out")["totals"]["reached"] == 5
    assert call("verify", "-w", own_store).code == 0


def test_documents_that_do_not_fit_are_named_and_the_round_is_kept(
    own_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        files = SimpleNamespace(mkstemp=full, TemporaryFile=tempfile.TemporaryFile)
        patch.setattr("xunjian.cli.documents.tempfile", files)
        heard = call("run", "daily", "-w", own_store, "-l", "hz-ups2", "-o", tmp_path / "out")
    assert heard.code == 2
    assert "report run" in heard.err
    run = newest(own_store)
    assert run["state"] == "finished"
    assert call("report", "run", run["run_id"], "-w", own_store, "-o", tmp_path / "out").code == 0


def test_a_really_full_disk(
    clean_lab: LabHandle, begun: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    # room for the workspace with its baselines; the ballast below decides what is free
    mounting = ["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(disk)]
    if os.geteuid() or subprocess.run(mounting, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        lab = without_store(begun, disk)
        monkeypatch.setattr("xunjian.store.failures.FREE_AT_LEAST_BYTES", 0)
        monkeypatch.setattr("xunjian.store.failures.FREE_PER_DEVICE_BYTES", 0)
        assert call("list", "runs", "-w", lab).code == 0
        with (disk / "ballast").open("wb") as ballast:
            free = shutil.disk_usage(disk).free
            ballast.write(b"x" * max(0, free - 120 * 1024))
        heard = call("run", "pre_holiday", "-w", lab, "-l", "switch", "-o", tmp_path / "out")
        assert heard.code == 2, heard
        assert "磁盘已满" in heard.err
        assert "Traceback" not in heard.err
        (disk / "ballast").unlink()
        heard = call("run", "daily", "-w", lab, "-l", "hz-ups2", "-o", tmp_path / "out")
        assert heard.code == 0, heard.err
        assert call("verify", "-w", lab).code == 0
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)
