# ruff: noqa: RUF012 - pydantic copies the defaults of its models
"""Cases: files with a device's answers, and the facts and verdicts they must lead to.

`tests/devices/<platform>/<task>/<case>/case.yml` with the answer files beside it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from xunjian.checks import JudgeContext, judge
from xunjian.checks.model import Finding
from xunjian.collect import collect
from xunjian.errors import ContentError, Problem
from xunjian.facts import FACTS, fact_to_json, make_fact
from xunjian.facts.model import FactRow, FactTable
from xunjian.inventory.model import ChannelSettings, Device
from xunjian.inventory.registers import RegisterFile, register_of
from xunjian.language import Text
from xunjian.parse import TemplateCache
from xunjian.platforms import Platforms
from xunjian.schema import Model, Problems, load_yaml, validate
from xunjian.tasks.model import Catalog, Task
from xunjian.testing.replay import Canned, CannedAnswer, drive, read_agent

CASE_TIME = "2026-11-21T10:00:00+08:00"


class _Answer(Model):
    file: str = ""
    text: str = ""
    complete: bool = True
    error: str = ""
    status: int | None = None
    stderr: str = ""


class _Device(Model):
    name: str = "case"
    kind: str
    platform: str = ""
    role: str = ""
    expected: dict[str, list[Any]] = {}
    limits: dict[str, dict[str, str | int | float | bool | None]] = {}
    vars: dict[str, Any] = {}
    asset: dict[str, str | int | float | bool | None] = {}
    uplink: list[str] = []
    channels: list[str] = []
    registers: dict[str, RegisterFile] = {}


class CaseFile(Model):
    """A case as written.

    answers: request text -> file beside the case, or a mapping with `file` or `text`.
    agent: an snmprec file that answers every GET and WALK.
    previous, reference: fact -> rows of the earlier round, `last_round` its time (a day before).
    facts: fact -> all rows in order, of each the fields that matter.
    findings: check id, or `check id@subject`, -> verdict.
    steps: fact -> how its reading must end, where it is not `ok`.
    """

    title: str = ""
    device: _Device
    tasks: list[str] = []
    answers: dict[str, str | _Answer] = {}
    agent: str = ""
    strict: bool = False
    now: str = CASE_TIME
    last_round: str = ""
    previous: dict[str, list[dict[str, Any]]] = {}
    reference: dict[str, list[dict[str, Any]]] = {}
    facts: dict[str, list[dict[str, Any]]] | None = None
    findings: dict[str, str] | None = None
    steps: dict[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """What a case's answers led to."""

    case: CaseFile
    table: FactTable
    findings: tuple[Finding, ...]

    def differences(self) -> tuple[str, ...]:
        """Say where the result is not what the case expects."""
        return (*self._facts(), *self._findings(), *self._steps())

    def as_yaml_data(self) -> dict[str, Any]:
        """Give facts and findings in the form a case writes them, for its author to review."""
        facts = {
            name: [fact_to_json(row.fact) for row in rows] for name, rows in self.table.rows.items()
        }
        return {"facts": facts, "findings": dict(self._verdicts())}

    def _facts(self) -> list[str]:
        found: list[str] = []
        for name, expected in (self.case.facts or {}).items():
            rows = self.table.of(name)
            if len(rows) != len(expected):
                found.append(f"{name}: {len(rows)} rows, expected {len(expected)}")
            for n, (row, wanted) in enumerate(zip(rows, expected, strict=False)):
                found += _field_differences(f"{name}[{n}]", row, name, wanted)
        return found

    def _verdicts(self) -> Mapping[str, str]:
        """Verdict by check and subject; the bare check id where it has one finding only."""
        counts: dict[str, int] = {}
        for finding in self.findings:
            counts[finding.check] = counts.get(finding.check, 0) + 1
        return {
            f"{f.check}@{f.subject}" if counts[f.check] > 1 else f.check: f.verdict.value
            for f in self.findings
        }

    def _findings(self) -> list[str]:
        verdicts = {f"{f.check}@{f.subject}": f.verdict.value for f in self.findings}
        found: list[str] = []
        for key, wanted in (self.case.findings or {}).items():
            mine = (
                {verdicts.get(key, "no such finding")}
                if "@" in key
                else {v for k, v in verdicts.items() if k.partition("@")[0] == key}
            )
            if mine != {wanted}:
                said = ", ".join(sorted(mine)) or "no such finding"
                found.append(f"{key}: {said}, expected {wanted}")
        return found

    def _steps(self) -> list[str]:
        found: list[str] = []
        for fact, wanted in self.case.steps.items():
            states = {step.state.value for step in self.table.steps_of(fact)}
            if wanted not in states:
                found.append(f"step {fact}: {', '.join(sorted(states))}, expected {wanted}")
        return found


