"""The calendar's journal, and the round that a run was made for."""

from alembic import op
from sqlalchemy import Column, Integer, String, Text

revision = "0003"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the journal; earlier runs belong to no round."""
    op.create_table(
        "calendar_journal",
        Column("position", Integer, primary_key=True),
        Column("kind", String, nullable=False),
        Column("subject", String, nullable=False),
        Column("recorded_at", String, nullable=False),
        Column("body", Text, nullable=False),
        Column("previous_hash", String, nullable=False),
        Column("hash", String, nullable=False),
    )
    op.create_index("journal_by_subject", "calendar_journal", ["kind", "subject"])
    op.add_column("runs", Column("round_id", String))
