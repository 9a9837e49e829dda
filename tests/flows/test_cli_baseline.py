"""Backup, drift, approval and acceptance over a device whose answers the test writes."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typing_extensions import override

from tests.fixtures.command_line import Said, call
from tests.flows.test_cli_diff import BASE, CANARIES, TEXTS
from xunjian.run.content import Content
from xunjian.transport.model import Evidence, Request

HOSTS = """\
hz-sw1:
  hostname: 127.0.0.9
  platform: huawei_vrp
  username: roundrunner
  data: {kind: switch}
hz-sw2:
  hostname: 127.0.0.10
  platform: huawei_vrp
  username: roundrunner
  data: {kind: switch}
hz-projector:
  data: {kind: projector}
"""


@dataclass
class Network:
    """What each device would answer, and what was asked."""

    root: Path
    running: dict[str, str] = field(default_factory=dict)
    startup: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)

    def __call__(self, *words: str) -> Said:
        return call(*words, "-w", str(self.root))

    def git(self, *words: str) -> str:
        folder = self.root / "inventory" / "baselines"
        done = subprocess.run(["git", *words], cwd=folder, capture_output=True, check=True)
        return done.stdout.decode("utf-8", "replace")


@dataclass
class Session:
    """A session with a device of the test's network."""

    network: Network
    device: str
    reason: str = ""

    def ask(self, request: Request) -> Evidence:
        self.network.asked.append((self.device, request.text))
        texts = self.network.startup if "saved" in request.text else self.network.running
        text = texts.get(self.device, BASE)
        silent = self.device in self.network.silent
        return Evidence(
            id=f"{self.device}#001",
            device=self.device,
            request=request,
            raw=text.encode(),
            text="" if silent else text,
            decoded_as="utf-8",
            started_at=datetime.now(tz=UTC),
            elapsed_s=0.0,
            complete=not silent,
            error="no_answer" if silent else "",
        )

    def close(self) -> None:
        """Nothing to free."""


@pytest.fixture
def network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    """A workspace of two switches and a projector."""
    root = tmp_path / "ws"
    assert call("init", root).code == 0
    for name in ("groups", "defaults", "sites"):
        (root / "inventory" / f"{name}.yml").write_text("{}\n", "utf-8")
    (root / "inventory" / "hosts.yml").write_text(HOSTS, "utf-8")
    found = Network(root)
    monkeypatch.setattr(
        Content, "open_session", lambda _self, device, _limit: Session(found, device.name)
    )
    monkeypatch.setenv("XUNJIAN_ACTOR", "reviewer")
    yield found
    everything = [p for p in root.rglob("*") if p.is_file()]
    leaked = [
        (name, str(path))
        for path in everything
        for name, value in CANARIES.items()
        if value.encode() in path.read_bytes()
    ]
    assert leaked == [], "a secret stands in a file of the workspace"
    if (root / "inventory" / "baselines" / ".git").is_dir():
        history = found.git("log", "-p", "--all")
        assert [n for n, value in CANARIES.items() if value in history] == []


@pytest.fixture
def agreed(network: Network) -> Network:
    """The same with a baseline of the first switch."""
    assert network("baseline", "accept", "--initial", "-l", "hz-sw1").code == 0
    return network


def changes(said: Said) -> list[str]:
    """Ids of the changes in what `diff --format json` said."""
    return [change["id"] for change in said.json["changes"]]


def test_backup_keeps_redacted_text_and_sealed_bytes(network: Network) -> None:
    said = network("backup", "-l", "all")
    assert said.code == 0, said
    assert "hz-projector: 未做" in said.err
    assert network.asked[:1] == [("hz-sw1", "display current-configuration")]
    kept = network.root / "inventory/baselines/backup/_/hz-sw1/running.cfg"
    assert "sysname HZ-TEST-SW1" in kept.read_text("utf-8")
    assert "<secret:" in kept.read_text("utf-8")
    sealed = [*(network.root / ".xunjian/vault").rglob("*.age")]
    assert len(sealed) == 4
    assert all(path.read_bytes().startswith(b"age-encryption.org/") for path in sealed)
    assert (network.root / "keys/fingerprint.key").stat().st_mode & 0o777 == 0o600


