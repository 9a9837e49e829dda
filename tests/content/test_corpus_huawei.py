"""Every captured Huawei answer of a command our cards ask becomes facts, or is listed with a reason."""

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
FOLDERS = ("huawei_vrp", "huawei_ce")
AT = datetime.fromisoformat("2026-11-21T10:00:00+08:00")
PLATFORM = "huawei_vrp"

# sample (folder/command[/file]) -> why no card reads this form yet
UNKNOWN_FORMS: dict[str, str] = {}

# commands of the corpus that no inspection item needs: neighbours, tables, VLANs, services
NOT_ASKED = {
    "display acl all",
    "display ap all",
    "display arp all",
    "display arp brief",
    "display bgp peer",
    "display device",
    "display http server",
    "display interface brief",
    "display ip routing-table verbose",
    "display ip vpn-instance interface",
    "display ipv6 neighbors",
    "display isis peer",
    "display lldp neighbor",
    "display lldp neighbor brief",
    "display mac-address",
    "display mpls te tunnel",
    "display port vlan",
    "display service-set all",
    "display service-set id id",
    "display snmp-agent community read",
    "display traffic-filter applied-record",
    "display vlan",
    "display vlan brief",
}
# captured under a longer command whose answer has the form that a card reads
SAME_FORM = {"display license verbose": "display license"}

