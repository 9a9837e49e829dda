from pathlib import Path

import pytest

from xunjian.errors import NothingSelected, UsageError
from xunjian.inventory import Inventory, load_inventory, select

HOSTS = """\
sw1: {groups: [core], hostname: 127.0.0.1, data: {room: r1, systems: [water], asset: {year: 2015, model: S127}}}
sw2: {groups: [access], data: {room: r2, systems: [water, gov], party: op, asset: {year: 2024}}}
fw1: {data: {kind: firewall, room: r1, vars: {spare: true}}}
ups1: {data: {kind: ups, room: r2, systems: [gov], asset: {year: "2019"}}}
proj: {data: {kind: projector}}
"""
GROUPS = """\
core: {groups: [switches], data: {role: core}}
access: {groups: [switches]}
switches: {platform: huawei_vrp, data: {kind: switch}}
empty: {}
"""
SITES = """\
sites:
  zj: {level: province}
  hz: {level: city, parent: zj, flood_zone: south}
  tl: {level: county, parent: hz}
rooms:
  r1: {site: hz, class: core}
  r2: {site: tl, class: edge}
systems: {water: 水利, gov: 政务, police: 公安}
parties: {op: 运维}
"""
ALL = ["sw1", "sw2", "fw1", "ups1", "proj"]


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    folder = tmp_path_factory.mktemp("inventory")
    for name, text in (("hosts", HOSTS), ("groups", GROUPS), ("sites", SITES)):
        (folder / f"{name}.yml").write_text(text, "utf-8")
    return load_inventory(folder)


def names(inventory: Inventory, limit: str | None = None, where: str | None = None) -> list[str]:
    try:
        return [device.name for device in select(inventory, limit, where)]
    except NothingSelected:
        return []


@pytest.mark.parametrize(
    ("pattern", "chosen"),
    [
        ("all", ALL),
        ("*", ALL),
        ("sw1", ["sw1"]),
        ("ups1:sw1", ["sw1", "ups1"]),
        ("ups1,sw1", ["sw1", "ups1"]),
        (" ups1 , sw1 ", ["sw1", "ups1"]),
        ("switch", ["sw1", "sw2"]),
        ("switches", ["sw1", "sw2"]),
        ("core", ["sw1"]),
        ("water", ["sw1", "sw2"]),
        ("tl", ["sw2", "ups1"]),
        ("hz", ["sw1", "sw2", "fw1", "ups1"]),
        ("zj", ["sw1", "sw2", "fw1", "ups1"]),
        ("switch:&gov", ["sw2"]),
        ("&gov:switch", ["sw2"]),
        ("&gov", ["sw2", "ups1"]),
        ("!switch", ["fw1", "ups1", "proj"]),
        ("!switch:all", ["fw1", "ups1", "proj"]),
        ("all:!switch:!ups", ["fw1", "proj"]),
        ("switch,firewall,!sw1", ["sw2", "fw1"]),
        ("hz:&water:!core", ["sw2"]),
        ("sw*", ["sw1", "sw2"]),
        ("sw?", ["sw1", "sw2"]),
        ("sw[2-9]", ["sw2"]),
        ("all:!sw*", ["fw1", "ups1", "proj"]),
        ("~(fw|ups)\\d", ["fw1", "ups1"]),
        ("~w", ["sw1", "sw2"]),
        ("!~sw", ["fw1", "ups1", "proj"]),
        ("all[0]", ["sw1"]),
        ("all[-1]", ["proj"]),
        ("all[1:2]", ["sw2", "fw1"]),
        ("all[3:]", ["ups1", "proj"]),
        ("switch[9]", []),
        ("empty", []),
        ("police", []),
        ("camera", []),
        ("nothing*", []),
        ("ups:!ups", []),
    ],
)
def test_patterns_are_ansibles(inventory: Inventory, pattern: str, chosen: list[str]) -> None:
    assert names(inventory, pattern) == chosen


