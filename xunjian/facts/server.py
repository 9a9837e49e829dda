"""What an operating system says."""

from dataclasses import dataclass
from typing import ClassVar

from xunjian.facts.model import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Filesystem(Fact):
    """One mounted filesystem.

    used_pct: 0-100, of what ordinary users may fill.
    inode_used_pct: 0-100.
    fs_type: ext4, xfs, tmpfs, ….
    """

    KEY: ClassVar[tuple[str, ...]] = ("mount",)

    mount: str | None = None
    used_pct: float | None = None
    free_bytes: int | None = None
    inode_used_pct: float | None = None
    total_bytes: int | None = None
    fs_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit(Fact):
    """One unit of the service manager.

    load: loaded, not-found, masked.
    active: active, failed, inactive, activating.
    sub: running, exited, dead, failed.
    """

    KEY: ClassVar[tuple[str, ...]] = ("unit",)

    unit: str | None = None
    load: str | None = None
    active: str | None = None
    sub: str | None = None
