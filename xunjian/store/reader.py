"""What is read back: records whole, lists of runs and findings, evidence as it was."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from xunjian.checks.model import Finding
from xunjian.config.model import ConfigDiff
from xunjian.errors import StoreError
from xunjian.language import Text
from xunjian.run.model import (
    LEFT_OUT,
    ContentUsed,
    DeviceResult,
    EvidenceRef,
    LeftOut,
    LeftOutReason,
    Outcome,
    RunRecord,
    RunState,
)
from xunjian.store import tables as t
from xunjian.store.blobs import Blobs
from xunjian.store.chain import newest_root
from xunjian.store.changes import diff_from_json
from xunjian.store.codec import loads, text_of
from xunjian.store.model import FindingFilter, FoundFinding, RunSummary
from xunjian.store.rows import (
    device_from_body,
    finding_from_row,
    moment,
    outcome_from_row,
    reference_from_row,
)
from xunjian.store.sealing import Custody, unseal
from xunjian.store.writer import missing_pairs
from xunjian.transport.model import Channel, Evidence, Request

Row = Mapping[str, Any] | RowMapping


def run_row(connection: Connection, run_id: str) -> Row:
    """Read one run; raises StoreError when there is none of that id."""
    query = select(t.runs).where(t.runs.c.run_id == run_id)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise StoreError(
            Text(f"没有这次巡检：{run_id}", f"no such run: {run_id}"),
            Text("用 `xunjian list runs` 查看", "see `xunjian list runs`"),
        )
    return dict(row)


def _state(row: Row, live: str | None) -> RunState:
    """A run marked running is killed unless it is the one that the lock's holder works on."""
    state = RunState(row["state"])
    if state is not RunState.RUNNING or live == "" or live == row["run_id"]:
        return state
    return RunState.KILLED


def summaries(connection: Connection, live: str | None) -> tuple[RunSummary, ...]:
    """All runs, newest first; `live` is the run that goes on (`lock.live_run`)."""
    count = select(t.outcomes.c.run_id, func.count()).group_by(t.outcomes.c.run_id)
    counts: dict[str, int] = {row[0]: row[1] for row in connection.execute(count)}
    order = (t.runs.c.started_at.desc(), t.runs.c.position.desc())
    rows = connection.execute(select(t.runs).order_by(*order)).mappings().all()
    return tuple(
        RunSummary(
            run_id=row["run_id"],
            number=row["number"],
            playbook=row["playbook"],
            started_at=moment(row["started_at"]),
            ended_at=moment(row["ended_at"]) if row["ended_at"] else None,
            state=_state(row, live),
            planned=row["planned"],
            outcomes=counts.get(row["run_id"], 0),
            exit_code=row["exit_code"],
            title=text_of(json.loads(row["title"])),
        )
        for row in rows
    )


def record(connection: Connection, run_id: str, live: str | None) -> RunRecord:
    """Read a run whole; planned pairs without an outcome yet stand as `interrupted`."""
    row = run_row(connection, run_id)
    title, inactive, notes = (json.loads(row[key]) for key in ("title", "inactive", "notes"))
    results = loads(row["nornir_results"])
    return RunRecord(
        run_id=run_id,
        number=row["number"],
        playbook=row["playbook"],
        title=text_of(title),
        occasion=row["occasion"],
        state=_state(row, live),
        started_at=moment(row["started_at"]),
        ended_at=moment(row["ended_at"]) if row["ended_at"] else None,
        planned=row["planned"],
        outcomes=outcomes(connection, run_id),
        left_out=_left_out(connection, run_id),
        devices=_devices(connection, run_id),
        content=_content(connection, run_id),
        evidence=references(connection, run_id),
        root_hash=newest_root(connection, run_id),
        tool_version=row["tool_version"],
        exit_code=row["exit_code"],
        inactive=tuple(inactive),
        nornir_results=results if isinstance(results, dict) else {},
        notes=tuple(notes),
        changes=_changes(connection, run_id),
        round_id=row["round_id"] or "",
    )


def _of_run(connection: Connection, table: Any, run_id: str) -> Sequence[Row]:
    query = select(table).where(table.c.run_id == run_id).order_by(table.c.position)
    return [dict(row) for row in connection.execute(query).mappings()]


def outcomes(connection: Connection, run_id: str) -> tuple[Outcome, ...]:
    """Outcomes of a run in the order of its plan, every planned pair once."""
    found: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for row in _of_run(connection, t.findings, run_id):
        found[row["device"], row["task"]].append(finding_from_row(row))
    by_pair = {
        (row["device"], row["task"]): outcome_from_row(
            row, tuple(found.get((row["device"], row["task"]), ()))
        )
        for row in _of_run(connection, t.outcomes, run_id)
    }
    plan = [(row["device"], row["task"]) for row in _of_run(connection, t.planned, run_id)]
    return tuple(
        by_pair.get(pair)
        or Outcome(device=pair[0], task=pair[1], reached=False, reason="interrupted")
        for pair in plan
    )


