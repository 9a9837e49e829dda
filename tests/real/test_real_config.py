"""Configurations of real servers: a Linux host over OpenSSH in parts, a UPS behind NUT's upsd."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fixtures.command_line import Said, call
from tests.real.conftest import RealServer
from xunjian.transport.known_hosts import pin, scan_host_key

pytestmark = pytest.mark.real
Call = Callable[..., Said]


def workspace(root: Path, hosts: str, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("XUNJIAN_ACTOR", "reviewer")
    assert call("init", root).code == 0
    for name in ("groups", "defaults", "sites"):
        (root / "inventory" / f"{name}.yml").write_text("{}\n", "utf-8")
    (root / "inventory" / "hosts.yml").write_text(hosts, "utf-8")

    def xunjian(*words: str) -> Said:
        return call(*words, "-w", root, "-l", "all")

    return xunjian


def test_a_linux_host_in_parts(
    sshd: RealServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "ws"
    xunjian = workspace(
        root,
        f"hz-srv1:\n  hostname: 127.0.0.1\n  port: {sshd.port}\n  platform: linux\n"
        f"  username: {sshd.user}\n  data: {{kind: server}}\n  connection_options:\n"
        f"    shell: {{extras: {{key_file: {sshd.folder / 'client'}}}}}\n",
        monkeypatch,
    )
    known_hosts = root / "known_hosts"
    pin(known_hosts, "127.0.0.1", sshd.port, scan_host_key("127.0.0.1", sshd.port))
    said = xunjian("backup", "--format", "json")
    assert said.code == 0, said
    assert said.json["backups"][0]["state"] == "kept"
    if shutil.which("nft") is None:
        assert "nftables" not in said.err  # what is not there was not missed
    kept = (root / "inventory/baselines/backup/_/hz-srv1/running.cfg").read_text("utf-8")
    assert "==== part: users ====" in kept
    assert "\nroot:x:0:0:" in kept
    assert "==== part: sysctl ====" in kept
    assert ("==== part: sshd ====" in kept) == Path("/etc/ssh/sshd_config").is_file()
    assert ("==== part: crontab ====" in kept) == Path("/etc/crontab").is_file()
    assert "kernel.random." not in kept
    assert xunjian("baseline", "accept", "--initial").code == 0
    assert xunjian("diff").code == 0  # counters of the kernel are no change
    lines = [line for line in kept.splitlines() if not line.startswith("root:x:0:0:")]
    baseline = root / "inventory/baselines/baseline/_/hz-srv1/running.cfg"
    baseline.write_text("\n".join(lines) + "\n", "utf-8")
    found = xunjian("diff", "--format", "json")
    assert found.code == 1
    (change,) = [c for c in found.json["changes"] if c["path"] == ["==== part: users ===="]]
    assert (change["kind"], change["risk"]) == ("added", "critical")
    assert change["rule"] == "user.root"


def test_a_ups_s_settings(
    upsd: RealServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "ws"
    xunjian = workspace(
        root,
        f"hz-ups1:\n  hostname: 127.0.0.1\n  platform: nut\n  data: {{kind: ups}}\n"
        f"  connection_options:\n    nut: {{port: {upsd.port}, extras: {{ups: ups1}}}}\n",
        monkeypatch,
    )
    said = xunjian("baseline", "accept", "--initial")
    assert said.code == 0, said
    shown = xunjian("baseline", "show").out
    assert "ups.model" in shown
    assert "battery.charge " not in shown
    assert xunjian("diff").code == 0
    baseline = root / "inventory/baselines/baseline/_/hz-ups1/running.cfg"
    baseline.write_text(baseline.read_text("utf-8") + 'VAR ups1 ups.delay.shutdown "20"\n', "utf-8")
    found = xunjian("diff", "--format", "json")
    assert found.code == 1
    (change,) = found.json["changes"]
    assert (change["kind"], change["rule"], change["risk"]) == ("removed", "ups.shutdown", "high")
