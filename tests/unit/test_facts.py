from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xunjian.facts import (
    FACTS,
    Fact,
    FactRow,
    canonical_port,
    fact_from_json,
    fact_to_json,
    make_fact,
    merge_rows,
)
from xunjian.facts.registry import field_names
from xunjian.facts.titles import FACT_TITLES, FIELD_TITLES, titled

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
KEYS = {
    "Path": "target",
    "Cpu": "slot",
    "Memory": "slot",
    "Temperature": "slot sensor",
    "Fan": "slot fan",
    "PowerSupply": "slot psu",
    "Interface": "port",
    "Optics": "port lane",
    "OpticsLimits": "port",
    "MultiChassis": "domain",
    "MultiChassisPort": "port",
    "LogEntry": "at text",
    "Filesystem": "mount",
    "Unit": "unit",
    "Health": "part",
    "UpsPhase": "side phase",
    "Registration": "service",
    "MediaStream": "call stream",
    "Peripheral": "name",
    "Lamp": "lamp",
    "AdminSession": "user terminal source",
    "Certificate": "name",
    "Reading": "name",
    "Inspection": "item",
    "Mount": "mount",
    "RaidArray": "array",
    "Listener": "protocol address number",
    "Login": "began user terminal",
    "FailedLogin": "began user source",
    "Update": "package",
    "BondMember": "bond member",
    "Database": "name",
    "DatabaseEvent": "name at text",
    "ResolvedName": "name address",
    "Drive": "part",
    "Firmware": "part",
    "StackMember": "member",
    "StackLink": "member port",
    "Transceiver": "port",
    "SessionSlot": "slot",
    "StpPort": "instance port",
    "StpTree": "instance",
    "License": "name",
    "Neighbor": "port neighbor",
    "Diagnostic": "name",
    "UpsTest": "test",
}
SINGLE = [
    "Reachability",
    "Credential",
    "Identity",
    "Clock",
    "Display",
    "Battery",
    "UpsOutput",
    "CallState",
    "Session",
    "ConserveMode",
    "HaState",
    "SavedConfig",
    "EndpointState",
]


# What a card may count on, beside the key; a fact may have more.
GRAMMAR = """
Reachability answers login latency_ms reason
Path loss_pct rtt_ms jitter_ms
Identity model serial version uptime_s
Cpu used_pct device_critical_pct
Memory used_pct device_critical_pct
Temperature celsius state device_warning device_critical device_low
Fan state rpm speed_pct
PowerSupply state output_w rated_w
Interface admin oper description speed_mbps in_packets in_errors out_errors crc
Optics rx_dbm tx_dbm bias_ma
OpticsLimits rx_low_dbm rx_high_dbm tx_low_dbm tx_high_dbm
Clock at offset_s synced
LogEntry severity module mnemonic port
Filesystem used_pct free_bytes inode_used_pct
Unit load active sub
Health health enabled
Battery charge_pct runtime_s voltage_v celsius state on_battery_s replace
UpsOutput source load_pct
UpsPhase volts amps load_pct hz
Registration state reason
CallState active in_progress
MediaStream source direction kind packets lost jitter_ms width height
Peripheral kind state serial
Session used maximum
HaState role peer state
Certificate not_after
Reading reading unit state
Inspection state reading day detail photo
Display power input muted
Lamp hours lit
"""
WORDS = {
    ("PowerSupply", "state"): "ok warn fault no_input absent",
    ("UpsOutput", "source"): "mains battery bypass booster reducer none",
    ("MediaStream", "source"): "current last",
}


@pytest.mark.parametrize("line", GRAMMAR.strip().splitlines())
def test_the_fields_of_the_grammar(line: str) -> None:
    fact, *names = line.split()
    assert set(names) <= field_names(fact)
    assert not {"KEY", "EVENT"} & field_names(fact)


@pytest.mark.parametrize(("place", "words"), WORDS.items())
def test_the_words_of_the_grammar(place: tuple[str, str], words: str) -> None:
    fact, field = place
    assert all(not make_fact(fact, {field: word})[1] for word in words.split())
    made, problems = make_fact(fact, {field: "fine"})
    assert getattr(made, field) is None
    assert len(problems) == 1


def test_the_registry_holds_every_fact_of_the_grammar() -> None:
    assert set(FACTS) == {*KEYS, *SINGLE}
    assert {name for name, fact in FACTS.items() if fact.EVENT} == {
        "LogEntry",
        "Login",
        "FailedLogin",
        "DatabaseEvent",
    }


