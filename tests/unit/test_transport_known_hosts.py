"""Pinned host keys: a file OpenSSH reads too, written whole or not at all."""

import stat
from pathlib import Path

import pytest

from tests.fixtures.terminal_server import Behaviour, TerminalServer
from xunjian.errors import SessionLost, Unreachable
from xunjian.transport.known_hosts import HostKey, entry_name, pin, pinned, scan_host_key

KEY = HostKey(
    "ssh-ed25519",
    "AAAAC3NzaC1lZDI1NTE5AAAAIKnb2pVpL3hYQ8rD1eBz0cT4v6mWq7x9Yk2sJfHgNdUa",
    "",
)


@pytest.mark.parametrize(
    ("address", "port", "name"),
    [("192.0.2.1", 22, "192.0.2.1"), ("192.0.2.1", 2201, "[192.0.2.1]:2201")],
)
def test_entry_name(address: str, port: int, name: str) -> None:
    assert entry_name(address, port) == name


def test_pin_keeps_the_rest_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "known_hosts"
    path.parent.mkdir()
    path.write_text("# ours\n192.0.2.9 ssh-ed25519 AAAA\n192.0.2.1 ssh-ed25519 OLD\n")
    pin(path, "192.0.2.1", 22, KEY)
    pin(path, "192.0.2.1", 2201, KEY)
    assert path.read_text().splitlines() == [
        "# ours",
        "192.0.2.9 ssh-ed25519 AAAA",
        f"192.0.2.1 ssh-ed25519 {KEY.key}",
        f"[192.0.2.1]:2201 ssh-ed25519 {KEY.key}",
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["known_hosts"]


def test_pin_makes_file_and_folder(tmp_path: Path) -> None:
    pin(tmp_path / "new" / "known_hosts", "192.0.2.1", 22, KEY)
    assert [key.key for key in pinned(tmp_path / "new" / "known_hosts", "192.0.2.1")] == [KEY.key]
    assert pinned(tmp_path / "new" / "known_hosts", "192.0.2.2") == ()
    assert pinned(tmp_path / "absent", "192.0.2.1") == ()


def test_scan_shows_the_key_without_a_login(tmp_path: Path) -> None:
    with TerminalServer(Behaviour()) as server:
        key = scan_host_key("127.0.0.1", server.port)
        pin(tmp_path / "kh", "127.0.0.1", server.port, key)
        assert server.logins == []
        assert key.fingerprint == server.key.get_fingerprint()
    assert pinned(tmp_path / "kh", "127.0.0.1", server.port) == (key,)


def test_scan_of_a_dead_port_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        scan_host_key("127.0.0.1", 1, timeout_s=1)


def test_scan_of_something_else_is_a_lost_session() -> None:
    from tests.fixtures.small_servers import tcp_server

    with (
        tcp_server(lambda sock: sock.sendall(b"HTTP/1.0 400\r\n\r\n")) as port,
        pytest.raises(SessionLost),
    ):
        scan_host_key("127.0.0.1", port, timeout_s=2)
