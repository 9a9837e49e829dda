"""The lines of a run's forms: one per question that a person has to answer, on the right sheet."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from xunjian.checks.model import Finding, Verdict
from xunjian.collect.engine import item_names
from xunjian.collect.questions import manual_question
from xunjian.facts import make_fact
from xunjian.forms.leftovers import marked, recheck
from xunjian.forms.measured import given_verdict, measured_line
from xunjian.forms.model import Book, Line, Sheet
from xunjian.forms.nearby import Neighbours
from xunjian.forms.template import FormTemplate
from xunjian.inventory.model import Device
from xunjian.language import Text
from xunjian.run.model import Outcome, RunRecord
from xunjian.store.model import OpenMatter
from xunjian.tasks.model import Catalog, Question, Step, Task
from xunjian.transport.model import Channel


def book_of(
    record: RunRecord,
    catalog: Catalog,
    devices: Mapping[str, Device],
    forms: Sequence[FormTemplate],
    matters: Iterable[OpenMatter] = (),
) -> Book:
    """Arrange the forms of a run; matters of earlier rounds stand first on their sheets."""
    open_matters = {matter.finding.id: matter for matter in matters if matter.waiver is None}
    lines: dict[str, list[Line]] = {}
    nearby = Neighbours(record, devices, open_matters.values())
    for outcome in record.outcomes:
        device = devices.get(outcome.device)
        if device is not None:
            made = _lines_of(device, outcome, catalog, nearby)
            lines.setdefault(device.name, []).extend(marked(made, open_matters))
    table = _Table(forms)
    for name, own in lines.items():
        table.place(devices[name], own)
    for line in _left_over(record, devices, open_matters, table.told):
        table.add(devices[line.device], line)
    return Book(
        run_id=record.run_id, number=record.number, title=record.title, sheets=table.sheets()
    )


def spare_lines(
    record: RunRecord, devices: Mapping[str, Device], matters: Iterable[OpenMatter]
) -> tuple[Line, ...]:
    """Give the lines that a form of this run may hold beside those it would show now."""
    measured = [
        measured_line(finding, title_of(devices[outcome.device]), outcome.task)
        for outcome in record.outcomes
        if outcome.device in devices
        for finding in outcome.findings
        if finding.source != "manual"
    ]
    visited = {outcome.device for outcome in record.outcomes} & set(devices)
    names = [(matter, matter.finding.device) for matter in matters]
    asked = [recheck(one, title_of(devices[name])) for one, name in names if name in visited]
    return (*measured, *asked)


def _left_over(
    record: RunRecord,
    devices: Mapping[str, Device],
    matters: Mapping[str, OpenMatter],
    told: Collection[str],
) -> list[Line]:
    """Lines for what no line of this round asks: as it was measured now, or to be looked at."""
    now = {f.id: f for outcome in record.outcomes for f in outcome.findings}
    visited = {outcome.device for outcome in record.outcomes}
    found: list[Line] = []
    for key, matter in matters.items():
        name = matter.finding.device
        if key in told or name not in visited or name not in devices:
            continue
        finding, title = now.get(key), title_of(devices[name])
        if finding is not None and finding.source != "manual":
            line = measured_line(finding, title, matter.finding.task)
            found += marked([line], {key: matter})
        else:
            found.append(recheck(matter, title))
    return found


@dataclass(slots=True)
class _Table:
    """Sheets on which lines are laid: by room, route or thing, as the forms say."""

    forms: Sequence[FormTemplate]
    lines: dict[tuple[str, str], list[Line]] = field(default_factory=dict)
    kept: dict[tuple[str, str], tuple[FormTemplate, Text]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    @property
    def told(self) -> set[str]:
        """Matters of earlier rounds that already have their line."""
        return {line.old for lines in self.lines.values() for line in lines}

    def place(self, device: Device, own: Iterable[Line]) -> None:
        """Lay the lines of a thing each on the form that names its task, none twice."""
        fitting = [one for one in self.forms if one.takes()(device)]
        for line in own:
            form = next((one for one in fitting if line.task in one.tasks), fitting[0])
            self._lay(device, form, line)

    def add(self, device: Device, line: Line) -> None:
        """Lay a line that no form asks for where the thing's room is looked at anyway."""
        fitting = [one for one in self.forms if one.takes()(device)]
        homes = [one for one in self.forms if (one.name, _place(device, one)[0]) in self.lines]
        self._lay(device, (*homes, *fitting)[0], line)

    def _lay(self, device: Device, form: FormTemplate, line: Line) -> None:
        if line.id in self.seen:
            return
        self.seen.add(line.id)
        key, title = _place(device, form)
        self.lines.setdefault((form.name, key), []).append(line)
        self.kept.setdefault((form.name, key), (form, title))

    def sheets(self) -> tuple[Sheet, ...]:
        """Give all sheets, each with what is left over first."""
        return tuple(
            _sheet(key, *self.kept[form, key], found) for (form, key), found in self.lines.items()
        )


