"""Collecting as a generator: it yields requests, receives evidence and returns the facts.

Nothing here sends anything, so a run, a replay and a test drive the same code.
"""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field, replace

from xunjian.collect.follow import Asking, Walk
from xunjian.collect.mapping import Mapped, fields_filled, map_rows
from xunjian.collect.questions import ITEM_PATTERN, requests_of
from xunjian.collect.read_once import ReadOnce
from xunjian.collect.reading import Reading, parse_step
from xunjian.errors import ReadOnlyViolation
from xunjian.facts import FACTS, merge_rows
from xunjian.facts.model import (
    AWAITING_FORM,
    FactRow,
    FactTable,
    StepResult,
    StepState,
)
from xunjian.inventory.model import Device
from xunjian.language import Text
from xunjian.parse import Row, TemplateCache
from xunjian.platforms import Platform, unused_ways
from xunjian.safety import check_request
from xunjian.tasks.model import Step, StepGroup, Task
from xunjian.transport.model import Channel, Evidence, Request

_NEXT = frozenset({StepState.UNSUPPORTED, StepState.UNPARSED})  # the next alternative is tried

_BY_DOUBT = tuple(StepState.__members__.values())  # ok first, then ever less is known


class _RefusedError(Exception):
    """A request that the platform's rules refuse; it is not sent."""


def collect(
    device: Device,
    tasks: Sequence[Task],
    platform: Platform | None,
    *,
    templates: TemplateCache,
) -> Generator[Request, Evidence, FactTable]:
    """Ask everything the tasks want to know of one device, each question once.

    Yields requests in the order of the cards, `session` last. Send back the evidence of each.
    """
    read = ReadOnce(platform=platform, templates=templates)
    collector = _Collector(device=device, platform=platform, read=read)
    unused = unused_ways(platform, device)
    planned = [
        (task, group)
        for task in tasks
        for whole in task.steps_for(_name(platform))
        if (group := _on_ways(whole, unused)) is not None
    ]
    for task, group in sorted(planned, key=lambda pair: _is_session(pair[1])):
        yield from collector.group(task, group)
    return collector.table(group for _, group in planned)


def provided_fields(groups: Iterable[StepGroup]) -> dict[str, frozenset[str]]:
    """Give the fields that steps fill, by fact: what is not here is not provided."""
    found: dict[str, frozenset[str]] = {}
    for group in groups:
        for step in group.alternatives:
            found[step.fact] = found.get(step.fact, frozenset()) | fields_filled(step)
    return found


def _on_ways(group: StepGroup, unused: frozenset[str]) -> StepGroup | None:
    """Leave out the alternatives on ways the device is not asked on; None if none is left."""
    if not unused:
        return group
    kept = tuple(step for step in group.alternatives if step.channel.value not in unused)
    return replace(group, alternatives=kept) if kept else None


def _name(platform: Platform | None) -> str | None:
    return platform.name if platform else None


def _is_session(group: StepGroup) -> bool:
    return any(step.channel is Channel.SESSION for step in group.alternatives)


