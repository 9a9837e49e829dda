"""Whose turn it is in a rotating round: the store's records and the inventory, into a draw."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from xunjian.calendar.clock import day_of, now, zone
from xunjian.calendar.content import Anchor, Calendar
from xunjian.calendar.model import JournalEntry, Round, Seen
from xunjian.calendar.plan import find_round
from xunjian.calendar.rotation import Past, Turn, Unit, draw_turn
from xunjian.inventory.model import Device
from xunjian.run.agenda import Agenda

# what such rounds ask is too little to count as a visit
LIGHT = frozenset(
    {
        Anchor.DAY,
        Anchor.SHIFT,
        Anchor.WEEK,
        Anchor.DURING_HOLIDAY,
        Anchor.DURING_GUARANTEE,
        Anchor.CONFERENCE_BEGINS,
        Anchor.DURING_CONFERENCE,
        Anchor.CONFERENCE_ENDS,
        Anchor.DECLARATION,
    }
)
_MEMORY = timedelta(days=800)  # two years: every cycle of the contract


@dataclass(frozen=True, slots=True)
class Drawn:
    """A round's draw, and what stands in each of its units."""

    turn: Turn
    units: Mapping[str, Unit]

    def things(self, names: Iterable[str]) -> frozenset[str]:
        """Give the devices of some units."""
        return frozenset(thing for name in names for thing in self.units[name].things)

    def seen_units(self, seen: frozenset[str]) -> frozenset[str]:
        """Units all of whose devices are among those seen."""
        return frozenset(name for name, unit in self.units.items() if seen >= set(unit.things))


def draw_round(agenda: Agenda, one: Round, devices: Sequence[Device]) -> Drawn:
    """Draw a rotating round among the devices of its scope that can be inspected at all."""
    units = units_of(devices, one.rotate)
    past = _past(agenda, one, units)
    turn = draw_turn(tuple(units.values()), one.quota, past, seed=one.id)
    return Drawn(turn, units)


def units_of(devices: Iterable[Device], rotate: str) -> dict[str, Unit]:
    """Group devices into rooms, or take each for itself."""
    groups: dict[str, list[Device]] = defaultdict(list)
    for device in devices:
        by_room = rotate == "rooms" and device.room is not None
        groups[device.room.name if by_room and device.room else device.name].append(device)
    return {name: _unit(name, members) for name, members in groups.items()}


def _unit(name: str, members: Sequence[Device]) -> Unit:
    site = members[0].site
    vendors = Counter(_vendor(device) for device in members)
    most = min(vendors, key=lambda vendor: (-vendors[vendor], vendor))
    return Unit(
        name=name,
        site=site.name if site else "",
        vendor=most,
        things=tuple(device.name for device in members),
    )


def _vendor(device: Device) -> str:
    """Give the register's vendor, else what the platform tells of it."""
    written = device.asset.get("vendor")
    return str(written) if written else (device.platform or device.kind).split("_")[0]


def heavy_playbooks(calendar: Calendar) -> frozenset[str]:
    """Playbooks whose runs count as a visit."""
    return frozenset(rule.playbook for rule in calendar.rules if rule.anchor not in LIGHT)


def sightings(
    agenda: Agenda, first: datetime, last: datetime, playbooks: frozenset[str]
) -> tuple[Seen, ...]:
    """Who was seen in a span. A run filed for a round counts at the time that its entry bears."""
    if agenda.book is None:
        return ()
    times = {entry.run_id: entry.at for entry in agenda.entries if entry.run_id}
    filed = [run_id for run_id, at in times.items() if first <= at <= last]
    found = agenda.content.store.sightings(first, last, playbooks, filed)
    placed = (replace(one, at=times.get(one.run_id, one.at)) for one in found)
    return tuple(
        sorted(
            (one for one in placed if first <= one.at <= last and one.playbook in playbooks),
            key=lambda one: one.at,
        )
    )


def with_open_matters(agenda: Agenda, one: Round) -> frozenset[str]:
    """Give the things of which rounds of this kind left something open or unchecked.

    As of the round's first run: what it found itself adds nobody to it.
    """
    if agenda.book is None:
        return frozenset()
    store = agenda.content.store
    begun = [run.started_at for run in store.runs() if run.run_id in one.run_ids]
    matters = store.open_matters(one.playbook, min(begun, default=now()))
    return frozenset(
        matter.finding.device
        for matter in matters
        if one.playbook in matter.playbooks and matter.waiver is None
    )


