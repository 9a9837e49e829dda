"""A conference as the duty desk guarantees it: step by step, out of order, and called off."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.command_line import Said, call
from tests.fixtures.site_forms import Cells, export, fill, take
from xunjian.workspace import builtin_root

SITES = """
sites:
  hz: {title: 杭州, level: city}
rooms:
  hz-hall: {title: 杭州主会场, site: hz, class: venue}
"""
HOSTS = """
hz-hall-room:
  data: {kind: room, label: 杭州主会场, room: hz-hall}
hz-fibre:
  data: {kind: line, label: 杭州光缆, room: hz-hall}
"""
MEETING = "2026-防汛会商"
STEPS = ("conference", "conference_join", "conference_during", "conference_after")
BEFORE: dict[str, Cells] = {
    "供电与配电": {"verdict": "正常"}, "市电电压": {"value": 223}, "以往故障复查": {"verdict": "正常"},
}  # fmt: skip


@pytest.fixture
def site(tmp_path: Path) -> Path:
    shipped = (builtin_root() / "playbooks" / "calendar.yml").read_text("utf-8")
    listed = "conferences: [{name: 防汛会商, from: 2026-06-24, to: 2026-06-24}]"
    for name, text in (
        ("xunjian.yml", "contract: {name: 合同, starts: 2026-01-01}\n"),
        ("inventory/hosts.yml", HOSTS),
        ("inventory/sites.yml", SITES),
        ("playbooks/calendar.yml", shipped.replace("conferences: []", listed)),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for name in STEPS:  # the shipped ones, with two documents to write instead of seven
        text = (builtin_root() / "playbooks" / f"{name}.yml").read_text("utf-8")
        formats = text.index("formats: [")
        text = text[:formats] + "formats: [json, md]" + text[text.index("]", formats) + 1 :]
        (tmp_path / "playbooks" / f"{name}.yml").write_text(text, "utf-8")
    return tmp_path


def run(site: Path, playbook: str, day: str) -> Said:
    said = call("run", playbook, "-w", site, "--at", day, "-o", site / "out")
    assert said.code == 0, said.err
    return said


def answer(site: Path, answers: dict[str, Cells], at: datetime) -> None:
    said = take(site, fill(export(site), answers, at=at))
    assert said.code == 0, said.err


def document(site: Path) -> str:
    return (site / "out" / "report.md").read_text("utf-8")


def step(site: Path, rule: str, day: str) -> Any:
    said = call("rounds", "list", "-w", site, "--rule", rule, "--at", day, "--format", "json")
    return next(one for one in said.json["rounds"] if MEETING in one["id"])


def test_step_after_step(site: Path) -> None:
    said = run(site, "conference", "2026-06-23")
    assert f"conference@{MEETING}" in said.err
    assert step(site, "conference", "2026-06-23")["state"] == "partial"  # its form is still out
    answer(site, BEFORE, datetime(2026, 6, 23, 10))  # noqa: DTZ001 - as a cell holds it
    assert step(site, "conference", "2026-06-23")["state"] == "done"

    said = run(site, "conference_join", "2026-06-24")
    assert f"conference_join@{MEETING}" in said.err
    assert "前一步" not in said.err
    answer(site, {"开机入会": {"verdict": "正常"}}, datetime(2026, 6, 24, 8, 30))  # noqa: DTZ001
    told = next(line for line in document(site).splitlines() if "会议保障各步" in line)
    assert "会前检查 完成（轮次 " in told
    assert "→ 开机入会 完成（轮次 " in told
    assert "→ 关机断电 " in told
    assert "前一步" not in document(site)

    for _ in range(2):  # watched again and again: each run belongs to the day's round
        assert (
            f"conference_during@{MEETING}-0624" in run(site, "conference_during", "2026-06-24").err
        )
        answer(site, {"会中巡查": {"verdict": "正常"}}, datetime(2026, 6, 24, 10))  # noqa: DTZ001
    watched = step(site, "conference_during", "2026-06-24")
    assert (watched["state"], len(watched["runs"])) == ("done", 2)

    run(site, "conference_after", "2026-06-24")
    well: dict[str, Cells] = {"关机断电": {"verdict": "正常"}, "设备问题": {"verdict": "正常"}}
    answer(site, well, datetime(2026, 6, 24, 18))  # noqa: DTZ001 - as a cell holds it
    assert step(site, "conference_after", "2026-06-24")["state"] == "done"
    assert call("due", "-w", site, "--at", "2026-06-24").err.count("前一步") == 0


def test_a_step_out_of_order_is_made_and_says_so_everywhere(site: Path) -> None:
    said = run(site, "conference_join", "2026-06-24")
    missing = f"前一步没有做完：会前检查（防汛会商） conference@{MEETING}"
    assert missing in said.err
    assert missing in document(site)
    answer(site, {"开机入会": {"verdict": "正常"}}, datetime(2026, 6, 24, 8, 30))  # noqa: DTZ001
    due = call("due", "-w", site, "--at", "2026-06-24", "--format", "json").json["rounds"]
    by_rule = {one["rule"]: one for one in due if MEETING in one["id"]}
    assert by_rule["conference"]["state"] == "overdue"
    assert by_rule["conference_join"]["state"] == "done"
    assert missing in by_rule["conference_join"]["reason"]
    assert by_rule["conference_join"]["after"] == f"conference@{MEETING}"


def test_a_step_that_was_skipped_is_missed(site: Path) -> None:
    said = call("due", "-w", site, "--at", "2026-06-26", "--format", "json")
    states = {one["rule"]: one["state"] for one in said.json["rounds"] if MEETING in one["id"]}
    assert states == dict.fromkeys(STEPS, "missed")
    assert said.code == 1
    assert f"conference_join@{MEETING}" in said.err


def test_a_conference_that_is_cancelled(site: Path) -> None:
    words = ("--by", "李处", "--note", "改为电话会商")
    said = call(
        "rounds", "cancel", f"conference_join@{MEETING}", "-w", site, *words, "--format", "json"
    )
    assert said.code == 0, said.err
    assert {one["state"] for one in said.json["rounds"]} == {"cancelled"}
    assert "李处：改为电话会商" in said.json["rounds"][0]["reason"]
    listed = call("rounds", "list", "-w", site, "--from", "2026-06-20", "--to", "2026-06-30")
    assert "漏做" not in "".join(line for line in listed.out.splitlines() if MEETING in line)
    assert call("verify", "-w", site).code == 0


@pytest.mark.parametrize(
    ("round_id", "more", "said"),
    [
        ("monthly_rooms@2026-06", ("--by", "李处", "--note", "x"), "不是会议保障"),
        (f"conference@{MEETING}", ("--by", " ", "--note", "x"), "--by"),
        (f"conference@{MEETING}", ("--by", "李处", "--note", ""), "--note"),
    ],
)
def test_what_cannot_be_cancelled(
    site: Path, round_id: str, more: tuple[str, ...], said: str
) -> None:
    heard = call("rounds", "cancel", round_id, "-w", site, *more)
    assert heard.code == 2
    assert said in heard.err


def test_a_conference_declared_today_names_its_steps(site: Path) -> None:
    words = ("--from", "2026-06-24", "--by", "张三", "--note", "应急会商", "--format", "json")
    said = call("calendar", "declare", "conference", "-w", site, *words)
    assert said.code == 0, said.err
    assert [one["rule"] for one in said.json["rounds"]] == list(STEPS)
    assert {one["playbook"] for one in said.json["rounds"]} == set(STEPS)


def test_of_two_conferences_on_a_day_a_run_may_name_the_second(site: Path) -> None:
    calendar = site / "playbooks" / "calendar.yml"
    first = "conferences: [{name: 防汛会商, from: 2026-06-24, to: 2026-06-24}"
    text = calendar.read_text("utf-8")
    assert first in text
    other = first + ", {name: 财政会商, from: 2026-06-24, to: 2026-06-24}"
    calendar.write_text(text.replace(first, other), "utf-8")
    words = ("-w", site, "--at", "2026-06-24", "-o", site / "out")
    named = "conference_join@2026-财政会商"
    said = call("run", "--round", named, *words)
    assert said.code == 0, said.err
    assert named in said.err
    assert "conference@2026-财政会商" in said.err  # the step before it
    assert step(site, "conference_join", "2026-06-24")["runs"] == []
    wrong = call("run", "daily", "--round", named, *words)
    assert wrong.code == 2
    assert "conference_join" in wrong.err


def test_nobody_is_expected_at_a_conference_that_is_cancelled(site: Path) -> None:
    def expected() -> int:
        words = ("--period", "2026-06", "--rule", "conference", "--at", "2026-11-01")
        found = call("coverage", "-w", site, *words, "--format", "json")
        return sum(one["expected"] for one in found.json["rows"])

    assert expected() == 2
    words = ("--by", "李处", "--note", "改为电话会商")
    assert call("rounds", "cancel", f"conference@{MEETING}", "-w", site, *words).code == 0
    assert expected() == 2  # on that day nobody knew yet
    found = call(
        "coverage", "-w", site, "--period", "2026-06", "--rule", "conference", "--format", "json"
    )
    assert sum(one["expected"] for one in found.json["rows"]) == 0
