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


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount(Fact):
    """One mount point: as the kernel has it and as the start-up table (fstab) declares it.

    mounted: the kernel has it now.
    read_only: the kernel's own flag.
    declared: it stands in the start-up table and is to be mounted at the start.
    declared_read_only: the table asks for read-only.
    """

    KEY: ClassVar[tuple[str, ...]] = ("mount",)

    mount: str | None = None
    device: str | None = None
    fs_type: str | None = None
    mounted: bool | None = None
    read_only: bool | None = None
    declared: bool | None = None
    declared_read_only: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RaidArray(Fact):
    """One software RAID array.

    level: raid1, raid5, ….
    state: active, inactive, ….
    devices: members it should have.
    working: members in use.
    failed: names of failed members.
    action: recovery, resync, check, reshape; empty when none is going on.
    progress_pct: 0-100 of the action.
    """

    KEY: ClassVar[tuple[str, ...]] = ("array",)

    array: str | None = None
    level: str | None = None
    state: str | None = None
    devices: int | None = None
    working: int | None = None
    failed: str | None = None
    action: str | None = None
    progress_pct: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener(Fact):
    """A socket that takes connections or datagrams.

    protocol: tcp or udp.
    address: the local address; `*`, 0.0.0.0 and [::] are all of them.
    number: port number.
    """

    KEY: ClassVar[tuple[str, ...]] = ("protocol", "address", "number")

    protocol: str | None = None
    address: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Login(Fact):
    """A login, a system start or a crash as the login record has it.

    began: as printed, in the device's own zone.
    source: where it came from; empty for the console.
    ended: as printed, `still logged in`, `crash`, `down`.
    """

    KEY: ClassVar[tuple[str, ...]] = ("began", "user", "terminal")
    EVENT: ClassVar[bool] = True

    began: str | None = None
    user: str | None = None
    terminal: str | None = None
    source: str | None = None
    ended: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedLogin(Fact):
    """A refused login.

    began: as printed, in the device's own zone.
    source: where it came from; empty for the console.
    """

    KEY: ClassVar[tuple[str, ...]] = ("began", "user", "source")
    EVENT: ClassVar[bool] = True

    began: str | None = None
    user: str | None = None
    terminal: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(Fact):
    """A package for which a newer version is known.

    available: the newer version.
    security: it comes from a security channel, as far as the channel's name tells.
    """

    KEY: ClassVar[tuple[str, ...]] = ("package",)

    package: str | None = None
    installed: str | None = None
    available: str | None = None
    security: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BondMember(Fact):
    """One port of a bond.

    status: up or down, as the bond sees the port.
    failures: link failures since the bond was made (counter).
    """

    KEY: ClassVar[tuple[str, ...]] = ("bond", "member")

    bond: str | None = None
    member: str | None = None
    status: str | None = None
    failures: int | None = None
