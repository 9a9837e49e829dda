"""The types between the stages of the configuration pipeline.

bytes ─clean─▶ Capture ─redact─▶ Redacted ─parse─▶ Tree ─compare─▶ changes
      ─rate─▶ ─approve─▶ ConfigDiff
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from xunjian.language import Text


class ChangeKind(StrEnum):
    """What happened to one top-most node."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    RENUMBERED = "renumbered"
    SECRET_CHANGED = "secret_changed"  # noqa: S105 - a kind of change


class Risk(StrEnum):
    """How much harm a change can do; ordered from least to most by `RISKS`."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


RISKS = (Risk.INFO, Risk.LOW, Risk.MEDIUM, Risk.HIGH, Risk.CRITICAL)


class TrustState(StrEnum):
    """Whether a capture may be believed; only `trusted` may become a baseline."""

    TRUSTED = "trusted"
    INCOMPLETE = "incomplete"
    POLLUTED = "polluted"  # error texts, log lines or another command's output inside
    UNSTABLE = "unstable"  # edited while it was read
    SECRET_SUSPECTED = "secret_suspected"  # noqa: S105 - a secret-shaped value no rule knows


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """The state and everything that led to it; the worst reason decides the state."""

    state: TrustState = TrustState.TRUSTED
    reasons: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A configuration as text, free of terminal traces, not yet redacted: never written or shown.

    lines: without line ends. decoded_as: `utf-8`, `gb18030` or `gb18030-lossy`.
    """

    platform: str
    lines: tuple[str, ...]
    decoded_as: str
    trust: Trust = Trust()
    metadata: Mapping[str, str] = field(default_factory=dict)  # last change: what, at, by


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """The same without secrets and volatile lines: what may be stored, shown and compared.

    lines: normalised, device order kept. numbers: the line number each had in the capture, from 1.
    suppressed: volatile lines by rule id. not_comparable: secrets whose change cannot be seen.
    keywords: secret keywords met without a secret-shaped value (counted only).
    """

    platform: str
    lines: tuple[str, ...]
    numbers: tuple[int, ...]
    trust: Trust = Trust()
    suppressed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    not_comparable: int = 0
    not_comparable_rules: Mapping[str, int] = field(default_factory=dict)
    keywords: int = 0
    metadata: Mapping[str, str] = field(default_factory=dict)
    pack: str = ""  # name@version of the pack that made it


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One line (or one multi-line value) with everything below it.

    text: as it stands, without indentation. key: identity inside its section, by the pack's rule.
    line: number in the capture. digest: over text and children, for comparing equal trees at once.
    """

    text: str
    key: str = ""
    children: tuple["Node", ...] = ()
    line: int = 0
    last_line: int = 0
    digest: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A configuration as sections. unparsed: lines that fitted no syntax, kept as leaves."""

    platform: str
    roots: tuple[Node, ...]
    unparsed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Why a change is tolerated. state: `none`, `approved`, `expired`, `planned`."""

    state: str = "none"
    by: str = ""
    ticket: str = ""
    until: str = ""
    record: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """An object got another name. other: id of the change that is its other half, if there is."""

    old: str
    new: str
    other: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one top-most node, its lines inside.

    id: from platform, path, kind and canonical text: no time, no line number, no fingerprint.
    old, new: the node's lines, indented as in the file; empty for added and removed.
    before, after: old and new neighbours of a move, `(above, below)`.
    rule: the risk rule that decided.
    at: ranks in the old tree of the sections of `path`; old_ranks, new_ranks: places inside
    the last, one per node.
    old_nodes, new_nodes: what `old` and `new` were drawn from; of a
    move the first, followed by those that only got its number or made room.
    lost, gained: members that a value set lost or got.
    renamed: the object has another name now, or the line refers to one that has.
    """

    id: str
    kind: ChangeKind
    path: tuple[str, ...]
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    old_line: int = 0
    new_line: int = 0
    risk: Risk = Risk.MEDIUM
    rule: str = "default"
    why: Text = Text("")
    pairing: str = "exact"  # exact | key | heuristic
    before: tuple[str, str] = ("", "")
    after: tuple[str, str] = ("", "")
    approval: Approval = Approval()
    at: tuple[int, ...] = ()
    old_ranks: tuple[int, ...] = ()
    new_ranks: tuple[int, ...] = ()
    old_nodes: tuple[Node, ...] = ()
    new_nodes: tuple[Node, ...] = ()
    lost: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()
    renamed: Renamed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What compare found. reordered: paths of order-blind sections whose order alone differs."""

    changes: tuple[Change, ...] = ()
    reordered: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFacts:
    """What the inventory says of a device that matters for risk. uplinks: interface names."""

    kind: str = ""
    role: str = ""
    uplinks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Where one side of a difference came from."""

    source: str  # baseline | running | startup | file | before | after | peer
    name: str = ""
    at: datetime | None = None
    pack: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigDiff:
    """One device's difference, complete: what changed, what was suppressed, what cannot be told."""

    device: str
    platform: str
    mode: str  # drift | pre-post | running-startup | pair
    left: Side
    right: Side
    changes: tuple[Change, ...] = ()
    suppressed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reordered: tuple[tuple[str, ...], ...] = ()  # paths of order-blind sections whose order differs
    not_comparable: int = 0
    not_comparable_rules: Mapping[str, int] = field(default_factory=dict)
    unrated: int = 0
    trust: Trust = Trust()
    missing_planned: tuple[str, ...] = ()  # planned changes that are absent
    label: str = ""
    site: str = ""
    site_title: str = ""  # what people call the site
    not_compared: str = (
        ""  # why nothing was: no_baseline no_startup no_backup no_peer untrusted unreached
    )
