"""README, docs and help name only commands, options, files and targets that exist."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from xunjian.cli.app import build
from xunjian.cli.language import translate
from xunjian.cli.output import Output
from xunjian.language import Language

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").rglob("*.md")))
ANYWHERE = {"--lang", "--debug", "--version", "--help", "-h"}
_CALL = re.compile(
    r"^(?:.*?(?:&&|\|\||[;|(]|^)\s*)?(?:xunjian|\S*python runner\.py)\s+(?P<rest>.+)$"
)
_SPAN = re.compile(r"`([^`\n]+)`")
_FENCE = re.compile(r"^\s*```")
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
# a path of this repository, from its root: only the folders that hold the product
_PATH = re.compile(
    r"`((?:docs|xunjian|tests|templates/(?:report|parse|platforms|forms)|playbooks)/[\w./*-]+\w)`"
)
# files that a reader makes in a workspace of his own
OWN = ("templates/report/", "templates/parse/<", "templates/forms/my")


def tree(language: Language) -> Any:
    """Build the commands' tree once, in one language."""
    output = Output(language=language, debug=False, is_language_asked=True)
    root = typer.main.get_command(build(output))
    translate(root, language)
    return root


ROOT_COMMAND = tree(Language.EN)


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Give every command of the tree with its words."""
    yield " ".join(("xunjian", *path)), command
    for name, child in getattr(command, "commands", {}).items():
        yield from leaves(child, (*path, name))


def calls(text: str) -> Iterator[str]:
    """Give the command lines of a page: of its blocks and of its `spans`."""
    is_code = False
    joined = re.sub(r"\\\n\s*", " ", text)
    for line in joined.split("\n"):
        if _FENCE.match(line):
            is_code = not is_code
            continue
        for piece in [line] if is_code else _SPAN.findall(line):
            found = _CALL.match(piece.strip())
            if found:
                yield found["rest"]


def mistakes(line: str, root: Any = None) -> list[str]:
    """Say what of a command line does not exist: its commands, its options."""
    try:
        words = shlex.split(re.split(r"\s(?:#|&&|\|\||[|>;])", line)[0], comments=True)
    except ValueError:
        return []  # a piece of a longer line
    command = root or ROOT_COMMAND
    known, wrong = set(ANYWHERE), list[str]()
    for word in words:
        children = getattr(command, "commands", None)
        if children and re.fullmatch(r"[a-z][a-z-]*", word):
            if word not in children:
                return [f"no command {word!r}"]
            command = children[word]
        elif word.startswith("-") and not re.fullmatch(r"-\d.*|-", word):
            known |= {name for p in command.params for name in (*p.opts, *p.secondary_opts)}
            if word.partition("=")[0] not in known:
                wrong.append(f"{command.name} has no option {word!r}")
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_shows_only_what_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    wrong = [f"{line}: {found}" for line in calls(text) for found in mistakes(line)]
    wrong += [f"no file {link}" for link in _LINK.findall(text) if missing(page, link)]
    for path in _PATH.findall(text):
        if not path.startswith(OWN) and not list(ROOT.glob(path)):
            wrong.append(f"no path {path}")
    assert wrong == []


def missing(page: Path, link: str) -> bool:
    """Whether a link of a page leads to no file; addresses are left alone."""
    return "://" not in link and not (page.parent / link).exists()


@pytest.mark.parametrize("page", PAGES[:2], ids=lambda page: page.name)
def test_every_page_is_in_the_table_of_the_readme(page: Path) -> None:
    folder = "docs/zh/" if page.name.endswith("zh-CN.md") else "docs/"
    named = set(_LINK.findall(page.read_text("utf-8")))
    assert {f"{folder}{one.name}" for one in (ROOT / "docs").glob("*.md")} <= named


def test_every_page_has_its_twin() -> None:
    english = {page.name for page in (ROOT / "docs").glob("*.md")}
    chinese = {page.name for page in (ROOT / "docs/zh").glob("*.md")}
    assert english == chinese


@pytest.mark.parametrize("name", sorted(page.name for page in (ROOT / "docs").glob("*.md")))
def test_twins_have_the_same_chapters(name: str) -> None:
    def shape(page: Path) -> list[int]:
        prose = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        return [len(found) for found in re.findall(r"^(#+) ", prose, flags=re.MULTILINE)]

    assert shape(ROOT / "docs/zh" / name) == shape(ROOT / "docs" / name)


def test_the_targets_of_the_pages_are_in_the_makefile() -> None:
    targets = set(
        re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE)
    )
    named = {
        t for page in PAGES for t in re.findall(r"\bmake (\w+)(?=`|\s+#)", page.read_text("utf-8"))
    }
    assert named
    assert named <= targets


@pytest.mark.parametrize("language", Language, ids=str)
def test_every_help_page_teaches_by_an_example_that_exists(language: Language) -> None:
    root = tree(language)
    head = {Language.ZH: r"\n\n例：", Language.EN: r"\n\nExamples?: "}[language]
    wrong = []
    for words, command in leaves(root):
        examples = re.search(head + r"(.+?)(?:\n\n|$)", command.help or "", flags=re.DOTALL)
        if examples is None:
            wrong.append(f"{words}: no example")
            continue
        for one in re.split(r"\s{3,}", examples[1].strip()):
            found = _CALL.match(one)
            wrong += [f"{words}: {one}: not a call"] if found is None else []
            wrong += [
                f"{words}: {one}: {w}" for w in mistakes(found["rest"] if found else "", root)
            ]
    assert wrong == []


@pytest.mark.parametrize("language", Language, ids=str)
def test_a_help_page_is_eighty_cells_wide_but_for_its_examples(language: Language) -> None:
    from rich.cells import cell_len

    for words, command in leaves(tree(language)):
        context = command.context_class(command, info_name=words, terminal_width=80)
        for line in command.get_help(context).split("\n"):
            assert cell_len(line) <= 80 or line.startswith("    xunjian "), (words, line)


def test_what_does_not_exist_is_found() -> None:
    assert mistakes("report nothing latest") == ["no command 'nothing'"]
    assert mistakes("run daily --fromat html") == ["run has no option '--fromat'"]
    assert mistakes("run daily -w rounds --lang en") == []
    assert list(calls("see `xunjian list runs` and\n```\ncd x && xunjian lint -w y\n```\n")) == [
        "list runs",
        "lint -w y",
    ]


@pytest.mark.parametrize("language", Language, ids=str)
def test_the_line_of_use_is_what_a_person_types(language: Language) -> None:
    """Without the parser's braces, and without a sign of repetition in a name."""
    lines = []
    for words, command in leaves(tree(language)):
        page = command.get_help(command.context_class(command, info_name=words, terminal_width=80))
        lines.append(page.split("\n\n")[0])
    assert [line for line in lines if set("{}…") & set(line)] == []
    assert any(line.endswith("] RUN FILE...") for line in lines)
