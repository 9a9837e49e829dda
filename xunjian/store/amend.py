"""What comes to a closed run afterwards, sealed with a link of its own: answers of forms, verdicts
of later cards and limits.
"""

import json
from collections.abc import Collection

from sqlalchemy import Connection, delete, select, update

from xunjian.run.model import ContentUsed, RunState, blanks
from xunjian.store import tables as t
from xunjian.store.chain import seal_run
from xunjian.store.codec import dumps
from xunjian.store.reader import outcomes as outcomes_of
from xunjian.store.reader import run_row
from xunjian.store.rows import Row, device_body, digest, fact_rows, finding_rows
from xunjian.store.writer import PreparedSave, many
from xunjian.transport.model import Channel

_PARTS = (t.outcomes, t.findings, t.facts, t.config_changes)


def amend_device(
    connection: Connection, run_id: str, prepared: PreparedSave, tasks: Collection[str]
) -> None:
    """Replace what came of some tasks of a device, and add the evidence it now stands on.

    What automatic tasks found stays as it was sealed; of facts only those that forms speak of are
    written anew. Evidence is only ever added.
    """
    save, device, clean = prepared.save, prepared.save.result.name, prepared.own.clean
    row = run_row(connection, run_id)
    for table in (t.outcomes, t.findings):
        mine = (table.c.run_id == run_id) & (table.c.device == device)
        connection.execute(delete(table).where(mine, table.c.task.in_(tasks)))
    of_tasks = tuple(outcome for outcome in save.outcomes if outcome.task in tasks)
    many(connection, t.outcomes, [one for one in prepared.outcomes if one["task"] in tasks])
    many(connection, t.findings, finding_rows(run_id, of_tasks, clean))
    new = {item.id for item in save.evidence}
    spoken = {
        name
        for name, rows in save.table.rows.items()
        if any(one in new for fact in rows for one in fact.evidence_ids)
    }
    mine = (t.facts.c.run_id == run_id) & (t.facts.c.device == device)
    connection.execute(delete(t.facts).where(mine, t.facts.c.fact.in_(spoken)))
    facts = fact_rows(run_id, row["started_at"], save, clean)
    many(connection, t.facts, [one for one in facts if one["fact"] in spoken])
    many(connection, t.evidence, prepared.evidence)
    _device(connection, run_id, prepared)


def rejudge_device(connection: Connection, run_id: str, prepared: PreparedSave) -> None:
    """Replace what a device's tasks came to, and the facts they rest on; its evidence stays."""
    save, clean = prepared.save, prepared.own.clean
    row = run_row(connection, run_id)
    tasks = [outcome.task for outcome in save.outcomes]
    for table in (t.outcomes, t.findings):
        mine = (table.c.run_id == run_id) & (table.c.device == save.result.name)
        connection.execute(delete(table).where(mine, table.c.task.in_(tasks)))
    many(connection, t.outcomes, prepared.outcomes)
    many(connection, t.findings, finding_rows(run_id, save.outcomes, clean))
    facts = fact_rows(run_id, row["started_at"], save, clean)
    mine = (t.facts.c.run_id == run_id) & (t.facts.c.device == save.result.name)
    connection.execute(delete(t.facts).where(mine, t.facts.c.fact.in_([f["fact"] for f in facts])))
    many(connection, t.facts, facts)
    _device(connection, run_id, prepared)


def replace_content(connection: Connection, run_id: str, used: Collection[ContentUsed]) -> None:
    """Name the content that a run's verdicts stand on now."""
    connection.execute(delete(t.content).where(t.content.c.run_id == run_id))
    rows = [
        {"run_id": run_id, "relative": c.relative, "layer": c.layer, "sha256": c.sha256}
        for c in used
    ]
    many(connection, t.content, rows)


def _device(connection: Connection, run_id: str, prepared: PreparedSave) -> None:
    """Write the device's own row; a thing that only forms ask about is reached by them."""
    save, d = prepared.save, t.devices.c
    device = save.result.name
    mine = (d.run_id == run_id) & (d.device == device)
    found = connection.execute(select(t.devices).where(mine)).mappings().one()
    values: Row = {
        "reached": save.result.reached,
        "reason": save.result.reason,
        "body": device_body(save.result, prepared.own.clean),
    }
    if save.result.reached and (not found["reached"] or _is_on_paper(connection, run_id, device)):
        values["complete"] = prepared.complete
    parts = [
        [
            dict(one)
            for one in connection.execute(
                select(table)
                .where(table.c.run_id == run_id, table.c.device == device)
                .order_by(table.c.position)
            ).mappings()
        ]
        for table in _PARTS
    ]
    values["digest"] = digest({**found, **values}, *parts)
    connection.execute(update(t.devices).where(mine).values(**values))


def _is_on_paper(connection: Connection, run_id: str, device: str) -> bool:
    """Whether nothing but forms said anything of a thing: what they say last is what was seen."""
    e = t.evidence.c
    asked = select(e.position).where(
        e.run_id == run_id, e.device == device, e.channel != Channel.MANUAL.value
    )
    return connection.execute(asked.limit(1)).first() is None


def close_again(connection: Connection, run_id: str, notes: Collection[str] = ()) -> RunState:
    """Seal what was added, and end the waiting when nothing is blank any more.

    The run has no exit code from here until the command is done with it: a command that is killed
    in between leaves it so, and the next one sees that there is something to bring to its end.
    """
    row = run_row(connection, run_id)
    state = RunState(row["state"])
    if state in {RunState.AWAITING_MANUAL, RunState.FINISHED}:
        is_open = blanks(outcomes_of(connection, run_id))
        state = RunState.AWAITING_MANUAL if is_open else RunState.FINISHED
    values: Row = {"state": state.value, "exit_code": None}
    if notes:
        values["notes"] = dumps((*json.loads(row["notes"]), *notes))
    connection.execute(update(t.runs).where(t.runs.c.run_id == run_id).values(**values))
    seal_run(connection, run_id)
    return state
