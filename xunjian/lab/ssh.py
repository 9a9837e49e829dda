"""The lab's SSH servers: password login, a pinned ed25519 host key each, VRP terminals and Linux.

asyncssh comes with the `lab` extra and is imported nowhere else but in the lab.
"""

import logging
from pathlib import Path

import asyncssh
from typing_extensions import override

from xunjian.lab.faults import Behaviour
from xunjian.lab.listening import Listening
from xunjian.lab.shell import answer_command
from xunjian.lab.station import Station
from xunjian.lab.vrp import VrpTerminal


class _Door(asyncssh.SSHServer):
    """Lets in who knows the lab's password, unless the device's fault is to refuse."""

    def __init__(self, station: Station) -> None:
        self._station = station

    @override
    def begin_auth(self, username: str) -> bool:
        return True

    @override
    def password_auth_supported(self) -> bool:
        return True

    @override
    def validate_password(self, username: str, password: str) -> bool:
        known = self._station.credential
        good = (username, password) == (known.username, known.password)
        good = good and not self._station.behaves(Behaviour.REFUSES_LOGIN)
        self._station.received("login", f"{username} {'accepted' if good else 'refused'}")
        return good


class _SSHListening(Listening):
    def __init__(self, acceptor: asyncssh.SSHAcceptor) -> None:
        self._acceptor = acceptor
        self.port = acceptor.get_port()

    @override
    def close(self) -> None:
        self._acceptor.close()


async def listen_ssh(station: Station, port: int, host_key: Path) -> Listening:
    """Listen for SSH on the device's address; port 0 means any free one."""
    logging.getLogger("asyncssh").setLevel(logging.WARNING)

    async def serve(process: asyncssh.SSHServerProcess[bytes]) -> None:
        if station.device.channel == "exec":
            await _exec(station, process)
        else:
            await _terminal(station, process)

    acceptor = await asyncssh.listen(
        station.device.address,
        port,
        server_factory=lambda: _Door(station),
        process_factory=serve,
        server_host_keys=[str(host_key)],
        encoding=None,
        line_editor=False,
        allow_scp=False,
        gss_host=None,
        reuse_address=True,
    )
    return _SSHListening(acceptor)


async def _terminal(station: Station, process: asyncssh.SSHServerProcess[bytes]) -> None:
    if process.command is not None:
        station.received("exec", process.command)
        process.stderr.write(b"Error: exec requests are not supported.\r\n")
        process.exit(1)
        return

    async def read() -> bytes:
        try:
            return await process.stdin.read(4096)
        except (asyncssh.BreakReceived, asyncssh.SignalReceived, asyncssh.TerminalSizeChanged):
            return b"\0"

    async def write(data: bytes) -> None:
        process.stdout.write(data)
        await process.stdout.drain()

    try:
        await VrpTerminal(station, read, write).run()
    except (BrokenPipeError, ConnectionError):
        station.received("gone", "")
    process.exit(0)


async def _exec(station: Station, process: asyncssh.SSHServerProcess[bytes]) -> None:
    command = process.command or ""
    station.received("exec", command)
    answer = await answer_command(station, command)
    process.stdout.write(answer.output.encode())
    process.stderr.write(answer.error.encode())
    process.exit(answer.status)


def make_host_key(path: Path) -> str:
    """Make an ed25519 host key unless there is one; give the public half as in known_hosts."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(asyncssh.generate_private_key("ssh-ed25519").export_private_key())
    public = asyncssh.read_private_key(str(path)).export_public_key("openssh").decode()
    return " ".join(public.split()[:2])
