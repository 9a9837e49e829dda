"""Everything a periodic document is made from, and the names of what stands in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from xunjian.calendar.clock import in_zone
from xunjian.calendar.model import Round
from xunjian.facts.subjects import subject_word
from xunjian.inventory.model import Inventory
from xunjian.language import Text
from xunjian.report import words
from xunjian.report.building.beside import Order, Source
from xunjian.report.document import Series
from xunjian.report.periodic.faults import Fault
from xunjian.report.periodic.period import Period
from xunjian.store.span_model import Span, SpanRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A device by the names a reader knows."""

    name: str
    label: str
    kind: str
    site: str
    room: str
    party: str
    systems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The span, what became of it, and the words for it.

    before: the period before, without values; None where nobody asks. inventory: None where it is
    broken. rounds: the calendar's, due in the period; coming: due within the next as long; both
    None where the calendar says nothing (no contract's start, or unknown days).
    """

    period: Period
    as_of: datetime
    span: Span
    faults: tuple[Fault, ...] = ()
    before: Span | None = None
    faults_before: tuple[Fault, ...] = ()
    series: tuple[Series, ...] = ()
    inventory: Inventory | None = None
    rounds: tuple[Round, ...] | None = None
    coming: tuple[Round, ...] | None = None
    order: Order = Order()
    sources: Mapping[str, Source] = field(default_factory=dict)
    playbooks: Mapping[str, Text] = field(default_factory=dict)

    @property
    def end(self) -> datetime:
        """Until when open faults are counted: the period's end, or the last round of one not over.

        It is data, never the clock: the same store gives the same document.
        """
        return min(self.period.end, self.as_of)

    @property
    def began(self) -> tuple[Fault, ...]:
        """Faults (abnormal, not mere warnings) first seen in the period."""
        return tuple(one for one in self._of(is_fault=True) if one.first_at >= self.period.start)

    @property
    def warned(self) -> tuple[Fault, ...]:
        """Warnings first seen in the period."""
        return tuple(one for one in self._of(is_fault=False) if one.first_at >= self.period.start)

    @property
    def touched(self) -> tuple[Fault, ...]:
        """Faults open at some time of the period, whenever they began."""
        return self._of(is_fault=True)

    @property
    def resolved(self) -> tuple[Fault, ...]:
        """Faults found in order again in the period."""
        return tuple(one for one in self.touched if one.resolved_at)

    @property
    def open(self) -> tuple[Fault, ...]:
        """Faults open at the end."""
        return tuple(one for one in self.touched if not one.resolved_at)

    @property
    def open_warnings(self) -> tuple[Fault, ...]:
        """Warnings open at the end."""
        return tuple(one for one in self._of(is_fault=False) if not one.resolved_at)

    def _of(self, *, is_fault: bool) -> tuple[Fault, ...]:
        return tuple(one for one in self.faults if one.is_fault is is_fault)

    @property
    def last_round(self) -> SpanRun | None:
        """The last round of the period."""
        return self.span.rounds[-1] if self.span.rounds else None

    def named(self, device: str) -> Named:
        """A device as the rounds knew it, else as the inventory does."""
        if found := self.span.devices.get(device):
            return Named(
                name=device,
                label=found.label or device,
                kind=found.kind,
                site=found.site,
                room=found.room,
                party=found.party,
                systems=found.systems,
            )
        own = self.inventory.devices.get(device) if self.inventory else None
        if own is None:
            return Named(name=device, label=device, kind="", site="", room="", party="")
        return Named(
            name=device,
            label=own.title,
            kind=own.kind,
            site=own.site.name if own.site else "",
            room=own.room.name if own.room else "",
            party=own.party or "",
            systems=own.systems,
        )

    def site(self, name: str) -> Text:
        """What a site is called."""
        if self.inventory and name in self.inventory.sites:
            return self.inventory.sites[name].title
        titles = (one.site_title for one in self.span.devices.values() if one.site == name)
        return Text(next((title for title in titles if title), name))

    def room(self, name: str) -> Text:
        """What a room is called."""
        if self.inventory and name in self.inventory.rooms:
            return self.inventory.rooms[name].title
        titles = (one.room_title for one in self.span.devices.values() if one.room == name)
        return Text(next((title for title in titles if title), name))

    def party(self, name: str) -> Text:
        """What a party is called; who answers for nothing is said so."""
        if not name:
            return Text("未登记", "not registered")
        if self.inventory and name in self.inventory.parties:
            return self.inventory.parties[name].title
        return Text(name)

    def check(self, check: str, fallback: Text) -> Text:
        """What a check is called."""
        source = self.sources.get(check)
        return source.title if source else fallback

    def playbook(self, name: str) -> Text:
        """What a playbook is called."""
        return self.playbooks.get(name, Text(name))


def part_word(subject: str) -> Text:
    """What a part of a device is called; nothing for the whole of it."""
    if subject in {"", "-"}:
        return Text("")
    return subject_word(subject) or Text(subject, subject)


def kind_word(kind: str) -> Text:
    """What a kind of device is called."""
    return words.word(words.KINDS, kind)


def local(at: datetime) -> datetime:
    """A time as it is written in documents: in China's zone."""
    return in_zone(at)
