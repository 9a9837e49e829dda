"""The Word document, built paragraph by paragraph: real headings, tables whose heads repeat."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from xunjian.language import Language
from xunjian.report.as_pdf import as_pictures
from xunjian.report.data_uri import picture
from xunjian.report.fonts import choose_fonts
from xunjian.report.periodic.drawn import standing_alone
from xunjian.report.periodic.gathered import local
from xunjian.report.periodic.laid import Laid, LaidBlock, LaidSection, lay
from xunjian.report.periodic.model import PeriodModel
from xunjian.report.wording import Wording

_PORTRAIT_CM, _LANDSCAPE_CM, _PLOT_CM = 17.4, 26.1, 13.0
_TONES = {"abnormal": (0xB3, 0x26, 0x1E), "warning": (0xB2, 0x6A, 0x00)}


def as_word(model: PeriodModel, language: Language, fonts: Path | None = None) -> bytes:
    """Write the document."""
    from docx import Document

    from xunjian.report.periodic.word_page import set_up
    from xunjian.report.word_rows import keep_rows

    laid, w = lay(model, language), Wording(language, breaks=False)
    document: Any = Document()
    set_up(document, laid, w)
    _first_page(document, laid, model, w)
    pictures = _pictures(laid, local(model.as_of), fonts)
    for number, section in enumerate(laid.sections, start=1):
        _section(document, (section, number), w, pictures)
    keep_rows(document)
    stream = io.BytesIO()
    document.core_properties.title = laid.title[:255]
    document.core_properties.author = model.head.contractor[:255]
    document.core_properties.created = model.as_of.replace(tzinfo=None)
    document.core_properties.modified = model.as_of.replace(tzinfo=None)
    document.save(stream)
    return stream.getvalue()


def _first_page(document: Any, laid: Laid, model: PeriodModel, w: Wording) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    if picture(model.head.logo):
        document.add_picture(io.BytesIO(model.head.logo), height=Cm(1.3))
    if laid.project:
        document.add_paragraph(laid.project).alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph(laid.title, style="Title").alignment = WD_ALIGN_PARAGRAPH.CENTER
    for warning in laid.warnings:
        document.add_paragraph().add_run(warning).bold = True
    _Grid(head=("", ""), rows=laid.cover, shares=(0.17, 0.83), kinds=("name", "text")).put(document)
    document.add_paragraph()
    if laid.summary:
        document.add_paragraph(laid.summary)
    if len(laid.revisions) > 1:
        head = (w.t("版本", "Version"), w.t("时间", "Time"), w.t("变更", "What changed"))
        rows = tuple((f"V{version}", at, what) for version, at, _, what in laid.revisions)
        _Grid(head=head, rows=rows, shares=(0.1, 0.25, 0.65)).put(document)


def _section(
    document: Any, numbered: tuple[LaidSection, int], w: Wording, pictures: Mapping[str, bytes]
) -> None:
    from xunjian.report.word_parts import turned

    section, number = numbered
    if section.is_wide:
        turned(document, landscape=True)
    title = f"{_numeral(number, w)}{section.title}"
    heading = document.add_heading(title, 1)
    heading.paragraph_format.page_break_before = section.new_page and number > 1
    for block in section.blocks:
        if block.kind == "plot":
            _plotted(document, block, pictures)
        else:
            _block(document, block, w, width_cm=_LANDSCAPE_CM if section.is_wide else _PORTRAIT_CM)
    if section.is_wide:
        turned(document, landscape=False)


def _numeral(number: int, w: Wording) -> str:
    numerals = "一二三四五六七八九十"
    shown = numerals[number - 1] if number <= 10 else f"十{numerals[number - 11]}"
    return w.t(f"{shown}、", f"{number}. ")


def _block(document: Any, block: LaidBlock, w: Wording, *, width_cm: float) -> None:
    from docx.shared import Pt

    match block.kind:
        case "text":
            document.add_paragraph(block.lines[0])
        case "note":
            document.add_paragraph().add_run(block.lines[0]).font.size = Pt(9)
        case "items":
            for place, line in enumerate(block.lines, start=1):
                document.add_paragraph(f"{place}. {line}")
        case "figures":
            _figures(document, block, width_cm)
        case "table":
            _table(document, block, width_cm)
        case "sign":
            _signing(document, block, w, width_cm)


def _figures(document: Any, block: LaidBlock, width_cm: float) -> None:
    from docx.shared import Pt, RGBColor

    share = 1 / len(block.figures)
    names = tuple(one.title for one in block.figures)
    table = _Grid(
        head=names,
        rows=(tuple(one.value for one in block.figures),),
        shares=(share,) * len(names),
        width_cm=width_cm,
    ).put(document)
    for cell, figure in zip(table.rows[1].cells, block.figures, strict=True):
        for run in cell.paragraphs[0].runs:
            run.bold, run.font.size = True, Pt(13)
            if figure.tone in _TONES:
                run.font.color.rgb = RGBColor(*_TONES[figure.tone])
    document.add_paragraph()


def _table(document: Any, block: LaidBlock, width_cm: float) -> None:
    if block.title:
        document.add_heading(block.title, 2)
    if not block.rows:
        document.add_paragraph(block.lines[0])
        return
    whole = sum(block.widths)
    shares = tuple(width / whole for width in block.widths)
    _Grid(
        head=block.head, rows=block.rows, shares=shares, width_cm=width_cm, kinds=block.kinds
    ).put(document)
    document.add_paragraph()


def _plotted(document: Any, block: LaidBlock, picture_of: Mapping[str, bytes]) -> None:
    from docx.shared import Cm

    plot = block.plot
    assert plot is not None
    document.add_heading(plot.title, 2)
    if plot.id in picture_of:
        shape = document.add_picture(io.BytesIO(picture_of[plot.id]), width=Cm(_PLOT_CM))
        shape._inline.docPr.set("descr", plot.description)  # noqa: SLF001 - no call for it
    document.add_paragraph(plot.note or plot.description)


def _pictures(laid: Laid, at: datetime, fonts: Path | None) -> Mapping[str, bytes]:
    """Word shows no SVG: the drawings as pictures, set as the PDF's are."""
    plots = {
        block.plot.id: block.plot
        for section in laid.sections
        for block in section.blocks
        if block.plot is not None
    }
    if not plots:
        return {}
    chosen = choose_fonts(fonts)
    drawn = as_pictures([standing_alone(one, chosen.sans) for one in plots.values()], chosen, at)
    return dict(zip(plots, drawn, strict=True))


def _signing(document: Any, block: LaidBlock, w: Wording, width_cm: float) -> None:
    from docx.shared import Cm

    signed, dated = w.t("（签字）：", " (signature): "), w.t("日期：", "Date: ")
    rows = tuple((f"{who}{signed}", dated) for who in block.lines)
    table = _Grid(head=("", ""), rows=rows, shares=(0.65, 0.35), width_cm=width_cm).put(document)

    for row in table.rows:
        row.height = Cm(1.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """A table; one with an empty head is a list of names and values. shares: of `width_cm`."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...]
    width_cm: float = _PORTRAIT_CM
    kinds: tuple[str, ...] = ()

    def put(self, document: Any) -> Any:
        """Add it at the end of the document."""
        from xunjian.report.periodic.word_page import fill, widths

        has_head = any(self.head)
        rows = (self.head, *self.rows) if has_head else self.rows
        table = document.add_table(rows=len(rows), cols=len(self.shares), style="Table Grid")
        fill(table, rows, has_head=has_head, kinds=self.kinds)
        widths(table, [share * self.width_cm for share in self.shares])
        return table
