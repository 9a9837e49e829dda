"""What people wrote on forms, in the documents: whose word it is, of what, and when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.document_texts import texts_of
from tests.page_sample import record
from tests.report_samples import a_device, a_model
from tests.run_samples import finding
from xunjian.checks.model import Finding, Verdict
from xunjian.language import Language, Text
from xunjian.report import build_report, render
from xunjian.report.building.beside import Beside
from xunjian.report.building.head import head_of
from xunjian.report.document import ManualRow
from xunjian.report.marks import by_hand as words_of
from xunjian.report.marks import filled_in, told
from xunjian.report.model import FindingRow, ReportModel
from xunjian.run.answers import Answer

TEMPLATES = Path(__file__).parents[2] / "templates" / "report"


def test_what_somebody_answered_is_told_in_words_with_the_cause() -> None:
    bad = Answer(
        values={"state": "abnormal"}, verdict="abnormal", cause="地面有积水痕迹", by="李四"
    )
    assert bad.shown() == Text("李四：异常（地面有积水痕迹）", "李四: abnormal (地面有积水痕迹)")
    good = Answer(values={"state": "normal"}, verdict="normal", by="张三")
    assert good.shown() == Text("张三：正常", "张三: normal")
    measured = Answer(values={"reading": 22.5, "note": "门口"}, by="张三")
    assert measured.shown() == Text("张三：22.5 门口", "张三: 22.5 门口")


AT = datetime(2026, 9, 28, 9, 30, tzinfo=UTC)


def by_hand(**given: Any) -> Finding:
    made = finding("d", Verdict.ABNORMAL, check="room_fire.extinguishers")
    return replace(
        made, subject="room_fire.extinguishers", source="manual", by="张三", value=None, **given
    )


def test_a_cause_is_told_once() -> None:
    message = Text(
        "现场查看：不符合；原因：压力不足；铅封断", "on site: bad; cause: 压力不足；铅封断"
    )
    remark = Text("压力不足；铅封断；责任方：物业", "压力不足；铅封断; 责任方：物业")
    one = by_hand(message=message, remark=remark)
    assert told(one, Language.ZH) == (message.zh, "责任方：物业")
    assert told(one, Language.EN) == (message.en, "责任方：物业")
    assert told(replace(one, remark=Text("压力不足；铅封断")), Language.ZH)[1] == ""
    assert told(replace(one, remark=Text("不足")), Language.ZH)[1] == "不足"


def test_what_a_machine_had_measured_is_told_where_a_person_overruled_it() -> None:
    message = Text(
        "电池温度：26 °C，正常；原因：表在柜外；人工实测 31 °C，自动采集 26 °C",
        "battery: 26 °C, normal; cause: 表在柜外; a person measured 31 °C, the machine 26 °C",
    )
    one = by_hand(message=message, remark=Text("表在柜外"))
    overruled = replace(one, verdict=Verdict.NORMAL, source="hybrid")
    assert told(overruled, Language.ZH) == ("表在柜外；人工实测 31 °C，自动采集 26 °C", "")
    assert told(overruled, Language.EN)[0].endswith("a person measured 31 °C, the machine 26 °C")
    assert told(replace(overruled, source="manual"), Language.ZH) == ("", "表在柜外")
    blank = replace(one, verdict=Verdict.NOT_CHECKED, message=Text("待填表"), remark=Text(""))
    assert (told(blank, Language.ZH), words_of(blank, Language.ZH)) == (("待填表", ""), "")


def model_of(*found: Finding) -> ReportModel:
    """The sample with these findings of one device, and a form of each person who answered."""
    model = a_model(1, 4)
    (sheet,) = model.sheets
    device = sheet.device
    rows = tuple(
        FindingRow(number=0, finding=replace(one, device=device.name), device=device)
        for one in found
    )
    forms = {one: n for row in rows for n, one in enumerate(row.finding.evidence_ids)}
    piece = model.evidence[0]
    evidence = tuple(
        replace(piece, id=one, device=device.name, taken_at=AT + timedelta(hours=n))
        for one, n in forms.items()
    )
    manual = tuple(
        ManualRow(device=device.name, label=device.label, room="一号机房", finding=row.finding)
        for row in rows
    )
    return replace(
        model, sheets=(replace(sheet, rows=rows),), evidence=evidence, manual=manual, trails={}
    )


def test_each_of_two_who_disagree_is_told_with_a_time_of_their_own() -> None:
    one = by_hand(evidence_ids=("d#f1", "d#f2"))
    model = model_of(replace(one, by="张三、李四"))
    said = filled_in(model, model.sheets[0], Language.ZH)
    assert said == "现场填表人：张三 2026-09-28 09:30；李四 2026-09-28 10:30"


@pytest.mark.parametrize("form", ["md", "html", "docx", "xlsx", "pdf"])
def test_a_problem_outside_the_list_says_what_it_is(form: str, tmp_path: Path) -> None:
    """Where its message does not begin with it, as after another look, the item says it."""
    problem = by_hand(message=Text("门锁松动；磨损", "门锁松动; 磨损"), remark=Text("磨损"))
    problem = replace(problem, check="form.problem", subject="门锁松动", title=Text("表外问题"))
    again = replace(problem, subject="网线未标", message=Text("已看过"), remark=Text("已看过"))
    again = replace(again, id="F2", verdict=Verdict.UNKNOWN)
    model = model_of(problem, again)
    path = tmp_path / f"report.{form}"
    path.write_bytes(render(model, form, Language.ZH, lambda name: (TEMPLATES / name).read_bytes()))
    shown = "".join("".join(texts_of(path)).split())
    assert "网线未标" in shown
    assert "门锁松动" in shown
    assert "已看过已看过" not in shown
    assert "磨损磨损" not in shown
    assert model.mark(problem, model.sheets[0].device.kind) == "M"


def test_a_thing_outside_a_room_is_no_room() -> None:
    line = replace(a_device(1), room="", room_title="")
    made = replace(record(1, 1), devices=(replace(line, name="line"), a_device(2)))
    scope = head_of(made, Beside()).scope
    assert "机房 1 处，设备 2 台" in scope.zh


QUESTIONS = {
    "ASK Inspection[room_flood.leak]: state": "现场填表：占用",
    "OVERRULE F0123456789": "现场改判：占用",
    "RECHECK F0123456789": "现场复查：占用",
    "FREE 门锁松动": "表外问题：门锁松动",
    "SIGN 杭州核心机房": "签字与同意：杭州核心机房",
    "FILE 现场表.xlsx": "附件：现场表.xlsx",
}


@pytest.mark.parametrize("form", ["html", "docx", "xlsx", "pdf"])
def test_no_question_of_a_form_stands_in_codes(form: str, tmp_path: Path) -> None:
    made = record(1, 1)
    (device,), piece = made.devices, made.evidence[0]
    pieces = tuple(
        replace(piece, id=f"{device.name}#f{n}", channel="manual", text=text)
        for n, text in enumerate(QUESTIONS)
    )
    outcome = made.outcomes[0]
    one = by_hand(evidence_ids=(piece.id, *(ref.id for ref in pieces[:3])))
    one = replace(one, device=device.name, source="hybrid", verdict=Verdict.ABNORMAL)
    made = replace(made, evidence=(piece, *pieces), outcomes=(replace(outcome, findings=(one,)),))
    model = build_report(made)
    told = [row.told.zh for row in model.evidence_index]
    assert told == ["", *QUESTIONS.values()]
    path = tmp_path / f"report.{form}"
    path.write_bytes(render(model, form, Language.ZH, lambda name: (TEMPLATES / name).read_bytes()))
    shown = "".join("".join(texts_of(path)).split())
    assert [word for word in QUESTIONS.values() if word not in shown] == []
    codes = ("ASK", "OVERRULE", "RECHECK", "FREE", "SIGN", "FILE")
    assert [word for word in codes if word in shown] == []
    if form != "html":
        assert "混合：现场检查" in shown
