"""The parts of a signed document that a run's findings alone do not give."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from xunjian.checks.model import Finding
from xunjian.language import Text

_NEAR = 0.1  # of a limit, or of the span between two


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who took part, or who is to sign.

    is_opinion: the name is what the customer wrote under "consent", in any words: nobody's name.
    """

    name: str
    role: Text = Text("")
    phone: str = ""
    is_opinion: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One version of a document and what changed with it."""

    version: int
    at: datetime
    by: str = ""
    what: Text = Text("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Cover, approval sheet and overview: what the contract and the round's order say.

    title: as the occasion demands it. planned_first, planned_last: the days the calendar gave.
    logo: PNG or JPEG bytes, empty for none. warnings: what must stand on the cover, such as an
    override of a freeze.
    """

    title: Text
    number: str = ""
    version: int = 1
    secrecy: str = ""
    project: str = ""
    customer: str = ""
    contractor: str = ""
    logo: bytes = field(default=b"", repr=False)
    purpose: Text = Text("")
    basis: tuple[Text, ...] = ()
    scope: Text = Text("")
    planned_first: date | None = None
    planned_last: date | None = None
    submitted_on: date | None = None
    people: tuple[Person, ...] = ()
    signers: tuple[Text, ...] = ()
    recipients: tuple[str, ...] = ()
    revisions: tuple[Revision, ...] = ()
    warnings: tuple[Text, ...] = ()
    said: tuple[str, ...] = ()  # what of the above a person wrote: the rest is our wording


@dataclass(frozen=True, slots=True, kw_only=True)
class IntactRate:
    """完好率: devices with nothing abnormal (register check included) over devices judged."""

    intact: int
    judged: int

    @property
    def pct(self) -> float | None:
        """In percent; None when nothing was judged."""
        return round(100 * self.intact / self.judged, 1) if self.judged else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """风险等级: the highest level among the open problems, empty for none. said: it and its rule.

    is_least: something was not judged, so that it may be higher.
    """

    level: str = ""
    is_least: bool = False
    said: Text = Text("")


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultFigures:
    """Faults of this period by level; level empty: those that have none, as what is unknown.

    open: all that stand open now; trends: by the words of the comparison, empty without one.
    """

    level: str
    open: int
    trends: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextRound:
    """A round that the calendar has next. is_same: of the playbook that this report is of."""

    rule: str
    playbook: str
    title: Text
    first: date
    due: date
    is_same: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """An open matter of an earlier round, by the id it was first given.

    state: `open`, `closed` (re-inspected and in order), `waived` (approver, reason, expiry in
    `note`) or `unverified` (not judged this time).
    """

    id: str
    finding: Finding
    device: str
    label: str
    first_seen_at: datetime
    first_number: str  # of the document it first stood in
    rounds: int  # how many rounds it has been open
    state: str = "open"
    note: Text = Text("")


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdRow:
    """One limit that was applied, and where it comes from."""

    check: str
    title: Text
    standard: Text
    unit: str
    source: Text
    devices: int  # how many were held against it


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One line of the evidence index. number: `E0001`, counted in the order of the record.

    text: what was asked, word for word. told: of what a person answered, what it was about.
    """

    number: str
    id: str
    device: str
    label: str
    text: str
    taken_at: datetime
    sha256: str
    size_bytes: int
    complete: bool
    told: Text = Text("")


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualRow:
    """One manual item: who answered what on which form; verdict `not_checked` when blank."""

    device: str
    label: str
    room: str
    finding: Finding
    by: str = ""
    at: datetime | None = None
    photos: tuple[str, ...] = ()  # sha256 of stored pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Where a straight line through the last rounds leads; `method` says how it was drawn."""

    method: Text
    message: Text
    reaches_at: date | None = None
    per_day: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One measured value over the rounds, with the limits it was held against.

    points: (time, value), oldest first; a round that did not measure it is absent.
    topic: `optical`, `temperature`, `runtime`, `disk`, … by the check's fact.
    """

    id: str
    topic: str
    title: Text
    device: str
    label: str
    subject: str
    unit: str
    points: tuple[tuple[datetime, float], ...]
    limits: Mapping[str, float] = field(default_factory=dict)  # warning, critical
    worse: str = ""  # high, low
    forecast: Forecast | None = None

    @property
    def is_notable(self) -> bool:
        """Whether it leads somewhere, has moved, or is at or near a limit (house rule: a tenth)."""
        if self.forecast:
            return True
        if not self.points or not self.limits:
            return False
        now, limits = self.points[-1][1], self.limits.values()
        is_band = {"low", "high"} <= self.limits.keys()
        tenth = (max(limits) - min(limits) if is_band else max(map(abs, limits))) * _NEAR
        if any(abs(limit - now) <= tenth for limit in limits) or self._is_past(now):
            return True
        return len(self.points) > 1 and abs(now - self.points[-2][1]) >= max(tenth, 1e-9)

    def _is_past(self, value: float) -> bool:
        below = self.worse == "low"
        first = [limit for name, limit in self.limits.items() if name in {"warning", "critical"}]
        low, high = self.limits.get("low"), self.limits.get("high")
        return (
            any(value < limit if below else value > limit for limit in first)
            or (low is not None and value < low)
            or (high is not None and value > high)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingTrail:
    """A finding that was bad in some round: its verdicts by run id, absent where not judged."""

    id: str
    check: str
    title: Text
    subject: str
    verdicts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFigures:
    """One earlier round in figures, for plots over rounds; oldest first in the model."""

    run_id: str
    number: str
    started_at: datetime
    verdicts: Mapping[str, int]
    intact: IntactRate


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFigures:
    """How a site stands in this round."""

    site: str
    title: str
    devices: int
    reached: int
    abnormal: int
    intact: IntactRate
