"""Modbus against pymodbus's own server, and against servers that misbehave."""

import json
import socket
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.fixtures.modbus_server import UNIT, modbus_server
from tests.fixtures.sessions import ANYTHING, QUICK, visit
from tests.fixtures.small_servers import Handler, tcp_server
from xunjian.collect import collect
from xunjian.errors import ReadOnlyViolation
from xunjian.facts.model import StepState
from xunjian.inventory.model import ChannelSettings, Device
from xunjian.inventory.registers import Register
from xunjian.parse import NotOffered, TemplateCache, Unparsed
from xunjian.parse.registers import row_of_point
from xunjian.platforms import load_platforms
from xunjian.safety import check_request
from xunjian.secrets import Secret
from xunjian.tasks.load import load_catalog
from xunjian.testing.replay import drive
from xunjian.transport import Deadline, DeviceSession, open_session
from xunjian.transport.model import Channel, Evidence, Request
from xunjian.workspace import builtin_root, open_workspace

POINTS = {
    "t": Register(address=0, type="int16", scale=0.1, missing=(0x7FFF,), measures="temperature"),
    "rh": Register(address=1, function=4, scale=0.1, measures="humidity", unit="%"),
    "leak": Register(address=2, function=2, normal=0, measures="leak", label="漏水绳"),
    "door": Register(address=5, bit=3, normal=1, measures="door"),
}


@contextmanager
def asking(port: int, tmp_path: Path, **options: str | int) -> Iterator[DeviceSession]:
    settings = ChannelSettings(hostname="127.0.0.1", port=port, options={"unit": UNIT, **options})
    with closing(visit(sensor(settings), None, tmp_path)) as opened:
        yield opened


def sensor(settings: ChannelSettings | None = None) -> Device:
    return Device(
        name="s1",
        kind="sensor",
        platform="modbus",
        address="127.0.0.1",
        registers=POINTS,
        channels={"modbus": settings} if settings else {},
    )


def read(text: str, timeout_s: float = 2.0) -> Request:
    return Request(channel=Channel.MODBUS, text=text, timeout_s=timeout_s)


@pytest.mark.parametrize("rtu", [False, True])
def test_the_four_reading_functions(tmp_path: Path, *, rtu: bool) -> None:
    answers: dict[str, object] = {}
    framing = "rtu" if rtu else "tcp"
    with (
        modbus_server(
            coils={5: 1}, contacts={0: 1, 1: 0}, holding={0: 235, 1: 65481}, inputs={3: 9}, rtu=rtu
        ) as port,
        asking(port, tmp_path, framing=framing) as opened,
    ):
        for text in ("READ 1 5 1", "READ 2 0 2", "READ 3 0 2", "READ 4 3 1", "READ 3 50 1"):
            evidence = opened.ask(read(text))
            assert (evidence.complete, evidence.error) == (True, "")
            said = json.loads(evidence.raw)
            assert said["unit"] == UNIT
            answers[text] = said.get("registers") or said.get("bits") or said["exception"]
        seen = json.loads(opened.ask(Request(channel=Channel.SESSION, text="SESSION")).raw)
    assert answers == {
        "READ 1 5 1": [1],
        "READ 2 0 2": [1, 0],
        "READ 3 0 2": [235, 65481],
        "READ 4 3 1": [9],
        "READ 3 50 1": 2,
    }
    assert (seen["answers"], seen["login"], seen["reason"]) == (True, True, "")


def reply(body: bytes, *, unit: int = UNIT) -> Handler:
    """Answer every request with this body under the transaction it asked with."""

    def handle(connection: socket.socket) -> None:
        while head := connection.recv(260):
            size = struct.pack(">H", len(body) + 1)
            connection.sendall(head[:2] + b"\x00\x00" + size + bytes([unit]) + body)

    return handle


def ask_badly(handler: Handler, tmp_path: Path) -> tuple[Evidence, dict[str, object]]:
    with tcp_server(handler) as port, asking(port, tmp_path) as opened:
        evidence = opened.ask(read("READ 3 0 1", 0.4))
        return evidence, json.loads(
            opened.ask(Request(channel=Channel.SESSION, text="SESSION")).raw
        )


@pytest.mark.parametrize(
    ("handler", "errors"),
    [
        (lambda _: None, {"session_lost"}),
        (lambda connection: connection.recv(300), {"session_lost"}),
        (lambda connection: [connection.recv(300) for _ in "12"], {"hang"}),
        (reply(b"\x83\x0b"), {"no_answer"}),  # the gateway: target failed to respond
        (reply(b"\x83\x0a"), {"no_answer"}),
        (reply(b"\x04\x02\x00\x01"), {"bad_answer"}),  # to another function
        (reply(b"\x03\x04\x00\x01\x00\x02"), {"bad_answer"}),  # more than asked for
        (reply(b"\x03\x00"), {"bad_answer", "session_lost"}),
        (reply(b"\x03\x02\x00\x09", unit=UNIT + 1), {"hang", "session_lost"}),
        (reply(b"\xff" * 40), {"bad_answer"}),
    ],
)
def test_bad_servers_are_outcomes(handler: Handler, errors: set[str], tmp_path: Path) -> None:
    evidence, _ = ask_badly(handler, tmp_path)
    assert evidence.error in errors
    assert not evidence.complete


def test_nothing_listens(tmp_path: Path) -> None:
    with asking(1, tmp_path) as opened:
        assert opened.ask(read("READ 3 0 1")).error == "no_answer"


