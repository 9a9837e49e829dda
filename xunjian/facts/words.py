"""How a measured value reads: words for codes, spans of time, units; one table, both languages.

What is stored and what JSON gives stays the code and the number; only texts for people go here.
A word belongs to a field (`role`) or to a field of one fact (`HaState.state`), else to the code.
"""

from collections.abc import Mapping
from types import MappingProxyType

from xunjian.language import Text

Words = Mapping[str, Text]


def _table(words: Mapping[str, tuple[str, str]]) -> Words:
    return MappingProxyType({code: Text(zh, en) for code, (zh, en) in words.items()})


# why something was not asked or not answered: codes of `errors.DeviceError` and of the plan
REASONS: Words = _table(
    {
        "no_answer": ("设备未应答", "no answer"),
        "login_refused": ("登录被拒绝", "login refused"),
        "host_key_unknown": ("主机密钥未登记", "host key not pinned"),
        "host_key_changed": ("主机密钥已改变", "host key changed"),
        "no_free_line": ("会话数已满", "no free session line"),
        "hang": ("应答中途停止", "stopped in mid-answer"),
        "session_lost": ("会话中断", "session lost"),
        "no_secret": ("凭据取不到", "credential not available"),
        "deadline": ("超过设备时限", "device deadline passed"),
        "run_deadline": ("超过本轮时限", "run deadline passed"),
        "interrupted": ("操作员中断", "interrupted by the operator"),
        "credential_suspended": ("凭据已停用（多台拒绝）", "credential suspended"),
        "not_sent": ("会话已失，未再发送", "not sent: the session was lost"),
        "no_privilege": ("权限不足", "privilege too low"),
        "unsupported": ("方式不支持", "not supported"),
        "awaiting_form": ("待填表", "awaiting the form"),
        "internal": ("程序内部错误", "internal error"),
        "left_out": ("未安排任何项目", "nothing was asked"),
        "not_stored": ("当时没有问", "not asked then"),
        "bad_answer": ("应答不合规", "malformed answer"),
        "no_card": ("该平台没有此项", "no card for the platform"),
        "no_address": ("无管理地址", "no address"),
        "no_platform": ("未登记平台", "no platform"),
        "filtered": ("按条件未选", "filtered out"),
        "freeze": ("封网期间不做", "freeze"),
    }
)

COMMON: Words = _table(
    {
        "ok": ("正常", "OK"),
        "normal": ("正常", "normal"),
        "warn": ("告警", "warning"),
        "warning": ("告警", "warning"),
        "fault": ("故障", "fault"),
        "critical": ("严重", "critical"),
        "error": ("错误", "error"),
        "info": ("提示", "notice"),
        "alarm": ("告警", "alarm"),
        "abnormal": ("异常", "abnormal"),
        "absent": ("不在位", "absent"),
        "missing": ("缺失", "missing"),
        "removed": ("已移除", "removed"),
        "no_input": ("无输入", "no input"),
        "ungraded": ("未分级", "not graded"),
        "unknown": ("未知", "unknown"),
        "none": ("无", "none"),
        "other": ("其他", "other"),
        "on": ("开启", "on"),
        "off": ("关闭", "off"),
        "up": ("连通", "up"),
        "down": ("断开", "down"),
        "full": ("全双工", "full"),
        "half": ("半双工", "half"),
        "true": ("是", "yes"),
        "false": ("否", "no"),
        # reporting in, connected
        "online": ("在线", "online"),
        "offline": ("离线", "offline"),
        "no_stream": ("取不到码流", "gives no stream"),
        "asleep": ("休眠", "asleep"),
        "connected": ("已连接", "connected"),
        "registered": ("已注册", "registered"),
        "registering": ("注册中", "registering"),
        "unregistered": ("未注册", "not registered"),
        "not_configured": ("未配置", "not configured"),
        # parts that lead and follow, services, arrays
        "active": ("运行中", "active"),
        "inactive": ("未运行", "inactive"),
        "standby": ("待机", "standby"),
        "master": ("主", "master"),
        "backup": ("备用", "backup"),
        "member": ("成员", "member"),
        "ready": ("就绪", "ready"),
        "not ready": ("未就绪", "not ready"),
        "clean": ("正常", "clean"),
        "degraded": ("降级", "degraded"),
        "recovering": ("重建中", "recovering"),
        "resync": ("同步中", "resynchronising"),
        "running": ("运行中", "running"),
        "exited": ("已退出", "exited"),
        "dead": ("已停止", "dead"),
        # licences, tests, records
        "valid": ("有效", "valid"),
        "trial": ("试用", "trial"),
        "expired": ("已到期", "expired"),
        "invalid": ("无效", "invalid"),
        "passed": ("通过", "passed"),
        "failed": ("失败", "failed"),
        "aborted": ("已中止", "aborted"),
        "in_progress": ("进行中", "in progress"),
        "unsupported": ("不支持", "not supported"),
        "recorded": ("有记录", "on record"),
        "as_configured": ("按配置", "as configured"),
        # power and batteries
        "mains": ("市电", "mains"),
        "battery": ("电池", "battery"),
        "bypass": ("旁路", "bypass"),
        "booster": ("升压", "boosting"),
        "reducer": ("降压", "reducing"),
        "combined": ("市电与电池", "mains and battery"),
        "test": ("测试", "test"),
        "low": ("电量低", "low"),
        "depleted": ("电量耗尽", "depleted"),
        "charging": ("充电", "charging"),
        "discharging": ("放电", "discharging"),
        "floating": ("浮充", "floating"),
        "resting": ("静置", "resting"),
        "self_test": ("自检", "self-test"),
        "discharge": ("放电试验", "discharge test"),
        "blackout": ("停电", "blackout"),
        "brownout": ("欠压", "brownout"),
        "sag": ("电压暂降", "sag"),
        "deep_sag": ("电压深度暂降", "deep sag"),
        "spike": ("尖峰", "spike"),
        "large_spike": ("大尖峰", "large spike"),
        "frequency": ("频率异常", "frequency"),
        "voltage": ("电压异常", "voltage"),
        "high_voltage": ("过压", "high voltage"),
        "rate_of_change": ("电压变化过快", "rate of change"),
        # optical modules' own judgement
        "low_warning": ("偏低预警", "low, warning"),
        "low_alarm": ("过低告警", "low, alarm"),
        "high_warning": ("偏高预警", "high, warning"),
        "high_alarm": ("过高告警", "high, alarm"),
        # media, displays
        "in": ("接收", "in"),
        "out": ("发送", "out"),
        "video": ("视频", "video"),
        "audio": ("音频", "audio"),
        "presentation": ("辅流", "presentation"),
        "microphone": ("麦克风", "microphone"),
        "camera": ("摄像机", "camera"),
        "display": ("显示设备", "display"),
        "panel": ("触控屏", "panel"),
        "cooling": ("冷却中", "cooling"),
        "warming": ("预热中", "warming up"),
        "halfwake": ("半唤醒", "half awake"),
        "entering": ("进入待机中", "going to sleep"),
        "input": ("输入", "input"),
        "output": ("输出", "output"),
    }
)

