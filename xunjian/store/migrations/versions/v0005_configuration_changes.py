"""How each device's configuration stood in a run."""

from alembic import op
from sqlalchemy import Column, ForeignKey, Integer, String, Text

revision = "0005"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "config_changes",
        Column("position", Integer, primary_key=True),
        Column("run_id", String, ForeignKey("runs.run_id"), nullable=False),
        Column("device", String, nullable=False),
        Column("body", Text, nullable=False),
    )
    op.create_index("config_change_once", "config_changes", ["run_id", "device"], unique=True)
