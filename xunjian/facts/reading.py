"""The generic fact: a user's own sensor needs no Python."""

from dataclasses import dataclass
from typing import ClassVar

from xunjian.facts.model import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Fact):
    """One figure of one sensor.

    state: the sensor's own word.
    label: the name for readers.
    measures: what it stands for: temperature humidity leak smoke door ….
    limit_low, limit_high: what the register of equipment says of this very point.
    """

    KEY: ClassVar[tuple[str, ...]] = ("name",)

    name: str | None = None
    reading: float | None = None
    unit: str | None = None
    state: str | None = None
    label: str | None = None
    measures: str | None = None
    limit_low: float | None = None
    limit_high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection(Fact):
    """What a person saw or measured at one item of a form.

    item: card and line, as `room_fire.extinguishers`.
    state: `normal`, `abnormal` or the word of another choice.
    reading: a figure, in the unit the card names.
    day: a date, ISO 8601.
    detail: in the person's own words.
    photo: name of a picture beside the form.
    """

    KEY: ClassVar[tuple[str, ...]] = ("item",)
    SAID: ClassVar[bool] = True

    item: str | None = None
    state: str | None = None
    reading: float | None = None
    day: str | None = None
    detail: str | None = None
    photo: str | None = None
