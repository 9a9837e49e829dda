"""Processors, memory and the environment inside a chassis."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from xunjian.facts.model import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Cpu(Fact):
    """Processor load, one row per slot or member.

    used_pct: 0-100.
    device_critical_pct: the device's own printed overload threshold.
    load_1m: load average over one minute.
    load_5m: load average over five minutes.
    load_15m: load average over fifteen minutes.
    cores: processors the load is shared by.
    busy_ticks: time not idle since boot, any unit (counter).
    total_ticks: all time since boot, the same unit (counter).
    iowait_ticks: idle time in which a disk was waited for, the same unit (counter).
    """

    KEY: ClassVar[tuple[str, ...]] = ("slot",)

    slot: str | None = None
    used_pct: float | None = None
    device_critical_pct: float | None = None
    load_1m: float | None = None
    load_5m: float | None = None
    load_15m: float | None = None
    cores: int | None = None
    busy_ticks: int | None = None
    total_ticks: int | None = None
    iowait_ticks: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory(Fact):
    """Main memory, one row per slot or member.

    used_pct: 0-100.
    device_critical_pct: the device's own printed threshold.
    available_bytes: what programs can still get.
    swap_used_pct: 0-100.
    state: what the device itself makes of it, where it says so.
    """

    KEY: ClassVar[tuple[str, ...]] = ("slot",)

    slot: str | None = None
    used_pct: float | None = None
    device_critical_pct: float | None = None
    total_bytes: int | None = None
    available_bytes: int | None = None
    swap_used_pct: float | None = None
    state: Literal["ok", "warn", "fault"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Temperature(Fact):
    """One sensor.

    state: the device's own word.
    device_warning: °C, printed by the device.
    device_critical: °C, printed by the device.
    device_low: °C, printed by the device.
    """

    KEY: ClassVar[tuple[str, ...]] = ("slot", "sensor")

    slot: str | None = None
    sensor: str | None = None
    celsius: float | None = None
    state: str | None = None
    device_warning: float | None = None
    device_critical: float | None = None
    device_low: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fan(Fact):
    """One fan.

    speed_pct: 0-100 of full speed.
    """

    KEY: ClassVar[tuple[str, ...]] = ("slot", "fan")

    slot: str | None = None
    fan: str | None = None
    state: Literal["ok", "warn", "fault", "absent"] | None = None
    rpm: float | None = None
    speed_pct: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerSupply(Fact):
    """One power supply.

    state: `no_input`: sound, but no mains on this feed.
    """

    KEY: ClassVar[tuple[str, ...]] = ("slot", "psu")

    slot: str | None = None
    psu: str | None = None
    state: Literal["ok", "warn", "fault", "no_input", "absent"] | None = None
    output_w: float | None = None
    rated_w: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health(Fact):
    """Health of a part as a management controller reports it.

    part: path or name.
    health: the controller's word: OK, Warning, Critical.
    enabled: the part is present and in use.
    state: the controller's word: Enabled, Absent, ….
    label: the part's name for readers.
    power: On or Off, of a system.
    """

    KEY: ClassVar[tuple[str, ...]] = ("part",)

    part: str | None = None
    health: str | None = None
    enabled: bool | None = None
    state: str | None = None
    label: str | None = None
    power: str | None = None
