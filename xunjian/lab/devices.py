"""The devices of the lab: what stands where, which personality plays it, and on which channel."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

_ADDRESSES_PER_NET = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class LabDevice:
    """One device of the lab.

    number: its place in the lab, from 1; address and serial number follow from it.
    channel: what it listens for: ssh (VRP command line), exec (Linux), http, snmp, nut, sip,
        modbus, pjlink.
    room: empty for a front end.
    sysname: the name it gives itself in prompts and answers.
    extras: inventory options of its channel beside port and credential.
    expected: the inventory's lists that cards ask for.
    registers: what the registers of a Modbus device mean.
    login: how it wants the password over HTTP: basic or digest.
    site: where it stands when that is in no room: a front end at the road.
    """

    number: int
    name: str
    personality: str
    platform: str
    kind: str
    channel: str
    label: str
    label_en: str
    room: str
    sysname: str
    model: str
    role: str = ""
    uplink: tuple[str, ...] = ()
    power: tuple[str, ...] = ()
    extras: Mapping[str, str | int] = field(default_factory=dict)
    expected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    registers: Mapping[str, Mapping[str, str | int | float]] = field(default_factory=dict)
    login: str = "basic"
    site: str = ""

    @property
    def address(self) -> str:
        """Its own loopback address: 127.0.20.N, then 127.0.21.N, …"""
        net, host = divmod(self.number - 1, _ADDRESSES_PER_NET)
        return f"127.0.{20 + net}.{host + 1}"

    @property
    def serial(self) -> str:
        """An invented serial number, the same in the register and in every answer."""
        return f"XJLAB{self.number:011d}"

    @property
    def age_days(self) -> int:
        """Days since its last start at the lab's own start: between 30 and 229, by its name."""
        return 30 + int.from_bytes(hashlib.sha256(self.name.encode()).digest()[:2]) % 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Make:
    """What all devices of one personality share."""

    platform: str
    kind: str
    channel: str
    model: str
    login: str = "basic"


_MAKES = {
    "vrp_s": _Make(platform="huawei_vrp", kind="switch", channel="ssh", model="S5735-L24T4X-A1"),
    "vrp_ce": _Make(platform="huawei_vrp", kind="switch", channel="ssh", model="CE6881-48S6CQ"),
    "vrp_usg": _Make(platform="huawei_vrp", kind="firewall", channel="ssh", model="USG6555E"),
    "linux": _Make(platform="linux", kind="server", channel="exec", model="2288H V5"),
    "redfish": _Make(platform="redfish", kind="server", channel="http", model="2288H V5"),
    "rfc1628": _Make(platform="rfc1628", kind="ups", channel="snmp", model="UPS5000-E"),
    "nut": _Make(platform="nut", kind="ups", channel="nut", model="UPS2000-G"),
    "roomos": _Make(platform="roomos", kind="codec", channel="http", model="Room Kit Pro"),
    "sip": _Make(platform="sip", kind="codec", channel="sip", model="SIP terminal"),
    "modbus": _Make(platform="modbus", kind="sensor", channel="modbus", model="DTU-8"),
    "pjlink": _Make(platform="pjlink", kind="projector", channel="pjlink", model="EB-L530U"),
    "isapi_nvr": _Make(
        platform="hikvision_isapi",
        kind="nvr",
        channel="http",
        model="DS-7908N-K4",
        login="digest",
    ),
    "isapi_camera": _Make(
        platform="hikvision_isapi",
        kind="camera",
        channel="http",
        model="DS-2CD2T46",
        login="digest",
    ),
}

FRONT_END = "front_end"  # the role of what stands at the road, in no room
_FRONT_END_SITE = "hz-west"
_Row: TypeAlias = tuple[str, str, str, str, str, tuple[str, ...], tuple[str, ...]]

