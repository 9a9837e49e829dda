"""Any old run judged again from its stored evidence with the cards of today."""

import dataclasses
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xunjian.checks.model import Finding
from xunjian.inventory.model import Device
from xunjian.run.answers import Answers, unasked
from xunjian.run.breaker import Breaker
from xunjian.run.config_checks import CONFIG
from xunjian.run.exits import exit_code
from xunjian.run.found import found_beside, overruled, with_found
from xunjian.run.inspect import Visit, inspect
from xunjian.run.leash import Leash
from xunjian.run.model import DeviceResult, Outcome, Pair, RunRecord, RunState
from xunjian.run.tools import Tools
from xunjian.run.waiving import waived
from xunjian.store.model import DeviceSave
from xunjian.store.store import Store
from xunjian.transport.model import Evidence, Request

NOT_STORED = "not_stored"  # error of a question that the old run did not ask
_UNLIMITED_S = 86_400.0


class StoredSession:
    """Answers questions from evidence; what was never asked is an error, never an empty answer."""

    def __init__(self, device: str, evidence: Sequence[Evidence], reason: str) -> None:
        self.reason = reason
        self.answers = Answers(evidence)  # of forms
        self._device = device
        self._answers: dict[str, deque[Evidence]] = defaultdict(deque)
        for item in evidence:
            self._answers[item.request.key].append(item)

    def ask(self, request: Request) -> Evidence:
        """Give the stored answer; one asked again gives the same answer again."""
        stored = self._answers.get(request.key)
        if stored:
            return stored.popleft() if len(stored) > 1 else stored[0]
        return unasked(self._device, request, NOT_STORED)

    def close(self) -> None:
        """Nothing is open."""

    def abort(self) -> None:
        """Nothing is waited on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudged:
    """A run judged again. saves: what came of each device that has evidence, whole."""

    record: RunRecord
    saves: tuple[DeviceSave, ...]


def replay(  # noqa: PLR0913 - what was kept, what judges it, and what counts as failure
    record: RunRecord,
    store: Store,
    tools: Tools,
    *,
    devices: Mapping[str, Device] | None = None,
    identity: str | None = None,
    fail_on: str = "abnormal",
    min_coverage: float = 0.0,
) -> RunRecord:
    """Judge a stored run again; gives a record in memory, nothing is stored or contacted."""
    again = judge_again(record, store, tools, devices=devices, identity=identity).record
    return dataclasses.replace(again, exit_code=exit_code(again, fail_on, min_coverage))


def judge_again(
    record: RunRecord,
    store: Store,
    tools: Tools,
    *,
    devices: Mapping[str, Device] | None = None,
    identity: str | None = None,
) -> Rejudged:
    """Judge a stored run again; nothing is stored or contacted, and no exit code is given.

    devices: the inventory of today; a device that is not in it is judged by what the record
    knows of it. Outcomes that were never contacted stay as they are, and so does what was said of
    configurations: they were held against the baseline and the approvals of that day.
    """
    known = devices or {}
    matters = {m.finding.id: m.finding for m in store.past(record.run_id, ()).matters}
    outcomes = []
    results: list[DeviceResult] = []
    saves: list[DeviceSave] = []
    for result in record.devices:
        own = [outcome for outcome in record.outcomes if outcome.device == result.name]
        evidence = store.evidence(record.run_id, result.name, identity=identity)
        if not evidence:
            outcomes += own
            results.append(result)
            continue
        device = known.get(result.name) or _remembered(result)
        kept = [outcome for outcome in own if outcome.task == CONFIG]
        tasks = tuple(outcome.task for outcome in own if outcome not in kept)
        session = StoredSession(result.name, evidence, result.reason)
        save = _judge(Pair(device=device, tasks=tasks), session, tools, store, record)
        before = {outcome.task: outcome for outcome in own}
        found = found_beside(evidence, device.name, matters)
        found = tuple(waived(found, tools.waivers, record.started_at.date()))
        judged = _with_forms(save, evidence, device, tools, found)
        judged = tuple(_as_asked(one, before[one.task]) for one in judged)
        results.append(dataclasses.replace(result, notes=save.result.notes))
        saves.append(
            dataclasses.replace(save, result=results[-1], outcomes=judged, evidence=(), change=None)
        )
        outcomes += [*judged, *kept]
    again = dataclasses.replace(
        record,
        outcomes=tuple(outcomes),
        devices=tuple(results),
        state=RunState.FINISHED if record.state is RunState.KILLED else record.state,
    )
    return Rejudged(record=again, saves=tuple(saves))


def _as_asked(now: Outcome, before: Outcome) -> Outcome:
    """Keep when the device was asked; judging again is not asking."""
    return dataclasses.replace(now, started_at=before.started_at, elapsed_s=before.elapsed_s)


def _judge(
    pair: Pair, session: StoredSession, tools: Tools, store: Store, record: RunRecord
) -> DeviceSave:
    """Drive the same code as a run, with the run's own time for now."""
    stored = dataclasses.replace(tools, open_session=lambda *_: session)
    visit = Visit(
        pair=pair,
        tools=stored,
        leash=Leash(_UNLIMITED_S),
        breaker=Breaker(1),
        history=store.history(pair.device.name, record.started_at),
        now=record.started_at,
        answers=session.answers,
    )
    delivered: list[DeviceSave] = []
    inspect(visit, delivered.append)
    return delivered[0]


def _with_forms(
    save: DeviceSave,
    evidence: Sequence[Evidence],
    device: Device,
    tools: Tools,
    found: Sequence[Finding],
) -> tuple[Outcome, ...]:
    """Add what forms say over what was measured, and what no card asks to the first item asked."""
    outcomes = overruled(save.outcomes, Answers(evidence))
    asked = [
        outcome
        for outcome in outcomes
        for card in tools.catalog.named(outcome.task, device.kind)
        if card.has_form(device.platform)
    ]
    first = (*asked, *outcomes)[:1]
    with_them = with_found(first, found)
    return tuple(with_them[0] if one in first else one for one in outcomes)


def _remembered(result: DeviceResult) -> Device:
    """A device of an old record that is no longer in the inventory."""
    asset = {
        key: value
        for key, value in result.asset.items()
        if value is None or isinstance(value, str | int | float | bool)
    }
    return Device(
        name=result.name,
        kind=result.kind,
        address=result.address or None,
        platform=result.platform or None,
        label=result.label,
        asset=asset,
    )
