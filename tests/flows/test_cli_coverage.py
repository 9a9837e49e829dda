"""coverage and turns as a user calls them, over the lab."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.fixtures.command_line import Said, call
from xunjian.lab import LabHandle
from xunjian.store import open_store

CALENDAR = """\
rules:
  half: {playbook: look, anchor: half_year, quota: 0.5, rotate: devices}
  quarter: {playbook: look, anchor: quarter, where: "kind == 'ups'"}
  spot: {playbook: look, anchor: week, sample: {share: 0.1, least: 2}}
"""
LOOK = """\
name: look
title: {zh: 看, en: Look}
hosts: all
tasks: [reachability, identity]
"""


@pytest.fixture
def floor(own: Path) -> Path:
    """The clean lab with a calendar."""
    (own / "playbooks").mkdir()
    (own / "playbooks" / "calendar.yml").write_text(CALENDAR, "utf-8")
    (own / "playbooks" / "look.yml").write_text(LOOK, "utf-8")
    return own


def coverage(root: Path, *words: object) -> Any:
    said = call("coverage", "-w", root, "--format", "json", *words)
    assert said.code == 0, said.err
    return said.json


def devices_of_runs(root: Path, round_id: str) -> list[set[str]]:
    store = open_store(root / ".xunjian")
    records = [store.record(run.run_id) for run in reversed(store.runs())]
    return [{d.name for d in one.devices} for one in records if one.round_id == round_id]


def test_due_run_takes_turns_and_coverage_tells(floor: Path) -> None:
    made = call("due", "--run", "-w", floor, "--at", "2026-03-02", "--format", "json")
    assert made.code == 0, made.err
    first = {one["id"]: one for one in made.json["rounds"]}["half@2026-H1"]
    assert (first["state"], first["coverage"]) == ("done", 1.0)
    (drawn,) = devices_of_runs(floor, "half@2026-H1")
    entry = next(
        e for e in open_store(floor / ".xunjian").journal.entries() if e.round_id == "half@2026-H1"
    )
    everybody = set(entry.scope)  # who can be asked anything
    half = (len(everybody) + 1) // 2
    assert (set(entry.drawn), len(drawn)) == (drawn, half)
    data = coverage(floor, "--period", "2026H1", "--at", "2026-06-30", "--rule", "half")
    unseen = {one["device"]: one["reason"] for one in data["unseen"]}
    assert not set(unseen) & drawn
    assert {unseen[name] for name in unseen if name in everybody} == {"not_drawn"}
    assert {unseen[name] for name in unseen if name not in everybody} <= {"no_card", "no_address"}
    share = data["rounds"][0]
    assert share["needed_pct"] == 50.0
    assert share["seen"] >= half  # what the other rounds saw with the same items counts too
    call("due", "--run", "-w", floor, "--at", "2026-09-01")
    (rest,) = devices_of_runs(floor, "half@2026-H2")
    assert len(rest) >= half  # and whoever was abnormal in between, on top
    assert drawn | rest == everybody  # everybody in the year
    year = coverage(floor, "--period", "2026", "--at", "2026-12-31")
    assert not {one["device"] for one in year["unseen"]} & everybody
    assert set(year["rows"][0]["parts"]) == {
        "2026H1", "2026H2", "2026Q1", "2026Q2", "2026Q3", "2026Q4",
    }  # fmt: skip
    quarters = {one["id"]: one["met"] for one in year["rounds"]}
    assert (quarters["quarter@2026-Q1"], quarters["quarter@2026-Q2"]) == (True, False)


DEAD = """\
rules:
  few:
    playbook: look
    anchor: half_year
    where: name in ['hz-acc-sw7', 'hz-ups1', 'hz-ups2', 'hz-ups3']
    quota: 0.5
    rotate: devices
