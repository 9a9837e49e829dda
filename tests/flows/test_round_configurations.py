"""Rounds that read configurations, over devices whose answers the test writes."""

import json
import os
import signal
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.command_line import Said, call
from tests.flows.test_cli_diff import BASE, CANARIES, TEXTS
from xunjian.config import remembered
from xunjian.config.baselines import BACKUP
from xunjian.inventory.model import Device
from xunjian.run.content import Content
from xunjian.run.model import RunRecord
from xunjian.run.shelf import named, open_shelf
from xunjian.store.store import Store
from xunjian.transport.model import Channel, Evidence, Request

HOSTS = """\
hz-sw1: {hostname: 127.0.0.9, platform: huawei_vrp, username: roundrunner, data: {kind: switch}}
hz-sw2: {hostname: 127.0.0.10, platform: huawei_vrp, username: roundrunner, data: {kind: switch}}
hz-rt1: {hostname: 127.0.0.11, platform: cisco_ios, username: roundrunner, data: {kind: switch}}
hz-bare: {hostname: 127.0.0.12, platform: redfish, username: roundrunner, data: {kind: server}}
hz-projector: {data: {kind: projector}}
"""
PLAYBOOK = """\
title: configurations
tasks: [reachability]
config: {given}
run: {{workers: 1}}
report: {{formats: [json]}}
"""
IOS = """\
! Last configuration change at 10:00:00 CST Fri Nov 20 2026 by ops2
version 15.2
hostname HZ-RT1
!
interface GigabitEthernet0/1
 description uplink
!
line vty 0 4
 transport input ssh
!
end
"""
IOS_RUNNING = f"Building configuration...\n\nCurrent configuration : 1200 bytes\n!\n{IOS}"
IOS_SAVED = f"Using 1200 out of 524288 bytes\n!\n{IOS}"
STAMP = "! Last configuration change at {} CST Fri Nov 20 2026 by ops2\n"


@dataclass
class Network:
    """What each device would answer, and what was asked."""

    root: Path
    running: dict[str, str] = field(default_factory=lambda: {"hz-rt1": IOS_RUNNING})
    startup: dict[str, str] = field(default_factory=lambda: {"hz-rt1": IOS_SAVED})
    stamps: list[str] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    failing: dict[str, str] = field(default_factory=dict)
    interrupts: str = ""

    def playbook(self, given: str) -> None:
        text = PLAYBOOK.format(given=given)
        (self.root / "playbooks" / "conf.yml").write_text(text, "utf-8")

    def __call__(self, *words: str) -> Said:
        return call(*words, "-w", str(self.root))

    def round(self, *words: str) -> tuple[Said, RunRecord]:
        said = self("run", "conf", "-o", str(self.root / "out"), *words)
        return said, self.record()

    def record(self) -> RunRecord:
        content = Content(self.root)
        try:
            return content.store.record(content.store.runs()[0].run_id)
        finally:
            content.store.close()

    def git(self, *words: str) -> str:
        folder = self.root / "inventory" / "baselines"
        done = subprocess.run(["git", *words], cwd=folder, capture_output=True, check=True)
        return done.stdout.decode("utf-8", "replace")

    def report(self) -> Any:
        return json.loads((self.root / "out" / "report.json").read_text("utf-8"))


@dataclass
class Session:
    """A session with a device of the test's network."""

    network: Network
    device: str
    reason: str = ""
    count: int = 0

    def ask(self, request: Request) -> Evidence:
        network = self.network
        network.asked.append((self.device, request.text))
        if request.channel is Channel.SESSION:
            seen = {"answers": True, "login": True, "latency_ms": 3, "reason": self.reason}
            return self._answer(request, json.dumps({**seen, "notes": []}))
        if network.interrupts == self.device:
            network.interrupts = ""  # once: twice would break it off
            os.kill(os.getpid(), signal.SIGINT)
        if self.device in network.failing:
            self.reason = network.failing[self.device]
            return self._answer(request, "", self.reason)
        if "| include" in request.text:
            return self._answer(request, network.stamps.pop(0) if network.stamps else STAMP)
        saved = "saved" in request.text or "startup" in request.text
        texts = network.startup if saved else network.running
        return self._answer(request, texts.get(self.device, BASE))

    def _answer(self, request: Request, text: str, error: str = "") -> Evidence:
        self.count += 1
        return Evidence(
            id=f"{self.device}#{self.count:03d}",
            device=self.device,
            request=request,
            raw=text.encode(),
            text=text,
            decoded_as="utf-8",
            started_at=datetime.now(tz=UTC),
            elapsed_s=0.0,
            complete=not error,
            error=error,
        )

    def close(self) -> None:
        """Nothing to free."""

    def abort(self) -> None:
        """Nothing is waited on."""


