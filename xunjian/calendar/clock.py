"""The zone that days are counted in: holidays begin at midnight in China, wherever we run."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

ZONE_NAME = "Asia/Shanghai"
YEARS = range(2000, 2201)  # that a calendar may speak of; any other is a slip of the pen


def zone() -> ZoneInfo:
    """China's zone; the data come from the system or from the wheel `tzdata`."""
    return ZoneInfo(ZONE_NAME)


def now() -> datetime:
    """Give the time in the calendar's zone."""
    return datetime.now(tz=zone())


def in_zone(at: datetime) -> datetime:
    """Give a time in the calendar's zone; one without a zone is taken to be in it already."""
    return at.replace(tzinfo=zone()) if at.tzinfo is None else at.astimezone(zone())


def told_time(at: datetime) -> str:
    """Write a time as people read it: in the calendar's zone, which documents name once."""
    return in_zone(at).strftime("%Y-%m-%d %H:%M:%S")


def day_of(at: datetime) -> date:
    """Give the calendar's day of a time."""
    return in_zone(at).date()
