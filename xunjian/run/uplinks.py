"""Which ports of a device are its uplinks: what the risk of a changed configuration depends on.

The register names devices (`uplink`), a configuration names ports. A port is an uplink if
`vars.uplink_ports` lists it, or if its description names a device of `uplink`.
"""

import re
from collections.abc import Iterable, Iterator

from xunjian.config.model import DeviceFacts
from xunjian.inventory.model import Device

PORTS = "uplink_ports"

# the header of a port and its description as VRP, Comware, IOS and NX-OS write them; a header
# stands at the margin, or one blank in (Comware)
_PORT = re.compile(r"^ ?interface (?P<name>\S.*)$", re.IGNORECASE)
_DESCRIPTION = re.compile(r"^\s+description (?P<text>.+)$", re.IGNORECASE)
_NAME_END = r"(?![\w-])"


def device_facts(device: Device, *texts: Iterable[str]) -> DeviceFacts:
    """What the inventory says of a device; texts: the lines of its configurations, redacted."""
    ports = set(_listed(device))
    names = (*device.uplink, *device.uplink_all)
    if names:
        for lines in texts:
            ports |= set(_described(lines, names))
    return DeviceFacts(kind=device.kind, role=device.role, uplinks=frozenset(ports))


def _listed(device: Device) -> Iterator[str]:
    listed = device.vars.get(PORTS, ())
    ports = [listed] if isinstance(listed, str) else listed
    if isinstance(ports, list | tuple):
        yield from (str(port).strip() for port in ports if str(port).strip())


def _described(lines: Iterable[str], names: Iterable[str]) -> Iterator[str]:
    named = "|".join(re.escape(name) for name in names)
    wanted = re.compile(rf"(?<![\w-])(?:{named}){_NAME_END}", re.IGNORECASE)
    port = ""
    for line in lines:
        if header := _PORT.match(line):
            port = header["name"].strip()
        elif line and not line[0].isspace():
            port = ""
        elif port and (said := _DESCRIPTION.match(line)) and wanted.search(said["text"]):
            yield port
