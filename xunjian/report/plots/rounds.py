"""Findings over rounds: what a person had to look at, stacked by verdict."""

from collections.abc import Sequence

from markupsafe import Markup

from xunjian.checks.model import BAD, Verdict
from xunjian.language import Language, Text
from xunjian.report.document import RoundFigures
from xunjian.report.plots.svg import (
    WIDTH,
    Plot,
    Scale,
    box,
    drawing,
    line,
    number,
    ticks,
    words,
)

_SHOWN = 12  # more columns than a phone shows
_LEFT, _TOP, _BOTTOM, _HEIGHT = 40, 30, 190, 226
_TALL_ENOUGH = 13  # units: a number fits into the segment


def rounds_plot(rounds: Sequence[RoundFigures], language: Language) -> Plot | None:
    """Draw the last rounds as columns; None when there is no earlier round to compare with."""
    shown = rounds[-_SHOWN:]
    if len(shown) < 2:
        return None
    title = Text("各轮发现", "Findings over rounds").to(language)
    latest = shown[-1]
    counts = (
        Text("，", ", ")
        .to(language)
        .join(f"{v.word.to(language)} {latest.verdicts.get(v.value, 0)}" for v in BAD)
    )
    description = Text(
        f"最近 {len(shown)} 轮，每柱一轮，单位：项。最近一轮：{counts}。",
        f"The last {len(shown)} rounds, one column each, in findings. The latest: {counts}.",
    ).to(language)
    return Plot(
        id="plot-rounds",
        topic="rounds",
        title=title,
        description=description,
        svg=drawing("plot-rounds", title, description, _HEIGHT, _parts(shown, language)),
        head=(
            Text("轮次", "Round").to(language),
            Text("开始", "Started").to(language),
            *(v.word.to(language) for v in (*BAD, Verdict.NORMAL)),
            Text("完好率", "Intact").to(language),
        ),
        rows=tuple(_row(r) for r in reversed(shown)),
    )


def _row(one: RoundFigures) -> tuple[str, ...]:
    pct = one.intact.pct
    return (
        one.number or one.run_id,
        one.started_at.strftime("%Y-%m-%d %H:%M"),
        *(str(one.verdicts.get(v.value, 0)) for v in (*BAD, Verdict.NORMAL)),
        "—" if pct is None else f"{pct}% ({one.intact.intact}/{one.intact.judged})",
    )


def _parts(rounds: Sequence[RoundFigures], language: Language) -> list[Markup]:
    most = max(sum(r.verdicts.get(v.value, 0) for v in BAD) for r in rounds)
    marks = ticks(0, max(most, 1))
    y = Scale(0, marks[-1], _BOTTOM, _TOP)
    step = (WIDTH - _LEFT - 8) / len(rounds)
    parts = [*_axis(marks, y, language)]
    for place, one in enumerate(rounds):
        left = _LEFT + place * step
        parts += _column(one, left + step * 0.2, step * 0.6, y, language)
        if len(rounds) <= 6 or place % 2 == (len(rounds) - 1) % 2:
            day = one.started_at.strftime("%m-%d")
            parts.append(words(round(left + step / 2, 1), _BOTTOM + 15, day, "mid"))
    parts.append(
        words(WIDTH - 8, _BOTTOM + 31, Text("开始日期", "start day").to(language), "end soft")
    )
    return parts


def _axis(marks: Sequence[float], y: Scale, language: Language) -> list[Markup]:
    parts = [words(4, 14, Text("项", "findings").to(language), "soft")]
    for value in marks:
        if value == int(value):
            parts.append(
                line(_LEFT, y(value), WIDTH - 8, y(value), "base" if not value else "grid")
            )
            parts.append(words(_LEFT - 6, y(value) + 4, number(value), "end"))
    right = WIDTH - 8
    for verdict in reversed(BAD):
        word = verdict.word.to(language)
        wide = len(word) * (13 if language is Language.ZH else 8.4)
        parts.append(words(right, 14, word, "end"))
        parts.append(box(right - wide - 15, 5, (10, 10), f"fill {verdict.value}"))
        right = round(right - wide - 26)
    return parts


def _column(
    one: RoundFigures, left: float, width: float, y: Scale, language: Language
) -> list[Markup]:
    parts, ground = [], 0
    for verdict in BAD:
        count = one.verdicts.get(verdict.value, 0)
        if not count:
            continue
        top, bottom = y(ground + count), y(ground)
        told = f"{one.number or one.run_id} · {verdict.word.to(language)} {count}"
        parts.append(box(left, top, (width, bottom - top), f"fill {verdict.value}", told))
        if bottom - top >= _TALL_ENOUGH:
            middle = round((top + bottom) / 2 + 4, 1)
            parts.append(words(round(left + width / 2, 1), middle, str(count), "mid onfill"))
        ground += count
    if not ground:
        parts.append(words(round(left + width / 2, 1), y(0) - 4, "0", "mid soft"))
    return parts
