"""Sections in which the first match wins: moves, new numbers, insertions."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from xunjian.config.changes import make_change, neighbours
from xunjian.config.identity import Item
from xunjian.config.model import ChangeKind, Node
from xunjian.config.pairing import Pair, by_identity, by_likeness, moved

if TYPE_CHECKING:
    from xunjian.config.compare import Comparer, Place


def compare_sequence(  # noqa: PLR0913, PLR0917  two sides, each as items and as nodes
    work: "Comparer",
    place: "Place",
    a: Sequence[Item],
    b: Sequence[Item],
    old: Sequence[Node],
    new: Sequence[Node],
) -> None:
    """Compare items that stand in the order in which they take effect."""
    a, b = _placed(a), _placed(b)
    pairs, left, over = by_identity(a, b)
    pairs.sort(key=lambda pair: pair[0].place)
    movers = moved(pairs)
    gone = {id(pair[0]) for pair in movers}
    stable = [pair for pair in pairs if id(pair[0]) not in gone]
    for pair in movers:
        _moved(work, place, pair, old, new)
    _stable(work, place, stable)
    likely = _changed(work, place, left, over, stable)
    for item in left:
        if id(item) not in likely:
            change = make_change(
                ChangeKind.REMOVED,
                place.path,
                place.at,
                old=[(item.rank, item.node)],
                before=neighbours(old, item.rank),
            )
            work.changes.append(change)
    for item in over:
        if id(item) not in likely:
            change = make_change(
                ChangeKind.ADDED,
                place.path,
                place.at,
                new=[(item.rank, item.node)],
                after=neighbours(new, item.rank),
            )
            work.changes.append(change)


def _placed(found: Sequence[Item]) -> list[Item]:
    return [replace(item, place=n) for n, item in enumerate(found)]


def _moved(
    work: "Comparer", place: "Place", pair: Pair, old: Sequence[Node], new: Sequence[Node]
) -> None:
    one, other = pair
    change = make_change(
        ChangeKind.MOVED,
        place.path,
        place.at,
        old=[(one.rank, one.node)],
        new=[(other.rank, other.node)],
        pairing="key" if one.keyed else "exact",
        before=neighbours(old, one.rank),
        after=neighbours(new, other.rank),
    )
    work.changes.append(change)
    if one.node.digest != other.node.digest and one.node.children and other.node.children:
        work.inside(place, pair)


def _stable(work: "Comparer", place: "Place", pairs: Sequence[Pair]) -> None:
    """Pairs in the same order: new content is changed, new numbers alone are one change."""
    renumbered: list[Pair] = []
    for pair in pairs:
        one, other = pair
        if one.number != other.number:
            renumbered.append(pair)
            if one.node.digest != other.node.digest:
                work.inside(place, pair)
        else:
            work.same(place, pair, "key" if one.keyed else "exact")
    if renumbered:
        work.add(
            ChangeKind.RENUMBERED,
            place,
            old=[(one.rank, one.node) for one, _ in renumbered],
            new=[(other.rank, other.node) for _, other in renumbered],
        )


def _changed(
    work: "Comparer",
    place: "Place",
    left: Sequence[Item],
    over: Sequence[Item],
    stable: Sequence[Pair],
) -> set[int]:
    """Pair what is left over in the same place of the list; give what was paired."""
    old_places = [one.place for one, _ in stable]
    new_places = sorted(other.place for _, other in stable)

    def fits(one: Item, other: Item) -> bool:
        if one.node.children or other.node.children:
            return False
        if one.keyed and other.keyed:
            return False
        return bisect_left(old_places, one.place) == bisect_left(new_places, other.place)

    by_number = {item.number: item for item in over if item.number is not None}
    pairs: list[tuple[Item, Item, str]] = [
        (item, by_number[item.number], "key")
        for item in left
        if item.number in by_number and fits(item, by_number[item.number])
    ]
    taken = {id(item) for pair in pairs for item in pair[:2]}
    rest_left = [item for item in left if id(item) not in taken]
    rest_over = [item for item in over if id(item) not in taken]
    pairs += by_likeness(rest_left, rest_over, fits, work.value_head)
    for one, other, how in pairs:
        work.same(place, (one, other), how)
    return {id(item) for pair in pairs for item in pair[:2]}
