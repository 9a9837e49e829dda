"""The words that documents of a configuration difference use."""

from xunjian.config.model import ChangeKind, Risk, TrustState
from xunjian.language import Text

RISK_WORDS = {
    Risk.CRITICAL: Text("严重", "critical"),
    Risk.HIGH: Text("高", "high"),
    Risk.MEDIUM: Text("中", "medium"),
    Risk.LOW: Text("低", "low"),
    Risk.INFO: Text("提示", "info"),
}

KIND_WORDS = {
    ChangeKind.ADDED: Text("新增", "added"),
    ChangeKind.REMOVED: Text("删除", "removed"),
    ChangeKind.CHANGED: Text("修改", "changed"),
    ChangeKind.MOVED: Text("移动", "moved"),
    ChangeKind.RENUMBERED: Text("重新编号", "renumbered"),
    ChangeKind.SECRET_CHANGED: Text("口令已变", "secret changed"),
}

# beside the word, so that a change can be told without colour
KIND_MARKS = {
    ChangeKind.ADDED: "+",
    ChangeKind.REMOVED: "−",
    ChangeKind.CHANGED: "~",
    ChangeKind.MOVED: "⇅",
    ChangeKind.RENUMBERED: "№",
    ChangeKind.SECRET_CHANGED: "∗",
}

APPROVAL_WORDS = {
    "none": Text("未批准", "not approved"),
    "expired": Text("批准已过期", "approval expired"),
    "approved": Text("已批准", "approved"),
    "planned": Text("计划内", "planned"),
}

TRUST_WORDS = {
    TrustState.TRUSTED: Text("可信", "trustworthy"),
    TrustState.INCOMPLETE: Text("采集不完整", "incomplete"),
    TrustState.POLLUTED: Text("混入其他输出", "polluted by other output"),
    TrustState.UNSTABLE: Text("读取期间被修改", "edited while it was read"),
    TrustState.SECRET_SUSPECTED: Text("疑似有未识别的口令", "a secret no rule knows is suspected"),
}

NOT_COMPARED_WORDS = {
    "no_baseline": Text("尚无基线", "no baseline yet"),
    "no_startup": Text("没有读到启动配置", "the startup configuration was not read"),
    "no_backup": Text("还没有读过配置，无从比较", "nothing was read before"),
    "no_peer": Text("另一台设备的配置没有读到", "the other device's configuration was not read"),
    "untrusted": Text("采集不可信，未与基线比较", "not trustworthy, not compared"),
    "unreached": Text("设备未到达", "device not reached"),
}

MODE_WORDS = {
    "drift": Text("与基线比较", "drift against the baseline"),
    "pre-post": Text("变更前后", "before and after a change"),
    "running-startup": Text("运行配置与启动配置", "running against startup"),
    "pair": Text("两份配置", "two configurations"),
}

SIDE_WORDS = {
    "baseline": Text("基线", "baseline"),
    "running": Text("运行配置", "running"),
    "startup": Text("启动配置", "startup"),
    "file": Text("文件", "file"),
    "before": Text("变更前", "before"),
    "after": Text("变更后", "after"),
    "peer": Text("对端设备", "peer"),
}

TOP_LEVEL = Text("（顶层）", "(top level)")
EDGE = Text("（边界）", "(edge)")
