"""The portal lists what stands in the folder, whatever an index file claims."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.page_sample import NOW, model
from tests.unit.test_report_page import CJK, read
from xunjian.language import Language, Text
from xunjian.report.portal import Entry, as_portal, entry_of, index_of, read_entries, with_runs
from xunjian.run.model import RunState
from xunjian.store.model import RunSummary

TEMPLATES = Path(__file__).parents[2] / "templates" / "report"


def page(entries: tuple[Entry, ...], language: Language = Language.ZH) -> str:
    text = lambda name: (TEMPLATES / name).read_text("utf-8")  # noqa: E731
    return as_portal(entries, language, text, NOW).decode()


def folder(reports: Path, name: str, *files: str, index: Entry | None = None) -> Path:
    made = reports / name
    made.mkdir(parents=True)
    for file in files:
        (made / file).write_bytes(b"x" * 2000)
    if index:
        (made / "index.json").write_bytes(index_of(index))
    return made


def test_a_run_s_index_is_read_back_with_its_figures(tmp_path: Path) -> None:
    one = model()
    folder(tmp_path, one.run_id, "report.html", "report.pdf", "junit.xml", index=entry_of(one))
    (entry,) = read_entries(tmp_path)
    wanted = entry_of(one)
    assert replace(entry, folder="", files=()) == replace(
        wanted, at=wanted.at.astimezone() if wanted.at else None
    )
    assert [(f.form, f.path) for f in entry.files] == [
        ("HTML", f"{one.run_id}/report.html"),
        ("PDF", f"{one.run_id}/report.pdf"),
        ("JUnit", f"{one.run_id}/junit.xml"),
    ]
    assert (
        entry.figures["abnormal"] == one.totals.verdicts[next(iter(one.problems)).finding.verdict]
    )


def test_periodic_documents_and_folders_without_an_index_are_listed_newest_first(
    tmp_path: Path,
) -> None:
    month = Entry(
        id="fault-summary-2026-10",
        kind="fault-summary",
        title=Text("2026年10月故障汇总", "Faults of October 2026"),
        period="2026-10",
        at=NOW + timedelta(days=40),
    )
    folder(tmp_path, "periodic/fault-summary/2026-10", "fault-summary.docx", index=month)
    folder(tmp_path, "run", "report.html", index=entry_of(model()))
    bare = folder(tmp_path, "old", "report.pdf")
    report = {"run_id": "r0", "started_at": "2025-01-01T00:00:00+00:00", "totals": {"abnormal": 3}}
    (bare / "report.json").write_text(json.dumps(report))
    found = read_entries(tmp_path)
    assert [entry.kind for entry in found] == ["fault-summary", "run", "run"]
    assert found[2].id == "r0"
    assert found[2].figures == {"abnormal": 3}
    html = page(found)
    assert 'href="periodic/fault-summary/2026-10/fault-summary.docx"' in html
    assert "2026年10月故障汇总" in html


@pytest.mark.parametrize(
    "index",
    [
        "",
        "[]",
        "{",
        '{"figures": 3, "at": 7, "title": [], "intact": "x"}',
        '{"figures": {"abnormal": -1, "x": 2}, "version": "two", "at": "never"}',
        "[" * 100_000,
    ],
)
def test_a_broken_index_never_breaks_the_portal(tmp_path: Path, index: str) -> None:
    made = folder(tmp_path, "run", "report.html")
    (made / "index.json").write_text(index)
    assert 'href="run/report.html"' in page(read_entries(tmp_path))


def test_hostile_names_are_only_names(tmp_path: Path) -> None:
    folder(tmp_path, "javascript:alert(1)", "report.html")
    evil = Entry(
        id='"><script>alert(1)</script>', title=Text("\u202eevil<b>"), playbook='x" onload="1'
    )
    folder(tmp_path, "evil", "a b#.html", index=evil)
    (tmp_path / "outside").symlink_to("/etc")
    html = page(read_entries(tmp_path))
    assert html.count("<script>") == 1
    assert 'href="javascript%3Aalert%281%29/report.html"' in html
    assert 'href="evil/a%20b%23.html"' in html
    assert "⟨U+202E⟩evil&lt;b&gt;" in html
    assert "outside" not in html


def test_runs_without_documents_stand_there_too(tmp_path: Path) -> None:
    folder(tmp_path, "run", "report.html", index=entry_of(model()))
    stored = [
        RunSummary(
            run_id=run_id,
            number=f"XJ-{run_id}",
            playbook="daily",
            started_at=datetime(2026, 9, day, tzinfo=UTC),
            ended_at=None,
            state=state,
            planned=9,
            outcomes=4,
            exit_code=None,
        )
        for run_id, day, state in (
            (model().run_id, 28, RunState.AWAITING_MANUAL),
            ("killed-1", 29, RunState.KILLED),
        )
    ]
    asked: list[str] = []

    def count(ids: Sequence[str]) -> dict[str, dict[str, int]]:
        asked.extend(ids)
        return {"killed-1": {"abnormal": 5}}

    found = with_runs(read_entries(tmp_path), stored, count)
    assert [(e.id, e.state) for e in found] == [
        ("killed-1", "killed"),
        (model().run_id, "awaiting_manual"),
    ]
    assert asked == ["killed-1"]
    assert found[0].figures == {"planned": 9, "outcomes": 4, "abnormal": 5}
    assert "异常终止" in page(found)


def test_an_empty_workspace_has_a_page_too(tmp_path: Path) -> None:
    html = page(read_entries(tmp_path / "absent"))
    assert "还没有任何一轮" in html
    assert "default-src 'none'" in html


def test_the_english_portal_is_english(tmp_path: Path) -> None:
    for number in range(3):
        entry = replace(entry_of(model(is_latin=True)), id=f"r{number}", playbook=f"p{number}")
        folder(tmp_path, f"r{number}", "report.html", index=entry)
    html = page(read_entries(tmp_path), Language.EN)
    words = read(html).words
    assert "r2" in " ".join(words)
    assert [word for word in words if CJK.search(word)] == []
    assert not re.search(r"\s(?:style|on[a-z]+)=", html)


def test_every_time_on_the_portal_is_of_the_calendar_s_zone() -> None:
    at = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)
    read = lambda name: (TEMPLATES / name).read_text("utf-8")  # noqa: E731
    one = Entry(id="r", playbook="daily", occasion="routine", at=at)
    page = as_portal((one,), Language.ZH, read, at).decode()
    assert page.count("2026-11-23 04:30 +0800") == 2
    assert "20:30" not in page.replace(at.isoformat(), "")
