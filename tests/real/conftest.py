"""Real servers on loopback: OpenSSH, NUT's upsd, net-snmp's snmpd.

Each is started in the foreground on a free port, is ready when it answers its protocol once, and
is stopped by its process id. Not installed: skipped, unless XUNJIAN_REQUIRE_REAL=1.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from xunjian.transport.known_hosts import HostKey, scan_host_key

AUTH_KEY, PRIV_KEY = "auth-canary-123", "priv-canary-123"


@dataclass(frozen=True)
class RealServer:
    """A started server."""

    port: int
    folder: Path
    user: str = ""


def need(path: str) -> str:
    """Give the program, or skip (fail where real servers are required)."""
    found = shutil.which(path)
    if found is None:
        reason = f"{path} is not installed"
        if os.environ.get("XUNJIAN_REQUIRE_REAL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextlib.contextmanager
def running(
    arguments: list[str], ready: Callable[[], bool], folder: Path, **environment: str
) -> Iterator[None]:
    """Run a server in the foreground until the block ends."""
    log = folder / f"{Path(arguments[0]).name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **environment},
        )
        try:
            for _ in range(200):
                if process.poll() is not None:
                    pytest.fail(f"{arguments[0]} ended: {log.read_text(errors='replace')[-2000:]}")
                if ready():
                    break
                time.sleep(0.05)
            else:
                pytest.fail(
                    f"{arguments[0]} is not ready: {log.read_text(errors='replace')[-2000:]}"
                )
            yield
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)


def says(port: int, question: bytes, answer: bytes) -> bool:
    """Whether a TCP server answers a question as hoped."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as sock:
            sock.settimeout(1)
            if question:
                sock.sendall(question)
            return sock.recv(1024).startswith(answer)
    except OSError:
        return False


@pytest.fixture(scope="session")
def keygen() -> str:
    return need("ssh-keygen")


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory, keygen: str) -> Iterator[RealServer]:
    program = need("/usr/sbin/sshd")
    folder = tmp_path_factory.mktemp("sshd")
    for name in ("host", "client"):
        subprocess.run(
            [keygen, "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True, timeout=20
        )
    shutil.copy(folder / "client.pub", folder / "authorized_keys")
    port = free_port()
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\nStrictModes no\nUsePAM no\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\nMaxStartups 100\nPrintMotd no\n"
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # its privilege separation wants it
    user = pwd.getpwuid(os.geteuid()).pw_name
    command = [program, "-D", "-e", "-f", str(folder / "sshd_config")]
    with running(command, lambda: says(port, b"", b"SSH-2.0-"), folder):
        yield RealServer(port, folder, user)


@pytest.fixture(scope="session")
def host_key(sshd: RealServer) -> HostKey:
    return scan_host_key("127.0.0.1", sshd.port)


@pytest.fixture(scope="session")
def upsd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    server, driver = need("/lib/nut/upsd"), need("/lib/nut/dummy-ups")
    folder = tmp_path_factory.mktemp("nut")
    state = folder / "state"
    state.mkdir(mode=0o770)
    port = free_port()
    (folder / "ups1.dev").write_text(
        "ups.status: OL\nbattery.charge: 97\nbattery.runtime: 5400\nups.model: SMT1500\nups.mfr: Invented\n"
    )
    (folder / "ups.conf").write_text(
        f'[ups1]\n driver = dummy-ups\n port = {folder}/ups1.dev\n mode = dummy-once\n desc = "x"\n'
    )
    (folder / "upsd.conf").write_text(f"LISTEN 127.0.0.1 {port}\nSTATEPATH {state}\n")
    (folder / "upsd.users").write_text("[reader]\n password = none-needed\n")
    for path in folder.iterdir():
        path.chmod(0o770 if path.is_dir() else 0o640)
    user = pwd.getpwuid(os.geteuid()).pw_name
    paths = {"NUT_CONFPATH": str(folder), "NUT_STATEPATH": str(state), "NUT_ALTPIDPATH": str(state)}
    driving = [driver, "-F", "-a", "ups1", "-u", user]
    serving = [server, "-F", "-u", user, "-P", str(state / "upsd.pid")]
    with (
        running(driving, (state / "dummy-ups-ups1").exists, folder, **paths),
        running(
            serving,
            lambda: says(port, b"GET VAR ups1 ups.status\n", b'VAR ups1 ups.status "OL"'),
            folder,
            **paths,
        ),
    ):
        yield RealServer(port, folder)


@pytest.fixture(scope="session")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    program = need("/usr/sbin/snmpd")
    folder = tmp_path_factory.mktemp("snmpd")
    port = free_port(socket.SOCK_DGRAM)
    (folder / "snmpd.conf").write_text(
        f"agentAddress udp:127.0.0.1:{port}\nrocommunity canary-community 127.0.0.0/8\n"
        f"createUser xj SHA {AUTH_KEY} AES {PRIV_KEY}\nrouser xj authpriv\n"
        'sysName ups-real\nsysLocation 机房三\nsysDescr "an agent"\n'
        "override 1.3.6.1.2.1.33.1.2.4.0 integer 98\n"
        'override 1.3.6.1.2.1.33.1.1.2.0 octet_str "UPS-REAL"\n'
    )

    def ready() -> bool:
        from gufo.snmp.sync import SnmpSession

        try:
            session = SnmpSession("127.0.0.1", port, community="canary-community", timeout=0.5)
            return session.get("1.3.6.1.2.1.1.5.0") == b"ups-real"
        except (TimeoutError, OSError):
            return False

    command = [
        program,
        "-f",
        "-C",
        "-c",
        str(folder / "snmpd.conf"),
        "-Lo",
        "-p",
        str(folder / "pid"),
    ]
    with running(command, ready, folder, SNMP_PERSISTENT_DIR=str(folder)):
        yield RealServer(port, folder)
