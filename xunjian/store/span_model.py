"""Types of what happened from one time to another: what `Store.span` answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from xunjian.checks.model import Finding, Verdict
from xunjian.config.model import ConfigDiff
from xunjian.language import Text
from xunjian.run.model import DeviceResult, RunState


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanRun:
    """One run of the span in figures. is_round: closed, and its findings are a round's."""

    run_id: str
    number: str
    playbook: str
    title: Text
    occasion: str
    state: RunState
    started_at: datetime
    ended_at: datetime | None
    planned: int
    outcomes: int
    reached: int
    left_out: int
    verdicts: Mapping[str, int]
    round_id: str
    is_round: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One device in one round. is_judged: it has a verdict; is_intact: none is abnormal."""

    run_id: str
    device: str
    reached: bool
    reason: str
    is_judged: bool
    is_intact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A finding in the rounds: (time, run, verdict), oldest first; `finding` as last seen bad.

    gone_at: its check ended clean without this subject, in the first round after it was last seen.
    """

    finding: Finding
    seen: tuple[tuple[datetime, str, Verdict], ...]
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanChange:
    """The configuration of a device differed in a run."""

    run_id: str
    number: str
    at: datetime
    diff: ConfigDiff


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A finding that a person answered on a form."""

    run_id: str
    at: datetime
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """What a device said it is, in one round."""

    device: str
    run_id: str
    number: str
    at: datetime
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """The number and newest version of a document that was given out in the span."""

    kind: str
    subject: str
    number: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Everything the store has from `start` to before `end`.

    devices: as the register had them in their last round here. values: by finding id, of the wanted
    checks; measured: those findings as they stood last.
    """

    start: datetime
    end: datetime
    runs: tuple[SpanRun, ...] = ()
    devices: Mapping[str, DeviceResult] = field(default_factory=dict)
    visits: tuple[Visit, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    values: Mapping[str, tuple[tuple[datetime, float], ...]] = field(default_factory=dict)
    measured: Mapping[str, Finding] = field(default_factory=dict)
    changes: tuple[SpanChange, ...] = ()
    answered: tuple[Answered, ...] = ()
    identities: tuple[Identified, ...] = ()
    issued: tuple[Issued, ...] = ()

    @property
    def rounds(self) -> tuple[SpanRun, ...]:
        """The runs that count as rounds, oldest first."""
        return tuple(run for run in self.runs if run.is_round)
