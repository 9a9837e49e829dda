"""A run against the last finished round of the same playbook: new, persisting, back, resolved."""

from sqlalchemy import Connection, select

from xunjian.checks.model import GRADED, SETTLED, Finding, Verdict
from xunjian.store import tables as t
from xunjian.store.model import Comparison, Trend
from xunjian.store.past import CLOSED
from xunjian.store.reader import run_row
from xunjian.store.rows import finding_from_row, moment


def compare(connection: Connection, run_id: str) -> Comparison:
    """Say of every open finding how it stands to the rounds before, and what is no longer open."""
    row = run_row(connection, run_id)
    playbook, started_at = str(row["playbook"]), str(row["started_at"])
    before = (
        select(t.runs.c.run_id, t.runs.c.started_at)
        .where(
            t.runs.c.playbook == playbook,
            t.runs.c.started_at < started_at,
            t.runs.c.state.in_(CLOSED),
        )
        .order_by(t.runs.c.started_at.desc(), t.runs.c.position.desc())
        .limit(1)
    )
    last = connection.execute(before).first()
    if last is None:
        return Comparison(run_id=run_id)
    now = _findings(connection, run_id)
    then = _open(_findings(connection, str(last[0])))
    ever = _ever_open(connection, playbook, started_at)
    trends = {
        key: Trend.PERSISTING if key in then else Trend.BACK if key in ever else Trend.NEW
        for key in _open(now)
    }
    gone = {key: finding for key, finding in then.items() if key not in trends}
    judged = _judged_pairs(connection, run_id)
    resolved, unverified = [], []
    for key, finding in gone.items():
        if _is_resolved(finding, now.get(key), judged):
            resolved.append(finding)
            trends[key] = Trend.RESOLVED
        elif _is_planned(connection, run_id, finding):
            unverified.append(finding)
            trends[key] = Trend.UNVERIFIED
    return Comparison(
        run_id=run_id,
        previous_run_id=str(last[0]),
        previous_started_at=moment(str(last[1])),
        trends=trends,
        resolved=tuple(resolved),
        unverified=tuple(unverified),
    )


def _findings(connection: Connection, run_id: str) -> dict[str, Finding]:
    query = select(t.findings.c.body).where(t.findings.c.run_id == run_id)
    found = (finding_from_row(row) for row in connection.execute(query).mappings())
    return {finding.id: finding for finding in found}


def _open(findings: dict[str, Finding]) -> dict[str, Finding]:
    return {key: finding for key, finding in findings.items() if finding.verdict in GRADED}


def _ever_open(connection: Connection, playbook: str, before: str) -> set[str]:
    query = (
        select(t.findings.c.finding_id)
        .join(t.runs, t.runs.c.run_id == t.findings.c.run_id)
        .where(
            t.runs.c.playbook == playbook,
            t.runs.c.started_at < before,
            t.runs.c.state.in_(CLOSED),
            t.findings.c.verdict.in_([verdict.value for verdict in GRADED]),
        )
        .distinct()
    )
    return set(connection.execute(query).scalars())


def _judged_pairs(connection: Connection, run_id: str) -> dict[tuple[str, str], set[Verdict]]:
    """Verdicts by (device, check): a check that ended clean elsewhere proves a row gone."""
    query = select(t.findings.c.device, t.findings.c.check_id, t.findings.c.verdict).where(
        t.findings.c.run_id == run_id
    )
    found: dict[tuple[str, str], set[Verdict]] = {}
    for device, check, verdict in connection.execute(query):
        found.setdefault((device, check), set()).add(Verdict(verdict))
    return found


def _is_resolved(
    then: Finding, now: Finding | None, judged: dict[tuple[str, str], set[Verdict]]
) -> bool:
    """Resolved is only what was judged again: by itself, or its check ended without unknowns."""
    if now is not None:
        return now.verdict in SETTLED
    verdicts = judged.get((then.device, then.check), set())
    return bool(verdicts) and not verdicts & {Verdict.UNKNOWN, Verdict.NOT_CHECKED}


def _is_planned(connection: Connection, run_id: str, finding: Finding) -> bool:
    query = select(t.planned.c.position).where(
        t.planned.c.run_id == run_id,
        t.planned.c.device == finding.device,
        t.planned.c.task == finding.task,
    )
    return connection.execute(query).first() is not None
