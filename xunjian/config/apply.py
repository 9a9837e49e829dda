"""A difference applied to the old tree: what comes out must be the new one.

That is how it is proved that a difference says everything.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from xunjian.config.identity import Identities, canonical
from xunjian.config.model import Change, ChangeKind, Node, Tree
from xunjian.config.pack import Pack
from xunjian.config.parts import HEADER_LINE
from xunjian.config.tree import digest_of


def apply(changes: Iterable[Change], old: Tree) -> Tree:
    """Give the tree that the changes make of `old`, equal to the new one by `meaning`."""
    by_place: dict[tuple[int, ...], list[Change]] = defaultdict(list)
    for change in changes:
        by_place[change.at].append(change)
    busy = {at[:length] for at in by_place for length in range(len(at) + 1)}
    return Tree(platform=old.platform, roots=_applied((), old.roots, by_place, busy))


def _applied(
    at: tuple[int, ...],
    nodes: Sequence[Node],
    by_place: dict[tuple[int, ...], list[Change]],
    busy: set[tuple[int, ...]],
) -> tuple[Node, ...]:
    if at not in busy:
        return tuple(nodes)
    left: dict[int, Node] = {
        rank: _with_children(node, _applied((*at, rank), node.children, by_place, busy))
        for rank, node in enumerate(nodes)
    }
    put: list[tuple[int, Node]] = []
    swapped: dict[int, Node] = {}
    for change in by_place.get(at, ()):
        _one(change, left, put, swapped)
    kept = [swapped.get(rank, left[rank]) for rank in sorted(left)]
    for rank, node in sorted(put, key=lambda pair: pair[0]):
        kept.insert(rank, node)
    return tuple(kept)


def _one(
    change: Change,
    left: dict[int, Node],
    put: list[tuple[int, Node]],
    swapped: dict[int, Node],
) -> None:
    """Take the old nodes out, put the new ones where they stand in the new text."""
    if change.kind is ChangeKind.REMOVED:
        del left[change.old_ranks[0]]
    elif change.kind is ChangeKind.ADDED:
        put.append((change.new_ranks[0], change.new_nodes[0]))
    elif change.kind is ChangeKind.MOVED:
        node = left.pop(change.old_ranks[0])
        new = change.new_nodes[0]
        put.append((change.new_ranks[0], _renamed(node, new) if node.children else new))
        _renumber(change.old_ranks[1:], change.new_nodes[1:], left, swapped)
    elif change.kind is ChangeKind.RENUMBERED:
        _renumber(change.old_ranks, change.new_nodes, left, swapped)
    else:
        swapped[change.old_ranks[0]] = change.new_nodes[0]


def _renumber(
    ranks: Sequence[int], nodes: Sequence[Node], left: dict[int, Node], swapped: dict[int, Node]
) -> None:
    for rank, new in zip(ranks, nodes, strict=True):
        swapped[rank] = _renamed(left[rank], new)


def _with_children(node: Node, children: tuple[Node, ...]) -> Node:
    if children == node.children:
        return node
    digest = digest_of(children) if children else b""
    return Node(text=node.text, children=children, line=node.line, digest=digest)


def _renamed(node: Node, new: Node) -> Node:
    return Node(text=new.text, children=node.children, line=new.line, digest=node.digest)


def meaning(tree: Tree, pack: Pack) -> object:
    """What a tree means: order counts where the pack says so. Two equal ones are no change."""
    if not pack.parts:
        return canonical(tree.roots, (), Identities(pack))
    packs = {part.name: inner for part, inner in pack.parts}
    found = {}
    for node in tree.roots:
        match = HEADER_LINE.match(node.text)
        inner = packs[match[1]] if match else pack
        found[node.text] = canonical(node.children, (), Identities(inner))
    return found
