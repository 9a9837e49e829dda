"""Video terminals."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from xunjian.facts.model import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration(Fact):
    """Registration with a server, one row per service.

    service: SIP, H323, ….
    state: the device's own word.
    server: name or address of the server.
    """

    KEY: ClassVar[tuple[str, ...]] = ("service",)

    service: str | None = None
    state: str | None = None
    reason: str | None = None
    server: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallState(Fact):
    """Whether a call is up.

    active: calls connected.
    in_progress: calls being set up.
    """

    active: int | None = None
    in_progress: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaStream(Fact):
    """One media stream of a call. Counts are since the call began.

    source: a call that is up, or the last one's figures.
    kind: audio, video, presentation.
    packets: received or sent.
    lost: packets lost.
    loss_pct: 0-100, where the device says it itself instead of counts.
    interval_packets: received or sent in the device's last short interval.
    interval_lost: lost in the same interval.
    jitter_ms: now.
    max_jitter_ms: the highest since the call began.
    width: pixels.
    height: pixels.
    """

    KEY: ClassVar[tuple[str, ...]] = ("call", "stream")

    call: str | None = None
    stream: str | None = None
    source: Literal["current", "last"] | None = None
    direction: Literal["in", "out"] | None = None
    kind: str | None = None
    packets: int | None = None
    lost: int | None = None
    loss_pct: float | None = None
    interval_packets: int | None = None
    interval_lost: int | None = None
    jitter_ms: float | None = None
    max_jitter_ms: float | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Peripheral(Fact):
    """Something plugged in.

    kind: camera, microphone, display, touch panel; channel: a camera of a recorder.
    state: connected, missing, or the device's own word.
    reason: why it is not to be used.
    """

    KEY: ClassVar[tuple[str, ...]] = ("name",)

    name: str | None = None
    kind: str | None = None
    state: str | None = None
    reason: str | None = None
    serial: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointState(Fact):
    """The terminal as a whole.

    standby: off, standby, halfwake, entering; read only, a room is never woken.
    last_shutdown_at: when it last went down.
    last_shutdown_reason: the device's own word.
    upgrade: state of a software upgrade, the device's own word.
    reboot_needed: a change waits for a restart.
    sessions: logins open on the device, of people and programs.
    """

    standby: Literal["off", "standby", "halfwake", "entering"] | None = None
    last_shutdown_at: datetime | None = None
    last_shutdown_reason: str | None = None
    upgrade: str | None = None
    reboot_needed: bool | None = None
    sessions: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic(Fact):
    """One message of the terminal's self-diagnostics.

    name: kind of message, unique on the device.
    level: the device's grading on our scale.
    text: the device's own words.
    """

    KEY: ClassVar[tuple[str, ...]] = ("name",)

    name: str | None = None
    level: Literal["ok", "info", "warning", "error", "critical"] | None = None
    text: str | None = None
