"""HTTP, NUT, SIP, ICMP, SNMP and shell: whole answers, cut ones, refusals, silence."""

import dataclasses
import json
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.fixtures.sessions import ANYTHING, CANARY, QUICK, loopback, visit
from tests.fixtures.small_servers import (
    cut_page,
    http_server,
    nut_handler,
    page,
    redirect,
    slow_page,
    tcp_server,
    udp_server,
)
from tests.fixtures.terminal_server import Behaviour, TerminalServer
from xunjian.inventory.model import Device
from xunjian.secrets import Secret
from xunjian.transport import Deadline, DeviceSession, open_session
from xunjian.transport.model import Channel, Evidence, Request


@contextmanager
def asking(
    channel: str,
    port: int,
    tmp_path: Path,
    *,
    options: Mapping[str, object] | None = None,
    password: str = CANARY,
    deadline_s: float = 20.0,
    address: str = "127.0.0.1",
    only: str = "http",
) -> Iterator[DeviceSession]:
    settings = loopback(port, address, **(options or {}))
    device = Device(
        name="d1", kind="ups", address=address, channels={"": settings, channel: settings}
    )
    platform = dataclasses.replace(ANYTHING, channels=(only,))
    with closing(
        visit(device, platform, tmp_path, password=password, deadline_s=deadline_s)
    ) as session:
        yield session


def request(channel: Channel, text: str, timeout_s: float = 3.0, **options: int) -> Request:
    return Request(channel=channel, text=text, timeout_s=timeout_s, options=tuple(options.items()))


def get(path: str, tmp_path: Path, port: int, **more: object) -> tuple[Evidence, str]:
    timeout_s = float(str(more.pop("timeout_s", 3.0)))
    with asking("http", port, tmp_path, options={"scheme": "http"}, **more) as opened:  # type: ignore[arg-type]
        return opened.ask(request(Channel.HTTP, path, timeout_s)), opened.reason


# -- http ---------------------------------------------------------------------------------------


def test_http_answer_is_whole_with_its_length(tmp_path: Path) -> None:
    body = json.dumps({"名称": "电源一"}, ensure_ascii=False).encode()
    with http_server({"/redfish/v1/": page(body)}, CANARY) as port:
        evidence, reason = get("/redfish/v1/", tmp_path, port)
    assert (evidence.complete, evidence.status, evidence.raw, reason) == (True, 200, body, "")
    assert evidence.flags["content_type"] == "application/json"


@pytest.mark.parametrize(
    ("path", "status", "complete", "error"),
    [
        ("/missing", 404, True, ""),
        ("/cut", 200, False, "session_lost"),
        ("/no-length", 200, False, "bad_answer"),
        ("/no-length-whole", 200, True, ""),
        ("/away", None, False, "bad_answer"),
        ("/round", None, False, "bad_answer"),
        ("/near", 200, True, ""),
        ("/slow", 200, True, ""),
    ],
)
def test_http_proof_of_the_whole(
    path: str, status: int | None, *, complete: bool, error: str, tmp_path: Path
) -> None:
    pages = {
        "/cut": cut_page(b'{"a": 1', 500),
        "/no-length": cut_page(b'{"a": [1, 2', None),
        "/no-length-whole": cut_page(b"<Status><A>1</A></Status>", None),
        "/away": redirect("http://127.0.0.2:1/"),
        "/round": redirect("/round"),
        "/near": redirect("/page"),
        "/page": page(b"{}"),
        "/slow": slow_page(1.0),
    }
    with http_server(pages, CANARY) as port:
        evidence, _ = get(path, tmp_path, port)
    assert (evidence.status, evidence.complete, evidence.error) == (status, complete, error)


def test_http_refused_login_is_fatal_and_says_no_password(tmp_path: Path) -> None:
    with http_server({}, "right-one-12") as port:
        evidence, reason = get("/x", tmp_path, port)
    assert (evidence.error, evidence.status, reason) == ("login_refused", 401, "login_refused")
    assert CANARY not in repr(evidence)


def test_http_silence_is_a_hang(tmp_path: Path) -> None:
    with http_server({"/x": slow_page(30)}, CANARY) as port:
        started = time.monotonic()
        evidence, reason = get("/x", tmp_path, port, timeout_s=0.5)
        assert time.monotonic() - started < 10
    assert (evidence.error, reason) == ("hang", "hang")


