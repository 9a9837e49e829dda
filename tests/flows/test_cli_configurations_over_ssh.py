"""Configurations fetched over SSH from terminals that speak as Junos, ASA, RGOS and StoneOS do.

The whole way: inventory, login, setup, the pack's own commands, redaction, git, comparison, a round.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.content.corpus import CORPUS, junos_answers
from tests.fixtures.command_line import Said, call
from tests.fixtures.configuration_terminals import CANARIES, GBK, KINDS, VRP, Kind
from tests.fixtures.terminal_server import Behaviour, TerminalServer
from xunjian.config.pack import load_packs
from xunjian.run.content import Content
from xunjian.secrets import decrypt_with
from xunjian.workspace import open_workspace

PASSWORD, ENABLE = "Canary-login-4711", "Canary-enable-4712"
CAPTURED = replace(
    KINDS[0], prompt=b"oxidized> ", before_prompt=b"", text="", old="location", others={}
)
HOST = """\
hz-1:
  hostname: 127.0.0.1
  port: {port}
  platform: {platform}
  username: roundrunner
  password: {{env: HZ_PASSWORD}}
  data: {{kind: {kind}}}
  connection_options: {options}
"""
PLAYBOOK = """\
title: configurations
tasks: [reachability, identity]
config: {backup: true, diff: baseline}
report: {formats: [json]}
"""


@dataclass
class Box:
    """One device behind SSH, and a workspace that knows it."""

    kind: Kind
    root: Path
    behaviour: Behaviour
    server: TerminalServer

    def __call__(self, *words: str) -> Said:
        return call(*words, "-w", str(self.root))

    def show(self, text: str, saved: str = "") -> None:
        """Let the device have another configuration from now on."""
        kind = self.kind
        said = {kind.running: text, **kind.others}
        if kind.startup:
            said[kind.startup] = saved or kind.saved
        self.behaviour.answers = {
            **{command: on_wire(answer, kind.encoding) for command, answer in said.items()},
            kind.setup: b"\r\n",
        }

    @property
    def kept(self) -> Path:
        return self.root / "inventory/baselines/backup/_/hz-1/running.cfg"


def on_wire(text: str, encoding: str) -> bytes:
    return b"\r\n" + text.replace("\n", "\r\n").encode(encoding)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.platform)
def box(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Box]:
    """A terminal of each platform; at the end no secret lies in the workspace."""
    kind: Kind = request.param
    root = tmp_path / "ws"
    monkeypatch.setenv("HZ_PASSWORD", PASSWORD)
    monkeypatch.setenv("HZ_ENABLE", ENABLE)
    monkeypatch.setenv("XUNJIAN_ACTOR", "reviewer")
    assert call("init", root).code == 0
    behaviour = Behaviour(
        prompt=kind.prompt,
        before_prompt=kind.before_prompt,
        banner=b"\r\nAuthorized use only\r\n",
        password=PASSWORD,
        enable=ENABLE if kind.enable else "",
        page=12,  # setup was taken and pages come all the same: each is turned
        page_text=kind.page_text,
        page_wipe=b"\r" + b" " * 40 + b"\r",
    )
    with ExitStack() as stack:
        server = stack.enter_context(TerminalServer(behaviour))
        for name in ("groups", "defaults", "sites"):
            (root / "inventory" / f"{name}.yml").write_text("{}\n", "utf-8")
        options = "{cli: {extras: {enable_secret: {env: HZ_ENABLE}}}}" if kind.enable else "{}"
        sort = "switch" if kind.platform in {"juniper_junos", "ruijie"} else "firewall"
        host = HOST.format(port=server.port, platform=kind.platform, kind=sort, options=options)
        (root / "inventory" / "hosts.yml").write_text(host, "utf-8")
        (root / "playbooks" / "conf.yml").write_text(PLAYBOOK, "utf-8")
        server.pin(root / "known_hosts")
        found = Box(kind, root, behaviour, server)
        found.show(kind.text)
        yield found
    secrets = (*CANARIES.values(), PASSWORD, ENABLE)
    files = [path for path in root.rglob("*") if path.is_file()]
    leaked = [str(p) for p in files if any(s.encode() in p.read_bytes() for s in secrets)]
    assert leaked == [], "a secret stands in a file of the workspace"


def test_backup_keeps_what_the_device_showed_and_nothing_of_the_terminal(box: Box) -> None:
    said = box("backup", "-l", "all", "--format", "json")
    assert said.code == 0, said
    assert said.json["backups"][0]["state"] == "kept"
    kept = box.kept.read_text("utf-8")
    assert box.kind.old in kept
    assert "<secret:" in kept
    for trace in ("master:0", "More", "more", "Building", box.kind.prompt.decode().strip()):
        assert trace not in kept
    typed = box.server.typed
    assert box.kind.setup in typed
    assert box.kind.running in typed
    assert (box.kind.startup in typed) == bool(box.kind.startup)
    assert box.kept.with_name("startup.cfg").is_file() == bool(box.kind.startup)


def test_drift_is_seen_accepted_and_gone(box: Box) -> None:
    assert box("baseline", "accept", "--initial", "-l", "hz-1").code == 0
    assert box("diff", "-l", "hz-1").code == 0
    box.show(box.kind.text.replace(box.kind.old, box.kind.new))
    said = box("diff", "-l", "hz-1", "--format", "json")
    assert said.code == 1, said
    kinds = {change["kind"] for change in said.json["changes"]}
    assert kinds <= {"added", "removed", "changed"}
    assert any(box.kind.new in line for change in said.json["changes"] for line in change["new"])
    assert box("baseline", "accept", "-l", "hz-1", "--ticket", "CHG-9").code == 0
    assert box("diff", "-l", "hz-1").code == 0


def test_running_against_startup(box: Box) -> None:
    said = box("diff", "-l", "hz-1", "--against", "startup", "--format", "json")
    if not box.kind.startup:  # Junos has none: what is committed is what it starts with
        assert (said.code, said.json["devices"][0]["not_compared"]) == (3, "no_startup")
        return
    assert (said.code, said.json["changes"]) == (0, []), said
    box.show(box.kind.text.replace(box.kind.old, box.kind.new))
    said = box("diff", "-l", "hz-1", "--against", "startup", "--format", "json")
    assert said.code == 1
    assert said.json["changes"]


def test_half_a_configuration_is_kept_nowhere(box: Box) -> None:
    assert box("baseline", "accept", "--initial", "-l", "hz-1").code == 0
    before, kept = box("baseline", "show", "-l", "hz-1").out, box.kept.read_bytes()
    lines = box.kind.text.splitlines(keepends=True)
    box.show("".join(lines[: len(lines) // 2]))
    assert box("backup", "-l", "hz-1").code == 3
    assert box.kept.read_bytes() == kept
    said = box("diff", "-l", "hz-1", "--format", "json")
    assert (said.code, said.json["changes"]) == (3, [])
    assert box("baseline", "show", "-l", "hz-1").out == before


def test_t03_what_lies_in_the_vault_is_what_the_device_sent(box: Box) -> None:
    assert box("backup", "-l", "hz-1").code == 0
    sealed = [*(box.root / ".xunjian/vault").rglob("running-*.age")]
    raw = decrypt_with(box.root / "keys/age.key", sealed[0].read_bytes()).decode()
    assert len(sealed) == 1
    assert CANARIES["clear"] in raw
    assert raw.strip() == box.kind.text.strip()


def test_t19_characters_lost_on_the_way_become_no_baseline(box: Box) -> None:
    """Two reads that disagree are never told apart from a change: a person sees them, nothing is agreed."""
    assert box("baseline", "accept", "--initial", "-l", "hz-1").code == 0
    box.show(box.kind.text.replace(box.kind.old, box.kind.old[:4] + box.kind.old[5:]))
    assert box("diff", "-l", "hz-1").code == 1
    box.show(box.kind.text)
    assert box("diff", "-l", "hz-1").code == 0


@pytest.mark.parametrize("box", KINDS[:1], indirect=True, ids=["juniper_junos"])
def test_t23_edited_while_it_is_read(box: Box) -> None:
    said = iter(("10:00:00 CST by ops2", "10:00:07 CST by ops3"))
    box.behaviour.commands = {
        "show system commit": lambda _: f"\r\n0   2026-11-20 {next(said)} via cli\r\n".encode()
    }
    done = box("baseline", "accept", "--initial", "-l", "hz-1")
    assert done.code == 3
    assert "修改" in done.err
    assert box("baseline", "show", "-l", "hz-1").code == 3


def test_a_refused_command_is_no_configuration(box: Box) -> None:
    pack = load_packs(open_workspace(None)).get(box.kind.platform)
    every = (*pack.commands.running, *pack.commands.startup, *pack.commands.stamp)
    box.behaviour.answers = {command.send: b"\r\n" + box.kind.unknown for command in every}
    said = box("backup", "-l", "hz-1", "--format", "json")
    assert said.code == 3, said
    assert not box.kept.exists()
    assert "hz-1: 方式不支持" in said.err


def test_another_answer_in_its_place_is_no_configuration(box: Box) -> None:
    """Of a proxy, say, that nobody's patterns know."""
    box.show("Please authenticate\nagain\n", saved="Please authenticate\nagain\n")
    assert box("backup", "-l", "hz-1").code == 3
    assert not box.kept.exists()


