"""The first tables of the store."""

from alembic import op
from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, String, Text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _run_id() -> Column[str]:
    return Column("run_id", String, ForeignKey("runs.run_id"), nullable=False)


def _name(name: str) -> Column[str]:
    return Column(name, String, nullable=False)


def _body(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def upgrade() -> None:
    """Create all tables."""
    _create_runs()
    _create_plan()
    _create_results()
    _create_evidence()
    _create_chain()


def _create_runs() -> None:
    op.create_table(
        "runs",
        Column("position", Integer, primary_key=True),
        Column("run_id", String, nullable=False, unique=True),
        _name("number"),
        _name("playbook"),
        _name("month"),
        Column("seq", Integer, nullable=False),
        _body("title"),
        _name("occasion"),
        _name("state"),
        _name("started_at"),
        Column("ended_at", String),
        Column("planned", Integer, nullable=False),
        _name("tool_version"),
        Column("exit_code", Integer),
        _body("inactive"),
        _body("nornir_results"),
        _body("notes"),
        _body("settings"),
    )
    op.create_index("runs_by_playbook", "runs", ["playbook", "started_at"])


def _create_plan() -> None:
    op.create_table(
        "content_used",
        Column("position", Integer, primary_key=True),
        _run_id(),
        _name("relative"),
        _name("layer"),
        _name("sha256"),
    )
    op.create_index("content_by_run", "content_used", ["run_id"])
    op.create_table(
        "planned_pairs",
        Column("position", Integer, primary_key=True),
        _run_id(),
        _name("device"),
        _name("task"),
    )
    op.create_index("planned_once", "planned_pairs", ["run_id", "device", "task"], unique=True)
    op.create_table(
        "planned_devices",
        Column("position", Integer, primary_key=True),
        _run_id(),
        _name("device"),
        _body("body"),
    )
    op.create_index("planned_device_once", "planned_devices", ["run_id", "device"], unique=True)
    op.create_table(
        "left_out",
        Column("position", Integer, primary_key=True),
        _run_id(),
        _name("device"),
        _name("task"),
        _name("reason"),
    )
    op.create_index("left_out_by_run", "left_out", ["run_id"])


def _create_results() -> None:
    op.create_table(
        "device_results",
        Column("position", Integer, primary_key=True),
        _run_id(),
        _name("device"),
        Column("reached", Boolean, nullable=False),
        _name("reason"),
        Column("complete", Boolean, nullable=False),
        _name("started_at"),
        _body("body"),
        _name("digest"),
    )
    op.create_index("device_once", "device_results", ["run_id", "device"], unique=True)
    op.create_index("devices_by_name", "device_results", ["device", "started_at"])
    op.create_table(
        "outcomes",
        Column("position", Integer, primary_key=True),
        _run_id(),
        _name("device"),
        _name("task"),
        Column("reached", Boolean, nullable=False),
        _name("reason"),
        _body("evidence_ids"),
        Column("started_at", String),
        Column("elapsed_s", Float, nullable=False),
    )
    op.create_index("outcome_once", "outcomes", ["run_id", "device", "task"], unique=True)
    op.create_table(
        "findings",
        Column("position", Integer, primary_key=True),
        _run_id(),
        _name("device"),
        _name("task"),
        _name("finding_id"),
        _name("check_id"),
        _name("subject"),
        _name("verdict"),
        _name("level"),
        _body("body"),
    )
    op.create_index("findings_by_run", "findings", ["run_id", "device"])
    op.create_index("findings_by_id", "findings", ["finding_id"])
    op.create_table(
        "facts",
        Column("position", Integer, primary_key=True),
        _run_id(),
        _name("device"),
        _name("fact"),
        _name("started_at"),
        _body("rows"),
    )
    op.create_index("facts_by_device", "facts", ["device", "fact", "started_at"])
    op.create_index("facts_by_run", "facts", ["run_id", "device"])


def _create_evidence() -> None:
    op.create_table(
        "evidence",
        Column("position", Integer, primary_key=True),
        _run_id(),
        _name("device"),
        _name("evidence_id"),
        _name("channel"),
        _body("text"),
        _body("options"),
        Column("timeout_s", Float, nullable=False),
        _name("sha256"),
        _name("text_sha256"),
        Column("size_bytes", Integer, nullable=False),
        _name("custody"),
        Column("leaks", Integer, nullable=False),
        _name("decoded_as"),
        Column("complete", Boolean, nullable=False),
        _name("error"),
        _body("detail"),
        Column("status", Integer),
        _body("flags"),
        _name("taken_at"),
        Column("elapsed_s", Float, nullable=False),
        Column("superseded", Boolean, nullable=False),
        Column("link", Integer),
    )
    op.create_index("evidence_by_run", "evidence", ["run_id", "device"])
    op.create_index("evidence_by_hash", "evidence", ["sha256"])


def _create_chain() -> None:
    op.create_table(
        "chain",
        Column("link", Integer, primary_key=True),
        _run_id(),
        _name("previous_hash"),
        _name("root_hash"),
        _name("closed_at"),
    )
    op.create_table(
        "sealed_devices",
        Column("position", Integer, primary_key=True),
        Column("link", Integer, ForeignKey("chain.link"), nullable=False),
        _run_id(),
        _name("device"),
        _name("digest"),
    )
    op.create_index("sealed_by_link", "sealed_devices", ["link"])
    op.create_table(
        "tombstones",
        Column("sha256", String, primary_key=True),
        _name("pruned_at"),
    )
    op.create_table(
        "reference_rounds",
        Column("device", String, primary_key=True),
        _run_id(),
        _name("accepted_at"),
    )
