"""Devices that say too much, or nothing that can be read: the session is given up, nothing is guessed.

Nobody knows where such an answer ends, so that the next one could be taken for it.
"""

import dataclasses
import itertools
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.fixtures.sessions import ANYTHING, QUICK, VRP, device, display, loopback, visit
from tests.fixtures.small_servers import Handler, http_server, page, tcp_server
from tests.fixtures.terminal_server import Behaviour, TerminalServer
from xunjian.inventory.model import Device
from xunjian.platforms import Platform
from xunjian.transport import DeviceSession, TransportSettings
from xunjian.transport.icmp import IcmpLink, _Pings
from xunjian.transport.model import Channel, Evidence, Request

SMALL = dataclasses.replace(QUICK, answer_max_bytes=30_000)
TEN_MB = b"GE0/0/1 is up, line protocol is up\r\n" * 300_000


@contextmanager
def asking(
    port: int, tmp_path: Path, *, password: str = "", ups: str = "ups1"
) -> Iterator[DeviceSession]:
    ways = {"nut": loopback(port, ups=ups)}
    target = Device(name="u1", kind="ups", address="127.0.0.1", channels=ways)
    session = visit(target, ANYTHING, tmp_path, password=password, settings=SMALL)
    with closing(session) as opened:
        yield opened


def list_var(opened: DeviceSession) -> Evidence:
    return opened.ask(Request(channel=Channel.NUT, text="LIST VAR", timeout_s=5.0))


def saying(said: bytes) -> Handler:
    """Answer the first question with these bytes, and wait until the other side leaves."""

    def handle(sock: socket.socket) -> None:
        sock.recv(100)
        sock.sendall(said)
        while sock.recv(100):
            pass

    return handle


@pytest.mark.parametrize(
    "said",
    [
        b"BEGIN LIST VAR ups2\nEND LIST VAR ups2\n",
        b"\x00\xff\xfe\x80 garbage\n",
        b"BEGIN LIST VAR ups1\n" + b'VAR ups1 a "1"\n' * 3000,
        b"x" * 40_000,
    ],
    ids=["other question", "garbage", "lines without end", "line without end"],
)
def test_nut_answers_that_are_none(said: bytes, tmp_path: Path) -> None:
    with tcp_server(saying(said)) as port, asking(port, tmp_path) as opened:
        first = list_var(opened)
        later = opened.ask(Request(channel=Channel.NUT, text="VER", timeout_s=0.3))
    assert (first.complete, first.error, later.error) == (False, "session_lost", "not_sent")


def test_nut_lists_no_ups_that_can_be_named(tmp_path: Path) -> None:
    said = b"BEGIN LIST UPS\nUPS \nEND LIST UPS\n"
    with tcp_server(saying(said)) as port, asking(port, tmp_path, ups="") as opened:
        evidence = list_var(opened)
    assert (evidence.error, evidence.detail) == ("bad_answer", "upsd 有 0 台 UPS，请写 ups 选项")


def test_nut_password_stays_one_word(tmp_path: Path) -> None:
    """Quotes and backslashes are escaped, as NUT's reader of words undoes it (parseconf)."""
    heard: list[str] = []
    replies = [
        b"ERR USERNAME-REQUIRED\n",
        b"OK\n",
        b"OK\n",
        b"BEGIN LIST VAR ups1\nEND LIST VAR ups1\n",
    ]

    def handle(sock: socket.socket) -> None:
        with sock.makefile("rwb", buffering=0) as stream:
            for reply, line in zip([*replies, b"OK Goodbye\n"], stream, strict=False):
                heard.append(line.decode().strip())
                stream.write(reply)

    with tcp_server(handle) as port, asking(port, tmp_path, password='a"b\\c d') as opened:
        assert list_var(opened).complete
    assert r'PASSWORD "a\"b\\c d"' in heard


@contextmanager
def terminal(
    behaviour: Behaviour, tmp_path: Path, settings: TransportSettings, platform: Platform = VRP
) -> Iterator[DeviceSession]:
    with TerminalServer(behaviour) as server:
        server.pin(tmp_path / "known_hosts")
        session = visit(device(server.port), platform, tmp_path, settings=settings)
        with closing(session) as opened:
            yield opened


def test_answer_of_ten_megabytes_is_read_whole(tmp_path: Path) -> None:
    behaviour = Behaviour(answers={"display version": b"\r\n" + TEN_MB})
    with terminal(behaviour, tmp_path, QUICK) as opened:
        evidence = opened.ask(display(timeout_s=20))
        again = opened.ask(display("display clock"))
    assert (evidence.complete, evidence.error) == (True, "")
    assert evidence.text.count("\n") == 299_999
    assert again.complete


def test_answer_beyond_the_limit_gives_the_session_up(tmp_path: Path) -> None:
    behaviour = Behaviour(answers={"display version": b"\r\n" + TEN_MB[:60_000]})
    with terminal(behaviour, tmp_path, SMALL) as opened:
        evidence, later = opened.ask(display()), opened.ask(display("display clock"))
    assert (evidence.complete, evidence.error) == (False, "session_lost")
    assert later.error == "not_sent"
    assert len(evidence.raw) < 200_000


