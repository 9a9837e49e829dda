"""The session layer against a terminal that behaves like a device, well or badly."""

import dataclasses
import json
import logging
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fixtures.sessions import BODY, CANARY, QUICK, VRP, device, display, session
from tests.fixtures.small_servers import tcp_server
from tests.fixtures.terminal_server import Behaviour, TerminalServer
from xunjian.inventory.model import Device
from xunjian.platforms import LoginQuestion, Platform, ReadOnlyRules
from xunjian.secrets import Secret, SecretRef, SecretSource
from xunjian.transport import Deadline, DeviceSession, open_session
from xunjian.transport.known_hosts import pin
from xunjian.transport.model import Channel, Evidence, Request


def _with(**changes: object) -> Platform:
    fields = {name: getattr(VRP, name) for name in Platform.__slots__}
    return Platform(**{**fields, **changes})


def ask_once(
    behaviour: Behaviour, tmp_path: Path, **more: object
) -> tuple[Evidence, TerminalServer, DeviceSession]:
    with TerminalServer(behaviour) as server, session(server, tmp_path, **more) as opened:  # type: ignore[arg-type]
        return opened.ask(display()), server, opened


def test_answer_is_text_between_echo_and_prompt(tmp_path: Path) -> None:
    evidence, server, opened = ask_once(Behaviour(answers={"display version": BODY}), tmp_path)
    assert (evidence.complete, evidence.error, evidence.id) == (True, "", "hz-sw1#001")
    assert evidence.text == ("Huawei Versatile Routing Platform\nVRP (R) software, Version 5.170")
    assert evidence.raw.startswith(b"display version\r\n")
    assert evidence.raw.endswith(b"<SW1>")
    assert opened.reason == ""
    assert server.typed == ["screen-length 0 temporary", "display version", "quit"]
    assert server.logins == [CANARY]


def test_session_is_one_connection_and_one_login_for_many_questions(tmp_path: Path) -> None:
    answers = {f"display {n}": f"\r\nvalue {n}\r\n".encode() for n in range(20)}
    with TerminalServer(Behaviour(answers=answers)) as server, session(server, tmp_path) as opened:
        texts = [opened.ask(display(command)).text for command in answers]
        before = server.connections
    assert texts == [f"value {n}" for n in range(20)]
    assert before == 2  # the fixture's scan, and the session
    assert len(server.logins) == 1


QUESTIONS: tuple[tuple[bytes, str], ...] = (
    (
        (
            b"\r\nWarning: The initial password poses security risks.\r\n"
            b"The password needs to be changed. Change now? [Y/N]:"
        ),
        "login_question:initial_password",
    ),
    (
        b"\r\nWarning: There are security risks in the configuration file. Save? [y/n]",
        "login_question:config_risk",
    ),
    (b"\r\nDo you accept the new licence (yes/no)?", "login_question:unknown"),
)


@pytest.mark.parametrize(("question", "note"), QUESTIONS)
def test_question_at_login_is_declined(question: bytes, note: str, tmp_path: Path) -> None:
    behaviour = Behaviour(answers={"display version": BODY}, questions=(question,))
    evidence, server, opened = ask_once(behaviour, tmp_path)
    assert evidence.complete
    assert server.typed[0] == "n"
    assert not any(line.strip().lower().startswith("y") for line in server.typed)
    assert note in opened.notes


def test_answer_that_agrees_is_refused_before_anything_is_typed(tmp_path: Path) -> None:
    yes = LoginQuestion(match=re.compile("Save"), answer="Y")
    platform = _with(login_questions=(yes,))
    with (
        TerminalServer(Behaviour()) as server,
        session(server, tmp_path, platform=platform) as opened,
    ):
        evidence = opened.ask(display())
    assert not evidence.complete
    assert server.typed == []


@pytest.mark.parametrize(
    "wipe",
    [
        b"\x1b[42D" + b" " * 42 + b"\x1b[42D",
        b"\r" + b" " * 16 + b"\r",
        b"\x08" * 16 + b" " * 16 + b"\x08" * 16,
        b"\r\n",
    ],
)
def test_pager_that_stays_is_read_through(wipe: bytes, tmp_path: Path) -> None:
    lines = [f" line {n} of the answer" for n in range(30)]
    body = ("\r\n".join(lines) + "\r\n").encode()
    evidence, server, opened = ask_once(
        Behaviour(answers={"display version": body}, page=7, page_wipe=wipe), tmp_path
    )
    assert evidence.complete
    assert evidence.text.split("\n") == lines
    assert server.keys == [b" "] * 4
    assert "pager" in opened.notes
    assert b"More" in evidence.raw


