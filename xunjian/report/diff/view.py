"""What the page shows, arranged and counted: the template only draws."""

from dataclasses import dataclass

from xunjian.config.model import Change, ConfigDiff, Risk
from xunjian.language import Text
from xunjian.report.diff.figures import Figures
from xunjian.report.diff.lines import Block


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
class TopView:
    """One change to look at first, and every device that has it: (name, anchor of the change)."""

    shown: ChangeView
    devices: tuple[tuple[str, str], ...]
    sites: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressedView:
    """What one rule left out: per device, the lines."""

    rule: str
    anchor: str
    total: int
    devices: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenView:
    """Secrets of one rule that cannot be compared: per device, how many."""

    rule: str
    total: int
    devices: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeNode:
    """A line of the tree: a site, a device or a section; count: changes in it and below.

    trouble: a device that could not be believed or compared.
    """

    name: Text
    anchor: str
    worst: Risk | None
    count: int
    children: tuple["TreeNode", ...] = ()
    trouble: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """Everything the page shows. top: the open changes by risk; top_left: how many more."""

    figures: Figures
    headline: Text
    worst: Risk | None
    devices: tuple[DeviceView, ...]
    quiet: tuple[DeviceView, ...]
    top: tuple[TopView, ...]
    top_left: int
    tree: tuple[TreeNode, ...]
    suppressed: tuple[SuppressedView, ...]
    hidden: tuple[HiddenView, ...]
    sites: tuple[tuple[str, str], ...]  # key, what people call it
