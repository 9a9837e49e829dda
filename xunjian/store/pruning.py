"""What was removed by contract term: each pruning is a link of the chain.

Runs that are sealed later are chained to it, so nobody can claim afterwards that something was
pruned which was taken away: the root hash of every later report would be another one.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from xunjian.store import tables as t
from xunjian.store.chain import add_link, root
from xunjian.store.database import rows_of
from xunjian.store.rows import stamp

Row = Mapping[str, Any]


def bury(connection: Connection, keep_days: int, now: datetime) -> tuple[frozenset[str], int]:
    """Write down bytes that only runs older than `keep_days` cite; gives them and the number of
    those runs. The bytes go after the commit: a crash between loses no tombstone.
    """
    horizon = stamp(now - timedelta(days=keep_days))
    runs = rows_of(connection, select(t.runs.c.run_id, t.runs.c.started_at, t.runs.c.ended_at))
    old = {r["run_id"] for r in runs if (r["ended_at"] or r["started_at"]) < horizon}
    rows = rows_of(connection, select(t.evidence))
    kept = {sha for r in rows if r["run_id"] not in old for sha in hashes_of(r)}
    doomed = {sha for r in rows if r["run_id"] in old for sha in hashes_of(r)} - kept
    pieces = {(r["run_id"], sha) for r in rows for sha in hashes_of(r) if sha in doomed}
    if pieces := pieces - pruned_pieces(connection):
        _seal(connection, sorted(pieces), keep_days, stamp(now))
    return frozenset(doomed), len(old)


def _seal(
    connection: Connection, pieces: list[tuple[str, str]], keep_days: int, pruned_at: str
) -> None:
    """Add the link of one pruning."""
    runs = digests(pieces)
    link = add_link(
        connection,
        pieces[0][0],
        lambda previous: pruning_root(previous, keep_days, pruned_at, runs),
    )
    connection.execute(
        insert(t.prunings).values(link=link, keep_days=keep_days, pruned_at=pruned_at)
    )
    rows = [{"link": link, "run_id": run_id, "sha256": sha256} for run_id, sha256 in pieces]
    connection.execute(insert(t.pruned_pieces), rows)


def pruning_root(previous: str, keep_days: int, pruned_at: str, runs: Mapping[str, str]) -> str:
    """Hash of what a pruning took, chained to `previous`. runs: `digests` of its pieces."""
    said = ["pruned", keep_days, pruned_at, [list(item) for item in sorted(runs.items())]]
    return root(previous, said, (), ())


def digests(pieces: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Hash the pieces of each run, so that a run's proof need not name those of the others."""
    by_run: dict[str, list[str]] = {}
    for run_id, sha256 in pieces:
        by_run.setdefault(run_id, []).append(sha256)
    return {
        run_id: hashlib.sha256("\n".join(sorted(own)).encode()).hexdigest()
        for run_id, own in by_run.items()
    }


def pruned_pieces(connection: Connection) -> set[tuple[str, str]]:
    """Run and hash of everything that was pruned."""
    query = select(t.pruned_pieces.c.run_id, t.pruned_pieces.c.sha256)
    return {(row[0], row[1]) for row in connection.execute(query)}


def prunings(connection: Connection) -> dict[int, dict[str, Any]]:
    """Every pruning by its link: `keep_days`, `pruned_at`, `runs` (their digests)."""
    pieces: dict[int, list[tuple[str, str]]] = {}
    p = t.pruned_pieces.c
    for link, run_id, sha256 in connection.execute(select(p.link, p.run_id, p.sha256)):
        pieces.setdefault(link, []).append((run_id, sha256))
    return {
        row["link"]: {**row, "runs": digests(pieces.get(row["link"], ()))}
        for row in rows_of(connection, select(t.prunings))
    }


def hashes_of(row: Row) -> tuple[str, str]:
    """Give the pieces that a row of evidence stands for: as received, and as text."""
    return str(row["sha256"]), str(row["text_sha256"])
