"""Every captured Cisco answer of a command our cards ask becomes facts, or is listed with a reason.

Where ntc-templates carries expected rows beside a sample, ours agree in the fields both have.
"""

import os
import re
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
# folder below cli/ -> platform
FOLDERS = {"cisco_ios": "cisco_ios", "napalm/ios": "cisco_ios", "napalm/nxos_ssh": "cisco_nxos"}
# how the corpus abbreviates a command -> how our cards write it
COMMANDS = {
    "show proc cpu": "show processes cpu | include CPU utilization",
    "show processes cpu": "show processes cpu | include CPU utilization",
    "show memory": "show memory | include ^System memory",
}

# sample -> why no card reads this form
UNKNOWN_FORMS: dict[str, str] = {
    "cisco_ios/show_interfaces/cisco_ios_show_interfaces": "two devices' answers in one file",
    "cisco_ios/show_version/cisco_ios_show_version5": "cut before the configuration register, the last line",
    "napalm/ios/test_get_environment/ios_xe/show_memory_statistics": "the device does not know the command",
    "napalm/ios/test_get_environment/temp_cmd_fail/show_env_temperature_status": "the device does not know the command",
    "napalm/ios/test_get_optics/vss_setup/show_interfaces_transceiver": "% Incomplete command: a VSS wants the switch's number",
}

