"""What every document of a run says: one model, rendered by every format."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from xunjian.checks.model import BAD, Finding, Verdict
from xunjian.config.model import ConfigDiff
from xunjian.language import Text
from xunjian.report.document import (
    EvidenceRow,
    FaultFigures,
    FindingTrail,
    Head,
    IntactRate,
    Leftover,
    ManualRow,
    NextRound,
    Risk,
    RoundFigures,
    Series,
    SiteFigures,
    ThresholdRow,
)
from xunjian.run.found import FREE_CHECK
from xunjian.run.model import ContentUsed, DeviceResult, EvidenceRef, RunState
from xunjian.store.model import Trend

_MARKS = {"automatic": "A", "manual": "M", "hybrid": "H"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The figures of a run; pairs are (device, task). planned = outcomes + left_out."""

    planned: int
    outcomes: int
    left_out: int
    devices: int
    reached: int
    verdicts: Mapping[Verdict, int]
    awaiting: int = 0  # items of forms that nobody has answered yet
    on_paper: int = 0  # devices that nothing was sent to: forms ask about them, or nobody does


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of what was asked was answered."""

    outcomes: int
    reached: int

    @property
    def pct(self) -> float | None:
        """Share of outcomes that were reached, in percent; None when nothing was asked."""
        return round(100 * self.reached / self.outcomes, 1) if self.outcomes else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """A finding with what a reader needs beside it.

    affects: who depends on the device, by the register. cause: what a person wrote, or that what
    the device depends on failed too. due_on: by when, where the settings give days to its level.
    """

    number: int  # running number among the problems, 0 for findings that are none
    finding: Finding
    device: DeviceResult
    change: Trend | None = None
    affects: Text = Text("")
    cause: Text = Text("")
    due_on: date | None = None

    @property
    def is_bad(self) -> bool:
        """Whether a person has to look at it."""
        return self.finding.verdict in BAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A (device, task) pair that was asked and not answered."""

    device: DeviceResult
    task: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutRow:
    """A (device, task) pair that was decided against before any contact."""

    device: str
    label: str
    task: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSheet:
    """One device's record sheet."""

    device: DeviceResult
    rows: tuple[FindingRow, ...]
    unanswered: tuple[Unanswered, ...]
    verdicts: Mapping[Verdict, int]
    found: Mapping[str, str] = field(default_factory=dict)  # what the device says it is

    @property
    def worst(self) -> Verdict:
        """The verdict a reader should see first; a device not reached is never normal."""
        for verdict in BAD:
            if self.verdicts.get(verdict):
                return verdict
        if self.unanswered or not (self.device.reached or self.device.is_awaited):
            return Verdict.UNKNOWN
        return Verdict.NORMAL if self.verdicts.get(Verdict.NORMAL) else Verdict.NOT_CHECKED


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportModel:
    """Everything the documents of one run show; formats only arrange it."""

    run_id: str
    number: str
    playbook: str
    title: Text
    occasion: str
    state: RunState
    started_at: datetime
    ended_at: datetime | None
    exit_code: int | None
    conclusion: Text
    totals: Totals
    coverage: Coverage
    sheets: tuple[DeviceSheet, ...]
    problems: tuple[FindingRow, ...]  # worst first
    unanswered: tuple[Unanswered, ...]
    left_out: tuple[LeftOutRow, ...]
    resolved: tuple[FindingRow, ...] = ()  # open in the last round, in order now
    unverified: tuple[FindingRow, ...] = ()  # open in the last round, not judged now
    previous_run_id: str | None = None
    previous_started_at: datetime | None = None
    outcomes: tuple[tuple[str, str, bool, str], ...] = ()  # device, task, reached, reason
    content: tuple[ContentUsed, ...] = ()
    evidence: tuple[EvidenceRef, ...] = ()
    root_hash: str = ""
    tool_version: str = ""
    round_id: str = ""  # of the calendar's round that it was made for
    inactive: tuple[str, ...] = ()
    nornir_results: Mapping[str, object] = field(default_factory=dict)
    task_titles: Mapping[str, Text] = field(default_factory=dict)
    task_marks: Mapping[tuple[str, str], str] = field(default_factory=dict)  # by task and kind
    head: Head = Head(title=Text("巡检报告", "Inspection report"))
    intact: IntactRate = IntactRate(intact=0, judged=0)
    levels: Mapping[str, int] = field(default_factory=dict)  # I-IV: warnings and abnormal findings
    risk: Risk = Risk()
    faults: tuple[FaultFigures, ...] = ()  # of this period, by level
    spares: tuple[FindingRow, ...] = ()  # items about spare parts
    next_rounds: tuple[NextRound, ...] = ()  # by the calendar
    site_levels: Mapping[str, str] = field(default_factory=dict)  # province … township, by site
    leftovers: tuple[Leftover, ...] = ()
    changes: tuple[ConfigDiff, ...] = ()  # of the configurations read in this round
    manual: tuple[ManualRow, ...] = ()
    thresholds: tuple[ThresholdRow, ...] = ()
    evidence_index: tuple[EvidenceRow, ...] = ()
    rounds: tuple[RoundFigures, ...] = ()  # earlier rounds of the playbook and this one
    sites: tuple[SiteFigures, ...] = ()
    series: tuple[Series, ...] = ()
    advice: tuple[Text, ...] = ()
    trails: Mapping[str, tuple[FindingTrail, ...]] = field(default_factory=dict)  # by device
    excerpts: Mapping[str, str] = field(default_factory=dict)  # by id of evidence, redacted
    pictures: Mapping[str, bytes] = field(default_factory=dict, repr=False)  # scaled, by hash
    names: Mapping[str, str] = field(default_factory=dict)  # what is called so in English
    system_titles: Mapping[str, Text] = field(default_factory=dict)
    party_titles: Mapping[str, Text] = field(default_factory=dict)
    record_sheets: str = "all"  # all | abnormal | none: which devices get their own sheet
    volumes: tuple[str, ...] = ()  # sites whose record sheets fill a volume of their own
    volume: str = ""  # the site this volume is of; empty in the report itself

    def task(self, name: str) -> Text:
        """The title of a task, its name where it has none."""
        return self.task_titles.get(name, Text(name))

    def mark(self, finding: Finding, kind: str) -> str:
        """How a finding's item is inspected: A automatically, M by a person, H both."""
        by_source = _MARKS.get(finding.source, "A")
        if finding.check == FREE_CHECK:
            return by_source
        marks = self.task_marks
        card = marks.get((finding.task, kind)) or marks.get((finding.task, ""))
        return by_source if card in {None, "A"} else str(card)

    def party(self, name: str) -> Text:
        """The name of a party answerable, its key where the register has none."""
        return self.party_titles.get(name, Text(name))

    @property
    def trends(self) -> Mapping[str, int]:
        """How the open findings stand to the round before, counted; empty without one."""
        if not self.previous_run_id:
            return {}
        counts = {trend.value: 0 for trend in Trend}
        for row in self.problems:
            if row.change:
                counts[row.change.value] += 1
        counts[Trend.RESOLVED.value] = len(self.resolved)
        counts[Trend.UNVERIFIED.value] = len(self.unverified)
        return counts

    @property
    def findings(self) -> tuple[FindingRow, ...]:
        """All findings, device by device."""
        return tuple(row for sheet in self.sheets for row in sheet.rows)
