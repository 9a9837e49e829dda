"""What the command line does beyond its exit code: whom it contacts, what it prints and keeps."""

import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fixtures.command_line import call
from xunjian.cli import lint as lint_command
from xunjian.lab import LabHandle
from xunjian.run.content import Content

WRITES_ON_VRP = (
    "reset saved-configuration",
    "reset counters interface",
    "save",
    "save force",
    "reboot",
    "reboot fast",
    "system-view",
    "sys",
    "undo interface Vlanif1",
    "display version; reboot",
    "display version | redirect flash:/x",
    "display version | tee flash:/x",
    "display version > flash:/x",
    "display version\nreboot",
    "display version\rsystem-view",
    "delete flash:/x",
    "startup saved-configuration x.cfg",
    "display ?",
)
WRITES_ON_LINUX = (
    "reboot",
    "shutdown -h now",
    "systemctl restart sshd",
    "cat /proc/uptime; rm -rf /",
    "cat /proc/uptime && reboot",
    "cat /proc/uptime | tee /etc/motd",
    "cat /proc/uptime > /etc/motd",
    "cat /proc/uptime | sh",
    "cat $(reboot)",
    "cat `reboot`",
    "cat /etc/shadow",
    "sudo cat /proc/uptime",
    "uname -r\nreboot",
)


def contacts(lab: LabHandle) -> dict[str, str]:
    return {device.name: lab.transcript(device.name) for device in lab.devices}


@pytest.mark.parametrize("command", WRITES_ON_VRP)
def test_exec_refuses_what_may_write_on_a_network_device(
    clean_lab_once: LabHandle, command: str
) -> None:
    before = contacts(clean_lab_once)
    heard = call("exec", command, "-l", "switch", "-w", clean_lab_once.directory)
    assert heard.code == 6, heard
    assert heard.out == ""
    assert contacts(clean_lab_once) == before


@pytest.mark.parametrize("command", WRITES_ON_LINUX)
def test_exec_refuses_what_may_write_on_a_server(clean_lab_once: LabHandle, command: str) -> None:
    before = contacts(clean_lab_once)
    heard = call("exec", command, "-l", "hz-srv1", "-w", clean_lab_once.directory)
    assert heard.code == 6, heard
    assert contacts(clean_lab_once) == before


@pytest.fixture(scope="module")
def clean_lab_once(lab: LabHandle) -> LabHandle:
    return lab.plant()


def test_exec_is_all_or_nothing(clean_lab: LabHandle) -> None:
    heard = call("exec", "display clock", "-l", "hz-acc-sw1,hz-srv1", "-w", clean_lab.directory)
    assert heard.code == 6
    assert "linux" in heard.err
    assert contacts(clean_lab) == dict.fromkeys(contacts(clean_lab), "")


def test_exec_leaves_out_what_has_no_command_line(clean_lab: LabHandle) -> None:
    heard = call(
        "exec", "display clock", "-l", "hz-acc-sw1,hz-ups1", "-w", clean_lab.directory,
        "--format", "json",
    )  # fmt: skip
    assert heard.code == 0
    (answer,) = heard.json["answers"]
    assert set(answer) == {"device", "complete", "error", "text"}
    assert answer["device"] == "hz-acc-sw1"
    assert answer["complete"] is True
    assert "hz-ups1：未做（没有命令行）" in heard.err
    assert "display clock" in clean_lab.transcript("hz-acc-sw1")


def test_exec_says_who_was_not_reached(clean_lab: LabHandle) -> None:
    faulty = clean_lab.plant("device-dead", "wrong-password")
    heard = call(
        "exec", "display clock", "-l", "hz-acc-sw1,hz-acc-sw6,hz-acc-sw7", "-w", faulty.directory
    )
    assert heard.code == 3
    assert "== hz-acc-sw1 ==" in heard.out
    assert "hz-acc-sw7: 设备未应答" in heard.err
    assert "hz-acc-sw6: 登录被拒绝" in heard.err


@pytest.mark.parametrize("words", [("--check",), ("--list-hosts",), ("-C", "-t", "ups")])
def test_a_plan_contacts_nobody_and_keeps_nothing(
    clean_lab: LabHandle, words: tuple[str, ...]
) -> None:
    runs = call("list", "runs", "-w", clean_lab.directory).out
    assert call("run", "daily", "-w", clean_lab.directory, *words).code == 0
    assert contacts(clean_lab) == dict.fromkeys(contacts(clean_lab), "")
    assert call("list", "runs", "-w", clean_lab.directory).out == runs


