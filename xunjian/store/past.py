"""The rounds before a run: figures, measured values, and matters that are still open."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from xunjian.checks.model import GRADED, SETTLED, UNSETTLED, Verdict
from xunjian.run.model import CLOSED as ENDED
from xunjian.store import tables as t
from xunjian.store.journal import waivers_of
from xunjian.store.model import OpenMatter, Past, PastRound
from xunjian.store.reader import run_row
from xunjian.store.rows import finding_from_row, moment, stamp
from xunjian.store.unchecked import unchecked

OPEN = tuple(verdict.value for verdict in GRADED)
JUDGED = tuple(sorted(verdict.value for verdict in SETTLED))
HOLDS = (*OPEN, Verdict.NORMAL.value)  # a device with one of these counts as judged
CLOSED = tuple(sorted(state.value for state in ENDED))
NO_ROUNDS = ("adhoc", "change")  # their findings are nobody's leftovers
ROUNDS = 12  # of one playbook that are looked back over
_LATER = 400  # rounds looked through for a subject that is no more
_AT_ONCE = 500  # SQLite's bound variables


def past_of(connection: Connection, run_id: str, checks: Collection[str], rounds: int) -> Past:
    """Read what the documents of a run say about the rounds before it.

    checks: whose values are wanted. rounds: at most so many of the same playbook.
    """
    row = run_row(connection, run_id)
    playbook, before = str(row["playbook"]), str(row["started_at"])
    earlier = _earlier(connection, playbook, before, rounds)
    values: dict[str, tuple[tuple[datetime, float], ...]] = {}
    if earlier and checks:
        values = measured_values(connection, [*earlier], checks)
    return Past(
        rounds=_figures(connection, earlier),
        values=values,
        matters=_all_matters(connection, earlier, before, playbook),
    )


def matters_before(
    connection: Connection, playbook: str, before: datetime
) -> tuple[OpenMatter, ...]:
    """Give what stands open when a round of a playbook begins."""
    at = stamp(before)
    return _all_matters(connection, _earlier(connection, playbook, at, ROUNDS), at, playbook)


def _all_matters(
    connection: Connection, earlier: Mapping[str, tuple[str, str]], before: str, playbook: str
) -> tuple[OpenMatter, ...]:
    """What was found open, then what was left unchecked."""
    found = _matters(connection, before)
    known = {matter.finding.id for matter in found}
    blank = unchecked(connection, earlier, before, playbook)
    matters = (*found, *(matter for matter in blank if matter.finding.id not in known))
    return _with_waivers(connection, matters, before)


def _with_waivers(
    connection: Connection, matters: Sequence[OpenMatter], before: str
) -> tuple[OpenMatter, ...]:
    """Say with each matter by whose leave it stands, if that holds on the round's day."""
    day = moment(before).date()
    holding = {one.id: one for one in waivers_of(connection) if one.until >= day}
    return tuple(replace(one, waiver=holding.get(one.finding.id)) for one in matters)


def _earlier(
    connection: Connection, playbook: str, before: str, rounds: int
) -> dict[str, tuple[str, str]]:
    """(number, start) by id of the last closed rounds of the playbook, oldest first."""
    query = (
        select(t.runs.c.run_id, t.runs.c.number, t.runs.c.started_at)
        .where(
            t.runs.c.playbook == playbook,
            t.runs.c.started_at < before,
            t.runs.c.state.in_(CLOSED),
        )
        .order_by(t.runs.c.started_at.desc(), t.runs.c.position.desc())
        .limit(rounds)
    )
    found = connection.execute(query).all()
    return {str(r[0]): (str(r[1]), str(r[2])) for r in reversed(found)}


def _figures(
    connection: Connection, earlier: Mapping[str, tuple[str, str]]
) -> tuple[PastRound, ...]:
    f = t.findings.c
    query = (
        select(f.run_id, f.device, f.verdict, func.count())
        .where(f.run_id.in_([*earlier]))
        .group_by(f.run_id, f.device, f.verdict)
    )
    verdicts: dict[str, dict[str, int]] = {run_id: {} for run_id in earlier}
    devices: dict[str, dict[str, set[str]]] = {run_id: {} for run_id in earlier}
    for run_id, device, verdict, count in connection.execute(query):
        verdicts[run_id][verdict] = verdicts[run_id].get(verdict, 0) + count
        if verdict in HOLDS:
            devices[run_id].setdefault(device, set()).add(verdict)
    return tuple(
        PastRound(
            run_id=run_id,
            number=number,
            started_at=moment(at),
            verdicts=verdicts[run_id],
            judged=len(devices[run_id]),
            intact=sum(Verdict.ABNORMAL.value not in seen for seen in devices[run_id].values()),
        )
        for run_id, (number, at) in earlier.items()
    )


