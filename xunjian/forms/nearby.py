"""What devices of the same room measured of the thing that a line of a form asks about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xunjian.checks.model import Finding, Verdict
from xunjian.inventory.model import Device
from xunjian.language import Text
from xunjian.run.model import RunRecord
from xunjian.tasks.model import Check

_WORST_FIRST = (Verdict.ABNORMAL, Verdict.WARNING, Verdict.NORMAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """A measured value that a form offers, and where it comes from."""

    value: object
    source: Text


class Neighbours:
    """The findings of a round, by room."""

    def __init__(self, record: RunRecord, devices: Mapping[str, Device]) -> None:
        self._devices = devices
        self._found: dict[tuple[str, str], list[Finding]] = {}
        for outcome in record.outcomes:
            device = devices.get(outcome.device)
            if device is None or device.room is None:
                continue
            for finding in outcome.findings:
                if finding.verdict in _WORST_FIRST and finding.value is not None:
                    key = (device.room.name, finding.check)
                    self._found.setdefault(key, []).append(finding)

    def of(self, device: Device, check: Check | None) -> Nearby | None:
        """Give the worst that was measured; None where nothing in the room measures it."""
        if check is None or device.room is None:
            return None
        room = device.room.name
        found = [f for name in check.nearby for f in self._found.get((room, name), ())]
        found = [f for f in found if f.unit == check.unit and f.device != device.name]
        return self._offer(found) if found else None

    def _offer(self, found: Sequence[Finding]) -> Nearby:
        one = min(found, key=lambda f: (_WORST_FIRST.index(f.verdict), f.device, f.subject))
        subject = "" if one.subject in {"", "-"} else f" {one.subject}"
        where = f"{self._devices[one.device].title}{subject} {one.value} {one.unit}".rstrip()
        return Nearby(value=one.value, source=Text(f"自动：{where}", f"automatic: {where}"))
