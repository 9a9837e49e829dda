"""Rules into rounds: each anchor has one function that gives the rounds of a year."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from xunjian.calendar.content import STEPS, Anchor, Calendar, Period, Rule
from xunjian.calendar.holidays import ESTIMATED, STATUTORY, holiday_year
from xunjian.calendar.model import Declaration, Holiday, Round
from xunjian.calendar.seasons import Season, days_of, month_end, seasons
from xunjian.language import Text

_DAY = timedelta(days=1)
_ESTIMATED_NOTE = Text(
    "按法定日推定，以放假通知为准", "estimated from the law; the notice may change it"
)
_SHORT_GRACE, _LONG_GRACE = 7, 31  # days an overdue month, an overdue quarter still makes sense


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a round stands in time. key: what makes its id, beside the rule's name.

    last: past it the round makes no sense any more.
    """

    key: str
    anchor: str
    first: date
    due: date
    last: date
    title: Text = Text("")
    ticks: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    where: str = ""
    opens_at: str = ""
    note: Text = Text("")
    meeting: str = ""


@dataclass(frozen=True, slots=True)
class Year:
    """The year that rounds are wanted of, with what was declared in it."""

    calendar: Calendar
    year: int
    declarations: Sequence[Declaration] = ()


def rounds_of(rule: Rule, year: Year) -> Iterator[Round]:
    """Give the rounds of a rule whose anchor lies in a year, in order."""
    for slot in _MAKERS[rule.anchor](rule, year):
        yield _round(rule, slot)


def _round(rule: Rule, slot: Slot) -> Round:
    title = rule.title
    name = slot.title if slot.title.zh else Text(slot.anchor)
    conditions = [part for part in (rule.where, slot.where) if part]
    grace = rule.grace_days
    return Round(
        id=f"{rule.name}@{slot.key}",
        rule=rule.name,
        playbook=rule.playbook,
        title=Text(f"{title.zh}（{name.zh}）", f"{title.en or title.zh} ({name.en or name.zh})"),
        anchor=slot.anchor,
        first=slot.first,
        due=slot.due,
        ticks=slot.ticks,
        sites=rule.sites or slot.sites,
        systems=rule.systems or slot.systems,
        where=" and ".join(f"({part})" for part in conditions)
        if len(conditions) > 1
        else "".join(conditions),
        quota=rule.quota,
        reason=slot.note,
        last=slot.last if grace is None else slot.due + timedelta(days=grace),
        opens_at=slot.opens_at,
        enough=rule.enough,
        remind_days=rule.remind_days,
        by_hand=rule.by_hand,
        rotate=rule.rotate,
        meeting=slot.meeting,
        step=STEPS.index(rule.anchor) + 1 if slot.meeting else 0,
        after=f"{rule.after}@{slot.meeting}" if rule.after else "",
    )


def _plain(key: str, first: date, due: date, grace: int) -> Slot:
    return Slot(key, key, first, due, due + timedelta(days=grace))


def _daily(_rule: Rule, year: Year) -> Iterator[Slot]:
    for day in days_of(date(year.year, 1, 1), date(year.year, 12, 31)):
        yield _plain(day.isoformat(), day, day, 0)


def _shifts(_rule: Rule, year: Year) -> Iterator[Slot]:
    for day in days_of(date(year.year, 1, 1), date(year.year, 12, 31)):
        for at in year.calendar.shifts:
            key = f"{day.isoformat()}T{at}"
            yield Slot(key, f"{day.isoformat()} {at}", day, day, day, opens_at=at)


def _weekly(_rule: Rule, year: Year) -> Iterator[Slot]:
    """ISO weeks whose Sunday lies in the year."""
    day = date(year.year, 1, 1)
    sunday = day + timedelta(days=6 - day.weekday())
    while sunday.year == year.year:
        iso = sunday.isocalendar()
        yield _plain(f"{iso.year}-W{iso.week:02d}", sunday - timedelta(days=6), sunday, 0)
        sunday += timedelta(days=7)


def _monthly(rule: Rule, year: Year) -> Iterator[Slot]:
    for month in range(1, 13):
        yield _month_slot(rule, year.year, month)


def _month_slot(rule: Rule, year: int, month: int) -> Slot:
    end = month_end(year, month)
    due = date(year, month, rule.due_day) if rule.due_day else end
    last = end if due < end else due + timedelta(days=_SHORT_GRACE)
    key = f"{year}-{month:02d}"
    return Slot(key, key, date(year, month, 1), due, last)