# name, personality, label, the same in English, role, uplink, power
_ROWS: tuple[_Row, ...] = (
    (
        "hz-core-sw1",
        "vrp_s",
        "杭州核心交换机一",
        "Hangzhou core switch 1",
        "core",
        ("hz-fw1",),
        ("hz-ups1", "hz-ups2"),
    ),
    (
        "hz-core-sw2",
        "vrp_ce",
        "杭州核心交换机二",
        "Hangzhou core switch 2",
        "core",
        ("hz-fw1",),
        ("hz-ups1", "hz-ups2"),
    ),
    *(
        (
            f"hz-acc-sw{number}",
            "vrp_s",
            f"杭州接入交换机{numeral}",
            f"Hangzhou access switch {number}",
            "access",
            ("hz-agg-sw1",),
            ("hz-ups3",),
        )
        for number, numeral in enumerate("一二三四五六七", start=1)
    ),
    (
        "hz-agg-sw1",
        "vrp_ce",
        "杭州汇聚交换机",
        "Hangzhou aggregation switch",
        "aggregation",
        ("hz-core-sw1", "hz-core-sw2"),
        ("hz-ups1", "hz-ups2"),
    ),
    (
        "hz-fw1",
        "vrp_usg",
        "杭州出口防火墙",
        "Hangzhou border firewall",
        "border",
        (),
        ("hz-ups1", "hz-ups2"),
    ),
    (
        "hz-srv1",
        "linux",
        "会议管理服务器一",
        "Conference management server 1",
        "server",
        ("hz-core-sw1",),
        ("hz-ups1", "hz-ups2"),
    ),
    (
        "hz-srv2",
        "linux",
        "会议管理服务器二",
        "Conference management server 2",
        "server",
        ("hz-core-sw2",),
        ("hz-ups1", "hz-ups2"),
    ),
    (
        "hz-srv1-bmc",
        "redfish",
        "会议管理服务器一带外管理",
        "Management controller of conference server 1",
        "server",
        ("hz-core-sw1",),
        ("hz-ups1",),
    ),
    ("hz-ups1", "rfc1628", "核心机房UPS一", "Core room UPS 1", "ups", ("hz-core-sw1",), ()),
    ("hz-ups2", "nut", "核心机房UPS二", "Core room UPS 2", "ups", ("hz-core-sw1",), ()),
    ("hz-ups3", "rfc1628", "会议机房UPS三", "Meeting room UPS 3", "ups", ("hz-core-sw1",), ()),
    (
        "hz-codec1",
        "roomos",
        "杭州主会场终端",
        "Terminal of the main venue",
        "terminal",
        ("hz-acc-sw1",),
        ("hz-ups3",),
    ),
    (
        "hz-codec2",
        "roomos",
        "杭州备会场终端",
        "Terminal of the spare venue",
        "terminal",
        ("hz-acc-sw2",),
        ("hz-ups3",),
    ),
    (
        "hz-codec3",
        "roomos",
        "杭州应急会商室终端",
        "Terminal of the emergency room",
        "terminal",
        ("hz-acc-sw3",),
        ("hz-ups3",),
    ),
    (
        "hz-sipterm1",
        "sip",
        "杭州备用SIP终端",
        "Spare SIP terminal",
        "terminal",
        ("hz-acc-sw1",),
        ("hz-ups3",),
    ),
    (
        "hz-env1",
        "modbus",
        "核心机房动环网关",
        "Environment gateway of the core room",
        "sensor",
        ("hz-core-sw1",),
        ("hz-ups1",),
    ),
    (
        "hz-proj1",
        "pjlink",
        "主会场投影机",
        "Projector of the main venue",
        "venue",
        ("hz-acc-sw1",),
        ("hz-ups3",),
    ),
    (
        "hz-codec4",
        "roomos",
        "主会场在会终端",
        "Codec of the main venue, in a call",
        "venue",
        ("hz-acc-sw1",),
        ("hz-ups3",),
    ),
    (
        "hz-nvr1",
        "isapi_nvr",
        "核心机房录像机",
        "Recorder of the core room",
        "recorder",
        ("hz-core-sw1",),
        ("hz-ups1", "hz-ups2"),
    ),
    (
        "hz-cam1",
        "isapi_camera",
        "核心机房摄像机",
        "Camera of the core room",
        "camera",
        ("hz-core-sw1",),
        ("hz-ups1",),
    ),
    (
        "hz-west-cam1",
        "isapi_camera",
        "西部路口一号摄像机",
        "Camera 1 at the western crossing",
        FRONT_END,
        ("hz-agg-sw1",),
        (),
    ),
)