@dataclass(slots=True)
class _Collector:
    """One device's collecting: what was asked, what was read."""

    device: Device
    platform: Platform | None
    read: ReadOnce
    _asked: dict[str, Evidence] = field(default_factory=dict)
    _rows: dict[str, list[FactRow]] = field(default_factory=dict)
    _steps: list[StepResult] = field(default_factory=list)
    _problems: list[Text] = field(default_factory=list)
    _mapped: list[tuple[Sequence[Row], Step]] = field(default_factory=list)  # without a problem

    def group(self, task: Task, group: StepGroup) -> Generator[Request, Evidence, None]:
        """Try the alternatives in order until one is ok or the device stops answering.

        A form among them is asked whatever was measured: a person may overrule it.
        """
        measured = [step for step in group.alternatives if step.channel is not Channel.MANUAL]
        forms = [step for step in group.alternatives if step.channel is Channel.MANUAL]
        result: StepResult | None = None
        if measured:
            result = yield from self._measured(task, replace(group, alternatives=tuple(measured)))
        answers: list[StepResult] = []
        for step in forms:
            answers += yield from self._forms(task, step, result)
        if result is not None and (result.state is StepState.OK or not forms):
            self._steps.append(result)
        self._steps += answers

    def _measured(self, task: Task, group: StepGroup) -> Generator[Request, Evidence, StepResult]:
        readings: list[Reading] = []
        for step in group.alternatives:
            reading = yield from self._step(step)
            kept = reading.state is StepState.OK or bool(reading.rows)
            readings.append(self._keep(task, step, reading) if kept else reading)
            if kept or reading.state not in _NEXT:
                break
        return _result(task, group, readings)

    def _forms(
        self, task: Task, step: Step, measured: StepResult | None
    ) -> Generator[Request, Evidence, list[StepResult]]:
        """Ask a form's question, of a `repeat` once per item; each is the end of a step of its own.

        A blank counts only where nothing was measured.
        """
        found: list[StepResult] = []
        for item in item_names(self.device, step):
            reading = yield from self._once(step, item)
            if item:
                reading = replace(reading, rows=tuple({**r, "item": item} for r in reading.rows))
            if reading.state is StepState.OK:
                reading = self._overlay(task, step, reading)
            is_blank = reading.state is StepState.NOT_READ
            if is_blank and measured is not None and measured.state is StepState.OK:
                continue
            result = _result(task, StepGroup(fact=step.fact, alternatives=(step,)), [reading])
            ids = (*(measured.evidence_ids if measured else ()), *result.evidence_ids)
            found.append(
                replace(
                    result,
                    known=_known(step, item),
                    reason=AWAITING_FORM if is_blank else result.reason,
                    evidence_ids=() if is_blank else ids,
                )
            )
        return found

    def _overlay(self, task: Task, step: Step, reading: Reading) -> Reading:
        """Keep what a form says; where it differs from what was measured, the person is right."""
        rows = self._rows.setdefault(step.fact, [])
        before = len(rows)
        kept = self._keep(task, step, reading)
        for said in rows[before:]:
            for at, row in enumerate(rows[:before]):
                if row.fact.key == said.fact.key and not row.fact.EVENT:
                    given = {k: v for k, v in said.fact.values().items() if v is not None}
                    rows[at] = replace(row, fact=replace(row.fact, **given))
        return kept

    def table(self, groups: Iterable[StepGroup]) -> FactTable:
        """Merge what was read."""
        rows: dict[str, tuple[FactRow, ...]] = {}
        for fact, found in self._rows.items():
            rows[fact], conflicts = merge_rows(found)
            self._problems.extend(conflicts)
        return FactTable(
            rows=rows,
            steps=tuple(self._steps),
            provided=provided_fields(groups),
            problems=tuple(dict.fromkeys(self._problems)),
        )

    def _ask(self, request: Request) -> Asking:
        key = request.key
        if key not in self._asked:
            try:
                if request.channel is not Channel.MANUAL:  # a form's question goes to nobody
                    check_request(request, self.platform)
            except ReadOnlyViolation as error:
                raise _RefusedError(str(error.message)) from None
            self._asked[key] = yield request
        return self._asked[key]

    def _step(self, step: Step) -> Generator[Request, Evidence, Reading]:
        try:
            if step.own_registers:
                return (yield from self._points(step))
            if step.follow:
                return (yield from Walk(step=step, ask=self._ask).run())
            if step.repeat:
                return (yield from self._repeated(step))
            return (yield from self._once(step, ""))
        except _RefusedError as error:
            return Reading(state=StepState.UNPARSED, reason=f"refused: {error}")

    def _once(self, step: Step, item: str) -> Generator[Request, Evidence, Reading]:
        evidence: list[Evidence] = []
        for request in requests_of(step, item):
            one = yield from self._ask(request)
            evidence.append(one)
        read = self.read
        return parse_step(
            step, evidence, platform=self.platform, templates=read.templates, read=read
        )

    def _repeated(self, step: Step) -> Generator[Request, Evidence, Reading]:
        """Ask once per item of the inventory's list; one that fails leaves the others' rows."""
        parts: list[Reading] = []
        for item in self.device.expected.get(step.repeat.removeprefix("expected."), ()):
            name = str(item.get("name", "") if isinstance(item, dict) else item)
            if not ITEM_PATTERN.fullmatch(name):
                parts.append(Reading(state=StepState.UNPARSED, reason=f"bad item: {name[:60]}"))
                continue
            reading = yield from self._once(step, name)
            rows = tuple({**row, "item": name} for row in reading.rows)
            reason = reading.reason and f"{name}: {reading.reason}"
            parts.append(replace(reading, rows=rows, reason=reason))
        return _together(parts)

    def _points(self, step: Step) -> Generator[Request, Evidence, Reading]:
        """Ask for every register that the inventory lists; one that fails leaves the others'."""
        parts: list[Reading] = []
        for name, register in self.device.registers.items():
            reading = yield from self._once(replace(step, registers={name: register}), "")
            reason = reading.reason and f"{name}: {reading.reason}"
            parts.append(replace(reading, reason=reason))
        if not parts:
            return Reading(state=StepState.UNPARSED, reason="no_registers")
        return _together(parts)

    def _keep(self, task: Task, step: Step, reading: Reading) -> Reading:
        """Turn rows into facts, each citing its own answer; a lost row makes the step not ok."""
        broken = [self._keep_part(task, step, part) for part in reading.parts or (reading,)]
        lost = next((why for why in broken if why), "")
        if not lost:
            return reading
        return replace(reading, state=StepState.UNPARSED, reason=lost, rows=())

    def _keep_part(self, task: Task, step: Step, reading: Reading) -> str:
        """Keep the facts of one answer; gives why rows were lost."""
        taken_at = min((one.started_at for one in reading.evidence), default=None)
        mapped = Mapped()
        if not self._is_kept(step, reading):
            mapped = map_rows(step, reading.rows, self.platform, taken_at)
            if not mapped.problems and not mapped.broken:
                self._mapped.append((reading.rows, step))
        self._note(task, *mapped.problems)
        if lines := reading.unmatched:
            first = lines[0][:80]
            zh, en = f"{len(lines)} 行未识别，首行", f"{len(lines)} lines not understood, first"
            self._note(task, Text(f"{zh}: {first}", f"{en}: {first}"))
        if mapped.broken:
            self._note(task, Text(mapped.broken))
        ids = tuple(one.id for one in reading.evidence)
        if taken_at is not None:
            self._rows.setdefault(step.fact, []).extend(
                [FactRow(fact=fact, evidence_ids=ids, taken_at=taken_at) for fact in mapped.facts]
            )
        return mapped.broken

    def _is_kept(self, step: Step, reading: Reading) -> bool:
        """Whether another card kept these rows, with all that this one would make of them.

        What is made of the ports for one item is part of what is made of them for the next; to
        make and merge it again would change nothing.
        """
        return not FACTS[step.fact].EVENT and any(
            rows is reading.rows
            and (before.fact, before.skip) == (step.fact, step.skip)
            and before.map.items() >= step.map.items()
            for rows, before in self._mapped
        )

    def _note(self, task: Task, *problems: Text) -> None:
        name = task.name
        self._problems += [Text(f"{name}: {p.zh}", f"{name}: {p.en or p.zh}") for p in problems]


