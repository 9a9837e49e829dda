"""Our own session layer over the lab's difficult devices."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from xunjian.inventory import load_inventory
from xunjian.lab import LabHandle
from xunjian.platforms import load_platforms
from xunjian.secrets import resolve_secret
from xunjian.transport import Deadline, DeviceSession, open_session
from xunjian.transport.model import Channel, Evidence, Request
from xunjian.workspace import open_workspace


@contextmanager
def _session(lab: LabHandle, name: str) -> Iterator[DeviceSession]:
    workspace = open_workspace(lab.directory)
    device = load_inventory(workspace.inventory_dir).devices[name]
    session = open_session(
        device,
        load_platforms(workspace).get(device.platform or ""),
        known_hosts=workspace.known_hosts,
        resolve=lambda reference: resolve_secret(reference, workspace.root),
        deadline=Deadline(60),
    )
    try:
        yield session
    finally:
        session.close()


def _ask(session: DeviceSession, command: str, timeout_s: float = 10) -> Evidence:
    return session.ask(Request(channel=Channel.CLI, text=command, timeout_s=timeout_s))


def _seen(session: DeviceSession) -> dict[str, object]:
    seen: dict[str, object] = json.loads(
        session.ask(Request(channel=Channel.SESSION, text="SESSION")).text
    )
    return seen


@pytest.mark.parametrize(
    "name",
    [
        "hz-acc-sw1",
        "hz-acc-sw2",
        "hz-acc-sw3",
        "hz-acc-sw4",
        "hz-core-sw1",
        "hz-core-sw2",
        "hz-fw1",
    ],
)
def test_what_must_be_borne_is_borne(faulty_lab: LabHandle, name: str) -> None:
    before = len(faulty_lab.transcript(name))
    with _session(faulty_lab, name) as session:
        first, second = _ask(session, "display interface"), _ask(session, "display version")
        assert (first.complete, second.complete, session.reason) == (True, True, "")
        assert first.text.count("current state : UP") == 30
        assert first.text.count("Description:to 杭州") == 30
        assert "More" not in first.text
        assert "XJLAB" in second.text
    assert "CHANGED" not in faulty_lab.transcript(name)[before:]


def test_names_in_gbk_are_read_and_said_to_be(faulty_lab: LabHandle) -> None:
    with _session(faulty_lab, "hz-acc-sw1") as session:
        answer = _ask(session, "display version")
        assert "杭州-接入-01 uptime" in answer.text
        assert answer.decoded_as == "gb18030"


def test_questions_at_login_are_never_agreed_to(faulty_lab: LabHandle) -> None:
    before = len(faulty_lab.transcript("hz-acc-sw2"))
    with _session(faulty_lab, "hz-acc-sw2") as session:
        _ask(session, "display version")
        assert _seen(session)["notes"]
    said = faulty_lab.transcript("hz-acc-sw2")[before:].lower()
    assert said.count("answer n") == 2
    assert "answer y" not in said


def test_a_hang_ends_the_session_and_keeps_what_was_read(faulty_lab: LabHandle) -> None:
    with _session(faulty_lab, "hz-acc-sw5") as session:
        assert _ask(session, "display version").complete
        cut = _ask(session, "display interface", timeout_s=1)
        assert (cut.complete, cut.error) == (False, "hang")
        assert _ask(session, "display clock").error == "not_sent"
        assert session.reason == "hang"


@pytest.mark.parametrize(
    ("name", "reason"), [("hz-acc-sw6", "login_refused"), ("hz-acc-sw7", "no_answer")]
)
def test_no_session_has_a_reason(faulty_lab: LabHandle, name: str, reason: str) -> None:
    before = faulty_lab.transcript(name).count("refused")
    with _session(faulty_lab, name) as session:
        assert _ask(session, "display version").error == reason
        assert session.reason == reason
    tried = faulty_lab.transcript(name).count("refused") - before
    assert tried == (1 if reason == "login_refused" else 0)


def test_another_host_key_is_not_talked_to(faulty_lab: LabHandle) -> None:
    known_hosts = faulty_lab.directory / "known_hosts"
    kept = known_hosts.read_text(encoding="utf-8")
    lines = kept.splitlines()
    mine = next(i for i, line in enumerate(lines) if line.startswith("[127.0.20.1]:"))
    other = next(line for line in lines if line.startswith("[127.0.20.2]:"))
    lines[mine] = " ".join([lines[mine].split()[0], *other.split()[1:]])
    known_hosts.write_text("\n".join(lines) + "\n", encoding="utf-8")
    try:
        with _session(faulty_lab, "hz-core-sw1") as session:
            assert _ask(session, "display version").error == "host_key_changed"
    finally:
        known_hosts.write_text(kept, encoding="utf-8")
