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

from xunjian.report.word_parts import (
    Column,
    across,
    centred,
    chapter,
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
COLON = t("：", ": ")
_ITEM = "{{ row.item }}{% if row.subject %} {{ row.subject }}{% endif %}"

SITES: Sequence[Column] = (
    (t("地点", "Site"), "{{ row.title }}", 6.6),
    (t("设备", "Devices"), "{{ row.devices }}", 2.7),
    (t("到达", "Reached"), "{{ row.reached }}", 2.7),
    (t("异常", "Abnormal"), "{{ row.abnormal }}", 2.7),
    (t("完好率", "Intact"), "{{ row.intact }}", 2.7),
)
ROUNDS: Sequence[Column] = (
    (t("报告编号", "Number"), "{{ row.number }}", 4.4),
    (t("时间", "Time"), "{{ row.at }}", 3.2),
    (t("正常", "Normal"), "{{ row.normal }}", 1.9),
    (t("预警", "Warning"), "{{ row.warning }}", 1.9),
    (t("异常", "Abnormal"), "{{ row.abnormal }}", 1.9),
    (t("待核", "Unknown"), "{{ row.unknown }}", 1.9),
    (t("完好率", "Intact"), "{{ row.intact }}", 2.2),
)
DEVICES: Sequence[Column] = (
    (t("序号", "No."), "{{ row.index }}", 1.1),
    (t("单位/会场", "Site"), "{{ row.site }}", 2.8),
    (t("名称", "Name"), "{{ row.label }}", 4.2),
    (t("类别", "Kind"), "{{ row.kind }}", 1.7),
    (t("品牌型号", "Model"), "{{ row.model }}", 3.0),
    (t("序列号", "Serial"), "{{ row.serial }}", 3.2),
    (t("软件版本", "Version"), "{{ row.version }}", 2.2),
    (t("管理地址", "Address"), "{{ row.address }}", 2.3),
    (t("机房/位置", "Place"), "{{ row.place }}", 2.6),
    (t("投运/维保", "In use/cover"), "{{ row.life }}", 1.7),
    (t("本次状态", "State"), tinted("row.code", "{{ row.verdict }}"), 1.3),
)
OVERALL: Sequence[Column] = (
    (t("机房/位置", "Place"), "{{ row.place }}", 3.2),
    (t("项目", "Item"), "{{ row.item }}", 3.4),
    (t("判定数", "Judged"), "{{ row.judged }}", 1.6),
    (t("正常", "Normal"), "{{ row.normal }}", 1.6),
    (t("预警", "Warning"), "{{ row.warning }}", 1.7),
    (t("异常", "Abnormal"), "{{ row.abnormal }}", 1.9),
    (t("待核", "Unknown"), "{{ row.unknown }}", 1.7),
    (t("实测范围", "Range"), "{{ row.range }}", 2.3),
)
SERIES: Sequence[Column] = (
    (t("设备", "Device"), "{{ row.device }}", 3.6),
    (t("指标", "Value"), "{{ row.title }} {{ row.subject }}", 3.6),
    (t("上次", "Before"), "{{ row.before }}", 1.9),
    (t("本次", "Now"), "{{ row.now }}", 1.9),
    (t("门限", "Limits"), "{{ row.limits }}", 2.8),
    (t("趋势", "Trend"), "{{ row.forecast }}", 3.6),
)
RECORDS: Sequence[Column] = (
    (t("序号", "No."), "{{ row.index }}", 1.0),
    (t("检查项", "Item"), _ITEM, 3.5),
    (t("内容/方法", "Method"), "{{ row.method }}", 2.7),
    (t("标准", "Standard"), "{{ row.standard }}", 3.5),
    (t("结果（实测）", "Measured"), "{{ row.measured }}", 2.1),
    (t("判定", "Verdict"), tinted("row.code", "{{ row.verdict }}"), 1.7),
    (t("原因与备注", "Cause, remark"), "{{ row.remark }}", 2.9),
)
PROBLEMS: Sequence[Column] = (
    (t("编号", "Id"), "{{ row.number }}\n{{ row.id }}", 2.4),
    (t("设备与位置", "Device, place"), "{{ row.device }}\n{{ row.place }}", 2.5),
    (t("现象", "What"), "{{ row.item }}" + COLON + "{{ row.message }}", 3.0),
    (t("实测与标准", "Measured, standard"), "{{ row.measured }}", 2.3),
    (t("证据", "Evidence"), "{{ row.evidence | join(' ') }}", 1.5),
    (t("处理建议", "Advice"), "{{ row.advice }}", 2.5),
    (t("责任方", "Party"), "{{ row.party }}", 1.5),
    (t("状态", "State"), tinted("row.code", "{{ row.verdict }} {{ row.state }}"), 1.7),
)
LEFTOVERS: Sequence[Column] = (
    (t("编号", "Id"), "{{ row.id }}", 2.5),
    (t("设备", "Device"), "{{ row.device }}", 2.9),
    (t("问题", "Matter"), "{{ row.item }}" + COLON + "{{ row.message }}", 4.0),
    (t("提出", "First seen"), "{{ row.found }}\n{{ row.first }}", 3.0),
    (t("轮数", "Rounds"), "{{ row.rounds }}", 1.1),
    (t("现状", "Now"), "{{ row.state }}", 1.5),
    (t("说明", "Note"), "{{ row.note }}", 2.4),
)
CHANGES: Sequence[Column] = (
    (t("设备", "Device"), "{{ row.device }}", 3.4),
    (t("风险", "Risk"), "{{ row.risk }}", 1.3),
    (t("类型", "Kind"), "{{ row.kind }}", 1.5),
    (t("内容", "Change"), "{{ row.text }}", 6.6),
    (t("说明", "Why"), "{{ row.why }}", 2.9),
    (t("批准", "Approval"), "{{ row.approval }}", 1.7),
)
EVIDENCE: Sequence[Column] = (
    (t("编号", "No."), "{{ row.number }}", 1.4),
    (t("设备", "Device"), "{{ row.device }}", 3.3),
    (t("命令或请求", "Request"), "{{ row.text }} {{ row.note }}", 4.6),
    (t("时间", "Time"), "{{ row.at }}", 2.5),
    (t("SHA-256", "SHA-256"), "{{ row.hash | join('') }}", 5.6),
)
THRESHOLDS: Sequence[Column] = (
    (t("检查项", "Item"), "{{ row.title }}\n{{ row.check }}", 3.9),
    (t("标准", "Standard"), "{{ row.standard }}", 6.2),
    (t("单位", "Unit"), "{{ row.unit }}", 1.3),
    (t("来源", "Source"), "{{ row.source }}", 4.6),
    (t("设备数", "Devices"), "{{ row.devices }}", 1.4),
)
NOT_CHECKED: Sequence[Column] = (
    (t("原因", "Reason"), "{{ row.reason }}", 4.0),
    (t("项目", "Item"), "{{ row.item }}", 4.0),
    (t("数量", "Count"), "{{ row.count }}", 1.4),
    (t("设备", "Devices"), "{{ row.devices }}", 8.0),
)


def build_template() -> bytes:
    """Build the template and give its bytes: the same at every call."""
    document = _new_document()
    for part in (_cover, _approval, _overview, _conclusion):
        part(document)
    turned(document, landscape=True)
    chapter(document, "三、设备清单", "3. Devices")
    table_of(document, "d.devices", DEVICES)
    turned(document, landscape=False)
    for part in (_environment, _records, _lines, _problems, _leftovers, _changes, _advice):
        part(document)
    _signatures(document)
    _appendices(document)
    return _saved(document)


def build_records_template() -> bytes:
    """Build the template of a volume: the record sheets of one site, as cover and chapter five."""
    document = _new_document()
    centred(document, "{{ d.project }}", "Subtitle")
    centred(document, "{{ d.title }}", "Title")
    centred(document, t("设备巡检记录表分册", "Volume of record sheets"), size=14)
    places = "{% for s in d.sites %}{{ s.title }}{% if not loop.last %}" + t("、", ", ")
    places += "{% endif %}{% endfor %}"
    centred(document, places, size=14)
    pairs(document, "d.cover", width_cm=13)
    centred(document, t("编号：", "Number ") + "{{ d.number }}")
    _records(document)
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


def _cover(document: Any) -> None:
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
    chapter(document, "二、总体结论", "2. Conclusion")
    paragraph = document.add_paragraph("{{ d.conclusion }}")
    paragraph.runs[0].bold = True
    across(document, "d.figures", "{{ row.name }}", "{{ row.value }}")
    document.add_paragraph()
    document.add_paragraph(
        t("判定：", "Verdicts: ")
        + "{% for v in d.verdicts %}{{ v.name }} {{ v.count }}"
        + "{% if not loop.last %}"
        + t("，", ", ")
        + "{% endif %}{% endfor %}"
    )
    document.add_paragraph(
        t("问题级别：", "Problems by level: ")
        + "{% for v in d.levels %}{{ v.level }} {{ v.count }}"
        + "{% if not loop.last %}"
        + t("，", ", ")
        + "{% endif %}{% endfor %}"
    )
    document.add_paragraph("{{ d.compared }}")
    document.add_heading(t("各地点", "By site"), 2)
    table_of(document, "d.sites", SITES)
    document.add_heading(t("历轮比较", "Rounds so far"), 2)
    table_of(document, "d.rounds", ROUNDS)


def _environment(document: Any) -> None:
    chapter(document, "四、环境检查", "4. Environment")
    rows_or_none(document, "d.environment", OVERALL)


def _records(document: Any) -> None:
    chapter(document, "五、巡检记录表", "5. Record sheets")
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
    chapter(document, "九、变更", "9. Changes found")
    when(document, "d.changes")
    table_of(document, "d.changes", CHANGES)
    otherwise(document, "{{ d.changes_said }}")


def _advice(document: Any) -> None:
    chapter(document, "十、建议", "10. Advice")
    when(document, "d.advice")
    each(document, "line", "d.advice")
    document.add_paragraph("{{ loop.index }}. {{ line }}")
    end(document, "for")
    otherwise(document, t("无。", "None."))


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
    document.add_paragraph("{{ d.content_said }} · {{ m.run_id }}")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    (folder / "inspection.docx").write_bytes(build_template())
    (folder / "records.docx").write_bytes(build_records_template())
