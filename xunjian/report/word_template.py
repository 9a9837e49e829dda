"""Builds the shipped Word template, so that a reviewer can read what a binary file hides.

`python -m xunjian.report.word_template FILE` writes it; a test holds the shipped file equal to it.
The template's placeholders are Jinja; a customer may replace the file in the workspace.
"""

import io
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

BODY_FONT, HEAD_FONT = "宋体", "黑体"

PLACE = (
    "{{{{ {0}.device.site_title or {0}.device.site }}}} "
    "{{{{ {0}.device.room_title or {0}.device.room }}}}"
)
VERDICTS = (
    "{% for v, n in m.totals.verdicts.items() %}{{ say(v.word) }} {{ n }}"
    "{% if not loop.last %}，{% endif %}{% endfor %}"
)

# (head, cell, width in cm); heads and cells are placeholders
Column = tuple[str, str, float]


def t(zh: str, en: str) -> str:
    """Write a label that is Chinese or English when the document is rendered."""
    return "{{ t('" + zh + "', '" + en + "') }}"


PROBLEMS: Sequence[Column] = (
    ("#", "{{ row.number }}", 0.9),
    (t("判定", "Verdict"), "{{ say(row.finding.verdict.word) }}", 1.3),
    (t("级别", "Level"), "{{ row.finding.level }}", 1.1),
    (t("设备", "Device"), "{{ row.device.label or row.device.name }}", 2.9),
    (t("项目", "Item"), "{{ say(row.finding.title) }} {{ subject(row) }}", 2.8),
    (
        t("实测与说明", "Measured"),
        "{{ say(row.finding.message) or measured(row.finding) }}",
        4.3,
    ),
    (t("建议", "Advice"), "{{ say(row.finding.advice) }}", 4.1),
)
UNANSWERED: Sequence[Column] = (
    (t("设备", "Device"), "{{ row.device.label or row.device.name }}", 6.0),
    (t("项目", "Item"), "{{ say(m.task(row.task)) }}", 5.0),
    (t("原因", "Reason"), "{{ reason(row.device.reason or row.reason) }}", 6.4),
)
DEVICES: Sequence[Column] = (
    (t("序号", "No."), "{{ loop.index }}", 1.4),
    (t("设备", "Device"), "{{ row.device.label or row.device.name }}", 5.2),
    (t("类别", "Kind"), "{{ kind(row.device.kind) }}", 2.6),
    (t("平台", "Platform"), "{{ row.device.platform }}", 3.0),
    (t("型号", "Model"), "{{ row.device.asset.model or '' }}", 3.6),
    (t("序列号", "Serial"), "{{ row.device.asset.serial or '' }}", 3.6),
    (
        t("位置", "Place"),
        PLACE.format("row"),
        4.2,
    ),
    (t("结果", "Result"), "{{ say(row.worst.word) }}", 2.0),
)
RECORDS: Sequence[Column] = (
    (t("项目", "Item"), "{{ say(row.finding.title) }}", 3.6),
    (t("对象", "Subject"), "{{ subject(row) }}", 2.6),
    (t("标准", "Standard"), "{{ say(row.finding.standard) }}", 3.6),
    (t("实测", "Measured"), "{{ measured(row.finding) }}", 2.4),
    (t("判定", "Verdict"), "{{ say(row.finding.verdict.word) }}", 1.6),
    (t("原因与备注", "Cause and remark"), "{{ remark(row) }}", 3.6),
)
LEFT_OUT: Sequence[Column] = (
    (t("设备", "Device"), "{{ row.label or row.device }}", 6.0),
    (t("项目", "Item"), "{{ say(m.task(row.task)) }}", 5.0),
    (t("原因", "Reason"), "{{ reason(row.reason) }}", 6.4),
)


