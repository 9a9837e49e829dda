"""Cover, approval sheet and overview: from the settings, the occasion and the record."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from xunjian.calendar.clock import day_of, in_zone
from xunjian.language import Text
from xunjian.report import words
from xunjian.report.building.beside import ALL_SHEETS_UP_TO, Beside
from xunjian.report.document import Head, Person
from xunjian.run.model import DeviceResult, RunRecord, RunState

# 3.6 of the requirements: a report bears the title the plan gives it
TITLES = {
    "routine": Text("日常巡检报告", "Routine inspection report"),
    "monthly": Text("月度巡检报告", "Monthly inspection report"),
    "quarterly": Text("季度巡检报告", "Quarterly inspection report"),
    "half-year": Text("半年通电联调巡检报告", "Half-year power-on and joint test report"),
    "pre-holiday": Text("监控中心设备巡检报告", "Monitoring centre equipment inspection report"),
    "flood-season": Text("汛期专项巡检报告", "Flood season inspection report"),
    "conference": Text("会议保障巡检报告", "Conference guarantee inspection report"),
    "handover": Text("交接班巡检报告", "Shift handover inspection report"),
    "change": Text("变更巡检报告", "Change inspection report"),
    "adhoc": Text("临时巡检报告", "Ad-hoc inspection report"),
}
PURPOSES = {
    "pre-holiday": Text(
        "节假日前全面检查监控中心与核心机房的设备、网络和机房安全，消除隐患，保障节日期间稳定运行。",
        "To check equipment, network and safety of the monitoring centre and the core rooms before "
        "the holiday, so that nothing fails during it.",
    ),
    "flood-season": Text(
        "汛期前及汛期内检查防汛视频会商系统的传输通道、供电与会场终端，确保随时可用。",
        "To check channels, power supply and venue terminals of the flood control conference "
        "system before and during the season, so that it can be used at any time.",
    ),
    "half-year": Text(
        "按合同每半年对会场通电并与主会场联调，核实整套系统可用。",
        "To power up every venue twice a year as agreed and test it with the main venue.",
    ),
    "conference": Text(
        "会议前、会议中、会议后检查参会会场与线路，保障会议不中断。",
        "To check venues and lines before, during and after the conference.",
    ),
    "change": Text("核实变更前后的运行状态。", "To verify the state before and after a change."),
    "adhoc": Text("按临时要求核实设备现状。", "To verify the present state as asked."),
}
_PURPOSE = Text(
    "按合同定期检查设备运行状态，发现并跟踪隐患，提出处理建议。",
    "To check the state of the equipment at the agreed intervals, find and follow up what is "
    "wrong, and give advice.",
)
_BASIS = (
    Text(
        "运行维护合同及其附件约定的巡检条款", "The inspection clauses of the maintenance contract"
    ),
    Text("附录 B 所列各项标准及其来源", "The standards in appendix B, each with its source"),
)
SIGNERS = (
    Text("巡检人", "Inspected by"),
    Text("复核人", "Checked by"),
    Text("乙方负责人", "For the contractor"),
    Text("甲方代表", "For the customer"),
)
_OPEN = {
    RunState.RUNNING: Text("本轮仍在进行，内容不完整。", "The round is still going on."),
    RunState.INTERRUPTED: Text("本轮被中断，内容不完整。", "The round was interrupted."),
    RunState.KILLED: Text("本轮异常终止，内容不完整。", "The round was killed before its end."),
    RunState.AWAITING_MANUAL: Text(
        "人工项尚未填齐，补齐后将出新版本。",
        "Manual items are still to be filled in; a new version follows.",
    ),
}


def title_of(record: RunRecord, beside: Beside) -> Text:
    """Give the document's title: the playbook's own, else the occasion's, else the round's."""
    return beside.title or TITLES.get(record.occasion, record.title)


def head_of(record: RunRecord, beside: Beside) -> Head:
    """Fill what stands before the results."""
    order = beside.order
    ended = record.ended_at or record.started_at
    return Head(
        title=title_of(record, beside),
        number=record.number,
        version=beside.version,
        secrecy=order.secrecy,
        project=order.project,
        customer=order.customer,
        contractor=order.contractor,
        logo=order.logo,
        purpose=PURPOSES.get(record.occasion, _PURPOSE),
        basis=order.basis or _BASIS,
        scope=_scope(record.devices, beside.names),
        planned_first=beside.planned[0] if beside.planned else None,
        planned_last=beside.planned[1] if beside.planned else None,
        submitted_on=day_of(beside.revisions[-1].at if beside.revisions else ended),
        people=tuple(_people(beside)),
        signers=order.signers or SIGNERS,
        recipients=order.recipients,
        revisions=beside.revisions,
        warnings=tuple(_warnings(record, beside)),
        said=_said(record, beside),
    )


def _people(beside: Beside) -> Iterable[Person]:
    """Who the order names and who signed a form, each once; a signer's role in both languages."""
    roles = {role.zh: role for role in (*SIGNERS, *beside.order.signers) if role.en}
    signed = (replace(one, role=roles.get(one.role.zh, one.role)) for one in beside.signed)
    return dict.fromkeys((*beside.order.people, *signed))


