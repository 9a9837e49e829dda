"""A run made for a round of the calendar: which one, who had to be seen, what is noted of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from xunjian.calendar.content import Anchor, Sample
from xunjian.calendar.model import JournalEntry, Round, RoundState
from xunjian.calendar.sample import draw
from xunjian.errors import NothingSelected, UsageError
from xunjian.inventory import Device, select
from xunjian.inventory.conditions import condition
from xunjian.language import Text
from xunjian.playbook import find_playbook, load_playbook
from xunjian.run.agenda import Agenda, sites_below
from xunjian.run.content import Content
from xunjian.run.model import RunRecord
from xunjian.run.plan import plan_run
from xunjian.run.turns import Drawn, draw_round, with_open_matters

if TYPE_CHECKING:
    from xunjian.store.journal import SeenIn
    from xunjian.store.store import Store

_TAKES_RUNS = frozenset({RoundState.DUE, RoundState.OVERDUE, RoundState.PARTIAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What ties a run to its round.

    expected: devices that must be seen for the round. earlier: runs already made for it.
    at: the time that counts (`--at`); None is the end of the run. drawn: of a rotating round.
    sampled: `expected` is a random draw. also: rounds of the same playbook that are open too; a run
    that sees enough of one ticks it as well.
    """

    round: Round
    expected: frozenset[str]
    at: datetime | None = None
    drawn: Drawn | None = None
    sampled: bool = False
    also: tuple["Ticket", ...] = ()

    def coverage(self, seen: frozenset[str]) -> float:
        """The share that was seen: of the devices, or of the quota of rooms or devices."""
        if self.drawn is None:
            return len(seen & self.expected) / len(self.expected)
        return self.drawn.turn.coverage(self.drawn.seen_units(seen))

    @property
    def earlier(self) -> tuple[str, ...]:
        """Runs already made for the round: what they saw counts too."""
        return self.round.run_ids


@dataclass(frozen=True, slots=True)
class Errand:
    """A round that a run is going to be made for."""

    round: Round
    agenda: Agenda

    @property
    def is_drawn(self) -> bool:
        """Whether the devices are a random sample, or take turns."""
        return self._sample is not None or rotates(self.round)

    @property
    def _sample(self) -> Sample | None:
        rule = self.agenda.calendar.rule(self.round.rule)
        return rule.sample if rule is not None else None

    def drawn(self) -> Drawn:
        """Draw a rotating round; it does not depend on how a run was narrowed."""
        one = self.round
        return draw_round(self.agenda, one, self._planned(self.within))

    def _planned(
        self, narrow: Callable[[Sequence[Device]], Sequence[Device]] = tuple
    ) -> tuple[Device, ...]:
        """Everything that the round's playbook has something to ask of."""
        content = self.agenda.content
        found = find_playbook(content.workspace, self.round.playbook)
        playbook = load_playbook(found, task_names=content.catalog.names)
        every = select(content.inventory, playbook.hosts, playbook.where or None)
        plan = plan_run(narrow(every), playbook, content.catalog)
        return tuple(pair.device for pair in plan.pairs)

    def scope(self, devices: Sequence[Device]) -> tuple[Device, ...]:
        """Narrow the playbook's devices down to the round's: beside a random draw those of which
        something stands open since earlier rounds of its kind. They do not count for its share.

        Raises:
            NothingSelected: the round has nobody to visit.
        """
        chosen = self._in_scope(devices)
        if not chosen:
            raise _nobody(self.round.id)
        if self._sample is None:
            return chosen
        names = {device.name for device in chosen} | with_open_matters(self.agenda, self.round)
        return tuple(device for device in self.within(devices) if device.name in names)

    def ticket(self, asked: Sequence[Device]) -> Ticket | None:
        """Give the ticket of a run over the whole round's `asked`; None where nobody is in it."""
        at = self.agenda.at if self.agenda.asked else None
        if rotates(self.round):
            drawn = self.drawn()
            expected = drawn.things(drawn.turn.everybody)
            one = replace(self.round, devices=tuple(sorted(expected)))
            return Ticket(round=one, expected=expected, at=at, drawn=drawn)
        expected = frozenset(device.name for device in self._in_scope(asked))
        sampled = self.is_drawn
        if not expected:
            return None
        one = replace(self.round, devices=tuple(sorted(expected)) if sampled else ())
        own = sampled or self._is_declared(self.round)
        also = () if own else self._also()
        return Ticket(round=one, expected=expected, at=at, sampled=sampled, also=also)

    def _also(self) -> tuple[Ticket, ...]:
        """Tickets of other rounds that the same questions serve: same playbook, open by now.

        What was declared wants a round of its own; what is drawn or made by hand is left alone.
        """
        others = [one for one in open_rounds(self.agenda, self.round.playbook) if self._joins(one)]
        if not others:
            return ()
        every = self._planned()
        at = self.agenda.at if self.agenda.asked else None
        found = ((one, Errand(one, self.agenda).within(every)) for one in others)
        return tuple(
            Ticket(round=one, expected=frozenset(device.name for device in scope), at=at)
            for one, scope in found
        )

    def _is_declared(self, one: Round) -> bool:
        rule = self.agenda.calendar.rule(one.rule)
        return rule is not None and rule.anchor is Anchor.DECLARATION

    def _joins(self, one: Round) -> bool:
        rule = self.agenda.calendar.rule(one.rule)
        return (
            one.id != self.round.id
            and rule is not None
            and rule.sample is None
            and not self._is_declared(one)
            and not one.by_hand
            and not rotates(one)
        )

    def _in_scope(self, devices: Sequence[Device]) -> tuple[Device, ...]:
        chosen = self.within(devices)
        if self._sample is not None:
            names = draw(self._in_reach(), self._sample, seed=self.round.id)
            return tuple(device for device in chosen if device.name in names)
        if not rotates(self.round) or not chosen:
            return chosen
        drawn = self.drawn()
        asked = drawn.things(drawn.turn.asked)
        return tuple(device for device in chosen if device.name in asked)

    def within(self, devices: Sequence[Device]) -> tuple[Device, ...]:
        """Narrow devices down by what the rule says."""
        one = self.round
        known = self.agenda.content.inventory.sites if one.sites else {}
        sites = sites_below(one.sites, known)
        holds = condition(one.where) if one.where else None
        return tuple(
            device
            for device in devices
            if (holds is None or holds(device))
            and (not one.systems or set(one.systems) & set(device.systems))
            and (not one.sites or (device.site is not None and device.site.name in sites))
        )

    def _in_reach(self) -> list[str]:
        """Everything with an address: the draw must not depend on how a run was narrowed."""
        return [d.name for d in self.agenda.content.inventory.devices.values() if d.address]


