"""Findings in the order a reader needs them: problems worst first, one sheet per device."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from xunjian.checks.model import BAD, LEVELS, Finding
from xunjian.report.model import DeviceSheet, FindingRow, LeftOutRow, Unanswered
from xunjian.run.model import DeviceResult, RunRecord
from xunjian.store.model import Trend


def unanswered_of(record: RunRecord, devices: Mapping[str, DeviceResult]) -> tuple[Unanswered, ...]:
    """Give the pairs that were asked and not answered."""
    return tuple(
        Unanswered(device=devices[outcome.device], task=outcome.task, reason=outcome.reason)
        for outcome in record.outcomes
        if not outcome.reached and not outcome.is_awaited
    )


def left_out_of(record: RunRecord, devices: Mapping[str, DeviceResult]) -> tuple[LeftOutRow, ...]:
    """Give the pairs that were decided against before any contact."""
    return tuple(
        LeftOutRow(
            device=left.device,
            label=devices[left.device].label if left.device in devices else "",
            task=left.task,
            reason=left.reason.value,
        )
        for left in record.left_out
    )


def problems_of(
    findings: Iterable[Finding],
    devices: Mapping[str, DeviceResult],
    changes: Mapping[str, Trend],
) -> tuple[FindingRow, ...]:
    """Number what somebody has to look at, the worst first."""
    bad = sorted((f for f in findings if f.verdict in BAD), key=_severity)
    return tuple(
        FindingRow(number=number, finding=f, device=devices[f.device], change=changes.get(f.id))
        for number, f in enumerate(bad, 1)
    )


def earlier(
    findings: Iterable[Finding], devices: Mapping[str, DeviceResult], trend: Trend
) -> tuple[FindingRow, ...]:
    """Give findings of the last round, as they stood then."""
    return tuple(
        FindingRow(number=0, finding=f, device=devices[f.device], change=trend)
        for f in findings
        if f.device in devices
    )


def sheets_of(
    record: RunRecord,
    findings: Iterable[Finding],
    problems: Iterable[FindingRow],
    unanswered: Iterable[Unanswered],
    found: Mapping[str, Mapping[str, str]],
) -> tuple[DeviceSheet, ...]:
    """Give one sheet per device, in the record's order."""
    numbered = {row.finding.id: row for row in problems}
    by_device: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_device[finding.device].append(finding)
    silent: defaultdict[str, list[Unanswered]] = defaultdict(list)
    for row in unanswered:
        silent[row.device.name].append(row)
    return tuple(
        replace(
            _sheet(device, by_device[device.name], numbered, silent[device.name]),
            found=found.get(device.name, {}),
        )
        for device in record.devices
    )


def _severity(finding: Finding) -> tuple[int, int, str, str, str]:
    level = LEVELS.index(finding.level) if finding.level in LEVELS else len(LEVELS)
    return (BAD.index(finding.verdict), level, finding.device, finding.check, finding.subject)


def _sheet(
    device: DeviceResult,
    findings: Sequence[Finding],
    numbered: Mapping[str, FindingRow],
    unanswered: Sequence[Unanswered],
) -> DeviceSheet:
    return DeviceSheet(
        device=device,
        rows=tuple(
            numbered.get(f.id) or FindingRow(number=0, finding=f, device=device) for f in findings
        ),
        unanswered=tuple(unanswered),
        verdicts=Counter(f.verdict for f in findings),
    )
