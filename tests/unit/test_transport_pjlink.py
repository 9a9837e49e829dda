"""PJLink: the greeting and its digest, whole answers, refusals, servers that misbehave."""

import json
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.fixtures.pjlink_server import RANDOM, STATE, projector
from tests.fixtures.sessions import ANYTHING, visit
from tests.fixtures.small_servers import Handler, tcp_server
from xunjian.errors import ReadOnlyViolation
from xunjian.inventory.model import ChannelSettings, Device
from xunjian.parse import Unparsed
from xunjian.parse.decoders import decode_pjlink_errors, decode_pjlink_lamps
from xunjian.platforms import load_platforms
from xunjian.safety import check_request
from xunjian.secrets import SecretRef, SecretSource
from xunjian.transport import DeviceSession
from xunjian.transport.model import Channel, Evidence, Request
from xunjian.workspace import builtin_root, open_workspace

PASSWORD = "JBMIAProjectorLink"
PJLINK = load_platforms(open_workspace(builtin_root())).get("pjlink")


@contextmanager
def asking(port: int, tmp_path: Path, password: str = "") -> Iterator[DeviceSession]:
    reference = SecretRef(source=SecretSource.ENV, name="PW") if password else None
    settings = ChannelSettings(hostname="127.0.0.1", port=port, password=reference)
    device = Device(name="p1", kind="projector", address="127.0.0.1", channels={"pjlink": settings})
    with closing(visit(device, PJLINK, tmp_path, password=password)) as opened:
        yield opened


def query(text: str, timeout_s: float = 2.0) -> Request:
    return Request(channel=Channel.PJLINK, text=text, timeout_s=timeout_s)


def seen(opened: DeviceSession) -> dict[str, object]:
    said: dict[str, object] = json.loads(
        opened.ask(Request(channel=Channel.SESSION, text="SESSION")).raw
    )
    return {name: said[name] for name in ("answers", "login", "reason")}


@pytest.mark.parametrize("password", ["", PASSWORD])
@pytest.mark.parametrize("pieces", [False, True])
def test_queries_are_answered(tmp_path: Path, password: str, *, pieces: bool) -> None:
    heard: list[str] = []
    server = projector(password=password, heard=heard, pieces=pieces)
    with tcp_server(server) as port, asking(port, tmp_path, password) as opened:
        answers = [opened.ask(query(text)) for text in STATE]
        assert seen(opened) == {"answers": True, "login": True, "reason": ""}
    assert [one.text.rstrip("\r") for one in answers] == list(STATE.values())
    assert all(one.complete for one in answers)
    assert heard == list(STATE)  # the digest stood before the first alone, nothing else was sent


def test_the_digest_is_that_of_the_specification() -> None:
    """The example of PJLink Specifications 2.00, section 5.1."""
    import hashlib

    made = hashlib.md5((RANDOM + PASSWORD).encode(), usedforsecurity=False).hexdigest()
    assert made == "5d8409bc1c3fa39749434aa3a5c38682"


def first(
    handler: Handler, tmp_path: Path, password: str = ""
) -> tuple[Evidence, dict[str, object]]:
    with tcp_server(handler) as port, asking(port, tmp_path, password) as opened:
        evidence = opened.ask(query("%1POWR ?", 0.5))
        return evidence, seen(opened)


def test_a_wrong_password_is_a_refused_login(tmp_path: Path) -> None:
    evidence, said = first(projector(password="another"), tmp_path, PASSWORD)
    assert (evidence.error, evidence.complete) == ("login_refused", False)
    assert said == {"answers": True, "login": False, "reason": "login_refused"}
    assert PASSWORD not in repr(evidence)


def test_no_password_in_the_inventory_where_one_is_wanted(tmp_path: Path) -> None:
    evidence, said = first(projector(password=PASSWORD), tmp_path)
    assert evidence.error == "no_secret"
    assert said["answers"] is True