def test_an_unwritable_folder_is_found_before_anybody_is_asked(
    clean_lab: LabHandle, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    heard = call("run", "daily", "-w", clean_lab.directory, "-o", tmp_path / "file" / "out")
    assert heard.code == 2
    assert contacts(clean_lab) == dict.fromkeys(contacts(clean_lab), "")


def test_a_round_finds_exactly_what_is_planted(clean_lab: LabHandle, tmp_path: Path) -> None:
    faulty = clean_lab.plant("fan-failed", "ups-on-battery", "cpu-high")
    run = ("run", "pre_holiday", "-w", faulty.directory, "-l", "hz-core-sw1,hz-ups1,hz-ups2")
    heard = call(*run, "-o", tmp_path)
    assert heard.code == 1, heard.err
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["exit_code"] == 1
    bad = {
        (f["device"], f["check"], f["verdict"])
        for f in report["findings"]
        if f["verdict"] not in {"normal", "not_applicable"} and f["source"] != "manual"
    }
    blank = [f for f in report["findings"] if f["source"] == "manual"]
    assert {(f["task"], f["verdict"]) for f in blank} == {("ups_battery_look", "not_checked")}
    assert {(device, verdict) for device, _, verdict in bad} == {
        ("hz-core-sw1", "abnormal"),
        ("hz-ups1", "abnormal"),
    }
    assert ("hz-core-sw1", "environment.fan", "abnormal") in bad
    totals = report["totals"]
    assert totals["planned"] == totals["outcomes"] + totals["left_out"]
    assert "hz-core-sw1" in heard.out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 1),
        (("--fail-on", "abnormal"), 1),
        (("--fail-on", "IV"), 1),
        (("--fail-on", "I"), 0),
    ],
)
def test_fail_on_decides_what_counts(
    clean_lab: LabHandle, tmp_path: Path, words: tuple[str, ...], code: int
) -> None:
    faulty = clean_lab.plant("ups-battery-replace")
    run = ("run", "daily", "-w", faulty.directory, "-l", "hz-ups3", "-o", tmp_path)
    assert call(*run, *words).code == code


def test_an_unreached_device_makes_the_round_incomplete_unless_something_is_worse(
    clean_lab: LabHandle, tmp_path: Path
) -> None:
    faulty = clean_lab.plant("device-dead")
    run = ("run", "daily", "-w", faulty.directory, "-l", "hz-acc-sw7,hz-ups2", "-o", tmp_path)
    assert call(*run).code == 1  # reachability.answers is abnormal
    assert call(*run, "--fail-on", "I").code == 3
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["exit_code"] == 3
    (dead,) = [d for d in report["devices"] if not d["reached"]]
    assert dead["name"] == "hz-acc-sw7"
    assert dead["reason"] == "no_answer"
    assert report["coverage"]["pct"] < 100


def test_json_alone_is_printed_and_nothing_else(clean_lab: LabHandle, tmp_path: Path) -> None:
    run = ("run", "daily", "-w", clean_lab.directory, "-l", "hz-ups2", "-o", tmp_path)
    heard = call(*run, "--format", "json")
    assert heard.code == 0
    assert heard.out == (tmp_path / "report.json").read_text("utf-8")
    assert [p.name for p in tmp_path.iterdir()] == ["report.json"]
    heard = call(*run, "--format", "junit,html")
    assert {p.name for p in tmp_path.iterdir()} == {"report.json", "report.html", "junit.xml"}
    assert not heard.out.startswith("{")


def test_verify_finds_one_altered_byte_and_knows_what_was_pruned(own: Path) -> None:
    assert call("verify", "-w", own).code == 0
    state = own / ".xunjian"
    pieces = (path for path in (state / "evidence").rglob("*") if path.is_file())
    piece = max(pieces, key=lambda path: path.stat().st_size)
    whole = piece.read_bytes()
    piece.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
    heard = call("verify", "-w", own, "--format", "json")
    assert heard.code == 1
    assert heard.json["intact"] is False
    assert len({d["sha256"] for d in heard.json["altered"]}) == 1
    assert heard.json["missing"] == []
    piece.unlink()
    heard = call("verify", "-w", own)
    assert heard.code == 1
    assert "缺失" in heard.out
    piece.write_bytes(whole)
    content = Content(own)
    pruned = content.store.prune(1, now=datetime.now(UTC) + timedelta(days=30))
    content.store.close()
    assert pruned.pieces > 10
    heard = call("verify", "-w", own, "--format", "json")
    assert heard.code == 0
    assert heard.json["pruned"] > 10


