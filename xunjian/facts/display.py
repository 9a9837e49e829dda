"""Projectors and displays."""

from dataclasses import dataclass
from typing import ClassVar

from xunjian.facts.model import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Display(Fact):
    """A projector, a television or a screen.

    power: standby on cooling warming.
    input: the source in use, as the device names it.
    muted: nothing is shown although it is on (shutter or blank picture).
    """

    power: str | None = None
    input: str | None = None
    muted: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamp(Fact):
    """One lamp of a projector.

    lamp: from 1.
    hours: since it was put in.
    """

    KEY: ClassVar[tuple[str, ...]] = ("lamp",)

    lamp: str | None = None
    hours: float | None = None
    lit: bool | None = None
