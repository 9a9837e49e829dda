"""The generic fact: a user's own sensor needs no Python."""

from dataclasses import dataclass
from typing import ClassVar

from xunjian.facts.model import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Fact):
    """One figure of one sensor.

    state: the sensor's own word.
    label: the name for readers.
    """

    KEY: ClassVar[tuple[str, ...]] = ("name",)

    name: str | None = None
    reading: float | None = None
    unit: str | None = None
    state: str | None = None
    label: str | None = None
