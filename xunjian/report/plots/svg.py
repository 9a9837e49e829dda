"""The parts plots are drawn from: scales, ticks, texts, marks. Colours are classes of the page."""

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from xunjian.report.diff.seen import without_line_ends

WIDTH = (
    440  # of every plot: two beside each other on a desk, one on a phone, its text still legible
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One drawing with the same figures as a table, for those who cannot or will not see it."""

    id: str
    topic: str
    title: str
    description: str
    svg: Markup
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from values to places on the drawing."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Give the place of a value, kept inside the drawing."""
        span = self.high - self.low
        share = (value - self.low) / span if span else 0.5
        return round(self.start + min(max(share, 0.0), 1.0) * (self.end - self.start), 1)


def ticks(low: float, high: float, wanted: int = 4) -> tuple[float, ...]:
    """Give round values that cover a span: steps of 1, 2 or 5 times a power of ten."""
    span = high - low or abs(high) or 1.0
    raw = span / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= raw * 0.999)
    first = math.floor(low / step + 1e-9)
    last = max(math.ceil(high / step - 1e-9), first + 1)
    return tuple(round(number * step, 10) + 0.0 for number in range(first, last + 1))


def number(value: float) -> str:
    """Print a value of an axis."""
    return f"{value:.6g}".replace("-", "−")


def short(text: str, cells: int) -> str:
    """Cut a text to the width of so many Latin letters; a Chinese character takes two."""
    text = without_line_ends(text)
    if cells_of(text) <= cells:
        return text
    used, kept = 1, []  # one for the dots
    for char in text:
        used += cells_of(char)
        if used > cells:
            break
        kept.append(char)
    return "".join(kept).rstrip() + "…"


def cells_of(text: str) -> int:
    """How many Latin letters a text is as wide as."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def words(x: float, y: float, text: str, kind: str = "", title: str = "") -> Markup:
    """A text on the drawing; `title` is what a pointer resting on it is told."""
    more = Markup("<title>{}</title>").format(without_line_ends(title)) if title else ""
    return Markup('<text x="{}" y="{}"{}>{}{}</text>').format(
        x, y, Markup(' class="{}"').format(kind) if kind else "", more, without_line_ends(text)
    )


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    """A straight line."""
    return Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" class="{}"/>').format(x1, y1, x2, y2, kind)


def box(x: float, y: float, size: tuple[float, float], kind: str, title: str = "") -> Markup:
    """A rectangle of a class, told by `title`."""
    more = Markup("<title>{}</title>").format(without_line_ends(title)) if title else ""
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" class="{}">{}</rect>').format(
        round(x, 1), round(y, 1), round(size[0], 1), round(size[1], 1), kind, more
    )


def path(points: Sequence[tuple[float, float]], kind: str) -> Markup:
    """A line through points."""
    drawn = "M" + "L".join(f"{x} {y}" for x, y in points)
    return Markup('<path d="{}" class="{}"/>').format(drawn, kind)


def mark(x: float, y: float, state: str, title: str = "") -> Markup:
    """A measured value; its shape says its state, so that no colour is needed to read it."""
    shapes = {
        "ok": f"M{x - 4} {y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
        "warning": f"M{x} {round(y - 5.5, 1)}l5.5 9.5h-11z",
        "critical": f"M{x} {round(y - 6, 1)}l6 6l-6 6l-6 -6z",
    }
    more = Markup("<title>{}</title>").format(without_line_ends(title)) if title else ""
    return Markup('<path d="{}" class="mark {}">{}</path>').format(shapes[state], state, more)


def drawing(
    id_: str, title: str, description: str, height: float, parts: Iterable[Markup]
) -> Markup:
    """Put parts into one drawing that says what it is."""
    inner = Markup("").join(parts)
    title, description = without_line_ends(title), without_line_ends(description)
    return Markup(
        '<svg viewBox="0 0 {w} {h}" role="img" aria-labelledby="{i}-t {i}-d">'
        '<title id="{i}-t">{t}</title><desc id="{i}-d">{d}</desc>{inner}</svg>'
    ).format(w=WIDTH, h=round(height), i=id_, t=title, d=description, inner=inner)
