"""A run from its plan to its closed record, on nornir."""

import contextlib
import dataclasses
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from xunjian.errors import StoreError, XunjianError
from xunjian.playbook.model import Playbook
from xunjian.run.breaker import Breaker, Key
from xunjian.run.events import Events, Silence
from xunjian.run.exits import exit_code
from xunjian.run.freeze import Restraint
from xunjian.run.inspect import Seen, Visit, build, inspect
from xunjian.run.leash import Leash
from xunjian.run.model import (
    CLOSED,
    LEFT_OUT,
    ContentUsed,
    Outcome,
    Pair,
    RunPlan,
    RunRecord,
    RunState,
    blanks,
)
from xunjian.run.nornir_tasks import LoadedTask, run_nornir_tasks
from xunjian.run.plan import describe
from xunjian.run.stop import StopSignal, listening
from xunjian.run.ticket import Ticket, entries_of
from xunjian.run.tools import Tools
from xunjian.store.journal import Filing
from xunjian.store.model import DeviceSave, Numbering, RunEnd, RunStart
from xunjian.store.store import Store
from xunjian.transport.deadline import Deadline


def _local_time() -> datetime:
    return datetime.now(tz=UTC).astimezone()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOrder:
    """What is to be run.

    resume: id of the run to go on with; `plan` then holds what it left open (`resume_plan`).
    now: the time that judging takes for now (`--at`); None is the clock.
    clock: tells when the run begins and ends; the lab's round of the day before has one of its own.
    numbering: of the report, by the workspace's settings.
    ticket: the calendar's round that it is made for. restraint: the freeze windows it is made in.
    """

    plan: RunPlan
    playbook: Playbook
    tools: Tools
    content: tuple[ContentUsed, ...] = ()
    nornir_tasks: tuple[LoadedTask, ...] = ()
    resume: str = ""
    fail_on: str = "abnormal"
    min_coverage: float = 0.0
    now: datetime | None = None
    clock: Callable[[], datetime] = _local_time
    numbering: Numbering | None = None
    ticket: Ticket | None = None
    restraint: Restraint = Restraint()


def execute(
    order: RunOrder, store: Store, *, events: Events | None = None, stop: StopSignal | None = None
) -> RunRecord:
    """Run a plan and give its record, closed and read back from the store.

    Raises:
        LockHeld: another process works in this workspace; nothing was touched.
        StoreError: the store failed; what could be stored is stored.
    """
    stop = stop or StopSignal()
    with store.locked(f"run {order.playbook.name}") as holding, listening(stop):
        started_at = order.clock()
        if order.resume:
            run_id = order.resume
            record = store.record(run_id)
            if record.state in CLOSED and not order.plan.pairs:
                return record  # nothing was left open
            started_at = record.started_at
            store.reopen_run(run_id)
        else:
            run_id = store.begin_run(order.plan, _start(order, started_at))
        holding.name_run(run_id)
        return _Run(order, store, events or Silence(), stop, run_id, started_at).run()


def _start(order: RunOrder, started_at: datetime) -> RunStart:
    asked = {pair.device.name for pair in order.plan.pairs}
    devices = {pair.device.name: pair.device for pair in order.plan.pairs}
    known = {device.name: device for device in order.plan.devices} | devices
    return RunStart(
        playbook=order.playbook,
        devices=tuple(
            describe(device, reason="" if name in asked else LEFT_OUT)
            for name, device in known.items()
        ),
        content=order.content,
        settings={
            "fail_on": order.fail_on,
            "min_coverage": order.min_coverage,
            "freeze": order.restraint.note(),
        },
        started_at=started_at,
        numbering=order.numbering,
        round_id=order.ticket.round.id if order.ticket else "",
    )


