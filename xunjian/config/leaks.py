"""The guard behind the rules: a secret-shaped value behind a keyword that no rule took.

It fails closed: the value is masked anyway, and the capture is no longer trusted. A keyword with
nothing secret-shaped behind it is only counted.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from re import Match

from xunjian.config.matching import Matcher
from xunjian.config.pack import Pack

# strong: whatever stands behind them is a secret unless it is a plain configuration word
_STRONG = (
    r"pass(?:word|wd|phrase|code|-phrase|-word)?|pwd|(?:shared-|enable-)?secret|psk(?:secret)?|"
    r"pre-shared-key|preshared-key|(?:r[ow])?community6?|communityname|authkey|privkey|api-?key|密码|口令|共享密钥"
)
# weak: also ordinary words; what stands behind must look random
_WEAK = (
    r"key|key-string|auth(?:entication)?|priv(?:acy)?|token|cipher|simple|plain|enc|hash|md5|"
    r"sha\d*|aes\d*|3?des\d*|hmac[\w-]*|credentials?|encrypted|private|keyring|密钥"
)
_KEYWORD = re.compile(
    rf"(?i)(?<![A-Za-z0-9<])(?:[\w.-]*?[_.-])?(?P<word>(?P<strong>{_STRONG})|{_WEAK})s?"
    r"(?P<sep>\"?\s*(?:[:=]|=>)\s*|\s+)(?=\S)"
)
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|([^\s";,]+)')
PLACEHOLDER = re.compile(r"<(?:secret|long)(?::[\w.-]+)*>")
# configuration words that stand behind a keyword: the secret is a later word, or there is none
_PLAIN = re.compile(
    r"(?i)^(?:\d{1,4}|[a-z]{1,4}\d?|\*+|enable[ds]?|disable[ds]?|encrypt\w*|encryption|cipher\w*|"
    r"plain\w*|simple|hash(?:ed)?|irreversible[\w-]*|authentication\w*|authori[sz]ation|accounting|"
    r"policy|recovery|complexity|control|min\w*|max\w*|length|age|aging|expir\w*|history|change|"
    r"local|remote|server|client|group|level|read\w*|write\w*|name|mode|type|version|string|ascii|"
    r"clear\w*|public|private|none|default|true|false|required|optional|yes|no|not|set|unset|from|"
    r"chain|exchange|size|rsa|dsa|ecdsa\S*|ed25519|sha\d?-?\d*|md5|aes\S*|3?des\S*|hmac\S*|with\w*|"
    r"scheme|method|keys?|algorithm|usage|lifetime|timeout|retry|login|admin-status|trap|address|"
    r"(?:auto|manual|always|never|prompt|prohibit)[\w-]*|\d+:\d+|no-\w+(?:-\w+)*|internet|additive)[;,]?$"
)
_HOPS = 3  # configuration words between a keyword and its secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A line after the guard: what was masked behind which keyword, how often a word stood bare."""

    text: str
    leaks: tuple[str, ...] = ()
    keywords: int = 0


class LeakGuard:
    """Looks at lines that went through the rules."""

    __slots__ = ("_allowed", "_memo")

    def __init__(self, pack: Pack) -> None:
        self._allowed = Matcher([(rule, rule.match) for rule in pack.allowed])
        self._memo: dict[str, Looked] = {}

    def look(self, line: str, mask: Callable[[str, str], str]) -> Looked:
        """Mask what looks like a secret. mask: kind and value -> replacement."""
        if line not in self._memo:
            self._memo[line] = self._look(line, mask)
        return self._memo[line]

    def _look(self, line: str, mask: Callable[[str, str], str]) -> Looked:
        spared = self._spared(line)
        if spared == line:
            return Looked(text=line)
        leaks: list[str] = []
        keywords, position, text = 0, 0, line
        while (match := _KEYWORD.search(text, position)) is not None:
            position = match.end("word")
            if _is_inside(text, match.start("word")):
                continue
            found = _value(text, match)
            if found is None or (spared and found[2] in spared):
                keywords += 1
                continue
            start, stop, value = found
            put = mask("unknown", value)
            text = text[:start] + put + text[stop:]
            leaks.append(match["word"].lower())
            position = start + len(put)
        return Looked(text=text, leaks=tuple(leaks), keywords=keywords)

    def _spared(self, line: str) -> str:
        """What an `allowed` rule takes out of the guard's sight; the whole line without a group."""
        hit = self._allowed.first(line)
        if hit is None:
            return ""
        value = hit[1].groupdict().get("value")
        return line if value is None else value


def _is_inside(text: str, position: int) -> bool:
    """Whether a place is inside a replacement that was put in before."""
    opened = max(text.rfind("<secret", 0, position), text.rfind("<long", 0, position))
    return opened >= 0 and text.find(">", opened) >= position


def _value(text: str, keyword: Match[str]) -> tuple[int, int, str] | None:
    """The secret-shaped value behind a keyword: place and text; None if there is none."""
    position = keyword.end()
    for _ in range(_HOPS):
        token = _TOKEN.match(text, position)
        if token is None:
            return None
        value = token[token.lastindex or 0]
        start, stop = token.span(token.lastindex or 0)
        if PLACEHOLDER.search(token[0]):
            return None
        strong = keyword["strong"] is not None
        if _is_secret(value, strong=strong):
            return start, stop, value
        if not _PLAIN.match(value):
            return None
        blank = re.compile(r"[\s\";,]*").match(text, stop)
        position = blank.end() if blank else stop
    return None


def _is_secret(value: str, *, strong: bool) -> bool:
    if not value or set(value) <= set("*-.x"):
        return False
    if looks_random(value):
        return True
    if not strong or _PLAIN.match(value):
        return False
    return len(value) >= 3 and not value.startswith(("<", "(", "{", "[", "$("))


_IDENTIFIER = re.compile(
    r"^(?:[A-Za-z]+[\d/.:-]*|[\d.:/]+|[0-9a-fA-F:.]{2,39}/?\d*|[\w.-]+\.(?:pem|crt|cer|key|cfg|der|p12))$"
)


def looks_random(value: str) -> bool:
    """Whether a value has the shape of a cipher text, a hash, a key or a chosen password."""
    if value.startswith(("%^%", "%$%", "@%@", "%@%", "$")) and len(value) >= 6:
        return True
    if re.fullmatch(r"(?:0x)?[0-9A-Fa-f]{16,}", value):
        return True
    if _IDENTIFIER.match(value) or len(value) < 8:
        return False
    kinds = sum(
        any(test(char) for char in value)
        for test in (str.islower, str.isupper, str.isdigit, lambda c: c in "!@#$%^&*+/=?~|\\`")
    )
    return kinds >= 3 or (kinds == 2 and len(value) >= 20)