def run_case(
    path: Path,
    *,
    catalog: Catalog,
    platforms: Platforms,
    templates: TemplateCache,
    spoil: Callable[[CannedAnswer], CannedAnswer] | None = None,
) -> CaseResult:
    """Collect and judge from the answers of one case.

    spoil: what happens to every answer on its way; an SNMP agent then knows nothing.

    Raises:
        ContentError: the case itself is wrong.
    """
    case = _read_case(path)
    device = _device(case.device)
    platform = platforms.get(device.platform) if device.platform else None
    tasks = _tasks(path, case, catalog)
    canned = Canned(
        device=device.name,
        answers={k: spoil(a) if spoil else a for k, a in _answers(path, case).items()},
        at=datetime.fromisoformat(case.now),
        agent=_agent(path, case, spoiled=spoil is not None),
        strict=case.strict,
    )
    table, _ = drive(collect(device, tasks, platform, templates=templates), canned)
    now = datetime.fromisoformat(case.now)
    context = JudgeContext(now=now, history=CaseHistory(case=case))
    return CaseResult(case=case, table=table, findings=judge(device, tasks, table, context))


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHistory:
    """The earlier round of a case."""

    case: CaseFile

    @property
    def last_round_at(self) -> datetime | None:
        """When it was; None if the case has no earlier round."""
        if not self.case.previous and not self.case.last_round:
            return None
        if self.case.last_round:
            return datetime.fromisoformat(self.case.last_round)
        return datetime.fromisoformat(self.case.now) - timedelta(days=1)

    def previous(self, fact_name: str) -> tuple[FactRow, ...] | None:
        """Give the rows of the earlier round."""
        return self._rows(self.case.previous, fact_name)

    def reference(self, fact_name: str) -> tuple[FactRow, ...] | None:
        """Give the rows of the reference round."""
        return self._rows(self.case.reference, fact_name)

    def _rows(
        self, written: Mapping[str, list[dict[str, Any]]], name: str
    ) -> tuple[FactRow, ...] | None:
        if name not in written:
            return None
        at = self.last_round_at or datetime.fromisoformat(self.case.now)
        return tuple(
            FactRow(fact=make_fact(name, row)[0], evidence_ids=("before#001",), taken_at=at)
            for row in written[name]
        )


def _read_case(path: Path) -> CaseFile:
    document, problems = load_yaml(path, shown=str(path)), Problems()
    case = validate(document, CaseFile, problems)
    for section in ("facts", "previous", "reference"):
        for name in (getattr(case, section) or {}) if case else {}:
            if name not in FACTS:
                message = Text(f"未知的事实：{name}", f"unknown fact: {name}")
                problems.add(document, (section, name), message)
    problems.raise_if_any()
    assert case is not None
    return case


def _tasks(path: Path, case: CaseFile, catalog: Catalog) -> tuple[Task, ...]:
    names = case.tasks or [path.parent.parent.name]
    tasks = tuple(task for name in names for task in catalog.named(name, case.device.kind))
    if not tasks:
        message = Text(f"没有这样的卡片：{names}", f"no such card: {names}")
        raise ContentError([Problem(str(path), 1, "tasks", message)])
    return tasks


def _device(written: _Device) -> Device:
    return Device(
        name=written.name,
        kind=written.kind,
        platform=written.platform or None,
        role=written.role,
        address="127.0.0.1" if written.platform else None,
        expected={name: tuple(items) for name, items in written.expected.items()},
        limits=written.limits,
        vars=written.vars,
        asset=written.asset,
        uplink=tuple(written.uplink),
        channels={name: ChannelSettings() for name in written.channels},
        registers={name: register_of(r.model_dump()) for name, r in written.registers.items()},
    )


def _agent(path: Path, case: CaseFile, *, spoiled: bool) -> Mapping[str, str] | None:
    if not case.agent:
        return None
    return {} if spoiled else read_agent(_read(path, case.agent).decode())


def _answers(path: Path, case: CaseFile) -> dict[str, CannedAnswer]:
    found: dict[str, CannedAnswer] = {}
    for text, given in case.answers.items():
        answer = _Answer(file=given) if isinstance(given, str) else given
        found[text] = CannedAnswer(
            raw=_read(path, answer.file) if answer.file else answer.text.encode(),
            complete=answer.complete and not answer.error,
            error=answer.error,
            status=answer.status,
            stderr=answer.stderr,
        )
    return found


def _read(path: Path, name: str) -> bytes:
    try:
        return (path.parent / name).read_bytes()
    except OSError as error:
        message = Text(f"文件无法读取：{error.strerror}", f"cannot be read: {error.strerror}")
        raise ContentError([Problem(str(path), 1, name, message)]) from None


def _field_differences(where: str, row: FactRow, name: str, wanted: Mapping[str, Any]) -> list[str]:
    expected, mistakes = make_fact(name, wanted)
    values = row.fact.values()
    found = [f"{where}: {mistake}" for mistake in mistakes]
    for field in wanted:
        mine, theirs = values.get(field), getattr(expected, field, None)
        if mine != theirs and not _close(mine, theirs):
            found.append(f"{where}.{field}: {mine!r}, expected {theirs!r}")
    return found


def _close(mine: object, theirs: object) -> bool:
    """Floats from arithmetic are compared to six digits."""
    if isinstance(mine, float) and isinstance(theirs, float):
        return abs(mine - theirs) <= 1e-6 * max(abs(mine), abs(theirs), 1.0)
    return False
