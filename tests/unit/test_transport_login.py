"""Logins that are not one password: keyboard-interactive, demands for a new one, old algorithms."""

import json
from pathlib import Path

import pytest

from tests.fixtures.sessions import BODY, CANARY, VRP, device, display, session
from tests.fixtures.terminal_server import Behaviour, TerminalServer
from xunjian.errors import SessionLost
from xunjian.secrets import Secret
from xunjian.transport import Deadline, open_session
from xunjian.transport.known_hosts import scan_host_key
from xunjian.transport.model import Channel, Request
from xunjian.transport.ssh_login import NewPasswordDemandedError, OneAnswer

ANSWERS = {"display version": BODY}
PASSWORD = ("Password: ", False)


def seen(opened: object) -> dict[str, object]:
    raw = opened.ask(Request(channel=Channel.SESSION, text="SESSION")).raw  # type: ignore[attr-defined]
    found: dict[str, object] = json.loads(raw)
    return found


def test_keyboard_interactive_login_is_one_answer(tmp_path: Path) -> None:
    behaviour = Behaviour(answers=ANSWERS, interactive=(PASSWORD,))
    with TerminalServer(behaviour) as server, session(server, tmp_path) as opened:
        assert opened.ask(display()).complete
    assert server.logins == [CANARY]


@pytest.mark.parametrize(
    "second",
    [
        ("Password: ", False),
        ("Enter new password: ", False),
        ("Verification code: ", False),
        ("User name: ", True),
        ("请输入新密码：", False),
    ],
)
def test_second_question_at_login_gets_no_answer(second: tuple[str, bool], tmp_path: Path) -> None:
    behaviour = Behaviour(answers=ANSWERS, interactive=(PASSWORD, second))
    with TerminalServer(behaviour) as server, session(server, tmp_path) as opened:
        evidence = opened.ask(display())
        later = opened.ask(display("display clock"))
        said = seen(opened)
    assert (evidence.error, later.error) == ("login_refused", "not_sent")
    assert said["login"] is False
    assert server.logins == [CANARY]
    demanded = "new" in second[0] or "新" in second[0]
    assert ("password_change_forced" in opened.notes) is demanded


@pytest.mark.parametrize("first", [("Login: ", True), ("OTP token: ", False)])
def test_question_the_password_is_not_for_gets_no_answer(
    first: tuple[str, bool], tmp_path: Path
) -> None:
    with (
        TerminalServer(Behaviour(interactive=(first,))) as server,
        session(server, tmp_path) as opened,
    ):
        assert opened.ask(display()).error == "login_refused"
    assert server.logins == []


def test_wrong_password_in_keyboard_interactive_is_one_attempt(tmp_path: Path) -> None:
    behaviour = Behaviour(interactive=(PASSWORD,))
    with (
        TerminalServer(behaviour) as server,
        session(server, tmp_path, password="wrong-one-123") as opened,
    ):
        assert opened.ask(display()).error == "login_refused"
    assert server.logins == ["wrong-one-123"]


def test_demand_for_a_new_password_in_the_protocol_is_told(tmp_path: Path) -> None:
    with (
        TerminalServer(Behaviour(wants_new_password=True)) as server,
        session(server, tmp_path) as opened,
    ):
        evidence = opened.ask(display())
    assert evidence.error == "login_refused"
    assert "新口令" in evidence.detail
    assert "password_change_forced" in opened.notes
    assert server.logins == [CANARY]


@pytest.mark.parametrize(
    ("title", "fields"),
    [
        ("Your password has expired", [("New password:", False)]),
        ("", [("Password:", False), ("New Password:", False)]),
        ("请设置新的密码", [("密码：", False)]),
    ],
)
def test_any_word_of_a_new_password_ends_it(title: str, fields: list[tuple[str, bool]]) -> None:
    answer = OneAnswer(CANARY)
    with pytest.raises(NewPasswordDemandedError):
        answer(title, "", fields)


def test_round_without_questions_is_only_read() -> None:
    answer = OneAnswer(CANARY)
    assert answer("Welcome", "", []) == []
    assert answer("", "", [("密码：", False)]) == [CANARY]


OLD: dict[str, Behaviour] = {
    "kex": Behaviour(answers=ANSWERS, algorithms={"kex_algs": ["diffie-hellman-group14-sha1"]}),
    "group1": Behaviour(answers=ANSWERS, algorithms={"kex_algs": ["diffie-hellman-group1-sha1"]}),
    "gex": Behaviour(
        answers=ANSWERS, algorithms={"kex_algs": ["diffie-hellman-group-exchange-sha1"]}
    ),
    "host key": Behaviour(
        answers=ANSWERS,
        key_type="ssh-rsa",
        algorithms={"signature_algs": ["ssh-rsa"], "kex_algs": ["diffie-hellman-group14-sha1"]},
    ),
    "cipher": Behaviour(answers=ANSWERS, algorithms={"encryption_algs": ["3des-cbc"]}),
    "mac": Behaviour(
        answers=ANSWERS, algorithms={"encryption_algs": ["aes128-ctr"], "mac_algs": ["hmac-md5"]}
    ),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize("name", sorted(OLD))
def test_old_algorithms_are_used_where_the_inventory_opts_in(name: str, tmp_path: Path) -> None:
    with TerminalServer(OLD[name]) as server:
        server.pin(tmp_path / "known_hosts")
        for profile in ("legacy", ""):
            opened = open_session(
                device(server.port, ssh_profile=profile) if profile else device(server.port),
                VRP,
                known_hosts=tmp_path / "known_hosts",
                resolve=lambda _: Secret(CANARY),
                deadline=Deadline(20),
            )
            evidence = opened.ask(display())
            opened.close()
            if profile:
                assert evidence.complete, evidence.detail
                assert "ssh_profile_legacy" in opened.notes
            else:
                assert (evidence.error, evidence.complete) == ("unsupported", False)
    assert server.logins == [CANARY]


def test_scan_of_something_else_than_ssh_is_told() -> None:
    from tests.fixtures.small_servers import tcp_server

    with (
        tcp_server(lambda sock: sock.sendall(b"220 ready\r\n")) as port,
        pytest.raises(SessionLost),
    ):
        scan_host_key("127.0.0.1", port, timeout_s=3)