def test_binary_garbage_is_an_answer_and_flagged(tmp_path: Path) -> None:
    garbage = bytes(b for b in itertools.islice(itertools.cycle(range(128, 256)), 5000))
    behaviour = Behaviour(answers={"display version": b"\r\n" + garbage + b"\r\n"})
    with terminal(behaviour, tmp_path, QUICK) as opened:
        evidence, later = opened.ask(display()), opened.ask(display("display clock"))
    assert (evidence.complete, evidence.decoded_as) == (True, "gb18030-lossy")
    assert later.complete


def test_flood_at_login_ends_it(tmp_path: Path) -> None:
    behaviour = Behaviour(banner=b"\r\n" + TEN_MB[:2_000_000])
    with terminal(behaviour, tmp_path, QUICK) as opened:
        evidence = opened.ask(display())
    assert (evidence.complete, evidence.error) == (False, "session_lost")


def test_flood_at_a_telnet_login_ends_it(tmp_path: Path) -> None:
    def handle(sock: socket.socket) -> None:
        sock.sendall(TEN_MB[:2_000_000])
        sock.recv(100)

    with tcp_server(handle) as port:
        target = device(port, telnet=True)
        with closing(visit(target, VRP, tmp_path)) as opened:
            evidence = opened.ask(display())
    assert (evidence.complete, evidence.error) == (False, "session_lost")


@pytest.mark.parametrize(("most_bytes", "error"), [(60_000, ""), (30_000, "bad_answer")])
def test_page_beyond_the_limit(most_bytes: int, error: str, tmp_path: Path) -> None:
    """Every page has a connection's frame of its own: the next one is whole again."""
    pages = {"/big": page(os.urandom(25_000).hex().encode()), "/small": page(b"{}")}
    settings = dataclasses.replace(QUICK, answer_max_bytes=most_bytes)
    with http_server(pages, "Canary-pass-7781") as port:
        ways = {"http": loopback(port, scheme="http")}
        target = Device(name="d1", kind="ups", address="127.0.0.1", channels=ways)
        with closing(visit(target, ANYTHING, tmp_path, settings=settings)) as opened:
            big, small = (
                opened.ask(Request(channel=Channel.HTTP, text=path)) for path in ("/big", "/small")
            )
    assert (big.error, small.complete) == (error, True)


def echoes(tmp_path: Path, count: int) -> dict[str, float]:
    """What so many echo requests to loopback measured."""
    target = Device(name="d1", kind="line", address="127.0.0.1")
    with closing(visit(target, ANYTHING, tmp_path)) as opened:
        evidence = opened.ask(
            Request(channel=Channel.ICMP, text="PING", options=(("count", count),), timeout_s=9)
        )
    if evidence.error == "unsupported":
        pytest.skip("ICMP is not permitted here")
    return dict(json.loads(evidence.raw))


def test_echo_requests_are_no_flood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent_at: list[float] = []
    send = IcmpLink._send

    def noting(link: IcmpLink, sequence: int, size: int, pings: _Pings) -> None:
        sent_at.append(time.monotonic())
        send(link, sequence, size, pings)

    monkeypatch.setattr(IcmpLink, "_send", noting)
    echoes(tmp_path, 4)
    assert len(sent_at) == 4
    assert min(after - before for before, after in itertools.pairwise(sent_at)) >= 0.19


def test_a_reply_that_we_read_late_was_not_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many sessions at once keep us from reading at once: that is no delay of the line."""
    send = IcmpLink._send

    def held_up(link: IcmpLink, sequence: int, size: int, pings: _Pings) -> None:
        send(link, sequence, size, pings)
        time.sleep(0.5 * (sequence % 2))

    monkeypatch.setattr(IcmpLink, "_send", held_up)
    figures = echoes(tmp_path, 3)
    assert figures["received"] == 3
    assert figures["rtt_ms"] < 150
    assert figures["jitter_ms"] < 250


def test_shell_answer_beyond_the_limit_leaves_the_next_whole(tmp_path: Path) -> None:
    """Each command is a channel of its own, closed with what it still had to say."""
    answers = {"cat big": (TEN_MB[:60_000], b"", 0), "uname -r": (b"6.1.0\n", b"", 0)}
    with TerminalServer(Behaviour(exec_answers=answers)) as server:
        server.pin(tmp_path / "known_hosts")
        ways = {"shell": loopback(server.port)}
        target = Device(name="srv1", kind="server", address="127.0.0.1", channels=ways)
        with closing(visit(target, ANYTHING, tmp_path, settings=SMALL)) as opened:
            big, small = (
                opened.ask(Request(channel=Channel.SHELL, text=text))
                for text in ("cat big", "uname -r")
            )
    assert (big.complete, big.error) == (False, "bad_answer")
    assert (small.complete, small.text) == (True, "6.1.0\n")


def test_garbage_instead_of_json_is_a_page_and_no_more(tmp_path: Path) -> None:
    """What cannot be read is said by the card's reader; the channel keeps it as it came."""
    garbage = os.urandom(2000)
    with http_server({"/x": page(garbage), "/none": page(b"")}, "Canary-pass-7781") as port:
        ways = {"http": loopback(port, scheme="http")}
        target = Device(name="d1", kind="ups", address="127.0.0.1", channels=ways)
        with closing(visit(target, ANYTHING, tmp_path)) as opened:
            odd, empty = (
                opened.ask(Request(channel=Channel.HTTP, text=path)) for path in ("/x", "/none")
            )
    assert (odd.raw, odd.status) == (garbage, 200)
    assert (empty.complete, empty.raw) == (True, b"")
