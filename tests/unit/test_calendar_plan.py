"""Rules into rounds: what stands in a year's plan, and what may not stand in calendar.yml."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xunjian.calendar.content import Calendar
from xunjian.calendar.freeze import freeze_windows, strictest
from xunjian.calendar.load import load_calendar, read_calendar
from xunjian.calendar.model import Declaration, FreezeMode, FreezeOverride, JournalEntry, Round
from xunjian.calendar.plan import find_round, plan_span, plan_year
from xunjian.errors import ContentError, UsageError
from xunjian.language import Language
from xunjian.schema import load_yaml
from xunjian.workspace import open_workspace

SHIPPED = load_calendar(open_workspace())
PLAYBOOKS = frozenset({"daily", "pre_holiday", "flood_season"})


def calendar(text: str) -> Calendar:
    return read_calendar(load_yaml(Path("calendar.yml"), text), PLAYBOOKS)


def of(rule: str, year: int = 2026, source: Calendar = SHIPPED) -> dict[str, Round]:
    return {one.anchor: one for one in plan_year(source, year) if one.rule == rule}


@pytest.mark.parametrize(
    ("anchor", "first", "due"),
    [
        ("春节", "2026-02-12", "2026-02-13"),  # Saturday 14 is worked
        ("清明", "2026-04-01", "2026-04-02"),
        ("五一", "2026-04-28", "2026-04-29"),
        ("端午", "2026-06-16", "2026-06-17"),
        ("中秋", "2026-09-22", "2026-09-23"),
        ("国庆", "2026-09-28", "2026-09-29"),
        ("元旦", "2026-12-29", "2026-12-30"),  # of 2027: estimated
    ],
)
def test_pre_holiday_rounds_of_2026(anchor: str, first: str, due: str) -> None:
    one = of("pre_holiday")[anchor]
    assert (one.first.isoformat(), one.due.isoformat()) == (first, due)


def test_an_estimated_holiday_says_so() -> None:
    assert of("pre_holiday")["元旦"].id == "pre_holiday@2027-元旦"
    assert "通知" in of("pre_holiday")["元旦"].reason.zh
    assert not of("pre_holiday")["国庆"].reason.zh


def test_merged_holidays_give_one_round_that_ticks_both() -> None:
    rounds = of("pre_holiday", 2025)
    assert rounds["国庆、中秋"].ticks == ("国庆", "中秋")
    assert rounds["国庆、中秋"].id == "pre_holiday@2025-国庆"
    assert len(rounds) == 6  # 元旦 of 2026 is due in 2025


@settings(deadline=None)
@given(st.integers(min_value=2005, max_value=2026), st.integers(min_value=2, max_value=10))
def test_one_whole_working_day_lies_between_due_and_the_holiday(year: int, ahead: int) -> None:
    source = calendar(
        f"working_days: {ahead}\nrules: {{p: {{playbook: pre_holiday, anchor: before_holiday}}}}"
    )
    days = source.days
    for one in plan_year(source, year):
        opens = next(
            h.first for h in days.holidays if one.ticks[0] in h.names and h.first > one.due
        )
        between = [
            d for d in (date.fromordinal(n) for n in range(one.first.toordinal(), opens.toordinal()))
            if days.is_working(d)
        ]  # fmt: skip
        assert len(between) == ahead
        assert between[0] == one.first
        assert [day for day in between if day > one.due] == between[-1:]


@settings(deadline=None)
@given(st.integers(min_value=2005, max_value=2026))
def test_ids_are_unique_and_lead_back(year: int) -> None:
    rounds = plan_year(SHIPPED, year)
    assert len({one.id for one in rounds}) == len(rounds)
    assert all(one.first <= one.due <= (one.last or one.due) for one in rounds)
    assert {one.due.year for one in rounds} == {year}
    for one in rounds[:: len(rounds) // 25]:
        assert find_round(SHIPPED, one.id) == one


def test_a_plan_does_not_depend_on_the_span_asked_for() -> None:
    whole = plan_year(SHIPPED, 2026)
    parts = plan_span(SHIPPED, date(2026, 1, 1), date(2026, 6, 30)) + plan_span(
        SHIPPED, date(2026, 7, 1), date(2026, 12, 31)
    )
    assert whole == parts


def test_flood_rounds_are_may_to_october_for_water() -> None:
    rounds = of("flood_monthly")
    assert [one.due.month for one in rounds.values()] == [5, 6, 7, 8, 9, 10]
    assert all(one.systems == ("water",) for one in rounds.values())
    (before,) = of("pre_season").values()
    assert (before.first, before.due) == (date(2026, 4, 1), date(2026, 4, 30))


def test_zones_add_months_for_their_own_sites_only() -> None:
    text = """
