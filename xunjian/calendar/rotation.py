"""Who takes their turn in a rotating round: every unit once before anybody comes again.

A unit is a room or a device. What was seen in an earlier round of the rule waits until the others
were: first who was never seen, then who was seen longest ago. So two rounds of one half show
everybody within a year, and it does not matter what joined or left the inventory meanwhile. Whom a
round could not see is tried again in it, and others take the place, so that the quota is met.
"""

import hashlib
import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class OnTop(StrEnum):
    """Why a unit is visited beside the quota."""

    FAILED = "failed"  # something was abnormal there last time, or stands open or unchecked
    REPAIRED = "repaired"  # it was abnormal since its last turn, and is not any more
    NEW = "new"  # it stood in no earlier draw of the rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A room or a device, with what is looked at in it."""

    name: str
    site: str = ""
    vendor: str = ""
    things: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known when a round is drawn.

    seen_in: the last earlier round of the rule that saw a unit, as something that sorts (its first
    day); absent is never. known: units that stood in earlier draws; empty before the first.
    drawn, tried, seen: in this very round so far.
    """

    seen_in: Mapping[str, str] = field(default_factory=dict)
    failed: frozenset[str] = frozenset()
    repaired: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    drawn: frozenset[str] = frozenset()
    tried: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A round's draw.

    quota: how many units the contract asks for. drawn: whose turn it is, in order, substitutes for
    those that could not be seen last. on_top: who is visited beside the quota, and why.
    seen: who was seen already; `asked` leaves them in peace.
    """

    quota: int
    drawn: tuple[str, ...]
    on_top: Mapping[str, OnTop] = field(default_factory=dict)
    seen: frozenset[str] = frozenset()
    scope: tuple[str, ...] = ()

    @property
    def everybody(self) -> tuple[str, ...]:
        """All that the round is to see."""
        return (*self.on_top, *self.drawn)

    @property
    def asked(self) -> tuple[str, ...]:
        """Whom the next run of the round visits."""
        return tuple(name for name in self.everybody if name not in self.seen)

    def coverage(self, seen: Collection[str]) -> float:
        """The share of the quota that was seen, whoever it was; 1 at most."""
        if not self.quota:
            return 1.0
        return min(len(set(seen) & set(self.scope)) / self.quota, 1.0)


def draw_turn(units: Sequence[Unit], quota: float, past: Past, *, seed: str) -> Turn:
    """Draw the units of a round; the same state of things gives the same draw.

    quota: share of all units. Units on top do not use it up.
    """
    on_top = _on_top(units, past)
    others = [unit for unit in units if unit.name not in on_top]
    wanted = min(math.ceil(quota * len(units) - 1e-9), len(others))
    ranked = tuple(_ranked(others, past.seen_in, seed))
    held = past.drawn | past.seen
    drawn = [name for name in ranked if name in held]
    hopeful = sum(name in past.seen or name not in past.tried for name in drawn)
    for name in ranked:
        if hopeful >= wanted:
            break
        if name not in held:
            drawn.append(name)
            hopeful += 1
    return Turn(
        quota=math.ceil(quota * len(units) - 1e-9),
        drawn=tuple(drawn),
        on_top=on_top,
        seen=past.seen,
        scope=tuple(unit.name for unit in units),
    )


def _on_top(units: Sequence[Unit], past: Past) -> dict[str, OnTop]:
    found: dict[str, OnTop] = {}
    for unit in units:
        if unit.name in past.failed:
            found[unit.name] = OnTop.FAILED
        elif unit.name in past.repaired:
            found[unit.name] = OnTop.REPAIRED
        elif past.known and unit.name not in past.known:
            found[unit.name] = OnTop.NEW
    return found


def _ranked(units: Sequence[Unit], seen_in: Mapping[str, str], seed: str) -> Iterator[str]:
    """Never seen first, then longest ago; within each, balanced."""
    classes: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        classes[seen_in.get(unit.name, "")].append(unit)
    for when in sorted(classes):
        yield from balanced(classes[when], seed=seed)


def balanced(units: Sequence[Unit], *, seed: str) -> Iterator[str]:
    """Order units so that any beginning of it holds about the same share of each vendor and site.

    The vendor that stands behind most comes next, in it the site that does; chance, fixed by the
    seed, decides between equals.
    """
    sites, vendors = Counter(u.site for u in units), Counter(u.vendor for u in units)
    heaps: dict[str, list[tuple[float, bytes, str, str]]] = {name: [] for name in vendors}
    for unit in units:
        chance = hashlib.sha256(f"{seed}\n{unit.name}".encode()).digest()
        heaps[unit.vendor].append((0.5 / sites[unit.site], chance, unit.name, unit.site))
    for heap in heaps.values():
        heapq.heapify(heap)
    taken_sites: Counter[str] = Counter()
    behind = [(0.5 / count, name) for name, count in vendors.items()]
    heapq.heapify(behind)
    while behind:
        share, vendor = heapq.heappop(behind)
        heap = heaps[vendor]
        name, site = _next(heap, taken_sites, sites)
        taken_sites[site] += 1
        if heap:
            heapq.heappush(behind, (share + 1 / vendors[vendor], vendor))
        yield name


def _next(
    heap: list[tuple[float, bytes, str, str]], taken: Mapping[str, int], sites: Mapping[str, int]
) -> tuple[str, str]:
    """Take the unit whose site stands behind most; shares noted earlier may have grown."""
    while True:
        share, chance, name, site = heap[0]
        now = (taken.get(site, 0) + 0.5) / sites[site]
        if now <= share:
            heapq.heappop(heap)
            return name, site
        heapq.heapreplace(heap, (now, chance, name, site))
