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
_MONTHS = (
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
        year, month = self.first.year, self.first.month
        match self.kind:
            case PeriodKind.DAY:
                return Text(
                    f"{year}年{month}月{self.first.day}日",
                    f"{self.first.day} {_MONTHS[month - 1]} {year}",
                )
            case PeriodKind.WEEK:
                year, week, _ = self.first.isocalendar()
                return Text(f"{year}年第{week}周", f"week {week} of {year}")
            case PeriodKind.MONTH:
                return Text(f"{year}年{month}月", f"{_MONTHS[month - 1]} {year}")
            case PeriodKind.QUARTER:
                quarter = (month + 2) // 3
                return Text(f"{year}年第{quarter}季度", f"quarter {quarter} of {year}")
            case PeriodKind.HALF:
                return Text(
                    f"{year}年{'上' if month == 1 else '下'}半年",
                    f"{'first' if month == 1 else 'second'} half of {year}",
                )
            case PeriodKind.YEAR:
                return Text(f"{year}年", str(year))

    @property
    def before(self) -> "Period":
        """The period of the same kind before this one."""
        return _around(self.kind, self.first - timedelta(days=1))


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
    try:
        match kind:
            case PeriodKind.DAY:
                return _around(kind, date(*numbers))
            case PeriodKind.WEEK:
                return _around(kind, date.fromisocalendar(numbers[0], numbers[1], 1))
            case PeriodKind.MONTH:
                return _around(kind, date(numbers[0], numbers[1], 1))
            case PeriodKind.QUARTER:
                return _around(kind, date(numbers[0], numbers[1] * 3 - 2, 1))
            case PeriodKind.HALF:
                return _around(kind, date(numbers[0], numbers[1] * 6 - 5, 1))
            case PeriodKind.YEAR:
                return _around(kind, date(numbers[0], 1, 1))
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
    months = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.HALF: 6, PeriodKind.YEAR: 12}
    count = months[kind]
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
