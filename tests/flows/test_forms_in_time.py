"""Forms that come back weeks later: days count from when somebody stood there."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.command_line import call
from tests.fixtures.site_forms import PLAYBOOK, export, fill, make_site, report, take

UPS = """
hz-ups:
  data: {kind: ups, label: 一号UPS, room: hz-core}
"""
ROUND = PLAYBOOK.replace(
    "[reachability, room_climate, room_fire, earthing_resistance]", "[ups_battery_look, room_fire]"
)
CHECK = "ups_battery_look.discharged_on"
TODAY = datetime.now()  # noqa: DTZ005 - as a cell holds it


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A round that was made ninety days ago; its form is filled in now."""
    make_site(tmp_path, ROUND)
    hosts = tmp_path / "inventory" / "hosts.yml"
    hosts.write_text(hosts.read_text("utf-8") + UPS, "utf-8")
    day = (TODAY - timedelta(days=90)).strftime("%Y-%m-%d")
    made = call("run", "site", "-w", tmp_path, "-o", tmp_path / "out", "--at", day)
    assert made.code == 0, made.err
    return tmp_path


def judged(site: Path, inspected: datetime, **answers: datetime) -> dict[str, Any]:
    said = {item: {"value": day} for item, day in answers.items()}
    taken = take(site, fill(export(site), said, at=inspected))
    assert taken.code == 0, taken.err
    return {one["check"]: one for one in report(site)["findings"]}


def test_days_count_from_the_inspection_not_from_the_round_nor_from_the_import(site: Path) -> None:
    seen = TODAY - timedelta(days=30)
    seen = seen.replace(hour=9, minute=0, second=0, microsecond=0)
    day = (seen - timedelta(days=189)).replace(hour=0)
    found = judged(site, seen, 最近一次放电试验=day)[CHECK]
    assert (found["value"], found["verdict"]) == (189, "normal")  # 219 today, 129 at the round


def test_an_expiry_is_held_against_the_day_of_the_inspection(site: Path) -> None:
    seen = (TODAY - timedelta(days=30)).replace(hour=9, minute=0, second=0, microsecond=0)
    until = (seen + timedelta(days=20)).replace(hour=0)  # over by now, not when it was looked at
    found = judged(site, seen, 灭火器有效期至=until)["room_fire.extinguishers_until"]
    assert (found["value"], found["verdict"]) == (20, "warning")


def test_a_last_time_that_lies_ahead_is_no_normal(site: Path) -> None:
    seen = (TODAY - timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
    ahead = (seen + timedelta(days=365)).replace(hour=0)
    assert judged(site, seen, 最近一次放电试验=ahead)[CHECK]["verdict"] == "warning"
