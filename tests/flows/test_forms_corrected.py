"""What was said once is said otherwise: corrected, withdrawn, waived, taken in by another day."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.command_line import call
from tests.fixtures.site_forms import ALL_WELL, export, fill, report, take

NINE = datetime(2026, 11, 22, 9, 30)  # noqa: DTZ001 - as a cell holds it
NOON = datetime(2026, 11, 22, 12, 0)  # noqa: DTZ001
WARM = "room_climate.temperature"


def hand_in(site: Path, value: object, *, at: datetime = NINE, by: str = "张三") -> None:
    said = {"机房温度": value if isinstance(value, dict) else {"value": value}}
    taken = take(site, fill(export(site), said, at=at, by=by))
    assert taken.code == 0, taken.err


def found(site: Path, check: str = WARM) -> Any:
    return next(one for one in report(site)["findings"] if one["check"] == check)


@pytest.mark.parametrize(("first", "then"), [(20, 21), (21, 20), (23, 22), (50, 20), (20, 50)])
def test_of_one_persons_answers_of_one_time_the_one_handed_in_last_holds(
    site: Path, first: int, then: int
) -> None:
    """Who corrects a cell of a form leaves the time of inspection as it was."""
    blank = export(site)
    for value in (first, then):
        taken = take(site, fill(blank, {"机房温度": {"value": value}}))
        assert taken.code == 0, taken.err
    assert found(site)["value"] == then


def test_of_two_times_the_later_one_holds_whichever_came_back_first(site: Path) -> None:
    hand_in(site, 22, at=NOON)
    hand_in(site, {"value": 40, "verdict": "异常", "cause": "空调停机"}, at=NINE)
    assert (found(site)["value"], found(site)["verdict"]) == (22, "normal")


def test_a_waiver_does_not_reach_back_into_a_round_that_was_before_it(site: Path) -> None:
    """Not by a new answer, and not by one about something else of the same room."""
    hand_in(site, 40)
    words = ("--approver", "李处", "--reason", "空调已订", "--until", "2099-12-31")
    assert call("waive", found(site)["id"], *words, "-w", site).code == 0
    assert take(site, fill(export(site), {"灭火器材": ALL_WELL["灭火器材"]})).code == 0
    assert found(site)["verdict"] == "abnormal"
    hand_in(site, 41, at=NOON)
    assert (found(site)["value"], found(site)["verdict"]) == (41, "abnormal")
    assert call("run", "site", "-w", site, "-o", site / "next").code == 0
    hand_in(site, 42)
    assert (found(site)["value"], found(site)["verdict"]) == (42, "waived")
    assert call("verify", "-w", site).code == 0
