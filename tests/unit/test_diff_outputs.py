"""Every form of a difference shows the same figures, and no config text becomes markup."""

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from tests.diff_sample import SAMPLE, firewall, switch, unchanged
from xunjian.config.model import (
    Change,
    ChangeKind,
    ConfigDiff,
    Node,
    Renamed,
    Risk,
    Side,
    Trust,
    TrustState,
)
from xunjian.language import Language, Text
from xunjian.report.diff import FORMS, render_diff
from xunjian.report.diff.as_markdown import LIMIT_BYTES, as_markdown
from xunjian.report.diff.figures import count, headline, plain_figures
from xunjian.report.diff.lines import Piece, blocks, pieces, side_by_side
from xunjian.report.diff.seen import escape_unseen_in_json, seen
from xunjian.report.english import in_english

TEMPLATES = Path(__file__).parents[2] / "templates" / "report"
EXPECTED = Path(__file__).parents[1] / "fixtures" / "diff_outputs"

# markup of every format, a terminal's escape, a C1 escape, text running backwards, a lone half
EVIL = "<script>alert(1)</script> ]]> ``` | @all [x](y) \x1b[31m\x9b2J \u202eevil\ud83d `q` {{7*7}}"


def read(name: str) -> bytes:
    return (TEMPLATES / name).read_bytes()


def render(
    form: str, diffs: tuple[ConfigDiff, ...] = SAMPLE, language: Language = Language.EN
) -> str:
    return render_diff(diffs, form, language, read).decode()


def hostile() -> ConfigDiff:
    path = (EVIL, EVIL)
    return replace(
        switch(),
        device=EVIL,
        label=EVIL,
        site=EVIL,
        site_title=EVIL,
        left=Side(source="baseline", name=EVIL, pack=EVIL),
        changes=tuple(
            Change(
                id=f"c-{kind.value}",
                kind=kind,
                path=path,
                old=(EVIL, f" {EVIL} a", "```"),
                new=(EVIL, f" {EVIL} b", "```"),
                old_line=3,
                rule=EVIL,
                why=Text(EVIL, EVIL),
                before=(EVIL, EVIL),
                after=(EVIL, EVIL),
                lost=(EVIL,),
                gained=(EVIL,),
                renamed=Renamed(old=EVIL, new=EVIL, other=EVIL),
            )
            for kind in ChangeKind
        ),
        suppressed={EVIL: (EVIL,)},
        not_comparable=1,
        not_comparable_rules={EVIL: 1},
        reordered=(path,),
        trust=Trust(state=TrustState.POLLUTED, reasons=(Text(EVIL, EVIL),)),
        missing_planned=(EVIL,),
    )


def test_figures_are_equal_in_all_formats() -> None:
    figures = plain_figures(count(SAMPLE))
    assert figures["changes"] == 8
    assert figures["unapproved"] == 6
    assert figures["risks"] == {"critical": 1, "high": 4, "medium": 1, "low": 0, "info": 2}
    document = json.loads(render("json"))
    assert document["summary"] == figures
    assert json.loads(render("sarif"))["runs"][0]["properties"] == figures
    assert junit_figures(render("junit")) == flat(figures)
    headline = (
        "8 changes on 2 of 5 devices; not approved: 1 critical, 4 high, 1 medium; "
        "1 capture not trustworthy; 2 devices not compared."
    )
    assert headline in render("md")
    assert headline in render("unified")
    page = html.fromstring(render("html").encode())
    assert page.xpath("string(//p[contains(@class,'conclusion')])") == headline
    tiles = {li.xpath("string(span)"): li.xpath("string(b)") for li in found(page, "//ul/li[b]")}
    assert tiles["risk high"] == "4"
    assert tiles["secrets not comparable"] == "16"
    assert tiles["suppressed"] == "4"
    assert len(found(page, "//article")) == 8
    assert "| high | 4 | 4 |" in render("md")


def test_one_thing_is_one_in_english() -> None:
    diff = unchanged()
    one = replace(diff, changes=switch().changes[:1])
    assert headline(count([diff])).en == "1 device, no configuration change."
    assert headline(count([one])).en.startswith("1 change on 1 of 1 device")
    for text in (render("html", (diff,)), render("html", (one,)), render("html"), render("md")):
        assert "(s)" not in text
        assert not re.search(r"\b1 (?:devices|changes|entries)\b", text)


def found(page: html.HtmlElement, xpath: str) -> list[Any]:
    result = page.xpath(xpath)
    assert isinstance(result, list)
    return result


def flat(figures: dict[str, object]) -> dict[str, str]:
    found = {}
    for name, value in figures.items():
        if isinstance(value, dict):
            found.update({f"{name}.{key}": str(number) for key, number in value.items()})
        else:
            found[name] = str(value)
    return found


