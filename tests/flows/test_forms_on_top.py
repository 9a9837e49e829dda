"""A round that draws its things comes also to those of which something was left open or blank."""

import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.fixtures.command_line import call
from tests.fixtures.site_forms import COLUMNS, ID, ITEM, SITES, Cells, export, fill, last_run
from xunjian.cli.forms import book_for
from xunjian.run.content import Content
from xunjian.store import open_store

PLAYBOOK = """
name: site
title: {zh: 每周抽检, en: Spot check}
hosts: all
tasks: [spot_check]
report: {formats: [json]}
"""
CALENDAR = """
rules:
  spot: {playbook: site, anchor: week, sample: {share: 0.1, least: 2}}
"""
TURNS = """
rules:
  spot: {playbook: site, anchor: quarter, quota: 0.25, rotate: devices}
"""
MONDAYS = ("2026-03-16", "2026-03-23", "2026-03-30")  # nobody is drawn in two weeks running
QUARTERS = ("2026-02-02", "2026-05-06", "2026-08-03", "2026-11-02")
FINE: Cells = {"verdict": "正常"}
BAD: Cells = {"verdict": "异常", "cause": "无图像"}


def hosts() -> str:
    """Twelve cameras; nothing is asked of them but what a person sees."""
    return "".join(
        f"cam{n:02}: {{hostname: 127.0.0.1, data: {{kind: camera, label: 摄像机{n:02}, "
        "room: hz-core}}\n"
        for n in range(1, 13)
    )


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name, text in (
        ("xunjian.yml", "contract: {name: 合同}\n"),
        ("inventory/hosts.yml", hosts()),
        ("inventory/sites.yml", SITES),
        ("playbooks/site.yml", PLAYBOOK),
        ("playbooks/calendar.yml", CALENDAR),
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def due(root: Path, day: str) -> set[str]:
    """Make the round of a day; gives whom it came to."""
    made = call("due", "--run", "--at", day, "-w", root)
    assert made.code == 0, made.err + made.out
    return {str(one["name"]) for one in report(root)["devices"]}


def report(root: Path) -> Any:
    return json.loads((root / "reports" / last_run(root) / "report.json").read_text("utf-8"))


def lines(root: Path) -> list[tuple[str, str]]:
    """Device and item of each line of the run's form, in order."""
    content = Content(root, None)
    known = book_for(content, content.store.record(last_run(root))).lines
    cells = [
        (str(row[ID - 1]), str(row[ITEM - 1]))
        for sheet in load_workbook(export(root)).worksheets[:-1]
        for row in sheet.iter_rows(values_only=True)
    ]
    return [(known[key].device, item) for key, item in cells if key in known]


def say(root: Path, answers: dict[str, Cells]) -> None:
    """Fill in the lines about some cameras; the others stay blank."""
    content = Content(root, None)
    known = book_for(content, content.store.record(last_run(root))).lines

    def write(sheet: Any) -> None:
        for row in range(1, sheet.max_row + 1):
            line = known.get(str(sheet.cell(row, ID).value))
            for name, value in answers.get(line.device, {}).items() if line else ():
                sheet.cell(row, COLUMNS[name], value)

    done = call("forms", "import", "latest", fill(export(root), {}, more=write), "-w", root)
    assert done.code == 0, done.err


def stars(root: Path) -> list[str]:
    """Devices of the lines that are marked as left over; they stand before all others."""
    found = [(device, "★" in item) for device, item in lines(root)]
    assert found == sorted(found, key=lambda one: not one[1])
    return [device for device, is_old in found if is_old]


def test_a_sample_comes_also_to_what_was_left_open_or_blank(site: Path) -> None:
    drawn = due(site, MONDAYS[0])
    assert len(drawn) == 2
    bad, blank = sorted(drawn)
    say(site, {bad: BAD})
    second = due(site, MONDAYS[1])
    assert drawn < second
    assert len(second) == 4, "two of last week's and two drawn at random"
    assert sorted(stars(site)) == [bad, blank]
    ids = {one["id"]: one["state"] for one in report(site)["leftovers"]}
    assert len(ids) == 2
    assert {one.split()[0].strip("★") for _, one in lines(site) if "★" in one} == set(ids)
    say(site, dict.fromkeys(second, FINE))
    third = due(site, MONDAYS[2])
    assert stars(site) == []
    assert len(third) == 2


def test_what_is_on_top_counts_for_nothing_of_the_sample(site: Path) -> None:
    drawn = due(site, MONDAYS[0])
    say(site, dict.fromkeys(drawn, BAD))
    second = due(site, MONDAYS[1])
    say(site, dict.fromkeys(drawn, FINE))
    entries = [e for e in open_store(site / ".xunjian").journal.entries() if e.run_id]
    last = [e for e in entries if e.round_id == "spot@2026-W13"][-1]
    assert set(last.drawn) == second - drawn, "what was drawn can be drawn again by anybody"
    assert last.coverage == 0


def test_what_is_waived_is_not_on_top(site: Path) -> None:
    drawn = due(site, MONDAYS[0])
    bad, other = sorted(drawn)
    say(site, {bad: BAD, other: FINE})
    (finding,) = [f["id"] for f in report(site)["findings"] if f["verdict"] == "abnormal"]
    leave = ("--approver", "李处", "--reason", "已订货", "--until", "2098-01-01")
    assert call("waive", finding, "-w", site, *leave).code == 0
    assert bad not in due(site, MONDAYS[1])


def test_taking_turns_comes_also_to_what_was_left_blank(site: Path) -> None:
    (site / "playbooks" / "calendar.yml").write_text(TURNS, "utf-8")
    first = due(site, QUARTERS[0])
    assert len(first) == 3
    blank, *others = sorted(first)
    say(site, dict.fromkeys(others, FINE))
    second = due(site, QUARTERS[1])
    assert second & first == {blank}
    assert len(second) == 4
    assert stars(site) == [blank]
    say(site, dict.fromkeys(second, FINE))
    assert not due(site, QUARTERS[2]) & (first | second)


def test_what_a_round_finds_itself_puts_nobody_on_top_of_it(site: Path) -> None:
    (site / "playbooks" / "calendar.yml").write_text(TURNS, "utf-8")
    words = ("run", "site", "-w", site, "--at", QUARTERS[0], "--check")
    first = {line.split()[0] for line in call(*words).out.splitlines()[1:]}
    assert len(first) == 3
    one = min(first)
    assert call(*words[:-1], "-l", one).code == 0
    say(site, {one: BAD})
    assert due(site, "2026-02-03") == first - {one}
