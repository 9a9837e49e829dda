"""What the PDF says, as plain data: the only thing its template gets.

Every text is one line in the language of the document, without controls and turning marks, cut
where it is too long; U+200B marks where a long word may be broken.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from xunjian.checks.model import Verdict
from xunjian.language import Language, Text
from xunjian.report import words
from xunjian.report.building.head import SIGNERS
from xunjian.report.marks import LEGEND
from xunjian.report.model import DeviceSheet, ReportModel
from xunjian.report.printed_period import (
    NO_SPARES,
    fault_rows,
    faults_said,
    next_rows,
    photo_rows,
    series_said,
    spare_rows,
    term_rows,
)
from xunjian.report.printed_records import record_sheet
from xunjian.report.printed_rows import (
    advice_rows,
    change_rows,
    content_rows,
    device_rows,
    evidence_rows,
    leftover_rows,
    manual_rows,
    not_checked_rows,
    overall_rows,
    problem_groups,
    series_rows,
    threshold_rows,
)
from xunjian.report.wording import Wording
from xunjian.run.model import RunState

ENVIRONMENT = frozenset(
    {"environment", "sensors", "input", "output", "battery", "self_test", "ups_events"}
)
LINES = frozenset(
    {
        "interfaces",
        "optics",
        "network",
        "registration",
        "signalling",
        "call_quality",
        "peripherals",
        "terminal",
    }
)
STEPS = (
    Text("编制", "Prepared by"),
    Text("校对", "Checked by"),
    Text("审核", "Reviewed by"),
    Text("签发", "Released by"),
)
_UNFINISHED = {RunState.INTERRUPTED, RunState.KILLED, RunState.RUNNING}

Data = dict[str, Any]  # crosses into JSON and nowhere else


def printed(model: ReportModel, language: Language) -> Data:
    """Arrange the model for the template; only values JSON knows."""
    w = Wording(language)
    return {
        "language": language.value,
        "volume": w.say(model.volume),
        **_front(model, w),
        **_overview(model, w),
        **_conclusion(model, w),
        **_body(model, w),
        **_appendices(model, w),
    }


def _front(model: ReportModel, w: Wording) -> Data:
    head = model.head
    number = head.number or model.number
    cover = (
        (w.t("甲方", "Customer"), head.customer),
        (w.t("乙方", "Contractor"), head.contractor),
        (
            w.t("巡检时间", "Inspected"),
            w.days(model.started_at.date(), model.ended_at.date() if model.ended_at else None),
        ),
        (w.t("版本", "Version"), str(head.version)),
    )
    approval = (
        (w.t("文件编号", "Document number"), w.say(number)),
        (w.t("文件名称", "Title"), w.say(title_of(model))),
        (w.t("文件类别", "Kind"), w.code(words.OCCASIONS, model.occasion)),
        (w.t("保密等级", "Classification"), w.say(head.secrecy) or "—"),
        (w.t("接收单位", "Recipients"), _joined(w, head.recipients) or w.say(head.customer) or "—"),
        (w.t("发送单位", "Issued by"), w.say(head.contractor) or "—"),
        (w.t("提交日期", "Submitted on"), w.day(head.submitted_on) or "—"),
    )
    whole = Wording(w.language, breaks=False)
    return {
        "title": whole.say(title_of(model)),
        "number": whole.say(number),
        "author": whole.say(head.contractor) or "xunjian",
        "project": w.say(head.project),
        "secrecy": w.say(head.secrecy),
        "occasion": w.code(words.OCCASIONS, model.occasion),
        "date": w.day(head.submitted_on or (model.ended_at or model.started_at).date()),
        "cover": [[name, w.say(value)] for name, value in cover if value],
        "warnings": [w.prose(warning) for warning in head.warnings],
        "footer": w.say(" · ".join(part for part in (head.contractor, head.secrecy) if part)),
        "approval": [list(pair) for pair in approval],
        "steps": [w.say(step) for step in STEPS],
        "signers": [w.say(signer) for signer in head.signers or SIGNERS],
        "revisions": _revisions(model, w),
    }


def title_of(model: ReportModel) -> Text:
    """The title as the occasion demands it, else the playbook's."""
    return model.head.title if model.head.title.zh else model.title


def _revisions(model: ReportModel, w: Wording) -> list[Data]:
    if not model.head.revisions:
        what = Text("首次发布", "First issue")
        at = model.ended_at or model.started_at
        return [{"version": "1", "at": w.minute(at), "by": "", "what": w.say(what)}]
    return [
        {
            "version": str(row.version),
            "at": w.minute(row.at),
            "by": w.say(row.by),
            "what": w.say(row.what),
        }
        for row in model.head.revisions
    ]