def junit_figures(text: str) -> dict[str, str]:
    properties = ET.fromstring(text).findall("properties/property")
    return {p.attrib["name"]: p.attrib["value"] for p in properties}


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("form", FORMS)
def test_every_change_stands_in_every_format(form: str, language: Language) -> None:
    text = render(form, SAMPLE, language)
    for change in (change for diff in SAMPLE for change in diff.changes):
        assert change.id in text


@pytest.mark.parametrize("form", FORMS)
def test_nothing_invisible_and_no_escape_reaches_the_reader(form: str) -> None:
    text = render(form, (hostile(),))
    assert re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", text) == []


def test_hostile_text_never_becomes_markup_in_html() -> None:
    text = render("html", (hostile(),))
    assert "<script>alert" not in text
    page = html.fromstring(text.encode())
    assert len(found(page, "//script")) == 1
    assert found(page, "//@onclick|//@onerror|//@style") == []
    assert "{{7*7}}" in text
    assert "⟨U+202E⟩evil" in text
    assert "default-src 'none'" in text
    assert "unsafe-inline" not in text
    assert found(page, "//img|//link|//iframe|//object|//base") == []
    assert re.findall(r"(?:src|href)=\"(?!#)", text) == []


def test_hostile_text_never_becomes_markup_in_markdown() -> None:
    text = render("md", (hostile(),))
    outside = without_code(text)
    assert "<script" in text  # it is there, as code
    assert "<script" not in outside
    assert "@all" not in outside
    assert "[x](y)" not in outside


def without_code(text: str) -> str:
    """Drop fenced blocks, inline code and escaped characters as CommonMark delimits them."""
    kept, bar = [], ""
    for line in text.split("\n"):
        fence = re.match(r" {0,3}(`{3,})", line)
        if bar:
            bar = "" if fence and len(fence[1]) >= len(bar) and not line.strip("` ") else bar
        elif fence:
            bar = fence[1]
        else:
            kept.append(line)
    assert not bar
    rest = re.sub(r"<summary>.*?</summary>", "", "\n".join(kept))
    return re.sub(r"\\[!-/:-@\[-`{-~]|(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", rest)


def test_hostile_text_is_whole_in_json_and_well_formed_in_xml() -> None:
    document = json.loads(render("json", (hostile(),)))
    assert document["changes"][0]["old"][0] == EVIL
    assert document["devices"][0]["name"] == EVIL
    assert ET.fromstring(render("junit", (hostile(),))).tag == "testsuites"


def test_json_is_the_contract() -> None:
    document = json.loads(render("json"))
    assert document["schema"] == "xunjian.diff/1"
    device = document["devices"][1]
    assert device["name"] == "nb-fw1"
    move = device["changes"][0]
    assert {"id", "kind", "path", "old", "new", "risk", "rule", "approval", "from", "to"} <= set(
        move
    )
    assert (move["kind"], move["risk"]) == ("moved", "high")
    assert move["from"] == {"above": "edit 11", "below": "edit 13"}
    assert move["to"] == {"above": "edit 99", "below": ""}
    assert device["not_comparable"] == 14
    assert device["suppressed"][0]["rule"] == "uuid"
    assert device["trust"] == {"state": "trusted", "reasons": []}
    assert document["devices"][3]["not_compared"] == "no_baseline"
    assert document["trust"]["state"] == "incomplete"
    assert document["not_comparable"] == 16
    assert [c["id"] for c in document["changes"]] == [
        c["id"] for d in document["devices"] for c in d["changes"]
    ]
    order = next(s for s in document["suppressed"] if s["rule"] == "order")
    assert order["path"] == ["vlan batch"]


