"""Findings over time become faults: when each was first seen, last seen, found in order again.

A fault is one unbroken spell of an abnormal or warning verdict of one finding, over all rounds that
count. Its times are those of rounds: it began some time before the first and ended before the last.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from xunjian.checks.model import GRADED, LEVELS, Finding, Verdict
from xunjian.store.span_model import Sighting

REPLACE_AT = 3  # faults of one thing in a month (requirements 3.3, plan M1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One spell. `is_fault`: it was abnormal at some time; else it was only ever a warning."""

    finding: Finding
    first_at: datetime
    last_at: datetime
    resolved_at: datetime | None
    rounds: int
    is_fault: bool

    @property
    def level(self) -> str:
        """Its level, the lowest where the check gives none."""
        return self.finding.level or LEVELS[-1]

    @property
    def is_major(self) -> bool:
        """Level I or II."""
        return self.finding.level in LEVELS[:2]

    def lasted(self, as_of: datetime) -> timedelta:
        """From when it was first seen to when it was found in order, or to `as_of`."""
        return max((self.resolved_at or as_of) - self.first_at, timedelta())

    def touches(self, start: datetime, end: datetime) -> bool:
        """Whether it was open at some time of the span."""
        return self.first_at < end and (self.resolved_at is None or self.resolved_at >= start)


def faults_of(sightings: Iterable[Sighting]) -> tuple[Fault, ...]:
    """Give every spell, the first seen first."""
    found = [fault for sighting in sightings for fault in _spells(sighting)]
    return tuple(sorted(found, key=lambda one: (one.first_at, one.finding.id)))


def _spells(sighting: Sighting) -> Iterator[Fault]:
    spell: list[tuple[datetime, Verdict]] = []
    for at, _, verdict in sighting.seen:
        if verdict in GRADED:
            spell.append((at, verdict))
        elif spell:
            yield _fault(sighting.finding, spell, at)
            spell = []
    if spell:
        yield _fault(sighting.finding, spell, sighting.gone_at)


def _fault(
    finding: Finding, spell: Sequence[tuple[datetime, Verdict]], resolved_at: datetime | None
) -> Fault:
    return Fault(
        finding=finding,
        first_at=spell[0][0],
        last_at=spell[-1][0],
        resolved_at=resolved_at,
        rounds=len(spell),
        is_fault=any(verdict is Verdict.ABNORMAL for _, verdict in spell),
    )


def mean(spans: Sequence[timedelta]) -> timedelta | None:
    """The mean of some durations; None of none."""
    return sum(spans, timedelta()) / len(spans) if spans else None
