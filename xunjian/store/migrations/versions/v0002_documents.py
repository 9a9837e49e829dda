"""Documents: their numbers, their versions, the files that were written of them."""

from alembic import op
from sqlalchemy import Column, Integer, String, Text

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of documents, and the index that open findings are looked up by."""
    op.create_table(
        "document_numbers",
        Column("position", Integer, primary_key=True),
        Column("project", String, nullable=False),
        Column("kind", String, nullable=False),
        Column("subject", String, nullable=False),
        Column("series", String, nullable=False),
        Column("seq", Integer, nullable=False),
        Column("number", String, nullable=False),
        Column("given_at", String, nullable=False),
    )
    op.create_index("number_once", "document_numbers", ["number"], unique=True)
    op.create_index(
        "document_once", "document_numbers", ["project", "kind", "subject"], unique=True
    )
    op.create_index("numbers_by_series", "document_numbers", ["series", "seq"], unique=True)
    op.create_table(
        "document_versions",
        Column("position", Integer, primary_key=True),
        Column("kind", String, nullable=False),
        Column("subject", String, nullable=False),
        Column("version", Integer, nullable=False),
        Column("at", String, nullable=False),
        Column("by", String, nullable=False),
        Column("what", Text, nullable=False),
        Column("digest", String, nullable=False),
        Column("figures", Text, nullable=False),
    )
    op.create_index(
        "version_once", "document_versions", ["kind", "subject", "version"], unique=True
    )
    op.create_table(
        "document_files",
        Column("position", Integer, primary_key=True),
        Column("kind", String, nullable=False),
        Column("subject", String, nullable=False),
        Column("version", Integer, nullable=False),
        Column("form", String, nullable=False),
        Column("language", String, nullable=False),
        Column("sha256", String, nullable=False),
        Column("size_bytes", Integer, nullable=False),
        Column("path", Text, nullable=False),
        Column("written_at", String, nullable=False),
    )
    op.create_index("files_by_document", "document_files", ["kind", "subject", "version"])
    op.create_index("findings_by_verdict", "findings", ["verdict", "finding_id"])