def _said(record: RunRecord, beside: Beside) -> tuple[str, ...]:
    """What a version is told apart by: no sentence of ours, which a newer program may reword."""
    leaves = (
        f"{one.id} {one.approved_by} {one.reason} {one.expires_at.isoformat()}"
        for one in beside.overrides
    )
    basis, signers = beside.order.basis, beside.order.signers
    texts = (text.zh for text in (*basis, *signers, *((beside.title,) if beside.title else ())))
    return (record.occasion, *texts, *leaves)


def record_sheets_of(record: RunRecord, beside: Beside) -> str:
    """Say which devices get a record sheet of their own in the report."""
    wanted = beside.order.record_sheets
    if wanted in {"abnormal", "none"}:
        return wanted
    return "all" if len(record.devices) <= ALL_SHEETS_UP_TO else "abnormal"


def volumes_of(record: RunRecord, beside: Beside) -> tuple[str, ...]:
    """Name the sites whose sheets get a volume: all of them where one report cannot hold all."""
    if len(record.devices) <= ALL_SHEETS_UP_TO or beside.order.record_sheets not in {"", "all"}:
        return ()
    return tuple(dict.fromkeys(device.site for device in record.devices))


def _scope(devices: Iterable[DeviceResult], named: Mapping[str, str]) -> Text:
    kinds: Counter[str] = Counter()
    sites: dict[str, None] = {}
    rooms: set[str] = set()
    for device in devices:
        kinds[device.kind] += 1
        sites[device.site_title or device.site] = None
        rooms |= {device.room} - {""}
    counted = [(words.word(words.KINDS, kind), count) for kind, count in kinds.most_common()]
    places = "、".join(name for name in sites if name)
    in_english = ", ".join(named.get(name, name) for name in sites if name)
    zh = "、".join(f"{kind.zh} {count}" for kind, count in counted)
    en = ", ".join(f"{kind.en or kind.zh} {count}" for kind, count in counted)
    total = sum(kinds.values())
    return Text(
        f"{places}：机房 {len(rooms)} 处，设备 {total} 台（{zh}）。",
        f"{in_english}: {words.counted(len(rooms), 'room')}, "
        f"{words.counted(total, 'device')} ({en}).",
    )


def _warnings(record: RunRecord, beside: Beside) -> Iterable[Text]:
    if record.state in _OPEN:
        yield _OPEN[record.state]
    if beside.steps.zh:
        yield beside.steps
    if beside.behind.zh:
        en = beside.behind.en
        yield Text(f"{beside.behind.zh}。", f"{en[:1].upper()}{en[1:]}.")
    for one in beside.overrides:
        until = f"{in_zone(one.expires_at):%Y-%m-%d %H:%M}"
        yield Text(
            f"封网期间经甲方 {one.approved_by} 批准操作：{one.reason}（{until} 前有效）。",
            f"Worked inside a freeze with leave of {one.approved_by}: {one.reason} "
            f"(valid until {until}).",
        )
