"""What was abnormal, or left unchecked: first in the next form and report until closed or waived."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.fixtures.command_line import call
from tests.fixtures.site_forms import (
    ALL_WELL,
    COLUMNS,
    ITEM,
    PLAYBOOK,
    export,
    fill,
    last_run,
    make_site,
    report,
    row_of,
    take,
)

# the same things, but nothing asks about the electrode's resistance or the extinguishers any more
NEXT = """
name: next
title: {zh: 另一轮, en: Another round}
hosts: all
tasks: [reachability, room_climate, new_problems, look]
report: {formats: [json]}
"""
REVIEW = PLAYBOOK.replace("name: site", "name: review").replace("[reach", "[past_faults, reach")
LOOK = """
name: look
title: {zh: 标牌, en: Sign}
kinds: [earthing]
collect:
  '*':
    - fact: Inspection
      channel: manual
      ask: {state: {title: {zh: 标牌, en: sign}, type: choice, options: [normal, abnormal]}}
      map: {item: {const: look.sign}}
checks:
  - id: look.sign
    title: {zh: 标牌, en: sign}
    for_each: Inspection
    where: item == 'look.sign'
    value: state
    abnormal: state == 'abnormal'
    vanished: off
    source: house rule
"""
BAD = {"value": 8.2, "verdict": "异常", "cause": "引下线锈断"}


@pytest.fixture
def site(site: Path) -> Path:
    """A round whose form came back: the electrode is abnormal, the extinguishers left blank."""
    take_in(site, fill(export(site), {**ALL_WELL, "接地电阻": BAD, "灭火器材": {}}))
    return site


def take_in(root: Path, form: Path) -> None:
    done = take(root, form)
    assert done.code == 0, done.err


def found(root: Path, check: str) -> Any:
    return next(f for f in report(root)["findings"] if f["check"] == check)


def again(root: Path, playbook: str = "site") -> None:
    made = call("run", playbook, "-w", root, "-o", root / "out", "--format", "json")
    assert made.code in {0, 1}, made.err


def starred(root: Path) -> list[str]:
    """Items of the exported form, in order, with their stars."""
    (sheet,) = load_workbook(export(root)).worksheets[:-1]
    rows = sheet.iter_rows(min_row=7, values_only=True)
    return [str(row[ITEM - 1]) for row in rows if str(row[11] or "").startswith("Q")]


def left(root: Path) -> dict[str, str]:
    return {one["id"]: one["state"] for one in report(root)["leftovers"]}


def test_abnormal_and_unchecked_stand_first_with_their_old_ids(site: Path) -> None:
    bad = found(site, "earthing_resistance.resistance")["id"]
    blank = found(site, "room_fire.extinguishers")["id"]
    again(site)
    first = starred(site)[:2]
    assert sorted(first) == sorted([f"★{bad} 接地电阻", f"★{blank} 灭火器材"])
    assert not [one for one in starred(site)[2:] if "★" in one]
    assert left(site) == {bad: "unverified", blank: "unverified"}
    take_in(site, fill(export(site), ALL_WELL))
    assert left(site) == {bad: "closed", blank: "closed"}
    again(site)
    assert not [one for one in starred(site) if "★" in one]
    assert left(site) == {}


def test_left_blank_again_it_comes_again_with_the_round_it_began_in(site: Path) -> None:
    blank = found(site, "room_fire.extinguishers")["id"]
    began = report(site)["number"] or last_run(site)
    again(site)
    take_in(site, fill(export(site), {**ALL_WELL, "灭火器材": {}}))
    again(site)
    again(site)  # a round whose forms never came back asks nothing anew and forgets nothing
    (one,) = [one for one in report(site)["leftovers"] if one["id"] == blank]
    assert one["first_number"] == began
    assert one["rounds"] == 2
    assert starred(site)[0] == f"★{blank} 灭火器材"


def test_a_round_whose_forms_never_came_back_leaves_nothing_over(tmp_path: Path) -> None:
    make_site(tmp_path)
    again(tmp_path)
    assert not [one for one in starred(tmp_path) if "★" in one]


def test_a_thing_without_a_line_of_its_own_is_asked_about_all_the_same(site: Path) -> None:
    """The electrode's matter comes up in a round that asks something else of it, and is closed."""
    (site / "playbooks" / "next.yml").write_text(NEXT, "utf-8")
    (site / "tasks").mkdir()
    (site / "tasks" / "look.yml").write_text(LOOK, "utf-8")
    bad = found(site, "earthing_resistance.resistance")["id"]
    again(site, "next")
    assert starred(site)[0].startswith(f"★{bad}")

    def first(sheet: Any) -> None:
        row = row_of(sheet, "xj:at") + 3
        assert bad in str(sheet.cell(row, ITEM).value)
        sheet.cell(row, 7, "正常")
        sheet.cell(row, 9, "重新焊接，实测 1.1 Ω")

    take_in(site, fill(export(site), ALL_WELL, more=first))
    closed = next(f for f in report(site)["findings"] if f["id"] == bad)
    assert (closed["verdict"], closed["device"]) == ("normal", "hz-earth")
    assert closed["check"] == "earthing_resistance.resistance"
    assert left(site)[bad] == "closed"
    again(site)
    assert bad not in left(site)