@pytest.fixture
def network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    """A workspace of three devices with a configuration and two without; nothing leaks there."""
    root = tmp_path / "ws"
    assert call("init", root).code == 0
    for name in ("groups", "defaults", "sites"):
        (root / "inventory" / f"{name}.yml").write_text("{}\n", "utf-8")
    (root / "inventory" / "hosts.yml").write_text(HOSTS, "utf-8")
    (root / "playbooks").mkdir(exist_ok=True)
    found = Network(root)
    found.playbook("{backup: true, diff: baseline}")

    def opening(device: Device, *_: object, **__: object) -> Session:
        found.opened.append(device.name)
        return Session(found, device.name)

    monkeypatch.setattr("xunjian.transport.open_session", opening)
    monkeypatch.setenv("XUNJIAN_ACTOR", "reviewer")
    yield found
    _nothing_leaked(found)


def _nothing_leaked(network: Network) -> None:
    secrets = {name: value.encode() for name, value in CANARIES.items()}
    files = [path.read_bytes() for path in network.root.rglob("*") if path.is_file()]
    content = Content(network.root)
    for summary in content.store.runs():
        refs = content.store.record(summary.run_id).evidence
        files += [content.store.evidence_bytes(ref.sha256) for ref in refs]
        for device in ("hz-sw1", "hz-sw2", "hz-rt1"):
            kept = content.store.evidence(summary.run_id, device)
            files += [item.text.encode() for item in kept]
    content.store.close()
    assert [n for n, value in secrets.items() for text in files if value in text] == []
    if (network.root / "inventory" / "baselines" / ".git").is_dir():
        history = network.git("log", "-p", "--all")
        assert [n for n, value in CANARIES.items() if value in history] == []


@pytest.fixture
def agreed(network: Network) -> Network:
    """The same after a round whose backups became the baselines."""
    assert network.round()[0].code == 0
    assert network("baseline", "accept", "--initial", "-l", "hz-sw1,hz-sw2,hz-rt1").code == 0
    network.asked.clear()
    network.opened.clear()
    return network


def verdicts(record: RunRecord, check: str) -> dict[str, str]:
    """What a check said, by device."""
    findings = [f for outcome in record.outcomes for f in outcome.findings]
    return {f.device: f.verdict.value for f in findings if f.check == check}


def test_one_session_asks_the_cards_then_the_configurations_then_itself(network: Network) -> None:
    said, record = network.round("-l", "hz-sw1")
    assert said.code == 0, said
    assert network.opened == ["hz-sw1"]
    texts = [text for _, text in network.asked]
    assert texts == ["display current-configuration", "display saved-configuration", "SESSION"]
    assert "config" not in record.inactive
    assert [(o.task, o.reached) for o in record.outcomes] == [
        ("reachability", True),
        ("config", True),
    ]


def test_no_baseline_is_not_checked_and_costs_nothing(network: Network) -> None:
    said, record = network.round()
    assert said.code == 0, said
    devices = {"hz-sw1", "hz-sw2", "hz-rt1"}
    assert verdicts(record, "config.drift") == dict.fromkeys(devices, "not_checked")
    assert verdicts(record, "config.trust") == dict.fromkeys(devices, "normal")
    assert verdicts(record, "config.startup") == dict.fromkeys(devices, "normal")
    assert [diff.not_compared for diff in record.changes] == ["no_baseline"] * 3


def test_who_has_no_configuration_is_left_out_with_a_reason(network: Network) -> None:
    _, record = network.round()
    left = {(one.device, one.task): one.reason.value for one in record.left_out}
    assert left["hz-bare", "config"] == "no_card"
    assert left["hz-projector", "config"] == "no_address"
    assert record.planned == len(record.outcomes) + len(record.left_out)


def test_nothing_changed_is_normal_and_makes_no_commit(agreed: Network) -> None:
    before = agreed.git("rev-parse", "HEAD")
    said, record = agreed.round()
    assert said.code == 0, said
    assert set(verdicts(record, "config.drift").values()) == {"normal"}
    assert agreed.git("rev-parse", "HEAD") == before
    assert [len(diff.changes) for diff in record.changes] == [0, 0, 0]