# sample -> fact -> rows, as counted by eye
ROWS: dict[str, dict[str, int]] = {
    "cisco_ios/show_environment_power_all/cisco_ios_show_environment_power_all": {"PowerSupply": 6},
    "cisco_ios/show_environment_power_all/cisco_ios_show_environment_power_all-2960s": {
        "PowerSupply": 4
    },
    "cisco_ios/show_environment_temperature/cisco_ios_show_environment_temperature": {
        "Temperature": 4
    },
    "cisco_ios/show_clock/cisco_ios_show_clock_2": {"Clock": 1},
    "cisco_ios/show_processes_cpu/cisco_ios_show_processes_cpu": {"Cpu": 1},
    "napalm/ios/test_get_environment/ios_xe/show_proc_cpu": {"Cpu": 4},
    "napalm/ios/test_get_environment/normal/show_memory_statistics": {"Memory": 2},
    "napalm/ios/test_get_environment/3850_16.06/show_memory_statistics": {"Memory": 1},
    "napalm/ios/test_get_optics/interface_shutdown_v2/show_interfaces_transceiver": {"Optics": 23},
    "napalm/nxos_ssh/test_get_environment/normal/show_environment_temperature": {"Temperature": 4},
    "napalm/nxos_ssh/test_get_environment/normal/show_system_resources": {"Cpu": 1, "Memory": 1},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One captured answer."""

    name: str
    platform: str
    command: str
    path: Path


def samples() -> Iterator[Sample]:
    """Samples of commands that a card asks."""
    for folder, platform in FOLDERS.items():
        root = CORPUS / "cli" / folder
        for path in sorted(p for p in root.rglob("*") if p.suffix in {".raw", ".txt"}):
            relative = path.relative_to(root).with_suffix("")
            words = relative.parts[0] if folder == "cisco_ios" else relative.name
            command = COMMANDS.get(words.replace("_", " "), words.replace("_", " "))
            if command in asking(platform):
                name = f"{folder}/{relative.as_posix()}"
                yield Sample(name=name, platform=platform, command=command, path=path)


def filtered(sample: Sample) -> bytes:
    """Give the answer as the device's own `| include` would."""
    raw = sample.path.read_bytes()
    _, pipe, wanted = sample.command.partition(" | include ")
    if not pipe:
        return raw
    return b"\n".join(line for line in raw.splitlines() if re.search(wanted.encode(), line))


def read(sample: Sample, task: Task) -> FactTable:
    _, platforms, templates = content()
    answers = {sample.command: CannedAnswer(raw=filtered(sample))}
    canned = Canned(device="corpus", answers=answers, at=AT)
    kind = (*task.kinds, "switch")[0]
    device = Device(name="corpus", kind=kind, platform=sample.platform)
    steps = collect(device, (task,), platforms.get(sample.platform), templates=templates)
    return drive(steps, canned)[0]


def tables(sample: Sample) -> list[FactTable]:
    return [read(sample, task) for task in asking(sample.platform)[sample.command]]


@pytest.fixture(scope="module")
def found() -> dict[str, Sample]:
    if not CORPUS.is_dir():
        pytest.skip(f"no corpus at {CORPUS.name}: set XUNJIAN_CORPUS")
    return {sample.name: sample for sample in samples()}


def test_every_sample_is_read_or_listed(found: dict[str, Sample]) -> None:
    unread = [
        f"{sample.name} by {step.task}: {step.reason}"
        for sample in found.values()
        if sample.name not in UNKNOWN_FORMS
        for table in tables(sample)
        for step in table.steps
        if step.state.value == "unparsed"
    ]
    assert unread == []


def test_every_folder_is_asked_for(found: dict[str, Sample]) -> None:
    """A folder of the corpus that no card reads would pass unseen."""
    folders = {path.name for path in (CORPUS / "cli" / "cisco_ios").iterdir()}
    read_folders = {name.split("/")[1] for name in found if name.startswith("cisco_ios/")}
    assert folders - read_folders == {"show_inventory"}, "the register is read from show version"


def test_rows_are_as_many_as_the_eye_counts(found: dict[str, Sample]) -> None:
    for name, expected in ROWS.items():
        read_tables = tables(found[name])
        for fact, rows in expected.items():
            assert max(len(table.of(fact)) for table in read_tables) == rows, f"{name}: {fact}"


def test_listed_forms_give_no_facts(found: dict[str, Sample]) -> None:
    for name, reason in UNKNOWN_FORMS.items():
        assert reason
        states = {step.state.value for table in tables(found[name]) for step in table.steps}
        assert "ok" not in states, f"{name} is read now: take it off the list"


def test_no_state_or_value_was_lost(found: dict[str, Sample]) -> None:
    """An enum value nobody listed or a value its field cannot hold would be a problem."""
    problems = [
        f"{sample.name}: {problem}"
        for sample in found.values()
        if sample.name not in UNKNOWN_FORMS
        for table in tables(sample)
        for problem in table.problems
    ]
    assert problems == []


def expected_rows(sample: Sample) -> list[dict[str, object]]:
    return list(yaml.safe_load(sample.path.with_suffix(".yml").read_text("utf-8"))["parsed_sample"])


def checked(sample: Sample, command: str) -> bool:
    """Whether ntc-templates' rows stand beside a sample of a command."""
    expected = sample.path.with_suffix(".yml")
    return sample.command == command and sample.name not in UNKNOWN_FORMS and expected.exists()


def rows_of(sample: Sample, fact: str) -> list[dict[str, object]]:
    return [row.fact.values() for row in tables(sample)[0].of(fact)]


def test_interfaces_agree_with_ntc_templates(found: dict[str, Sample]) -> None:
    samples_read = [s for s in found.values() if checked(s, "show interfaces")]
    assert len(samples_read) == 4
    for sample in samples_read:
        ours = {row["port"]: row for row in rows_of(sample, "Interface")}
        theirs = expected_rows(sample)
        assert len(ours) == len(theirs)
        for row in theirs:
            mine = ours[canonical_port(str(row["interface"]))]
            where = f"{sample.name}: {row['interface']}"
            assert (mine["description"] or "") == row["description"], where
            down = "administratively" in str(row["link_status"])
            assert mine["admin"] == ("down" if down else "up"), where
            for field, name in COUNTERS.items():
                if row[name] != "":  # their pattern wants a list of counters a VLAN has not
                    assert str(mine[field]) == row[name], where


COUNTERS = {
    "in_errors": "input_errors",
    "crc": "crc",
    "in_packets": "input_packets",
    "out_errors": "output_errors",
    "out_packets": "output_packets",
}


def test_versions_agree_with_ntc_templates(found: dict[str, Sample]) -> None:
    samples_read = [s for s in found.values() if checked(s, "show version")]
    assert len(samples_read) == 4
    for sample in samples_read:
        (row,) = expected_rows(sample)
        (mine,) = rows_of(sample, "Identity")
        hardware, serials = row["hardware"], row["serial"]
        assert isinstance(hardware, list)
        assert isinstance(serials, list)
        found_here = (mine["version"], mine["sysname"], mine["model"], mine["serial"])
        theirs = (row["version"], row["hostname"], hardware[0], serials[0])
        assert found_here == theirs, sample.name


def test_stacks_agree_with_ntc_templates(found: dict[str, Sample]) -> None:
    samples_read = [s for s in found.values() if checked(s, "show switch detail")]
    assert len(samples_read) == 5
    for sample in samples_read:
        ours = {row["member"]: row for row in rows_of(sample, "StackMember")}
        theirs = expected_rows(sample)
        assert set(ours) == {row["switch"] for row in theirs}, sample.name
        for row in theirs:
            mine = ours[row["switch"]]
            assert (mine["mac"], str(mine["priority"])) == (row["mac_address"], row["priority"])


def test_temperatures_agree_with_ntc_templates(found: dict[str, Sample]) -> None:
    (sample,) = (s for s in found.values() if checked(s, "show environment temperature"))
    ours = {(row["slot"], row["sensor"]): row for row in rows_of(sample, "Temperature")}
    theirs = {
        (str(row["switch"]), sensor): [
            row[f"{sensor.lower()}_{name}"]
            for name in ("temperature_value", "yellow_threshold", "red_threshold")
        ]
        for row in expected_rows(sample)
        for sensor in ("Inlet", "Hotspot")
    }
    assert set(ours) == set(theirs)
    for key, values in theirs.items():
        mine = [ours[key][name] for name in ("celsius", "device_warning", "device_critical")]
        assert mine == [float(str(value)) for value in values]


def test_supplies_agree_with_ntc_templates(found: dict[str, Sample]) -> None:
    samples_read = [s for s in found.values() if checked(s, "show environment power all")]
    assert len(samples_read) == 3
    for sample in samples_read:
        bad = [row for row in rows_of(sample, "PowerSupply") if row["state"] != "ok"]
        assert len(rows_of(sample, "PowerSupply")) == len(expected_rows(sample))
        assert [row["state"] for row in bad] == ["no_input"] * len(bad)


def test_log_entries_agree_with_ntc_templates(found: dict[str, Sample]) -> None:
    samples_read = [s for s in found.values() if checked(s, "show logging")]
    assert len(samples_read) == 4
    for sample in samples_read:
        ours = {
            (row["module"], str(row["severity"]), row["mnemonic"])
            for row in rows_of(sample, "LogEntry")
        }
        theirs = {
            (row["facility"], row["severity"], row["mnemonic"]) for row in expected_rows(sample)
        }
        assert theirs <= ours, sample.name