def build_template() -> bytes:
    """Build the template and give its bytes: the same at every call."""
    document = Document()
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    document.core_properties.created = document.core_properties.modified = moment
    document.core_properties.author = "xunjian"
    _fonts(document)
    _page(document.sections[0])
    _cover(document)
    _summary(document)
    _section(document, t("问题清单", "Problems"), "m.problems", PROBLEMS)
    _section(document, t("未到达的项目", "Items not reached"), "m.unanswered", UNANSWERED)
    _landscape(document)
    _section(document, t("设备清单", "Devices"), "m.sheets", DEVICES)
    _portrait(document)
    _records(document)
    _section(document, t("未做的项目", "Left out before any contact"), "m.left_out", LEFT_OUT)
    _evidence(document)
    _signatures(document)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _fonts(document: Any) -> None:
    for name, font, size in (
        ("Normal", BODY_FONT, 10.5),
        ("Title", HEAD_FONT, 24),
        ("Heading 1", HEAD_FONT, 15),
        ("Heading 2", HEAD_FONT, 12),
    ):
        style = document.styles[name]
        style.font.name, style.font.size = "Times New Roman", Pt(size)
        style.font.color.rgb = None
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "eastAsiaTheme", "hAnsiTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), font)


def _page(section: Any) -> None:
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.8)
    section.top_margin = section.bottom_margin = Cm(2)
    head = section.header.paragraphs[0]
    head.text = "{{ say(m.title) }}    {{ m.number }}"
    head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for part in (t("第 ", "page "), "PAGE", t(" 页 共 ", " of "), "NUMPAGES", t(" 页", "")):
        _field(foot, part) if part.isupper() else foot.add_run(part)


def _field(paragraph: Any, code: str) -> None:
    for kind, text in (("begin", ""), ("", code), ("end", "")):
        run = paragraph.add_run()
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)  # noqa: SLF001 - python-docx has no call for fields


def _cover(document: Any) -> None:
    for _ in range(5):
        document.add_paragraph()
    title = document.add_paragraph("{{ say(m.title) }}", style="Title")
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for _ in range(6):
        document.add_paragraph()
    _pairs(
        document,
        (
            (t("报告编号", "Report number"), "{{ m.number }}"),
            (t("巡检类别", "Occasion"), "{{ occasion(m.occasion) }}"),
            (t("开始时间", "Started"), "{{ when(m.started_at) }}"),
            (t("结束时间", "Ended"), "{{ when(m.ended_at) }}"),
            (t("状态", "State"), "{{ state(m.state.value) }}"),
            (t("轮次标识", "Run"), "{{ m.run_id }}"),
        ),
    )
    document.add_page_break()


def _pairs(document: Any, pairs: Sequence[tuple[str, str]]) -> None:
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for name, value in pairs:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = name, value
        cells[0].width, cells[1].width = Cm(4), Cm(9)
        for cell in cells:
            cell.paragraphs[0].paragraph_format.space_before = Pt(3)
            cell.paragraphs[0].paragraph_format.space_after = Pt(3)


def _summary(document: Any) -> None:
    document.add_heading(t("结论", "Conclusion"), 1)
    document.add_paragraph("{{ say(m.conclusion) }}")
    document.add_paragraph(
        "{% if m.previous_run_id %}"
        + t("与上一轮比较：", "Compared with the round before: ")
        + "{{ m.previous_run_id }}，"
        + t("已恢复 ", "resolved ")
        + "{{ m.resolved | length }}{% endif %}"
    )
    _pairs(
        document,
        (
            (t("计划（设备×项目）", "Planned (device × item)"), "{{ m.totals.planned }}"),
            (t("有结果", "Outcomes"), "{{ m.totals.outcomes }}"),
            (t("未做", "Left out"), "{{ m.totals.left_out }}"),
            (t("设备", "Devices"), "{{ m.totals.devices }}"),
            (t("到达设备", "Devices reached"), "{{ m.totals.reached }}"),
            (
                t("判定", "Verdicts"),
                VERDICTS,
            ),
        ),
    )


