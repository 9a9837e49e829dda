"""What stands in each periodic document."""

from xunjian.language import Text
from xunjian.report.periodic import fault_parts as faults
from xunjian.report.periodic import register_parts as registers
from xunjian.report.periodic import state_parts, work_parts
from xunjian.report.periodic.compared import compared
from xunjian.report.periodic.gathered import Gathered
from xunjian.report.periodic.model import (
    NONE_RECORDED,
    Block,
    Column,
    Paragraph,
    Section,
    Table,
)


def section(key: str, zh: str, en: str, *blocks: Block) -> Section:
    """Write a chapter."""
    return Section(key=key, title=Text(zh, en), blocks=blocks)


def daily_log(g: Gathered) -> tuple[Section, ...]:
    """每日运维服务日志 (M1)."""
    return (
        section("day", "当日概况", "The day", state_parts.work_figures(g), faults.counts(g)),
        section("rounds", "巡检情况", "Rounds", state_parts.rounds_table(g)),
        _new_faults(g),
        _open_faults(g),
        section("changes", "配置变更", "Configuration changes", work_parts.changes(g)),
        section("due", "应做巡检", "Rounds due", *work_parts.inspections(g)),
        section("forms", "人工检查", "Checked by hand", work_parts.answered(g)),
        section("notes", "其他记事", "Other notes", blank_lines("notes")),
    )


def blank_lines(key: str, rows: int = 4) -> Table:
    """Room to write."""
    return Table(
        key=key,
        columns=(
            Column(title=Text("时间", "Time"), kind="blank", width=1),
            Column(title=Text("内容", "What"), kind="blank", width=4),
            Column(title=Text("记录人", "By"), kind="blank", width=1),
        ),
        rows=((None, None, None),) * rows,
    )


def _new_faults(g: Gathered) -> Section:
    return section(
        "new", "新发现", "Newly found",
        faults.fault_table(g, g.began, "new_faults", Text("故障", "Faults")),
        faults.fault_table(
            g, g.warned, "new_warnings", Text("隐患（预警）", "Warnings"),
            Text("本期无新增隐患。", "No new warning."),
        ),
    )  # fmt: skip


def _open_faults(g: Gathered) -> Section:
    return section(
        "open", "恢复与遗留", "Resolved and open",
        faults.fault_table(
            g, g.resolved, "resolved_faults", Text("本期恢复", "Resolved in the period"),
            Text("本期无恢复的故障。", "No fault was resolved."),
        ),
        faults.fault_table(
            g, g.open, "open_faults", Text("期末未恢复", "Open at the end"),
            Text("期末无未恢复的故障。", "No fault is open."),
        ),
        faults.fault_table(
            g, g.open_warnings, "open_warnings", Text("期末隐患", "Warnings at the end"),
            Text("期末无隐患。", "No warning stands."),
        ),
        faults.METHOD,
    )  # fmt: skip


def weekly(g: Gathered) -> tuple[Section, ...]:
    """周工作报告 (M1)."""
    return (
        section(
            "week", "本周概况", "The week",
            state_parts.work_figures(g), faults.counts(g), faults.over_time(g),
        ),
        section("rounds", "巡检情况", "Rounds", state_parts.rounds_table(g)),
        section("sites", "各地点运行情况", "Sites", *state_parts.by_site(g)),
        _new_faults(g),
        _open_faults(g),
        section("changes", "配置变更", "Configuration changes", work_parts.changes(g)),
        section("due", "计划巡检", "Rounds due", *work_parts.inspections(g)),
        section("next", "下周计划", "Next week", work_parts.coming(g)),
        section("advice", "建议", "Advice", work_parts.advice(g)),
    )  # fmt: skip


def fault_summary(g: Gathered) -> tuple[Section, ...]:
    """每月故障总结报告 (M1, C)."""
    major = tuple(one for one in g.touched if one.is_major)
    return (
        section(
            "figures", "故障概况", "Figures",
            faults.counts(g), faults.over_time(g), faults.METHOD,
        ),
        section("sources", "报修来源", "Where they were reported", _sources(g)),
        section(
            "major", "重大故障", "Major faults",
            faults.fault_table(
                g, major, "major_faults", Text("I、II 级故障", "Faults of level I and II"),
                Text("本期无重大故障。", "No major fault."),
            ),
        ),
        section(
            "causes", "故障分类", "Faults by cause",
            faults.by_kind(g), faults.by_cause(g), faults.by_site(g), faults.by_party(g),
        ),
        section(
            "power", "供电故障", "Power faults",
            faults.fault_table(
                g, faults.power(g), "power_faults", Text("供电故障", "Power faults"),
                Text("本期无供电故障。", "No power fault."),
            ),
        ),
        section(
            "security", "安全事件与及时修复", "Security incidents, repairs in time",
            Paragraph(
                text=Text(
                    f"安全事件：{NONE_RECORDED.zh}。及时修复率：{NONE_RECORDED.zh}"
                    "（巡检存储不含接报、到场与修复时限）。",
                    f"Security incidents: {NONE_RECORDED.en}. Repaired in time: "
                    f"{NONE_RECORDED.en} (the store of rounds has no times of report, arrival and "
                    "repair).",
                )
            ),
        ),
        section("replace", "频发设备", "Too often", faults.frequent(g)),
        _open_faults(g),
        section(
            "all", "全部故障", "All faults",
            faults.fault_table(g, g.touched, "all_faults", Text("本期故障清单", "All faults")),
        ),
        section("advice", "建议", "Advice", work_parts.advice(g)),
    )  # fmt: skip


