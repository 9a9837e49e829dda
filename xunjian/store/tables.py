"""The store's tables as of the newest migration; a test holds the two equal."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

HEAD = "0007"  # the newest migration in migrations/versions

metadata = MetaData()


def _run_id() -> Column[str]:
    return Column("run_id", String, ForeignKey("runs.run_id"), nullable=False)


def _name(name: str) -> Column[str]:
    return Column(name, String, nullable=False)


def _body(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


# times are ISO 8601 with their zone, in UTC so that they sort; JSON is codec.dumps
runs = Table(
    "runs",
    metadata,
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
    Column("round_id", String),  # of the calendar's round it was made for
)
Index("runs_by_playbook", runs.c.playbook, runs.c.started_at)

content = Table(
    "content_used",
    metadata,
    Column("position", Integer, primary_key=True),
    _run_id(),
    _name("relative"),
    _name("layer"),
    _name("sha256"),
)
Index("content_by_run", content.c.run_id)

planned = Table(
    "planned_pairs",
    metadata,
    Column("position", Integer, primary_key=True),
    _run_id(),
    _name("device"),
    _name("task"),
)
Index("planned_once", planned.c.run_id, planned.c.device, planned.c.task, unique=True)

planned_devices = Table(
    "planned_devices",
    metadata,
    Column("position", Integer, primary_key=True),
    _run_id(),
    _name("device"),
    _body("body"),  # the register's data as they stood at the beginning
)
Index("planned_device_once", planned_devices.c.run_id, planned_devices.c.device, unique=True)

left_out = Table(
    "left_out",
    metadata,
    Column("position", Integer, primary_key=True),
    _run_id(),
    _name("device"),
    _name("task"),
    _name("reason"),
)
Index("left_out_by_run", left_out.c.run_id)

devices = Table(
    "device_results",
    metadata,
    Column("position", Integer, primary_key=True),
    _run_id(),
    _name("device"),
    Column("reached", Boolean, nullable=False),
    _name("reason"),
    Column("complete", Boolean, nullable=False),  # fit to be the device's reference round
    _name("started_at"),  # of the run
    _body("body"),
    _name("digest"),  # over outcomes, findings and facts
)
Index("device_once", devices.c.run_id, devices.c.device, unique=True)
Index("devices_by_name", devices.c.device, devices.c.started_at)

outcomes = Table(
    "outcomes",
    metadata,
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
Index("outcome_once", outcomes.c.run_id, outcomes.c.device, outcomes.c.task, unique=True)

findings = Table(
    "findings",
    metadata,
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
Index("findings_by_run", findings.c.run_id, findings.c.device)
Index("findings_by_id", findings.c.finding_id)
Index("findings_by_verdict", findings.c.verdict, findings.c.finding_id)

facts = Table(
    "facts",
    metadata,
    Column("position", Integer, primary_key=True),
    _run_id(),
    _name("device"),
    _name("fact"),
    _name("started_at"),  # of the run
    _body("rows"),
)
Index("facts_by_device", facts.c.device, facts.c.fact, facts.c.started_at)
Index("facts_by_run", facts.c.run_id, facts.c.device)

config_changes = Table(
    "config_changes",
    metadata,
    Column("position", Integer, primary_key=True),
    _run_id(),
    _name("device"),
    _body("body"),  # codec of store.changes
)
Index("config_change_once", config_changes.c.run_id, config_changes.c.device, unique=True)

evidence = Table(
    "evidence",
    metadata,
    Column("position", Integer, primary_key=True),
    _run_id(),
    _name("device"),
    _name("evidence_id"),
    _name("channel"),
    _body("text"),
    _body("options"),
    Column("timeout_s", Float, nullable=False),
    _name("sha256"),  # of the bytes as kept: ciphertext when sealed
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
    Column("superseded", Boolean, nullable=False),  # the device was asked again on --resume
    Column("link", Integer),  # the chain link that sealed it
)
Index("evidence_by_run", evidence.c.run_id, evidence.c.device)
Index("evidence_by_hash", evidence.c.sha256)

chain = Table(
    "chain",
    metadata,
    Column("link", Integer, primary_key=True),
    _run_id(),
    _name("previous_hash"),
    _name("root_hash"),
    _name("closed_at"),
)

sealed_devices = Table(
    "sealed_devices",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("link", Integer, ForeignKey("chain.link"), nullable=False),
    _run_id(),
    _name("device"),
    _name("digest"),
)
Index("sealed_by_link", sealed_devices.c.link)

# a pruning is a link of the chain; the run it names is but one of those that it took pieces of
prunings = Table(
    "prunings",
    metadata,
    Column("link", Integer, ForeignKey("chain.link"), primary_key=True),
    Column("keep_days", Integer, nullable=False),
    _name("pruned_at"),
)

pruned_pieces = Table(
    "pruned_pieces",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("link", Integer, ForeignKey("prunings.link"), nullable=False),
    _run_id(),
    _name("sha256"),
)
Index("pruned_by_link", pruned_pieces.c.link, pruned_pieces.c.run_id)

references = Table(
    "reference_rounds",
    metadata,
    Column("device", String, primary_key=True),
    _run_id(),
    _name("accepted_at"),
)

# kind: `inspection` for the report of a run, else the name of a periodic document.
# subject: the run's id, or the period. series: the filled pattern without its sequence number.
document_numbers = Table(
    "document_numbers",
    metadata,
    Column("position", Integer, primary_key=True),
    _name("project"),
    _name("kind"),
    _name("subject"),
    _name("series"),
    Column("seq", Integer, nullable=False),
    _name("number"),
    _name("given_at"),
)
Index("number_once", document_numbers.c.number, unique=True)
Index(
    "document_once",
    document_numbers.c.project,
    document_numbers.c.kind,
    document_numbers.c.subject,
    unique=True,
)
Index("numbers_by_series", document_numbers.c.series, document_numbers.c.seq, unique=True)

document_versions = Table(
    "document_versions",
    metadata,
    Column("position", Integer, primary_key=True),
    _name("kind"),
    _name("subject"),
    Column("version", Integer, nullable=False),
    _name("at"),
    _name("by"),
    _body("what"),
    _name("digest"),  # over what the document says; another digest is another version
    _body("figures"),  # what the next version is compared with
)
Index(
    "version_once",
    document_versions.c.kind,
    document_versions.c.subject,
    document_versions.c.version,
    unique=True,
)

document_files = Table(
    "document_files",
    metadata,
    Column("position", Integer, primary_key=True),
    _name("kind"),
    _name("subject"),
    Column("version", Integer, nullable=False),
    _name("form"),
    _name("language"),
    _name("sha256"),
    Column("size_bytes", Integer, nullable=False),
    _body("path"),  # where it was written; the bytes themselves are kept by their hash
    _name("written_at"),
)
Index(
    "files_by_document",
    document_files.c.kind,
    document_files.c.subject,
    document_files.c.version,
)

# kind: entry, declaration, override, waiver, rejudgement; only added to
# subject: the id of the round, the run or the thing itself
journal = Table(
    "calendar_journal",
    metadata,
    Column("position", Integer, primary_key=True),
    _name("kind"),
    _name("subject"),
    _name("recorded_at"),
    _body("body"),
    _name("previous_hash"),
    _name("hash"),
)
Index("journal_by_subject", journal.c.kind, journal.c.subject)

# kind: finding, round, run, test; state: sent or failed; closed_at: of a finding that is over
notices = Table(
    "notices",
    metadata,
    Column("position", Integer, primary_key=True),
    _name("kind"),
    _name("subject"),
    _name("event"),
    _name("recipient"),
    _name("state"),
    _name("reason"),
    _name("device"),
    _name("check_id"),
    _name("run_id"),
    _name("at"),
    Column("closed_at", String),
)
Index("notices_by_subject", notices.c.kind, notices.c.subject)
Index("notices_by_device", notices.c.device, notices.c.closed_at)
