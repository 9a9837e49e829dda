"""sites.yml, once validated, as values: sites, rooms, parties, systems, circuits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from xunjian.inventory.model import (
    Circuit,
    Party,
    Room,
    RoomClass,
    Segment,
    Site,
    SiteLevel,
    System,
)
from xunjian.inventory.references import mapping
from xunjian.language import Text
from xunjian.schema import Document

Entries = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Everything around the devices."""

    sites: Mapping[str, Site] = field(default_factory=dict)
    rooms: Mapping[str, Room] = field(default_factory=dict)
    parties: Mapping[str, Party] = field(default_factory=dict)
    systems: Mapping[str, System] = field(default_factory=dict)
    circuits: Mapping[str, Circuit] = field(default_factory=dict)


def read_places(document: Document | None) -> Places:
    """Build the values; an absent sites.yml gives none."""
    parts = mapping(document.data) if document else {}
    sections = {
        name: _entries(parts.get(name))
        for name in ("sites", "rooms", "parties", "systems", "circuits")
    }
    return Places(
        sites={name: _site(name, entry) for name, entry in sections["sites"].items()},
        rooms={name: _room(name, entry) for name, entry in sections["rooms"].items()},
        parties={
            name: Party(
                name=name,
                title=title_text(entry.get("title"), name),
                contact=entry.get("contact", ""),
                phone=entry.get("phone", ""),
            )
            for name, entry in sections["parties"].items()
        },
        systems={
            name: System(name=name, title=title_text(entry.get("title"), name))
            for name, entry in sections["systems"].items()
        },
        circuits={name: _circuit(name, entry) for name, entry in sections["circuits"].items()},
    )


def title_text(value: object, fallback: str) -> Text:
    """A title written as text or as `{zh, en}`; the name when there is none."""
    if isinstance(value, str):
        return Text(value)
    if isinstance(value, dict):
        return Text(str(value["zh"]), str(value.get("en") or ""))
    return Text(fallback)


def _entries(section: object) -> dict[str, Mapping[str, Any]]:
    """Entries by name; a bare text stands for an entry with that title."""
    return {
        name: {"title": entry} if isinstance(entry, str) else mapping(entry)
        for name, entry in mapping(section).items()
    }


def _site(name: str, entry: Mapping[str, Any]) -> Site:
    return Site(
        name=name,
        title=title_text(entry.get("title"), name),
        level=SiteLevel(entry["level"]),
        parent=entry.get("parent"),
        contact=entry.get("contact", ""),
        phone=entry.get("phone", ""),
        distance_km=entry.get("distance_km"),
        place_class=entry.get("place_class", ""),
        flood_zone=entry.get("flood_zone") or "",
        limits=entry.get("limits", {}),
    )


def _room(name: str, entry: Mapping[str, Any]) -> Room:
    return Room(
        name=name,
        title=title_text(entry.get("title"), name),
        site=entry["site"],
        room_class=RoomClass(entry["class"]),
        party=entry.get("party"),
    )


def _circuit(name: str, entry: Mapping[str, Any]) -> Circuit:
    segments = (
        Segment(name=segment["name"], party=segment.get("party"))
        for segment in entry.get("segments", ())
    )
    return Circuit(
        name=name,
        title=title_text(entry.get("title"), name),
        number=entry.get("number", ""),
        customer=entry.get("customer", ""),
        a_site=entry.get("a_site"),
        b_site=entry.get("b_site"),
        segments=tuple(segments),
    )
