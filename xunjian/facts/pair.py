"""Two switches that are one to their neighbours: vPC, M-LAG, DRNI."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from xunjian.facts.model import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiChassis(Fact):
    """The pair as the asked switch sees it.

    role: primary, secondary, none; the device's own word where it says more.
    peer: the peer link's adjacency.
    keepalive: the second path by which each sees that the other lives.
    consistent: both are configured alike where they must be.
    word: the device's own words.
    """

    KEY: ClassVar[tuple[str, ...]] = ("domain",)

    domain: str | None = None
    role: str | None = None
    peer: Literal["ok", "fault"] | None = None
    keepalive: Literal["ok", "fault"] | None = None
    consistent: bool | None = None
    word: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiChassisPort(Fact):
    """One bundle that hangs on both switches of a pair.

    port: canonical name.
    oper: of this switch's half.
    consistent: both halves are configured alike.
    """

    KEY: ClassVar[tuple[str, ...]] = ("port",)

    port: str | None = None
    oper: Literal["up", "down"] | None = None
    consistent: bool | None = None
