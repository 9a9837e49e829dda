"""A real OpenSSH with algorithms of its past: read by devices that opt in, refused by others."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.sessions import QUICK
from tests.real.conftest import RealServer, free_port, need, running, says
from xunjian.inventory.model import ChannelSettings, Device
from xunjian.language import Text
from xunjian.platforms import Platform, ReadOnlyRules
from xunjian.secrets import Secret
from xunjian.transport import Deadline, open_session
from xunjian.transport.known_hosts import pin, scan_host_key
from xunjian.transport.model import Channel, Evidence, Request

LINUX = Platform(
    name="linux",
    title=Text("Linux"),
    channels=("shell",),
    read_only=ReadOnlyRules(allow=(re.compile("."),)),
)


@pytest.fixture(scope="module")
def old_sshd(
    sshd: RealServer, keygen: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealServer]:
    """The same machine, as equipment of 2012 would speak: group 14 with SHA-1, ssh-rsa, CBC."""
    program = need("/usr/sbin/sshd")
    folder = tmp_path_factory.mktemp("old-sshd")
    subprocess.run(
        [keygen, "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", folder / "host"],
        check=True,
        timeout=60,
    )
    port = free_port()
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\n"
        f"AuthorizedKeysFile {sshd.folder}/authorized_keys\nStrictModes no\nUsePAM no\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPrintMotd no\n"
        "KexAlgorithms diffie-hellman-group14-sha1\nHostKeyAlgorithms ssh-rsa\n"
        "Ciphers aes128-cbc,3des-cbc\nMACs hmac-sha1\n"
    )
    command = [program, "-D", "-e", "-f", str(folder / "sshd_config")]
    with running(command, lambda: says(port, b"", b"SSH-2.0-"), folder):
        yield RealServer(port, sshd.folder, sshd.user)


def ask(server: RealServer, known_hosts: Path, **options: str) -> tuple[Evidence, tuple[str, ...]]:
    settings = ChannelSettings(
        hostname="127.0.0.1",
        port=server.port,
        username=server.user,
        options={"key_file": str(server.folder / "client"), **options},
    )
    opened = open_session(
        Device(name="old", kind="server", address="127.0.0.1", channels={"shell": settings}),
        LINUX,
        known_hosts=known_hosts,
        resolve=lambda _: Secret("unused-1"),
        deadline=Deadline(30),
        settings=QUICK,
    )
    try:
        return opened.ask(Request(channel=Channel.SHELL, text="uname -s")), opened.notes
    finally:
        opened.close()


def test_old_openssh_is_read_where_the_inventory_opts_in(
    old_sshd: RealServer, tmp_path: Path
) -> None:
    key = scan_host_key("127.0.0.1", old_sshd.port)
    pin(tmp_path / "kh", "127.0.0.1", old_sshd.port, key)
    evidence, notes = ask(old_sshd, tmp_path / "kh", ssh_profile="legacy")
    assert key.key_type == "ssh-rsa"
    assert (evidence.complete, evidence.text.strip()) == (True, "Linux"), evidence.detail
    assert "ssh_profile_legacy" in notes


def test_old_openssh_is_refused_by_default_and_the_way_out_is_told(
    old_sshd: RealServer, tmp_path: Path
) -> None:
    pin(tmp_path / "kh", "127.0.0.1", old_sshd.port, scan_host_key("127.0.0.1", old_sshd.port))
    evidence, notes = ask(old_sshd, tmp_path / "kh")
    assert (evidence.complete, evidence.error) == (False, "unsupported")
    assert "SSH" in evidence.detail
    assert notes == ()


def test_modern_openssh_needs_no_old_algorithm(sshd: RealServer, tmp_path: Path) -> None:
    pin(tmp_path / "kh", "127.0.0.1", sshd.port, scan_host_key("127.0.0.1", sshd.port))
    evidence, _ = ask(sshd, tmp_path / "kh")
    assert evidence.complete
