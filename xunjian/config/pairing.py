"""Which node of one side is which of the other: equal ones, then likely ones."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from xunjian.config.identity import Item
from xunjian.config.redact import without_fingerprints

Pair = tuple[Item, Item]

# heads of one word behind which a free text stands
_FREE_TEXT = frozenset(
    {"description", "alias", "remark", "sysname", "hostname", "name", "comment", "title", "label"}
)
_UNDO = re.compile(r"^(?:no|undo|unset|delete)\s+")


def by_identity(
    old: Sequence[Item], new: Sequence[Item]
) -> tuple[list[Pair], list[Item], list[Item]]:
    """Pair equal identities, equal content first, the rest in order; give what is left over."""
    waiting: dict[str, list[Item]] = defaultdict(list)
    for item in new:
        waiting[item.identity].append(item)
    counts: dict[str, int] = defaultdict(int)
    for item in old:
        counts[item.identity] += 1
    pairs: list[Pair] = []
    left: list[Item] = []
    repeats: list[Item] = []
    for item in old:
        there = waiting.get(item.identity)
        if not there:
            left.append(item)
        elif len(there) == 1 and counts[item.identity] == 1:
            pairs.append((item, there.pop()))
        else:
            repeats.append(item)
    rest: list[Item] = []
    for item in repeats:
        _take(item, waiting[item.identity], pairs, rest, same=True)
    for item in rest:
        _take(item, waiting[item.identity], pairs, left, same=False)
    over = [item for there in waiting.values() for item in there]
    return pairs, sorted(left, key=_rank), sorted(over, key=_rank)


def _take(
    item: Item, there: list[Item], pairs: list[Pair], left: list[Item], *, same: bool
) -> None:
    for n, other in enumerate(there):
        equal = other.node.digest == item.node.digest and other.node.text == item.node.text
        if equal or not same:
            pairs.append((item, there.pop(n)))
            return
    left.append(item)


def _rank(item: Item) -> int:
    return item.rank


def by_likeness(
    old: Sequence[Item],
    new: Sequence[Item],
    fits: Callable[[Item, Item], bool],
    head: Callable[[str], str | None],
) -> list[tuple[Item, Item, str]]:
    """Pair what is left over, where exactly one fits exactly one: (old, new, how sure).

    head: what names a value set of the pack.
    """
    pairs: list[tuple[Item, Item, str]] = []
    a, b = list(old), list(new)
    for likeness, how in ((head, "key"), *_LIKENESSES):
        if not a or not b:
            break
        for one, other in _unique(a, b, likeness):
            if fits(one, other):
                pairs.append((one, other, how))
        taken_a = {id(pair[0]) for pair in pairs}
        taken_b = {id(pair[1]) for pair in pairs}
        a = [item for item in a if id(item) not in taken_a]
        b = [item for item in b if id(item) not in taken_b]
    return pairs


def _unique(
    a: Iterable[Item], b: Iterable[Item], likeness: Callable[[str], str | None]
) -> list[Pair]:
    left: dict[str, list[Item]] = defaultdict(list)
    right: dict[str, list[Item]] = defaultdict(list)
    for side, found in ((a, left), (b, right)):
        for item in side:
            if (word := likeness(item.node.text)) is not None:
                found[word].append(item)
    return [
        (mine[0], right[word][0])
        for word, mine in left.items()
        if len(mine) == 1 and len(right.get(word, ())) == 1
    ]


def _same_but_secret(text: str) -> str | None:
    bare = without_fingerprints(text)
    return bare if bare != text else None


def _same_but_undo(text: str) -> str | None:
    return _UNDO.sub("", text)


def _all_but_last(text: str) -> str | None:
    words = text.split("\n", 1)[0].split()
    return " ".join(words[:-1]) if len(words) > 1 else None


def _two_words(text: str) -> str | None:
    words = text.split("\n", 1)[0].split()
    return " ".join(words[:2]) if len(words) > 2 else None


def _free_text(text: str) -> str | None:
    word = text.split(maxsplit=1)[0].lower() if text.strip() else ""
    return word if word in _FREE_TEXT else None


_LIKENESSES: tuple[tuple[Callable[[str], str | None], str], ...] = (
    (_same_but_secret, "key"),
    (_same_but_undo, "heuristic"),
    (_free_text, "heuristic"),
    (_all_but_last, "heuristic"),
    (_two_words, "heuristic"),
)


def moved(pairs: Sequence[Pair]) -> list[Pair]:
    """Of pairs in old order, the fewest whose removal leaves both sides in the same order."""
    tails: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for n, (_, item) in enumerate(pairs):
        place = bisect_left(tails, item.place)
        before.append(at[place - 1] if place else -1)
        if place == len(tails):
            tails.append(item.place)
            at.append(n)
        else:
            tails[place], at[place] = item.place, n
    stay: set[int] = set()
    n = at[-1] if at else -1
    while n >= 0:
        stay.add(n)
        n = before[n]
    return [pair for n, pair in enumerate(pairs) if n not in stay]
