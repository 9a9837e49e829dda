"""Examples of a pack's rules, tried: each gives what is wrong, or nothing."""

import re
from dataclasses import replace
from re import Pattern

from xunjian.config.blocks import blocks
from xunjian.config.clean import clean
from xunjian.config.compare import compare
from xunjian.config.leaks import LeakGuard
from xunjian.config.model import Capture, Change, DeviceFacts
from xunjian.config.normalise import normalise
from xunjian.config.pack import Pack
from xunjian.config.rate import rate
from xunjian.config.redact import redact, without_fingerprints
from xunjian.config.rules import (
    Allowed,
    Case,
    Multiline,
    Order,
    RiskRule,
    Rule,
    SecretRule,
    Volatile,
)
from xunjian.config.tree import parse

_KEY = b"a key for examples only"
_MARKED = re.compile(r"«(.*?)»", re.DOTALL)


def fits(rule: Rule, example: str, pack: Pack) -> bool:
    """Whether a rule alone does to an example what it is for."""
    match rule:
        case SecretRule():
            found = _takes_secret(rule, example, pack)
        case RiskRule():
            only = replace(pack, risk=(rule,))
            changes = changes_of(example, only, _facts(rule, example))
            found = any(change.rule == rule.id for change in changes)
        case Volatile():
            kept = normalise(example.split("\n"), range(example.count("\n") + 1), _only(pack, rule))
            found = rule.id in kept.suppressed and (rule.until is None or not kept.lines)
        case Multiline():
            found = _is_whole(rule, example, pack)
        case Order():
            found = rule.section.fullmatch(example) is not None
        case Allowed():
            looked = LeakGuard(_only(pack, rule)).look(example, lambda _kind, _value: "<secret>")
            found = rule.match.search(example) is not None and not looked.leaks
        case _:
            pattern: Pattern[str] = rule.match  # type: ignore[attr-defined]  # all others have it
            found = any(pattern.search(line) for line in example.split("\n"))
    return found


def _only(pack: Pack, rule: Rule) -> Pack:
    """The pack with this one rule of its kind."""
    kinds = {Volatile: "volatile", Multiline: "multiline", Allowed: "allowed"}
    return replace(pack, **{kinds[type(rule)]: (rule,)})  # type: ignore[arg-type]


def _is_whole(rule: Multiline, example: str, pack: Pack) -> bool:
    lines = example.split("\n")
    if len(lines) == 1:
        return rule.start.search(example) is not None
    found = list(blocks(lines, _only(pack, rule)))
    return len(found) == 1 and (found[0].first, found[0].last) == (0, len(lines) - 1)


def _takes_secret(rule: SecretRule, example: str, pack: Pack) -> bool:
    """Whether exactly the marked text is replaced."""
    wanted = _MARKED.sub(f"<secret:{rule.type}>", example)
    return _redacted_alone(rule, example, pack) == wanted and "«" in example


def spares(rule: Rule, example: str, pack: Pack) -> bool:
    """Whether a rule alone does nothing to an example: what `no` says."""
    if isinstance(rule, SecretRule):
        return _redacted_alone(rule, example, pack) == example
    return not fits(rule, example, pack)


def _redacted_alone(rule: SecretRule, example: str, pack: Pack) -> str:
    lines = tuple(_MARKED.sub(r"\1", example).split("\n"))
    capture = Capture(platform=pack.platform, lines=lines, decoded_as="utf-8")
    alone = replace(pack, secrets=(rule,), allowed=(_everything(),), volatile=(), parts=())
    return without_fingerprints("\n".join(redact(capture, alone, _KEY).lines))


def leaks(example: str, pack: Pack) -> bool:
    """Whether the whole pack leaves a marked secret of the example standing."""
    lines = tuple(_MARKED.sub(r"\1", example).split("\n"))
    capture = Capture(platform=pack.platform, lines=lines, decoded_as="utf-8")
    text = "\n".join(redact(capture, replace(pack, parts=()), _KEY).lines)
    return any(secret in text for secret in _MARKED.findall(example))


def _everything() -> Allowed:
    return Allowed.model_validate({"id": "all", "match": ".*", "reason": "示例"})


def _facts(rule: RiskRule, example: str) -> DeviceFacts:
    """A device of which the rule may speak."""
    return DeviceFacts(
        kind=next(iter(rule.device_kinds), ""),
        role=next(iter(rule.roles), ""),
        uplinks=frozenset(re.findall(r"[\w./:-]+", example)),
    )


def changes_of(diff: str, pack: Pack, facts: DeviceFacts | None = None) -> tuple[Change, ...]:
    """The rated changes of a small comparison with `=`, `-`, `+` in the first column."""
    lines = diff.split("\n")
    old = "\n".join(line[1:] for line in lines if line[:1] in {"=", "-", " "})
    new = "\n".join(line[1:] for line in lines if line[:1] in {"=", "+", " "})
    return compared(old, new, pack, facts)


def compared(
    old: str, new: str, pack: Pack, facts: DeviceFacts | None = None
) -> tuple[Change, ...]:
    """The rated changes between two texts; nothing is demanded of them."""
    trees = [
        parse(redact(clean(text.encode(), pack, gate=False), pack, _KEY), pack)
        for text in (old, new)
    ]
    return rate(compare(trees[0], trees[1], pack).changes, pack, facts)


def case_result(case: Case, pack: Pack) -> list[str]:
    """What comes out of a case, as `kind level rule`, sorted."""
    found = changes_of(case.diff, pack) if case.diff else compared(case.old, case.new, pack)
    return sorted(f"{change.kind} {change.risk} {change.rule}" for change in found)
