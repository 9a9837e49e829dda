"""Fetching configurations by the pack's commands, and keeping what was read.

The readable copy is redacted text in git; the raw bytes are encrypted to the workspace's age
recipient, or exist nowhere.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from xunjian.config.baselines import RUNNING, STARTUP, Named
from xunjian.config.completeness import edited_meanwhile, not_startup, with_reason
from xunjian.config.model import Redacted, TrustState
from xunjian.config.pack import Pack
from xunjian.config.parts import join_parts
from xunjian.config.remembered import Memory
from xunjian.config.rules import Command, Part
from xunjian.errors import XunjianError
from xunjian.inventory.model import Device
from xunjian.language import Text
from xunjian.platforms import Platform
from xunjian.run.together import ask_together
from xunjian.safety import check_request
from xunjian.transport import DeviceSession
from xunjian.transport.model import Channel, Evidence, Request

NO_COMMAND, NOT_UNDERSTOOD = "no_card", "unsupported"


class Asking(Protocol):
    """An open session, as far as reading a configuration needs it."""

    def ask(self, request: Request) -> Evidence:
        """Ask one question; device trouble comes back as evidence."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One device to be asked, and what is known of its platform."""

    device: Device
    platform: Platform
    pack: Pack

    @property
    def named(self) -> Named:
        """The device as the baselines know it."""
        site = self.device.site.name if self.device.site else ""
        return Named(device=self.device.name, site=site)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What one device answered. reason: why `running` is missing.

    raw: bytes by `running` and `startup`, to be sealed and forgotten. notes: what could not be read
    beside the running configuration; unread: parts of it that are there and could not be read.
    """

    visit: Visit
    running: Redacted | None = None
    startup: Redacted | None = None
    reason: str = ""
    detail: str = ""
    raw: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    notes: tuple[Text, ...] = ()
    unread: tuple[str, ...] = ()


def requests_of(visit: Visit) -> tuple[Request, ...]:
    """Every question a visit may ask.

    Raises:
        ReadOnlyViolation: the platform's rules refuse one; nothing was sent.
    """
    commands = visit.pack.commands
    asked = [*commands.running, *commands.startup, *commands.stamp]
    asked += [part.command for part, _ in visit.pack.parts]
    requests = tuple(_request(command) for command in asked)
    for request in requests:
        check_request(request, visit.platform)
    return requests


def arrives_whole(visit: Visit) -> bool:
    """Whether the transport itself shows that nothing is missing: a length, an END, a status."""
    commands = [part.command for part, _ in visit.pack.parts] or visit.pack.commands.running
    return all(Channel(command.channel) in _SELF_CONTAINED for command in commands)


_SELF_CONTAINED = frozenset({Channel.HTTP, Channel.NUT, Channel.SHELL})


def fetch_all(
    visits: Sequence[Visit],
    open_session: Callable[[Device], DeviceSession],
    memory: Memory,
    *,
    workers: int,
    startup: bool = False,
) -> Iterator[Fetched]:
    """Fetch from every device, each in a session of its own; yields as they come."""
    for visit in visits:
        requests_of(visit)

    def one(session: DeviceSession, visit: Visit) -> Fetched:
        try:
            return fetch(visit, session, memory, startup=startup)
        except XunjianError:
            raise
        except Exception as error:  # noqa: BLE001 - one device's surprise is not the others'
            return Fetched(visit=visit, reason="internal", detail=type(error).__name__)

    jobs = [(visit.device, visit) for visit in visits]
    yield from ask_together(jobs, open_session, one, workers=workers)


def fetch(visit: Visit, session: Asking, memory: Memory, *, startup: bool) -> Fetched:
    """Fetch through a session that is open already; it is left open."""
    before = _first(visit, session, visit.pack.commands.stamp)
    unread: list[Part] = []
    answer = _parts(visit, session, unread) if visit.pack.parts else _running(visit, session)
    if not isinstance(answer, bytes):
        return answer
    running = memory.redacted(visit.named, RUNNING, answer, visit.pack)
    after = _first(visit, session, visit.pack.commands.stamp) if before is not None else None
    if before is not None and after is not None:
        reason = edited_meanwhile(before.text.encode(), after.text.encode())
        running = _doubted(running, TrustState.UNSTABLE, reason)
    found = Fetched(
        visit=visit,
        running=running,
        raw={RUNNING: answer},
        notes=_notes(unread),
        unread=tuple(part.name for part in unread),
    )
    asks = startup and bool(visit.pack.commands.startup)
    return _with_startup(found, session, memory) if asks else found


def _running(visit: Visit, session: Asking) -> bytes | Fetched:
    evidence = _first(visit, session, visit.pack.commands.running)
    return _usable(visit, evidence)


def _parts(visit: Visit, session: Asking, unread: list[Part]) -> bytes | Fetched:
    """The parts that could be read, as one text; those that are there and could not: `unread`."""
    answers: dict[str, bytes] = {}
    for part, _ in visit.pack.parts:
        evidence = session.ask(_request(part.command))
        if evidence.error in _NOT_IN_STEP:
            return Fetched(visit=visit, reason=evidence.error, detail=evidence.detail)
        if evidence.complete and not evidence.status:
            answers[part.name] = evidence.text.encode()
        elif not _is_absent(visit, evidence):
            unread.append(part)
    if visit.pack.parts and not answers:
        return Fetched(visit=visit, reason=NOT_UNDERSTOOD)
    return join_parts(answers)


def _notes(unread: Sequence[Part]) -> tuple[Text, ...]:
    return tuple(
        Text(
            f"{part.name} 没有读到（{part.command.send}）",
            f"{part.name} was not read ({part.command.send})",
        )
        for part in unread
    )


def _is_absent(visit: Visit, evidence: Evidence) -> bool:
    """Whether the device said that there is no such file or command: nothing to read."""
    unsupported = visit.platform.unsupported
    said = f"{evidence.text}\n{evidence.detail}"
    return unsupported is not None and unsupported.search(said) is not None


_NOT_IN_STEP = frozenset({"not_sent", "hang", "session_lost", "deadline", "no_answer"})


def _usable(visit: Visit, evidence: Evidence | None) -> bytes | Fetched:
    if evidence is None:
        return Fetched(visit=visit, reason=NO_COMMAND)
    if not evidence.complete:
        return Fetched(visit=visit, reason=evidence.error, detail=evidence.detail)
    if _is_not_understood(visit, evidence):
        return Fetched(visit=visit, reason=NOT_UNDERSTOOD)
    return evidence.text.encode()


def _first(visit: Visit, session: Asking, commands: Sequence[Command]) -> Evidence | None:
    """The first of several alternatives that the device understands, else the first answer at all.

    Channels that the inventory sets up go first; where one cannot be had, the next one is asked.
    """
    own = visit.device.channels
    failed: Evidence | None = None
    for command in sorted(commands, key=lambda command: command.channel not in own):
        evidence = session.ask(_request(command))
        if evidence.complete and not _is_not_understood(visit, evidence):
            return evidence
        if failed is None or (evidence.complete and not failed.complete):
            failed = evidence
    return failed


_HTTP_OK = 200
_REFUSAL_LINES = 6  # an error text and its marks; a configuration is longer


def _is_not_understood(visit: Visit, evidence: Evidence) -> bool:
    if evidence.request.channel is Channel.HTTP and evidence.status not in {None, _HTTP_OK}:
        return True
    if evidence.text.strip().count("\n") >= _REFUSAL_LINES:
        return False
    patterns = (visit.platform.unsupported, visit.platform.no_privilege)
    return any(p.search(evidence.text) for p in patterns if p is not None)


def _with_startup(found: Fetched, session: Asking, memory: Memory) -> Fetched:
    visit = found.visit
    evidence = _first(visit, session, visit.pack.commands.startup)
    raw = _usable(visit, evidence)
    if not isinstance(raw, bytes):
        note = Text("没有读到启动配置", "the startup configuration was not read")
        return replace(found, notes=(*found.notes, note))
    startup = memory.redacted(visit.named, STARTUP, raw, visit.pack)
    startup = _doubted(startup, TrustState.POLLUTED, not_startup(raw, visit.pack))
    return replace(found, startup=startup, raw={**found.raw, STARTUP: raw})


def _doubted(text: Redacted, state: TrustState, reason: Text | None) -> Redacted:
    if reason is None:
        return text
    return replace(text, trust=with_reason(text.trust, state, reason))


def _request(command: Command) -> Request:
    return Request(
        channel=Channel(command.channel), text=command.send, timeout_s=float(command.timeout_s)
    )


def visits_of(
    devices: Sequence[Device],
    find_platform: Callable[[str | None], Platform | None],
    find_pack: Callable[[str | None], Pack],
) -> tuple[tuple[Visit, ...], tuple[Device, ...]]:
    """Give whom to ask, and who has no configuration that we know how to ask for."""
    visits, without = [], []
    for device in devices:
        platform = find_platform(device.platform)
        pack = find_pack(platform.name) if platform is not None else None
        known = pack is not None and (pack.commands.running or pack.parts)
        if device.address is None or platform is None or pack is None or not known:
            without.append(device)
            continue
        visits.append(Visit(device=device, platform=platform, pack=pack))
    return tuple(visits), tuple(without)