def test_a_round_reads_it_and_tells_the_drift(box: Box) -> None:
    assert box("baseline", "accept", "--initial", "-l", "hz-1").code == 0
    box.show(box.kind.text.replace(box.kind.old, box.kind.new))
    said = box("run", "conf", "-o", str(box.root / "out"))
    assert said.code in {1, 3}, said  # identity is not answered by this terminal
    content = Content(box.root)
    try:
        record = content.store.record(content.store.runs()[0].run_id)
    finally:
        content.store.close()
    verdicts = {f.check: f.verdict.value for done in record.outcomes for f in done.findings}
    assert verdicts["reachability.login"] == "normal"
    assert verdicts["config.drift"] in {"warning", "abnormal"}
    assert box.kept.is_file()


@pytest.mark.parametrize("box", [GBK], indirect=True, ids=["gbk"])
def test_a_device_that_writes_gbk_is_kept_in_utf8(box: Box) -> None:
    """Through login, pager, redaction, git and comparison; its saved copy is the same text."""
    assert box("baseline", "accept", "--initial", "-l", "hz-1").code == 0
    assert "description 至机房" in box.kept.read_text("utf-8")
    assert box("diff", "-l", "hz-1", "--against", "startup").code == 0
    box.show(VRP.replace(GBK.old, GBK.new), saved=VRP)
    said = box("diff", "-l", "hz-1", "--format", "json")
    (change,) = said.json["changes"]
    assert (said.code, change["kind"]) == (1, "changed")
    assert GBK.new in change["new"][-1]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus beside the checkout")
@pytest.mark.parametrize("box", [CAPTURED], indirect=True, ids=["captured"])
def test_the_captured_session_of_a_firewall_is_backed_up(box: Box) -> None:
    """A Junos 22.4 nobody here wrote: whole, without its secrets, and equal to itself."""
    box.show(junos_answers()[CAPTURED.running].replace('\\"', '"') + "\n")
    assert box("baseline", "accept", "--initial", "-l", "hz-1").code == 0
    kept = box.kept.read_text("utf-8")
    assert "srx" in kept
    assert "very-secret" not in kept
    assert box("diff", "-l", "hz-1").code == 0
