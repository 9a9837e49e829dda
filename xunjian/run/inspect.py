"""One device from its first question to its outcomes; nothing it raises leaves this module."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from xunjian.checks.context import History
from xunjian.checks.model import Finding
from xunjian.errors import DeviceError
from xunjian.facts.model import AWAITING_FORM, FactTable, StepResult, StepState
from xunjian.language import Text
from xunjian.run.answers import ON_PAPER, Answers, PaperSession
from xunjian.run.breaker import Breaker, Key, credential_key, credentials_of
from xunjian.run.config_checks import CONFIG
from xunjian.run.config_round import ConfigReading
from xunjian.run.leash import Leash
from xunjian.run.model import Outcome, Pair
from xunjian.run.plan import cards_of, describe
from xunjian.run.tools import Session, Tools
from xunjian.run.waiving import waived
from xunjian.secrets import Secret, SecretRef
from xunjian.store.leaks import OwnSecrets
from xunjian.store.model import DeviceSave
from xunjian.tasks.model import Task
from xunjian.transport.model import Channel, Evidence

# Errors that mean the device said nothing to the question (codes of `errors.DeviceError`).
UNANSWERED = frozenset(
    [
        "no_answer",
        "login_refused",
        "host_key_unknown",
        "host_key_changed",
        "no_free_line",
        "hang",
        "session_lost",
        "no_secret",
        "unsupported",
        "deadline",
        "interrupted",
        "not_sent",
        AWAITING_FORM,
        "not_stored",  # these three only in a replay
        "evidence_missing",
        "evidence_altered",
    ]
)
_CUT = frozenset({"interrupted", "session_lost", "hang", "not_sent"})  # how a break-off looks
_ANSWERED = frozenset({StepState.OK, StepState.UNSUPPORTED, StepState.UNPARSED})


@dataclass(slots=True)
class Seen:
    """What one device's worker has so far; readable when it stops half-way.

    configuration: what reading it came to; None before that. is_whole: nothing is left to ask.
    """

    evidence: list[Evidence] = field(default_factory=list)
    secrets: list[Secret] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    table: FactTable = field(default_factory=FactTable)
    reason: str = ""
    configuration: ConfigReading | None = None
    is_whole: bool = False

    def clean(self, text: str) -> str:
        """Blank the secrets the device's session was given."""
        return OwnSecrets(tuple(self.secrets)).clean(text)

    def was_cut(self) -> bool:
        """Whether a question stays open that the session was to answer."""
        return not self.is_whole or any(one.error in _CUT for one in self.evidence)

    def failed(self, error: Exception) -> None:
        """Note an exception of our own code, without secrets."""
        self.notes.append(self.clean(f"{type(error).__name__}: {error}")[:2000])
        self.reason = "internal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One device's visit: who, with what, under which time."""

    pair: Pair
    tools: Tools
    leash: Leash
    breaker: Breaker
    history: History
    now: datetime
    seen: Seen = field(default_factory=Seen)
    answers: Answers = field(default_factory=Answers)  # what forms hold of the device
    started_at: datetime = field(default_factory=lambda: datetime.now(tz=UTC).astimezone())

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The cards to ask."""
        return cards_of(self.pair, self.tools.catalog)

    @property
    def is_on_paper(self) -> bool:
        """Whether the device itself is asked nothing."""
        platform = self.pair.device.platform
        steps = [s for t in self.tasks for g in t.steps_for(platform) for s in g.alternatives]
        is_form = bool(steps) and all(step.channel is Channel.MANUAL for step in steps)
        return is_form and CONFIG not in self.pair.tasks

    def keys(self) -> frozenset[Key]:
        """The credentials this visit would use."""
        if self.is_on_paper:
            return frozenset()
        channels = channels_of(self.tasks, self.pair)
        configurations = self.tools.configurations
        if configurations is not None and CONFIG in self.pair.tasks:
            channels |= configurations.channels(self.pair.device)
        return credentials_of(self.pair.device, channels)


def channels_of(tasks: Sequence[Task], pair: Pair) -> frozenset[str]:
    """Channels the tasks ask on; a visit that only asks the session layer may use any."""
    asked = {
        step.channel.value
        for task in tasks
        for group in task.steps_for(pair.device.platform)
        for step in group.alternatives
    } - {Channel.SESSION.value, Channel.MANUAL.value}
    return frozenset(asked or {"", *pair.device.channels})


def inspect(visit: Visit, deliver: Callable[[DeviceSave], None]) -> None:
    """Visit one device and deliver what came of it, before the session is logged out.

    Whatever fails, every task of the pair has exactly one outcome. Only `deliver` may raise.
    """
    seen = visit.seen

    def resolve(reference: SecretRef) -> Secret:
        secret = visit.tools.resolve(reference)
        seen.secrets.append(secret)
        return secret

    if visit.is_on_paper:
        deliver(build(visit, _work(visit, PaperSession(visit.pair.device.name))))
        return
    try:
        session = visit.tools.open_session(visit.pair.device, resolve, visit.leash.deadline)
    except DeviceError as error:
        lost = PaperSession(visit.pair.device.name, error.code)
        findings = _work(visit, lost) if _asks_forms(visit) else ()
        seen.reason = error.code
        deliver(build(visit, findings))
        return
    except Exception as error:  # noqa: BLE001 - one device's trouble must not reach another
        seen.failed(error)
        deliver(build(visit))
        return
    visit.leash.hold(session)
    try:
        deliver(build(visit, _work(visit, session)))
    finally:
        with contextlib.suppress(Exception):  # foreign drivers run here; all is stored already
            session.close()


def _asks_forms(visit: Visit) -> bool:
    return any(task.has_form(visit.pair.device.platform) for task in visit.tasks)


def _work(visit: Visit, session: Session) -> Sequence[Finding]:
    """Ask and judge; gives the findings, none if our own code failed."""
    seen = visit.seen
    try:
        tasks = visit.tasks
        _converse(visit, tasks, session, seen)
        seen.reason, seen.is_whole = session.reason, True
        found = visit.tools.judge(visit.pair.device, tasks, seen.table, visit.history, visit.now)
        said = visit.answers.applied(found)
        return waived(said, visit.tools.waivers, visit.now.date())
    except Exception as error:  # noqa: BLE001 - what was answered so far is kept
        seen.failed(error)
        return ()
    finally:
        _tell_breaker(visit, seen)


_NO_CREDENTIAL = frozenset({Channel.SESSION, Channel.MANUAL})


def _converse(visit: Visit, tasks: Sequence[Task], session: Session, seen: Seen) -> None:
    device = visit.pair.device
    generator = visit.tools.collect(device, tasks)
    try:
        request = next(generator)
        while True:
            if request.channel is Channel.SESSION:
                _read_configuration(visit, session)
            if request.channel is Channel.MANUAL:
                evidence = visit.answers.ask(device.name, request)
            else:
                evidence = session.ask(request)
            if evidence.error not in {AWAITING_FORM, ON_PAPER}:
                seen.evidence.append(evidence)
            if evidence.complete and request.channel not in _NO_CREDENTIAL:
                visit.breaker.accepted(credential_key(device.channel(request.channel.value)))
            request = generator.send(evidence)
    except StopIteration as end:
        seen.table = end.value
    _read_configuration(visit, session)


def _read_configuration(visit: Visit, session: Session) -> None:
    """Read it once, behind the cards and before the session layer is asked what it saw.

    What fails here costs no card its answers; the exception's text may hold lines of the device.
    """
    seen, device, configurations = visit.seen, visit.pair.device, visit.tools.configurations
    if configurations is None or seen.configuration or CONFIG not in visit.pair.tasks:
        return
    try:
        reading = configurations.read(device, session, seen.evidence, visit.now)
    except Exception as error:  # noqa: BLE001
        seen.notes.append(f"{CONFIG}: {type(error).__name__}")
        lost = Outcome(device=device.name, task=CONFIG, reached=False, reason="internal")
        reading = ConfigReading(outcome=lost)
    seen.evidence.extend(reading.evidence)
    said = waived(reading.outcome.findings, visit.tools.waivers, visit.now.date())
    seen.configuration = replace(reading, outcome=replace(reading.outcome, findings=tuple(said)))


def _tell_breaker(visit: Visit, seen: Seen) -> None:
    device = visit.pair.device
    refused = {e.request.channel.value for e in seen.evidence if e.error == "login_refused"}
    if refused:
        visit.breaker.refused(credentials_of(device, refused))
    elif seen.reason == "login_refused":
        visit.breaker.refused(visit.keys())


def build(visit: Visit, findings: Sequence[Finding] = ()) -> DeviceSave:
    """Make the device's result and one outcome per planned task."""
    seen, started_at = visit.seen, visit.started_at
    reason = seen.reason
    if visit.leash.reason and (reason in _CUT or (not reason and seen.was_cut())):
        reason = visit.leash.reason  # we broke it off: say why, not how it looked
    elapsed_s = (datetime.now(tz=UTC) - started_at).total_seconds()
    judged = _Judged(seen, findings, reason, started_at, round(elapsed_s, 3))
    unread = seen.configuration.notes if seen.configuration else ()
    if visit.is_on_paper and not reason and any(map(_is_blank, seen.table.steps)):
        reason = AWAITING_FORM
    result = describe(visit.pair.device, reached=not reason, reason=reason)
    return DeviceSave(
        result=replace(result, notes=(*map(Text, seen.notes), *seen.table.problems, *unread)),
        outcomes=tuple(judged.outcome(visit.pair.device.name, t) for t in visit.pair.tasks),
        table=seen.table,
        evidence=tuple(seen.evidence),
        change=seen.configuration.change if seen.configuration else None,
        secrets=tuple(seen.secrets),
    )


