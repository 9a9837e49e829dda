"""Freezes as a user meets them: refused, slowed down, moved, allowed by the customer."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.command_line import Said, call
from xunjian.calendar.clock import zone
from xunjian.lab import LabHandle
from xunjian.run.content import Content
from xunjian.run.round import Wanted, order_round
from xunjian.store import open_store

CUT = """\
name: cut
title: {zh: 割接, en: Cut-over}
occasion: change
change: true
hosts: all
tasks: [reachability, identity]
"""
LOOK = """\
name: look
title: {zh: 看, en: Look}
hosts: all
tasks: [reachability, identity, environment, signalling]
run: {workers: 50, per_site: 5, retries: 1}
"""
RULES = """\
rules:
  daily: {playbook: daily, anchor: day}
  pre_holiday: {playbook: pre_holiday, anchor: before_holiday}
"""
NATIONAL = "holiday@2026-国庆"


def freeze(root: Path, *entries: str, rules: str = RULES) -> None:
    lines = "".join(f"  - {{{entry}}}\n" for entry in entries) or "  []\n"
    (root / "playbooks").mkdir(exist_ok=True)
    (root / "playbooks" / "calendar.yml").write_text(f"{rules}freeze:\n{lines}", "utf-8")


def today(**more: int) -> str:
    return (datetime.now(tz=zone()) + timedelta(**more)).date().isoformat()


def now_(mode: str, extra: str = "") -> str:
    return f"name: now, anchor: dates, from: {today()}, to: {today(days=2)}, mode: {mode}{extra}"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    root = tmp_path / "ws"
    assert call("init", root).code == 0
    playbooks(root)
    return root


def playbooks(root: Path) -> None:
    (root / "playbooks").mkdir(exist_ok=True)
    (root / "playbooks" / "cut.yml").write_text(CUT, "utf-8")
    (root / "playbooks" / "look.yml").write_text(LOOK, "utf-8")


@pytest.fixture
def floor(own: Path) -> Path:
    """The clean lab with both playbooks."""
    playbooks(own)
    return own


def leave(root: Path, window: str, until: str, *more: object) -> Said:
    return call(
        "freeze", "override", window, "-w", root, "--by", "张三", "--reason", "更换光模块",
        "--approved-by", "李主任", "--until", until, *more,
    )  # fmt: skip


# --- no_change ---


def test_a_change_is_refused_before_the_inventory_is_opened(place: Path) -> None:
    (place / "inventory" / "hosts.yml").write_text("broken: [", "utf-8")
    said = call("run", "cut", "-w", place, "--at", "2026-10-02")
    assert (said.code, said.out) == (6, "")
    assert NATIONAL in said.err
    assert "2026-10-01" in said.err
    assert "pre_holiday@2026-国庆" in said.err  # the check before it is missing, and it says so
    assert not (place / ".xunjian" / "store.sqlite").exists()
    assert call("run", "cut", "-w", place, "--at", "2026-10-12").code == 2  # now it is opened


def test_no_change_in_a_year_whose_holidays_nobody_knows(place: Path) -> None:
    said = call("run", "cut", "-w", place, "--at", "2031-06-05", "-C")
    assert (said.code, said.out) == (2, "")
    assert "2031" in said.err
    assert call("run", "look", "-w", place, "--at", "2031-06-05", "-C").code == 0
    freeze(place)  # nothing is frozen by holiday
    assert call("run", "cut", "-w", place, "--at", "2031-06-05", "-C").code == 0


def test_a_check_filed_by_hand_is_cited(place: Path, tmp_path: Path) -> None:
    proof = tmp_path / "检查表.pdf"
    proof.write_bytes(b"%PDF-1.7 signed")
    words = ("rounds", "record", "pre_holiday@2025-国庆", "-w", place, "--by", "李四")
    assert call(*words, "--at", "2025-09-29", "--document", proof).code == 0
    listed = call("freeze", "-w", place, "--at", "2025-10-01", "--format", "json").json["windows"]
    one = next(window for window in listed if window["name"] == "holiday@2025-国庆")
    assert (one["check_missing"], one["check_run"], one["check_by"]) == (False, "", "李四")
    sha256 = hashlib.sha256(proof.read_bytes()).hexdigest()
    assert one["check_document"] == sha256
    said = call("run", "cut", "-w", place, "--at", "2025-10-06")  # 中秋, merged
    assert said.code == 6
    assert f"2025-09-29 由李四登记完成，附件 {sha256[:12]}" in said.err


def test_a_check_after_the_opening_is_told_as_late(place: Path) -> None:
    words = ("rounds", "record", "pre_holiday@2025-国庆", "-w", place, "--by", "李四")
    assert call(*words, "--at", "2025-10-02").code == 0
    listed = call("freeze", "-w", place, "--at", "2025-10-03", "--format", "json").json["windows"]
    one = next(window for window in listed if window["name"] == "holiday@2025-国庆")
    assert (one["check_missing"], one["check_late"], one["check_by"]) == (True, True, "李四")
    said = call("run", "cut", "-w", place, "--at", "2025-10-06")
    assert said.code == 6
    assert "封网之后才检查：2025-10-02 由李四登记完成" in said.err
    assert "封网前检查" not in said.err
    shown = call("freeze", "-w", place, "--from", "2025-10-01", "--to", "2025-10-02").out
    assert "李四 2025-10-02（封网后）" in shown


def test_reads_go_on_and_other_days_are_free(place: Path) -> None:
    assert call("run", "look", "-w", place, "--at", "2026-10-02", "-C").code == 0
    assert call("run", "cut", "-w", place, "--at", "2026-09-30", "-C").code == 0


def test_a_window_over_one_site_stops_changes_there_only(place: Path) -> None:
    freeze(place, "name: hz, anchor: dates, from: 2026-07-01, to: 2026-07-03, "
           "mode: no_change, sites: [tonglu]")  # fmt: skip
    run = ("run", "cut", "-w", place, "--at", "2026-07-02", "-C")
    assert call(*run, "-l", "tl-access-1").code == 6
    assert call(*run).code == 6  # one device inside is enough
    assert call(*run, "-l", "hz-core-1").code == 0


# --- leaves ---


def test_a_leave_opens_the_window_until_it_ends(place: Path) -> None:
    said = leave(place, NATIONAL, "2026-10-02T18:00", "--at", "2026-10-01", "--format", "json")
    assert said.code == 0, said.err
    given = said.json["windows"][0]["overrides"][0]
    assert (given["approved_by"], given["by"]) == ("李主任", "张三")
    run = ("run", "cut", "-w", place, "-C", "--at")
    assert call(*run, "2026-10-02T17:00").code == 0
    assert call(*run, "2026-10-02T18:00").code == 6
    assert call(*run, "2026-09-25").code == 6  # a leave of one window is none of another
    listed = call("freeze", "-w", place, "--at", "2026-10-03", "--format", "json").json["windows"]
    one = next(window for window in listed if window["name"] == NATIONAL)
    assert (one["open"], one["overrides"][0]["expired"], one["check_missing"]) == (True, True, True)
    assert call("verify", "-w", place).code == 0


@pytest.mark.parametrize(
    ("window", "until", "more", "said"),
    [
        (NATIONAL, "2026-10-02", (), "--until"),  # has passed
        ("holiday@2026-国庆节", "2026-10-02", ("--at", "2026-10-01"), NATIONAL),
        ("nothing", "2026-10-02", ("--at", "2026-10-01"), "nothing"),
        (NATIONAL, "2026-10-09", ("--at", "2026-10-01"), "2026-10-07"),
        (NATIONAL, "9999-12-31", ("--at", "2026-10-01"), "9999"),
        (NATIONAL, "soon", ("--at", "2026-10-01"), "soon"),
        (NATIONAL, "2026-10-02", ("--at", "2026-10-01", "--reason", " "), "--reason"),
        (NATIONAL, "2026-10-02", ("--at", "2026-10-01", "--approved-by", ""), "--approved-by"),
    ],
)
def test_a_leave_that_is_none_is_refused(
    place: Path, window: str, until: str, more: tuple[str, ...], said: str
) -> None:
    heard = leave(place, window, until, *more)
    assert heard.code == 2
    assert said in heard.err
    assert not (place / ".xunjian" / "store.sqlite").exists()


def test_a_leave_stands_on_the_cover(floor: Path) -> None:
    freeze(floor, now_("no_touch"))
    run = ("run", "cut", "-w", floor, "-l", "hz-ups1", "--format", "json")
    assert call(*run).code == 6
    assert leave(floor, f"now@{today()}", today(days=1)).code == 0
    said = call(*run)
    assert said.code == 0, said.err
    assert "李主任" in said.err
    warnings = said.json["warnings"]
    assert len(warnings) == 1
    assert "李主任" in warnings[0]
    assert "更换光模块" in warnings[0]
    kept = open_store(floor / ".xunjian").run_settings(said.json["run_id"])["freeze"]
    assert kept == {"windows": [], "overrides": [f"now@{today()}#1"]}


def test_the_windows_are_listed(place: Path) -> None:
    table = call("freeze", "list", "-w", place, "--from", "2026-09-01", "--to", "2026-10-31")
    assert [line.split()[0] for line in table.out.splitlines()[1:]] == [
        "holiday@2026-中秋",
        NATIONAL,
    ]
    assert call("freeze", "-w", place, "--from", "2026-10-31", "--to", "2026-09-01").code == 2
    assert call("freeze", "lift", "-w", place).code == 2


def test_windows_that_overlap_in_contradiction_are_told(place: Path) -> None:
    freeze(
        place,
        "name: a, anchor: dates, from: 2026-07-01, to: 2026-07-05, mode: no_touch",
        "name: a, anchor: dates, from: 2026-07-04, to: 2026-07-08, mode: light_touch",
    )
    for words in (("freeze",), ("run", "cut"), ("lint",)):
        said = call(*words, "-w", place)
        assert said.code == 2
        assert "重叠" in said.err


# --- light_touch ---


def test_light_touch_halves_and_leaves_probes_out(floor: Path) -> None:
    wanted = Wanted(playbook="look")
    usual = order_round(Content(floor), wanted)
    freeze(floor, now_("light_touch"))
    order = order_round(Content(floor), wanted)
    before, after = usual.playbook.run, order.playbook.run
    assert (after.workers, after.per_site, after.per_aaa) == (
        before.workers // 2,
        before.per_site // 2,
        before.per_aaa // 2,
    )
    assert (before.retries, after.retries) == (1, 0)
    assert order.plan.planned == usual.plan.planned
    frozen = {one.device for one in order.plan.left_out if one.reason.value == "freeze"}
    assert frozen == {"hz-sipterm1"}  # asked by SIP alone
    assert "hz-sipterm1" not in {pair.device.name for pair in order.plan.pairs}
    restraint = order.restraint
    assert restraint.at_once([pair.device for pair in order.plan.pairs], 20) == 10
    assert usual.restraint.at_once([pair.device for pair in order.plan.pairs], 20) == 20
    assert call("exec", "display version", "-w", floor, "-l", "hz-core-sw1").code == 0
    said = call("run", "look", "-w", floor, "-C")
    assert "hz-sipterm1 reachability: 封网期间不做" in said.err


# --- no_touch ---


def test_no_touch_asks_nobody(floor: Path, clean_lab: LabHandle) -> None:
    freeze(floor, now_("no_touch"))
    before = transcripts(clean_lab)
    for words in (
        ("run", "look"),
        ("exec", "display version", "-l", "hz-core-sw1"),
        ("backup", "-l", "hz-core-sw1"),
        ("inventory", "trust", "--yes"),
    ):
        said = call(*words, "-w", floor)
        assert (said.code, said.out) == (6, ""), words
        assert f"now@{today()}" in said.err
    assert transcripts(clean_lab) == before


def transcripts(lab: LabHandle) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in (lab.directory / "transcript").rglob("*")}


def test_no_touch_over_one_system_leaves_its_devices_out(floor: Path) -> None:
    freeze(floor, now_("no_touch", ", sites: [tonglu]"))
    order = order_round(Content(floor), Wanted(playbook="look"))
    assert not [one for one in order.plan.left_out if one.reason.value == "freeze"]
    freeze(floor, now_("no_touch", ", systems: [water]"))
    assert call("run", "look", "-w", floor).code == 6  # all of them belong to it
    assert call("exec", "display version", "-w", floor, "-l", "hz-core-sw1").code == 6


def test_no_touch_moves_rounds_and_records_why(place: Path) -> None:
    freeze(place, "name: ban, title: {zh: 禁触, en: Ban}, anchor: dates, from: 2026-04-27, "
           "to: 2026-05-02, mode: no_touch")  # fmt: skip
    (place / "xunjian.yml").write_text("contract: {starts: 2026-04-01}\n", "utf-8")

    def due(at: str, *more: str) -> dict[str, Any]:
        said = call("due", "-w", place, "--at", at, "--format", "json", *more)
        return {one["id"]: one for one in said.json["rounds"]}

    one = due("2026-04-28")["pre_holiday@2026-五一"]
    assert (one["state"], one["from"], one["due"]) == ("moved", "2026-05-03", "2026-05-04")
    assert "ban@2026-04-27" in one["reason"]
    small = due("2026-04-28")["daily@2026-04-28"]
    assert (small["state"], "由下一轮补上" in small["reason"]) == ("moved", True)
    assert due("2026-05-03")["pre_holiday@2026-五一"]["state"] == "due"
    due("2026-04-28", "--run")
    entries = open_store(place / ".xunjian").journal.entries()
    moved = {entry.round_id: entry for entry in entries if entry.how == "moved"}
    assert set(moved) == {"pre_holiday@2026-五一", "daily@2026-04-27", "daily@2026-04-28"}
    assert "禁触" in moved["pre_holiday@2026-五一"].note
    due("2026-04-28", "--run")
    assert len(open_store(place / ".xunjian").journal.entries()) == len(entries)
    freeze(place)  # the window is taken back; what was moved stays moved
    assert due("2026-04-28")["pre_holiday@2026-五一"]["state"] == "moved"