"""


def test_who_does_not_answer_is_asked_again_and_others_stand_in(
    floor: Path, lab: LabHandle
) -> None:
    (floor / "playbooks" / "calendar.yml").write_text(DEAD, "utf-8")
    words = ("due", "--run", "-w", floor, "--format", "json", "--at")

    def state(said: Said) -> str:
        (one,) = said.json["rounds"]
        return str(one["state"])

    try:
        lab.plant("device-dead")
        assert state(call(*words, "2026-03-02")) == "partial"
        (first,) = devices_of_runs(floor, "few@2026-H1")
        assert len(first) == 2
        assert "hz-acc-sw7" in first  # the seed is the round's id: it is always drawn
        call(*words, "2026-03-02")  # not twice on one day
        assert len(devices_of_runs(floor, "few@2026-H1")) == 1
        assert state(call(*words, "2026-03-03")) == "done"
        second = devices_of_runs(floor, "few@2026-H1")[1]
        assert len(second) == 2  # the dead one again, and one that stands in for it
        assert second & first == {"hz-acc-sw7"}
        data = coverage(floor, "--period", "2026H1", "--at", "2026-03-31")
        why = {one["device"]: (one["reason"], one["run"]) for one in data["unseen"]}
        assert why["hz-acc-sw7"][0] == "no_answer"
        assert why["hz-acc-sw7"][1]
        assert {reason for reason, _ in why.values()} == {"no_answer", "not_drawn"}
    finally:
        lab.plant()


def test_every_form_says_the_same(floor: Path, tmp_path: Path) -> None:
    call("run", "look", "-w", floor, "--at", "2026-03-02", "-l", "ups")
    words = ("coverage", "-w", floor, "--period", "2026Q1", "--at", "2026-03-31")
    for by in ("room", "site", "system"):
        data = coverage(floor, *words[3:], "--by", by)
        book = tmp_path / f"{by}.xlsx"
        assert call(*words, "--by", by, "--format", "xlsx", "-o", book).code == 0
        sheets = load_workbook(book).worksheets
        rows = list(sheets[0].iter_rows(min_row=2, values_only=True))
        assert [(row[0], row[3], row[4]) for row in rows] == [
            (one["name"] or "-", one["expected"], one["seen"]) for one in data["rows"]
        ]
        assert sheets[2].max_row - 1 == len(data["unseen"])
        table = call(*words, "--by", by)
        assert all((one["name"] or "-") in table.out for one in data["rows"])
    ups = next(one for one in data["rounds"] if one["id"] == "quarter@2026-Q1")
    assert (ups["expected"], ups["seen"], ups["met"]) == (3, 3, True)


def test_nothing_seen_yet_names_everything(tmp_path: Path) -> None:
    root = tmp_path / "ws"
    assert call("init", root).code == 0
    data = coverage(root, "--period", "2026H1")
    assert all(one["seen"] == 0 for one in data["rows"])
    assert {one["reason"] for one in data["unseen"]} == {"no_run"}
    ids = {one["id"] for one in data["rounds"]}
    assert {"half_year_edge@2026-H1", "half_year_power_on@2026-H1"} <= ids
    assert not (root / ".xunjian" / "store.sqlite").exists()
    (root / "inventory" / "sites.yml").write_text(
        (root / "inventory" / "sites.yml")
        .read_text("utf-8")
        .replace("rooms:\n", "rooms:\n  new-hall: {title: {zh: 新会场, en: New}, site: tonglu, "
                 "class: venue}\n", 1),
        "utf-8",
    )  # fmt: skip
    rows = {one["name"]: one["state"] for one in coverage(root, "--period", "2026H1")["rows"]}
    assert rows["new-hall"] == "empty"


@pytest.mark.parametrize(
    "words",
    [
        ("--period", "2026H3"),
        ("--period", "last"),
        ("--by", "rooms"),
        ("--rule", "nope"),
        ("--format", "csv"),
        ("--at", "never"),
    ],
)
def test_bad_words_are_refused(words: tuple[str, ...]) -> None:
    said = call("coverage", *words)
    assert (said.code, said.out) == (2, "")
    assert words[1] in said.err