def item_names(device: Device, step: Step) -> tuple[str, ...]:
    """Give the items a form's question is asked for; one without a name where it has no list."""
    if not step.repeat:
        return ("",)
    items = device.expected.get(step.repeat.removeprefix("expected."), ())
    return tuple(str(i.get("name", "") if isinstance(i, dict) else i) for i in items)


def _known(step: Step, item: str) -> dict[str, object]:
    """What the card itself says of the row that a form's question fills."""
    found = {name: rule.const for name, rule in step.map.items() if rule.is_const}
    if item:
        found |= {name: item for name, rule in step.map.items() if rule.column == "item"}
    return dict(found)


def _together(parts: Sequence[Reading]) -> Reading:
    """Join the readings of a repeated step: its state is the worst one's, its rows are all."""
    bad = [part for part in parts if part.state is not StepState.OK]
    states = [part.state for part in bad]
    return Reading(
        state=max(states, key=_BY_DOUBT.index, default=StepState.OK),
        reason="; ".join(part.reason for part in bad),
        rows=tuple(row for part in parts for row in part.rows),
        evidence=tuple(one for part in parts for one in part.evidence),
        parts=tuple(parts),
    )


def _result(task: Task, group: StepGroup, readings: Sequence[Reading]) -> StepResult:
    """Sum up a group: the last reading's end; unparsed outweighs unsupported."""
    last = readings[-1]
    state = last.state
    if state is StepState.UNSUPPORTED and any(r.state is StepState.UNPARSED for r in readings):
        state = StepState.UNPARSED
    cited = (last,) if state is StepState.OK else readings
    ids = dict.fromkeys(one.id for reading in cited for one in reading.evidence)
    return StepResult(
        task=task.name,
        fact=group.fact,
        state=state,
        reason="; ".join(dict.fromkeys(r.reason for r in readings if r.reason)),
        evidence_ids=tuple(ids),
        fields=frozenset().union(*(fields_filled(step) for step in group.alternatives)),
    )
