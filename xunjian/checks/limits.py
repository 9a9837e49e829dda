"""The limits a row is held against: inventory, the device's own, the contract's, the card's."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from xunjian.checks.plan import CheckPlan
from xunjian.expressions.values import as_number
from xunjian.facts.model import Fact
from xunjian.inventory.model import Device, Scalar
from xunjian.tasks.model import Check

Thresholds = Mapping[str, Mapping[str, Scalar]]  # check id -> limit -> value


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSources:
    """Where limits of one check on one device come from, most important first.

    The device's own printed limits stand between `inventory` and `fallback`.
    """

    plan: CheckPlan
    inventory: tuple[Mapping[str, Scalar], ...]
    fallback: tuple[Mapping[str, Scalar], ...]
    _without_row: Mapping[str, object] = field(init=False)

    def __post_init__(self) -> None:
        """Merge once what holds for every row of a device that prints no limits."""
        object.__setattr__(self, "_without_row", self._merged({}))

    def effective(self, fact: Fact | None) -> Mapping[str, object]:
        """Give the limits for one row; a limit that is set but cannot be used is None.

        With `worse`, a limit crossed by one of higher rank yields to it; two crossed limits of
        one rank are a mistake and both unusable.
        """
        if fact is None or not self.plan.own:
            return self._without_row
        return self._merged(
            {limit: getattr(fact, name, None) for limit, name in self.plan.own.items()}
        )

    def _merged(self, own: Mapping[str, object]) -> Mapping[str, object]:
        sources: tuple[Mapping[str, object], ...] = (*self.inventory, own, *self.fallback)
        limits: dict[str, object] = {}
        ranks: dict[str, int] = {}
        for rank, source in enumerate(sources):
            for name, value in source.items():
                if value is not None and name not in limits:
                    limits[name], ranks[name] = value, rank
        for name in self.plan.own:
            limits.setdefault(name, None)
        if self.plan.check.worse:
            _uncross(limits, ranks, high=self.plan.check.worse == "high")
        return limits


def _uncross(limits: dict[str, object], ranks: Mapping[str, int], *, high: bool) -> None:
    limits.update({name: as_number(value) for name, value in limits.items()})
    warning, critical = as_number(limits.get("warning")), as_number(limits.get("critical"))
    if warning is None or critical is None:
        return
    if (warning <= critical) if high else (warning >= critical):
        return
    if ranks["warning"] == ranks["critical"]:
        limits["warning"] = limits["critical"] = None
    elif ranks["warning"] < ranks["critical"]:
        limits["critical"] = warning
    else:
        limits["warning"] = critical


def written_limits(check: Check, device: Device, thresholds: Thresholds) -> dict[str, object]:
    """Give the limits that hold without any row, for a finding that no value decided."""
    site = device.site.limits if device.site is not None else {}
    limits: dict[str, object] = {**dict.fromkeys(check.own), **check.limits}
    for source in (thresholds, site, device.group_limits, device.limits):
        limits.update(source.get(check.id, {}))
    return limits


def limit_sources(plan: CheckPlan, device: Device, thresholds: Thresholds) -> LimitSources:
    """Gather a check's limits for one device, rows aside."""
    check = plan.check.id
    site = device.site.limits if device.site is not None else {}
    inventory = (device.limits, device.group_limits, site)
    return LimitSources(
        plan=plan,
        inventory=tuple(found[check] for found in inventory if check in found),
        fallback=tuple(found for found in (thresholds.get(check, {}), plan.check.limits) if found),
    )
