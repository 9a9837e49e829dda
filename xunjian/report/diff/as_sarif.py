"""SARIF 2.1.0 (OASIS, 27 March 2020): what code review shows beside the baseline's lines.

rule = risk rule, location = the baseline's file and line, fingerprint = change id, so that the
same change in the next run is the same alert.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from xunjian.config.model import RISKS, Change, ConfigDiff, Risk
from xunjian.language import Language, Text
from xunjian.report.diff.figures import (
    count,
    is_tolerated,
    plain_figures,
    renamed,
    section_name,
    title,
    troubles,
)
from xunjian.report.diff.seen import escape_unseen_in_json, without_line_ends
from xunjian.report.diff.words import (
    KIND_WORDS,
    RISK_WORDS,
)

_LEVELS = {
    Risk.CRITICAL: "error",
    Risk.HIGH: "error",
    Risk.MEDIUM: "warning",
    Risk.LOW: "note",
    Risk.INFO: "note",
}

# the bands code hosts show: over 9 critical, 7 high, 4 medium
_SEVERITY = {
    Risk.CRITICAL: "9.5",
    Risk.HIGH: "8.0",
    Risk.MEDIUM: "5.0",
    Risk.LOW: "2.0",
    Risk.INFO: "0.5",
}


def as_sarif(diffs: Sequence[ConfigDiff], language: Language, version: str) -> bytes:
    """Render the difference as one run."""
    rules = _rules(diffs)
    ranks = {rule: rank for rank, rule in enumerate(rules)}
    notices = [notice for diff in diffs for notice in _notices(diff, language)]
    run = {
        "tool": {
            "driver": {
                "name": "xunjian",
                "version": version,
                "rules": [_rule(name, changes, language) for name, changes in rules.items()],
            }
        },
        "automationDetails": {"id": "xunjian-diff/"},
        "columnKind": "utf16CodeUnits",
        "invocations": [
            {"executionSuccessful": not notices, "toolExecutionNotifications": notices}
        ],
        "results": [
            _result(diff, change, ranks[change.rule], language)
            for diff in diffs
            for change in diff.changes
        ],
        "properties": plain_figures(count(diffs)),
    }
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return (escape_unseen_in_json(text) + "\n").encode()


def _rules(diffs: Sequence[ConfigDiff]) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for diff in diffs:
        for change in diff.changes:
            found.setdefault(change.rule, []).append(change)
    return dict(sorted(found.items()))


def _rule(name: str, changes: Sequence[Change], language: Language) -> dict[str, Any]:
    highest = max((change.risk for change in changes), key=RISKS.index)
    why = next((c.why.to(language) for c in changes if c.why.to(language)), name)
    return {
        "id": name,
        "shortDescription": {"text": without_line_ends(why)},
        "defaultConfiguration": {"level": _LEVELS[highest]},
        "properties": {"security-severity": _SEVERITY[highest], "risk": highest.value},
    }


def _result(diff: ConfigDiff, change: Change, rank: int, language: Language) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": change.rule,
        "ruleIndex": rank,
        "level": _LEVELS[change.risk],
        "message": {"text": _message(diff, change, language)},
        "locations": [_location(diff, change, language)],
        "partialFingerprints": {"changeId/v1": change.id, "device/v1": diff.device},
        "properties": {
            "risk": change.risk.value,
            "kind": change.kind.value,
            "approval": change.approval.state,
            "device": diff.device,
        },
    }
    if is_tolerated(change):
        approval = change.approval
        said = " ".join(p for p in (approval.by, approval.ticket, approval.record) if p)
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": said or approval.state}
        ]
    return result


def _message(diff: ConfigDiff, change: Change, language: Language) -> str:
    risk, kind = RISK_WORDS[change.risk].to(language), KIND_WORDS[change.kind].to(language)
    where = section_name(change.path).to(language)
    said = f"{diff.device}: {kind} [{risk}] {where}: {title(change)}"
    because = [change.why, renamed(change) or Text("")]
    why = "; ".join(text.to(language) for text in because if text.zh)
    return without_line_ends(f"{said} ({why})" if why else said)


def _location(diff: ConfigDiff, change: Change, language: Language) -> dict[str, Any]:
    start = max(1, change.old_line)
    end = max([start, *(node.last_line for node in change.old_nodes)])
    name = [diff.device, *change.path]
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(diff)},
            "region": {"startLine": start, "endLine": end},
        },
        "logicalLocations": [
            {
                "name": section_name(change.path).to(language),
                "fullyQualifiedName": "/".join(name),
                "kind": "module",
            }
        ],
    }


def _uri(diff: ConfigDiff) -> str:
    name = diff.left.name or f"{diff.device}/{diff.left.source}.cfg"
    quoted = quote(name.replace("\\", "/"), safe="/", errors="backslashreplace")
    return f"file://{quoted}" if PurePosixPath(name).is_absolute() else quoted


def _notices(diff: ConfigDiff, language: Language) -> Iterator[dict[str, Any]]:
    for name, texts in troubles(diff):
        text = ": ".join(part.to(language) for part in texts)
        yield {
            "descriptor": {"id": name},
            "level": "error",
            "message": {"text": without_line_ends(f"{diff.device}: {text}")},
        }
