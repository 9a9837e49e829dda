"""What the one renderer does with long lines."""

import pytest
from rich.cells import cell_len

from xunjian.cli.output import folded

LONG = [
    "    cli: display power  ▶ templates/parse/huawei_vrp/display_power_s.textfsm  ▶ PowerSupply",
    "        let word: '在位但无输入，一路供电丢失' if state == 'no_input' else '故障' if state == 'fault'",
    "  建议: " + "先看同机房、同上联的其他设备是否也不应答；" * 5,
    "x" * 200,
]


@pytest.mark.parametrize("line", LONG)
@pytest.mark.parametrize("width", [40, 80])
def test_a_long_line_is_folded_below_itself_and_loses_nothing(line: str, width: int) -> None:
    first, *rest = folded(line, width)
    indent = len(line) - len(line.lstrip(" "))
    assert rest
    assert all(cell_len(part) <= width for part in (first, *rest))
    assert first.startswith(" " * indent)
    assert all(part.startswith(" " * (indent + 4)) for part in rest)
    assert "".join("".join((first, *rest)).split()) == "".join(line.split())


def test_a_short_line_stays_as_it_is() -> None:
    assert folded("    cli: display fan", 80) == ["    cli: display fan"]