def test_a_second_backup_of_the_same_makes_no_commit(network: Network) -> None:
    assert network("backup", "-l", "hz-sw1").code == 0
    before = network.git("rev-parse", "HEAD")
    said = network("backup", "-l", "hz-sw1", "--format", "json")
    assert said.json["backups"][0]["state"] == "unchanged"
    assert network.git("rev-parse", "HEAD") == before


@pytest.mark.parametrize("text", ["cut", "error", "suspect", "empty"])
def test_what_may_not_be_believed_becomes_nothing(agreed: Network, text: str) -> None:
    before = agreed.git("rev-parse", "HEAD")
    agreed.running["hz-sw1"] = TEXTS[text]
    assert agreed("backup", "-l", "hz-sw1").code == 3
    said = agreed("diff", "-l", "hz-sw1", "--format", "json")
    assert said.code == 3
    assert said.json["devices"][0]["not_compared"] == "untrusted"
    assert said.json["changes"] == []
    assert agreed.git("rev-parse", "HEAD") == before


@pytest.mark.parametrize("text", ["cut", "suspect"])
def test_no_first_baseline_of_what_may_not_be_believed(network: Network, text: str) -> None:
    network.running["hz-sw1"] = TEXTS[text]
    assert network("baseline", "accept", "--initial", "-l", "hz-sw1").code == 3
    assert network("baseline", "show", "-l", "hz-sw1").code == 3


def test_without_a_baseline_nothing_is_compared(network: Network) -> None:
    said = network("diff", "-l", "hz-sw1", "--format", "json")
    assert said.code == 3
    assert said.json["devices"][0]["not_compared"] == "no_baseline"


def test_a_silent_device_is_said(agreed: Network) -> None:
    agreed.silent.add("hz-sw1")
    assert agreed("backup", "-l", "hz-sw1").code == 3
    said = agreed("diff", "-l", "hz-sw1", "--format", "json")
    assert said.code == 3
    assert said.json["devices"][0]["not_compared"] == "unreached"


def test_drift_is_seen_and_accepting_clears_it(agreed: Network) -> None:
    assert agreed("diff", "-l", "hz-sw1").code == 0
    agreed.running["hz-sw1"] = TEXTS["trunk"]
    said = agreed("diff", "-l", "hz-sw1", "--format", "json")
    assert said.code == 1
    assert len(changes(said)) == 1
    assert agreed("baseline", "accept", "-l", "hz-sw1", "--ticket", "CHG-7").code == 0
    assert agreed("diff", "-l", "hz-sw1").code == 0
    history = agreed("baseline", "history", "-l", "hz-sw1", "--format", "json").json["history"]
    assert [entry["by"] for entry in history] == ["reviewer", "reviewer"]
    assert "CHG-7" in history[0]["subject"]


def test_some_changes_are_accepted_the_others_stay(agreed: Network) -> None:
    both = TEXTS["trunk"].replace("description room", "description hall")
    agreed.running["hz-sw1"] = both
    first, second = changes(agreed("diff", "-l", "hz-sw1", "--format", "json"))
    assert agreed("baseline", "accept", first, "-l", "hz-sw1").code == 0
    assert changes(agreed("diff", "-l", "hz-sw1", "--format", "json")) == [second]
    assert agreed("baseline", "accept", second, "-l", "hz-sw1").code == 0
    assert agreed("diff", "-l", "hz-sw1").code == 0
    shown = agreed("baseline", "show", "-l", "hz-sw1").out
    assert "description hall" in shown
    assert "allow-pass vlan 10 20" not in shown


def test_an_unknown_change_is_not_accepted(agreed: Network) -> None:
    agreed.running["hz-sw1"] = TEXTS["trunk"]
    agreed("diff", "-l", "hz-sw1")
    assert agreed("baseline", "accept", "c-0000000000", "-l", "hz-sw1").code == 3
    assert agreed("diff", "-l", "hz-sw1").code == 1


