"""Sections about how things run: rounds, availability, capacity, network, power, estate."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from xunjian.language import Text
from xunjian.report.document import Series
from xunjian.report.periodic.gathered import Gathered, Named, kind_word, local, part_word
from xunjian.report.periodic.model import (
    Cell,
    Column,
    Figure,
    Figures,
    Lines,
    Shares,
    Table,
)
from xunjian.report.words import OCCASIONS, STATES, UNITS, word
from xunjian.store.span_model import Visit

_DRAWN = 2  # trends drawn in one section
_TABLED = 20
_LISTED_ROUNDS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How some devices stood over the rounds; a visit is one device in one round."""

    devices: int
    visits: int
    reached: int
    judged: int
    intact: int

    @property
    def reached_pct(self) -> float | None:
        """Visits that reached their device, in percent."""
        return round(100 * self.reached / self.visits, 2) if self.visits else None

    @property
    def intact_pct(self) -> float | None:
        """完好率 over the period: device-rounds with nothing abnormal over those judged."""
        return round(100 * self.intact / self.judged, 2) if self.judged else None


def standing_of(visits: Iterable[Visit]) -> Standing:
    """Count visits."""
    some = tuple(visits)
    return Standing(
        devices=len({one.device for one in some}),
        visits=len(some),
        reached=sum(one.reached for one in some),
        judged=sum(one.is_judged for one in some),
        intact=sum(one.is_intact for one in some),
    )


def last_standing(g: Gathered) -> Standing:
    """How every device stood in the last round that visited it."""
    return standing_of({one.device: one for one in g.span.visits}.values())


def work_figures(g: Gathered) -> Figures:
    """The figures of the rounds themselves."""
    all_visits, last = standing_of(g.span.visits), last_standing(g)
    return Figures(
        figures=(
            Figure(key="rounds", title=Text("巡检轮次", "Rounds"), value=len(g.span.rounds)),
            Figure(key="devices", title=Text("巡检设备", "Devices"), value=all_visits.devices),
            Figure(key="visits", title=Text("巡检台次", "Visits"), value=all_visits.visits),
            Figure(
                key="reached_pct", title=Text("到达率", "Reached"), value=all_visits.reached_pct,
                unit="%",
            ),
            Figure(
                key="intact_pct", title=Text("平均完好率", "Mean intact rate"),
                value=all_visits.intact_pct, unit="%",
            ),
            Figure(
                key="intact_end_pct", title=Text("期末完好率", "Intact at the end"),
                value=last.intact_pct, unit="%",
            ),
        )
    )  # fmt: skip


def rounds_table(g: Gathered) -> Table:
    """Every run of a short period; a long one is counted by playbook."""
    if len(g.span.runs) > _LISTED_ROUNDS:
        return rounds_by_playbook(g)
    return Table(
        key="rounds",
        title=Text("巡检轮次", "Rounds"),
        columns=(
            Column(title=Text("编号", "Number"), kind="code", width=2),
            Column(title=Text("巡检", "Round"), width=2),
            Column(title=Text("开始", "Started"), width=1.7),
            Column(title=Text("状态", "State"), width=1.1),
            Column(title=Text("计划", "Planned"), kind="number"),
            Column(title=Text("完成", "Done"), kind="number"),
            Column(title=Text("正常", "Normal"), kind="number"),
            Column(title=Text("预警", "Warning"), kind="number"),
            Column(title=Text("异常", "Abnormal"), kind="number"),
            Column(title=Text("待核", "Unknown"), kind="number"),
        ),
        rows=tuple(
            (
                run.number or run.run_id,
                run.title,
                local(run.started_at),
                word(STATES, run.state.value),
                run.planned,
                run.reached,
                *(run.verdicts.get(v, 0) for v in ("normal", "warning", "abnormal", "unknown")),
            )
            for run in g.span.runs
        ),
    )


