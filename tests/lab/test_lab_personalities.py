"""The shipped answers: every one renders, every fault has what it needs."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typing_extensions import override

from xunjian.config.clean import clean
from xunjian.config.model import TrustState
from xunjian.config.pack import load_packs
from xunjian.config.redact import redact
from xunjian.lab.devices import lab_devices
from xunjian.lab.faults import FAULTS, Behaviour, Fault
from xunjian.lab.personality import LAB_ZONE, PERSONALITIES, LabClock
from xunjian.lab.snmp import read_records
from xunjian.lab.station import Credential, Station
from xunjian.workspace import open_workspace

DEVICES = lab_devices()


class StoppedClock(LabClock):
    """A clock that stands, a day after the lab began."""

    @override
    def now(self) -> datetime:
        return self.began + timedelta(days=1) + self.shift


CLOCK = StoppedClock(began=datetime(2026, 11, 20, 9, 30, tzinfo=LAB_ZONE))


def _station(name: str, tmp_path: Path, *faults: Fault, clock: LabClock = CLOCK) -> Station:
    return Station(
        device=next(device for device in DEVICES if device.name == name),
        credential=Credential(username="u", password="p"),
        personalities=PERSONALITIES,
        transcript=tmp_path / "log",
        clock=clock,
        faults=faults,
    )


def _everything(station: Station) -> dict[str, str]:
    said = {question: station.answer(question) or "" for question in station.personality.answers}
    files = {"rfc1628": "agent.snmprec", "nut": "vars.txt", "modbus": "tables.yml"}
    if name := files.get(station.device.personality):
        said[name] = station.file(name)
    return said


@pytest.mark.parametrize("name", [device.name for device in DEVICES])
def test_every_answer_renders_and_is_not_empty(name: str, tmp_path: Path) -> None:
    said = _everything(_station(name, tmp_path))
    assert said
    assert [question for question, text in said.items() if not text.strip()] == []


@pytest.mark.parametrize("name", ["hz-core-sw1", "hz-core-sw2", "hz-agg-sw1", "hz-fw1"])
def test_configurations_are_whole_long_and_without_unknown_secrets(
    name: str, tmp_path: Path
) -> None:
    pack = load_packs(open_workspace(None)).get("huawei_vrp")
    text = _station(name, tmp_path).answer("display current-configuration") or ""
    assert len(text.splitlines()) > 300
    assert text.count("XJcanary") >= 8
    kept = redact(clean(text.encode(), pack), pack, b"k" * 32)
    assert (kept.trust.state, kept.trust.reasons) == (TrustState.TRUSTED, ())
    assert "XJcanary" not in "\n".join(kept.lines)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_every_fault_changes_what_its_device_says_or_does(fault: Fault, tmp_path: Path) -> None:
    clean, faulty = _station(fault.device, tmp_path), _station(fault.device, tmp_path, fault)
    said = _everything(faulty)
    if fault.behaviour is Behaviour.NONE:
        assert said != _everything(clean)
    else:
        assert faulty.behaves(fault.behaviour)
        assert not clean.behaves(fault.behaviour)


def test_faults_of_one_device_stand_side_by_side(tmp_path: Path) -> None:
    by_device: dict[str, list[Fault]] = {}
    for fault in FAULTS.values():
        by_device.setdefault(fault.device, []).append(fault)
    for name, faults in by_device.items():
        together = _everything(_station(name, tmp_path, *faults))
        clean = _everything(_station(name, tmp_path))
        for fault in faults:
            alone = _everything(_station(name, tmp_path, fault))
            for question in [q for q, text in alone.items() if text != clean[q]]:
                assert together[question] != clean[question]


@pytest.mark.parametrize("name", [d.name for d in DEVICES if d.personality == "rfc1628"])
def test_agents_data_is_typed(name: str, tmp_path: Path) -> None:
    records = read_records(_station(name, tmp_path).file("agent.snmprec"))
    assert len(records) > 10


def test_answers_follow_the_clock_and_nothing_else(tmp_path: Path) -> None:
    yesterday = StoppedClock(began=CLOCK.began, shift=timedelta(days=-1))
    station = _station("hz-core-sw1", tmp_path)
    before = _station("hz-core-sw1", tmp_path, clock=yesterday)
    assert station.answer("display esn") == before.answer("display esn")
    assert station.answer("display interface") != before.answer("display interface")