def test_injected_log_line_is_kept_in_raw_only(tmp_path: Path) -> None:
    noise = b"Nov 21 2026 10:00:00+08:00 SW1 %%01IFNET/4/LINK_STATE(l)[0]: GE0/0/1 down.\r\n"
    body = b"\r\nfirst\r\n" + noise + b"second\r\n"
    evidence, _, _ = ask_once(Behaviour(answers={"display version": body}), tmp_path)
    assert evidence.text == "first\nsecond"
    assert noise in evidence.raw


def test_log_line_after_the_prompt_does_not_hide_it(tmp_path: Path) -> None:
    noise = b"\r\nNov 21 2026 10:00:00 SW1 %%01SHELL/5/LOGIN(l)[0]: someone.\r\n"
    behaviour = Behaviour(answers={"display version": BODY}, after_prompt=noise)
    evidence, _, _ = ask_once(behaviour, tmp_path)
    assert evidence.complete
    assert "SHELL" not in evidence.text
    assert "Version 5.170" in evidence.text


@pytest.mark.parametrize("chunk", [1, 2, 3, 5, 7])
def test_gbk_name_survives_any_chunk_border(chunk: int, tmp_path: Path) -> None:
    name = "<SW-核心交换机>".encode("gb18030")
    body = "\r\n描述：上联水利专网\r\n".encode("gb18030")
    behaviour = Behaviour(prompt=name, answers={"display version": body}, chunk=chunk)
    evidence, _, _ = ask_once(behaviour, tmp_path)
    assert evidence.complete
    assert evidence.text == "描述：上联水利专网"
    assert evidence.decoded_as == "gb18030"
    assert evidence.flags["prompt"] == "<SW-核心交换机>"


def test_broken_bytes_are_flagged_not_hidden(tmp_path: Path) -> None:
    body = b"\r\ndescription \xff\xfe\xff broken\r\n"
    evidence, _, _ = ask_once(Behaviour(answers={"display version": body}), tmp_path)
    assert evidence.complete
    assert evidence.decoded_as == "gb18030-lossy"


def test_slow_drip_lives_while_it_makes_progress(tmp_path: Path) -> None:
    behaviour = Behaviour(answers={"display version": BODY}, drip_s=0.01)
    with TerminalServer(behaviour) as server, session(server, tmp_path) as opened:
        started = time.monotonic()
        evidence = opened.ask(display(timeout_s=0.5))
        elapsed_s = time.monotonic() - started
    assert evidence.complete
    assert elapsed_s > 0.5  # longer than its timeout: a timeout limits silence


def test_line_that_looks_like_the_prompt_does_not_end_a_dripping_answer(tmp_path: Path) -> None:
    body = b"\r\nheader\r\n<SW1>\r\n description <SW1>\r\n<SW2>\r\n[SW1]\r\nlast line\r\n"
    behaviour = Behaviour(answers={"display version": body}, drip_s=0.01)
    evidence, _, _ = ask_once(behaviour, tmp_path)
    assert evidence.complete
    assert evidence.text.split("\n") == [
        "header", "<SW1>", " description <SW1>", "<SW2>", "[SW1]", "last line",
    ]  # fmt: skip


def test_drip_beyond_the_deadline_ends_with_that_reason(tmp_path: Path) -> None:
    behaviour = Behaviour(answers={"display version": b"\r\n" + b"x" * 5000}, drip_s=0.01)
    evidence, _, opened = ask_once(behaviour, tmp_path, deadline_s=2.5)
    assert (evidence.complete, evidence.error) == (False, "deadline")
    assert opened.reason == "deadline"


def test_hang_in_mid_answer_gives_the_session_up(tmp_path: Path) -> None:
    behaviour = Behaviour(answers={"display version": BODY}, hang_after=20)
    with TerminalServer(behaviour) as server, session(server, tmp_path) as opened:
        evidence = opened.ask(display(timeout_s=0.6))
        later = opened.ask(display("display clock"))
        seen = json.loads(opened.ask(Request(channel=Channel.SESSION, text="SESSION")).raw)
    assert (evidence.complete, evidence.error) == (False, "hang")
    assert b"Huawei" in evidence.raw
    assert (later.error, later.detail) == ("not_sent", "hang")
    assert (seen["answers"], seen["login"], seen["reason"]) == (True, True, "hang")
    assert "quit" not in server.typed


