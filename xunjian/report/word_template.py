"""Builds the shipped Word template, so that a reviewer can read what a binary file hides.

`python -m xunjian.report.word_template templates/report` writes both; a test holds the shipped
files equal to them.
The template's placeholders are Jinja; a customer may replace the file in the workspace, and
`xunjian report fields` lists what may stand in it.
"""

import io
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.shared import Cm, Pt, RGBColor

from xunjian.report.word_columns import (
    CHANGES,
    CONTENT,
    DEVICES,
    EVIDENCE,
    FAULTS,
    LEFTOVERS,
    NEXT,
    NOT_CHECKED,
    OVERALL,
    PROBLEMS,
    RECORDS,
    ROUNDS,
    SERIES,
    SITES,
    SPARES,
    TERMS,
    THRESHOLDS,
)
from xunjian.report.word_parts import (
    across,
    centred,
    chapter,
    contents,
    each,
    end,
    fonts,
    otherwise,
    page,
    pairs,
    rows_or_none,
    t,
    table_of,
    tinted,
    turned,
    when,
)

_WARNING = RGBColor(0xB3, 0x26, 0x1E)


def build_template() -> bytes:
    """Build the template and give its bytes: the same at every call."""
    document = _new_document()
    for part in (_cover, _approval, _overview, _conclusion):
        part(document)
    turned(document, landscape=True)
    chapter(document, "三、设备清单", "3. Devices")
    rows_or_none(document, "d.devices", DEVICES)
    turned(document, landscape=False)
    for part in (_environment, _records, _lines, _problems, _leftovers, _changes, _advice):
        part(document)
    _signatures(document)
    _appendices(document)
    return _saved(document)


def build_records_template() -> bytes:
    """Build the template of a volume: the record sheets of one site, as cover and chapter five."""
    document = _new_document()
    _cover(document, (t("设备巡检记录表分册", "Volume of record sheets"), "{{ d.volume }}"))
    contents(document, levels=2)
    _records(document, new_page=True)
    return _saved(document)


def _new_document() -> Any:
    document = Document()
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    document.core_properties.created = document.core_properties.modified = moment
    document.core_properties.author = "xunjian"
    fonts(document)
    page(document.sections[0])
    return document


def _saved(document: Any) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _cover(document: Any, below: Sequence[str] = ()) -> None:
    when(document, "logo")
    centred(document, "{{ logo }}")
    end(document)
    when(document, "d.secrecy")
    document.add_paragraph(t("密级：", "Secrecy: ") + "{{ d.secrecy }}")
    end(document)
    for _ in range(6):
        document.add_paragraph()
    when(document, "d.project")
    centred(document, "{{ d.project }}", "Subtitle")
    end(document)
    centred(document, "{{ d.title }}", "Title")
    for line in below:
        centred(document, line, size=14)
    centred(document, t("编号：", "Number ") + "{{ d.number }}", size=12)
    each(document, "warning", "d.warnings")
    run = centred(document, "{{ warning }}").runs[0]
    run.bold, run.font.color.rgb = True, _WARNING
    end(document, "for")
    for _ in range(5):
        document.add_paragraph()
    pairs(document, "d.cover", width_cm=13, size=12)
    document.add_paragraph()
    centred(document, "{{ d.date }}", size=14)
    document.add_page_break()


def _approval(document: Any) -> None:
    chapter(document, "文件批准单", "Approval")
    pairs(document, "d.approval")
    document.add_paragraph()
    names = (t("步骤", "Step"), t("签名", "Signature"), t("日期", "Date"))
    table_of(
        document,
        "d.steps",
        ((names[0], "{{ row }}", 4.4), (names[1], "", 7.5), (names[2], "", 5.5)),
    )
    document.add_heading(t("修订记录", "Revisions"), 2)
    table_of(
        document,
        "d.revisions",
        (
            (t("版本", "Version"), "{{ row.version }}", 1.8),
            (t("日期", "Date"), "{{ row.at }}", 3.8),
            (t("修订人", "By"), "{{ row.by }}", 2.8),
            (t("修订内容", "What changed"), "{{ row.what }}", 9.0),
        ),
    )
    contents(document)