@pytest.mark.parametrize(
    ("greeting", "error"),
    [
        (b"PJLINK ERRA\r", "no_free_line"),
        (b"SSH-2.0-OpenSSH\r\n", "bad_answer"),
        (b"PJLINK 1\r", "bad_answer"),
        (b"PJLINK 1 not-hex\r", "bad_answer"),
        (b"\xff\xfe\x00\r", "bad_answer"),
        (b"x" * 5000, "session_lost"),
        (b"pjlink 0\r", ""),
        (b"PJLINK 0\r\n", ""),
    ],
)
def test_greetings(greeting: bytes, error: str, tmp_path: Path) -> None:
    evidence, _ = first(projector(greeting=greeting), tmp_path)
    assert evidence.error == error


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("%1LAMP=1 1", "bad_answer"),  # to another question
        ("%1POWR=ERR1", ""),  # an answer: the card says what it means
        ("%1POWR=ERR3", ""),
        ("", "bad_answer"),
        ("%1POWR=" + "9" * 5000, "session_lost"),
    ],
)
def test_answers(answer: str, error: str, tmp_path: Path) -> None:
    evidence, _ = first(projector({"%1POWR ?": answer}), tmp_path)
    assert evidence.error == error


def test_line_ends_of_two_bytes_in_two_packets(tmp_path: Path) -> None:
    def handle(connection: socket.socket) -> None:
        connection.sendall(b"PJLINK 0\r")
        for answer in (b"\n%1POWR=1\r", b"\n%1LAMP=7 1\r"):
            connection.recv(64)
            connection.sendall(answer)
        connection.recv(64)

    with tcp_server(handle) as port, asking(port, tmp_path) as opened:
        answers = [opened.ask(query(text)) for text in ("%1POWR ?", "%1LAMP ?")]
    assert [one.raw for one in answers] == [b"%1POWR=1\r", b"%1LAMP=7 1\r"]


def silent(connection: socket.socket) -> None:
    """Greet, and say nothing more until the other side leaves."""
    connection.sendall(b"PJLINK 0\r")
    while connection.recv(64):
        pass


@pytest.mark.parametrize(
    ("handler", "error"),
    [
        (lambda connection: connection.close(), "session_lost"),
        (lambda connection: connection.sendall(b"PJLINK 0"), "session_lost"),
        (
            lambda connection: [connection.sendall(b"PJLINK 0\r"), connection.recv(9)],
            "session_lost",
        ),
        (silent, "hang"),
    ],
)
def test_lines_that_break(handler: Handler, error: str, tmp_path: Path) -> None:
    evidence, _ = first(handler, tmp_path)
    assert evidence.error == error


def test_a_round_that_asks_only_for_reachability(tmp_path: Path) -> None:
    with tcp_server(projector()) as port, asking(port, tmp_path) as opened:
        assert seen(opened) == {"answers": True, "login": True, "reason": ""}
    with asking(1, tmp_path) as opened:
        assert seen(opened) == {"answers": False, "login": False, "reason": "no_answer"}


@pytest.mark.parametrize(
    "text",
    [
        "%1POWR 1",
        "%1POWR 0",
        "%1INPT 31",
        "%1AVMT 31",
        "%2SVOL 1",
        "%2FREZ 1",
        "%1POWR ? 1",
        "%1POWR ?\r%1POWR 0",
        "%1XXXX ?",
        "%2SRCH",
        "POWR ?",
    ],
)
def test_nothing_but_queries_is_sent(text: str) -> None:
    for platform in (PJLINK, ANYTHING, None):
        with pytest.raises(ReadOnlyViolation):
            check_request(query(text), platform)


@pytest.mark.parametrize("text", ["%1LAMP=", "%1LAMP=12", "%1LAMP=x 1", "%1LAMP=5 2", "%1POWR=1"])
def test_lamps_that_are_none(text: str) -> None:
    with pytest.raises(Unparsed):
        decode_pjlink_lamps(text)


@pytest.mark.parametrize("text", ["%1ERST=", "%1ERST=00000", "%1ERST=000003", "%1POWR=1"])
def test_errors_that_are_none(text: str) -> None:
    with pytest.raises(Unparsed):
        decode_pjlink_errors(text)
