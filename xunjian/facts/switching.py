"""What switches and routers say beside ports: stacks, spanning tree, what is saved, licences."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from xunjian.facts.model import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class StackMember(Fact):
    """One member of a stack, as the device that was asked sees it.

    member: its number or slot.
    role: the one that leads, the one that would take over, the rest.
    priority: the configured one.
    mac: identifies the chassis; without it the member number does.
    state: the device's own word, where it has one.
    """

    KEY: ClassVar[tuple[str, ...]] = ("member",)

    member: str | None = None
    role: Literal["master", "standby", "member"] | None = None
    priority: int | None = None
    mac: str | None = None
    model: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StackLink(Fact):
    """One link that holds a stack together, seen from one of its members.

    member: the member it belongs to.
    port: canonical name of the port, or the number of the stack port where no more is said.
    state: absent: the place is configured, no module or cable is there.
    stack_port: the logical stack port it belongs to.
    """

    KEY: ClassVar[tuple[str, ...]] = ("member", "port")

    member: str | None = None
    port: str | None = None
    state: Literal["up", "down", "absent"] | None = None
    stack_port: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StpPort(Fact):
    """One port in one spanning tree.

    instance: MSTP instance or VLAN.
    port: canonical name.
    role: root, designated, alternate, backup, master, disabled.
    state: forwarding, learning, blocking, discarding, disabled.
    blocked_by: why a protection holds the port back: loop, root, bpdu, …; empty when none does.
    """

    KEY: ClassVar[tuple[str, ...]] = ("instance", "port")

    instance: str | None = None
    port: str | None = None
    role: str | None = None
    state: str | None = None
    blocked_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StpTree(Fact):
    """One spanning tree as a whole.

    instance: MSTP instance or VLAN.
    root: identity of the root bridge.
    root_port: as the device prints it; empty on the root bridge itself.
    topology_changes: counter.
    changed_s: seconds since the last topology change.
    """

    KEY: ClassVar[tuple[str, ...]] = ("instance",)

    instance: str | None = None
    root: str | None = None
    root_port: str | None = None
    topology_changes: int | None = None
    changed_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedConfig(Fact):
    """The running configuration against the saved one, and what the next start will use.

    unsaved: the running configuration differs from the saved one.
    differs_at: where the first difference lies, as the device says it.
    next_config: file of the next start.
    running_software: file the device runs.
    next_software: file of the next start.
    running_patch: patch file in use.
    next_patch: patch file of the next start.
    changed_at: when the running configuration was last changed.
    saved_at: when it was last saved.
    """

    unsaved: bool | None = None
    differs_at: str | None = None
    next_config: str | None = None
    running_software: str | None = None
    next_software: str | None = None
    running_patch: str | None = None
    next_patch: str | None = None
    changed_at: datetime | None = None
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class License(Fact):
    """One licence, or one licensed feature or signature base.

    name: feature, package or file.
    state: valid: in use and in order; trial: runs, but ends; expired; invalid: revoked, for another
        device, or not activated.
    permanent: it has no end.
    expires_at: end of validity; a date alone is its midnight in the device's zone.
    issued_at: a signature base's build time.
    version: a signature base's version.
    used: units in use.
    total: units bought.
    """

    KEY: ClassVar[tuple[str, ...]] = ("name",)

    name: str | None = None
    state: Literal["valid", "trial", "expired", "invalid"] | None = None
    permanent: bool | None = None
    expires_at: datetime | None = None
    issued_at: datetime | None = None
    version: str | None = None
    used: int | None = None
    total: int | None = None
