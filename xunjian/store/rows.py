"""Rows of the store's tables to and from the types of the run; no SQL here."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping

from xunjian.checks.model import Finding, Verdict
from xunjian.facts.model import AWAITING_FORM, StepState
from xunjian.run.model import DeviceResult, EvidenceRef, Outcome
from xunjian.store.changes import diff_to_json
from xunjian.store.codec import (
    Clean,
    dumps,
    finding_from_json,
    finding_to_json,
    loads,
    rows_to_json,
    text_of,
)
from xunjian.store.model import DeviceSave

Row = dict[str, Any]
Source = Mapping[str, Any] | RowMapping

_BROKEN_STEPS = {StepState.INCOMPLETE, StepState.NOT_READ}


def stamp(at: datetime) -> str:
    """Write a time in UTC with its zone, so that texts sort as times do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str) -> datetime:
    """Read a time, in this machine's zone."""
    return datetime.fromisoformat(text).astimezone()


def device_body(result: DeviceResult, clean: Clean) -> str:
    """Write a device's register data and result."""
    return dumps({f.name: getattr(result, f.name) for f in fields(DeviceResult)}, clean)


def device_from_body(text: str, **changes: object) -> DeviceResult:
    """Read a device's register data and result."""
    data = loads(text)
    assert isinstance(data, dict)
    known = {f.name for f in fields(DeviceResult)}
    data["notes"] = tuple(text_of(note) for note in data.get("notes", ()))
    return DeviceResult(**{**{k: v for k, v in data.items() if k in known}, **changes})


def is_complete(save: DeviceSave) -> bool:
    """Whether this round may be the device's reference: all was asked, all was answered whole.

    Where a person wrote "not checked" nobody looked.
    """
    return (
        save.result.reached
        and not any(map(_is_unseen, (f for one in save.outcomes for f in one.findings)))
        and all(outcome.reached or outcome.is_awaited for outcome in save.outcomes)
        and not any(
            step.state in _BROKEN_STEPS and step.reason != AWAITING_FORM
            for step in save.table.steps
        )
    )


def _is_unseen(finding: Finding) -> bool:
    return bool(finding.by) and finding.verdict is Verdict.NOT_CHECKED


def outcome_rows(run_id: str, outcomes: Iterable[Outcome]) -> list[Row]:
    """Rows of `outcomes`."""
    return [
        {
            "run_id": run_id,
            "device": outcome.device,
            "task": outcome.task,
            "reached": outcome.reached,
            "reason": outcome.reason,
            "evidence_ids": dumps(outcome.evidence_ids),
            "started_at": stamp(outcome.started_at) if outcome.started_at else None,
            "elapsed_s": outcome.elapsed_s,
        }
        for outcome in outcomes
    ]


def finding_rows(run_id: str, outcomes: Iterable[Outcome], clean: Clean) -> list[Row]:
    """Rows of `findings`."""
    return [
        {
            "run_id": run_id,
            "device": finding.device,
            "task": outcome.task,
            "finding_id": finding.id,
            "check_id": finding.check,
            "subject": clean(finding.subject),
            "verdict": finding.verdict.value,
            "level": finding.level,
            "body": finding_to_json(finding, clean),
        }
        for outcome in outcomes
        for finding in outcome.findings
    ]


def fact_rows(run_id: str, started_at: str, save: DeviceSave, clean: Clean) -> list[Row]:
    """Rows of `facts`: every fact that was collected, also one without rows."""
    read = {step.fact for step in save.table.steps if step.state is StepState.OK}
    return [
        {
            "run_id": run_id,
            "device": save.result.name,
            "fact": name,
            "started_at": started_at,
            "rows": rows_to_json(save.table.of(name), clean),
        }
        for name in sorted(read | {name for name, rows in save.table.rows.items() if rows})
    ]


def change_rows(run_id: str, save: DeviceSave, clean: Clean) -> list[Row]:
    """Rows of `config_changes`: one where the device's configuration was read."""
    if save.change is None:
        return []
    body = diff_to_json(save.change, clean)
    return [{"run_id": run_id, "device": save.result.name, "body": body}]


def digest(
    device: Mapping[str, Any],
    outcomes: Iterable[Mapping[str, Any]],
    findings: Iterable[Mapping[str, Any]],
    facts: Iterable[Mapping[str, Any]],
    changes: Iterable[Mapping[str, Any]] = (),
) -> str:
    """Hash of a device's results, over what the tables hold; the rows may carry more columns."""
    parts = [
        [device["device"], bool(device["reached"]), device["reason"], device["body"]],
        [
            [o["task"], bool(o["reached"]), o["reason"], o["evidence_ids"], o["started_at"]]
            for o in outcomes
        ],
        [[f["task"], f["finding_id"], f["verdict"], f["level"], f["body"]] for f in findings],
        [[f["fact"], f["rows"]] for f in facts],
    ]
    if bodies := [c["body"] for c in changes]:  # runs sealed before there were any keep their hash
        parts.append(bodies)
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def outcome_from_row(row: Source, findings: tuple[Finding, ...]) -> Outcome:
    """Read one outcome."""
    return Outcome(
        device=row["device"],
        task=row["task"],
        reached=bool(row["reached"]),
        reason=row["reason"],
        findings=findings,
        evidence_ids=tuple(json.loads(row["evidence_ids"])),
        started_at=moment(row["started_at"]) if row["started_at"] else None,
        elapsed_s=row["elapsed_s"],
    )


def finding_from_row(row: Source) -> Finding:
    """Read one finding."""
    return finding_from_json(row["body"])


def reference_from_row(row: Source) -> EvidenceRef:
    """Read one reference to stored evidence."""
    return EvidenceRef(
        id=row["evidence_id"],
        device=row["device"],
        channel=row["channel"],
        text=row["text"],
        sha256=row["sha256"],
        size_bytes=row["size_bytes"],
        complete=bool(row["complete"]),
        error=row["error"],
        taken_at=moment(row["taken_at"]),
        elapsed_s=row["elapsed_s"],
        custody=row["custody"],
        detail=row["detail"],
    )
