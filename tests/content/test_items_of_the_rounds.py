"""Every item of every special inspection is a card, in its round, marked as the contract has it.

A automatic, M by a person on site, H both: something measures and something is asked on a form.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pytest

from xunjian.forms.template import load_forms
from xunjian.inventory import load_inventory, select
from xunjian.platforms import load_platforms
from xunjian.playbook import find_playbook, list_playbooks, load_playbook
from xunjian.playbook.model import Playbook
from xunjian.tasks.load import load_catalog
from xunjian.tasks.model import Catalog, Task
from xunjian.workspace import builtin_root, open_workspace

CONFIG = "config"  # not a card: the playbook keeps configurations and compares them

# round: playbooks; then item, mark: cards
ROUNDS = """
汛期专项: flood_season
  传输通道性能 A: path interfaces
  干线/二线/三级专网运行 A: path interfaces optics
  光路 A: optics
  接入交换机 A: reachability environment interfaces logs
  光缆线路安全性与巡查 H: route_patrol optics
  分会场系统设备运行状况 A: reachability registration signalling peripherals call_quality network terminal
  机房及机柜电源 H: room_power input output
  备品备件 M: spare_parts
  联络方式 M: contacts
  UPS 续航与电池 A: battery self_test
  漏水/排水/水泵/油机 M: room_flood
汛前: pre_season
  传输通道性能 A: path interfaces
  干线/二线/三级专网运行 A: path interfaces optics
  光路 A: optics
  接入交换机 A: reachability environment interfaces logs
  光缆线路安全性与巡查 H: route_patrol optics
  分会场系统设备运行状况 A: reachability registration signalling peripherals call_quality network terminal
  机房及机柜电源 H: room_power input output
  备品备件 M: spare_parts
  联络方式 M: contacts
  UPS 续航与电池 A: battery self_test
  漏水/排水/水泵/油机 M: room_flood
节前: pre_holiday
  软件检查 A: versions services updates licence
  硬件检查 H: hardware_look environment controller disks camera
  以往故障复查 H: past_faults reachability
  网络检查 A: interfaces optics spanning_tree path
  各项告警 A: logs ups_events
  主备用设备 A: redundancy stack multi_chassis
  双机热备 A: ha
  配置备份 A: config saved_config
  异地/离线数据备份 H: offsite_backup config
  UPS 续航 ≥ 1 h A: battery
  电池与放电 H: ups_battery_look battery self_test
  温湿度 H: room_climate sensors
  机房安全 M: room_safety
  消防器材 M: room_fire
  应急照明 M: emergency_lighting
  油机 M: generator
  备件 M: spare_parts
  值班表与 24 小时通信 M: duty_roster
  应急预案张贴 M: emergency_plan
  停工/割接清单 M: freeze_list
  客户签字备案 M: customer_signature
月度会议室: monthly_rooms
  会议终端 A: registration call_quality peripherals terminal
  投影 H: projector_picture projector
  电视 M: television
  投屏 H: sharing reachability
  麦克风 H: microphone peripherals
  功放 M: amplifier
  中控 M: central_control
  投影灯泡 H: projector_lamp
  遥控器与电池 M: remote_controls
  清洁保养 M: cleaning
  非测试项目新问题 M: new_problems
  遗留问题 H: leftovers reachability
  电源线与接口 M: power_cables
  音视频/数据线 M: signal_cables
  固件版本 A: versions
  防病毒库 H: antivirus updates signatures
  大屏亮度/显示/线路 M: big_screen
半年开机联调: power_on
  开机 M: power_on
  全套系统运行状态与视讯要求 H: whole_system registration call_quality
  设备性能 A: terminal network call_quality cpu_memory environment interfaces
  辅件 M: accessories
  与省主会场联调 H: joint_test call_quality
  灯/光/视角 M: venue_scene
  设备问题 M: venue_faults
