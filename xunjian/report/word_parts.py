"""Pieces the Word template is built of: labels, tables with repeating heads, fields, sections."""

from collections.abc import Sequence
from typing import Any

from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

BODY_FONT, HEAD_FONT = "宋体", "黑体"
LATIN_FONT = "Times New Roman"
HEAD_FILL, NAME_FILL, BLUE = "E8EDF3", "F4F6F8", RGBColor(0x1F, 0x3F, 0x66)
PORTRAIT_CM, LANDSCAPE_CM = 17.4, 26.1  # between the margins
_CELL_MARGIN_DXA = 70  # twentieths of a point: 1.2 mm

# (head, cell, width in cm); heads and cells are placeholders
Column = tuple[str, str, float]


def t(zh: str, en: str) -> str:
    """Write a label that is Chinese or English when the document is rendered."""
    return "{{ t('" + zh + "', '" + en.replace("'", "\\'") + "') }}"


def tinted(code: str, text: str) -> str:
    """Write a cell whose background shows its verdict."""
    return "{% cellbg tint(" + code + ") %}" + text


def also(condition: str, text: str) -> str:
    """Write a further line of a cell, where there is something to say."""
    return "{% if " + condition + " %}\n" + text + "{% endif %}"


def fonts(document: Any) -> None:
    """Set Latin and East Asian fonts and sizes of the styles in use."""
    for name, font, size in (
        ("Normal", BODY_FONT, 10.5),
        ("Title", HEAD_FONT, 24),
        ("Subtitle", HEAD_FONT, 15),
        ("Heading 1", HEAD_FONT, 15),
        ("Heading 2", HEAD_FONT, 12),
        ("List Number", BODY_FONT, 10.5),
    ):
        style = document.styles[name]
        style.font.name, style.font.size = LATIN_FONT, Pt(size)
        style.font.italic = False
        style.font.color.rgb = BLUE if name.startswith("Heading") else None
        found = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "eastAsiaTheme", "hAnsiTheme", "cstheme"):
            found.attrib.pop(qn(f"w:{theme}"), None)
        found.set(qn("w:eastAsia"), font)
    body = document.styles["Normal"].paragraph_format
    body.space_after, body.line_spacing = Pt(5), 1.0
    for name in ("Heading 1", "Heading 2"):
        document.styles[name].paragraph_format.keep_with_next = True
    _no_rule(document.styles["Title"])
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")  # else a program without 宋体 takes Japanese glyphs
    _contents_styles(document)


def _no_rule(style: Any) -> None:
    """Take the line below the title away that the default style draws."""
    borders = style.element.get_or_add_pPr().find(qn("w:pBdr"))
    if borders is not None:
        borders.getparent().remove(borders)


def _contents_styles(document: Any) -> None:
    """Set the lines of the table of contents: the page at the right edge, dots before it."""
    for level in (1, 2):
        style = document.styles.add_style(f"toc {level}", WD_STYLE_TYPE.PARAGRAPH, builtin=True)
        style.base_style = document.styles["Normal"]
        laid = style.paragraph_format
        laid.space_before = laid.space_after = Pt(0.5)
        laid.left_indent = Cm(0.6 * (level - 1))
        laid.keep_with_next = level == 1  # chapters are few: they stay on one page
        laid.tab_stops.add_tab_stop(Cm(PORTRAIT_CM), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)


def contents(document: Any, levels: int = 1) -> None:
    """Add a table of contents; its lines are written when the report is."""
    title = document.add_paragraph()
    title.paragraph_format.keep_with_next, title.paragraph_format.space_before = True, Pt(10)
    run = title.add_run(t("目录", "Contents"))
    run.bold, run.font.size, run.font.color.rgb = True, Pt(12), BLUE
    code = f' TOC \\o "1-{levels}" \\h \\z \\u '
    field(document.add_paragraph(), code, shown=t("右键更新目录", "right-click to update"))


def page(section: Any) -> None:
    """Set the first section up: A4, no head and foot on the cover, page x of y below the rest."""
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.8)
    section.top_margin = section.bottom_margin = Cm(2.2)
    section.different_first_page_header_footer = True
    head = section.header.paragraphs[0]
    head.text = "{{ d.title }}    {{ d.number }}"
    head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot.add_run("{% if d.footer %}{{ d.footer }}    {% endif %}")
    for part in (t("第 ", "page "), "PAGE", t(" 页 共 ", " of "), "NUMPAGES", t(" 页", "")):
        field(foot, part) if part.isupper() else foot.add_run(part)
    for paragraph in (head, foot):
        for run in paragraph.runs:
            run.font.size = Pt(9)


def field(paragraph: Any, code: str, shown: str = "") -> None:
    """Add a field that Word fills in, such as the page's number; `shown` until it does."""
    parts = [("begin", ""), ("", code), ("separate", ""), ("shown", shown), ("end", "")]
    for kind, text in parts if shown else (*parts[:2], parts[-1]):
        run = paragraph.add_run(text if kind == "shown" else "")
        run.font.size = Pt(9)
        if kind == "":
            mark = OxmlElement("w:instrText")
            mark.set(qn("xml:space"), "preserve")
            mark.text = text
        elif kind != "shown":
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            continue
        run._r.append(mark)  # noqa: SLF001 - python-docx has no call for fields


