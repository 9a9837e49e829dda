"""The post: a thread of its own, so that no message ever holds a round up or makes it fail.

Findings that come close together are one message. What could not be sent is kept with its reason
and said at the end.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from xunjian.checks.model import GRADED, SETTLED, Finding, Verdict
from xunjian.errors import XunjianError
from xunjian.language import Language, Text
from xunjian.notify import texts
from xunjian.notify.message import Message
from xunjian.notify.senders import send
from xunjian.notify.texts import Alarm, Source
from xunjian.report.english import in_english
from xunjian.run.model import DeviceResult, Outcome
from xunjian.secrets import Secret, SecretRef
from xunjian.settings import Address
from xunjian.store.notices import NoticeBook, Told, is_worse

MOST_WAITING = 2_000  # devices in the queue; what does not fit is looked at again at the end
GATHER_S = 5.0  # house rule: findings this close together are one message
QUIET_S = 20.0  # house rule: DingTalk and WeChat Work take 20 messages a minute, we send three
CLOSE_S = 45.0  # at the end of a round, at most

MOST_AGAIN = 8  # devices measured again for one message; where more are bad at once, none is sudden
AGAIN_S = 40.0  # for all of them: what is found is told within two minutes
MeasureAgain = Callable[[DeviceResult, tuple[str, ...]], Mapping[str, Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Who is told, in which language, and where it is written down.

    recipients: addresses by name; a name nobody has an address for is in `nobody`.
    measure_again: measures some cards of a device a second time; empty where it cannot.
    """

    recipients: Mapping[str, Sequence[Address]]
    nobody: tuple[str, ...] = ()
    language: Language
    resolve: Callable[[SecretRef], Secret]
    book: NoticeBook
    measure_again: MeasureAgain | None = None
    names: Mapping[str, str] = field(default_factory=dict)  # what things are called in English
    gather_s: float = GATHER_S
    quiet_s: float = QUIET_S


@dataclass(slots=True)
class Summary:
    """What became of the messages. failed: (recipient, reason code) by count of messages.

    untold: findings that found nobody to tell.
    """

    sent: int = 0
    failed: dict[tuple[str, str], int] = field(default_factory=dict)
    untold: int = 0
    gone: int = 0  # findings that a second measurement did not confirm


