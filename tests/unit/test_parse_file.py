"""`parse FILE`: the card's parser gives facts, else the public template its rows."""

import os
from pathlib import Path

import pytest
import yaml

from tests.fixtures.card_workspace import FAN_CARD, FANS, build, step_card
from xunjian.collect import parse_file
from xunjian.errors import NotFitting
from xunjian.parse import TemplateCache
from xunjian.tasks.model import Catalog
from xunjian.workspace import Workspace, builtin_root

CORPUS = Path(os.environ.get("XUNJIAN_CORPUS", builtin_root().parent / "shared" / "corpus"))


def test_a_card_gives_facts(tmp_path: Path) -> None:
    built = build(tmp_path, {"tasks/fans.yml": FAN_CARD})
    box = built.platforms.get("box")
    assert box is not None
    parsed = parse_file(built.catalog, box, " show  fan ", FANS, templates=built.templates)
    assert parsed.to_json() == {
        "platform": "box",
        "command": "show fan",
        "parser": "fan.textfsm",
        "completeness": "unproven",
        "facts": {
            "Fan": [
                {"slot": "0", "fan": "1", "state": "ok"},
                {"slot": "0", "fan": "2", "state": "fault"},
            ]
        },
        "unmatched": [],
    }


@pytest.mark.parametrize("echo", ["", "show fan\n", "<box>show fan\n", "<box> show fan\r\n"])
def test_a_closing_prompt_proves_the_end(tmp_path: Path, echo: str) -> None:
    built = build(tmp_path, {"tasks/fans.yml": FAN_CARD})
    box = built.platforms.get("box")
    assert box is not None
    text = f"{echo}{FANS}<box>\n"
    parsed = parse_file(built.catalog, box, "show fan", text, templates=built.templates)
    assert (parsed.completeness, len((parsed.facts or {})["Fan"])) == ("proven", 2)


def test_expect_proves_it_too_and_its_absence_is_no_fit(tmp_path: Path) -> None:
    card = step_card("send: show fan\nparse: fan.textfsm\nexpect: 'Abnormal'")
    built = build(tmp_path, {"tasks/one.yml": card})
    box = built.platforms.get("box")
    assert box is not None
    parsed = parse_file(built.catalog, box, "show fan", FANS, templates=built.templates)
    assert parsed.completeness == "proven"
    with pytest.raises(NotFitting) as caught:
        parse_file(built.catalog, box, "show fan", FANS[:20], templates=built.templates)
    assert "expect" in str(caught.value.hint)


def test_several_cards_on_one_command_are_merged(tmp_path: Path) -> None:
    other = step_card("send: show fan\nparse: fan.textfsm\nmap: {rpm: '5'}")
    built = build(tmp_path, {"tasks/fans.yml": FAN_CARD, "tasks/one.yml": other})
    box = built.platforms.get("box")
    assert box is not None
    parsed = parse_file(built.catalog, box, "show fan", FANS, templates=built.templates)
    values = (parsed.facts or {})["Fan"][0].values()
    assert (values["state"], values["rpm"]) == ("ok", 5)


def test_nothing_that_fits(tmp_path: Path) -> None:
    built = build(tmp_path, {"tasks/fans.yml": FAN_CARD})
    box = built.platforms.get("box")
    assert box is not None
    for command, text in (("show fan", "garbage\n"), ("show nonsense", FANS)):
        with pytest.raises(NotFitting):
            parse_file(built.catalog, box, command, text, templates=built.templates)


def test_public_templates_give_their_own_rows(tmp_path: Path) -> None:
    """Every captured output with expected rows, as its own project has them."""
    if not CORPUS.is_dir():
        pytest.skip(f"no corpus at {CORPUS}")
    workspace = Workspace(root=tmp_path, builtin=tmp_path, state_dir=tmp_path)
    templates, seen = TemplateCache(workspace), 0
    for expected in sorted((CORPUS / "cli").glob("*/*/*.yml")):
        raw = expected.with_suffix(".raw")
        wanted = yaml.load(expected.read_text("utf-8"), yaml.BaseLoader)["parsed_sample"]
        platform, command = expected.parts[-3], expected.parts[-2].replace("_", " ")
        parsed = parse_file(
            Catalog(tasks=()),
            platform,
            command,
            raw.read_text("utf-8", "replace"),
            templates=templates,
        )
        assert [dict(row) for row in parsed.rows] == wanted, raw
        assert parsed.parser.startswith("ntc-templates: ")
        seen += 1
    assert seen > 100
