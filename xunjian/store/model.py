"""What the store answers: lists of runs and findings, comparisons, proofs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from xunjian.calendar.model import Waiver
from xunjian.checks.model import Finding, Verdict
from xunjian.config.model import ConfigDiff
from xunjian.facts.model import FactTable
from xunjian.language import Text
from xunjian.playbook.model import Playbook
from xunjian.run.model import ContentUsed, DeviceResult, Outcome, RunState
from xunjian.secrets import Secret
from xunjian.transport.model import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbering:
    """How a document is numbered. kind: what `{kind}` stands for in the pattern."""

    pattern: str
    prefix: str = "XJ"
    project: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStart:
    """What is known when a run begins, beside its plan.

    devices: the register's data of every selected device. started_at: None is now.
    numbering: how its report is numbered when it closes; None: by the playbook alone.
    """

    playbook: Playbook
    devices: tuple[DeviceResult, ...]
    content: tuple[ContentUsed, ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)
    started_at: datetime | None = None
    numbering: Numbering | None = None
    round_id: str = ""  # of the calendar's round it is made for


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnd:
    """How a run ends.

    missing_reason: given to planned pairs that have no outcome. ended_at: None is now.
    """

    state: RunState = RunState.FINISHED
    exit_code: int | None = None
    nornir_results: Mapping[str, object] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    missing_reason: str = "internal"
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFilter:
    """Which findings are wanted; what is not set does not filter."""

    run_id: str | None = None
    device: str | None = None
    check: str | None = None
    verdicts: tuple[Verdict, ...] = ()
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSave:
    """All of one device's part of a run: stored in one transaction or not at all.

    secrets: values the device's session was given; they are blanked in everything stored.
    change: how its configuration stands, where it was read.
    """

    result: DeviceResult
    outcomes: tuple[Outcome, ...]
    table: FactTable = field(default_factory=FactTable)
    evidence: tuple[Evidence, ...] = ()
    secrets: tuple[Secret, ...] = ()
    change: ConfigDiff | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """One line of `list runs`; `outcomes` counts what is stored at this moment."""

    run_id: str
    number: str
    playbook: str
    started_at: datetime
    ended_at: datetime | None
    state: RunState
    planned: int
    outcomes: int
    exit_code: int | None
    title: Text = Text("")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFinding:
    """A finding with the run it belongs to."""

    run_id: str
    finding: Finding


class Trend(StrEnum):
    """How an open (warning or abnormal) finding stands to the rounds before."""

    NEW = "new"  # never open before in a round of this playbook
    PERSISTING = "persisting"  # open in the last round too
    BACK = "back"  # open once, resolved in between, open again
    RESOLVED = "resolved"  # open in the last round, judged and no longer open now
    UNVERIFIED = "unverified"  # open in the last round, planned now but not judged now


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A run held against the last finished one of the same playbook.

    trends: by finding id, for every finding that is open now or was open in the last round.
    resolved, unverified: the findings of the last round, as they stood then.
    """

    run_id: str
    previous_run_id: str | None = None
    previous_started_at: datetime | None = None
    trends: Mapping[str, Trend] = field(default_factory=dict)
    resolved: tuple[Finding, ...] = ()
    unverified: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRound:
    """An earlier round in figures. judged: devices; intact: those with nothing abnormal."""

    run_id: str
    number: str
    started_at: datetime
    verdicts: Mapping[str, int]
    intact: int
    judged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMatter:
    """A finding of earlier rounds that was open when it was last judged, or was left unchecked.

    finding: as it stood last. first_*: the round since which it has been open without a break.
    last_stamp: when it was last seen open, as the store writes it. rounds: in how many it was.
    waiver: by whose leave it stands on the day of the round at hand. playbooks: of the rounds that
    saw it open.
    """

    finding: Finding
    first_seen_at: datetime
    first_number: str
    first_run_id: str
    last_stamp: str
    rounds: int
    waiver: Waiver | None = None
    playbooks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a document says about the rounds before its own.

    rounds: of the same playbook, oldest first. values: measured numbers by finding id, oldest
    first. matters: open before the run began.
    """

    rounds: tuple[PastRound, ...] = ()
    values: Mapping[str, tuple[tuple[datetime, float], ...]] = field(default_factory=dict)
    matters: tuple[OpenMatter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKey:
    """Which document: `inspection` and a run's id, or a periodic kind and its period."""

    kind: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentVersion:
    """One version of a document.

    digest: over everything it says. figures: what the next version is compared with.
    """

    version: int
    at: datetime
    by: str = ""
    what: Text = Text("")
    digest: str = ""
    figures: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFile:
    """One file that was written of a version; its bytes are kept under their hash."""

    key: DocumentKey
    version: int
    form: str
    language: str
    sha256: str
    size_bytes: int
    path: str
    written_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """One thing `verify` found wrong: what it is about and which run it belongs to."""

    run_id: str
    what: str  # evidence id, device name, or `run`
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The proof that nothing was altered or removed.

    altered: stored bytes or stored results differ from what was sealed. missing: bytes gone without
    a tombstone. broken: links of the chain that do not follow from the one before. pruned: pieces
    removed by contract term, tombstone kept. unsealed: runs that were killed and never closed.
    documents: written documents that are no longer what was written, `what` is their file.
    """

    checked: int
    altered: tuple[Damage, ...] = ()
    missing: tuple[Damage, ...] = ()
    broken: tuple[Damage, ...] = ()
    pruned: int = 0
    unsealed: tuple[str, ...] = ()
    documents: tuple[Damage, ...] = ()
    documents_checked: int = 0

    @property
    def is_intact(self) -> bool:
        """Whether everything sealed is there and unaltered (pruned counts as there)."""
        return not (self.altered or self.missing or self.broken or self.documents)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What `prune` removed."""

    pieces: int
    size_bytes: int
    runs: int
