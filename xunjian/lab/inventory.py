"""The lab's inventory: who stands where, at which port, with secrets as references only."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from xunjian.lab.devices import POINTS_IN_ENGLISH, LabDevice
from xunjian.lab.folder import SECRETS_FILE, USERNAME
from xunjian.lab.personality import LAB_ZONE

_LOGIN = {"age": f"{SECRETS_FILE}#login"}
_COMMUNITY = {"age": f"{SECRETS_FILE}#snmp"}
_BATTERIES_IN_USE, _SINCE_DISCHARGE = timedelta(days=500), timedelta(days=60)
_SINCE_ROTATION = timedelta(days=30)

_SITES: dict[str, Any] = {
    "sites": {
        "zhejiang": {"title": {"zh": "浙江省中心", "en": "Zhejiang centre"}, "level": "province"},
        "hangzhou": {
            "title": {"zh": "杭州市中心", "en": "Hangzhou centre"},
            "level": "city",
            "parent": "zhejiang",
            "flood_zone": "south",
        },
        "hz-west": {
            "title": {"zh": "杭州市西部分中心", "en": "Hangzhou western centre"},
            "level": "county",
            "parent": "hangzhou",
            "flood_zone": "south",
        },
    },
    "rooms": {
        "hz-core": {
            "title": {"zh": "杭州核心机房", "en": "Hangzhou core room"},
            "site": "hangzhou",
            "class": "core",
            "party": "integrator",
        },
        "hz-meeting": {
            "title": {"zh": "西部会议机房", "en": "Western meeting room"},
            "site": "hz-west",
            "class": "core",
            "party": "integrator",
        },
        "hz-hall": {
            "title": {"zh": "杭州主会场", "en": "Main venue of Hangzhou"},
            "site": "hangzhou",
            "class": "venue",
            "party": "customer",
        },
    },
    "parties": {
        "integrator": {"title": {"zh": "集成商", "en": "Integrator"}},
        "customer": {"title": {"zh": "用户单位", "en": "Customer"}},
    },
    "systems": {
        "water": {"title": {"zh": "水利视频会商系统", "en": "Water conservancy conferencing"}},
        "surveillance": {"title": {"zh": "视频监控系统", "en": "Video surveillance"}},
    },
}
_GROUPS: dict[str, Any] = {
    "hangzhou": {"data": {"systems": ["water"], "party": "integrator"}},
    "front_end": {"data": {"systems": ["surveillance"], "site": "hz-west", "party": "integrator"}},
}
_WATCHING = frozenset({"camera", "nvr"})  # kinds of the surveillance system


def _label(zh: str, en: str) -> dict[str, str]:
    """Screen and report say that this is no real device."""
    return {"zh": f"{zh}（仿真）", "en": f"{en} (simulated)"}


def _thing(kind: str, label: tuple[str, str], room: str, **more: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"kind": kind, "label": _label(*label), "room": room, **more}
    return {"groups": ["hangzhou"], "data": data}


def _front_end(kind: str, label: tuple[str, str], *uplink: str) -> dict[str, Any]:
    data = {"kind": kind, "label": _label(*label), "uplink": list(uplink)}
    return {"groups": ["front_end"], "data": data}


# without address: they are inspected on forms
_THINGS: dict[str, dict[str, Any]] = {
    "hz-core-room": _thing("room", ("核心机房", "Core room"), "hz-core"),
    "hz-hall-room": _thing("room", ("主会场", "Main venue"), "hz-hall", party="customer"),
    "hz-core-earth": _thing(
        "earthing", ("核心机房接地极", "Earth electrode of the core room"), "hz-core"
    ),
    "hz-west-fibre": {
        "groups": ["hangzhou"],
        "data": {
            "kind": "line",
            "label": _label("杭州—西部光缆路由", "Fibre route Hangzhou-West"),
            "site": "hz-west",
            "uplink": ["hz-agg-sw1"],
            "expected": {"points": ["hz-agg-sw1/10GE1/0/1", "hz-agg-sw1/water/hz-west"]},
        },
    },
    "hz-hall-tv": _thing("display", ("主会场电视", "Television of the main venue"), "hz-hall"),
    "hz-hall-mics": _thing(
        "microphone", ("主会场话筒", "Microphones of the main venue"), "hz-hall"
    ),
    "hz-west-box1": _front_end(
        "box", ("西部路口设备箱", "Equipment box at the western crossing"), "hz-agg-sw1"
    ),
    "hz-west-drop1": _front_end(
        "line", ("西部路口敷设线路", "Laid line to the western crossing"), "hz-agg-sw1"
    ),
    # in a network of the cameras' own: the recorder reaches it as its channel 3, nobody else
    "hz-west-cam2": _front_end(
        "camera", ("西部路口二号摄像机", "Camera 2 at the western crossing"), "hz-nvr1"
    ),
}


def write_inventory(folder: Path, devices: tuple[LabDevice, ...], ports: Mapping[str, int]) -> None:
    """Write the four inventory files; `ports` by device name."""
    folder.mkdir(exist_ok=True)
    hosts = {d.name: _host(d, ports[d.name]) for d in devices} | _THINGS
    _write(folder / "hosts.yml", hosts)
    _write(folder / "groups.yml", _GROUPS)
    rotated_on = (datetime.now(LAB_ZONE).date() - _SINCE_ROTATION).isoformat()
    login = {**_LOGIN, "rotated_on": rotated_on}
    _write(folder / "defaults.yml", {"username": USERNAME, "password": login})
    _write(folder / "sites.yml", _sites(devices))


def _sites(devices: tuple[LabDevice, ...]) -> dict[str, Any]:
    """The sites and rooms of every lab, and a county for each room of added switches."""
    places = deepcopy(_SITES)
    known = {"", *_SITES["rooms"]}
    for room in dict.fromkeys(d.room for d in devices if d.room not in known):
        site = room.removesuffix("-core")
        number = int(site.removeprefix("hz-c"))
        places["sites"][site] = {
            "title": {"zh": f"示例县{number}中心", "en": f"Example county {number}"},
            "level": "county",
            "parent": "hangzhou",
            "flood_zone": "south",
        }
        places["rooms"][room] = {
            "title": {"zh": f"示例县{number}核心机房", "en": f"Core room of county {number}"},
            "site": site,
            "class": "core",
            "party": "integrator",
        }
    return places


def write_known_hosts(
    path: Path, devices: tuple[LabDevice, ...], ports: Mapping[str, int], keys: Mapping[str, str]
) -> None:
    """Pin every device's host key; `keys` by device name, as `ssh-ed25519 AAAA…`."""
    lines = [f"[{d.address}]:{ports[d.name]} {keys[d.name]}\n" for d in devices if d.name in keys]
    path.write_text("".join(lines), encoding="utf-8")


