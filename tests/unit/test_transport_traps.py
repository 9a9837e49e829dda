"""Every trap of the session layer that is known from the field, and the test that holds it.

`TRAPS` is the table: trap -> tests. A test that is named there and does not exist is a failure, so
the table cannot drift from what is tested. The tests below are those that had no place elsewhere.
"""

import ast
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from tests.fixtures.sessions import BODY, CANARY, QUICK, VRP, device, display, session
from tests.fixtures.small_servers import tcp_server
from tests.fixtures.terminal_server import Behaviour, TerminalServer
from xunjian.platforms import Platform, load_platforms
from xunjian.secrets import Secret
from xunjian.transport import Deadline, DeviceSession, TransportSettings, open_session
from xunjian.workspace import open_workspace

TESTS = Path(__file__).parents[1]
CLI, LOGIN, DRIVER = (
    "unit/test_transport_cli.py",
    "unit/test_transport_login.py",
    "unit/test_transport_driver.py",
)
HERE, CLEAN = "unit/test_transport_traps.py", "unit/test_transport_clean.py"
FORTI, LAB = "unit/test_fortinet_session.py", "lab/test_lab_session.py"
FLOODS = "unit/test_transport_floods.py"

# trap -> file::test, …
TRAPS: Mapping[str, tuple[str, ...]] = {
    "[Y/N] at login": (
        f"{CLI}::test_question_at_login_is_declined",
        f"{HERE}::test_shipped_questions_are_declined",
        f"{LAB}::test_questions_at_login_are_never_agreed_to",
    ),
    "an answer that agrees": (
        f"{CLI}::test_answer_that_agrees_is_refused_before_anything_is_typed",
        f"{DRIVER}::test_agreeing_answers_are_refused",
    ),
    "a driver that answers Y and saves (netmiko huawei)": (
        f"{DRIVER}::test_huawei_driver_keeps_the_dialect_and_loses_the_handler_that_says_yes",
        f"{DRIVER}::test_driver_is_netmikos_class_and_cannot_write",
    ),
    "a driver that rewrites the configuration (netmiko fortinet)": (
        f"{FORTI}::test_whole_visit_on_the_command_line_leaves_only_reads",
    ),
    "password-change prompt": (
        f"{HERE}::test_demand_for_a_new_password_on_the_screen_ends_the_login",
        f"{LOGIN}::test_demand_for_a_new_password_in_the_protocol_is_told",
        f"{FORTI}::test_demand_for_a_new_password_ends_the_visit",
    ),
    "legal notice that wants a key": (
        f"{HERE}::test_shipped_questions_are_declined",
        f"{FORTI}::test_notice_after_login_is_acknowledged_with_its_own_key",
    ),
    "HRP, RBM and IRF prompts": (
        f"{HERE}::test_prompt_of_a_pair_or_stack_is_known",
        f"{HERE}::test_role_that_changes_in_mid_session_is_still_the_prompt",
    ),
    "pager that cannot be switched off": (
        f"{CLI}::test_pager_that_stays_is_read_through",
        f"{HERE}::test_refused_setup_is_noted_and_pages_are_turned",
        f"{LAB}::test_what_must_be_borne_is_borne",
    ),
    "echo wraps": (
        f"{CLI}::test_odd_terminals_give_the_same_text",
        f"{HERE}::test_long_command_whose_echo_wraps_leaves_its_answer_alone",
    ),
    "GBK in prompt and output across chunk borders": (
        f"{CLI}::test_gbk_name_survives_any_chunk_border",
        f"{CLI}::test_broken_bytes_are_flagged_not_hidden",
        f"{LAB}::test_names_in_gbk_are_read_and_said_to_be",
    ),
    "log lines in the middle": (
        f"{CLI}::test_injected_log_line_is_kept_in_raw_only",
        f"{CLI}::test_log_line_after_the_prompt_does_not_hide_it",
        f"{HERE}::test_log_line_at_login_does_not_hide_the_prompt",
    ),
    "BEL, NUL, ANSI, cursor movements": (
        f"{CLI}::test_odd_terminals_give_the_same_text",
        f"{CLI}::test_pager_that_stays_is_read_through",
    ),
    "VTY full": (
        f"{CLI}::test_busy_lines_have_a_reason_of_their_own",
        f"{HERE}::test_full_lines_said_instead_of_an_ssh_greeting",
    ),
    "privilege too low": (
        f"{HERE}::test_privilege_too_low_is_a_whole_answer_that_says_so",
        "unit/test_collect.py::test_why_an_answer_is_not_taken",
    ),
    "slow drip": (
        f"{CLI}::test_slow_drip_lives_while_it_makes_progress",
        f"{CLI}::test_line_that_looks_like_the_prompt_does_not_end_a_dripping_answer",
        f"{CLI}::test_drip_beyond_the_deadline_ends_with_that_reason",
    ),
    "an answer or a banner without end": (
        f"{FLOODS}::test_answer_beyond_the_limit_gives_the_session_up",
        f"{FLOODS}::test_flood_at_login_ends_it",
        f"{FLOODS}::test_flood_at_a_telnet_login_ends_it",
        f"{FLOODS}::test_nut_answers_that_are_none",
    ),
    "half an answer": (
        f"{CLI}::test_hang_in_mid_answer_gives_the_session_up",
        f"{CLI}::test_device_that_closes_in_mid_answer_lost_the_session",
        f"{LAB}::test_a_hang_ends_the_session_and_keeps_what_was_read",
    ),
    "banners": (
        f"{CLI}::test_odd_terminals_give_the_same_text",
        f"{HERE}::test_banner_full_of_prompts_is_no_prompt",
    ),
    "keyboard-interactive login": (
        f"{LOGIN}::test_keyboard_interactive_login_is_one_answer",
        f"{LOGIN}::test_second_question_at_login_gets_no_answer",
        f"{LOGIN}::test_question_the_password_is_not_for_gets_no_answer",
        f"{LOGIN}::test_wrong_password_in_keyboard_interactive_is_one_attempt",
    ),
    "one attempt (accounts lock)": (
        f"{CLI}::test_wrong_password_is_one_attempt_and_a_reason",
        f"{CLI}::test_telnet_refused_login_is_one_attempt",
    ),
    "jump host": (
        f"{CLI}::test_jump_host_carries_the_session",
        f"{CLI}::test_jump_host_failures_name_it",
    ),
    "telnet": (
        f"{CLI}::test_telnet_where_nothing_better_exists",
        f"{CLI}::test_telnet_refused_login_is_one_attempt",
    ),
    "enable": (
        f"{CLI}::test_enable_is_the_drivers_business",
        f"{CLI}::test_enable_where_the_platform_has_none_is_said",
    ),
    "legacy algorithms as opt-in": (
        f"{LOGIN}::test_old_algorithms_are_used_where_the_inventory_opts_in",
        "real/test_real_ssh_logins.py::test_old_openssh_is_read_where_the_inventory_opts_in",
        "real/test_real_ssh_logins.py::test_old_openssh_is_refused_by_default_and_the_way_out_is_told",
    ),
    "host key unknown or changed": (
        f"{CLI}::test_unknown_host_key_is_told_before_any_login",
        f"{CLI}::test_changed_host_key_is_told_before_any_login",
        f"{LAB}::test_another_host_key_is_not_talked_to",
    ),
    "question in mid-answer": (f"{CLI}::test_question_in_mid_answer_is_declined",),
    "more than one session on a device": (
        f"{CLI}::test_session_is_one_connection_and_one_login_for_many_questions",
    ),
    "a question nobody foresaw": (
        f"{HERE}::test_question_nobody_foresaw_gets_no_key",
        f"{HERE}::test_key_is_pressed_where_a_key_is_asked_for",
    ),
    "question when leaving": (f"{HERE}::test_question_when_leaving_is_not_agreed_to",),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_every_trap_has_a_test_that_exists(trap: str) -> None:
    assert TRAPS[trap]
    for name in TRAPS[trap]:
        file, _, test = name.partition("::")
        assert test in names_of(file), f"{trap}: {name}"


@cache
def names_of(file: str) -> frozenset[str]:
    tree = ast.parse((TESTS / file).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@cache
def shipped(name: str) -> Platform:
    found = load_platforms(open_workspace(None)).get(name)
    assert found is not None
    return found


# platform, what it asks at login, what it must hear
QUESTIONS = (
    (
        "huawei_vrp",
        (b"\r\nWarning: The initial password poses security risks.\r\n"
        b"The password needs to be changed. Change now? [Y/N]:"),
        "n",
    ),
    (
        "huawei_vrp",
        (b"\r\nWarning: There are security risks in the configuration file.\r\n"
        b"Are you sure to save the configuration? [Y/N]"),
        "n",
    ),
    ("huawei_vrp", b"\r\nThe password has expired. Change it now? [Y/N]:", "n"),
    (
        "hp_comware",
        b"\r\nYour password is going to expire in 3 days. Change it now? [Y/N]:",
        "n",
    ),
    ("hp_comware", b"\r\nPress Y or ENTER to continue, N to exit.", ""),
    ("cisco_ios", b"\r\nWould you like to enter the initial configuration dialog? [yes/no]: ", "no"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "question", "answer"), QUESTIONS)
def test_shipped_questions_are_declined(
    name: str, question: bytes, answer: str, tmp_path: Path
) -> None:
    prompt = b"SW1#" if name == "cisco_ios" else b"<SW1>"
    command = "show version" if name == "cisco_ios" else "display version"
    behaviour = Behaviour(prompt=prompt, questions=(question,), answers={command: BODY})
    with (
        TerminalServer(behaviour) as server,
        session(server, tmp_path, platform=shipped(name)) as opened,
    ):
        evidence = opened.ask(display(command))
    assert evidence.complete, evidence
    assert server.typed[0] == answer
    assert not [line for line in server.typed if line.strip().lower() in {"y", "yes"}]
    assert any(note.startswith("login_question:") for note in opened.notes)


@pytest.mark.parametrize(
    "demand",
    [
        b"\r\nThe password must be changed before you go on.\r\nNew password:",
        b"\r\nEnter new password: ",
        "\r\n首次登录请修改密码\r\n请输入新密码：".encode("gb18030"),
    ],
)
def test_demand_for_a_new_password_on_the_screen_ends_the_login(
    demand: bytes, tmp_path: Path
) -> None:
    with (
        TerminalServer(Behaviour(questions=(demand,))) as server,
        session(server, tmp_path) as opened,
    ):
        evidence = opened.ask(display())
    assert evidence.error == "login_refused"
    assert "password_change_forced" in opened.notes
    assert server.typed == []


@pytest.mark.parametrize(
    ("name", "prompt"),
    [
        ("huawei_vrp", "HRP_M<HZ-FW1>"),
        ("huawei_vrp", "HRP_S<杭州防火墙-1>"),
        ("hp_comware", "RBM_P<HZ-FW1>"),
        ("hp_comware", "<HZ-IRF&1&2>"),
        ("hp_comware", "<核心 IRF & 2>"),
    ],
)
def test_prompt_of_a_pair_or_stack_is_known(name: str, prompt: str, tmp_path: Path) -> None:
    behaviour = Behaviour(prompt=prompt.encode("gb18030"), answers={"display version": BODY})
    with (
        TerminalServer(behaviour) as server,
        session(server, tmp_path, platform=shipped(name)) as opened,
    ):
        evidence = opened.ask(display())
    assert evidence.complete, evidence
    assert evidence.flags["prompt"] == prompt
    assert prompt not in evidence.text


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("huawei_vrp", b"HRP_M<FW1>", b"HRP_S<FW1>"),
        ("huawei_vrp", b"HRP_M<FW1>", b"<FW1>"),
        ("hp_comware", b"RBM_P<FW1>", b"RBM_S<FW1>"),
    ],
)
def test_role_that_changes_in_mid_session_is_still_the_prompt(
    name: str, before: bytes, after: bytes, tmp_path: Path
) -> None:
    behaviour = Behaviour(prompt=before, answers={"display clock": b"\r\n10:00:00\r\n"})

    def switch_over(_: bytes) -> bytes:
        behaviour.prompt = after
        return BODY

    behaviour.commands = {"display version": switch_over}
    with (
        TerminalServer(behaviour) as server,
        session(server, tmp_path, platform=shipped(name)) as opened,
    ):
        first, second = opened.ask(display()), opened.ask(display("display clock"))
    assert (first.complete, second.complete) == (True, True)
    assert first.text.endswith("Version 5.170")
    assert second.text == "10:00:00"


