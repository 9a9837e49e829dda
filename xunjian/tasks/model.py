"""WHAT: a task card as the engine sees it: every name resolved, every expression compiled.

`docs/write-a-card.md` explains the grammar; `load` turns YAML into these types.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from re import Pattern
from typing import Literal

from xunjian.checks.model import Verdict
from xunjian.expressions import Expression
from xunjian.inventory.model import Scalar
from xunjian.inventory.registers import Register
from xunjian.language import Text
from xunjian.transport.model import Channel

MATTERS = "matters"  # named under `nearby`: what earlier rounds left open in the room


class EvidenceClass(StrEnum):
    """How far the reading of an answer was tried; the best that holds."""

    REAL = "real"  # a server somebody else wrote answered it in a test
    CAPTURED = "captured"  # a test reads output that real equipment gave
    DOCUMENTED = "documented"  # written from manuals only


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """How many rows an answer must have, counted before `skip`."""

    least: int = 1
    most: int | None = None

    def admits(self, count: int) -> bool:
        """Whether `count` rows are as many as the card expects."""
        return count >= self.least and (self.most is None or count <= self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldMap:
    """How one field of the fact is filled from an answer's columns.

    Exactly one of `expression`, `column`, `const` is set. `enum` maps the column's text to the
    field's word (`'*'` catches all); `missing` are values that mean "no value".
    """

    expression: Expression | None = None
    column: str | None = None
    const: Scalar = None
    is_const: bool = False
    enum: Mapping[str, str] | None = None
    missing: tuple[Scalar, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One blank of a form.

    kind: `number`, `text`, `date`, `photo` or `choice`. options: word of the fact -> what is shown.
    """

    title: Text
    kind: str
    unit: str = ""
    options: Mapping[str, Text] = field(default_factory=dict)

    @property
    def is_verdict(self) -> bool:
        """Whether the form's own column of verdicts answers it: it asks for nothing else."""
        return self.kind == "choice" and set(self.options) <= {"normal", "abnormal"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One question and how its answer is read."""

    fact: str
    channel: Channel
    send: str = ""  # cli, shell, nut
    get: str | Mapping[str, str] = ""  # http path; snmp column -> oid
    walk: Mapping[str, str] = field(default_factory=dict)  # snmp column -> oid, adds `index`
    follow: str = ""
    ends: int = 0  # follow: of a long list of links only so many from either end; 0: all
    probe: Mapping[str, str | int | float] = field(default_factory=dict)
    registers: Mapping[str, Register] = field(default_factory=dict)
    own_registers: bool = False  # those that the inventory lists for the device
    ask: Mapping[str, Question] = field(default_factory=dict)
    repeat: str = ""
    timeout_s: float = 30.0
    decode: str | None = None
    error: Pattern[str] | None = None
    unsupported: Pattern[str] | None = None
    expect: Pattern[str] | None = None
    parse: tuple[str, ...] = ()
    ntc: str = ""
    pattern: Pattern[str] | None = None
    each: str = ""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rows: Rows = Rows()
    skip: Expression | None = None
    map: Mapping[str, FieldMap] = field(default_factory=dict)
    evidence: EvidenceClass = EvidenceClass.DOCUMENTED
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StepGroup:
    """A collecting step: alternatives in order, each tried only if the one before was not ok."""

    fact: str
    alternatives: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Rows of another fact beside the judged one, matched by a field."""

    fact: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """A known, accepted noise of an event check."""

    match: Pattern[str]
    field: str
    reason: str
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One judgement over one fact (or an inventory list, or the device)."""

    id: str
    title: Text
    task: str
    for_each: str = ""  # fact name, `expected.NAME`, or empty: once per device
    when: Expression | None = None
    where: Expression | None = None
    join: Mapping[str, Join] = field(default_factory=dict)
    let: Mapping[str, Expression] = field(default_factory=dict)
    value: Expression | None = None
    unit: str = ""
    digits: int | None = None
    limits: Mapping[str, Scalar] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)
    worse: Literal["", "high", "low"] = ""
    warning: Expression | None = None
    abnormal: Expression | None = None
    levels: Mapping[Verdict, str] = field(default_factory=dict)
    group: tuple[str, ...] = ()
    ignore: tuple[Ignore, ...] = ()
    report: Literal["each", "worst"] = "each"
    first: Literal["not_checked", "normal", "current"] = "not_checked"
    empty: Verdict = Verdict.UNKNOWN
    unsupported: Verdict = Verdict.UNKNOWN
    vanished: Verdict | None = Verdict.WARNING  # None: off
    function: str | None = None
    # checks of other things in the room that offer a form its value; `MATTERS`: what is left over
    nearby: tuple[str, ...] = ()
    message: Text = Text("")
    standard: Text = Text("")
    advice: Text = Text("")
    source: Text = Text("")
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A card: one inspection item."""

    name: str
    title: Text
    kinds: tuple[str, ...] = ()  # empty: any
    tags: tuple[str, ...] = ()
    collect: Mapping[str, tuple[StepGroup, ...]] = field(default_factory=dict)  # '*' any platform
    checks: tuple[Check, ...] = ()
    relative: str = ""  # tasks/switch/environment.yml
    layer: str = "builtin"
    given_mark: str = ""  # `mark` as the card writes it
    measured: tuple[str, ...] = ()  # checks whose findings stand beside it on a form, filled in

    @property
    def mark(self) -> str:
        """A automatic, H hybrid, M manual: as the card says, else by how its steps ask."""
        groups = [group for groups in self.collect.values() for group in groups]
        by_form = {step.channel is Channel.MANUAL for g in groups for step in g.alternatives}
        derived = "A" if True not in by_form else "H" if False in by_form else "M"
        return self.given_mark or derived

    def has_form(self, platform: str | None) -> bool:
        """Whether a form asks anything of the card on a platform."""
        return any(
            step.channel is Channel.MANUAL
            for group in self.steps_for(platform)
            for step in group.alternatives
        )

    def on_paper(self, platform: str | None) -> "Task":
        """Give the card with nothing left of it but what forms ask on a platform."""
        groups = tuple(
            replace(group, alternatives=forms)
            for group in self.steps_for(platform)
            if (forms := tuple(s for s in group.alternatives if s.channel is Channel.MANUAL))
        )
        return replace(self, collect={platform or "*": groups})

    def steps_for(self, platform: str | None) -> tuple[StepGroup, ...]:
        """Steps for a platform; falls back to `'*'`; empty when the card has nothing for it."""
        return self.collect.get(platform or "", self.collect.get("*", ()))

    def serves(self, kind: str) -> bool:
        """Whether the card is meant for devices of `kind`."""
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """All cards. A task name may stand for several cards, one per kind."""

    tasks: tuple[Task, ...]

    def named(self, name: str, kind: str) -> tuple[Task, ...]:
        """Cards of a name that serve a kind of device."""
        return tuple(t for t in self.tasks if t.name == name and t.serves(kind))

    @property
    def names(self) -> tuple[str, ...]:
        """All task names, each once, sorted."""
        return tuple(sorted({task.name for task in self.tasks}))

    @property
    def checks(self) -> Mapping[str, Check]:
        """All checks by id."""
        return {check.id: check for task in self.tasks for check in task.checks}
