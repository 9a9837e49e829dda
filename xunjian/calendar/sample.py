"""A random sample that anybody can draw again: the seed is the round's id."""

import hashlib
import math
from collections.abc import Collection

from xunjian.calendar.content import Sample


def draw(names: Collection[str], sample: Sample, *, seed: str) -> frozenset[str]:
    """Draw `share` of the names, at least `least`, in the order of their hash with the seed."""
    count = max(math.ceil(len(names) * sample.share), sample.least)
    ranked = sorted(names, key=lambda name: hashlib.sha256(f"{seed}\n{name}".encode()).digest())
    return frozenset(ranked[:count])
