"""The terms of the reports, explained once: an appendix of every format."""

from dataclasses import dataclass

from xunjian.language import Text


@dataclass(frozen=True, slots=True)
class Term:
    """A term and what it means."""

    name: Text
    means: Text


def _term(zh: str, en: str, means_zh: str, means_en: str) -> Term:
    return Term(Text(zh, en), Text(means_zh, means_en))


TERMS: tuple[Term, ...] = (
    _term(
        "项",
        "item",
        "一台设备的一个巡检项目；计划为有结果与未做之和。判定按测点计，一项可有多个。",
        "One task on one device; planned is the sum of outcomes and left out. Verdicts are counted "
        "per measuring point, of which an item may have many.",
    ),
    _term(
        "到达",
        "reached",
        "会话已打开并保持到问完；未到达的设备不作正常论。",
        "The session was opened and kept to its end; a device not reached is never called normal.",
    ),
    _term(
        "完好率",
        "intact rate",
        "无异常设备占已判定设备之比。",
        "Devices with nothing abnormal over devices judged.",
    ),
    _term(
        "覆盖率",
        "coverage",
        "得到应答的项占有结果的项之比。",
        "Items that were answered over items with an outcome.",
    ),
    _term(
        "预警",
        "warning",
        "已近门限或需关注，尚可使用。",
        "Near its limit or to be watched; still in use.",
    ),
    _term("异常", "abnormal", "超出标准，需处理。", "Outside its standard, to be dealt with."),
    _term("待核", "unknown", "未能读取或不足以判定。", "Not read, or not enough to judge."),
    _term("未检", "not checked", "应检而未检。", "Due but not done."),
    _term("不涉及", "not applicable", "设备没有此项。", "The device has no such thing."),
    _term("豁免", "waived", "经批准暂不处理，到期再判。", "Approved to stay for now; it ends."),
    _term(
        "级别 I–IV",
        "level I-IV",
        "问题的轻重：I 最重，IV 最轻，由检查卡规定；待核项不定级。",
        "How grave a problem is: I the most, IV the least, as its card says; what is unknown has "
        "none.",
    ),
    _term(
        "风险等级",
        "risk",
        "未关闭问题的最高级别：I 级重大，II 级较大，III 级一般，IV 级或无问题为低；"
        "有设备未到达或待核时只说不低于何级。",
        "The highest level among open problems: I critical, II major, III moderate, IV or none "
        "low; with devices not reached or items unknown only what it is not below.",
    ),
    _term(
        "伴随",
        "follows",
        "由所依赖设备的故障引起，依据台账的上联与供电关系。",
        "Caused by the failure of what the device depends on, by the register's uplinks and power.",
    ),
    _term(
        "新增、持续、复现、已恢复、未复核",
        "new, persisting, back again, resolved, not verified",
        "与上一轮比较：上轮没有、上轮已有、曾恢复又出现、上轮有而本轮正常、上轮有而本轮未判定。",
        "Against the round before: not there then, there then, gone and come again, there then and "
        "normal now, there then and not judged now.",
    ),
    _term(
        "证据编号",
        "evidence number",
        "E 加序号，指附录 A 中的一件原始记录。",
        "E and a number: one piece of evidence in appendix A.",
    ),
    _term(
        "根哈希",
        "root hash",
        "由全部原始记录的哈希算出的一个值，任一记录被改即不相符。",
        "One value worked out of the hashes of all evidence: with any piece changed it differs.",
    ),
    _term(
        "方式 A、M、H",
        "mark A, M, H",
        "自动采集、人工检查、两者结合。",
        "Read automatically, checked by a person, both.",
    ),
)
