"""Notices as a user meets them: a round of the lab, the calendar, a test message, a wrong name."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.command_line import call
from tests.fixtures.sinks import HttpSink, http_sink
from xunjian.lab import LabHandle

CANARY = "canary5d0e8f2b71"
PLAYBOOK = """\
title: {zh: 值班巡检, en: Duty round}
hosts: hz-core-sw1,hz-ups1
tasks: [reachability, environment]
notify: {on: [level_i, level_ii, missed, overdue, finished], to: [duty]}
"""
CALENDAR = "rules:\n  duty: {playbook: duty, anchor: day}\n"


@pytest.fixture
def sink(monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpSink]:
    with http_sink() as found:
        monkeypatch.setenv("DUTY_URL", f"json://127.0.0.1:{found.port}/{CANARY}")
        yield found


@pytest.fixture
def place(own: Path, lab: LabHandle) -> Path:
    """The lab with a failed fan, a playbook that tells of it, and recipients."""
    lab.plant("fan-failed")
    (own / "playbooks").mkdir()
    (own / "playbooks" / "duty.yml").write_text(PLAYBOOK, "utf-8")
    (own / "playbooks" / "calendar.yml").write_text(CALENDAR, "utf-8")
    marker = own / "xunjian.yml"
    text = marker.read_text("utf-8").replace("contract:\n", "contract:\n  starts: 2026-04-20\n")
    marker.write_text(f"{text}\nnotify: {{duty: [{{url: {{env: DUTY_URL}}}}]}}\n", "utf-8")
    return own


def titles(sink: HttpSink) -> list[str]:
    return [one.body["title"] for one in sink.taken]


def test_a_round_tells_of_its_findings_once(place: Path, sink: HttpSink) -> None:
    begun = time.monotonic()
    first = call("run", "duty", "-w", place)
    assert time.monotonic() - begun < 120
    assert first.code == 1, first.err
    assert "发出 2 条通知" in first.err
    assert "尚未启用" not in first.err
    found, ended = titles(sink)
    assert found.startswith("【巡检】发现问题：II 级 1 条")
    assert ended == "【巡检】巡检完成：值班巡检"
    message = sink.taken[0].body["message"]
    for part in ("hz-core-sw1", "风扇 [0/2]", "标准：", "建议：", "复测仍如此"):
        assert part in message
    second = call("run", "duty", "-w", place)
    assert second.code == 1
    assert titles(sink)[2:] == ["【巡检】巡检完成：值班巡检"]
    listed = call("notices", "list", "-w", place, "--format", "json").json["notices"]
    assert [one["event"] for one in listed] == ["finished", "finished", "level_ii"]
    for said in (first.err, first.out, second.err, call("config", "-w", place).out, str(listed)):
        assert CANARY not in said


def test_a_round_that_was_not_made_is_told_of_once(place: Path, sink: HttpSink) -> None:
    words = ("due", "--run", "-w", place, "--at", "2026-04-23")
    looked = call("due", "-w", place, "--at", "2026-04-23")
    assert (looked.code, sink.taken) == (1, [])  # who only looks sends nothing
    first = call(*words)
    assert first.code == 1, first.err
    (late,) = [one for one in sink.taken if "漏做" in one.body["title"]]
    assert late.body["title"] == "【巡检】漏做 3 轮"
    for day in ("2026-04-20", "2026-04-21", "2026-04-22"):
        assert f"duty@{day}" in late.body["message"]
    before = len(sink.taken)
    again = call(*words)
    assert again.code == 1
    assert len(sink.taken) == before


def test_a_test_message(place: Path, sink: HttpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call("notices", "test", "duty", "-w", place).code == 0
    assert titles(sink) == ["【巡检】试发通知"]
    assert call("--lang", "en", "notices", "test", "duty", "-w", place).code == 0
    assert titles(sink)[1:] == ["[xunjian] test notice"]
    wrong = call("notices", "test", "dutty", "-w", place)
    assert wrong.code == 2
    assert "duty" in wrong.err
    monkeypatch.delenv("DUTY_URL")
    lost = call("notices", "test", "duty", "-w", place)
    assert lost.code == 3
    assert "收件地址取不到" in lost.err


def test_without_recipients_the_round_says_that_nobody_was_told(
    place: Path, sink: HttpSink
) -> None:
    marker = place / "xunjian.yml"
    marker.write_text(marker.read_text("utf-8").partition("\nnotify:")[0], "utf-8")
    said = call("run", "duty", "-w", place)
    assert said.code == 1
    assert "没有设收件人 duty" in said.err
    assert sink.taken == []


def test_a_service_that_is_down_costs_nothing_but_a_line(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xunjian.notify.senders.WAITS_S", (0.0, 0.0))
    monkeypatch.setenv("DUTY_URL", f"wecombot://{CANARY}")
    with http_sink() as gone:
        port = gone.port
    from xunjian.notify.robots import WeComBot

    monkeypatch.setattr(WeComBot, "notify_url", f"http://127.0.0.1:{port}/?key={{key}}")
    monkeypatch.setattr(WeComBot, "request_rate_per_sec", 0)
    said = call("run", "duty", "-w", place)
    assert said.code == 1
    assert "通知没有送到 duty：连接不上" in said.err
    assert CANARY not in said.err + said.out


def test_lint_knows_recipients(place: Path) -> None:
    (place / "playbooks" / "duty.yml").write_text(PLAYBOOK.replace("[duty]", "[dutty]"), "utf-8")
    said = call("lint", "-w", place)
    assert said.code == 2
    assert "playbooks/duty.yml:4" in said.err + said.out
    assert "duty" in said.err + said.out
