"""What `playbooks/calendar.yml` may hold."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from xunjian.calendar.clock import YEARS, ZONE_NAME
from xunjian.content_fields import Words
from xunjian.language import Text
from xunjian.schema import Model, reject

NAME = r"^\w[\w\-]{0,63}$"
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_MONTH_DAY = re.compile(r"(\d{2})-(\d{2})")


def day(value: Any) -> Any:
    """Accept a day; a time or a zone has no place in it."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) and len(value) == 10 else "")
    except ValueError:
        raise reject(
            Text(
                f"应为日期，如 2026-05-01，不带时间和时区（按 {ZONE_NAME} 计日）",
                f"expected a day such as 2026-05-01, no time, no zone (counted in {ZONE_NAME})",
            )
        ) from None


def clock_time(value: Any) -> Any:
    """Accept a time of the day."""
    if isinstance(value, str) and _TIME.fullmatch(value):
        return value
    raise reject(Text('应为加引号的时刻，如 "08:00"', 'expected a quoted time such as "08:00"'))


def month_day(value: Any) -> Any:
    """Accept a day of every year, as (month, day)."""
    found = _MONTH_DAY.fullmatch(value) if isinstance(value, str) else None
    try:
        if found:
            date(2024, int(found[1]), int(found[2]))
            return (int(found[1]), int(found[2]))
    except ValueError:
        pass
    raise reject(Text("应为每年的日子，如 04-20", "expected a day of every year such as 04-20"))


def zone_name(value: Any) -> Any:
    """Accept China's zone alone: statutory holidays are counted in it."""
    if value == ZONE_NAME:
        return value
    raise reject(
        Text(
            f"日历只按 {ZONE_NAME} 计日；服务器可在任何时区",
            f"days are counted in {ZONE_NAME} alone; the server may stand in any zone",
        )
    )


Day = Annotated[date, BeforeValidator(day)]
Span = Annotated[list[Day], Field(min_length=2, max_length=2)]
Name = Annotated[str, Field(pattern=NAME)]
Names = list[Annotated[str, Field(min_length=1)]]
MonthNumber = Annotated[int, Field(ge=1, le=12)]
Share = Annotated[float, Field(gt=0, le=1)]
Shift = Annotated[str, BeforeValidator(clock_time)]
MonthDay = Annotated[tuple[int, int], BeforeValidator(month_day)]
DECLARED = ("emergency_response", "severe_weather", "power_change", "conference")
Declared = Literal["emergency_response", "severe_weather", "power_change", "conference"]


class YearFields(Model):
    """One year's notice, or a correction of one."""

    year: Annotated[int, Field(ge=YEARS[0], le=YEARS[-1])]
    notice: str = ""
    source: str = ""
    days: dict[str, Span] = Field(default_factory=dict)
    working: dict[str, list[Day]] = Field(default_factory=dict)


class ZoneFields(Model):
    """A zone's official months."""

    months: Annotated[list[MonthNumber], Field(min_length=1)]
    source: str = ""


class FloodFields(Model):
    """`flood_season`; `add_zones` names the zones whose official months are added."""

    months: Annotated[list[MonthNumber], Field(min_length=1)]
    systems: Names = Field(default_factory=list)
    zones: dict[str, ZoneFields] = Field(default_factory=dict)
    add_zones: Names = Field(default_factory=list)


class PeriodFields(Model):
    """A guarantee period or a conference."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    title: Words | None = None
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    sites: Names = Field(default_factory=list)
    systems: Names = Field(default_factory=list)
    source: str = ""


class SampleFields(Model):
    """`sample`."""

    share: Share
    least: Annotated[int, Field(ge=1)] = 1


class RuleFields(Model):
    """One rule."""

    playbook: Annotated[str, Field(min_length=1)]
    title: Words | None = None
    anchor: Literal[
        "day",
        "shift",
        "week",
        "month",
        "quarter",
        "half_year",
        "year",
        "dates",
        "before_holiday",
        "during_holiday",
        "before_guarantee",
        "during_guarantee",
        "before_season",
        "season_month",
        "conference",
        "conference_begins",
        "during_conference",
        "conference_ends",
        "declaration",
    ]
    where: str = ""
    sites: Names = Field(default_factory=list)
    systems: Names = Field(default_factory=list)
    holidays: Literal["all"] | Names = "all"
    declared: list[Declared] = Field(default_factory=list)
    dates: list[MonthDay] = Field(default_factory=list)
    working_days: Annotated[int, Field(ge=2, le=15)] | None = None
    days_before: Annotated[int, Field(ge=1, le=90)] = 30
    due: Annotated[int, Field(ge=1, le=28)] | None = None
    grace: Annotated[int, Field(ge=0, le=180)] | None = None
    remind: Annotated[int, Field(ge=0, le=366)] = 31
    enough: Share | None = None
    quota: Share = 1.0
    rotate: Literal["rooms", "devices"] | None = None
    sample: SampleFields | None = None
    by_hand: bool = False
    after: str = ""
    enabled: bool = True


class FreezeFields(Model):
    """One freeze rule."""

    name: Name
    title: Words | None = None
    anchor: Literal["holiday", "guarantee", "dates"]
    mode: Literal["no_change", "light_touch", "no_touch"]
    holidays: Literal["all"] | Names = "all"
    first: Day | None = Field(default=None, alias="from")
    last: Day | None = Field(default=None, alias="to")
    sites: Names = Field(default_factory=list)
    systems: Names = Field(default_factory=list)
    check: str = ""


class CalendarFields(Model):
    """The whole file."""

    zone: Annotated[str, BeforeValidator(zone_name)] = ZONE_NAME
    working_days: Annotated[int, Field(ge=2, le=15)] = 3
    enough: Share = 0.9
    holidays: Literal["all"] | Names = "all"
    years: list[YearFields] = Field(default_factory=list)
    flood_season: FloodFields | None = None
    shifts: list[Shift] = Field(default_factory=list)
    guarantees: list[PeriodFields] = Field(default_factory=list)
    conferences: list[PeriodFields] = Field(default_factory=list)
    rules: dict[Name, RuleFields] = Field(default_factory=dict)
    freeze: list[FreezeFields] = Field(default_factory=list)
