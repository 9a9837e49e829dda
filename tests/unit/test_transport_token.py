"""A token for a web interface: in the header of every request and nowhere else.

And which of several ways to speak a device is asked on.
"""

import dataclasses
import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.fixtures.sessions import ANYTHING, QUICK
from tests.fixtures.small_servers import http_server, page, redirect
from xunjian.inventory.model import ChannelSettings, Device
from xunjian.platforms import unused_ways
from xunjian.run.breaker import credential_key
from xunjian.secrets import Secret, SecretRef, SecretSource
from xunjian.transport import Deadline, DeviceSession, open_session
from xunjian.transport.model import Channel, Evidence, Request

TOKEN = "Canary-token-4471-abcdef"
REFERENCE = SecretRef(source=SecretSource.ENV, name="TOKEN")


def opened(port: int, tmp_path: Path, token: str = TOKEN) -> DeviceSession:
    settings = ChannelSettings(
        hostname="127.0.0.1",
        port=port,
        username="xunjian",
        password=SecretRef(source=SecretSource.ENV, name="PW"),
        options={"scheme": "http", "token": REFERENCE},
    )
    return open_session(
        Device(name="fw1", kind="firewall", address="127.0.0.1", channels={"http": settings}),
        ANYTHING,
        known_hosts=tmp_path / "known_hosts",
        resolve=lambda reference: Secret(token if reference.name == "TOKEN" else "not-this-one"),
        deadline=Deadline(10),
        settings=QUICK,
    )


def ask(port: int, tmp_path: Path, path: str = "/api", token: str = TOKEN) -> Evidence:
    session = opened(port, tmp_path, token)
    try:
        return session.ask(Request(channel=Channel.HTTP, text=path, timeout_s=5))
    finally:
        session.close()


def test_token_is_sent_as_bearer_and_the_password_is_not_used(tmp_path: Path) -> None:
    seen: list[tuple[str, str]] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        seen.append((handler.path, handler.headers["Authorization"]))
        page(b'{"ok": true}')(handler)

    with http_server({"/api": answer, "/old": redirect("/api")}, "", token=TOKEN) as port:
        evidence = ask(port, tmp_path)
        moved = ask(port, tmp_path, "/old")
    assert evidence.complete
    assert moved.complete
    assert seen == [("/api", f"Bearer {TOKEN}")] * 2


def test_token_a_device_repeats_is_kept_nowhere(tmp_path: Path) -> None:
    echo: Callable[[BaseHTTPRequestHandler], None] = page(json.dumps({"token": TOKEN}).encode())
    with http_server({"/api": echo}, "", token=TOKEN) as port:
        evidence = ask(port, tmp_path)
    assert evidence.flags["redacted"] == "1"
    assert TOKEN not in repr(evidence)
    assert TOKEN.encode() not in evidence.raw


def test_refused_token_is_a_refused_login(tmp_path: Path) -> None:
    with http_server({}, "", token="another-token") as port:
        evidence = ask(port, tmp_path)
    assert (evidence.error, evidence.status) == ("login_refused", 401)
    assert TOKEN not in repr(evidence)


@pytest.mark.parametrize("token", ["two words", "line\r\nX-Other: 1", "暗号一二三四", ""])
def test_token_that_does_not_fit_a_header_is_never_sent(token: str, tmp_path: Path) -> None:
    asked: list[str] = []
    with http_server({"/api": lambda h: asked.append(h.path)}, "", token="x") as port:
        evidence = ask(port, tmp_path, token=token)
    assert evidence.error == "no_secret"
    assert asked == []
    assert not token or token not in repr(evidence)


def test_breaker_knows_a_token_by_its_reference() -> None:
    base = ChannelSettings(username="xunjian", options={"token": REFERENCE})
    other = dataclasses.replace(base, options={"token": dataclasses.replace(REFERENCE, name="B")})
    assert credential_key(base) is not None
    assert credential_key(base) != credential_key(other)


BOTH = dataclasses.replace(ANYTHING, channels=("cli", "http", "snmp"))
WAYS: tuple[tuple[tuple[str, ...], set[str]], ...] = (
    ((), set()),
    (("",), {"http"}),
    (("http",), {"cli"}),
    (("cli",), {"http"}),
    (("cli", "http"), set()),
    (("snmp",), {"http"}),
)


@pytest.mark.parametrize(("named", "unused"), WAYS)
def test_device_is_asked_on_the_ways_its_inventory_describes(
    named: tuple[str, ...], unused: set[str]
) -> None:
    channels = {name: ChannelSettings() for name in named}
    device = Device(name="fw1", kind="firewall", channels=channels)
    assert unused_ways(BOTH, device) == unused
    assert unused_ways(dataclasses.replace(BOTH, channels=("http",)), device) == set()
    assert unused_ways(dataclasses.replace(BOTH, channels=("cli", "snmp")), device) == set()
