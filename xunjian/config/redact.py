"""Secrets out, before anything is kept, shown or compared.

A known secret becomes `<secret:TYPE:fingerprint>` (keyed, so that a change shows and nothing can be
guessed from it), or `<secret:TYPE>` where the device encrypts anew at each display. What looks
like a secret behind a keyword and no rule knows is masked too, and makes the capture untrusted.
"""

import hmac
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from re import Match, Pattern
from typing import TypeAlias

from xunjian.config.clean import LONGEST
from xunjian.config.completeness import joined_trust, with_reason
from xunjian.config.leaks import PLACEHOLDER, LeakGuard
from xunjian.config.matching import finder
from xunjian.config.model import Capture, Redacted, Trust, TrustState
from xunjian.config.normalise import normalise
from xunjian.config.pack import Pack
from xunjian.config.parts import portions
from xunjian.config.rules import SecretRule
from xunjian.language import Text

Find: TypeAlias = Callable[[str], Match[str] | None]

_FINGERPRINT = re.compile(r"<((?:secret|long):[\w.-]+):[0-9a-f]{8}>")

# a line without any of these holds no secret a rule could know
_WORDS = (
    "pass|secret|key|cipher|communit|psk|auth|token|enc|hash|simple|plain|credential|private|md5|"
    "sha|crypt|snmp|radius|tacacs|pin|user|begin|certificate|pwd|密|口令|://"
)

# what devices themselves print in place of a secret
_MASKED = re.compile(r"^[\"']?(?:\*+|<removed>|<hidden>|x{6,}|\.{6,})[\"']?;?$", re.IGNORECASE)


def without_fingerprints(text: str) -> str:
    """The text as it counts for identity: a secret is there, whichever it is."""
    return _FINGERPRINT.sub(r"<\1>", text) if "<" in text else text


def redact(capture: Capture, pack: Pack, key: bytes) -> Redacted:
    """Give what may be stored, shown and compared. key: the site's, or one for this run."""
    if pack.parts:
        return _redact_parts(capture, pack, key)
    work = _Redaction(pack, key)
    lines, numbers = work.run(capture.lines)
    kept = normalise(lines, numbers, pack)
    trust = capture.trust
    for what, count in work.unmatched.items():
        reason = Text(
            f"{count} 处疑似口令没有规则（{what}）",
            f"{count} secret-shaped values no rule knows ({what})",
        )
        trust = with_reason(trust, TrustState.SECRET_SUSPECTED, reason)
    return Redacted(
        platform=capture.platform,
        lines=kept.lines,
        numbers=kept.numbers,
        trust=trust,
        suppressed=kept.suppressed,
        not_comparable=work.hidden.total(),
        not_comparable_rules=dict(work.hidden),
        keywords=work.keywords,
        metadata={**capture.metadata, **kept.metadata},
        pack=pack.ref,
    )


def _redact_parts(capture: Capture, pack: Pack, key: bytes) -> Redacted:
    done: list[Redacted] = []
    for name, inner, first, end in portions(capture.lines, pack):
        head = capture.lines[first - 1]
        piece = replace(capture, lines=capture.lines[first:end], trust=Trust())
        part = redact(piece, inner, key)
        rules = {f"{name}.{rule}": lines for rule, lines in part.suppressed.items()}
        hidden = {f"{name}.{rule}": count for rule, count in part.not_comparable_rules.items()}
        numbers = tuple(number + first for number in part.numbers)
        done.append(
            replace(
                part,
                lines=(head, *part.lines),
                numbers=(first, *numbers),
                suppressed=rules,
                not_comparable_rules=hidden,
            )
        )
    return Redacted(
        platform=capture.platform,
        lines=tuple(line for part in done for line in part.lines),
        numbers=tuple(number for part in done for number in part.numbers),
        trust=joined_trust(capture.trust, *(part.trust for part in done)),
        suppressed={rule: lines for part in done for rule, lines in part.suppressed.items()},
        not_comparable=sum(part.not_comparable for part in done),
        not_comparable_rules={
            rule: count for part in done for rule, count in part.not_comparable_rules.items()
        },
        keywords=sum(part.keywords for part in done),
        metadata=capture.metadata,
        pack=pack.ref,
    )


