"""docs/special-inspections.md and its Chinese sister say what playbooks and cards say."""

import os

import pytest

from xunjian.language import Language
from xunjian.platforms import load_platforms
from xunjian.tasks.load import load_catalog
from xunjian.testing.rounds_page import PAGES, rounds_page
from xunjian.workspace import builtin_root, open_workspace


@pytest.mark.parametrize("language", list(Language))
def test_the_page_is_what_playbooks_and_cards_say(language: Language) -> None:
    workspace = open_workspace(builtin_root())
    page = rounds_page(workspace, load_catalog(workspace, load_platforms(workspace)), language)
    path = builtin_root() / PAGES[language]
    if os.environ.get("XUNJIAN_WRITE_DOCS") == "1":
        path.write_text(page, "utf-8")
    assert path.read_text("utf-8") == page, "run `make docs`"
    assert "{" not in page.partition("\n## ")[2]  # every limit is filled in
