"""An SNMP agent for v2c and v3 (SHA, AES) from lines in snmprec form, on pysnmp.

Lines are `oid|type|value`; types are ASN.1 tag numbers as snmpsim writes them, `4x` means hex.
pysnmp does protocol and security; our controller answers from the records, and never writes.
"""

import warnings
from bisect import bisect_right
from collections.abc import Callable
from importlib import import_module
from typing import Any

from typing_extensions import override

from xunjian.lab.listening import Listening
from xunjian.lab.station import Station

# pysnmp ships no types and is taken as Any; its own imports warn of deprecations.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    udp: Any = import_module("pysnmp.carrier.asyncio.dgram.udp")
    config: Any = import_module("pysnmp.entity.config")
    engine: Any = import_module("pysnmp.entity.engine")
    cmdrsp: Any = import_module("pysnmp.entity.rfc3413.cmdrsp")
    context: Any = import_module("pysnmp.entity.rfc3413.context")
    rfc1902: Any = import_module("pysnmp.proto.rfc1902")
    rfc1905: Any = import_module("pysnmp.proto.rfc1905")
    error: Any = import_module("pysnmp.smi.error")

Oid = tuple[int, ...]
Records = dict[Oid, Any]

_TYPES: dict[str, Callable[[str], Any]] = {
    "2": lambda text: rfc1902.Integer32(int(text)),
    "4": lambda text: rfc1902.OctetString(text.encode()),
    "4x": lambda text: rfc1902.OctetString(hexValue=text),
    "6": rfc1902.ObjectIdentifier,
    "64": rfc1902.IpAddress,
    "65": lambda text: rfc1902.Counter32(int(text) % 2**32),
    "66": lambda text: rfc1902.Gauge32(int(text)),
    "67": lambda text: rfc1902.TimeTicks(int(text) % 2**32),
    "70": lambda text: rfc1902.Counter64(int(text) % 2**64),
}


def read_records(text: str) -> Records:
    """Read snmprec lines; the result is in the order of the object identifiers."""
    records: Records = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            oid, kind, value = line.split("|", 2)
            records[tuple(int(part) for part in oid.strip(".").split("."))] = _TYPES[kind](value)
    return dict(sorted(records.items()))


class _Controller:
    """Answers reads from the station's records as they stand at this moment.

    Has the methods that pysnmp's responders call on a MIB instrumentation controller.
    """

    def __init__(self, station: Station) -> None:
        self._station = station

    def _records(self, what: str, binds: tuple[Any, ...]) -> Records:
        self._station.received("snmp", f"{what} {' '.join(str(name) for name, _ in binds)}")
        return read_records(self._station.file("agent.snmprec"))

    def read_variables(self, *binds: Any, **_: Any) -> list[Any]:
        records = self._records("GET", binds)
        return [(name, records.get(tuple(name), rfc1905.noSuchInstance)) for name, _ in binds]

    def read_next_variables(self, *binds: Any, **_: Any) -> list[Any]:
        records = self._records("GETNEXT", binds)
        return [self._next(records, name) for name, _ in binds]

    @staticmethod
    def _next(records: Records, name: Any) -> tuple[Any, Any]:
        oids = list(records)
        place = bisect_right(oids, tuple(name))
        if place == len(oids):
            return name, rfc1905.endOfMibView
        return rfc1902.ObjectName(oids[place]), records[oids[place]]

    def write_variables(self, *binds: Any, **_: Any) -> list[Any]:
        self._station.received("snmp", f"SET {' '.join(str(name) for name, _ in binds)}")
        raise error.NotWritableError(idx=0)


class _SnmpListening(Listening):
    def __init__(self, snmp_engine: Any, port: int) -> None:
        self._engine = snmp_engine
        self.port = port

    @override
    def close(self) -> None:
        self._engine.close_dispatcher()


async def listen_snmp(station: Station, port: int) -> Listening:
    """Listen for SNMP on the device's address."""
    # Each agent is an engine of its own: enterprise form with the device's number (RFC 3411).
    engine_id = rfc1902.OctetString(hexValue=f"80001f8804{station.device.number:016x}")
    snmp_engine = engine.SnmpEngine(snmpEngineID=engine_id)
    transport = udp.UdpAsyncioTransport().open_server_mode((station.device.address, port))
    config.add_transport(snmp_engine, udp.DOMAIN_NAME, transport)
    await transport._lport  # noqa: SLF001 (the only way to learn when it is bound)
    known = station.credential
    config.add_v1_system(snmp_engine, "lab", known.community)
    config.add_vacm_user(snmp_engine, 2, "lab", "noAuthNoPriv", (1, 3, 6))
    config.add_v3_user(
        snmp_engine,
        known.username,
        config.USM_AUTH_HMAC96_SHA,
        known.snmp_key,
        config.USM_PRIV_CFB128_AES,
        known.snmp_key,
    )
    config.add_vacm_user(snmp_engine, 3, known.username, "authPriv", (1, 3, 6))
    served = context.SnmpContext(snmp_engine)
    served.unregister_context_name("")
    served.register_context_name("", _Controller(station))
    for responder in (
        cmdrsp.GetCommandResponder,
        cmdrsp.NextCommandResponder,
        cmdrsp.BulkCommandResponder,
        cmdrsp.SetCommandResponder,
    ):
        responder(snmp_engine, served)
    return _SnmpListening(snmp_engine, transport.transport.get_extra_info("sockname")[1])
