"""Volatile lines out, spelling of white space settled; the order of the device is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from re import Match

from xunjian.config.matching import Matcher
from xunjian.config.pack import Pack
from xunjian.config.rules import Volatile


@dataclass(slots=True)
class Normalised:
    """Lines that count, with their numbers; what was left out, by rule; what was learned."""

    lines: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    suppressed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)


def normalise(lines: Sequence[str], numbers: Sequence[int], pack: Pack) -> Normalised:
    """Drop or mask what differs by itself; redaction comes before."""
    hits = Matcher([(rule, rule.match) for rule in pack.volatile]).over(map(_spaces, lines))
    kept: list[str] = []
    kept_numbers: list[int] = []
    dropped: dict[str, list[str]] = {}
    result = Normalised()
    n = 0
    while n < len(lines):
        line = _spaces(lines[n])
        hit = hits.get(line)
        end = n + 1
        if hit is None:
            kept.append(line)
            kept_numbers.append(numbers[n])
        else:
            rule, match = hit
            end = _end(lines, n, rule)
            dropped.setdefault(rule.id, []).extend(lines[n:end])
            if rule.action == "mask":
                kept.append(_masked(line, match))
                kept_numbers.append(numbers[n])
            elif rule.action == "metadata":
                result.metadata |= {k: v for k, v in match.groupdict().items() if v}
        n = end
    result.suppressed = {rule: tuple(found) for rule, found in dropped.items()}
    result.lines, result.numbers = _joined_lines(kept, kept_numbers, pack)
    return result


def _spaces(line: str) -> str:
    """Tabs as blanks; a tab before `quit` is no change (stackstorm-napalm#28)."""
    return line.expandtabs(8).rstrip() if "\t" in line else line


def _masked(line: str, match: Match[str]) -> str:
    start, stop = match.span("value")
    return f"{line[:start]}<volatile>{line[stop:]}" if start >= 0 else line


def _end(lines: Sequence[str], n: int, rule: Volatile) -> int:
    """Where the dropped text ends: behind the line, or behind the block's last line."""
    if rule.until is None:
        return n + 1
    depth = _indent(lines[n])
    for m in range(n + 1, len(lines)):
        if _indent(lines[m]) == depth and rule.until.search(lines[m]):
            return m + 1
    return n + 1


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _joined_lines(
    lines: list[str], numbers: list[int], pack: Pack
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Put together what goes on in the next line."""
    pattern = pack.syntax.joined
    if pattern is None:
        return tuple(lines), tuple(numbers)
    out: list[str] = []
    at: list[int] = []
    open_line = False
    for line, number in zip(lines, numbers, strict=True):
        match = pattern.search(line)
        text = line[: match.start()] if match else line
        if open_line:
            out[-1] = f"{out[-1].rstrip()} {text.strip()}"
        else:
            out.append(text)
            at.append(number)
        open_line = match is not None
    return tuple(out), tuple(at)