def waive(root: Path, finding: str, until: str = "2098-01-01") -> None:
    words = ("--approver", "李处", "--reason", "备件已订", "--until", until)
    said = call("waive", finding, "-w", root, *words)
    assert said.code == 0, said.err


def test_what_was_waived_stands_first_no_more_and_the_report_says_by_whom(site: Path) -> None:
    bad = found(site, "earthing_resistance.resistance")["id"]
    blank = found(site, "room_fire.extinguishers")["id"]
    waive(site, bad)
    waive(site, blank)
    again(site)
    assert not [one for one in starred(site) if "★" in one]
    assert left(site) == {bad: "waived", blank: "waived"}
    notes = {one["id"]: one["note"] for one in report(site)["leftovers"]}
    assert "李处" in notes[bad]
    assert "2098-01-01" in notes[bad]


def test_a_problem_outside_the_list_can_be_waived_and_is_then_waived_when_seen(site: Path) -> None:
    def problem(sheet: Any) -> None:
        sheet.cell(row_of(sheet, "xj:FREE 1"), ITEM, "门禁失灵")

    again(site)
    take_in(site, fill(export(site), ALL_WELL, more=problem))
    free = found(site, "form.problem")["id"]
    again(site)
    assert starred(site)[0].startswith(f"★{free}")
    waive(site, free)
    take(site, fill(export(site), ALL_WELL, more=problem))
    assert found(site, "form.problem")["verdict"] == "abnormal", "it holds from the next round on"
    again(site)
    assert not [one for one in starred(site) if "★" in one]
    take(site, fill(export(site), ALL_WELL, more=problem))
    now = next(f for f in report(site)["findings"] if f["id"] == free)
    assert now["verdict"] == "waived"
    assert "李处" in now["message"]


def test_a_thing_that_the_next_round_does_not_come_to_stays_open_in_its_report(site: Path) -> None:
    bad = found(site, "earthing_resistance.resistance")["id"]
    made = call("run", "site", "-w", site, "-l", "hz-room", "-o", site / "out", "--format", "json")
    assert made.code == 0, made.err
    (row,) = [one for one in report(site)["leftovers"] if one["id"] == bad]
    assert (row["state"], row["device"]) == ("unverified", "hz-earth")
    assert "本轮未巡检" in row["note"]
    other = PLAYBOOK.replace("name: site", "name: other").replace("hosts: all", "hosts: room")
    (site / "playbooks" / "other.yml").write_text(other, "utf-8")
    again(site, "other")
    assert bad not in left(site), "another kind of round was never to look at it"
    again(site)
    take_in(site, fill(export(site), ALL_WELL))
    assert left(site)[bad] == "closed"


def test_an_item_about_past_faults_comes_with_what_is_left_over_in_the_room(site: Path) -> None:
    (site / "playbooks" / "review.yml").write_text(REVIEW, "utf-8")
    again(site, "review")
    assert remark(site, "以往故障复查") == (
        "自动：历次遗留 1 项，本轮复测已消除 0、仍在 0、待复查 1"
    )
    take(site, fill(export(site), ALL_WELL))
    assert remark(site, "以往故障复查") == (
        "自动：历次遗留 1 项，本轮复测已消除 1、仍在 0、待复查 0"
    )
    take(site, fill(export(site), {"以往故障复查": {"verdict": "正常"}}))
    assert "已消除 1" in found(site, "past_faults.checked")["remark"]
    again(site, "review")
    assert remark(site, "以往故障复查") == "自动：没有历次遗留"


def remark(root: Path, item: str) -> str:
    """What stands in the column of remarks beside an item of the exported form."""
    (sheet,) = load_workbook(export(root)).worksheets[:-1]
    return str(sheet.cell(row_of(sheet, item), COLUMNS["remark"]).value)
