"""`report.json`, schema `xunjian.run/1`: the machine's document. Keys are only ever added."""

import json
import re

from xunjian.language import Language
from xunjian.report.as_json_parts import changes_of, further, leftover_of, manual_of, unit_in
from xunjian.report.model import DeviceSheet, FindingRow, ReportModel

SCHEMA = "xunjian.run/1"
_HALF = re.compile("[\ud800-\udfff]")  # of a pair: no UTF-8 can hold it


def as_json(model: ReportModel, language: Language) -> bytes:
    """Render the model as UTF-8 JSON; texts in `language`, times with their zone."""
    document = document_of(model, language)
    text = json.dumps(document, ensure_ascii=False, indent=2, default=str) + "\n"
    return _HALF.sub("\ufffd", text).encode()


def document_of(model: ReportModel, language: Language) -> dict[str, object]:
    """Give the document as JSON's types."""
    return {
        "schema": SCHEMA,
        "run_id": model.run_id,
        "number": model.number,
        "playbook": model.playbook,
        "round_id": model.round_id or None,
        "title": model.title.to(language),
        "occasion": model.occasion,
        "state": model.state.value,
        "started_at": model.started_at.isoformat(),
        "ended_at": model.ended_at.isoformat() if model.ended_at else None,
        "exit_code": model.exit_code,
        "conclusion": model.conclusion.to(language),
        "totals": _totals(model),
        "coverage": {
            "outcomes": model.coverage.outcomes,
            "reached": model.coverage.reached,
            "pct": model.coverage.pct,
        },
        "devices": [
            _device(sheet, model.site_levels.get(sheet.device.site, ""), language)
            for sheet in model.sheets
        ],
        "findings": [_finding(row, language) for row in model.findings],
        "outcomes": [
            {"device": device, "task": task, "reached": reached, "reason": reason}
            for device, task, reached, reason in model.outcomes
        ],
        "left_out": [
            {"device": row.device, "task": row.task, "reason": row.reason} for row in model.left_out
        ],
        "resolved": [_finding(row, language) for row in model.resolved],
        "unverified": [_finding(row, language) for row in model.unverified],
        "compared_with": model.previous_run_id,
        "causes": [],
        "changes": [change for diff in model.changes for change in changes_of(diff, language)],
        "manual": [manual_of(row, language) for row in model.manual],
        "leftovers": [leftover_of(row, language) for row in model.leftovers],
        "content": [
            {"file": used.relative, "layer": used.layer, "sha256": used.sha256}
            for used in model.content
        ],
        "evidence": {"root_hash": model.root_hash, "count": len(model.evidence)},
        "inactive": list(model.inactive),
        "nornir": dict(model.nornir_results),
        "tool_version": model.tool_version,
        **further(model, language),
    }


def _totals(model: ReportModel) -> dict[str, int]:
    totals = model.totals
    return {
        "planned": totals.planned,
        "outcomes": totals.outcomes,
        "left_out": totals.left_out,
        "devices": totals.devices,
        "reached": totals.reached,
        **{verdict.value: count for verdict, count in totals.verdicts.items()},
    }


def _device(sheet: DeviceSheet, level: str, language: Language) -> dict[str, object]:
    device = sheet.device
    return {
        "name": device.name,
        "label": device.label,
        "kind": device.kind,
        "platform": device.platform,
        "site": device.site,
        "room": device.room,
        "site_level": level,
        "reached": device.reached,
        "reason": device.reason,
        "verdicts": {verdict.value: count for verdict, count in sheet.verdicts.items()},
        "notes": [note.to(language) for note in device.notes],
        "found": dict(sheet.found),
    }


def _finding(row: FindingRow, language: Language) -> dict[str, object]:
    finding = row.finding
    return {
        "id": finding.id,
        "check": finding.check,
        "task": finding.task,
        "device": finding.device,
        "subject": finding.subject,
        "verdict": finding.verdict.value,
        "title": finding.title.to(language),
        "value": finding.value,
        "unit": unit_in(finding.unit, language),
        "standard": finding.standard.to(language),
        "level": finding.level,
        "message": finding.message.to(language),
        "advice": finding.advice.to(language),
        "evidence_ids": list(finding.evidence_ids),
        "change": row.change.value if row.change else None,
        "source": finding.source,
        "by": finding.by,
        "remark": finding.remark.to(language),
        "photos": list(finding.photos),
        "limits": dict(finding.limits),
        "affects": row.affects.to(language),
        "cause": row.cause.to(language),
        "due_on": row.due_on.isoformat() if row.due_on else None,
    }
