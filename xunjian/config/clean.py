"""Bytes of a capture or a file to lines: decoded, without terminal traces, held against the gate.

Whatever the device text means is left alone; nothing is redacted yet.
"""

import re
from dataclasses import dataclass

from xunjian.config.completeness import judge
from xunjian.config.flatten import flatten, spoken
from xunjian.config.model import Capture, Trust, TrustState
from xunjian.config.pack import Pack
from xunjian.config.parts import clean_parts
from xunjian.language import Text
from xunjian.transport.clean import as_on_screen, without_echo, without_pager

LONGEST = 4096
"""Characters of a line that patterns see; what stands behind is kept as a fingerprint only."""

# pagers of the platforms that ship with a pack, also where paging could not be switched off
_PAGER = re.compile(
    r"-{2,4} ?\(?(?:more|More|MORE)(?: \d+%)?\)? ?-{2,4}(?:\(\d+%\))?"
    r"|<-+ More -+>|-- More -- ?(?:, next page: Space[^\r\n]*)?"
)
# a prompt alone on its line, or with the command behind it: <HZ-SW1>, HRP_M[HZ-FW1], hz-srv1#
_PROMPT = re.compile(
    r"^(?:HRP_[MS])?[<\[][~*]?[^\s<>\[\]]{1,64}(?: \(\+B\))?[>\]]\s*$"
    r"|^[\w.@:/~()-]{1,64} ?[#>$%]\s*$"
)
_PROMPT_COMMAND = re.compile(
    r"^(?:HRP_[MS])?[<\[]?[\w.@:/~()*+-]{1,64} ?[#>$%\]]\s*"
    r"(?:display|show|more|cat|xconf\w*)\s+\S[^\r\n]{0,200}$",
    re.IGNORECASE,
)
_TERMINAL_BYTES = b"\x00\x07\x08\r\x1b"
_CONTROL_BYTES = bytes({*range(0x20), 0x7F} - {0x09, 0x0A, 0x0D})
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    decoded_as: str


def clean(raw: bytes, pack: Pack, *, command: str = "", gate: bool = True) -> Capture:
    """Give the lines of a configuration and whether they may be believed.

    gate: without it nothing is demanded of the text (examples of packs, parts of a text).
    """
    if pack.parts:
        return clean_parts(raw, pack, clean, gate=gate)
    decoded = _decode(_as_shown(raw))
    text = without_echo(decoded.text, command) if command else decoded.text
    lines = _without_session(_lines(text))
    trust = Trust()
    if pack.syntax.xml_head and text.lstrip().startswith("<"):
        document = spoken(text.strip(), pack.syntax.xml_head)
        trust = trust if document is not None else _not_a_document()
        lines = [*document, *pack.syntax.xml_end] if document is not None else []
    if pack.syntax.family in {"json", "xml"}:
        flat = flatten("\n".join(lines), pack.syntax.family)
        trust = trust if flat is not None else _not_a_document()
        lines = list(flat) if flat is not None else []  # pieces of markup no rule would know
    if gate and trust.state is TrustState.TRUSTED:
        lines, trust = judge(lines, pack)
    return Capture(
        platform=pack.platform, lines=tuple(lines), decoded_as=decoded.decoded_as, trust=trust
    )


def _not_a_document() -> Trust:
    message = Text("不是完整的文档", "the document does not end, or is none")
    return Trust(state=TrustState.INCOMPLETE, reasons=(message,))


def _as_shown(raw: bytes) -> bytes:
    """Play what a terminal does. Byte by byte: a pager may stand inside a character."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raw = raw.decode("utf-16", errors="replace").encode()
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if not _has(raw, _TERMINAL_BYTES) and not any(w in raw for w in (b"More", b"more", b"MORE")):
        return raw
    text = raw.decode("latin-1")
    text = without_pager(text.translate({0: None, 7: None}), _PAGER)
    text = as_on_screen(text.replace("\r\r\n", "\n"))
    return text.encode("latin-1", errors="replace")


def _has(raw: bytes, some: bytes) -> bool:
    """Whether any of some bytes is there; much quicker than a pattern."""
    return len(raw.translate(None, some)) != len(raw)


def _decode(raw: bytes) -> _Text:
    """UTF-8 if the whole is, else line by line UTF-8 or GB18030; foreign bytes shown in hex."""
    try:
        return _Text(raw.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    lines, worst = [], "gb18030"
    for line in raw.split(b"\n"):
        text, lossy = _decode_line(line)
        lines.append(text)
        worst = "gb18030-lossy" if lossy else worst
    return _Text("\n".join(lines), worst)


def _decode_line(line: bytes) -> tuple[str, bool]:
    for encoding in ("utf-8", "gb18030"):
        try:
            return line.decode(encoding), False
        except UnicodeDecodeError:
            continue
    return line.decode("ascii", errors="backslashreplace"), True


def _lines(text: str) -> list[str]:
    """Drop blanks at line ends; show control characters as text."""
    shown = _visible if _has(text.encode("utf-8", "replace"), _CONTROL_BYTES) else str.rstrip
    return [shown(line) for line in text.split("\n")]


def _visible(line: str) -> str:
    """Show control characters of a line as text (`^C` as devices do)."""
    return _CONTROL.sub(
        lambda m: "^C" if m[0] == "\x03" else f"\\x{ord(m[0]):02x}",
        line.replace("\x1b", "").strip("\r"),
    ).rstrip()


def _without_session(lines: list[str]) -> list[str]:
    """Drop echo and prompts before and behind the text, and empty lines there."""
    first, last = 0, len(lines)
    while first < last and (not lines[first] or _PROMPT_COMMAND.match(lines[first])):
        first += 1
    while last > first and (not lines[last - 1] or _is_prompt(lines[last - 1])):
        last -= 1
    return lines[first:last]


def _is_prompt(line: str) -> bool:
    return line not in {"#", "}", "]"} and _PROMPT.match(line) is not None
