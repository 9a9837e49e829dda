"""What is asked of a device and what it said: the only types that cross the network's border."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Channel(StrEnum):
    """The ways to ask. `session` asks our own session layer what it saw while working."""

    CLI = "cli"
    SHELL = "shell"
    HTTP = "http"
    SNMP = "snmp"
    NUT = "nut"
    SIP = "sip"
    ICMP = "icmp"
    SESSION = "session"
    MODBUS = "modbus"
    PJLINK = "pjlink"
    MANUAL = "manual"


PROBES = frozenset({Channel.ICMP, Channel.SIP})  # that they are answered is what is measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One question to one device.

    text: what is sent: a command line (cli, shell, nut), a path (http), `GET oid oid …` or
        `WALK oid` (snmp), `READ function address count` (modbus), `%1POWR ?` (pjlink),
        `OPTIONS` (sip), `PING` (icmp), `SESSION` (session).
    options: channel details as sorted pairs, e.g. (("count", 10), ("size", 64)) for icmp.
    """

    channel: Channel
    text: str
    options: tuple[tuple[str, str | int | float], ...] = ()
    read_only: bool = True
    timeout_s: float = 30.0

    @property
    def key(self) -> str:
        """Identity of the question: two cards that ask the same share one answer."""
        return json.dumps([self.channel.value, self.text, self.options], ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a device answered to one request, as it came.

    raw: the bytes as received. cli: echo, prompt, pager and all. http: the body. snmp: lines
        `oid|type|value` in snmprec form. nut and pjlink: the lines. sip: the response. icmp, modbus
        and session: a JSON object.
    text: `raw` decoded and cleaned (cli: without echo, prompt, pager, injected log lines).
    decoded_as: `utf-8`, `gb18030` or `gb18030-lossy`.
    complete: the prompt came back, the length was right, every row was delivered. Only complete
        evidence is ever parsed.
    error: why it is not complete: a code of `errors.DeviceError` (`hang`, `no_answer`, …) or
        `not_sent` when the session was already lost; empty when complete.
    status: HTTP or SIP status, exit status of a shell command; None elsewhere.
    """

    id: str
    device: str
    request: Request
    raw: bytes
    text: str
    decoded_as: str
    started_at: datetime
    elapsed_s: float
    complete: bool
    error: str = ""
    detail: str = ""
    status: int | None = None
    flags: Mapping[str, str] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """Hash of the raw bytes: the name of the evidence file."""
        return hashlib.sha256(self.raw).hexdigest()