def test_refused_setup_is_noted_and_pages_are_turned(tmp_path: Path) -> None:
    lines = [f"line {n}" for n in range(20)]
    behaviour = Behaviour(
        answers={
            "screen-length 0 temporary": b"\r\nError: Unrecognized command found at '^' position.\r\n",
            "display version": ("\r\n".join(lines) + "\r\n").encode(),
        },
        page=6,
    )
    with (
        TerminalServer(behaviour) as server,
        session(server, tmp_path, platform=shipped("huawei_vrp")) as opened,
    ):
        evidence = opened.ask(display())
    assert evidence.text.split("\n") == lines
    assert {"setup_refused:screen-length 0 temporary", "pager"} <= set(opened.notes)
    assert server.keys == [b" "] * 3


@pytest.mark.parametrize("width", [7, 20, 24])
def test_long_command_whose_echo_wraps_leaves_its_answer_alone(width: int, tmp_path: Path) -> None:
    command = "display interface GigabitEthernet1/0/1 | include current state"
    body = b"\r\nGigabitEthernet1/0/1 current state: UP\r\n"
    behaviour = Behaviour(answers={command: body}, wrap=width)
    with TerminalServer(behaviour) as server, session(server, tmp_path) as opened:
        evidence = opened.ask(display(command))
    assert evidence.text == "GigabitEthernet1/0/1 current state: UP"


