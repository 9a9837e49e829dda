"""One device, one session: channels are opened when asked for, and given up when out of step."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Final, cast, final

from xunjian.errors import DeviceError, NotSupported, ReadOnlyViolation
from xunjian.inventory.model import Device
from xunjian.language import Text
from xunjian.platforms import Platform
from xunjian.safety import check_request
from xunjian.secrets import Secret, SecretRef
from xunjian.transport.answer import Answer, Conversation, Link, Seen, TransportSettings
from xunjian.transport.deadline import AbortSwitch, Deadline
from xunjian.transport.model import Channel, Evidence, Request
from xunjian.transport.reachability import greeting_for, preferred, report
from xunjian.transport.redact import Redactor

# Imported when first needed: netmiko alone costs a third of a second.
_OPENERS: Final = {
    Channel.CLI: ("xunjian.transport.cli", "open_cli"),
    Channel.SHELL: ("xunjian.transport.shell", "open_shell"),
    Channel.HTTP: ("xunjian.transport.http", "open_http"),
    Channel.SNMP: ("xunjian.transport.snmp", "open_snmp"),
    Channel.NUT: ("xunjian.transport.nut", "open_nut"),
    Channel.SIP: ("xunjian.transport.sip", "open_sip"),
    Channel.ICMP: ("xunjian.transport.icmp", "open_icmp"),
    Channel.MODBUS: ("xunjian.transport.modbus", "open_modbus"),
    Channel.PJLINK: ("xunjian.transport.pjlink", "open_pjlink"),
}
# After these the channel is out of step or closed: nothing more is sent on it.
FATAL: Final = frozenset(
    {
        "no_answer",
        "login_refused",
        "host_key_unknown",
        "host_key_changed",
        "no_free_line",
        "hang",
        "session_lost",
        "deadline",
        "interrupted",
        "unsupported",
        "no_secret",
    }
)
# After these no other channel of the device is tried: no time, or an account that might lock.
_FOR_ALL_CHANNELS: Final = frozenset({"deadline", "interrupted", "login_refused"})
_THROUGH_JUMP: Final = frozenset({Channel.CLI, Channel.SHELL})
_HOST_KEY: Final = frozenset({"host_key_unknown", "host_key_changed"})
_NOT_SENT: Final = "not_sent"


def _ends(code: str, channel: Channel) -> bool:
    """Whether what befell one channel ends another; an echo asks for no account."""
    return code in _FOR_ALL_CHANNELS and not (code == "login_refused" and channel is Channel.ICMP)


@final
class DeviceSession:
    """Asks one device; device trouble comes back as evidence, never as an exception.

    Used by one thread; `abort` may be called from any other.
    """

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._links: dict[Channel, Link] = {}
        self._lost: dict[Channel, str] = {}
        self._count = 0
        self._lock = threading.Lock()

    @property
    def reason(self) -> str:
        """Why the session was given up: the first fatal code, empty while all is well."""
        codes = (
            code
            for channel, code in self._lost.items()
            if channel is not Channel.ICMP or code in _FOR_ALL_CHANNELS
        )
        return next(codes, "")

    @property
    def notes(self) -> tuple[str, ...]:
        """What the session layer noticed: questions answered, a stuck pager, refused setup."""
        return tuple(self._conversation.seen.notes)

    def ask(self, request: Request) -> Evidence:
        """Ask one question; opens the channel it needs."""
        started_at, started = datetime.now(UTC), time.monotonic()
        answer = (
            self._session_answer() if request.channel is Channel.SESSION else self._ask(request)
        )
        self._count += 1
        device = self._conversation.device.name
        return Evidence(
            id=f"{device}#{self._count:03d}",
            device=device,
            request=request,
            raw=answer.raw,
            text=answer.text,
            decoded_as=answer.decoded_as,
            started_at=started_at,
            elapsed_s=round(time.monotonic() - started, 6),
            complete=answer.complete,
            error=answer.error,
            detail=self._conversation.redactor.clean_text(answer.detail),
            status=answer.status,
            flags=answer.flags,
        )

    def close(self) -> None:
        """Log out of every open channel and free everything; may be called twice."""
        with self._lock:
            links, self._links = self._links, {}
        for link in links.values():
            link.close()

    def abort(self) -> None:
        """Break off whatever is waited on, from another thread; `close` must still follow."""
        self._conversation.switch.abort()

    def _ask(self, request: Request) -> Answer:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        return self._deliver(request.channel, request)

    def _deliver(self, channel: Channel, request: Request | None) -> Answer:
        """Open a channel if need be and ask on it; without a request opening is all."""
        try:
            if channel not in self._links:
                self._links[channel] = self._open(channel)
            answer = self._links[channel].ask(request) if request else Answer(complete=True)
        except (DeviceError, ReadOnlyViolation) as error:
            answer = Answer(error=error.code, detail=str(error.message))
        except Exception as error:  # noqa: BLE001 - foreign drivers run here; one device, one outcome
            answer = Answer(error="session_lost", detail=f"{type(error).__name__}: {error}")
        if answer.error in FATAL:
            self._give_up(channel, answer.error)
        elif answer.decoded_as != "utf-8":
            self._conversation.seen.decoded_as = answer.decoded_as
        return answer

    def _refusal(self, request: Request) -> Answer | None:
        """Say why a request is not sent at all, if so."""
        channel, conversation = request.channel, self._conversation
        if channel not in _OPENERS:
            return Answer(error="unsupported", detail=channel.value)
        lost = self._lost.get(channel) or next(
            (code for code in self._lost.values() if _ends(code, channel)), ""
        )
        if lost:
            return Answer(error=_NOT_SENT, detail=lost)
        if conversation.switch.aborted:
            return self._given_up(channel, "interrupted")
        if conversation.deadline.expired:
            return self._given_up(channel, "deadline")
        try:
            check_request(request, conversation.platform)
        except ReadOnlyViolation as violation:
            return Answer(error=violation.code, detail=str(violation.message))
        return None

    def _given_up(self, channel: Channel, code: str) -> Answer:
        self._give_up(channel, code)
        return Answer(error=_NOT_SENT, detail=code)

    def _give_up(self, channel: Channel, code: str) -> None:
        self._lost.setdefault(channel, code)
        if code in _HOST_KEY:
            self._conversation.seen.host_key = code
        link = self._links.pop(channel, None)
        if link is not None:
            link.close()

    def _open(self, channel: Channel) -> Link:
        via = self._conversation.device.via
        if via and channel not in _THROUGH_JUMP:
            raise NotSupported(
                Text(
                    f"{channel} 不能经跳板机 {via}", f"{channel} cannot go through jump host {via}"
                )
            )
        module, name = _OPENERS[channel]
        opener = cast("Callable[[Conversation], Link]", getattr(import_module(module), name))
        return opener(self._conversation)

    def _session_answer(self) -> Answer:
        """Say what was seen; a device nobody asked anything yet is called on first."""
        if not any(channel is not Channel.ICMP for channel in (*self._links, *self._lost)):
            self._call_on()
        states = {
            channel.value: self._lost.get(channel, "")
            for channel in Channel
            if channel in self._links or channel in self._lost
        }
        raw = report(self._conversation.seen, self.reason, states, self._conversation.device)
        return Answer(raw=raw, text=raw.decode(), complete=True)

    def _call_on(self) -> None:
        """Open the preferred channel and greet, for a round that asks nothing but reachability."""
        channel = preferred(self._conversation)
        greeting = greeting_for(channel, self._conversation)
        seen = self._conversation.seen
        if self._conversation.switch.aborted or self._conversation.deadline.expired:
            code = "interrupted" if self._conversation.switch.aborted else "deadline"
            self._give_up(channel, code)
            return
        answer = self._deliver(channel, greeting)
        if answer.error in FATAL:
            seen.note(f"{channel.value}:{answer.error}")
        elif seen.login is None and channel is not Channel.ICMP:
            seen.login = True
        if channel is Channel.ICMP and seen.echo_ms is None:
            self._lost[Channel.SESSION] = "no_answer"


def open_session(  # noqa: PLR0913 - what one session depends on, each given by the run
    device: Device,
    platform: Platform | None,
    *,
    known_hosts: Path,
    resolve: Callable[[SecretRef], Secret],
    deadline: Deadline,
    settings: TransportSettings | None = None,
    find_device: Callable[[str], Device | None] | None = None,
) -> DeviceSession:
    """Make a session; nothing is sent before the first question."""
    return DeviceSession(
        Conversation(
            device=device,
            platform=platform,
            known_hosts=known_hosts,
            resolve=resolve,
            deadline=deadline,
            settings=settings or TransportSettings(),
            switch=AbortSwitch(),
            redactor=Redactor(),
            seen=Seen(),
            find_device=find_device,
        )
    )