def _by_the_author(text: str) -> str:
    stamp = "!Last configuration was updated at 2026-11-20 10:00:00 by ops2"
    return text.replace("#\nsysname", f"{stamp}\n#\nsysname", 1)


@pytest.mark.parametrize(
    ("actor", "stamped", "code"),
    [
        ("reviewer", True, 0),
        ("ops2", True, 6),
        ("OPS2", True, 6),
        ("ops2", False, 0),
        ("roundrunner", False, 6),
        ("reviewer", False, 0),
    ],
)
def test_who_may_approve(
    agreed: Network, monkeypatch: pytest.MonkeyPatch, *, actor: str, stamped: bool, code: int
) -> None:
    text = TEXTS["trunk"]
    agreed.running["hz-sw1"] = _by_the_author(text) if stamped else text
    (change,) = changes(agreed("diff", "-l", "hz-sw1", "--format", "json"))
    monkeypatch.setenv("XUNJIAN_ACTOR", actor)
    assert agreed("baseline", "approve", change, "-l", "hz-sw1").code == code
    assert agreed("baseline", "accept", "-l", "hz-sw1").code == code
    assert agreed("diff", "-l", "hz-sw1").code == (0 if code == 0 else 1)


def test_nobody_named_cannot_approve(agreed: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XUNJIAN_ACTOR")
    monkeypatch.delenv("GIT_AUTHOR_NAME", raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    agreed.running["hz-sw1"] = TEXTS["trunk"]
    agreed("diff", "-l", "hz-sw1")
    assert agreed("baseline", "accept", "-l", "hz-sw1").code == 2


def approve(network: Network, *options: str) -> Said:
    """Approve the one change that drift shows."""
    (change,) = changes(network("diff", "-l", "hz-sw1", "--format", "json"))
    return network("baseline", "approve", change, "-l", "hz-sw1", *options)


@pytest.mark.parametrize(
    ("options", "state", "code"),
    [
        (("--scope", "once"), "approved", 0),
        (("--scope", "accept-until", "--until", "2099-01-01"), "approved", 0),
        (("--scope", "accept-until", "--until", "2020-01-01"), "expired", 1),
        (("--scope", "planned", "--from", "2020-01-01", "--until", "2099-01-01"), "planned", 0),
        (("--scope", "planned", "--from", "2098-01-01", "--until", "2099-01-01"), "none", 1),
    ],
)
def test_an_approved_change_is_marked(
    agreed: Network, options: tuple[str, ...], state: str, code: int
) -> None:
    agreed.running["hz-sw1"] = TEXTS["trunk"]
    assert approve(agreed, *options, "--ticket", "CHG-9").code == 0
    said = agreed("diff", "-l", "hz-sw1", "--format", "json")
    assert said.code == code
    assert said.json["changes"][0]["approval"]["state"] == state


def test_once_is_for_one_baseline_only(agreed: Network) -> None:
    agreed.running["hz-sw1"] = TEXTS["trunk"]
    assert approve(agreed).code == 0
    assert agreed("baseline", "accept", "--approved", "-l", "hz-sw1").code == 0
    agreed.running["hz-sw1"] = BASE
    agreed("diff", "-l", "hz-sw1")
    assert agreed("baseline", "accept", "-l", "hz-sw1").code == 0
    agreed.running["hz-sw1"] = TEXTS["label"]
    agreed("diff", "-l", "hz-sw1")
    assert agreed("baseline", "accept", "-l", "hz-sw1").code == 0
    agreed.running["hz-sw1"] = TEXTS["trunk"].replace("description room", "description hall")
    assert agreed("diff", "-l", "hz-sw1").code == 1


@pytest.mark.parametrize(
    "options",
    [("--scope", "accept-until"), ("--scope", "ever"), ("--scope", "planned", "--until", "soon")],
)
def test_an_approval_needs_a_kind_and_an_expiry(agreed: Network, options: tuple[str, ...]) -> None:
    agreed.running["hz-sw1"] = TEXTS["trunk"]
    assert approve(agreed, *options).code == 2


@pytest.fixture
def planned(agreed: Network) -> str:
    """The id of a change planned for now, worked out from two files before anything was done."""
    files = {name: agreed.root / f"{name}.cfg" for name in ("base", "trunk")}
    for name, path in files.items():
        path.write_text(TEXTS[name], "utf-8")
    said = call("diff", files["base"], files["trunk"], "--platform", "huawei_vrp",
                "--format", "json")  # fmt: skip
    for path in files.values():
        path.unlink()
    (change,) = changes(said)
    window = ("--scope", "planned", "--from", "2020-01-01", "--until", "2099-01-01")
    assert agreed("baseline", "approve", change, "-l", "hz-sw1", *window).code == 0
    assert agreed("backup", "-l", "hz-sw1").code == 0
    return change


PRE_POST = ("diff", "-l", "hz-sw1", "--against", "backup", "--format")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("json", '"missing_planned": [\n        "{}"'),
        ("unified", "计划变更未见: {}"),
        ("md", "计划变更未见; {}"),
        ("html", "<code>{}</code>"),
        ("junit", "{}"),
        ("sarif", '"missing_planned"'),
    ],
)
def test_a_planned_change_that_is_absent_fails(
    agreed: Network, planned: str, form: str, said: str
) -> None:
    found = agreed(*PRE_POST, form)
    assert found.code == 1
    assert said.format(planned) in found.out
    assert "未批准或缺失的变更：1" in found.err


