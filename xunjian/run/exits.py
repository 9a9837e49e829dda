"""From a record to what a script needs: the exit code, and the devices worth another visit."""

from collections.abc import Mapping

from xunjian.checks.model import GRADED, LEVELS, Finding, Verdict
from xunjian.language import Text
from xunjian.run.model import RunRecord, RunState

CLEAN, FINDINGS, INCOMPLETE, NOTHING, INTERRUPTED = 0, 1, 3, 4, 130


def exit_code(record: RunRecord, fail_on: str = "abnormal", min_coverage: float = 0.0) -> int:
    """Give the run's exit code; findings go before incompleteness.

    fail_on: `warning`, `abnormal`, or a level `I` to `IV`. min_coverage: percent of the planned
    pairs that were asked and answered; what was left out never counts.
    """
    if record.state in {RunState.INTERRUPTED, RunState.KILLED}:
        return INTERRUPTED
    if not record.outcomes and record.left_out:
        return NOTHING
    findings = [finding for outcome in record.outcomes for finding in outcome.findings]
    if any(_counts(finding, fail_on) for finding in findings):
        return FINDINGS
    if (
        any(finding.verdict is Verdict.UNKNOWN for finding in findings)
        or any(not d.reached and d.was_asked for d in record.devices)
        or any(not outcome.reached and not outcome.is_awaited for outcome in record.outcomes)
        or coverage_pct(record) < min_coverage
        or _a_nornir_task_failed(record)
    ):
        return INCOMPLETE
    return CLEAN


def coverage_pct(record: RunRecord) -> float:
    """Percent of outcomes that were reached; 100 when nothing was to be asked.

    What awaits a form was asked of nobody yet and does not count.
    """
    asked = [outcome for outcome in record.outcomes if not outcome.is_awaited]
    return 100.0 * sum(outcome.reached for outcome in asked) / len(asked) if asked else 100.0


def _a_nornir_task_failed(record: RunRecord) -> bool:
    by_device = (d for d in record.nornir_results.values() if isinstance(d, Mapping))
    results = (r for devices in by_device for many in devices.values() for r in many)
    return any(isinstance(r, Mapping) and r.get("failed") for r in results)


def _counts(finding: Finding, fail_on: str) -> bool:
    if fail_on in LEVELS:
        return (
            finding.verdict in GRADED
            and finding.level in LEVELS
            and LEVELS.index(finding.level) <= LEVELS.index(fail_on)
        )
    if fail_on == "warning":
        return finding.verdict in GRADED
    return finding.verdict is Verdict.ABNORMAL


def failed_devices(record: RunRecord) -> Mapping[str, Text]:
    """Devices that `--failed` visits again, each with why: not reached, abnormal, or unknown."""
    found: dict[str, Text] = {}
    for device in record.devices:
        if not device.reached and device.was_asked:
            reason = device.reason
            found[device.name] = Text(f"未到达 ({reason})", f"not reached ({reason})")
    for outcome in record.outcomes:
        if not outcome.reached and not outcome.is_awaited and outcome.device not in found:
            reason = f"{outcome.task}: {outcome.reason}"
            found[outcome.device] = Text(f"未完成 ({reason})", f"incomplete ({reason})")
        for finding in outcome.findings:
            if finding.verdict in {Verdict.ABNORMAL, Verdict.UNKNOWN}:
                word = finding.verdict.word
                text = Text(f"{finding.check} {word.zh}", f"{finding.check} {word.en}")
                found.setdefault(outcome.device, text)
    return found
