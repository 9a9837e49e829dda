"""Register maps in the inventory: read with defaults, inherited point by point, refused with lines."""

from pathlib import Path

import pytest

from xunjian.errors import ContentError
from xunjian.inventory.load import load_inventory
from xunjian.inventory.model import Device
from xunjian.inventory.registers import Register
from xunjian.language import Language

SITES = "sites: {hz: {level: city}}\n"


def load(folder: Path, registers: str, group: str = "") -> Device:
    """Load one sensor with these registers, and these of its group."""
    (folder / "hosts.yml").write_text(
        "s1:\n  hostname: 127.0.0.9\n  groups: [model]\n  data:\n    kind: sensor\n    site: hz\n"
        f"    registers:\n      {registers}\n"
    )
    shared = f"\n    registers:\n      {group}" if group else " {}"
    (folder / "groups.yml").write_text(f"model:\n  data:{shared}\n")
    (folder / "defaults.yml").write_text("{}\n")
    (folder / "sites.yml").write_text(SITES)
    return load_inventory(folder).devices["s1"]


def test_defaults(tmp_path: Path) -> None:
    device = load(tmp_path, "t: {address: 3, type: int16, measures: temperature}")
    assert device.registers == {
        "t": Register(address=3, type="int16", measures="temperature", missing=(0x7FFF, 0x8000))
    }
    assert device.registers["t"].question == "READ 3 3 1"


@pytest.mark.parametrize(
    ("written", "question", "missing"),
    [
        ("{address: 0, type: float32, function: 4}", "READ 4 0 2", ()),
        ("{address: 9, function: 1}", "READ 1 9 1", ()),
        ("{address: 9, bit: 4}", "READ 3 9 1", ()),
        ("{address: 9}", "READ 3 9 1", (0xFFFF,)),
        ("{address: 9, missing: []}", "READ 3 9 1", ()),
        ("{address: 9, missing: [0, 9999]}", "READ 3 9 1", (0, 9999)),
    ],
)
def test_what_is_asked(
    written: str, question: str, missing: tuple[int, ...], tmp_path: Path
) -> None:
    made = load(tmp_path, f"p: {written}").registers["p"]
    assert (made.question, made.missing) == (question, missing)


def test_a_host_adds_to_the_map_of_its_group_and_replaces_points(tmp_path: Path) -> None:
    device = load(tmp_path, "b: {address: 7}", "{a: {address: 1}, b: {address: 2, scale: 5}}")
    assert {name: one.address for name, one in device.registers.items()} == {"a": 1, "b": 7}
    assert device.registers["b"].scale == 1.0


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("{address: 65536}", "registers.p.address"),
        ("{address: -1}", "registers.p.address"),
        ("{address: 1, function: 6}", "registers.p.function"),
        ("{address: 1, function: 16}", "registers.p.function"),
        ("{address: 1, type: int64}", "registers.p.type"),
        ("{address: 1, words: middle}", "registers.p.words"),
        ("{address: 1, measures: temprature}", "registers.p.measures"),
        ("{address: 1, bit: 16}", "registers.p.bit"),
        ("{address: 1, bit: 1, function: 2}", "registers.p"),
        ("{address: 1, normal: 0}", "registers.p"),
        ("{address: 65535, type: uint32}", "registers.p"),
        ("{adress: 1}", "registers.p.adress"),
        ("{}", "registers.p.address"),
        ("5", "registers.p"),
    ],
)
def test_a_wrong_map_is_refused_with_its_line(written: str, key: str, tmp_path: Path) -> None:
    with pytest.raises(ContentError) as raised:
        load(tmp_path, f"p: {written}")
    shown = [problem.to(Language.EN) for problem in raised.value.problems]
    assert any(key in one and "hosts.yml:" in one for one in shown), shown
