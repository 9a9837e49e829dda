"""Plots of periodic documents, made of the same parts as those of a round's page."""

import re
from collections.abc import Sequence
from dataclasses import replace

from markupsafe import Markup

from xunjian.facts.subjects import subject_word
from xunjian.language import Language, Text
from xunjian.report.periodic.model import Bars, Lines, Shares
from xunjian.report.plots.svg import (
    WIDTH,
    Plot,
    Scale,
    box,
    drawing,
    line,
    number,
    short,
    ticks,
    words,
)
from xunjian.report.plots.values import judged, trend_plots

_LEFT, _TOP, _BOTTOM, _HEIGHT = 40, 30, 180, 206
_ROW, _NAMES, _FIGURES = 24, 120, 124
_SHOWN = 14
# what stands in a file of its own, without the page's style: PDF and Word
_STYLE = """<style>
text { font-family: FAMILIES; font-size: 12px; fill: #1c2430; }
.mid { text-anchor: middle } .end { text-anchor: end } .soft { fill: #5b6675 }
.grid { stroke: #e3e8ee } .base { stroke: #8a97a3 } .onfill { fill: #fff }
.fill.abnormal { fill: #b3261e } .fill.warning { fill: #d99114 } .fill.normal { fill: #2c7a4b }
.track { fill: #eef2f6 } .share { fill: #2f6f9f }
.curve { fill: none; stroke: #1f4e79; stroke-width: 2 }
.forecast { fill: none; stroke: #1f4e79; stroke-width: 1.6; stroke-dasharray: 4 4 }
.ahead { fill: #f3f5f8 } .limit { stroke-width: 1.4; stroke-dasharray: 6 3 }
.limit.warning { stroke: #b26a00 } .limit.critical { stroke: #b3261e }
.value.warning { fill: #b26a00 } .value.critical { fill: #b3261e }
.mark { stroke: #fff } .mark.ok { fill: #1f4e79 } .mark.warning { fill: #b26a00 }
.mark.critical { fill: #b3261e }
</style>"""


def plot_of(block: Bars | Shares | Lines, language: Language) -> Plot | None:
    """Draw a block; None where there is nothing to draw."""
    if isinstance(block, Bars):
        return _bars(block, language)
    if isinstance(block, Shares):
        return _shares(block, language)
    series = block.series
    if word := subject_word(series.subject):
        series = replace(series, subject=word.to(language))
    found = trend_plots(judged([series], {}), language)
    return _renamed(found[0], f"plot-{block.key.replace('_', '-')}") if found else None


def _renamed(plot: Plot, name: str) -> Plot:
    """A page holds several of them: each needs an id of its own."""
    svg = plot.svg.replace(f"{plot.id}-", f"{name}-")  # of its title and its description
    return replace(plot, id=name, svg=svg)


def standing_alone(plot: Plot, families: Sequence[str]) -> bytes:
    """Give the drawing as a file of its own, with the style that a page would give it."""
    style = _STYLE.replace("FAMILIES", ", ".join(f'"{name}"' for name in families))
    head = str(plot.svg)
    height = re.search(r'viewBox="0 0 \d+ (\d+)"', head)
    tall = height[1] if height else 200
    size = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{tall}" '
    return (size + head.removeprefix("<svg ").replace(">", f">{style}", 1)).encode()


def _bars(block: Bars, language: Language) -> Plot | None:
    totals = [sum(values) for values in zip(*(part[2] for part in block.parts), strict=True)]
    if not totals or not any(totals):
        return None
    title, unit = block.title.to(language), block.unit.to(language)
    said = (
        Text("；", "; ")
        .to(language)
        .join(f"{name.to(language)} {number(sum(values))}" for _, name, values in block.parts)
    )
    name = f"plot-{block.key.replace('_', '-')}"
    return Plot(
        id=name,
        topic=block.key,
        title=title,
        description=said,
        svg=drawing(name, title, said, _HEIGHT, _bar_parts(block, totals, unit, language)),
        head=("", *(part[1].to(language) for part in block.parts)),
        rows=tuple(
            (label, *(number(part[2][place]) for part in block.parts))
            for place, label in enumerate(block.labels)
        ),
    )  # fmt: skip


def _bar_parts(block: Bars, totals: Sequence[float], unit: str, language: Language) -> list[Markup]:
    marks = [mark for mark in ticks(0, max(*totals, 1)) if mark == int(mark)]
    y = Scale(0, marks[-1], _BOTTOM, _TOP)
    parts = [words(4, 14, unit, "soft"), *_legend(block, language)]
    for value in marks:
        parts.append(line(_LEFT, y(value), WIDTH - 8, y(value), "grid" if value else "base"))
        parts.append(words(_LEFT - 6, y(value) + 4, number(value), "end"))
    step = (WIDTH - _LEFT - 8) / len(block.labels)
    every = max(1, -(-len(block.labels) * 40 // (WIDTH - _LEFT)))  # labels are some 40 wide
    for place, label in enumerate(block.labels):
        left, ground = _LEFT + place * step, 0.0
        for code, name, values in block.parts:
            if values[place]:
                top, bottom = y(ground + values[place]), y(ground)
                told = f"{label} · {name.to(language)} {number(values[place])}"
                size = (step * 0.7, bottom - top)
                parts.append(box(left + step * 0.15, top, size, f"fill {code}", told))
                ground += values[place]
        if place % every == 0:
            parts.append(words(round(left + step / 2, 1), _BOTTOM + 15, label, "mid"))
    return parts


def _legend(block: Bars, language: Language) -> list[Markup]:
    parts: list[Markup] = []
    right = WIDTH - 8.0
    for code, name, _ in reversed(block.parts):
        word = name.to(language)
        wide = len(word) * (12 if language is Language.ZH else 7)
        parts.append(words(right, 14, word, "end"))
        parts.append(box(right - wide - 15, 5, (10, 10), f"fill {code}"))
        right = round(right - wide - 28)
    return parts


def _shares(block: Shares, language: Language) -> Plot | None:
    if len(block.rows) < 2:  # one bar says no more than its figure
        return None
    shown = block.rows[:_SHOWN]
    title = block.title.to(language)
    said = Text(
        f"{len(block.rows)} 项，低者在前，图示 {len(shown)} 项；单位：%。",
        f"{len(block.rows)}, the lowest first, {len(shown)} drawn, in percent.",
    ).to(language)
    x = Scale(0, 100, _NAMES, WIDTH - _FIGURES)
    parts: list[Markup] = []
    for place, (label, pct, counted) in enumerate(shown):
        y, name = 8 + place * _ROW, label.to(language)
        parts.append(words(_NAMES - 8, y + 13, short(name, 17), "end", name))
        parts.append(box(_NAMES, y + 2, (x(100) - _NAMES, 14), "track"))
        parts.append(box(_NAMES, y + 2, (max(x(pct) - _NAMES, 1), 14), "share"))
        parts.append(words(WIDTH - _FIGURES + 8, y + 13, f"{pct:g}%  {counted}"))
    name = f"plot-{block.key.replace('_', '-')}"
    return Plot(
        id=name,
        topic=block.key,
        title=title,
        description=said,
        svg=drawing(name, title, said, 16 + _ROW * len(shown), parts),
        head=("", "%", ""),
        rows=tuple((label.to(language), f"{pct:g}", counted) for label, pct, counted in block.rows),
    )
