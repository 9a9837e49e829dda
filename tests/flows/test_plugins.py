"""A workspace's plugin judges, when its settings say so, and only then."""

import json
from pathlib import Path

import pytest

from xunjian.cli import main
from xunjian.errors import ContentError
from xunjian.run.content import Content

PLUGIN = """
from xunjian.checks import Finding, Verdict, finding_id, judging_function
from xunjian.language import Text


@judging_function("too_many_lines")
def too_many_lines(rows, context):
    return []


def decode_shout(text):
    return ({"name": text.strip().upper()},)


DECODERS = {"shout": decode_shout}
"""
CARD = """
name: shouting
title: {zh: 喊话, en: shouting}
kinds: [server]
collect:
  linux:
    - fact: Reading
      channel: shell
      send: cat /proc/loadavg
      decode: shout
      columns: {name: name}
checks:
  - id: shouting.lines
    title: {zh: 行数, en: lines}
    for_each: Reading
    function: too_many_lines
    source: house rule
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    assert main(["init", str(tmp_path / "ws")]) == 0
    root = tmp_path / "ws"
    (root / "plugins").mkdir()
    (root / "plugins" / "house.py").write_text(PLUGIN, encoding="utf-8")
    (root / "tasks" / "shouting.yml").write_text(CARD, encoding="utf-8")
    return root


def test_a_card_may_use_what_an_allowed_plugin_brings(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = workspace / "xunjian.yml"
    settings.write_text(settings.read_text("utf-8") + "plugins: true\n", encoding="utf-8")
    content = Content(workspace)
    assert "shouting.lines" in content.catalog.checks
    assert set(content.plugins.functions) == {"too_many_lines"}
    answer = tmp_path / "answer.txt"
    answer.write_text("calm\n", encoding="utf-8")
    capsys.readouterr()
    words = ["parse", str(answer), "--platform", "linux", "--command", "cat /proc/loadavg"]
    assert main([*words, "-w", str(workspace)]) == 0
    facts = json.loads(capsys.readouterr().out)["facts"]
    assert [row["name"] for row in facts["Reading"]] == ["CALM"]
    assert main(["lint", "-w", str(workspace)]) == 0


def test_without_permission_no_plugin_runs_and_the_card_says_what_it_lacks(
    workspace: Path,
) -> None:
    (workspace / "plugins" / "house.py").write_text("raise SystemExit(99)", encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        Content(workspace).catalog  # noqa: B018 - reading it is the act
    said = "\n".join(str(problem.message) for problem in caught.value.problems)
    assert "too_many_lines" in said
    assert "shout" in said
