"""WHO: the inventory, loaded and cross-checked, and the selection of devices from it."""

from xunjian.inventory.load import load_inventory
from xunjian.inventory.model import ChannelSettings, Device, Inventory, Room, Site
from xunjian.inventory.select import select

__all__ = ["ChannelSettings", "Device", "Inventory", "Room", "Site", "load_inventory", "select"]
