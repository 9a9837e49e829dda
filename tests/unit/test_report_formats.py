"""Every document of a run shows the same figures, and nothing a device said becomes markup."""

import io
import json
import re
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.report_samples import a_model as sample
from xunjian.checks.model import Finding, Verdict, finding_id
from xunjian.language import Language, Text
from xunjian.report import FILES, ReportModel, build_report, render
from xunjian.report.pages import measured
from xunjian.report.word_template import build_template
from xunjian.run.model import (
    DeviceResult,
    EvidenceRef,
    LeftOut,
    LeftOutReason,
    Outcome,
    RunRecord,
    RunState,
)
from xunjian.store.model import Comparison, Trend

TEMPLATES = Path(__file__).parents[2] / "templates" / "report"
EVIL = "<script>alert(1)</script> | `x` & \x00\x1b[31m ]]>"
NOW = datetime(2026, 9, 28, 8, 0, tzinfo=UTC)


def read(name: str) -> bytes:
    return (TEMPLATES / name).read_bytes()


def finding(
    device: str, check: str, verdict: Verdict, subject: str = "-", message: str = ""
) -> Finding:
    return Finding(
        id=finding_id(device, check, subject),
        check=check,
        task=check.split(".", maxsplit=1)[0],
        device=device,
        subject=subject,
        verdict=verdict,
        title=Text("风扇状态", "fan state"),
        value="fault" if verdict is Verdict.ABNORMAL else 41.5,
        unit="°C",
        standard=Text("正常运转", "running"),
        level="II" if verdict in (Verdict.ABNORMAL, Verdict.WARNING) else "",
        message=Text(message or "风扇 FAN1 故障", message or "fan FAN1 failed"),
        advice=Text("更换风扇模块", "replace the fan module"),
        evidence_ids=(f"{device}#001",),
    )


def device(name: str, *, reached: bool = True, reason: str = "", label: str = "") -> DeviceResult:
    return DeviceResult(
        name=name,
        label=label or f"设备{name}",
        kind="switch",
        platform="huawei_vrp",
        site="hangzhou",
        room="hz-core",
        reached=reached,
        reason=reason,
        asset={"model": "S5735-L24T4X-A1", "serial": "2102"},
        site_title="杭州市",
        room_title="监控中心机房",
    )


def record() -> RunRecord:
    bad = finding("sw1", "environment.fan", Verdict.ABNORMAL, "0/FAN1", EVIL)
    return RunRecord(
        run_id="20260928T080000-abcd",
        number="XJ-202609-JQ-001",
        playbook="pre_holiday",
        title=Text("节前专项巡检", "Pre-holiday inspection"),
        occasion="pre-holiday",
        state=RunState.FINISHED,
        started_at=NOW,
        ended_at=NOW,
        planned=6,
        outcomes=(
            Outcome(
                device="sw1",
                task="environment",
                reached=True,
                findings=(
                    bad,
                    finding("sw1", "environment.temperature", Verdict.NORMAL, "0/1"),
                    finding("sw1", "environment.power", Verdict.WARNING, "0/PWR1"),
                ),
            ),
            Outcome(
                device="sw1",
                task="clock",
                reached=True,
                findings=(finding("sw1", "clock.offset", Verdict.UNKNOWN),),
            ),
            Outcome(device="sw2", task="environment", reached=False, reason="no_answer"),
            Outcome(device="sw2", task="clock", reached=False, reason="no_answer"),
        ),
        left_out=(
            LeftOut(device="sw1", task="battery", reason=LeftOutReason.NO_CARD),
            LeftOut(device="sw2", task="battery", reason=LeftOutReason.NO_CARD),
        ),
        devices=(device("sw1", label=EVIL), device("sw2", reached=False, reason="no_answer")),
        evidence=(
            EvidenceRef(
                id="sw1#001",
                device="sw1",
                channel="cli",
                text="display fan",
                sha256="ab" * 32,
                size_bytes=321,
                complete=True,
                error="",
                taken_at=NOW,
                elapsed_s=0.2,
            ),
        ),
        root_hash="cd" * 32,
        tool_version="0.1.0",
        exit_code=1,
    )


@pytest.fixture(scope="module")
def model() -> ReportModel:
    run = record()
    bad = run.outcomes[0].findings[0]
    return build_report(
        run,
        Comparison(
            run_id=run.run_id,
            previous_run_id="20260901T080000-0001",
            trends={bad.id: Trend.NEW},
        ),
    )


