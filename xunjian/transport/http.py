"""Channel `http`: GET only, with Basic authentication or a token, one answer per path.

A token stands in the header `Authorization: Bearer` (RFC 6750, section 2.1), never in the URL:
paths are kept as evidence and written to logs of proxies.
"""

import contextlib
import json
import re
import ssl
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit
from xml.parsers import expat

import httpx
from typing_extensions import override

from xunjian.errors import (
    BadAnswer,
    DeviceError,
    LoginRefused,
    NoSecret,
    NotSupported,
    ReadOnlyViolation,
)
from xunjian.language import Text
from xunjian.safety import check_request
from xunjian.transport.answer import Answer, Conversation
from xunjian.transport.deadline import Watchdog
from xunjian.transport.http_login import DIGEST, HttpLogin, log_out_quietly, login_named
from xunjian.transport.model import Channel, Request
from xunjian.transport.tcp import connect_patiently, shut

_PORTS = {"http": 80, "https": 443}
_UNAUTHORIZED = 401
_MOST_REDIRECTS = 3
_TOKEN = re.compile(r"[\x21-\x7e]+")


@dataclass(slots=True)
class _Heard:
    """What came of one answer."""

    body: bytearray = field(default_factory=bytearray)
    status: int | None = None
    flags: dict[str, str] = field(default_factory=dict)


class HttpLink:
    """A client bound to one device: no proxy, no environment, no other host."""

    def __init__(self, client: httpx.Client, conversation: Conversation) -> None:
        self._client = client
        self._conversation = conversation
        self._sockets: list[Any] = []
        self._login: HttpLogin | None = None
        conversation.switch.add(self._wake)

    def ask(self, request: Request) -> Answer:
        """GET one path; complete when the whole body came."""
        deadline = self._conversation.deadline
        limit_s = deadline.cap(request.timeout_s)
        heard = _Heard()
        dog = Watchdog(limit_s, self._wake)
        problem: DeviceError | ReadOnlyViolation | None = None
        try:
            with self._errors(dog), dog:
                self._get(request, limit_s, heard)
        except (DeviceError, ReadOnlyViolation) as error:
            problem = error
        return self._conversation.answer(
            bytes(heard.body), problem, status=heard.status, flags=heard.flags
        )

    def log_in(self, login: HttpLogin) -> None:
        """Open a session where the device wants one; raises DeviceError."""
        conversation = self._conversation
        limit_s = conversation.deadline.cap(conversation.settings.login_timeout_s)
        dog = Watchdog(limit_s, self._wake)
        try:
            with self._errors(dog), dog:
                login.log_in(self._client, conversation, limit_s)
        except LoginRefused:
            conversation.seen.login = False
            raise
        self._login = login
        conversation.seen.login = True

    def close(self) -> None:
        """Log out of a session of ours and close every connection."""
        conversation = self._conversation
        conversation.switch.remove(self._wake)
        try:
            if self._login is not None:
                limit_s = conversation.settings.logout_timeout_s
                log_out_quietly(self._login, self._client, conversation, limit_s)
        finally:
            with contextlib.suppress(Exception):  # foreign code on a dying connection
                self._client.close()

    def _get(self, asked: Request, limit_s: float, heard: _Heard) -> None:
        path = asked.text
        for _ in range(_MOST_REDIRECTS):
            request = self._client.build_request(
                "GET", path, timeout=max(limit_s, 0.1), extensions={"trace": self._trace}
            )
            response = self._client.send(request, stream=True)
            with contextlib.closing(response):
                self._conversation.seen.answered(0.0)
                self._note_certificate(response)
                moved = self._moved(response)
                if not moved:
                    self._read(response, heard)
                    return
            path = "/" + moved.removeprefix(self._client.base_url.path).lstrip("/")
            # a device does not choose what we ask: where it points is held against the rules too
            check_request(replace(asked, text=path), self._conversation.platform)
        raise BadAnswer(Text("重定向过多", "too many redirects"))

    def _note_certificate(self, response: httpx.Response) -> None:
        """Note until when the device's own certificate is valid; seen once per device."""
        seen = self._conversation.seen
        stream = response.extensions.get("network_stream")
        tls = stream.get_extra_info("ssl_object") if stream is not None else None
        if tls is None or seen.tls_not_after:
            return
        from cryptography import x509  # heavy; https only

        with contextlib.suppress(ValueError):  # a certificate that cannot be read
            der = tls.getpeercert(True)  # positional: httpcore gives the C object
            shown = x509.load_der_x509_certificate(der or b"")
            seen.tls_not_after = shown.not_valid_after_utc.isoformat()

    def _moved(self, response: httpx.Response) -> str:
        """Give the path of a redirect that stays on the device; refuse any other."""
        if not response.has_redirect_location:
            return ""
        target = response.url.join(response.headers["location"])
        if (target.scheme, target.host, target.port) != (
            response.url.scheme,
            response.url.host,
            response.url.port,
        ):
            raise BadAnswer(
                Text(f"设备转向别处：{target.host}", f"redirected elsewhere: {target.host}")
            )
        return target.raw_path.decode("ascii")

    def _read(self, response: httpx.Response, heard: _Heard) -> None:
        heard.status = response.status_code
        if "content-type" in response.headers:
            heard.flags["content_type"] = response.headers["content-type"]
        if response.status_code == _UNAUTHORIZED:
            self._conversation.seen.login = False
            raise LoginRefused(Text("设备拒绝登录", "the device refused the login"))
        self._conversation.seen.login = True
        for chunk in response.iter_bytes():
            heard.body += chunk
            if len(heard.body) > self._conversation.settings.answer_max_bytes:
                raise BadAnswer(Text("应答过长", "the answer is too long"))
        headers = response.headers
        has_length = "content-length" in headers or "chunked" in headers.get(
            "transfer-encoding", ""
        )
        if not has_length and not _is_whole(bytes(heard.body)):
            raise BadAnswer(
                Text("应答没有长度，无法证明完整", "no length given: nothing proves it whole")
            )

    @contextlib.contextmanager
    def _errors(self, dog: Watchdog) -> Iterator[None]:
        """Turn httpx's errors into ours, by their types."""
        try:
            yield
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            if isinstance(error, DeviceError):
                raise
            conversation = self._conversation
            late = dog.bitten or isinstance(error, httpx.TimeoutException)
            if late and not conversation.switch.aborted:
                late_text = Text("应答没有结束", "the answer did not end")
                raise conversation.late(late_text) from error
            why = f"{type(error).__name__}: {error}"
            raise conversation.lost(Text(f"HTTP 会话中断：{why}", f"HTTP failed: {why}")) from error

    def _trace(self, event: str, info: dict[str, Any]) -> None:
        """Remember the socket of each connection, so that an abort can wake whoever reads it."""
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            self._sockets = [info["return_value"].get_extra_info("socket")]
            if self._conversation.switch.aborted:  # while it was connecting
                self._wake()

    def _wake(self) -> None:
        for sock in self._sockets:
            shut(sock)


