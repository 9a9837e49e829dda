"""A session with a Comware device by the shipped platform file: its prompts, pager and questions."""

from functools import cache
from pathlib import Path

import pytest

from tests.fixtures.sessions import display, session
from tests.fixtures.terminal_server import Behaviour, TerminalServer
from xunjian.platforms import Platform, load_platforms
from xunjian.transport.model import Evidence
from xunjian.workspace import builtin_root, open_workspace

BODY = (
    b"\r\nH3C Comware Software, Version 7.1.070, Release 6127\r\nH3C S5560X uptime is 1 minute\r\n"
)
LOG = (
    b"%Nov 21 10:00:00:123 2026 HZ-H3C IFNET/3/PHY_UPDOWN: Physical state on the interface "
    b"GigabitEthernet1/0/3 changed to down.\r\n"
)


@cache
def comware() -> Platform:
    found = load_platforms(open_workspace(builtin_root())).get("h3c")
    assert found is not None
    return found


def ask(behaviour: Behaviour, tmp_path: Path) -> tuple[Evidence, TerminalServer]:
    with (
        TerminalServer(behaviour) as server,
        session(server, tmp_path, platform=comware()) as opened,
    ):
        return opened.ask(display()), server


@pytest.mark.parametrize(
    "prompt",
    [
        b"<HZ-H3C-SW1>",
        "<杭州 汇聚 A&B>".encode(),
        "<杭州 汇聚 A&B>".encode("gb18030"),
        b"RBM_P<HZ-H3C-FW1>",
        b"\x00<HZ-H3C-SW1>\x07",
    ],
)
def test_prompts_of_stacks_and_pairs_end_an_answer(prompt: bytes, tmp_path: Path) -> None:
    evidence, server = ask(Behaviour(prompt=prompt, answers={"display version": BODY}), tmp_path)
    assert evidence.complete, evidence.error
    assert evidence.text.startswith("H3C Comware Software")
    assert evidence.text.endswith("uptime is 1 minute")
    assert server.typed == ["screen-length disable", "display version", "quit"]


def test_an_account_that_may_not_switch_the_pager_off_reads_through_it(tmp_path: Path) -> None:
    lines = [f" line {n}" for n in range(30)]
    body = ("\r\n".join(lines) + "\r\n").encode()
    answers = {"display version": body, "screen-length disable": b"\r\nPermission denied.\r\n"}
    evidence, server = ask(
        Behaviour(prompt=b"<H3C>", answers=answers, page=10, page_text=b"---- More ----"), tmp_path
    )
    assert evidence.complete, evidence.error
    assert evidence.text.split("\n") == lines
    assert set(server.keys) == {b" "}


def test_a_log_line_in_the_middle_is_kept_in_raw_only(tmp_path: Path) -> None:
    body = b"\r\nfirst\r\n" + LOG + b"second\r\n"
    evidence, _ = ask(Behaviour(prompt=b"<H3C>", answers={"display version": body}), tmp_path)
    assert evidence.text == "first\nsecond"
    assert LOG in evidence.raw


def test_the_log_itself_keeps_its_lines(tmp_path: Path) -> None:
    body = b"\r\nCurrent messages: 1\r\n" + LOG
    behaviour = Behaviour(prompt=b"<H3C>", answers={"display logbuffer": body})
    with (
        TerminalServer(behaviour) as server,
        session(server, tmp_path, platform=comware()) as opened,
    ):
        evidence = opened.ask(display("display logbuffer"))
    assert "PHY_UPDOWN" in evidence.text


@pytest.mark.parametrize(
    "question",
    [
        b"\r\nYour password will expire in 5 days. Do you want to change now? [Y/N]:",
        b"\r\nYour login password is going to expire. Do you want to change it? [Y/N]:",
    ],
)
def test_questions_about_the_password_are_declined(question: bytes, tmp_path: Path) -> None:
    behaviour = Behaviour(prompt=b"<H3C>", answers={"display version": BODY}, questions=(question,))
    evidence, server = ask(behaviour, tmp_path)
    assert evidence.complete, evidence.error
    assert server.typed[0] == "n"


def test_no_free_line_is_said_so(tmp_path: Path) -> None:
    full = b"\r\nAll user lines are used, please try later!\r\n"
    with (
        TerminalServer(Behaviour(full=full)) as server,
        session(server, tmp_path, platform=comware()) as opened,
    ):
        evidence = opened.ask(display())
    assert not evidence.complete
    assert opened.reason == "no_free_line"
