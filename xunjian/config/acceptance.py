"""Moving a baseline by some of its changes: the rest stays as it was, and that is proved."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from difflib import SequenceMatcher

from xunjian.config.compare import compare
from xunjian.config.model import Change, Node, Redacted
from xunjian.config.pack import Pack
from xunjian.config.tree import parse
from xunjian.errors import Refused
from xunjian.language import Text


def accept_some(old: Redacted, new: Redacted, wanted: Collection[str], pack: Pack) -> Redacted:
    """Give the old text with the wanted changes made.

    Only lines of the wanted changes are exchanged; then both differences are worked out anew: from
    the old text exactly the wanted changes must lead to it, and to the new one exactly the others.

    Raises:
        Refused: the changes cannot be told apart line by line, e.g. two moves across each other.
    """
    new = replace(new, numbers=tuple(range(1, len(new.lines) + 1)))
    changes = compare(parse(old, pack), parse(new, pack), pack).changes
    mine = [change for change in changes if change.id in wanted]
    lines = _exchanged(old.lines, new.lines, mine)
    text = replace(new, lines=lines, numbers=tuple(range(1, len(lines) + 1)))
    done, left = _ids(old, text, pack), _ids(text, new, pack)
    if done != sorted(c.id for c in mine) or left != sorted(
        c.id for c in changes if c.id not in wanted
    ):
        raise Refused(
            Text("这些变更分不开", "these changes cannot be accepted one without the other"),
            Text("一并接受：不写变更号", "accept them together: name no change"),
        )
    return text


def _ids(old: Redacted, new: Redacted, pack: Pack) -> list[str]:
    return sorted(change.id for change in compare(parse(old, pack), parse(new, pack), pack).changes)


def _exchanged(
    old: tuple[str, ...], new: tuple[str, ...], changes: Iterable[Change]
) -> tuple[str, ...]:
    gone: set[int] = set()
    come: set[int] = set()
    for change in changes:
        gone.update(_span(change.old_nodes))
        come.update(_span(change.new_nodes))
    out: list[str] = []
    for _, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if old[i1:i2] == new[j1:j2]:
            out += old[i1:i2]
            continue
        out += [old[n] for n in range(i1, i2) if n + 1 not in gone]
        out += [new[n] for n in range(j1, j2) if n + 1 in come]
    return tuple(out)


def _span(nodes: Iterable[Node]) -> set[int]:
    """Numbers of the lines of nodes and of everything below them."""
    found: set[int] = set()
    for node in nodes:
        found.update(range(node.line, max(node.line, node.last_line) + 1))
        found |= _span(node.children)
    return found