def turned(document: Any, *, landscape: bool) -> None:
    """Begin a section of the other orientation."""
    section = document.add_section()
    section.different_first_page_header_footer = False
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    width, height = (29.7, 21) if landscape else (21, 29.7)
    section.page_width, section.page_height = Cm(width), Cm(height)


def centred(document: Any, text: str, style: str = "Normal", size: float | None = None) -> Any:
    """Add a centred paragraph."""
    paragraph = document.add_paragraph(style=style)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    if size:
        run.font.size = Pt(size)
    return paragraph


def chapter(document: Any, zh: str, en: str, *, new_page: bool = False) -> None:
    """Begin a chapter."""
    heading = document.add_heading(t(zh, en), 1)
    heading.paragraph_format.page_break_before = new_page


def when(document: Any, condition: str) -> None:
    """Begin a part that stands only where the condition holds; `otherwise`, `end` go on."""
    document.add_paragraph("{%p if " + condition + " %}")


def otherwise(document: Any, text: str) -> None:
    """Say what stands there instead."""
    document.add_paragraph("{%p else %}")
    document.add_paragraph(text)
    end(document)


def end(document: Any, what: str = "if") -> None:
    """End a part or a loop."""
    document.add_paragraph("{%p end" + what + " %}")


def each(document: Any, name: str, rows: str) -> None:
    """Begin a loop over paragraphs."""
    document.add_paragraph("{%p for " + name + " in " + rows + " %}")


def rows_or_none(document: Any, rows: str, columns: Sequence[Column]) -> None:
    """Add a table of rows, or the word that there are none."""
    when(document, rows)
    table_of(document, rows, columns)
    otherwise(document, t("无。", "None."))


def pairs(
    document: Any,
    rows: str,
    *,
    name_cm: float = 3.6,
    width_cm: float = PORTRAIT_CM,
    size: float = 10.5,
) -> None:
    """Add a table of (name, value) rows; a value may be a list, one line each."""
    value = "{{ row[1] if row[1] is string else row[1] | join('\\n') }}"
    table = _grid(document, rows, ("{{ row[0] }}", value), (name_cm, width_cm - name_cm))
    for row in table.rows:
        shade(row.cells[0], NAME_FILL)
        _padded(row, Pt(size / 4), Pt(size))


def table_of(document: Any, rows: str, columns: Sequence[Column]) -> Any:
    """Add a table whose head repeats on every page and whose rows stay whole."""
    table = _grid(
        document, rows, [cell for _, cell, _ in columns], [w for _, _, w in columns], heads=True
    )
    for index, (head, _, _) in enumerate(columns):
        cell = table.rows[0].cells[index]
        cell.paragraphs[0].add_run(head).bold = True
        shade(cell, HEAD_FILL)
    properties = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001 - no call for repeating heads
    properties.append(OxmlElement("w:tblHeader"))
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001
        _padded(row, Pt(2), Pt(9))
    return table


def across(document: Any, rows: str, name: str, value: str) -> None:
    """Add a table of two rows that grows to the right: names above values."""
    table = document.add_table(rows=2, cols=3, style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for row, text in zip(table.rows, (name, value), strict=True):
        cells = row.cells
        cells[0].text, cells[2].text = "{%tc for row in " + rows + " %}", "{%tc endfor %}"
        cells[1].text = text
        _padded(row, Pt(3), Pt(9))
        cells[1].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    shade(table.rows[0].cells[1], HEAD_FILL)
    for run in table.rows[1].cells[1].paragraphs[0].runs:
        run.bold, run.font.size = True, Pt(11)


def _grid(
    document: Any,
    rows: str,
    cells: Sequence[str],
    widths_cm: Sequence[float],
    *,
    heads: bool = False,
) -> Any:
    first = 1 if heads else 0
    table = document.add_table(rows=first + 3, cols=len(cells), style="Table Grid")
    table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
    _narrow_margins(table)
    table.rows[first].cells[0].text = "{%tr for row in " + rows + " %}"
    table.rows[first + 2].cells[0].text = "{%tr endfor %}"
    for index, (cell, width_cm) in enumerate(zip(cells, widths_cm, strict=True)):
        table.columns[index].width = Cm(width_cm)
        for row in table.rows:
            row.cells[index].width = Cm(width_cm)
        table.rows[first + 1].cells[index].text = cell
    return table


def _narrow_margins(table: Any) -> None:
    """Leave the text of narrow columns more of their width than Word's 1.9 mm on either side do."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), str(_CELL_MARGIN_DXA))
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    look = table._tbl.tblPr.find(qn("w:tblLook"))  # noqa: SLF001 - python-docx has no call for it
    look.addprevious(margins)


def shade(cell: Any, colour: str) -> None:
    """Fill a cell's background."""
    fill = OxmlElement("w:shd")
    fill.set(qn("w:val"), "clear")
    fill.set(qn("w:fill"), colour)
    cell._tc.get_or_add_tcPr().append(fill)  # noqa: SLF001 - python-docx has no call for it


def _padded(row: Any, around: Any, size: Any) -> None:
    for cell in row.cells:
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.space_before = around
            paragraph.paragraph_format.space_after = around
            for run in paragraph.runs:
                run.font.size = size
