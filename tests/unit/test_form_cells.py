"""Cells as people and office programs leave them: read as what they mean, or refused."""

from datetime import date, datetime

import pytest

from xunjian.forms.cells import UnreadableCell, moment_of, text_of, value_of, verdict_of
from xunjian.language import Text
from xunjian.tasks.model import Question


def asked(kind: str = "number", unit: str = "") -> Question:
    return Question(title=Text("值", "value"), kind=kind, unit=unit)


@pytest.mark.parametrize(
    ("said", "hour", "minute"),
    [
        ("2026-11-22 3:05 PM", 15, 5),
        ("2026/11/22 下午3:05", 15, 5),
        ("2026年11月22日下午3点05分", 15, 5),
        ("2026-11-22 晚上 8:30", 20, 30),
        ("2026-11-22 12:10 AM", 0, 10),
        ("2026-11-22 12:10 pm", 12, 10),
        ("2026-11-22 上午9:30", 9, 30),
        ("2026-11-22T09:30:15", 9, 30),
        ("2026年11月22日9时30分", 9, 30),
        ("2026.11.22　９：３０", 9, 30),
        ("20261122 0:07", 0, 7),
        ("2026-11-22 15:30:00", 15, 30),
    ],
)
def test_a_time_is_read_with_its_half_of_the_day(said: str, hour: int, minute: int) -> None:
    assert moment_of(said) == datetime(2026, 11, 22, hour, minute)  # noqa: DTZ001


@pytest.mark.parametrize(
    "said",
    [
        *("2026-11-22 abc", "2026-11-22 25:00", "2026-11-22 9:30-11:00", "22/11/2026", "11-22"),
        *("1926-11-22", "2026-11-229:30", "20261322", 5, "#N/A"),
        *(datetime(1900, 1, 5), date(2126, 11, 22)),  # noqa: DTZ001
    ],
)
def test_what_is_no_clear_day_is_refused(said: object) -> None:
    with pytest.raises(UnreadableCell):
        moment_of(said)


@pytest.mark.parametrize(
    ("said", "means"),
    [
        *((word, "normal") for word in ("OK", "√", " 正 常。", "正常\u200b", "\ufeff正常", "良好")),
        *((word, "abnormal") for word in ("异常 ", "×", "X", "✗", "不合格", "异常\u3000")),
        *((word, "not_applicable") for word in ("不涉及", "N/A", "／", "Not applicable")),
    ],
)
def test_verdicts_as_hands_write_them(said: str, means: str) -> None:
    assert verdict_of(said) == means


@pytest.mark.parametrize("said", ["无", "还行", "√×", "是", True, "正常/异常"])
def test_a_verdict_that_may_mean_two_things_is_refused(said: object) -> None:
    with pytest.raises(UnreadableCell, match=r"结论只能是|one of"):
        verdict_of(said)


@pytest.mark.parametrize(
    ("said", "means"),
    [("４５ ℃", 45), ("45摄氏度", 45), ("22．5℃。", 22.5), ("−3", -3), ("+5 度", 5)],
)
def test_numbers_with_what_people_write_beside_them(said: str, means: float) -> None:
    assert value_of(asked(unit="°C"), said) == means


@pytest.mark.parametrize("said", ["约45", "<1", "1,200", "0,35", "45-50", "1e3", "45 ℉", "二十"])
def test_a_number_that_is_not_clear_is_refused(said: str) -> None:
    with pytest.raises(UnreadableCell):
        value_of(asked(unit="°C"), said)


@pytest.mark.parametrize("said", ["#NAME?", "#VALUE!", "#REF!", "Err:509"])
def test_a_failed_formula_is_no_cause(said: str) -> None:
    """`-地漏堵塞` typed into a cell is a formula to Excel, and #NAME? is what comes of it."""
    with pytest.raises(UnreadableCell, match=r"公式出错|formula"):
        text_of(said)
    assert text_of("#3 风扇") == "#3 风扇"