def test_device_that_closes_in_mid_answer_lost_the_session(tmp_path: Path) -> None:
    behaviour = Behaviour(answers={"display version": BODY}, close_after=20)
    evidence, _, opened = ask_once(behaviour, tmp_path)
    assert (evidence.complete, evidence.error, opened.reason) == (
        False,
        "session_lost",
        "session_lost",
    )


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(echo=False),
        Behaviour(wrap=9),
        Behaviour(silent=True),
        Behaviour(prompt=b"\x00<SW1>\x07"),
        Behaviour(prompt=b" \x1b[1D<SW1>"),
        Behaviour(prompt=b"HRP_M<SW1>"),
        Behaviour(banner=b"\r\n****\r\n<Welcome>\r\n****\r\n"),
        Behaviour(chunk=1),
    ],
    ids=["no-echo", "wrapped-echo", "wake", "nul-bel", "cursor-left", "role", "banner", "bytewise"],
)
def test_odd_terminals_give_the_same_text(behaviour: Behaviour, tmp_path: Path) -> None:
    behaviour.answers = {"display version": BODY}
    evidence, _, _ = ask_once(behaviour, tmp_path)
    assert evidence.complete, evidence
    assert evidence.text == ("Huawei Versatile Routing Platform\nVRP (R) software, Version 5.170")


def test_wrong_password_is_one_attempt_and_a_reason(tmp_path: Path) -> None:
    with (
        TerminalServer(Behaviour()) as server,
        session(server, tmp_path, password="wrong-one-123") as opened,
    ):
        evidence = opened.ask(display())
        later = opened.ask(display("display clock"))
        seen = json.loads(opened.ask(Request(channel=Channel.SESSION, text="SESSION")).raw)
    assert (evidence.error, later.error, opened.reason) == (
        "login_refused",
        "not_sent",
        "login_refused",
    )
    assert server.logins == ["wrong-one-123"]
    assert (seen["answers"], seen["login"]) == (True, False)


def test_unknown_host_key_is_told_before_any_login(tmp_path: Path) -> None:
    with TerminalServer(Behaviour()) as server, session(server, tmp_path, trusted=False) as opened:
        evidence = opened.ask(display())
    assert evidence.error == "host_key_unknown"
    assert "SHA256:" in evidence.detail
    assert server.logins == []


def test_changed_host_key_is_told_before_any_login(tmp_path: Path) -> None:
    with TerminalServer(Behaviour()) as other, TerminalServer(Behaviour()) as server:
        pin(tmp_path / "known_hosts", "127.0.0.1", server.port, other.pin(tmp_path / "other"))
        with session(server, tmp_path, trusted=False) as opened:
            evidence = opened.ask(display())
            seen = json.loads(opened.ask(Request(channel=Channel.SESSION, text="SESSION")).raw)
    assert evidence.error == "host_key_changed"
    assert server.logins == []
    assert seen["host_key"] == "host_key_changed"


def test_busy_lines_have_a_reason_of_their_own(tmp_path: Path) -> None:
    full = b"\r\nAll user interfaces are used, please try later!\r\n"
    evidence, _, _ = ask_once(Behaviour(full=full), tmp_path)
    assert evidence.error == "no_free_line"


def test_dead_device_is_no_answer_and_session_still_speaks(tmp_path: Path) -> None:
    opened = open_session(
        device(1),
        VRP,
        known_hosts=tmp_path / "known_hosts",
        resolve=lambda _: Secret(CANARY),
        deadline=Deadline(10),
        settings=QUICK,
    )
    seen = json.loads(opened.ask(Request(channel=Channel.SESSION, text="SESSION")).raw)
    opened.close()
    assert (seen["answers"], seen["login"], seen["reason"]) == (False, False, "no_answer")


def test_abort_from_another_thread_ends_a_wait_at_once(tmp_path: Path) -> None:
    behaviour = Behaviour(answers={"display version": BODY}, hang_after=20)
    with TerminalServer(behaviour) as server, session(server, tmp_path) as opened:
        threading.Timer(0.5, opened.abort).start()
        started = time.monotonic()
        evidence = opened.ask(display(timeout_s=20))
        assert time.monotonic() - started < 15  # the question itself may take 20 s
    assert evidence.error == "interrupted"


