"""The lines of a run's forms: one per question that a person has to answer, on the right sheet."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from xunjian.checks.model import Finding, Verdict
from xunjian.collect.engine import item_names
from xunjian.collect.questions import manual_question
from xunjian.facts import make_fact
from xunjian.forms.nearby import Neighbours
from xunjian.forms.template import FormTemplate
from xunjian.inventory.model import Device
from xunjian.language import Text
from xunjian.run.found import RECHECK
from xunjian.run.model import Outcome, RunRecord
from xunjian.store.model import OpenMatter
from xunjian.tasks.model import Catalog, Question, Step, Task
from xunjian.transport.model import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a form.

    question: identity of what is asked; blank: which field of the fact it fills, none where the
    column of verdicts is the answer (`judged` is the field then). Only the first line of a question
    (`leads`) takes verdict, cause, remark and pictures. value, verdict: what is known already.
    old: id of the matter of an earlier round that stands open here.
    """

    device: str
    device_title: str
    task: str
    question: str
    blank: str
    title: Text
    standard: Text = Text("")
    asked: Question = field(default_factory=lambda: Question(title=Text(""), kind="text"))
    leads: bool = True
    judged: str = ""
    check: str = ""
    photo: str = ""  # field that takes the name of the picture
    value: object = None
    verdict: str = ""
    source: str = ""
    old: str = ""
    note: Text = Text("")
    mark: str = "M"
    offered: bool = False  # the value was measured nearby; it counts once the sheet is filled in

    @property
    def id(self) -> str:
        """Short, and the same for the same blank in every form of every run."""
        parts = f"{self.device}\0{self.question}\0{self.blank}"
        return "Q" + hashlib.sha256(parts.encode()).hexdigest()[:12]

    @property
    def given(self) -> str:
        """What the form came with: a line that comes back like this was not filled in."""
        value = "" if self.value is None or self.offered else self.value
        return json.dumps([value, self.verdict], ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet of a workbook: a room, a route, a thing by itself."""

    key: str
    title: str
    form: FormTemplate
    lines: tuple[Line, ...]
    devices: tuple[tuple[str, str], ...]  # name, what people call it


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """All forms of a run."""

    run_id: str
    number: str
    title: Text
    sheets: tuple[Sheet, ...]

    @property
    def lines(self) -> Mapping[str, Line]:
        """Lines by id."""
        return {line.id: line for sheet in self.sheets for line in sheet.lines}


def book_of(
    record: RunRecord,
    catalog: Catalog,
    devices: Mapping[str, Device],
    forms: Sequence[FormTemplate],
    matters: Iterable[OpenMatter] = (),
) -> Book:
    """Arrange the forms of a run; matters of earlier rounds stand first on their sheets."""
    open_matters = {matter.finding.id: matter for matter in matters}
    lines: dict[str, list[Line]] = {}
    nearby = Neighbours(record, devices)
    for outcome in record.outcomes:
        device = devices.get(outcome.device)
        if device is not None:
            made = _lines_of(device, outcome, catalog, nearby)
            lines.setdefault(device.name, []).extend(_marked(made, open_matters))
    for name, made in lines.items():
        made.extend(_rechecks(devices[name], record, made, open_matters.values()))
    placed: dict[tuple[str, str], list[Line]] = {}
    kept: dict[tuple[str, str], tuple[FormTemplate, str]] = {}
    for name, own in lines.items():
        device, unique = devices[name], {line.id: line for line in own}
        fitting = [one for one in forms if one.takes()(device)]
        for line in unique.values():
            form = next((one for one in fitting if line.task in one.tasks), fitting[0])
            key, title = _place(device, form)
            placed.setdefault((form.name, key), []).append(line)
            kept.setdefault((form.name, key), (form, title))
    sheets = [_sheet(key, *kept[form, key], found) for (form, key), found in placed.items()]
    return Book(
        run_id=record.run_id, number=record.number, title=record.title, sheets=tuple(sheets)
    )


def _sheet(key: str, form: FormTemplate, title: str, lines: Sequence[Line]) -> Sheet:
    ordered = sorted(lines, key=lambda line: (not line.old, form.place(line.task)))
    titles = {line.device: line.device_title for line in lines}
    return Sheet(
        key=f"{form.name}:{key}",
        title=title,
        form=form,
        lines=tuple(ordered),
        devices=tuple(titles.items()),
    )


def _place(device: Device, form: FormTemplate) -> tuple[str, str]:
    if form.sheet == "site" and device.site is not None:
        return device.site.name, str(device.site.title)
    if form.sheet == "room" and device.room is not None:
        return device.room.name, str(device.room.title)
    return device.name, device.title


def _lines_of(device: Device, outcome: Outcome, catalog: Catalog, nearby: Neighbours) -> list[Line]:
    found: list[Line] = []
    for card in catalog.named(outcome.task, device.kind):
        for group in card.steps_for(device.platform):
            for step in group.alternatives:
                if step.channel is Channel.MANUAL:
                    for item in item_names(device, step):
                        made = _question(device, outcome, card, step, item)
                        found += [_offered(line, device, card, nearby) for line in made]
    return found


def _offered(line: Line, device: Device, card: Task, nearby: Neighbours) -> Line:
    """Offer what something else in the room measured, where nobody has answered yet."""
    if line.value is not None or line.verdict or not line.blank:
        return line
    check = next((one for one in card.checks if one.id == line.check), None)
    near = nearby.of(device, check)
    if near is None:
        return line
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
                device_title=device.title,
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
                verdict=_known_verdict(first) if leads else "",
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


def _known_verdict(finding: Finding | None) -> str:
    if finding is None or finding.verdict in {Verdict.NOT_CHECKED, Verdict.UNKNOWN}:
        return ""
    is_bad = finding.verdict in {Verdict.WARNING, Verdict.ABNORMAL}
    return Verdict.ABNORMAL.value if is_bad else finding.verdict.value


def _joined(title: Text, item: str, own: Text) -> Text:
    zh = " ".join(part for part in (title.zh or title.en, item, own.zh or own.en) if part)
    en = " ".join(part for part in (title.en or title.zh, item, own.en or own.zh) if part)
    return Text(zh, en)


def _marked(lines: Sequence[Line], matters: Mapping[str, OpenMatter]) -> list[Line]:
    """Note on a line which open matter it is about."""
    marked: list[Line] = []
    for line in lines:
        matter = next((m for m in matters.values() if line.leads and _is_about(m, line)), None)
        if matter is not None:
            note = _both(line.note, _since(matter))
            marked.append(replace(line, old=matter.finding.id, note=note))
        else:
            marked.append(line)
    return marked


def _both(one: Text, other: Text) -> Text:
    if not one.zh:
        return other
    return Text(f"{one.zh}；{other.zh}", f"{one.en}; {other.en}")


def _is_about(matter: OpenMatter, line: Line) -> bool:
    finding = matter.finding
    same = finding.device == line.device and finding.task == line.task
    return same and f"[{finding.subject}]" in line.question.replace("[]", "[-]")


def _since(matter: OpenMatter) -> Text:
    number, said = matter.first_number or matter.first_run_id, matter.finding.message
    return Text(f"遗留（{number}）：{said.zh}", f"open since {number}: {said.en or said.zh}")


def _rechecks(
    device: Device, record: RunRecord, own: Sequence[Line], matters: Iterable[OpenMatter]
) -> list[Line]:
    """Ask again about what nothing else of this round looks at."""
    told = {line.old for line in own}
    judged = {f.id for outcome in record.outcomes for f in outcome.findings if f.by == ""}
    asked = Question(title=Text("复查结果", "as found now"), kind="text")
    return [
        Line(
            device=device.name,
            device_title=device.title,
            task=own[0].task,
            question=f"{RECHECK} {matter.finding.id}",
            blank="detail",
            title=matter.finding.title,
            standard=matter.finding.standard,
            asked=asked,
            old=matter.finding.id,
            note=_since(matter),
        )
        for matter in matters
        if own
        and matter.finding.device == device.name
        and matter.finding.id not in told
        and matter.finding.id not in judged
    ]
