"""A device that points elsewhere chooses nothing: the target is held against the rules again."""

import dataclasses
import re
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.fixtures.sessions import ANYTHING, CANARY, loopback, visit
from tests.fixtures.small_servers import http_server, page, redirect
from xunjian.inventory.model import Device
from xunjian.platforms import ReadOnlyRules
from xunjian.transport.model import Channel, Evidence, Request

RULES = ReadOnlyRules(allow=(re.compile("^/(page|rest)"),), deny=(re.compile("reboot"),))
PLATFORM = dataclasses.replace(ANYTHING, channels=("http",), read_only=RULES)


def ask(path: str, tmp_path: Path, port: int, base: str = "") -> Evidence:
    options = {"scheme": "http", **({"base_path": base} if base else {})}
    device = Device(
        name="d1", kind="ups", address="127.0.0.1", channels={"http": loopback(port, **options)}
    )
    with closing(visit(device, PLATFORM, tmp_path)) as opened:
        return opened.ask(Request(channel=Channel.HTTP, text=path, timeout_s=3))


@pytest.mark.parametrize("target", ["/rest/reboot", "/cgi/set?fan=0", "/page/../cgi"])
def test_where_it_points_must_be_allowed_too(target: str, tmp_path: Path) -> None:
    seen: list[str] = []

    def note(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.path)
        page(b"{}")(handler)

    pages = {"/page": redirect(target), target: note, "/cgi": note}
    with http_server(pages, CANARY) as port:
        evidence = ask("/page", tmp_path, port)
    assert (evidence.complete, evidence.error) == (False, "read_only")
    assert seen == []


@pytest.mark.parametrize("base", ["", "/api", "/api/"])
def test_an_allowed_target_is_followed_below_the_base(base: str, tmp_path: Path) -> None:
    folder = base.rstrip("/")
    pages = {f"{folder}/page": redirect(f"{folder}/rest/x"), f"{folder}/rest/x": page(b"[1]")}
    with http_server(pages, CANARY) as port:
        evidence = ask("/page", tmp_path, port, base)
    assert (evidence.complete, evidence.text) == (True, "[1]")
