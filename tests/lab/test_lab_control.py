"""A lab is brought up as a complete workspace and ended without leftovers."""

import json
import os
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path

import pytest

from xunjian.errors import UsageError
from xunjian.inventory import load_inventory
from xunjian.lab import LabHandle, down, faults_listing, up
from xunjian.lab.folder import LabFolder, read_json
from xunjian.lab.process import identity, running_pid

SECRET_SLOTS = ("password", "community", "snmp_key")


def _up(
    directory: Path, data: Path, *faults: str, devices: int = 0, detach: bool = False
) -> LabHandle:
    return up(directory, faults, devices, detach=detach, history=False, personalities=data)


def _listens(handle: LabHandle, device: str) -> bool:
    with socket.socket() as connection:
        connection.settimeout(2)
        return connection.connect_ex(handle.address(device)) == 0


def test_the_folder_is_a_workspace_without_a_secret_in_clear(faulty_lab: LabHandle) -> None:
    root = faulty_lab.directory
    names = [
        "xunjian.yml",
        "known_hosts",
        "secrets.age",
        "inventory/hosts.yml",
        "inventory/groups.yml",
    ]
    assert all((root / name).is_file() for name in [*names, "inventory/sites.yml"])
    assert stat.S_IMODE((root / "keys/age.key").stat().st_mode) == 0o600
    secrets = [getattr(faulty_lab.credential, slot).encode() for slot in SECRET_SLOTS]
    assert all(len(secret) >= 24 for secret in secrets)
    assert len(set(secrets)) == 3
    for path in root.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(secret in content for secret in secrets), path


def test_the_inventory_loads_and_names_every_device(faulty_lab: LabHandle) -> None:
    inventory = load_inventory(faulty_lab.directory / "inventory")
    names = [device.name for device in faulty_lab.devices]
    answering = [d for d in inventory.devices.values() if d.address is not None]
    assert [device.name for device in answering] == names
    assert len(answering) == 27
    in_core = [d for d in answering if d.room is not None and d.room.room_class.value == "core"]
    assert [d.kind for d in answering if d not in in_core] == ["projector", "codec", "camera"]
    for device in answering:
        watches = device.kind in {"camera", "nvr"}
        assert device.systems == ("water", *(("surveillance",) if watches else ()))
        assert any(letter >= "\u4e00" for letter in device.label)
        assert device.channel("").port == faulty_lab.address(device.name)[1]
    kinds = {device.kind for device in in_core}
    assert kinds == {"switch", "firewall", "server", "ups", "codec", "sensor", "camera", "nvr"}


def test_things_without_address_stand_beside_the_devices(faulty_lab: LabHandle) -> None:
    inventory = load_inventory(faulty_lab.directory / "inventory")
    things = [device for device in inventory.devices.values() if device.address is None]
    kinds = sorted(device.kind for device in things)
    rooms = ["display", "earthing", "line", "microphone", "room", "room"]
    assert kinds == sorted([*rooms, "box", "camera", "line"])
    assert all(thing.platform is None and thing.site is not None for thing in things)


def test_every_fault_hits_a_device_and_blocking_ones_stand_alone(faulty_lab: LabHandle) -> None:
    names = {device.name for device in faulty_lab.devices}
    assert {fault.device for fault in faulty_lab.planted} <= names
    for fault in faulty_lab.planted:
        if fault.blocks:
            assert [f.name for f in faulty_lab.planted if f.device == fault.device] == [fault.name]


def test_the_listing_has_the_promised_shape() -> None:
    rows = json.loads(json.dumps(faults_listing()))
    assert len(rows) == 27
    for row in rows:
        assert set(row) == {"name", "device", "expect"}
        assert set(row["expect"]) == {"check", "verdict"}
    borne = {row["name"] for row in rows if row["expect"]["verdict"] == "normal"}
    assert borne == {"gbk-names", "login-question", "pager-stuck", "device-drips"}