def _sheet(key: str, form: FormTemplate, title: Text, lines: Sequence[Line]) -> Sheet:
    ordered = sorted(lines, key=lambda line: (not line.old, form.place(line.task)))
    by_asked = sorted(ordered, key=lambda line: line.measured or bool(line.old))
    titles = {line.device: line.device_title for line in by_asked}
    return Sheet(
        key=f"{form.name}:{key}",
        title=title,
        form=form,
        lines=tuple(ordered),
        devices=tuple(titles.items()),
    )


def title_of(device: Device) -> Text:
    """What people call a thing."""
    return Text(device.title, device.label_en)


def _place(device: Device, form: FormTemplate) -> tuple[str, Text]:
    if form.sheet == "site" and device.site is not None:
        return device.site.name, device.site.title
    if form.sheet == "room" and device.room is not None:
        return device.room.name, device.room.title
    return device.name, title_of(device)


def _lines_of(device: Device, outcome: Outcome, catalog: Catalog, nearby: Neighbours) -> list[Line]:
    found: list[Line] = []
    for card in catalog.named(outcome.task, device.kind):
        for group in card.steps_for(device.platform):
            for step in group.alternatives:
                if step.channel is Channel.MANUAL:
                    for item in item_names(device, step):
                        made = _question(device, outcome, card, step, item)
                        found += [_offered(line, device, card, nearby) for line in made]
        found += [
            measured_line(one, title_of(nearby.devices[one.device]), card.name)
            for one in nearby.measured(device, card)
        ]
    return found


def _offered(line: Line, device: Device, card: Task, nearby: Neighbours) -> Line:
    """Offer what something else in the room measured, where nobody has answered yet."""
    if line.value is not None or line.verdict:
        return line
    check = next((one for one in card.checks if one.id == line.check), None)
    near = nearby.of(device, check)
    if near is None:
        return line
    if near.value is None:
        return replace(line, note=near.source, offered=True)
    return replace(line, value=near.value, offered=True, note=near.source, mark="H")


def _question(device: Device, outcome: Outcome, card: Task, step: Step, item: str) -> list[Line]:
    text = manual_question(step, item)
    findings = _findings(outcome, card, step, item)
    title = findings[0].title if findings else card.title
    standards = [f.standard for f in findings if f.standard.zh or f.standard.en]
    first = findings[0] if findings else None
    lines: list[Line] = []
    judged = next((name for name, one in step.ask.items() if one.is_verdict), "")
    photo = next((name for name, one in step.ask.items() if one.kind == "photo"), "")
    for name, asked in _in_order(step.ask):
        leads = not lines
        own = asked.title if not leads else Text("")
        lines.append(
            Line(
                device=device.name,
                device_title=title_of(device),
                task=outcome.task,
                mark=card.mark,
                check=first.check if first and leads else "",
                question=text,
                blank="" if asked.is_verdict or asked.kind == "photo" else name,
                title=_joined(title, item, own),
                standard=standards[0] if standards and leads else Text(""),
                asked=asked,
                leads=leads,
                judged=judged if leads else "",
                photo=photo if leads else "",
                value=_known_value(first, card, name) if leads else None,
                verdict=given_verdict(first) if leads else "",
                source=first.source if first and first.verdict is not Verdict.NOT_CHECKED else "",
            )
        )
    return lines


def _in_order(ask: Mapping[str, Question]) -> list[tuple[str, Question]]:
    """Blanks that need a line of their own: verdicts and pictures have columns, figures lead."""
    own = [(n, one) for n, one in ask.items() if one.kind != "photo" and not one.is_verdict]
    return (
        sorted(own, key=lambda pair: pair[1].kind not in {"number", "date"}) or [*ask.items()][:1]
    )


def _findings(outcome: Outcome, card: Task, step: Step, item: str) -> list[Finding]:
    known = {name: rule.const for name, rule in step.map.items() if rule.is_const}
    if item:
        known |= {name: item for name, rule in step.map.items() if rule.column == "item"}
    subject = make_fact(step.fact, known)[0].subject
    checks = {check.id for check in card.checks if check.for_each == step.fact}
    return [f for f in outcome.findings if f.check in checks and f.subject == subject]


def _known_value(finding: Finding | None, card: Task, name: str) -> object:
    """What is known of a blank; what a check computes from it is not what was written there."""
    if finding is None or finding.verdict in {Verdict.NOT_CHECKED, Verdict.UNKNOWN}:
        return None
    check = next((one for one in card.checks if one.id == finding.check), None)
    return finding.value if check is not None and str(check.value) == name else None


def _joined(title: Text, item: str, own: Text) -> Text:
    zh = " ".join(part for part in (title.zh or title.en, item, own.zh or own.en) if part)
    en = " ".join(part for part in (title.en or title.zh, item, own.en or own.zh) if part)
    return Text(zh, en)
