"""Arrange differences for the page: what needs a reader first, what is quiet last."""

import re
from collections.abc import Sequence
from urllib.parse import quote

from xunjian.config.model import RISKS, Change, ChangeKind, ConfigDiff, Risk, TrustState
from xunjian.report.diff.figures import (
    count,
    headline,
    is_tolerated,
    place,
    section_name,
    suppressed_count,
    title,
    worst,
)
from xunjian.report.diff.lines import blocks
from xunjian.report.diff.section_tree import site_tree
from xunjian.report.diff.view import (
    ChangeView,
    DeviceView,
    HiddenView,
    PageView,
    SectionView,
    SuppressedView,
    TopView,
)

# more changes than a reader takes in at once: devices then start folded
_OPEN_CHANGES = 40
_TOP_CHANGES = 30


def view(diffs: Sequence[ConfigDiff]) -> PageView:
    """Arrange the differences: what needs a reader first, what is quiet last."""
    figures = count(diffs)
    everything_open = figures.changes <= _OPEN_CHANGES
    drawn = [_device(diff, is_open=everything_open) for diff in diffs]
    loud = sorted((d for d in drawn if _is_loud(d)), key=_urgency)
    top = _top(loud)
    return PageView(
        figures=figures,
        headline=headline(figures),
        worst=worst([risk for risk, number in figures.unapproved_risks.items() if number]),
        devices=tuple(loud),
        quiet=tuple(d for d in drawn if not _is_loud(d)),
        top=top[:_TOP_CHANGES],
        top_left=max(0, len(top) - _TOP_CHANGES),
        tree=site_tree(loud),
        suppressed=_suppressed(diffs),
        hidden=_hidden(diffs),
        sites=tuple(sorted({(d.site, d.site_title or d.site) for d in diffs if d.site})),
    )


def _top(devices: Sequence[DeviceView]) -> tuple[TopView, ...]:
    """Gather the open changes by id (it holds no device): the same change is one row."""
    groups: dict[tuple[Risk, str], list[tuple[DeviceView, ChangeView]]] = {}
    for device in devices:
        for shown in (c for s in device.sections for c in s.changes if not c.tolerated):
            groups.setdefault((shown.change.risk, shown.change.id), []).append((device, shown))
    ordered = sorted(groups.values(), key=lambda g: (-RISKS.index(g[0][1].change.risk), -len(g)))
    return tuple(
        TopView(
            shown=group[0][1],
            devices=tuple((device.diff.device, shown.anchor) for device, shown in group),
            sites=tuple(sorted({device.diff.site for device, _ in group})),
        )
        for group in ordered
    )


def _suppressed(diffs: Sequence[ConfigDiff]) -> tuple[SuppressedView, ...]:
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for diff in diffs:
        for rule, lines in diff.suppressed.items():
            found.setdefault(rule, []).append((diff.device, tuple(lines)))
        if diff.reordered:
            names = tuple(" › ".join(path) for path in diff.reordered)
            found.setdefault("order", []).append((diff.device, names))
    return tuple(
        SuppressedView(
            rule=rule,
            anchor=f"r-{quoted(rule)}",
            total=sum(len(lines) for _, lines in devices),
            devices=tuple(devices),
        )
        for rule, devices in sorted(found.items())
    )


def _hidden(diffs: Sequence[ConfigDiff]) -> tuple[HiddenView, ...]:
    found: dict[str, list[tuple[str, int]]] = {}
    for diff in diffs:
        known = dict(diff.not_comparable_rules)
        if rest := diff.not_comparable - sum(known.values()):
            known["—"] = rest
        for rule, number in known.items():
            found.setdefault(rule, []).append((diff.device, number))
    return tuple(
        HiddenView(rule=rule, total=sum(n for _, n in devices), devices=tuple(devices))
        for rule, devices in sorted(found.items())
    )


def quoted(name: str) -> str:
    """A name as a part of an anchor: the same in every report of the device."""
    return quote(name, safe="", errors="backslashreplace")


def _is_loud(device: DeviceView) -> bool:
    figures = device.figures
    return bool(figures.changes) or not figures.is_clean


def _urgency(device: DeviceView) -> tuple[int, bool, list[tuple[int, str]]]:
    rank = RISKS.index(device.worst) if device.worst else -1
    name = device.diff.device
    return -rank, device.trusted and not device.diff.not_compared, _counted(name)


def _counted(name: str) -> list[tuple[int, str]]:
    """A name for sorting: sw2 before sw10."""
    pieces = re.findall(r"\d{1,18}|\D+|\d+", name)
    return [(int(piece), "") if piece.isdecimal() else (0, piece) for piece in pieces]


def _device(diff: ConfigDiff, *, is_open: bool) -> DeviceView:
    anchor = f"d-{quoted(diff.device)}"
    open_risks = [change.risk for change in diff.changes if not is_tolerated(change)]
    return DeviceView(
        diff=diff,
        anchor=anchor,
        figures=count([diff]),
        worst=worst(open_risks),
        sections=_sections(diff, anchor),
        suppressed=suppressed_count(diff),
        trusted=diff.trust.state is TrustState.TRUSTED,
        is_open=is_open,
    )


def _sections(diff: ConfigDiff, anchor: str) -> tuple[SectionView, ...]:
    groups: dict[tuple[str, ...], list[Change]] = {}
    for change in diff.changes:
        groups.setdefault(place(change), []).append(change)
    drawn = []
    for number, (path, changes) in enumerate(groups.items(), 1):
        own = f"{anchor}-s{number}"
        open_risks = [change.risk for change in changes if not is_tolerated(change)]
        drawn.append(
            SectionView(
                name=section_name(path),
                path=path,
                anchor=own,
                worst=worst(open_risks),
                changes=tuple(_change(c, f"{anchor}-{c.id}") for c in changes),
            )
        )
    return tuple(drawn)


def _change(change: Change, anchor: str) -> ChangeView:
    is_move = change.kind is ChangeKind.MOVED and change.old_ranks and change.new_ranks
    return ChangeView(
        change=change,
        anchor=anchor,
        title=title(change),
        blocks=blocks(change),
        tolerated=is_tolerated(change),
        up=bool(is_move and change.new_ranks[0] < change.old_ranks[0]),
        down=bool(is_move and change.new_ranks[0] > change.old_ranks[0]),
    )
