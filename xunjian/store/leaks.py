r"""Which parts of a device's answer are secrets, and how they are blanked.

A leak is a secret-shaped *value* behind a keyword; a keyword alone (`password aging 90`) is only
counted. Sources of the forms: VRP keeps ciphers as `%^%#…%^%#`, `%@%@…%@%@`, `$1c$…$` and writes
`cipher`, `simple` or `irreversible-cipher` before the value; IOS numbers its forms (`5 $1$…`,
`7 0822455D0A16`); Unix crypt is `$id$salt$hash`; FortiOS writes `ENC base64`.

Every gap in a rule is bounded: the text is untrusted, and a rule that looks for its end up to the
end of the line would take quadratic time on some.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from xunjian.secrets import Secret

MASK = "******"

_WORD = (
    r"(?:pass(?:word|wd|phrase)?|secret|community|pre-shared-key|psk|shared-key|auth-key|priv-key|"
    r"authentication-key|api[-_]?key|access[-_]?key|token|key(?:-string)?)"
)
_MODE = r"(?:authentication-mode|privacy-mode|hmac-\w+|md5|sha\d*|aes\d*)"

# the word, then a marker that says "here comes the value": it is secret whatever its shape
_MARKED = re.compile(
    rf"\b(?:{_WORD}|{_MODE})\b[^\n]{{0,40}}?"
    r"\b(?:cipher|irreversible-cipher|simple|ENC)\s+(?P<value>\S+)",
    re.IGNORECASE,
)
# snmp communities: every form of the command ends in the name itself
_COMMUNITY = re.compile(
    r"\bsnmp-(?:agent|server)\s+(?:target-host\b[^\n]{0,200}?\bsecurityname|community(?:\s+(?:read|write))?)"
    r"\s+(?!(?:cipher|simple|complexity-check)\b)(?P<value>\S+)",
    re.IGNORECASE,
)
# VRP and IOS put an SNMP user's digest behind the mode
_SNMP_USER = re.compile(
    r"\bsnmp-(?:agent|server)\b[^\n]{0,200}?\b(?:authentication-mode|privacy-mode|auth|priv)\s+\S+\s+"
    r"(?!(?:cipher|simple)\b)(?P<value>\S{6,})",
    re.IGNORECASE,
)
# the word, an IOS type digit or an assignment sign, then something of a secret's shape
_ASSIGNED = re.compile(
    rf"\b{_WORD}\b[\"']?\s*(?:[=:]\s*|\s[05789]\s+|\s)[\"']?(?P<value>[^\s\"',;<>]{{4,}})",
    re.IGNORECASE,
)
_XML_TAG = r"(?:password|passphrase|secret|community|psk|privatekey)"
_XML = re.compile(
    rf"<\w{{0,40}}{_XML_TAG}\w{{0,40}}\b[^<>]{{0,200}}>(?P<value>[^<\s][^<]{{0,4000}})<",
    re.IGNORECASE,
)
_BLOCK = re.compile(
    r"-----BEGIN (?P<kind>[A-Z0-9 ]*PRIVATE KEY)-----(?P<value>.*?)(?:-----END (?P=kind)-----|\Z)",
    re.DOTALL,
)
# these shapes are ciphers wherever they stand
_BARE = re.compile(
    r"(?P<value>%\^%#\S.*?%\^%#|%@%@\S.*?%@%@|%\$%\$\S.*?%\$%\$|\$\d[a-z]?\$[^\s$]+\$[^\s\"',;<>]+|AGE-SECRET-KEY-1\w+)"
)
_KEYWORD = re.compile(rf"\b{_WORD}\b", re.IGNORECASE)
# one of these stands in whatever the rules can find; plain search is 50 times cheaper than they
_WORTH_A_LOOK = (
    *("pass", "secret", "community", "psk", "key", "token", "cipher", "authentication-mode"),
    *("private", "%^%#", "%@%@", "%$%$", "$"),
)
_CERTAIN = (_BLOCK, _BARE, _MARKED, _COMMUNITY, _SNMP_USER, _XML)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blanked:
    """A text without its secrets: how many values were blanked, how many keywords stood alone."""

    text: str
    values: int
    keywords: int


def _is_secret_shaped(value: str) -> bool:
    """Whether a value looks made up rather than written: letters with digits or signs, or hex."""
    if value == MASK or set(value) <= set("*-.#/"):
        return False
    if re.fullmatch(r"[0-9A-Fa-f]{12,}", value):
        return True
    classes = [r"[a-z]", r"[A-Z]", r"\d", r"[^\w\s.:/-]"]
    return (
        len(value) >= 6
        and sum(bool(re.search(c, value)) for c in classes) >= 2
        and any(ch.isdigit() or not ch.isalnum() for ch in value.strip(".:-"))
        and not re.fullmatch(r"[\d.:/-]+\w{0,3}", value)
    )


def blank(text: str) -> Blanked:
    """Blank every secret-shaped value behind a keyword."""
    lowered = text.lower()
    if not any(word in lowered for word in _WORTH_A_LOOK):
        return Blanked(text=text, values=0, keywords=0)
    count = 0

    def mask(found: re.Match[str]) -> str:
        nonlocal count
        whole, value = found.group(0), found.group("value")
        if not value or value == MASK:
            return whole
        if found.re is _ASSIGNED and not _is_secret_shaped(value):
            return whole
        count += 1
        start = found.start("value") - found.start(0)
        return whole[:start] + MASK + whole[start + len(value) :]

    for rule in (*_CERTAIN, _ASSIGNED):
        text = rule.sub(mask, text)
    return Blanked(text=text, values=count, keywords=max(0, len(_KEYWORD.findall(text)) - count))


class OwnSecrets:
    """The values a device's session was given: never written, wherever they turn up.

    Values under six characters are only blanked as whole words: `admin` must not tear words apart.
    """

    __slots__ = ("_bytes", "_text")

    def __init__(self, secrets: Sequence[Secret]) -> None:
        values = sorted({s.reveal() for s in secrets if s.reveal()}, key=len, reverse=True)
        forms = [re.escape(v) if len(v) >= 6 else rf"(?<!\w){re.escape(v)}(?!\w)" for v in values]
        self._text = re.compile("|".join(forms)) if forms else None
        self._bytes = re.compile("|".join(forms).encode()) if forms else None

    def blank(self, text: str) -> str:
        """Blank the values in a text."""
        return self._text.sub(MASK, text) if self._text else text

    def blank_bytes(self, raw: bytes) -> bytes:
        """Blank the values in raw bytes."""
        return self._bytes.sub(MASK.encode(), raw) if self._bytes else raw

    def clean(self, text: str) -> str:
        """Blank the values and whatever a leak rule flags: for findings, facts and notes."""
        return blank(self.blank(text)).text
