"""Config text as a reader must see it: nothing invisible, nothing that steers a terminal."""

import re

# C0 but tab, DEL and C1 (a terminal obeys them); line and paragraph separators, soft hyphen, zero
# width, bidirectional controls (Unicode TR 36: text that reads otherwise than it is), tags, BOM,
# non-characters and lone surrogates
_UNSEEN = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)


def seen(text: str) -> str:
    r"""Write every invisible character by its number: `\x1b`, `⟨U+202E⟩`."""
    return _UNSEEN.sub(_by_number, text)


def without_line_ends(text: str) -> str:
    """The same as `seen`, tabs as blanks: for one-line places (names, headings, messages)."""
    return seen(text.replace("\t", " "))


def escape_unseen_in_json(document: str) -> str:
    """Escape what `seen` would show, in a document already serialised; its meaning stays."""
    return _UNSEEN.sub(_as_json_escape, document)


def _by_number(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code <= 0xFF else f"⟨U+{code:04X}⟩"


def _as_json_escape(match: re.Match[str]) -> str:
    if match[0] == "\n":  # between the elements: inside a string it is escaped already
        return "\n"
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
