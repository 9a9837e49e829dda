"""What ntc-templates expects of the small answers, and what our cards read: the shared fields agree.

The large ones (interfaces, versions of Cisco, stacks, logs) stand in the tests of the families.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml

from tests.content import corpus
from tests.content.corpus import Sample

pytestmark = pytest.mark.skipif(not corpus.CORPUS.is_dir(), reason="no corpus beside the checkout")

OFFSET_HOURS = {"Z5": 5}  # `Time Zone : Z5 add 05:00:00` below the clock
UNIT_S = {"week": 604_800, "day": 86_400, "hour": 3600, "minute": 60}


def cases(folder: str) -> list[tuple[Sample, list[dict[str, str]]]]:
    """Samples of a folder below cli/ with the rows that ntc-templates expects."""
    root = corpus.CORPUS / "cli" / folder
    found = [
        (sample, yaml.safe_load(path.read_text("utf-8"))["parsed_sample"])
        for sample in corpus.samples()
        if not sample.known and (path := root / f"{Path(sample.name).name}.yml").is_file()
    ]
    assert found, folder
    return found


def rows(sample: Sample, fact: str) -> list[Mapping[str, object]]:
    tables = (corpus.read(sample, task)[0] for task in corpus.asked(sample))
    return next([row.fact.values() for row in t.of(fact)] for t in tables if t.of(fact))


def same_moment(ours: object, theirs: Mapping[str, str], month: str) -> None:
    """Compare what the clock's face shows: the public template leaves the zone's offset out."""
    text = f"{theirs['year']} {theirs['month']} {theirs['day']} {theirs['time'][:8]}"
    wall = datetime.strptime(text, f"%Y {month} %d %H:%M:%S")  # noqa: DTZ007
    assert isinstance(ours, datetime)
    shown = ours + timedelta(hours=OFFSET_HOURS.get(theirs["timezone"], 0))
    assert shown.replace(tzinfo=None, microsecond=0) == wall


@pytest.mark.parametrize(
    ("folder", "month"), [("cisco_ios/show_clock", "%b"), ("hp_comware/display_clock", "%m")]
)
def test_clocks_agree(folder: str, month: str) -> None:
    samples = list(cases(folder))
    assert samples
    for sample, (theirs,) in samples:
        (mine,) = rows(sample, "Clock")
        same_moment(mine["at"], theirs, month)


def test_cpu_of_ios_agrees() -> None:
    ((sample, theirs),) = cases("cisco_ios/show_processes_cpu")
    (mine,) = rows(sample, "Cpu")
    assert mine["used_pct"] == float(theirs[0]["cpu_usage_5_min"])


def test_supervisors_of_ios_agree() -> None:
    for sample, (theirs,) in cases("cisco_ios/show_redundancy"):
        (mine,) = rows(sample, "HaState")
        assert mine["role"] == theirs["active_software_state"].lower(), sample.name
        assert (mine["switchovers"], mine["peer"]) == (
            int(theirs["switchovers"]),
            theirs["standby_software_state"].lower(),
        ), sample.name


def test_versions_of_vrp_agree() -> None:
    for sample, (theirs,) in cases("huawei_vrp/display_version"):
        (mine,) = rows(sample, "Identity")
        assert str(mine["model"]) in theirs["model"], sample.name
        assert str(mine["version"]) in theirs["product_version"], sample.name
        parts = re.findall(r"(\d+) (week|day|hour|minute)", theirs["uptime"])
        assert mine["uptime_s"] == sum(int(n) * UNIT_S[unit] for n, unit in parts), sample.name


def test_temperatures_of_vrp_agree() -> None:
    ((sample, theirs),) = cases("huawei_vrp/display_temperature")
    mine = [row["celsius"] for row in rows(sample, "Temperature")]
    assert sorted(map(str, mine)) == sorted(str(float(row["temperature"])) for row in theirs)


def test_licences_of_ios_agree() -> None:
    for sample, (theirs,) in cases("cisco_ios/show_license_status"):
        states = {row["state"] for row in rows(sample, "License")}
        is_compliant = theirs["license_auth"] != "OUT OF COMPLIANCE"
        assert ("invalid" not in states) == is_compliant, sample.name
