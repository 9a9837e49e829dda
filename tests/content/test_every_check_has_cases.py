"""Every check is seen normal and not normal in a case, at each level; so is every card on each platform.

Read from the cases as they are written: `tests/devices/test_cases.py` shows that they hold.
"""

from collections import defaultdict
from functools import cache

import yaml

from xunjian.language import Language
from xunjian.platforms import load_platforms
from xunjian.playbook import find_playbook, list_playbooks, load_playbook
from xunjian.tasks.load import load_catalog
from xunjian.tasks.model import Catalog, Check
from xunjian.workspace import builtin_root, open_workspace

CASES = builtin_root() / "tests" / "devices"
BAD = {"warning", "abnormal"}

# check -> why one of its verdicts stands in no case
CHECK_EXCEPTIONS: dict[str, str] = {}
# asked while a conference is on: at any other time a terminal need not be in a call
IN_A_CONFERENCE = {"in_call"}
# (platform, card) -> why no case shows it good, or bad
CARD_EXCEPTIONS: dict[tuple[str, str], str] = {
    ("hikvision_snmp", "tasks/common/identity.yml"): "its MIB tells neither serial nor uptime",
    ("pjlink", "tasks/common/identity.yml"): "class 1 tells neither serial number nor uptime",
    ("frr", "tasks/common/identity.yml"): "the daemon tells neither serial number nor uptime",
    ("fortinet", "tasks/switch/saved_config.yml"): "saved at once; when not, it cannot be read",
    (
        "*",
        "tasks/common/reachability.yml",
    ): "judged from the session: tests of collect and of the lab",
}

NO_CHINESE = dict.fromkeys((*range(0x3000, 0xA000), *range(0xFF00, 0xFFF0)))


@cache
def catalog() -> Catalog:
    workspace = open_workspace(builtin_root())
    return load_catalog(workspace, load_platforms(workspace))


@cache
def verdicts() -> dict[tuple[str, str], set[str]]:
    """Verdicts that the cases name, by platform and check."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for path in CASES.glob("*/*/*/case.yml"):
        case = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        for key, verdict in (case.get("findings") or {}).items():
            found[case["device"]["platform"], key.partition("@")[0]].add(verdict)
    return found


def wanted(check: Check) -> set[str]:
    """The verdicts that a check can give, apart from those about missing evidence."""
    found = {"normal"}
    if check.warning is not None or (check.worse and {"warning"} & {*check.limits, *check.own}):
        found.add("warning")
    if check.abnormal is not None or (check.worse and {"critical"} & {*check.limits, *check.own}):
        found.add("abnormal")
    return found


def test_every_check_is_seen_normal_and_at_every_level() -> None:
    by_check: dict[str, set[str]] = defaultdict(set)
    for (_, name), named in verdicts().items():
        by_check[name] |= named
    missing = {
        check.id: sorted(wanted(check) - by_check[check.id])
        for check in catalog().checks.values()
        if wanted(check) - by_check[check.id]
    }
    assert set(missing) == set(CHECK_EXCEPTIONS), missing
    for check in catalog().checks.values():
        assert check.function is None or by_check[check.id] & BAD, check.id


def test_every_card_is_seen_good_and_bad_on_each_of_its_platforms() -> None:
    missing = {}
    for task in catalog().tasks:
        for platform in (name for name, steps in task.collect.items() if steps):
            named = set().union(*(verdicts().get((platform, c.id), set()) for c in task.checks))
            if task.checks and ("normal" not in named or not named & BAD):
                missing[platform, task.relative] = sorted(named)
    assert set(missing) == set(CARD_EXCEPTIONS), missing


def test_every_check_tells_a_person_what_to_do() -> None:
    """Message with what was found, the standard it is held to, advice and a source; in both languages."""
    for check in catalog().checks.values():
        for text in (check.message, check.standard, check.advice):
            assert text.zh, check.id
            assert text.en, check.id
        assert not check.advice.en[0].islower(), f"{check.id}: advice is a sentence"
        assert check.source.zh, check.id
        assert "house" not in check.source.zh, f"{check.id}: an English word in a Chinese source"
        assert check.source.to(Language.EN).translate(NO_CHINESE) == check.source.to(Language.EN)
        if check.limits:
            assert "{" in check.message.zh, f"{check.id}: says no value"
            assert "{" in check.message.en, f"{check.id}: says no value"


def test_every_item_stands_in_a_round() -> None:
    """A card that no shipped playbook names would never be asked."""
    workspace = open_workspace(builtin_root())
    listed = [one.playbook for one in list_playbooks(workspace) if one.playbook]
    assert set(catalog().names) - {task for one in listed for task in one.tasks} == set()


def test_every_item_that_devices_answer_stands_in_the_round_of_everything() -> None:
    workspace = open_workspace(builtin_root())
    playbook = load_playbook(find_playbook(workspace, "adhoc"))
    answered = {
        task.name
        for task in catalog().tasks
        if {name for name, steps in task.collect.items() if steps} - {"*"}
    }
    assert answered - set(playbook.tasks) == IN_A_CONFERENCE