def test_question_in_mid_answer_is_declined(tmp_path: Path) -> None:
    question = b"\r\nThis takes long. Continue? [Y/N]:"
    behaviour = Behaviour(answers={"display version": question})
    evidence, server, opened = ask_once(behaviour, tmp_path)
    assert "n" in server.typed
    assert "question_declined" in opened.notes
    assert evidence.flags["question_declined"].endswith("[Y/N]:")


def test_write_is_never_sent(tmp_path: Path) -> None:
    with TerminalServer(Behaviour()) as server, session(server, tmp_path) as opened:
        evidence = opened.ask(display("reset saved-configuration"))
    assert (evidence.error, evidence.complete) == ("read_only", False)
    assert server.typed == []


def telnet_device(lines: list[str], password: str) -> Callable[[socket.socket], None]:
    """Play a switch over telnet: options first, then a login, then VRP."""

    def handle(sock: socket.socket) -> None:
        with sock.makefile("rwb", buffering=0) as stream:
            stream.write(
                b"\xff\xfb\x01\xff\xfd\x18\xff\xfb\x03\r\nLogin authentication\r\n\r\nUsername:"
            )
            lines.append(_telnet_line(stream))
            stream.write(b"\r\nPassword:")
            given = _telnet_line(stream)
            if given != password:
                stream.write(b"\r\nError: authentication fail\r\nUsername:")
                lines.append(_telnet_line(stream))
                return
            stream.write(b"\r\nInfo: \xff\xff one line\r\n<SW1>")
            while line := _telnet_line(stream):
                lines.append(line)
                if line == "quit":
                    return
                body = BODY if line == "display version" else b"\r\n"
                stream.write(line.encode() + body + b"<SW1>")

    return handle


def _telnet_line(stream: socket.SocketIO) -> str:
    """Read a line, leaving out the client's three-byte commands."""
    heard = bytearray()
    while (byte := stream.read(1) or b"") and byte != b"\n":
        if byte == b"\xff":
            stream.read(2)
        elif byte != b"\r":
            heard += byte
    return heard.decode()


def test_telnet_where_nothing_better_exists(tmp_path: Path) -> None:
    lines: list[str] = []
    with (
        tcp_server(telnet_device(lines, CANARY)) as port,
        opening(device(port, telnet=True), VRP, tmp_path) as opened,
    ):
        evidence = opened.ask(display())
        seen = json.loads(opened.ask(Request(channel=Channel.SESSION, text="SESSION")).raw)
    assert evidence.complete, evidence
    assert evidence.text.startswith("Huawei Versatile")
    assert lines == ["xunjian", "screen-length 0 temporary", "display version", "quit"]
    assert (seen["login"], seen["notes"]) == (True, ["telnet"])


def test_telnet_refused_login_is_one_attempt(tmp_path: Path) -> None:
    lines: list[str] = []
    with (
        tcp_server(telnet_device(lines, "another-1")) as port,
        opening(device(port, telnet=True), VRP, tmp_path) as opened,
    ):
        evidence = opened.ask(display())
        seen = json.loads(opened.ask(Request(channel=Channel.SESSION, text="SESSION")).raw)
    assert evidence.error == "login_refused"
    assert seen["login"] is False
    assert lines == ["xunjian", ""]


def test_what_is_not_built_is_said(tmp_path: Path) -> None:
    with opening(device(1, socks="192.0.2.1:1080"), VRP, tmp_path) as opened:
        evidence = opened.ask(display())
    assert evidence.error == "unsupported"
    assert "socks" in evidence.detail


@contextmanager
def opening(
    thing: Device, platform: Platform, tmp_path: Path, *others: Device
) -> Iterator[DeviceSession]:
    opened = open_session(
        thing,
        platform,
        known_hosts=tmp_path / "known_hosts",
        resolve=lambda reference: Secret(ENABLE if reference.name == "EN" else CANARY),
        deadline=Deadline(20),
        settings=QUICK,
        find_device={other.name: other for other in others}.get,
    )
    try:
        yield opened
    finally:
        opened.close()


ENABLE = "Enable-canary-99"
IOS = _with(
    name="cisco_ios",
    netmiko="cisco_ios",
    prompt=re.compile(r"^\S+[>#]$"),
    setup=("terminal length 0",),
    read_only=ReadOnlyRules(allow=(re.compile("^(show|display) "),)),
)


