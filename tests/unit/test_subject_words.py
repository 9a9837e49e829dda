"""Names that cards give to rows read as words, in messages and in every printed document."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fixtures.judging import check, row, run, table
from tests.report_samples import a_model
from tests.unit.test_value_words import filled
from xunjian.facts.subjects import ROWS, row_word, subject_word
from xunjian.facts.words import COMMON
from xunjian.language import Language, Text
from xunjian.parse.decoders import decode_pjlink_errors
from xunjian.platforms import load_platforms
from xunjian.report import ReportModel, render
from xunjian.report.local import readable
from xunjian.tasks.load import load_catalog
from xunjian.workspace import open_workspace

TEMPLATES = Path(__file__).parents[2] / "templates" / "report"
# fields that rows are told apart by; what kind a row is stands in a word of its own
NAMING = {"name", "slot", "service", "sensor", "module", "target", "test"}
# names that read the same in Chinese
NAMES = {"xups", "Sel", "cameras"}


def names_of_cards() -> Iterator[str]:
    workspace = open_workspace(None)
    for _, field, mapped in filled(load_catalog(workspace, load_platforms(workspace)).tasks, ""):
        if field in NAMING:
            yield from map(str, (mapped.enum or {}).values())
            yield from [str(mapped.const)] if mapped.const else []


def test_every_name_that_a_card_gives_to_a_row_has_a_word() -> None:
    names = {name for name in names_of_cards() if any(map(str.islower, name))}
    assert {"mpu", "sip", "battery_bad", "pfc_failure"} <= names
    assert {name for name in names - NAMES if not row_word(name) and name not in COMMON} == set()


def test_every_part_that_a_projector_reports_on_has_a_word() -> None:
    rows = decode_pjlink_errors("%1ERST=100002")
    names = [str(one["part"]) for one in rows]
    assert len(names) == 6
    assert [name for name in names if not row_word(name)] == []


@pytest.mark.parametrize(
    ("subject", "zh", "en"),
    [
        ("mpu", "主控板", "main board"),
        ("microphone 2", "麦克风 2", "microphone 2"),
        ("chassis/FAN1", "机箱/FAN1", "chassis/FAN1"),
    ],
)
def test_codes_become_words(subject: str, zh: str, en: str) -> None:
    assert subject_word(subject) == Text(zh, en)


@pytest.mark.parametrize("subject", ["-", "*", "/", "/data/cpu", "GE0/0/1", "CPU", "sshd", ""])
def test_what_a_device_calls_a_thing_stays(subject: str) -> None:
    assert subject_word(subject) is None


def test_words_are_two() -> None:
    assert {code for code, word in ROWS.items() if not (word.zh and word.en)} == set()


def test_a_message_tells_the_row_in_words() -> None:
    rule = check(
        "Cpu",
        value="used_pct",
        abnormal="value > 90",
        message=Text("{slot}：{value} %", "{slot}: {value} %"),
    )
    quiet, loud = (
        run(rule, table(row("Cpu", slot="mpu", used_pct=used)))[0] for used in (10.0, 95.0)
    )
    assert loud.message == Text("主控板：95 %", "main board: 95 %")
    finding = quiet
    assert "主控板" in finding.message.zh
    assert "main board" in finding.message.en
    assert finding.subject == "mpu"


def coded() -> ReportModel:
    model = a_model()
    first, *rest = model.problems
    subject, item = replace(first.finding, subject="self_test"), rest[0].finding
    problems = (
        replace(first, finding=subject),
        replace(rest[0], finding=replace(item, subject=item.check)),
        *rest[1:],
    )
    return replace(model, problems=problems)


def test_documents_tell_subjects_in_words_and_no_item_its_own_check() -> None:
    model = coded()
    told = readable(model, Language.ZH)
    assert [row.finding.subject for row in told.problems[:2]] == ["自检", "-"]
    assert told.problems[2:] == readable(model, Language.EN).problems[2:]
    text = render(model, "md", Language.ZH, lambda n: (TEMPLATES / n).read_bytes()).decode()
    assert "| 自检 |" in text
    assert "self" not in text
