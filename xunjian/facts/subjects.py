"""Words for the names that cards give to rows: parts, services and alarms in codes of ours.

What a device calls a part of itself is no code and stays as it says it.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from xunjian.language import Text

_ROWS: Mapping[str, tuple[str, str]] = {
    # parts of a device
    "mpu": ("主控板", "main board"),
    "cpu": ("处理器", "processors"),
    "ram": ("内存", "memory"),
    "swap": ("交换空间", "swap"),
    "chassis": ("机箱", "chassis"),
    "system": ("整机", "system"),
    "in charge": ("主用", "in charge"),
    "codec": ("终端", "codec"),
    "log disk": ("日志盘", "log disk"),
    "power redundancy": ("电源冗余", "power redundancy"),
    "smart licensing": ("智能许可", "smart licensing"),
    # what a projector watches, by PJLink
    "fan": ("风扇", "fan"),
    "lamp": ("灯泡", "lamp"),
    "temperature": ("温度", "temperature"),
    "cover": ("机盖", "cover"),
    "filter": ("滤网", "filter"),
    "other": ("其他", "other"),
    # tests, channels and services
    "self_test": ("自检", "self-test"),
    "discharge": ("放电试验", "discharge test"),
    "icmp": ("ICMP", "ICMP"),
    "sip_options": ("SIP OPTIONS", "SIP OPTIONS"),
    "sip": ("SIP", "SIP"),
    "h323": ("H.323", "H.323"),
    "https": ("HTTPS", "HTTPS"),
    "provisioning": ("配置下发", "provisioning"),
    "cloud": ("云服务", "cloud"),
    "teams": ("Teams", "Teams"),
    # alarms of a UPS
    "alternate_source_bad": ("备用电源异常", "alternate source bad"),
    "ambient_temperature_bad": ("环境温度异常", "ambient temperature bad"),
    "awaiting_power": ("等待供电", "awaiting power"),
    "battery_bad": ("电池故障", "battery bad"),
    "battery_communication_lost": ("电池通信中断", "communication with the battery lost"),
    "battery_sensor_fault": ("电池传感器故障", "battery sensor fault"),
    "battery_temperature_bad": ("电池温度异常", "battery temperature bad"),
    "battery_voltage_high": ("电池电压过高", "battery voltage high"),
    "boost_trim_fault": ("升降压故障", "boost or trim fault"),
    "breaker_open": ("断路器断开", "breaker open"),
    "building_alarm": ("外部告警输入", "building alarm"),
    "bypass_bad": ("旁路异常", "bypass bad"),
    "bypass_relay_failure": ("旁路继电器故障", "bypass relay failure"),
    "charger_failed": ("充电器故障", "charger failed"),
    "communications_lost": ("通信中断", "communications lost"),
    "critical_hardware_fault": ("严重硬件故障", "critical hardware fault"),
    "dc_bus_overvoltage": ("直流母线过压", "DC bus overvoltage"),
    "depleted_battery": ("电池耗尽", "battery depleted"),
    "diagnostic_test_failed": ("诊断测试未通过", "diagnostic test failed"),
    "emergency_power_off": ("紧急断电", "emergency power off"),
    "entry_added": ("新增告警", "alarm added"),
    "entry_removed": ("告警消除", "alarm removed"),
    "fan_failure": ("风扇故障", "fan failure"),
    "forced_shutdown": ("强制关机", "forced shutdown"),
    "fuse_failure": ("熔断器故障", "fuse failure"),
    "general_fault": ("一般故障", "general fault"),
    "input_bad": ("输入异常", "input bad"),
    "internal_communication_failure": ("内部通信故障", "internal communication failure"),
    "internal_failure": ("内部故障", "internal failure"),
    "inverter_dc_imbalance": ("逆变器直流不平衡", "DC imbalance of the inverter"),
    "inverter_failure": ("逆变器故障", "inverter failure"),
    "low_battery": ("电池电量低", "battery low"),
    "low_battery_over": ("电池电量低已恢复", "battery no longer low"),
    "main_relay_failure": ("主继电器故障", "main relay failure"),
    "module_failure": ("模块故障", "module failure"),
    "no_battery": ("无电池", "no battery"),
    "on_alternate_source": ("备用电源供电", "on alternate source"),
    "on_battery": ("电池供电", "on battery"),
    "on_bypass": ("旁路供电", "on bypass"),
    "on_inverter": ("逆变供电", "on inverter"),
    "on_maintenance_bypass": ("维修旁路供电", "on maintenance bypass"),
    "notice": ("提示", "notice"),
    "output_bad": ("输出异常", "output bad"),
    "output_not_protected": ("输出无保护", "output not protected"),
    "output_off_as_requested": ("按指令关闭输出", "output off as requested"),
    "output_overload": ("输出过载", "output overload"),
    "pfc_failure": ("功率因数校正故障", "power factor correction failure"),
    "power_switch_bad": ("电源开关异常", "power switch bad"),
    "redundancy_lost": ("冗余丢失", "redundancy lost"),
    "remote_humidity_bad": ("外接湿度异常", "remote humidity bad"),
    "remote_temperature_bad": ("外接温度异常", "remote temperature bad"),
    "shutdown_imminent": ("即将关机", "shutdown imminent"),
    "shutdown_pending": ("等待关机", "shutdown pending"),
    "temperature_bad": ("温度异常", "temperature bad"),
    "test_in_progress": ("测试进行中", "test in progress"),
    "transfer_relay_failure": ("切换继电器故障", "transfer relay failure"),
    "unable_to_transfer": ("无法切换", "unable to transfer"),
    "ups_off_as_requested": ("按指令关机", "UPS off as requested"),
    "ups_output_off": ("输出已关闭", "output off"),
    "ups_system_off": ("系统已关闭", "system off"),
    "utility_restored": ("市电恢复", "mains restored"),
    "vendor_alarm": ("厂商自定义告警", "vendor's own alarm"),
}
# counted parts, as `microphone 1`
_COUNTED: Mapping[str, str] = {"microphone": "麦克风", "camera": "摄像机", "display": "显示设备"}
_NUMBERED = re.compile(r"(microphone|camera|display) (\d{1,4})")
ROWS: Mapping[str, Text] = MappingProxyType({code: Text(*said) for code, said in _ROWS.items()})


@lru_cache(maxsize=4096)  # a port is named once per check, and alike on every switch
def subject_word(subject: str) -> Text | None:
    """Give the words for a subject, whose parts are divided by `/`; None where none is a code."""
    if known := row_word(subject):
        return known
    if "/" not in subject or subject.startswith("/"):
        return None
    parts = subject.split("/")
    words = [row_word(part) for part in parts]
    if not any(words):
        return None
    pairs = [word or Text(part, part) for word, part in zip(words, parts, strict=True)]
    return Text("/".join(one.zh for one in pairs), "/".join(one.en for one in pairs))


def row_word(name: str) -> Text | None:
    """Give the word for a row's name; None for what a device or a register calls it."""
    if known := ROWS.get(name):
        return known
    counted = _NUMBERED.fullmatch(name) if " " in name else None
    return Text(f"{_COUNTED[counted[1]]} {counted[2]}", name) if counted else None
