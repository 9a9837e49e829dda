"""What happened from one time to another: what periodic documents are made from.

Every question is asked once for the whole span, never once per run or per device.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from xunjian.checks.model import Finding, Verdict
from xunjian.run.model import LEFT_OUT, DeviceResult, RunState
from xunjian.store import tables as t
from xunjian.store.changes import diff_from_json
from xunjian.store.codec import loads, text_of
from xunjian.store.past import (
    CLOSED,
    HOLDS,
    JUDGED,
    NO_ROUNDS,
    OPEN,
    has_value,
    measured_values,
)
from xunjian.store.rows import device_from_body, finding_from_row, moment, stamp
from xunjian.store.span_model import (
    Answered,
    Identified,
    Issued,
    Sighting,
    Span,
    SpanChange,
    SpanRun,
    Visit,
)

LOOK_BACK = timedelta(days=400)  # a fault that began before is told to have begun there
SAMPLED_RUNS = 60  # values are read from at most so many runs of a span, evenly apart
_AT_ONCE = 500  # SQLite's bound variables
_UNCLEAR = (Verdict.UNKNOWN.value, Verdict.NOT_CHECKED.value)


def span_of(
    connection: Connection, start: datetime, end: datetime, checks: Collection[str]
) -> Span:
    """Read a span; values of `checks` only."""
    runs = _runs(connection, start, end)
    ids = [run.run_id for run in runs if run.is_round]
    sampled = _sample(ids)
    values, measured = _values(connection, sampled, checks)
    return Span(
        start=start,
        end=end,
        runs=runs,
        devices=_devices(connection, ids),
        visits=_visits(connection, ids),
        sightings=_sightings(connection, start, end),
        values=values,
        measured=measured,
        changes=_changes(connection, runs),
        answered=_answered(connection, runs),
        identities=_identities(connection, runs),
        issued=_issued(connection, start, end),
    )


def _inside(start: datetime, end: datetime) -> ColumnElement[bool]:
    return and_(t.runs.c.started_at >= stamp(start), t.runs.c.started_at < stamp(end))


def _runs(connection: Connection, start: datetime, end: datetime) -> tuple[SpanRun, ...]:
    r, inside = t.runs.c, _inside(start, end)
    rows = (
        connection.execute(select(t.runs).where(inside).order_by(r.started_at, r.position))
        .mappings()
        .all()
    )
    counts = _counts(connection, inside)
    verdicts: dict[str, dict[str, int]] = {}
    f = t.findings.c
    query = (
        select(f.run_id, f.verdict, func.count())
        .join(t.runs, r.run_id == f.run_id)
        .where(inside)
        .group_by(f.run_id, f.verdict)
    )
    for run_id, verdict, count in connection.execute(query):
        verdicts.setdefault(run_id, {})[verdict] = count
    return tuple(
        SpanRun(
            run_id=row["run_id"],
            number=row["number"],
            playbook=row["playbook"],
            title=text_of(json.loads(row["title"])),
            occasion=row["occasion"],
            state=RunState(row["state"]),
            started_at=moment(row["started_at"]),
            ended_at=moment(row["ended_at"]) if row["ended_at"] else None,
            planned=row["planned"],
            outcomes=counts.get(row["run_id"], (0, 0))[0],
            reached=counts.get(row["run_id"], (0, 0))[1],
            left_out=row["planned"] - counts.get(row["run_id"], (0, 0))[0],
            verdicts=verdicts.get(row["run_id"], {}),
            round_id=row["round_id"] or "",
            is_round=row["state"] in CLOSED and row["occasion"] not in NO_ROUNDS,
        )
        for row in rows
    )


def _counts(connection: Connection, inside: ColumnElement[bool]) -> Mapping[str, tuple[int, int]]:
    o = t.outcomes.c
    query = (
        select(o.run_id, func.count(), func.sum(case((o.reached.is_(True), 1), else_=0)))
        .join(t.runs, t.runs.c.run_id == o.run_id)
        .where(inside)
        .group_by(o.run_id)
    )
    return {row[0]: (row[1], row[2]) for row in connection.execute(query)}


def _sample(ids: Sequence[str]) -> Sequence[str]:
    """At most `SAMPLED_RUNS` of them, evenly apart, the last one always."""
    if len(ids) <= SAMPLED_RUNS:
        return ids
    step = len(ids) / SAMPLED_RUNS
    return [ids[len(ids) - 1 - int(place * step)] for place in reversed(range(SAMPLED_RUNS))]


def _parts(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE)]


def _devices(connection: Connection, ids: Sequence[str]) -> Mapping[str, DeviceResult]:
    d = t.devices.c
    found: dict[str, DeviceResult] = {}
    for part in _parts(ids):
        last = (
            select(func.max(d.position)).where(d.run_id.in_(part)).group_by(d.device)
        ).scalar_subquery()
        query = select(d.device, d.body).where(d.position.in_(last)).order_by(d.device)
        for name, body in connection.execute(query):
            found[name] = device_from_body(body)
    return found


def _visits(connection: Connection, ids: Sequence[str]) -> tuple[Visit, ...]:
    d, f = t.devices.c, t.findings.c
    found: list[Visit] = []
    for part in _parts(ids):
        judged = (
            select(
                f.run_id,
                f.device,
                func.sum(case((f.verdict == Verdict.ABNORMAL.value, 1), else_=0)),
            )
            .where(f.run_id.in_(part), f.verdict.in_(HOLDS))
            .group_by(f.run_id, f.device)
        )
        bad = {(row[0], row[1]): row[2] for row in connection.execute(judged)}
        query = (
            select(d.run_id, d.device, d.reached, d.reason)
            .where(d.run_id.in_(part), d.reason != LEFT_OUT)
            .order_by(d.position)
        )
        found += [
            Visit(
                run_id=run_id,
                device=device,
                reached=bool(reached),
                reason=reason,
                is_judged=(run_id, device) in bad,
                is_intact=bad.get((run_id, device)) == 0,
            )
            for run_id, device, reached, reason in connection.execute(query)
        ]
    return tuple(found)


def _sightings(connection: Connection, start: datetime, end: datetime) -> tuple[Sighting, ...]:
    f, r = t.findings.c, t.runs.c
    rounds = and_(
        _inside(start - LOOK_BACK, end), r.state.in_(CLOSED), r.occasion.not_in(NO_ROUNDS)
    )
    opened = (
        select(f.finding_id)
        .join(t.runs, r.run_id == f.run_id)
        .where(rounds, f.verdict.in_(OPEN))
        .distinct()
    )
    query = (
        select(f.finding_id, r.started_at, f.run_id, f.verdict)
        .join(t.runs, r.run_id == f.run_id)
        .where(rounds, f.finding_id.in_(opened), f.verdict.in_((*OPEN, *JUDGED)))
        .order_by(r.started_at, r.position)
    )
    seen: dict[str, list[tuple[datetime, str, Verdict]]] = {}
    moments: dict[str, datetime] = {}
    for finding_id, at, run_id, verdict in connection.execute(query):
        if at not in moments:
            moments[at] = moment(at)
        seen.setdefault(finding_id, []).append((moments[at], run_id, Verdict(verdict)))
    bodies = _last_bad(connection, rounds, [*seen])
    gone = _gone(connection, rounds, [bodies[one] for one in seen], seen)
    return tuple(
        Sighting(finding=bodies[one], seen=tuple(rows), gone_at=gone.get(one))
        for one, rows in seen.items()
    )


def _last_bad(
    connection: Connection, rounds: ColumnElement[bool], ids: Sequence[str]
) -> dict[str, Finding]:
    f, r = t.findings.c, t.runs.c
    found: dict[str, Finding] = {}
    for part in _parts(ids):
        last = (
            select(func.max(f.position))
            .join(t.runs, r.run_id == f.run_id)
            .where(rounds, f.finding_id.in_(part), f.verdict.in_(OPEN))
            .group_by(f.finding_id)
        ).scalar_subquery()
        query = select(t.findings).where(f.position.in_(last))
        for row in connection.execute(query).mappings():
            found[row["finding_id"]] = finding_from_row(row)
    return found


def _gone(
    connection: Connection,
    rounds: ColumnElement[bool],
    findings: Sequence[Finding],
    seen: Mapping[str, Sequence[tuple[datetime, str, Verdict]]],
) -> dict[str, datetime]:
    """When each that was open at its end was first missing from a clean end of its check."""
    left = [one for one in findings if seen[one.id][-1][2].value in OPEN]
    f, r = t.findings.c, t.runs.c
    ends: dict[tuple[str, str], list[datetime]] = {}
    for part in _parts(sorted({one.device for one in left})):
        query = (
            select(f.device, f.check_id, r.started_at)
            .join(t.runs, r.run_id == f.run_id)
            .where(rounds, f.device.in_(part), f.check_id.in_({one.check for one in left}))
            .group_by(f.run_id, f.device, f.check_id)
            .having(func.sum(case((f.verdict.in_(_UNCLEAR), 1), else_=0)) == 0)
            .order_by(r.started_at)
        )
        for device, check, at in connection.execute(query):
            ends.setdefault((device, check), []).append(moment(at))
    found: dict[str, datetime] = {}
    for one in left:
        last = seen[one.id][-1][0]
        later = [at for at in ends.get((one.device, one.check), ()) if at > last]
        if later:
            found[one.id] = later[0]
    return found


def _values(
    connection: Connection, ids: Sequence[str], checks: Collection[str]
) -> tuple[dict[str, tuple[tuple[datetime, float], ...]], dict[str, Finding]]:
    if not ids or not checks:
        return {}, {}
    f, wanted = t.findings.c, has_value(ids, checks)
    last = select(func.max(f.position)).where(wanted).group_by(f.finding_id).scalar_subquery()
    rows = connection.execute(select(t.findings).where(f.position.in_(last))).mappings()
    measured = {row["finding_id"]: finding_from_row(row) for row in rows}
    return measured_values(connection, ids, checks), measured


def _changes(connection: Connection, runs: Sequence[SpanRun]) -> tuple[SpanChange, ...]:
    by_id = {run.run_id: run for run in runs}
    c = t.config_changes.c
    found: list[SpanChange] = []
    for part in _parts([*by_id]):
        query = select(c.run_id, c.body).where(c.run_id.in_(part)).order_by(c.position)
        for run_id, body in connection.execute(query):
            run, diff = by_id[run_id], diff_from_json(body)
            if diff.changes:
                found.append(
                    SpanChange(run_id=run_id, number=run.number, at=run.started_at, diff=diff)
                )
    return tuple(found)


def _answered(connection: Connection, runs: Sequence[SpanRun]) -> tuple[Answered, ...]:
    by_id = {run.run_id: run for run in runs}
    f = t.findings.c
    found: list[Answered] = []
    for part in _parts([*by_id]):
        query = (
            select(t.findings)
            .where(
                f.run_id.in_(part),
                func.json_extract(f.body, "$.source").in_(("manual", "hybrid")),
                f.verdict != Verdict.NOT_CHECKED.value,
            )
            .order_by(f.position)
        )
        for row in connection.execute(query).mappings():
            run = by_id[row["run_id"]]
            found.append(
                Answered(run_id=run.run_id, at=run.started_at, finding=finding_from_row(row))
            )
    return tuple(found)


def _identities(connection: Connection, runs: Sequence[SpanRun]) -> tuple[Identified, ...]:
    """What devices said they are: their last word before the span, and each in it."""
    by_id = {run.run_id: run for run in runs}
    c = t.facts.c
    found: list[Identified] = []
    for part in _parts([*by_id]):
        query = (
            select(c.run_id, c.device, c.rows)
            .where(c.run_id.in_(part), c.fact == "Identity")
            .order_by(c.started_at, c.position)
        )
        for run_id, device, rows in connection.execute(query):
            run, told = by_id[run_id], _first_row(rows)
            if told:
                found.append(
                    Identified(
                        device=device,
                        run_id=run_id,
                        number=run.number,
                        at=run.started_at,
                        values=told,
                    )
                )
    return tuple(found)


def _first_row(text: str) -> Mapping[str, object]:
    rows = loads(text)
    first = rows[0] if isinstance(rows, list | tuple) and rows else {}
    values = first.get("values") if isinstance(first, Mapping) else None
    return values if isinstance(values, Mapping) else {}


def _issued(connection: Connection, start: datetime, end: datetime) -> tuple[Issued, ...]:
    n = t.document_numbers.c
    query = (
        select(t.document_numbers)
        .where(n.given_at >= stamp(start), n.given_at < stamp(end))
        .order_by(n.position)
    )
    return tuple(
        Issued(
            kind=row["kind"],
            subject=row["subject"],
            number=row["number"],
            at=moment(row["given_at"]),
        )
        for row in connection.execute(query).mappings()
    )
