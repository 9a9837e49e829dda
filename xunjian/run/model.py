"""What a run plans and what came of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from xunjian.checks.model import Finding, Verdict
from xunjian.config.model import ConfigDiff
from xunjian.facts.model import AWAITING_FORM
from xunjian.inventory.model import Device
from xunjian.language import Text


class LeftOutReason(StrEnum):
    """Why a (device, task) pair was left out before any contact."""

    NO_CARD = "no_card"  # the card has nothing for the platform
    NO_ADDRESS = "no_address"  # the thing has no address: a manual item's business
    NO_PLATFORM = "no_platform"
    FILTERED = "filtered"  # --tags
    FREEZE = "freeze"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """One pair that was decided against before any contact."""

    device: str
    task: str
    reason: LeftOutReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one planned (device, task) pair: exactly one per pair.

    reached: at least one of the task's questions was answered (or judged by the session layer).
    reason: code of `errors.DeviceError`, `deadline`, `run_deadline`, `interrupted`,
        `credential_suspended`, `not_sent` or `internal`; empty when reached. `awaiting_form` is no
        trouble: a form is to be filled in, the findings are `not_checked` until then.
    """

    device: str
    task: str
    reached: bool
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    evidence_ids: tuple[str, ...] = ()
    started_at: datetime | None = None
    elapsed_s: float = 0.0

    @property
    def is_awaited(self) -> bool:
        """Whether it stands open only because a form is still to be filled in."""
        return self.reason == AWAITING_FORM


LEFT_OUT = "left_out"  # reason of a device that was selected and asked nothing


class RunState(StrEnum):
    """Where a run stands. `running` on disk without a live lock means it was killed."""

    RUNNING = "running"
    FINISHED = "finished"
    AWAITING_MANUAL = "awaiting_manual"
    INTERRUPTED = "interrupted"
    KILLED = "killed"


CLOSED = frozenset({RunState.FINISHED, RunState.AWAITING_MANUAL})  # it came to its end


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceResult:
    """One device's part of a run, with its register data as they stood at that time.

    reached: the session was opened and stayed in step to its end. reason: else why (the codes of
    `Outcome.reason`, `awaiting_form` for a thing that is inspected on a form only, or `left_out`
    when nothing was asked of it).
    """

    name: str
    label: str
    kind: str
    platform: str
    site: str
    room: str
    reached: bool
    reason: str = ""
    asset: Mapping[str, object] = field(default_factory=dict)
    site_title: str = ""
    room_title: str = ""
    party: str = ""
    address: str = ""
    notes: tuple[Text, ...] = ()  # problems of collecting, e.g. an enum value that is not listed
    systems: tuple[str, ...] = ()  # names of the systems it belongs to

    @property
    def is_awaited(self) -> bool:
        """Whether only forms ask about it, and it is still to be seen."""
        return self.reason == AWAITING_FORM

    @property
    def was_asked(self) -> bool:
        """Whether anybody was to reach it: else it is no trouble that nobody did."""
        return not self.is_awaited and self.reason != LEFT_OUT


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentUsed:
    """A content file a run used."""

    relative: str
    layer: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRef:
    """A stored piece of evidence, without its bytes."""

    id: str
    device: str
    channel: str
    text: str  # the request's text
    sha256: str
    size_bytes: int
    complete: bool
    error: str
    taken_at: datetime
    elapsed_s: float
    custody: str = "plain"  # plain, sealed (encrypted, redacted text beside it) or redacted
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """Everything a report needs about one run, read back from the store.

    planned == len(outcomes) + len(left_out), always (invariant 2).
    """

    run_id: str
    number: str
    playbook: str
    title: Text
    occasion: str
    state: RunState
    started_at: datetime
    ended_at: datetime | None
    planned: int
    outcomes: tuple[Outcome, ...]
    left_out: tuple[LeftOut, ...]
    devices: tuple[DeviceResult, ...]
    content: tuple[ContentUsed, ...] = ()
    evidence: tuple[EvidenceRef, ...] = ()
    root_hash: str = ""
    tool_version: str = ""
    exit_code: int | None = None
    inactive: tuple[str, ...] = ()  # playbook keys accepted but not yet active
    nornir_results: Mapping[str, object] = field(default_factory=dict)
    notes: tuple[str, ...] = ()  # what the engine itself met with, e.g. the text of an exception
    changes: tuple[ConfigDiff, ...] = ()  # one per device whose configuration was read
    round_id: str = ""  # of the calendar's round this run was made for
    version: int = 1  # n+1 on every correction of a closed record


AND = "、"  # between the names of people who answered the same question


def blanks(outcomes: Iterable[Outcome]) -> int:
    """Count what forms are still to say: findings nobody answered, cards that judge nothing."""
    return sum(sum(map(_is_blank, outcome.findings)) or outcome.is_awaited for outcome in outcomes)


def _is_blank(finding: Finding) -> bool:
    if finding.verdict is Verdict.UNKNOWN:  # two people contradict each other
        return AND in finding.by
    return finding.source == "manual" and finding.verdict is Verdict.NOT_CHECKED and not finding.by


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One planned unit of work: a device and the names of its tasks, asked in one session."""

    device: Device
    tasks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """Who is asked what, decided before any contact."""

    pairs: tuple[Pair, ...]
    left_out: tuple[LeftOut, ...]
    devices: tuple[Device, ...] = ()  # every selected device, also those wholly left out

    @property
    def planned(self) -> int:
        """Number of (device, task) pairs: what is asked plus what was left out."""
        return sum(len(pair.tasks) for pair in self.pairs) + len(self.left_out)