def rounds_by_playbook(g: Gathered) -> Table:
    """The rounds of a long period, counted."""
    rows: dict[tuple[str, str], list[Cell]] = {}
    for run in g.span.runs:
        row = rows.setdefault((run.playbook, run.occasion), [0, 0, 0, 0, 0, 0])
        found = (
            1, int(run.is_round), run.planned, run.reached,
            run.verdicts.get("warning", 0), run.verdicts.get("abnormal", 0),
        )  # fmt: skip
        for place, value in enumerate(found):
            row[place] = int(str(row[place])) + value
    return Table(
        key="rounds",
        title=Text("巡检轮次（按剧本）", "Rounds by playbook"),
        columns=(
            Column(title=Text("巡检", "Round"), width=2.4),
            Column(title=Text("类型", "Occasion"), width=1.5),
            Column(title=Text("次数", "Runs"), kind="number"),
            Column(title=Text("有效轮次", "Closed"), kind="number"),
            Column(title=Text("计划项", "Items planned"), kind="number"),
            Column(title=Text("完成项", "Items done"), kind="number"),
            Column(title=Text("预警", "Warnings"), kind="number"),
            Column(title=Text("异常", "Abnormal"), kind="number"),
        ),
        rows=tuple(
            (g.playbook(playbook), word(OCCASIONS, occasion), *row)
            for (playbook, occasion), row in sorted(rows.items())
        ),
    )


def standings(
    g: Gathered, key: str, title: Text, group: Callable[[Named], Text], name: Text
) -> tuple[Shares, Table]:
    """Availability by site or party, as bars and as a table."""
    groups: dict[Text, list[Visit]] = {}
    for visit in g.span.visits:
        groups.setdefault(group(g.named(visit.device)), []).append(visit)
    found = [(label, standing_of(some)) for label, some in groups.items()]
    found.sort(key=lambda pair: (pair[1].intact_pct or 0.0, str(pair[0])))
    shares = Shares(
        key=f"{key}_plot",
        title=Text(f"{title.zh}：平均完好率", f"{title.en}: mean intact rate"),
        rows=tuple(
            (label, one.intact_pct, f"{one.intact}/{one.judged}")
            for label, one in found
            if one.intact_pct is not None
        ),
    )
    table = Table(
        key=key,
        title=title,
        columns=(
            Column(title=name, width=2.4),
            Column(title=Text("设备", "Devices"), kind="number"),
            Column(title=Text("巡检台次", "Visits"), kind="number"),
            Column(title=Text("到达台次", "Reached"), kind="number"),
            Column(title=Text("到达率", "Reached %"), kind="pct"),
            Column(title=Text("完好台次", "Intact"), kind="number"),
            Column(title=Text("平均完好率", "Intact %"), kind="pct"),
        ),
        rows=tuple(
            (
                label,
                one.devices,
                one.visits,
                one.reached,
                one.reached_pct,
                one.intact,
                one.intact_pct,
            )
            for label, one in found
        ),
    )
    return shares, table


def by_site(g: Gathered) -> tuple[Shares, Table]:
    """Availability by site."""
    return standings(
        g, "sites", Text("按地点", "By site"), lambda d: g.site(d.site), Text("地点", "Site")
    )


def by_party(g: Gathered) -> tuple[Shares, Table]:
    """Availability by party."""
    return standings(
        g, "parties", Text("按责任方", "By party"), lambda d: g.party(d.party),
        Text("责任方", "Party"),
    )  # fmt: skip


