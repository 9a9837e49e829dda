"""Documents tell times in the calendar's zone; JSON keeps what was stored."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.report_samples import a_model
from xunjian.checks.model import Verdict
from xunjian.language import Language
from xunjian.report import ReportModel, render
from xunjian.report.local import in_local_time
from xunjian.report.printed import printed

TEMPLATES = Path(__file__).parents[2] / "templates" / "report"
STARTED = datetime(2026, 9, 28, 17, 30, tzinfo=UTC)  # half past one of the next day in China


def at_night() -> ReportModel:
    model = a_model()
    head = replace(model.head, planned_first=None, planned_last=None)
    return replace(model, started_at=STARTED, ended_at=STARTED, head=head)


def told(form: str, language: Language = Language.ZH) -> str:
    return render(at_night(), form, language, lambda n: (TEMPLATES / n).read_bytes()).decode()


@pytest.mark.parametrize("form", ["md", "html"])
def test_pages_tell_the_time_of_the_calendar_with_its_zone(form: str) -> None:
    text = told(form)
    assert "2026-09-29 01:30 +0800" in text
    assert "2026-09-28 17:30" not in text


def test_json_keeps_what_was_stored() -> None:
    assert json.loads(told("json"))["started_at"] == "2026-09-28T17:30:00+00:00"


@pytest.mark.parametrize(
    ("language", "said", "zone"),
    [(Language.ZH, "临时安排", "（UTC+0800）"), (Language.EN, "ad hoc", "(UTC+0800)")],
)
def test_printed_overview(language: Language, said: str, zone: str) -> None:
    rows = {row[0]: row[1] for row in printed(in_local_time(at_night()), language)["overview"]}
    planned, actual = ("计划时间", "实际时间") if language is Language.ZH else ("Planned", "Actual")
    assert rows[planned] == said
    assert "2026-09-29 01:30:00" in rows[actual]
    assert zone in rows[actual]
    assert said in told("html", language)


def test_sites_and_rooms_have_their_english_names_in_english() -> None:
    model = a_model()
    titles = {s.device.site_title for s in model.sheets} | {
        s.device.room_title for s in model.sheets
    }
    english = replace(model, names={title: f"Place {n}" for n, title in enumerate(sorted(titles))})
    page = render(english, "html", Language.EN, lambda n: (TEMPLATES / n).read_bytes()).decode()
    sites = {sheet.device.site_title for sheet in model.sheets}
    assert not [title for title in sites if f">{title}<" in page]
    assert "Place 0" in page
    chinese = render(english, "html", Language.ZH, lambda n: (TEMPLATES / n).read_bytes()).decode()
    assert "Place 0" not in chinese


def test_every_verdict_survives_the_move() -> None:
    model = at_night()
    moved = in_local_time(model)
    assert moved.totals == model.totals
    assert moved.evidence[0].taken_at == model.evidence[0].taken_at
    assert moved.totals.verdicts[Verdict.NORMAL] == model.totals.verdicts[Verdict.NORMAL]