def test_log_line_at_login_does_not_hide_the_prompt(tmp_path: Path) -> None:
    noise = (
        b"\r\nNov 21 2026 10:00:00+08:00 SW1 %%01SSH/5/LOGIN(s)[3]:The user xunjian logged in.\r\n"
    )
    behaviour = Behaviour(answers={"display version": BODY}, before_prompt=noise)
    with (
        TerminalServer(behaviour) as server,
        session(server, tmp_path, platform=shipped("huawei_vrp")) as opened,
    ):
        evidence = opened.ask(display())
    assert evidence.complete
    assert "LOGIN" not in evidence.text


@contextmanager
def opening(
    port: int, platform: Platform, tmp_path: Path, settings: TransportSettings = QUICK
) -> Iterator[DeviceSession]:
    opened = open_session(
        device(port),
        platform,
        known_hosts=tmp_path / "known_hosts",
        resolve=lambda _: Secret(CANARY),
        deadline=Deadline(20),
        settings=settings,
    )
    try:
        yield opened
    finally:
        opened.close()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("huawei_vrp", b"All user interfaces are used, please try later!\r\n"),
        ("hp_comware", b"All user lines are used, please try later!\r\n"),
    ],
)
def test_full_lines_said_instead_of_an_ssh_greeting(name: str, said: bytes, tmp_path: Path) -> None:
    with (
        tcp_server(lambda sock: sock.sendall(said)) as port,
        opening(port, shipped(name), tmp_path) as opened,
    ):
        evidence = opened.ask(display())
    assert evidence.error == "no_free_line"
    assert opened.reason == "no_free_line"


