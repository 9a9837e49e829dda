"""The figures of a difference: counted once, the same in every format."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from xunjian.config.model import RISKS, Change, ChangeKind, ConfigDiff, Risk, TrustState
from xunjian.language import Text, counted
from xunjian.report.diff.words import (
    APPROVAL_WORDS,
    KIND_WORDS,
    NOT_COMPARED_WORDS,
    RISK_WORDS,
    TOP_LEVEL,
    TRUST_WORDS,
)
from xunjian.report.words import word

Key = TypeVar("Key", bound=str)

_TOLERATED = frozenset({"approved", "planned"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a difference comes to.

    suppressed: volatile lines, and order-blind sections whose order alone differs. untrusted:
    devices whose capture may not be believed; not_compared: devices that could not be compared.
    """

    devices: int
    changed_devices: int
    changes: int
    unapproved: int
    risks: Mapping[Risk, int]
    unapproved_risks: Mapping[Risk, int]
    kinds: Mapping[ChangeKind, int]
    approvals: Mapping[str, int]
    suppressed: int
    not_comparable: int
    unrated: int
    untrusted: int
    not_compared: int
    missing_planned: int

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing a reviewer has to look at."""
        return not (self.unapproved or self.untrusted or self.not_compared or self.missing_planned)


def count(diffs: Sequence[ConfigDiff]) -> Figures:
    """Count what `diffs` hold."""
    changes = [change for diff in diffs for change in diff.changes]
    open_changes = [change for change in changes if not is_tolerated(change)]
    return Figures(
        devices=len(diffs),
        changed_devices=sum(bool(diff.changes) for diff in diffs),
        changes=len(changes),
        unapproved=len(open_changes),
        risks=_by_risk(changes),
        unapproved_risks=_by_risk(open_changes),
        kinds=_counted(KIND_WORDS, Counter(change.kind for change in changes)),
        approvals=_counted(APPROVAL_WORDS, Counter(change.approval.state for change in changes)),
        suppressed=sum(suppressed_count(diff) for diff in diffs),
        not_comparable=sum(diff.not_comparable for diff in diffs),
        unrated=sum(diff.unrated for diff in diffs),
        untrusted=sum(diff.trust.state is not TrustState.TRUSTED for diff in diffs),
        not_compared=sum(bool(diff.not_compared) for diff in diffs),
        missing_planned=sum(len(diff.missing_planned) for diff in diffs),
    )


def _by_risk(changes: Sequence[Change]) -> dict[Risk, int]:
    return _counted(RISK_WORDS, Counter(change.risk for change in changes))


def _counted(words: Mapping[Key, Text], counted: Counter[Key]) -> dict[Key, int]:
    return {key: counted[key] for key in words}


def plain_figures(figures: Figures) -> dict[str, object]:
    """Give the figures under their names, for formats without types."""
    return {
        "devices": figures.devices,
        "changed_devices": figures.changed_devices,
        "changes": figures.changes,
        "unapproved": figures.unapproved,
        "risks": {risk.value: number for risk, number in figures.risks.items()},
        "unapproved_risks": {r.value: number for r, number in figures.unapproved_risks.items()},
        "kinds": {kind.value: number for kind, number in figures.kinds.items()},
        "approvals": dict(figures.approvals),
        "suppressed": figures.suppressed,
        "not_comparable": figures.not_comparable,
        "unrated": figures.unrated,
        "untrusted": figures.untrusted,
        "not_compared": figures.not_compared,
        "missing_planned": figures.missing_planned,
    }


def suppressed_count(diff: ConfigDiff) -> int:
    """Count what was left out of the changes on purpose."""
    return sum(len(lines) for lines in diff.suppressed.values()) + len(diff.reordered)


def is_tolerated(change: Change) -> bool:
    """Tell whether somebody said yes to the change, and still does."""
    return change.approval.state in _TOLERATED


def worst(risks: Sequence[Risk]) -> Risk | None:
    """The highest of `risks`; None of none."""
    return max(risks, key=RISKS.index, default=None)


def title(change: Change) -> str:
    """The line that names what changed: the new one, or the old one where it is gone."""
    lines = change.new or change.old
    return lines[0].strip() if lines else (change.path[-1] if change.path else "")


def renamed(change: Change) -> Text | None:
    """Say that an object only got another name: nothing else of it changed."""
    if change.renamed is None:
        return None
    old, new = change.renamed.old, change.renamed.new
    if not change.renamed.other:
        return Text(f"随改名而变：{old} → {new}", f"follows a rename: {old} → {new}")
    return Text(f"改名，内容相同：{old} → {new}", f"renamed, same content: {old} → {new}")


def place(change: Change) -> tuple[str, ...]:
    """The section a change is listed under: a whole section of the top level is its own."""
    is_section = max(len(change.old), len(change.new)) > 1
    return change.path or ((title(change),) if is_section else ())


def troubles(diff: ConfigDiff) -> tuple[tuple[str, tuple[Text, ...]], ...]:
    """What cannot be told of a device: (code, what and why)."""
    found: list[tuple[str, tuple[Text, ...]]] = []
    is_trusted = diff.trust.state is TrustState.TRUSTED
    if not is_trusted:
        found.append(("trust", (TRUST_WORDS[diff.trust.state], *diff.trust.reasons)))
    if diff.not_compared and (is_trusted or diff.not_compared != "untrusted"):
        found.append(("not_compared", (word(NOT_COMPARED_WORDS, diff.not_compared),)))
    absent = Text("计划变更未见", "planned change absent")
    found += [("missing_planned", (absent, Text(name))) for name in diff.missing_planned]
    return tuple(found)


def section(change: Change) -> str:
    """The sections the change stands in, from the outermost; the top level by its name."""
    return " › ".join(change.path)


def section_name(path: Sequence[str]) -> Text:
    """The full path of a section as a heading."""
    joined = " › ".join(path)
    return Text(joined, joined) if path else TOP_LEVEL


def headline(figures: Figures) -> Text:
    """Say the outcome in one sentence."""
    if not figures.devices:
        return Text("没有设备可比较。", "No device to compare.")
    if not figures.changes and figures.is_clean:
        return Text(
            f"{figures.devices} 台设备，配置没有变更。",
            f"{counted(figures.devices, 'device')}, no configuration change.",
        )
    zh, en = _parts(figures)
    return Text("；".join(zh) + "。", "; ".join(en) + ".")


def _parts(figures: Figures) -> tuple[list[str], list[str]]:
    levels = [(RISK_WORDS[r], n) for r, n in figures.unapproved_risks.items() if n]
    zh = [f"{figures.changed_devices}/{figures.devices} 台设备有 {figures.changes} 处变更"]
    devices = counted(figures.devices, "device")
    en = [f"{counted(figures.changes, 'change')} on {figures.changed_devices} of {devices}"]
    if figures.unapproved:
        zh.append("未批准：" + "、".join(f"{word.zh} {n}" for word, n in levels))
        en.append("not approved: " + ", ".join(f"{n} {word.en}" for word, n in levels))
    elif figures.changes:
        zh.append("全部已批准")
        en.append("all of them approved")
    for number, word_zh, thing, is_what in (
        (figures.missing_planned, "处计划变更未见", "planned change", "absent"),
        (figures.untrusted, "台采集不可信", "capture", "not trustworthy"),
        (figures.not_compared, "台未比较", "device", "not compared"),
    ):
        if number:
            zh.append(f"{number} {word_zh}")
            en.append(f"{counted(number, thing)} {is_what}")
    return zh, en
