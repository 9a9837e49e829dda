"""The figures of a period beside those of the period before."""

from collections.abc import Mapping

from xunjian.language import Text
from xunjian.report.periodic import state_parts
from xunjian.report.periodic.gathered import Gathered
from xunjian.report.periodic.model import Column, Table


def compared(g: Gathered) -> Table:
    """The figures beside those of the period before."""
    now = _totals(g)
    was = _totals_before(g)
    return Table(
        key="compared",
        title=Text("与上期比较", "Compared with the period before"),
        columns=(
            Column(title=Text("项目", "Figure"), width=3),
            Column(title=Text("上期", "Before"), kind="number"),
            Column(title=Text("本期", "Now"), kind="number"),
        ),
        rows=tuple((title, was.get(title), value) for title, value in now.items()),
    )


def _totals(g: Gathered) -> dict[Text, float | int | None]:
    all_visits = state_parts.standing_of(g.span.visits)
    return {
        Text("巡检轮次", "Rounds"): len(g.span.rounds),
        Text("到达率（%）", "Reached (%)"): all_visits.reached_pct,
        Text("平均完好率（%）", "Mean intact rate (%)"): all_visits.intact_pct,
        Text("新增故障", "New faults"): len(g.began),
        Text("新增隐患", "New warnings"): len(g.warned),
    }


def _totals_before(g: Gathered) -> Mapping[Text, float | int | None]:
    if g.before is None or not g.before.runs:
        return {}
    return _totals(
        Gathered(
            period=g.period.before,
            as_of=g.period.start,
            span=g.before,
            faults=g.faults_before,
        )
    )