def test_http_dead_port_is_no_answer(tmp_path: Path) -> None:
    evidence, reason = get("/x", tmp_path, 1)
    assert (evidence.error, reason) == ("no_answer", "no_answer")


def test_http_abort_wakes_the_reader(tmp_path: Path) -> None:
    with (
        http_server({"/x": slow_page(30)}, CANARY) as port,
        asking("http", port, tmp_path, options={"scheme": "http"}) as opened,
    ):
        threading.Timer(0.3, opened.abort).start()
        started = time.monotonic()
        evidence = opened.ask(request(Channel.HTTP, "/x", 30))
        assert time.monotonic() - started < 10
    assert evidence.error == "interrupted"


def test_http_abort_before_there_is_a_connection(tmp_path: Path) -> None:
    def told_while_the_password_is_looked_up(_: object) -> Secret:
        opened.abort()
        return Secret(CANARY)

    with http_server({"/x": page(b"{}")}, CANARY) as port:
        settings = loopback(port, scheme="http")
        opened = open_session(
            Device(name="d1", kind="ups", address="127.0.0.1", channels={"http": settings}),
            ANYTHING,
            known_hosts=tmp_path / "known_hosts",
            resolve=told_while_the_password_is_looked_up,
            deadline=Deadline(20),
            settings=QUICK,
        )
        evidence = opened.ask(request(Channel.HTTP, "/x"))
        opened.close()
    assert (evidence.complete, evidence.error) == (False, "interrupted")


# -- nut ----------------------------------------------------------------------------------------

VARIABLES = {"battery.charge": "98", "ups.status": "OL", "ups.model": "华为 UPS"}


def list_var(port: int, tmp_path: Path, **options: object) -> tuple[Evidence, str]:
    with asking("nut", port, tmp_path, options=options) as opened:
        return opened.ask(request(Channel.NUT, "LIST VAR", 1.0)), opened.reason


@pytest.mark.parametrize("options", [{"ups": "ups1"}, {}])
def test_nut_frame_proves_the_whole(options: dict[str, object], tmp_path: Path) -> None:
    with tcp_server(nut_handler(VARIABLES)) as port:
        evidence, _ = list_var(port, tmp_path, **options)
    assert evidence.complete
    assert evidence.text.splitlines() == [
        "BEGIN LIST VAR ups1",
        'VAR ups1 battery.charge "98"',
        'VAR ups1 ups.status "OL"',
        'VAR ups1 ups.model "华为 UPS"',
        "END LIST VAR ups1",
    ]


@pytest.mark.parametrize(
    ("faults", "error", "reason"),
    [
        ({"cut": "1"}, "session_lost", "session_lost"),
        ({"pause": "2"}, "hang", "hang"),
        ({"error": "DATA-STALE"}, "bad_answer", ""),
        ({"error": "ACCESS-DENIED"}, "login_refused", "login_refused"),
    ],
)
def test_nut_failures(faults: dict[str, str], error: str, reason: str, tmp_path: Path) -> None:
    with tcp_server(nut_handler(VARIABLES, **faults)) as port:
        evidence, given = list_var(port, tmp_path, ups="ups1")
    assert (evidence.complete, evidence.error, given) == (False, error, reason)


def test_nut_credential_is_shown_only_where_asked_for(tmp_path: Path) -> None:
    with tcp_server(nut_handler(VARIABLES, login="1")) as port:
        evidence, _ = list_var(port, tmp_path, ups="ups1")
    assert evidence.complete


# -- sip ----------------------------------------------------------------------------------------


def sip_answer(message: bytes, status: str = "200 OK", call_id: str = "") -> bytes:
    kept = [
        line
        for line in message.decode().split("\r\n")
        if line.startswith(("Via:", "From:", "CSeq:", "To:"))
    ]
    found = re.search(r"Call-ID: (\S+)", message.decode())
    assert found
    lines = [f"SIP/2.0 {status}", *kept, f"Call-ID: {call_id or found[1]}", "Server: 会议终端"]
    return ("\r\n".join([*lines, "Content-Length: 0"]) + "\r\n\r\n").encode()


def test_sip_over_udp_survives_loss_provisional_and_foreign_answers(tmp_path: Path) -> None:
    def answer(message: bytes, count: int) -> tuple[bytes, ...]:
        if count == 1:
            return ()
        return (
            sip_answer(message, call_id="someone-else"),
            sip_answer(message, "100 Trying"),
            sip_answer(message, "486 Busy Here"),
        )

    with udp_server(answer) as port, asking("sip", port, tmp_path) as opened:
        evidence = opened.ask(request(Channel.SIP, "OPTIONS"))
    assert (evidence.complete, evidence.status) == (True, 486)
    assert "Server: 会议终端" in evidence.text