# where a field means something else by a word than the others do
BY_FIELD: Mapping[str, Words] = MappingProxyType(
    {
        "reason": REASONS,
        "notes": _table(
            {
                "initial_password": ("仍用初始口令", "initial password"),
                "legacy_ssh": ("旧式 SSH 算法", "legacy SSH algorithms"),
            }
        ),
        "Peripheral.reason": _table(
            {
                "no_stream": ("取不到码流", "gives no stream"),
                "unreachable": ("网络不可达", "not reachable"),
                "refused": ("用户名或口令不符", "name or password refused"),
                "conflict": ("地址冲突", "address conflict"),
                "bandwidth": ("录像机带宽不足", "the recorder's bandwidth is used up"),
                "format": ("码流格式不支持", "format of the stream not supported"),
                "connecting": ("连接中", "connecting"),
                "absent": ("通道未接入", "no camera there"),
                "other": ("原因不明", "reason unknown"),
                "untold": ("原因未报", "no reason told"),
            }
        ),
        "HaState.state": _table({"active": ("主用", "active"), "standby": ("备用", "standby")}),
        "StackMember.role": _table({"standby": ("备", "standby")}),
        "HaState.role": _table({"active": ("主用", "active"), "standby": ("备用", "standby")}),
        "UpsTest.result": _table(
            {"failed": ("未通过", "failed"), "none": ("没有记录", "none on record")}
        ),
    }
)
# checks whose value is such a field
OF_CHECK: Mapping[str, str] = MappingProxyType(
    {
        "ha.role": "HaState.state",
        "ha.peer": "HaState.state",
        "stack.role": "StackMember.role",
        "self_test.result": "UpsTest.result",
        "reachability.session": "Reachability.reason",
    }
)
# fields whose texts are codes of ours; in the others stands what the device printed
CODED = frozenset(
    {
        *("action", "admin", "charger", "direction", "duplex", "health", "keepalive", "kind"),
        *("last_transfer", "level", "load", "muted", "notes", "oper", "peer", "peer_state"),
        *("power", "reason", "result", "role", "rx_state", "side", "source", "standby", "state"),
        *("status", "sub", "test", "tx_state", "word"),
    }
)

# how a card's unit reads; one that is not here reads the same in every language
UNITS: Words = _table(
    {
        "s": ("秒", "s"),
        "秒": ("秒", "s"),
        "min": ("分钟", "min"),
        "分钟": ("分钟", "min"),
        "h": ("小时", "h"),
        "d": ("天", "d"),
        "天": ("天", "d"),
        "a": ("年", "a"),
        "次": ("次", "times"),
        "条": ("条", "entries"),
        "个": ("个", "pcs"),
    }
)
# from how many of a unit a span of time is told in larger ones: limits stay comparable below
_SPANS = {"s": (1, 3600), "秒": (1, 3600), "min": (60, 180), "分钟": (60, 180)}
_DAY_S, _HOUR_S, _MINUTE_S = 86_400, 3600, 60


def word_of(code: str, field: str = "", fact: str = "") -> Text | None:
    """Give the word for a code, as its field means it; None for a text that is no code."""
    for table in (BY_FIELD.get(f"{fact}.{field}"), BY_FIELD.get(field), COMMON):
        if table and (found := table.get(code)):
            return found
    lowered = code.lower()
    return word_of(lowered, field, fact) if lowered != code else None


def unit_of(unit: str) -> Text:
    """Give a unit as it reads."""
    return UNITS.get(unit) or Text(unit, unit)


def span_of(value: float, unit: str) -> Text | None:
    """Tell a long time in days and hours, or hours and minutes; None for what is none."""
    seconds_each, least = _SPANS.get(unit, (0, 0))
    if not seconds_each or abs(value) < least:
        return None
    sign, rest = ("-" if value < 0 else ""), int(abs(value) * seconds_each)
    days, hours, minutes = rest // _DAY_S, rest % _DAY_S // _HOUR_S, rest % _HOUR_S // _MINUTE_S
    if days:
        return Text(f"{sign}{days} 天 {hours} 小时", f"{sign}{days} d {hours} h")
    return Text(f"{sign}{hours} 小时 {minutes} 分钟", f"{sign}{hours} h {minutes} min")