def measured_values(
    connection: Connection, run_ids: Collection[str], checks: Collection[str]
) -> dict[str, tuple[tuple[datetime, float], ...]]:
    """What some checks measured in some runs, by finding id, oldest first."""
    f, value = t.findings.c, func.json_extract(t.findings.c.body, "$.value")
    query = (
        select(f.finding_id, t.runs.c.started_at, value)
        .join(t.runs, t.runs.c.run_id == f.run_id)
        .where(has_value(run_ids, checks))
        .order_by(t.runs.c.started_at)
    )
    found: dict[str, list[tuple[datetime, float]]] = {}
    moments: dict[str, datetime] = {}
    for finding_id, at, number in connection.execute(query):
        if at not in moments:
            moments[at] = moment(at)
        found.setdefault(finding_id, []).append((moments[at], float(number)))
    return {finding_id: tuple(points) for finding_id, points in found.items()}


def has_value(run_ids: Collection[str], checks: Collection[str]) -> ColumnElement[bool]:
    """Findings of some checks in some runs that measured a number."""
    f = t.findings.c
    return and_(
        f.run_id.in_([*run_ids]),
        f.check_id.in_([*checks]),
        func.json_type(f.body, "$.value").in_(("real", "integer")),
    )


def _matters(connection: Connection, before: str) -> tuple[OpenMatter, ...]:
    """Everything that was open when last judged, in whatever round, with its beginning."""
    f, r = t.findings.c, t.runs.c
    rounds = and_(r.started_at < before, r.state.in_(CLOSED), r.occasion.not_in(NO_ROUNDS))
    opened = func.max(case((f.verdict.in_(OPEN), r.started_at)))
    judged = func.coalesce(func.max(case((f.verdict.in_(JUDGED), r.started_at))), "")
    ever = select(t.findings.c.finding_id).where(t.findings.c.verdict.in_(OPEN)).distinct()
    query = (
        select(f.finding_id, opened, judged)
        .join(t.runs, r.run_id == f.run_id)
        .where(rounds, f.finding_id.in_(ever))
        .group_by(f.finding_id)
        .having(opened > judged)
    )
    since = {str(row[0]): str(row[2]) for row in connection.execute(query)}
    ids = sorted(since)
    found: list[OpenMatter] = []
    for at in range(0, len(ids), _AT_ONCE):
        found += _spells(connection, rounds, ids[at : at + _AT_ONCE], since)
    newest = select(r.started_at, r.run_id).where(rounds).order_by(r.started_at.desc())
    closed = [(str(row[0]), str(row[1])) for row in connection.execute(newest)]
    return tuple(matter for matter in found if not _is_gone(connection, closed, matter))


def _spells(
    connection: Connection,
    rounds: ColumnElement[bool],
    ids: Collection[str],
    since: Mapping[str, str],
) -> list[OpenMatter]:
    """The rounds in which each was open since it was last in order."""
    f, r = t.findings.c, t.runs.c
    query: Any = (
        select(f.finding_id, f.body, r.run_id, r.number, r.started_at, r.playbook)
        .join(t.runs, r.run_id == f.run_id)
        .where(rounds, f.finding_id.in_([*ids]), f.verdict.in_(OPEN))
        .order_by(r.started_at, r.position)
    )
    spells: dict[str, list[Mapping[str, Any]]] = {}
    for row in connection.execute(query).mappings():
        if row["started_at"] > since[row["finding_id"]]:
            spells.setdefault(row["finding_id"], []).append(dict(row))
    return [
        OpenMatter(
            finding=finding_from_row(rows[-1]),
            first_seen_at=moment(rows[0]["started_at"]),
            first_number=str(rows[0]["number"]),
            first_run_id=str(rows[0]["run_id"]),
            last_stamp=str(rows[-1]["started_at"]),
            rounds=len(rows),
            playbooks=frozenset(str(row["playbook"]) for row in rows),
        )
        for rows in spells.values()
    ]


def _is_gone(connection: Connection, closed: Sequence[tuple[str, str]], matter: OpenMatter) -> bool:
    """Whether its check ended clean in a later round without this subject: there is no such row.

    closed: (start, id) of all rounds that count, the newest first.
    """
    later = [run_id for at, run_id in closed[:_LATER] if at > matter.last_stamp]
    if not later:
        return False
    f = t.findings.c
    query = (
        select(f.run_id, f.verdict)
        .where(
            f.run_id.in_(later),
            f.device == matter.finding.device,
            f.check_id == matter.finding.check,
        )
        .distinct()
    )
    verdicts: dict[str, set[str]] = {}
    for run_id, verdict in connection.execute(query):
        verdicts.setdefault(run_id, set()).add(verdict)
    unclear = {verdict.value for verdict in UNSETTLED}
    return any(not unclear & seen for seen in verdicts.values())
