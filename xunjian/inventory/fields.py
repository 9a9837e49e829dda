"""What the four inventory files may hold: nornir's format, our `data`, and sites.yml."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from xunjian.inventory.model import Scalar
from xunjian.inventory.registers import RegisterFile, TitleOrText
from xunjian.language import Text
from xunjian.schema import Model, nearest_hint, reject
from xunjian.secrets import WRITTEN_SOURCES

KINDS = frozenset(
    {
        "codec",
        "mcu",
        "camera",
        "nvr",
        "switch",
        "router",
        "firewall",
        "waf",
        "bastion",
        "server",
        "storage",
        "fcswitch",
        "ups",
        "pdu",
        "sensor",
        "aircon",
        "generator",
        "sdh",
        "onu",
        "converter",
        "display",
        "projector",
        "share",
        "microphone",
        "amplifier",
        "control",
        "line",
        "box",
        "earthing",
        "room",
    }
)
CHANNELS = ("cli", "shell", "http", "snmp", "nut", "sip", "icmp", "modbus", "pjlink")
NORNIR_CONNECTIONS = ("netmiko", "napalm", "paramiko", "netconf", "scrapli")

NAME = re.compile(r"\w[\w.\-]{0,99}")  # what patterns, file names and evidence ids can carry
_ADDRESS = re.compile(r"[0-9A-Za-z._\-:%]{1,253}")


def secret_reference(value: Any) -> Any:
    """Accept a reference to a secret only; no message repeats what stood there instead."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise reject(
            Text(
                "口令只能写引用，不能写明文：{env: 变量名}、{age: 文件#键} 或 {keyring: 名称}",
                "a secret is written as a reference, never as a value: "
                "{env: NAME}, {age: file#key} or {keyring: name}",
            )
        )
    sources = [key for key in value if key in WRITTEN_SOURCES]
    wrong = [key for key in value if key not in {*WRITTEN_SOURCES, "rotated_on"}]
    if len(sources) != 1 or wrong or not _filled(value[sources[0]]):
        raise reject(
            Text(
                "口令引用须恰有 env、age、keyring 之一，另可有 rotated_on",
                "a secret reference has exactly one of env, age, keyring, and may have rotated_on",
            )
        )
    if "age" in value and "#" not in value["age"]:
        raise reject(Text("age 引用的写法是 文件#键", "an age reference is written file#key"))
    _date(value.get("rotated_on"))
    return value


