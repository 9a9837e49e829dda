"""Whole rounds over the lab, on the shipped answers: clean, and with faults."""

import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from xunjian.checks.model import Verdict
from xunjian.lab import FAULTS, LabHandle, up
from xunjian.lab.score import score_round
from xunjian.run.content import Content
from xunjian.run.execute import execute
from xunjian.run.model import RunRecord
from xunjian.run.round import Wanted, order_round

CANARY = b"XJcanary"  # stands in every secret of the lab's configurations

# A hang costs a whole answer's patience, half a minute: it is the demo's business.
QUICK = [name for name in FAULTS if name != "device-hangs"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabHandle]:
    handle = up(tmp_path_factory.mktemp("lab") / "ws", detach=False)
    yield handle
    handle.down()


def _round(lab: LabHandle, limit: str | None = None) -> RunRecord:
    content = Content(lab.directory, options={"per_site": 12})
    try:
        return execute(
            order_round(content, Wanted(playbook="pre_holiday", limit=limit)), content.store
        )
    finally:
        content.store.close()


def _counts(record: RunRecord) -> dict[Verdict, int]:
    findings = [finding for outcome in record.outcomes for finding in outcome.findings]
    return {verdict: sum(f.verdict is verdict for f in findings) for verdict in Verdict}


def test_without_faults_a_round_is_clean_and_has_a_past(lab: LabHandle) -> None:
    record = _round(lab)
    said = _counts(record)
    found = {Verdict.WARNING, Verdict.ABNORMAL, Verdict.UNKNOWN}
    assert not [f for o in record.outcomes for f in o.findings if f.verdict in found]
    assert record.exit_code == 0
    assert said[Verdict.NORMAL] > 500
    blank = [f for o in record.outcomes for f in o.findings if f.verdict is Verdict.NOT_CHECKED]
    asked = {f.task for f in blank}
    marks = {card.mark for card in Content(lab.directory).catalog.tasks if card.name in asked}
    assert marks <= {"M", "H"}  # what stands on a form waits for it, nothing else is unseen
    unreached = {outcome.reason for outcome in record.outcomes if not outcome.reached}
    assert unreached <= {"awaiting_form"}
    assert record.planned == len(record.outcomes) + len(record.left_out)
    content = Content(lab.directory)
    past = content.store.record((lab.directory / ".lab/history").read_text(encoding="utf-8"))
    content.store.close()
    assert past.exit_code == 0
    assert past.ended_at is not None
    between = record.started_at - past.started_at
    assert timedelta(hours=23) < between < timedelta(hours=25)
    assert past.ended_at - past.started_at < timedelta(minutes=5)


def test_a_clean_round_agrees_with_the_baselines_and_keeps_no_secret(lab: LabHandle) -> None:
    lab.plant()
    record = _round(lab)
    said = {f.check: f.verdict for o in record.outcomes for f in o.findings if f.task == "config"}
    assert said == dict.fromkeys(("config.trust", "config.drift", "config.startup"), Verdict.NORMAL)
    assert len(record.changes) == 17
    assert sum(len(diff.changes) for diff in record.changes) == 0
    folder = lab.directory / "inventory" / "baselines"
    log = subprocess.run(
        ["git", "log", "-p", "--format=%an %s"], cwd=folder, capture_output=True, check=True
    )
    assert log.stdout.startswith(b"lab baseline: initial\n")
    content = Content(lab.directory)
    kept = [content.store.evidence_bytes(ref.sha256) for ref in record.evidence]
    for name in {ref.device for ref in record.evidence}:
        kept += [e.text.encode() for e in content.store.evidence(record.run_id, name)]
    content.store.close()
    files = [path.read_bytes() for path in lab.directory.rglob("*") if path.is_file()]
    assert [text[:80] for text in (log.stdout, *kept, *files) if CANARY in text] == []


def test_yesterdays_questions_do_not_stand_in_todays_transcripts(lab: LabHandle) -> None:
    lab.plant()
    assert lab.transcript("hz-core-sw1") == ""
    _round(lab, "hz-core-sw1")
    assert lab.transcript("hz-core-sw1").count("command display version\n") == 1


def test_two_faults_give_exactly_their_findings(lab: LabHandle) -> None:
    planted = lab.plant("fan-failed", "ups-on-battery")
    record = _round(planted)
    score = score_round(record, planted.planted)
    assert record.exit_code == 1
    assert (score.found, score.false_alarms) == (2, ())
    assert _counts(record)[Verdict.ABNORMAL] == 2


def test_every_fault_is_found_and_none_is_false(lab: LabHandle) -> None:
    planted = lab.plant(*QUICK)
    began = time.monotonic()
    score = score_round(_round(planted), planted.planted)
    assert [s.fault.name for s in score.planted if not s.found] == []
    assert score.false_alarms == ()
    assert score.passed
    assert time.monotonic() - began < 120
    for device in planted.devices:
        assert "CHANGED" not in planted.transcript(device.name)
        assert "command save" not in planted.transcript(device.name)


def test_a_lab_with_more_devices_spreads_them_over_sites(tmp_path: Path) -> None:
    handle = up(tmp_path / "ws", devices=45, detach=False, history=False)
    try:
        content = Content(handle.directory)
        more = [d for d in content.inventory.devices.values() if d.name.startswith("hz-more")]
        assert len(more) == 45
        assert len({d.site.name for d in more if d.site}) == 3
        assert {d.room.room_class.value for d in more if d.room} == {"core"}
        assert all("仿真" in d.label for d in content.inventory.devices.values())
    finally:
        handle.down()
