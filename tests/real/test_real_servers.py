"""This machine over OpenSSH with things broken on purpose, and Redfish services others wrote."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fixtures.sessions import QUICK
from tests.fixtures.shipped import content
from tests.real.conftest import RealServer, free_port, need, running, says
from tests.real.test_real_cards import device_at
from xunjian.checks import JudgeContext, NoHistory, judge
from xunjian.checks.context import History
from xunjian.checks.model import Finding
from xunjian.collect import collect
from xunjian.facts.model import FactRow, FactTable
from xunjian.inventory.model import Device
from xunjian.secrets import Secret
from xunjian.testing.replay import drive
from xunjian.transport import Deadline, open_session
from xunjian.transport.known_hosts import HostKey, pin
from xunjian.workspace import builtin_root

pytestmark = pytest.mark.real
CORPUS = Path(os.environ.get("XUNJIAN_CORPUS", builtin_root().parent / "shared" / "corpus"))
SUSHY = "sushy-tools==2.2.0"


class Before:
    """An earlier round's facts."""

    def __init__(self, table: FactTable) -> None:
        self.table = table
        self.last_round_at = datetime.now(UTC)

    def previous(self, fact_name: str) -> tuple[FactRow, ...] | None:
        return self.table.rows.get(fact_name)

    reference = previous


def read(
    device: Device, known_hosts: Path, names: Sequence[str], history: History | None = None
) -> tuple[FactTable, Mapping[tuple[str, str], Finding]]:
    """Collect and judge the cards of these names."""
    catalog, platforms, templates = content()
    tasks = [task for name in names for task in catalog.named(name, device.kind)]
    tasks = [task for task in tasks if (device.platform or "") in task.collect]
    platform = platforms.get(device.platform)
    session = open_session(
        device,
        platform,
        known_hosts=known_hosts,
        resolve=lambda _: Secret(""),
        deadline=Deadline(60),
        settings=QUICK,
    )
    try:
        table, _ = drive(collect(device, tasks, platform, templates=templates), session.ask)
    finally:
        session.close()
    context = JudgeContext(now=datetime.now(UTC), history=history or NoHistory())
    found = judge(device, tasks, table, context)
    return table, {(one.check, one.subject): one for one in found}


@pytest.fixture
def known_hosts(sshd: RealServer, host_key: HostKey, tmp_path: Path) -> Path:
    pin(tmp_path / "kh", "127.0.0.1", sshd.port, host_key)
    return tmp_path / "kh"


@pytest.fixture
def host(sshd: RealServer) -> Device:
    return device_at(sshd, "server", "linux", "shell", key_file=str(sshd.folder / "client"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB, mounted over a loop device."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a file system")
    image, point = tmp_path / "disk.img", tmp_path / "small disk"
    image.write_bytes(bytes(4 << 20))
    point.mkdir()
    subprocess.run([need("/sbin/mkfs.ext4"), "-q", "-F", image], check=True, timeout=30)
    mounted = subprocess.run(
        [need("mount"), "-o", "loop", image, point], capture_output=True, timeout=30, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no loop device: {mounted.stderr.decode(errors='replace').strip()}")
    try:
        yield point
    finally:
        subprocess.run(["umount", point], check=True, timeout=30)


def test_a_full_file_system_that_then_turns_read_only(
    host: Device, known_hosts: Path, small_disk: Path
) -> None:
    with contextlib.suppress(OSError), (small_disk / "filler").open("wb", buffering=0) as filler:
        while filler.write(bytes(65536)):
            pass
    table, verdicts = read(host, known_hosts, ["storage", "mounts"])
    full = verdicts["storage.used", str(small_disk)]
    assert full.verdict == "abnormal"
    assert str(small_disk) in full.message.zh
    escaped = str(small_disk).replace(" ", "\\040")  # as the kernel writes it
    assert verdicts["mounts.read_only", escaped].verdict == "normal"
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True, timeout=30)
    _, verdicts = read(host, known_hosts, ["mounts"], Before(table))
    assert verdicts["mounts.read_only", escaped].verdict == "abnormal"


def test_a_failed_unit_is_found_or_not_known(host: Device, known_hosts: Path) -> None:
    if not Path("/run/systemd/system").is_dir():
        _, verdicts = read(host, known_hosts, ["services"])
        assert verdicts["services.failed", "-"].verdict == "unknown"  # no systemd: never normal
        return
    name = f"xunjian-test-{os.getpid()}"
    subprocess.run(["systemd-run", "--unit", name, "/bin/false"], check=True, timeout=30)
    try:
        _, verdicts = read(host, known_hosts, ["services"])
        assert verdicts["services.failed", f"{name}.service"].verdict == "abnormal"
    finally:
        subprocess.run(["systemctl", "reset-failed", name], check=False, timeout=30)


def test_listening_ports_of_this_host(sshd: RealServer, host: Device, known_hosts: Path) -> None:
    need("ss")
    silent = free_port()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        datagrams = f"{taken.getsockname()[1]}/udp"
        ports = (str(sshd.port), str(silent), datagrams)
        device = replace(host, expected={"ports": ports})
        _, verdicts = read(device, known_hosts, ["ports"])
    assert verdicts["ports.expected", str(sshd.port)].verdict == "normal"
    assert verdicts["ports.expected", datagrams].verdict == "normal"
    assert verdicts["ports.expected", str(silent)].verdict == "abnormal"


def test_names_as_this_host_resolves_them(host: Device, known_hosts: Path) -> None:
    device = replace(host, expected={"names": ("localhost", "nowhere.invalid")})
    table, verdicts = read(device, known_hosts, ["names"])
    assert verdicts["names.resolved", "localhost"].verdict == "normal"
    assert verdicts["names.resolved", "nowhere.invalid"].verdict == "abnormal"  # RFC 6761
    addresses = {row.fact.key[1] for row in table.of("ResolvedName")}
    assert addresses <= {"127.0.0.1", "::1"}


def test_a_certificate_that_ends_soon(host: Device, known_hosts: Path, tmp_path: Path) -> None:
    need("openssl")
    path = tmp_path / "server.crt"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "5"),
            *("-subj", "/CN=meeting.example", "-keyout", tmp_path / "key", "-out", path),
        ],
        check=True,
        timeout=60,
        capture_output=True,
    )
    device = replace(host, expected={"certificates": (str(path), str(tmp_path / "none.crt"))})
    _, verdicts = read(device, known_hosts, ["certificates"])
    soon = verdicts["server.certificate", str(path)]
    assert soon.verdict == "abnormal"
    assert 4 < float(str(soon.value)) <= 5
    assert verdicts["server.certificate", "*"].verdict == "unknown"  # the other file is not there