def test_privilege_too_low_is_a_whole_answer_that_says_so(tmp_path: Path) -> None:
    refusal = b"\r\nError: You do not have permission to run the command.\r\n"
    answers = {"display current-configuration": refusal, "display version": BODY}
    vrp = shipped("huawei_vrp")
    with (
        TerminalServer(Behaviour(answers=answers)) as server,
        session(server, tmp_path, platform=vrp) as opened,
    ):
        refused = opened.ask(display("display current-configuration"))
        after = opened.ask(display())
    assert refused.complete
    assert vrp.no_privilege is not None
    assert vrp.no_privilege.search(refused.text)
    assert after.complete
    assert opened.reason == ""


def test_banner_full_of_prompts_is_no_prompt(tmp_path: Path) -> None:
    banner = (
        b"\r\n<Warning>\r\n[Authorized users only]\r\n# # # # # #\r\n<SW9>\r\n"
        b"Are you authorized? Then go on [Y/N] wisely.\r\nLogin:\r\n"
    )
    behaviour = Behaviour(banner=banner, answers={"display version": BODY})
    with TerminalServer(behaviour) as server, session(server, tmp_path) as opened:
        evidence = opened.ask(display())
    assert evidence.complete
    assert evidence.text.endswith("Version 5.170")
    assert server.typed == ["screen-length 0 temporary", "display version", "quit"]


def test_question_when_leaving_is_not_agreed_to(tmp_path: Path) -> None:
    behaviour = Behaviour(
        answers={"display version": BODY},
        logout_question=b"\r\nThe configuration has been modified. Save it? [Y/N]:",
    )
    with TerminalServer(behaviour) as server, session(server, tmp_path, platform=VRP) as opened:
        assert opened.ask(display()).complete
    assert "quit" in server.typed
    assert not [line for line in server.typed if line.lower().startswith("y")]


@pytest.mark.parametrize(
    "question",
    [
        b"\r\nSelect boot image [1]: ",
        b"\r\nPress ENTER to save the configuration: ",
    ],
)
def test_question_nobody_foresaw_gets_no_key(question: bytes, tmp_path: Path) -> None:
    # longer than the session layer waits before it wakes a silent device
    patience = TransportSettings(connect_timeout_s=2, login_timeout_s=1.9, retries=0)
    with TerminalServer(Behaviour(questions=(question,))) as server:
        server.pin(tmp_path / "known_hosts")
        with opening(server.port, VRP, tmp_path, patience) as opened:
            evidence = opened.ask(display())
    assert evidence.error == "hang"
    assert server.typed == []


def test_key_is_pressed_where_a_key_is_asked_for(tmp_path: Path) -> None:
    behaviour = Behaviour(
        questions=(b"\r\nPress RETURN to get started.",), answers={"display version": BODY}
    )
    with TerminalServer(behaviour) as server, session(server, tmp_path) as opened:
        assert opened.ask(display()).complete
    assert server.typed[0] == ""