flood_season:
  months: [5, 6, 7, 8, 9, 10]
  systems: [water]
  zones: {south: {months: [4, 5, 6]}, north: {months: [6, 7]}}
  add_zones: [south, north]
rules: {flood: {playbook: flood_season, anchor: season_month}}
"""
    rounds = plan_year(calendar(text), 2026)
    assert [one.due.month for one in rounds] == [4, 5, 6, 7, 8, 9, 10]
    assert rounds[0].where == "site.flood_zone == 'south'"
    assert rounds[0].id == "flood@2026-04-south"


def test_the_years_shape() -> None:
    by_rule: dict[str, int] = {}
    for one in plan_year(SHIPPED, 2026):
        by_rule[one.rule] = by_rule.get(one.rule, 0) + 1
    assert by_rule["daily"] == 365
    assert by_rule["handover"] == 730
    assert by_rule["weekly_spot_check"] == 52
    assert by_rule["monthly_rooms"] == 12
    assert by_rule["quarterly_core"] == by_rule["quarterly_equipment"] == 4
    assert by_rule["half_year_edge"] == by_rule["half_year_power_on"] == 2
    assert by_rule["reinforced"] == 33  # every day off of 2026's seven holidays
    assert {one.due.day for one in of("monthly_rooms").values()} == {9}


def test_guarantees_and_conferences() -> None:
    text = """
guarantees: [{name: 两会, from: 2026-03-04, to: 2026-03-06, sites: [hangzhou]}]
conferences: [{name: 会商, from: 2026-06-22, to: 2026-06-22}]
rules:
  pre: {playbook: pre_holiday, anchor: before_guarantee}
  more: {playbook: daily, anchor: during_guarantee}
  meet: {playbook: daily, anchor: conference, working_days: 2}
