"""A document laid out in one language: texts only, as every printed form shows them."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeAlias

from xunjian.language import Language
from xunjian.report.periodic.drawn import plot_of
from xunjian.report.periodic.gathered import local
from xunjian.report.periodic.model import (
    Bars,
    Block,
    Cell,
    Column,
    Figures,
    Items,
    Lines,
    Paragraph,
    PeriodModel,
    Section,
    Shares,
    Signatures,
    Table,
)
from xunjian.report.plots.svg import Plot
from xunjian.report.wording import Wording

_WIDEST = 14  # widths of columns that an upright page holds


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidFigure:
    """One figure as it is printed."""

    title: str
    value: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidBlock:
    """One block. kind: `text`, `note`, `items`, `figures`, `table`, `plot`, `sign`."""

    kind: str
    title: str = ""
    lines: tuple[str, ...] = ()
    figures: tuple[LaidFigure, ...] = ()
    head: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    widths: tuple[float, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    plot: Plot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidSection:
    """A chapter."""

    key: str
    title: str
    blocks: tuple[LaidBlock, ...]
    new_page: bool

    @property
    def is_wide(self) -> bool:
        """Whether it needs a page on its side."""
        return any(sum(block.widths) > _WIDEST for block in self.blocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """The whole document. cover: (name, value) pairs."""

    title: str
    number: str
    secrecy: str
    project: str
    cover: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    summary: str
    tone: str  # how the summary is coloured
    purpose: str
    revisions: tuple[tuple[str, ...], ...]
    sections: tuple[LaidSection, ...]


Blocks: TypeAlias = tuple[LaidBlock, ...]


def lay(model: PeriodModel, language: Language, *, breaks: bool = False) -> Laid:
    """Lay a document out; `breaks` marks where long words may break (U+200B)."""
    w = Wording(language, breaks)
    head = model.head
    return Laid(
        title=w.say(head.title),
        number=w.say(head.number),
        secrecy=w.say(head.secrecy),
        project=w.say(head.project),
        cover=_cover(model, w),
        warnings=tuple(w.prose(one) for one in head.warnings),
        summary=w.prose(model.summary),
        tone=_tone(model),
        purpose=w.prose(head.purpose),
        revisions=tuple(
            (str(one.version), w.minute(local(one.at)), w.say(one.by), w.prose(one.what))
            for one in head.revisions
        ),
        sections=tuple(
            LaidSection(
                key=section.key,
                title=w.say(section.title),
                blocks=_blocks(section, w),
                new_page=section.new_page,
            )
            for section in model.sections
        ),
    )


def _tone(model: PeriodModel) -> str:
    """The worst that still stands; none where nothing was inspected or counted."""
    if model.figures.get("open"):
        return "abnormal"
    if model.figures.get("warnings") or model.head.warnings:
        return "warning"
    return "normal" if model.figures.get("rounds") else "unknown"


def _cover(model: PeriodModel, w: Wording) -> tuple[tuple[str, str], ...]:
    head = model.head
    people = (
        "，".join(one.name for one in head.people)
        if w.language is Language.ZH
        else ", ".join(one.name for one in head.people)
    )
    rows = (
        (w.t("编号", "Number"), w.say(head.number) or "—"),
        (w.t("版本", "Version"), f"V{head.version}"),
        (w.t("期间", "Period"), w.days(head.planned_first, head.planned_last)),
        (w.t("数据截至", "Data as of"), w.minute(local(model.as_of))),
        (w.t("项目", "Project"), w.say(head.project)),
        (w.t("甲方", "Customer"), w.say(head.customer)),
        (w.t("乙方", "Contractor"), w.say(head.contractor)),
        (w.t("密级", "Classification"), w.say(head.secrecy)),
        (w.t("范围", "Scope"), w.prose(head.scope)),
        (w.t("人员", "People"), w.say(people)),
    )  # fmt: skip
    return tuple((name, value) for name, value in rows if value)


def _blocks(section: Section, w: Wording) -> Blocks:
    """A table that is called as its chapter needs no title of its own."""
    found = (one for block in section.blocks for one in _laid(block, w))
    title = w.say(section.title)
    return tuple(replace(one, title="") if one.title == title else one for one in found)


def _laid(block: Block, w: Wording) -> Blocks:
    match block:
        case Paragraph():
            kind = "note" if block.is_note else "text"
            return (LaidBlock(kind=kind, lines=(w.prose(block.text),)),)
        case Items():
            return (LaidBlock(kind="items", lines=tuple(w.prose(one) for one in block.texts)),)
        case Figures():
            return (LaidBlock(kind="figures", figures=_figures(block, w)),)
        case Table():
            return (_table(block, w),)
        case Signatures():
            return (LaidBlock(kind="sign", lines=tuple(w.say(one) for one in block.signers)),)
        case Bars() | Shares() | Lines():
            plot = plot_of(block, w.language)
            return (LaidBlock(kind="plot", title=plot.title, plot=plot),) if plot else ()


def _figures(block: Figures, w: Wording) -> tuple[LaidFigure, ...]:
    return tuple(
        LaidFigure(
            title=w.say(one.title) + (w.t("（小时）", " (h)") if one.unit == "h" else ""),
            value="—" if one.value is None else f"{one.value:g}" + ("%" if one.unit == "%" else ""),
            tone=one.tone if one.value else "",
        )
        for one in block.figures
    )


def _table(block: Table, w: Wording) -> LaidBlock:
    return LaidBlock(
        kind="table",
        title=w.say(block.title),
        head=tuple(w.say(column.title) for column in block.columns),
        kinds=tuple(column.kind for column in block.columns),
        widths=tuple(column.width for column in block.columns),
        rows=tuple(
            tuple(shown(cell, column, w) for cell, column in zip(row, block.columns, strict=True))
            for row in block.rows
        ),
        lines=(w.prose(block.empty),),
    )


def shown(cell: Cell, column: Column, w: Wording) -> str:
    """Print one cell; unknown is a dash, what is to be filled in by hand stays empty."""
    if cell is None:
        return "" if column.kind == "blank" else "—"
    if isinstance(cell, timedelta):
        return duration(cell, w)
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d %H:%M}" if isinstance(cell, datetime) else f"{cell:%Y-%m-%d}"
    if isinstance(cell, int | float):
        return f"{cell:g}%" if column.kind == "pct" else _number(cell)
    return w.say(cell) or ("" if column.kind == "blank" else "—")


def _number(value: float) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def duration(span: timedelta, w: Wording) -> str:
    """Print a duration: days and hours, hours and minutes, or minutes."""
    minutes = round(span.total_seconds() / 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    if days:
        return w.t(f"{days} 天 {hours} 小时", f"{days} d {hours} h")
    if hours:
        return w.t(f"{hours} 小时 {left} 分", f"{hours} h {left} min")
    return w.t(f"{left} 分钟", f"{left} min")
