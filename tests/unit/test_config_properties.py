"""The difference applied to the old tree gives the new one; a text does not differ from itself."""

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fixtures.config_packs import FORTIOS, IOS, JUNOS, SSHD, diff, small_pack, tree
from xunjian.config.apply import apply, meaning
from xunjian.config.compare import compare

# a keyed, a set, a sequence and a numbered section, and nesting
PACK = r"""
version: 1
title: all modes
evidence: documented
syntax: {family: indent}
order:
  - {id: keyed, section: 'keyed \w+', mode: keyed, key: '^(\w+) '}
  - {id: list, section: 'list \w+', mode: sequence}
  - {id: by-name, section: 'named \w+', mode: sequence, key: '^(rule \w+)'}
  - {id: numbered, section: 'numbers \w+', mode: sequence, number: '^(\d+) '}
values: [{id: vlans, match: '^(?P<head>vlans) (?P<value>[\d,-]+)$', as: vlan_set}]
"""

LEAF = st.sampled_from(
    [
        "a 1",
        "a 2",
        "b 1",
        "b 2",
        "c",
        "d x y",
        "rule a 1",
        "rule b 2",
        "rule a 2",
        "vlans 1-3,5",
        "vlans 4",
        "no c",
    ]
)
NUMBERED = st.builds(
    "{} {}".format,
    st.integers(1, 40),
    st.sampled_from(["permit a", "deny b", "permit c", "deny d"]),
)
HEADERS = st.builds(
    "{} {}".format, st.sampled_from(["keyed", "list", "named", "plain"]), st.sampled_from("xy")
)


def indented(lines: list[str]) -> list[str]:
    return [" " + line for line in lines]


@st.composite
def sections(draw: st.DrawFn, depth: int = 2) -> list[str]:
    if draw(st.booleans()):
        rules = {int(rule.split()[0]): rule for rule in draw(st.lists(NUMBERED, max_size=6))}
        return ["numbers x", *indented([rules[n] for n in sorted(rules)])]
    lines = draw(st.lists(LEAF, max_size=7))
    if depth and draw(st.booleans()):
        lines += draw(sections(depth=depth - 1))
    return [draw(HEADERS), *indented(lines)]


TEXTS = st.lists(st.one_of(sections(), st.builds(lambda leaf: [leaf], LEAF)), max_size=6).map(
    lambda blocks: "\n".join(line for block in blocks for line in block) + "\n"
)
COMMON = settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@COMMON
@given(TEXTS, TEXTS)
def test_the_difference_makes_the_new_tree_of_the_old(old: str, new: str) -> None:
    pack = small_pack(PACK)
    a, b = tree(old, pack), tree(new, pack)
    found = compare(a, b, pack)
    assert meaning(apply(found.changes, a), pack) == meaning(b, pack)
    assert (found.changes == ()) == (meaning(a, pack) == meaning(b, pack))
    assert len({change.id for change in found.changes}) == len(found.changes)


@COMMON
@given(TEXTS, st.integers(0, 10**6))
def test_a_few_edits_make_the_new_tree_of_the_old(old: str, seed: int) -> None:
    pack = small_pack(PACK)
    a, b = tree(old, pack), tree("\n".join(shaken(old.splitlines(), seed, 8)) + "\n", pack)
    found = compare(a, b, pack)
    assert meaning(apply(found.changes, a), pack) == meaning(b, pack)
    assert (found.changes == ()) == (meaning(a, pack) == meaning(b, pack))


@COMMON
@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    pack = small_pack(PACK)
    found = compare(tree(text, pack), tree(text, pack), pack)
    assert (found.changes, found.reordered) == ((), ())


@COMMON
@given(st.binary(max_size=400), st.sampled_from([PACK, IOS, FORTIOS, JUNOS, SSHD]))
def test_no_bytes_break_it(raw: bytes, text: str) -> None:
    pack = small_pack(text)
    found = diff(raw, raw[: len(raw) // 2], pack)
    assert found.platform == "small"
    shown = "".join(line for change in found.changes for line in (*change.old, *change.new))
    assert "\x1b" not in shown
    assert "\x00" not in shown


def shaken(lines: list[str], seed: int, rarely: int = 30) -> list[str]:
    """The same with lines dropped, doubled, changed and moved at random."""
    chance = random.Random(seed)
    out: list[str] = []
    for line in lines:
        match chance.randrange(rarely):
            case 0:
                continue
            case 1:
                out += [line, line]
            case 2:
                out.append(line + " changed")
            case 3 if out:
                out.insert(chance.randrange(len(out)), line)
            case _:
                out.append(line)
    return out
