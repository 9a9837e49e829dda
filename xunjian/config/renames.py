"""One object under another name: a removed and an added node that belong together, linked.

They stay two changes (applying them gives the new tree as before); each only says what it became
or was. Certain cases alone: headers that differ in exactly one word, bodies that are equal.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from xunjian.config.model import Change, ChangeKind, Node, Renamed
from xunjian.config.redact import without_fingerprints

_WORD = re.compile(r'"[^"]*"|\S+')
_Key = tuple[tuple[str, ...], bytes, int, str]


def link_renames(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Give the same changes, those of a renamed object and its references marked."""
    pairs = list(_pairs(changes))
    if not pairs:
        return tuple(changes)
    marks: dict[str, Renamed] = {}
    for gone, come, old, new in pairs:
        marks[gone.id] = Renamed(old=old, new=new, other=come.id)
        marks[come.id] = Renamed(old=old, new=new, other=gone.id)
    names = {(mark.old, mark.new) for mark in marks.values()}
    for change in changes:
        word = _one_word(change) if change.kind is ChangeKind.CHANGED else None
        if word in names:
            marks[change.id] = Renamed(old=word[0], new=word[1])
    return tuple(
        replace(change, renamed=marks[change.id]) if change.id in marks else change
        for change in changes
    )


def _pairs(changes: Sequence[Change]) -> Iterator[tuple[Change, Change, str, str]]:
    """Removed and added nodes that are one another's only counterpart: with old and new name."""
    gone: dict[_Key, list[Change]] = defaultdict(list)
    come: dict[_Key, list[Change]] = defaultdict(list)
    for change in changes:
        if change.kind is ChangeKind.REMOVED and _has_body(change.old_nodes):
            gone[_key(change.path, change.old_nodes[0])].append(change)
        elif change.kind is ChangeKind.ADDED and _has_body(change.new_nodes):
            come[_key(change.path, change.new_nodes[0])].append(change)
    for key, removed in gone.items():
        added = come.get(key, [])
        if len(removed) == len(added) == 1:
            word = _differing(removed[0].old_nodes[0].text, added[0].new_nodes[0].text)
            if word is not None:
                yield removed[0], added[0], *word


def _has_body(nodes: Sequence[Node]) -> bool:
    return len(nodes) == 1 and bool(nodes[0].children)


def _key(path: tuple[str, ...], node: Node) -> _Key:
    words = _WORD.findall(node.text)
    return path, node.digest, len(words), words[0] if words else ""


def _one_word(change: Change) -> tuple[str, str] | None:
    if len(change.old_nodes) != 1 or len(change.new_nodes) != 1:
        return None
    one, other = change.old_nodes[0], change.new_nodes[0]
    return None if one.digest != other.digest else _differing(one.text, other.text)


def _differing(old: str, new: str) -> tuple[str, str] | None:
    """The one word in which two lines differ; None if it is none, more or a secret."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    if len(before) != len(after):
        return None
    found = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    if len(found) != 1 or without_fingerprints(found[0][0]) == without_fingerprints(found[0][1]):
        return None
    return found[0][0].strip('"'), found[0][1].strip('"')
