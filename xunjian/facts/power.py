"""Uninterruptible power supplies."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from xunjian.facts.model import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery(Fact):
    """The battery behind a UPS.

    charge_pct: 0-100.
    runtime_s: time left at the present load.
    state: normal, low, depleted, fault, absent, unknown.
    charger: what the charger does: charging, discharging, floating, resting, off, unknown.
    on_battery_s: since the mains went; some cards never reset it, so nothing is judged by it.
    replace: the UPS asks for a new battery.
    replaced_at: the day the batteries were last replaced, as the UPS was told (midnight UTC).
    replace_due_at: the day the UPS itself recommends to replace them (midnight UTC).
    packs: battery packs present.
    packs_bad: battery packs found bad.
    device_charge_low_pct: the UPS's own limit.
    device_runtime_low_s: the UPS's own limit.
    """

    charge_pct: float | None = None
    runtime_s: float | None = None
    voltage_v: float | None = None
    celsius: float | None = None
    state: str | None = None
    charger: str | None = None
    on_battery_s: float | None = None
    replace: bool | None = None
    replaced_at: datetime | None = None
    replace_due_at: datetime | None = None
    packs: int | None = None
    packs_bad: int | None = None
    device_charge_low_pct: float | None = None
    device_runtime_low_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsOutput(Fact):
    """What feeds the load.

    source: `combined`: mains and battery together; `test`: the battery on purpose, in a self-test
        or a calibration.
    hz: frequency of the output.
    load_pct: 0-100 of the rating, worst phase.
    device_load_high_pct: the UPS's own limit.
    alarms: alarms present.
    input_bads: times the input was out of tolerance (counter).
    last_transfer: why the UPS last went to battery, in the platform file's words.
    """

    source: (
        Literal["mains", "battery", "bypass", "booster", "reducer", "combined", "test", "none"]
        | None
    ) = None
    hz: float | None = None
    load_pct: float | None = None
    device_load_high_pct: float | None = None
    alarms: int | None = None
    input_bads: int | None = None
    last_transfer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsPhase(Fact):
    """One phase of one side; a UPS of one phase has phase 1.

    volts: phase to neutral; cards that measure between phases are brought to this.
    load_pct: 0-100 of the phase's rating.
    """

    KEY: ClassVar[tuple[str, ...]] = ("side", "phase")

    side: Literal["input", "output", "bypass"] | None = None
    phase: str | None = None
    volts: float | None = None
    amps: float | None = None
    load_pct: float | None = None
    hz: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsTest(Fact):
    """The last test of one sort that the UPS remembers.

    test: `self_test`: a short test of the battery under load; `discharge`: a deep discharge or
        calibration.
    result: `none`: the UPS remembers no test (many forget it when their card restarts).
    at: when it was, where the UPS says a date (midnight UTC if only the day).
    age_s: how long ago it began, where the UPS says it by its uptime.
    detail: the device's own words.
    """

    KEY: ClassVar[tuple[str, ...]] = ("test",)

    test: Literal["self_test", "discharge"] | None = None
    result: (
        Literal["passed", "warning", "failed", "aborted", "in_progress", "none", "unsupported"]
        | None
    ) = None
    at: datetime | None = None
    age_s: float | None = None
    detail: str | None = None
