"""`xunjian.diff/1`: the difference as programs read it; everything else shows the same."""

import json
from collections.abc import Sequence
from typing import Any

from xunjian.config.model import Change, ChangeKind, ConfigDiff, Side, Trust, TrustState
from xunjian.language import Language
from xunjian.report.diff.figures import count, plain_figures
from xunjian.report.diff.seen import escape_unseen_in_json

SCHEMA = "xunjian.diff/1"

# the worst state of many devices, best first
_TRUST = (
    TrustState.TRUSTED,
    TrustState.SECRET_SUSPECTED,
    TrustState.UNSTABLE,
    TrustState.POLLUTED,
    TrustState.INCOMPLETE,
)


def as_json(diffs: Sequence[ConfigDiff], language: Language) -> bytes:
    """Render the difference: of all devices together, and of each below `devices`.

    Together: every change and suppressed entry names its device, `not_comparable` is the sum,
    `trust` the worst with all reasons.
    """
    document = {
        "schema": SCHEMA,
        "summary": plain_figures(count(diffs)),
        "changes": [
            {**change_of(c, language), "device": d.device} for d in diffs for c in d.changes
        ],
        "suppressed": [{**entry, "device": d.device} for d in diffs for entry in suppressed(d)],
        "not_comparable": sum(diff.not_comparable for diff in diffs),
        "trust": _trust(_joined([diff.trust for diff in diffs]), language),
        "devices": [device_of(diff, language) for diff in diffs],
    }
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return (escape_unseen_in_json(text) + "\n").encode()


def device_of(diff: ConfigDiff, language: Language) -> dict[str, Any]:
    """Give one device's difference."""
    return {
        "name": diff.device,
        "label": diff.label,
        "site": diff.site,
        "site_title": diff.site_title,
        "platform": diff.platform,
        "mode": diff.mode,
        "left": _side(diff.left),
        "right": _side(diff.right),
        "summary": plain_figures(count([diff])),
        "changes": [change_of(change, language) for change in diff.changes],
        "suppressed": suppressed(diff),
        "not_comparable": diff.not_comparable,
        "not_comparable_rules": dict(diff.not_comparable_rules),
        "trust": _trust(diff.trust, language),
        "not_compared": diff.not_compared or None,
        "missing_planned": list(diff.missing_planned),
    }


def suppressed(diff: ConfigDiff) -> list[dict[str, Any]]:
    """What is no change: volatile lines by rule, and sections that differ in order alone."""
    volatile = [
        {"rule": rule, "kind": "volatile", "path": [], "count": len(lines), "lines": list(lines)}
        for rule, lines in diff.suppressed.items()
    ]
    order = [
        {"rule": "order", "kind": "reordered", "path": list(path), "count": 1, "lines": []}
        for path in diff.reordered
    ]
    return [*volatile, *order]


def change_of(change: Change, language: Language) -> dict[str, Any]:
    """One change as programs read it, also inside a run's report."""
    return {
        "id": change.id,
        "kind": change.kind.value,
        "path": list(change.path),
        "old": list(change.old),
        "new": list(change.new),
        "old_line": change.old_line or None,
        "new_line": change.new_line or None,
        "risk": change.risk.value,
        "rule": change.rule,
        "why": change.why.to(language),
        "pairing": change.pairing,
        "approval": {
            "state": change.approval.state,
            "by": change.approval.by,
            "ticket": change.approval.ticket,
            "until": change.approval.until,
            "record": change.approval.record,
        },
        "from": _neighbours(change, change.before),
        "to": _neighbours(change, change.after),
        "lost": list(change.lost),
        "gained": list(change.gained),
        "renamed": _renamed(change),
    }


def _renamed(change: Change) -> dict[str, str | None] | None:
    """Names of one object before and now; `other`: the change that is its other half."""
    renamed = change.renamed
    if renamed is None:
        return None
    return {"from": renamed.old, "to": renamed.new, "other": renamed.other or None}


def _neighbours(change: Change, pair: tuple[str, str]) -> dict[str, str] | None:
    """What stands beside it, where order matters; a move always has both."""
    if change.kind is not ChangeKind.MOVED and not any(pair):
        return None
    return {"above": pair[0], "below": pair[1]}


def _side(side: Side) -> dict[str, Any]:
    return {
        "source": side.source,
        "name": side.name,
        "at": side.at.isoformat() if side.at else None,
        "pack": side.pack,
    }


def _trust(trust: Trust, language: Language) -> dict[str, Any]:
    return {
        "state": trust.state.value,
        "reasons": [reason.to(language) for reason in trust.reasons],
    }


def _joined(trusts: Sequence[Trust]) -> Trust:
    state = max((trust.state for trust in trusts), key=_TRUST.index, default=TrustState.TRUSTED)
    return Trust(state=state, reasons=tuple(r for trust in trusts for r in trust.reasons))
