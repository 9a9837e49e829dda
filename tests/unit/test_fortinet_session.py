"""A FortiGate is read and nothing on it is changed: not by its driver, its pager or its cards.

netmiko's own driver switches the pager off in the global configuration (`config system console`)
and back on when it leaves; a round must not appear in a firewall's configuration history.
"""

import json
import re
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import yaml

from tests.fixtures.sessions import CANARY, QUICK
from tests.fixtures.shipped import content
from tests.fixtures.small_servers import http_server, page
from tests.fixtures.terminal_server import Behaviour, TerminalServer
from xunjian.collect import collect
from xunjian.facts.model import FactTable, StepState
from xunjian.inventory.model import ChannelSettings, Device
from xunjian.secrets import Secret, SecretRef, SecretSource
from xunjian.tasks.model import Task
from xunjian.transport import Deadline, DeviceSession, open_session
from xunjian.transport.model import Channel, Request

CASES = Path(__file__).parents[1] / "devices" / "fortinet"
TOKEN = "Canary-token-9931-fortios"
READS = re.compile(r"^(?:get|show|diagnose (?:sys|hardware|autoupdate)|execute sensor list)\b")


def cards() -> tuple[Task, ...]:
    catalog = content()[0]
    return tuple(t for t in catalog.tasks if t.serves("firewall") and t.collect.get("fortinet"))


def answers(*cases: str) -> dict[str, bytes]:
    """The good answers of the cases, by question."""
    found: dict[str, bytes] = {}
    for path in sorted(p for case in cases for p in CASES.glob(f"*/{case}/case.yml")):
        written: Mapping[str, object] = yaml.safe_load(path.read_text("utf-8"))["answers"]
        for question, file in written.items():
            if isinstance(file, str):
                found[question] = (path.parent / file).read_bytes()
    return found


def session(device: Device, tmp_path: Path) -> DeviceSession:
    return open_session(
        device,
        content()[1].get("fortinet"),
        known_hosts=tmp_path / "known_hosts",
        resolve=lambda reference: Secret(TOKEN if reference.name == "TOKEN" else CANARY),
        deadline=Deadline(60),
        settings=QUICK,
    )


def firewall(channel: str, port: int, **options: object) -> Device:
    settings = ChannelSettings(
        hostname="127.0.0.1",
        port=port,
        username="xunjian",
        password=SecretRef(source=SecretSource.ENV, name="PW"),
        options=options,  # type: ignore[arg-type]
    )
    return Device(
        name="hz-fw2",
        kind="firewall",
        platform="fortinet",
        address="127.0.0.1",
        channels={"": settings, channel: settings},
    )


def visit(device: Device, opened: DeviceSession) -> tuple[FactTable, list[str]]:
    """Ask everything the cards want to know; gives the facts and the channels that were used."""
    platform, templates = content()[1].get("fortinet"), content()[2]
    steps = collect(device, cards(), platform, templates=templates)
    channels: list[str] = []
    try:
        request = next(steps)
        while True:
            channels.append(request.channel.value)
            request = steps.send(opened.ask(request))
    except StopIteration as stop:
        table: FactTable = stop.value
        return table, channels


@pytest.mark.parametrize(
    "prompt", [b"HZ-FW-2 # ", b"HZ-FW-2 $ ", b"HZ-FW-2 (global) # "], ids=["#", "$", "vdom"]
)
def test_whole_visit_on_the_command_line_leaves_only_reads(prompt: bytes, tmp_path: Path) -> None:
    told = {
        text: b"\r\n" + body.replace(b"\n", b"\r\n") for text, body in answers("good_cli").items()
    }
    behaviour = Behaviour(
        prompt=prompt, answers=told, page=11, page_text=b"--More-- ", page_wipe=b"\r         \r"
    )
    with TerminalServer(behaviour) as server:
        server.pin(tmp_path / "known_hosts")
        device = firewall("cli", server.port)
        opened = session(device, tmp_path)
        table, channels = visit(device, opened)
        opened.close()
    asked = [line for line in server.typed if line not in {"", "exit"}]
    assert set(channels) == {"cli"}
    assert server.typed[-1] == "exit"
    assert sorted(asked) == sorted(told)
    assert [line for line in asked if not READS.match(line)] == []
    assert set(server.keys) == {b" "}
    assert len(server.keys) > 5
    assert [s for s in table.steps if s.state is not StepState.OK] == []
    assert "pager" in opened.notes
    assert opened.reason == ""


def test_whole_visit_over_rest_asks_by_get_with_the_token_alone(tmp_path: Path) -> None:
    asked: list[tuple[str, str]] = []

    def telling(body: bytes) -> object:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            asked.append((handler.command, handler.path))
            page(body)(handler)

        return answer

    pages = {path: telling(body) for path, body in answers("good").items()}
    with http_server(pages, "", token=TOKEN) as port:  # type: ignore[arg-type]
        reference = SecretRef(source=SecretSource.ENV, name="TOKEN")
        device = firewall("http", port, scheme="http", token=reference)
        opened = session(device, tmp_path)
        table, channels = visit(device, opened)
        opened.close()
    assert set(channels) == {Channel.HTTP.value}
    assert {method for method, _ in asked} == {"GET"}
    assert not [path for _, path in asked if TOKEN in path or "token" in path]
    assert len(asked) == len(set(asked))
    assert [s for s in table.steps if s.state is not StepState.OK] == []
    assert len(table.of("HaState")) == 1


def test_notice_after_login_is_acknowledged_with_its_own_key(tmp_path: Path) -> None:
    notice = b"\r\nAuthorized users only.\r\n(Press 'a' to accept):"
    told = {"get system status": b"\r\nVersion: FortiGate-101F v7.2.8,build1639,240313 (GA.M)\r\n"}
    with TerminalServer(
        Behaviour(prompt=b"HZ-FW-2 # ", questions=(notice,), answers=told)
    ) as server:
        server.pin(tmp_path / "known_hosts")
        opened = session(firewall("cli", server.port), tmp_path)
        table, _ = visit(firewall("cli", server.port), opened)
        opened.close()
    assert server.typed[0] == "a"
    assert "login_question:login_notice" in opened.notes
    assert opened.reason == ""
    assert table.steps


def test_demand_for_a_new_password_ends_the_visit(tmp_path: Path) -> None:
    demand = (
        b"\r\nYou are forced to change your password. Please input a new password.\r\nNew Password:"
    )
    with TerminalServer(Behaviour(prompt=b"HZ-FW-2 # ", questions=(demand,))) as server:
        server.pin(tmp_path / "known_hosts")
        opened = session(firewall("cli", server.port), tmp_path)
        visit(firewall("cli", server.port), opened)
        opened.close()
    assert opened.reason == "login_refused"
    assert "password_change_forced" in opened.notes
    assert server.typed == []


@pytest.mark.parametrize(("token", "login"), [(TOKEN, True), ("another-token-12", False)])
def test_round_of_reachability_alone_tries_the_token(
    token: str, *, login: bool, tmp_path: Path
) -> None:
    start: dict[str, object] = {"/": page(b"<html>login</html>")}
    status = "/api/v2/monitor/system/status"
    with http_server({**start, status: page(b"{}")}, "", token=token) as port:  # type: ignore[dict-item]
        reference = SecretRef(source=SecretSource.ENV, name="TOKEN")
        opened = session(firewall("http", port, scheme="http", token=reference), tmp_path)
        said = json.loads(opened.ask(Request(channel=Channel.SESSION, text="SESSION")).raw)
        opened.close()
    assert (said["answers"], said["login"]) == (True, login)