def test_sip_over_tcp(tmp_path: Path) -> None:
    def handle(sock: object) -> None:
        data = sock.recv(65535)  # type: ignore[attr-defined]
        answer = sip_answer(data)
        sock.sendall(answer[:30])  # type: ignore[attr-defined]
        time.sleep(0.1)
        sock.sendall(answer[30:])  # type: ignore[attr-defined]

    with (
        tcp_server(handle) as port,
        asking("sip", port, tmp_path, options={"transport": "tcp"}) as opened,
    ):
        evidence = opened.ask(request(Channel.SIP, "OPTIONS"))
        seen = json.loads(opened.ask(request(Channel.SESSION, "SESSION")).raw)
    assert (evidence.complete, evidence.status) == (True, 200)
    assert (seen["answers"], seen["login"]) == (True, True)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_sip_silence_is_no_answer(transport: str, tmp_path: Path) -> None:
    with asking("sip", 9, tmp_path, options={"transport": transport}) as opened:
        evidence = opened.ask(request(Channel.SIP, "OPTIONS", 1.0))
    assert (evidence.complete, evidence.error) == (False, "no_answer")


# -- icmp ---------------------------------------------------------------------------------------


def test_icmp_measures_loss_and_times(tmp_path: Path) -> None:
    with asking("icmp", 0, tmp_path) as opened:
        evidence = opened.ask(request(Channel.ICMP, "PING", count=3, size=100))
        if evidence.error == "unsupported":
            pytest.skip("ICMP is not permitted here")
        lost = opened.ask(request(Channel.ICMP, "PING", 1.0, count=1))
    figures = json.loads(evidence.raw)
    assert evidence.complete
    assert (figures["sent"], figures["received"], figures["loss_pct"]) == (3, 3, 0)
    assert 0 < figures["rtt_ms"] < 1000
    assert figures["jitter_ms"] >= 0
    assert json.loads(lost.raw)["jitter_ms"] is None


# -- snmp ---------------------------------------------------------------------------------------


def test_snmp_silence_is_no_answer(tmp_path: Path) -> None:
    with asking("snmp", 9, tmp_path, options={"community": "public"}) as opened:
        evidence = opened.ask(request(Channel.SNMP, "GET 1.3.6.1.2.1.1.3.0", 1.0))
        later = opened.ask(request(Channel.SNMP, "WALK 1.3.6.1.2.1.33", 1.0))
    assert (evidence.error, later.error) == ("no_answer", "not_sent")


def test_snmp_without_a_community_is_no_secret(tmp_path: Path) -> None:
    with asking("snmp", 9, tmp_path) as opened:
        evidence = opened.ask(request(Channel.SNMP, "GET 1.3.6.1.2.1.1.3.0", 1.0))
    assert evidence.error == "no_secret"


# -- shell --------------------------------------------------------------------------------------


def test_shell_answer_carries_the_exit_status(tmp_path: Path) -> None:
    behaviour = Behaviour(
        exec_answers={
            "uname -r": (b"6.1.0\n", b"", 0),
            "df -Pi": ("文件\n".encode("gb18030"), b"df: /x: denied\n", 1),
        }
    )
    with TerminalServer(behaviour) as server:
        server.pin(tmp_path / "known_hosts")
        with asking("shell", server.port, tmp_path) as opened:
            kernel = opened.ask(request(Channel.SHELL, "uname -r"))
            inodes = opened.ask(request(Channel.SHELL, "df -Pi"))
            unknown = opened.ask(request(Channel.SHELL, "nonsense"))
    assert (kernel.complete, kernel.status, kernel.text) == (True, 0, "6.1.0\n")
    assert (inodes.complete, inodes.status, inodes.text) == (True, 1, "文件\n")
    assert inodes.decoded_as == "gb18030"
    assert inodes.flags["stderr"] == "df: /x: denied"
    assert (unknown.complete, unknown.status) == (True, 127)
    assert server.typed[0] == "LC_ALL=C LANG=C uname -r"
    assert len(server.logins) == 1


