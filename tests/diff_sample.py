"""A realistic difference of several devices, made by hand: what the renderers are tried on."""

from datetime import UTC, datetime

from xunjian.config.model import (
    Approval,
    Change,
    ChangeKind,
    ConfigDiff,
    Risk,
    Side,
    Trust,
    TrustState,
)
from xunjian.language import Text

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def sides(site: str, device: str, pack: str) -> tuple[Side, Side]:
    baseline = f"baselines/{site}/{device}/running.cfg"
    return (
        Side(source="baseline", name=baseline, pack=pack),
        Side(source="running", name=device, at=NOW, pack=pack),
    )


VRP = "huawei_vrp@1.0"
GATE = "fortinet@1.0"


def switch(device: str = "hz-core-sw1", site: str = "hz") -> ConfigDiff:
    left, right = sides(site, device, VRP)
    return ConfigDiff(
        device=device,
        label="杭州核心交换机一" if device == "hz-core-sw1" else "",
        site=site,
        platform="huawei_vrp",
        mode="drift",
        left=left,
        right=right,
        changes=(
            Change(
                id="c-5b1f0c9a",
                kind=ChangeKind.CHANGED,
                path=("interface GigabitEthernet0/0/24",),
                old=(" port trunk allow-pass vlan 10 20 30 to 40 99",),
                new=(" port trunk allow-pass vlan 10 20 30 to 39",),
                old_line=212,
                new_line=214,
                risk=Risk.HIGH,
                rule="vrp.trunk-vlan-reduced",
                why=Text("上联口的 VLAN 减少", "VLANs taken off an uplink"),
                lost=("40", "99"),
                pairing="key",
            ),
            Change(
                id="c-0d77aa10",
                kind=ChangeKind.ADDED,
                path=("interface GigabitEthernet0/0/24",),
                new=(" qos trust dscp",),
                new_line=215,
                risk=Risk.MEDIUM,
                rule="default",
            ),
            Change(
                id="c-77e0410b",
                kind=ChangeKind.ADDED,
                path=(),
                new=("telnet server enable",),
                new_line=40,
                risk=Risk.CRITICAL,
                rule="management.telnet",
                why=Text("打开了明文管理 telnet", "clear-text management switched on"),
            ),
            Change(
                id="c-aa10be77",
                kind=ChangeKind.SECRET_CHANGED,
                path=("aaa",),
                old=(" local-user ops2 password irreversible-cipher <secret:hash:7f3a2b10>",),
                new=(" local-user ops2 password irreversible-cipher <secret:hash:91c0de55>",),
                old_line=98,
                new_line=99,
                risk=Risk.HIGH,
                rule="admin-secret",
                why=Text("管理员口令已变", "an administrator's secret changed"),
                approval=Approval(state="expired", by="wang", ticket="CHG-118", until="2026-11-01"),
            ),
            Change(
                id="c-3cc90e21",
                kind=ChangeKind.CHANGED,
                path=("interface Vlanif10",),
                old=(" description meeting room A",),
                new=(" description meeting room B",),
                old_line=150,
                new_line=151,
                risk=Risk.INFO,
                rule="description",
                why=Text("描述", "description"),
                approval=Approval(state="approved", by="li", ticket="CHG-121", until="2026-12-31"),
            ),
            Change(
                id="c-91aa2100",
                kind=ChangeKind.REMOVED,
                path=(),
                old=(
                    "acl number 3010",
                    " rule 5 permit ip source 192.0.2.0 0.0.0.255",
                    " rule 10 deny ip",
                ),
                old_line=60,
                risk=Risk.HIGH,
                rule="filter-removed",
                why=Text("过滤表被删除", "a filter was removed"),
            ),
        ),
        suppressed={"last-update": ("!Last configuration was updated at 2026-11-19 by <user>",)},
        reordered=(("vlan batch",),),
        not_comparable=2,
        unrated=1,
    )


def firewall() -> ConfigDiff:
    left, right = sides("nb", "nb-fw1", GATE)
    policy = (
        "    edit 12",
        '        set name "video-sip"',
        '        set srcintf "lan"',
        '        set dstintf "wan1"',
        "        set action accept",
        "    next",
    )
    return ConfigDiff(
        device="nb-fw1",
        site="nb",
        platform="fortinet",
        mode="drift",
        left=left,
        right=right,
        changes=(
            Change(
                id="c-f0f0aa01",
                kind=ChangeKind.MOVED,
                path=("config firewall policy",),
                old=policy,
                new=policy,
                old_line=811,
                new_line=840,
                before=("edit 11", "edit 13"),
                after=("edit 99", ""),
                old_ranks=(3,),
                new_ranks=(7,),
                risk=Risk.HIGH,
                rule="first-match.moved",
                why=Text(
                    "首条匹配的表中次序改变：现在 edit 99 之后",
                    "order in a first-match list: now after edit 99",
                ),
            ),
            Change(
                id="c-0e41c2b7",
                kind=ChangeKind.RENUMBERED,
                path=("config router static",),
                old=("    edit 3",),
                new=("    edit 4",),
                old_line=902,
                new_line=902,
                risk=Risk.INFO,
                rule="renumbered",
                approval=Approval(state="planned", by="zhao", ticket="CHG-130"),
            ),
        ),
        suppressed={"uuid": ("set uuid <volatile>", "set uuid <volatile>")},
        not_comparable=14,
        not_comparable_rules={"enc": 13, "psksecret": 1},
    )


def untrusted() -> ConfigDiff:
    left, right = sides("hz", "hz-agg-sw1", VRP)
    return ConfigDiff(
        device="hz-agg-sw1",
        site="hz",
        platform="huawei_vrp",
        mode="drift",
        left=left,
        right=right,
        trust=Trust(
            state=TrustState.INCOMPLETE,
            reasons=(Text("没有结束标记 return", "the end marker return is missing"),),
        ),
        not_compared="untrusted",
    )


def new_device() -> ConfigDiff:
    _, right = sides("nb", "nb-acc-sw9", VRP)
    return ConfigDiff(
        device="nb-acc-sw9",
        site="nb",
        platform="huawei_vrp",
        mode="drift",
        left=Side(source="baseline"),
        right=right,
        not_compared="no_baseline",
    )


def unchanged(number: int = 2) -> ConfigDiff:
    left, right = sides("hz", f"hz-acc-sw{number}", VRP)
    return ConfigDiff(
        device=f"hz-acc-sw{number}",
        site="hz",
        platform="huawei_vrp",
        mode="drift",
        left=left,
        right=right,
    )


SAMPLE = (switch(), firewall(), untrusted(), new_device(), unchanged())
