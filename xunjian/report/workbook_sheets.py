"""The sheets of the workbook: their columns and rows, as values with types."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from xunjian.checks.model import Finding, Verdict
from xunjian.language import Text
from xunjian.report import words
from xunjian.report.code_words import (
    APPROVALS,
    CHANGE_KINDS,
    LEFTOVER_STATES,
    NOT_COMPARED,
    RISKS,
    SOURCES,
)
from xunjian.report.marks import MANUAL, by_hand
from xunjian.report.model import FindingRow, ReportModel
from xunjian.report.printed_records import method
from xunjian.report.printed_rows import change_text
from xunjian.report.wording import COVERED, IN_USE, RACK, Wording
from xunjian.report.workbook_parts import Row, Sheet, Value, columns
from xunjian.report.workbook_trends import trend_rows
from xunjian.run.model import DeviceResult


def _day(value: object) -> Value:
    """A register's day as a date where it is one, else the text it is."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date) or value is None:
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return str(value)


def _asset_day(device: DeviceResult, keys: Sequence[str]) -> Value:
    return next((_day(device.asset[key]) for key in keys if device.asset.get(key)), "")


def value_of(finding: Finding, w: Wording) -> Value:
    """What was measured: a number stays one, so that it can be sorted and summed."""
    if isinstance(finding.value, bool) or not isinstance(finding.value, int | float):
        return "" if finding.value is None else w.measured(finding, 2000)
    return finding.value


def _unit(finding: Finding, w: Wording) -> str:
    return w.say(words.UNITS.get(finding.unit, Text(finding.unit)))


def _devices(model: ReportModel, w: Wording) -> Iterator[Row]:
    for index, sheet in enumerate(model.sheets, 1):
        device = sheet.device
        yield (
            index,
            w.say(device.name),
            w.say(device.label),
            w.site(device),
            w.room(device),
            w.code(words.SITE_LEVELS, model.site_levels.get(device.site, "")),
            w.code(words.KINDS, device.kind),
            w.say(device.platform),
            w.identity(sheet, "model"),
            w.identity(sheet, "serial"),
            w.identity(sheet, "version"),
            w.say(device.address),
            w.asset(device, *RACK),
            _asset_day(device, IN_USE),
            _asset_day(device, COVERED),
            w.say(model.party(device.party)),
            w.t("是", "yes") if device.reached else w.t("否", "no"),
            w.code(words.REASONS, device.reason),
            sheet.worst,
            *(sheet.verdicts.get(verdict, 0) for verdict in _COUNTED),
        )


_COUNTED = (Verdict.NORMAL, Verdict.WARNING, Verdict.ABNORMAL, Verdict.UNKNOWN)


def _findings(model: ReportModel, w: Wording) -> Iterator[Row]:
    numbers = {row.id: row.number for row in model.evidence_index}
    for row in model.problems:
        finding, device = row.finding, row.device
        yield (
            row.number,
            finding.id,
            finding.level,
            finding.verdict,
            w.say(device.name),
            w.say(device.label),
            w.site(device),
            w.room(device),
            w.say(finding.title),
            w.subject(finding),
            value_of(finding, w),
            _unit(finding, w),
            w.say(finding.standard, 500),
            w.say(finding.message, 2000),
            w.say(finding.advice, 2000),
            w.say(model.party(device.party)),
            _trend(row, w),
            w.say(" ".join(numbers.get(e, e) for e in finding.evidence_ids), 500),
            w.say(finding.remark, 2000),
            w.say(row.affects, 500),
            w.say(row.cause, 500),
            row.due_on,
        )


def _trend(row: FindingRow, w: Wording) -> str:
    return w.code(words.CHANGES, row.change.value) if row.change else ""


def _records(model: ReportModel, w: Wording) -> Iterator[Row]:
    numbers = {row.id: row.number for row in model.evidence_index}
    questions: dict[str, str] = {
        row.id: row.text for row in model.evidence if row.channel != MANUAL
    }
    tasks = {name: w.say(title) for name, title in model.task_titles.items()}
    for sheet in model.sheets:
        device = sheet.device
        place = (w.site(device), w.room(device), w.say(device.name), w.say(device.label))
        kind = w.code(words.KINDS, device.kind)
        for row in sheet.rows:
            finding = row.finding
            yield (
                finding.id,
                *place,
                kind,
                tasks.get(finding.task, finding.task),
                w.say(finding.title),
                w.say(finding.check),
                w.subject(finding),
                model.mark(finding, device.kind),
                method(finding, questions, w, 500),
                w.say(finding.standard, 500),
                value_of(finding, w),
                _unit(finding, w),
                finding.verdict,
                finding.level,
                "" if finding.verdict is Verdict.NORMAL else w.say(finding.message, 2000),
                w.code(SOURCES, finding.source),
                w.say(finding.by),
                w.say(finding.remark, 2000),
                w.say(" ".join(numbers.get(e, e) for e in finding.evidence_ids), 500),
            )