def test_shell_wrong_password_stops_every_channel(tmp_path: Path) -> None:
    with TerminalServer(Behaviour(password="right-one-12")) as server:
        server.pin(tmp_path / "known_hosts")
        with asking("shell", server.port, tmp_path) as opened:
            refused = opened.ask(request(Channel.SHELL, "uname -r"))
            other = opened.ask(request(Channel.HTTP, "/x"))
            echo = opened.ask(request(Channel.ICMP, "PING", count=1))
            reason = opened.reason
    assert (refused.error, other.error) == ("login_refused", "not_sent")
    assert server.logins == [CANARY]
    assert echo.error in {"", "unsupported"}  # the line is measured all the same: no account
    assert reason == "login_refused"


# -- a round that asks nothing but reachability -------------------------------------------------


def calling_on(channel: str, port: int, tmp_path: Path, **options: object) -> dict[str, object]:
    with asking(channel, port, tmp_path, options=options, only=channel) as opened:
        seen: dict[str, object] = json.loads(opened.ask(request(Channel.SESSION, "SESSION")).raw)
    return {name: seen[name] for name in ("answers", "login", "reason")}


ALIVE = {"answers": True, "login": True, "reason": ""}
DEAD = {"answers": False, "login": False, "reason": "no_answer"}


def test_reachability_of_a_nut_server(tmp_path: Path) -> None:
    with tcp_server(nut_handler(VARIABLES)) as port:
        assert calling_on("nut", port, tmp_path) == ALIVE
    assert calling_on("nut", 1, tmp_path) == DEAD


def test_reachability_of_a_sip_terminal(tmp_path: Path) -> None:
    with udp_server(lambda message, _: (sip_answer(message),)) as port:
        assert calling_on("sip", port, tmp_path) == ALIVE
    assert calling_on("sip", 9, tmp_path) == DEAD


def test_reachability_of_a_controller(tmp_path: Path) -> None:
    with http_server({}, CANARY) as port:
        assert calling_on("http", port, tmp_path, scheme="http") == ALIVE
    with http_server({}, "right-one-12") as port:
        refused = {"answers": True, "login": False, "reason": "login_refused"}
        assert calling_on("http", port, tmp_path, scheme="http") == refused
    assert calling_on("http", 1, tmp_path, scheme="http") == DEAD


def test_reachability_of_a_shell_without_a_pin(tmp_path: Path) -> None:
    with TerminalServer(Behaviour()) as server:
        unknown = {"answers": True, "login": False, "reason": "host_key_unknown"}
        assert calling_on("shell", server.port, tmp_path) == unknown
        server.pin(tmp_path / "known_hosts")
        assert calling_on("shell", server.port, tmp_path) == ALIVE


def test_reachability_after_a_ping_still_asks_the_device(tmp_path: Path) -> None:
    with asking("nut", 1, tmp_path, only="nut") as opened:
        opened.ask(request(Channel.ICMP, "PING", count=1))
        seen = json.loads(opened.ask(request(Channel.SESSION, "SESSION")).raw)
    assert (seen["answers"], seen["reason"]) == (False, "no_answer")


def test_an_echo_is_a_sign_of_life_where_nothing_else_is_tried(tmp_path: Path) -> None:
    with asking("icmp", 0, tmp_path, only="icmp") as opened:
        if opened.ask(request(Channel.ICMP, "PING", count=1)).error == "unsupported":
            pytest.skip("ICMP is not permitted here")
        seen = json.loads(opened.ask(request(Channel.SESSION, "SESSION")).raw)
    assert seen["answers"]
    assert seen["latency_ms"] >= 0


@pytest.mark.parametrize("channel", ["http", "snmp", "nut", "sip", "icmp"])
def test_what_cannot_go_through_a_jump_host_is_said(channel: str, tmp_path: Path) -> None:
    device = Device(name="d1", kind="ups", address="127.0.0.1", via="jump1")
    text = {"http": "/", "snmp": "WALK 1.3.6", "nut": "VER", "sip": "OPTIONS", "icmp": "PING"}
    with closing(visit(device, ANYTHING, tmp_path)) as opened:
        evidence = opened.ask(request(Channel(channel), text[channel]))
    assert evidence.error == "unsupported"
    assert "jump1" in evidence.detail


def test_shell_over_telnet_is_said_not_to_be_possible(tmp_path: Path) -> None:
    with asking("shell", 1, tmp_path, options={"telnet": True}) as opened:
        evidence = opened.ask(request(Channel.SHELL, "uname -r"))
    assert (evidence.error, evidence.complete) == ("unsupported", False)