@dataclass(slots=True)
class _Run:
    """One run going on; the scheduler's `Watch`."""

    order: RunOrder
    store: Store
    events: Events
    stop: StopSignal
    run_id: str
    started_at: datetime
    notes: list[str] = field(default_factory=list)
    failure: XunjianError | None = None
    _visits: dict[str, Visit] = field(default_factory=dict)
    _keys: dict[str, frozenset[Key]] = field(default_factory=dict)
    _pairs: dict[str, Pair] = field(default_factory=dict)
    _telling: threading.Lock = field(default_factory=threading.Lock)
    _breaker: Breaker = field(default_factory=lambda: Breaker(1))

    def run(self) -> RunRecord:
        """Visit all devices, run the playbook's nornir tasks, close the record."""
        settings = self.order.playbook.run
        self._breaker = Breaker(settings.suspend_credential_after)
        self._pairs = {pair.device.name: pair for pair in self.order.plan.pairs}
        deadline = Deadline(settings.deadline_s)
        self._tell(lambda: self.events.run_started(self.run_id, self.order.plan))
        results: Mapping[str, object] = {}
        configurations = self.order.tools.configurations
        try:
            if configurations is not None:
                configurations.begin()
            self._visit_all(deadline)
            if self.order.nornir_tasks and not self.stop.is_requested:
                results = run_nornir_tasks(self.order, self.stop, deadline)
        except StoreError as error:
            self.failure = self.failure or error
        return self._close(results)

    def _visit_all(self, deadline: Deadline) -> None:
        from xunjian.run.nornir_inventory import make_nornir

        settings = self.order.playbook.run
        devices = [pair.device for pair in self.order.plan.pairs]
        if not devices:
            return
        nornir = make_nornir(
            devices,
            self.order.tools.resolve,
            {
                "num_workers": settings.workers,
                "per_site": settings.per_site,
                "per_aaa": settings.per_aaa,
                "jitter_s": settings.jitter_s,
                "watch": self,
                "stop": self.stop,
                "deadline": deadline,
            },
        )
        nornir.run(task=self._visit, name="inspect", raise_on_error=False)

    def _visit(self, task: object) -> None:
        """The nornir task: one device, start to end, in one worker thread."""
        name = str(task.host.name)  # type: ignore[attr-defined]  # nornir's Task, imported lazily
        visit = self._visits[name]
        try:
            if self.stop.is_requested:
                self._save_lost(name, "interrupted")
            elif self._breaker.is_suspended(self._keys[name]):
                self._save_lost(name, "credential_suspended")
            else:
                self._tell(lambda: self.events.device_started(name))
                inspect(visit, lambda save: self._deliver(visit, save))
        finally:
            self._breaker.end(self._keys[name])

    def _deliver(self, visit: Visit, save: DeviceSave) -> None:
        """Store a device, if nobody else decided its outcome meanwhile."""
        if not visit.leash.claim():
            return
        for note in visit.seen.notes:
            self._note(save.result.name, note)
        try:
            self.store.save_device(self.run_id, save)
        except Exception as error:  # noqa: BLE001 - the run must end in order
            self._note(save.result.name, visit.seen.clean(f"{type(error).__name__}: {error}"))
            self._store_failed(error)
            return
        self._tell(lambda: self.events.device_done(save.result, save.outcomes))

    def _note(self, device: str, text: str) -> None:
        self.notes.append(f"{device}: {text[:2000]}")
        self._tell(lambda: self.events.note(device, text))

    def _store_failed(self, error: Exception) -> None:
        """A store that fails stops the run: nothing new starts, the first error is raised."""
        if not isinstance(error, XunjianError):
            return
        self.failure = self.failure or error
        if not self.stop.is_requested:
            self.stop.request()

    def _save_lost(self, name: str, reason: str) -> None:
        """Store a device that was not contacted."""
        pair = self._pairs[name]
        outcomes = tuple(
            Outcome(device=name, task=task, reached=False, reason=reason) for task in pair.tasks
        )
        result = describe(pair.device, reason=reason)
        visit = self._visits.get(name) or self._new_visit(name)
        self._deliver(visit, DeviceSave(result=result, outcomes=outcomes))

    def _new_visit(self, name: str) -> Visit:
        visit = Visit(
            pair=self._pairs[name],
            tools=self.order.tools,
            leash=Leash(self.order.playbook.run.device_deadline_s),
            breaker=self._breaker,
            history=self.store.history(name, self.started_at),
            now=self.order.now or self.order.clock(),
            seen=Seen(),
        )
        self._visits[name] = visit
        return visit

    def _keep_configurations(self) -> None:
        """Commit the backups, also of a round that was interrupted; git's trouble is a note."""
        configurations = self.order.tools.configurations
        if configurations is None:
            return
        try:
            configurations.keep(self.run_id)
        except (XunjianError, OSError) as error:
            self._note("config", f"{type(error).__name__}: {error}")

    def _close(self, results: Mapping[str, object]) -> RunRecord:
        self._keep_configurations()
        interrupted = self.stop.is_requested
        outcomes = self.store.outcomes(self.run_id)
        closed = RunState.AWAITING_MANUAL if blanks(outcomes) else RunState.FINISHED
        state = RunState.INTERRUPTED if interrupted else closed
        end = RunEnd(
            state=state,
            nornir_results=results,
            notes=tuple(self.notes),
            missing_reason="interrupted" if interrupted else "internal",
            ended_at=self.order.clock(),
        )
        is_filed = not interrupted or bool(outcomes or self.order.plan.pairs)
        try:
            self.store.finish_run(self.run_id, end, self._filing(end) if is_filed else None)
            record = self.store.record(self.run_id)
            code = exit_code(record, self.order.fail_on, self.order.min_coverage)
            self.store.set_exit_code(self.run_id, code)
        except StoreError as error:
            raise (self.failure or error) from error
        if self.failure is not None:
            raise self.failure
        record = dataclasses.replace(record, exit_code=code)
        self._tell(lambda: self.events.run_done(record))
        return record

    def _filing(self, end: RunEnd) -> Filing | None:
        """What the calendar's journal notes of the run, in one transaction with its end."""
        ticket, ended_at = self.order.ticket, end.ended_at or self.started_at
        if ticket is None:
            return None
        return lambda seen_in: entries_of(ticket, self.run_id, ended_at, seen_in)

    def _tell(self, call: Callable[[], None]) -> None:
        """Call a listener; a renderer that fails must not cost a measurement."""
        with self._telling, contextlib.suppress(Exception):
            call()

    # --- the scheduler's questions (pool.Watch) ---

    def site(self, host: str) -> str:
        """Devices without a site share one."""
        site = self._pairs[host].device.site
        return site.name if site else ""

    def aaa(self, host: str) -> str:
        """Devices without a known server count against none."""
        return self._pairs[host].device.aaa or ""

    def may_start(self, host: str) -> bool:
        """Hold a device back while its credential is unproven and tried enough already."""
        visit = self._visits.get(host) or self._new_visit(host)
        if host not in self._keys:
            self._keys[host] = visit.keys()
        keys = self._keys[host]
        if not self._breaker.is_suspended(keys) and not self._breaker.may_try(keys):
            return False
        self._breaker.begin(keys)
        self._new_visit(host)  # its time begins now
        return True

    def tend(self, host: str) -> bool:
        """Break off a device that is late; true when its thread must be left behind."""
        return self._visits[host].leash.tend(self.stop)

    def skipped(self, host: str, reason: str) -> None:
        """Store a device that did not start."""
        with contextlib.suppress(XunjianError):
            self._save_lost(host, reason)

    def abandoned(self, host: str) -> None:
        """Store what a left-behind device said so far."""
        visit = self._visits[host]
        visit.seen.reason = visit.leash.reason
        self._breaker.end(self._keys[host])
        self._deliver(visit, build(visit))