def test_a_file_holds_a_pattern_per_line(inventory: Inventory, tmp_path: Path) -> None:
    path = tmp_path / "failed.retry"
    path.write_text("# of yesterday\nups1\n\nswitch:!sw1\n", "utf-8")
    assert names(inventory, f"@{path}") == ["sw2", "ups1"]
    assert names(inventory, f"fw1:@{path}") == ["sw2", "fw1", "ups1"]
    assert names(inventory, f"@{path},!ups") == ["sw2"]


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("switsh,ups1", "did you mean switch?"),
        ("all:!switsh", "did you mean switch?"),
        ("all:&wter", "did you mean water?"),
        ("~(", ""),
        ("@no-such-file", ""),
        ("", ""),
        (" , ", ""),
    ],
)
def test_what_a_pattern_cannot_mean_is_a_usage_error(
    inventory: Inventory, pattern: str, hint: str
) -> None:
    with pytest.raises(UsageError) as caught:
        select(inventory, pattern)
    assert hint in caught.value.hint.en


@pytest.mark.parametrize("pattern", ["switsh", "switsh,upz"])
def test_only_unknown_words_select_nothing_and_name_the_nearest(
    inventory: Inventory, pattern: str
) -> None:
    with pytest.raises(NothingSelected) as caught:
        select(inventory, pattern)
    assert "did you mean switch?" in caught.value.hint.en


@pytest.mark.parametrize(
    ("where", "chosen"),
    [
        ("kind == 'switch'", ["sw1", "sw2"]),
        ("room.class == 'core'", ["sw1", "fw1"]),
        ("room.name == 'r2' and 'gov' in systems", ["sw2", "ups1"]),
        ("site.name == 'hz'", ["sw1", "fw1"]),
        ("site.level == 'county'", ["sw2", "ups1"]),
        ("site.flood_zone == 'south'", ["sw1", "fw1"]),
        ("'switches' in groups", ["sw1", "sw2"]),
        ("platform == 'huawei_vrp'", ["sw1", "sw2"]),
        ("role == 'core'", ["sw1"]),
        ("party == 'op'", ["sw2"]),
        ("asset.model == 'S127'", ["sw1"]),
        ("asset.year < 2020", ["sw1", "ups1"]),
        ("asset.year >= 2020", ["sw2"]),
        ("vars.spare", ["fw1"]),
        ("known(address)", ["sw1"]),
        ("known(room)", ["sw1", "sw2", "fw1", "ups1"]),
        ("kind in ['ups', 'projector']", ["ups1", "proj"]),
        ("matches(name, '^sw')", ["sw1", "sw2"]),
        ("kind == 'switch' or kind == 'ups'", ["sw1", "sw2", "ups1"]),
        ("'switch'== kind and not ('gov' in systems)", ["sw1"]),
    ],
)
def test_conditions(inventory: Inventory, where: str, chosen: list[str]) -> None:
    assert names(inventory, None, where) == chosen
    rest = [name for name in ALL if name not in chosen]
    assert names(inventory, None, f"not ({where})") == rest
    assert names(inventory, None, f"not (not ({where}))") == chosen


@pytest.mark.parametrize(
    ("unequal", "equal"),
    [
        ("room.class != 'core'", "room.class == 'core'"),
        ("asset.year != 2015", "asset.year == 2015"),
        ("kind not in ['ups']", "kind in ['ups']"),
        ("party != 'op' and kind == 'switch'", "party == 'op' or kind != 'switch'"),
    ],
)
def test_unequal_is_exactly_the_rest_of_equal(
    inventory: Inventory, unequal: str, equal: str
) -> None:
    chosen, others = names(inventory, None, unequal), names(inventory, None, equal)
    assert sorted(chosen + others) == sorted(ALL)


@pytest.mark.parametrize(
    "where", ["knd == 'x'", "kind = 'x'", "room.clas == 'x'", "kind ==", "import os"]
)
def test_a_condition_that_cannot_be_understood_is_a_usage_error(
    inventory: Inventory, where: str
) -> None:
    with pytest.raises(UsageError):
        select(inventory, None, where)


def test_both_must_fit_and_a_selection_can_be_narrowed(inventory: Inventory) -> None:
    assert names(inventory, "switch", "'gov' in systems") == ["sw2"]
    first = select(inventory, "hz", None)
    assert [d.name for d in select(inventory, "ups,sw1,proj", None, within=first)] == [
        "sw1",
        "ups1",
    ]
    with pytest.raises(NothingSelected):
        select(inventory, "proj", None, within=first)


def test_nothing_selected_says_what_was_asked(inventory: Inventory) -> None:
    with pytest.raises(NothingSelected, match="camera") as caught:
        select(inventory, "camera", "kind == 'ups'")
    assert caught.value.exit_code == 4
