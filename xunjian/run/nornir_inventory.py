"""Devices as nornir hosts, with credentials resolved when a connection is opened, not before."""

import contextlib
import logging
from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import Any

from nornir.core import Nornir
from nornir.core.configuration import Config
from nornir.core.inventory import (
    ConnectionOptions,
    Defaults,
    Group,
    Groups,
    Host,
    Hosts,
    Inventory,
    ParentGroups,
)
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.core.plugins.runners import RunnersPluginRegister
from typing_extensions import override

from xunjian.inventory.model import ChannelSettings, Device
from xunjian.run import pool
from xunjian.run.tools import Resolve
from xunjian.secrets import SecretRef

_CONNECTIONS = "nornir.plugins.connections"  # nornir's entry point group


class LateHost(Host):
    """A nornir host that holds references to secrets and shows values only to a connection."""

    __slots__ = ("device", "resolve")

    def __init__(self, device: Device, resolve: Resolve, groups: ParentGroups) -> None:
        base = device.channel("")
        super().__init__(
            name=device.name,
            hostname=device.address,
            port=base.port,
            username=base.username,
            platform=device.platform,
            groups=groups,
            data={"kind": device.kind, "label": device.label, **device.vars},
            connection_options={
                name: _options(settings) for name, settings in device.channels.items() if name
            },
        )
        self.device = device
        self.resolve = resolve

    @override
    def get_connection_parameters(self, connection: str | None = None) -> ConnectionOptions:
        """Give a connection what it needs, with the secrets' values."""
        found = super().get_connection_parameters(connection)
        settings = self.device.channel(connection or "")
        if settings.password is not None:
            found.password = self.resolve(settings.password).reveal()
        found.extras = _revealed({**settings.options, **settings.extras}, self.resolve)
        return found

    @override
    def get_connection(self, connection: str, configuration: Config) -> Any:
        """Open a connection, loading its plugin by name: a broken one elsewhere does no harm."""
        if connection not in ConnectionPluginRegister.available:
            for entry in metadata.entry_points(group=_CONNECTIONS, name=connection):
                ConnectionPluginRegister.register(connection, entry.load())
        return super().get_connection(connection, configuration)


def _options(settings: ChannelSettings) -> ConnectionOptions:
    return ConnectionOptions(
        hostname=settings.hostname,
        port=settings.port,
        username=settings.username,
        platform=settings.platform,
    )


def _revealed(value: Mapping[str, object], resolve: Resolve) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, item in value.items():
        if isinstance(item, SecretRef):
            found[key] = resolve(item).reveal()
        elif isinstance(item, Mapping):
            found[key] = _revealed(item, resolve)
        else:
            found[key] = item
    return found


def to_nornir(devices: Sequence[Device], resolve: Resolve) -> Inventory:
    """Make nornir's inventory of devices; groups carry names only, their values are merged in."""
    groups = Groups({name: Group(name) for device in devices for name in device.groups})
    hosts = Hosts(
        {
            device.name: LateHost(
                device, resolve, ParentGroups([groups[name] for name in device.groups])
            )
            for device in devices
        }
    )
    return Inventory(hosts=hosts, groups=groups, defaults=Defaults())


def make_nornir(
    devices: Sequence[Device], resolve: Resolve, runner_options: Mapping[str, object]
) -> Nornir:
    """Make a Nornir object whose runner is our `threads`, taken from nornir's own register."""
    pool.register()
    # nornir logs the traceback of what a task raises, with whatever it quotes; we keep it as data
    logging.getLogger("nornir").setLevel(logging.CRITICAL)
    runner = RunnersPluginRegister.get_plugin(pool.NAME)(**runner_options)
    return Nornir(inventory=to_nornir(devices, resolve), config=Config(), runner=runner)


def close_all(nornir: Nornir) -> None:
    """Close every connection that tasks opened; what fails to close is left."""
    for host in nornir.inventory.hosts.values():
        with contextlib.suppress(Exception):  # foreign drivers run here
            host.close_connections()