def _overview(document: Any) -> None:
    chapter(document, "一、概述", "1. Overview", new_page=True)
    pairs(document, "d.overview")
    document.add_heading(t("巡检人员", "People"), 2)
    rows_or_none(
        document,
        "d.people",
        (
            (t("姓名", "Name"), "{{ row.name }}", 5.0),
            (t("职责", "Role"), "{{ row.role }}", 7.4),
            (t("电话", "Phone"), "{{ row.phone }}", 5.0),
        ),
    )


def _conclusion(document: Any) -> None:
    chapter(document, "二、总体结论", "2. Conclusion", new_page=True)
    paragraph = document.add_paragraph("{{ d.conclusion }}")
    paragraph.runs[0].bold = True
    document.add_paragraph("{{ d.risk }}")
    across(document, "d.figures", "{{ row.name }}", "{{ row.value }}")
    verdicts = document.add_paragraph(
        t("判定：", "Verdicts: ")
        + "{% for v in d.verdicts %}{{ v.name }} {{ v.count }}"
        + "{% if not loop.last %}"
        + t("，", ", ")
        + "{% endif %}{% endfor %}"
    )
    verdicts.paragraph_format.space_before = Pt(8)
    document.add_paragraph(
        t("问题级别：", "Problems by level: ")
        + "{% for v in d.levels %}{{ v.level }} {{ v.count }}"
        + "{% if not loop.last %}"
        + t("，", ", ")
        + "{% endif %}{% endfor %}"
    )
    document.add_paragraph("{{ d.compared }}")
    when(document, "d.sites")
    document.add_heading(t("各地点", "By site"), 2)
    table_of(document, "d.sites", SITES)
    end(document)
    when(document, "d.rounds | length > 1")
    document.add_heading(t("历轮比较", "Rounds so far"), 2)
    table_of(document, "d.rounds", ROUNDS)
    end(document)


def _environment(document: Any) -> None:
    chapter(document, "四、环境检查", "4. Environment")
    rows_or_none(document, "d.environment", OVERALL)


def _records(document: Any, *, new_page: bool = False) -> None:
    chapter(document, "五、巡检记录表", "5. Record sheets", new_page=new_page)
    document.add_paragraph("{{ d.sheets_said }}")
    each(document, "s", "d.sheets")
    document.add_heading("{{ loop.index }}. {{ s.title }} · {{ s.verdict }}", 2)
    about = document.add_paragraph("{{ s.about }}")
    about.paragraph_format.keep_with_next = True
    when(document, "s.rows")
    table_of(document, "s.rows", RECORDS)
    end(document)
    each(document, "line", "s.said")
    document.add_paragraph("{{ line }}").paragraph_format.space_after = Pt(2)
    end(document, "for")
    end(document, "for")


def _lines(document: Any) -> None:
    chapter(document, "六、线路与会场", "6. Lines and venues")
    rows_or_none(document, "d.lines", OVERALL)
    document.add_heading(t("指标趋势", "Trends"), 2)
    rows_or_none(document, "d.series", SERIES)
    when(document, "d.series_said")
    document.add_paragraph("{{ d.series_said }}")
    end(document)


def _problems(document: Any) -> None:
    chapter(document, "七、问题汇总", "7. Problems")
    when(document, "d.problems")
    each(document, "g", "d.problems")
    document.add_heading("{{ g.title }}", 2)
    table_of(document, "g.rows", PROBLEMS)
    end(document, "for")
    otherwise(document, t("无。", "None."))


def _leftovers(document: Any) -> None:
    chapter(document, "八、遗留问题跟踪", "8. Leftovers of earlier rounds")
    rows_or_none(document, "d.leftovers", LEFTOVERS)


