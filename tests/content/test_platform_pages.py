"""docs/platforms.md and its Chinese sister say what the cards say; `make docs` writes them."""

import os
from collections import Counter

import pytest

from tests.fixtures.shipped import content
from xunjian.language import Language
from xunjian.tasks.evidence import asked_steps, cards_of
from xunjian.tasks.model import EvidenceClass
from xunjian.testing.platform_page import PAGES, platform_page
from xunjian.workspace import builtin_root


@pytest.mark.parametrize("language", list(Language))
def test_the_page_is_what_the_cards_say(language: Language) -> None:
    page = platform_page(*content()[:2], language)
    path = builtin_root() / PAGES[language]
    if os.environ.get("XUNJIAN_WRITE_DOCS") == "1":
        path.write_text(page, "utf-8")
    assert path.read_text("utf-8") == page, "run `make docs`"


def test_every_platform_has_cards_and_every_step_a_class() -> None:
    catalog, platforms, _ = content()
    steps = Counter(
        step.evidence
        for task in catalog.tasks
        for platform in task.collect
        for step in asked_steps(task, platform)
    )
    cards = {name: cards_of(catalog, name) for name in (*platforms.names, "*")}
    assert [name for name, read in cards.items() if not read] == []
    for one in EvidenceClass:
        assert sum(card.total(one) for read in cards.values() for card in read) == steps[one]


def test_what_nobody_saw_is_not_called_seen() -> None:
    """Agents of net-snmp that repeat values of ours are no equipment."""
    catalog, _, _ = content()
    for platform in ("apc_powernet", "eaton_xups", "huawei_ups"):
        for card in cards_of(catalog, platform):
            assert card.total(EvidenceClass.DOCUMENTED) > 0
            assert card.total(EvidenceClass.CAPTURED) == card.total(EvidenceClass.REAL) == 0


def test_an_item_that_a_platform_cannot_give_is_said_and_has_no_card() -> None:
    catalog, platforms, _ = content()
    said = {name: set(platforms.by_name[name].not_provided) for name in platforms.names}
    assert {name: items for name, items in said.items() if items} == {
        "cisco_nxos": {"stack"},
        "poly_videoos": {"environment"},
    }
    for name, items in said.items():
        assert items <= set(catalog.names) - {card.task.name for card in cards_of(catalog, name)}
    page = platform_page(catalog, platforms, Language.EN)
    assert "- `stack`: Nexus switches do not stack" in page
