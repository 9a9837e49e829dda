"""The lines of one change side by side, what differs inside a line marked."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from xunjian.config.model import Change, Node

# whole words, numbers, addresses and interface names stay together, lists come apart at commas
_TOKENS = re.compile(r"[\w.:/-]+|\s+|.", re.DOTALL)

# difflib is quadratic: a banner or a certificate is small, beyond this lines are not aligned
_ALIGNED_CELLS = 250_000
_ALIGNED_TOKENS = 400
_LIKE_ENOUGH = 0.35  # below, marks inside the line would only be confetti
_SHOWN_ROWS = 24
_SAME_AROUND = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line, and whether it differs from the other side."""

    text: str
    differs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of each side. state: same, changed, removed or added; number 0: not known."""

    state: str
    old: tuple[Piece, ...] = ()
    new: tuple[Piece, ...] = ()
    old_number: int = 0
    new_number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Rows that are shown or folded together."""

    folded: bool
    rows: tuple[Row, ...]


def blocks(change: Change) -> tuple[Block, ...]:
    """Give the rows of a change; long ones and long equal stretches folded."""
    rows = side_by_side(change)
    made: list[Block] = []
    shown = 0
    for folded, run in _runs(rows):
        if not folded and shown + len(run) > _SHOWN_ROWS * 2:
            room = max(0, _SHOWN_ROWS - shown)
            made += [Block(folded=False, rows=run[:room]), Block(folded=True, rows=run[room:])]
        else:
            made.append(Block(folded=folded, rows=run))
        shown += 0 if folded else len(run)
    return tuple(block for block in made if block.rows)


def side_by_side(change: Change) -> tuple[Row, ...]:
    """Align the old lines with the new ones."""
    old, new = change.old, change.new
    old_numbers = _numbers(change.old_nodes, change.old_line, len(old))
    new_numbers = _numbers(change.new_nodes, change.new_line, len(new))
    rows: list[Row] = []
    for is_same, i, i_end, j, j_end in _aligned(old, new):
        pairs = zip_longest(range(i, i_end), range(j, j_end))
        for a, b in pairs:
            rows.append(
                _row(
                    None if a is None else (old[a], old_numbers[a]),
                    None if b is None else (new[b], new_numbers[b]),
                    is_same=is_same,
                )
            )
    return tuple(rows)


def _row(old: tuple[str, int] | None, new: tuple[str, int] | None, *, is_same: bool) -> Row:
    if old is None or new is None:
        gone, come = old or ("", 0), new or ("", 0)
        return Row(
            state="removed" if new is None else "added",
            old=(Piece(gone[0]),) if old else (),
            new=(Piece(come[0]),) if new else (),
            old_number=gone[1],
            new_number=come[1],
        )
    left, right = ((Piece(old[0]),), (Piece(new[0]),)) if is_same else pieces(old[0], new[0])
    state = "same" if is_same else "changed"
    return Row(state=state, old=left, new=right, old_number=old[1], new_number=new[1])


def pieces(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Mark what differs between two lines, by tokens; unlike or endless lines stay unmarked."""
    left, right = _TOKENS.findall(old), _TOKENS.findall(new)
    if len(left) > _ALIGNED_TOKENS or len(right) > _ALIGNED_TOKENS:
        return (Piece(old),), (Piece(new),)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.ratio() < _LIKE_ENOUGH:
        return (Piece(old),), (Piece(new),)
    ours: list[Piece] = []
    theirs: list[Piece] = []
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        ours.append(Piece("".join(left[i:i_end]), tag != "equal"))
        theirs.append(Piece("".join(right[j:j_end]), tag != "equal"))
    return tuple(p for p in ours if p.text), tuple(p for p in theirs if p.text)


def _aligned(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, int, int, int, int]]:
    """Yield (same, old from, old to, new from, new to); equal ends are cut off first."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    i_end, j_end = len(old) - tail, len(new) - tail
    yield True, 0, head, 0, head
    if (i_end - head) * (j_end - head) > _ALIGNED_CELLS:
        yield False, head, i_end, head, j_end
    else:
        matcher = SequenceMatcher(None, old[head:i_end], new[head:j_end], autojunk=False)
        for tag, i, i_to, j, j_to in matcher.get_opcodes():
            yield tag == "equal", head + i, head + i_to, head + j, head + j_to
    yield True, i_end, len(old), j_end, len(new)


def _numbers(nodes: Sequence[Node], first: int, length: int) -> tuple[int, ...]:
    """The line numbers of a side: of the nodes, or of the first line alone."""
    found = tuple(_node_numbers(nodes))
    return found if len(found) == length else (first, *(0,) * length)[:length]


def _node_numbers(nodes: Sequence[Node]) -> Iterator[int]:
    for node in nodes:
        count = node.text.count("\n") + 1
        yield from (node.line + i if node.line else 0 for i in range(count))
        yield from _node_numbers(node.children)


def _runs(rows: tuple[Row, ...]) -> Iterator[tuple[bool, tuple[Row, ...]]]:
    """Part the rows at equal stretches long enough to fold; a wholly equal node is not folded."""
    if all(row.state == "same" for row in rows):
        yield False, rows
        return
    start = 0
    for i, j in _equal_stretches(rows):
        yield False, rows[start : i + _SAME_AROUND]
        yield True, rows[i + _SAME_AROUND : j - _SAME_AROUND]
        start = j - _SAME_AROUND
    yield False, rows[start:]


def _equal_stretches(rows: tuple[Row, ...]) -> Iterator[tuple[int, int]]:
    start = 0
    for i in range(len(rows) + 1):
        if i < len(rows) and rows[i].state == "same":
            continue
        if i - start > 3 * _SAME_AROUND:
            yield start, i
        start = i + 1
