"""SSH up to an authenticated client: strict host keys, one attempt, every refusal by its type."""

import contextlib
import select
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import paramiko
from paramiko.ssh_exception import IncompatiblePeer

from xunjian.errors import (
    DeviceError,
    DeviceTimeout,
    HostKeyChanged,
    LoginRefused,
    NoFreeLine,
    NotSupported,
    SessionAborted,
    SessionLost,
)
from xunjian.language import Text
from xunjian.transport.answer import Conversation
from xunjian.transport.deadline import Watchdog
from xunjian.transport.known_hosts import RefuseUnknown, fingerprint
from xunjian.transport.model import Channel
from xunjian.transport.ssh_legacy import algorithms
from xunjian.transport.ssh_login import NewPasswordDemandedError
from xunjian.transport.tcp import Waker, connect_patiently

_PORT = 22
_PEEK_BYTES = 1024
_LEAVING_S = 2.0  # paramiko's reading thread ends after its socket
_SUPPORTED_PROFILES = frozenset({"", "modern", "legacy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What is shown to the device; a key file goes before the password and alone."""

    username: str
    password: str | None
    key_file: str | None
    passphrase: str | None


def credential(conversation: Conversation, channel: Channel) -> Credential:
    """Resolve the one credential of a channel. Raises NoSecret."""
    key_file = conversation.option(channel, "key_file")
    return Credential(
        username=conversation.of(channel).username or "",
        password=None if key_file else conversation.password(channel),
        key_file=str(Path(str(key_file)).expanduser()) if key_file else None,
        passphrase=conversation.secret_option(channel, "key_passphrase"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The byte stream a login runs over: a TCP connection, or a tunnel through a jump host.

    waker: wakes whoever waits on the line, from another thread.
    """

    sock: socket.socket | paramiko.Channel
    waker: Waker
    jump: "SshClient | None" = None

    def close(self) -> None:
        """Close the stream and what it runs through."""
        self.sock.close()
        if self.jump is not None:
            self.jump.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class SshClient:
    """An authenticated client and the line under it."""

    client: paramiko.SSHClient
    line: Line

    def close(self) -> None:
        """Close both and wait for paramiko's reading thread."""
        transport = self.client.get_transport()
        with contextlib.suppress(Exception):  # foreign code on a dying connection
            self.client.close()
        self.line.close()
        if transport is not None and transport.is_alive():
            transport.join(_LEAVING_S)


def reach(conversation: Conversation, channel: Channel) -> Line:
    """Connect what an SSH login runs over and note the latency. Raises Unreachable."""
    _refuse_unbuilt(conversation, channel)
    if conversation.device.via:
        from xunjian.transport.jump import tunnel

        return tunnel(conversation, channel)
    settings = conversation.settings
    connected = connect_patiently(
        conversation.host(channel),
        conversation.of(channel).port or _PORT,
        timeout_s=settings.connect_timeout_s,
        retries=settings.retries,
        deadline=conversation.deadline,
        switch=conversation.switch,
    )
    conversation.seen.answered(connected.latency_s)
    line = Line(sock=connected.sock, waker=Waker(connected.sock))
    try:
        expect_ssh(connected.sock, conversation)
    except BaseException:
        line.close()
        raise
    return line


def log_in_over(
    line: Line, client: paramiko.SSHClient, conversation: Conversation, channel: Channel
) -> None:
    """Authenticate once over a line, with strict host keys; closes both on failure."""
    limit_s = max(1.0, conversation.deadline.cap(conversation.settings.login_timeout_s))
    try:
        shown = credential(conversation, channel)
        client.set_missing_host_key_policy(RefuseUnknown())
        if conversation.known_hosts.is_file():
            client.load_host_keys(str(conversation.known_hosts))
    except BaseException:
        line.close()
        raise
    with handshake(line, client, conversation):
        client.connect(
            conversation.host(channel),
            port=conversation.of(channel).port or _PORT,
            username=shown.username,
            password=shown.password,
            key_filename=shown.key_file,
            passphrase=shown.passphrase,
            look_for_keys=False,
            allow_agent=False,
            sock=line.sock,
            **algorithms(ssh_profile(conversation, channel)),
            timeout=limit_s,
            banner_timeout=limit_s,
            auth_timeout=limit_s,
        )


def _refuse_unbuilt(conversation: Conversation, channel: Channel) -> None:
    """Say so when the inventory asks for a way that is not built; nothing is ignored in silence."""
    asked = {
        "telnet": conversation.option(channel, "telnet"),  # of a shell, or of a jump host
        "socks": conversation.option(channel, "socks"),
    }
    for name, value in asked.items():
        if value:
            raise NotSupported(Text(f"尚不支持：{name} {value}", f"not supported: {name} {value}"))
    profile = ssh_profile(conversation, channel)
    if profile not in _SUPPORTED_PROFILES:
        raise NotSupported(
            Text(f"不认识的 ssh_profile：{profile}", f"unknown ssh_profile: {profile}")
        )
    if profile == "legacy":
        conversation.seen.note("ssh_profile_legacy")


def ssh_profile(conversation: Conversation, channel: Channel) -> str:
    """Give the device's profile of algorithms: `legacy`, or `modern` which is also the default."""
    return str(conversation.option(channel, "ssh_profile") or "")


def expect_ssh(sock: socket.socket, conversation: Conversation) -> None:
    """Look at the first bytes without taking them: an SSH banner, or a text that says why not."""
    poller = select.poll()
    poller.register(sock, select.POLLIN)
    limit_s = conversation.deadline.cap(conversation.settings.login_timeout_s)
    if not poller.poll(1000 * limit_s):
        raise DeviceTimeout(
            Text("设备接受连接后没有应答", "connected, but the device says nothing")
        )
    try:
        first = sock.recv(_PEEK_BYTES, socket.MSG_PEEK)
    except OSError as error:
        raise SessionLost(Text("设备断开了连接", "the device closed the connection")) from error
    if conversation.switch.aborted:
        raise SessionAborted(Text("已中止", "aborted"))
    if first.startswith(b"SSH-"):
        return
    refuse_full_lines(first.decode("gb18030", errors="replace"), conversation)
    if not first:
        raise SessionLost(Text("设备在握手前断开", "the device closed before the SSH banner"))


def refuse_full_lines(text: str, conversation: Conversation) -> None:
    """Raise NoFreeLine when the device says that every line is in use."""
    platform = conversation.platform
    if platform and platform.no_free_line and platform.no_free_line.search(text):
        raise NoFreeLine(Text("设备的登录线路已占满", "every line of the device is in use"))


@contextlib.contextmanager
def handshake(line: Line, client: paramiko.SSHClient, conversation: Conversation) -> Iterator[None]:
    """Bound a handshake in time and turn paramiko's errors into ours, by their types.

    On any error the client and the line are closed.
    """
    limit_s = conversation.deadline.cap(3 * conversation.settings.login_timeout_s)
    wake = line.waker
    conversation.switch.add(wake)
    dog = Watchdog(limit_s, wake)
    try:
        with dog:
            yield
    except BaseException as error:
        text = auth_banner(client)
        SshClient(client=client, line=line).close()
        conversation.switch.remove(wake)
        if isinstance(error, DeviceError):
            raise
        if conversation.switch.aborted:
            raise SessionAborted(Text("已中止", "aborted")) from error
        refuse_full_lines(text, conversation)
        if dog.bitten:
            raise DeviceTimeout(Text("登录没有完成", "the login did not end")) from error
        if isinstance(error, Exception):
            raise _as_device_error(error, conversation) from error
        raise
    conversation.switch.remove(wake)


def auth_banner(client: paramiko.SSHClient) -> str:
    """Give the text a device shows before authentication, if any."""
    transport = client.get_transport()
    banner = transport.get_banner() if transport is not None else None
    return banner.decode("gb18030", errors="replace") if banner else ""


def _as_device_error(error: Exception, conversation: Conversation) -> DeviceError:
    """Classify by type: a possible man in the middle must never read as a timeout."""
    if isinstance(error, paramiko.BadHostKeyException):
        shown, expected = fingerprint(error.key), fingerprint(error.expected_key)
        return HostKeyChanged(
            Text(
                f"主机密钥已改变：登记 {expected}，现为 {shown}",
                f"host key changed: pinned {expected}, shown {shown}",
            )
        )
    if isinstance(error, paramiko.AuthenticationException):
        return _refused(error, conversation)
    if isinstance(error, paramiko.PasswordRequiredException | FileNotFoundError | PermissionError):
        return LoginRefused(Text("私钥文件不可用", "the key file cannot be used"))
    if isinstance(error, IncompatiblePeer):
        return NotSupported(
            Text(f"没有共同的 SSH 算法：{error}", f"no common SSH algorithm: {error}"),
            Text(
                "老设备只支持过时算法时，在 connection_options 里写 ssh_profile: legacy",
                "for equipment with old algorithms only: ssh_profile: legacy",
            ),
        )
    if isinstance(error, TimeoutError):
        return DeviceTimeout(Text("登录没有完成", "the login did not end"))
    return SessionLost(Text(f"SSH 会话中断：{error}", f"SSH session lost: {error}"))


def _refused(error: paramiko.AuthenticationException, conversation: Conversation) -> LoginRefused:
    conversation.seen.login = False
    if isinstance(error, NewPasswordDemandedError):
        conversation.seen.note("password_change_forced")
        return LoginRefused(
            Text("设备要求先设置新口令", "the device demands a new password before anything else")
        )
    return LoginRefused(Text("设备拒绝登录", "the device refused the login"))
