"""Which days are worked: `chinesecalendar`, corrected and extended by what the notices say.

A year is known as a whole or not at all. Of an unknown year only 1 January is certain, by law; any
other day of it is an error that says what to add.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from xunjian.calendar.clock import YEARS
from xunjian.calendar.model import Holiday
from xunjian.errors import UsageError
from xunjian.language import Text

# in the order of the year; the English names are chinese_calendar's
STATUTORY: Mapping[str, Text] = {
    "元旦": Text("元旦", "New Year's Day"),
    "春节": Text("春节", "Spring Festival"),
    "清明": Text("清明", "Tomb-sweeping Day"),
    "五一": Text("五一", "Labour Day"),
    "端午": Text("端午", "Dragon Boat Festival"),
    "中秋": Text("中秋", "Mid-autumn Festival"),
    "国庆": Text("国庆", "National Day"),
}
LIBRARY, ESTIMATED = "chinesecalendar", "estimated"
FILE = "playbooks/calendar.yml"

_DAY = timedelta(days=1)
_NEAR = timedelta(days=40)  # a make-up day stands within weeks of its holiday


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What one year's notice says beyond the library, or instead of it.

    days: first and last day off by holiday. working: adjusted working days by holiday.
    """

    year: int
    days: Mapping[str, tuple[date, date]]
    working: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    number: str = ""


@dataclass(frozen=True, slots=True)
class Days:
    """Every day that is known: off with its holidays' names, or worked although a weekend.

    years: the known ones. sources: by year. holidays: runs of days off, by their first day.
    """

    off: Mapping[date, tuple[str, ...]]
    working: Mapping[date, tuple[str, ...]]
    years: frozenset[int]
    sources: Mapping[int, str]
    holidays: tuple[Holiday, ...] = ()

    def is_working(self, day: date) -> bool:
        """Whether people work on a day; raises UsageError when nobody can know yet."""
        if day.year not in self.years:
            if (day.month, day.day) == (1, 1):
                return False
            raise unknown_year(day.year)
        return _is_working(self, day)

    def source(self, day: date) -> str:
        """Where the day's nature comes from."""
        return self.sources.get(day.year, ESTIMATED)

    def working_before(self, day: date, count: int) -> date:
        """The `count`-th working day before a day, that day not counted."""
        while count > 0:
            day -= _DAY
            count -= self._counts(day)
        return day

    def holiday(self, day: date) -> Holiday | None:
        """The holiday whose days off a day belongs to."""
        return next((h for h in self.holidays if h.first <= day <= h.last), None)

    def _counts(self, day: date) -> bool:
        """As `is_working`; before the first known year a weekday is worked."""
        if self.years and day.year < min(self.years):
            return day.weekday() < 5
        return self.is_working(day)


def holiday_year(holiday: Holiday) -> int:
    """Which year's holiday it is: the days before 1 January belong to the coming year."""
    return holiday.last.year if holiday.names[0] == "元旦" else holiday.first.year


def unknown_year(year: int) -> UsageError:
    """Say that a year's days off are not known, and what to add."""
    return UsageError(
        Text(f"{year} 年的放假安排未知", f"the days off of {year} are not known"),
        Text(
            f"国务院办公厅通知公布后，在 {FILE} 的 years 下加 {year} 年："
            f"{{year: {year}, notice: 文号, days: {{元旦: [{year}-01-01, …], 春节: […], 清明: […], "
            "五一: […], 端午: […], 中秋: […], 国庆: […]}, working: {春节: […]}}"
            "，或升级 chinesecalendar",
            f"when the State Council's notice is out, add {year} to `years` in {FILE}: "
            f"{{year: {year}, notice: NUMBER, days: {{元旦: [{year}-01-01, …], 春节: […], "
            "清明: […], 五一: […], 端午: […], 中秋: […], 国庆: […]}, working: {春节: […]}}, "
            "or upgrade chinesecalendar",
        ),
    )


def library_years() -> frozenset[int]:
    """Give the years that chinesecalendar knows."""
    from chinese_calendar import constants

    return frozenset(day.year for day in constants.holidays)


def known_days(notices: Iterable[Notice] = ()) -> Days:
    """Put library and notices together; a notice replaces what the library says of a holiday."""
    off, working, sources = _library()
    known = set(sources)
    for notice in notices:
        for name in notice.days:
            _forget(off, working, name, notice.year)
        for name, (begins, ends) in notice.days.items():
            for day in _span(begins, ends):
                off[day] = (*off.get(day, ()), name)
                working.pop(day, None)
        for name, worked in notice.working.items():
            for day in worked:
                working[day] = (*working.get(day, ()), name)
                off.pop(day, None)
        sources[notice.year] = notice.number or FILE
        if set(notice.days) >= set(STATUTORY):
            known.add(notice.year)
    for year in set(range(min(known), YEARS[-1] + 1)) - known:
        off.setdefault(date(year, 1, 1), ("元旦",))
    days = Days(off, working, frozenset(known), {y: s for y, s in sources.items() if y in known})
    return Days(days.off, days.working, days.years, days.sources, _holidays(days))


_Named = dict[date, tuple[str, ...]]


def _library() -> tuple[_Named, _Named, dict[int, str]]:
    from chinese_calendar import constants

    ours = {text.en: name for name, text in STATUTORY.items()}
    off: _Named = {
        day: (ours.get(str(name), str(name)),) for day, name in constants.holidays.items()
    }
    working: _Named = {
        day: (ours.get(str(name), str(name)),) for day, name in constants.workdays.items()
    }
    return off, working, {day.year: LIBRARY for day in constants.holidays}


def _forget(off: _Named, working: _Named, name: str, year: int) -> None:
    """Take away what is said of one holiday of a year; its days of December count to the next."""
    for table in (off, working):
        for day in [d for d, names in table.items() if name in names]:
            ahead = name == "元旦" and day.month == 12
            if day.year + ahead == year:
                rest = tuple(other for other in table[day] if other != name)
                if rest:
                    table[day] = rest
                else:
                    del table[day]


def _span(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _is_working(days: Days, day: date) -> bool:
    if day in days.working:
        return True
    return day not in days.off and day.weekday() < 5


def _holidays(days: Days) -> tuple[Holiday, ...]:
    """Runs of days off around statutory ones, weekends beside them included."""
    found: list[Holiday] = []
    for day in sorted(days.off):
        if found and day <= found[-1].last:
            continue
        first = last = day
        while not _is_working(days, first - _DAY):
            first -= _DAY
        while not _is_working(days, last + _DAY):
            last += _DAY
        found.append(_holiday(days, first, last))
    return tuple(found)


def _holiday(days: Days, first: date, last: date) -> Holiday:
    names = tuple(dict.fromkeys(n for day in _span(first, last) for n in days.off.get(day, ())))
    working = (d for d, of in days.working.items() if set(of) & set(names))
    source = days.sources.get(last.year, ESTIMATED)
    return Holiday(
        names=names,
        first=first,
        last=last,
        working=tuple(sorted(d for d in working if first - _NEAR <= d <= last + _NEAR)),
        source=source,
    )
