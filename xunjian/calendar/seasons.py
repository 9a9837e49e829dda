"""The flood season: the contract's months, and for a zone's sites the official ones beside them.

Zones: Ministry of Water Resources, notice 2024-89; they add months and never take one away.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from xunjian.calendar.content import FloodSeason


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """One season of a year. zone: empty for the contract's; else `where` holds its sites."""

    year: int
    zone: str
    months: tuple[int, ...]
    systems: tuple[str, ...]

    @property
    def where(self) -> str:
        """The condition that only the zone's devices fulfil."""
        return f"site.flood_zone == '{self.zone}'" if self.zone else ""

    @property
    def first(self) -> date:
        """The first day."""
        return date(self.year, self.months[0], 1)


def seasons(flood: FloodSeason | None, year: int) -> Iterator[Season]:
    """Give the contract's season of a year, then what zones add to it."""
    if flood is None:
        return
    yield Season(year=year, zone="", months=flood.months, systems=flood.systems)
    for zone, months in flood.zones.items():
        yield Season(year=year, zone=zone, months=months, systems=flood.systems)


def is_flood(flood: FloodSeason | None, day: date) -> bool:
    """Whether a day lies in the contract's season or in one that a zone adds."""
    return flood is not None and any(
        day.month in months for months in (flood.months, *flood.zones.values())
    )


def month_end(year: int, month: int) -> date:
    """Give the last day of a month."""
    return date(year, month, monthrange(year, month)[1])


def days_of(first: date, last: date) -> Iterator[date]:
    """Give every day from one to another, both included."""
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)
