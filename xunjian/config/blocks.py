"""Values over several lines: banners, certificates, keys. Their content is no structure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from re import Match

from xunjian.config.matching import Matcher
from xunjian.config.pack import Pack
from xunjian.config.rules import Multiline


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines `first` to `last` (from 0, inclusive) are one value. closed: its end was seen."""

    rule: str
    first: int
    last: int
    closed: bool


def blocks(lines: Sequence[str], pack: Pack) -> Iterator[Block]:
    """Give every value of several lines, in order; one that never ends reaches to the last line."""
    hits = Matcher([(rule, rule.start) for rule in pack.multiline]).over(lines)
    skip = -1
    for n in [n for n, line in enumerate(lines) if line in hits] if hits else ():
        if n <= skip:
            continue
        rule, match = hits[lines[n]]
        last = _last(lines, n, rule, match)
        skip = len(lines) - 1 if last is None else last
        if last is None or last > n:
            yield Block(rule=rule.id, first=n, last=skip, closed=last is not None)


def _last(lines: Sequence[str], first: int, rule: Multiline, start: Match[str]) -> int | None:
    delimiter = start.groupdict().get("delim") or ""
    end = re.compile(rule.end.replace("{delim}", re.escape(delimiter)))
    if end.search(lines[first], start.end()):
        return first
    return next((n for n in range(first + 1, len(lines)) if end.search(lines[n])), None)