def _leftovers(model: ReportModel, w: Wording) -> Iterator[Row]:
    for row in model.leftovers:
        finding = row.finding
        yield (
            row.id,
            w.say(row.device),
            w.say(row.label),
            w.say(finding.title),
            w.subject(finding),
            w.say(finding.message, 2000),
            finding.level,
            row.first_seen_at,
            w.say(row.first_number),
            row.rounds,
            w.code(LEFTOVER_STATES, row.state),
            w.say(row.note, 2000),
        )


def _not_checked(model: ReportModel, w: Wording) -> Iterator[Row]:
    never = w.t("联系前即未安排", "left out before any contact")
    asked = w.t("已问未答", "asked, not answered")
    judged = w.t("未判定", "not judged")
    for out in model.left_out:
        yield (
            w.say(out.device),
            w.say(out.label),
            w.say(model.task(out.task)),
            never,
            w.code(words.REASONS, out.reason),
        )
    for row in model.unanswered:
        yield (
            w.say(row.device.name),
            w.say(row.device.label),
            w.say(model.task(row.task)),
            asked,
            w.code(words.REASONS, row.device.reason or row.reason),
        )
    for found in model.findings:
        if found.finding.verdict is Verdict.NOT_CHECKED:
            yield (
                w.say(found.device.name),
                w.say(found.device.label),
                w.say(found.finding.title),
                judged,
                w.say(found.finding.message, 500),
            )


def _changes(model: ReportModel, w: Wording) -> Iterator[Row]:
    for diff in model.changes:
        who = (w.say(diff.device), w.say(diff.label))
        if diff.not_compared:
            yield (*who, "", "", "", w.code(NOT_COMPARED, diff.not_compared), "", "", "")
        for change in diff.changes:
            yield (
                *who,
                change.id,
                w.code(RISKS, change.risk.value),
                w.code(CHANGE_KINDS, change.kind.value),
                change_text(change, w, 2000),
                w.say(change.why, 500),
                w.code(APPROVALS, change.approval.state),
                w.say(change.approval.ticket),
            )


def _thresholds(model: ReportModel, w: Wording) -> Iterator[Row]:
    for row in model.thresholds:
        yield (
            w.say(row.check),
            w.say(row.title),
            w.say(row.standard, 500),
            w.say(words.UNITS.get(row.unit, Text(row.unit))),
            w.say(row.source, 500),
            row.devices,
        )


def _manual(model: ReportModel, w: Wording) -> Iterator[Row]:
    for row in model.manual:
        finding = row.finding
        yield (
            finding.id,
            w.say(row.device),
            w.say(row.label),
            w.say(row.room),
            w.item(finding),
            w.say(finding.standard, 500),
            value_of(finding, w),
            _unit(finding, w),
            finding.verdict,
            w.say(by_hand(finding, w.language), 2000),
            w.say(row.by or finding.by),
            row.at,
        )


def _evidence(model: ReportModel, w: Wording) -> Iterator[Row]:
    for row in model.evidence_index:
        yield (
            row.number,
            w.say(row.id),
            w.say(row.device),
            w.say(row.label),
            w.say(row.told if row.told.zh else row.text, 500),
            row.taken_at,
            row.size_bytes,
            w.t("是", "yes") if row.complete else w.t("否", "no"),
            row.sha256,
        )