@dataclass(frozen=True, slots=True, kw_only=True)
class _Device:
    result: DeviceResult
    outcomes: tuple[Outcome, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    message: Message
    told: Sequence[Told]  # `recipient` is filled in for each


class Post:
    """Takes devices and messages at any time, and sends from its own thread."""

    def __init__(self, desk: Desk, source: Source, levels: Iterable[str] = ()) -> None:
        self.source = source
        self.summary = Summary()
        self.overflowed = False
        self._desk = desk
        self._levels = frozenset(levels)
        self._queue: queue.Queue[_Device | _Letter | None] = queue.Queue(MOST_WAITING)
        self._closing = threading.Event()
        self._hurry = threading.Event()
        self._waiting: list[Alarm] = []
        self._met: set[tuple[str, str]] = set()  # findings with their level, of this run
        self._flush_at = 0.0
        self._sent_at = 0.0
        self._thread = threading.Thread(target=self._work, name="notices", daemon=True)
        self._thread.start()

    def device(
        self, result: DeviceResult, outcomes: tuple[Outcome, ...], wait_s: float = 0.0
    ) -> None:
        """Look a device's findings over; waits for room only where that is asked for."""
        job = _Device(result=result, outcomes=outcomes, at=datetime.now(tz=UTC).astimezone())
        try:
            self._queue.put(job, block=wait_s > 0, timeout=max(wait_s, 0.0) or None)
        except queue.Full:
            self.overflowed = True

    def letter(self, message: Message, told: Sequence[Told]) -> None:
        """Send a message to every recipient."""
        with contextlib.suppress(queue.Full):
            self._queue.put(_Letter(message=message, told=tuple(told)), timeout=CLOSE_S)

    def close(self, timeout_s: float = CLOSE_S) -> Summary:
        """Send what waits, for as long as there is time; give what became of it all."""
        self._closing.set()
        with contextlib.suppress(queue.Full):
            self._queue.put_nowait(None)
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            self._hurry.set()
            self._fail("-", "not_in_time")
        return self.summary

    # --- the thread ---

    def _work(self) -> None:
        while True:
            try:
                job = self._queue.get(timeout=0.2)
            except queue.Empty:
                if self._closing.is_set():
                    job = None
                else:
                    self._flush_if_time()
                    continue
            try:
                if job is None or self._hurry.is_set():
                    self._flush()
                    return
                self._take(job)
                self._flush_if_time()
            except Exception as error:  # noqa: BLE001 - its text may hold an address
                self._fail("-", f"internal_{type(error).__name__}")
                if job is None:
                    return

    def _take(self, job: _Device | _Letter) -> None:
        if isinstance(job, _Device):
            self._look_over(job)
            return
        self._flush()
        self._send(dict.fromkeys(self._desk.recipients, job))

    def _look_over(self, job: _Device) -> None:
        """Close what is over; take up what is bad enough and was not told yet."""
        try:
            self._desk.book.settle(job.result.name, job.outcomes)
        except Exception as error:  # noqa: BLE001 - what is bad is told all the same
            self._fail("-", f"internal_{type(error).__name__}")
        bad = [
            finding
            for outcome in job.outcomes
            for finding in outcome.findings
            if finding.verdict in GRADED
            and _event(finding) in self._levels
            and (finding.id, finding.level) not in self._met
        ]
        if not bad:
            return
        self._met |= {(finding.id, finding.level) for finding in bad}
        if not self._waiting:
            self._flush_at = max(
                time.monotonic() + self._desk.gather_s, self._sent_at + self._desk.quiet_s
            )
        known = self._known(bad)
        for finding in bad:
            alarm = Alarm(
                finding=finding, device=job.result, seen_at=job.at, again=finding.id in known
            )
            self._waiting.append(alarm)

    def _known(self, bad: Sequence[Finding]) -> frozenset[str]:
        try:
            return self._desk.book.known([finding.id for finding in bad])
        except Exception:  # noqa: BLE001 - it only says "again"
            return frozenset()

    def _flush_if_time(self) -> None:
        if self._waiting and time.monotonic() >= self._flush_at:
            self._flush()

    def _flush(self) -> None:
        """Send the findings that wait, to each recipient those it was not told of."""
        alarms, self._waiting = self._waiting, []
        if not alarms:
            return
        told = self._told(alarms)
        new = [one for one in alarms if self._misses(one, told)]
        confirmed = self._confirmed(new)
        if confirmed and not self._desk.recipients:
            self.summary.untold += len(confirmed)
        source, letters = self.source, dict[str, _Letter]()
        for recipient in self._desk.recipients:
            mine = [one for one in confirmed if _is_missing(one, recipient, told)]
            if mine:
                message = texts.alarms(mine, source, datetime.now(tz=UTC).astimezone())
                rows = [_row(one, source.run_id) for one in mine]
                letters[recipient] = _Letter(message=message, told=rows)
        self._send(letters)
        self._sent_at = time.monotonic()

    def _told(self, alarms: Sequence[Alarm]) -> Mapping[tuple[str, str], str]:
        """What was told before; a store that fails makes us tell twice, never not at all."""
        try:
            return self._desk.book.told("finding", [one.finding.id for one in alarms])
        except Exception:  # noqa: BLE001
            return {}

    def _misses(self, alarm: Alarm, told: Mapping[tuple[str, str], str]) -> bool:
        recipients = self._desk.recipients or {"": ()}
        return any(_is_missing(alarm, name, told) for name in recipients)

    def _confirmed(self, alarms: Sequence[Alarm]) -> list[Alarm]:
        """Measure new findings again where that is possible; those that are gone are left out."""
        again, until = self._desk.measure_again, time.monotonic() + AGAIN_S
        devices = {one.device.name: one.device for one in alarms if _can_repeat(one)}
        if again is None or len(devices) > MOST_AGAIN:
            return list(alarms)
        kept = [one for one in alarms if one.device.name not in devices]
        for name, device in devices.items():
            mine = [one for one in alarms if one.device.name == name]
            found: Mapping[str, Finding] = {}
            if time.monotonic() < until and not self._hurry.is_set():
                with contextlib.suppress(Exception):  # told without a second look
                    found = again(device, tuple(dict.fromkeys(one.finding.task for one in mine)))
            verdicts = [_second(one, found) for one in mine]
            kept += [one for one in verdicts if one is not None]
            self.summary.gone += verdicts.count(None)
        return kept

    def _send(self, letters: Mapping[str, _Letter]) -> None:
        """Send each recipient a letter, to all its addresses at once."""
        desk = self._desk
        to = [(name, way) for name in letters for way in desk.recipients[name]]
        troubles: dict[str, dict[int, str]] = {name: {} for name in letters}
        told = {name: in_english(one.message, desk.names) for name, one in letters.items()}
        jobs = [(way, told[name]) for name, way in to]
        for place, trouble in send(jobs, desk.language, desk.resolve, self._hurry.wait):
            name = to[place][0]
            met = troubles[name]
            met[place] = trouble
            if len(met) == len(desk.recipients[name]):
                self._note(name, letters[name], [met[key] for key in sorted(met)])

    def _note(self, recipient: str, letter: _Letter, troubles: Sequence[str]) -> None:
        """Write down what became of a letter; one address that took it is enough."""
        for trouble in filter(None, troubles):
            self._fail(recipient, trouble)
        taken = not all(troubles)
        self.summary.sent += taken
        state, why = ("sent", "") if taken else ("failed", troubles[0])
        with contextlib.suppress(XunjianError):
            self._desk.book.add(_addressed(row, recipient, state, why) for row in letter.told)

    def _fail(self, recipient: str, why: str) -> None:
        key = (recipient, why)
        self.summary.failed[key] = self.summary.failed.get(key, 0) + 1


def _event(finding: Finding) -> str:
    return f"level_{finding.level.lower()}"


def _is_missing(alarm: Alarm, recipient: str, told: Mapping[tuple[str, str], str]) -> bool:
    event = told.get((alarm.finding.id, recipient))
    return event is None or is_worse(alarm.event, event)


def _row(alarm: Alarm, run_id: str) -> Told:
    one = alarm.finding
    return Told(
        kind="finding",
        subject=one.id,
        event=alarm.event,
        recipient="",
        device=one.device,
        check_id=one.check,
        run_id=run_id,
    )


def _can_repeat(alarm: Alarm) -> bool:
    return alarm.finding.source == "automatic"


def _second(alarm: Alarm, found: Mapping[str, Finding]) -> Alarm | None:
    """Say how a finding stood at the second look; None when it was gone.

    Gone is only what is normal now, in a card that finds nothing else wrong: a device that does not
    answer any more leaves checks that do not apply, and those prove nothing.
    """
    now, task = found.get(alarm.finding.id), alarm.finding.task
    if now is not None and now.verdict in GRADED:
        return replace(alarm, measured_again=Text("复测仍如此", "the same when measured again"))
    others = {one.verdict for one in found.values() if one.task == task}
    if now is not None and now.verdict is Verdict.NORMAL and others <= SETTLED:
        return None
    return alarm


def _addressed(row: Told, recipient: str, state: str, why: str) -> Told:
    return replace(row, recipient=recipient, state=state, reason=why)
