"""Codes of facts read as words in both languages, the same everywhere; JSON keeps the code."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Literal, get_args, get_origin, get_type_hints

import pytest

from tests.fixtures.judging import check, row, run, table
from xunjian.facts import FACTS
from xunjian.facts.words import BY_FIELD, CODED, COMMON, OF_CHECK, REASONS, span_of, word_of
from xunjian.platforms import load_platforms
from xunjian.tasks.load import load_catalog
from xunjian.tasks.model import FieldMap
from xunjian.workspace import open_workspace

# severities of syslog are numbers; what an alarm is called stands in the card's labels
_BY_ITSELF = {("LogEntry", "severity"), ("Reading", "name")}


def codes_of_cards() -> dict[tuple[str, str], set[str]]:
    """Every code that a fact's type allows or a shipped card fills in, by fact and field."""
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for name, fact in FACTS.items():
        for field, hint in get_type_hints(fact).items():
            for part in get_args(hint):
                if get_origin(part) is Literal:
                    found[name, field] |= set(get_args(part))
    workspace = open_workspace(None)
    catalog = load_catalog(workspace, load_platforms(workspace))
    for fact_name, field, mapped in filled(catalog.tasks, ""):
        found[fact_name, field] |= {str(code) for code in (mapped.enum or {}).values()}
    return {key: codes for key, codes in found.items() if codes and key not in _BY_ITSELF}


def filled(part: object, fact: str) -> Iterator[tuple[str, str, FieldMap]]:
    if is_dataclass(part):
        fact = getattr(part, "fact", "") or fact
        for one in fields(part):
            yield from filled(getattr(part, one.name), fact)
    elif isinstance(part, tuple | list):
        for one in part:
            yield from filled(one, fact)
    elif isinstance(part, dict) or hasattr(part, "items"):
        for name, one in part.items():
            if isinstance(one, FieldMap):
                yield fact, name, one
            else:
                yield from filled(one, fact)


def test_every_code_of_a_judged_field_has_a_word() -> None:
    workspace = open_workspace(None)
    codes = codes_of_cards()
    bare = set()
    for one in load_catalog(workspace, load_platforms(workspace)).checks.values():
        key = (one.for_each, str(one.value))
        if key not in codes:
            continue
        fact, _, field = OF_CHECK.get(one.id, "").partition(".")
        for code in codes[key]:
            as_told = word_of(code, key[1], key[0])
            as_shown = word_of(code, field, fact)
            if as_told is None or as_shown != as_told:
                bare.add((one.id, code))
        if key[1] not in CODED and codes[key] - {"true", "false"}:
            bare.add((one.id, key[1]))
    assert not bare


@pytest.mark.parametrize("table_of", [COMMON, REASONS, *BY_FIELD.values()])
def test_words_are_chinese_and_english(table_of: dict[str, object]) -> None:
    for code, text in table_of.items():
        zh, en = getattr(text, "zh", ""), getattr(text, "en", "")
        assert any("\u4e00" <= letter <= "\u9fff" for letter in zh), code
        assert en.isascii(), code
        assert "_" not in en, code


def test_what_is_said_uses_words_and_what_is_kept_is_the_code() -> None:
    made = check("Fan", value="state", abnormal="state == 'fault'")
    (found,) = run(made, table(row("Fan", fan="1", state="fault")))
    assert found.value == "fault"
    assert "故障，异常" in found.message.zh
    assert "fault, abnormal" in found.message.en


def test_a_field_that_says_it_otherwise_has_its_own_word() -> None:
    assert str(word_of("standby", "state", "HaState")) == "备用"
    assert str(word_of("standby", "power", "Display")) == "待机"
    assert word_of("GigabitEthernet0/0/1") is None


@pytest.mark.parametrize(
    ("value", "unit", "zh"),
    [
        (13651260, "s", "158 天 0 小时"),
        (5400, "秒", "1 小时 30 分钟"),
        (324004, "min", "225 天 0 小时"),
        (3599, "s", None),
        (179, "分钟", None),
        (13651260, "d", None),
        (13651260, "", None),
    ],
)
def test_long_times_are_told_in_days(value: float, unit: str, zh: str | None) -> None:
    told = span_of(value, unit)
    assert (told.zh if told else None) == zh
