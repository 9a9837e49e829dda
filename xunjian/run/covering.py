"""A workspace's coverage of a period: inventory, calendar, journal and store, put together."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time

from xunjian.calendar.clock import zone
from xunjian.calendar.coverage import Coverage, Duties, Expected, Period, Row, Share, Thing, cover
from xunjian.calendar.model import RoundState
from xunjian.errors import NothingSelected
from xunjian.inventory import Device, select
from xunjian.language import Text
from xunjian.playbook import find_playbook, load_playbook
from xunjian.run.agenda import Agenda
from xunjian.run.ticket import Errand
from xunjian.run.turns import LIGHT, heavy_playbooks, sightings


def coverage_of(agenda: Agenda, within: Period, by: str = "room", rule: str = "") -> Coverage:
    """Hold a period's rounds, or those of one rule, against what the store knows."""
    found = cover(duties_of(agenda, within, rule), within, by)
    return _with_empty_rooms(agenda, found) if by == "room" and not rule else found


def duties_of(agenda: Agenda, within: Period, rule: str = "") -> Duties:
    """Gather what the period's rounds expect and what was seen in it."""
    light = {one.name for one in agenda.calendar.rules if one.anchor in LIGHT}
    first = datetime.combine(within.first, time(), tzinfo=zone())
    last = datetime.combine(within.last, time.max, tzinfo=zone())
    if agenda.asked:
        last = min(last, agenda.at)
    drawn: dict[str, set[str]] = {}
    scopes: dict[str, set[str]] = {}
    for entry in agenda.entries:
        drawn.setdefault(entry.round_id, set()).update(entry.drawn)
        scopes.setdefault(entry.round_id, set()).update(entry.scope)
    chosen: dict[str, tuple[Device, ...]] = {}
    areas: dict[tuple[object, ...], frozenset[str]] = {}  # the same for every round of a rule
    expected = []
    for one in agenda.span(within.first, within.last):
        if one.rule in light or (rule and one.rule != rule):
            continue
        if one.state is RoundState.CANCELLED:
            continue
        if one.playbook not in chosen:
            chosen[one.playbook] = _selected(agenda, one.playbook)
        area = (one.playbook, one.where, one.sites, one.systems)
        if area not in areas:
            scope = Errand(one, agenda).within(chosen[one.playbook])
            areas[area] = frozenset(device.name for device in scope)
        names = areas[area]
        who, whence = (frozenset(known.get(one.id, ())) for known in (drawn, scopes))
        expected.append(Expected(round=one, things=names, drawn=who, scope=whence))
    playbooks = frozenset(one.round.playbook for one in expected) if rule else None
    return Duties(
        things=[_thing(device) for device in agenda.content.inventory.devices.values()],
        expected=expected,
        seen=sightings(agenda, first, last, playbooks or heavy_playbooks(agenda.calendar)),
        today=agenda.today,
    )


def titles_of(agenda: Agenda, by: str) -> Mapping[str, Text]:
    """What rooms, sites or systems are called."""
    inventory = agenda.content.inventory
    if by == "room":
        return {name: room.title for name, room in inventory.rooms.items()}
    if by == "site":
        return {name: site.title for name, site in inventory.sites.items()}
    return {name: system.title for name, system in inventory.systems.items()}


def _selected(agenda: Agenda, name: str) -> tuple[Device, ...]:
    """Everything a playbook would visit; nothing where it selects nothing."""
    content = agenda.content
    playbook = load_playbook(find_playbook(content.workspace, name))
    try:
        return select(content.inventory, playbook.hosts, playbook.where or None)
    except NothingSelected:
        return ()


def _thing(device: Device) -> Thing:
    room, site = device.room, device.site
    return Thing(
        name=device.name,
        title=device.title,
        room=room.name if room else "",
        site=site.name if site else "",
        systems=device.systems,
    )


def _with_empty_rooms(agenda: Agenda, found: Coverage) -> Coverage:
    """Name the rooms of the register in which nothing is registered: nobody can see them."""
    inventory = agenda.content.inventory
    held = {device.room.name for device in inventory.devices.values() if device.room}
    none = Share(expected=0, seen=0)
    empty = [
        Row(name=name, things=none, rooms=none) for name in inventory.rooms if name not in held
    ]
    return replace(found, rows=(*found.rows, *empty))
