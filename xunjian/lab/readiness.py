"""One real exchange with every device of a lab, so that `up` returns only when all answer."""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import asyncssh

from xunjian.errors import XunjianError
from xunjian.lab.devices import LabDevice
from xunjian.lab.station import Credential
from xunjian.language import Text

EXCHANGE_TIMEOUT_S = 5.0
ATTEMPTS = 3
AT_ONCE = 8
_READ_FIRST_WORD = bytes.fromhex("584a 0000 0006 01 03 0000 0001")
_SYS_DESCR = "1.3.6.1.2.1.1.1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    device: LabDevice
    port: int
    host_key: str
    credential: Credential


def wait_ready(
    devices: tuple[LabDevice, ...],
    ports: Mapping[str, int],
    host_keys: Mapping[str, str],
    credential: Credential,
) -> None:
    """Return when every device has answered in its protocol.

    Raises:
        XunjianError: some did not, within a bounded number of attempts.
    """
    targets = [
        _Target(
            device=d, port=ports[d.name], host_key=host_keys.get(d.name, ""), credential=credential
        )
        for d in devices
    ]
    silent = asyncio.run(_all(targets))
    if silent:
        names = ", ".join(silent)
        raise XunjianError(
            Text(f"实验设备没有应答：{names}", f"devices of the lab do not answer: {names}")
        )


async def _all(targets: list[_Target]) -> list[str]:
    gate = asyncio.Semaphore(AT_ONCE)
    answers = await asyncio.gather(*(_answers(target, gate) for target in targets))
    return [t.device.name for t, good in zip(targets, answers, strict=True) if not good]


async def _answers(target: _Target, gate: asyncio.Semaphore) -> bool:
    async with gate:
        for _ in range(ATTEMPTS):
            try:
                async with asyncio.timeout(EXCHANGE_TIMEOUT_S):
                    if await _EXCHANGES[target.device.channel](target):
                        return True
            except (OSError, TimeoutError, asyncssh.Error, asyncio.IncompleteReadError):
                pass
            await asyncio.sleep(0.05)
    return False


async def _ssh(target: _Target) -> bool:
    """A key exchange: the device proves that it holds the key that is pinned for it."""
    key = await asyncssh.get_server_host_key(target.device.address, target.port)
    if key is None:
        return False
    return key.export_public_key("openssh").decode().split()[:2] == target.host_key.split()


async def _line(target: _Target, sent: str, ending: str) -> str:
    reader, writer = await asyncio.open_connection(target.device.address, target.port)
    try:
        writer.write(sent.encode())
        await writer.drain()
        return (await reader.readuntil(ending.encode())).decode("utf-8", "replace")
    finally:
        writer.close()


async def _http(target: _Target) -> bool:
    known = target.credential
    code = base64.b64encode(f"{known.username}:{known.password}".encode()).decode()
    head = await _line(
        target,
        f"GET / HTTP/1.1\r\nHost: lab\r\nAuthorization: Basic {code}\r\n\r\n",
        "\r\n\r\n",
    )
    if target.device.login == "digest":
        return head.startswith("HTTP/1.1 401") and "WWW-Authenticate: Digest" in head
    return head.startswith(("HTTP/1.1 200", "HTTP/1.1 404"))


async def _nut(target: _Target) -> bool:
    return "UPS " in await _line(target, "LIST UPS\n", "END LIST UPS\n")


async def _modbus(target: _Target) -> bool:
    reader, writer = await asyncio.open_connection(target.device.address, target.port)
    try:
        writer.write(_READ_FIRST_WORD)
        await writer.drain()
        return (await reader.readexactly(9))[:2] == _READ_FIRST_WORD[:2]
    finally:
        writer.close()


async def _pjlink(target: _Target) -> bool:
    return (await _line(target, "", "\r")).startswith("PJLINK 1 ")


async def _sip(target: _Target) -> bool:
    request = (
        "OPTIONS sip:lab SIP/2.0\r\nVia: SIP/2.0/TCP lab;branch=z9hG4bKlab\r\n"
        "From: <sip:lab>;tag=1\r\nTo: <sip:lab>\r\nCall-ID: lab\r\nCSeq: 1 OPTIONS\r\n"
        "Max-Forwards: 1\r\nContent-Length: 0\r\n\r\n"
    )
    return (await _line(target, request, "\r\n\r\n")).startswith("SIP/2.0 200")


async def _snmp(target: _Target) -> bool:
    from gufo.snmp import SnmpVersion
    from gufo.snmp.aio import SnmpSession

    async with SnmpSession(
        addr=target.device.address,
        port=target.port,
        community=target.credential.community,
        version=SnmpVersion.v2c,
        timeout=EXCHANGE_TIMEOUT_S,
    ) as session:
        await session.get_many([_SYS_DESCR])  # an answer at all; no such object is one too
        return True


_EXCHANGES: dict[str, Callable[[_Target], Awaitable[bool]]] = {
    "ssh": _ssh,
    "exec": _ssh,
    "http": _http,
    "nut": _nut,
    "sip": _sip,
    "snmp": _snmp,
    "modbus": _modbus,
    "pjlink": _pjlink,
}
