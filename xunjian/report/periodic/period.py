"""`2026`, `2026H1`, `2026Q4`, `2026-10`, `2026-W40`, `2026-10-07`: a span of days in China."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from xunjian.calendar.clock import zone
from xunjian.errors import UsageError
from xunjian.language import Text


class PeriodKind(StrEnum):
    """How long a period is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"

    @property
    def word(self) -> Text:
        """What it is called, with how it is written."""
        return _WORDS[self]


_WORDS = {
    PeriodKind.DAY: Text("日（如 2026-10-07）", "a day such as 2026-10-07"),
    PeriodKind.WEEK: Text("周（如 2026-W40）", "a week such as 2026-W40"),
    PeriodKind.MONTH: Text("月（如 2026-10）", "a month such as 2026-10"),
    PeriodKind.QUARTER: Text("季度（如 2026Q4）", "a quarter such as 2026Q4"),
    PeriodKind.HALF: Text("半年（如 2026H1）", "a half-year such as 2026H1"),
    PeriodKind.YEAR: Text("年（如 2026）", "a year such as 2026"),
}
_FORMS = {
    PeriodKind.DAY: re.compile(r"(\d{4})-(\d\d)-(\d\d)"),
    PeriodKind.WEEK: re.compile(r"(\d{4})-?W(\d{1,2})"),
    PeriodKind.MONTH: re.compile(r"(\d{4})-(\d\d?)"),
    PeriodKind.QUARTER: re.compile(r"(\d{4})-?Q(\d)"),
    PeriodKind.HALF: re.compile(r"(\d{4})-?H(\d)"),
    PeriodKind.YEAR: re.compile(r"(\d{4})"),
}
_YEARS = (2000, 2200)
_COUNTS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.HALF: 6, PeriodKind.YEAR: 12}
_MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A span of whole days; `name` is how it is written, always in the same way."""

    name: str
    kind: PeriodKind
    first: date
    last: date

    @property
    def start(self) -> datetime:
        """Midnight in China before the first day."""
        return datetime.combine(self.first, time(), tzinfo=zone())

    @property
    def end(self) -> datetime:
        """Midnight in China after the last day."""
        return datetime.combine(self.last + timedelta(days=1), time(), tzinfo=zone())

    @property
    def title(self) -> Text:
        """What it is called in a title."""
        return _titled(self.kind, self.first)

    @property
    def before(self) -> "Period":
        """The period of the same kind before this one."""
        return _around(self.kind, self.first - timedelta(days=1))


def _titled(kind: PeriodKind, first: date) -> Text:
    year, month = first.year, first.month
    iso_year, week, _ = first.isocalendar()
    half = Text("上", "first") if month == 1 else Text("下", "second")
    quarter, name = (month + 2) // 3, _MONTH_NAMES[month - 1]
    titles = {
        PeriodKind.DAY: Text(f"{year}年{month}月{first.day}日", f"{first.day} {name} {year}"),
        PeriodKind.WEEK: Text(f"{iso_year}年第{week}周", f"week {week} of {iso_year}"),
        PeriodKind.MONTH: Text(f"{year}年{month}月", f"{name} {year}"),
        PeriodKind.QUARTER: Text(f"{year}年第{quarter}季度", f"quarter {quarter} of {year}"),
        PeriodKind.HALF: Text(f"{year}年{half.zh}半年", f"{half.en} half of {year}"),
        PeriodKind.YEAR: Text(f"{year}年", str(year)),
    }
    return titles[kind]


def parse_period(text: str, allowed: tuple[PeriodKind, ...] = tuple(PeriodKind)) -> Period:
    """Read a period.

    Raises:
        UsageError: it is none, or not one of `allowed`.
    """
    given = text.strip().upper()
    for kind, form in _FORMS.items():
        if (match := form.fullmatch(given)) is None:
            continue
        numbers = [int(part) for part in match.groups()]
        found = _read(kind, numbers) if _YEARS[0] <= numbers[0] < _YEARS[1] else None
        if found is None:
            raise _wrong(Text(f"没有这个日期或期间：{text}", f"there is no {text}"), allowed)
        if kind not in allowed:
            what = Text(f"这种文档不按此期间出：{text}", f"not a period of this document: {text}")
            raise _wrong(what, allowed)
        return found
    shown = text if len(text) <= 40 else text[:40] + "…"
    raise _wrong(Text(f"不是期间：{shown}", f"not a period: {shown}"), allowed)


def period_of(kind: PeriodKind, day: date) -> Period:
    """The period of a kind that a day belongs to."""
    return _around(kind, day)


def _wrong(message: Text, allowed: tuple[PeriodKind, ...]) -> UsageError:
    return UsageError(
        message,
        Text(
            "可用：" + "、".join(kind.word.zh for kind in allowed),
            "it takes " + ", ".join(kind.word.en for kind in allowed),
        ),
    )


def _read(kind: PeriodKind, numbers: list[int]) -> Period | None:
    """Give the period of the numbers; None where the calendar has none."""
    year, part = numbers[0], numbers[1] if len(numbers) > 1 else 1
    try:
        if kind is PeriodKind.DAY:
            return _around(kind, date(*numbers))
        if kind is PeriodKind.WEEK:
            return _around(kind, date.fromisocalendar(year, part, 1))
        return _around(kind, date(year, (part - 1) * _COUNTS[kind] + 1, 1))
    except ValueError:
        return None


def _around(kind: PeriodKind, day: date) -> Period:
    year = day.year
    if kind is PeriodKind.DAY:
        return Period(name=day.isoformat(), kind=kind, first=day, last=day)
    if kind is PeriodKind.WEEK:
        first = day - timedelta(days=day.weekday())
        iso_year, week, _ = day.isocalendar()
        return Period(
            name=f"{iso_year}-W{week:02d}",
            kind=kind,
            first=first,
            last=first + timedelta(days=6),
        )
    count = _COUNTS[kind]
    place = (day.month - 1) // count
    first = date(year, place * count + 1, 1)
    after = place * count + count
    last = date(year + after // 12, after % 12 + 1, 1) - timedelta(days=1)
    names = {
        PeriodKind.MONTH: f"{year}-{place + 1:02d}",
        PeriodKind.QUARTER: f"{year}Q{place + 1}",
        PeriodKind.HALF: f"{year}H{place + 1}",
        PeriodKind.YEAR: str(year),
    }
    return Period(name=names[kind], kind=kind, first=first, last=last)
