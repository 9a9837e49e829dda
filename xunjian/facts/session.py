"""What is true before anything is asked: reachability, the path, who the device says it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from xunjian.facts.model import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachability(Fact):
    """Whether the device answers and lets us in; filled from our own session layer.

    answers: the address accepts a connection.
    login: the credential was accepted.
    latency_ms: time to connect.
    reason: code of `errors.DeviceError`; empty when all was well.
    notes: what was seen while logging in, codes with `,` between: `initial_password`, `legacy_ssh`.
    """

    answers: bool | None = None
    login: bool | None = None
    latency_ms: float | None = None
    reason: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential(Fact):
    """The secrets that a device is read with.

    rotated_on: the day the oldest of them was last changed, as the inventory notes it.
    """

    rotated_on: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Path(Fact):
    """Loss and delay to a target.

    target: name or address.
    loss_pct: 0-100.
    rtt_ms: mean round trip.
    jitter_ms: mean deviation.
    """

    KEY: ClassVar[tuple[str, ...]] = ("target",)

    target: str | None = None
    loss_pct: float | None = None
    rtt_ms: float | None = None
    jitter_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity(Fact):
    """What the device says it is.

    serial: as printed, leading zeros kept.
    version: software version.
    uptime_s: since the last start.
    sysname: the name the device gives itself.
    patch: active patches, names or versions with `,` between; `none` when there is none.
    """

    model: str | None = None
    serial: str | None = None
    version: str | None = None
    uptime_s: float | None = None
    sysname: str | None = None
    patch: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock(Fact):
    """The device's clock beside ours.

    at: the device's time, with zone.
    offset_s: device minus ours; positive is fast.
    synced: it follows a time source.
    source: the time source.
    stratum: NTP stratum; 16 is unsynchronised.
    ntp_enabled: following a time source is switched on, whether or not it succeeds.
    """

    at: datetime | None = None
    offset_s: float | None = None
    synced: bool | None = None
    source: str | None = None
    stratum: int | None = None
    ntp_enabled: bool | None = None
