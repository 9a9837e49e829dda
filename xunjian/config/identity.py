"""Who is who inside a section: by the pack's order rules."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from re import Match, Pattern

from xunjian.config.matching import finder
from xunjian.config.model import Node
from xunjian.config.pack import Pack
from xunjian.config.parts import FILE_LINE
from xunjian.config.rules import Order

# a section that no rule knows but whose name says that the first match wins
_LISTS = re.compile(
    r"\b(?:acl|access-list|polic(?:y|ies)|filter|rules?|route-map)\b", re.IGNORECASE
)
_UNKNOWN_LIST = re.compile(r"traffic-policy|password-policy|qos-policy|key-policy", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What identity and order mean in one section."""

    mode: str
    key: Pattern[str] | None = None
    number: Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A node with its rank among its siblings, its identity and the number in its text.

    place: where it stands in the order of effect.
    """

    rank: int
    node: Node
    identity: str
    keyed: bool = False
    number: int | None = None
    place: int = 0


class Identities:
    """Order rules of one pack, looked up by header."""

    __slots__ = ("_files", "_memo", "_rules")

    def __init__(self, pack: Pack) -> None:
        self._rules: list[Order] = list(pack.order)
        self._files = pack.syntax.files
        self._memo: dict[tuple[str, str], Section] = {}

    def section(self, path: tuple[str, ...]) -> Section:
        """Give the meaning of order in the section at a path; the root's path is empty.

        The top level of each of several files is a root.
        """
        if self._files and path and FILE_LINE.match(path[0]):
            path = path[1:]
        header = path[-1] if path else ""
        under = " > ".join(path[:-1])
        if (header, under) not in self._memo:
            self._memo[header, under] = self._find(header, under)
        return self._memo[header, under]

    def _find(self, header: str, under: str) -> Section:
        for rule in self._rules:
            if rule.section.fullmatch(header) and (not rule.under or rule.under.search(under)):
                return Section(mode=rule.mode, key=rule.key, number=rule.number)
        is_list = bool(_LISTS.search(header)) and not _UNKNOWN_LIST.search(header)
        return Section(mode="sequence" if is_list else "set")


def items(nodes: Sequence[Node], section: Section, first: int = 0) -> list[Item]:
    """Give each node its identity; ranks count from `first`."""
    key = finder(section.key) if section.key else None
    number = finder(section.number) if section.number else None
    if key is None and number is None:
        return [Item(n, node, node.text, place=n) for n, node in enumerate(nodes, first)]
    found = []
    for n, node in enumerate(nodes, first):
        text, place = node.text, None
        if number is not None and (hit := number(text)) is not None and hit[1].isdigit():
            place = int(hit[1])
            text = text[: hit.start(1)] + text[hit.end(1) :]
        match = key(node.text) if key is not None else None
        identity = _joined(match) if match is not None else text
        found.append(Item(n, node, identity, match is not None, place, n))
    return found


def has_numbers(old: Sequence[Node], new: Sequence[Node], section: Section) -> bool:
    """Whether numbers say the order: there are some, and none stands twice on one side."""
    if section.number is None:
        return False
    sides = [
        [item.number for item in items(nodes, section) if item.number is not None]
        for nodes in (old, new)
    ]
    return any(sides) and all(len(set(side)) == len(side) for side in sides)


def _joined(match: Match[str]) -> str:
    return "\x00".join(group or "" for group in match.groups()) or match[0]


def canonical(nodes: Sequence[Node], path: tuple[str, ...], identities: Identities) -> object:
    """A section's content as it counts: order only where it means something."""
    section = identities.section(path)
    found = items(nodes, section)
    content = {
        item.rank: (
            item.node.text,
            canonical(item.node.children, (*path, item.node.text), identities),
        )
        for item in found
    }
    if section.mode != "sequence":
        return sorted(map(repr, content.values()))
    if not has_numbers(nodes, (), section):
        return list(content.values())
    numbered = [item for item in found if item.number is not None]
    numbered.sort(key=lambda item: (item.number or 0, item.rank))
    loose = sorted(repr(content[item.rank]) for item in found if item.number is None)
    return loose, [content[item.rank] for item in numbered]