def _sources(g: Gathered) -> Table:
    """The five sources of plan S; the store of rounds knows one of them."""
    others = (
        Text("公众", "citizens"), Text("用户单位", "the customer"),
        Text("系统告警", "the system's alarms"), Text("驻场人员", "resident staff"),
    )  # fmt: skip
    return Table(
        key="sources",
        columns=(
            Column(title=Text("来源", "Source"), width=3),
            Column(title=Text("接报数", "Reports"), kind="number"),
            Column(title=Text("说明", "Remark"), width=3),
        ),
        rows=(
            (Text("巡检发现", "rounds"), len(g.began), Text("")),
            *((one, None, NONE_RECORDED) for one in others),
        ),
    )


def running_state(g: Gathered) -> tuple[Section, ...]:
    """系统运行情况分析 (E)."""
    return (
        section(
            "figures", "运行统计", "Statistics",
            state_parts.work_figures(g), faults.counts(g), compared(g), faults.over_time(g),
        ),
        section("rounds", "巡检情况", "Rounds", state_parts.rounds_by_playbook(g)),
        section("sites", "各地点运行情况", "Sites", *state_parts.by_site(g)),
        section("parties", "各责任方运行情况", "Parties", *state_parts.by_party(g)),
        section(
            "causes", "原因分析", "Causes", faults.by_cause(g), faults.by_kind(g), faults.METHOD
        ),
        *_health(g),
        section("replace", "频发设备", "Too often", faults.frequent(g)),
        section("problems", "维护中的问题", "Problems in maintenance", *_problems(g)),
        section("advice", "建议", "Advice", work_parts.advice(g)),
    )  # fmt: skip


def _problems(g: Gathered) -> tuple[Block, ...]:
    return (
        faults.fault_table(
            g, g.open, "open_faults", Text("期末未恢复", "Open at the end"),
            Text("期末无未恢复的故障。", "No fault is open."),
        ),
        work_parts.changes(g),
        registers.disagreements(g),
    )  # fmt: skip


def _health(g: Gathered) -> tuple[Section, ...]:
    return (
        section(
            "capacity", "容量", "Capacity",
            *state_parts.values(
                g, ("disk", "memory", "cpu", "sessions"), "capacity",
                Text("磁盘、内存、CPU、会话", "Disk, memory, CPU, sessions"),
            ),
        ),
        section(
            "network", "网络质量", "Network quality",
            *state_parts.values(
                g, ("loss", "optical"), "network", Text("丢包与光功率", "Loss and optical power")
            ),
            _link_faults(g),
        ),
        section(
            "power", "供电与环境", "Power and environment",
            *state_parts.values(
                g, ("runtime", "battery", "load", "temperature"), "power",
                Text("后备时间、电池、负载、温度", "Runtime, battery, load, temperature"),
            ),
        ),
    )  # fmt: skip


_LINK_CHECKS = ("interfaces.", "optics.", "network.", "call_quality.", "spanning_tree.")


def _link_faults(g: Gathered) -> Table:
    links = tuple(one for one in g.touched if one.finding.check.startswith(_LINK_CHECKS))
    return faults.fault_table(
        g, links, "link_faults", Text("端口、光路与误码", "Ports, light and errors"),
        Text("本期未见端口、光路与误码异常。", "No abnormal port, light or error count."),
    )  # fmt: skip


def equipment(g: Gathered) -> tuple[Section, ...]:
    """Equipment and system management of a quarter (M1)."""
    return (
        section(
            "figures", "总体情况", "Overall",
            state_parts.work_figures(g), registers.register_figures(g),
        ),
        section("estate", "设备构成", "Estate", *state_parts.estate(g)),
        section("intact", "完好率", "Intact rate", *state_parts.by_site(g)),
        *_health(g),
        section(
            "register", "台账与变动", "Register and changes",
            registers.disagreements(g), registers.changes(g),
        ),
        section("changes", "配置变更", "Configuration changes", work_parts.changes(g)),
        section(
            "faults", "故障与评价", "Faults and evaluation",
            faults.counts(g), faults.by_kind(g), faults.frequent(g), faults.METHOD,
        ),
        section("advice", "建议", "Advice", work_parts.advice(g)),
    )  # fmt: skip


def service(g: Gathered) -> tuple[Section, ...]:
    """Service summary (M1)."""
    return (
        section(
            "figures", "服务概况", "The service in figures",
            state_parts.work_figures(g), faults.counts(g), compared(g), faults.over_time(g),
        ),
        section("maintenance", "平台维护", "Maintenance", state_parts.rounds_by_playbook(g)),
        section("inspections", "计划巡检", "Inspections", *work_parts.inspections(g)),
        section(
            "faults", "故障处理", "Faults", faults.by_kind(g), faults.by_cause(g), faults.METHOD
        ),
        section("parties", "各责任方", "Parties", *state_parts.by_party(g)),
        section("changes", "配置变更", "Configuration changes", work_parts.changes(g)),
        section("forms", "人工检查", "Checked by hand", work_parts.answered(g)),
        section("documents", "提交文档", "Documents", work_parts.issued(g)),
        section("advice", "改进建议", "Improvements", work_parts.advice(g)),
    )  # fmt: skip


def assets(g: Gathered) -> tuple[Section, ...]:
    """设备台账 and its changes (C)."""
    return (
        section(
            "figures", "概况", "Figures", registers.register_figures(g), state_parts.estate(g)[0]
        ),
        section("register", "设备台账", "Register", registers.register(g)),
        section("disagreements", "台账与实物", "Register and thing", registers.disagreements(g)),
        section("changes", "变动", "Changes", registers.changes(g)),
    )
