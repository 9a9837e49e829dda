"""What the columns of listings are called on a screen; in JSON the keys stand as they are."""

from collections.abc import Mapping

from xunjian.language import Text

_CHINESE: Mapping[str, str] = {
    "name": "名称",
    "label": "说明",
    "kind": "类别",
    "platform": "平台",
    "address": "地址",
    "site": "地点",
    "room": "机房",
    "systems": "系统",
    "title": "标题",
    "mark": "方式",
    "occasion": "场合",
    "tasks": "项目",
    "layer": "层",
    "kinds": "类别",
    "platforms": "平台",
    "file": "文件",
    "id": "编号",
    "task": "项目",
    "limits": "阈值",
    "unit": "单位",
    "source": "出处",
    "channels": "通道",
    "aliases": "别名",
    "run_id": "轮次",
    "playbook": "剧本",
    "started_at": "开始",
    "state": "状态",
    "lines": "行数",
    "commit": "提交",
    "at": "时间",
    "by": "批准人",
    "outcomes": "有结果",
    "planned": "计划",
    "number": "报告编号",
    "exit_code": "退出码",
    "device": "设备",
    "check": "判定",
    "subject": "对象",
    "verdict": "结论",
    "level": "级别",
    "value": "值",
    "message": "说明",
    "shadows": "遮住",
    "expect": "期待",
    "event": "事由",
    "recipient": "收件人",
    "reason": "原因",
    "version": "版本",
    "what": "内容",
    "files": "文件数",
    "sample": "样本",
    "sha256": "sha256 前 12 位",
}


def heading(key: str) -> Text:
    """Give the heading of a column; fields of facts keep their own names."""
    return Text(_CHINESE.get(key, key), key)
