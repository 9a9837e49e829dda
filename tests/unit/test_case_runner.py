"""The case runner itself: it finds every difference, and refuses a case that names nothing."""

from pathlib import Path

import pytest

from tests.fixtures.card_workspace import FAN_CARD, FANS, Built, build
from xunjian.errors import ContentError
from xunjian.language import Language
from xunjian.testing.cases import CaseResult, run_case

DEVICE = "device: {kind: switch, platform: box}\nanswers: {show fan: fans.txt}\n"


def run(root: Path, text: str) -> CaseResult:
    built: Built = build(root, {"tasks/fans.yml": FAN_CARD})
    folder = root / "cases" / "fans" / "one"
    folder.mkdir(parents=True)
    (folder / "fans.txt").write_text(FANS)
    (folder / "case.yml").write_text(text)
    return run_case(
        folder / "case.yml",
        catalog=built.catalog,
        platforms=built.platforms,
        templates=built.templates,
    )


GOOD = (
    DEVICE
    + """
facts: {Fan: [{fan: "1", state: ok}, {fan: "2", state: fault}]}
findings: {fans.state@0/1: normal, fans.state@0/2: abnormal}
"""
)


def test_a_case_that_holds(tmp_path: Path) -> None:
    assert run(tmp_path, GOOD).differences() == ()


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ('{fan: "1", state: ok}', '{fan: "1", state: warn}', "Fan[0].state: 'ok', expected 'warn'"),
        (', {fan: "2", state: fault}', "", "Fan: 2 rows, expected 1"),
        ("@0/1: normal", "@0/1: warning", "fans.state@0/1: normal, expected warning"),
        ("@0/1: normal", "@0/7: normal", "fans.state@0/7: no such finding"),
        ("fans.state@0/1: normal", "fans.state: normal", "fans.state: abnormal, normal, expected"),
        ("findings", "steps: {Fan: incomplete}\nfindings", "step Fan: ok, expected incomplete"),
        ("fans.txt", "{file: fans.txt, complete: false}", "Fan: 0 rows, expected 2"),
        ("fans.txt", "{text: nonsense}", "Fan: 0 rows, expected 2"),
    ],
)
def test_every_difference_is_found(tmp_path: Path, old: str, new: str, wanted: str) -> None:
    found = run(tmp_path, GOOD.replace(old, new)).differences()
    assert any(wanted in line for line in found), found


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("facts: {Fan:", "facts: {Fans:", "unknown fact: Fans"),
        ("fans.txt", "other.txt", "other.txt: cannot be read"),
        ("kind: switch", "kind: ups", "no such card"),
        ("findings", "finding", "did you mean findings"),
    ],
)
def test_a_case_that_names_nothing(tmp_path: Path, old: str, new: str, wanted: str) -> None:
    with pytest.raises(ContentError) as caught:
        run(tmp_path, GOOD.replace(old, new))
    assert wanted in "\n".join(p.to(Language.EN) for p in caught.value.problems)


def test_an_unlisted_question_is_unsupported_and_when_strict_an_error(tmp_path: Path) -> None:
    empty = "device: {kind: switch, platform: box}\nfindings: {fans.state: unknown}\n"
    assert run(tmp_path / "a", empty + "steps: {Fan: unsupported}\n").differences() == ()
    strict = empty + "strict: true\nsteps: {Fan: not_read}\n"
    assert run(tmp_path / "b", strict).differences() == ()


def test_what_a_case_without_expectations_would_say(tmp_path: Path) -> None:
    data = run(tmp_path, DEVICE).as_yaml_data()
    assert data["findings"] == {"fans.state@0/1": "normal", "fans.state@0/2": "abnormal"}
    assert data["facts"]["Fan"][0] == {"slot": "0", "fan": "1", "state": "ok"}


def test_a_case_may_have_a_past(tmp_path: Path) -> None:
    past = (
        'previous: {Fan: [{slot: "0", fan: "3", state: ok}]}\nfindings: {fans.state@0/3: warning}\n'
    )
    assert run(tmp_path, DEVICE + past).differences() == ()
