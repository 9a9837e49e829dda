"""The one login over HTTP that is no Basic authentication: opened once, always closed."""

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from typing_extensions import override

from tests.fixtures.sessions import CANARY, loopback, visit
from tests.fixtures.small_servers import serving
from xunjian.inventory.model import Device
from xunjian.platforms import Platform, load_platforms
from xunjian.transport import DeviceSession
from xunjian.transport.model import Channel, Evidence, Request
from xunjian.workspace import builtin_root, open_workspace

SESSION = "PSx/y+canary-session-id"
XSRF = "canary-xsrf-token"


@dataclass
class Terminal:
    """What the terminal was asked, and how it behaves."""

    password: str = CANARY
    login: bytes = b""  # instead of the documented answer
    logout_status: int = 200
    broken_page: bool = False
    asked: list[str] = field(default_factory=list)
    open_sessions: int = 0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    how: Terminal

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def say(self, status: int, body: object, **headers: str) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(raw)

    def known(self) -> bool:
        return f"session_id={SESSION}" in (self.headers["Cookie"] or "")

    def do_POST(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.how.asked.append(f"POST {self.path}")
        if self.how.login:
            self.say(200, self.how.login)
        elif given != {"user": "xunjian", "password": self.how.password}:
            self.say(200, {"success": False, "loginStatus": {"loginResult": "FAILED"}})
        else:
            self.how.open_sessions += 1
            cookie = f"XSRF-TOKEN={XSRF}; Path=/"
            body = {"success": True, "session": {"sessionId": SESSION, "role": "ADMIN"}}
            self.say(200, body, Set_Cookie=cookie)

    def do_GET(self) -> None:
        self.how.asked.append(f"GET {self.path}")
        if not self.known():
            self.say(403, {"reason": "Forbidden"})
        elif self.how.broken_page:
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self.say(200, {"model": "StudioX50", "echo": SESSION})

    def do_DELETE(self) -> None:
        self.how.asked.append(f"DELETE {self.path}")
        if self.known() and self.headers["X-XSRF-TOKEN"] == XSRF:
            self.how.open_sessions -= 1
        self.say(self.how.logout_status, {"success": True})


@contextmanager
def terminal(how: Terminal, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    handler = type("Playing", (Handler,), {"how": how})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    with serving(server) as port:
        yield port


@cache
def poly() -> Platform:
    found = load_platforms(open_workspace(builtin_root())).get("poly_videoos")
    assert found is not None
    return found


def opened(
    port: int, tmp_path: Path, *, scheme: str = "http", verify: bool = True
) -> DeviceSession:
    settings = loopback(port, scheme=scheme, verify=verify)
    device = Device(name="codec1", kind="codec", address="127.0.0.1", channels={"http": settings})
    return visit(device, poly(), tmp_path)


def ask(session: DeviceSession, path: str = "/rest/system") -> Evidence:
    return session.ask(Request(channel=Channel.HTTP, text=path, timeout_s=5))


def test_one_login_serves_all_questions_and_is_closed(tmp_path: Path) -> None:
    how = Terminal()
    with terminal(how) as port:
        session = opened(port, tmp_path)
        first, second = ask(session), ask(session, "/rest/system/status")
        session.close()
    assert (first.complete, first.status, second.complete) == (True, 200, True)
    assert how.asked == [
        "POST /rest/session",
        "GET /rest/system",
        "GET /rest/system/status",
        "DELETE /rest/session",
    ]
    assert how.open_sessions == 0
    assert SESSION.encode() not in first.raw
    assert "session_left_open" not in session.notes


def test_the_session_is_closed_after_a_question_failed(tmp_path: Path) -> None:
    how = Terminal(broken_page=True)
    with terminal(how) as port:
        session = opened(port, tmp_path)
        assert ask(session).error == "session_lost"
        session.close()
    assert how.asked[-1] == "DELETE /rest/session"
    assert how.open_sessions == 0


def test_the_session_is_closed_after_an_abort(tmp_path: Path) -> None:
    how = Terminal()
    with terminal(how) as port:
        session = opened(port, tmp_path)
        ask(session)
        session.abort()
        session.close()
    assert how.open_sessions == 0


def test_a_wrong_password_is_tried_once(tmp_path: Path) -> None:
    how = Terminal(password="another")
    with terminal(how) as port:
        session = opened(port, tmp_path)
        assert ask(session).error == "login_refused"
        assert ask(session).error == "not_sent"
        session.close()
    assert how.asked == ["POST /rest/session"]


def test_a_logout_that_is_refused_is_noted(tmp_path: Path) -> None:
    how = Terminal(logout_status=403)
    with terminal(how) as port:
        session = opened(port, tmp_path)
        ask(session)
        session.close()
    assert "session_left_open" in session.notes


@pytest.mark.parametrize("said", [b"<html>login</html>", b"[]", b'{"success": true}', b"\xff"])
def test_an_answer_that_opens_nothing_is_no_login(tmp_path: Path, said: bytes) -> None:
    how = Terminal(login=said)
    with terminal(how) as port:
        session = opened(port, tmp_path)
        evidence = ask(session)
        session.close()
    assert not evidence.complete
    assert evidence.error in {"login_refused", "bad_answer"}
    assert how.asked == ["POST /rest/session"]


def test_the_end_of_its_certificate_is_noted(tmp_path: Path) -> None:
    ends = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
    with terminal(Terminal(), tls=self_signed(tmp_path, ends)) as port:
        session = opened(port, tmp_path, scheme="https", verify=False)
        page = ask(session)
        said = session.ask(Request(channel=Channel.SESSION, text="SESSION"))
        session.close()
    assert page.complete
    assert json.loads(said.text)["tls_not_after"] == ends.isoformat()


def self_signed(folder: Path, ends: datetime) -> ssl.SSLContext:
    """Make a certificate of our own that is valid until `ends`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "codec1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(ends - timedelta(days=9000))
        .not_valid_after(ends)
        .sign(key, hashes.SHA256())
    )
    (folder / "tls.pem").write_bytes(
        made.public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "tls.pem")
    return context


def test_nothing_but_reading_gets_past_the_rules(tmp_path: Path) -> None:
    how = Terminal()
    with terminal(how) as port:
        session = opened(port, tmp_path)
        refused = [ask(session, path).error for path in ("/rest/system/reboot", "/rest/session")]
        session.close()
    assert refused == ["read_only", "read_only"]
    assert how.asked == []
