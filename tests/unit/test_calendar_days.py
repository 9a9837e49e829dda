"""Days off and worked, held against the State Council's notices of 2020 to 2026."""

from datetime import date, timedelta

import pytest

from xunjian.calendar.holidays import STATUTORY, Notice, known_days
from xunjian.calendar.load import load_calendar
from xunjian.errors import UsageError
from xunjian.workspace import open_workspace

# first and last day off, make-up days, as the notices say them (weekends beside a single day off
# belong to its run of days off)
NOTICES = [
    ("元旦", "2020-01-01", "2020-01-01", []),
    ("春节", "2020-01-24", "2020-02-02", ["2020-01-19"]),  # prolonged: 国办发明电〔2020〕1号
    ("清明", "2020-04-04", "2020-04-06", []),
    ("五一", "2020-05-01", "2020-05-05", ["2020-04-26", "2020-05-09"]),
    ("端午", "2020-06-25", "2020-06-27", ["2020-06-28"]),
    ("国庆、中秋", "2020-10-01", "2020-10-08", ["2020-09-27", "2020-10-10"]),
    ("元旦", "2021-01-01", "2021-01-03", []),
    ("春节", "2021-02-11", "2021-02-17", ["2021-02-07", "2021-02-20"]),
    ("清明", "2021-04-03", "2021-04-05", []),
    ("五一", "2021-05-01", "2021-05-05", ["2021-04-25", "2021-05-08"]),
    ("端午", "2021-06-12", "2021-06-14", []),
    ("中秋", "2021-09-19", "2021-09-21", ["2021-09-18"]),
    ("国庆", "2021-10-01", "2021-10-07", ["2021-09-26", "2021-10-09"]),
    ("元旦", "2022-01-01", "2022-01-03", []),
    ("春节", "2022-01-31", "2022-02-06", ["2022-01-29", "2022-01-30"]),
    ("清明", "2022-04-03", "2022-04-05", ["2022-04-02"]),
    ("五一", "2022-04-30", "2022-05-04", ["2022-04-24", "2022-05-07"]),
    ("端午", "2022-06-03", "2022-06-05", []),
    ("中秋", "2022-09-10", "2022-09-12", []),
    ("国庆", "2022-10-01", "2022-10-07", ["2022-10-08", "2022-10-09"]),
    ("元旦", "2022-12-31", "2023-01-02", []),
    ("春节", "2023-01-21", "2023-01-27", ["2023-01-28", "2023-01-29"]),
    ("清明", "2023-04-05", "2023-04-05", []),
    ("五一", "2023-04-29", "2023-05-03", ["2023-04-23", "2023-05-06"]),
    ("端午", "2023-06-22", "2023-06-24", ["2023-06-25"]),
    ("中秋、国庆", "2023-09-29", "2023-10-06", ["2023-10-07", "2023-10-08"]),
    ("元旦", "2023-12-30", "2024-01-01", []),
    ("春节", "2024-02-10", "2024-02-17", ["2024-02-04", "2024-02-18"]),
    ("清明", "2024-04-04", "2024-04-06", ["2024-04-07"]),
    ("五一", "2024-05-01", "2024-05-05", ["2024-04-28", "2024-05-11"]),
    ("端午", "2024-06-08", "2024-06-10", []),
    ("中秋", "2024-09-15", "2024-09-17", ["2024-09-14"]),
    ("国庆", "2024-10-01", "2024-10-07", ["2024-09-29", "2024-10-12"]),
    ("元旦", "2025-01-01", "2025-01-01", []),
    ("春节", "2025-01-28", "2025-02-04", ["2025-01-26", "2025-02-08"]),
    ("清明", "2025-04-04", "2025-04-06", []),
    ("五一", "2025-05-01", "2025-05-05", ["2025-04-27"]),
    ("端午", "2025-05-31", "2025-06-02", []),
    ("国庆、中秋", "2025-10-01", "2025-10-08", ["2025-09-28", "2025-10-11"]),
    ("元旦", "2026-01-01", "2026-01-03", ["2026-01-04"]),
    ("春节", "2026-02-15", "2026-02-23", ["2026-02-14", "2026-02-28"]),
    ("清明", "2026-04-04", "2026-04-06", []),
    ("五一", "2026-05-01", "2026-05-05", ["2026-05-09"]),
    ("端午", "2026-06-19", "2026-06-21", []),
    ("中秋", "2026-09-25", "2026-09-27", []),
    ("国庆", "2026-10-01", "2026-10-07", ["2026-09-20", "2026-10-10"]),
]
DAYS = load_calendar(open_workspace()).days


