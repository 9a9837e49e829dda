"""`playbooks/calendar.yml` read: every mistake at once, then values."""

from collections.abc import Collection
from pathlib import PurePosixPath

from xunjian.calendar.checks import examine
from xunjian.calendar.content import (
    SMALL,
    Anchor,
    Calendar,
    FloodSeason,
    FreezeRule,
    Period,
    Rule,
    Sample,
)
from xunjian.calendar.fields import (
    CalendarFields,
    FloodFields,
    FreezeFields,
    PeriodFields,
    RuleFields,
    YearFields,
)
from xunjian.calendar.holidays import FILE, Days, Notice, known_days
from xunjian.calendar.model import FreezeMode
from xunjian.language import Text
from xunjian.playbook.load import NOT_PLAYBOOKS
from xunjian.schema import Document, Problems, load_yaml, validate
from xunjian.workspace import Workspace


def load_calendar(workspace: Workspace, *, playbooks: Collection[str] | None = None) -> Calendar:
    """Read the workspace's calendar, the built-in one where it has none.

    playbooks: names that rules may use; default the workspace's.

    Raises:
        ContentError: with every problem of the file.
    """
    found = workspace.find(FILE)
    problems = Problems()
    document = load_yaml(found, problems=problems)
    known = playbook_names(workspace) if playbooks is None else frozenset(playbooks)
    return read_calendar(document, known, problems)


def playbook_names(workspace: Workspace) -> frozenset[str]:
    """Names of all playbooks, sound or not."""
    stems = {PurePosixPath(f.relative).stem for f in workspace.iterate("playbooks", "*.yml")}
    return frozenset(stems - NOT_PLAYBOOKS)


def read_calendar(
    document: Document, playbooks: frozenset[str], problems: Problems | None = None
) -> Calendar:
    """Turn one document into a calendar; raises ContentError with every problem."""
    problems = problems or Problems()
    data = {} if document.data is None else document.data
    model = CalendarFields()
    if data:
        model = validate(document, CalendarFields, problems) or model
    problems.raise_if_any()
    days = known_days(_notice(year) for year in model.years)
    examine(document, model, days, playbooks, problems)
    problems.raise_if_any()
    return _build(model, days)


def _notice(year: YearFields) -> Notice:
    return Notice(
        year=year.year,
        days={name: (span[0], span[1]) for name, span in year.days.items()},
        working={name: tuple(days) for name, days in year.working.items()},
        number=year.notice or year.source,
    )


def _build(model: CalendarFields, days: Days) -> Calendar:
    return Calendar(
        days=days,
        rules=tuple(_rule(name, rule, model) for name, rule in model.rules.items() if rule.enabled),
        flood=_flood(model.flood_season),
        freezes=tuple(_freeze(entry, model) for entry in model.freeze),
        guarantees=tuple(map(_period, model.guarantees)),
        conferences=tuple(map(_period, model.conferences)),
        shifts=tuple(model.shifts),
    )


def _rule(name: str, given: RuleFields, model: CalendarFields) -> Rule:
    anchor = Anchor(given.anchor)
    holidays = given.holidays if given.holidays != "all" else model.holidays
    remind = given.remind
    if anchor in SMALL and "remind" not in given.model_fields_set:
        remind = 7
    return Rule(
        name=name,
        title=given.title or Text(name),
        playbook=given.playbook,
        anchor=anchor,
        where=given.where.strip(),
        sites=tuple(given.sites),
        systems=tuple(given.systems),
        holidays=() if holidays == "all" else tuple(holidays),
        declared=tuple(given.declared),
        dates=tuple(given.dates),
        working_days=given.working_days or model.working_days,
        days_before=given.days_before,
        due_day=given.due,
        grace_days=given.grace,
        remind_days=remind,
        enough=given.enough or (model.enough if given.quota == 1 else 1.0),  # of the quota
        quota=given.quota,
        rotate=given.rotate or "",
        sample=Sample(share=given.sample.share, least=given.sample.least) if given.sample else None,
        by_hand=given.by_hand,
        after=given.after,
    )


def _flood(given: FloodFields | None) -> FloodSeason | None:
    if given is None:
        return None
    added = {
        zone: tuple(sorted(set(given.zones[zone].months) - set(given.months)))
        for zone in given.add_zones
    }
    return FloodSeason(
        months=tuple(sorted(set(given.months))),
        systems=tuple(given.systems),
        zones={zone: months for zone, months in added.items() if months},
    )


def _freeze(given: FreezeFields, model: CalendarFields) -> FreezeRule:
    holidays = given.holidays if given.holidays != "all" else model.holidays
    return FreezeRule(
        name=given.name,
        title=given.title or Text(given.name),
        anchor=given.anchor,
        mode=FreezeMode(given.mode),
        holidays=() if holidays == "all" else tuple(holidays),
        first=given.first,
        last=given.last,
        sites=tuple(given.sites),
        systems=tuple(given.systems),
        check=given.check,
    )


def _period(given: PeriodFields) -> Period:
    return Period(
        name=given.name,
        title=given.title or Text(given.name),
        first=given.first,
        last=given.last,
        sites=tuple(given.sites),
        systems=tuple(given.systems),
        source=given.source,
    )
