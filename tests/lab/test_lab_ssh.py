"""The SSH personalities, seen by netmiko and paramiko as they come."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import paramiko
import pytest
from netmiko import ConnectHandler

from xunjian.lab import LabHandle

PAGER = b"---- More ----"


def _netmiko(lab: LabHandle, name: str) -> Any:
    host, port = lab.address(name)
    known = lab.credential
    return ConnectHandler(
        device_type="huawei_vrp", host=host, port=port, username=known.username, password=known.password,
        ssh_strict=True, system_host_keys=False, alt_host_keys=True,
        alt_key_file=str(lab.directory / "known_hosts"),
    )  # fmt: skip


@contextmanager
def _client(lab: LabHandle, name: str) -> Iterator[paramiko.SSHClient]:
    host, port = lab.address(name)
    client = paramiko.SSHClient()
    client.load_host_keys(str(lab.directory / "known_hosts"))
    known = lab.credential
    client.connect(
        host,
        port,
        known.username,
        known.password,
        allow_agent=False,
        look_for_keys=False,
        timeout=5,
    )
    try:
        yield client
    finally:
        client.close()


class Shell:
    """Raw bytes of one interactive session."""

    def __init__(self, client: paramiko.SSHClient) -> None:
        self.channel = client.invoke_shell()
        self.channel.settimeout(5)
        self.chunks: list[bytes] = []

    def until(self, ending: bytes) -> bytes:
        data = b""
        for _ in range(2000):
            chunk = self.channel.recv(65535)
            assert chunk, data
            self.chunks.append(chunk)
            data += chunk
            if ending in data:
                return data
        raise AssertionError(data[-200:])

    def ask(self, line: bytes, ending: bytes) -> bytes:
        self.channel.sendall(line + b"\n")
        return self.until(ending)


def test_netmiko_reads_a_whole_answer(faulty_lab: LabHandle) -> None:
    with _netmiko(faulty_lab, "hz-core-sw1") as session:
        assert session.base_prompt == "HZ-CORE-SW1"
        text = session.send_command("display interface")
        assert text.count("current state : UP") == 30
        assert "More" not in text
    sent = faulty_lab.transcript("hz-core-sw1")
    assert "command screen-length 0 temporary" in sent
    assert "command display interface" in sent


def test_a_planted_fault_shows_in_the_answer(faulty_lab: LabHandle) -> None:
    with _netmiko(faulty_lab, "hz-core-sw1") as session:
        assert "0 1 Failed" in session.send_command("display fan")
        assert "XJLAB00000000001" in session.send_command("display version")


def test_the_firewall_prompts_with_its_hrp_role(faulty_lab: LabHandle) -> None:
    with _client(faulty_lab, "hz-fw1") as client:
        shell = Shell(client)
        shell.until(b"HRP_M<HZ-FW1>")
        paged = shell.ask(b"display interface", PAGER)
        shell.channel.sendall(b"q")
        after = shell.until(b"HRP_M<HZ-FW1>")
        assert paged.endswith(b"  " + PAGER)
        assert after.startswith(b"\b" * 16 + b" " * 16 + b"\b" * 16)


def test_unknown_commands_are_refused_where_they_go_wrong(faulty_lab: LabHandle) -> None:
    with _client(faulty_lab, "hz-core-sw1") as client:
        shell = Shell(client)
        shell.until(b"<HZ-CORE-SW1>")
        lines = shell.ask(b"display nonsense now", b"<HZ-CORE-SW1>").decode().split("\r\n")
        assert lines[0] == "display nonsense now"
        assert lines[1] == " " * (len("<HZ-CORE-SW1>") + len("display ")) + "^"
        assert lines[2] == "Error: Unrecognized command found at '^' position."
        assert b"Error: Incomplete command" in shell.ask(b"display", b"<HZ-CORE-SW1>")


def test_views_and_questions(faulty_lab: LabHandle) -> None:
    with _client(faulty_lab, "hz-core-sw1") as client:
        shell = Shell(client)
        shell.until(b"<HZ-CORE-SW1>")
        shell.ask(b"system-view", b"[HZ-CORE-SW1]")
        shell.ask(b"interface GigabitEthernet 0/0/1", b"[HZ-CORE-SW1-GigabitEthernet0/0/1]")
        shell.ask(b"quit", b"[HZ-CORE-SW1]")
        shell.ask(b"return", b"<HZ-CORE-SW1>")
        shell.ask(b"save", b"continue?[Y/N]:")
        shell.ask(b"maybe", b"continue?[Y/N]:")
        assert b"successfully" not in shell.ask(b"n", b"<HZ-CORE-SW1>")
    assert "CHANGED" not in faulty_lab.transcript("hz-core-sw1")


def test_the_pager_shows_pages_lines_and_can_be_left(faulty_lab: LabHandle) -> None:
    with _client(faulty_lab, "hz-core-sw2") as client:
        shell = Shell(client)
        shell.until(b"<HZ-CORE-SW2>")
        first = shell.ask(b"display interface", PAGER)
        assert first.count(b"\r\n") == 1 + 24
        shell.channel.sendall(b"x")
        shell.channel.sendall(b" ")
        second = shell.until(PAGER)
        assert second.startswith(b"\x1b[42D" + b" " * 42 + b"\x1b[42D")
        assert second.count(b"\r\n") == 24
        shell.channel.sendall(b"\r")
        assert shell.until(PAGER).count(b"\r\n") == 1
        shell.channel.sendall(b"q")
        shell.until(b"<HZ-CORE-SW2>")


def test_a_stuck_pager_pages_all_the_same(faulty_lab: LabHandle) -> None:
    with _client(faulty_lab, "hz-acc-sw3") as client:
        shell = Shell(client)
        shell.until(b"<HZ-ACC-SW3>")
        assert b"Info:" in shell.ask(b"screen-length 0 temporary", b"<HZ-ACC-SW3>")
        shell.ask(b"display interface", PAGER)
        for _ in range(2):
            shell.channel.sendall(b" ")
            shell.until(PAGER)
        shell.channel.sendall(b" ")
        assert PAGER not in shell.until(b"<HZ-ACC-SW3>")


def test_names_in_gbk_are_cut_inside_characters(faulty_lab: LabHandle) -> None:
    prompt = "<杭州-接入-01>".encode("gb18030")
    with _client(faulty_lab, "hz-acc-sw1") as client:
        shell = Shell(client)
        shell.until(prompt)
        text = shell.ask(b"display version", prompt)
        assert "杭州-接入-01 uptime".encode("gb18030") in text
        broken = [c for c in shell.chunks if _fails(c)]
        assert broken


def _fails(chunk: bytes) -> bool:
    try:
        chunk.decode("gb18030")
    except UnicodeDecodeError:
        return True
    return False


def test_questions_at_login_record_what_was_answered(faulty_lab: LabHandle) -> None:
    before = len(faulty_lab.transcript("hz-acc-sw2"))
    with _client(faulty_lab, "hz-acc-sw2") as client:
        shell = Shell(client)
        assert b"password needs to be changed. Change now? [Y/N]:" in shell.until(b"[Y/N]:")
        assert b"security risks in the configuration file" in shell.ask(b"n", b"save? [Y/N]:")
        shell.ask(b"n", b"<HZ-ACC-SW2>")
    said = faulty_lab.transcript("hz-acc-sw2")[before:]
    assert said.count("answer n") == 2
    assert "CHANGED" not in said
    with _client(faulty_lab, "hz-acc-sw2") as client:
        shell = Shell(client)
        shell.until(b"[Y/N]:")
        shell.ask(b"y", b"save? [Y/N]:")
    assert "CHANGED Info: The password was changed." in faulty_lab.transcript("hz-acc-sw2")


def test_a_hang_stops_in_the_second_answer_and_stays_open(faulty_lab: LabHandle) -> None:
    with _client(faulty_lab, "hz-acc-sw5") as client:
        shell = Shell(client)
        shell.until(b"<HZ-ACC-SW5>")
        shell.ask(b"screen-length 0 temporary", b"<HZ-ACC-SW5>")
        shell.ask(b"display version", b"<HZ-ACC-SW5>")
        shell.ask(b"display interface", b"current state : UP")
        shell.channel.settimeout(0.3)
        with pytest.raises(TimeoutError):
            shell.until(b"<HZ-ACC-SW5>")
        assert not shell.channel.closed


def test_a_drip_arrives_whole_in_bounded_time(faulty_lab: LabHandle) -> None:
    with _client(faulty_lab, "hz-acc-sw4") as client:
        shell = Shell(client)
        shell.until(b"<HZ-ACC-SW4>")
        shell.ask(b"screen-length 0 temporary", b"<HZ-ACC-SW4>")
        before, count = time.monotonic(), len(shell.chunks)
        text = shell.ask(b"display interface", b"<HZ-ACC-SW4>")
        assert text.count(b"current state : UP") == 30
        assert len(shell.chunks) - count > 5
        assert time.monotonic() - before < 10


def test_a_wrong_password_is_refused(faulty_lab: LabHandle) -> None:
    with pytest.raises(paramiko.AuthenticationException), _client(faulty_lab, "hz-acc-sw6"):
        pass
    assert "login inspector refused" in faulty_lab.transcript("hz-acc-sw6")


def test_a_dead_device_does_not_listen(faulty_lab: LabHandle) -> None:
    with pytest.raises(OSError, match="onnect"), _client(faulty_lab, "hz-acc-sw7"):
        pass


@pytest.mark.parametrize("prefix", ["", "LC_ALL=C ", "LC_ALL=C LANG=C "])
def test_linux_answers_single_commands(faulty_lab: LabHandle, prefix: str) -> None:
    with _client(faulty_lab, "hz-srv1") as client:
        _, out, _ = client.exec_command(prefix + "df -PkT")
        assert b"99%" in out.read()
        assert out.channel.recv_exit_status() == 0
        _, out, err = client.exec_command(prefix + "reboot now")
        assert out.read() == b""
        assert err.read() == b"bash: reboot: command not found\n"
        assert out.channel.recv_exit_status() == 127
    assert f"exec {prefix}reboot now" in faulty_lab.transcript("hz-srv1")
