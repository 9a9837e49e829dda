"""`report index` and `report run`: documents make themselves known, the portal follows."""

from pathlib import Path

import pyrage
import pytest

from tests.fixtures.command_line import call
from tests.run_samples import finding, plan, saved, start
from xunjian.checks.model import Verdict
from xunjian.report import build_report
from xunjian.report.portal import read_entries
from xunjian.report.remembered import remembered
from xunjian.store import open_store
from xunjian.store.store import Store


def closed_round(store: Store, days: int, verdict: Verdict, text: str = "") -> str:
    run_id = store.begin_run(plan("sw1"), start("sw1", days=days))
    store.save_device(run_id, saved("sw1", finding("sw1", verdict), text=text))
    store.finish_run(run_id)
    return run_id


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "rounds"
    assert call("init", folder).code == 0
    return folder


def test_a_run_s_documents_are_on_the_portal_with_working_links(workspace: Path) -> None:
    store = open_store(workspace / ".xunjian")
    bare = closed_round(store, 0, Verdict.NORMAL)
    run_id = closed_round(store, 1, Verdict.ABNORMAL)
    store.close()
    said = call("report", "run", run_id, "-w", workspace, "--format", "html,md")
    assert said.code == 0, said.err
    reports = workspace / "reports"
    (entry,) = read_entries(reports)
    assert (entry.id, entry.kind, entry.figures["abnormal"]) == (run_id, "run", 1)
    assert {f.form for f in entry.files} == {"HTML", "Markdown", "JSON"}
    assert all((reports / f.path).is_file() for f in entry.files)
    html = (reports / "index.html").read_text("utf-8")
    assert f'href="{run_id}/report.html"' in html
    assert bare in html
    assert html.index(run_id) < html.index(bare)


def test_documents_elsewhere_leave_the_portal_alone(workspace: Path, tmp_path: Path) -> None:
    store = open_store(workspace / ".xunjian")
    run_id = closed_round(store, 0, Verdict.NORMAL)
    store.close()
    out = tmp_path / "out"
    assert call("report", "run", run_id, "-w", workspace, "-o", out, "--format", "html").code == 0
    assert not (workspace / "reports" / "index.html").exists()
    assert not (out / "index.json").exists()


def test_the_portal_of_a_new_workspace_says_how_to_begin(workspace: Path) -> None:
    said = call("report", "index", "-w", workspace, "--lang", "en")
    assert said.code == 0, said.err
    assert "index.html" in said.err
    assert "There is no round yet" in (workspace / "reports" / "index.html").read_text("utf-8")


def test_a_page_remembers_and_never_shows_what_is_sealed(tmp_path: Path) -> None:
    key = str(pyrage.x25519.Identity.generate().to_public())
    store = open_store(tmp_path / ".xunjian", recipient=key)
    closed_round(store, 0, Verdict.NORMAL)
    secret = closed_round(store, 1, Verdict.ABNORMAL, "password cipher Held-Back-9\nslot 1: 40%\n")
    plain = closed_round(store, 2, Verdict.ABNORMAL, "slot 1: 99%\n")
    assert store.record(secret).evidence[0].custody == "sealed"
    assert remembered(build_report(store.record(secret)), store).excerpts == {}
    shown = remembered(build_report(store.record(plain)), store)
    assert shown.excerpts == {"sw1#001": "slot 1: 99%\n"}
