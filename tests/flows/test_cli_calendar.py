"""calendar, due and rounds as a user calls them; a workspace with a journal, and a lab to run."""

import json
import math
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fixtures.command_line import Said, call
from xunjian.calendar.clock import zone
from xunjian.calendar.model import JournalEntry
from xunjian.store import open_store

ROUND = {"id", "playbook", "anchor", "from", "due", "systems", "sites", "state", "reason"}
SMALL = """\
rules:
  daily: {playbook: daily, anchor: day}
  pre_holiday: {playbook: pre_holiday, anchor: before_holiday}
  spot: {playbook: daily, anchor: week, sample: {share: 0.1, least: 2}}
  earthing: {playbook: earthing, anchor: half_year, by_hand: true}
  edge: {playbook: half_year_edge, anchor: half_year}
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    root = tmp_path / "ws"
    assert call("init", root).code == 0
    return root


def contract(root: Path, starts: str) -> None:
    marker = root / "xunjian.yml"
    marker.write_text(marker.read_text("utf-8") + f"contract: {{starts: {starts}}}\n", "utf-8")


def rounds(said: Said) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in said.json["rounds"]}


# --- a year's plan ---


def test_plan_2026() -> None:
    said = call("calendar", "plan", "2026", "--format", "json")
    assert said.code == 0
    listed = said.json["rounds"]
    assert all(set(one) >= ROUND for one in listed)
    pre = {
        one["anchor"]: (one["from"], one["due"]) for one in listed if one["rule"] == "pre_holiday"
    }
    assert pre == {
        "春节": ("2026-02-12", "2026-02-13"),
        "清明": ("2026-04-01", "2026-04-02"),
        "五一": ("2026-04-28", "2026-04-29"),
        "端午": ("2026-06-16", "2026-06-17"),
        "中秋": ("2026-09-22", "2026-09-23"),
        "国庆": ("2026-09-28", "2026-09-29"),
        "元旦": ("2026-12-29", "2026-12-30"),
    }
    flood = [one for one in listed if one["playbook"] == "flood_season"]
    assert [one["due"][5:7] for one in flood] == ["05", "06", "07", "08", "09", "10"]
    assert all(one["systems"] == ["water"] for one in flood)


def test_plan_of_an_unknown_year_says_what_to_add() -> None:
    said = call("calendar", "plan", "2031", "--format", "json")
    assert (said.code, said.out) == (2, "")
    assert "playbooks/calendar.yml" in said.err
    assert "2031" in said.err


def test_a_year_that_the_workspace_supplies(place: Path) -> None:
    text = (Path(__file__).parents[2] / "playbooks" / "calendar.yml").read_text("utf-8")
    notice = (
        "years:\n  - {year: 2031, notice: 国办发明电〔2030〕9号, days: {元旦: [2031-01-01, 2031-01-01],"
        " 春节: [2031-01-22, 2031-01-29], 清明: [2031-04-04, 2031-04-06], 五一: [2031-05-01, 2031-05-05],"
        " 端午: [2031-06-24, 2031-06-24], 中秋: [2031-10-01, 2031-10-08], 国庆: [2031-10-01, 2031-10-08]},"
        " working: {国庆: [2031-09-28]}}\n"
    )
    (place / "playbooks" / "calendar.yml").write_text(text.replace("years:\n", notice, 1), "utf-8")
    assert call("lint", "-w", place).code == 0
    said = call("calendar", "plan", "2031", "-w", place, "--format", "json")
    assert said.code == 0, said.err
    pre = [one for one in said.json["rounds"] if one["rule"] == "pre_holiday"]
    assert pre[-2]["ticks"] == ["中秋", "国庆"]
    checked = call("calendar", "check", "2031-09-28", "-w", place, "--format", "json").json
    assert (checked["working_day"], checked["source"]) == (True, "国办发明电〔2030〕9号")


def test_plan_as_workbook_and_icalendar(tmp_path: Path) -> None:
    from icalendar import Calendar
    from openpyxl import load_workbook

    book, diary = tmp_path / "plan.xlsx", tmp_path / "plan.ics"
    assert call("calendar", "plan", "2026", "--format", "xlsx", "-o", book).code == 0
    assert call("calendar", "plan", "2026", "--format", "ics", "-o", diary).code == 0
    sheet = load_workbook(book).active
    assert sheet is not None
    ids = [row[-1].value for row in sheet.iter_rows(min_row=2)]
    assert len(ids) == 1232
    assert "pre_holiday@2026-国庆" in ids
    events = {str(e["UID"]): e for e in Calendar.from_ical(diary.read_bytes()).walk("VEVENT")}
    national = events["pre_holiday@2026-国庆@xunjian"]
    assert national.decoded("dtstart").isoformat() == "2026-09-28"
    assert national.decoded("dtend").isoformat() == "2026-09-30"  # the day after the last
    assert len(events) == 1232 - 365 - 730


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-10-02", (False, "国庆", True, "no_change")),
        ("2026-10-10", (True, None, True, None)),  # a worked Saturday
        ("2026-02-14", (True, None, False, None)),
        ("2026-03-07", (False, None, False, None)),
        ("2025-10-06", (False, "国庆、中秋", True, "no_change")),
        ("2027-01-01", (False, "元旦", False, "no_change")),
    ],
)
def test_check_a_day(day: str, expected: tuple[object, ...]) -> None:
    data = call("calendar", "check", day, "--format", "json").json
    assert set(data) >= {"date", "working_day", "holiday", "flood", "freeze", "source"}
    assert (data["working_day"], data["holiday"], data["flood"], data["freeze"]) == expected


@pytest.mark.parametrize(
    "words",
    [
        ("calendar", "check", "2026-13-01"),
        ("calendar", "check", "2031-05-01"),
        ("calendar", "plan", "2026", "--format", "csv"),
        ("due", "--at", "yesterday"),
        ("due", "--at", "2031-05-01"),
        ("due", "--at", "9999-12-31T23:00-12:00"),
        ("due", "--at", "0001-01-01T00:00+14:00"),
        ("calendar", "check", "9999-12-31"),
        ("coverage", "--period", "9998"),
        ("coverage", "--period", "0001"),
        ("freeze", "--from", "1999-12-31"),
        ("rounds", "list", "--from", "9999-12-01", "--to", "9999-12-31"),
        ("rounds", "list", "--from", "2026-05-01", "--to", "2026-04-01"),
        ("rounds", "list", "--state", "lost"),
        ("rounds", "list", "--rule", "nope"),
        ("rounds", "plan", "nope@2026"),
        ("rounds", "plan", "pre_holiday@2026-国庆", "--date", "2026-12-01"),
        ("rounds", "plan", "pre_holiday@2026-国庆", "--format", "pdf"),
    ],
)
def test_bad_words_are_refused(words: tuple[str, ...]) -> None:
    said = call(*words)
    assert (said.code, said.out) == (2, "")
    assert "\u5185\u90e8\u9519\u8bef" not in said.err


# --- due ---


def test_due_at_28_april_has_the_round_of_labour_day() -> None:
    listed = rounds(call("due", "--at", "2026-04-28", "--format", "json"))
    one = listed["pre_holiday@2026-五一"]
    assert (one["anchor"], one["state"]) == ("五一", "due")
    assert all(set(each) >= ROUND for each in listed.values())


def test_due_at_5_june_has_the_flood_round() -> None:
    listed = rounds(call("due", "--at", "2026-06-05", "--format", "json"))
    assert listed["flood_monthly@2026-06"]["state"] == "due"
    assert not [one for one in listed.values() if one["state"] in {"overdue", "missed"}]


def test_a_journal_that_is_open_knows_overdue_and_missed(place: Path) -> None:
    contract(place, "2026-04-01")
    said = call("due", "-w", place, "--at", "2026-05-02", "--format", "json")
    assert said.code == 1
    listed = rounds(said)
    assert listed["pre_holiday@2026-五一"]["state"] == "missed"
    assert listed["pre_season@2026"]["state"] == "overdue"
    assert "pre_holiday@2026-五一" in said.err  # by name, on stderr too
    assert "quarterly_core@2026-Q1" not in listed  # was due before the contract began


def test_what_was_done_by_hand_is_filed_and_kept(place: Path, tmp_path: Path) -> None:
    contract(place, "2026-04-01")
    proof = tmp_path / "接地检测.pdf"
    proof.write_bytes(b"%PDF-1.7 earthing")
    words = ("rounds", "record", "half_year_earthing@2026-H1", "-w", place, "--by", "张三")
    said = call(*words, "--at", "2026-06-12", "--document", proof, "--format", "json")
    assert said.code == 0, said.err
    assert said.json["rounds"][0]["state"] == "done"
    late = call("rounds", "record", "pre_holiday@2026-五一", "-w", place, "--by", "李四", "--at",
                "2026-04-30", "--elsewhere", "--format", "json")  # fmt: skip
    assert late.json["rounds"][0]["state"] == "late"
    listed = rounds(
        call("rounds", "list", "-w", place, "--rule", "pre_holiday", "--at", "2026-05-02",
             "--format", "json")
    )  # fmt: skip
    assert listed["pre_holiday@2026-五一"]["state"] == "late"
    proven = call("verify", "-w", place, "--format", "json").json
    assert proven["intact"]
    kept = next(path for path in (place / ".xunjian" / "documents").rglob("*") if path.is_file())
    kept.write_bytes(b"something else")
    assert call("verify", "-w", place).code == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nope@2026", "--by", "张三"), "nope@2026"),
        (("earthing@2026-H3", "--by", "张三"), "half_year_earthing@2026-H"),
        (("daily@2026-05-01", "--by", " "), "--by"),
        (("daily@2026-05-01", "--by", "张三", "--at", "2199-01-01"), "2199"),
        (("daily@2026-05-01", "--by", "张三", "--document", "/nowhere.pdf"), "/nowhere.pdf"),
    ],
)
def test_nothing_is_filed_of_a_wrong_record(place: Path, words: tuple[str, ...], said: str) -> None:
    heard = call("rounds", "record", *words, "-w", place)
    assert heard.code == 2
    assert said in heard.err
    journal = place / ".xunjian" / "store.sqlite"
    assert not journal.exists() or open_store(place / ".xunjian").journal.entries() == ()


def test_a_declaration_gives_a_round_at_once(place: Path) -> None:
    words = ("calendar", "declare", "severe_weather", "-w", place, "--by", "张三", "--note", "台风")
    said = call(*words, "--from", "2026-07-10", "--to", "2026-07-12", "--format", "json")
    assert said.code == 0, said.err
    assert [one["id"] for one in said.json["rounds"]] == ["declared@20260710-1"]
    again = call(*words, "--from", "2026-07-10", "--site", "hangzhou", "--format", "json")
    assert [one["id"] for one in again.json["rounds"]] == ["declared@20260710-2"]
    assert again.json["rounds"][0]["sites"] == ["hangzhou"]
    listed = rounds(call("due", "-w", place, "--at", "2026-07-10", "--format", "json"))
    assert listed["declared@20260710-1"]["state"] == "due"
    for wrong in (("--to", "2026-07-01"), ("--site", "nowhere"), ("--system", "nothing")):
        assert call(*words, "--from", "2026-07-10", *wrong).code == 2
    assert (
        call("calendar", "declare", "war", "-w", place, "--from", "2026-07-10", "--by", "x").code
        == 2
    )


def test_a_clock_that_jumped_stops_the_machine_and_loses_nothing(place: Path) -> None:
    ahead = datetime.now(tz=zone()) + timedelta(days=3)
    store = open_store(place / ".xunjian")
    store.journal.add(JournalEntry(round_id="daily@2026-05-01", how="hand", at=ahead, by="张三"))
    store.close()
    looked = call("due", "-w", place)
    assert looked.code in {0, 1}
    assert "将来" in looked.err
    ran = call("due", "--run", "-w", place)
    assert ran.code == 2
    assert "时钟" in ran.err
    assert len(open_store(place / ".xunjian").journal.entries()) == 1


def test_a_broken_calendar_is_told_with_its_line(place: Path) -> None:
    (place / "playbooks" / "calendar.yml").write_text(
        "rules:\n  a: {playbook: dayly, anchor: day}\n", "utf-8"
    )
    for words in (("due",), ("lint",), ("calendar", "plan", "2026"), ("run", "daily", "-C")):
        said = call(*words, "-w", place)
        assert said.code == 2, words
        assert "playbooks/calendar.yml:2" in said.err, words


# --- the papers before a round ---


def test_the_papers_of_a_round_say_the_same(place: Path, tmp_path: Path) -> None:
    from docx import Document

    out = tmp_path / "papers"
    words = ("rounds", "plan", "pre_holiday@2026-国庆", "-w", place, "--people", "张三，李四")
    assert call(*words, "-o", out).code == 0
    data = call(*words, "--format", "json").json
    page = (out / "plan.md").read_text("utf-8")
    word = Document(str(out / "plan.docx"))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    texts = "\n".join([*(p.text for p in word.paragraphs), *cells])
    rooms = call(
        "list", "hosts", "-w", place, "--where", "room.class == 'core'", "--format", "json"
    )
    assert {d["name"] for d in data["devices"]} <= {one["name"] for one in rooms.json["hosts"]}
    assert len(data["devices"]) >= 7
    for shown in (
        *(d["label"] for d in data["devices"]),
        *data["items"],
        "张三、李四",
        "2026年9月28日",
    ):
        assert shown in texts
        assert shown in page.replace("\\", "")
    for paper in ("巡检告知函", "巡检同意单", "封网"):
        assert paper in texts
        assert paper in page


# --- runs of rounds ---


@pytest.fixture
def floor(own: Path) -> Path:
    """The clean lab with a small calendar."""
    (own / "playbooks").mkdir()
    (own / "playbooks" / "calendar.yml").write_text(SMALL, "utf-8")
    return own


def test_a_run_of_part_is_partial_and_the_rest_completes_it(floor: Path) -> None:
    def state() -> tuple[str, float]:
        said = call("due", "-w", floor, "--at", "2026-04-28", "--format", "json")
        one = rounds(said)["pre_holiday@2026-五一"]
        return one["state"], one["coverage"]

    run = ("run", "pre_holiday", "-w", floor, "--at", "2026-04-28", "--format", "json")
    part = call(*run, "-l", "ups")
    assert part.code == 0, part.err
    now, share = state()
    assert (now, 0 < share < 0.9) == ("partial", True)
    assert part.json["round_id"] == "pre_holiday@2026-五一"
    rest = call(*run, "-l", "!ups")
    assert rest.code == 0, [f for f in rest.json["findings"] if f["verdict"] == "abnormal"]
    done, reached = state()
    assert (done, reached >= 0.9) == ("done", True)
    few = part.json["totals"]["devices"]
    expected = round(few / share)  # things, and devices nobody asked, may not be among them
    assert few < expected <= few + rest.json["totals"]["devices"]
    store = open_store(floor / ".xunjian")
    assert store.record(part.json["run_id"]).round_id == "pre_holiday@2026-五一"


def test_a_run_outside_any_round_belongs_to_none(floor: Path) -> None:
    before = open_store(floor / ".xunjian").journal.entries()
    said = call(
        "run", "pre_holiday", "-w", floor, "--at", "2026-07-01", "-l", "hz-ups1", "--format", "json"
    )
    assert open_store(floor / ".xunjian").record(said.json["run_id"]).round_id == ""
    assert open_store(floor / ".xunjian").journal.entries() == before


def test_some_items_only_are_no_round(floor: Path) -> None:
    before = open_store(floor / ".xunjian").journal.entries()
    words = (
        "run",
        "pre_holiday",
        "-w",
        floor,
        "--at",
        "2026-04-28",
        "-l",
        "ups",
        "--format",
        "json",
    )
    said = call(*words, "-t", "power")
    assert said.code in {0, 4}
    assert open_store(floor / ".xunjian").journal.entries() == before


def test_due_run_makes_what_is_due_and_nothing_twice(floor: Path) -> None:
    words = ("due", "--run", "-w", floor, "--at", "2026-04-28", "--format", "json")
    first = call(*words)
    assert first.code == 0, first.err
    listed = rounds(first)
    done = {key for key, one in listed.items() if one["state"] == "done"}
    assert done == {"daily@2026-04-28", "pre_holiday@2026-五一", "spot@2026-W18"}
    assert len(listed["spot@2026-W18"]["runs"]) == 1
    store = open_store(floor / ".xunjian")
    spot = store.record(listed["spot@2026-W18"]["runs"][0])
    everybody = call("list", "hosts", "-w", floor, "--format", "json").json["hosts"]
    addressed = sum(one["address"] is not None for one in everybody)
    (entry,) = (e for e in store.journal.entries() if e.round_id == "spot@2026-W18")
    assert len(entry.drawn) == math.ceil(addressed / 10)  # a tenth, the same whoever draws
    bad = {one.finding.device for one in store.open_matters("daily", spot.started_at)}
    assert bad, "the daily round of the same cards found something"
    assert {device.name for device in spot.devices} == {*entry.drawn, *bad}
    made = len(store.runs())
    again = call(*words)
    assert (again.code, len(store.runs())) == (0, made)
    assert listed["earthing@2026-H1"]["state"] == "due"
    assert "xunjian rounds record earthing@2026-H1" in first.err
    assert re.search("没有要看的设备.*edge|没有要看的设备", first.err)


QUARTER = """\
rules:
  core: {playbook: daily, anchor: quarter, where: "kind == 'ups'"}
  everything: {playbook: daily, anchor: quarter}
  storm: {playbook: daily, anchor: declaration}
