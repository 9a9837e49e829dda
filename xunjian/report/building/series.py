"""Measured values over the rounds, and where a straight line through them leads.

The line is an ordinary least squares fit; it is drawn only where it explains the values: at least
four rounds, slope at least three standard errors from level, and seven tenths of the variance
(house rule, so that noise is never called a trend).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from xunjian.checks.model import BAD, Finding
from xunjian.language import Text
from xunjian.report.building.beside import Source
from xunjian.report.document import Forecast, Series
from xunjian.report.model import FindingRow
from xunjian.store.model import Past

LEAST_POINTS = 4
LEAST_FIT = 0.7
SURE = 3.0  # standard errors
HORIZON_DAYS = 365.0
PER_TOPIC = 40  # series kept of one topic: what is bad or nearest to its limit
_DAY_S = 86_400.0
_DRAWN = ("warning", "critical", "low", "high")  # limits in the unit of the value itself


@dataclass(frozen=True, slots=True)
class Topic:
    """What a check measures over time; `full`: the value at which nothing is left."""

    name: str
    worse: str
    full: float | None = None


TOPICS: Mapping[str, Topic] = {
    "optics.rx_power": Topic("optical", "low"),
    "optics.tx_power": Topic("optical", "low"),
    "environment.temperature": Topic("temperature", "high"),
    "codec_environment.temperature": Topic("temperature", "high"),
    "controller.temperature": Topic("temperature", "high"),
    "battery.temperature": Topic("temperature", "high"),
    "battery.runtime": Topic("runtime", "low", 0.0),
    "battery.charge": Topic("battery", "low", 0.0),
    "storage.used": Topic("disk", "high", 100.0),
    "flash.used": Topic("disk", "high", 100.0),
    "cpu_memory.memory": Topic("memory", "high", 100.0),
    "server.memory": Topic("memory", "high", 100.0),
    "cpu_memory.cpu": Topic("cpu", "high"),
    "server.cpu": Topic("cpu", "high"),
    "sessions.used": Topic("sessions", "high", 100.0),
    "output.load": Topic("load", "high"),
    "call_quality.loss": Topic("loss", "high"),
}
_FORECAST = frozenset({"optical", "temperature", "runtime", "battery", "disk", "memory"})


def series_of(
    rows: Iterable[FindingRow], past: Past, now: datetime, sources: Mapping[str, Source]
) -> tuple[Series, ...]:
    """Give the series of what was measured now, bad ones and those nearest their limit first."""
    found: defaultdict[str, list[tuple[tuple[int, float], Series]]] = defaultdict(list)
    for row in rows:
        topic, value = TOPICS.get(row.finding.check), _number(row.finding.value)
        if topic is None or value is None:
            continue
        points = (*past.values.get(row.finding.id, ()), (now, value))
        limits = _limits(row.finding, sources)
        made = Series(
            id=row.finding.id,
            topic=topic.name,
            title=row.finding.title,
            device=row.device.name,
            label=row.device.label,
            subject=row.finding.subject,
            unit=row.finding.unit,
            points=points,
            limits=limits,
            worse=topic.worse,
            forecast=forecast_of(topic, points, limits, row.finding.unit),
        )
        rank = (0 if row.finding.verdict in BAD or made.forecast else 1, _room(made, value))
        found[topic.name].append((rank, made))
    return tuple(
        made
        for topic in found
        for _, made in sorted(found[topic], key=lambda pair: pair[0])[:PER_TOPIC]
    )


def forecast_of(
    topic: Topic,
    points: Sequence[tuple[datetime, float]],
    limits: Mapping[str, float],
    unit: str,
) -> Forecast | None:
    """Follow a trend to its limit; None where there is no trend for the worse."""
    if topic.name not in _FORECAST:
        return None
    slope = trend(points)
    if slope is None or (slope < 0) is not (topic.worse == "low"):
        return None
    aim, what = _aim(topic, limits, points[-1][1])
    days = (aim - points[-1][1]) / slope if aim is not None else None
    reached = days is not None and 0 <= days <= HORIZON_DAYS
    at = (points[-1][0] + timedelta(days=days)).date() if reached and days is not None else None
    moves = Text(f"每天 {slope:+.3g}{_spaced(unit)}", f"{slope:+.3g}{_spaced(unit)} a day")
    if at is None or days is None or aim is None:
        message = moves
    else:
        message = Text(
            f"{moves.zh}，约 {days:.0f} 天后（{at}）{what.zh} {aim:g}{_spaced(unit)}",
            f"{moves.en}: {what.en} {aim:g}{_spaced(unit)} in about {days:.0f} days ({at})",
        )
    count = len(points)
    return Forecast(
        method=Text(
            f"{count} 轮实测的最小二乘直线，斜率在三倍标准误以上",
            f"least squares line through {count} rounds, slope above three standard errors",
        ),
        message=message,
        reaches_at=at,
        per_day=slope,
    )


def trend(points: Sequence[tuple[datetime, float]]) -> float | None:
    """Give the slope per day of a line through the points; None where it is noise."""
    if len(points) < LEAST_POINTS:
        return None
    first = points[0][0]
    x = [(at - first).total_seconds() / _DAY_S for at, _ in points]
    y = [value for _, value in points]
    mean_x, mean_y = math.fsum(x) / len(x), math.fsum(y) / len(y)
    spread = math.fsum((one - mean_x) ** 2 for one in x)
    total = math.fsum((one - mean_y) ** 2 for one in y)
    if not spread or not total:
        return None
    slope = math.fsum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / spread
    rest = max(total - slope * slope * spread, 0.0)
    error = math.sqrt(rest / (len(x) - 2) / spread)
    if 1 - rest / total < LEAST_FIT or abs(slope) < SURE * error:
        return None
    return slope


def _aim(topic: Topic, limits: Mapping[str, float], value: float) -> tuple[float | None, Text]:
    """Give the next value on the way that matters: the limit not yet passed, else full or empty."""
    names = ("warning", "critical") if topic.name != "optical" else ("low",)
    ahead = [
        limits[name]
        for name in names
        if name in limits and (limits[name] > value) is (topic.worse == "high")
    ]
    if topic.full is not None and topic.name in {"disk", "memory"}:
        return topic.full, Text("用满", "full at")
    if ahead:
        return ahead[-1], Text("到达门限", "reaches the limit of")
    return (
        (topic.full, Text("耗尽", "nothing left at"))
        if topic.full is not None
        else (None, Text(""))
    )


def _limits(finding: Finding, sources: Mapping[str, Source]) -> Mapping[str, float]:
    source = sources.get(finding.check)
    found = dict(finding.limits) or (source.limits if source else {})
    return {name: found[name] for name in _DRAWN if name in found}


def _room(series: Series, value: float) -> float:
    """How far the value is from its nearest limit, for ordering."""
    return min((abs(limit - value) for limit in series.limits.values()), default=math.inf)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _spaced(unit: str) -> str:
    return f" {unit}" if unit else ""
