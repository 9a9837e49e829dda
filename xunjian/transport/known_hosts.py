"""The workspace's `known_hosts`: pinned keys, strict checking, enrolment.

OpenSSH's own file format, so that `ssh -o UserKnownHostsFile=…` uses the same pins.
"""

import base64
import contextlib
import hashlib
import os
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import paramiko
from typing_extensions import override

from xunjian.errors import DeviceTimeout, HostKeyUnknown, SessionLost
from xunjian.language import Text
from xunjian.transport.deadline import AbortSwitch
from xunjian.transport.ssh_legacy import OldAlgorithms
from xunjian.transport.tcp import connect

_SSH_PORT = 22


@dataclass(frozen=True, slots=True)
class HostKey:
    """A host key as a device shows it: type, base64 of the key, fingerprint `SHA256:…`."""

    key_type: str
    key: str
    fingerprint: str


def entry_name(address: str, port: int) -> str:
    """Give the name under which `known_hosts` lists an address and port."""
    return address if port == _SSH_PORT else f"[{address}]:{port}"


def fingerprint(key: paramiko.PKey) -> str:
    """Give the fingerprint as OpenSSH prints it."""
    digest = hashlib.sha256(key.asbytes()).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def scan_host_key(address: str, port: int = _SSH_PORT, *, timeout_s: float = 10.0) -> HostKey:
    """Fetch the key a device shows; nothing is authenticated, no login is tried.

    Old algorithms are offered behind the sound ones: whoever enrols a key compares its fingerprint.
    Raises Unreachable, DeviceTimeout or SessionLost.
    """
    sock = connect(address, port, timeout_s=timeout_s, switch=AbortSwitch()).sock
    transport = OldAlgorithms(sock)
    try:
        transport.start_client(timeout=timeout_s)
        key = transport.get_remote_server_key()
    except TimeoutError as error:
        raise DeviceTimeout(Text("设备没有完成 SSH 握手", "no SSH handshake")) from error
    except (paramiko.SSHException, EOFError, OSError) as error:
        raise SessionLost(Text(f"SSH 握手失败：{error}", f"SSH handshake: {error}")) from error
    finally:
        transport.close()
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        sock.close()
    return HostKey(key.get_name(), key.get_base64(), fingerprint(key))


def pinned(known_hosts: Path, address: str, port: int = _SSH_PORT) -> tuple[HostKey, ...]:
    """Give the keys pinned for an address and port; empty when there is none."""
    found = _load(known_hosts).lookup(entry_name(address, port))
    keys: list[paramiko.PKey] = [] if found is None else list(found.values())
    return tuple(HostKey(key.get_name(), key.get_base64(), fingerprint(key)) for key in keys)


def pin(known_hosts: Path, address: str, port: int, key: HostKey) -> None:
    """Write `key` as the only pinned key of its type for the host; atomic, mode 0600.

    Pins of other hosts, comments and hashed entries stay as they are.
    """
    name = entry_name(address, port)
    line = f"{name} {key.key_type} {key.key}"
    old = known_hosts.read_text(encoding="utf-8").splitlines() if known_hosts.exists() else []
    kept = [each for each in old if each.split()[:2] != [name, key.key_type]]
    _write(known_hosts, "\n".join([*kept, line]) + "\n")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".known_hosts.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o600)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _load(known_hosts: Path) -> paramiko.HostKeys:
    keys = paramiko.HostKeys()
    if known_hosts.is_file():
        keys.load(str(known_hosts))
    return keys


class RefuseUnknown(paramiko.MissingHostKeyPolicy):
    """Policy that refuses a host without a pin, with an error of its own."""

    @override
    def missing_host_key(
        self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey
    ) -> NoReturn:
        raise HostKeyUnknown(
            Text(
                f"主机密钥未登记：{key.get_name()} {fingerprint(key)}",
                f"host key not pinned: {key.get_name()} {fingerprint(key)}",
            ),
            Text("核对指纹后执行 inventory trust", "check the fingerprint, then `inventory trust`"),
        )
