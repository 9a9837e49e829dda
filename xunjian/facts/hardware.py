"""Parts of a server as its management controller, or the device itself, lists them."""

from dataclasses import dataclass
from typing import ClassVar

from xunjian.facts.model import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive(Fact):
    """One disk.

    part: path or name.
    label: the disk's name for readers.
    media: HDD, SSD, ….
    health: the controller's word: OK, Warning, Critical.
    present: a disk is there.
    predicted: the disk itself expects to fail.
    life_left_pct: 0-100 of the rated write endurance; solid-state disks only.
    """

    KEY: ClassVar[tuple[str, ...]] = ("part",)

    part: str | None = None
    label: str | None = None
    media: str | None = None
    model: str | None = None
    serial: str | None = None
    health: str | None = None
    present: bool | None = None
    predicted: bool | None = None
    life_left_pct: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Firmware(Fact):
    """A part's firmware.

    part: name or path.
    label: the part's name for readers.
    """

    KEY: ClassVar[tuple[str, ...]] = ("part",)

    part: str | None = None
    label: str | None = None
    version: str | None = None