@pytest.mark.parametrize("name", sorted(FACTS))
def test_every_fact_has_its_key_and_only_unknowns_by_default(name: str) -> None:
    fact = FACTS[name]
    assert is_dataclass(fact)
    assert tuple(KEYS.get(name, "").split()) == fact.KEY
    assert set(fact.KEY) <= {field.name for field in fields(fact)}
    assert all(value is None for value in fact().values().values())
    assert hasattr(fact, "__slots__")
    assert fact.__doc__


@pytest.mark.parametrize(
    ("fact", "field", "given", "expected"),
    [
        ("Identity", "serial", "0012", "0012"),
        ("Cpu", "slot", "1", "1"),
        ("Cpu", "slot", 1, "1"),
        ("Cpu", "used_pct", " 12 ", 12.0),
        ("Cpu", "used_pct", "12.5", 12.5),
        ("Cpu", "used_pct", 12, 12.0),
        ("Cpu", "used_pct", "", None),
        ("Cpu", "used_pct", None, None),
        ("Interface", "in_errors", "0012", 12),
        ("Interface", "in_errors", 12.0, 12),
        ("Interface", "port", " Gi2/0/3 ", "GE2/0/3"),
        ("Interface", "description", "  ", None),
        ("Clock", "synced", "True", True),
        ("Clock", "synced", "off", False),
        ("Clock", "synced", True, True),
        ("Clock", "at", "2026-11-21T12:00:00+00:00", NOW),
        ("Clock", "at", NOW, NOW),
        ("PowerSupply", "state", "no_input", "no_input"),
    ],
)
def test_values_are_typed_by_the_field(
    fact: str, field: str, given: object, expected: object
) -> None:
    made, problems = make_fact(fact, {field: given})
    value = getattr(made, field)
    assert (value, type(value)) == (expected, type(expected))
    assert problems == ()


@pytest.mark.parametrize(
    ("fact", "field", "given"),
    [
        ("Cpu", "used_pct", "12%"),
        ("Cpu", "used_pct", "n/a"),
        ("Cpu", "used_pct", True),
        ("Cpu", "used_pct", float("nan")),
        pytest.param("Cpu", "used_pct", 10**400, id="huge"),
        ("Cpu", "slot", ["1"]),
        ("Interface", "in_errors", "12.5"),
        ("Clock", "synced", "perhaps"),
        ("Clock", "at", "yesterday"),
        ("Clock", "at", "2026-11-21T12:00:00"),
        ("Clock", "at", 17),
        ("PowerSupply", "state", "Normal"),
        ("Cpu", "usd_pct", 12),
    ],
)
def test_what_a_field_cannot_hold_is_unknown_and_said(fact: str, field: str, given: object) -> None:
    made, problems = make_fact(fact, {field: given})
    assert getattr(made, field, None) is None
    assert len(problems) == 1
    assert field in problems[0].zh
    assert field in problems[0].en
    assert len(problems[0].zh) < 200


def test_an_unknown_fact_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        make_fact("Cpus", {})


@pytest.mark.parametrize(
    ("forms", "canonical"),
    [
        ("Gi2/0/3 GigabitEthernet2/0/3 GE2/0/3 gigabitethernet2/0/3 GE2/0/3(100M)", "GE2/0/3"),
        (
            "10GE1/0/1 XGE1/0/1 XGigabitEthernet1/0/1 Ten-GigabitEthernet1/0/1 10GE1/0/1(1G)",
            "10GE1/0/1",
        ),
        ("Te1/0/1 TenGigE1/0/1", "10GE1/0/1"),
        ("MultiGE1/0/1 Tw1/0/1 TwoGigabitEthernet1/0/1", "MultiGE1/0/1"),
        ("5GE1/0/1 FiveGigabitEthernet1/0/1 Fi1/0/1", "5GE1/0/1"),
        ("Ap1/0/1 AppGigabitEthernet1/0/1", "AppGE1/0/1"),
        ("25GE1/0/1 Twe1/0/1 Twenty-FiveGigE1/0/1 WGE1/0/1", "25GE1/0/1"),
        ("40GE1/0/1 Fo1/0/1 FortyGigE1/0/1 FGE1/0/1", "40GE1/0/1"),
        ("100GE1/0/1 Hu1/0/1 HundredGigE1/0/1 HGE1/0/1", "100GE1/0/1"),
        ("400GE1/0/1", "400GE1/0/1"),
        ("Eth-Trunk12 eth-trunk12", "Eth-Trunk12"),
        ("MEth0/0/0", "MEth0/0/0"),
        ("M-GigabitEthernet0/0/0 MGE0/0/0", "MGE0/0/0"),
        ("Vlanif10 Vlan-interface10 Vlan10", "Vlanif10"),
        ("Bridge-Aggregation1 BAGG1", "BAGG1"),
        ("Port-channel1 Po1", "Port-channel1"),
        ("GigabitEthernet0/0/1.100 GE0/0/1.100", "GE0/0/1.100"),
        ("eth0", "eth0"),
        ("ens192", "ens192"),
        ("lo", "lo"),
        ("bond0.12", "bond0.12"),
        ("Serial1/0/0", "Serial1/0/0"),
        ("Virtual-Template1", "Virtual-Template1"),
        ("NULL0", "NULL0"),
    ],
)
def test_port_names_have_one_form(forms: str, canonical: str) -> None:
    for form in forms.split():
        assert canonical_port(form) == canonical
    assert canonical_port(canonical) == canonical


