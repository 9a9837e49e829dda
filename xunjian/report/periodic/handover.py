"""The handover sheet of a shift: what the last rounds say, and room for what only people know."""

from collections.abc import Sequence

from xunjian.language import Text
from xunjian.report.periodic import fault_parts, state_parts, work_parts
from xunjian.report.periodic.faults import Fault
from xunjian.report.periodic.gathered import Gathered, local
from xunjian.report.periodic.model import Column, Paragraph, Section, Table

_NETWORK = (
    "reachability.",
    "interfaces.",
    "optics.",
    "network.",
    "spanning_tree.",
    "call_quality.",
)
_STANDBY = ("ha.", "redundancy.", "multi_chassis.", "stack.", "server.bond")
_ENVIRONMENT = (
    "environment.", "codec_environment.", "controller.", "input.", "output.", "battery.",
)  # fmt: skip


def handover_sections(g: Gathered) -> tuple[Section, ...]:
    """环境、网络、告警、主备、变更、工具、来访、未完事项 (plan C); both sign below."""
    return (
        Section(
            key="shift",
            title=Text("交接情况", "At the handover"),
            blocks=(_last_round(g), _matters(g)),
        ),
        Section(
            key="open",
            title=Text("告警与未完事项", "Alarms and what is not done yet"),
            blocks=(
                fault_parts.fault_table(
                    g, g.open, "open_faults", Text("未恢复故障", "Open faults"),
                    Text("无未恢复的故障。", "No fault is open."),
                ),
                fault_parts.fault_table(
                    g, g.open_warnings, "open_warnings", Text("隐患", "Warnings"),
                    Text("无隐患。", "No warning stands."),
                ),
            ),
        ),
        Section(
            key="changes",
            title=Text("变更与应做巡检", "Changes, rounds due"),
            blocks=(work_parts.changes(g), *work_parts.inspections(g)),
        ),
        Section(
            key="hand",
            title=Text("人工交接", "Handed over by people"),
            blocks=(_by_hand(),),
        ),
    )  # fmt: skip


def _last_round(g: Gathered) -> Table | Paragraph:
    if g.last_round is None:
        return Paragraph(text=Text("当日无巡检记录。", "No round was made on the day."))
    at = local(g.last_round.started_at)
    last = state_parts.last_standing(g)
    return Paragraph(
        text=Text(
            f"最近一轮 {g.last_round.number} 始于 {at:%Y-%m-%d %H:%M}；"
            f"当日到达设备 {last.reached}/{last.visits} 台，完好 {last.intact}/{last.judged} 台。",
            f"The last round, {g.last_round.number}, began {at:%Y-%m-%d %H:%M}; "
            f"{last.reached} of {last.visits} devices reached on the day, {last.intact} of "
            f"{last.judged} intact.",
        )
    )


def _matters(g: Gathered) -> Table:
    now = (*g.open, *g.open_warnings)
    rows = (
        (Text("机房环境与供电", "Environment and power"), _state(now, _ENVIRONMENT)),
        (Text("网络与链路", "Network and links"), _state(now, _NETWORK)),
        (Text("主备与双机", "Main and standby"), _state(now, _STANDBY)),
    )
    return Table(
        key="matters",
        columns=(
            Column(title=Text("交接项目", "Matter"), width=2),
            Column(title=Text("巡检所见", "As the rounds saw it"), width=3),
            Column(title=Text("交班确认", "Handing over"), kind="blank"),
            Column(title=Text("接班确认", "Taking over"), kind="blank"),
        ),
        rows=tuple(
            (title, said if g.span.rounds else None, None, None) for title, said in rows
        ),
    )  # fmt: skip


def _state(now: Sequence[Fault], checks: tuple[str, ...]) -> Text:
    some = [one for one in now if one.finding.check.startswith(checks)]
    faults = sum(one.is_fault for one in some)
    if not some:
        return Text("未见异常", "nothing abnormal")
    return Text(
        f"故障 {faults} 项，隐患 {len(some) - faults} 项，见下",
        f"{faults} faults, {len(some) - faults} warnings: see below",
    )


def _by_hand() -> Table:
    matters = (
        Text("工具、仪表与备件", "tools, instruments, spares"),
        Text("钥匙与门禁卡", "keys and cards"),
        Text("来访与施工人员", "visitors and workers"),
        Text("上级通知与临时任务", "orders and extra tasks"),
        Text("未完事项与注意事项", "unfinished, to be watched"),
    )
    return Table(
        key="by_hand",
        columns=(
            Column(title=Text("事项", "Matter"), width=2),
            Column(title=Text("情况", "State"), kind="blank", width=4),
        ),
        rows=tuple((matter, None) for matter in matters),
    )