@pytest.mark.parametrize(("secret", "error"), [(ENABLE, ""), ("another-secret", "login_refused")])
def test_enable_is_the_drivers_business(
    secret: str, error: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    behaviour = Behaviour(prompt=b"R1>", enable=secret, answers={"show version": BODY})
    with TerminalServer(behaviour) as server:
        server.pin(tmp_path / "known_hosts")
        thing = device(server.port, enable_secret=SecretRef(source=SecretSource.ENV, name="EN"))
        with opening(thing, IOS, tmp_path) as opened:
            evidence = opened.ask(display("show version"))
    assert (evidence.error, evidence.complete) == (error, not error)
    assert "enable" in server.typed
    if not error:
        assert evidence.flags["prompt"] == "R1#"
        assert evidence.text.startswith("Huawei")
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith("asyncssh")]
    assert not [line for line in ours if ENABLE in line or CANARY in line]


def test_enable_where_the_platform_has_none_is_said(tmp_path: Path) -> None:
    with TerminalServer(Behaviour()) as server:
        server.pin(tmp_path / "known_hosts")
        thing = device(server.port, enable_secret=SecretRef(source=SecretSource.ENV, name="EN"))
        with opening(thing, VRP, tmp_path) as opened:
            assert opened.ask(display()).error == "unsupported"
    assert server.typed == []


def test_jump_host_carries_the_session(tmp_path: Path) -> None:
    with (
        TerminalServer(Behaviour(answers={"display version": BODY})) as server,
        TerminalServer(Behaviour()) as jump,
    ):
        server.pin(tmp_path / "known_hosts")
        jump.pin(tmp_path / "known_hosts")
        thing = dataclasses.replace(device(server.port), via="jump1")
        gate = dataclasses.replace(device(jump.port), name="jump1")
        with opening(thing, VRP, tmp_path, gate) as opened:
            evidence = opened.ask(display())
    assert evidence.complete, evidence
    assert evidence.text.startswith("Huawei")
    assert jump.tunnels == [server.port]
    assert (len(jump.logins), len(server.logins)) == (1, 1)


@pytest.mark.parametrize("fault", ["unknown", "dead", "refused", "beyond", "not pinned"])
def test_jump_host_failures_name_it(fault: str, tmp_path: Path) -> None:
    refusing = Behaviour(password="another-1" if fault == "refused" else CANARY)
    with TerminalServer(Behaviour()) as server, TerminalServer(refusing) as jump:
        if fault != "not pinned":
            jump.pin(tmp_path / "known_hosts")
        port = 1 if fault == "beyond" else server.port
        thing = dataclasses.replace(device(port), via="jump1")
        gate = dataclasses.replace(device(1 if fault == "dead" else jump.port), name="jump1")
        with opening(thing, VRP, tmp_path, *([] if fault == "unknown" else [gate])) as opened:
            evidence = opened.ask(display())
            seen = json.loads(opened.ask(Request(channel=Channel.SESSION, text="SESSION")).raw)
    expected = {
        "unknown": "unsupported",
        "dead": "no_answer",
        "refused": "login_refused",
        "beyond": "no_answer",
        "not pinned": "host_key_unknown",
    }
    assert evidence.error == expected[fault]
    assert "jump1" in evidence.detail
    assert seen["answers"] is False
    assert server.logins == []


def test_password_appears_nowhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    tell: Callable[[bytes], bytes] = lambda _: f"\r\nlocal-user x password {CANARY}\r\n".encode()  # noqa: E731
    behaviour = Behaviour(commands={"display version": tell})
    with TerminalServer(behaviour) as server, session(server, tmp_path) as opened:
        found = [
            opened.ask(display()),
            opened.ask(Request(channel=Channel.SESSION, text="SESSION")),
        ]
    with (
        TerminalServer(Behaviour(password="another-one")) as server,
        session(server, tmp_path) as opened,
    ):
        found.append(opened.ask(display()))
    assert found[0].complete
    assert found[0].flags["redacted"] == "1"
    assert "local-user x password ******" in found[0].text
    for evidence in found:
        assert CANARY not in repr(evidence)
        assert CANARY.encode() not in evidence.raw
    ours = [r for r in caplog.records if not r.name.startswith("asyncssh")]
    assert not [r for r in ours if CANARY in r.getMessage() or CANARY in str(r.args)]