def test_sarif_has_the_essentials_of_its_schema() -> None:
    document = json.loads(render("sarif"))
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert len(run["results"]) == 8
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note", "none"}
        assert result["message"]["text"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert 1 <= region["startLine"] <= region["endLine"]
        assert result["partialFingerprints"]["changeId/v1"].startswith("c-")
    trunk = run["results"][0]
    location = trunk["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "baselines/hz/hz-core-sw1/running.cfg"
    assert location["region"]["startLine"] == 212
    assert run["invocations"][0]["executionSuccessful"] is False
    assert len(run["invocations"][0]["toolExecutionNotifications"]) == 2
    suppressed = [r for r in run["results"] if r.get("suppressions")]
    assert [r["properties"]["approval"] for r in suppressed] == ["approved", "planned"]


def test_junit_fails_what_is_not_approved_from_the_threshold_on() -> None:
    root = ET.fromstring(render("junit"))
    assert (root.attrib["failures"], root.attrib["errors"]) == ("5", "2")
    high = render_diff(SAMPLE, "junit", Language.EN, read, fail_on=Risk.CRITICAL)
    assert ET.fromstring(high).attrib["failures"] == "1"
    quiet = root.find("testsuite[@name='hz-acc-sw2']")
    assert quiet is not None
    assert quiet.attrib["tests"] == "1"
    assert root.find(".//testcase[@name='acl number 3010']/failure") is not None


def test_an_absent_planned_change_fails() -> None:
    diff = replace(unchanged(), missing_planned=("c-99",))
    assert ET.fromstring(render("junit", (diff,))).attrib["failures"] == "1"
    assert "c-99" in render("html", (diff,))
    assert "planned change absent" in render("unified", (diff,))


@pytest.mark.parametrize("form", [form for form in FORMS if form != "junit"])
def test_a_renamed_object_is_linked(form: str) -> None:
    one = switch().changes[0]
    linked = replace(one, renamed=Renamed(old="vc-old", new="vc-new", other="c-99"))
    said = render(form, (replace(switch(), changes=(linked,)),))
    if form == "json":
        change = json.loads(said)["changes"][0]
        assert change["renamed"] == {"from": "vc-old", "to": "vc-new", "other": "c-99"}
    else:
        assert "renamed, same content: vc-old → vc-new" in said


def test_ids_and_anchors_do_not_change_with_the_company_they_are_in() -> None:
    alone, together = (render("html", diffs) for diffs in ((firewall(),), SAMPLE))
    assert 'id="d-nb-fw1-c-f0f0aa01"' in alone
    assert 'id="d-nb-fw1-c-f0f0aa01"' in together
    page = html.fromstring(together.encode())
    ids = found(page, "//@id")
    assert len(ids) == len(set(ids))
    assert {h[1:] for h in found(page, "//a/@href")} <= set(ids)


def many(number: int) -> tuple[ConfigDiff, ...]:
    return tuple(
        replace(
            firewall(),
            device=f"fw-{i}",
            changes=tuple(replace(change, id=f"{change.id}{i}") for change in firewall().changes),
            trust=Trust(state=TrustState.POLLUTED, reasons=(Text("乱" * 400, "bad " * 200),)),
        )
        for i in range(number)
    )


@pytest.mark.parametrize("limit", [4_000, 20_000, LIMIT_BYTES])
@pytest.mark.parametrize("language", list(Language))
def test_the_cap_of_markdown_is_kept_and_what_was_cut_is_counted(
    limit: int, language: Language
) -> None:
    text = as_markdown(many(500), language, limit_bytes=limit)
    assert len(text) <= limit
    listed = text.decode().count("<details>")
    cut = re.search(r"\*\*(?:篇幅所限，另有 )?(\d+) ", text.decode().split("</details>")[-1])
    assert cut
    assert listed + int(cut[1]) == 1000


def test_markdown_shows_the_high_ones_first_and_gathers_the_same_change() -> None:
    text = render("md", tuple(switch(f"sw{i}") for i in range(5)))
    risks = re.findall(r"<summary><b>(\w+)</b>", text)
    assert risks == ["critical", "high", "high", "high", "medium", "info"]
    assert "sw0, sw1, sw2, … +2: telnet server enable" in text


@pytest.mark.parametrize(
    ("old", "new", "lost", "gained"),
    [
        ("ip 192.0.2.1 24", "ip 192.0.2.10 24", ["192.0.2.1"], ["192.0.2.10"]),
        ("vlan 10 20", "vlan 10 20 30", [], [" 30"]),
        ("stp enable", "completely other words here", [], []),
        ("a b", "a b", [], []),
    ],
)
def test_what_differs_inside_a_line_is_marked(
    old: str, new: str, lost: list[str], gained: list[str]
) -> None:
    left, right = pieces(old, new)
    assert "".join(p.text for p in left) == old
    assert "".join(p.text for p in right) == new
    assert [p.text for p in left if p.differs] == lost
    assert [p.text for p in right if p.differs] == gained


def test_long_changes_are_folded_and_complete() -> None:
    old = tuple(f"line {i}" for i in range(3000))
    change = replace(firewall().changes[1], old=old, new=(*old[:1500], "new", *old[1501:]))
    made = blocks(change)
    assert [block.folded for block in made] == [False, True, False, True, False]
    rows = [row for block in made for row in block.rows]
    assert rows == list(side_by_side(change))
    assert ["".join(p.text for p in row.old) for row in rows] == list(old)
    assert sum(row.state == "changed" for row in rows) == 1
    removed = replace(change, new=())
    assert [block.folded for block in blocks(removed)] == [False, True]
    assert sum(len(block.rows) for block in blocks(removed)) == 3000


def test_line_numbers_are_those_of_the_nodes() -> None:
    child = Node(text="rule 5 permit", line=14)
    node = Node(text="acl 3000", line=12, children=(child,))
    change = replace(
        firewall().changes[0],
        kind=ChangeKind.REMOVED,
        new=(),
        new_nodes=(),
        old=("acl 3000", " rule 5 permit"),
        old_nodes=(node,),
        old_line=12,
    )
    assert [row.old_number for row in side_by_side(change)] == [12, 14]
    assert side_by_side(change)[0].old == (Piece("acl 3000"),)


def test_unseen_characters_are_shown_by_number() -> None:
    assert seen("a\x1b[0m\u200b\tb\x9b") == "a\\x1b[0m⟨U+200B⟩\tb\\x9b"
    assert json.loads(escape_unseen_in_json(json.dumps("\u202e\U000e0041\x7f", ensure_ascii=False)))


def test_what_was_left_out_can_be_opened_by_rule() -> None:
    page = html.fromstring(render("html").encode())
    rules = [d.text_content().split() for d in found(page, "//details[@class='rule']/summary")]
    assert [words[:2] for words in rules[:2]] == [["last-update", "1"], ["order", "only"]]
    assert [words[:2] for words in rules[2:]] == [
        ["uuid", "2"],
        ["enc", "13"],
        ["psksecret", "1"],
        ["—", "2"],
    ]
    (lines,) = found(page, "//details[@id='r-uuid']/pre")
    assert lines.text_content().count("set uuid") == 2


def test_a_rule_that_moved_stands_at_its_old_place_under_its_old_number() -> None:
    old, new = Node(text="rule 30 permit ip"), Node(text="rule 18 permit ip")
    move = Change(
        id="c-1",
        kind=ChangeKind.MOVED,
        path=("acl number 3100",),
        old=(old.text,),
        new=(new.text,),
        old_nodes=(old,),
        new_nodes=(new,),
        before=("rule 25 deny tcp", "rule 1000 deny ip"),
        after=("rule 15 permit tcp", "rule 20 deny udp"),
    )
    page = html.fromstring(render("html", (replace(switch(), changes=(move,)),)).encode())
    drawn = [[li.text_content() for li in found(ol, "li")] for ol in found(page, "//ol")]
    assert drawn == [
        ["rule 25 deny tcp", "rule 30 permit ip", "rule 1000 deny ip"],
        ["rule 15 permit tcp", "rule 18 permit ip", "rule 20 deny udp"],
    ]


def test_two_files_go_by_the_name_of_the_newer() -> None:
    diff = replace(switch(), device="", right=Side(source="file", name="/srv/new.cfg"))
    assert json.loads(render("json", (diff,)))["devices"][0]["name"] == "new.cfg"


def test_nothing_to_compare_and_nothing_changed_render_in_every_format() -> None:
    for diffs in ((), (unchanged(),)):
        for form in FORMS:
            assert render(form, diffs)
    assert "no configuration change" in render("md", (unchanged(),))


@pytest.mark.parametrize("form", ["md", "unified", "junit"])
def test_small_documents_are_as_expected(form: str) -> None:
    """The expected files are read by eye when they change."""
    expected = (EXPECTED / f"firewall.{form}").read_text(encoding="utf-8")
    assert render(form, (firewall(),), Language.ZH) == expected


def test_json_of_one_device_is_as_expected() -> None:
    expected: Any = json.loads((EXPECTED / "firewall.json").read_text(encoding="utf-8"))
    assert json.loads(render("json", (firewall(),), Language.ZH)) == expected


@pytest.mark.parametrize(
    ("language", "called"), [(Language.ZH, "杭州市中心"), (Language.EN, "Hangzhou centre")]
)
def test_a_site_is_called_by_its_title_and_filtered_by_its_key(
    language: Language, called: str
) -> None:
    names = {"杭州市中心": "Hangzhou centre"} if language is Language.EN else {}
    diffs = in_english((replace(switch(), site_title="杭州市中心"),), names)
    page: Any = html.fromstring(render("html", diffs, language))
    shown = [str(option.text) for option in page.xpath('//select[@name="site"]/option[@value]')]
    assert shown[1:] == [called]
    (option,) = page.xpath('//select[@name="site"]/option[@value="hz"]')
    assert option.text == called
    (device,) = page.xpath('//details[@data-filter="device"]')
    assert device.get("data-site") == "hz"
    assert called in str(device.xpath("string(summary)"))
    tree = str(page.xpath('string(//*[contains(@class,"tree")])'))
    assert called in tree
    (one,) = json.loads(render("json", diffs, language))["devices"]
    assert (one["site"], one["site_title"]) == ("hz", called)
