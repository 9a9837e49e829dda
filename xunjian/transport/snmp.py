"""Channel `snmp`: GET and WALK over SNMP v2c and v3, answers as snmprec lines.

gufo_snmp gives Python values, not ASN.1 types, so integers are written as type 2 (66 or 70 where
they do not fit) and the evidence says `types: inferred`.
"""

import contextlib
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from operator import methodcaller
from typing import TypeVar

from gufo.snmp import (
    Aes128Key,
    Aes192Key,
    Aes256Key,
    DesKey,
    Md5Key,
    NoSuchInstance,
    Sha1Key,
    Sha224Key,
    Sha256Key,
    Sha384Key,
    Sha512Key,
    SnmpAuthError,
    SnmpError,
    SnmpVersion,
    User,
)
from gufo.snmp.sync import SnmpSession
from gufo.snmp.user import BaseAuthKey, BasePrivKey

from xunjian.errors import (
    BadAnswer,
    DeadlinePassed,
    DeviceError,
    DeviceTimeout,
    LoginRefused,
    NoSecret,
    NotSupported,
    SessionAborted,
    Unreachable,
)
from xunjian.language import Text
from xunjian.transport.answer import Answer, Conversation
from xunjian.transport.deadline import Deadline
from xunjian.transport.model import Channel, Request

_Got = TypeVar("_Got")
Value = None | str | bytes | int | float

_PORT = 161
_SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"
_OIDS_PER_GET = 20
_ROWS_PER_BULK = 20
_ATTEMPTS = 5
_MOST_ROWS = 50_000
_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")
_AUTH: Mapping[str, type[BaseAuthKey]] = {
    "MD5": Md5Key, "SHA": Sha1Key, "SHA1": Sha1Key, "SHA224": Sha224Key,
    "SHA256": Sha256Key, "SHA384": Sha384Key, "SHA512": Sha512Key,
}  # fmt: skip
_PRIV: Mapping[str, type[BasePrivKey]] = {
    "DES": DesKey, "AES": Aes128Key, "AES128": Aes128Key, "AES192": Aes192Key, "AES256": Aes256Key,
}  # fmt: skip