def test_port_names_with_blanks() -> None:
    assert canonical_port("Ethernet 1/0/1") == "Eth1/0/1"
    assert canonical_port("") == ""


@given(st.text(max_size=30))
def test_canonical_names_stay(name: str) -> None:
    once = canonical_port(name)
    assert canonical_port(once) == once


def row(name: str, *, ids: str = "e1", minutes: int = 0, **values: object) -> FactRow:
    fact, problems = make_fact(name, values)
    assert not problems
    return FactRow(
        fact=fact, evidence_ids=tuple(ids.split()), taken_at=NOW + timedelta(minutes=minutes)
    )


def test_rows_of_one_key_become_one() -> None:
    rows, problems = merge_rows(
        [
            row("Cpu", ids="e1", minutes=1, slot="1", used_pct=10),
            row("Cpu", ids="e2", slot="2", used_pct=20),
            row("Cpu", ids="e3 e1", slot="1", device_critical_pct=90, used_pct=10),
        ]
    )
    assert [r.fact.subject for r in rows] == ["1", "2"]
    assert (
        rows[0].fact
        == make_fact("Cpu", {"slot": "1", "used_pct": 10, "device_critical_pct": 90})[0]
    )
    assert rows[0].evidence_ids == ("e1", "e3")
    assert rows[0].taken_at == NOW
    assert problems == ()


def test_the_first_of_two_values_stays_and_the_conflict_is_said() -> None:
    rows, problems = merge_rows(
        [row("Cpu", slot="1", used_pct=10), row("Cpu", slot="1", used_pct=11)]
    )
    assert getattr(rows[0].fact, "used_pct", None) == 10
    assert len(problems) == 1
    assert "Cpu[1].used_pct" in problems[0].en


def test_rows_without_key_are_one_row_and_events_never_merge() -> None:
    rows, _ = merge_rows([row("Battery", charge_pct=90), row("Battery", runtime_s=3600)])
    assert len(rows) == 1
    twice = [row("LogEntry", at=NOW, text="x"), row("LogEntry", at=NOW, text="x")]
    assert len(merge_rows(twice)[0]) == 2


def sample(fact: type[Fact]) -> Fact:
    values: dict[str, object] = {}
    for field in fields(fact):
        for candidate in (
            "GE1/0/1",
            0,
            1.5,
            True,
            NOW,
            "ok",
            "up",
            "mains",
            "in",
            "input",
            "master",
            "valid",
            "full",
            "off",
            "self_test",
            "passed",
        ):
            made, problems = make_fact(fact.__name__, {field.name: candidate})
            if not problems:
                values[field.name] = candidate
                break
        else:
            values[field.name] = "current"
    made, problems = make_fact(fact.__name__, values)
    assert not problems
    assert None not in made.values().values()
    return made


@pytest.mark.parametrize("name", sorted(FACTS))
def test_json_and_back(name: str) -> None:
    for fact in (sample(FACTS[name]), FACTS[name]()):
        assert fact_from_json(name, fact_to_json(fact)) == fact


def test_json_of_another_version() -> None:
    assert (
        fact_from_json("Battery", {"charge_pct": 90, "colour": "red"})
        == make_fact("Battery", {"charge_pct": 90})[0]
    )


def test_every_fact_and_field_has_a_title_in_both_languages() -> None:
    assert set(FACT_TITLES) == set(FACTS)
    assert set(FIELD_TITLES) == {field for fact in FACTS for field in field_names(fact)}
    for zh, en in (*FACT_TITLES.values(), *FIELD_TITLES.values()):
        assert zh, en
        assert en.isascii(), zh
        assert en, zh


def test_titles_are_put_together_for_readers() -> None:
    said = titled(["Interface.in_util_pct", "Neighbor", "Own.field"])
    assert said.zh == "接口的入方向利用率、邻居、Own的field"
    assert said.en == "port (inbound utilisation), neighbour, Own (field)"
