"""Walks of real UPS cards, where the corpus lies beside the checkout.

Each walk is read into facts on its platform, or stands below with the reason why not; none fails.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fixtures.shipped import content
from xunjian.checks import JudgeContext, NoHistory, judge
from xunjian.collect import collect
from xunjian.facts.model import FactTable, StepState
from xunjian.inventory.model import Device
from xunjian.testing.replay import Canned, drive, read_agent
from xunjian.workspace import builtin_root

CORPUS = Path(os.environ.get("XUNJIAN_CORPUS", builtin_root().parent / "shared" / "corpus"))
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus beside the checkout")

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
PLATFORM = {
    "deltaups_rfc1628string": "rfc1628",
    "eaton-mgeups_9px": "rfc1628",
    "generex-ups_cs141": "rfc1628",
    "netmanplus_204": "rfc1628",
}
# what a person reads in the walk: charge %, runtime min, battery V, °C, source, load % by phase
READ = {
    "deltaups_rfc1628string": (29, 338, 55.4, 14, "mains", [8]),
    "eaton-mgeups_9px": (100, 24, 52.0, None, "mains", [35]),
    "generex-ups_cs141": (100, 544, 271.6, 25, "bypass", [2, 14, 2]),
    "netmanplus_204": (100, 135, 122.5, 37, "mains", [8]),
}
VOLTS = {  # input, output, bypass; the first phase, brought from tenths where the card gives them
    "deltaups_rfc1628string": (236, 230, 235),
    "eaton-mgeups_9px": (237, 230, 238),
    "generex-ups_cs141": (233, 233, 233),
    "netmanplus_204": (242, 231, 242),
}
KNOWN_UNKNOWN = {
    "cyberpower": "CPS MIB (3808.1.1.1) only: a vendor MIB of its own, no card of ours asks it",
    "liebert": "a power distribution unit of Liebert (476.1.42.3.8): not the UPS its sysDescr names",
    "linux_ups-nut": "net-snmp's extend table of a NUT host: read NUT itself instead",
    "socomec-ups": "Net Vision MIB (4555.1.1.7) only: a vendor MIB of its own, no card of ours asks it",
}
NO_UPS = frozenset(
    [
        "cms",
        "comware_a5500",
        "dahua-nvr",
        "drac_r640",
        "fortigate_60f",
        "hikvision-cam",
        "hikvision-nvr",
        "ibmc",
        "nxos_n9k-c93180yc-fx3",
        "polycomLens_studioxc50",
        "ruijie",
        "vrp_5720",
        "vrp_s5328c-ei",
    ]
)
# the walks were taken without the alarm and test groups, and Identity without the vendor's names
NOT_IN_THE_WALKS = frozenset({"Reading", "UpsTest"})
ROOTS = {
    "rfc1628": "1.3.6.1.2.1.33.1.2.",
    "apc_powernet": "1.3.6.1.4.1.318.1.1.1.",
    "huawei_ups": "1.3.6.1.4.1.2011.6.174.",
    "eaton_xups": "1.3.6.1.4.1.534.1.2.",
}


def agent_of(name: str) -> dict[str, str]:
    return read_agent((CORPUS / "snmp" / f"{name}.snmprec").read_text("utf-8", "replace"))


def collected(name: str) -> tuple[FactTable, dict[str, set[str]]]:
    catalog, platforms, templates = content()
    platform = PLATFORM[name]
    device = Device(name="sample", kind="ups", platform=platform, address="127.0.0.1")
    tasks = [t for t in catalog.tasks if t.serves("ups") and platform in t.collect]
    canned = Canned(device=device.name, answers={}, at=NOW, agent=agent_of(name))
    table, _ = drive(collect(device, tasks, platforms.get(platform), templates=templates), canned)
    verdicts: dict[str, set[str]] = {}
    for finding in judge(device, tasks, table, JudgeContext(now=NOW, history=NoHistory())):
        verdicts.setdefault(finding.check, set()).add(finding.verdict.value)
    return table, verdicts


def phases(table: FactTable, side: str, field: str) -> list[object]:
    rows = [row.fact.values() for row in table.of("UpsPhase")]
    return [row[field] for row in rows if row["side"] == side]


def test_every_walk_is_sorted() -> None:
    walks = {path.stem for path in (CORPUS / "snmp").glob("*.snmprec")}
    assert walks == {*PLATFORM, *KNOWN_UNKNOWN, *NO_UPS}


@pytest.mark.parametrize("name", [*KNOWN_UNKNOWN, *sorted(NO_UPS)])
def test_a_walk_that_is_not_read_holds_nothing_we_ask(name: str) -> None:
    agent = agent_of(name)
    assert [oid for oid in agent if oid.startswith(tuple(ROOTS.values()))] == []


@pytest.mark.parametrize("name", sorted(PLATFORM))
def test_a_walk_is_read_as_a_person_reads_it(name: str) -> None:
    table, _ = collected(name)
    bad = [s for s in table.steps if s.state is not StepState.OK]
    assert [(s.fact, s.reason) for s in bad if s.fact not in NOT_IN_THE_WALKS] == []
    assert {s.state for s in bad} <= {StepState.UNSUPPORTED}
    assert table.problems == ()
    (battery,), (output,) = table.of("Battery"), table.of("UpsOutput")
    values = battery.fact.values()
    runtime_min = float(str(values["runtime_s"])) / 60
    said = (values["charge_pct"], runtime_min, values["voltage_v"], values["celsius"])
    loads = phases(table, "output", "load_pct")
    assert (*said, output.fact.values()["source"], loads) == READ[name]
    assert (
        tuple(phases(table, side, "volts")[0] for side in ("input", "output", "bypass"))
        == (VOLTS[name])
    )


@pytest.mark.parametrize(
    ("name", "check", "verdict"),
    [
        ("deltaups_rfc1628string", "battery.charge", "warning"),
        ("eaton-mgeups_9px", "battery.runtime", "warning"),
        ("generex-ups_cs141", "output.source", "warning"),
        ("netmanplus_204", "battery.temperature", "normal"),
        ("netmanplus_204", "input.bypass", "normal"),
        ("netmanplus_204", "battery.date", "warning"),
        ("generex-ups_cs141", "output.imbalance", "normal"),
        ("eaton-mgeups_9px", "battery.temperature", "not_applicable"),
        ("eaton-mgeups_9px", "output.alarms", "unknown"),
    ],
)
def test_a_walk_is_judged(name: str, check: str, verdict: str) -> None:
    _, verdicts = collected(name)
    assert verdicts[check] == {verdict}
