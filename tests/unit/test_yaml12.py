import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xunjian import yaml12


def load(text: str) -> yaml12.Value:
    data, trouble = yaml12.load(text)
    assert trouble == []
    return data


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("off", "off"),
        ("yes", "yes"),
        ("No", "No"),
        ("12:30", "12:30"),
        ("0012", "0012"),
        ("-012", "-012"),
        ("2026-05-01", "2026-05-01"),
        ("1_000", "1_000"),
        ("12e5", "12e5"),
        ("2102350123456789012345", "2102350123456789012345"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("1e+999", "1e+999"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-7", -7),
        ("0", 0),
        ("0x1F", 31),
        ("0o17", 15),
        ("1.5", 1.5),
        ("-.5", -0.5),
        ("1.5e3", 1500.0),
        ("'12'", "12"),
        ('"true"', "true"),
        ("!!str 12", "12"),
        ("1.2.3", "1.2.3"),
        ("-", [None]),
    ],
)
def test_scalars_are_typed_by_the_core_schema(text: str, value: object) -> None:
    got = load(text)
    assert got == value
    assert type(got) is type(value)


def test_keys_are_always_texts() -> None:
    assert load("1: a\non: b\n0012: c\ntrue: d\n") == {
        "1": "a",
        "on": "b",
        "0012": "c",
        "true": "d",
    }


def test_merge_keys_give_way_to_own_keys_and_earlier_ones() -> None:
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], z: 3}\n"
    data = load(text)
    assert isinstance(data, dict)
    assert data["c"] == {"x": 1, "y": 1, "z": 3}


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("a: 1\nb: 2\na: 3\n", (3, "twice", "a")),
        ("a:\n  x: 1\n  x: 2\n", (3, "twice", "a.x")),
        ("a: !thing x\n", (1, "tag", "")),
        ("a: !thing [x]\n", (1, "tag", "")),
        ("? [a]\n: b\n", (1, "key_not_text", "")),
        ("a: {<<: 3}\n", (1, "merge", "")),
    ],
)
def test_mistakes_that_leave_data_are_listed(text: str, mistake: tuple[int, str, str]) -> None:
    _, trouble = yaml12.load(text)
    assert trouble == [mistake]


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("a:\n\tb: 1\n", 2, "tab"),
        ("a: 1\n--- \nb: 2\n", 2, "documents"),
        ("a: 1\nb: \x07\n", 2, "control_character"),
        ("a: [1\nb: 2\n", 2, "syntax"),
        ("a: *nothing\n", 1, "syntax"),
        ("a: &x [*x]\n", 1, "refers_to_itself"),
        ("- " * 3000, 1, "too_deep"),
    ],
)
def test_what_is_no_yaml_says_where_and_why(text: str, line: int, code: str) -> None:
    with pytest.raises(yaml12.YamlTrouble) as caught:
        yaml12.load(text)
    assert [found[:2] for found in caught.value.found] == [(line, code)]


def test_brackets_without_end_do_not_crash() -> None:
    with pytest.raises(yaml12.YamlTrouble):
        yaml12.load("[" * 200_000)


def test_aliases_of_aliases_do_not_explode() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(yaml12.YamlTrouble) as caught:
        yaml12.load("\n".join(rows))
    assert caught.value.found[0][1] == "too_many_aliases"


def test_anchors_are_found_with_their_lines() -> None:
    assert yaml12.anchors("a: &x 1\nb: 2\nc: *x\n") == [1, 3]
    assert yaml12.anchors("a: 1\n") == []


@given(st.text(alphabet="ab01:-?[]{}&*!|>'\"%@#, \n\t~<.", max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_data_or_says_why_not(text: str) -> None:
    found: list[tuple[int, str, str]] = []
    data: object = None
    try:
        data, _ = yaml12.load(text)
    except yaml12.YamlTrouble as trouble:
        found = trouble.found or [(0, "", "")]
    assert all(line >= 1 and code for line, code, _ in found)
    assert data is None or isinstance(data, str | int | float | bool | list | dict)