@pytest.mark.parametrize(("names", "first", "last", "make_up"), NOTICES)
def test_a_holiday_is_what_its_notice_says(
    names: str, first: str, last: str, make_up: list[str]
) -> None:
    holiday = DAYS.holiday(date.fromisoformat(first))
    assert holiday is not None
    assert "、".join(holiday.names) == names
    assert (holiday.first.isoformat(), holiday.last.isoformat()) == (first, last)
    assert [day.isoformat() for day in holiday.working] == make_up
    assert all(DAYS.is_working(date.fromisoformat(day)) for day in make_up)


def test_no_other_holiday_stands_between() -> None:
    ours = [h for h in DAYS.holidays if date(2020, 1, 1) <= h.last <= date(2026, 12, 31)]
    assert len(ours) == len(NOTICES)


def test_every_known_day_is_off_or_worked() -> None:
    holidays = [h for h in DAYS.holidays if h.first.year >= 2020]
    for n in range((date(2026, 12, 31) - date(2020, 1, 1)).days):
        day = date(2020, 1, 1) + timedelta(days=n)
        inside = any(h.first <= day <= h.last for h in holidays)
        make_up = any(day in h.working for h in holidays)
        assert DAYS.is_working(day) is (not inside and (day.weekday() < 5 or make_up)), day


def test_the_first_of_january_is_known_by_law() -> None:
    after = max(DAYS.years) + 1
    assert not DAYS.is_working(date(after, 1, 1))
    assert DAYS.source(date(after, 1, 1)) == "estimated"
    with pytest.raises(UsageError) as caught:
        DAYS.is_working(date(after, 1, 5))
    assert str(after) in caught.value.message.zh
    assert "playbooks/calendar.yml" in caught.value.hint.zh
    assert caught.value.exit_code == 2


def notice(year: int, **changed: tuple[date, date]) -> Notice:
    spans = {
        "元旦": (date(year, 1, 1), date(year, 1, 3)),
        "春节": (date(year, 2, 5), date(year, 2, 12)),
        "清明": (date(year, 4, 4), date(year, 4, 5)),
        "五一": (date(year, 5, 1), date(year, 5, 5)),
        "端午": (date(year, 6, 9), date(year, 6, 9)),
        "中秋": (date(year, 9, 15), date(year, 9, 15)),
        "国庆": (date(year, 10, 1), date(year, 10, 7)),
    }
    return Notice(year=year, days={**spans, **changed}, number="国办发明电〔2026〕1号")


def test_a_notice_makes_a_year_known() -> None:
    days = known_days([notice(2027)])
    assert 2027 in days.years
    assert days.source(date(2027, 5, 1)) == "国办发明电〔2026〕1号"
    assert {name for h in days.holidays if h.first.year == 2027 for name in h.names} == set(
        STATUTORY
    )
    assert not days.is_working(date(2028, 1, 1))


def test_part_of_a_year_does_not_make_it_known() -> None:
    part = Notice(year=2027, days={"五一": (date(2027, 5, 1), date(2027, 5, 5))})
    assert 2027 not in known_days([part]).years


def test_a_notice_replaces_what_the_library_says() -> None:
    changed = Notice(
        year=2026,
        days={"五一": (date(2026, 5, 1), date(2026, 5, 3))},
        working={"五一": (date(2026, 4, 26),)},
    )
    days = known_days([changed])
    holiday = days.holiday(date(2026, 5, 1))
    assert holiday is not None
    assert holiday.last == date(2026, 5, 3)
    assert days.is_working(date(2026, 5, 4))
    assert not days.is_working(date(2026, 5, 9))  # the library's make-up day is gone
    assert days.is_working(date(2026, 4, 26))
    assert len([h for h in days.holidays if h.first.year == 2026]) == 7


def test_working_days_are_counted_over_make_up_days() -> None:
    # 14 February 2026 is a Saturday that is worked
    assert DAYS.working_before(date(2026, 2, 15), 1) == date(2026, 2, 14)
    assert DAYS.working_before(date(2026, 2, 15), 3) == date(2026, 2, 12)
    assert DAYS.working_before(date(2026, 5, 1), 3) == date(2026, 4, 28)
