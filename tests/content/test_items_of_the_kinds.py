"""Every item that operators inspect on a kind of device is judged on the platforms of the fleet.

The items are those of the contract's inspection plans, kind by kind. A check counts where a device of
that kind and platform, asked everything that is planned for it, gives what the check judges by: a card
that names a platform and reads nothing from it does not count.
"""

from functools import cache

import pytest

from xunjian.checks.plan import plan_check
from xunjian.collect import provided_fields
from xunjian.platforms import load_platforms
from xunjian.tasks.load import load_catalog
from xunjian.tasks.model import Catalog, Check, StepGroup
from xunjian.workspace import builtin_root, open_workspace

PATH = {"loss, delay and jitter of the channel": "path.loss path.delay path.jitter path.expected"}
NETWORK = {
    "identity against the register": "identity.known identity.serial",
    "reboots": "identity.reboot",
    "processor and memory": "cpu_memory.cpu cpu_memory.memory",
    "temperature": "environment.temperature",
    "fans": "environment.fan",
    "power, with no_input": "environment.power",
    "state of ports": "interfaces.state",
    "errors as a difference per packets": "interfaces.errors",
    "utilisation": "interfaces.utilisation",
    "flaps": "interfaces.flaps|interfaces.transitions",
    "err-disabled": "interfaces.disabled",
    "light by the module's own limits, local module told from line": "optics.rx_power optics.tx_power",
    "light against the reference": "optics.rx_drift optics.tx_drift",
    "clock and NTP": "clock.offset clock.synced",
    "logs since the last round": "logs.severe logs.repeated",
    "running against saved": "saved_config.unsaved",
    "storage": "flash.used",
    "licence": "licence.state licence.expiry",
    "approved version": "versions.approved versions.changed",
    "patch": "versions.patch",
}
TREE = {"spanning tree": "spanning_tree.blocked spanning_tree.changes"}
SWITCH = {
    **NETWORK,
    **TREE,
    "stack": "stack.master stack.members stack.links stack.role",
}
SUPERVISORS = {"two supervisors": "redundancy.standby"}
PAIR = {
    "pair of switches": "multi_chassis.peer multi_chassis.role multi_chassis.keepalive "
    "multi_chassis.consistency multi_chassis.bundle"
}
FIREWALL = {
    **NETWORK,
    "sessions against capacity": "sessions.used|sessions.slot",
    "hot standby: role and peer": "ha.role ha.peer",
    "age of signatures": "signatures.age",
    "administrators logged in": "administrators.known administrators.count",
}
LINUX = {
    "identity against the register": "identity.known identity.serial",
    "load": "server.load server.cpu",
    "memory": "server.memory",
    "swap": "server.swap",
    "disk and inodes": "storage.used storage.inodes",
    "RAID": "raid.state",
    "failed units": "services.failed",
    "expected services": "services.expected",
    "databases: run, log, resources": "databases.running databases.log databases.tasks "
    "databases.memory databases.restarts",
    "names": "names.resolved",
    "ports": "ports.expected ports.unexpected",
    "time": "server_clock.offset server_clock.synced",
    "certificates": "server.certificate",
    "journal": "server_logs.critical server_logs.errors",
    "updates": "server.updates",
    "logins": "logins.root logins.failed",
    "reboots": "identity.reboot",
    "mounts": "mounts.read_only mounts.missing",
    "network cards": "server.nic_state server.nic_errors",
}
CONTROLLER = {
    "identity against the register": "identity.known identity.serial",
    "power": "controller.power",
    "thermal": "controller.fan controller.temperature",
    "storage and memory, part by part": "controller.health disks.life",
    "log": "server_logs.critical",
    "firmware": "firmware.changed firmware.approved",
}
UPS = {
    "charge": "battery.charge",
    "runtime": "battery.runtime",
    "battery age": "battery.age|battery.date",
    "battery temperature": "battery.temperature",
    "battery state and replacement": "battery.state battery.replace",
    "input": "input.voltage input.frequency",
    "phases of the input": "input.phase_lost",
    "bypass": "input.bypass",
    "output": "output.voltage output.frequency",
    "load": "output.load",
    "phases of the output": "output.imbalance",
    "source": "output.source",
    "last self-test": "self_test.result",
    "last discharge": "self_test.discharge|self_test.record|ups_events.transfer|ups_events.input",
    "events": "ups_events.log|ups_events.transfer|ups_events.input|output.alarms",
}
CODEC = {
    "identity against the register": "identity.known identity.serial",
    "registration": "registration.state registration.expected",
    "quality of the call": "call_quality.loss call_quality.jitter call_quality.resolution",
    "camera, microphone, display": "peripherals.camera peripherals.microphone peripherals.display",
    "network": "network.link",
    "uplink": "network.uplink network.moved",
    "temperature": "codec_environment.temperature|codec_environment.temperature_state",
    "version": "versions.approved versions.changed",
    "in the conference": "in_call.active",
    "certificate": "codec.certificate",
    "time": "codec_clock.offset codec_clock.synced",
    "diagnostics": "terminal.diagnostics",
    "reboots": "identity.reboot",
}
ROOM = {
    "temperature and humidity": "room.temperature room.humidity",
    "water leak": "room.leak",
    "smoke": "room.smoke",
    "door": "room.door",
    "alarm contacts of mains, air conditioning and generator": "room.contact",
    "figures against the register's limits": "room.range",
    "probes that give nothing": "room.probe",
}
PROJECTOR = {
    "identity against the register": "identity.known",
    "power": "projector.power",
    "faults that it reports": "projector.errors",
    "hours of the lamp": "projector_lamp.hours",
    "picture": "projector.muted projector_lamp.lit",
}
CAMERA = {
    "identity against the register": "identity.known",
    "load": "camera.cpu camera.memory",
}
PORTS = {
    "identity against the register": "identity.known identity.serial",
    "reboots": "identity.reboot",
    "state of ports": "interfaces.state",
    "errors as a difference per packets": "interfaces.errors",
}
RECORDER = {
    **CAMERA,
    "time": "camera.clock",
    "disks": "camera.disk",
    "channels": "camera.channel",
    "reboots": "identity.reboot",
}
# kind, platform -> items; `|` between checks of which one is enough
FLEET = {
    ("switch", "huawei_vrp"): {**SWITCH, **SUPERVISORS, **PATH},
    ("router", "huawei_vrp"): {**NETWORK, **SUPERVISORS, **PATH},
    ("firewall", "huawei_vrp"): FIREWALL,
    ("switch", "hp_comware"): {**SWITCH, **PATH},
    ("firewall", "hp_comware"): FIREWALL,
    ("firewall", "fortinet"): FIREWALL,
    ("router", "hp_comware"): {**NETWORK, **PATH},
    ("switch", "cisco_ios"): {**SWITCH, **SUPERVISORS, **PATH},
    ("router", "cisco_ios"): {**NETWORK, **SUPERVISORS, **PATH},
    ("switch", "cisco_nxos"): {**SWITCH, **SUPERVISORS, **PAIR},
    ("server", "linux"): LINUX,
    ("server", "redfish"): CONTROLLER,
    # storage that speaks Linux or Redfish, and the host that administrators pass through
    ("storage", "linux"): LINUX,
    ("storage", "redfish"): CONTROLLER,
    ("bastion", "linux"): LINUX,
    ("ups", "rfc1628"): UPS,
    ("ups", "nut"): UPS,
    ("ups", "apc_powernet"): UPS,
    ("ups", "huawei_ups"): UPS,
    ("ups", "eaton_xups"): UPS,
    ("codec", "roomos"): CODEC,
    ("codec", "poly_videoos"): CODEC,
    ("codec", "sip"): {"signalling": "signalling.answers"},
    ("projector", "pjlink"): PROJECTOR,
    ("camera", "hikvision_isapi"): {**CAMERA, "time": "camera.clock"},
    ("camera", "hikvision_snmp"): CAMERA,
    ("nvr", "hikvision_isapi"): RECORDER,
    **{(kind, "if_mib"): PORTS for kind in ("sdh", "onu", "converter", "fcswitch")},
    ("sensor", "modbus"): ROOM,
    ("sensor", "entity_sensor"): {
        "temperature and humidity": "room.temperature room.humidity",
        "probes that give nothing": "room.probe",
    },
    ("aircon", "modbus"): ROOM,
    ("generator", "modbus"): ROOM,
}
# (platform, item) -> why the platform cannot be asked for it
NOT_REPORTED: dict[tuple[str, str], str] = {
    ("hp_comware", "licence"): "`display license feature` tells formal from trial, and no end",
    ("cisco_ios", "patch"): "one image: what is added to it stands in the version",
    ("cisco_nxos", "patch"): "one image: what is added to it stands in the version",
    ("cisco_nxos", "stack"): "Nexus switches do not stack: two of them are a pair",
    ("poly_videoos", "temperature"): "the answers of its REST API that were seen hold none",
    ("poly_videoos", "uplink"): "the answers of its REST API that were seen name no neighbour",
    ("fortinet", "patch"): "one image: the build number stands in the version",
    ("fortinet", "utilisation"): "counters and no rate; an average from round to round is none",
    (
        "fortinet",
        "flaps",
    ): "neither REST nor the command line tells when or how often a link changed",
    ("fortinet", "err-disabled"): "FortiOS closes no port by itself",
}


