"""The TCP probe: its connection is the one that is used, so a device sees one, not two."""

import contextlib
import errno
import os
import select
import socket
import time
from dataclasses import dataclass

from xunjian.errors import DeviceError, SessionAborted, Unreachable
from xunjian.language import Text
from xunjian.transport.deadline import AbortSwitch, Deadline

_SLICE_S = 0.2  # how soon an abort is noticed while a connection is being made


@dataclass(frozen=True, slots=True)
class Connected:
    """A TCP connection and how long it took to be accepted."""

    sock: socket.socket
    latency_s: float


def connect(host: str, port: int, *, timeout_s: float, switch: AbortSwitch) -> Connected:
    """Connect once, to the first address that accepts. Raises Unreachable."""
    if not host:
        raise Unreachable(Text("设备没有地址", "the device has no address"))
    started = time.monotonic()
    problem: OSError = OSError(errno.EHOSTUNREACH, "no address")
    for family, address in _addresses(host, port):
        try:
            sock = _connect_one(family, address, Deadline(timeout_s), switch)
        except OSError as error:
            if isinstance(error, DeviceError):
                raise
            problem = error
        else:
            return Connected(sock, time.monotonic() - started)
    reason = problem.strerror or str(problem)
    raise Unreachable(
        Text(f"连接 {host}:{port} 无应答：{reason}", f"no answer from {host}:{port}: {reason}")
    ) from problem


def connect_patiently(  # noqa: PLR0913 - one connection has this many limits
    host: str, port: int, *, timeout_s: float, retries: int, deadline: Deadline, switch: AbortSwitch
) -> Connected:
    """Connect with `retries` more attempts while the deadline allows."""
    for attempt in range(retries + 1):
        try:
            return connect(host, port, timeout_s=deadline.cap(timeout_s), switch=switch)
        except Unreachable:
            if attempt == retries or deadline.expired or not host:
                raise
    raise Unreachable(Text("未尝试连接", "no attempt was made"))


def _addresses(host: str, port: int) -> tuple[tuple[socket.AddressFamily, object], ...]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(
            Text(f"地址无法解析：{host}", f"address not resolvable: {host}")
        ) from error
    return tuple((family, address) for family, _, _, _, address in found)


def _connect_one(
    family: socket.AddressFamily, address: object, limit: Deadline, switch: AbortSwitch
) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        code = sock.connect_ex(address)  # type: ignore[arg-type]  # as getaddrinfo gave it
        _check(0 if code == errno.EINPROGRESS else code)
        _await_writable(sock, limit, switch)
        _check(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
    except BaseException:
        sock.close()
        raise
    sock.setblocking(True)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def _check(code: int) -> None:
    if code:
        raise OSError(code, os.strerror(code))


def _await_writable(sock: socket.socket, limit: Deadline, switch: AbortSwitch) -> None:
    poller = select.poll()
    poller.register(sock, select.POLLOUT)
    while not poller.poll(1000 * limit.cap(_SLICE_S)):
        if switch.aborted:
            raise SessionAborted(Text("已中止", "aborted"))
        if limit.expired:
            raise TimeoutError(errno.ETIMEDOUT, "timed out")


def shut(sock: socket.socket) -> None:
    """Wake whoever waits on the socket, from another thread; the owner still closes it."""
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


class Waker:
    """A callback with identity, so that it can be registered once and removed again."""

    __slots__ = ("_sock",)

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def __call__(self) -> None:
        """Wake whoever waits on the socket."""
        shut(self._sock)