def _joined(w: Wording, texts: Iterable[object]) -> str:
    return w.t("、", ", ").join(w.say(text) for text in texts)


def _overview(model: ReportModel, w: Wording) -> Data:
    head = model.head
    method = Text(
        "自动采集（只读命令，不改动设备）与现场检查；每项判定均有原始记录可查",
        "automatic reading (read-only commands, nothing is changed on a device) and checks on "
        "site; every judgement has its evidence",
    )
    scope = Text(
        f"设备 {model.totals.devices} 台，计划 {model.totals.planned} 项（设备×项目）",
        f"{words.counted(model.totals.devices, 'device')}, "
        f"{words.counted(model.totals.planned, 'item')} planned (device × item)",
    )
    started, ended = model.started_at, model.ended_at
    rows: tuple[tuple[str, str | list[str]], ...] = (
        (w.t("目的", "Purpose"), w.prose(head.purpose) or "—"),
        (w.t("依据", "Basis"), [w.prose(text) for text in head.basis]),
        (w.t("范围", "Scope"), [w.prose(text) for text in (head.scope, scope) if str(text)]),
        (w.t("计划时间", "Planned"), w.planned(head.planned_first, head.planned_last)),
        (
            w.t("实际时间", "Actual"),
            w.t(" 至 ", " to ").join((w.moment(started), w.moment(ended)))
            + started.strftime(w.t("（UTC%z）", " (UTC%z)")),
        ),
        (w.t("提交日期", "Submitted on"), w.day(head.submitted_on) or "—"),
        *((w.prose(one.role), f"“{w.say(one.name)}”") for one in head.people if one.is_opinion),
        (w.t("方法", "Method"), w.prose(method)),
        (
            w.t("工具与版本", "Tool and version"),
            [
                f"xunjian {w.say(model.tool_version)}",
                w.t("剧本 ", "Playbook ")
                + w.say(model.playbook)
                + w.t("，内容文件 ", ", content files: ")
                + str(len(model.content)),
            ],
        ),
        (w.t("轮次标识", "Run"), w.say(model.run_id)),
    )
    return {
        "overview": [list(row) for row in rows],
        "people": [
            {"name": w.say(p.name), "role": w.say(p.role), "phone": w.say(p.phone)}
            for p in head.people
            if not p.is_opinion
        ],
    }


def _conclusion(model: ReportModel, w: Wording) -> Data:
    verdicts = [
        {"code": verdict.value, "name": w.say(verdict.word), "count": count}
        for verdict, count in model.totals.verdicts.items()
    ]
    return {
        "conclusion": w.prose(model.conclusion),
        "signed_said": w.prose(model.conclusion),
        "figures": _figures(model, w),
        "verdicts": verdicts,
        "levels": [
            {"level": w.t(f"{level} 级", f"level {level}"), "count": count}
            for level, count in model.levels.items()
        ],
        "compared": _compared(model, w),
        "risk": w.prose(model.risk.said),
        "unfinished": [w.code(words.STATES, model.state.value)]
        if model.state in _UNFINISHED
        else [],
        "sites": _sites(model, w),
        "rounds": _rounds(model, w),
    }


def _figures(model: ReportModel, w: Wording) -> list[Data]:
    totals = model.totals
    coverage = model.coverage.pct
    rows = (
        ("", w.t("计划（设备×项目）", "Items planned"), str(totals.planned)),
        ("", w.t("有结果", "With an outcome"), str(totals.outcomes)),
        ("", w.t("未做", "Left out"), str(totals.left_out)),
        ("", w.t("到达 / 设备", "Reached / devices"), f"{totals.reached} / {totals.devices}"),
        ("", w.t("完好率", "Intact rate"), w.intact(model.intact)),
        *(
            (verdict.value, w.say(verdict.word), str(totals.verdicts.get(verdict, 0)))
            for verdict in (Verdict.NORMAL, Verdict.WARNING, Verdict.ABNORMAL, Verdict.UNKNOWN)
        ),
        ("", w.t("覆盖率", "Coverage"), "—" if coverage is None else f"{coverage:.1f} %"),
    )
    return [{"code": code, "name": name, "value": value} for code, name, value in rows]


