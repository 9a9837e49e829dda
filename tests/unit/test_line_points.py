"""A line between named points: what the ports and tests at its ends measured, and of no other."""

from dataclasses import replace
from datetime import UTC, datetime

from tests.run_samples import device, finding
from xunjian.checks.model import Finding, Verdict
from xunjian.forms.nearby import Neighbours
from xunjian.inventory.model import Device
from xunjian.language import Text
from xunjian.run.model import Outcome, RunRecord, RunState
from xunjian.tasks.model import Task

CARD = Task(name="route_patrol", title=Text("巡查"), measured=("optics.rx_power", "path.loss"))
AT = datetime(2026, 6, 1, tzinfo=UTC)
NEAR, FAR = "hz-agg-sw1", "tl-sw1"
MEASURED = (
    finding(NEAR, Verdict.ABNORMAL, check="optics.rx_power", subject="100GE1/0/1"),
    finding(NEAR, check="optics.rx_power", subject="10GE1/0/1"),
    finding(NEAR, check="optics.rx_power", subject="10GE1/0/11"),
    finding(FAR, check="optics.rx_power", subject="GE0/0/24/1"),
    finding(NEAR, Verdict.WARNING, check="path.loss", subject="icmp"),
    finding(NEAR, check="path.loss", subject="water/hz-tl"),
    finding(FAR, check="path.loss", subject="icmp"),
)


def line(*points: str) -> Device:
    expected = {"points": points} if points else {}
    return replace(device("fibre"), kind="line", room=None, uplink=(NEAR,), expected=expected)


def shown(thing: Device) -> list[tuple[str, str, str]]:
    by_device: dict[str, list[Finding]] = {}
    for one in MEASURED:
        by_device.setdefault(one.device, []).append(one)
    record = RunRecord(
        run_id="r", number="", playbook="flood_season", title=Text("汛期"), occasion="flood-season",
        state=RunState.FINISHED, started_at=AT, ended_at=AT, planned=2,
        outcomes=tuple(
            Outcome(task="optics", device=name, reached=True, findings=tuple(found))
            for name, found in by_device.items()
        ),
        left_out=(), devices=(),
    )  # fmt: skip
    known = {one.name: one for one in (device(NEAR), device(FAR), thing)}
    found = Neighbours(record, known).measured(thing, CARD)
    return [(one.check, one.device, one.subject) for one in found]


def test_both_ends_are_shown_and_no_other_port() -> None:
    thing = line(f"{NEAR}/XGigabitEthernet1/0/1", f"{FAR}/GE0/0/24", f"{NEAR}/water/hz-tl")
    assert shown(thing) == [
        ("optics.rx_power", NEAR, "10GE1/0/1"),
        ("optics.rx_power", FAR, "GE0/0/24/1"),
        ("path.loss", NEAR, "water/hz-tl"),
    ]


def test_a_port_that_gave_nothing_is_not_stood_in_for_by_another() -> None:
    assert shown(line(f"{NEAR}/10GE1/0/9")) == []


def test_without_points_what_its_uplink_measured_is_shown() -> None:
    assert shown(line()) == [
        ("optics.rx_power", NEAR, "100GE1/0/1"),
        ("path.loss", NEAR, "icmp"),
    ]
