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
    renumbered = _stable(work, place, stable)
    same_numbers = sorted(i.number or 0 for i in a) == sorted(i.number or 0 for i in b)
    if movers and same_numbers:
        _follow(work, place, renumbered)
    elif renumbered:
        _renumbered(work, place, renumbered)
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


def _stable(work: "Comparer", place: "Place", pairs: Sequence[Pair]) -> list[Pair]:
    """Compare pairs in the same order; give those that got other numbers."""
    renumbered: list[Pair] = []
    for pair in pairs:
        one, other = pair
        if one.number != other.number:
            renumbered.append(pair)
            if one.node.digest != other.node.digest:
                work.inside(place, pair)
        else:
            work.same(place, pair, "key" if one.keyed else "exact")
    return renumbered


def _renumbered(work: "Comparer", place: "Place", pairs: Sequence[Pair]) -> None:
    """Other numbers alone are one change of the section."""
    work.add(
        ChangeKind.RENUMBERED,
        place,
        old=[(one.rank, one.node) for one, _ in pairs],
        new=[(other.rank, other.node) for _, other in pairs],
    )


def _follow(work: "Comparer", place: "Place", pairs: Sequence[Pair]) -> None:
    """Where the numbers are the same ones as before, the others only made room for the move."""
    at, move = next(
        (n, change)
        for n, change in enumerate(work.changes)
        if change.kind is ChangeKind.MOVED and change.at == place.at
    )
    work.changes[at] = replace(
        move,
        old_ranks=(*move.old_ranks, *(one.rank for one, _ in pairs)),
        new_ranks=(*move.new_ranks, *(other.rank for _, other in pairs)),
        old_nodes=(*move.old_nodes, *(one.node for one, _ in pairs)),
        new_nodes=(*move.new_nodes, *(other.node for _, other in pairs)),
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