def test_a_planned_change_is_expected_as_often_as_it_is_looked_at(
    agreed: Network, planned: str
) -> None:
    agreed.running["hz-sw1"] = TEXTS["trunk"]
    for _ in range(2):
        said = agreed(*PRE_POST, "json")
        assert said.code == 0
        (change,) = said.json["changes"]
        assert (change["id"], change["approval"]["state"]) == (planned, "planned")
        assert said.json["summary"]["unapproved"] == 0
        assert said.json["devices"][0]["missing_planned"] == []
    assert 'status": "accepted"' in agreed(*PRE_POST, "sarif").out


def test_what_is_not_planned_is_high(agreed: Network, planned: str) -> None:
    agreed.running["hz-sw1"] = TEXTS["trunk"].replace("description room", "description hall")
    said = agreed(*PRE_POST, "json")
    assert said.code == 1
    assert {c["id"] == planned: (c["rule"], c["risk"]) for c in said.json["changes"]}[False] == (
        "unplanned",
        "high",
    )


UPLINKS = """\
  data: {kind: switch, label: 会场交换机, site: hz%s}
"""


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("", "vrp.trunk.gained"),
        (", uplink: [hz-sw2]", "vrp.uplink.vlans"),  # the port's description names the device
        (", vars: {uplink_ports: [GE0/0/1]}", "vrp.uplink.vlans"),
        (", vars: {uplink_ports: GigabitEthernet0/0/9}", "vrp.trunk.gained"),
    ],
)
def test_the_vlans_of_an_uplink_are_high(network: Network, said: str, rule: str) -> None:
    hosts = network.root / "inventory/hosts.yml"
    hosts.write_text(HOSTS.replace("  data: {kind: switch}\n", UPLINKS % said, 1), "utf-8")
    sites = "sites:\n  hz: {title: 杭州, level: city}\n"
    (network.root / "inventory/sites.yml").write_text(sites, "utf-8")
    text = BASE.replace(
        "port trunk allow-pass vlan 10 20",
        "port trunk allow-pass vlan 10 20\n description to HZ-SW2",
    )
    assert text != BASE
    network.running["hz-sw1"] = text
    assert network("baseline", "accept", "--initial", "-l", "hz-sw1").code == 0
    network.running["hz-sw1"] = text.replace("vlan 10 20\n desc", "vlan 10 20 30\n desc")
    found = network("diff", "-l", "hz-sw1", "--format", "json").json["devices"][0]
    assert [change["rule"] for change in found["changes"]] == [rule]
    assert (found["label"], found["site"]) == ("会场交换机", "hz")
    assert found["left"]["name"] == "inventory/baselines/baseline/hz/hz-sw1/running.cfg"
    assert found["left"]["pack"].startswith("huawei_vrp@")
    assert (network.root / found["left"]["name"]).is_file()
    backup = network("backup", "-l", "hz-sw1", "--format", "json").json["backups"][0]
    assert (backup["label"], backup["site"]) == ("会场交换机", "hz")


