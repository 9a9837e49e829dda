"""The rounds of a year or of a span, by the day they are due."""

from collections.abc import Sequence
from datetime import date

from xunjian.calendar.content import STEPS, Calendar
from xunjian.calendar.holidays import unknown_year
from xunjian.calendar.model import Declaration, Round
from xunjian.calendar.rules import Year, rounds_of


def plan_year(
    calendar: Calendar, year: int, declarations: Sequence[Declaration] = ()
) -> tuple[Round, ...]:
    """Give every round due in a year, in order; raises UsageError when its days are unknown."""
    if year not in calendar.days.years:
        raise unknown_year(year)
    return plan_span(calendar, date(year, 1, 1), date(year, 12, 31), declarations)


def plan_span(
    calendar: Calendar, first: date, last: date, declarations: Sequence[Declaration] = ()
) -> tuple[Round, ...]:
    """Give every round due from one day to another; of unknown years only what is certain."""
    found = [
        one
        for year in range(first.year, last.year + 2)  # New Year's round is due the year before
        for rule in calendar.rules
        for one in rounds_of(rule, Year(calendar, year, declarations))
        if first <= one.due <= last
    ]
    return tuple(sorted(found, key=lambda one: (one.due, one.first, one.step, one.id)))


def steps_of(
    calendar: Calendar, meeting: str, declarations: Sequence[Declaration] = ()
) -> tuple[Round, ...]:
    """Give the steps of one conference's guarantee, in order."""
    year = Year(calendar, int(meeting[:4]), declarations)
    found = (r for rule in calendar.rules if rule.anchor in STEPS for r in rounds_of(rule, year))
    mine = (one for one in found if one.meeting == meeting)
    return tuple(sorted(mine, key=lambda one: (one.step, one.first, one.id)))


def find_round(
    calendar: Calendar, round_id: str, declarations: Sequence[Declaration] = ()
) -> Round | None:
    """Give one round by its id, of whatever year."""
    rule_name, _, key = round_id.partition("@")
    rule = calendar.rule(rule_name)
    if rule is None or not key:
        return None
    year = int(key[:4]) if key[:4].isdecimal() else 0
    years = sorted({year, year + 1, *(given.first.year for given in declarations)} - {0, 1})
    found = (one for year in years for one in rounds_of(rule, Year(calendar, year, declarations)))
    return next((one for one in found if one.id == round_id), None)
