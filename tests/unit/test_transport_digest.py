"""HTTP digest, as cameras want it: the password never goes over the line, one attempt alone."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typing_extensions import override

from tests.fixtures.sessions import loopback, visit
from tests.fixtures.small_servers import serving
from xunjian.inventory.model import Device
from xunjian.platforms import Platform, load_platforms
from xunjian.transport.model import Channel, Evidence, Request
from xunjian.workspace import builtin_root, open_workspace

PASSWORD, PATH = "canary-digest-77", "/ISAPI/System/status"
REALM, NONCE = "IP Camera(12345)", "4e5455344d7a63"


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@contextmanager
def camera(headers: list[str]) -> Iterator[int]:
    """Answer whoever proves the password as RFC 7616 says, with MD5 and qop auth."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given = self.headers.get("Authorization", "")
            headers.append(given)
            body = b"<DeviceStatus/>" if self._proves(given) else b"<userCheck/>"
            self.send_response(200 if self._proves(given) else 401)
            if not self._proves(given):
                said = f'Digest realm="{REALM}", qop="auth", nonce="{NONCE}", algorithm=MD5'
                self.send_header("WWW-Authenticate", said)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _proves(self, given: str) -> bool:
            part: dict[str, str] = dict(re.findall(r'(\w+)="?([^",]+)"?', given))
            if not part:
                return False
            ha1, ha2 = _md5(f"xunjian:{REALM}:{PASSWORD}"), _md5(f"GET:{self.path}")
            middle = f"{NONCE}:{part['nc']}:{part['cnonce']}:auth"
            return part["response"] == _md5(f"{ha1}:{middle}:{ha2}")

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        yield port


def ask(port: int, tmp_path: Path, password: str) -> list[Evidence]:
    device = Device(
        name="c1",
        kind="camera",
        address="127.0.0.1",
        channels={"http": loopback(port, scheme="http")},
    )
    with closing(visit(device, hikvision(), tmp_path, password=password)) as opened:
        request = Request(channel=Channel.HTTP, text=PATH, timeout_s=3)
        return [opened.ask(request) for _ in range(2)]


def hikvision() -> Platform | None:
    return load_platforms(open_workspace(builtin_root())).get("hikvision_isapi")


@pytest.mark.parametrize(("password", "error"), [(PASSWORD, ""), ("wrong-one", "login_refused")])
def test_digest(password: str, error: str, tmp_path: Path) -> None:
    headers: list[str] = []
    with camera(headers) as port:
        first, second = ask(port, tmp_path, password)
    assert first.error == error
    assert second.error == ("not_sent" if error else "")
    assert all(not given.startswith("Basic") and password not in given for given in headers)
    assert sum(bool(given) for given in headers) == (1 if error else 2)


@pytest.mark.parametrize(
    "path", ["/ISAPI/System/reboot", "/ISAPI/Security/users", "/ISAPI/System/time?x=1", "/"]
)
def test_only_known_pages_are_asked(path: str, tmp_path: Path) -> None:
    device = Device(name="c1", kind="camera", address="127.0.0.1")
    with closing(visit(device, hikvision(), tmp_path)) as opened:
        assert opened.ask(Request(channel=Channel.HTTP, text=path)).error == "read_only"