def remaining(connection: Connection, run_id: str) -> dict[str, tuple[str, ...]]:
    """Planned tasks of the devices that have to be visited (again) when the run is resumed."""
    cut_off = select(t.outcomes.c.device).where(
        t.outcomes.c.run_id == run_id, t.outcomes.c.reason.in_(("interrupted", "run_deadline"))
    )
    left = {*missing_pairs(connection, run_id), *connection.execute(cut_off).scalars()}
    tasks: dict[str, list[str]] = {}
    for row in _of_run(connection, t.planned, run_id):
        if row["device"] in left:
            tasks.setdefault(row["device"], []).append(row["task"])
    return {device: tuple(names) for device, names in tasks.items()}


def asked(connection: Connection, run_ids: Iterable[str]) -> frozenset[str]:
    """Devices that some of these runs visited to the end, whatever came of it."""
    found: set[str] = set()
    for run_id in run_ids:
        planned = {row["device"] for row in _of_run(connection, t.planned, run_id)}
        found |= planned - set(remaining(connection, run_id))
    return frozenset(found)


def _changes(connection: Connection, run_id: str) -> tuple[ConfigDiff, ...]:
    """Configuration differences of a run, in the order of its devices."""
    found = {row["device"]: row["body"] for row in _of_run(connection, t.config_changes, run_id)}
    names = [row["device"] for row in _of_run(connection, t.planned_devices, run_id)]
    return tuple(diff_from_json(found[name]) for name in names if name in found)


def _left_out(connection: Connection, run_id: str) -> tuple[LeftOut, ...]:
    return tuple(
        LeftOut(device=row["device"], task=row["task"], reason=LeftOutReason(row["reason"]))
        for row in _of_run(connection, t.left_out, run_id)
    )


def _devices(connection: Connection, run_id: str) -> tuple[DeviceResult, ...]:
    saved = {row["device"]: row["body"] for row in _of_run(connection, t.devices, run_id)}
    asked = set(missing_pairs(connection, run_id))
    found = []
    for row in _of_run(connection, t.planned_devices, run_id):
        device = row["device"]
        if device in saved:
            found.append(device_from_body(saved[device]))
        else:
            reason = "interrupted" if device in asked else LEFT_OUT
            found.append(device_from_body(row["body"], reached=False, reason=reason))
    return tuple(found)


def _content(connection: Connection, run_id: str) -> tuple[ContentUsed, ...]:
    return tuple(
        ContentUsed(relative=row["relative"], layer=row["layer"], sha256=row["sha256"])
        for row in _of_run(connection, t.content, run_id)
    )


def references(connection: Connection, run_id: str) -> tuple[EvidenceRef, ...]:
    """References to a run's evidence, without what a later attempt superseded."""
    rows = _of_run(connection, t.evidence, run_id)
    return tuple(reference_from_row(row) for row in rows if not row["superseded"])


def findings(connection: Connection, wanted: FindingFilter) -> tuple[FoundFinding, ...]:
    """Findings, newest run first, within a run in the order they were stored."""
    query = select(t.findings.c.run_id, t.findings.c.body).join(
        t.runs, t.runs.c.run_id == t.findings.c.run_id
    )
    for column, value in (
        (t.findings.c.run_id, wanted.run_id),
        (t.findings.c.device, wanted.device),
        (t.findings.c.check_id, wanted.check),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.verdicts:
        query = query.where(t.findings.c.verdict.in_([v.value for v in wanted.verdicts]))
    query = query.order_by(t.runs.c.started_at.desc(), t.findings.c.position).limit(wanted.limit)
    return tuple(
        FoundFinding(run_id=row["run_id"], finding=finding_from_row(row))
        for row in connection.execute(query).mappings()
    )


def evidence(
    connection: Connection, run_id: str, device: str, blobs: Blobs, identity: str | None
) -> tuple[Evidence, ...]:
    """One device's answers as they were stored; what is gone comes back incomplete."""
    query = (
        select(t.evidence)
        .where(
            t.evidence.c.run_id == run_id,
            t.evidence.c.device == device,
            t.evidence.c.superseded.is_(False),
        )
        .order_by(t.evidence.c.position)
    )
    rows = connection.execute(query).mappings()
    return tuple(_evidence(row, blobs, identity) for row in rows)


def _evidence(row: Row, blobs: Blobs, identity: str | None) -> Evidence:
    complete, error = bool(row["complete"]), str(row["error"])
    raw = text = b""
    try:
        text = raw = blobs.get(row["text_sha256"])
        if row["custody"] != Custody.SEALED:
            raw = blobs.get(row["sha256"])
        elif identity:
            raw = unseal(blobs.get(row["sha256"]), identity)
    except StoreError as exc:
        complete, error = False, exc.code
    options = loads(row["options"])
    flags = loads(row["flags"])
    assert isinstance(options, tuple)
    assert isinstance(flags, dict)
    return Evidence(
        id=row["evidence_id"],
        device=row["device"],
        request=Request(
            channel=Channel(row["channel"]),
            text=row["text"],
            options=options,
            timeout_s=row["timeout_s"],
        ),
        raw=raw,
        text=text.decode("utf-8", "surrogateescape"),
        decoded_as=row["decoded_as"],
        started_at=moment(row["taken_at"]),
        elapsed_s=row["elapsed_s"],
        complete=complete,
        error=error,
        detail=row["detail"],
        status=row["status"],
        flags={str(key): str(value) for key, value in flags.items()},
    )
