"""Configurations of several files: one text in which a line starts each part."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Protocol

from xunjian.config.completeness import joined_trust, with_reason
from xunjian.config.model import Capture, Redacted, Trust, TrustState
from xunjian.config.pack import Pack
from xunjian.language import Text

_HEADER = re.compile(rb"^==== part: ([^\r\n]{1,200}?) ====\r?$", re.MULTILINE)
HEADER_LINE = re.compile(r"^==== part: (.{1,200}?) ====$")
# what `tail -v` of coreutils and BusyBox puts above each file, even if there is only one
FILE_LINE = re.compile(r"^==> (.{1,4096}) <==$")


def header(name: str) -> str:
    """The line that starts a part."""
    return f"==== part: {name} ===="


def join_parts(answers: Mapping[str, bytes]) -> bytes:
    """Make one text of the answers by part name."""
    pieces = []
    for name, raw in answers.items():
        body = raw if raw.endswith(b"\n") else raw + b"\n"
        pieces.append(header(name).encode() + b"\n" + body)
    return b"".join(pieces)


def split_parts(raw: bytes) -> dict[str, bytes]:
    """Give the parts of one text by name; a part that stands twice counts with its last text."""
    pieces = _HEADER.split(raw)
    names = [name.decode("utf-8", errors="replace") for name in pieces[1::2]]
    return dict(zip(names, (body.lstrip(b"\r\n") for body in pieces[2::2]), strict=True))


class Clean(Protocol):
    """`clean.clean`."""

    def __call__(self, raw: bytes, pack: Pack, *, command: str = "", gate: bool = True) -> Capture:
        """Give the lines of one text."""
        ...


def clean_parts(raw: bytes, pack: Pack, clean: Clean, *, gate: bool) -> Capture:
    """Clean each part by its own pack; what no part claims and what is missing lowers the trust."""
    found = split_parts(raw)
    lines: list[str] = []
    trusts: list[Trust] = []
    decoded = "utf-8"
    for part, inner in pack.parts:
        if part.name not in found:
            trusts += [_missing(part.name)] if gate and not part.optional else []
            continue
        capture = clean(found.pop(part.name), inner, gate=gate)
        lines += [header(part.name), *capture.lines]
        trusts.append(_named(capture.trust, part.name))
        decoded = max(decoded, capture.decoded_as, key=_LOSSES.index)
    trusts += [_unknown(name) for name in found]
    trust = joined_trust(*trusts)
    return Capture(platform=pack.platform, lines=tuple(lines), decoded_as=decoded, trust=trust)


_LOSSES = ("utf-8", "gb18030", "gb18030-lossy")


def _missing(name: str) -> Trust:
    reason = Text(f"缺少分段：{name}", f"a part is missing: {name}")
    return with_reason(Trust(), TrustState.INCOMPLETE, reason)


def _unknown(name: str) -> Trust:
    shown = name if name.isprintable() else repr(name)
    reason = Text(f"未知的分段：{shown}", f"an unknown part: {shown}")
    return with_reason(Trust(), TrustState.POLLUTED, reason)


def _named(trust: Trust, name: str) -> Trust:
    reasons = tuple(Text(f"{name}: {r.zh}", f"{name}: {r.en or r.zh}") for r in trust.reasons)
    return replace(trust, reasons=reasons)


def portions(lines: tuple[str, ...], pack: Pack) -> list[tuple[str, Pack, int, int]]:
    """Give name, pack, first line and end (from 0, exclusive) of each part, without headers."""
    by_name = {part.name: inner for part, inner in pack.parts}
    starts = [
        (n, match[1])
        for n, line in enumerate(lines)
        if (match := HEADER_LINE.match(line)) and match[1] in by_name
    ]
    ends = [n for n, _ in starts[1:]] + [len(lines)] * bool(starts)
    return [(name, by_name[name], n + 1, end) for (n, name), end in zip(starts, ends, strict=True)]


def has_part(lines: tuple[str, ...], name: str) -> bool:
    """Whether a text has the part."""
    return header(name) in lines


def without_parts(text: Redacted, pack: Pack, names: Collection[str]) -> Redacted:
    """The text without some of its parts."""
    if not names:
        return text
    gone: set[int] = set()
    for name, _, first, end in portions(text.lines, pack):
        if name in names:
            gone.update(range(first - 1, end))
    kept = [n for n in range(len(text.lines)) if n not in gone]
    return replace(
        text,
        lines=tuple(text.lines[n] for n in kept),
        numbers=tuple(text.numbers[n] for n in kept),
    )
