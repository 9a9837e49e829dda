"""A part of a host that is there and could not be read is said, never shown as removed."""

from datetime import UTC, datetime
from pathlib import Path

from tests.fixtures.command_line import call
from xunjian.config.baselines import BACKUP, BASELINE, RUNNING
from xunjian.config.model import TrustState
from xunjian.inventory.model import Device
from xunjian.run.configurations import Fetched, Visit, fetch
from xunjian.run.content import Content
from xunjian.run.drift import compare_running
from xunjian.run.shelf import Shelf, keep, named, open_shelf
from xunjian.transport.model import Evidence, Request

ANSWERS = {
    "nft list ruleset": "table inet filter {\n\tchain input {\n\t\ttcp dport 22 accept\n\t}\n}\n",
    "sysctl -a": "net.ipv4.ip_forward = 0\n",
    "cat /etc/passwd /etc/group": "root:x:0:0:root:/root:/bin/bash\nroot:x:0:\n",
}
DENIED = "Operation not permitted (you must be root)\nnetlink: Error: cache initialization failed"
HOST = Device(name="hz-srv1", kind="server", address="127.0.0.1", platform="linux")


class Session:
    """A host; `denied` lists commands that its account may not run."""

    def __init__(self, *denied: str) -> None:
        self.denied = denied

    def ask(self, request: Request) -> Evidence:
        is_denied = request.text in self.denied
        text = DENIED if is_denied else ANSWERS.get(request.text, "")
        known = is_denied or request.text in ANSWERS
        said = text if known else f"cat: {request.text}: No such file or directory"
        return Evidence(
            id="hz-srv1#001",
            device="hz-srv1",
            request=request,
            raw=said.encode(),
            text=said,
            decoded_as="utf-8",
            started_at=datetime.now(tz=UTC),
            elapsed_s=0.0,
            complete=True,
            status=0 if known and not is_denied else 1,
            error="",
        )


def read(shelf: Shelf, *denied: str) -> Fetched:
    platform = shelf.content.platforms.get("linux")
    assert platform is not None
    visit = Visit(device=HOST, platform=platform, pack=shelf.pack_of(HOST))
    return fetch(visit, Session(*denied), shelf.memory, startup=False)


def test_a_part_that_is_denied_is_not_gone(tmp_path: Path) -> None:
    assert call("init", tmp_path / "ws").code == 0
    shelf = open_shelf(Content(tmp_path / "ws", None))
    whole = read(shelf)
    assert (whole.unread, keep(shelf, whole)) == ((), "kept")
    assert whole.running is not None
    shelf.baselines.keep(BASELINE, named(HOST), {RUNNING: whole.running}, "initial", "reviewer")

    found = read(shelf, "nft list ruleset")
    diff = compare_running(shelf, found, shelf.read(BASELINE, HOST), "baseline")
    assert found.unread == ("nftables",)
    assert diff.changes == ()
    assert diff.trust.state is TrustState.INCOMPLETE
    assert [reason.zh for reason in diff.trust.reasons] == ["nftables 没有读到，没有比较"]
    assert keep(shelf, found) == "partial"
    kept = shelf.read(BACKUP, HOST)
    assert kept is not None
    assert kept.lines == whole.running.lines


def test_a_part_that_never_could_be_read_is_only_a_note(tmp_path: Path) -> None:
    assert call("init", tmp_path / "ws").code == 0
    shelf = open_shelf(Content(tmp_path / "ws", None))
    first = read(shelf, "nft list ruleset")
    assert keep(shelf, first) == "kept"
    assert first.running is not None
    shelf.baselines.keep(BASELINE, named(HOST), {RUNNING: first.running}, "initial", "reviewer")
    found = read(shelf, "nft list ruleset")
    diff = compare_running(shelf, found, shelf.read(BASELINE, HOST), "baseline")
    assert (diff.changes, diff.trust.state) == ((), TrustState.TRUSTED)
    assert [note.en for note in found.notes] == ["nftables was not read (nft list ruleset)"]
    (change,) = compare_running(shelf, read(shelf), shelf.read(BASELINE, HOST), "baseline").changes
    assert change.kind.value == "added"
