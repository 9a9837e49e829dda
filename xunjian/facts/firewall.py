"""What firewalls say beside sessions and roles: who is logged in, whether they refuse work."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from xunjian.facts.model import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminSession(Fact):
    """One administrator who is logged in right now, ourselves among them.

    terminal: the line or session number, as the device counts.
    method: ssh, https, console, …, the device's own word.
    source: where from; empty for the console.
    since: when the session began; a date without a zone is the device's own.
    idle: time without a key, as printed.
    """

    KEY: ClassVar[tuple[str, ...]] = ("user", "terminal", "source")

    user: str | None = None
    terminal: str | None = None
    method: str | None = None
    source: str | None = None
    since: datetime | None = None
    idle: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConserveMode(Fact):
    """Whether the device refuses work because its memory runs out (FortiOS conserve mode).

    used_pct: memory in use, 0-100.
    enter_pct: it begins at this use.
    leave_pct: it ends below this use.
    """

    active: bool | None = None
    used_pct: float | None = None
    enter_pct: float | None = None
    leave_pct: float | None = None
