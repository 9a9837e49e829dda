"""Items that a person inspects: planned and judged like any other, and nothing is sent."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.card_workspace import AT, Built, build
from tests.run_samples import playbook
from xunjian.checks import JudgeContext, judge
from xunjian.checks.model import Finding, Verdict
from xunjian.facts.model import AWAITING_FORM
from xunjian.forms.lines import book_of
from xunjian.forms.measured import named
from xunjian.forms.template import PLAIN
from xunjian.inventory.model import Device
from xunjian.language import Text
from xunjian.run.answers import Answers, holding_of
from xunjian.run.model import Outcome, RunRecord, RunState, blanks
from xunjian.run.plan import cards_of, plan_run
from xunjian.testing.replay import Canned, CannedAnswer, drive
from xunjian.transport.model import Channel, Evidence, Request

ROOM = """
name: room_climate
title: {zh: 机房环境, en: Climate}
kinds: [room]
collect:
  '*':
    - fact: Reading
      channel: manual
      ask: {reading: {title: {zh: 温度, en: Temperature}, type: number, unit: °C}}
      map: {name: {const: temperature}}
    - fact: Reading
      channel: manual
      ask: {state: {title: {zh: 积灰, en: Dust}, type: choice, options: [normal, abnormal]}}
      map: {name: {const: dust}}
checks:
  - id: room_climate.temperature
    title: {zh: 温度, en: Temperature}
    for_each: Reading
    where: name == 'temperature'
    value: reading
    unit: °C
    worse: high
    limits: {warning: 28, critical: 35}
    source: house rule
  - id: room_climate.dust
    title: {zh: 积灰, en: Dust}
    for_each: Reading
    where: name == 'dust'
    value: state
    abnormal: state == 'abnormal'
    source: house rule
"""
HYBRID = """
name: lamp
title: {zh: 灯泡, en: Lamp}
kinds: [switch]
collect:
  box:
    - fact: Fan
      any_of:
        - {channel: cli, send: show fan, parse: fan.textfsm, map: {state: {from: state, enum: fan}}}
        - channel: manual
          ask: {state: {title: 状态, type: choice, options: {ok: 完好, fault: 故障}}}
          map: {slot: {const: '0'}, fan: {const: '1'}}
checks:
  - {id: lamp.state, title: Lamp, for_each: Fan, value: state, abnormal: "state == 'fault'", source: house rule}
