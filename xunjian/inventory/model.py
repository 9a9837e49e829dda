"""WHO: the things a round visits, and the places, parties and circuits around them.

Frozen values made by `load`; nothing here reads a file or knows nornir.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from xunjian.inventory.registers import Register
from xunjian.language import Text
from xunjian.secrets import SecretRef

Scalar = str | int | float | bool | None
# a list of `expected`: the ports and tests of other devices that stand at the ends of a line
POINTS = "points"


class SiteLevel(StrEnum):
    """The four administrative levels of a site."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"


class RoomClass(StrEnum):
    """What a room is to the contract: how often it is visited depends on it."""

    CORE = "core"
    EDGE = "edge"
    VENUE = "venue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who answers for a device or a segment: carrier, integrator, operator, customer, …"""

    name: str
    title: Text
    contact: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place of one of four levels; `flood_zone` is `south`, `north` or empty."""

    name: str
    title: Text
    level: SiteLevel
    parent: str | None = None
    contact: str = ""
    phone: str = ""
    distance_km: float | None = None
    place_class: str = ""
    flood_zone: str = ""
    limits: Mapping[str, Mapping[str, Scalar]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room is an entity of its own: it is covered, and it gives its devices site and class."""

    name: str
    title: Text
    site: str
    room_class: RoomClass
    party: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A system devices belong to: water, finance, government, …"""

    name: str
    title: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One segment of a circuit, with the party answerable for it."""

    name: str
    party: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """A leased or own line between two sites."""

    name: str
    title: Text
    number: str = ""
    customer: str = ""
    a_site: str | None = None
    b_site: str | None = None
    segments: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """How one channel is reached; `options` are nornir's `extras`, secrets as references.

    Keys of `options` by channel: cli/shell `key_file`, `enable_secret`, `ssh_profile`, `telnet`;
    snmp `version` (2c, 3), `community`, `user`, `auth_protocol`, `auth_key`, `priv_protocol`,
    `priv_key`; http `scheme`, `verify`, `base_path`, `token`; nut `ups`; sip `transport`, `uri`;
    modbus `unit`, `framing`.
    """

    hostname: str | None = None
    port: int | None = None
    username: str | None = None
    password: SecretRef | None = None
    options: Mapping[str, Scalar | SecretRef] = field(default_factory=dict)
    platform: str | None = (
        None  # nornir's: the driver of a foreign connection, e.g. napalm's `mock`
    )
    extras: Mapping[str, object] = field(
        default_factory=dict
    )  # of a foreign connection, as written


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One thing of the register; `address` is None for a projector, a cable route, a room.

    `channels` holds what `connection_options` says per channel, already merged with the host's own
    hostname, port, username and password and with groups and defaults as nornir does; key `""` is
    the merged base for channels without options of their own.
    """

    name: str
    kind: str
    address: str | None = None
    platform: str | None = None
    label: str = ""
    label_en: str = ""
    groups: tuple[str, ...] = ()
    room: Room | None = None
    site: Site | None = None
    systems: tuple[str, ...] = ()
    party: str | None = None
    role: str = ""
    importance: str = ""
    uplink: tuple[str, ...] = ()  # any of these
    uplink_all: tuple[str, ...] = ()  # all of these
    power: tuple[str, ...] = ()
    power_all: tuple[str, ...] = ()
    via: str | None = None
    aaa: str | None = None  # the server that its logins are checked by (RADIUS, TACACS+)
    asset: Mapping[str, Scalar] = field(default_factory=dict)
    expected: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    limits: Mapping[str, Mapping[str, Scalar]] = field(default_factory=dict)
    group_limits: Mapping[str, Mapping[str, Scalar]] = field(default_factory=dict)
    registers: Mapping[str, Register] = field(default_factory=dict)  # points of a Modbus device
    vars: Mapping[str, object] = field(default_factory=dict)
    channels: Mapping[str, ChannelSettings] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The label if there is one, else the name."""
        return self.label or self.name

    def channel(self, name: str) -> ChannelSettings:
        """Give the settings of one channel, falling back to the device's base settings."""
        return (
            self.channels.get(name)
            or self.channels.get("")
            or ChannelSettings(hostname=self.address)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Everything `inventory/` says, cross-checked; devices in file order."""

    devices: Mapping[str, Device]
    sites: Mapping[str, Site] = field(default_factory=dict)
    rooms: Mapping[str, Room] = field(default_factory=dict)
    parties: Mapping[str, Party] = field(default_factory=dict)
    systems: Mapping[str, System] = field(default_factory=dict)
    circuits: Mapping[str, Circuit] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()

    @property
    def in_english(self) -> Mapping[str, str]:
        """What sites, rooms, parties, circuits, devices and their points are called in English."""
        places = (self.sites, self.rooms, self.parties, self.systems, self.circuits)
        titles = [one.title for part in places for one in part.values()]
        titles += [Text(one.label, one.label_en) for one in self.devices.values()]
        points = (point for one in self.devices.values() for point in one.registers.items())
        titles += [Text(point.label or name, point.label_en) for name, point in points]
        return {title.zh: title.en for title in titles if title.en and title.en != title.zh}