def _is_blank(step: StepResult) -> bool:
    return step.reason == AWAITING_FORM


@dataclass(frozen=True, slots=True)
class _Judged:
    """A visited device's parts, from which each task takes its own."""

    seen: Seen
    findings: Sequence[Finding]
    reason: str
    started_at: datetime
    elapsed_s: float

    def outcome(self, device: str, task: str) -> Outcome:
        """What came of one task: its findings, or why none of its questions was answered."""
        configuration = self.seen.configuration
        if task == CONFIG and configuration is not None:
            own = configuration.outcome
            if own.reason in {"not_sent", "interrupted"}:
                own = replace(own, reason=self.reason or own.reason)
            return replace(own, started_at=self.started_at, elapsed_s=self.elapsed_s)
        ids = self._evidence_ids(task)
        evidence = [item for item in self.seen.evidence if item.id in ids]
        reached = self._is_reached(task, evidence)
        findings: tuple[Finding, ...] = ()
        if reached or self._is_blank(task):
            findings = tuple(f for f in self.findings if f.task == task)
            ids |= dict.fromkeys(i for f in findings for i in f.evidence_ids)
        return Outcome(
            device=device,
            task=task,
            reached=reached,
            reason="" if reached else self._why(task, evidence),
            findings=findings,
            evidence_ids=tuple(ids),
            started_at=self.started_at,
            elapsed_s=self.elapsed_s,
        )

    def _evidence_ids(self, task: str) -> dict[str, None]:
        steps = (step for step in self.seen.table.steps if step.task == task)
        return dict.fromkeys(i for step in steps for i in step.evidence_ids)

    def _is_reached(self, task: str, evidence: Sequence[Evidence]) -> bool:
        if self.seen.reason == "internal":
            return False
        steps = [step for step in self.seen.table.steps if step.task == task]
        return any(step.state in _ANSWERED for step in steps) or any(
            item.complete or item.error not in UNANSWERED for item in evidence
        )

    def _is_blank(self, task: str) -> bool:
        steps = [step for step in self.seen.table.steps if step.task == task]
        return self.seen.reason != "internal" and any(map(_is_blank, steps))

    def _why(self, task: str, evidence: Sequence[Evidence]) -> str:
        """The task's own first trouble, else the session's."""
        if self.seen.reason == "internal":
            return "internal"
        if self._is_blank(task):
            return AWAITING_FORM
        own = next((e.error for e in evidence if e.error not in {"", "not_sent"}), "")
        if own in {"", "interrupted"}:
            return self.reason or own or "not_sent"
        return own