会议保障: conference
  机房机柜电源 H: room_power input output
  光路与接入交换机 A: optics interfaces environment cpu_memory logs
会议保障入会: conference_join
  开机入会 M: join_conference
  入会核对 A: registration in_call call_quality
会议保障会中: conference_during
  干线监测 A: path interfaces optics
  光缆巡查 M: route_watch
会议保障会后: conference_after
  关机断电 M: power_off
动环: room_environment
  网管可见数据 H: nms_view reachability
  前端/端局连通 A: reachability path
  中心/接入/转发/存储服务器 A: services storage cpu_memory controller
  关键路由与传输路由 A: path interfaces optics
  光电转换器 H: converter_look optics
  传感器 A: sensors
  误告警 H: false_alarms logs
  摄像机 A: camera
  图像/声音/马赛克 H: picture reachability
  调音台与功放 M: amplifier
  硬盘/阵列卡 A: disks raid
  系统与配置备份 A: config saved_config
  备用线路 H: backup_line path
  防病毒升级 H: antivirus updates signatures
  VLAN 访问控制 A: config
  防火墙策略 A: config
  UPS 日常 A: battery input output self_test ups_events
  放电/换电池 M: ups_maintenance
  双路进线 M: dual_feed
监控: surveillance
  摄像机状态 A: camera reachability
  图像显示 H: picture reachability
  前端传输 SDH/EPON/交换机 A: interfaces optics path
  供变电 H: front_power reachability
  光纤 H: route_patrol optics
  后台 A: services storage disks
  线路通断与性能 A: path interfaces
  敷设线路 M: laid_line
  前端安装点 M: front_end_point
  设备箱除尘 M: box_dust
  摄像机除尘 M: camera_dust
  供电 H: front_power reachability
监控每周: weekly_spot_check
  周抽检 H: spot_check picture camera reachability
监控半年: earthing
  防雷地极实测 M: earthing_resistance
云/IDC: data_centre
  服务器/网络/存储/安全设备巡检 A: cpu_memory environment controller sessions disks
  OS 日志与补丁 A: logs updates
  DNS/NTP A: names clock
  数据库日志与资源 A: databases services storage
  链路与流量 A: interfaces path
  资产与图实相符 H: asset_match identity
  账号密码更新 H: passwords credentials administrators logins
  地面/设备清洁 M: room_cleaning
  防火/盗/潮/尘/静电 M: room_protection
  标识与布放 M: room_labels
  制冷与动力 H: cooling sensors
  接地 M: earth_connection
交接班: handover
  环境温湿度 H: room_climate sensors
  网络畅通 A: reachability interfaces path
  告警 A: logs ups_events
  主备设备 A: redundancy ha multi_chassis
  设备/网络/存储变更 A: config identity disks mounts
  终端/工具/仪表/资料/备用材料/消防器材 M: handover_tools
  外来人员 M: visitors
  未完成事项 H: unfinished reachability
  双方签字 M: handover_signatures
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a round's list."""

    round: str
    title: str
    mark: str
    cards: tuple[str, ...]
    playbooks: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"{self.round}-{self.title}"


def items() -> list[Item]:
    found: list[Item] = []
    name, playbooks = "", tuple[str, ...]()
    for line in ROUNDS.strip().splitlines():
        said, _, listed = line.partition(": ")
        if not line.startswith(" "):
            name, playbooks = said, tuple(listed.split())
            continue
        title, _, mark = said.strip().rpartition(" ")
        cards = tuple(listed.split())
        found.append(Item(round=name, title=title, mark=mark, cards=cards, playbooks=playbooks))
    return found


ITEMS = items()


@cache
def catalog() -> Catalog:
    workspace = open_workspace(builtin_root())
    return load_catalog(workspace, load_platforms(workspace))


@cache
def playbook(name: str) -> Playbook:
    return load_playbook(find_playbook(open_workspace(builtin_root()), name))


def named(task: str) -> list[Task]:
    return [one for one in catalog().tasks if one.name == task]


