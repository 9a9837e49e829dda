"""The recap at the end of a run: a line per device, the problems, the figures, the path."""

from collections import Counter
from pathlib import Path

from xunjian.checks.model import BAD, Finding, Verdict
from xunjian.cli.output import Output, harmless
from xunjian.language import Text
from xunjian.report import words
from xunjian.run.model import DeviceResult, RunRecord

_SHOWN = (
    Verdict.NORMAL,
    Verdict.WARNING,
    Verdict.ABNORMAL,
    Verdict.UNKNOWN,
    Verdict.NOT_CHECKED,
    Verdict.NOT_APPLICABLE,
)


def show_recap(output: Output, record: RunRecord, folder: Path, *, to_stdout: bool) -> None:
    """Print the recap; to stderr only where stdout carries the JSON."""
    if to_stdout:
        _hosts(output, record)
        _problems(output, record)
    asked, left = len(record.outcomes), len(record.left_out)
    reached = sum(device.reached for device in record.devices)
    counted = Counter(f.verdict for f in _findings(record))
    verdicts = Text(
        " ".join(f"{v.word.zh} {counted[v]}" for v in Verdict if counted[v]),
        " ".join(f"{v.word.en} {counted[v]}" for v in Verdict if counted[v]),
    )
    output.say(
        Text(
            f"计划 {record.planned} = 有结果 {asked} + 未做 {left}；"
            f"到达 {reached}/{len(record.devices)} 台；{verdicts.zh}",
            f"{record.planned} planned = {asked} outcomes + {left} left out; "
            f"{reached} of {len(record.devices)} devices reached; {verdicts.en}",
        )
    )
    state = words.word(words.STATES, record.state.value)
    output.say(
        Text(
            f"{state.zh}，退出码 {record.exit_code}；报告在 {folder}",
            f"{state.en}, exit code {record.exit_code}; documents in {folder}",
        )
    )


def _findings(record: RunRecord) -> list[Finding]:
    return [finding for outcome in record.outcomes for finding in outcome.findings]


def _hosts(output: Output, record: RunRecord) -> None:
    by_device: dict[str, Counter[Verdict]] = {d.name: Counter() for d in record.devices}
    for finding in _findings(record):
        by_device[finding.device][finding.verdict] += 1
    output.table(
        [Text("设备", "device"), *(verdict.word for verdict in _SHOWN), Text("到达", "reached")],
        [
            (d.name, *(by_device[d.name][v] or "" for v in _SHOWN), _reached(output, d))
            for d in record.devices
        ],
    )


def _reached(output: Output, device: DeviceResult) -> str:
    if device.reached:
        return output.text(Text("是", "yes"))
    return output.text(words.word(words.REASONS, device.reason))


def _problems(output: Output, record: RunRecord) -> None:
    bad = sorted(
        (f for f in _findings(record) if f.verdict in BAD),
        key=lambda f: (BAD.index(f.verdict), f.level or "V", f.device),
    )
    if bad:
        output.data("")
    for finding in bad:
        subject = "" if finding.subject in {"-", finding.check} else f" [{finding.subject}]"
        output.data(
            harmless(
                f"{output.text(finding.verdict.word)} {finding.level:<3} {finding.device} "
                f"{finding.check}{subject}: {output.text(finding.message)}"
            )
        )
