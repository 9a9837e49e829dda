"""What judging is told beside the facts: the time, earlier rounds, the contract, functions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from xunjian.checks.limits import Thresholds
from xunjian.checks.model import Finding
from xunjian.checks.plan import PlanCache
from xunjian.facts.model import FactRow, FactTable
from xunjian.inventory.model import Device
from xunjian.tasks.model import Check


class History(Protocol):
    """Earlier rounds of one device."""

    @property
    def last_round_at(self) -> datetime | None:
        """When the device was last visited."""

    def previous(self, fact_name: str) -> tuple[FactRow, ...] | None:
        """Give the rows when this fact was last collected in any round; None if it never was."""

    def reference(self, fact_name: str) -> tuple[FactRow, ...] | None:
        """Give the rows of the device's reference round; None if there is none."""


@dataclass(frozen=True, slots=True)
class NoHistory:
    """A first round."""

    last_round_at: datetime | None = None

    def previous(self, fact_name: str) -> tuple[FactRow, ...] | None:  # noqa: ARG002
        """Nothing was collected before."""
        return None

    def reference(self, fact_name: str) -> tuple[FactRow, ...] | None:  # noqa: ARG002
        """There is no reference round."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionContext:
    """What a registered function sees beside the rows in scope."""

    device: Device
    check: Check
    table: FactTable
    judge: "JudgeContext"


@dataclass(frozen=True, slots=True)
class JudgingFunction:
    """A registered function that judges instead of expressions."""

    name: str
    call: Callable[[Sequence[FactRow], FunctionContext], Sequence[Finding]]


def judging_function(
    name: str,
) -> Callable[[Callable[[Sequence[FactRow], FunctionContext], Sequence[Finding]]], JudgingFunction]:
    """Name a function so that a card can call it; hand it in with `JudgeContext.functions`."""

    def register(
        call: Callable[[Sequence[FactRow], FunctionContext], Sequence[Finding]],
    ) -> JudgingFunction:
        return JudgingFunction(name, call)

    return register


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeContext:
    """One device's judging.

    thresholds: the contract's limits, check id -> limit -> value.
    raise_levels: role or importance -> by how many levels a finding rises (II -> I is one).
    plans: share one per run, so that a check is compiled once per platform.
    """

    now: datetime
    history: History = field(default_factory=NoHistory)
    thresholds: Thresholds = field(default_factory=dict)
    raise_levels: Mapping[str, int] = field(default_factory=dict)
    functions: Mapping[str, JudgingFunction] = field(default_factory=dict)
    plans: PlanCache = field(default_factory=PlanCache)
