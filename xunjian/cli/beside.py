"""What a run's documents need beside its record, gathered from workspace and store."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from xunjian.calendar.model import FreezeOverride, Round
from xunjian.cli.naming import names_of
from xunjian.errors import ContentError, UsageError
from xunjian.language import Text
from xunjian.report.building.beside import Beside, Order, Source, Supply
from xunjian.report.building.series import TOPICS
from xunjian.report.document import NextRound, Person
from xunjian.run.config_checks import CONFIG, TITLE
from xunjian.run.content import Content
from xunjian.run.model import AND, RunRecord

_LONGEST_SIGNING = 20_000  # characters
SPARES = "spares"  # tag of cards about spare parts
NEXT_ROUNDS, NEXT_DAYS = 3, 400

if TYPE_CHECKING:
    from xunjian.playbook.model import ReportSettings
    from xunjian.tasks.model import Check


def beside_of(content: Content, record: RunRecord) -> Beside:
    """Gather the past, the cards' words and the settings for the documents of one run."""
    tasks = content.catalog.tasks
    wanted = report_settings(content, record.playbook)
    systems, parties = _titles(content)
    found, steps = _round_of(content, record)
    return Beside(
        past=content.store.past(record.run_id, tuple(TOPICS)),
        order=order_of(content, wanted.record_sheets if wanted else ""),
        task_titles={CONFIG: TITLE, **{task.name: task.title for task in tasks}},
        task_marks={(task.name, k): task.mark for task in tasks for k in task.kinds or ("",)},
        sources=sources_of(content.catalog.checks),
        title=wanted.title if wanted else None,
        found=content.store.identities(record.run_id),
        names=names_of(content),
        system_titles=systems,
        party_titles=parties,
        site_levels=_site_levels(content),
        supplies=_supplies(content),
        spare_tasks=frozenset(task.name for task in tasks if SPARES in task.tags),
        next_rounds=_next_rounds(content, record),
        planned=(found.first, found.due) if found else None,
        steps=_told_steps(steps),
        behind=next((one.behind for one in steps if one.id == record.round_id), Text("")),
        overrides=_overrides(content, record),
        signed=_signed(content, record),
    )


def _round_of(content: Content, record: RunRecord) -> tuple[Round | None, tuple[Round, ...]]:
    """Give the calendar's round that the run was made for, and every step of its conference.

    As they stood at the end of the run, so that a report written again says the same.
    """
    from xunjian.run.agenda import Agenda

    if not record.round_id:
        return None, ()
    try:
        agenda = Agenda(content, record.ended_at or record.started_at)
        found = agenda.find(record.round_id)
    except (ContentError, UsageError):
        return None, ()  # the calendar has no such round any more
    return found, agenda.steps(found)


def _told_steps(steps: Sequence[Round]) -> Text:
    """Say in one sentence how the steps of a conference's guarantee stand."""
    from xunjian.cli.rounds_table import short_title
    from xunjian.report.calendar.rows import STATES

    if not steps:
        return Text("")
    zh, en = [], []
    for one in steps:
        name, state, run = short_title(one), STATES[one.state], "".join(one.run_ids[-1:])
        zh.append(f"{name.zh} {state.zh}" + (f"（轮次 {run}）" if run else ""))
        en.append(f"{name.en or name.zh}: {state.en}" + (f" (run {run})" if run else ""))
    return Text(f"会议保障各步：{' → '.join(zh)}。", f"Steps of the guarantee: {' → '.join(en)}.")


def _next_rounds(content: Content, record: RunRecord) -> tuple[NextRound, ...]:
    """What the calendar has after the run: the next of its playbook, and the next of other rules.

    As it stood at the end of the run, so that a report written again says the same.
    """
    from xunjian.calendar.clock import day_of
    from xunjian.calendar.model import RoundState
    from xunjian.run.agenda import Agenda

    ended = record.ended_at or record.started_at
    day = day_of(ended)
    still = (RoundState.PLANNED, RoundState.DUE, RoundState.OVERDUE, RoundState.PARTIAL)
    try:
        agenda = Agenda(content, ended)
        rounds = agenda.span(day + timedelta(days=1), day + timedelta(days=NEXT_DAYS))
    except (ContentError, UsageError):
        return ()  # no calendar, or none that can be read
    by_rule: dict[str, NextRound] = {}
    for one in sorted(rounds, key=lambda one: (one.due, one.first, one.id)):
        if one.id != record.round_id and one.state in still:
            by_rule.setdefault(
                one.rule,
                NextRound(
                    rule=one.rule,
                    playbook=one.playbook,
                    title=one.title,
                    first=one.first,
                    due=one.due,
                    is_same=one.playbook == record.playbook,
                ),
            )
    same = [one for one in by_rule.values() if one.is_same][:1]
    others = [one for one in by_rule.values() if one not in same][:NEXT_ROUNDS]
    return (*same, *others)


_FILLED_IN = Text("现场填表", "filled in the forms")
_OPINION = Text("客户意见", "customer's consent")