def word_text(document: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        root = ET.fromstring(archive.read("word/document.xml"))
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    return "\n".join(
        "".join(part.text or "" for part in paragraph.iter(f"{space}t"))
        for paragraph in root.iter(f"{space}p")
    )


def test_planned_is_outcomes_plus_left_out(model: ReportModel) -> None:
    assert model.totals.planned == model.totals.outcomes + model.totals.left_out == 6


def test_problems_stand_worst_first_and_are_numbered(model: ReportModel) -> None:
    assert [row.finding.verdict for row in model.problems] == [
        Verdict.ABNORMAL,
        Verdict.WARNING,
        Verdict.UNKNOWN,
    ]
    assert [row.number for row in model.problems] == [1, 2, 3]
    assert model.problems[0].change is Trend.NEW


def test_a_device_that_was_not_reached_is_never_normal(model: ReportModel) -> None:
    assert model.sheets[1].worst is Verdict.UNKNOWN


@pytest.mark.parametrize("language", list(Language))
def test_every_format_shows_the_same_figures(model: ReportModel, language: Language) -> None:
    documents = {form: render(model, form, language, read) for form in FILES}
    figures = {
        "planned": 6,
        "outcomes": 4,
        "left_out": 2,
        "devices": 2,
        "reached": 1,
        "normal": 1,
        "warning": 1,
        "abnormal": 1,
        "unknown": 1,
        "not_applicable": 0,
        "not_checked": 0,
        "waived": 0,
    }
    assert json.loads(documents["json"])["totals"] == figures
    properties = ET.fromstring(documents["junit"]).find("properties")
    assert properties is not None
    shown = {p.get("name"): p.get("value") for p in properties}
    assert {name: shown[name] for name in figures} == {n: str(v) for n, v in figures.items()}
    row = "| " + " | ".join(str(value) for value in (6, 4, 2, 2, 1, 1, 1, 1, 0, 0, 1, 0)) + " |"
    assert row in documents["md"].decode()
    tiles = re.findall(r"<li[^>]*><b>([^<]+)</b>", documents["html"].decode())
    assert tiles == ["6", "4", "2", "1/2", "1", "1", "1", "1"]
    text = word_text(documents["docx"])
    conclusion = model.conclusion.to(language)
    assert conclusion in text
    assert {
        Language.ZH: "异常 1，待核 1；问题中 II 级 2；",  # levels are not those of "unknown"
        Language.EN: "1 abnormal, 1 unknown; problems by level: II 2;",
    }[language] in conclusion
    for verdict, count in model.totals.verdicts.items():
        assert f"{verdict.word.to(language)} {count}" in text


@pytest.mark.parametrize("form", ["json", "junit", "html", "md", "docx"])
def test_a_problem_has_the_same_id_in_every_format(form: str, model: ReportModel) -> None:
    document = render(model, form, Language.ZH, read)
    told = word_text(document) if form == "docx" else document.decode()
    ids = {row.finding.id for row in model.problems}
    assert len(ids) == 3
    assert {one for one in ids if one not in told} == set()


@pytest.mark.parametrize("form", ["json", "html", "md", "docx"])
def test_what_reading_met_with_stands_in_the_report(form: str) -> None:
    run = record()
    note = Text("environment: 枚举中没有该值 <b>Odd</b>", "environment: not listed <b>Odd</b>")
    noted = replace(run, devices=(replace(run.devices[0], notes=(note,)), *run.devices[1:]))
    for language, wanted in ((Language.ZH, "枚举中没有该值"), (Language.EN, "not listed")):
        made = render(build_report(noted), form, language, read)
        text = word_text(made) if form == "docx" else made.decode()
        assert wanted in text
        assert ("<b>Odd" in text) is (form in {"json", "docx"})  # both show it as text


def test_junit_verdicts_decide_and_silent_outcomes_are_errors(model: ReportModel) -> None:
    root = ET.fromstring(render(model, "junit", Language.ZH, read))
    assert (root.get("tests"), root.get("failures"), root.get("errors"), root.get("skipped")) == (
        "6",
        "1",
        "3",  # one unknown finding and the two tasks of the dead device
        "0",
    )


def test_device_text_never_becomes_markup(model: ReportModel) -> None:
    html = render(model, "html", Language.ZH, read).decode()
    assert "<script>alert" not in html
    assert "\x00" not in html
    assert "\x1b" not in html
    assert html.count("<script>") == 1
    markdown = render(model, "md", Language.ZH, read).decode()
    assert "<script>" not in markdown
    assert "\\<script\\>" in markdown


def test_page_is_offline_and_its_policy_names_its_own_script_only(model: ReportModel) -> None:
    html = render(model, "html", Language.ZH, read).decode()
    assert "default-src 'none'" in html
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", html)


def test_word_survives_hostile_text(model: ReportModel) -> None:
    text = word_text(render(model, "docx", Language.ZH, read))
    assert "<script>alert(1)</script>" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (None, "条", "—", "—"),
        (False, "", "否", "no"),
        (True, "", "是", "yes"),
        (12, "d", "12 天", "12 d"),
        (3, "次", "3 次", "3 times"),
        (-19.84123, "dBm", "-19.8412 dBm", "-19.8412 dBm"),
        (6759360.0, "s", "78 天 5 小时", "78 d 5 h"),
        (3599, "s", "3599 秒", "3599 s"),
        (-7260.0, "s", "-2 小时 1 分钟", "-2 h 1 min"),
        (227521, "分钟", "158 天 0 小时", "158 d 0 h"),
        (96.0, "min", "96 分钟", "96 min"),
        (-0.0, "s", "0 秒", "0 s"),
        ("up", "", "连通", "up"),
        ("no_input", "", "无输入", "no input"),
        ("OK", "", "正常", "OK"),
        ("S5735-L24T4X-A1", "", "S5735-L24T4X-A1", "S5735-L24T4X-A1"),
    ],
)
def test_a_value_reads_with_its_unit_in_the_readers_language(
    value: float | str | None, unit: str, zh: str, en: str
) -> None:
    one = replace(finding("d", "a.b", Verdict.NORMAL), value=value, unit=unit)
    assert measured(one, Language.ZH) == zh
    assert measured(one, Language.EN) == en


def test_shipped_word_template_is_what_the_script_builds() -> None:
    def parts(document: bytes) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(document)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    assert parts(build_template()) == parts(read("inspection.docx"))


@pytest.mark.parametrize("form", ["md", "html"])
def test_a_problem_found_on_site_says_what_it_is_even_without_a_remark(form: str) -> None:
    one = sample()
    found, blank = one.manual
    message = Text("顶板漏水", "water through the ceiling")
    outside = replace(found, finding=replace(found.finding, remark=Text(""), message=message))
    awaited = replace(blank, finding=replace(blank.finding, message=Text("待填表", "awaited")))
    model = replace(one, manual=(outside, awaited))
    told = render(model, form, Language.ZH, read).decode()
    assert "顶板漏水" in told
    assert "待填表" not in told