def _filled(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _date(value: object) -> None:
    if value is None:
        return
    try:
        date.fromisoformat(str(value))
    except ValueError:
        raise reject(
            Text("rotated_on 应为日期，如 2026-05-01", "rotated_on is a date such as 2026-05-01")
        ) from None


def _address(value: Any) -> Any:
    if isinstance(value, str) and not _ADDRESS.fullmatch(value):
        raise reject(
            Text(
                "应为主机名或 IP 地址，不含协议、路径和空格",
                "expected a host name or IP address only",
            )
        )
    return value


def _snmp_version(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Secret = Annotated[dict[str, str | None] | None, BeforeValidator(secret_reference)]
Address = Annotated[str, BeforeValidator(_address)]
Port = Annotated[int, Field(ge=1, le=65535)]
Name = Annotated[str, Field(min_length=1)]
Names = list[Name]
Limits = dict[str, dict[str, Scalar]]


class CliExtras(Model):
    """`extras` of the channels cli and shell."""

    key_file: str | None = None
    key_passphrase: Secret = None
    enable_secret: Secret = None
    ssh_profile: Literal["modern", "legacy"] | None = None
    telnet: bool | None = None
    socks: str | None = None


class SnmpExtras(Model):
    """`extras` of the channel snmp; protocols as net-snmp names them."""

    version: Annotated[Literal["2c", "3"], BeforeValidator(_snmp_version)] | None = None
    community: Secret = None
    user: str | None = None
    auth_protocol: Literal["MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512"] | None = None
    auth_key: Secret = None
    priv_protocol: Literal["DES", "AES", "AES-128", "AES-192", "AES-256"] | None = None
    priv_key: Secret = None


class HttpExtras(Model):
    """`extras` of the channel http; `verify` may name a file of trusted certificates.

    token: sent as `Authorization: Bearer` instead of name and password.
    """

    token: Secret = None
    scheme: Literal["http", "https"] | None = None
    verify: bool | str | None = None
    base_path: str | None = None
    socks: str | None = None


class NutExtras(Model):
    """`extras` of the channel nut."""

    ups: str | None = None


class SipExtras(Model):
    """`extras` of the channel sip."""

    transport: Literal["udp", "tcp", "tls"] | None = None
    uri: str | None = None


class IcmpExtras(Model):
    """`extras` of the channel icmp: none."""


class ModbusExtras(Model):
    """`extras` of the channel modbus; `framing` rtu: a serial line behind a TCP port."""

    unit: Annotated[int, Field(ge=0, le=255)] | None = None
    framing: Literal["tcp", "rtu"] | None = None


class PjlinkExtras(Model):
    """`extras` of the channel pjlink: none; the password stands beside the port."""


class _Connection(Model):
    hostname: Address | None = None
    port: Port | None = None
    username: str | None = None
    password: Secret = None
    platform: str | None = None


class CliConnection(_Connection):
    """`connection_options` of cli or shell."""

    extras: CliExtras | None = None


class SnmpConnection(_Connection):
    """`connection_options` of snmp."""

    extras: SnmpExtras | None = None


class HttpConnection(_Connection):
    """`connection_options` of http."""

    extras: HttpExtras | None = None


class NutConnection(_Connection):
    """`connection_options` of nut."""

    extras: NutExtras | None = None


class SipConnection(_Connection):
    """`connection_options` of sip."""

    extras: SipExtras | None = None


class IcmpConnection(_Connection):
    """`connection_options` of icmp."""

    extras: IcmpExtras | None = None


class ModbusConnection(_Connection):
    """`connection_options` of modbus."""

    extras: ModbusExtras | None = None


class PjlinkConnection(_Connection):
    """`connection_options` of pjlink."""

    extras: PjlinkExtras | None = None


class ForeignConnection(_Connection):
    """`connection_options` of a nornir connection plugin: what it takes is its own business."""

    extras: dict[str, Any] | None = None


class Connections(Model, extra="allow"):
    """`connection_options`: our channels, and any nornir connection by name."""

    cli: CliConnection | None = None
    shell: CliConnection | None = None
    http: HttpConnection | None = None
    snmp: SnmpConnection | None = None
    nut: NutConnection | None = None
    sip: SipConnection | None = None
    icmp: IcmpConnection | None = None
    modbus: ModbusConnection | None = None
    pjlink: PjlinkConnection | None = None
    __pydantic_extra__: dict[str, ForeignConnection] = Field(init=False)  # pyright: ignore[reportIncompatibleVariableOverride]  # pydantic's own way to type extras


class Feed(Model):
    """`uplink` or `power` when not simply any of a list."""

    any: Names = Field(default_factory=list)
    all: Names = Field(default_factory=list)


class Data(Model):
    """Our fields under `data`."""

    kind: str | None = None
    label: TitleOrText | None = None
    room: str | None = None
    site: str | None = None
    systems: Names | None = None
    party: str | None = None
    role: str | None = None
    importance: str | None = None
    uplink: Names | Feed | None = None
    power: Names | Feed | None = None
    via: str | None = None
    aaa: Name | None = None
    asset: dict[str, Scalar] | None = None
    expected: dict[str, list[Any]] | None = None
    limits: Limits | None = None
    registers: dict[Name, RegisterFile] | None = None
    vars: dict[str, Any] | None = None


class Defaults(_Connection):
    """defaults.yml."""

    connection_options: Connections | None = None
    data: Data | None = None


class Entry(Defaults):
    """One host or group."""

    groups: Names | None = None


class SiteEntry(Model):
    """One site."""

    title: TitleOrText | None = None
    level: Literal["province", "city", "county", "township"]
    parent: str | None = None
    contact: str = ""
    phone: str = ""
    distance_km: Annotated[float, Field(ge=0)] | None = None
    place_class: str = ""
    flood_zone: Literal["south", "north"] | None = None
    limits: Limits = Field(default_factory=dict)


class RoomEntry(Model):
    """One room."""

    title: TitleOrText | None = None
    site: str
    room_class: Literal["core", "edge", "venue"] = Field(alias="class")
    party: str | None = None


class PartyEntry(Model):
    """One party."""

    title: TitleOrText | None = None
    contact: str = ""
    phone: str = ""


class SystemEntry(Model):
    """One system."""

    title: TitleOrText | None = None


class SegmentEntry(Model):
    """One segment of a circuit."""

    name: Name
    party: str | None = None


class CircuitEntry(Model):
    """One circuit."""

    title: TitleOrText | None = None
    number: str = ""
    customer: str = ""
    a_site: str | None = None
    b_site: str | None = None
    segments: list[SegmentEntry] = Field(default_factory=list)


SECTIONS: Mapping[str, type[Model]] = {
    "sites": SiteEntry,
    "rooms": RoomEntry,
    "parties": PartyEntry,
    "systems": SystemEntry,
    "circuits": CircuitEntry,
}


def bad_name(name: str) -> Text | None:
    """Why a name cannot be used in patterns and file names; None when it can."""
    if NAME.fullmatch(name):
        return None
    return Text(
        "名称只能由字母、汉字、数字和 . _ - 组成，且不以符号开头",
        "a name consists of letters, digits and . _ - and starts with a letter or digit",
    )


def near_channel(name: str) -> Text | None:
    """A hint when a connection's name looks like a misspelt channel; None when it is fine."""
    if name in CHANNELS or name in NORNIR_CONNECTIONS:
        return None
    hint = nearest_hint(name, (*CHANNELS, *NORNIR_CONNECTIONS), limit=0)
    return hint if str(hint) else None