@dataclass(slots=True)
class _Redaction:
    """One text under way. hidden: secrets that cannot be compared, by rule."""

    pack: Pack
    key: bytes
    hidden: Counter[str] = field(default_factory=Counter)
    keywords: int = 0
    unmatched: dict[str, int] = field(default_factory=dict)
    _memo: dict[str, tuple[str, Counter[str]]] = field(default_factory=dict)

    def run(self, lines: tuple[str, ...]) -> tuple[list[str], list[int]]:
        out = list(lines)
        guard = LeakGuard(self.pack)
        rules = [(rule, finder(rule.match)) for rule in self.pack.secrets]
        gone: set[int] = set()
        for n in self._suspects(lines):
            if n in gone:
                continue
            out[n], end = self._line(lines, n, rules)
            gone.update(range(n + 1, end + 1))
            found = guard.look(out[n], self.fingerprint)
            out[n] = found.text
            self.keywords += found.keywords
            for what in found.leaks:
                self.unmatched[what] = self.unmatched.get(what, 0) + 1
        for n, line in enumerate(out):
            if len(line) > LONGEST:
                out[n] = self._cut(line)
        kept = [n for n in range(len(out)) if n not in gone]
        return [out[n] for n in kept], [n + 1 for n in kept]

    def fingerprint(self, kind: str, value: str) -> str:
        """The replacement of a comparable secret."""
        digest = hmac.new(self.key, f"{kind}\0{value}".encode(), "sha256").hexdigest()
        return f"<secret:{kind}:{digest[:8]}>"

    def _cut(self, line: str) -> str:
        """A line too long for patterns: its beginning, and a fingerprint of the rest."""
        digest = hmac.new(self.key, line.encode(), "sha256").hexdigest()
        head = line[:200] if not PLACEHOLDER.search(line[150:250]) else line[:150]
        return f"{head}<long:{digest[:8]}>"

    def _suspects(self, lines: tuple[str, ...]) -> Iterator[int]:
        """Numbers of lines that hold a secret word, by one pass over the whole text."""
        words = [_WORDS, *(re.escape(word.lower()) for word in self.pack.secret_words)]
        pattern = re.compile("|".join(words))
        text = "\n".join(lines).lower()
        starts = _line_starts(text)
        position, size = 0, len(text)
        while position < size and (match := pattern.search(text, position)) is not None:
            n = bisect_right(starts, match.start()) - 1
            yield n
            position = starts[n + 1] if n + 1 < len(starts) else size

    def _line(
        self, lines: tuple[str, ...], n: int, rules: list[tuple[SecretRule, Find]]
    ) -> tuple[str, int]:
        line = lines[n]
        if len(line) > LONGEST:
            return self._long(line), n
        if line in self._memo:
            text, hidden = self._memo[line]
            self.hidden.update(hidden)
            return text, n
        before = self.hidden.copy()
        text, end = self._rules(lines, n, rules)
        if end == n and not any(rule.inside and find(line) for rule, find in rules):
            self._memo[line] = (text, self.hidden - before)
        return text, end

    def _long(self, line: str) -> str:
        """Nothing of a long line with a secret word is shown but its first word."""
        digest = hmac.new(self.key, line.encode(), "sha256").hexdigest()
        head = line[:40].split(" ", maxsplit=1)[0] if " " in line[:40] else ""
        return f"{head} <long:{digest[:8]}>".strip()

    def _rules(
        self, lines: tuple[str, ...], n: int, rules: list[tuple[SecretRule, Find]]
    ) -> tuple[str, int]:
        line, end = lines[n], n
        for rule, find in rules:
            if rule.inside is not None and not (find(line) and _is_below(lines, n, rule.inside)):
                continue
            position = 0
            while (match := _search(rule, find, line, position)) is not None:
                start, stop = match.span("secret")
                value = line[start:stop]
                if PLACEHOLDER.search(value) or _MASKED.match(value):
                    position = stop
                    continue
                if rule.until is not None:
                    whole, tail, end = _until(lines, n, start, rule)
                    line, position = line[:start] + self._mask(rule, whole) + tail, len(line)
                    continue
                mask = self._mask(rule, value)
                line = line[:start] + mask + line[stop:]
                position = start + len(mask)
        return line, end

    def _mask(self, rule: SecretRule, value: str) -> str:
        if not rule.comparable:
            self.hidden[rule.id] += 1
            return f"<secret:{rule.type}>"
        return self.fingerprint(rule.type, value)


def _search(rule: SecretRule, find: Find, line: str, position: int) -> Match[str] | None:
    """The next place where the rule fits; the first look goes by the quick way."""
    match = find(line) if position == 0 else rule.match.search(line, position)
    if match is None or match.start("secret") == match.end("secret"):
        return None
    return match


def _is_below(lines: tuple[str, ...], n: int, header: Pattern[str]) -> bool:
    """Whether a line of less indentation that is still open fits."""
    depth = len(lines[n]) - len(lines[n].lstrip())
    for m in range(n - 1, -1, -1):
        if not depth:
            return False
        text = lines[m].lstrip()
        indent = len(lines[m]) - len(text)
        if text and indent < depth:
            if header.search(lines[m]):
                return True
            depth = indent
    return False


def _until(lines: tuple[str, ...], n: int, start: int, rule: SecretRule) -> tuple[str, str, int]:
    """The whole secret, what follows it on its last line, and that line; no end hides all."""
    assert rule.until is not None
    for m in range(n, len(lines)):
        if (match := rule.until.search(lines[m], start if m == n else 0)) is not None:
            first = lines[n][start:] if m > n else lines[n][start : match.end()]
            inner = [first, *lines[n + 1 : m], *([lines[m][: match.end()]] if m > n else [])]
            return "\n".join(inner), lines[m][match.end() :], m
    return "\n".join([lines[n][start:], *lines[n + 1 :]]), "", len(lines) - 1


def _line_starts(text: str) -> list[int]:
    """Where each line begins; lowering may change the length of a few letters, so count anew."""
    starts, position = [], 0
    for line in text.split("\n"):
        starts.append(position)
        position += len(line) + 1
    return starts