def mark_of(cards: tuple[str, ...]) -> str:
    """The mark of an item that several cards make up."""
    marks = {card.mark for name in cards for card in named(name)} | (
        {"A"} if CONFIG in cards else set()
    )
    return marks.pop() if len(marks) == 1 else "H"


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_every_item_is_in_its_round_with_its_mark(item: Item) -> None:
    assert item.cards
    planned = [playbook(name) for name in item.playbooks]
    for name in item.cards:
        if name == CONFIG:
            assert any(one.config.backup and one.config.diff != "none" for one in planned)
            continue
        assert named(name), f"no card {name}"
        assert any(name in one.tasks for one in planned), f"{name} stands in none of its playbooks"
    assert mark_of(item.cards) == item.mark


@pytest.mark.parametrize(
    "item", [one for one in ITEMS if one.mark == "H"], ids=lambda item: item.id
)
def test_what_is_both_is_measured_and_asked(item: Item) -> None:
    cards = [card for name in item.cards for card in named(name)]
    asked = [card for card in cards if any(card.has_form(p) for p in (None, *card.collect))]
    measured = [card for card in cards if card.mark == "A" or set(card.collect) - {"*"}]
    assert asked
    assert measured or CONFIG in item.cards
    assert all(card.mark == "H" for card in asked)


def test_every_card_of_a_form_belongs_to_an_item() -> None:
    listed = {name for item in ITEMS for name in item.cards}
    asked = {card.name for card in catalog().tasks if card.mark != "A"}
    assert asked - listed == set()


def test_every_line_of_a_form_is_judged_by_a_check_of_its_own() -> None:
    """With title, standard and advice in both languages: they stand on the form and in the report."""
    for card in catalog().tasks:
        blanks = {
            rule.const
            for groups in card.collect.values()
            for group in groups
            for step in group.alternatives
            if step.ask and step.fact == "Inspection"
            for name, rule in step.map.items()
            if name == "item"
        }
        checks = {check.id: check for check in card.checks if check.for_each == "Inspection"}
        assert blanks == set(checks), card.name
        for check in checks.values():
            for text in (card.title, check.title, check.standard, check.advice):
                assert text.zh, check.id
                assert text.en, check.id


def rounds_with_forms() -> Mapping[str, Playbook]:
    workspace = open_workspace(builtin_root())
    listed = [one.playbook for one in list_playbooks(workspace) if one.playbook]
    return {one.name: one for one in listed if one.manual}


@pytest.mark.parametrize("name", sorted(rounds_with_forms()))
def test_every_manual_item_of_a_round_has_its_place_on_one_of_its_forms(name: str) -> None:
    one = playbook(name)
    forms = load_forms(open_workspace(builtin_root()), one.manual, catalog().names)
    placed = {task for form in forms for task in form.tasks}
    asked = {task for task in one.tasks if any(card.mark != "A" for card in named(task))}
    assert asked
    assert asked - placed == set()
    for form in forms[:-1]:
        assert form.signers
        assert form.notes.zh
        assert form.notes.en


def test_a_conference_is_guaranteed_in_four_steps() -> None:
    steps = ["conference", "conference_join", "conference_during", "conference_after"]
    assert [playbook(name).occasion for name in steps] == ["conference"] * 4
    assert [bool(playbook(name).manual) for name in steps] == [True] * 4


def test_whether_it_joined_is_asked_of_venues_only() -> None:
    workspace = open_workspace(builtin_root())
    names = load_platforms(workspace).aliases
    inventory = load_inventory(workspace.inventory_dir, platform_names=names)
    step = playbook("conference_join")
    chosen = select(inventory, step.hosts, step.where)
    rooms = {one.room.room_class for one in chosen if one.kind == "room" and one.room}
    assert rooms == {"venue"}
    assert {one.room.room_class for one in chosen if one.room} == {"venue", "core"}
