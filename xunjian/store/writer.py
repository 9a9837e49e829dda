"""What a run writes: its beginning, each device in one transaction, its end."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from xunjian import __version__
from xunjian.content_fields import DEFAULT_NUMBER
from xunjian.run.model import Outcome, RunPlan, RunState
from xunjian.store import tables as t
from xunjian.store.blobs import Blobs
from xunjian.store.chain import seal_run
from xunjian.store.codec import Clean, dumps, keep
from xunjian.store.documents import INSPECTION, give_number
from xunjian.store.leaks import OwnSecrets, blank
from xunjian.store.model import DeviceSave, DocumentKey, Numbering, RunEnd, RunStart
from xunjian.store.numbers import KIND_CODES, new_run_id
from xunjian.store.rows import (
    Row,
    change_rows,
    device_body,
    device_from_body,
    digest,
    fact_rows,
    finding_rows,
    is_complete,
    moment,
    outcome_rows,
    stamp,
)
from xunjian.store.sealing import Keepable, keepable
from xunjian.transport.model import Evidence


def begin(connection: Connection, plan: RunPlan, start: RunStart) -> str:
    """Write the plan before any contact; gives the new run's id."""
    playbook = start.playbook
    started_at = start.started_at or datetime.now(tz=UTC).astimezone()
    run_id = new_run_id(started_at)
    how = start.numbering or Numbering(pattern=playbook.report.number)
    numbering = {"pattern": how.pattern, "prefix": how.prefix, "project": how.project}
    connection.execute(
        insert(t.runs).values(
            run_id=run_id,
            number="",  # given when the record closes
            playbook=playbook.name,
            month=f"{started_at:%Y%m}",
            seq=0,
            title=dumps(playbook.title),
            occasion=playbook.occasion.value,
            state=RunState.RUNNING.value,
            started_at=stamp(started_at),
            planned=plan.planned,
            tool_version=__version__,
            inactive=dumps(playbook.inactive),
            nornir_results="{}",
            notes="[]",
            settings=dumps({**start.settings, "numbering": numbering}),
            round_id=start.round_id or None,
        )
    )
    many(
        connection,
        t.content,
        [
            {"run_id": run_id, "relative": c.relative, "layer": c.layer, "sha256": c.sha256}
            for c in start.content
        ],
    )
    many(
        connection,
        t.planned,
        [
            {"run_id": run_id, "device": pair.device.name, "task": task}
            for pair in plan.pairs
            for task in pair.tasks
        ],
    )
    many(
        connection,
        t.planned_devices,
        [{"run_id": run_id, "device": d.name, "body": device_body(d, keep)} for d in start.devices],
    )
    many(
        connection,
        t.left_out,
        [
            {"run_id": run_id, "device": x.device, "task": x.task, "reason": x.reason.value}
            for x in plan.left_out
        ],
    )
    return run_id


def _close_number(connection: Connection, run_id: str) -> None:
    """Number a run's report, now that the record closes; a run that is closed again keeps it."""
    query = select(t.runs.c.settings, t.runs.c.occasion, t.runs.c.started_at, t.runs.c.number)
    row = connection.execute(query.where(t.runs.c.run_id == run_id)).one()
    if row[3]:  # schema 0001 gave numbers when a run began
        return
    how = json.loads(row[0]).get("numbering") or {}
    numbering = Numbering(
        pattern=how.get("pattern") or DEFAULT_NUMBER,
        prefix=how.get("prefix", "XJ"),
        project=how.get("project", ""),
        kind=KIND_CODES.get(row[1], "XJ"),
    )
    key = DocumentKey(kind=INSPECTION, subject=run_id)
    number = give_number(connection, key, numbering, moment(row[2]))
    connection.execute(update(t.runs).where(t.runs.c.run_id == run_id).values(number=number))


def many(connection: Connection, table: Any, rows: Sequence[Row]) -> None:
    """Insert rows, if there are any."""
    if rows:
        connection.execute(insert(table), list(rows))


class PreparedSave:
    """A device's rows, made outside the transaction: redacting and compressing take time."""

    __slots__ = ("complete", "evidence", "outcomes", "own", "save")

    def __init__(self, run_id: str, save: DeviceSave, blobs: Blobs, recipient: str | None) -> None:
        self.save = save
        self.own = OwnSecrets(save.secrets)
        self.complete = is_complete(save)
        self.outcomes = outcome_rows(run_id, save.outcomes)
        kept = [keepable(item, self.own, recipient) for item in save.evidence]
        hashes = iter(blobs.put(part for k in kept for part in (k.raw, k.text_bytes)))
        self.evidence = [
            {**_evidence_row(run_id, item, k, self.own), "sha256": sha, "text_sha256": text_sha}
            for item, k, sha, text_sha in zip(save.evidence, kept, hashes, hashes, strict=True)
        ]