def values(g: Gathered, topics: Sequence[str], key: str, title: Text) -> tuple[Table | Lines, ...]:
    """Measured values of some topics: those nearest their limit in a table, trends drawn."""
    some = [one for one in g.series if one.topic in topics]
    some.sort(key=_pressing)
    table = Table(
        key=key,
        title=title,
        columns=(
            Column(title=Text("设备", "Device"), width=2.2),
            Column(title=Text("测点", "Measured at"), width=1.4),
            Column(title=Text("项目", "Item"), width=1.6),
            Column(title=Text("单位", "Unit"), width=0.7),
            Column(title=Text("最近值", "Last"), kind="number"),
            Column(title=Text("最小", "Least"), kind="number"),
            Column(title=Text("最大", "Most"), kind="number"),
            Column(title=Text("限值", "Limit"), kind="number"),
            Column(title=Text("趋势", "Trend"), width=2.4),
        ),
        rows=tuple(_value_row(g, one) for one in some[:_TABLED]),
    )
    drawn = [one for one in some if one.forecast and len(one.points) >= 3][:_DRAWN]
    return (table, *(Lines(key=f"{key}_{n}", series=one) for n, one in enumerate(drawn, start=1)))


def _value_row(g: Gathered, one: Series) -> tuple[Cell, ...]:
    numbers = [value for _, value in one.points]
    return (
        g.named(one.device).label,
        part_word(one.subject),
        one.title,
        word(UNITS, one.unit) if one.unit else "",
        _rounded(numbers[-1]),
        _rounded(min(numbers)),
        _rounded(max(numbers)),
        _limit(one),
        one.forecast.message if one.forecast else Text("平稳或轮次不足", "steady, or too few"),
    )


def _rounded(value: float) -> float:
    return round(value, 2) + 0.0


def _limit(one: Series) -> float | None:
    """The first limit on the way that matters."""
    names = (
        ("low", "warning", "critical") if one.worse == "low" else ("warning", "high", "critical")
    )
    return next((one.limits[name] for name in names if name in one.limits), None)


def _pressing(one: Series) -> tuple[bool, float, str]:
    limit, value = _limit(one), one.points[-1][1]
    room = (
        float("inf") if limit is None else (value - limit if one.worse == "low" else limit - value)
    )
    return (one.forecast is None, room, one.id)


def estate(g: Gathered) -> tuple[Table, ...]:
    """What there is: by kind, and by make."""
    inventory = g.inventory
    names = list(inventory.devices) if inventory else list(g.span.devices)
    kinds = Counter(g.named(name).kind for name in names)
    visited = Counter(g.named(name).kind for name in {one.device for one in g.span.visits})
    last = {one.device: one for one in g.span.visits}
    intact = Counter(g.named(name).kind for name, one in last.items() if one.is_intact)
    judged = Counter(g.named(name).kind for name, one in last.items() if one.is_judged)
    by_kind = Table(
        key="estate",
        title=Text("设备构成", "Estate"),
        columns=(
            Column(title=Text("类别", "Kind"), width=2),
            Column(title=Text("在册", "Registered"), kind="number"),
            Column(title=Text("本期巡检", "Visited"), kind="number"),
            Column(title=Text("期末完好", "Intact"), kind="number"),
            Column(title=Text("期末完好率", "Intact %"), kind="pct"),
        ),
        rows=tuple(
            (
                kind_word(kind),
                count,
                visited[kind],
                intact[kind],
                round(100 * intact[kind] / judged[kind], 1) if judged[kind] else None,
            )
            for kind, count in kinds.most_common()
        ),
    )
    return (by_kind, _models(g, names))


def _models(g: Gathered, names: Sequence[str]) -> Table:
    said = {one.device: one.values for one in g.span.identities}
    models: Counter[tuple[str, str]] = Counter()
    for name in names:
        models[_model(g, name, said), g.named(name).kind] += 1
    return Table(
        key="models",
        title=Text("型号构成", "Models"),
        columns=(
            Column(title=Text("型号", "Model"), width=3),
            Column(title=Text("类别", "Kind"), width=2),
            Column(title=Text("台数", "Count"), kind="number"),
        ),
        rows=tuple(
            (model or Text("未登记", "not registered"), kind_word(kind), count)
            for (model, kind), count in models.most_common()
        ),
    )


def _model(g: Gathered, name: str, said: Mapping[str, Mapping[str, object]]) -> str:
    registered = g.inventory.devices[name].asset.get("model") if g.inventory else None
    return str(registered or said.get(name, {}).get("model") or "")
