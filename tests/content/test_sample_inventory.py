"""The shipped inventory: loads clean, all five kinds, addresses of this machine only."""

import ipaddress
import re
from pathlib import Path

import pytest

from xunjian.inventory import Inventory, load_inventory
from xunjian.inventory.fields import (
    CliExtras,
    Data,
    HttpExtras,
    ModbusExtras,
    NutExtras,
    PjlinkExtras,
    SipExtras,
    SnmpExtras,
)
from xunjian.platforms import load_platforms
from xunjian.secrets import SecretRef, SecretSource
from xunjian.workspace import Workspace, builtin_root


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    root = builtin_root()
    workspace = Workspace(root=root, builtin=root, state_dir=root / ".xunjian")
    platforms = load_platforms(workspace)
    return load_inventory(workspace.inventory_dir, platform_names=platforms.aliases)


def test_all_five_kinds_and_things_without_address(inventory: Inventory) -> None:
    kinds = {device.kind for device in inventory.devices.values()}
    assert {"codec", "switch", "firewall", "server", "ups", "projector", "line"} <= kinds
    without = {d.kind for d in inventory.devices.values() if d.address is None}
    assert without == {"projector", "line", "room", "display", "microphone", "earthing"}


def test_every_address_is_a_loopback_one(inventory: Inventory) -> None:
    for device in inventory.devices.values():
        for settings in device.channels.values():
            if settings.hostname is not None:
                assert ipaddress.ip_address(settings.hostname).is_loopback


def test_every_device_has_a_place_a_label_and_a_party(inventory: Inventory) -> None:
    for device in inventory.devices.values():
        assert device.site is not None, device.name
        assert device.label, device.name
        assert device.party in inventory.parties


def test_secrets_are_references_to_variables(inventory: Inventory) -> None:
    channels = [one for device in inventory.devices.values() for one in device.channels.values()]
    slots = [slot for one in channels for slot in (one.password, *one.options.values())]
    refs = [slot for slot in slots if isinstance(slot, SecretRef)]
    assert refs
    assert all(ref.source is SecretSource.ENV and ref.rotated_on for ref in refs)


@pytest.mark.parametrize("page", ["docs/write-an-inventory.md", "docs/zh/write-an-inventory.md"])
def test_every_field_is_documented(page: str) -> None:
    text = (Path(__file__).parents[2] / page).read_text("utf-8")
    extras = (CliExtras, SnmpExtras, HttpExtras, NutExtras, SipExtras, ModbusExtras, PjlinkExtras)
    names = [*Data.model_fields, *(name for model in extras for name in model.model_fields)]
    assert [name for name in names if not re.search(rf"\b{name}\b", text)] == []
