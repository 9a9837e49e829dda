"""A real systemd, pid 1 of namespaces of its own, shows our Linux cards a unit that has failed.

It needs the right to make namespaces and to mount in them; without that right the test is
skipped with the reason, also under XUNJIAN_REQUIRE_REAL=1, since no package would give it. On a
machine that systemd itself runs, test_real_servers.py has such a test and this one is skipped.
The inner systemd has a /run and a copy of /etc of its own, and may not set kernel parameters;
the control groups it made are removed.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.real.conftest import RealServer, free_port, need, says
from tests.real.test_real_cards import device_at
from tests.real.test_real_servers import read
from xunjian.transport.known_hosts import HostKey, pin

pytestmark = pytest.mark.real
SYSTEMD = "/lib/systemd/systemd"
CGROUPS = Path("/sys/fs/cgroup")
SCRIPT = f"""set -e
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system /run/etc
cp -a /etc/. /run/etc
mount --bind /run/etc /etc
rm -f /etc/machine-id
echo 00000000000040008000000000000012 >/etc/machine-id
cp "$1"/xj* /run/systemd/system
exec env container=xj {SYSTEMD} --system --unit=xj.target
"""


def write_units(folder: Path, sshd: RealServer, program: str, port: int) -> None:
    folder.mkdir()
    (folder.parent / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {sshd.folder}/host\nPidFile none\n"
        f"AuthorizedKeysFile {sshd.folder}/authorized_keys\nStrictModes no\nUsePAM no\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\nMaxStartups 100\n"
    )
    (folder / "xj.target").write_text(
        "[Unit]\nDefaultDependencies=no\nWants=xj-broken.service xj-sshd.service\n"
    )
    (folder / "xj-broken.service").write_text(
        "[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nExecStart=/bin/false\n"
    )
    # after the broken one: who reaches sshd finds the other unit failed already
    (folder / "xj-sshd.service").write_text(
        "[Unit]\nDefaultDependencies=no\nAfter=xj-broken.service\n"
        "[Service]\nRuntimeDirectory=sshd\n"
        f"ExecStart={program} -D -f {folder.parent}/sshd_config\n"
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill unshare and the inner pid 1, and with that all in its namespace."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    inner: list[str] = []
    with contextlib.suppress(OSError):
        inner = children.read_text().split()
    for pid in map(int, inner):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.kill()
    process.wait(5)


def control_groups() -> set[Path]:
    """The groups of a systemd in each hierarchy; they outlive its namespaces."""
    tops = [CGROUPS, *(top for top in CGROUPS.glob("*/") if not top.is_symlink())]
    roots = [top / name for top in tops for name in ("init.scope", "system.slice")]
    return {Path(folder) for root in roots for folder, _, _ in os.walk(root)}


def remove_groups(made: set[Path]) -> None:
    """Remove groups, the inner first; one that holds a process stays, the kernel sees to that."""
    until = time.monotonic() + 2
    for group in sorted(made, reverse=True):
        while group.is_dir() and time.monotonic() < until:
            with contextlib.suppress(OSError):  # those killed leave it a moment later
                group.rmdir()
                break
            time.sleep(0.05)


@pytest.fixture
def booted(sshd: RealServer, tmp_path: Path) -> Iterator[RealServer]:
    """The sshd that an inner systemd has started."""
    if Path("/run/systemd/system").is_dir():
        pytest.skip("systemd runs this machine")
    unshare, program = need("unshare"), need("/usr/sbin/sshd")
    need(SYSTEMD)
    port = free_port()
    write_units(tmp_path / "units", sshd, program, port)
    log, before = tmp_path / "systemd.log", control_groups()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(unshare, "--pid", "--fork", "--kill-child", "--mount-proc", "--mount"),
                *("--uts", "--ipc", "--cgroup", "bash", "-c", SCRIPT, "bash", tmp_path / "units"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        until = time.monotonic() + 15
        while not says(port, b"", b"SSH-2.0-"):
            if process.poll() is not None or time.monotonic() > until:
                said = log.read_text(errors="replace")[-1000:].strip()
                pytest.skip(f"no systemd in a namespace here: {said or 'it said nothing'}")
            time.sleep(0.1)
        yield RealServer(port, sshd.folder, sshd.user)
    finally:
        end(process)
        remove_groups(control_groups() - before)


def test_a_unit_that_a_real_systemd_shows_as_failed(
    booted: RealServer, host_key: HostKey, tmp_path: Path
) -> None:
    pin(tmp_path / "kh", "127.0.0.1", booted.port, host_key)
    device = device_at(booted, "server", "linux", "shell", key_file=str(booted.folder / "client"))
    device = replace(device, expected={"services": ("xj-sshd", "xj-broken")})
    table, verdicts = read(device, tmp_path / "kh", ["services"])
    assert verdicts["services.failed", "xj-broken.service"].verdict == "abnormal"
    assert ("services.failed", "xj-sshd.service") not in verdicts
    assert verdicts["services.expected", "xj-sshd"].verdict == "normal"
    assert verdicts["services.expected", "xj-broken"].verdict == "abnormal"
    units = {row.fact.key[0]: getattr(row.fact, "active", None) for row in table.of("Unit")}
    assert units["xj-sshd.service"] == "active"
    device = replace(device, expected={"databases": ("xj-sshd", "xj-broken", "xj-none")})
    table, verdicts = read(device, tmp_path / "kh", ["databases"])
    states = {row.fact.key[0]: getattr(row.fact, "state", None) for row in table.of("Database")}
    assert states == {"xj-sshd": "active", "xj-broken": "failed", "xj-none": "not-found"}
    assert verdicts["databases.running", "xj-sshd"].verdict == "normal"
    assert verdicts["databases.running", "xj-broken"].verdict == "abnormal"
    assert verdicts["databases.running", "xj-none"].verdict == "abnormal"
    (served,) = (row.fact for row in table.of("Database") if row.fact.key == ("xj-sshd",))
    assert served.values()["restarts"] == 0
