"""Measured values against their limits: a topic on one scale, the pressing ones over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from xunjian.checks.model import Verdict
from xunjian.language import Language, Text
from xunjian.report.document import Series
from xunjian.report.plots.svg import (
    WIDTH,
    Plot,
    Scale,
    box,
    cells_of,
    drawing,
    line,
    mark,
    number,
    path,
    short,
    ticks,
    words,
)

TOPICS = {
    "optical": Text("光功率与限值", "Optical power against its limits"),
    "temperature": Text("温度与限值", "Temperature against its limits"),
    "runtime": Text("UPS 后备时间与限值", "UPS runtime against its limits"),
    "disk": Text("磁盘占用与限值", "Disk usage against its limits"),
}
UNITS = {"min": Text("分钟", "min"), "s": Text("秒", "s"), "d": Text("天", "d")}
STATES = {
    "ok": Text("限值内", "within limits"),
    "warning": Text("越过预警限", "beyond the warning limit"),
    "critical": Text("越过异常限", "beyond the critical limit"),
}
_STATES = {Verdict.NORMAL: "ok", Verdict.WARNING: "warning", Verdict.ABNORMAL: "critical"}
_STRIP = 14  # rows of one strip
_TABLED = 60  # rows of its table: the others stand in the record sheets
_TRENDS = 4
_LEFT, _TOP, _ROW, _RIGHT = 158, 30, 22, 58
_NAME_CELLS = 21  # fit left of it at 12.5 pixels, as a phone shows them


@dataclass(frozen=True, slots=True)
class Judged:
    """A series with what the round says of its latest value: a plot never judges otherwise."""

    series: Series
    state: str  # ok, warning, critical


def judged(series: Sequence[Series], verdicts: Mapping[str, Verdict]) -> tuple[Judged, ...]:
    """Pair the series with the verdicts of their findings; without one the limits decide."""
    return tuple(
        Judged(one, _STATES.get(verdicts.get(one.id, Verdict.UNKNOWN)) or by_limits(one))
        for one in series
        if one.points
    )


def strip_plots(series: Sequence[Judged], language: Language) -> tuple[Plot, ...]:
    """Draw each topic's latest values, nearest to their limit first.

    Light, heat, batteries and disks always; other topics where something is beyond its limit.
    """
    topics: dict[str, list[Judged]] = {}
    for one in series:
        topics.setdefault(one.series.topic, []).append(one)
    others = sorted(topics.keys() - TOPICS.keys())
    order = [*TOPICS, *(name for name in others if any(o.state != "ok" for o in topics[name]))]
    return tuple(_strip(name, topics[name], language) for name in order if name in topics)


def trend_plots(series: Sequence[Judged], language: Language) -> tuple[Plot, ...]:
    """Draw over time what has a forecast, the soonest first, then what stands beyond its limit."""
    able = [
        s for s in series if len(s.series.points) >= 3 and (s.series.forecast or s.state != "ok")
    ]
    able.sort(key=_pressing)
    return tuple(_trend(place, one, language) for place, one in enumerate(able[:_TRENDS]))


def by_limits(one: Series) -> str:
    """How the latest value stands to the limits."""
    value = one.points[-1][1]
    beyond = {
        _is_critical(name) for name, limit in _drawn(one) if _is_over(one, name, value, limit)
    }
    return "critical" if True in beyond else "warning" if beyond else "ok"


def _drawn(one: Series) -> list[tuple[str, float]]:
    """The limits that are values; a margin is a distance from one."""
    return [(name, limit) for name, limit in one.limits.items() if name != "margin"]


def _is_critical(limit: str) -> bool:
    return "warning" not in limit


def _is_low(one: Series, name: str) -> bool:
    return name.startswith("low") or (one.worse == "low" and not name.startswith("high"))


def _is_over(one: Series, name: str, value: float, limit: float) -> bool:
    return value <= limit if _is_low(one, name) else value >= limit


def _pressing(one: Judged) -> tuple[bool, str, tuple[int, float], str]:
    said = one.series.forecast
    reaches = said.reaches_at if said else None
    return (reaches is None, str(reaches or ""), _nearness(one), one.series.id)


def _nearness(one: Judged) -> tuple[int, float]:
    rank = {"critical": 0, "warning": 1, "ok": 2}[one.state]
    gaps = [abs(one.series.points[-1][1] - limit) for _, limit in _drawn(one.series)]
    return (rank, min(gaps, default=float("inf")))


def _name(one: Series) -> str:
    subject = "" if one.subject in {"", "-"} else f" {one.subject}"
    return f"{one.label or one.device}{subject}"


def _unit(unit: str, language: Language) -> str:
    return UNITS.get(unit, Text(unit)).to(language)


def short_name(one: Series, cells: int) -> str:
    """A label that does not fit gives way to the device's name: cut labels are all alike."""
    left = max(cells // 3, cells - 1 - cells_of(one.device))
    subject = "" if one.subject in {"", "-"} else " " + short(one.subject, left)
    room = cells - cells_of(subject)
    label = short(one.label or one.device, room)
    return (short(one.device, room) if label.endswith("…") else label) + subject


def _limit_word(name: str) -> Text:
    words_of = {"low": Text("下限", "low"), "high": Text("上限", "high")}
    usual = Text("异常", "critical") if _is_critical(name) else Text("预警", "warning")
    return words_of.get(name, usual)


def _limits(one: Series, language: Language) -> str:
    return " ".join(
        f"{_limit_word(name).to(language)} {'≤' if _is_low(one, name) else '≥'} {number(limit)}"
        for name, limit in _drawn(one)
    )


def _strip(topic: str, series: list[Judged], language: Language) -> Plot:
    ordered = sorted(series, key=lambda s: (_nearness(s), s.series.id))
    shown = ordered[:_STRIP]
    title = TOPICS.get(topic, series[0].series.title).to(language)
    unit = _unit(series[0].series.unit, language)
    over = sum(s.state != "ok" for s in series)
    description = Text(
        f"{len(series)} 个测点，越限 {over} 个，离限值近者在前，"
        f"图示 {len(shown)} 个；单位：{unit}。"
        "点为本轮值，细线为各轮范围，短线为限值。",
        f"{len(series)} measured, {over} beyond a limit, the nearest first, {len(shown)} drawn, "
        f"in {unit}. The mark is this round's value, the thin line the range over the rounds, the "
        "short strokes are the limits.",
    ).to(language)
    rest = len(ordered) - _TABLED
    note = Text(f"另有 {rest} 个测点，见设备记录。", f"{rest} more are in the device records.").to(
        language
    )
    name = f"plot-{''.join(c for c in topic if c.isalnum()) or 'values'}"
    height = _TOP + _ROW * len(shown) + 40
    return Plot(
        id=name,
        topic=topic,
        title=title,
        description=description,
        svg=drawing(name, title, description, height, _strip_parts(shown, unit, language)),
        head=_heads(
            language,
            (
                Text("测点", "Measured at"),
                Text("本轮", "Now"),
                Text("限值", "Limits"),
                Text("状态", "State"),
                Text("各轮范围", "Range"),
                Text("预测", "Forecast"),
            ),
        ),
        rows=tuple(_strip_row(s, language) for s in ordered[:_TABLED]),
        note=note if rest > 0 else "",
    )


def _heads(language: Language, texts: Sequence[Text]) -> tuple[str, ...]:
    return tuple(text.to(language) for text in texts)


def _strip_row(judged_one: Judged, language: Language) -> tuple[str, ...]:
    one = judged_one.series
    values = [value for _, value in one.points]
    return (
        _name(one),
        f"{number(values[-1])} {_unit(one.unit, language)}".rstrip(),
        _limits(one, language) or "—",
        STATES[judged_one.state].to(language),
        f"{number(min(values))} … {number(max(values))}",
        one.forecast.message.to(language) if one.forecast else "—",
    )


def _strip_parts(series: Sequence[Judged], unit: str, language: Language) -> list[Markup]:
    every = [v for s in series for _, v in (*_drawn(s.series), *s.series.points)]
    marks = ticks(min(every), max(every))
    x = Scale(marks[0], marks[-1], _LEFT, WIDTH - _RIGHT)
    bottom = _TOP + _ROW * len(series)
    parts = _strip_legend(language)
    for value in marks:
        parts.append(line(x(value), _TOP - 4, x(value), bottom, "grid"))
        parts.append(words(x(value), bottom + 15, number(value), "mid soft"))
    parts.append(words(WIDTH - _RIGHT, bottom + 32, unit, "end soft"))
    for place, one in enumerate(series):
        parts += _strip_line(one, _TOP + place * _ROW + _ROW / 2, x, unit, language)
    return parts


def _strip_legend(language: Language) -> list[Markup]:
    wide = 66 if language is Language.ZH else 112
    parts: list[Markup] = [
        line(_LEFT + 4, 6, _LEFT + 4, 18, "limit warning"),
        words(_LEFT + 11, 16, Text("预警限", "warning limit").to(language)),
        line(_LEFT + wide + 4, 6, _LEFT + wide + 4, 18, "limit critical"),
        words(_LEFT + wide + 11, 16, Text("异常限", "critical limit").to(language)),
    ]
    return parts


def _strip_line(
    judged_one: Judged, y: float, x: Scale, unit: str, language: Language
) -> list[Markup]:
    one, now = judged_one.series, judged_one.state
    values = [value for _, value in one.points]
    name = _name(one)
    said = (f"{number(values[-1])} {unit}", STATES[now].to(language), _limits(one, language))
    told = " · ".join((name, *said))
    parts = [words(_LEFT - 8, y + 4, short_name(one, _NAME_CELLS), "end", name)]
    if x(max(values)) > x(min(values)):
        parts.append(line(x(min(values)), y, x(max(values)), y, "range"))
    for limit, value in _drawn(one):
        kind = "critical" if _is_critical(limit) else "warning"
        parts.append(line(x(value), y - 8, x(value), y + 8, f"limit {kind}"))
    parts.append(mark(x(values[-1]), y, now, told))
    parts.append(words(WIDTH - _RIGHT + 10, y + 4, number(values[-1]), f"value {now}"))
    return parts


def _trend(place: int, judged_one: Judged, language: Language) -> Plot:
    one = judged_one.series
    unit = _unit(one.unit, language)
    title = f"{short(one.title.to(language), 60)} · {short(_name(one), 60)}"
    now = f"{number(one.points[-1][1])} {unit}".rstrip()
    description = Text(
        f"{len(one.points)} 轮，本轮 {now}；{_limits(one, language)}。",
        f"{len(one.points)} rounds, now {now}; {_limits(one, language)}.",
    ).to(language)
    said = one.forecast
    separator = Text("；方法：", "; method: ").to(language)
    note = f"{said.message.to(language)}{separator}{said.method.to(language)}" if said else ""
    return Plot(
        id=f"plot-trend-{place + 1}",
        topic="trend",
        title=title,
        description=description,
        svg=drawing(
            f"plot-trend-{place + 1}",
            title,
            description,
            188,
            _trend_parts(judged_one, unit, language),
        ),
        head=_heads(language, (Text("时间", "Time"), Text("值", "Value"))),
        rows=tuple(
            (at.strftime("%Y-%m-%d %H:%M"), f"{number(value)} {unit}".rstrip())
            for at, value in reversed(one.points)
        ),
        note=note,
    )


def _trend_parts(judged_one: Judged, unit: str, language: Language) -> list[Markup]:
    one = judged_one.series
    first, last = one.points[0][0], one.points[-1][0]
    end, reached = _future(one, last)
    values = [*(value for _, value in one.points), *(v for _, v in _drawn(one)), reached]
    marks = ticks(min(values), max(values))
    left, right, top, bottom = 44, WIDTH - 14, 26, 166
    x = Scale(first.timestamp(), max(end, last + timedelta(hours=1)).timestamp(), left, right)
    y = Scale(marks[0], marks[-1], bottom, top)
    parts = [words(4, 13, unit, "soft")]
    if end > last:
        now = x(last.timestamp())
        parts.append(box(now, top, (x(end.timestamp()) - now, bottom - top), "ahead"))
    for value in marks:
        parts.append(line(left, y(value), right, y(value), "grid"))
        parts.append(words(left - 6, y(value) + 4, number(value), "end"))
    for name, limit in _drawn(one):
        kind = "critical" if _is_critical(name) else "warning"
        word = _limit_word(name).to(language)
        side = (left + 4, kind) if kind == "critical" else (right - 4, f"{kind} end")
        parts.append(line(left, y(limit), right, y(limit), f"limit {kind}"))
        parts.append(words(side[0], y(limit) - 4, word, f"value {side[1]}"))
    parts += _trend_line(judged_one, x, y, (end, reached))
    parts += _days(first, last, end, x, language)
    return parts


def _future(one: Series, last: datetime) -> tuple[datetime, float]:
    """Where the forecast's line ends: at its day, at most as far ahead as the past is long."""
    value = one.points[-1][1]
    said = one.forecast
    if said is None or said.per_day is None:
        return last, value
    ahead = max(last - one.points[0][0], timedelta(days=1))
    if said.reaches_at is not None:
        days = (said.reaches_at - last.date()).days
        ahead = min(ahead, timedelta(days=max(days, 1)))
    return last + ahead, value + said.per_day * ahead / timedelta(days=1)


def _trend_line(
    judged_one: Judged, x: Scale, y: Scale, future: tuple[datetime, float]
) -> list[Markup]:
    one = judged_one.series
    points = [(x(at.timestamp()), y(value)) for at, value in one.points]
    parts = []
    if future[0] > one.points[-1][0]:
        ahead = (x(future[0].timestamp()), y(future[1]))
        parts.append(path([points[-1], ahead], "forecast"))
    parts.append(path(points, "curve"))
    for (at, value), (px, py) in zip(one.points, points, strict=True):
        parts.append(mark(px, py, "ok", f"{at:%Y-%m-%d %H:%M} · {number(value)}"))
    parts[-1] = mark(*points[-1], judged_one.state, number(one.points[-1][1]))
    return parts


def _days(
    first: datetime, last: datetime, end: datetime, x: Scale, language: Language
) -> list[Markup]:
    parts = [words(x.start, 182, f"{first:%Y-%m-%d}", "soft")]
    if end > last:
        middle = x(last.timestamp())
        if x.start + 110 < middle < x.end - 120:
            parts.append(words(middle, 182, f"{last:%m-%d}", "mid soft"))
        word = Text("预测", "forecast").to(language)
        parts.append(words(x.end, 182, f"{word} {end:%Y-%m-%d}", "end soft"))
    else:
        parts.append(words(x.end, 182, f"{last:%Y-%m-%d}", "end soft"))
    return parts
