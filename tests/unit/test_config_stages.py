"""Parts, flattened documents, risk by device, and what the gate sees without an end marker."""

import pytest

from tests.fixtures.config_packs import KEY, changes, diff, shipped, small_pack, tree
from xunjian.config.clean import clean
from xunjian.config.completeness import cut_off
from xunjian.config.flatten import flatten
from xunjian.config.model import DeviceFacts, Risk, TrustState
from xunjian.config.pack import Pack, load_packs
from xunjian.config.parts import join_parts, split_parts
from xunjian.config.pipeline import Setting, diff_texts
from xunjian.config.rate import rate, unrated
from xunjian.workspace import open_workspace

RATED = r"""
version: 1
title: rated
evidence: documented
syntax: {family: indent}
values: [{id: vlans, match: '^(?P<head>trunk vlan) (?P<value>[\d,-]+)$', as: vlan_set}]
order: [{id: list, section: 'list \w+', mode: sequence}]
risk:
  - {id: low, level: low, any: '^cost ', why: w}
  - {id: high, level: high, came: '^cost 1$', why: w}
  - {id: uplink, level: high, path: '^interface ', loses: true, uplink: true, why: w}
  - {id: loses, level: medium, loses: true, why: w}
  - {id: core, level: critical, gone: '^guard$', roles: [core], why: w}
  - {id: open, level: critical, kinds: [added], path: 'rule', came: '^permit$', lacks: '^source ', why: w}
"""


@pytest.fixture
def rated() -> Pack:
    return small_pack(RATED)


def rules(old: str, new: str, pack: Pack, facts: DeviceFacts | None = None) -> list[str]:
    return [change.rule for change in rate(changes(old, new, pack), pack, facts)]


def test_the_highest_rule_that_fits_decides(rated: Pack) -> None:
    assert rules("cost 2\n", "cost 3\n", rated) == ["low"]
    assert rules("cost 2\n", "cost 1\n", rated) == ["high"]
    (change,) = rate(changes("x\n", "y z\n", rated)[:1], rated)
    assert (change.risk, change.rule, unrated([change])) == (Risk.MEDIUM, "default", 1)


def test_risk_by_the_device(rated: Pack) -> None:
    old, new = "interface Gi1\n trunk vlan 1-3\n", "interface Gi1\n trunk vlan 1-2,9\n"
    assert rules(old, new, rated, DeviceFacts(uplinks=frozenset({"Gi1"}))) == ["uplink"]
    assert rules(old, new, rated, DeviceFacts(uplinks=frozenset({"Gi2"}))) == ["loses"]
    assert rules(old, new.replace("1-2", "1-3"), rated) == ["default"]
    assert rules("guard\n", "", rated, DeviceFacts(role="core")) == ["core"]
    assert rules("guard\n", "", rated) == ["default"]


def test_lacking_a_line(rated: Pack) -> None:
    assert rules("", "rule a\n permit\n", rated) == ["open"]
    assert rules("", "rule a\n source x\n permit\n", rated) == ["default"]


def test_parts_are_compared_by_their_own_packs() -> None:
    pack = load_packs(open_workspace()).get("linux")
    names = [part.name for part, _ in pack.parts if not part.optional]
    texts = dict.fromkeys(names, b"a 1\n")
    raw = join_parts(texts)
    assert split_parts(raw) == texts
    whole = clean(raw, pack)
    assert not any("part is missing" in reason.en for reason in whole.trust.reasons)
    less = join_parts({name: texts[name] for name in names[1:]})
    assert clean(less, pack).trust.state is TrustState.INCOMPLETE
    other = clean(raw + join_parts({"nobody knows": b"x\n"}), pack)
    assert other.trust.state is not TrustState.TRUSTED


@pytest.mark.parametrize(
    ("family", "text", "lines"),
    [
        (
            "json",
            '{"a": {"b": [1, "x"]}, "c": null, "d": {}}',
            ("a.b[0]: 1", 'a.b[1]: "x"', "c: null", "d: {}"),
        ),
        ("json", '{"a": ', None),
        ("xml", "<c><n item='2'>x</n><m/></c>", ('c.n[2]: "x"', 'c.m: ""')),
        ("xml", "<c><n>", None),
        ("xml", '<!DOCTYPE c [<!ENTITY e SYSTEM "file:///etc/hostname">]><c>&e;</c>', ('c: ""',)),
    ],
)
def test_documents_become_lines(family: str, text: str, lines: tuple[str, ...] | None) -> None:
    assert flatten(text, family) == lines