def test_clock_network_and_logins_of_this_host(host: Device, known_hosts: Path) -> None:
    need("ip")
    table, verdicts = read(host, known_hosts, ["clock", "interfaces", "logins", "updates", "raid"])
    assert verdicts["server_clock.offset", "-"].verdict == "normal"  # it is one clock
    here = {path.name for path in Path("/sys/class/net").iterdir()} - {"lo"}
    assert {row.fact.key[0] for row in table.of("Interface")} <= here
    assert "abnormal" not in {
        one.verdict for (check, _), one in verdicts.items() if "raid" in check
    }


@pytest.fixture(scope="module")
def sushy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of OpenStack's Redfish emulator: XUNJIAN_SUSHY, or an environment of its own."""
    given = os.environ.get("XUNJIAN_SUSHY")
    if given:
        return Path(given)
    if os.environ.get("XUNJIAN_REQUIRE_REAL") != "1":
        pytest.skip("sushy-tools: XUNJIAN_SUSHY names no folder with its programs")
    folder = tmp_path_factory.mktemp("sushy")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=120)
    subprocess.run([folder / "bin/pip", "install", "-q", SUSHY], check=True, timeout=300)
    return folder / "bin"


@contextlib.contextmanager
def redfish(program: Path, folder: Path, *options: str) -> Iterator[Device]:
    port = free_port()
    command = [str(program), "-i", "127.0.0.1", "-p", str(port), *options]
    question = b"GET /redfish/v1/ HTTP/1.0\r\n\r\n"
    with running(command, lambda: says(port, question, b"HTTP/1."), folder):
        server = RealServer(port, folder, "admin")
        yield device_at(server, "server", "redfish", "http", scheme="http")


HARDWARE = ["identity", "controller", "disks", "firmware", "clock", "logs"]


@pytest.mark.parametrize(("power", "verdict"), [("Off", "abnormal"), ("On", "normal")])
def test_an_emulated_server_on_and_off(
    sushy: Path, tmp_path: Path, power: str, verdict: str
) -> None:
    identity = "00000000-0000-4000-8000-000000000012"
    settings = tmp_path / "emulator.conf"
    settings.write_text(
        f"SUSHY_EMULATOR_STATE_DIR = {str(tmp_path)!r}\n"
        f"SUSHY_EMULATOR_FAKE_SYSTEMS = [{{'uuid': {identity!r}, 'name': 'fake', "
        f"'power_state': {power!r}, 'external_notifier': False, 'nics': []}}]\n"
    )
    options = ("--fake", "--config", str(settings))
    with redfish(sushy / "sushy-emulator", tmp_path, *options) as device:
        table, verdicts = read(device, tmp_path / "kh", HARDWARE)
    system = f"Systems/{identity}"
    assert verdicts["controller.running", system].verdict == verdict
    assert verdicts["controller.health", system].verdict == "normal"
    # it links to pages that it does not have; what they would show stays unknown beside the rest
    assert verdicts["controller.running", "*"].verdict == "unknown"
    assert verdicts["server_clock.offset", "-"].verdict == "normal"
    assert {row.fact.key[0] for row in table.of("Firmware")} >= {"BMC"}


def test_dmtfs_tree_served_by_somebody_else(sushy: Path, tmp_path: Path) -> None:
    tree = CORPUS / "redfish" / "public-rackmount1"
    if not tree.is_dir():
        pytest.skip("no corpus beside the checkout")
    with redfish(sushy / "sushy-static", tmp_path, "-m", str(tree)) as device:
        _, verdicts = read(device, tmp_path / "kh", HARDWARE)
    assert verdicts["controller.power", "1U/Power Supply Bay 1"].verdict == "warning"
    assert (
        verdicts["controller.health", "Chassis/1U/PowerSubsystem/Redundancy"].verdict == "warning"
    )
    assert verdicts["controller.health", "Systems/437XR1138R2"].verdict == "normal"  # it lies
    assert verdicts["server_clock.offset", "-"].verdict == "abnormal"  # 2015
    assert {
        one.verdict for (check, _), one in verdicts.items() if check == "server_logs.critical"
    } == {"abnormal"}