def _evidence_row(run_id: str, item: Evidence, kept: Keepable, own: OwnSecrets) -> Row:
    return {
        "run_id": run_id,
        "device": item.device,
        "evidence_id": item.id,
        "channel": item.request.channel.value,
        "text": own.blank(item.request.text),
        "options": dumps(item.request.options, own.blank),
        "timeout_s": item.request.timeout_s,
        "size_bytes": len(item.raw),
        "custody": kept.custody.value,
        "leaks": kept.leaks,
        "decoded_as": item.decoded_as,
        "complete": item.complete,
        "error": item.error,
        "detail": own.clean(item.detail),
        "status": item.status,
        "flags": dumps(item.flags, own.clean),
        "taken_at": stamp(item.started_at),
        "elapsed_s": item.elapsed_s,
        "superseded": False,
        "link": None,
    }


def save(connection: Connection, run_id: str, prepared: PreparedSave) -> None:
    """Write one device; what an earlier attempt of the same run wrote is replaced."""
    item, device = prepared.save, prepared.save.result.name
    clean: Clean = prepared.own.clean
    outcomes = prepared.outcomes + _forgotten(connection, run_id, prepared)
    started_at = str(
        connection.execute(select(t.runs.c.started_at).where(t.runs.c.run_id == run_id)).scalar()
    )
    _clear(connection, run_id, device)
    findings = finding_rows(run_id, item.outcomes, clean)
    facts = fact_rows(run_id, started_at, item, clean)
    changes = change_rows(run_id, item, prepared.own.blank)
    row = {
        "run_id": run_id,
        "device": device,
        "reached": item.result.reached,
        "reason": item.result.reason,
        "complete": prepared.complete,
        "started_at": started_at,
        "body": device_body(item.result, clean),
    }
    row["digest"] = digest(row, outcomes, findings, facts, changes)
    many(connection, t.devices, [row])
    many(connection, t.outcomes, outcomes)
    many(connection, t.findings, findings)
    many(connection, t.facts, facts)
    many(connection, t.config_changes, changes)
    many(connection, t.evidence, prepared.evidence)


def _forgotten(connection: Connection, run_id: str, prepared: PreparedSave) -> list[Row]:
    """Outcomes for planned tasks of the device that its worker brought none for."""
    device = prepared.save.result.name
    planned = connection.execute(
        select(t.planned.c.task).where(t.planned.c.run_id == run_id, t.planned.c.device == device)
    ).scalars()
    brought = {row["task"] for row in prepared.outcomes}
    lost = [
        Outcome(device=device, task=task, reached=False, reason="internal")
        for task in planned
        if task not in brought
    ]
    return outcome_rows(run_id, lost)


def _clear(connection: Connection, run_id: str, device: str) -> None:
    for table in (t.devices, t.outcomes, t.findings, t.facts, t.config_changes):
        connection.execute(delete(table).where(table.c.run_id == run_id, table.c.device == device))
    connection.execute(
        update(t.evidence)
        .where(t.evidence.c.run_id == run_id, t.evidence.c.device == device)
        .values(superseded=True)
    )


def missing_pairs(connection: Connection, run_id: str) -> dict[str, list[str]]:
    """Planned tasks by device that have no outcome yet."""
    query = (
        select(t.planned.c.device, t.planned.c.task)
        .outerjoin(
            t.outcomes,
            (t.outcomes.c.run_id == t.planned.c.run_id)
            & (t.outcomes.c.device == t.planned.c.device)
            & (t.outcomes.c.task == t.planned.c.task),
        )
        .where(t.planned.c.run_id == run_id, t.outcomes.c.position.is_(None))
        .order_by(t.planned.c.position)
    )
    found: dict[str, list[str]] = {}
    for device, task in connection.execute(query):
        found.setdefault(device, []).append(task)
    return found


def fill_missing(connection: Connection, run_id: str, reason: str, blobs: Blobs) -> int:
    """Give every planned pair that has none an outcome with `reason` (invariant 2)."""
    missing = missing_pairs(connection, run_id)
    query = select(t.planned_devices.c.device, t.planned_devices.c.body)
    rows = connection.execute(query.where(t.planned_devices.c.run_id == run_id))
    bodies: dict[str, str] = {row[0]: row[1] for row in rows}
    count = 0
    for device, tasks in missing.items():
        count += len(tasks)
        lost = tuple(
            Outcome(device=device, task=task, reached=False, reason=reason) for task in tasks
        )
        result = device_from_body(bodies[device], reached=False, reason=reason)
        prepared = PreparedSave(run_id, DeviceSave(result=result, outcomes=lost), blobs, None)
        save(connection, run_id, prepared)
    return count


def _clean(text: str) -> str:
    return blank(text).text


def set_exit_code(connection: Connection, run_id: str, exit_code: int) -> None:
    """Note the exit code of a closed run."""
    connection.execute(update(t.runs).where(t.runs.c.run_id == run_id).values(exit_code=exit_code))


def finish(connection: Connection, run_id: str, end: RunEnd) -> str:
    """Close a run and seal it; gives its root hash."""
    connection.execute(
        update(t.runs)
        .where(t.runs.c.run_id == run_id)
        .values(
            state=end.state.value,
            ended_at=stamp(end.ended_at or datetime.now(tz=UTC)),
            exit_code=end.exit_code,
            nornir_results=dumps(end.nornir_results, _clean),
            notes=dumps(end.notes, _clean),
        )
    )
    _close_number(connection, run_id)
    return seal_run(connection, run_id)
