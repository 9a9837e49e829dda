"""Two trees compared section by section; equal sections are passed over by their digest.

Order matters exactly where the pack says so. One change is one top-most node with its lines inside.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from xunjian.config.changes import make_change, neighbours, with_ids
from xunjian.config.identity import Identities, Item, Section, has_numbers, items
from xunjian.config.matching import finder
from xunjian.config.model import Change, ChangeKind, Comparison, Node, Tree
from xunjian.config.ordered import compare_sequence
from xunjian.config.pack import Pack
from xunjian.config.pairing import Pair, by_identity, by_likeness, moved
from xunjian.config.parts import HEADER_LINE
from xunjian.config.redact import without_fingerprints
from xunjian.config.renames import link_renames
from xunjian.config.tree import collector_paused
from xunjian.config.values import difference


def compare(old: Tree, new: Tree, pack: Pack) -> Comparison:
    """Give every change from old to new, in order of the new text, and what is only reordered."""
    with collector_paused():
        found = _compare_parts(old.roots, new.roots, pack) if pack.parts else Comparer(pack)
        if not pack.parts:
            found.section(Place((), ()), old.roots, new.roots)
    ordered = sorted(found.changes, key=lambda c: (c.new_line or c.old_line, c.old_line))
    named = with_ids(ordered, new.platform)
    return Comparison(changes=link_renames(named), reordered=tuple(sorted(found.reordered)))


def _compare_parts(old: Sequence[Node], new: Sequence[Node], pack: Pack) -> "Comparer":
    whole = Comparer(pack)
    packs = {part.name: inner for part, inner in pack.parts}
    before = {node.text: (n, node) for n, node in enumerate(old)}
    after = {node.text: (n, node) for n, node in enumerate(new)}
    for header, (rank, node) in before.items():
        if header not in after:
            whole.add(ChangeKind.REMOVED, Place((), ()), old=[(rank, node)])
            continue
        match = HEADER_LINE.match(header)
        inner = Comparer(packs[match[1]] if match else pack, depth=1)
        inner.section(Place((header,), (rank,)), node.children, after[header][1].children)
        whole.changes += inner.changes
        whole.reordered += inner.reordered
    for header, there in after.items():
        if header not in before:
            whole.add(ChangeKind.ADDED, Place((), ()), new=[there])
    return whole


@dataclass(frozen=True, slots=True)
class Place:
    """A section: headers from the top, and their ranks in the old tree."""

    path: tuple[str, ...]
    at: tuple[int, ...]


@dataclass(slots=True)
class Comparer:
    """One comparison under way. depth: how many headers of a path are not the pack's own."""

    pack: Pack
    depth: int = 0
    changes: list[Change] = field(default_factory=list)
    reordered: list[tuple[str, ...]] = field(default_factory=list)
    identities: Identities = field(init=False)

    def __post_init__(self) -> None:
        self.identities = Identities(self.pack)

    def add(
        self,
        kind: ChangeKind,
        place: Place,
        *,
        old: Sequence[tuple[int, Node]] = (),
        new: Sequence[tuple[int, Node]] = (),
        pairing: str = "exact",
    ) -> None:
        """Note a change."""
        self.changes.append(
            make_change(kind, place.path, place.at, old=old, new=new, pairing=pairing)
        )

    def section(self, place: Place, old: Sequence[Node], new: Sequence[Node]) -> None:
        """Compare what stands in one section."""
        meaning = self.identities.section(place.path[self.depth :])
        first, last = _same_ends(old, new)
        a = items(old[first : len(old) - last], meaning, first)
        b = items(new[first : len(new) - last], meaning, first)
        if meaning.mode != "sequence":
            self._unordered(place, a, b, meaning)
            return
        numbered = has_numbers(old, new, meaning)
        if meaning.number is not None and not numbered:
            plain = replace(meaning, number=None)
            a = items(old[first : len(old) - last], plain, first)
            b = items(new[first : len(new) - last], plain, first)
        if numbered:
            loose = Section(mode="set")
            self._unordered(
                place,
                [item for item in a if item.number is None],
                [item for item in b if item.number is None],
                loose,
            )
            a, b = _by_number(a), _by_number(b)
        compare_sequence(self, place, a, b, old, new)

    def same(self, place: Place, pair: Pair, pairing: str) -> None:
        """Compare two nodes that are each other's counterpart and stand in the same order."""
        one, other = pair
        if one.node.text == other.node.text:
            if one.node.digest != other.node.digest:
                self.inside(place, pair)
            return
        old, new = [(one.rank, one.node)], [(other.rank, other.node)]
        if without_fingerprints(one.node.text) == without_fingerprints(other.node.text) and (
            one.node.digest == other.node.digest
        ):
            self.add(ChangeKind.SECRET_CHANGED, place, old=old, new=new, pairing=pairing)
            return
        members = self._members(one.node.text, other.node.text)
        self.changes.append(
            make_change(
                ChangeKind.CHANGED,
                place.path,
                place.at,
                old=old,
                new=new,
                pairing=pairing,
                members=members,
            )
        )

    def inside(self, place: Place, pair: Pair) -> None:
        """Compare what stands inside two nodes of the same header."""
        one, other = pair
        below = Place((*place.path, one.node.text), (*place.at, one.rank))
        self.section(below, one.node.children, other.node.children)

    def _members(self, old: str, new: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        for rule in self.pack.values:
            find = finder(rule.match)
            before, after = find(old), find(new)
            if before and after and before["head"] == after["head"]:
                return difference(rule, before["value"], after["value"])
        return (), ()

    def value_head(self, text: str) -> str | None:
        """What names a value set, so that its two states are paired; None if it is none."""
        for rule in self.pack.values:
            if (match := finder(rule.match)(text)) is not None:
                return f"{rule.id} {match['head']}"
        return None

    def _unordered(
        self, place: Place, a: Sequence[Item], b: Sequence[Item], meaning: Section
    ) -> None:
        pairs, left, over = by_identity(a, b)
        pairs.sort(key=lambda pair: pair[0].rank)
        if meaning.mode != "sequence" and moved(pairs):
            self.reordered.append(place.path)
        for pair in pairs:
            self.same(place, pair, "key" if pair[0].keyed else "exact")
        likely = by_likeness(left, over, may_pair, self.value_head)
        for one, other, how in likely:
            self.same(place, (one, other), how)
        taken = {id(item) for pair in likely for item in pair[:2]}
        for item in left:
            if id(item) not in taken:
                self.add(ChangeKind.REMOVED, place, old=[(item.rank, item.node)])
        for item in over:
            if id(item) not in taken:
                self.add(ChangeKind.ADDED, place, new=[(item.rank, item.node)])


def may_pair(one: Item, other: Item) -> bool:
    """Whether two nodes of different identity may be two states of one: single lines only."""
    if one.node.children or other.node.children:
        return False
    if one.keyed or other.keyed:
        return without_fingerprints(one.node.text) == without_fingerprints(other.node.text)
    return True


def _same_ends(old: Sequence[Node], new: Sequence[Node]) -> tuple[int, int]:
    """How many nodes are equal at the beginning and at the end."""
    limit = min(len(old), len(new))
    first = 0
    while first < limit and _equal(old[first], new[first]):
        first += 1
    last = 0
    while last < limit - first and _equal(old[-1 - last], new[-1 - last]):
        last += 1
    return first, last


def _equal(one: Node, other: Node) -> bool:
    return one.text == other.text and one.digest == other.digest


def _by_number(found: Sequence[Item]) -> list[Item]:
    """Numbered items in the order of their numbers: that is the order they take effect in."""
    return sorted(
        (item for item in found if item.number is not None),
        key=lambda item: (item.number or 0, item.rank),
    )


__all__ = ["Comparer", "Place", "compare", "may_pair", "neighbours"]
