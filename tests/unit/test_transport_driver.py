"""netmiko's drivers under our session: the dialect stays, everything that writes or waits goes."""

import logging
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path

import netmiko
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from netmiko.huawei.huawei import HuaweiSSH
from typing_extensions import override

from tests.fixtures.sessions import ANYTHING, BODY, display, session
from tests.fixtures.terminal_server import Behaviour, TerminalServer
from xunjian.errors import NotSupported, ReadOnlyViolation
from xunjian.inventory.model import ChannelSettings, Device
from xunjian.secrets import Secret
from xunjian.transport import Deadline, TransportSettings, open_session
from xunjian.transport.driver import QuietDriver, make_driver, quiet_class
from xunjian.transport.model import Channel, Request
from xunjian.transport.terminal import refuse_agreement

_NEVER = ("save_config", "commit", "config_mode", "send_config_set")


@pytest.mark.parametrize(
    "name", ["huawei", "huawei_vrpv8", "hp_comware", "cisco_ios", "fortinet", "linux"]
)
def test_driver_is_netmikos_class_and_cannot_write(name: str) -> None:
    made = make_driver(name, host="127.0.0.1", username="x", password="y")
    assert isinstance(made, (QuietDriver, netmiko.BaseConnection))
    for method in _NEVER:
        with pytest.raises(ReadOnlyViolation):
            getattr(made, method)()
    assert made.disable_paging() == ""
    made.special_login_handler()
    made.cleanup()
    made.disconnect()


def test_huawei_driver_keeps_the_dialect_and_loses_the_handler_that_says_yes() -> None:
    quiet = quiet_class("huawei")
    assert issubclass(quiet, HuaweiSSH)
    assert quiet.special_login_handler is QuietDriver.special_login_handler
    assert quiet_class("huawei") is quiet


def test_no_filter_with_a_password_stays_on_netmikos_logger(tmp_path: Path) -> None:
    logger = logging.getLogger("netmiko")
    before = len(logger.filters)
    with TerminalServer(Behaviour(answers={"display version": BODY})) as server:
        with session(server, tmp_path) as opened:
            assert opened.ask(display()).complete
        with session(server, tmp_path, password="wrong-one-123") as opened:
            assert opened.ask(display()).error == "login_refused"
    assert len(logger.filters) == before


def test_unknown_driver_is_said() -> None:
    with pytest.raises(NotSupported):
        quiet_class("no_such_driver")


@pytest.mark.parametrize("answer", ["y", "Y", " yes ", "YES", "'y'", "是", "ok"])
def test_agreeing_answers_are_refused(answer: str) -> None:
    with pytest.raises(ReadOnlyViolation):
        refuse_agreement(answer)


@pytest.mark.parametrize("answer", ["n", "N", "no", "", " ", "q", "cancel"])
def test_declining_answers_pass(answer: str) -> None:
    assert refuse_agreement(answer) == answer


@pytest.mark.parametrize("fault", ["password", "hang", "close", "key"])
def test_failed_sessions_leave_nothing_behind(fault: str, tmp_path: Path) -> None:
    cut = {"hang": {"hang_after": 5}, "close": {"close_after": 5}}.get(fault, {})
    with TerminalServer(Behaviour(answers={"display version": BODY}, **cut)) as server:  # type: ignore[arg-type]
        password = "wrong-one-123" if fault == "password" else server.behaviour.password
        with session(server, tmp_path, password=password, trusted=fault != "key") as opened:
            evidence = opened.ask(display(timeout_s=0.3))
        assert evidence.error
        for _ in range(100):
            if not _ours():
                break
            threading.Event().wait(0.02)
        assert not _ours()


def _ours() -> list[str]:
    """Threads of paramiko's clients (its repr names the class) and of watchdogs."""
    return [repr(t) for t in threading.enumerate() if "paramiko" in repr(t) or "Timer" in repr(t)]


# -- TLS ----------------------------------------------------------------------------------------


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bmc")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "bmc.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Quiet(HTTPServer):
    @override
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that refuses the certificate is what is tested."""

    @override
    def get_request(self) -> tuple[socket.socket, object]:
        sock, address = super().get_request()
        sock.settimeout(2)
        return sock, address


@pytest.mark.parametrize(
    ("verify", "error", "note"),
    [(None, "session_lost", ""), (False, "", "tls_not_verified"), ("ca", "", "")],
)
def test_https_certificate_is_checked_unless_told_otherwise(
    verify: object, error: str, note: str, tmp_path: Path
) -> None:
    pem = _certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = _Quiet(("127.0.0.1", 0), _Page)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    options = {} if verify is None else {"verify": str(pem) if verify == "ca" else verify}
    settings = ChannelSettings(hostname="127.0.0.1", port=server.server_port, options=options)  # type: ignore[arg-type]
    opened = open_session(
        Device(name="bmc1", kind="server", address="127.0.0.1", channels={"http": settings}),
        ANYTHING,
        known_hosts=tmp_path / "kh",
        resolve=lambda _: Secret("x"),
        deadline=Deadline(10),
        settings=TransportSettings(retries=0),
    )
    try:
        evidence = opened.ask(Request(channel=Channel.HTTP, text="/redfish/v1/", timeout_s=5))
    finally:
        opened.close()
        server.shutdown()
        thread.join()
        server.server_close()
    assert (evidence.error, evidence.complete) == (error, not error), evidence.detail
    assert list(opened.notes) == ([note] if note else [])
