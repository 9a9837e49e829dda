"""From a run's record to the model that every document shows. A pure function."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from xunjian.checks.model import LEVELS, Finding, Verdict
from xunjian.language import Text
from xunjian.report.model import (
    BAD,
    Coverage,
    DeviceSheet,
    FindingRow,
    LeftOutRow,
    ReportModel,
    Totals,
    Unanswered,
)
from xunjian.run.model import DeviceResult, RunRecord, RunState
from xunjian.store.model import Comparison, Trend


def build_report(
    record: RunRecord,
    comparison: Comparison | None = None,
    task_titles: Mapping[str, Text] | None = None,
) -> ReportModel:
    """Arrange a run for its readers: problems worst first, one sheet per device."""
    compared = comparison or Comparison(run_id=record.run_id)
    devices = {device.name: device for device in record.devices}
    findings = [f for outcome in record.outcomes for f in outcome.findings]
    problems = _problems(findings, devices, compared.trends)
    numbered = {row.finding.id: row for row in problems}
    unanswered = _unanswered(record, devices)
    by_device = _grouped(findings)
    sheets = tuple(
        _sheet(device, by_device[device.name], numbered, unanswered) for device in record.devices
    )
    totals = _totals(record, findings)
    return ReportModel(
        run_id=record.run_id,
        number=record.number,
        playbook=record.playbook,
        title=record.title,
        occasion=record.occasion,
        state=record.state,
        started_at=record.started_at,
        ended_at=record.ended_at,
        exit_code=record.exit_code,
        conclusion=_conclusion(record.state, totals),
        totals=totals,
        coverage=Coverage(
            outcomes=len(record.outcomes), reached=sum(o.reached for o in record.outcomes)
        ),
        sheets=sheets,
        problems=problems,
        unanswered=unanswered,
        left_out=_left_out(record, devices),
        resolved=_earlier(compared.resolved, devices, Trend.RESOLVED),
        unverified=_earlier(compared.unverified, devices, Trend.UNVERIFIED),
        previous_run_id=compared.previous_run_id,
        previous_started_at=compared.previous_started_at,
        outcomes=tuple((o.device, o.task, o.reached, o.reason) for o in record.outcomes),
        content=record.content,
        evidence=record.evidence,
        root_hash=record.root_hash,
        tool_version=record.tool_version,
        inactive=record.inactive,
        nornir_results=record.nornir_results,
        task_titles=task_titles or {},
    )


def _unanswered(record: RunRecord, devices: Mapping[str, DeviceResult]) -> tuple[Unanswered, ...]:
    return tuple(
        Unanswered(device=devices[outcome.device], task=outcome.task, reason=outcome.reason)
        for outcome in record.outcomes
        if not outcome.reached
    )


def _left_out(record: RunRecord, devices: Mapping[str, DeviceResult]) -> tuple[LeftOutRow, ...]:
    return tuple(
        LeftOutRow(
            device=left.device,
            label=devices[left.device].label if left.device in devices else "",
            task=left.task,
            reason=left.reason.value,
        )
        for left in record.left_out
    )


def _problems(
    findings: Iterable[Finding],
    devices: Mapping[str, DeviceResult],
    changes: Mapping[str, Trend],
) -> tuple[FindingRow, ...]:
    bad = sorted((f for f in findings if f.verdict in BAD), key=_severity)
    return tuple(
        FindingRow(number=number, finding=f, device=devices[f.device], change=changes.get(f.id))
        for number, f in enumerate(bad, 1)
    )


def _earlier(
    findings: Iterable[Finding], devices: Mapping[str, DeviceResult], trend: Trend
) -> tuple[FindingRow, ...]:
    return tuple(
        FindingRow(number=0, finding=f, device=devices[f.device], change=trend)
        for f in findings
        if f.device in devices
    )


def _grouped(findings: Iterable[Finding]) -> Mapping[str, list[Finding]]:
    by_device: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_device[finding.device].append(finding)
    return by_device


def _severity(finding: Finding) -> tuple[int, int, str, str, str]:
    level = LEVELS.index(finding.level) if finding.level in LEVELS else len(LEVELS)
    return (BAD.index(finding.verdict), level, finding.device, finding.check, finding.subject)


def _sheet(
    device: DeviceResult,
    findings: Sequence[Finding],
    numbered: Mapping[str, FindingRow],
    unanswered: Iterable[Unanswered],
) -> DeviceSheet:
    return DeviceSheet(
        device=device,
        rows=tuple(
            numbered.get(f.id) or FindingRow(number=0, finding=f, device=device) for f in findings
        ),
        unanswered=tuple(row for row in unanswered if row.device.name == device.name),
        verdicts=Counter(f.verdict for f in findings),
    )


def _totals(record: RunRecord, findings: Iterable[Finding]) -> Totals:
    counted = Counter(finding.verdict for finding in findings)
    return Totals(
        planned=record.planned,
        outcomes=len(record.outcomes),
        left_out=len(record.left_out),
        devices=len(record.devices),
        reached=sum(device.reached for device in record.devices),
        verdicts={verdict: counted[verdict] for verdict in Verdict},
    )


def _conclusion(state: RunState, totals: Totals) -> Text:
    """Say in one sentence, with figures, how it stands; never better than what was measured."""
    v = totals.verdicts
    zh = (
        f"本次计划 {totals.planned} 项，完成 {totals.outcomes} 项，未做 {totals.left_out} 项；"
        f"设备 {totals.devices} 台，到达 {totals.reached} 台；"
        f"正常 {v[Verdict.NORMAL]}，预警 {v[Verdict.WARNING]}，异常 {v[Verdict.ABNORMAL]}，"
        f"待核 {v[Verdict.UNKNOWN]}。"
    )
    en = (
        f"{totals.planned} items planned, {totals.outcomes} done, {totals.left_out} left out; "
        f"{totals.reached} of {totals.devices} devices reached; {v[Verdict.NORMAL]} normal, "
        f"{v[Verdict.WARNING]} warnings, {v[Verdict.ABNORMAL]} abnormal, "
        f"{v[Verdict.UNKNOWN]} unknown. "
    )
    end = _judgement(state, totals)
    return Text(zh + end.zh, en + end.en)


def _judgement(state: RunState, totals: Totals) -> Text:
    v = totals.verdicts
    if state in {RunState.INTERRUPTED, RunState.KILLED, RunState.RUNNING}:
        return Text("本轮未完成，不作结论。", "The round is not complete: no conclusion is drawn.")
    if v[Verdict.ABNORMAL]:
        return Text("存在异常，需处理。", "There is something abnormal to be dealt with.")
    if totals.reached < totals.devices or v[Verdict.UNKNOWN]:
        return Text("有未到达或待核项，需补查。", "Something was not reached or stays unknown.")
    if v[Verdict.WARNING]:
        return Text("总体正常，有预警需关注。", "In order, with warnings to watch.")
    if not v[Verdict.NORMAL]:
        return Text("没有可判定的结果。", "Nothing could be judged.")
    return Text("所检项目全部正常。", "Everything that was inspected is normal.")