@pytest.mark.parametrize(
    ("text", "verdict", "code"), [("trunk", "abnormal", 1), ("label", "warning", 0)]
)
def test_a_change_is_found_by_its_risk(agreed: Network, text: str, verdict: str, code: int) -> None:
    agreed.running["hz-sw1"] = agreed.startup["hz-sw1"] = TEXTS[text]
    said, record = agreed.round()
    assert said.code == code, said
    assert verdicts(record, "config.drift")["hz-sw1"] == verdict
    (diff,) = [diff for diff in record.changes if diff.device == "hz-sw1"]
    (change,) = diff.changes
    assert change.path == ("interface GigabitEthernet0/0/" + ("1" if text == "trunk" else "2"),)
    report = agreed.report()
    assert [(c["device"], c["id"]) for c in report["changes"]] == [("hz-sw1", change.id)]
    found = {entry["name"]: entry for entry in report["configurations"]}
    assert found["hz-sw1"]["changes"][0]["risk"] == change.risk.value
    assert found["hz-sw2"]["changes"] == []
    assert found["hz-sw1"]["trust"]["state"] == "trusted"


def test_findings_cite_the_evidence_of_the_configuration(agreed: Network) -> None:
    agreed.running["hz-sw1"] = TEXTS["trunk"]
    _, record = agreed.round("-l", "hz-sw1")
    findings = [f for o in record.outcomes for f in o.findings if f.check == "config.drift"]
    cited = {ref.id: ref for ref in record.evidence if ref.id in findings[0].evidence_ids}
    assert [ref.text for ref in cited.values()] == [
        "display current-configuration",
        "display saved-configuration",
    ]
    assert {ref.custody for ref in cited.values()} == {"sealed"}


def test_without_a_key_only_the_redacted_text_is_kept(network: Network) -> None:
    settings = network.root / "xunjian.yml"
    lines = settings.read_text("utf-8").splitlines(keepends=True)
    settings.write_text("".join(x for x in lines if not x.startswith("recipient")), "utf-8")
    _, record = network.round("-l", "hz-sw1")
    kept = [ref for ref in record.evidence if ref.text.startswith("display")]
    assert {ref.custody for ref in kept} == {"redacted"}
    assert not (network.root / ".xunjian" / "vault").exists()


def test_a_round_seals_the_bytes_that_a_baseline_can_be_made_anew_from(network: Network) -> None:
    network.round("-l", "hz-sw1")
    folder = network.root / ".xunjian" / "vault" / "_" / "hz-sw1"
    assert {path.name.partition("-")[0] for path in folder.iterdir()} == {
        *("running", "startup"),
        *("running.of", "startup.of"),
    }
    content = Content(network.root, None)
    shelf = open_shelf(content)
    device = content.inventory.devices["hz-sw1"]
    text = shelf.read(BACKUP, device)
    assert text is not None
    raw = shelf.vault.raw_of(named(device), text.lines)
    assert raw is not None
    assert raw.decode() == BASE
    pointer = next(folder.glob("running.of-*"))
    before = pointer.stat().st_mtime_ns
    network.round("-l", "hz-sw1")
    assert pointer.stat().st_mtime_ns == before


