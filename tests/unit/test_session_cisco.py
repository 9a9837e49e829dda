"""The shipped Cisco platforms over a terminal: pager that stays, log lines in the middle, questions."""

from functools import cache
from pathlib import Path

import pytest

from tests.fixtures.sessions import display, session
from tests.fixtures.terminal_server import Behaviour, TerminalServer
from xunjian.platforms import Platform, load_platforms
from xunjian.workspace import builtin_root, open_workspace

BODY = b"\r\n" + b"".join(b"line %d\r\n" % n for n in range(30))
TEXT = "\n".join(f"line {n}" for n in range(30))
LOG = {
    "cisco_ios": b"*Nov 21 10:00:00.123: %LINK-3-UPDOWN: Interface GigabitEthernet1/0/3, changed state to up\r\n",
    "cisco_nxos": b"2026 Nov 21 10:00:00 SW1 %ETHPORT-5-IF_UP: Interface Ethernet1/1 is up in mode trunk\r\n",
}
PLATFORMS = ("cisco_ios", "cisco_nxos", "frr")


@cache
def shipped(name: str) -> Platform:
    platform = load_platforms(open_workspace(builtin_root())).get(name)
    assert platform is not None
    return platform


@pytest.mark.parametrize("name", PLATFORMS)
@pytest.mark.parametrize("prompt", [b"SW1>", b"SW1#", b"hz-core_sw.1#", b"SW1(config-if)#"])
def test_every_prompt_ends_an_answer(name: str, prompt: bytes, tmp_path: Path) -> None:
    behaviour = Behaviour(prompt=prompt, answers={"show version": BODY})
    with (
        TerminalServer(behaviour) as server,
        session(server, tmp_path, platform=shipped(name)) as opened,
    ):
        evidence = opened.ask(display("show version"))
    assert (evidence.complete, evidence.text) == (True, TEXT)
    assert server.typed == [*shipped(name).setup, "show version", "exit"]


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_pager_that_stays_leaves_no_trace(name: str, tmp_path: Path) -> None:
    behaviour = Behaviour(
        prompt=b"SW1#",
        answers={"show version": BODY},
        page=7,
        page_text=b" --More-- ",
        page_wipe=b"\x08" * 10 + b" " * 10 + b"\x08" * 10,
    )
    with (
        TerminalServer(behaviour) as server,
        session(server, tmp_path, platform=shipped(name)) as opened,
    ):
        assert opened.ask(display("show version")).text == TEXT


@pytest.mark.parametrize("name", sorted(LOG))
def test_a_log_line_in_the_middle_is_taken_out_but_not_of_the_log(
    name: str, tmp_path: Path
) -> None:
    disturbed = b"\r\nline 0\r\n" + LOG[name] + b"line 1\r\n"
    behaviour = Behaviour(
        prompt=b"SW1#", answers={"show version": disturbed, "show logging": disturbed}
    )
    with (
        TerminalServer(behaviour) as server,
        session(server, tmp_path, platform=shipped(name)) as opened,
    ):
        assert opened.ask(display("show version")).text == "line 0\nline 1"
        kept = opened.ask(display("show logging")).text.splitlines()
    assert kept == ["line 0", LOG[name].decode().strip(), "line 1"]


@pytest.mark.parametrize(
    ("name", "question", "finding"),
    [
        (
            "cisco_ios",
            b"\r\nWould you like to enter the initial configuration dialog? [yes/no]: ",
            "not_configured",
        ),
        (
            "cisco_nxos",
            b"\r\nWould you like to enter the basic configuration dialog (yes/no): ",
            "not_configured",
        ),
        (
            "cisco_nxos",
            b"\r\nYour password has expired. Do you want to change it now (y/n) [n]: ",
            "password_expiring",
        ),
    ],
)
def test_questions_at_login_are_answered_no(
    name: str, question: bytes, finding: str, tmp_path: Path
) -> None:
    behaviour = Behaviour(prompt=b"SW1#", questions=(question,), answers={"show version": BODY})
    with (
        TerminalServer(behaviour) as server,
        session(server, tmp_path, platform=shipped(name)) as opened,
    ):
        assert opened.ask(display("show version")).complete
        assert finding in ",".join(opened.notes)
    assert server.typed[0] == "no"


@pytest.mark.parametrize("name", sorted(LOG))
def test_full_lines_are_named(name: str, tmp_path: Path) -> None:
    behaviour = Behaviour(full=b"\r\n% Maximum number of vty sessions reached\r\n")
    with (
        TerminalServer(behaviour) as server,
        session(server, tmp_path, platform=shipped(name)) as opened,
    ):
        assert not opened.ask(display("show version")).complete
        assert opened.reason == "no_free_line"
