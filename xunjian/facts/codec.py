"""Video terminals."""

from dataclasses import dataclass
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
    """One media stream of a call. Counts are since the call began, unless `source` is current.

    source: a call that is up, or the last one's figures.
    kind: audio, video, presentation.
    packets: received or sent.
    lost: packets lost.
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
    jitter_ms: float | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Peripheral(Fact):
    """Something plugged in.

    kind: camera, microphone, display, touch panel.
    state: connected, missing, or the device's own word.
    """

    KEY: ClassVar[tuple[str, ...]] = ("name",)

    name: str | None = None
    kind: str | None = None
    state: str | None = None
    serial: str | None = None
