"""RoomOS over SSH: answers without a prompt, read whole or not at all."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

import pytest

from tests.fixtures.sessions import device, visit
from tests.fixtures.xapi_server import XapiServer
from xunjian.parse.model import Unparsed
from xunjian.parse.xstatus import parse_xstatus
from xunjian.platforms import Platform, load_platforms
from xunjian.transport import DeviceSession
from xunjian.transport.model import Channel, Request
from xunjian.workspace import builtin_root, open_workspace

STATUS = """<Status>
  <Audio><Volume>55</Volume></Audio>
  <Network item="1"><CDP><DeviceId>SW-A</DeviceId><PortID>0/8</PortID></CDP></Network>
  <SIP><Registration item="1"><Status>Registered</Status><URI>a@example.org</URI></Registration></SIP>
  <Standby><State>Standby</State></Standby>
  <UserInterface><ContactInfo><Name>杭州 "一号" 会场: OK</Name></ContactInfo></UserInterface>
  <Video><Input><Connector item="1"><SignalState>OK</SignalState></Connector></Input></Video>
</Status>"""


@cache
def roomos() -> Platform:
    found = load_platforms(open_workspace(builtin_root())).get("roomos")
    assert found is not None
    return found


@contextmanager
def session(server: XapiServer, tmp_path: Path) -> Iterator[DeviceSession]:
    server.pin(tmp_path / "known_hosts")
    with closing(visit(device(server.port), roomos(), tmp_path)) as opened:
        yield opened


def ask(opened: DeviceSession, text: str, timeout_s: float = 5.0) -> tuple[bool, str, str]:
    evidence = opened.ask(Request(channel=Channel.CLI, text=text, timeout_s=timeout_s))
    return evidence.complete, evidence.error, evidence.text


@pytest.mark.parametrize("echo", [True, False])
@pytest.mark.parametrize("closing", ["** end\n\nOK\n", "** end\n", "** end\r\n\r\nOK\r\n"])
def test_an_answer_is_whole_however_the_terminal_ends_it(
    tmp_path: Path, *, echo: bool, closing: str
) -> None:
    with XapiServer(STATUS, echo=echo, closing=closing) as server:
        with session(server, tmp_path) as opened:
            complete, error, text = ask(opened, "xStatus")
            again = ask(opened, "xStatus Standby")
        assert (complete, error) == (True, "")
        table = parse_xstatus(
            text,
            each="/Status",
            columns={
                "name": ("UserInterface/ContactInfo/Name",),
                "switch": ("Network[@item='1']/CDP/DeviceId",),
                "signal": ("Video/Input/Connector/SignalState",),
            },
        )
        assert table.rows == ({"name": '杭州 "一号" 会场: OK', "switch": "SW-A", "signal": "OK"},)
        assert again[0]
        assert again[2].startswith("*s Standby State: Standby\n** end")
        # nothing is set, nothing is woken
        assert server.typed == ["xStatus", "xStatus Standby", "bye"]


def test_an_unknown_command_ends_too(tmp_path: Path) -> None:
    rules = roomos().read_only
    assert not any(pattern.search("xCommand Standby Deactivate") for pattern in rules.allow)
    with XapiServer(STATUS) as server, session(server, tmp_path) as opened:
        server.root.clear()
        complete, _, text = ask(opened, "xStatus Nothing")
        assert complete
        assert "(status=Error)" in text


def test_an_answer_that_stops_in_the_middle_is_not_read(tmp_path: Path) -> None:
    with XapiServer(STATUS) as server, session(server, tmp_path) as opened:
        server.cut_after = 60
        complete, error, _ = ask(opened, "xStatus", timeout_s=1.0)
        assert (complete, error) == (False, "hang")


def test_a_wrong_password_is_tried_once(tmp_path: Path) -> None:
    with XapiServer(STATUS) as server:
        server.behaviour.password = "another"
        with session(server, tmp_path) as opened:
            assert ask(opened, "xStatus")[1] == "login_refused"
        assert len(server.logins) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "** end\nOK\n",
        "Command not recognized.\n",
        "*s Audio Volume 55\n** end",
        "*s 1 2: 3\n** end",
    ],
)
def test_what_is_no_status_is_not_read(text: str) -> None:
    with pytest.raises(Unparsed):
        parse_xstatus(text, each="", columns={"v": ("Audio/Volume",)})


def test_a_text_of_several_lines_is_one_value() -> None:
    text = '*s Bookings Text: "one\ntwo \\"x\\""\n*s Audio Volume: 5\n** end\n\nOK'
    table = parse_xstatus(text, each="", columns={"t": ("Bookings/Text",), "v": ("Audio/Volume",)})
    assert table.rows == ({"t": 'one\ntwo "x"', "v": "5"},)


def test_a_terminal_that_asks_for_the_password_itself(tmp_path: Path) -> None:
    """RoomOS offers keyboard-interactive."""
    with XapiServer(STATUS) as server:
        server.behaviour.interactive = (("Password: ", False),)
        with session(server, tmp_path) as opened:
            assert ask(opened, "xStatus Standby")[0]
