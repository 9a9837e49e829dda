"""How dangerous each change is: named rules of the pack, the highest that fits decides."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from re import Match

from xunjian.config.matching import finder
from xunjian.config.model import RISKS, Change, ChangeKind, DeviceFacts, Node, Risk
from xunjian.config.pack import Pack
from xunjian.config.parts import FILE_LINE, HEADER_LINE
from xunjian.config.redact import without_fingerprints
from xunjian.config.rules import RiskRule
from xunjian.facts.port import canonical_port
from xunjian.language import Text

DEFAULT = "default"
_WHY_DEFAULT = Text("没有规则评估此项", "no rule rates it")
_IN_PLACE = frozenset({ChangeKind.MOVED, ChangeKind.RENUMBERED})
# without a rule: a new number alone, or only another order, says little
_WITHOUT_RULE = {ChangeKind.RENUMBERED: Risk.LOW}

Find = Callable[[str], Match[str] | None]


def rate(
    changes: Iterable[Change], pack: Pack, facts: DeviceFacts | None = None
) -> tuple[Change, ...]:
    """Give the same changes with risk, rule and reason. facts: of the device, when it is known."""
    if not changes:
        return ()
    facts = facts or DeviceFacts()
    rater = _Rater(pack)
    parts = {part.name: _Rater(inner) for part, inner in pack.parts}
    rated = []
    for change in changes:
        name = _part(change)
        rated.append(parts.get(name, rater).rate(change, facts))
    return tuple(rated)


def _part(change: Change) -> str:
    first = next(iter((*change.path, *change.old, *change.new)), "")
    match = HEADER_LINE.match(first)
    return match[1] if match else ""


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: RiskRule
    path: Find | None
    came: Find | None
    gone: Find | None
    touched: Find | None
    lacks: Find | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """A change as rules see it: lines without indentation."""

    path: str
    came: tuple[str, ...]
    gone: tuple[str, ...]
    lines: tuple[str, ...]
    new: tuple[str, ...]


class _Rater:
    def __init__(self, pack: Pack) -> None:
        rules = sorted(pack.risk, key=lambda rule: -RISKS.index(rule.level))
        self._rules = [
            _Compiled(
                rule,
                *(
                    finder(pattern) if pattern is not None else None
                    for pattern in (rule.path, rule.came, rule.gone, rule.any, rule.lacks)
                ),
            )
            for rule in rules
        ]

    def rate(self, change: Change, facts: DeviceFacts) -> Change:
        view = _view(change)
        for compiled in self._rules:
            if _fits(compiled, change, view, facts):
                rule = compiled.rule
                return replace(change, risk=rule.level, rule=rule.id, why=rule.why)
        risk = _WITHOUT_RULE.get(change.kind, Risk.MEDIUM)
        return replace(change, risk=risk, rule=DEFAULT, why=_WHY_DEFAULT)


def _view(change: Change) -> _View:
    path = tuple(name for name in change.path if not _is_border(name))
    old = list(_statements(change.old_nodes))
    new = list(_statements(change.new_nodes))
    first = next(iter(new or old), "")
    gone, came = _differing(old, new)
    return _View(
        path=" > ".join((*path, first)),
        came=() if change.kind in _IN_PLACE else tuple(came),
        gone=() if change.kind in _IN_PLACE else tuple(gone),
        lines=tuple(dict.fromkeys((*old, *new))),
        new=tuple(new),
    )


def _statements(nodes: Iterable[Node]) -> Iterator[str]:
    """First lines of all nodes: what stands in a banner is no statement."""
    for node in nodes:
        if not _is_border(node.text):
            yield node.text.split("\n", 1)[0].strip()
        yield from _statements(node.children)


def _is_border(text: str) -> bool:
    """Whether it names a part or a file: no line of the configuration itself."""
    return bool(HEADER_LINE.match(text) or FILE_LINE.match(text))


def _differing(old: Sequence[str], new: Sequence[str]) -> tuple[Iterator[str], Iterator[str]]:
    """Lines that are no longer there, and lines that are new."""
    if not old or not new:
        return iter(old), iter(new)
    return (Counter(old) - Counter(new)).elements(), (Counter(new) - Counter(old)).elements()


def _fits(compiled: _Compiled, change: Change, view: _View, facts: DeviceFacts) -> bool:
    rule = compiled.rule
    if rule.kinds and change.kind not in rule.kinds:
        return False
    if (rule.loses and not change.lost) or (rule.gains and not change.gained):
        return False
    if not _device_fits(rule, change, facts):
        return False
    if compiled.path is not None and compiled.path(view.path) is None:
        return False
    if compiled.lacks is not None and any(compiled.lacks(line) for line in view.new):
        return False
    return all(
        find is None or any(find(line) is not None for line in lines)
        for find, lines in (
            (compiled.came, view.came),
            (compiled.gone, view.gone),
            (compiled.touched, view.lines),
        )
    )


def _device_fits(rule: RiskRule, change: Change, facts: DeviceFacts) -> bool:
    if rule.roles and facts.role not in rule.roles:
        return False
    if rule.device_kinds and facts.kind not in rule.device_kinds:
        return False
    return not rule.uplink or _is_uplink(change, facts)


def _is_uplink(change: Change, facts: DeviceFacts) -> bool:
    """Whether the section or the node itself is one of the device's uplink interfaces."""
    if not facts.uplinks:
        return False
    uplinks = {_port(name) for name in facts.uplinks}
    headers = (*change.path, *change.old[:1], *change.new[:1])
    return any(not uplinks.isdisjoint(_ports(header)) for header in headers)


def _ports(header: str) -> Iterator[str]:
    """Every word of a header as a port; `interface GigabitEthernet 0/24` as one, too.

    A sub-interface counts as the port below it.
    """
    words = [word.strip('"') for word in without_fingerprints(header).split()]
    for name in (*words, "".join(words[1:3])):
        port = _port(name)
        yield from (port, port.partition(".")[0])


def _port(name: str) -> str:
    return canonical_port(name).lower()


def unrated(changes: Iterable[Change]) -> int:
    """How many changes no rule rated: they ask for a rule."""
    return sum(change.rule == DEFAULT for change in changes)
