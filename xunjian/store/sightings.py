"""Who was seen in the runs of a span, whole or not: what coverage and rotation count."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select

from xunjian.calendar.model import Seen
from xunjian.checks.model import Verdict
from xunjian.facts.model import AWAITING_FORM
from xunjian.store import tables as t
from xunjian.store.rows import moment, stamp
from xunjian.transport.model import Channel

_AT_ONCE = 500  # run ids in one statement


def sightings(
    connection: Connection,
    first: datetime,
    last: datetime,
    playbooks: Collection[str],
    run_ids: Collection[str],
) -> tuple[Seen, ...]:
    """Give every device that a run of the span asked, oldest run first."""
    during = (t.runs.c.started_at >= stamp(first)) & (t.runs.c.started_at <= stamp(last))
    during &= t.runs.c.playbook.in_(sorted(playbooks))
    wanted = sorted(run_ids)
    parts = [wanted[n : n + _AT_ONCE] for n in range(0, len(wanted), _AT_ONCE)] or [[]]
    runs: dict[str, tuple[str, str, str]] = {}
    for part in parts:
        query = select(t.runs.c.run_id, t.runs.c.started_at, t.runs.c.playbook, t.runs.c.round_id)
        for row in connection.execute(query.where(or_(during, t.runs.c.run_id.in_(part)))):
            runs[row[0]] = (row[1], row[2], row[3] or "")
    found: list[Seen] = []
    for run_id, (started_at, playbook, round_id) in sorted(runs.items(), key=lambda r: r[1][0]):
        at = moment(started_at)
        failed = set(connection.execute(_failed(run_id)).scalars())
        papers = set(connection.execute(_on_paper(run_id)).scalars())
        # a device is seen by its evidence, whatever a person must still write; a thing by its form
        blank = papers & set(connection.execute(_blank(run_id)).scalars())
        for device, complete, reason in _rows(connection, _results(run_id)):
            found.append(
                Seen(
                    device=device,
                    at=at,
                    run_id=run_id,
                    how="form" if device in papers else "evidence",
                    failed=device in failed,
                    complete=bool(complete) and device not in blank,
                    reason=reason or (AWAITING_FORM if device in blank else ""),
                    playbook=playbook,
                    round_id=round_id,
                )
            )
        found += [
            Seen(
                device=device,
                at=at,
                run_id=run_id,
                how="",
                complete=False,
                reason=reason,
                playbook=playbook,
                round_id=round_id,
            )
            for device, reason in _rows(connection, _never_asked(run_id))
        ]
    return tuple(found)


def _rows(connection: Connection, query: Any) -> Any:
    return connection.execute(query).all()


def _results(run_id: str) -> Any:
    return (
        select(t.devices.c.device, t.devices.c.complete, t.devices.c.reason)
        .where(t.devices.c.run_id == run_id)
        .order_by(t.devices.c.position)
    )


def _failed(run_id: str) -> Any:
    return (
        select(t.findings.c.device)
        .where(t.findings.c.run_id == run_id, t.findings.c.verdict == Verdict.ABNORMAL.value)
        .distinct()
    )


def _on_paper(run_id: str) -> Any:
    """Devices of a run that no evidence of a channel came from."""
    asked = select(t.evidence.c.device).where(
        t.evidence.c.run_id == run_id, t.evidence.c.channel != Channel.MANUAL.value
    )
    return select(t.devices.c.device).where(
        t.devices.c.run_id == run_id,
        t.devices.c.complete.is_(True),
        t.devices.c.device.not_in(asked),
    )


def _blank(run_id: str) -> Any:
    """Devices of which a form is still to be filled in."""
    return select(t.outcomes.c.device).where(
        t.outcomes.c.run_id == run_id, t.outcomes.c.reason == AWAITING_FORM
    )


def _never_asked(run_id: str) -> Any:
    """Devices that were left out with everything, and the first reason."""
    asked = select(t.devices.c.device).where(t.devices.c.run_id == run_id)
    return (
        select(t.left_out.c.device, func.min(t.left_out.c.reason))
        .where(t.left_out.c.run_id == run_id, t.left_out.c.device.not_in(asked))
        .group_by(t.left_out.c.device)
    )