# sample -> fact -> rows, as counted by eye
ROWS = {
    "huawei_ce/display_cpu": {"Cpu": 1},
    "huawei_ce/display_memory": {"Memory": 1},
    "huawei_ce/display_device_fan": {"Fan": 2},
    "huawei_ce/display_device_power": {"PowerSupply": 2},
    "huawei_ce/display_device_temperature_all": {"Temperature": 4},
    "huawei_ce/display_interface": {"Interface": 4},
    "huawei_ce/display_version": {"Identity": 1},
    "huawei_vrp/display_temperature/huawei_vrp_display_temperature": {"Temperature": 9},
    "huawei_vrp/display_interface/huawei_vrp_display_interface1": {"Interface": 38},
    "huawei_vrp/display_interface/huawei_vrp_display_interface2": {"Interface": 5},
    "huawei_vrp/display_interface/huawei_vrp_display_interface_dialer_1": {"Interface": 2},
    "huawei_vrp/display_interface/huawei_vrp_display_interface_gigabitethernet": {"Interface": 6},
    "huawei_vrp/display_ntp_status/huawei_vrp_display_ntp_status": {"Clock": 1},
    "huawei_vrp/dir/huawei_vrp_dir": {"Filesystem": 1},
    "huawei_vrp/display_startup/huawei_vrp_display_startup": {"SavedConfig": 1},
    "huawei_vrp/display_license_verbose/huawei_vrp_display_license_verbose": {"License": 1},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One captured answer."""

    name: str
    command: str
    path: Path


def captured() -> Iterator[Sample]:
    """All samples; the folder or file is named after the command."""
    for folder in FOLDERS:
        for path in sorted((CORPUS / "cli" / folder).rglob("*")):
            if path.suffix not in {".raw", ".txt"}:
                continue
            relative = path.relative_to(CORPUS / "cli" / folder).with_suffix("")
            command = relative.parts[0].replace("_", " ")
            command = SAME_FORM.get(command, command)
            yield Sample(name=f"{folder}/{relative.as_posix()}", command=command, path=path)


def samples() -> Iterator[Sample]:
    """Samples of commands that a card asks."""
    return (sample for sample in captured() if sample.command in asking(PLATFORM))


def read(sample: Sample, task: Task) -> FactTable:
    _, platforms, templates = content()
    canned = Canned(
        device="corpus",
        answers={sample.command: CannedAnswer(raw=sample.path.read_bytes())},
        at=AT,
    )
    device = Device(name="corpus", kind=(*task.kinds, "switch")[0], platform=PLATFORM)
    steps = collect(device, (task,), platforms.get(PLATFORM), templates=templates)
    return drive(steps, canned)[0]


@pytest.fixture(scope="module")
def found() -> tuple[Sample, ...]:
    if not CORPUS.is_dir():
        pytest.skip(f"no corpus at {CORPUS.name}: set XUNJIAN_CORPUS")
    return tuple(samples())


def expected_rows(sample: Sample) -> list[dict[str, str]]:
    """The rows that ntc-templates expects."""
    text = sample.path.with_suffix(".yml").read_text("utf-8")
    rows: list[dict[str, str]] = yaml.safe_load(text)["parsed_sample"]
    return rows


def values(sample: Sample, task: str, fact: str) -> list[dict[str, object]]:
    (card,) = (one for one in asking(PLATFORM)[sample.command] if one.name == task)
    return [row.fact.values() for row in read(sample, card).of(fact)]


def test_every_command_is_asked_or_needed_by_no_item(found: tuple[Sample, ...]) -> None:
    assert found
    assert {sample.command for sample in captured()} - set(asking(PLATFORM)) == NOT_ASKED


def test_huawei_interfaces_agree_with_the_public_template(found: tuple[Sample, ...]) -> None:
    compared = 0
    for sample in found:
        if sample.command != "display interface" or not sample.path.with_suffix(".yml").exists():
            continue
        rows = values(sample, "interfaces", "Interface")
        expected = expected_rows(sample)
        assert len(rows) == len(expected), sample.name
        for ours, theirs in zip(rows, expected, strict=True):
            compared += 1
            where = f"{sample.name}: {theirs['interface']}"
            assert ours["port"] == canonical_port(theirs["interface"]), where
            assert (ours["description"] or "") == theirs["interface_description"], where
            assert (ours["oper"] == "up") == theirs["link_status"].upper().startswith("UP"), where
    assert compared > 40


def test_huawei_single_answers_agree_with_the_public_templates(found: tuple[Sample, ...]) -> None:
    by_command = {sample.command: sample for sample in found if sample.path.suffix == ".raw"}
    startup = by_command["display startup"]
    (ours,), (theirs,) = values(startup, "saved_config", "SavedConfig"), expected_rows(startup)
    for field, name in {
        "running_software": "startup_system_software",
        "next_software": "next_startup_system_software",
        "next_config": "next_startup_saved_configuration_file",
        "running_patch": "startup_patch_package",
        "next_patch": "next_startup_patch_package",
    }.items():
        assert ours[field] == theirs[name], field
    listing = by_command["dir"]
    (ours,), theirs = values(listing, "storage", "Filesystem"), expected_rows(listing)[0]
    assert ours["free_bytes"] == int(theirs["total_free"].replace(",", "")) * 1024
    assert ours["total_bytes"] == int(theirs["total_size"].replace(",", "")) * 1024
    licence = by_command["display license"]
    (ours,), theirs = values(licence, "licence", "License"), expected_rows(licence)[0]
    assert (ours["name"], ours["state"]) == (theirs["feature_name"], "trial")
    assert str(ours["expires_at"]).startswith(theirs["expired_date"])
    clock = by_command["display ntp status"]
    (ours,), (theirs,) = values(clock, "clock", "Clock"), expected_rows(clock)
    assert (str(ours["stratum"]), ours["source"]) == (
        theirs["clock_stratum"],
        theirs["reference_clock_id"],
    )


def test_every_sample_is_read_or_listed(found: tuple[Sample, ...]) -> None:
    unread = [
        f"{sample.name} by {task.name}: {step.reason}"
        for sample in found
        if sample.name not in UNKNOWN_FORMS
        for task in asking(PLATFORM)[sample.command]
        for step in read(sample, task).steps
        if step.state.value == "unparsed"
    ]
    assert unread == []


def test_rows_are_as_many_as_the_eye_counts(found: tuple[Sample, ...]) -> None:
    by_name = {sample.name: sample for sample in found}
    for name, expected in ROWS.items():
        sample = by_name[name]
        tables = [read(sample, task) for task in asking(PLATFORM)[sample.command]]
        for fact, rows in expected.items():
            assert max(len(table.of(fact)) for table in tables) == rows, f"{name}: {fact}"


def test_listed_forms_exist_and_are_really_unread(found: tuple[Sample, ...]) -> None:
    by_name = {sample.name: sample for sample in found}
    for name, reason in UNKNOWN_FORMS.items():
        sample = by_name[name]
        states = {
            step.state.value
            for task in asking(PLATFORM)[sample.command]
            for step in read(sample, task).steps
        }
        assert reason
        assert "unparsed" in states, f"{name} is read now: take it off the list"


def test_no_state_or_value_was_lost(found: tuple[Sample, ...]) -> None:
    """An enum value nobody listed or a value its field cannot hold would be a problem."""
    problems = [
        f"{sample.name}: {problem}"
        for sample in found
        for task in asking(PLATFORM)[sample.command]
        for problem in read(sample, task).problems
    ]
    assert problems == []
