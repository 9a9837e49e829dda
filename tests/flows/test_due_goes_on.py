"""A round that was begun and not ended: what nobody asked yet is asked, once, by the next `due`."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.command_line import Said, call
from xunjian.store import open_store
from xunjian.store import store as store_module
from xunjian.store.store import Store

DAY, ROUND = "2026-04-28", "daily@2026-04-28"
CALENDAR = "rules:\n  daily: {playbook: daily, anchor: day, where: \"kind == 'ups'\"}\n"
DUE = ("due", "--run", "--at", DAY, "--format", "json")


@pytest.fixture
def floor(own: Path) -> Path:
    """The clean lab with a daily round over its three UPS."""
    (own / "playbooks").mkdir()
    (own / "playbooks" / "calendar.yml").write_text(CALENDAR, "utf-8")
    return own


def of_day(said: Said) -> dict[str, Any]:
    return next(one for one in said.json["rounds"] if one["id"] == ROUND)


def asked(place: Path, run_id: str) -> set[str]:
    record = open_store(place / ".xunjian").record(run_id)
    return {device.name for device in record.devices if device.reached}


def test_one_device_looked_at_by_hand_does_not_take_the_rounds_place(floor: Path) -> None:
    part = call("run", "daily", "-w", floor, "--at", DAY, "-l", "hz-ups2", "--format", "json")
    assert part.code == 0, part.err
    said = call(*DUE, "-w", floor)
    assert said.code == 0, said.err
    one = of_day(said)
    assert (one["state"], one["coverage"]) == ("done", 1.0)
    first, rest = one["runs"]
    assert asked(floor, first) == {"hz-ups2"}
    assert asked(floor, rest) == {"hz-ups1", "hz-ups3"}  # nobody twice
    assert "接着做" in said.err
    assert "2 台" in said.err
    runs = len(open_store(floor / ".xunjian").runs())
    assert call(*DUE, "-w", floor).code == 0
    assert len(open_store(floor / ".xunjian").runs()) == runs


def test_who_did_not_answer_is_not_asked_again_by_the_next_call(floor: Path) -> None:
    hosts = floor / "inventory" / "hosts.yml"
    hosts.write_text(_without_a_listener(hosts.read_text("utf-8"), "hz-ups2"), "utf-8")
    with (floor / "playbooks" / "calendar.yml").open("a", encoding="utf-8") as file:
        file.write("enough: 1.0\n")
    first = call(*DUE, "-w", floor)
    assert of_day(first)["state"] == "partial"
    again = call(*DUE, "-w", floor)
    assert of_day(again)["runs"] == of_day(first)["runs"]
    assert "做了 0 轮" in again.err


def test_a_round_of_which_too_little_was_seen_is_named_afterwards(floor: Path) -> None:
    assert call("run", "daily", "-w", floor, "--at", DAY, "-l", "hz-ups2").code == 0
    today = call("due", "-w", floor, "--at", DAY, "--format", "json")
    assert ROUND not in today.err  # there is time left
    later = call("due", "-w", floor, "--at", "2026-05-02", "--format", "json")
    assert of_day(later)["state"] == "partial"
    named = next(line for line in later.err.splitlines() if ROUND in line)
    assert "部分完成" in named
    assert "已过期限" in named


def _without_a_listener(hosts: str, name: str) -> str:
    """Let a device stand where nobody answers."""
    lines, inside = [], False
    for line in hosts.splitlines():
        if line and not line[0].isspace():
            inside = line.startswith(f"{name}:")
        lines.append("  port: 1" if inside and line.strip().startswith("port:") else line)
    return "\n".join(lines) + "\n"


def test_a_kill_after_the_run_closed_leaves_it_filed(
    floor: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Store, "set_exit_code", die)  # the first thing after the run is closed
        with pytest.raises(Killed):
            call(*DUE, "-w", floor)
    made = len(open_store(floor / ".xunjian").runs())
    said = call(*DUE, "-w", floor)
    assert of_day(said)["state"] == "done"
    assert len(open_store(floor / ".xunjian").runs()) == made


def test_a_journal_that_cannot_be_written_leaves_the_run_open(
    floor: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk takes both or none; the run is gone on with, and filed then."""

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(store_module, "add_entry", full)
        said = call(*DUE, "-w", floor)
    assert said.code != 0
    assert of_day(said)["state"] == "due"
    newest = open_store(floor / ".xunjian").runs()[0]
    resumed = call("run", "--resume", newest.run_id, "-w", floor, "--at", DAY, "--format", "json")
    assert resumed.code == 0, resumed.err
    listed = call("due", "-w", floor, "--at", DAY, "--format", "json")
    assert (of_day(listed)["state"], of_day(listed)["runs"]) == ("done", [newest.run_id])