def _compared(model: ReportModel, w: Wording) -> str:
    if not model.previous_run_id:
        return w.t(
            "没有可比较的上一轮。", "There is no earlier round of this kind to compare with."
        )
    counts: dict[str, int] = dict.fromkeys(("new", "persisting", "back"), 0)
    for row in model.problems:
        if row.change and row.change.value in counts:
            counts[row.change.value] += 1
    counts["resolved"], counts["unverified"] = len(model.resolved), len(model.unverified)
    told = w.t("，", ", ").join(
        f"{w.code(words.CHANGES, name)} {count}" for name, count in counts.items()
    )
    before = w.minute(model.previous_started_at)
    run = w.say(model.previous_run_id)
    return w.t(
        f"与上一轮（{before}，{run}）比较：{told}。",
        f"Compared with the round before ({before}, {run}): {told}.",
    )


def _sites(model: ReportModel, w: Wording) -> list[Data]:
    return [
        {
            "title": w.say(row.title or row.site, 80),
            "devices": str(row.devices),
            "reached": str(row.reached),
            "abnormal": str(row.abnormal),
            "intact": w.intact(row.intact),
            "judged": row.intact.judged,
            "good": row.intact.intact,
            "bad": row.intact.judged - row.intact.intact,
        }
        for row in model.sites
    ]


def _rounds(model: ReportModel, w: Wording) -> list[Data]:
    return [
        {
            "number": w.say(row.number or row.run_id),
            "at": w.minute(row.started_at),
            "intact": w.intact(row.intact),
            **{
                verdict.value: str(row.verdicts.get(verdict.value, 0))
                for verdict in (Verdict.NORMAL, Verdict.WARNING, Verdict.ABNORMAL, Verdict.UNKNOWN)
            },
        }
        for row in model.rounds[-12:]
    ]


def _body(model: ReportModel, w: Wording) -> Data:
    shown = sheets_shown(model)
    return {
        "devices": device_rows(model, w),
        "environment": overall_rows(model, w, ENVIRONMENT),
        "lines": overall_rows(model, w, LINES),
        "series": series_rows(model, w),
        "series_said": series_said(model, w),
        "sheets": [record_sheet(model, sheet, w) for sheet in shown],
        "sheets_said": _sheets_said(model, len(shown), w),
        "problems": problem_groups(model, w),
        "leftovers": leftover_rows(model, w),
        "changes": change_rows(model, w),
        "changes_said": w.t("无变更记录。", "No change on record."),
        "faults": fault_rows(model, w),
        "faults_said": faults_said(model, w),
        "spares": spare_rows(model, w),
        "spares_said": w.say(NO_SPARES),
        "advice": advice_rows(model, w),
        "next_rounds": next_rows(model, w),
    }


def sheets_shown(model: ReportModel) -> Sequence[DeviceSheet]:
    """The devices that get a record sheet of their own."""
    if model.record_sheets == "all":
        return model.sheets
    if model.record_sheets == "none":
        return ()
    quiet = (Verdict.NORMAL, Verdict.NOT_CHECKED)
    return tuple(sheet for sheet in model.sheets if sheet.worst not in quiet)


def _sheets_said(model: ReportModel, shown: int, w: Wording) -> str:
    said, legend = _sheets_counted(model, shown, w), w.say(LEGEND)
    return said + legend if w.language is Language.ZH else f"{said} {legend}"


def _sheets_counted(model: ReportModel, shown: int, w: Wording) -> str:
    total = len(model.sheets)
    if model.volumes and not model.volume:
        return w.t(
            f"设备 {total} 台，本册列出 {shown} 台的记录表；全部记录表按地点分册，见 "
            f"records-01 至 {len(model.volumes):02d} 各文件。",
            f"{total} devices; the sheets of {shown} stand here, all of them in a volume per site: "
            f"the files records-01 to {len(model.volumes):02d}.",
        )
    if shown == total:
        return w.t(
            f"设备 {total} 台，每台一表；同一检查项全部正常的多个对象合为一行，逐条见同号工作簿。",
            f"{total} devices, one sheet each; parts that are normal alike share a row, each "
            "stands in the workbook of the same number.",
        )
    return w.t(
        f"设备 {total} 台，本册列出 {shown} 台的记录表；其余的记录见同号工作簿。",
        f"{total} devices; the sheets of {shown} stand here, the records of the others in the "
        "workbook of the same number.",
    )


def _appendices(model: ReportModel, w: Wording) -> Data:
    evidence, said = evidence_rows(model, w)
    return {
        "evidence": evidence,
        "evidence_said": said,
        "root_hash": w.say(model.root_hash) or "—",
        "thresholds": threshold_rows(model, w),
        "not_checked": not_checked_rows(model, w),
        "manual": manual_rows(model, w),
        "content": content_rows(model, w),
        "terms": term_rows(w),
        "photos": photo_rows(model, w),
        "content_said": f"xunjian {w.say(model.tool_version)}",
    }
