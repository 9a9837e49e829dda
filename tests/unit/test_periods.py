"""Periods as they are written, faults over time, versions, and documents of an empty store."""

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from tests.run_samples import finding
from xunjian.checks.model import Verdict
from xunjian.errors import UsageError
from xunjian.language import Language, Text
from xunjian.report.periodic.build import build_period
from xunjian.report.periodic.control import next_version
from xunjian.report.periodic.fault_parts import often
from xunjian.report.periodic.faults import Fault, faults_of
from xunjian.report.periodic.gathered import Gathered
from xunjian.report.periodic.kinds import document_kinds
from xunjian.report.periodic.laid import duration
from xunjian.report.periodic.model import PeriodModel
from xunjian.report.periodic.period import PeriodKind, parse_period, period_of
from xunjian.report.periodic.render import FORMS, render_period
from xunjian.report.wording import Wording
from xunjian.store.span_model import Sighting, Span, Visit

TEMPLATES = Path(__file__).parents[2] / "templates" / "report"
AT = datetime(2026, 10, 5, 8, tzinfo=UTC)
GOOD, BAD, WARNED = Verdict.NORMAL, Verdict.ABNORMAL, Verdict.WARNING


@pytest.mark.parametrize(
    ("text", "name", "first", "last"),
    [
        ("2026", "2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026H1", "2026H1", date(2026, 1, 1), date(2026, 6, 30)),
        ("2026h2", "2026H2", date(2026, 7, 1), date(2026, 12, 31)),
        ("2026Q4", "2026Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026-q1", "2026Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-10", "2026-10", date(2026, 10, 1), date(2026, 10, 31)),
        ("2024-2", "2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-W40", "2026-W40", date(2026, 9, 28), date(2026, 10, 4)),
        ("2026-W53", "2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
        ("2026-10-07", "2026-10-07", date(2026, 10, 7), date(2026, 10, 7)),
    ],
)
def test_a_period_is_read(text: str, name: str, first: date, last: date) -> None:
    period = parse_period(text)
    assert (period.name, period.first, period.last) == (name, first, last)
    assert parse_period(period.name) == period
    assert period.before.last == first - timedelta(days=1)
    assert period.start.utcoffset() == timedelta(hours=8)
    assert period.end - period.start == timedelta(days=(last - first).days + 1)


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026Q5", "2026H3", "2026-W54", "2026-02-30", "0026", "last month"]
)
def test_what_is_no_period_is_said_with_what_is(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_period(text, (PeriodKind.MONTH, PeriodKind.QUARTER))
    assert "2026-10" in caught.value.hint.zh
    assert "2026Q4" in caught.value.hint.en


def test_a_period_of_another_kind_is_refused() -> None:
    with pytest.raises(UsageError, match="2026Q4"):
        parse_period("2026Q4", (PeriodKind.MONTH,))


def sighting(*verdicts: Verdict, gone: int | None = None) -> Sighting:
    days = enumerate(verdicts)
    return Sighting(
        finding=replace(finding("sw1", BAD), message=Text("坏", "bad")),
        seen=tuple((AT + timedelta(days=day), f"r{day}", verdict) for day, verdict in days),
        gone_at=None if gone is None else AT + timedelta(days=gone),
    )


@pytest.mark.parametrize(
    ("seen", "spells"),
    [
        (sighting(GOOD, BAD, BAD, GOOD), [(1, 2, 3, True)]),
        (sighting(BAD, GOOD, BAD), [(0, 0, 1, True), (2, 2, None, True)]),
        (sighting(WARNED, BAD, WARNED, GOOD), [(0, 2, 3, True)]),
        (sighting(WARNED, GOOD), [(0, 0, 1, False)]),
        (sighting(BAD, Verdict.WAIVED, gone=3), [(0, 0, 1, True)]),
        (sighting(BAD, BAD, gone=4), [(0, 1, 4, True)]),
    ],
)
def test_spells_of_a_finding_are_faults(
    seen: Sighting, spells: list[tuple[int, int, int | None, bool]]
) -> None:
    found = faults_of([seen])
    told = [
        (
            (one.first_at - AT).days,
            (one.last_at - AT).days,
            (one.resolved_at - AT).days if one.resolved_at else None,
            one.is_fault,
        )
        for one in found
    ]
    assert told == spells


def test_three_faults_of_a_device_in_a_month_are_told() -> None:
    found = faults_of([sighting(BAD, GOOD, BAD, GOOD, BAD, GOOD)])
    assert often(found) == {("sw1", "2026-10"): 3}
    assert often(found[:2]) == {}


def test_a_fault_lasts_until_it_was_found_in_order_or_until_the_data_end() -> None:
    closed, still = faults_of([sighting(BAD, GOOD, BAD)])
    assert closed.lasted(AT + timedelta(days=9)) == timedelta(days=1)
    assert still.lasted(AT + timedelta(days=9)) == timedelta(days=7)


@pytest.mark.parametrize(
    ("span", "zh", "en"),
    [
        (timedelta(days=2, hours=3, minutes=20), "2 天 3 小时", "2 d 3 h"),
        (timedelta(hours=5, minutes=7), "5 小时 7 分", "5 h 7 min"),
        (timedelta(seconds=90), "2 分钟", "2 min"),
    ],
)
def test_durations_are_printed(span: timedelta, zh: str, en: str) -> None:
    assert duration(span, Wording(Language.ZH)) == zh
    assert duration(span, Wording(Language.EN)) == en


def empty(kind: str) -> PeriodModel:
    shape = document_kinds()[kind]
    period = period_of(shape.periods[0], date(2026, 10, 7))
    return build_period(
        shape,
        Gathered(
            period=period, as_of=period.end, span=Span(start=period.start, end=period.end)
        ),
    )  # fmt: skip


def read(name: str) -> bytes:
    return (TEMPLATES / name).read_bytes()


@pytest.mark.parametrize("kind", list(document_kinds()))
@pytest.mark.parametrize("form", [form for form in FORMS if form != "pdf"])
def test_nothing_in_the_store_is_said_and_every_form_opens(kind: str, form: str) -> None:
    model = empty(kind)
    document = render_period(model, form, Language.ZH, read)
    if form == "docx":
        told = "\n".join(p.text for p in Document(io.BytesIO(document)).paragraphs)
    elif form == "xlsx":
        told = str([*load_workbook(io.BytesIO(document)).worksheets[0].values])
    else:
        told = document.decode()
    assert model.head.title.zh in told
    if kind != "sheets":
        assert "本期无巡检记录" in told


def test_device_texts_are_harmless_in_every_form() -> None:
    evil = "=cmd|'/c' <script>alert(1)</script> \x07\u202e`{{7*7}}` #panic() | **x**"
    model = empty("fault-summary")
    fault = Fault(
        finding=replace(finding("sw1", BAD), subject=evil, message=Text(evil, evil)),
        first_at=AT, last_at=AT, resolved_at=None, rounds=1, is_fault=True,
    )  # fmt: skip
    shape = document_kinds()["fault-summary"]
    visit = Visit(
        run_id="r", device="sw1", reached=True, reason="", is_judged=True, is_intact=False
    )
    span = Span(start=model.period.start, end=model.period.end, visits=(visit,))
    gathered = Gathered(period=model.period, as_of=model.period.end, span=span, faults=(fault,))
    hostile = build_period(shape, gathered)
    for form in FORMS:
        document = render_period(hostile, form, Language.ZH, read)
        if form in {"html", "md"}:
            assert b"<script>alert" not in document
            assert "\u202e" not in document.decode()
        if form == "md":
            assert b"49" not in document
            assert b"\\*\\*x\\*\\*" in document
        if form == "xlsx":
            cells = [
                cell
                for sheet in load_workbook(io.BytesIO(document)).worksheets
                for row in sheet.iter_rows()
                for cell in row
            ]
            assert all(cell.data_type != "f" for cell in cells)
        if form == "json":
            assert json.loads(document)["figures"]["faults"] == 1


def test_the_next_version_says_what_moved() -> None:
    model = empty("fault-summary")
    first = next_version(model, (), AT)
    assert first is not None
    assert (first.version, next_version(model, (first,), AT)) == (1, None)
    more = replace(model, figures={**model.figures, "faults": 2})
    second = next_version(more, (first,), AT)
    assert second is not None
    assert (second.version, second.what) == (2, Text("新增故障 0→2", "new faults 0→2"))
