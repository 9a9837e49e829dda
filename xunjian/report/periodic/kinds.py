"""Which periodic documents there are: names, numbers' codes, titles, periods."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from xunjian.language import Text
from xunjian.report.periodic import documents, sheet_parts
from xunjian.report.periodic.gathered import Gathered
from xunjian.report.periodic.handover import handover_sections
from xunjian.report.periodic.model import Section
from xunjian.report.periodic.period import PeriodKind
from xunjian.report.periodic.score import score_sections

_MONTHS_UP = (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.HALF, PeriodKind.YEAR)
_QUARTER_FIRST = tuple(dict.fromkeys((PeriodKind.QUARTER, *_MONTHS_UP)))


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKind:
    """One document. code: its kind in a number. periods: the first one is the usual.

    looks_back: whether it compares with the period before.
    """

    name: str
    code: str
    title: Text
    purpose: Text
    periods: tuple[PeriodKind, ...]
    sections: Callable[[Gathered], tuple[Section, ...]]
    looks_back: bool = False


_ALL = (
    DocumentKind(
        name="daily-log",
        code="RZ",
        title=Text("运维服务日志", "Daily service log"),
        purpose=Text(
            "记录当日巡检、故障与处理。", "What was inspected, found and done on the day."
        ),
        periods=(PeriodKind.DAY,),
        sections=documents.daily_log,
    ),
    DocumentKind(
        name="weekly",
        code="ZB",
        title=Text("工作报告", "Weekly report"),
        purpose=Text(
            "报告一周的巡检、故障与下周计划。",
            "Rounds and faults of a week, and the plan of the next.",
        ),
        periods=(PeriodKind.WEEK,),
        sections=documents.weekly,
    ),
    DocumentKind(
        name="handover",
        code="JB",
        title=Text("交接班记录", "Handover sheet"),
        purpose=Text(
            "交接机房环境、网络、告警与未完事项。",
            "Environment, network, alarms and what is not done yet.",
        ),
        periods=(PeriodKind.DAY,),
        sections=handover_sections,
    ),
    DocumentKind(
        name="fault-summary",
        code="GZ",
        title=Text("故障总结报告", "Fault summary"),
        purpose=Text(
            "汇总一月的故障、原因、历时与频发设备。",
            "Faults of a month, their causes, durations and repeats.",
        ),
        periods=(PeriodKind.MONTH,),
        sections=documents.fault_summary,
    ),
    DocumentKind(
        name="running-state",
        code="YX",
        title=Text("系统运行情况分析报告", "Running-state analysis"),
        purpose=Text(
            "统计并分析系统运行情况，指出问题，提出建议。",
            "How the systems ran, why, and what to do.",
        ),
        periods=(PeriodKind.MONTH, PeriodKind.QUARTER),
        sections=documents.running_state,
        looks_back=True,
    ),
    DocumentKind(
        name="equipment",
        code="SB",
        title=Text("设备与系统管理报告", "Equipment and system management"),
        purpose=Text(
            "报告设备构成、容量、网络质量并作评价。",
            "Estate, capacity, network quality and evaluation.",
        ),
        periods=(PeriodKind.QUARTER,),
        sections=documents.equipment,
    ),
    DocumentKind(
        name="service",
        code="FW",
        title=Text("运维服务总结报告", "Service summary"),
        purpose=Text(
            "总结平台维护、故障处理、巡检与改进。",
            "Maintenance, faults, inspections and improvements.",
        ),
        periods=_MONTHS_UP,
        sections=documents.service,
        looks_back=True,
    ),
    DocumentKind(
        name="score",
        code="KH",
        title=Text("责任方考核评分表", "Score card"),
        purpose=Text(
            "按责任方列出可用率、故障与修复情况，供评分。",
            "Availability, faults and repairs by party, to be scored.",
        ),
        periods=_MONTHS_UP,
        sections=score_sections,
    ),
    DocumentKind(
        name="assets",
        code="TZ",
        title=Text("设备台账及变动", "Asset register and its changes"),
        purpose=Text(
            "列出在册设备，与各轮实测核对，列出变动。",
            "What is registered, held against the rounds, and what changed.",
        ),
        periods=_QUARTER_FIRST,
        sections=documents.assets,
    ),
    DocumentKind(
        name="sheets",
        code="DJ",
        title=Text("抽检、养护、防雷登记表", "Spot-check, maintenance and earthing records"),
        purpose=Text("供现场填写。", "To be filled in on site."),
        periods=tuple(dict.fromkeys((PeriodKind.MONTH, *PeriodKind))),
        sections=sheet_parts.all_sheets,
    ),
)


def document_kinds() -> Mapping[str, DocumentKind]:
    """Every periodic document by its command's name."""
    return {one.name: one for one in _ALL}