freeze: [{name: keep, anchor: guarantee, mode: no_touch, check: pre}]
"""
    source = calendar(text)
    rounds = {one.id: one for one in plan_year(source, 2026)}
    assert rounds["pre@2026-两会"].first == date(2026, 2, 28)  # a Saturday, worked
    assert rounds["pre@2026-两会"].due == date(2026, 3, 2)
    assert [key for key in rounds if key.startswith("more@")] == [
        "more@2026-两会-0304", "more@2026-两会-0305", "more@2026-两会-0306"
    ]  # fmt: skip
    # 19 to 21 June is 端午
    assert rounds["meet@2026-会商"].first == date(2026, 6, 17)
    assert rounds["meet@2026-会商"].due == date(2026, 6, 18)
    (window,) = freeze_windows(source, date(2026, 1, 1), date(2026, 12, 31))
    assert (window.name, window.check_round) == ("keep@2026-两会", "pre@2026-两会")
    assert window.sites == ("hangzhou",)


def test_a_declaration_gives_a_round_at_once() -> None:
    given_one = Declaration(
        id="20260710-1", what="severe_weather", first=date(2026, 7, 10), last=date(2026, 7, 12)
    )
    rounds = [one for one in plan_year(SHIPPED, 2026, [given_one]) if one.rule == "declared"]
    assert [(one.id, one.first, one.due, one.last) for one in rounds] == [
        ("declared@20260710-1", date(2026, 7, 10), date(2026, 7, 10), date(2026, 7, 12))
    ]
    assert find_round(SHIPPED, "declared@20260710-1", [given_one]) == rounds[0]


def test_unknown_years_say_what_to_add() -> None:
    for year in (2031, 1999):
        with pytest.raises(UsageError) as caught:
            plan_year(SHIPPED, year)
        assert caught.value.exit_code == 2
        assert f"year: {year}" in caught.value.hint.zh


# --- freezes ---


def test_every_statutory_holiday_is_frozen_and_cites_its_check() -> None:
    at = datetime(2026, 9, 29, 9, tzinfo=UTC)
    run = JournalEntry(round_id="", how="run", at=at, run_id="20260929-090000-aaaa")
    by_hand = JournalEntry(round_id="", how="hand", at=at, by="张三", document="ab" * 32)
    windows = freeze_windows(
        SHIPPED,
        date(2026, 1, 1),
        date(2026, 12, 31),
        checks={"pre_holiday@2026-国庆": run, "pre_holiday@2026-中秋": by_hand},
    )
    assert [w.anchor for w in windows] == ["元旦", "春节", "清明", "五一", "端午", "中秋", "国庆"]
    national = windows[-1]
    assert (national.first, national.last) == (date(2026, 10, 1), date(2026, 10, 7))
    assert national.check_run == "20260929-090000-aaaa"
    autumn = windows[-2]
    assert (autumn.check_run, autumn.check_by, autumn.check_document) == ("", "张三", "ab" * 32)
    assert autumn.check_day == date(2026, 9, 29)
    assert (windows[0].check_run, windows[0].check_by) == ("", "")  # it opens all the same
    assert (national.check_late, autumn.check_late) == (
        False,
        True,
    )  # the latter opened on the 25th
    assert strictest(windows) is FreezeMode.NO_CHANGE
    assert strictest([]) is None


def test_an_override_stands_in_its_window() -> None:
    at = datetime(2026, 10, 1, tzinfo=UTC)
    override = FreezeOverride(
        id="1", window="holiday@2026-国庆", actor="张三", reason="光缆抢修", approved_by="李处",
        expires_at=at, recorded_at=at,
    )  # fmt: skip
    (window,) = freeze_windows(SHIPPED, date(2026, 10, 2), date(2026, 10, 2), overrides=[override])
    assert window.overrides == (override,)


# --- mistakes ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("zone: Europe/Paris\n", "1:zone: days are counted in Asia/Shanghai alone"),
        ("working_days: 1\n", "1:working_days: "),
        ("holidays: [圣诞]\n", "1:holidays.0: no such statutory holiday: 圣诞"),
        ("rules: {a: {playbook: daly, anchor: day}}\n", "1:rules.a.playbook: no such playbook: daly (did you mean daily?)"),
        ("rules: {a: {playbook: daily, anchor: dya}}\n", "1:rules.a.anchor: expected one of:"),
        ("rules:\n  a: {playbook: daily, anchor: day}\n  a: {playbook: daily, anchor: week}\n", "3:rules.a: the same key twice"),
        ("rules: {a: {playbook: daily, anchor: day, holidays: [国庆]}}\n", "1:rules.a.holidays: holidays is only for rules with anchor before_holiday, during_holiday"),
        ("rules: {a: {playbook: daily, anchor: before_holiday, holidays: [国清]}}\n", "1:rules.a.holidays.0: no such statutory holiday: 国清"),
        ("rules: {a: {playbook: daily, anchor: month, due: 31}}\n", "1:rules.a.due: "),
        ("rules: {a: {playbook: daily, anchor: shift}}\n", "1:rules.a.anchor: there are no `shifts`"),
        ("rules: {a: {playbook: daily, anchor: season_month}}\n", "1:rules.a.anchor: there is no `flood_season`"),
        ("rules: {a: {playbook: daily, anchor: dates, dates: [02-30]}}\n", "1:rules.a.dates.0: expected a day of every year"),
        ("rules: {a: {playbook: daily, anchor: day, where: room.klass == 'x'}}\n", "1:rules.a.where: "),
        ("rules: {a: {playbook: daily, anchor: half_year, quota: 0.5}}\n", "1:rules.a.quota: a quota below 1 needs `rotate`"),
        ("rules: {a: {playbook: daily, anchor: day, colour: red}}\n", "1:rules.a.colour: unknown key"),
        ("shifts: [8:00]\n", "1:shifts.0: expected a quoted time"),
        ("guarantees: [{name: x, from: 2026-03-05, to: 2026-03-01}]\n", "1:guarantees.0.to: it ends before it begins"),
        ("guarantees: [{name: x, from: 2031-03-05, to: 2031-03-06}]\n", "1:guarantees.0.from: the days off of 2031 are not known (first add 2031 to `years`)"),
        ("guarantees: [{name: x, from: 2026-03-05T08:00, to: 2026-03-06}]\n", "1:guarantees.0.from: expected a day such as 2026-05-01, no time, no zone"),
        ("freeze: [{name: x, anchor: dates, mode: no_change}]\n", "1:freeze.0.anchor: dates need from and to"),
        ("freeze: [{name: x, anchor: holiday, mode: no_change, check: nope}]\n", "1:freeze.0.check: no such rule: nope"),
        ("rules: {a: {playbook: daily, anchor: day}}\nfreeze: [{name: x, anchor: holiday, mode: no_change, check: a}]\n", "2:freeze.0.check: the check's rule needs anchor before_holiday, it has day"),
        ("rules: {a: {playbook: daily, anchor: before_holiday, enabled: false}}\nfreeze: [{name: x, anchor: holiday, mode: no_change, check: a}]\n", "2:freeze.0.check: rule a is not enabled"),
        ("rules: {a: {playbook: daily, anchor: before_holiday}}\nfreeze: [{name: x, anchor: dates, from: 2026-07-01, to: 2026-07-02, mode: no_change, check: a}]\n", "2:freeze.0.check: a freeze by dates has no check before it"),
        ("freeze: [{name: x, anchor: holiday, mode: no_way}]\n", "1:freeze.0.mode: expected one of:"),
        ("years: [{year: 2027, days: {元旦: [2027-01-01, 2027-01-03]}}]\n", "1:years.0.days: 2027 lacks: 春节, 清明, 五一, 端午, 中秋, 国庆"),
        ("years: [{year: 2026, days: {五一: [2027-05-01, 2027-05-03]}}]\n", "1:years.0.days.五一: 五一 is not in 2026"),
        ("years: [{year: 2026, working: {五一: [2026-04-22]}}]\n", "1:years.0.working.五一.0: a make-up day is a Saturday or Sunday"),
        ("years: [{year: 2026, days: {五一: [2026-05-01, 2026-05-03]}, working: {五一: [2026-05-02]}}]\n", "1:years.0.working.五一.0: this day is both off and worked"),
        ("flood_season: {months: [13]}\n", "1:flood_season.months.0: "),
        ("flood_season: {months: [5], add_zones: [east]}\n", "1:flood_season.add_zones.0: no such zone: east"),
        ("- x\n", "1: expected a mapping"),
    ],
)  # fmt: skip
def test_a_mistake(text: str, expected: str) -> None:
    with pytest.raises(ContentError) as caught:
        calendar(text)
    said = [
        problem.to(Language.EN).removeprefix("calendar.yml:") for problem in caught.value.problems
    ]
    assert any(line.startswith(expected) for line in said), said


def test_windows_of_one_name_with_different_modes_contradict() -> None:
    text = """
freeze:
  - {name: x, anchor: dates, from: 2026-07-01, to: 2026-07-05, mode: no_change}
  - {name: x, anchor: dates, from: 2026-07-05, to: 2026-07-09, mode: no_touch}
  - {name: x, anchor: dates, from: 2026-08-05, to: 2026-08-09, mode: no_touch}
"""
    with pytest.raises(ContentError) as caught:
        calendar(text)
    (problem,) = caught.value.problems
    assert (problem.line, problem.key) == (4, "freeze.1.name")
    assert "no_change" in problem.message.en
    assert "no_touch" in problem.message.en


def test_all_mistakes_at_once() -> None:
    text = """
guarantees: [{name: x, from: 2026-03-05, to: 2026-03-01}]
rules:
  a: {playbook: nope, anchor: shift, holidays: [x]}
freeze: [{name: y, anchor: dates, mode: no_change}]
"""
    with pytest.raises(ContentError) as caught:
        calendar(text)
    assert len(caught.value.problems) == 6


def test_an_empty_file_is_a_calendar_without_rules() -> None:
    assert plan_year(calendar(""), 2026) == ()
