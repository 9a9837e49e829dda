"""From what was gathered to the document. A pure function."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from xunjian.language import Text
from xunjian.report.building.head import SIGNERS
from xunjian.report.document import Head
from xunjian.report.periodic.gathered import Gathered, local
from xunjian.report.periodic.kinds import DocumentKind
from xunjian.report.periodic.model import (
    Figures,
    PeriodModel,
    Section,
    Signatures,
)
from xunjian.report.periodic.period import PeriodKind
from xunjian.report.periodic.register_parts import register_summary
from xunjian.report.periodic.state_parts import standing_of

_HANDOVER = (
    Text("交班人", "Handing over"),
    Text("接班人", "Taking over"),
    Text("值班负责人", "Shift leader"),
)
_DAILY = (Text("记录人", "Written by"), Text("复核人", "Checked by"))
_PARTIES = (Text("考核人", "Scored by"), Text("责任方代表", "For the party"))
_SIGNERS = {"handover": _HANDOVER, "daily-log": _DAILY, "score": _PARTIES}


def build_period(
    kind: DocumentKind, g: Gathered, *, party: str = "", sheets: tuple[str, ...] = ()
) -> PeriodModel:
    """Arrange a period for its readers.

    party: its document names that party alone; what was gathered is already of it. sheets: only
    these record sheets.
    """
    sections = kind.sections(g)
    if sheets:
        sections = tuple(one for one in sections if one.key in sheets)
        kind = replace(kind, title=_joined([one.title for one in sections]))
    signers = g.order.signers if kind.name not in _SIGNERS else ()
    if kind.name != "sheets":  # each of them is signed for itself
        block = Signatures(signers=signers or _SIGNERS.get(kind.name, SIGNERS))
        sections = (*sections, Section(key="signed", title=Text("签署", "Signed"), blocks=(block,)))
    figures = dict(_figures(sections))
    return PeriodModel(
        kind=kind.name,
        period=g.period,
        head=_head(kind, g, party),
        as_of=g.as_of,
        sections=sections,
        figures=figures,
        summary=_summary_of(kind, g, figures),
        part=party or "-".join(one.replace("_", "-") for one in sheets),
    )


def _joined(titles: Sequence[Text]) -> Text:
    return Text("、".join(one.zh for one in titles), ", ".join(one.en or one.zh for one in titles))


def _figures(sections: tuple[Section, ...]) -> Iterator[tuple[str, int | float | None]]:
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Figures):
                yield from ((one.key, one.value) for one in block.figures)


def _head(kind: DocumentKind, g: Gathered, party: str) -> Head:
    order, title = g.order, kind.title
    whole = Text(
        f"{g.period.title.zh}{title.zh}",
        f"{title.en}, {g.period.title.en}",
    )
    if party:
        named = g.party(party)
        whole = Text(f"{whole.zh}（{named.zh}）", f"{whole.en} ({named.en or named.zh})")
    return Head(
        title=whole,
        secrecy=order.secrecy,
        project=order.project,
        customer=order.customer,
        contractor=order.contractor,
        logo=order.logo,
        purpose=kind.purpose,
        scope=_scope(g),
        planned_first=g.period.first,
        planned_last=g.period.last,
        people=order.people,
        signers=order.signers,
        recipients=order.recipients,
        warnings=tuple(_warnings(kind, g)),
    )


def _scope(g: Gathered) -> Text:
    visits = standing_of(g.span.visits)
    sites = dict.fromkeys(g.site(g.named(one.device).site) for one in g.span.visits)
    zh = "、".join(site.zh for site in sites if site.zh)
    en = ", ".join(site.en or site.zh for site in sites if site.zh)
    rounds = len(g.span.rounds)
    if not rounds:
        return Text("本期无巡检记录。", "No round is recorded in the period.")
    return Text(
        f"{zh}；设备 {visits.devices} 台，巡检 {rounds} 轮。",
        f"{en}; {visits.devices} devices, {rounds} rounds.",
    )


def _warnings(kind: DocumentKind, g: Gathered) -> Iterator[Text]:
    if g.as_of < g.period.end and kind.name != "sheets":
        at = local(g.as_of)
        if g.span.rounds:
            yield Text(
                f"期间尚未结束，内容截至最近一轮巡检（{at:%Y-%m-%d %H:%M}）。",
                f"The period is not over; it is told as of the last round ({at:%Y-%m-%d %H:%M}).",
            )
        else:
            yield Text("期间尚未结束。", "The period is not over.")
    killed = sum(run.state.value in {"running", "killed", "interrupted"} for run in g.span.runs)
    if killed:
        yield Text(
            f"本期有 {killed} 轮未完成，不计入统计。",
            f"{killed} runs were not completed; they are not counted.",
        )


def _summary_of(kind: DocumentKind, g: Gathered, figures: Mapping[str, int | float | None]) -> Text:
    if kind.name == "sheets":
        return Text("")
    return register_summary(g, figures) if kind.name == "assets" else _summary(g)


def _summary(g: Gathered) -> Text:
    """One sentence with figures."""
    if not g.span.rounds:
        return Text("本期无巡检记录，不作结论。", "No round is recorded: no conclusion is drawn.")
    visits = standing_of(g.span.visits)
    major = sum(one.is_major for one in g.began)
    zh = (
        f"{_this(g).zh}巡检 {len(g.span.rounds)} 轮、设备 {visits.devices} 台，"
        f"到达率 {_pct(visits.reached_pct)}，平均完好率 {_pct(visits.intact_pct)}；"
        f"新增故障 {len(g.began)} 次（重大 {major} 次），恢复 {len(g.resolved)} 次，"
        f"期末未恢复 {len(g.open)} 项，隐患 {len(g.open_warnings)} 项。"
    )
    en = (
        f"Rounds {len(g.span.rounds)}, devices {visits.devices}, visits reached "
        f"{_pct(visits.reached_pct)}, mean intact rate {_pct(visits.intact_pct)}; new faults "
        f"{len(g.began)} (major {major}), resolved {len(g.resolved)}, open at the end "
        f"{len(g.open)}, warnings {len(g.open_warnings)}."
    )
    return Text(zh, en)


def _this(g: Gathered) -> Text:
    words = {
        PeriodKind.DAY: Text("本日"), PeriodKind.WEEK: Text("本周"), PeriodKind.MONTH: Text("本月"),
        PeriodKind.QUARTER: Text("本季度"), PeriodKind.HALF: Text("本半年"),
        PeriodKind.YEAR: Text("本年"),
    }  # fmt: skip
    return words[g.period.kind]


def _pct(value: float | None) -> str:
    return "—" if value is None else f"{value:g}%"
