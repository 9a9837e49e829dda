"""What was measured of the thing that an item of a form asks about, and by whom: nearest first."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from xunjian.checks.model import GRADED, SETTLED, Finding, Verdict
from xunjian.facts.port import canonical_port
from xunjian.inventory.model import POINTS, Device
from xunjian.language import Text
from xunjian.run.model import RunRecord
from xunjian.store.model import OpenMatter
from xunjian.tasks.model import MATTERS, Check, Task

_WORST_FIRST = (*GRADED, Verdict.NORMAL)
_SHOWN_FIRST = (*_WORST_FIRST, Verdict.UNKNOWN)  # what could not be measured may be seen on site


_Circle: TypeAlias = Callable[[str], bool]  # whether a device, by name, stands in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """What a form offers, and where it comes from. value: None where only words can be offered."""

    value: object
    source: Text


class Neighbours:
    """The findings of a round by check and device, and who stands near whom.

    matters: of earlier rounds, that stand open.
    """

    def __init__(
        self, record: RunRecord, devices: Mapping[str, Device], matters: Iterable[OpenMatter] = ()
    ) -> None:
        self.devices = devices
        self._verdicts = {f.id: f.verdict for one in record.outcomes for f in one.findings}
        self._left_over: dict[str, list[OpenMatter]] = {}
        for matter in matters:
            room = devices[matter.finding.device].room if matter.finding.device in devices else None
            if room is not None:
                self._left_over.setdefault(room.name, []).append(matter)
        self._found: dict[str, dict[str, list[Finding]]] = {}
        for outcome in record.outcomes:
            for finding in outcome.findings if outcome.device in devices else ():
                if finding.verdict in _SHOWN_FIRST:
                    of_check = self._found.setdefault(finding.check, {})
                    of_check.setdefault(finding.device, []).append(finding)

    def of(self, device: Device, check: Check | None) -> Nearby | None:
        """Give the worst that was measured in the room; None where nothing there measures it."""
        if check is None or device.room is None:
            return None
        if MATTERS in check.nearby:
            return Nearby(value=None, source=self._told(device.room.name))
        found = [
            finding
            for name in check.nearby
            for other, of_device in self._found.get(name, {}).items()
            if other != device.name and self.devices[other].room == device.room
            for finding in of_device
            if finding.verdict in _WORST_FIRST
            and finding.value is not None
            and finding.unit == check.unit
        ]
        return self._offer(found) if found else None

    def _told(self, room: str) -> Text:
        """How many matters of earlier rounds stand open in a room, and what this round says."""
        known = [self._verdicts.get(one.finding.id) for one in self._left_over.get(room, ())]
        if not known:
            return Text("自动：没有历次遗留", "automatic: nothing is left over")
        gone = sum(verdict in SETTLED for verdict in known)
        still = sum(verdict in GRADED for verdict in known)
        rest = len(known) - gone - still
        return Text(
            f"自动：历次遗留 {len(known)} 项，本轮复测已消除 {gone}、仍在 {still}、待复查 {rest}",
            f"automatic: {len(known)} left over; this round {gone} cleared, {still} still there, "
            f"{rest} to be looked at",
        )

    def measured(self, device: Device, card: Task) -> Iterator[Finding]:
        """Give what the card's `measured` checks found: all that is bad, else what comes nearest.

        Of the points that it names (`expected.points`: the ports and tests at a line's ends), of
        each; if it names none, of the thing itself, of its room, of what it hangs on, of its site.
        """
        points = [str(point) for point in device.expected.get(POINTS, ())]
        for name in card.measured:
            of_check = self._found.get(name, {})
            if points:
                yield from self._at(points, of_check)
                continue
            for circle in self._circles(device):
                found = [one for other in of_check if circle(other) for one in of_check[other]]
                if found:
                    yield from _telling(found)
                    break

    def _at(
        self, points: Sequence[str], of_check: Mapping[str, list[Finding]]
    ) -> Iterator[Finding]:
        for point in points:
            device, _, part = point.partition("/")
            wanted = canonical_port(part)
            found = [
                finding
                for finding in of_check.get(device, ())
                if finding.subject == wanted or finding.subject.startswith(f"{wanted}/")
            ]
            if found:
                yield from _telling(found)

    def _circles(self, device: Device) -> Sequence[_Circle]:
        devices = self.devices
        fed_by = {*device.uplink, *device.uplink_all, *device.power, *device.power_all}
        room, site = device.room, device.site
        return (
            lambda other: other == device.name,
            lambda other: room is not None and devices[other].room == room,
            lambda other: other in fed_by,
            lambda other: room is None and site is not None and devices[other].site == site,
        )

    def _offer(self, found: Sequence[Finding]) -> Nearby:
        one = min(found, key=lambda f: (_WORST_FIRST.index(f.verdict), f.device, f.subject))
        subject = "" if one.subject in {"", "-"} else f" {one.subject}"
        where = f"{self.devices[one.device].title}{subject} {one.value} {one.unit}".rstrip()
        return Nearby(value=one.value, source=Text(f"自动：{where}", f"automatic: {where}"))


def _telling(found: Sequence[Finding]) -> Sequence[Finding]:
    bad = [finding for finding in found if finding.verdict in GRADED]
    return bad or [min(found, key=_place)]


def _place(finding: Finding) -> tuple[int, float, str, str]:
    """Order findings of one check: what is known first, then what comes nearest to a limit."""
    value, room = finding.value, float("inf")
    if isinstance(value, int | float) and not isinstance(value, bool):
        room = min((abs(value - limit) for _, limit in finding.limits), default=value)
    return _SHOWN_FIRST.index(finding.verdict), room, finding.device, finding.subject
