"""What a channel gives back for one request, and what it needs to work."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from xunjian.errors import (
    DeadlinePassed,
    DeviceError,
    DeviceTimeout,
    NoSecret,
    ReadOnlyViolation,
    SessionAborted,
    SessionLost,
)
from xunjian.inventory.model import ChannelSettings, Device, Scalar
from xunjian.language import Text
from xunjian.platforms import Platform
from xunjian.secrets import Secret, SecretRef
from xunjian.transport.deadline import AbortSwitch, Deadline
from xunjian.transport.decode import decode
from xunjian.transport.model import Channel, Request
from xunjian.transport.redact import Redactor


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Evidence without its frame: the session adds identity, device and times."""

    raw: bytes = b""
    text: str = ""
    decoded_as: str = "utf-8"
    complete: bool = False
    error: str = ""
    detail: str = ""
    status: int | None = None
    flags: Mapping[str, str] = field(default_factory=dict)


class Link(Protocol):
    """An open channel to a device."""

    def ask(self, request: Request) -> Answer:
        """Answer one request; raises `DeviceError` when the channel is lost."""
        ...

    def close(self) -> None:
        """Leave politely and free everything; never raises."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportSettings:
    """Waiting times and caps of the session layer, in seconds and bytes.

    connect_timeout_s: one TCP connection attempt (the probe); `retries` more are made.
    login_timeout_s: silence allowed in the handshake and between texts at login.
    answer_max_bytes: an answer longer than this is given up.
    """

    connect_timeout_s: float = 4.0
    retries: int = 1
    login_timeout_s: float = 20.0
    datagram_timeout_s: float = 2.0
    logout_timeout_s: float = 1.0
    answer_max_bytes: int = 64 * 1024 * 1024


@dataclass(slots=True, kw_only=True)
class Seen:
    """What the session layer saw of the device; filled while working."""

    answers: bool = False
    login: bool | None = None  # None: never tried
    latency_ms: float | None = None
    notes: list[str] = field(default_factory=list)
    host_key: str = ""  # what is wrong with it
    decoded_as: str = ""
    tls_not_after: str = ""  # end of the certificate its web interface showed, ISO 8601
    echo_ms: float | None = None  # a reply to ICMP: its address is alive, which is no connection

    def note(self, code: str) -> None:
        """Note something once."""
        if code not in self.notes:
            self.notes.append(code)

    def answered(self, latency_s: float) -> None:
        """Note the first sign of life."""
        self.answers = True
        if self.latency_ms is None:
            self.latency_ms = round(latency_s * 1000, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Everything a channel needs to talk to one device."""

    device: Device
    platform: Platform | None
    known_hosts: Path
    resolve: Callable[[SecretRef], Secret]
    deadline: Deadline
    settings: TransportSettings
    switch: AbortSwitch
    redactor: Redactor
    seen: Seen
    find_device: Callable[[str], Device | None] | None = None

    def of(self, channel: Channel) -> ChannelSettings:
        """How the device's inventory says a channel is reached."""
        return self.device.channel(channel.value)

    def host(self, channel: Channel) -> str:
        """The address a channel is reached at, empty when the device has none."""
        return self.of(channel).hostname or self.device.address or ""

    def option(self, channel: Channel, name: str, default: Scalar = None) -> Scalar:
        """A plain option of a channel; a secret reference counts as absent."""
        value = self.of(channel).options.get(name, default)
        return default if isinstance(value, SecretRef) else value

    def password(self, channel: Channel) -> str | None:
        """The channel's password, resolved now and hidden from everything that is kept."""
        reference = self.of(channel).password
        return None if reference is None else self.reveal(reference)

    def secret_option(self, channel: Channel, name: str) -> str | None:
        """A secret among the options; a literal is accepted where content allowed it."""
        value = self.of(channel).options.get(name)
        if isinstance(value, SecretRef):
            return self.reveal(value)
        if value is None:
            return None
        self.redactor.hide(str(value))
        return str(value)

    def lost(self, why: Text) -> DeviceError:
        """Say why a session ended: broken off by us, or, with `why`, by the device."""
        if self.switch.aborted:
            return SessionAborted(Text("已中止", "aborted"))
        return SessionLost(why)

    def late(self, why: Text) -> DeviceError:
        """Say why nothing more is waited for: the device's time, or, with `why`, the question's."""
        if self.deadline.expired:
            return DeadlinePassed(Text("设备时限已到", "the deadline has passed"))
        return DeviceTimeout(why)

    def answer(
        self,
        heard: bytes,
        problem: DeviceError | ReadOnlyViolation | None,
        *,
        status: int | None = None,
        flags: Mapping[str, str] | None = None,
    ) -> Answer:
        """Frame what was heard, without secrets; complete when there was no problem."""
        raw = self.redactor.clean(heard)
        decoded = decode(raw)
        return Answer(
            raw=raw,
            text=decoded.text,
            decoded_as=decoded.decoded_as,
            complete=problem is None,
            error=problem.code if problem else "",
            detail=str(problem.message) if problem else "",
            status=status,
            flags={**(flags or {}), **({"redacted": "1"} if raw != heard else {})},
        )

    def reveal(self, reference: SecretRef) -> str:
        """Resolve a reference; the value is registered for redaction before it is used."""
        secret = self.resolve(reference)
        if not isinstance(secret, Secret):
            raise NoSecret(Text(f"口令引用无值：{reference.name}", f"no secret: {reference.name}"))
        value = secret.reveal()
        self.redactor.hide(value)
        return value