def _is_whole(body: bytes) -> bool:
    """Whether a body sent without a length proves itself: one whole JSON or XML document."""
    with contextlib.suppress(ValueError):
        json.loads(body)
        return True
    with contextlib.suppress(expat.ExpatError):
        expat.ParserCreate().Parse(body, True)
        return True
    return False


def open_http(conversation: Conversation) -> HttpLink:
    """Probe the port, then make the client. Raises Unreachable, NotSupported, NoSecret."""
    settings = conversation.of(Channel.HTTP)
    scheme = str(conversation.option(Channel.HTTP, "scheme", "https"))
    if scheme not in _PORTS:
        raise NotSupported(Text(f"不支持的协议：{scheme}", f"unsupported scheme: {scheme}"))
    if conversation.option(Channel.HTTP, "socks"):
        raise NotSupported(Text("尚不支持 socks", "socks is not supported"))
    port = settings.port or _PORTS[scheme]
    host = conversation.host(Channel.HTTP)
    probe = connect_patiently(
        host,
        port,
        timeout_s=conversation.settings.connect_timeout_s,
        retries=conversation.settings.retries,
        deadline=conversation.deadline,
        switch=conversation.switch,
    )
    probe.sock.close()
    conversation.seen.answered(probe.latency_s)
    name = conversation.platform.http_login if conversation.platform else ""
    login = login_named(name) if name and name != DIGEST else None
    auth = None if login else _authentication(conversation)
    shown_host = f"[{host}]" if ":" in host else host
    base = urlsplit(f"{scheme}://{shown_host}:{port}").geturl()
    base += str(conversation.option(Channel.HTTP, "base_path") or "").rstrip("/")
    client = httpx.Client(
        base_url=base,
        auth=auth,
        verify=_verification(conversation),
        follow_redirects=False,
        trust_env=False,
        headers={"User-Agent": "xunjian", "Accept": "*/*"},
    )
    link = HttpLink(client, conversation)
    if login is not None:
        try:
            link.log_in(login)
        except BaseException:
            link.close()
            raise
    return link


class _BearerAuth(httpx.Auth):
    """Puts a token into the header of every request; httpx has only Basic and Digest."""

    def __init__(self, token: str) -> None:
        self._header = f"Bearer {token}"

    @override
    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self._header
        yield request


def _authentication(conversation: Conversation) -> httpx.Auth | None:
    """Give the one credential: the token if there is one, else name and password."""
    token = conversation.secret_option(Channel.HTTP, "token")
    if token is not None:
        if not _TOKEN.fullmatch(token):
            raise NoSecret(
                Text("令牌含有请求头不允许的字符", "the token does not fit into a header")
            )
        return _BearerAuth(token)
    password = conversation.password(Channel.HTTP)
    if password is None:
        return None
    scheme = httpx.DigestAuth if _wants_digest(conversation) else httpx.BasicAuth
    return scheme(conversation.of(Channel.HTTP).username or "", password)


def _wants_digest(conversation: Conversation) -> bool:
    """Whether the platform's devices take no password in clear (RFC 7616)."""
    return conversation.platform is not None and conversation.platform.http_login == DIGEST


def _verification(conversation: Conversation) -> bool | ssl.SSLContext:
    """Check the certificate unless the inventory says otherwise, which is noted."""
    verify = conversation.option(Channel.HTTP, "verify", default=True)
    if verify is False or str(verify).lower() == "false":
        conversation.seen.note("tls_not_verified")
        return False
    if verify is True or str(verify).lower() == "true":
        return True
    return ssl.create_default_context(cafile=str(verify))