def _parts(letter: str, months: int) -> Callable[[Rule, Year], Iterator[Slot]]:
    def slots(_rule: Rule, year: Year) -> Iterator[Slot]:
        for number in range(1, 12 // months + 1):
            first = date(year.year, (number - 1) * months + 1, 1)
            due = month_end(year.year, number * months)
            yield _plain(f"{year.year}-{letter}{number}", first, due, _LONG_GRACE)

    return slots


def _yearly(_rule: Rule, year: Year) -> Iterator[Slot]:
    yield _plain(f"{year.year}", date(year.year, 1, 1), date(year.year, 12, 31), _LONG_GRACE)


def _dates(rule: Rule, year: Year) -> Iterator[Slot]:
    for month, day in rule.dates:
        at = date(year.year, month, min(day, month_end(year.year, month).day))
        yield _plain(at.isoformat(), at, at, _SHORT_GRACE)


def _wanted(rule: Rule, year: Year) -> Iterator[tuple[Holiday, tuple[str, ...]]]:
    """Holidays of the year that the rule names; merged ones come once, with what they tick."""
    for holiday in year.calendar.days.holidays:
        ticks = tuple(n for n in holiday.names if not rule.holidays or n in rule.holidays)
        if ticks and holiday_year(holiday) == year.year:
            yield holiday, ticks


def _before_holiday(rule: Rule, year: Year) -> Iterator[Slot]:
    known = year.calendar.days.years
    for holiday, ticks in _wanted(rule, year):
        if (holiday.first - _DAY).year not in known:
            continue  # New Year's Day after a year that nobody knows: due in that year
        first, due = ahead(rule, year.calendar, holiday.first)
        anchor = "、".join(ticks)
        yield Slot(
            f"{year.year}-{ticks[0]}",
            anchor,
            first,
            due,
            holiday.first - _DAY,
            title=_holiday_title(year.year, ticks),
            ticks=ticks,
            note=_ESTIMATED_NOTE if holiday.source == ESTIMATED else Text(""),
        )


def ahead(rule: Rule, calendar: Calendar, opens: date) -> tuple[date, date]:
    """First and last day of a round before something that opens on a day.

    It begins K working days before; one whole working day lies between its end and the opening.
    """
    first = calendar.days.working_before(opens, rule.working_days)
    return first, calendar.days.working_before(opens, 2)


def _during_holiday(rule: Rule, year: Year) -> Iterator[Slot]:
    for holiday, ticks in _wanted(rule, year):
        title = _holiday_title(year.year, ticks)
        for day in days_of(holiday.first, holiday.last):
            key = f"{year.year}-{ticks[0]}-{day:%m%d}"
            yield Slot(key, "、".join(ticks), day, day, day, title=_on(title, day), ticks=ticks)


def _holiday_title(year: int, ticks: Sequence[str]) -> Text:
    names = [STATUTORY.get(tick, Text(tick)) for tick in ticks]
    return Text(
        f"{year} 年{'、'.join(n.zh for n in names)}",
        f"{', '.join(n.en or n.zh for n in names)} {year}",
    )


def _on(title: Text, day: date) -> Text:
    return Text(f"{title.zh}，{day:%m-%d}", f"{title.en}, {day:%m-%d}")


def _before_period(rule: Rule, year: Year) -> Iterator[Slot]:
    for period in year.calendar.guarantees:
        if period.first.year == year.year:
            first, due = ahead(rule, year.calendar, period.first)
            yield _of_period(period, first, due, period.first - _DAY)


def _of_period(period: Period, first: date, due: date, last: date, more: str = "") -> Slot:
    return Slot(
        f"{period.first.year}-{period.name}{more}",
        period.name,
        first,
        due,
        last,
        title=period.title,
        ticks=(period.name,),
        sites=period.sites,
        systems=period.systems,
    )


def _during_period(_rule: Rule, year: Year) -> Iterator[Slot]:
    for period in year.calendar.guarantees:
        if period.first.year == year.year:
            for day in days_of(period.first, period.last):
                yield _of_period(period, day, day, day, f"-{day:%m%d}")


def _meetings(year: Year) -> Iterator[tuple[str, Period]]:
    """Give the conferences of a year, those declared too, each with what its ids end with."""
    for period in year.calendar.conferences:
        if period.first.year == year.year:
            yield f"{year.year}-{period.name}", period
    for given in year.declarations:
        if given.what == "conference" and given.first.year == year.year:
            told = Text(given.note) if given.note else DECLARED[given.what]
            yield (
                given.id,
                Period(
                    name=given.what,
                    title=told,
                    first=given.first,
                    last=given.last,
                    sites=given.sites,
                    systems=given.systems,
                ),
            )


def _step(key: str, period: Period, times: tuple[date, date, date], more: str = "") -> Slot:
    slot = _of_period(period, *times, more)
    return replace(slot, key=f"{key}{more}", meeting=key)


def _conference(rule: Rule, year: Year) -> Iterator[Slot]:
    """Before a conference: from K working days ahead to the working day before it.

    One that was declared may begin the same day.
    """
    days = year.calendar.days
    for key, period in _meetings(year):
        opens = period.first
        declared = period not in year.calendar.conferences
        known = opens.year in days.years
        first = days.working_before(opens, rule.working_days) if known else opens
        due = opens if declared else days.working_before(opens, 1)
        yield _step(key, period, (first, due, opens))


def _conference_begins(_rule: Rule, year: Year) -> Iterator[Slot]:
    """Switched on and joined on the first day; while it lasts a venue may still join."""
    for key, period in _meetings(year):
        yield _step(key, period, (period.first, period.first, period.last))


def _during_conference(_rule: Rule, year: Year) -> Iterator[Slot]:
    for key, period in _meetings(year):
        for day in days_of(period.first, period.last):
            yield _step(key, period, (day, day, day), f"-{day:%m%d}")


def _conference_ends(_rule: Rule, year: Year) -> Iterator[Slot]:
    """Switched off at the end, which may come early; worth doing on the day after."""
    for key, period in _meetings(year):
        yield _step(key, period, (period.first, period.last, period.last + _DAY))


def _before_season(rule: Rule, year: Year) -> Iterator[Slot]:
    for season in seasons(year.calendar.flood, year.year):
        opens = season.first
        first, due = opens - timedelta(days=rule.days_before), opens - _DAY
        yield _of_season(season, f"{year.year}", f"汛期{year.year}", (first, due, due + 14 * _DAY))


def _season_month(rule: Rule, year: Year) -> Iterator[Slot]:
    for season in seasons(year.calendar.flood, year.year):
        for month in season.months:
            slot = _month_slot(rule, year.year, month)
            times = (slot.first, slot.due, slot.last)
            yield _of_season(season, slot.key, f"汛期{slot.key}", times)


def _of_season(season: Season, key: str, anchor: str, times: tuple[date, date, date]) -> Slot:
    first, due, last = times
    return Slot(
        f"{key}-{season.zone}" if season.zone else key,
        anchor,
        first,
        due,
        last,
        title=Text(key, key),
        ticks=(anchor,),
        systems=season.systems,
        where=season.where,
    )


def _declared(rule: Rule, year: Year) -> Iterator[Slot]:
    """At once: due on the day it begins, worth doing while it lasts."""
    for given in year.declarations:
        if given.first.year == year.year and (not rule.declared or given.what in rule.declared):
            yield Slot(
                given.id,
                given.what,
                given.first,
                given.first,
                given.last,
                title=DECLARED.get(given.what, Text(given.what)),
                ticks=(given.what,),
                sites=given.sites,
                systems=given.systems,
            )


DECLARED: Mapping[str, Text] = {
    "emergency_response": Text("应急响应", "emergency response"),
    "severe_weather": Text("恶劣天气", "severe weather"),
    "power_change": Text("供电变化", "power change"),
    "conference": Text("临时会议", "conference"),
}

_MAKERS: Mapping[Anchor, Callable[[Rule, Year], Iterator[Slot]]] = {
    Anchor.DAY: _daily,
    Anchor.SHIFT: _shifts,
    Anchor.WEEK: _weekly,
    Anchor.MONTH: _monthly,
    Anchor.QUARTER: _parts("Q", 3),
    Anchor.HALF_YEAR: _parts("H", 6),
    Anchor.YEAR: _yearly,
    Anchor.DATES: _dates,
    Anchor.BEFORE_HOLIDAY: _before_holiday,
    Anchor.DURING_HOLIDAY: _during_holiday,
    Anchor.BEFORE_GUARANTEE: _before_period,
    Anchor.DURING_GUARANTEE: _during_period,
    Anchor.BEFORE_SEASON: _before_season,
    Anchor.SEASON_MONTH: _season_month,
    Anchor.CONFERENCE: _conference,
    Anchor.CONFERENCE_BEGINS: _conference_begins,
    Anchor.DURING_CONFERENCE: _during_conference,
    Anchor.CONFERENCE_ENDS: _conference_ends,
    Anchor.DECLARATION: _declared,
}