class SnmpLink:
    """A device's agent, proved to answer."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._connect = _connector(conversation)
        self._session: SnmpSession | None = None
        self._budget = conversation.deadline
        self._attempts = conversation.settings.retries + 1  # of the probe

    def probe(self) -> None:
        """Ask for sysUpTime: there is no connection to try. Raises Unreachable, LoginRefused."""
        settings = self._conversation.settings
        self._budget = Deadline(
            self._conversation.deadline.cap(settings.datagram_timeout_s * (settings.retries + 1))
        )
        started = self._budget.remaining_s
        try:
            self._try(lambda session: session.get(_SYS_UP_TIME))
        except NoSuchInstance:
            pass
        except DeviceTimeout as error:
            raise Unreachable(
                Text("SNMP 无应答（地址、团体名或密钥）", "no SNMP answer (address or community)")
            ) from error
        if settings.retries:
            self._attempts = _ATTEMPTS  # it is there, but may be slow over a large table
        self._conversation.seen.answered(started - self._budget.remaining_s)
        self._conversation.seen.login = True

    def ask(self, request: Request) -> Answer:
        """Answer `GET oid …` or `WALK oid`."""
        self._budget = Deadline(self._conversation.deadline.cap(request.timeout_s))
        verb, *oids = request.text.split()
        oids = [oid.lstrip(".") for oid in oids]
        found: dict[str, Value] = {}
        error, detail = "", ""
        try:
            if verb == "WALK":
                self._walk(oids[0], found)
            else:
                self._get(oids, found)
        except DeviceError as problem:
            error, detail = problem.code, str(problem.message)
        except (SnmpError, ValueError) as problem:
            error, detail = BadAnswer.code, f"{type(problem).__name__}: {problem}"
        missing = [] if verb == "WALK" or error else [oid for oid in oids if oid not in found]
        lines = [*(_line(oid, found[oid]) for oid in found), *(f"{oid}|129|" for oid in missing)]
        text = "".join(line + "\n" for line in sorted(lines, key=_numbers))
        raw = self._conversation.redactor.clean(text.encode())
        return Answer(
            raw=raw,
            text=raw.decode(),
            complete=not error,
            error=error,
            detail=detail,
            flags={"types": "inferred"},
        )

    def close(self) -> None:
        """Forget the socket."""
        self._session = None

    def _get(self, oids: list[str], found: dict[str, Value]) -> None:
        for start in range(0, len(oids), _OIDS_PER_GET):
            some = oids[start : start + _OIDS_PER_GET]
            try:
                found.update(self._try(methodcaller("get_many", some)))
            except SnmpAuthError:
                raise
            except SnmpError:  # too big an answer, or an agent that fails on one of them
                for oid in some:
                    with contextlib.suppress(NoSuchInstance):
                        found[oid] = self._try(methodcaller("get", oid))

    def _walk(self, oid: str, found: dict[str, Value]) -> None:
        """Walk until the agent leaves the subtree; a repeated OID is an agent going round."""
        rows: Iterator[tuple[str, Value]] | None = None

        def following(session: SnmpSession) -> tuple[str, Value] | None:
            nonlocal rows
            if rows is None:
                rows = session.getbulk(oid, _ROWS_PER_BULK)
            return next(rows, None)

        while (row := self._try(following, renew=False)) is not None:
            if row[0] in found:
                raise BadAnswer(Text("OID 不再递增", "the OIDs do not increase"))
            if len(found) >= _MOST_ROWS:
                raise BadAnswer(Text("行数过多", "too many rows"))
            found[row[0]] = row[1]

    def _try(self, action: Callable[[SnmpSession], _Got], *, renew: bool = True) -> _Got:
        """Send, and once more after a silence, within the budget."""
        for _ in range(self._attempts):
            if self._conversation.switch.aborted:
                raise SessionAborted(Text("已中止", "aborted"))
            if self._budget.expired:
                break
            try:
                if self._session is None:
                    self._session = self._connect()
                    self._session.refresh()
                return action(self._session)
            except SnmpAuthError as error:
                self._conversation.seen.login = False
                raise LoginRefused(
                    Text("设备拒绝 SNMPv3 用户或密钥", "the SNMPv3 user or key was refused")
                ) from error
            except (TimeoutError, OSError) as error:
                if isinstance(error, DeviceError):
                    raise
                if renew:
                    self._session = None
        if self._conversation.deadline.expired:
            raise DeadlinePassed(Text("设备时限已到", "the deadline has passed"))
        raise DeviceTimeout(Text("SNMP 没有应答", "no SNMP answer"))


def open_snmp(conversation: Conversation) -> SnmpLink:
    """Prove that the agent answers. Raises Unreachable, LoginRefused, NoSecret, NotSupported."""
    link = SnmpLink(conversation)
    link.probe()
    return link


def _connector(conversation: Conversation) -> Callable[[], SnmpSession]:
    """Give the maker of a session; secrets are resolved once, here."""
    host, port = conversation.host(Channel.SNMP), conversation.of(Channel.SNMP).port or _PORT
    if not host:
        raise Unreachable(Text("设备没有地址", "the device has no address"))
    try:
        address = str(socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0][4][0])
    except (OSError, UnicodeError) as error:
        raise Unreachable(Text(f"地址无法解析：{host}", f"not resolvable: {host}")) from error
    timeout_s = conversation.settings.datagram_timeout_s
    version = str(conversation.option(Channel.SNMP, "version", "2c")).lower().lstrip("v")
    if version in {"2c", "2"}:
        community = conversation.secret_option(Channel.SNMP, "community")
        if community is None:
            raise NoSecret(Text("没有 SNMP 团体名", "no SNMP community"))
        return lambda: SnmpSession(
            address, port, community=community, version=SnmpVersion.v2c, timeout=timeout_s
        )
    if version == "3":
        user = _user(conversation)
        return lambda: SnmpSession(
            address, port, user=user, version=SnmpVersion.v3, timeout=timeout_s
        )
    raise NotSupported(Text(f"不支持的 SNMP 版本：{version}", f"unsupported SNMP: {version}"))


def _user(conversation: Conversation) -> User:
    name = conversation.option(Channel.SNMP, "user") or conversation.of(Channel.SNMP).username
    auth, priv = (
        conversation.secret_option(Channel.SNMP, "auth_key"),
        conversation.secret_option(Channel.SNMP, "priv_key"),
    )
    auth_type = _AUTH.get(_algorithm(conversation, "auth_protocol", "SHA"))
    priv_type = _PRIV.get(_algorithm(conversation, "priv_protocol", "AES"))
    if auth_type is None or priv_type is None:
        raise NotSupported(Text("不支持的 SNMPv3 算法", "unsupported SNMPv3 algorithm"))
    return User(
        str(name or ""),
        auth_key=auth_type(auth.encode()) if auth else None,
        priv_key=priv_type(priv.encode()) if priv and auth else None,
    )


def _algorithm(conversation: Conversation, option: str, default: str) -> str:
    return str(conversation.option(Channel.SNMP, option) or default).upper().replace("-", "")


def _numbers(line: str) -> tuple[int, ...]:
    return tuple(int(part) for part in line.partition("|")[0].split("."))


def _line(oid: str, value: Value) -> str:
    """Write one row in snmprec form, with the type as far as the value shows it."""
    if value is None:
        return f"{oid}|5|"
    if isinstance(value, bytes):
        return f"{oid}|{_octets(value)}"
    if isinstance(value, str):
        return f"{oid}|{64 if _ADDRESS.fullmatch(value) else 6}|{value}"
    if isinstance(value, float):
        return f"{oid}|4|{value!r}"
    kind = 2 if -(2**31) <= value < 2**31 else 66 if 0 <= value < 2**32 else 70
    return f"{oid}|{kind}|{value}"


def _octets(value: bytes) -> str:
    """Text where every character can be shown on one line, else hexadecimal."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return f"4x|{value.hex()}"
    return f"4|{text}" if text.isprintable() else f"4x|{value.hex()}"