def test_running_against_startup(network: Network) -> None:
    network.startup["hz-sw1"] = TEXTS["trunk"]
    said = network("diff", "-l", "hz-sw1", "--against", "startup", "--format", "json")
    assert said.code == 1
    assert said.json["devices"][0]["mode"] == "running-startup"
    assert network("diff", "-l", "hz-sw2", "--against", "startup").code == 0


def test_twins(network: Network) -> None:
    assert network("diff", "-l", "hz-sw1", "--against", "hz-sw2").code == 0
    network.running["hz-sw2"] = TEXTS["trunk"]
    said = network("diff", "-l", "hz-sw1", "--against", "hz-sw2", "--format", "json")
    assert said.code == 1
    assert said.json["devices"][0]["mode"] == "pair"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("diff -l nobody", 4),
        ("diff -l hz-projector", 4),
        ("diff -l hz-sw1 --against yesterday", 2),
        ("baseline accept", 2),
        ("baseline approve -l hz-sw1", 2),
        ("baseline show -l hz-sw1", 3),
        ("baseline history -l hz-sw1", 3),
        ("baseline accept -l hz-sw1", 3),
    ],
)
def test_exit_code(network: Network, words: str, code: int) -> None:
    assert network(*words.split()).code == code


@pytest.mark.parametrize(
    ("right", "wrong", "key"),
    [
        ("scope: once", "scope: onec", "scope"),
        ("scope: once", "scope: accept-until", "until"),
        ("scope: once", "scope: planned\nuntil: soon", "until"),
        ("scope: once", "scope: planned\nstart: 2027-02-01\nuntil: 2027-01-01", "until"),
        ("by: reviewer", "by: ''", "by"),
        ("by: reviewer\n", "", "by"),
        ("device: hz-sw1", "device: hz-sw2", "device"),
        ("scope: once", "scope: once\nscop: once", "scop"),
        ("scope: once", "scope: [once", ""),
    ],
)
def test_an_approval_file_with_a_mistake_is_named(
    agreed: Network, right: str, wrong: str, key: str
) -> None:
    agreed.running["hz-sw1"] = TEXTS["trunk"]
    assert approve(agreed).code == 0
    (path,) = (agreed.root / "inventory/baselines/approvals").rglob("*.yml")
    text = path.read_text("utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong), "utf-8")
    said = agreed("diff", "-l", "hz-sw1")
    assert said.code == 2
    assert path.name in said.err
    assert key in said.err


@pytest.mark.parametrize(
    ("scope", "actor", "stamped", "code"),
    [
        ("once", "ops2", True, 1),
        ("once", "roundrunner", False, 1),
        ("once", "reviewer", True, 0),
        ("planned", "ops2", True, 1),
        ("accept-until", "ops2", True, 1),
        ("accept-until", "reviewer", True, 0),
        ("once", "ops2\nsecond: reviewer", True, 0),
        ("accept-until", "ops2\nsecond: reviewer", True, 0),
        ("accept-until", "ops2\nsecond: OPS2", True, 1),
        ("once", "roundrunner\nsecond: roundrunner", False, 1),
    ],
)
def test_an_approval_written_by_hand_is_no_way_round_the_second_pair_of_eyes(
    agreed: Network, *, scope: str, actor: str, stamped: bool, code: int
) -> None:
    text = TEXTS["trunk"]
    agreed.running["hz-sw1"] = _by_the_author(text) if stamped else text
    window = ("--until", "2099-01-01") if scope != "once" else ()
    assert approve(agreed, "--scope", scope, *window).code == 0
    (path,) = (agreed.root / "inventory/baselines/approvals").rglob("*.yml")
    text = path.read_text("utf-8").replace("by: reviewer", f"by: {actor}")
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith("author:")]
    path.write_text("".join(lines), "utf-8")
    assert agreed("diff", "-l", "hz-sw1").code == code
    accepted = agreed("baseline", "accept", "--approved", "-l", "hz-sw1").code
    assert (accepted == 0) == (code == 0 and scope != "planned")