def _write(path: Path, data: Mapping[str, Any]) -> None:
    head = "# 由 xunjian lab up 生成\n"
    text = yaml.safe_dump(dict(data), allow_unicode=True, sort_keys=False)
    path.write_text(head + text, encoding="utf-8")


def asset_of(device: LabDevice, today: date) -> dict[str, str]:
    """What the register knows of a device; of a UPS the dates that its card does not tell."""
    asset = {"model": device.model, "serial": device.serial}
    if device.kind == "ups":
        asset["battery_date"] = (today - _BATTERIES_IN_USE).isoformat()
        asset["discharge_date"] = (today - _SINCE_DISCHARGE).isoformat()
    return asset


def _host(device: LabDevice, port: int) -> dict[str, Any]:
    host: dict[str, Any] = {
        "hostname": device.address,
        "port": port,
        "platform": device.platform,
        "groups": ["hangzhou"],
    }
    if device.channel not in {"ssh", "exec"}:
        extras: dict[str, Any] = dict(device.extras)
        if device.channel == "snmp":
            extras["community"] = _COMMUNITY
        host["connection_options"] = {device.channel: {"extras": extras}}
    label = _label(device.label, device.label_en)
    place = {"room": device.room} if device.room else {"site": device.site}
    data: dict[str, Any] = {"kind": device.kind, "label": label, **place, "role": device.role}
    if device.kind in _WATCHING:
        data["systems"] = ["water", "surveillance"]
    data |= {key: list(v) for key in ("uplink", "power") if (v := getattr(device, key))}
    data["asset"] = asset_of(device, datetime.now(LAB_ZONE).date())
    data["vars"] = {"personality": device.personality}
    if device.registers:
        data["registers"] = {
            name: {**one, "label": {"zh": name, "en": POINTS_IN_ENGLISH[name]}}
            for name, one in device.registers.items()
        }
    if device.expected:
        data["expected"] = {name: list(values) for name, values in device.expected.items()}
    return host | {"data": data}