def test_a_round_over_the_same_bytes_redacts_nothing(
    agreed: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreed.round()
    monkeypatch.setattr(remembered, "redact", lambda *_: pytest.fail("redacted again"))
    said, record = agreed.round()
    assert said.code == 0, said
    assert set(verdicts(record, "config.drift").values()) == {"normal"}
    assert [diff.not_compared for diff in record.changes] == [""] * 3


def test_an_approved_change_is_normal(agreed: Network) -> None:
    agreed.running["hz-sw1"] = agreed.startup["hz-sw1"] = TEXTS["trunk"]
    _, record = agreed.round("-l", "hz-sw1")
    change = record.changes[0].changes[0].id
    words = (change, "-l", "hz-sw1", "--scope", "accept-until", "--until", "2099-01-01")
    said = agreed("baseline", "approve", *words, "--reason", "planned work")
    assert said.code == 0, said
    said, record = agreed.round("-l", "hz-sw1")
    assert said.code == 0, said
    assert verdicts(record, "config.drift") == {"hz-sw1": "normal"}
    assert record.changes[0].changes[0].approval.state == "approved"


@pytest.mark.parametrize("text", ["cut", "error", "suspect", "empty"])
def test_what_may_not_be_believed_is_unknown_and_never_kept(agreed: Network, text: str) -> None:
    before = agreed.git("rev-parse", "HEAD")
    agreed.running["hz-sw1"] = TEXTS[text]
    said, record = agreed.round("-l", "hz-sw1")
    assert said.code == 3, said
    assert verdicts(record, "config.trust") == {"hz-sw1": "unknown"}
    assert verdicts(record, "config.drift") == {"hz-sw1": "unknown"}
    assert record.changes[0].not_compared == "untrusted"
    assert agreed.git("rev-parse", "HEAD") == before
    assert agreed.git("status", "--porcelain") == ""


def test_what_is_not_saved_is_a_warning(agreed: Network) -> None:
    agreed.running["hz-sw1"] = TEXTS["label"]
    _, record = agreed.round("-l", "hz-sw1")
    assert verdicts(record, "config.startup") == {"hz-sw1": "warning"}


def test_edited_while_it_was_read_is_doubted(network: Network) -> None:
    network.stamps = [STAMP.format("10:00:00"), STAMP.format("10:00:07")]
    said, record = network.round("-l", "hz-rt1")
    assert said.code == 3, said
    assert verdicts(record, "config.trust") == {"hz-rt1": "unknown"}
    assert not (network.root / "inventory/baselines/backup/_/hz-rt1").exists()


def test_a_startup_that_is_the_running_one_is_doubted(network: Network) -> None:
    network.startup["hz-rt1"] = IOS_RUNNING
    _, record = network.round("-l", "hz-rt1")
    assert verdicts(record, "config.startup") == {"hz-rt1": "unknown"}
    assert verdicts(record, "config.trust") == {"hz-rt1": "normal"}
    kept = network.root / "inventory/baselines/backup/_/hz-rt1"
    assert sorted(path.name for path in kept.iterdir()) == ["meta.yml", "running.cfg"]


def test_a_device_that_falls_silent_has_its_reason(network: Network) -> None:
    network.failing["hz-sw1"] = "hang"
    said, record = network.round("-l", "hz-sw1,hz-sw2")
    assert said.code in {1, 3}
    outcome = next(o for o in record.outcomes if (o.device, o.task) == ("hz-sw1", "config"))
    assert (outcome.reached, outcome.reason) == (False, "hang")
    assert [diff.device for diff in record.changes] == ["hz-sw2"]


def test_one_commit_a_round_and_an_interrupted_one_leaves_git_clean(network: Network) -> None:
    network.interrupts = "hz-sw2"
    said, record = network.round("-l", "hz-sw1,hz-sw2,hz-rt1")
    assert said.code == 130, said
    assert network.git("status", "--porcelain") == ""
    assert network.git("log", "--format=%s").splitlines() == [f"backup of round {record.run_id}"]
    assert network("run", "--resume", record.run_id).code == 0
    assert network.git("status", "--porcelain") == ""
    kept = network.root / "inventory/baselines/backup/_"
    assert sorted(path.name for path in kept.iterdir()) == ["hz-rt1", "hz-sw1", "hz-sw2"]


@pytest.mark.parametrize(
    ("given", "checks", "kept"),
    [
        ("{backup: true}", ["config.trust"], True),
        ("{diff: startup}", ["config.startup", "config.trust"], False),
        ("{diff: last}", ["config.drift", "config.startup", "config.trust"], False),
    ],
)
def test_what_the_playbook_says(
    network: Network, given: str, checks: list[str], *, kept: bool
) -> None:
    network.playbook(given)
    said, record = network.round("-l", "hz-sw1")
    assert said.code == 0, said
    found = {f.check for o in record.outcomes for f in o.findings if f.task == "config"}
    assert sorted(found) == checks
    assert (network.root / "inventory/baselines/backup").exists() is kept


def test_the_last_reading_is_what_is_compared_with(network: Network) -> None:
    network.playbook("{backup: true, diff: last}")
    assert network.round("-l", "hz-sw1")[0].code == 0
    network.running["hz-sw1"] = network.startup["hz-sw1"] = TEXTS["trunk"]
    _, record = network.round("-l", "hz-sw1")
    assert verdicts(record, "config.drift") == {"hz-sw1": "abnormal"}
    _, record = network.round("-l", "hz-sw1")
    assert verdicts(record, "config.drift") == {"hz-sw1": "normal"}


def test_a_replay_keeps_what_was_said_of_configurations(agreed: Network) -> None:
    agreed.running["hz-sw1"] = TEXTS["trunk"]
    _, record = agreed.round("-l", "hz-sw1")
    agreed.running["hz-sw1"] = BASE
    out = agreed.root / "again"
    said = agreed("replay", record.run_id, "-o", str(out))
    assert said.code == 1, said
    again = json.loads((out / "report.json").read_text("utf-8"))
    assert [change["id"] for change in again["changes"]] == [record.changes[0].changes[0].id]
    drift = [f["verdict"] for f in again["findings"] if f["check"] == "config.drift"]
    assert drift == ["abnormal"]


def test_verify_sees_an_altered_change(agreed: Network) -> None:
    import sqlite3

    agreed.running["hz-sw1"] = TEXTS["trunk"]
    agreed.round("-l", "hz-sw1")
    assert agreed("verify").code == 0
    with sqlite3.connect(agreed.root / ".xunjian" / "store.sqlite") as connection:
        connection.execute("UPDATE config_changes SET body = replace(body, 'high', 'info')")
    connection.close()
    assert agreed("verify").code == 1


def test_tags_leave_configurations_out_unless_they_are_named(network: Network) -> None:
    _, record = network.round("-l", "hz-sw1", "-t", "config")
    assert [(o.task, o.reached) for o in record.outcomes] == [("config", True)]


def test_list_and_explain_know_the_checks(network: Network) -> None:
    listed = {row["id"] for row in network("list", "checks", "--format", "json").json["checks"]}
    assert {"config.drift", "config.startup", "config.trust"} <= listed
    for name in ("config", "config.drift"):
        said = network("explain", name)
        assert said.code == 0
        assert "display current-configuration" in said.out
        assert "config.drift" in said.out


def test_killed_between_the_commit_and_the_store_nothing_is_lost_or_agreed(
    agreed: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`kill -9` when the backups are in git and the round is not closed: the next round goes on."""
    agreed.running["hz-sw1"] = agreed.startup["hz-sw1"] = TEXTS["trunk"]
    baseline = agreed.root / "inventory/baselines/baseline/_/hz-sw1/running.cfg"
    before = baseline.read_bytes()
    child = os.fork()
    if child == 0:
        with monkeypatch.context() as patch:
            patch.setattr(Store, "finish_run", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
            try:
                agreed.round()
            finally:
                os._exit(9)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert agreed.git("log", "-1", "--format=%s").startswith("backup of round")
    assert agreed.record().state.value == "killed"
    committed = agreed.git("rev-parse", "HEAD")
    said, record = agreed.round()
    assert said.code == 1, said
    assert verdicts(record, "config.drift")["hz-sw1"] == "abnormal"
    assert agreed.git("rev-parse", "HEAD") == committed  # the same backup again is no commit
    assert baseline.read_bytes() == before
    assert agreed.git("status", "--porcelain") == ""


def test_no_secret_in_any_report_of_a_drift_nor_on_the_portal(agreed: Network) -> None:
    """What is written is searched with all else that lies in the workspace, when the test ends."""
    agreed.running["hz-sw1"] = TEXTS["trunk"].replace(CANARIES["community"], "OtherWord9")
    agreed.running["hz-sw2"] = TEXTS["suspect"]
    said, _ = agreed.round()
    assert said.code in {1, 3}
    reports = agreed.root / "reports"
    for form in ("html", "md", "xlsx", "docx", "junit"):
        done = agreed("report", "run", "latest", "--format", form)
        assert done.code in {0, 1, 3}, done
    assert agreed("report", "index").code == 0
    written = [path for path in reports.rglob("*") if path.is_file()]
    assert "index.html" in {path.name for path in written}
    assert {".html", ".md", ".xlsx", ".docx"} <= {path.suffix for path in written}
    for path in written:
        raw = path.read_bytes()
        if path.suffix in {".docx", ".xlsx"}:
            with zipfile.ZipFile(path) as parts:
                raw = b"".join(parts.read(name) for name in parts.namelist())
        assert [n for n, value in CANARIES.items() if value.encode() in raw] == [], path