def test_replay_of_a_folder_brought_from_elsewhere(own: Path, tmp_path: Path) -> None:
    run = ("run", "daily", "-w", own, "-l", "hz-ups2", "-o", tmp_path / "out")
    assert call(*run).code == 0
    brought = Path(shutil.copytree(own, tmp_path / "brought"))
    before = call("list", "runs", "-w", brought, "--format", "json").json["runs"]
    heard = call("replay", brought, "-o", tmp_path / "again", "--format", "json")
    assert heard.code == 0, heard.err
    assert heard.json["run_id"] == before[0]["run_id"]
    assert heard.json["totals"]["normal"] > 5
    assert call("list", "runs", "-w", brought, "--format", "json").json["runs"] == before
    card = brought / "playbooks" / "thresholds.yml"
    card.parent.mkdir(exist_ok=True)
    card.write_text("battery.runtime: {warning: 9001, critical: 9000}\n", "utf-8")
    strict = call("replay", brought, "-o", tmp_path / "again", "--format", "json")
    assert strict.code == 1, strict.err  # judged by the limits of today
    settings = brought / "xunjian.yml"
    settings.write_text(settings.read_text("utf-8") + "fail_on: I\n", "utf-8")
    calm = call("replay", brought, "-o", tmp_path / "again", "--format", "json")
    assert calm.code in {0, 3}, calm.err  # what counts as failure is today's setting, too