def _changes(document: Any) -> None:
    chapter(document, "九、本期变更、备件与故障", "9. Changes, spare parts and faults")
    document.add_heading(t("配置变更", "Changes of configuration"), 2)
    when(document, "d.changes")
    table_of(document, "d.changes", CHANGES)
    otherwise(document, "{{ d.changes_said }}")
    document.add_heading(t("备件", "Spare parts"), 2)
    when(document, "d.spares")
    table_of(document, "d.spares", SPARES)
    otherwise(document, "{{ d.spares_said }}")
    document.add_heading(t("故障统计", "Faults"), 2)
    when(document, "d.faults")
    table_of(document, "d.faults", FAULTS)
    end(document)
    when(document, "d.faults_said")
    document.add_paragraph("{{ d.faults_said }}")
    end(document)


def _advice(document: Any) -> None:
    chapter(document, "十、建议与下期计划", "10. Advice and the rounds to come")
    when(document, "d.advice")
    each(document, "line", "d.advice")
    document.add_paragraph("{{ loop.index }}. {{ line }}")
    end(document, "for")
    otherwise(document, t("无。", "None."))
    when(document, "d.next_rounds")
    document.add_heading(t("下期计划", "Rounds to come"), 2)
    table_of(document, "d.next_rounds", NEXT)
    end(document)


def _signatures(document: Any) -> None:
    chapter(document, "十一、结论与签字", "11. Conclusion and signatures")
    document.add_paragraph("{{ d.signed_said }}").paragraph_format.keep_with_next = True
    table = table_of(
        document,
        "d.signers",
        (
            (t("签字人", "Signer"), "{{ row }}", 4.4),
            (t("签名（盖章）", "Signature, seal"), "", 8.2),
            (t("日期", "Date"), "", 4.8),
        ),
    )
    table.rows[2].height = Cm(1.5)


def _appendices(document: Any) -> None:
    chapter(document, "附录 A　原始记录索引", "Appendix A. Evidence index", new_page=True)
    document.add_paragraph("{{ d.evidence_said }}")
    document.add_paragraph(t("根哈希：", "Root hash: ") + "{{ d.root_hash }}")
    rows_or_none(document, "d.evidence", EVIDENCE)
    chapter(document, "附录 B　标准及来源", "Appendix B. Standards and their sources")
    rows_or_none(document, "d.thresholds", THRESHOLDS)
    chapter(document, "附录 C　未检清单及原因", "Appendix C. Not checked, and why")
    rows_or_none(document, "d.not_checked", NOT_CHECKED)
    chapter(document, "附录 D　人工项", "Appendix D. Manual items")
    rows_or_none(
        document,
        "d.manual",
        (
            (t("机房/设备", "Room, device"), "{{ row.room }} {{ row.device }}", 4.2),
            (t("项目", "Item"), "{{ row.item }}", 4.0),
            (t("结果", "Answer"), "{{ row.measured }}", 2.4),
            (t("判定", "Verdict"), tinted("row.code", "{{ row.verdict }}"), 1.4),
            (t("备注", "Remark"), "{{ row.remark }}", 2.6),
            (t("填写人", "By"), "{{ row.by }}", 2.8),
        ),
    )
    chapter(document, "附录 E　工具与内容版本", "Appendix E. Tool and content")
    document.add_paragraph("{{ d.content_said }} · {{ m.run_id }}")
    rows_or_none(document, "d.content", CONTENT)
    chapter(document, "附录 F　术语", "Appendix F. Terms")
    table_of(document, "d.terms", TERMS)
    when(document, "d.photos")
    chapter(document, "附录 G　现场照片", "Appendix G. Pictures taken on site")
    end(document)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    (folder / "inspection.docx").write_bytes(build_template())
    (folder / "records.docx").write_bytes(build_records_template())
