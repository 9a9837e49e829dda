"""SIP for real: kamailio as registrar, baresip as a terminal that registers and then goes away."""

import re
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fixtures.shipped import content
from tests.real.conftest import free_port, need, running
from xunjian.checks import JudgeContext, NoHistory, judge
from xunjian.checks.model import Finding, Verdict
from xunjian.collect import collect
from xunjian.inventory.model import ChannelSettings, Device
from xunjian.secrets import Secret
from xunjian.transport import Deadline, TransportSettings, open_session
from xunjian.transport.model import Evidence

KAMAILIO = """
debug=0
log_stderror=yes
memdbg=6
memlog=6
children=1
listen=udp:127.0.0.1:{port}
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
modparam("usrloc", "db_mode", 0)
request_route {{
    if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
    if (is_method("REGISTER")) {{ save("location"); exit; }}
    if (is_method("OPTIONS") && uri == myself && $rU == $null) {{ sl_send_reply("200", "OK"); exit; }}
    if (!lookup("location")) {{ sl_send_reply("404", "Not Found"); exit; }}
    t_relay();
}}
"""
BARESIP = """
sip_listen 127.0.0.1:{port}
module_path {modules}
module g711.so
module_app account.so
module_app menu.so
"""
ACCOUNT = '<sip:codec1@127.0.0.1:{proxy}>;regint=60;auth_pass=none;audio_codecs=pcmu,pcma;outbound="sip:127.0.0.1:{proxy}"\n'


@dataclass
class Room:
    """A terminal behind its registrar; `stop` ends the terminal's program."""

    terminal: int
    proxy: int
    stop: Callable[[], None]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    registrar, terminal = need("kamailio"), need("baresip")
    folder = tmp_path_factory.mktemp("sip")
    proxy, port = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_DGRAM)
    (folder / "kam.cfg").write_text(KAMAILIO.format(port=proxy))
    home = folder / "baresip"
    home.mkdir()
    modules = next(
        iter(Path("/usr/lib").glob("**/baresip/modules")), Path("/usr/lib/baresip/modules")
    )
    (home / "config").write_text(BARESIP.format(port=port, modules=modules))
    (home / "accounts").write_text(ACCOUNT.format(proxy=proxy))
    run = folder / "run"
    run.mkdir()
    serving = [registrar, "-f", str(folder / "kam.cfg"), "-P", str(run / "pid"), "-Y", str(run)]
    serving += ["-m", "16", "-M", "4", "-DD", "-E"]
    with ExitStack() as stack:
        stack.enter_context(running(serving, lambda: answers(proxy, f"127.0.0.1:{proxy}"), folder))
        talking = stack.enter_context(ExitStack())
        talking.enter_context(
            running(
                [terminal, "-f", str(home)],
                # OPTIONS through the registrar reach it only once it is registered there
                lambda: answers(proxy, f"codec1@127.0.0.1:{proxy}"),
                folder,
            )
        )
        yield Room(port, proxy, talking.close)


def answers(port: int, uri: str) -> bool:
    """Whether OPTIONS to `uri` over the server at `port` ends with 200."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.5)
        sock.connect(("127.0.0.1", port))
        here = sock.getsockname()[1]
        call = secrets.token_hex(8)
        lines = (
            f"OPTIONS sip:{uri} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{here};branch=z9hG4bK{call};rport",
            "Max-Forwards: 70",
            f"From: <sip:test@127.0.0.1>;tag={call}",
            f"To: <sip:{uri}>",
            f"Call-ID: {call}",
            "CSeq: 1 OPTIONS",
            f"Contact: <sip:test@127.0.0.1:{here}>",
            "Content-Length: 0",
        )
        try:
            sock.send(("\r\n".join(lines) + "\r\n\r\n").encode())
            return sock.recv(4096).startswith(b"SIP/2.0 200")
        except OSError:
            return False


def round_of(
    port: int, tmp_path: Path, **options: str
) -> tuple[dict[str, Finding], list[Evidence]]:
    """Ask the terminal what a round asks, and judge."""
    catalog, platforms, templates = content()
    platform = platforms.get("sip")
    settings = ChannelSettings(hostname="127.0.0.1", port=port, options=options)
    device = Device(
        name="codec1",
        kind="codec",
        address="127.0.0.1",
        platform="sip",
        channels={"sip": settings},
    )
    names = ("reachability", "signalling", "identity")
    tasks = [task for name in names for task in catalog.named(name, "codec")]
    heard: list[Evidence] = []
    session = open_session(
        device,
        platform,
        known_hosts=tmp_path / "known_hosts",
        resolve=lambda _: Secret("unused"),
        deadline=Deadline(8),
        settings=TransportSettings(retries=0),
    )
    try:
        asking = collect(device, tasks, platform, templates=templates)
        request = next(asking)
        while True:
            heard.append(session.ask(request))
            request = asking.send(heard[-1])
    except StopIteration as end:
        table = end.value
    finally:
        session.close()
    now = datetime.now(UTC) + timedelta(seconds=1)
    findings = judge(
        device, tasks, table, JudgeContext(now=now, history=NoHistory(), thresholds={})
    )
    return {one.check: one for one in findings}, heard


def test_a_registered_terminal_answers(room: Room, tmp_path: Path) -> None:
    uri = f"sip:codec1@127.0.0.1:{room.terminal}"
    found, heard = round_of(room.terminal, tmp_path, uri=uri)
    assert found["signalling.answers"].verdict is Verdict.NORMAL
    assert found["reachability.answers"].verdict is Verdict.NORMAL
    assert heard[0].status == 200
    assert re.search(r"^Server: baresip", heard[0].text, re.MULTILINE | re.IGNORECASE)


def test_a_terminal_that_knows_no_such_name_still_lives(room: Room, tmp_path: Path) -> None:
    found, heard = round_of(room.terminal, tmp_path)
    assert found["signalling.answers"].verdict is Verdict.NORMAL
    assert heard[0].status == 404


def test_a_terminal_is_reached_through_its_registrar(room: Room, tmp_path: Path) -> None:
    uri = f"sip:codec1@127.0.0.1:{room.proxy}"
    found, heard = round_of(room.proxy, tmp_path, uri=uri)
    assert found["signalling.answers"].verdict is Verdict.NORMAL
    assert heard[0].status == 200


def test_a_name_that_is_not_registered_is_said(room: Room, tmp_path: Path) -> None:
    _, heard = round_of(room.proxy, tmp_path, uri=f"sip:codec9@127.0.0.1:{room.proxy}")
    assert heard[0].status == 404


def test_a_terminal_that_was_stopped_is_abnormal(room: Room, tmp_path: Path) -> None:
    room.stop()
    found, heard = round_of(room.terminal, tmp_path)
    assert not heard[0].complete
    assert found["reachability.answers"].verdict is Verdict.ABNORMAL
    assert found["signalling.answers"].verdict is not Verdict.NORMAL
    _, heard = round_of(room.proxy, tmp_path, uri=f"sip:codec1@127.0.0.1:{room.proxy}")
    assert heard[0].status == 404  # it took its registration with it