"""


def test_one_run_over_everything_ticks_the_narrower_round_too(floor: Path) -> None:
    (floor / "playbooks" / "calendar.yml").write_text(QUARTER, "utf-8")
    words = ("calendar", "declare", "severe_weather", "-w", floor, "--by", "张三")
    assert call(*words, "--from", "2026-04-28").code == 0
    due = ("due", "--run", "-w", floor, "--at", "2026-04-28", "--format", "json")
    listed = rounds(call(*due))
    core, whole = listed["core@2026-Q2"], listed["everything@2026-Q2"]
    assert (core["state"], whole["state"]) == ("done", "done")
    assert core["runs"] == whole["runs"]
    storm = listed["storm@20260428-1"]
    assert (storm["state"], storm["runs"] == whole["runs"]) == ("done", False)  # one of its own


def test_a_narrow_run_leaves_the_wider_round_open(floor: Path) -> None:
    (floor / "playbooks" / "calendar.yml").write_text(QUARTER, "utf-8")
    assert call("run", "daily", "-w", floor, "--at", "2026-04-28", "-l", "ups").code == 0
    listed = rounds(call("due", "-w", floor, "--at", "2026-04-28", "--format", "json"))
    assert listed["core@2026-Q2"]["state"] == "done"
    assert listed["everything@2026-Q2"]["state"] == "due"


def test_two_at_once_are_refused(floor: Path) -> None:
    from xunjian.store.lock import held

    with held(floor / ".xunjian" / "calendar", "due --run"):
        said = call("due", "--run", "-w", floor, "--at", "2026-04-28")
    assert said.code == 6


@settings(deadline=None, max_examples=12)
@given(st.dates(min_value=datetime(2020, 1, 1).date(), max_value=datetime(2026, 12, 31).date()))  # noqa: DTZ001
def test_due_answers_on_every_known_day(day: Any) -> None:
    said = call("due", "--at", day.isoformat(), "--format", "json")
    assert said.code == 0, said.err
    listed = json.loads(said.out)["rounds"]
    assert f"daily@{day.isoformat()}" in {one["id"] for one in listed}


def test_what_failed_is_visited_again_for_the_same_round(floor: Path) -> None:
    run = ("run", "pre_holiday", "-w", floor, "--at", "2026-04-28", "--format", "json")
    first = call(*run, "-l", "hz-ups1").json
    store = open_store(floor / ".xunjian")
    store.journal.add(
        JournalEntry(
            round_id="pre_holiday@2026-五一", how="reopened", by="张三", note="记录作废",
            at=datetime(2026, 4, 28, 12, tzinfo=zone()),
        )
    )  # fmt: skip
    again = call("run", "--resume", first["run_id"], "-w", floor, "--format", "json")
    assert again.code == 0, again.err
    assert store.record(first["run_id"]).round_id == "pre_holiday@2026-五一"
    assert "归入：pre_holiday@2026-五一" in call(*run, "-l", "hz-ups1").err
    used = {c.relative for c in store.record(store.runs()[0].run_id).content}
    assert "playbooks/calendar.yml" in used
