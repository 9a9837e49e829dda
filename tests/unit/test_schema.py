from pathlib import Path
from typing import Literal

import pytest
from pydantic import Field

from xunjian.errors import ContentError
from xunjian.language import Language, Text
from xunjian.schema import (
    Document,
    Model,
    Problems,
    is_secret_slot,
    load_yaml,
    nearest,
    nearest_hint,
    printable,
    refuse_anchors,
    validate,
)


class Inner(Model):
    port: int = Field(ge=1, le=65535)
    password: dict[str, str] | None = None
    kind: Literal["a", "b"] = "a"


class Outer(Model):
    hosts: dict[str, Inner] = Field(default_factory=dict)
    flag: bool = False
    items: list[int | str] = Field(default_factory=list)
    either: list[str] | Inner | None = None


def document(text: str) -> Document:
    return load_yaml(Path("folder/x.yml"), text, shown="x.yml")


def said(text: str) -> list[str]:
    problems = Problems()
    validate(document(text), Outer, problems)
    return [problem.to(Language.EN) for problem in problems.found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hosts:\n  x:\n    port: 0\n", "x.yml:3:hosts.x.port: must be at least 1, got: 0"),
        ("hosts:\n  x: {}\n", "x.yml:2:hosts.x.port: a required key is missing"),
        (
            "hosts:\n  x: {port: 1, knd: a}\n",
            "x.yml:2:hosts.x.knd: unknown key (did you mean kind?)",
        ),
        (
            "hosts:\n  x: {port: 1, kind: c}\n",
            "x.yml:2:hosts.x.kind: expected one of: a, b, got: 'c'",
        ),
        ("flag: yes\n", "x.yml:1:flag: expected true or false, got: 'yes'"),
        ("flag: 1\n", "x.yml:1:flag: expected true or false, got: 1"),
        ("hosts: {x: {port: '22'}}\n", "x.yml:1:hosts.x.port: expected a whole number, got: '22'"),
        ("items: [1, x, 1.5]\n", "x.yml:1:items.2: expected a whole number or a text, got: 1.5"),
        ("hosts: 3\n", "x.yml:1:hosts: expected a mapping, got: 3"),
        ("hots: {}\n", "x.yml:1:hots: unknown key (did you mean hosts?)"),
        (
            "either: {port: 1, knd: a}\n",
            "x.yml:1:either.knd: unknown key (did you mean kind?)",
        ),
        ("either: [1]\n", "x.yml:1:either.0: expected a text, got: 1"),
        ("- a\n", "x.yml:1: expected a mapping"),
    ],
)
def test_a_mistake_says_where_what_and_the_nearest_right_name(text: str, expected: str) -> None:
    assert said(text) == [expected]


def test_all_mistakes_are_reported_at_once() -> None:
    text = "flag: maybe\nhosts:\n  a: {port: 0}\n  b: {port: 70000}\nwhat: 1\n"
    assert len(said(text)) == 4


def test_a_sound_document_gives_the_model() -> None:
    problems = Problems()
    model = validate(document("hosts: {a: {port: 22}}\n"), Outer, problems)
    assert model is not None
    assert model.hosts["a"].port == 22
    problems.raise_if_any()


def test_a_part_is_validated_at_its_place() -> None:
    problems = Problems()
    assert validate(document("a:\n  b:\n    port: 0\n"), Inner, problems, ("a", "b")) is None
    assert problems.found[0].to(Language.EN).startswith("x.yml:3:a.b.port:")


@pytest.mark.parametrize("secret", ["hunter2!", "'hunter2!'", "[hunter2!]"])
def test_a_secret_slots_value_is_never_repeated(secret: str) -> None:
    (message,) = said(f"hosts: {{x: {{port: 1, password: {secret}}}}}\n")
    assert "hunter2" not in message
    assert "hosts.x.password" in message


@pytest.mark.parametrize(
    "text", ["a: !hunter2 x\n", "a: *hunter2\n", "a: &hunter2 [\n", "a: hunter2: x\n", "@hunter2\n"]
)
def test_a_syntax_error_repeats_nothing_of_the_text(text: str) -> None:
    with pytest.raises(ContentError) as caught:
        document(text)
    shown = "".join(p.to(Language.ZH) + p.to(Language.EN) for p in caught.value.problems)
    assert "hunter2" not in shown


def test_soft_mistakes_go_to_the_collector_and_the_rest_is_examined() -> None:
    problems = Problems()
    loaded = load_yaml(Path("x.yml"), "a: 1\na: 2\nflag: 3\n", problems=problems)
    assert loaded.data == {"a": 2, "flag": 3}
    validate(loaded, Outer, problems)
    found = sorted((p.line, p.key, p.message.en.split(",")[0]) for p in problems.found)
    assert found == [
        (2, "a", "the same key twice"),
        (2, "a", "unknown key"),
        (3, "flag", "expected true or false"),
    ]


def test_lines_are_found_for_keys_items_and_absent_keys() -> None:
    doc = document("a:\n  - x\n  - y: 1\n    z: 2\nb: {c: 3}\n")
    assert doc.line(("a",)) == 1
    assert doc.line(("a", 0)) == 2
    assert doc.line(("a", 1, "z")) == 4
    assert doc.line(("b", "c")) == 5
    assert doc.line(("b", "nothing")) == 5
    assert doc.line(("a", 9)) == 1
    assert doc.line() == 1


def test_problems_are_carried_sorted_and_once() -> None:
    problems, doc = Problems(), document("a: 1\nb: 2\n")
    problems.add(doc, ("b",), Text("乙", "second"))
    problems.add(doc, ("a",), Text("甲", "first"))
    problems.add(doc, ("a",), Text("甲", "first"))
    other = Problems()
    other.merge(problems)
    with pytest.raises(ContentError) as caught:
        other.raise_if_any()
    assert [p.to(Language.EN) for p in caught.value.problems] == [
        "x.yml:1:a: first",
        "x.yml:2:b: second",
    ]


def test_anchors_can_be_refused() -> None:
    problems = Problems()
    refuse_anchors(document("a: &x 1\nb: *x\n"), problems)
    assert [p.line for p in problems.found] == [1, 2]


def test_nearest_names() -> None:
    assert nearest("switsh", ["switch", "server"]) == "switch"
    assert nearest("SWITCH", ["switch"]) == "switch"
    assert nearest("zzz", ["switch"]) is None
    assert nearest_hint("zzz", ["b", "a"]).en == "known: a, b"
    assert nearest_hint("zzz", []).en == ""


def test_foreign_text_is_made_safe_for_one_line() -> None:
    assert printable("a\x1b[31m\nb") == "a\N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}b"
    assert len(printable("x" * 500)) == 60


@pytest.mark.parametrize(
    "key", ["password", "enable_secret", "auth_key", "api_key", "SnmpCommunity"]
)
def test_secret_slots_are_known_by_name(key: str) -> None:
    assert is_secret_slot(key)


@pytest.mark.parametrize("key", ["key_file", "passive", "bypass_mode", "keyboard"])
def test_other_names_are_no_secret_slots(key: str) -> None:
    assert not is_secret_slot(key)