"""
LOGIN = """
name: login
title: Login
collect: {'*': [{fact: Reachability, channel: session}]}
checks: []
"""
TEMPERATURE = "ASK Reading[temperature]: reading"
DUST = "ASK Reading[dust]: state"
THING = Device(name="room1", kind="room")


@pytest.fixture
def rooms(tmp_path: Path) -> Built:
    return build(tmp_path, {"tasks/room.yml": ROOM, "tasks/login.yml": LOGIN})


def said(question: str, by: str = "张三", *, minute: int = 0, **answer: Any) -> Evidence:
    text = json.dumps({"values": {}, "by": by, **answer}, ensure_ascii=False)
    return Evidence(
        id=f"room1#{question[4:12]}{by}{minute}",
        device="room1",
        request=Request(channel=Channel.MANUAL, text=question),
        raw=text.encode(),
        text=text,
        decoded_as="utf-8",
        started_at=AT + timedelta(minutes=minute),
        elapsed_s=0.0,
        complete=True,
    )


RECORD = RunRecord(
    run_id="r1",
    number="XJ-1",
    playbook="site",
    title=Text("巡检"),
    occasion="routine",
    state=RunState.AWAITING_MANUAL,
    started_at=AT,
    ended_at=AT,
    planned=1,
    outcomes=(),
    left_out=(),
    devices=(),
)


def inspected(
    built: Built,
    given: Sequence[Evidence],
    device: Device = THING,
    texts: Mapping[str, str] | None = None,
) -> list[Finding]:
    from xunjian.collect import collect

    answers = Answers(given)
    raw = {text: CannedAnswer(raw=one.encode()) for text, one in (texts or {}).items()}
    canned = Canned(device=device.name, answers=raw, at=AT)
    tasks = built.catalog.tasks
    platform = built.platforms.get(device.platform) if device.platform else None
    table, _ = drive(
        collect(device, tasks, platform, templates=built.templates),
        lambda r: answers.ask(device.name, r) if r.channel is Channel.MANUAL else canned(r),
    )
    return list(answers.applied(judge(device, tasks, table, JudgeContext(now=AT))))


def verdicts(findings: Sequence[Finding]) -> dict[str, str]:
    return {f"{f.check}@{f.subject}": f.verdict.value for f in findings}


def test_a_thing_without_address_is_planned_for_its_forms_alone(rooms: Built) -> None:
    order = replace(playbook(), tasks=("login", "room_climate"))
    plan = plan_run([THING], order, rooms.catalog)
    assert [pair.tasks for pair in plan.pairs] == [("room_climate",)]
    assert (plan.left_out, plan.planned) == ((), 1)
    assert [card.name for card in cards_of(plan.pairs[0], rooms.catalog)] == ["room_climate"]


def test_a_blank_form_is_not_checked_item_by_item(rooms: Built) -> None:
    found = inspected(rooms, [])
    assert verdicts(found) == {
        "room_climate.temperature@temperature": "not_checked",
        "room_climate.dust@dust": "not_checked",
    }
    assert {(f.source, f.by) for f in found} == {("manual", "")}
    outcome = Outcome(
        device="room1",
        task="room_climate",
        reached=False,
        reason=AWAITING_FORM,
        findings=tuple(found),
    )
    assert blanks([outcome]) == 2
    assert blanks([replace(outcome, findings=())]) == 1


@pytest.mark.parametrize(
    ("answer", "verdict", "words"),
    [
        ({"values": {"reading": 22.5}}, "normal", "22.5"),
        (
            {"values": {"reading": "29"}, "verdict": "normal", "remark": "空调刚修好"},
            "normal",
            "29",
        ),
        ({"values": {"reading": 29}}, "warning", "29"),
        (
            {"values": {"reading": 36}, "verdict": "abnormal", "cause": "空调停机"},
            "abnormal",
            "空调停机",
        ),
        ({"values": {"reading": 20}, "verdict": "abnormal", "cause": "表坏"}, "abnormal", "表坏"),
        ({"verdict": "not_applicable", "remark": "没有空调"}, "not_applicable", "没有空调"),
        ({"verdict": "not_checked", "cause": "进不去"}, "not_checked", "进不去"),
    ],
)
def test_an_answer_is_judged_by_the_card_and_the_person(
    rooms: Built, answer: dict[str, Any], verdict: str, words: str
) -> None:
    found = inspected(rooms, [said(TEMPERATURE, **answer)])
    assert verdicts(found) == {
        "room_climate.temperature@temperature": verdict,
        "room_climate.dust@dust": "not_checked",
    }
    one = found[0]
    assert (one.source, one.by, len(one.evidence_ids)) == ("manual", "张三", 1)
    assert words in f"{one.value} {one.message.zh} {one.remark}"
    assert bool(one.level) is (verdict in {"warning", "abnormal"})


def test_the_verdict_column_answers_a_choice_of_verdicts(rooms: Built) -> None:
    assert rooms.catalog.tasks[1].collect["*"][1].alternatives[0].ask["state"].is_verdict
    found = inspected(rooms, [said(DUST, values={"state": "abnormal"}, verdict="abnormal")])
    assert verdicts(found)["room_climate.dust@dust"] == "abnormal"


def test_contradicting_people_are_shown_and_not_guessed(rooms: Built) -> None:
    one = said(TEMPERATURE, "张三", values={"reading": 22})
    other = said(TEMPERATURE, "李四", minute=5, values={"reading": 36}, verdict="abnormal")
    finding = inspected(rooms, [one, other])[0]
    assert (finding.verdict, finding.value, finding.by) == (Verdict.UNKNOWN, None, "张三、李四")
    assert "22" in finding.message.zh
    assert "36" in finding.message.zh
    assert finding.evidence_ids == (one.id, other.id)
    decided = said(TEMPERATURE, "王五", minute=9, values={"reading": 23}, decides=True)
    assert inspected(rooms, [one, other, decided])[0].verdict is Verdict.NORMAL


def test_the_same_person_corrects_himself_and_agreement_is_no_contradiction() -> None:
    one = said(TEMPERATURE, "张三", values={"reading": 22})
    corrected = said(TEMPERATURE, "张三", minute=3, values={"reading": 24})
    agreeing = said(TEMPERATURE, "李四", minute=4, values={"reading": 24})
    assert holding_of([corrected, one]) == [corrected]
    assert holding_of([one, corrected, agreeing]) == [agreeing]


def test_a_form_overrules_what_was_measured_and_fills_what_was_not(tmp_path: Path) -> None:
    built = build(tmp_path, {"tasks/lamp.yml": HYBRID})
    assert built.catalog.tasks[0].mark == "H"
    device = Device(name="room1", kind="switch", platform="box", address="127.0.0.1")
    question = "ASK Fan[0/1]: state"
    silent = inspected(built, [], device)
    assert verdicts(silent) == {"lamp.state@0/1": "not_checked"}
    answered = inspected(built, [said(question, values={"state": "fault"})], device)
    assert verdicts(answered) == {"lamp.state@0/1": "abnormal"}
    assert answered[0].source == "manual"


def test_marks_are_derived_from_how_the_steps_ask(rooms: Built) -> None:
    assert {task.name: task.mark for task in rooms.catalog.tasks} == {
        "login": "A",
        "room_climate": "M",
    }


def test_what_was_measured_stands_on_the_form_and_a_person_overrules_it(tmp_path: Path) -> None:
    """The measured state is given with the line; another one on the form wins, as a hybrid."""
    built = build(tmp_path, {"tasks/lamp.yml": HYBRID})
    device = Device(name="room1", kind="switch", platform="box", address="127.0.0.1")
    fans = "Slot Fan State\n0 1 Normal\n"
    measured = inspected(built, [], device, {"show fan": fans})
    assert [(f.verdict.value, f.source) for f in measured] == [("normal", "automatic")]
    outcome = Outcome(device="room1", task="lamp", reached=True, findings=tuple(measured))
    assert blanks([outcome]) == 0
    record = replace(RECORD, outcomes=(outcome,))
    book = book_of(record, built.catalog, {"room1": device}, (PLAIN,))
    (line,) = book.lines.values()
    assert (line.value, line.verdict, line.source) == ("ok", "normal", "automatic")
    said_so = said(
        "ASK Fan[0/1]: state", values={"state": "fault"}, verdict="abnormal", cause="有异响"
    )
    overruled = inspected(built, [said_so], device, {"show fan": fans})
    assert [(f.verdict.value, f.source, f.by) for f in overruled] == [
        ("abnormal", "hybrid", "张三")
    ]
    assert "有异响" in overruled[0].message.zh


def test_an_unchanged_line_is_no_answer_and_overruling_needs_a_reason(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    from xunjian.forms.marks import Against, FormReading
    from xunjian.forms.read import read_form
    from xunjian.forms.write import write_book
    from xunjian.language import Language

    built = build(tmp_path, {"tasks/lamp.yml": HYBRID})
    device = Device(name="room1", kind="switch", platform="box", address="127.0.0.1")
    measured = inspected(built, [], device, {"show fan": "Slot Fan State\n0 1 Normal\n"})
    outcome = Outcome(device="room1", task="lamp", reached=True, findings=tuple(measured))
    book = book_of(replace(RECORD, outcomes=(outcome,)), built.catalog, {"room1": device}, (PLAIN,))
    written = write_book(book, Language.EN)

    def filled(**cells: str) -> FormReading:
        workbook = load_workbook(io.BytesIO(written))
        sheet = workbook.worksheets[0]
        sheet["C3"], sheet["C4"] = "Li", "2026-11-21"
        for cell, value in cells.items():
            sheet[cell] = value
        stream = io.BytesIO()
        workbook.save(stream)
        into = FormReading()
        against = Against(book=book, find=str, keep=lambda name, _: name, now=AT)
        read_form("f.xlsx", stream.getvalue(), against, into)
        return into

    unchanged = filled()
    assert (unchanged.taken, unchanged.problems) == ([], [])
    assert [p.key for p in filled(F7="故障").problems] == ["room1!H7"]
    done = filled(F7="故障", G7="abnormal", H7="noise")
    assert [one.body["values"] for one in done.taken] == [{"state": "fault"}]


@pytest.mark.parametrize(
    ("check", "subject", "said"),
    [
        ("interfaces.errors", "GigabitEthernet0/0/7", "接口错误 GigabitEthernet0/0/7"),
        ("identity.serial", "-", "接口错误"),
        ("room_fire.valid_until", "room_fire.extinguishers", "接口错误"),
        ("form.problem", "门禁失灵", "接口错误 门禁失灵"),
    ],
)
def test_a_matter_is_called_by_what_was_looked_at_and_on_which_part(
    check: str, subject: str, said: str
) -> None:
    title = Text("接口错误", "Interface errors")
    found = Finding(
        id="F1",
        check=check,
        task="",
        device="sw1",
        subject=subject,
        verdict=Verdict.ABNORMAL,
        title=title,
    )
    assert named(found).zh == said
