"""Captured Comware answers of commands our cards ask: facts, or listed with a reason; as many rows as ntc's."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import yaml

from tests.fixtures.shipped import asking, content
from xunjian.collect import collect
from xunjian.facts import canonical_port
from xunjian.facts.model import FactTable
from xunjian.inventory.model import Device
from xunjian.tasks.model import Task
from xunjian.testing.replay import Canned, CannedAnswer, drive

CORPUS = Path(
    os.environ.get("XUNJIAN_CORPUS") or Path(__file__).parents[2].parent / "shared" / "corpus"
)
AT = datetime.fromisoformat("2026-11-21T10:00:00+08:00")
PLATFORM = "hp_comware"

# sample (command/file) -> why no card reads this form
UNKNOWN_FORMS: dict[str, str] = {}
# commands of the corpus that no inspection item needs (neighbours, tables and VLANs are inventory)
NOT_ASKED = {
    "display arp",
    "display bgp peer ipv4",
    "display interface brief",
    "display ip interface",
    "display ip routing-table",
    "display ip vpn-instance",
    "display ip vpn-instance instance-name",
    "display link-aggregation member-port",
    "display link-aggregation verbose",
    "display lldp neighbor-information list",
    "display mac-address",
    "display route-policy",
    "display vlan all",
    "display vlan brief",
}

# walks of these devices' SNMP agents: everything our items need is asked on the command line
WALKS_NOT_READ = ("comware_a5500", "vrp_5720", "vrp_s5328c-ei")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One captured answer."""

    name: str
    command: str
    path: Path

    @property
    def expected(self) -> list[dict[str, str]]:
        """The rows ntc-templates expects."""
        text = self.path.with_suffix(".yml").read_text("utf-8")
        rows: list[dict[str, str]] = yaml.safe_load(text)["parsed_sample"]
        return rows


def samples() -> Iterator[Sample]:
    for path in sorted((CORPUS / "cli" / PLATFORM).rglob("*.raw")):
        command = path.parent.name.replace("_", " ")
        yield Sample(name=f"{path.parent.name}/{path.stem}", command=command, path=path)


def read(sample: Sample, task: Task) -> FactTable:
    _, platforms, templates = content()
    answers = {sample.command: CannedAnswer(raw=sample.path.read_bytes())}
    canned = Canned(device="corpus", answers=answers, at=AT)
    device = Device(name="corpus", kind=(*task.kinds, "switch")[0], platform=PLATFORM)
    steps = collect(device, (task,), platforms.get(PLATFORM), templates=templates)
    return drive(steps, canned)[0]


@pytest.fixture(scope="module")
def found() -> tuple[Sample, ...]:
    if not CORPUS.is_dir():
        pytest.skip(f"no corpus at {CORPUS.name}: set XUNJIAN_CORPUS")
    return tuple(samples())


def test_every_command_is_asked_or_not_needed(found: tuple[Sample, ...]) -> None:
    assert {s.command for s in found} - set(asking(PLATFORM)) == NOT_ASKED


def test_every_comware_sample_is_read_or_listed(found: tuple[Sample, ...]) -> None:
    unread = [
        f"{sample.name} by {task.name}: {step.reason}"
        for sample in found
        if sample.name not in UNKNOWN_FORMS
        for task in asking(PLATFORM).get(sample.command, ())
        for step in read(sample, task).steps
        if step.state.value == "unparsed"
    ]
    assert unread == []


def test_interfaces_agree_with_the_public_template(found: tuple[Sample, ...]) -> None:
    (task,) = (t for t in asking(PLATFORM)["display interface"] if t.name == "interfaces")
    compared = 0
    for sample in (s for s in found if s.command == "display interface"):
        rows = [row.fact.values() for row in read(sample, task).of("Interface")]
        expected = sample.expected
        assert len(rows) == len(expected), sample.name
        for ours, theirs in zip(rows, expected, strict=True):
            if theirs["interface"].endswith(":"):
                continue  # the public template takes `Output:` for a name
            compared += 1
            assert ours["port"] == canonical_port(theirs["interface"]), sample.name
            assert (ours["description"] or "") == theirs["description"], sample.name
            assert (ours["oper"] == "up") == theirs["line_status"].startswith("UP"), sample.name
    assert compared > 30


def test_the_first_board_gives_the_serial_number(found: tuple[Sample, ...]) -> None:
    (task,) = (t for t in asking(PLATFORM)["display device manuinfo"] if t.name == "identity")
    for sample in (s for s in found if s.command == "display device manuinfo"):
        numbers = [row["device_serial_number"] for row in sample.expected]
        (identity,) = read(sample, task).of("Identity")
        first = next(number for number in numbers if number and number != "NONE")
        assert identity.fact.values()["serial"] == first, sample.name


def test_no_comware_state_or_value_was_lost(found: tuple[Sample, ...]) -> None:
    problems = [
        f"{sample.name}: {problem}"
        for sample in found
        for task in asking(PLATFORM).get(sample.command, ())
        for problem in read(sample, task).problems
    ]
    assert problems == []


def test_no_card_asks_these_devices_over_snmp(found: tuple[Sample, ...]) -> None:
    assert found
    walks = {path.stem for path in (CORPUS / "snmp").glob("*.snmprec")}
    assert set(WALKS_NOT_READ) == {w for w in walks if w.startswith(("comware", "vrp"))}
    for platform in (PLATFORM, "huawei_vrp"):
        channels = {
            step.channel.value
            for task in content()[0].tasks
            for group in task.collect.get(platform, ())
            for step in group.alternatives
        }
        assert channels == {"cli", "icmp"}, "a card asks over SNMP now: read the walks"
