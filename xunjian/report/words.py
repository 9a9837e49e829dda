"""The words that documents use for codes."""

from collections.abc import Mapping

from xunjian.facts.words import REASONS, UNITS
from xunjian.language import Text, counted

__all__ = [
    "ASSETS",
    "CHANGES",
    "KINDS",
    "LEFTOVERS",
    "OCCASIONS",
    "REASONS",
    "RISK_LEVELS",
    "SITE_LEVELS",
    "STATES",
    "UNITS",
    "YES_NO",
    "counted",
    "word",
]

OCCASIONS = {
    "routine": Text("日常巡检", "routine"),
    "monthly": Text("月度巡检", "monthly"),
    "quarterly": Text("季度巡检", "quarterly"),
    "half-year": Text("半年巡检", "half-yearly"),
    "pre-holiday": Text("节前巡检", "pre-holiday"),
    "flood-season": Text("汛期专项巡检", "flood season"),
    "conference": Text("会议保障", "conference guarantee"),
    "handover": Text("交接班", "handover"),
    "change": Text("变更", "change"),
    "adhoc": Text("临时巡检", "ad hoc"),
}

CHANGES = {
    "new": Text("新增", "new"),
    "persisting": Text("持续", "persisting"),
    "resolved": Text("已恢复", "resolved"),
    "back": Text("复现", "back again"),
    "unverified": Text("本轮未复核", "not verified"),
}

RISK_LEVELS = {  # by the fault level
    "I": Text("重大", "critical"),
    "II": Text("较大", "major"),
    "III": Text("一般", "moderate"),
    "IV": Text("低", "low"),
}

SITE_LEVELS = {
    "province": Text("省", "province"),
    "city": Text("市", "city"),
    "county": Text("县", "county"),
    "township": Text("乡", "township"),
}

LEFTOVERS = {
    "open": Text("未解决", "open"),
    "closed": Text("已关闭", "closed"),
    "waived": Text("已豁免", "waived"),
    "unverified": Text("未复核", "not verified"),
}

KINDS = {
    "codec": Text("视频终端", "codec"),
    "mcu": Text("MCU", "MCU"),
    "switch": Text("交换机", "switch"),
    "router": Text("路由器", "router"),
    "firewall": Text("防火墙", "firewall"),
    "server": Text("服务器", "server"),
    "ups": Text("UPS", "UPS"),
    "camera": Text("摄像机", "camera"),
    "nvr": Text("录像机", "recorder"),
    "waf": Text("应用防火墙", "web application firewall"),
    "bastion": Text("堡垒机", "bastion host"),
    "storage": Text("存储", "storage"),
    "fcswitch": Text("光纤交换机", "FC switch"),
    "pdu": Text("配电", "power distribution"),
    "sensor": Text("传感器", "sensor"),
    "aircon": Text("空调", "air conditioning"),
    "generator": Text("油机", "generator"),
    "sdh": Text("SDH", "SDH"),
    "onu": Text("ONU", "ONU"),
    "converter": Text("光电转换器", "photoelectric converter"),
    "display": Text("大屏/电视", "display"),
    "projector": Text("投影机", "projector"),
    "share": Text("投屏", "sharing box"),
    "microphone": Text("麦克风", "microphone"),
    "amplifier": Text("功放", "amplifier"),
    "control": Text("中控", "central control"),
    "line": Text("线路", "line"),
    "box": Text("设备箱", "equipment box"),
    "earthing": Text("接地极", "earthing electrode"),
    "room": Text("机房", "room"),
}

# keys of a device's register data; one that is not here is the customer's own
ASSETS = {
    "model": Text("型号", "model"),
    "serial": Text("序列号", "serial"),
    "rack": Text("机柜", "rack"),
    "vendor": Text("厂商", "vendor"),
    "version": Text("版本", "version"),
    "battery_date": Text("电池投运", "batteries since"),
    "discharge_date": Text("放电试验", "discharge test"),
    "installed_on": Text("投运日期", "in service since"),
    "warranty_until": Text("维保至", "warranty until"),
}

STATES = {
    "running": Text("进行中", "running"),
    "finished": Text("已完成", "finished"),
    "awaiting_manual": Text("待人工项", "awaiting manual items"),
    "interrupted": Text("已中断", "interrupted"),
    "killed": Text("异常终止", "killed"),
}


def word(table: Mapping[str, Text], code: str) -> Text:
    """Give the word for a code; an unknown code stands for itself."""
    return table.get(code, Text(code))


YES_NO = {True: Text("是", "yes"), False: Text("否", "no")}