def rotates(one: Round) -> bool:
    """Whether the units of a round take turns."""
    return bool(one.rotate) and one.quota < 1


def _nobody(round_id: str) -> NothingSelected:
    return NothingSelected(
        Text(f"{round_id} 没有要看的设备", f"{round_id} has nobody to visit"),
        Text(
            "不适用的规则可在 playbooks/calendar.yml 里写 enabled: false；"
            "人工完成的用 xunjian rounds record 登记",
            "a rule that does not apply takes `enabled: false` in playbooks/calendar.yml; "
            "what was done by hand is filed with `xunjian rounds record`",
        ),
    )


def find_errand(
    content: Content, playbook: str, *, round_id: str = "", at: datetime | None = None
) -> Errand | None:
    """Give the round by its id, else the one of this playbook that is due first; None without any.

    Where nobody can know what is due (a year whose days off are unknown) there is none.
    """
    agenda = Agenda(content, at)
    if round_id:
        return Errand(agenda.find(round_id), agenda)
    fitting = open_rounds(agenda, playbook)
    found = min(fitting, key=lambda one: (one.due, one.first, one.id), default=None)
    return Errand(found, agenda) if found else None


def open_rounds(agenda: Agenda, playbook: str) -> tuple[Round, ...]:
    """Give the rounds of a playbook that a run made now would count for."""
    try:
        rounds = agenda.due()
    except UsageError:
        return ()
    return tuple(
        one
        for one in rounds
        if one.playbook == playbook
        and (one.state in _TAKES_RUNS or _again_and_again(agenda, one))
        and one.first <= agenda.today <= (one.last or one.due)
    )


def _again_and_again(agenda: Agenda, one: Round) -> bool:
    """Whether a round that is done takes more runs: a conference is watched while it lasts."""
    rule = agenda.calendar.rule(one.rule)
    is_watched = rule is not None and rule.anchor is Anchor.DURING_CONFERENCE
    return is_watched and one.state is RoundState.DONE


def file_run(store: "Store", ticket: Ticket, record: RunRecord) -> None:
    """Note anew what a closed run saw, since forms came in."""
    ended = record.ended_at or record.started_at
    for entry in entries_of(ticket, record.run_id, ended, store.journal.seen):
        store.journal.add(entry)


def entries_of(
    ticket: Ticket, run_id: str, ended_at: datetime, seen_in: "SeenIn"
) -> Iterator[JournalEntry]:
    """Give what the journal notes of a run, with the coverage its round has now.

    A run that was broken off is noted too: what it saw counts. Of the rounds that it serves beside
    its own, only those of which enough was seen are noted: the others stay open.
    """
    for other in ticket.also:
        seen = seen_in([*other.earlier, run_id])
        if other.expected and other.coverage(seen) >= other.round.enough:
            yield from entries_of(other, run_id, ended_at, seen_in)
    if not ticket.expected:
        return
    turn = ticket.drawn.turn if ticket.drawn else None
    who = turn.everybody if turn else sorted(ticket.expected) if ticket.sampled else ()
    yield JournalEntry(
        round_id=ticket.round.id,
        how="run",
        at=ticket.at or ended_at,
        run_id=run_id,
        note="" if ticket.at is None else f"--at {ticket.at:%Y-%m-%d}",
        coverage=round(ticket.coverage(seen_in([*ticket.earlier, run_id])), 4),
        drawn=tuple(who),
        scope=turn.scope if turn else (),
    )
