"""The difference as a comment under a merge request: figures first, high risk first, capped.

All config text stands in code, so that nothing in it is markup, a mention or a command of the host.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from xunjian.config.model import RISKS, Change, ChangeKind, ConfigDiff, Risk
from xunjian.language import Language, Text, counted
from xunjian.report.diff.figures import (
    Figures,
    count,
    headline,
    is_tolerated,
    renamed,
    section,
    title,
    troubles,
)
from xunjian.report.diff.lines import side_by_side
from xunjian.report.diff.seen import seen, without_line_ends
from xunjian.report.diff.words import (
    APPROVAL_WORDS,
    EDGE,
    KIND_MARKS,
    KIND_WORDS,
    RISK_WORDS,
)
from xunjian.report.pages import escape_markdown
from xunjian.report.words import word

# GitHub refuses a comment of more than 65,536 characters; the rest is room for what CI adds
LIMIT_BYTES = 60_000
_LINES_PER_CHANGE = 40
_LINE_LENGTH = 400
_DEVICES_SHOWN = 3
_TROUBLES_SHOWN = 50
_RESERVE_BYTES = 700  # for the last lines, which say what was cut


@dataclass(slots=True)
class _Entry:
    """A change and all devices that have it, line by line the same."""

    change: Change
    devices: list[str]

    @property
    def names(self) -> str:
        more = len(self.devices) - _DEVICES_SHOWN
        shown = ", ".join(self.devices[:_DEVICES_SHOWN])
        return f"{shown}, … +{more}" if more > 0 else shown


def as_markdown(
    diffs: Sequence[ConfigDiff], language: Language, *, limit_bytes: int = LIMIT_BYTES
) -> bytes:
    """Render at most `limit_bytes` (at least 4,000); what is left out is counted at the end."""
    figures = count(diffs)
    parts = [_head(figures, language), *_troubles(diffs, language, limit_bytes // 3)]
    room = limit_bytes - _RESERVE_BYTES - sum(len(part.encode()) for part in parts)
    entries = sorted(_entries(diffs), key=_urgency)
    fitting = 0
    for entry in entries:
        block = _fitting(entry, language, room)
        if block is None:
            break
        parts.append(block)
        room -= len(block.encode())
        fitting += 1
    cut = entries[fitting:]
    parts.append(_foot(figures, cut, language))
    return "".join(parts).encode()


def _entries(diffs: Sequence[ConfigDiff]) -> list[_Entry]:
    """Gather changes; fingerprints differ between devices, ids do not hold them."""
    found: dict[tuple[object, ...], _Entry] = {}
    for diff in diffs:
        for change in diff.changes:
            key = (change.id, change.risk, change.approval, change.old, change.new)
            found.setdefault(key, _Entry(change, [])).devices.append(diff.device)
    return list(found.values())


def _urgency(entry: _Entry) -> tuple[bool, int, int]:
    return is_tolerated(entry.change), -RISKS.index(entry.change.risk), -len(entry.devices)


def _head(figures: Figures, language: Language) -> str:
    heading = Text("配置差异", "Configuration difference").to(language)
    columns = Text(
        "| 风险 | 变更 | 未批准 |\n|---|---:|---:|",
        "| Risk | Changes | Not approved |\n|---|---:|---:|",
    )
    rows = [
        f"| {RISK_WORDS[risk].to(language)} | {figures.risks[risk]} "
        f"| {figures.unapproved_risks[risk]} |"
        for risk in reversed(RISKS)
    ]
    total = Text("合计", "total").to(language)
    rows.append(f"| **{total}** | **{figures.changes}** | **{figures.unapproved}** |")
    said = [f"## {heading}", "", headline(figures).to(language), "", columns.to(language), *rows]
    return "\n".join(said) + "\n\n"


def _fitting(entry: _Entry, language: Language, room_bytes: int) -> str | None:
    """Give the change, without its lines if those are too long, or None if even that is."""
    for lines in (_diff_lines(entry.change, language), []):
        block = _details(entry, lines, language)
        if len(block.encode()) <= room_bytes:
            return block
    return None


def _troubles(diffs: Sequence[ConfigDiff], language: Language, room_bytes: int) -> Iterator[str]:
    """What could not be told, device by device: the first ones, the rest counted."""
    lines = [line for diff in diffs for line in _device_troubles(diff, language)]
    shown: list[str] = []
    for line in lines[:_TROUBLES_SHOWN]:
        room_bytes -= len(line.encode()) + 1
        if room_bytes < 0:
            break
        shown.append(line)
    if len(lines) > len(shown):
        more = len(lines) - len(shown)
        shown.append(Text(f"- …另有 {more} 条", f"- …and {more} more").to(language))
    if shown:
        yield "\n".join(shown) + "\n\n"


def _device_troubles(diff: ConfigDiff, language: Language) -> Iterator[str]:
    for _code, texts in troubles(diff):
        said = "; ".join(_plain(text, language) for text in texts)
        yield f"- ⚠ {code(diff.device)}: {said[:600]}"


def _details(entry: _Entry, lines: Sequence[str], language: Language) -> str:
    change = entry.change
    risk, kind = RISK_WORDS[change.risk].to(language), KIND_WORDS[change.kind].to(language)
    where = " › ".join(part for part in (section(change), title(change)) if part)
    name = escape(_short(f"{entry.names}: {where}"))
    summary = f"<b>{risk}</b> {KIND_MARKS[change.kind]} {kind} <code>{name}</code>"
    remark = [f"{code(change.id)} {code(change.rule)}", _plain(change.why, language)]
    if (other_name := renamed(change)) is not None:
        remark.append(code(other_name.to(language)))
    remark.append(_approval(change, language))
    body = _moved(change, language) if change.kind is ChangeKind.MOVED else ""
    too_long = Text("（内容过长，见 HTML 报告）", "(too long, see the HTML report)").to(language)
    fence = _fence(lines) if lines else too_long
    said = " · ".join(part for part in remark if part)
    return f"<details><summary>{summary}</summary>\n\n{said}\n{body}\n{fence}\n\n</details>\n"


def _approval(change: Change, language: Language) -> str:
    approval = change.approval
    said = [word(APPROVAL_WORDS, approval.state).to(language)]
    said += [code(part) for part in (approval.by, approval.ticket, approval.until) if part]
    return " ".join(said)


def _moved(change: Change, language: Language) -> str:
    edge = EDGE.to(language)
    (above, below), (new_above, new_below) = change.before, change.after
    old = f"{code(above or edge)} / {code(below or edge)}"
    new = f"{code(new_above or edge)} / {code(new_below or edge)}"
    between = Text("原在 {} 之间，现在 {} 之间", "was between {}, now between {}").to(language)
    return "\n" + between.format(old, new) + "\n"


def _diff_lines(change: Change, language: Language) -> list[str]:
    lines: list[str] = []
    for row in side_by_side(change):
        left = "".join(piece.text for piece in row.old)
        right = "".join(piece.text for piece in row.new)
        if row.state == "same":
            lines.append(" " + left)
            continue
        lines += ["-" + left] * bool(row.old) + ["+" + right] * bool(row.new)
    more = len(lines) - _LINES_PER_CHANGE
    if more > 0:
        told = Text(f"… 另有 {more} 行未列出", f"… {more} more lines cut").to(language)
        lines = [*lines[:_LINES_PER_CHANGE], told]
    return [_short(line) for line in lines]


def _fence(lines: Sequence[str]) -> str:
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    bar = "`" * max(3, longest + 1)
    return "\n".join([f"{bar}diff", *lines, bar])


def _foot(figures: Figures, cut: Sequence[_Entry], language: Language) -> str:
    said = [
        Text(
            f"已滤除 {figures.suppressed} 处（易变行、仅顺序不同），"
            f"不可比较的口令 {figures.not_comparable}，无规则的变更 {figures.unrated}。",
            f"Suppressed {figures.suppressed} (volatile lines, order only), secrets not comparable "
            f"{figures.not_comparable}, changes no rule rates {figures.unrated}.",
        ).to(language)
    ]
    left = [entry.change.risk for entry in cut for _ in entry.devices]
    if left:
        numbers = _by_risk(left, language)
        said.append(
            Text(
                f"**篇幅所限，另有 {len(left)} 处变更未列出**（{numbers}）；完整内容见 HTML 报告。",
                f"**{counted(len(left), 'more change')} cut for size** ({numbers}); "
                "see the HTML report.",
            ).to(language)
        )
    return "\n" + "\n\n".join(said) + "\n"


def _by_risk(risks: Sequence[Risk], language: Language) -> str:
    return ", ".join(
        f"{RISK_WORDS[risk].to(language)} {risks.count(risk)}"
        for risk in reversed(RISKS)
        if risk in risks
    )


def _short(text: str) -> str:
    text = seen(text)
    return text if len(text) <= _LINE_LENGTH else text[:_LINE_LENGTH] + "…"


def _plain(text: Text, language: Language) -> str:
    """A text as text: no markup, and `@name` calls nobody."""
    return escape_markdown(without_line_ends(text.to(language))).replace("@", "@\u2060")


def code(text: str) -> str:
    """Give `text` as inline code that nothing in it can end."""
    shown = _short(text.replace("\t", " ")).replace("|", "¦") or " "
    bar = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{bar}{pad}{shown}{pad}{bar}"
