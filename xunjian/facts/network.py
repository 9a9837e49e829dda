"""Ports, optics, sessions and roles of network devices."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from xunjian.facts.model import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface(Fact):
    """One port. Counters count since boot or the last clearing.

    port: canonical name.
    in_packets: counter.
    out_packets: counter.
    in_errors: counter.
    out_errors: counter.
    crc: counter, frames with a wrong checksum.
    in_util_pct: 0-100 of the speed.
    out_util_pct: 0-100 of the speed.
    last_up_at: when the link last came up.
    last_down_at: when the link last went down.
    flapped_s: seconds since the link last came up or went down.
    link_changes: counter, times the link came up or went down.
    down_reason: why the device itself holds the port down (err-disabled, error-down), its own word.
    """

    KEY: ClassVar[tuple[str, ...]] = ("port",)

    port: str | None = None
    admin: Literal["up", "down"] | None = None
    oper: Literal["up", "down"] | None = None
    description: str | None = None
    speed_mbps: float | None = None
    duplex: Literal["full", "half"] | None = None
    in_packets: int | None = None
    out_packets: int | None = None
    in_errors: int | None = None
    out_errors: int | None = None
    crc: int | None = None
    in_util_pct: float | None = None
    out_util_pct: float | None = None
    last_up_at: datetime | None = None
    last_down_at: datetime | None = None
    flapped_s: float | None = None
    down_reason: str | None = None
    link_changes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbor(Fact):
    """What is plugged into the other end of a port, by CDP or LLDP.

    port: our own port, canonical name.
    neighbor: the name the other device gives itself, or its identity where it gives none.
    neighbor_port: its port, as it writes it.
    address: its management address.
    model: its platform.
    """

    KEY: ClassVar[tuple[str, ...]] = ("port", "neighbor")

    port: str | None = None
    neighbor: str | None = None
    neighbor_port: str | None = None
    address: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Optics(Fact):
    """Measured values of a transceiver, one row per lane.

    port: canonical name.
    lane: empty with one lane.
    rx_dbm: received power.
    tx_dbm: sent power.
    bias_ma: laser current.
    celsius: module temperature.
    rx_state: what the device itself makes of the received power, where it says so.
    tx_state: what it makes of the sent power.
    """

    KEY: ClassVar[tuple[str, ...]] = ("port", "lane")

    port: str | None = None
    lane: str | None = None
    rx_dbm: float | None = None
    tx_dbm: float | None = None
    bias_ma: float | None = None
    celsius: float | None = None
    rx_state: Literal["ok", "low_warning", "low_alarm", "high_warning", "high_alarm"] | None = None
    tx_state: Literal["ok", "low_warning", "low_alarm", "high_warning", "high_alarm"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transceiver(Fact):
    """A plugged module as the register knows it.

    port: canonical name.
    """

    KEY: ClassVar[tuple[str, ...]] = ("port",)

    port: str | None = None
    vendor: str | None = None
    model: str | None = None
    serial: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpticsLimits(Fact):
    """The module's own alarm window.

    port: canonical name.
    """

    KEY: ClassVar[tuple[str, ...]] = ("port",)

    port: str | None = None
    rx_low_dbm: float | None = None
    rx_high_dbm: float | None = None
    tx_low_dbm: float | None = None
    tx_high_dbm: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(Fact):
    """Firewall sessions in use.

    maximum: licensed or table size.
    """

    used: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSlot(Fact):
    """Firewall sessions in use, where each member or blade keeps a table of its own.

    slot: `-` on a device of one part.
    """

    KEY: ClassVar[tuple[str, ...]] = ("slot",)

    slot: str | None = None
    used: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HaState(Fact):
    """Role in a pair.

    role: active, standby, ….
    peer: the peer's role.
    state: the device's own word.
    mode: active-passive, active-active, standalone; the device's own word.
    members: devices in the cluster, this one among them.
    synced: all hold the same configuration.
    stable_s: since the roles last changed.
    channel_used_pct: 0-100 of what the link between them carries.
    switchovers: counter, since the start.
    """

    role: str | None = None
    peer: str | None = None
    state: str | None = None
    mode: str | None = None
    members: int | None = None
    synced: bool | None = None
    stable_s: float | None = None
    channel_used_pct: float | None = None
    switchovers: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate(Fact):
    """A certificate's end."""

    KEY: ClassVar[tuple[str, ...]] = ("name",)

    name: str | None = None
    not_after: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry(Fact):
    """One line of a device's log.

    at: with zone.
    text: the line's text.
    severity: 0 emergency - 7 debug.
    port: canonical name, when the line names one.
    """

    KEY: ClassVar[tuple[str, ...]] = ("at", "text")
    EVENT: ClassVar[bool] = True

    at: datetime | None = None
    text: str | None = None
    severity: int | None = None
    module: str | None = None
    mnemonic: str | None = None
    port: str | None = None