SHEETS: tuple[Sheet, ...] = (
    Sheet(
        name=Text("设备", "Devices"),
        rows=_devices,
        fixed=3,
        columns=columns(
            ("序号", "No.", 6), ("设备", "Device", 20), ("名称", "Name", 26), ("单位", "Site", 20),
            ("位置", "Room", 18), ("层级", "Level", 10), ("类别", "Kind", 10),
            ("平台", "Platform", 14),
            ("品牌型号", "Make and model", 22), ("序列号", "Serial", 22),
            ("软件版本", "Version", 20), ("管理地址", "Address", 16), ("机柜", "Rack", 8),
            ("投运日期", "In use since", 13), ("维保到期", "Cover ends", 13),
            ("责任方", "Party", 16), ("到达", "Reached", 9), ("原因", "Reason", 16),
            ("本次", "Result", 12), ("正常", "Normal", 9), ("预警", "Warning", 9),
            ("异常", "Abnormal", 10), ("待核", "Unknown", 10),
        ),
    ),
    Sheet(
        name=Text("问题", "Findings"),
        rows=_findings,
        fixed=2,
        columns=columns(
            ("序号", "No.", 6), ("编号", "Id", 13), ("级别", "Level", 7),
            ("判定", "Verdict", 10), ("设备", "Device", 18), ("名称", "Name", 24),
            ("单位", "Site", 18), ("位置", "Room", 16), ("检查项", "Item", 18),
            ("对象", "Subject", 16), ("实测", "Measured", 12), ("计量单位", "Unit", 8),
            ("标准", "Standard", 24, True), ("现象", "What was found", 40, True),
            ("建议", "Advice", 40, True), ("责任方", "Party", 16), ("与上轮", "Change", 11),
            ("证据", "Evidence", 14), ("备注", "Remark", 24, True),
            ("影响", "Touched", 30, True), ("原因", "Cause", 30, True), ("期限", "Due", 13),
        ),
    ),
    Sheet(
        name=Text("记录", "Records"),
        rows=_records,
        fixed=1,
        columns=columns(
            ("编号", "Id", 13), ("单位", "Site", 18), ("位置", "Room", 16), ("设备", "Device", 18),
            ("名称", "Name", 24), ("类别", "Kind", 10), ("项目", "Task", 14),
            ("检查项", "Item", 18), ("检查标识", "Check", 24), ("对象", "Subject", 16),
            ("方式", "Mark", 6), ("方法", "Method", 28), ("标准", "Standard", 24),
            ("实测", "Measured", 12), ("计量单位", "Unit", 8), ("判定", "Verdict", 10),
            ("级别", "Level", 7),
            ("原因", "Cause", 36), ("来源", "Source", 10), ("检查人", "By", 10),
            ("备注", "Remark", 24), ("证据", "Evidence", 14),
        ),
    ),
    Sheet(
        name=Text("遗留", "Leftovers"),
        rows=_leftovers,
        fixed=1,
        columns=columns(
            ("编号", "Id", 13), ("设备", "Device", 18), ("名称", "Name", 24),
            ("检查项", "Item", 18), ("对象", "Subject", 16), ("现象", "What was found", 36, True),
            ("级别", "Level", 7), ("提出时间", "Found at", 20), ("首见报告", "First in", 20),
            ("轮次", "Rounds", 8), ("状态", "State", 12), ("说明", "Note", 30, True),
        ),
    ),
    Sheet(
        name=Text("未检", "Not checked"),
        rows=_not_checked,
        columns=columns(
            ("设备", "Device", 20), ("名称", "Name", 26), ("项目", "Item", 22),
            ("情况", "What happened", 26), ("原因", "Reason", 30),
        ),
    ),
    Sheet(
        name=Text("变更", "Changes"),
        rows=_changes,
        columns=columns(
            ("设备", "Device", 20), ("名称", "Name", 26), ("变更标识", "Id", 14),
            ("风险", "Risk", 9), ("类型", "Kind", 10), ("变更", "Change", 60, True),
            ("说明", "Why", 30, True), ("审批", "Approval", 11), ("工单", "Ticket", 14),
        ),
    ),
    Sheet(
        name=Text("阈值", "Thresholds"),
        rows=_thresholds,
        columns=columns(
            ("检查标识", "Check", 28), ("检查项", "Item", 24), ("标准", "Standard", 36, True),
            ("计量单位", "Unit", 9), ("来源", "Source", 40, True), ("设备数", "Devices", 10),
        ),
    ),
    Sheet(
        name=Text("趋势", "Trends"),
        rows=trend_rows,
        columns=columns(
            ("编号", "Id", 13), ("设备", "Device", 18), ("名称", "Name", 24),
            ("检查项", "Item", 18), ("对象", "Subject", 16), ("计量单位", "Unit", 9),
            ("轮次", "Rounds", 8), ("上轮", "Before", 10), ("实测", "Measured", 12),
            ("时间", "At", 20), ("门限", "Limits", 24), ("每天", "Per day", 10),
            ("到达", "Reached on", 13), ("趋势", "Trend", 40, True), ("方法", "Method", 40, True),
        ),
    ),
    Sheet(
        name=Text("人工", "Manual"),
        rows=_manual,
        columns=columns(
            ("编号", "Id", 13), ("对象", "Subject", 18), ("名称", "Name", 24),
            ("机房", "Room", 16), ("检查项", "Item", 20), ("标准", "Standard", 28, True),
            ("实测", "Measured", 14), ("计量单位", "Unit", 8), ("判定", "Verdict", 10),
            ("备注", "Remark", 36, True), ("检查人", "By", 12), ("时间", "At", 20),
        ),
    ),
    Sheet(
        name=Text("证据", "Evidence"),
        rows=_evidence,
        columns=columns(
            ("编号", "No.", 10), ("证据标识", "Id", 24), ("设备", "Device", 20),
            ("名称", "Name", 26), ("命令或来源", "Question", 36), ("时间", "Taken at", 20),
            ("字节", "Bytes", 10), ("完整", "Complete", 10), ("SHA-256", "SHA-256", 68),
        ),
    ),
)  # fmt: skip