def _signed(content: Content, record: RunRecord) -> tuple[Person, ...]:
    """Everybody who filled in or signed a form of the run."""
    from xunjian.run.answers import answer_of_text

    found = {
        Person(name=name, role=_FILLED_IN): None
        for outcome in record.outcomes
        for finding in outcome.findings
        if finding.source in {"manual", "hybrid"}
        for name in finding.by.split(AND)
        if name
    }
    ids = [ref.id for ref in record.evidence if ref.text.startswith("SIGN ")]
    texts = content.store.excerpts(record.run_id, ids, _LONGEST_SIGNING) if ids else {}
    roles = _roles(content, record.playbook) if ids else {}
    for text in texts.values():
        answer = answer_of_text(text)
        for role, name in answer.values.items() if answer else ():
            is_opinion = role == "consent"
            title = _OPINION if is_opinion else roles.get(role, Text(role))
            found[Person(name=str(name), role=title, is_opinion=is_opinion)] = None
    return tuple(found)


def _roles(content: Content, playbook: str) -> Mapping[str, Text]:
    """Who signs the forms of a playbook, by what they are called in either language."""
    from xunjian.forms.template import load_forms
    from xunjian.playbook import find_playbook, load_playbook

    try:
        named = load_playbook(find_playbook(content.workspace, playbook)).manual
        signers = [one for form in load_forms(content.workspace, named) for one in form.signers]
    except (ContentError, UsageError):
        return {}  # gone or broken since the run
    return {word: one for one in signers for word in (one.zh, one.en) if word}


def _overrides(content: Content, record: RunRecord) -> tuple[FreezeOverride, ...]:
    """Leaves to work inside a freeze: those the run was ordered with, and what was allowed by its
    end in the windows that it fell into.
    """
    from xunjian.calendar.clock import day_of
    from xunjian.run.agenda import Agenda

    leaves = content.store.journal.overrides()
    if not leaves:
        return ()
    ended = record.ended_at or record.started_at
    used = set(content.store.run_settings(record.run_id).get("freeze", {}).get("overrides", ()))
    try:
        windows = Agenda(content).windows(day_of(record.started_at), day_of(ended))
    except ContentError:
        windows = ()  # the calendar was broken since the run
    names = {window.name for window in windows}
    return tuple(
        one
        for one in leaves
        if one.id in used or (one.window in names and one.recorded_at <= ended)
    )


def _titles(content: Content) -> tuple[Mapping[str, Text], Mapping[str, Text]]:
    """Names of systems and parties; none where the register is broken since the run."""
    try:
        inventory = content.inventory
    except (ContentError, UsageError):
        return {}, {}
    return (
        {name: system.title for name, system in inventory.systems.items()},
        {name: party.title for name, party in inventory.parties.items()},
    )


def _site_levels(content: Content) -> Mapping[str, str]:
    """Level of each site; none where the register is broken since the run."""
    try:
        return {name: site.level.value for name, site in content.inventory.sites.items()}
    except (ContentError, UsageError):
        return {}


def _supplies(content: Content) -> Mapping[str, Supply]:
    """What each device depends on; nothing where the register is broken since the run."""
    try:
        devices = content.inventory.devices.values()
    except (ContentError, UsageError):
        return {}
    return {
        one.name: Supply(
            label=one.label,
            uplink=one.uplink,
            uplink_all=one.uplink_all,
            power=one.power,
            power_all=one.power_all,
        )
        for one in devices
    }


def order_of(content: Content, record_sheets: str = "") -> Order:
    """Give what the settings say of every document; the playbook's `record_sheets` comes first."""
    settings = content.settings
    logo = settings.document_logo
    return Order(
        project=settings.document_project or settings.contract_name,
        customer=settings.contract_customer,
        contractor=settings.contract_contractor,
        secrecy=settings.document_secrecy,
        logo=(content.workspace.root / logo).read_bytes() if logo else b"",
        people=tuple(_person(one) for one in settings.document_people),
        signers=settings.document_signers,
        recipients=settings.document_recipients,
        basis=settings.document_basis,
        record_sheets=record_sheets or settings.document_record_sheets or "",
        due_days=settings.document_due_days,
    )


def system_titles(content: Content) -> Mapping[str, Text]:
    """What the systems are called; nothing where the inventory is gone or broken since the run."""
    try:
        return {name: system.title for name, system in content.inventory.systems.items()}
    except (ContentError, UsageError):
        return {}


def _person(given: Mapping[str, object]) -> Person:
    role = given["role"]
    return Person(
        name=str(given["name"]),
        role=role if isinstance(role, Text) else Text(str(role)),
        phone=str(given["phone"]),
    )


def report_settings(content: Content, name: str) -> "ReportSettings | None":
    """What the playbook says of its report; None when it is gone or broken since the run."""
    from xunjian.playbook import find_playbook, load_playbook

    try:
        return load_playbook(find_playbook(content.workspace, name)).report
    except (ContentError, UsageError):
        return None


def sources_of(checks: Mapping[str, "Check"]) -> Mapping[str, Source]:
    """What the cards say of their checks."""
    return {
        name: Source(
            title=check.title,
            source=check.source,
            limits={
                limit: float(value)
                for limit, value in check.limits.items()
                if isinstance(value, int | float) and not isinstance(value, bool)
            },
        )
        for name, check in checks.items()
    }