# checks that no item of the plans names: they look further, or belong to other platforms
BEYOND = {
    "battery.packs",
    "call_quality.loss_now",
    "certificates.firewall",
    "codec_environment.fan",
    "conserve.active",
    "conserve.margin",
    "credentials.age",
    "controller.running",
    "cpu_memory.memory_state",
    "disks.exchanged",
    "ha.changed",
    "ha.channel",
    "ha.synced",
    "logins.crash",
    "logs.flapping",
    "optics.module",
    "output.alarm_count",
    "peripherals.missing",
    "peripherals.panel",
    "raid.rebuild",
    "reachability.answers",
    "reachability.login",
    "reachability.session",
    "redundancy.switchover",
    "saved_config.next_start",
    "self_test.age",
    "server.bond",
    "server.iowait",
    "server_clock.ntp",
    "server_clock.ntp_offset",
    "spanning_tree.root",
    "terminal.reboot_needed",
    "terminal.sessions",
    "terminal.shutdown",
    "terminal.upgrade",
}


@cache
def catalog() -> Catalog:
    workspace = open_workspace(builtin_root())
    return load_catalog(workspace, load_platforms(workspace))


@cache
def planned(kind: str, platform: str) -> tuple[tuple[StepGroup, ...], dict[str, Check]]:
    """What a device of this kind and platform is asked, and the checks of those cards."""
    groups: list[StepGroup] = []
    checks: dict[str, Check] = {}
    for task in catalog().tasks:
        if (not task.kinds or kind in task.kinds) and platform in task.collect:
            groups += task.collect[platform]
            checks |= {check.id: check for check in task.checks}
    return tuple(groups), checks