def test_two_labs_do_not_clash_and_go_without_leftovers(tmp_path: Path, lab_data: Path) -> None:
    one, two = _up(tmp_path / "one", lab_data), _up(tmp_path / "two", lab_data, devices=3)
    try:
        assert len(two.devices) == 30
        assert two.devices[-1].name == "hz-more-sw003"
        for device in ("hz-core-sw1", "hz-ups2", "hz-acc-sw7"):
            assert one.address(device)[0] == two.address(device)[0]
            assert one.address(device)[1] != two.address(device)[1]
            assert _listens(one, device)
            assert _listens(two, device)
        with pytest.raises(UsageError, match="已在运行"):
            _up(tmp_path / "one", lab_data)
    finally:
        one.down()
        two.down()
    assert not _listens(one, "hz-core-sw1")
    assert running_pid(LabFolder(tmp_path / "one")) is None


def test_a_process_keeps_its_identity_whatever_command_line_it_shows() -> None:
    # for an instant after exec the kernel shows an empty command line: no part of the identity
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as other:
        assert identity(other.pid) != identity(os.getpid())
    assert identity(other.pid) is None
    with subprocess.Popen(
        ["sh", "-c", "read line; exec cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as changing:
        assert changing.stdin is not None
        assert changing.stdout is not None
        before = identity(changing.pid)
        changing.stdin.write(b"go\nnow cat\n")
        changing.stdin.flush()
        assert changing.stdout.readline() == b"now cat\n"
        assert identity(changing.pid) == before


def test_a_detached_lab_is_ended_by_its_folder_alone_and_can_come_up_again(
    tmp_path: Path, lab_data: Path
) -> None:
    first = _up(tmp_path / "ws", lab_data, detach=True)
    known = first.credential
    try:
        assert down(tmp_path / "ws")
        assert not down(tmp_path / "ws")
        second = _up(tmp_path / "ws", lab_data, "device-dead", detach=True)
        assert second.credential == known
        assert not _listens(second, "hz-acc-sw7")
        assert _listens(second, "hz-acc-sw6")
    finally:
        down(tmp_path / "ws")


def test_an_attached_lab_ends_with_its_lifeline(tmp_path: Path, lab_data: Path) -> None:
    handle = _up(tmp_path / "ws", lab_data)
    assert handle.process.lifeline is not None
    os.close(handle.process.lifeline)
    until = time.monotonic() + 10
    while handle.process.is_alive() and time.monotonic() < until:
        time.sleep(0.05)
    try:
        assert not handle.process.is_alive()
    finally:
        down(tmp_path / "ws")


def test_down_never_touches_a_stranger_with_the_recorded_number(
    tmp_path: Path, lab_data: Path
) -> None:
    handle = _up(tmp_path / "ws", lab_data)
    folder = LabFolder(tmp_path / "ws")
    recorded = read_json(folder.process)
    handle.down()
    folder.process.write_text(json.dumps({"pid": os.getpid(), "identity": recorded["identity"]}))
    assert not down(tmp_path / "ws")
    os.kill(os.getpid(), 0)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.parametrize(
    ("faults", "devices", "said"),
    [(("fan-faild",), 0, "fan-faild"), ((), -1, "-1"), ((), 2001, "2001")],
)
def test_wrong_wishes_touch_nothing(
    tmp_path: Path, lab_data: Path, faults: tuple[str, ...], devices: int, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        _up(tmp_path / "ws", lab_data, *faults, devices=devices)
    assert not (tmp_path / "ws").exists()


def test_a_folder_with_other_things_is_refused(tmp_path: Path, lab_data: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="不是空的"):
        _up(tmp_path, lab_data)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, lab_data: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="不可写"):
        _up(tmp_path / "file" / "ws", lab_data)


def test_a_missing_extra_is_said_with_what_to_install(
    tmp_path: Path, lab_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xunjian.lab.control.find_spec", lambda _: None)
    with pytest.raises(UsageError) as raised:
        _up(tmp_path / "ws", lab_data)
    assert "xunjian[lab]" in str(raised.value.hint)
