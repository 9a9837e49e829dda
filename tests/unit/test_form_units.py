"""Units as a form shows them, and as they come back from it."""

import pytest

from xunjian.facts.words import UNITS
from xunjian.forms.cells import UnreadableCell, value_of
from xunjian.language import Text
from xunjian.tasks.model import Question


def asked(unit: str) -> Question:
    return Question(title=Text("值", "value"), kind="number", unit=unit)


@pytest.mark.parametrize("unit", sorted(UNITS))
def test_a_number_may_carry_its_unit_in_either_language(unit: str) -> None:
    for word in {unit, UNITS[unit].zh, UNITS[unit].en}:
        assert value_of(asked(unit), f"3 {word}") == 3


@pytest.mark.parametrize(("unit", "said"), [("min", "3 小时"), ("a", "3 天"), ("°C", "3 年")])
def test_another_unit_is_refused(unit: str, said: str) -> None:
    with pytest.raises(UnreadableCell, match=r"单位不是|unit"):
        value_of(asked(unit), said)


@pytest.mark.parametrize(("unit", "said"), [("°C", "3 度"), ("Ω", "3 欧"), ("V", "3伏")])
def test_what_people_call_a_unit(unit: str, said: str) -> None:
    assert value_of(asked(unit), said) == 3
