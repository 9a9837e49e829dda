"""What was told to whom."""

from alembic import op
from sqlalchemy import Column, Integer, String

revision = "0006"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "notices",
        Column("position", Integer, primary_key=True),
        Column("kind", String, nullable=False),
        Column("subject", String, nullable=False),
        Column("event", String, nullable=False),
        Column("recipient", String, nullable=False),
        Column("state", String, nullable=False),
        Column("reason", String, nullable=False),
        Column("device", String, nullable=False),
        Column("check_id", String, nullable=False),
        Column("run_id", String, nullable=False),
        Column("at", String, nullable=False),
        Column("closed_at", String),
    )
    op.create_index("notices_by_subject", "notices", ["kind", "subject"])
    op.create_index("notices_by_device", "notices", ["device", "closed_at"])
