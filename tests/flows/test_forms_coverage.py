"""A signed form counts as seen: what was answered, and nothing else, enters journal and coverage."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.command_line import call
from tests.fixtures.site_forms import ALL_WELL, HOSTS, Cells, export, fill, make_site
from xunjian.store import open_store

CALENDAR = """
rules:
  month: {playbook: site, anchor: month}
"""
ITEMS_OF_THE_ROOM = ("机房温度", "机房相对湿度", "灭火器材", "灭火器有效期至")
BOX = """
hz-box:
  data: {kind: box, label: 设备箱, room: hz-core}
"""
AT = datetime(2026, 7, 10, 9, 30)  # noqa: DTZ001 - as a cell holds it


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A round of July over a room, an electrode, and a box that no item of the round asks about."""
    make_site(tmp_path)
    (tmp_path / "xunjian.yml").write_text("contract: {name: 合同, starts: 2026-01-01}\n", "utf-8")
    (tmp_path / "playbooks" / "calendar.yml").write_text(CALENDAR, "utf-8")
    (tmp_path / "inventory" / "hosts.yml").write_text(HOSTS + BOX, "utf-8")
    made = call("run", "site", "-w", tmp_path, "--at", "2026-07-10", "-o", tmp_path / "out")
    assert made.code == 0, made.err
    return tmp_path


def covered(site: Path) -> Any:
    words = ("--period", "2026-07", "--at", "2026-07-20", "--format", "json")
    said = call("coverage", "-w", site, *words)
    assert said.code == 0, said.err
    return said.json


def unseen(site: Path) -> dict[str, str]:
    return {one["device"]: one["reason"] for one in covered(site)["unseen"]}


def hand_in(site: Path, answers: Mapping[str, Cells], at: datetime = AT) -> None:
    form = fill(export(site), answers, at=at)
    assert call("forms", "import", "latest", form, "-w", site, "-o", site / "out").code == 0


def take(site: Path, *items: str) -> None:
    hand_in(site, {item: ALL_WELL[item] for item in items})


def journal(site: Path) -> float | None:
    entries = open_store(site / ".xunjian").journal.entries()
    return [one.coverage for one in entries if one.round_id == "month@2026-07"][-1]


def due(site: Path) -> set[str]:
    plan = call("due", "-w", site, "--at", "2026-07-20", "--format", "json").json["rounds"]
    return {one["id"] for one in plan if one["state"] != "done"}


def test_before_its_form_comes_back_a_thing_was_not_seen(site: Path) -> None:
    assert unseen(site) == {
        "hz-room": "awaiting_form", "hz-earth": "awaiting_form", "hz-box": "no_address",
    }  # fmt: skip
    assert journal(site) == 0


def test_only_what_was_answered_counts(site: Path) -> None:
    take(site, *ITEMS_OF_THE_ROOM)
    assert unseen(site) == {"hz-earth": "awaiting_form", "hz-box": "no_address"}
    assert journal(site) == 0.5
    row = covered(site)["rows"][0]
    assert (row["seen"], row["expected"]) == (1, 3)


def test_a_thing_half_answered_was_not_seen_whole(site: Path) -> None:
    take(site, "机房温度", "连接与防雷器", "接地电阻")
    assert unseen(site)["hz-room"] in {"incomplete", "awaiting_form"}
    assert "hz-earth" not in unseen(site)


def test_all_answered_the_round_is_done_and_what_no_item_asks_stays_named(site: Path) -> None:
    """The round is done by what its items ask; the rest of the register is shown, not hidden."""
    take(site, *ALL_WELL)
    assert unseen(site) == {"hz-box": "no_address"}
    assert journal(site) == 1.0
    assert "month@2026-07" not in due(site)


def test_where_a_person_writes_not_checked_nobody_looked(site: Path) -> None:
    """And who withdraws an answer takes what was seen back with it."""
    unlooked = {item: {"verdict": "未检", "remark": "门锁着"} for item in ALL_WELL}
    hand_in(site, unlooked)
    assert unseen(site) == {
        "hz-room": "incomplete", "hz-earth": "incomplete", "hz-box": "no_address",
    }  # fmt: skip
    assert journal(site) == 0
    assert "month@2026-07" in due(site)
    later = AT.replace(hour=11)
    hand_in(site, ALL_WELL, at=later)
    assert unseen(site) == {"hz-box": "no_address"}
    assert journal(site) == 1.0
    assert "month@2026-07" not in due(site)
    hand_in(site, {"接地电阻": unlooked["接地电阻"]}, at=later.replace(hour=12))
    assert unseen(site) == {"hz-earth": "incomplete", "hz-box": "no_address"}
    assert journal(site) == 0.5
    assert call("verify", "-w", site).code == 0