def test_a_text_that_stops_where_the_former_goes_on(rated: Pack) -> None:
    lines = [f"line {n} of it" for n in range(20)]
    text = "\n".join([*lines, ""])
    half = "\n".join([*lines[:18], "line 1"])
    assert diff(text, half, rated).trust.state is TrustState.INCOMPLETE
    assert cut_off(lines, lines[:10]) is not None
    assert cut_off(lines, lines[:19]) is None
    assert cut_off(lines, [*lines[:19], "line 19 of it, changed"]) is None
    assert cut_off(lines, [*lines, "more"]) is None


def test_a_drift_that_lost_many_lines_is_doubted(rated: Pack) -> None:
    old = "".join(f"a{n}\n" for n in range(20)).encode()
    new = "".join(f"a{n}\n" for n in range(0, 20, 2)).encode()
    plain = diff_texts(old, new, rated, key=KEY)
    drift = diff_texts(old, new, rated, key=KEY, setting=Setting(shrink=True))
    assert (plain.trust.state, drift.trust.state) == (TrustState.TRUSTED, TrustState.INCOMPLETE)


def test_a_platform_without_a_pack_gets_the_generic_one() -> None:
    packs = load_packs(open_workspace())
    pack = packs.get("nobody_knows")
    assert (pack.generic, pack.name, pack.platform) == (True, "generic", "nobody_knows")
    assert not packs.get("huawei_vrp").generic
    assert tree("a\n b\n", pack).roots[0].children[0].text == "b"


XAPI = """<?xml version="1.0"?>
<Configuration product="Cisco Codec">
  <Cameras><Camera item="2"><Mirror valueSpaceRef="/Valuespace/TTPAR_OnOff">Off</Mirror></Camera></Cameras>
  <SIP>
    <Authentication>
      <Password valueSpaceRef="/Valuespace/PASSWORD_0_128">Kanari7Vogel</Password>
      <UserName valueSpaceRef="/Valuespace/STR_0_128"></UserName>
    </Authentication>
    <ListenPort valueSpaceRef="/Valuespace/INT_0_65535">5060</ListenPort>
  </SIP>
  <SystemUnit><Name valueSpaceRef="/Valuespace/STR_0_50">杭州主会场</Name></SystemUnit>
</Configuration>
"""
SPOKEN = """*c xConfiguration Cameras Camera 2 Mirror: Off
*c xConfiguration SIP Authentication Password: "Kanari7Vogel"
*c xConfiguration SIP Authentication UserName: ""
*c xConfiguration SIP ListenPort: 5060
*c xConfiguration SystemUnit Name: "杭州主会场"
** end
"""


def test_a_codec_s_document_and_its_terminal_say_the_same() -> None:
    pack = shipped("roomos")
    diff = diff_texts(XAPI.encode(), SPOKEN.encode(), pack, key=KEY)
    assert (diff.changes, diff.trust.state) == ((), TrustState.TRUSTED)
    louder = diff_texts(SPOKEN.encode(), XAPI.replace("Off<", "On<").encode(), pack, key=KEY)
    assert [change.new for change in louder.changes] == [
        ("*c xConfiguration Cameras Camera 2 Mirror: On",)
    ]
    assert "Kanari7Vogel" not in repr(diff) + repr(louder)
    cut = diff_texts(SPOKEN.encode(), XAPI.encode()[:-20], pack, key=KEY)
    assert cut.trust.state is TrustState.INCOMPLETE
    assert "Kanari7Vogel" not in repr(cut)


def test_a_host_that_answers_nothing_is_incomplete() -> None:
    assert clean(b"", shipped("linux")).trust.state is TrustState.INCOMPLETE
    assert diff_texts(b"", b"x", shipped("linux"), key=KEY).changes == ()


def test_the_same_bytes_twice_are_reported_like_any_others() -> None:
    """A short cut over redaction would call a file trusted that holds a secret no rule knows."""
    pack = shipped("huawei_vrp")
    text = b"#\nsysname A\n#\naaa\n local-user op mystery-password Xy12%$#Zw98\n#\nreturn\n"
    twice = diff_texts(text, text, pack, key=KEY)
    spaced = diff_texts(text, text + b"\n", pack, key=KEY)
    assert (twice.changes, spaced.changes) == ((), ())
    assert (twice.trust, twice.suppressed) == (spaced.trust, spaced.suppressed)
    assert twice.trust.state is not TrustState.TRUSTED