_EXTRAS: dict[str, Mapping[str, str | int]] = {
    "http": {"scheme": "http"},
    "snmp": {"version": "2c"},
    "nut": {"ups": "ups"},
    "sip": {"transport": "udp"},
    "modbus": {"unit": 1},
}
_PROBE: Mapping[str, str | int | float] = {"function": 4, "type": "int16", "scale": 0.1}
_CONTACT: Mapping[str, str | int | float] = {"function": 2, "normal": 0}
_REGISTERS: Mapping[str, Mapping[str, str | int | float]] = {
    "冷通道温度": {"measures": "temperature", "address": 0, "unit": "°C", **_PROBE},
    "回风温度": {"measures": "return_air", "address": 1, "unit": "°C", "high": 40, **_PROBE},
    "机房湿度": {"measures": "humidity", "address": 2, "unit": "%", **_PROBE},
    "空调漏水绳": {"measures": "leak", "address": 0, **_CONTACT},
    "窗边漏水绳": {"measures": "leak", "address": 1, **_CONTACT},
    "烟感": {"measures": "smoke", "address": 2, **_CONTACT},
    "精密空调告警": {"measures": "cooling", "address": 3, **_CONTACT},
    "油机油位": {"measures": "fuel", "address": 0, "type": "float32", "low": 50, "unit": "%"},
    "市电": {"measures": "power", "address": 10, "bit": 0, "normal": 1},
    "机房门": {"measures": "door", "address": 10, "bit": 1, "normal": 1},
}
POINTS_IN_ENGLISH = {
    "冷通道温度": "cold aisle temperature",
    "回风温度": "return air temperature",
    "机房湿度": "room humidity",
    "空调漏水绳": "leak rope at the air conditioner",
    "窗边漏水绳": "leak rope at the window",
    "烟感": "smoke detector",
    "精密空调告警": "alarm of the air conditioner",
    "油机油位": "fuel level of the generator",
    "市电": "mains",
    "机房门": "room door",
}
_EXPECTED: dict[str, Mapping[str, tuple[str, ...]]] = {
    "linux": {
        "services": ("sshd", "chronyd"),
        "databases": ("mariadb",),
        "names": ("mcu.example.internal",),
        "ports": ("22", "443"),
        "certificates": ("/etc/pki/tls/certs/conference.crt",),
    },
    "roomos": {"services": ("sip",)},
}
COUNTY_SWITCHES = 20  # added switches per county, so that limits per site do not slow them down
MEETING_ROLES = frozenset({"terminal", "access"})  # stand in the meeting room's machine room


def lab_devices(more: int = 0) -> tuple[LabDevice, ...]:
    """The devices of the lab, and `more` clean access switches for scale."""
    rows = list(_ROWS)
    rows.extend(_clone(number) for number in range(1, more + 1))
    return tuple(_device(number, row) for number, row in enumerate(rows, start=1))


def county_room(number: int) -> str:
    """The core room of the county that switch `number` (from 1) of the added ones stands in."""
    return f"hz-c{(number - 1) // COUNTY_SWITCHES + 1:02d}-core"


def _clone(number: int) -> _Row:
    name, label = f"hz-more-sw{number:03d}", f"杭州扩展交换机{number}"
    return (
        name,
        "vrp_s",
        label,
        f"Hangzhou added switch {number}",
        "access",
        ("hz-agg-sw1",),
        ("hz-ups3",),
    )


def _device(number: int, row: _Row) -> LabDevice:
    name, personality, label, label_en, role, uplink, power = row
    make = _MAKES[personality]
    return LabDevice(
        number=number,
        name=name,
        personality=personality,
        platform=make.platform,
        kind=make.kind,
        channel=make.channel,
        model=make.model,
        label=label,
        label_en=label_en,
        room=_room(number, name, role),
        sysname=name.upper(),
        role=role,
        uplink=uplink,
        power=power,
        extras=_EXTRAS.get(make.channel, {}),
        expected=_EXPECTED.get(personality, {}),
        registers=_REGISTERS if make.channel == "modbus" else {},
        login=make.login,
        site=_FRONT_END_SITE if role == FRONT_END else "",
    )


def _room(number: int, name: str, role: str) -> str:
    if number > len(_ROWS):
        return county_room(number - len(_ROWS))
    if role == FRONT_END:
        return ""
    if role == "venue":
        return "hz-hall"
    return "hz-meeting" if role in MEETING_ROLES or name == "hz-ups3" else "hz-core"
