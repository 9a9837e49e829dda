"""The chain of roots: a closed run is sealed over its evidence, its results and the run before."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from xunjian.store import tables as t
from xunjian.store.database import rows_of
from xunjian.store.rows import moment, stamp

GENESIS = "0" * 64


def root(
    previous: str,
    plan: Sequence[object],
    evidence: Iterable[Mapping[str, Any]],
    devices: Iterable[Mapping[str, Any]],
) -> str:
    """Hash of a run's plan, evidence list and devices' digests, chained to `previous`."""
    parts = [
        previous,
        plan,
        sorted(
            [
                e["evidence_id"],
                e["channel"],
                e["text"],
                e["sha256"],
                e["text_sha256"],
                e["size_bytes"],
                e["custody"],
                bool(e["complete"]),
                e["error"],
                e["taken_at"],
            ]
            for e in evidence
        ),
        sorted([d["device"], d["digest"]] for d in devices),
    ]
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def plan_of(connection: Connection, run_id: str) -> list[object]:
    """What a run set out to do, in the order it was written: no pair can be made to disappear."""
    run = connection.execute(
        select(
            t.runs.c.number,
            t.runs.c.playbook,
            t.runs.c.title,
            t.runs.c.started_at,
            t.runs.c.planned,
        ).where(t.runs.c.run_id == run_id)
    ).first()
    pairs = (
        select(t.planned.c.device, t.planned.c.task)
        .where(t.planned.c.run_id == run_id)
        .order_by(t.planned.c.position)
    )
    left_out = (
        select(t.left_out.c.device, t.left_out.c.task, t.left_out.c.reason)
        .where(t.left_out.c.run_id == run_id)
        .order_by(t.left_out.c.position)
    )
    return [
        run_id,
        list(run or ()),
        [list(row) for row in connection.execute(pairs)],
        [list(row) for row in connection.execute(left_out)],
    ]


def seal_run(connection: Connection, run_id: str) -> str:
    """Add a link over what no link of this run covers yet; gives the newest root of the run."""
    open_evidence = rows_of(
        connection,
        select(t.evidence).where(t.evidence.c.run_id == run_id, t.evidence.c.link.is_(None)),
    )
    sealed = {
        (row["device"], row["digest"])
        for row in rows_of(
            connection, select(t.sealed_devices).where(t.sealed_devices.c.run_id == run_id)
        )
    }
    open_devices = [
        row
        for row in rows_of(connection, select(t.devices).where(t.devices.c.run_id == run_id))
        if (row["device"], row["digest"]) not in sealed
    ]
    plan = plan_of(connection, run_id)
    link = add_link(
        connection, run_id, lambda previous: root(previous, plan, open_evidence, open_devices)
    )
    connection.execute(
        update(t.evidence)
        .where(t.evidence.c.run_id == run_id, t.evidence.c.link.is_(None))
        .values(link=link)
    )
    if open_devices:
        rows = [
            {"link": link, "run_id": run_id, "device": d["device"], "digest": d["digest"]}
            for d in open_devices
        ]
        connection.execute(insert(t.sealed_devices), rows)
    return newest_root(connection, run_id)


def add_link(connection: Connection, run_id: str, root_of: Callable[[str], str]) -> int:
    """Add a link behind the last one, with the root that its hash gives; gives its number."""
    last = connection.execute(
        select(t.chain.c.link, t.chain.c.root_hash).order_by(t.chain.c.link.desc()).limit(1)
    ).first()
    previous, link = (str(last[1]), int(last[0]) + 1) if last else (GENESIS, 1)
    connection.execute(
        insert(t.chain).values(
            link=link,
            run_id=run_id,
            previous_hash=previous,
            root_hash=root_of(previous),
            closed_at=stamp(datetime.now(tz=UTC)),
        )
    )
    return link


def is_pruning() -> ColumnElement[bool]:
    """Whether a link is a pruning, not the sealing of the run that it names."""
    return t.chain.c.link.in_(select(t.prunings.c.link))


def newest_root(connection: Connection, run_id: str) -> str:
    """Root hash of the last link that sealed something of a run; empty before there is one."""
    query = select(t.chain.c.root_hash).where(t.chain.c.run_id == run_id, ~is_pruning())
    return str(connection.execute(query.order_by(t.chain.c.link.desc()).limit(1)).scalar() or "")


def sealed_at(connection: Connection, run_id: str) -> datetime:
    """When a link last sealed something of a run."""
    query = select(func.max(t.chain.c.closed_at)).where(t.chain.c.run_id == run_id, ~is_pruning())
    return moment(connection.execute(query).scalar_one())