def test_an_approval_stays_good_when_its_approver_changes_the_device_later(
    agreed: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreed.running["hz-sw1"] = TEXTS["trunk"]
    assert approve(agreed, "--scope", "accept-until", "--until", "2099-01-01").code == 0
    later = _by_the_author(TEXTS["trunk"]).replace("by ops2", "by reviewer", 1)
    agreed.running["hz-sw1"] = later
    assert agreed("diff", "-l", "hz-sw1").code == 0


def test_what_was_not_read_is_named_for_what_it_is(network: Network) -> None:
    network.startup["hz-sw1"] = "Error: Unrecognized command found at '^' position.\n"
    words = ("diff", "-l", "hz-sw1", "--format", "json", "--against")
    assert network(*words, "startup").json["devices"][0]["not_compared"] == "no_startup"
    assert network(*words, "backup").json["devices"][0]["not_compared"] is None  # read just now
    other = network("diff", "-l", "hz-sw2", "--format", "json", "--against", "backup")
    assert other.json["devices"][0]["not_compared"] == "no_backup"
    network.silent.add("hz-sw2")
    assert network(*words, "hz-sw2").json["devices"][0]["not_compared"] == "no_peer"
    assert network(*words, "baseline").json["devices"][0]["not_compared"] == "no_baseline"


@pytest.mark.parametrize("nobody", ["approve", "accept"])
def test_ids_and_initial_do_not_mix(agreed: Network, nobody: str) -> None:
    agreed.running["hz-sw1"] = TEXTS["trunk"]
    (change,) = changes(agreed("diff", "-l", "hz-sw1", "--format", "json"))
    if nobody == "accept":
        assert agreed("baseline", "accept", change, "--initial", "-l", "hz-sw1").code == 2
        assert agreed("baseline", "accept", change, "-l", "all").code == 2
    else:
        assert agreed("baseline", "approve", "c-0000000000", "-l", "hz-sw1").code == 3
        window = ("--scope", "planned", "--from", "2027-02-01", "--until", "2027-01-01")
        assert agreed("baseline", "approve", change, "-l", "hz-sw1", *window).code == 2


def test_a_second_initial_leaves_the_baseline_as_it_is(agreed: Network) -> None:
    agreed.running["hz-sw1"] = TEXTS["trunk"]
    assert agreed("backup", "-l", "hz-sw1").code == 0
    said = agreed("baseline", "accept", "--initial", "-l", "hz-sw1")
    assert (said.code, said.out) == (0, "")
    assert "已有基线" in said.err
    assert agreed("diff", "-l", "hz-sw1").code == 1


def test_a_text_that_lost_half_its_lines_is_doubted(agreed: Network) -> None:
    head, _, _ = BASE.partition("interface GigabitEthernet0/0/1")
    agreed.running["hz-sw1"] = head + "return\n"
    said = agreed("backup", "-l", "hz-sw1")
    assert said.code == 3
    assert "--may-shrink" in said.err
    assert agreed("diff", "-l", "hz-sw1").code == 3
    assert agreed("baseline", "accept", "-l", "hz-sw1").code == 0
    assert "GigabitEthernet0/0/1" in agreed("baseline", "show", "-l", "hz-sw1").out
    assert agreed("backup", "-l", "hz-sw1", "--may-shrink").code == 0
    assert agreed("baseline", "accept", "-l", "hz-sw1").code == 0
    assert agreed("diff", "-l", "hz-sw1").code == 0


@pytest.mark.parametrize("source", ["the sealed bytes", "the kept text"])
def test_a_newer_pack_normalises_the_baseline_in_a_commit_of_its_own(
    agreed: Network, source: str
) -> None:
    if source == "the kept text":
        (agreed.root / "keys/age.key").rename(agreed.root / "elsewhere.key")
    folder = agreed.root / "inventory/baselines/baseline/_/hz-sw1"
    meta, running = folder / "meta.yml", folder / "running.cfg"
    whole = running.read_text("utf-8")
    pack = meta.read_text("utf-8").partition("pack: ")[2].split()[0]
    meta.write_text(meta.read_text("utf-8").replace(pack, "huawei_vrp@0"), "utf-8")
    agreed.git("-c", "user.name=x", "-c", "user.email=x@localhost", "commit", "-qam", "older")
    assert agreed("diff", "-l", "hz-sw1").code == 0
    history = agreed("baseline", "history", "-l", "hz-sw1", "--format", "json").json["history"]
    assert f"pack: {pack}" in meta.read_text("utf-8")
    assert f"pack: {pack}" in agreed.git("show", "HEAD")
    newest = agreed.git("log", "--format=%an %s", "-1").strip()
    assert newest == f"xunjian baseline hz-sw1: normalised by {pack} from {source}"
    assert [entry["by"] for entry in history] == ["reviewer"]
    assert running.read_text("utf-8") == whole


def test_what_an_older_pack_left_out_comes_back_from_the_sealed_bytes(network: Network) -> None:
    folder = network.root / "templates/config"
    folder.mkdir(parents=True)
    shipped = Content(None, None).workspace.find("templates/config/huawei_vrp.yml").path
    older = shipped.read_text("utf-8").replace(
        "\nvolatile:\n",
        "\nvolatile:\n  - {id: over-eager, match: '^ftp ', yes: [ftp client-source], no: [sysname a]}\n",
        1,
    )
    version = older.partition("\nversion: ")[2].split()[0]
    pack = folder / "huawei_vrp.yml"
    pack.write_text(older.replace(f"\nversion: {version}", "\nversion: 99", 1), "utf-8")
    assert network("baseline", "accept", "--initial", "-l", "hz-sw1").code == 0
    assert "ftp client-source" not in network("baseline", "show", "-l", "hz-sw1").out
    pack.unlink()
    assert network("diff", "-l", "hz-sw1").code == 0  # not "added": it was there all the time
    assert "ftp client-source" in network("baseline", "show", "-l", "hz-sw1").out


def test_baselines_do_not_disturb_the_workspace(agreed: Network) -> None:
    assert agreed("lint").code == 0
    assert agreed("list", "hosts").code == 0
    assert "baselines" not in agreed("list", "content").out


def test_ctrl_c_in_a_backup_keeps_what_was_read_and_waits_for_nobody(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_off = threading.Event()
    commits = network.root / "inventory/baselines/.git/refs/heads"

    class Hanging(Session):
        @override
        def ask(self, request: Request) -> Evidence:
            if self.device == "hz-sw2":
                until = time.monotonic() + 20
                while not [*commits.glob("*")]:
                    assert time.monotonic() < until
                    time.sleep(0.05)
                os.kill(os.getpid(), signal.SIGINT)
                assert broken_off.wait(20)
            return super().ask(request)

        def abort(self) -> None:
            broken_off.set()

    monkeypatch.setattr(
        Content, "open_session", lambda _self, device, _limit: Hanging(network, device.name)
    )
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        said = network("backup", "-l", "switch", "--format", "json")
    finally:
        signal.signal(signal.SIGINT, before)
    assert said.code == 130, said
    assert [row["device"] for row in said.json["backups"]] == ["hz-sw1"]
    assert "已中断" in said.err
    assert network("backup", "-l", "hz-sw1", "--format", "json").json["backups"][0]["state"] == (
        "unchanged"
    )
