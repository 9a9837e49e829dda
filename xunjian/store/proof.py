"""`verify`: nothing was altered or removed, except by contract term and on record."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from xunjian.run.model import RunState
from xunjian.store import tables as t
from xunjian.store.blobs import AlteredBlob, Blobs, MissingBlob
from xunjian.store.chain import GENESIS, is_pruning, plan_of, root
from xunjian.store.database import rows_of
from xunjian.store.journal import broken_entries
from xunjian.store.model import Damage, Verification
from xunjian.store.pruning import hashes_of, pruned_pieces, pruning_root, prunings
from xunjian.store.rows import digest

Row = Mapping[str, Any]


def verify(connection: Connection, blobs: Blobs) -> Verification:
    """Read everything sealed again and hold it against the chain."""
    evidence = rows_of(connection, select(t.evidence))
    gone = pruned_pieces(connection)
    altered: list[Damage] = []
    missing: list[Damage] = []
    pruned = 0
    state: dict[str, str] = {}
    for row in evidence:
        for sha256 in dict.fromkeys(hashes_of(row)):
            if sha256 not in state:
                state[sha256] = _state(sha256, blobs)
            damage = Damage(run_id=row["run_id"], what=row["evidence_id"], sha256=sha256)
            if state[sha256] == "altered":
                altered.append(damage)
            elif state[sha256] == "missing" and (row["run_id"], sha256) in gone:
                pruned += 1
            elif state[sha256] == "missing":
                missing.append(damage)
    altered += _altered_devices(connection)
    unsealed = [
        str(row)
        for row in connection.execute(
            select(t.runs.c.run_id).where(
                t.runs.c.state == RunState.RUNNING.value,
                t.runs.c.run_id.not_in(select(t.chain.c.run_id).where(~is_pruning())),
            )
        ).scalars()
    ]
    return Verification(
        checked=len(state),
        altered=tuple(altered),
        missing=tuple(missing),
        broken=(
            *_broken(connection, evidence),
            *(Damage(run_id="", what=what) for what in broken_entries(connection)),
        ),
        pruned=pruned,
        unsealed=tuple(unsealed),
    )


def _state(sha256: str, blobs: Blobs) -> str:
    try:
        blobs.get(sha256)
    except AlteredBlob:
        return "altered"
    except MissingBlob:
        return "missing"
    return "whole"


def _altered_devices(connection: Connection) -> list[Damage]:
    """Devices whose stored results no longer have the digest that was sealed last."""
    newest: dict[tuple[str, str], str] = {}
    for row in rows_of(connection, select(t.sealed_devices).order_by(t.sealed_devices.c.position)):
        newest[row["run_id"], row["device"]] = row["digest"]
    found = []
    for (run_id, device), sealed in newest.items():
        if _digest_now(connection, run_id, device) not in {sealed, ""}:
            found.append(Damage(run_id=run_id, what=device))
    return found


def _digest_now(connection: Connection, run_id: str, device: str) -> str:
    """The digest of what the tables hold now; empty while a resumed run has the device open."""
    parts = [
        rows_of(
            connection,
            select(table)
            .where(table.c.run_id == run_id, table.c.device == device)
            .order_by(table.c.position),
        )
        for table in (t.devices, t.outcomes, t.findings, t.facts, t.config_changes)
    ]
    if not parts[0]:
        return "removed"
    running = connection.execute(select(t.runs.c.state).where(t.runs.c.run_id == run_id)).scalar()
    now = digest(parts[0][0], *parts[1:])
    if running == RunState.RUNNING.value and now == parts[0][0]["digest"]:
        return ""
    return now


def _broken(connection: Connection, evidence: Sequence[Row]) -> list[Damage]:
    """Links that do not follow, or whose evidence list or device list is not what was sealed."""
    by_link: dict[int, list[Row]] = {}
    for row in evidence:
        if row["link"] is not None:
            by_link.setdefault(row["link"], []).append(row)
    devices: dict[int, list[Row]] = {}
    for row in rows_of(connection, select(t.sealed_devices)):
        devices.setdefault(row["link"], []).append(row)
    previous, found, sealed = GENESIS, [], set()
    expected_link, taken = 1, prunings(connection)
    for link in rows_of(connection, select(t.chain).order_by(t.chain.c.link)):
        number, run_id = link["link"], str(link["run_id"])
        if told := taken.get(number):
            computed = pruning_root(previous, told["keep_days"], told["pruned_at"], told["runs"])
        else:
            sealed.add(run_id)
            plan = plan_of(connection, run_id)
            computed = root(previous, plan, by_link.get(number, []), devices.get(number, []))
        if (
            number != expected_link
            or link["previous_hash"] != previous
            or link["root_hash"] != computed
        ):
            found.append(Damage(run_id=run_id, what="run", sha256=link["root_hash"]))
        previous, expected_link = link["root_hash"], number + 1
    closed = connection.execute(
        select(t.runs.c.run_id).where(t.runs.c.state != RunState.RUNNING.value)
    ).scalars()
    found += [Damage(run_id=str(r), what="run") for r in closed if r not in sealed]
    return found
