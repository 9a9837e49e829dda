"""Uninterruptible power supplies."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from xunjian.facts.model import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery(Fact):
    """The battery behind a UPS.

    charge_pct: 0-100.
    runtime_s: time left at the present load.
    state: normal, low, depleted, ….
    on_battery_s: since the mains went; some cards never reset it.
    replace: the UPS asks for a new battery.
    device_charge_low_pct: the UPS's own limit.
    device_runtime_low_s: the UPS's own limit.
    """

    charge_pct: float | None = None
    runtime_s: float | None = None
    voltage_v: float | None = None
    celsius: float | None = None
    state: str | None = None
    on_battery_s: float | None = None
    replace: bool | None = None
    device_charge_low_pct: float | None = None
    device_runtime_low_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsOutput(Fact):
    """What feeds the load.

    load_pct: 0-100 of the rating, worst phase.
    device_load_high_pct: the UPS's own limit.
    alarms: alarms present.
    """

    source: Literal["mains", "battery", "bypass", "booster", "reducer", "none"] | None = None
    load_pct: float | None = None
    device_load_high_pct: float | None = None
    alarms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsPhase(Fact):
    """One phase of one side.

    load_pct: 0-100 of the phase's rating.
    """

    KEY: ClassVar[tuple[str, ...]] = ("side", "phase")

    side: Literal["input", "output", "bypass"] | None = None
    phase: str | None = None
    volts: float | None = None
    amps: float | None = None
    load_pct: float | None = None
    hz: float | None = None
