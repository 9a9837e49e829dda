"""Words for the codes of leftovers, changes of configurations and sources of findings."""

from xunjian.language import Text

LEFTOVER_STATES = {
    "open": Text("未关闭", "open"),
    "closed": Text("已关闭", "closed"),
    "waived": Text("豁免", "waived"),
    "unverified": Text("本轮未复核", "not verified"),
}
CHANGE_KINDS = {
    "added": Text("新增", "added"),
    "removed": Text("删除", "removed"),
    "changed": Text("修改", "changed"),
    "moved": Text("移动", "moved"),
    "renumbered": Text("重编号", "renumbered"),
    "secret_changed": Text("密文变化", "secret changed"),
}
RISKS = {
    "info": Text("提示", "info"),
    "low": Text("低", "low"),
    "medium": Text("中", "medium"),
    "high": Text("高", "high"),
    "critical": Text("严重", "critical"),
}
APPROVALS = {
    "none": Text("未审批", "none"),
    "approved": Text("已审批", "approved"),
    "expired": Text("审批过期", "expired"),
    "planned": Text("计划内", "planned"),
}
NOT_COMPARED = {
    "no_baseline": Text("没有基线，未比较", "not compared: no baseline"),
    "no_startup": Text("没有读到启动配置，未比较", "not compared: the startup text was not read"),
    "no_backup": Text("以前没有读过，未比较", "not compared: nothing was read before"),
    "no_peer": Text("另一台没有读到，未比较", "not compared: the other device was not read"),
    "untrusted": Text("读取不可信，未比较", "not compared: the reading is not trusted"),
    "unreached": Text("未到达，未比较", "not compared: not reached"),
}
SOURCES = {
    "automatic": Text("自动", "automatic"),
    "manual": Text("人工", "manual"),
    "hybrid": Text("自动，人工改判", "automatic, overruled"),
}
LAYERS = {"workspace": Text("工作区", "workspace"), "builtin": Text("内置", "built-in")}
