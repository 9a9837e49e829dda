"""The one offline HTML page: summary first, a tree of sections, every change side by side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xunjian.config.model import RISKS, Change, ChangeKind, ConfigDiff, Risk, TrustState
from xunjian.language import Language, Text
from xunjian.report.diff import words
from xunjian.report.diff.figures import (
    Figures,
    count,
    headline,
    is_tolerated,
    section_name,
    suppressed_count,
    title,
    worst,
)
from xunjian.report.diff.lines import Block, blocks
from xunjian.report.diff.seen import seen
from xunjian.report.pages import assets, page_environment
from xunjian.report.words import word

# more changes than a reader takes in at once: devices then start folded
_OPEN_CHANGES = 40
_TOP_CHANGES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """One change as it is drawn. up, down: which way it moved, where that can be told."""

    change: Change
    anchor: str
    title: str
    blocks: tuple[Block, ...]
    tolerated: bool
    up: bool = False
    down: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """The changes of one section."""

    name: Text
    path: tuple[str, ...]
    anchor: str
    worst: Risk | None
    changes: tuple[ChangeView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """One device: what changed and what cannot be told of it."""

    diff: ConfigDiff
    anchor: str
    figures: Figures
    worst: Risk | None
    sections: tuple[SectionView, ...]
    suppressed: int
    trusted: bool
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """Everything the page shows. top: the changes to look at first, with their devices."""

    figures: Figures
    headline: Text
    worst: Risk | None
    devices: tuple[DeviceView, ...]
    quiet: tuple[DeviceView, ...]
    top: tuple[tuple[DeviceView, ChangeView], ...]
    top_left: int


def as_page(diffs: Sequence[ConfigDiff], language: Language, read: Callable[[str], bytes]) -> bytes:
    """Render the page; `read` gives the bytes of a file below `templates/report/`."""
    environment = page_environment(language, autoescape=True)
    environment.finalize = lambda value: seen(value) if type(value) is str else value
    environment.globals.update(diff_words(language))
    style = read("page.css").decode() + read("diff.css").decode()
    extra = assets(style, read("diff.js").decode())
    template = environment.from_string(read("diff.html.j2").decode())
    return template.render(v=view(diffs), language=language.value, **extra).encode()


def diff_words(language: Language) -> dict[str, object]:
    """Functions the template has beside those of every document."""
    return {
        "risk_word": lambda risk: words.RISK_WORDS[risk].to(language),
        "kind_word": lambda kind: words.KIND_WORDS[kind].to(language),
        "kind_mark": lambda kind: words.KIND_MARKS[kind],
        "approval_word": lambda state: word(words.APPROVAL_WORDS, state).to(language),
        "trust_word": lambda state: words.TRUST_WORDS[state].to(language),
        "not_compared_word": lambda code: word(words.NOT_COMPARED_WORDS, code).to(language),
        "mode_word": lambda mode: word(words.MODE_WORDS, mode).to(language),
        "side_word": lambda source: word(words.SIDE_WORDS, source).to(language),
        "edge": words.EDGE.to(language),
        "risks": tuple(reversed(RISKS)),
        "kinds": tuple(ChangeKind),
        "approvals": tuple(words.APPROVAL_WORDS),
        "rank": RISKS.index,
    }


def view(diffs: Sequence[ConfigDiff]) -> PageView:
    """Arrange the differences: what needs a reader first, what is quiet last."""
    figures = count(diffs)
    everything_open = figures.changes <= _OPEN_CHANGES
    drawn = [_device(diff, number, everything_open) for number, diff in enumerate(diffs, 1)]
    loud = sorted((d for d in drawn if _is_loud(d)), key=_urgency)
    pairs = [(d, c) for d in loud for s in d.sections for c in s.changes if not c.tolerated]
    pairs.sort(key=lambda pair: -RISKS.index(pair[1].change.risk))
    return PageView(
        figures=figures,
        headline=headline(figures),
        worst=worst([risk for risk, number in figures.unapproved_risks.items() if number]),
        devices=tuple(loud),
        quiet=tuple(d for d in drawn if not _is_loud(d)),
        top=tuple(pairs[:_TOP_CHANGES]),
        top_left=max(0, len(pairs) - _TOP_CHANGES),
    )


def _is_loud(device: DeviceView) -> bool:
    figures = device.figures
    return bool(figures.changes) or not figures.is_clean


def _urgency(device: DeviceView) -> tuple[int, bool, str]:
    rank = RISKS.index(device.worst) if device.worst else -1
    return -rank, device.trusted and not device.diff.not_compared, device.diff.device


def _device(diff: ConfigDiff, number: int, is_open: bool) -> DeviceView:  # noqa: FBT001 - private
    anchor = f"d{number}"
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
        groups.setdefault(change.path, []).append(change)
    drawn = []
    for number, (path, changes) in enumerate(groups.items(), 1):
        place = f"{anchor}-s{number}"
        open_risks = [change.risk for change in changes if not is_tolerated(change)]
        drawn.append(
            SectionView(
                name=section_name(path),
                path=path,
                anchor=place,
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
