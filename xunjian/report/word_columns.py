"""The columns of the Word template's tables: head, cell, width in centimetres."""

from collections.abc import Sequence

from xunjian.report.word_parts import Column, also, t, tinted

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
    (t("序号", "No."), "{{ row.index }}", 1.0),
    (t("层级", "Level"), "{{ row.level }}", 1.6),
    (t("单位/会场", "Site"), "{{ row.site }}", 2.5),
    (t("名称", "Name"), "{{ row.label }}", 3.2),
    (t("类别", "Kind"), "{{ row.kind }}", 1.8),
    (t("品牌型号", "Model"), "{{ row.model }}", 2.7),
    (t("序列号", "Serial"), "{{ row.serial }}", 3.1),
    (t("软件版本", "Version"), "{{ row.version }}", 2.1),
    (t("管理地址", "Address"), "{{ row.address }}", 2.1),
    (t("机房/位置", "Place"), "{{ row.place }}", 2.3),
    (t("投运/维保", "In use/cover"), "{{ row.life }}", 1.8),
    (t("本次状态", "State"), tinted("row.code", "{{ row.verdict }}"), 1.9),
)
OVERALL: Sequence[Column] = (
    (t("机房/位置", "Place"), "{{ row.place }}", 3.9),
    (t("项目", "Item"), "{{ row.item }}", 3.5),
    (t("判定数", "Judged"), "{{ row.judged }}", 1.4),
    (t("正常", "Normal"), "{{ row.normal }}", 1.4),
    (t("预警", "Warning"), "{{ row.warning }}", 1.5),
    (t("异常", "Abnormal"), "{{ row.abnormal }}", 1.7),
    (t("待核", "Unknown"), "{{ row.unknown }}", 1.6),
    (t("实测范围", "Range"), "{{ row.range }}", 2.4),
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
    (t("检查项", "Item"), _ITEM, 3.3),
    (t("内容/方法", "Method"), "{{ row.method }}", 3.0),
    (t("标准", "Standard"), "{{ row.standard }}", 3.5),
    (t("结果（实测）", "Measured"), "{{ row.measured }}", 2.1),
    (t("判定", "Verdict"), tinted("row.code", "{{ row.verdict }}"), 1.6),
    (t("原因与备注", "Cause, remark"), "{{ row.remark }}", 2.9),
)
PROBLEMS: Sequence[Column] = (
    (t("编号", "Id"), "{{ row.number }}\n{{ row.id }}", 2.1),
    (t("设备与位置", "Device, place"), "{{ row.device }}\n{{ row.place }}", 2.3),
    (
        t("现象与影响", "What, who is touched"),
        "{{ row.item }}"
        + COLON
        + "{{ row.message }}"
        + also("row.affects", t("影响：", "Touched: ") + "{{ row.affects }}"),
        3.4,
    ),
    (t("实测与标准", "Measured, standard"), "{{ row.measured }}", 2.1),
    (t("证据", "Evidence"), "{{ row.evidence | join(' ') }}", 1.7),
    (
        t("原因与处理建议", "Cause, advice"),
        "{% if row.cause %}" + t("原因：", "Cause: ") + "{{ row.cause }}\n{% endif %}"
        "{{ row.advice }}",
        2.5,
    ),
    (
        t("责任方与期限", "Party, due"),
        "{{ row.party }}\n" + t("期限：", "Due: ") + "{{ row.due }}",
        1.8,
    ),
    (t("状态", "State"), tinted("row.code", "{{ row.verdict }}\n{{ row.state }}"), 1.5),
)
FAULTS: Sequence[Column] = (
    (t("级别", "Level"), "{{ row.level }}", 2.4),
    (t("现有", "Open now"), "{{ row.open }}", 2.5),
    (t("新增", "New"), "{{ row.new }}", 2.5),
    (t("持续", "Persisting"), "{{ row.persisting }}", 2.5),
    (t("复现", "Back again"), "{{ row.back }}", 2.5),
    (t("已恢复", "Resolved"), "{{ row.resolved }}", 2.5),
    (t("未复核", "Not verified"), "{{ row.unverified }}", 2.5),
)
SPARES: Sequence[Column] = (
    (t("单位/位置", "Place"), "{{ row.place }}", 4.4),
    (t("项目", "Item"), "{{ row.item }}", 3.0),
    (t("判定", "Verdict"), tinted("row.code", "{{ row.verdict }}"), 1.8),
    (t("情况", "State"), "{{ row.message }}" + also("row.remark", "{{ row.remark }}"), 6.2),
    (t("填写人", "By"), "{{ row.by }}", 2.0),
)
NEXT: Sequence[Column] = (
    (t("巡检", "Round"), "{{ row.title }}", 6.4),
    (t("计划日期", "Planned"), "{{ row.when }}", 7.6),
    (t("备注", "Remark"), "{{ row.note }}", 3.4),
)
TERMS: Sequence[Column] = (
    (t("术语", "Term"), "{{ row.name }}", 4.4),
    (t("含义", "Meaning"), "{{ row.means }}", 13.0),
)
LEFTOVERS: Sequence[Column] = (
    (t("编号", "Id"), "{{ row.id }}", 2.1),
    (t("设备", "Device"), "{{ row.device }}", 2.8),
    (t("问题", "Matter"), "{{ row.item }}" + COLON + "{{ row.message }}", 4.2),
    (t("提出", "First seen"), "{{ row.found }}\n{{ row.first }}", 2.8),
    (t("轮数", "Rounds"), "{{ row.rounds }}", 1.4),
    (t("现状", "Now"), "{{ row.state }}", 1.5),
    (t("说明", "Note"), "{{ row.note }}", 2.6),
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
CONTENT: Sequence[Column] = (
    (t("文件", "File"), "{{ row.file }}", 9.0),
    (t("层", "Layer"), "{{ row.layer }}", 2.2),
    (t("SHA-256", "SHA-256"), "{{ row.hash | join('') }}", 6.2),
)
NOT_CHECKED: Sequence[Column] = (
    (t("原因", "Reason"), "{{ row.reason }}", 4.0),
    (t("项目", "Item"), "{{ row.item }}", 4.0),
    (t("数量", "Count"), "{{ row.count }}", 1.4),
    (t("设备", "Devices"), "{{ row.devices }}", 8.0),
)
