"""What was pruned by term is a link of the chain."""

import hashlib
import json

from alembic import op
from sqlalchemy import Column, Connection, ForeignKey, Integer, String, text

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, and seal what was pruned before there were any."""
    op.create_table(
        "prunings",
        Column("link", Integer, ForeignKey("chain.link"), primary_key=True),
        Column("keep_days", Integer, nullable=False),
        Column("pruned_at", String, nullable=False),
    )
    op.create_table(
        "pruned_pieces",
        Column("position", Integer, primary_key=True),
        Column("link", Integer, ForeignKey("prunings.link"), nullable=False),
        Column("run_id", String, ForeignKey("runs.run_id"), nullable=False),
        Column("sha256", String, nullable=False),
    )
    op.create_index("pruned_by_link", "pruned_pieces", ["link", "run_id"])
    _seal(op.get_bind())
    op.drop_table("tombstones")


def _seal(connection: Connection) -> None:
    """One link over all of them; their term is not known any more (0)."""
    last_at = connection.execute(text("SELECT max(pruned_at) FROM tombstones")).scalar()
    pieces = sorted(
        {
            (str(run_id), str(sha256))
            for run_id, raw, plain, pruned_at, started_at in connection.execute(
                text(
                    "SELECT e.run_id, e.sha256, e.text_sha256, t.pruned_at, r.started_at"
                    " FROM evidence e JOIN runs r ON r.run_id = e.run_id"
                    " JOIN tombstones t ON t.sha256 IN (e.sha256, e.text_sha256)"
                )
            )
            for sha256 in (raw, plain)
            if started_at < pruned_at
        }
    )
    gone = {str(one) for one in connection.execute(text("SELECT sha256 FROM tombstones")).scalars()}
    pieces = [piece for piece in pieces if piece[1] in gone]
    last = connection.execute(
        text("SELECT link, root_hash FROM chain ORDER BY link DESC LIMIT 1")
    ).first()
    if not pieces or last is None:
        return
    runs: dict[str, list[str]] = {}
    for run_id, sha256 in pieces:
        runs.setdefault(run_id, []).append(sha256)
    listed = [
        [run_id, hashlib.sha256("\n".join(own).encode()).hexdigest()]
        for run_id, own in sorted(runs.items())
    ]
    parts = [last[1], ["pruned", 0, last_at, listed], [], []]
    body = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    link = int(last[0]) + 1
    connection.execute(
        text(
            "INSERT INTO chain (link, run_id, previous_hash, root_hash, closed_at)"
            " VALUES (:link, :run_id, :previous, :root, :at)"
        ),
        {
            "link": link,
            "run_id": pieces[0][0],
            "previous": last[1],
            "root": hashlib.sha256(body.encode()).hexdigest(),
            "at": last_at,
        },
    )
    connection.execute(
        text("INSERT INTO prunings (link, keep_days, pruned_at) VALUES (:link, 0, :at)"),
        {"link": link, "at": last_at},
    )
    connection.execute(
        text("INSERT INTO pruned_pieces (link, run_id, sha256) VALUES (:link, :run_id, :sha256)"),
        [{"link": link, "run_id": run_id, "sha256": sha256} for run_id, sha256 in pieces],
    )