def test_parse_reads_standard_input_in_whatever_encoding(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clock = "2026-11-21 10:00:00+08:00\nSaturday\nTime Zone(北京) : UTC+08:00\n"
    words = ("parse", "--platform", "huawei_vrp", "--command", "display clock")
    for encoding in ("utf-8", "gb18030"):
        saved = tmp_path / encoding
        saved.write_bytes(clock.encode(encoding))
        with saved.open() as stream, monkeypatch.context() as patch:
            patch.setattr("sys.stdin", stream)
            from_input = call(*words, "-")
        assert from_input.code == 0, from_input
        assert from_input == call(*words, saved)


def test_a_replay_without_its_evidence_is_incomplete(own: Path, tmp_path: Path) -> None:
    run = ("run", "daily", "-w", own, "-l", "hz-ups2", "-o", tmp_path / "out")
    assert call(*run).code == 0
    shutil.rmtree(own / ".xunjian" / "evidence")
    heard = call("replay", own, "-o", tmp_path / "again", "--format", "json")
    assert heard.code == 3, heard
    assert heard.json["totals"]["normal"] == 0


def test_the_operators_password_needs_a_terminal(lab: LabHandle) -> None:
    heard = call("run", "daily", "-w", lab.directory, "-u", "me", "-k")
    assert heard.code == 2
    assert "没有终端" in heard.err


def test_the_operators_login_is_used(
    clean_lab: LabHandle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xunjian.cli.run.is_terminal", lambda _: True)
    monkeypatch.setattr("xunjian.cli.run.getpass", lambda _: clean_lab.credential.password)
    run = ("run", "daily", "-w", clean_lab.directory, "-l", "hz-acc-sw1", "-o", tmp_path)
    assert call(*run, "-u", clean_lab.credential.username, "-k").code == 0
    refused = call(*run, "-u", "somebody", "-k")
    assert refused.code == 1
    assert "登录被拒绝" in refused.out + refused.err


def test_an_inventory_from_elsewhere(lab: LabHandle, tmp_path: Path) -> None:
    own = tmp_path / "inventory"
    shutil.copytree(lab.directory / "inventory", own)
    text = (own / "hosts.yml").read_text("utf-8")
    (own / "hosts.yml").write_text(text.replace("hz-ups2", "hz-ups9"), "utf-8")
    for words in (("list", "hosts"), ("run", "daily", "--list-hosts")):
        heard = call(*words, "-w", lab.directory, "-i", own, "-l", "ups")
        assert "hz-ups9" in heard.out
        assert "hz-ups2" not in heard.out
    assert call("list", "hosts", "-w", lab.directory, "-i", tmp_path / "no").code == 2


def test_config_shows_where_each_setting_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("init", tmp_path / "ws").code == 0

    def shown() -> dict[str, tuple[object, str]]:
        heard = call("config", "-w", tmp_path / "ws", "--format", "json")
        return {row["name"]: (row["value"], row["source"]) for row in heard.json["settings"]}

    assert shown()["forks"] == (None, "default")
    assert shown()["fail_on"][0] == "abnormal"
    assert re.fullmatch(r"xunjian.yml:\d+", shown()["fail_on"][1])
    monkeypatch.setenv("XUNJIAN_FAIL_ON", "warning")
    monkeypatch.setenv("XUNJIAN_FORKS", "7")
    assert shown()["fail_on"] == ("warning", "XUNJIAN_FAIL_ON")
    assert shown()["forks"] == (7, "XUNJIAN_FORKS")
    monkeypatch.setenv("XUNJIAN_FORKS", "many")
    heard = call("config", "-w", tmp_path / "ws")
    assert heard.code == 2
    assert "XUNJIAN_FORKS" in heard.err


def test_xunjian_variables_rank_between_file_and_command_line(
    clean_lab: LabHandle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty = clean_lab.plant("ups-battery-replace")
    run = ("run", "daily", "-w", faulty.directory, "-l", "hz-ups3", "-o", tmp_path)
    monkeypatch.setenv("XUNJIAN_FAIL_ON", "I")
    assert call(*run).code == 0
    assert call(*run, "--fail-on", "abnormal").code == 1


@pytest.mark.parametrize("debug", [False, True])
def test_our_own_mistake_is_five_and_shown_only_on_demand(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, debug: bool
) -> None:
    def burst(*_: object) -> None:
        raise ZeroDivisionError("canary-in-a-message")

    monkeypatch.setattr(lint_command, "Content", burst)
    heard = call("lint", *(["--debug"] if debug else []))
    assert heard.code == 5
    assert "ZeroDivisionError" in heard.err
    assert ("Traceback" in heard.err) is debug
    assert ("canary-in-a-message" in heard.err) is debug


def test_trouble_with_a_file_names_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "/some/where")

    monkeypatch.setattr(lint_command, "Content", locked)
    heard = call("lint")
    assert heard.code == 2
    assert "/some/where" in heard.err


def test_ctrl_c_outside_a_round_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(lint_command, "Content", stopped)
    heard = call("lint")
    assert heard.code == 130
    assert "Traceback" not in heard.err


def test_a_closed_pipe_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(lint_command, "Content", closed)
    assert call("lint").code == 0


def test_the_language_of_a_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "ws"
    assert call("init", folder).code == 0
    settings = folder / "xunjian.yml"
    settings.write_text(settings.read_text("utf-8").replace("language: zh", "language: en"))

    def source(*words: str) -> str:
        heard = call("config", "-w", folder, "--format", "json", *words)
        return str(next(r["source"] for r in heard.json["settings"] if r["name"] == "language"))

    assert "in order" in call("lint", "-w", folder).err
    assert source().startswith("xunjian.yml:")
    monkeypatch.setenv("XUNJIAN_LANG", "zh")
    assert "内容无误" in call("lint", "-w", folder).err
    assert source() == "XUNJIAN_LANG"
    assert "in order" in call("lint", "-w", folder, "--lang", "en").err
    assert source("--lang=en") == "command line"
    monkeypatch.delenv("XUNJIAN_LANG")
    monkeypatch.chdir(folder)
    assert "in order" in call("lint").err


def test_both_languages_say_it_wholly() -> None:
    commands = ("list", "run", "exec", "parse", "replay", "verify", "lab", "store", "config")
    for command in commands:
        chinese, english = call(command, "--help").out, call(command, "--help", "--lang", "en").out
        assert re.search(r"[一-鿿]", chinese)
        assert not re.search(r"[一-鿿]", english), english
        assert "…" not in chinese + english
        assert "..." not in english.replace("[ARGS]...", "")
