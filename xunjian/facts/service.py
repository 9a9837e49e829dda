"""Services that others live on: databases, and names."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from xunjian.facts.model import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Database(Fact):
    """One database, as the service manager sees it.

    name: its unit.
    state: active, failed, inactive, activating.
    tasks, tasks_limit: threads and processes; most databases take one for each connection.
    memory_bytes, memory_limit_bytes: of the service's control group; no limit is unknown.
    restarts: by the service manager itself since the service was started by hand.
    """

    KEY: ClassVar[tuple[str, ...]] = ("name",)

    name: str | None = None
    state: str | None = None
    tasks: int | None = None
    tasks_limit: int | None = None
    memory_bytes: int | None = None
    memory_limit_bytes: int | None = None
    restarts: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseEvent(Fact):
    """One line of a database's log.

    name: its unit, or its log file.
    at: with zone.
    """

    KEY: ClassVar[tuple[str, ...]] = ("name", "at", "text")
    EVENT: ClassVar[bool] = True

    name: str | None = None
    at: datetime | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedName(Fact):
    """One address that a name leads to, as the device itself resolves it."""

    KEY: ClassVar[tuple[str, ...]] = ("name", "address")

    name: str | None = None
    address: str | None = None