def _section(document: Any, title: str, rows: str, columns: Sequence[Column]) -> None:
    document.add_heading(title, 1)
    document.add_paragraph("{%p if " + rows + " %}")
    _table(document, rows, columns)
    document.add_paragraph("{%p else %}")
    document.add_paragraph(t("无。", "None."))
    document.add_paragraph("{%p endif %}")


def _table(document: Any, rows: str, columns: Sequence[Column]) -> None:
    table = document.add_table(rows=4, cols=len(columns), style="Table Grid")
    table.autofit = False
    table.rows[1].cells[0].text = "{%tr for row in " + rows + " %}"
    table.rows[3].cells[0].text = "{%tr endfor %}"
    for index, (head, cell, width_cm) in enumerate(columns):
        table.columns[index].width = Cm(width_cm)
        for row in table.rows:
            row.cells[index].width = Cm(width_cm)
        run = table.rows[0].cells[index].paragraphs[0].add_run(head)
        run.bold = True
        _shade(table.rows[0].cells[index], "E8EDF3")
        table.rows[2].cells[index].text = cell
        for row in table.rows:
            for paragraph in row.cells[index].paragraphs:
                paragraph.paragraph_format.space_before = Pt(2)
                paragraph.paragraph_format.space_after = Pt(2)
                for part in paragraph.runs:
                    part.font.size = Pt(9)
    properties = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001 - no call for repeating heads
    properties.append(OxmlElement("w:tblHeader"))
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001


def _shade(cell: Any, colour: str) -> None:
    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:fill"), colour)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 - python-docx has no call for it


def _turned(document: Any, orientation: Any, width_cm: float, height_cm: float) -> None:
    section = document.add_section()
    section.orientation = orientation
    section.page_width, section.page_height = Cm(width_cm), Cm(height_cm)


def _landscape(document: Any) -> None:
    _turned(document, WD_ORIENT.LANDSCAPE, 29.7, 21)


def _portrait(document: Any) -> None:
    _turned(document, WD_ORIENT.PORTRAIT, 21, 29.7)


def _records(document: Any) -> None:
    document.add_heading(t("设备巡检记录", "Record sheets"), 1)
    document.add_paragraph("{%p for s in m.sheets %}")
    document.add_heading(
        "{{ loop.index }}. {{ s.device.label or s.device.name }}（{{ s.device.name }}）", 2
    )
    document.add_paragraph(
        "{{ kind(s.device.kind) }} · {{ s.device.platform }} · " + PLACE.format("s") + " · "
        "{{ say(s.worst.word) }}"
        "{% if not s.device.reached %} · {{ reason(s.device.reason) }}{% endif %}"
    )
    document.add_paragraph("{%p if s.rows %}")
    _table(document, "s.rows", RECORDS)
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p for u in s.unanswered %}")
    document.add_paragraph(
        t("未到达：", "Not reached: ") + "{{ say(m.task(u.task)) }}（{{ reason(u.reason) }}）"
    )
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p for note in s.device.notes %}")
    document.add_paragraph(t("读取中的问题：", "Met with while reading: ") + "{{ say(note) }}")
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p endfor %}")


def _evidence(document: Any) -> None:
    document.add_heading(t("证据", "Evidence"), 1)
    document.add_paragraph(
        t("证据件数 ", "Pieces of evidence ")
        + "{{ m.evidence | length }}，"
        + t("根哈希 ", "root hash ")
        + "{{ m.root_hash }}，xunjian {{ m.tool_version }}"
    )


def _signatures(document: Any) -> None:
    document.add_heading(t("签字", "Signatures"), 1)
    table = document.add_table(rows=2, cols=4, style="Table Grid")
    names = (
        t("巡检人", "Inspected by"),
        t("复核人", "Checked by"),
        t("客户代表", "For the customer"),
        t("日期", "Date"),
    )
    for index, name in enumerate(names):
        table.rows[0].cells[index].text = name
    table.rows[1].height = Cm(2)


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(build_template())
