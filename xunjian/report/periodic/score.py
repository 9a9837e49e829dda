"""The score card: what is counted for each party. Points are the customer's to give."""

from collections.abc import Sequence
from datetime import timedelta

from xunjian.language import Text
from xunjian.report.periodic import fault_parts, state_parts
from xunjian.report.periodic.faults import Fault, mean
from xunjian.report.periodic.gathered import Gathered
from xunjian.report.periodic.model import NONE_RECORDED, Cell, Column, Paragraph, Section, Table
from xunjian.store.span_model import Visit

_NOTE = Paragraph(
    text=Text(
        "可用率按巡检到达台次计；及时率需接报与修复时限，巡检存储不含，列为“无记录”。"
        "得分由考核方按合同权重填写。",
        "Availability is counted by visits that reached their device. The in-time share needs "
        "times of report and repair, which the store of rounds has not: no record. Points are "
        "given by who scores, by the contract's weights.",
    ),
    is_note=True,
)


def score_sections(g: Gathered) -> tuple[Section, ...]:
    """One table over all parties, and the faults of each."""
    parties = _parties(g)
    listed = [
        Section(
            key=f"party_{number}",
            title=g.party(party),
            blocks=(
                fault_parts.fault_table(
                    g, faults, f"faults_{number}", Text("故障清单", "Faults")
                ),
            ),
        )
        for number, (party, _, faults) in enumerate(parties, start=1)
    ]  # fmt: skip
    return (
        Section(
            key="score",
            title=Text("考核评分", "Score"),
            blocks=(_table(g, parties), state_parts.by_party(g)[0], _NOTE, fault_parts.METHOD),
        ),
        *listed,
    )


def _parties(g: Gathered) -> list[tuple[str, list[Visit], list[Fault]]]:
    visits: dict[str, list[Visit]] = {}
    for visit in g.span.visits:
        visits.setdefault(g.named(visit.device).party, []).append(visit)
    faults: dict[str, list[Fault]] = {}
    for fault in g.touched:
        faults.setdefault(g.named(fault.finding.device).party, []).append(fault)
    names = sorted({*visits, *faults}, key=lambda name: (not name, name))
    return [(name, visits.get(name, []), faults.get(name, [])) for name in names]


def _table(g: Gathered, parties: Sequence[tuple[str, list[Visit], list[Fault]]]) -> Table:
    return Table(
        key="score",
        columns=(
            Column(title=Text("责任方", "Party"), width=1.8),
            Column(title=Text("设备", "Devices"), kind="number", width=0.8),
            Column(title=Text("可用率", "Available"), kind="pct"),
            Column(title=Text("平均完好率", "Intact"), kind="pct"),
            Column(title=Text("故障", "Faults"), kind="number", width=0.8),
            Column(title=Text("重大", "Major"), kind="number", width=0.8),
            Column(title=Text("已恢复", "Resolved"), kind="number", width=0.9),
            Column(title=Text("平均历时", "Mean"), width=1.4),
            Column(title=Text("及时率", "In time"), width=1),
            Column(title=Text("得分", "Points"), kind="blank", width=0.9),
        ),
        rows=tuple(_row(g, *party) for party in parties),
    )


def _row(g: Gathered, party: str, visits: list[Visit], faults: list[Fault]) -> tuple[Cell, ...]:
    standing = state_parts.standing_of(visits)
    average: timedelta | None = mean([one.lasted(g.end) for one in faults])
    return (
        g.party(party),
        standing.devices,
        standing.reached_pct,
        standing.intact_pct,
        len(faults),
        sum(one.is_major for one in faults),
        sum(one.resolved_at is not None for one in faults),
        average,
        NONE_RECORDED,
        None,
    )
