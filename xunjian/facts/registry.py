"""All fact types by name."""

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from types import MappingProxyType

from xunjian.facts.chassis import Cpu, Fan, Health, Memory, PowerSupply, Temperature
from xunjian.facts.codec import (
    CallState,
    Diagnostic,
    EndpointState,
    MediaStream,
    Peripheral,
    Registration,
)
from xunjian.facts.display import Display, Lamp
from xunjian.facts.firewall import AdminSession, ConserveMode
from xunjian.facts.hardware import Drive, Firmware
from xunjian.facts.model import Fact
from xunjian.facts.network import (
    Certificate,
    HaState,
    Interface,
    LogEntry,
    Neighbor,
    Optics,
    OpticsLimits,
    Session,
    SessionSlot,
    Transceiver,
)
from xunjian.facts.pair import MultiChassis, MultiChassisPort
from xunjian.facts.power import Battery, UpsOutput, UpsPhase, UpsTest
from xunjian.facts.reading import Inspection, Reading
from xunjian.facts.server import (
    BondMember,
    FailedLogin,
    Filesystem,
    Listener,
    Login,
    Mount,
    RaidArray,
    Unit,
    Update,
)
from xunjian.facts.service import Database, DatabaseEvent, ResolvedName
from xunjian.facts.session import Clock, Credential, Identity, Path, Reachability
from xunjian.facts.switching import (
    License,
    SavedConfig,
    StackLink,
    StackMember,
    StpPort,
    StpTree,
)

_TYPES: tuple[type[Fact], ...] = (
    Reachability,
    Credential,
    Path,
    Identity,
    Clock,
    Cpu,
    Memory,
    Temperature,
    Fan,
    PowerSupply,
    Health,
    Interface,
    Neighbor,
    Optics,
    OpticsLimits,
    Transceiver,
    Session,
    SessionSlot,
    HaState,
    AdminSession,
    ConserveMode,
    StackMember,
    StackLink,
    StpPort,
    StpTree,
    SavedConfig,
    License,
    MultiChassis,
    MultiChassisPort,
    Certificate,
    LogEntry,
    Filesystem,
    Unit,
    Mount,
    RaidArray,
    Listener,
    Login,
    FailedLogin,
    Update,
    BondMember,
    Database,
    DatabaseEvent,
    ResolvedName,
    Drive,
    Firmware,
    Battery,
    UpsOutput,
    UpsPhase,
    UpsTest,
    Registration,
    CallState,
    MediaStream,
    Peripheral,
    EndpointState,
    Diagnostic,
    Display,
    Lamp,
    Reading,
    Inspection,
)

FACTS: Mapping[str, type[Fact]] = MappingProxyType({fact.__name__: fact for fact in _TYPES})


@cache
def field_names(fact: str) -> frozenset[str]:
    """Give the names of a fact's fields; none for an unknown fact."""
    return frozenset(field.name for field in fields(FACTS[fact])) if fact in FACTS else frozenset()