def _past(agenda: Agenda, one: Round, units: Mapping[str, Unit]) -> Past:
    begins = datetime.combine(one.first, time(), tzinfo=zone())
    last = agenda.at if agenda.asked else datetime.max.replace(tzinfo=zone())
    seen = sightings(agenda, begins - _MEMORY, last, heavy_playbooks(agenda.calendar))
    entries = [
        e for e in agenda.entries if e.how == "run" and e.round_id.startswith(f"{one.rule}@")
    ]
    rounds = {name: find_round(agenda.calendar, name) for name in {e.round_id for e in entries}}
    started = {name: found.first for name, found in rounds.items() if found is not None}
    started[one.id] = one.first
    past = past_of(one, units, seen, entries, {name: f"{day}" for name, day in started.items()})
    left = with_open_matters(agenda, one)
    open_ = {name for name, unit in units.items() if left & set(unit.things)}
    return replace(past, failed=past.failed | open_, repaired=past.repaired - open_)


def past_of(
    one: Round,
    units: Mapping[str, Unit],
    seen: Sequence[Seen],
    entries: Sequence[JournalEntry],
    started: Mapping[str, str],
) -> Past:
    """Say what is known when a round is drawn.

    seen: sightings, oldest first. entries: of runs of the rule's rounds. started: the first day of
    each of its rounds, by id.
    """
    at_home = {thing: name for name, unit in units.items() for thing in unit.things}
    by_round: dict[str, list[Seen]] = defaultdict(list)
    for sight in seen:
        if sight.round_id in started and sight.how:
            by_round[sight.round_id].append(sight)
    seen_in: dict[str, str] = {}
    for name in sorted(by_round, key=lambda name: started[name]):
        if started[name] < started[one.id]:
            seen_in |= dict.fromkeys(_whole(by_round[name], at_home), started[name])
    own = by_round[one.id]
    first_run = min((sight.at for sight in own), default=None)
    before = [s for s in seen if s.round_id != one.id and (first_run is None or s.at < first_run)]
    failed, repaired = _troubled(before, at_home, seen_in)
    return Past(
        seen_in=seen_in,
        failed=failed,
        repaired=repaired,
        known=_known(one, entries),
        drawn=frozenset(n for e in entries if e.round_id == one.id for n in e.drawn),
        tried=frozenset(at_home[s.device] for s in own if s.device in at_home),
        seen=_whole(own, at_home),
    )


def _whole(seen: Iterable[Seen], at_home: Mapping[str, str]) -> frozenset[str]:
    """Units of which something was asked, and all that was asked was seen whole in the end."""
    asked: dict[str, set[str]] = defaultdict(set)
    whole: dict[str, set[str]] = defaultdict(set)
    for one in seen:
        if name := at_home.get(one.device):
            asked[name].add(one.device)
            if one.complete:
                whole[name].add(one.device)
    return frozenset(name for name, things in asked.items() if things == whole[name])


def _troubled(
    seen: Iterable[Seen], at_home: Mapping[str, str], seen_in: Mapping[str, str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Units with something abnormal at the last look, and those with it since their last turn."""
    latest: dict[str, Seen] = {}
    since: set[str] = set()
    for one in seen:
        name = at_home.get(one.device)
        if name is None or not one.how:
            continue
        latest[one.device] = one
        if one.failed and f"{day_of(one.at)}" >= seen_in.get(name, ""):
            since.add(name)
    failed = frozenset(at_home[one.device] for one in latest.values() if one.failed)
    return failed, frozenset(since - failed)


def _known(one: Round, entries: Sequence[JournalEntry]) -> frozenset[str]:
    """Units of earlier draws; in the rule's very first round those of its first run."""
    earlier = [e for e in entries if e.round_id != one.id and day_of(e.at) < one.due]
    if earlier:
        return frozenset(name for entry in earlier for name in entry.scope)
    first = min((e for e in entries if e.scope), key=lambda e: e.at, default=None)
    return frozenset(first.scope) if first else frozenset()
