"""Chinese texts of cards are Chinese: what stands in Latin letters names a thing."""

import re

from xunjian.language import Text
from xunjian.platforms import load_platforms
from xunjian.tasks.load import load_catalog
from xunjian.tasks.model import Catalog
from xunjian.workspace import builtin_root, open_workspace

# lower-case words of no language: commands, files, keys of the register, services, states that
# only the device's own word tells apart, units
NAMES = frozenset(
    {
        *(
            "asset",
            "expected",
            "limits",
            "vars",
            "uplink",
            "rotated_on",
            "none",
            "ignore",
            "reference accept",
        ),
        *("chronyd", "ntpd", "systemd-timesyncd", "journalctl", "systemctl status", "sudo", "root"),
        *("fstab", "known_hosts", "check", "conserve mode", "err-disabled", "error-down"),
        *("peer-link", "sip", "cloud", "teams", "ms", "nm"),
        *("show redundancy history", "show vpc consistency-parameters global"),
    }
)
WORD = re.compile(r"(?<![A-Za-z0-9_.\-/])[a-z][a-z]+(?:[ _-][a-z]+)*(?![A-Za-z0-9_]|\.[a-z])")
SLOT = re.compile(r"\{[^}]*\}")


def catalog() -> Catalog:
    workspace = open_workspace(builtin_root())
    return load_catalog(workspace, load_platforms(workspace))


def leaks(texts: dict[str, Text]) -> dict[str, list[str]]:
    found = {name: WORD.findall(SLOT.sub("{}", text.zh)) for name, text in texts.items()}
    return {name: odd for name, words in found.items() if (odd := [*{*words} - NAMES])}


def test_chinese_texts_of_cards_hold_no_english_words() -> None:
    cards = catalog()
    texts = {task.name: task.title for task in cards.tasks}
    for check in cards.checks.values():
        for part in ("title", "message", "standard", "advice"):
            texts[f"{check.id} {part}"] = getattr(check, part)
    assert leaks(texts) == {}


def test_an_english_word_is_seen() -> None:
    assert leaks({"a": Text("端口应为 up"), "b": Text("{value} ms，见 xunjian.yml")}) == {
        "a": ["up"]
    }