def test_reachability_asks_for_a_register_of_the_device(tmp_path: Path) -> None:
    with modbus_server(holding={0: 235}) as port:
        settings = ChannelSettings(hostname="127.0.0.1", port=port, options={"unit": UNIT})
        platforms = load_platforms(open_workspace(builtin_root()))
        opened = open_session(
            sensor(settings),
            platforms.get("modbus"),
            known_hosts=tmp_path / "kh",
            resolve=lambda _: Secret(""),
            deadline=Deadline(5),
            settings=QUICK,
        )
        seen = json.loads(opened.ask(Request(channel=Channel.SESSION, text="SESSION")).raw)
        opened.close()
    assert (seen["answers"], seen["login"], seen["reason"]) == (True, True, "")


@pytest.mark.parametrize(
    "text",
    [
        "READ 5 0 1",
        "READ 6 0 1",
        "READ 15 0 1",
        "READ 16 0 1",
        "READ 23 0 1",
        "WRITE 3 0 1",
        "READ 3 0 126",
        "READ 1 0 2001",
        "READ 3 65535 2",
        "READ 3 0 0",
        "READ 3 0 1 9",
        "READ 3 -1 1",
    ],
)
def test_only_reading_functions_are_ever_sent(text: str) -> None:
    with pytest.raises(ReadOnlyViolation):
        check_request(read(text), ANYTHING)


def words(*values: int) -> str:
    return json.dumps({"registers": list(values)})


@pytest.mark.parametrize(
    ("register", "given", "value", "state"),
    [
        (Register(address=0), (65535,), "65535", "ok"),
        (Register(address=0, type="int16", scale=0.1), (65481,), "-5.5", "ok"),
        (Register(address=0, type="int16", missing=(0x7FFF,)), (0x7FFF,), None, "fault"),
        (Register(address=0, type="uint32"), (1, 2), "65538", "ok"),
        (Register(address=0, type="uint32", words="little"), (2, 1), "65538", "ok"),
        (Register(address=0, type="int32"), (0xFFFF, 0xFFFE), "-2", "ok"),
        (Register(address=0, type="float32"), (0x41BC, 0), "23.5", "ok"),
        (Register(address=0, type="float32", words="little"), (0, 0x41BC), "23.5", "ok"),
        (Register(address=0, type="float32"), (0x7FC0, 0), None, "fault"),  # NaN
        (Register(address=0, scale=0.01, offset=-40), (6500,), "25", "ok"),
        (Register(address=0, bit=3), (8,), "1", "ok"),
        (Register(address=0, bit=3, normal=0), (8,), "1", "alarm"),
        (Register(address=0, bit=2, normal=0), (8,), "0", "normal"),
    ],
)
def test_words_become_figures(
    register: Register, given: tuple[int, ...], value: str | None, state: str
) -> None:
    (row,) = row_of_point(words(*given), "p", register).rows
    assert (row.get("value"), row["state"]) == (value, state)


@pytest.mark.parametrize(
    ("text", "error", "reason"),
    [
        ('{"exception": 1}', NotOffered, "modbus_illegal_function"),
        ('{"exception": 2}', NotOffered, "modbus_illegal_data_address"),
        ('{"exception": 4}', Unparsed, "modbus_device_failure"),
        ('{"exception": 6}', Unparsed, "modbus_device_busy"),
        ('{"exception": 99}', Unparsed, "modbus_exception_99"),
        ('{"registers": []}', Unparsed, "modbus: no words"),
        ('{"registers": [70000]}', Unparsed, "modbus: no words"),
        ('{"registers": [true]}', Unparsed, "modbus: no words"),
        ('{"registers": [1]}', Unparsed, "modbus: 1 words, not float32"),
        ("[]", Unparsed, "modbus: not an object"),
    ],
)
def test_answers_without_figures(text: str, error: type[Exception], reason: str) -> None:
    with pytest.raises(error) as raised:
        row_of_point(text, "p", Register(address=0, type="float32"))
    assert getattr(raised.value, "reason", "") == reason


def test_the_card_reads_what_the_inventory_lists(tmp_path: Path) -> None:
    """From the wire to facts; a register that is not there leaves the others' rows."""
    workspace = open_workspace(builtin_root())
    platforms = load_platforms(workspace)
    catalog = load_catalog(workspace, platforms)
    tasks = catalog.named("sensors", "sensor")
    with (
        modbus_server(holding={0: 0xFFCE, 5: 8}, contacts={2: 1}) as port,
        asking(port, tmp_path) as opened,
    ):
        table, evidence = drive(
            collect(sensor(), tasks, platforms.get("modbus"), templates=TemplateCache(workspace)),
            opened.ask,
        )
    rows = {row.fact.key[0]: row.fact.values() for row in table.of("Reading")}
    assert {name: (row["reading"], row["state"]) for name, row in rows.items()} == {
        "t": (-5.0, "ok"),
        "leak": (1.0, "alarm"),
        "door": (1.0, "normal"),
    }
    assert rows["leak"]["label"] == "漏水绳"
    (step,) = table.steps
    assert step.state is StepState.UNSUPPORTED
    assert step.reason == "rh: modbus_illegal_data_address"
    assert len(evidence) == len(POINTS)
    cited = {row.fact.key[0]: row.evidence_ids for row in table.of("Reading")}
    assert len(set(cited.values())) == 3  # each its own answer