def is_judged(kind: str, platform: str, name: str) -> bool:
    groups, checks = planned(kind, platform)
    return name in checks and not plan_check(checks[name], provided_fields(groups)).lacking


def unserved(kind: str, platform: str, checks: str) -> list[str]:
    """The checks of an item that are not judged; of alternatives one is enough."""
    return [
        choice
        for choice in checks.split()
        if not any(is_judged(kind, platform, name) for name in choice.split("|"))
    ]


@pytest.mark.parametrize(("kind", "platform"), FLEET, ids="-".join)
def test_every_item_of_the_kind_is_judged_on_the_platform(kind: str, platform: str) -> None:
    missing = {
        item: lacking
        for item, checks in FLEET[kind, platform].items()
        if (lacking := unserved(kind, platform, checks))
    }
    excused = {item for name, item in NOT_REPORTED if name == platform}
    assert set(missing) == excused & set(FLEET[kind, platform]), missing


def test_items_name_checks_that_exist_and_reasons_are_given() -> None:
    named = {
        name
        for items in FLEET.values()
        for checks in items.values()
        for name in checks.replace("|", " ").split()
    }
    assert named <= set(catalog().checks)
    assert all(NOT_REPORTED.values())


def test_every_check_of_a_fleet_card_belongs_to_an_item_or_goes_beyond_them() -> None:
    """What a plan does not name stands in a list, so that a new check is put under its item.

    What people see on site is held by `test_items_of_the_rounds.py`.
    """
    named = {
        name
        for items in FLEET.values()
        for checks in items.values()
        for name in checks.replace("|", " ").split()
    }
    on_site = {check.id for check in catalog().checks.values() if check.for_each == "Inspection"}
    assert set(catalog().checks) - named - on_site == BEYOND
