"""The rules of the card grammar: every mistake is named, at its place, before anything is asked."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from tests.fixtures.card_workspace import (
    FAN_CARD,
    FAN_TEMPLATE,
    PLATFORM,
    build,
    mistakes,
    step_card,
    write,
)
from xunjian.language import Language
from xunjian.tasks.card_file import CardFile, CheckFile, IgnoreFile, JoinFile, MapFile, StepFile
from xunjian.tasks.explain import explain
from xunjian.tasks.lint import lint
from xunjian.transport.model import Channel

CHECK = """
name: one
title: One
checks:
  - id: one.a
    title: A
    for_each: Fan
    value: rpm
    source: house rule
"""


def said(root: Path, card: str) -> str:
    return "\n".join(mistakes(root, {"tasks/one.yml": card}))


def check_card(lines: str, drop: str = "") -> str:
    body = CHECK.replace(drop, "") if drop else CHECK
    return body + "".join(f"    {line}\n" for line in lines.splitlines())


def test_a_sound_card_loads(tmp_path: Path) -> None:
    built = build(tmp_path, {"tasks/fans.yml": FAN_CARD})
    task = built.catalog.tasks[0]
    step = task.steps_for("box")[0].alternatives[0]
    assert (step.channel, step.send, step.rows.least) == (Channel.CLI, "show fan", 1)
    assert set(step.map) == {"slot", "fan", "state"}, "columns fill fields of the same name"
    assert built.catalog.checks["fans.state"].task == "fans"


STEP_MISTAKES = {
    # the grammar's keys
    "unknown key": ("snd: show fan\nparse: fan.textfsm", "0.snd: unknown key (did you mean send?)"),
    "nothing asked": ("parse: fan.textfsm", "nothing is asked"),
    "two questions": ("send: show fan\nfollow: A\nparse: fan.textfsm", "one question per step"),
    "wrong channel": ("channel: http\nsend: show fan\nparse: fan.textfsm", "does not take send"),
    "no such channel": ("channel: clii\nsend: show fan\nparse: fan.textfsm", "expected one of"),
    "channel of no use": ("channel: modbus\nregisters: {t: {address: 1}}", "has no channel modbus"),
    "bad oid": ("get: {a: sysDescr}", "expected an oid"),
    "bad rows": ('send: show fan\nparse: fan.textfsm\nrows: "..2"', 'expected "n"'),
    "rows upside down": ('send: show fan\nparse: fan.textfsm\nrows: "3..2"', "more than the most"),
    "endless regex": (
        "send: show fan\nparse: fan.textfsm\nexpect: 'a{99999999999}'",
        "not a regular",
    ),
    "huge regex": (
        f"send: show fan\nparse: fan.textfsm\nexpect: '{'(a' * 800}{')' * 800}'",
        "not a regular expression: longer",
    ),
    "bad regex": ("send: show fan\nparse: fan.textfsm\nexpect: '('", "not a regular expression"),
    # names are resolved
    "unknown template": ("send: show fan\nparse: fam.textfsm", "did you mean fan.textfsm"),
    "no parser": ("send: show fan", "parse is missing or unknown"),
    "no ntc template": ("send: show nonsense\nparse: ntc", "has no template"),
    "unknown field": (
        "send: show fan\nparse: fan.textfsm\nmap: {sped_pct: slot}",
        "unknown field of Fan: sped_pct (did you mean speed_pct?)",
    ),
    "unknown column": (
        "send: show fan\nparse: fan.textfsm\nmap: {rpm: sped}",
        "unknown name: sped",
    ),
    "unknown column in skip": ("send: show fan\nparse: fan.textfsm\nskip: stat == 'x'", "0.skip"),
    "unknown enum": (
        "send: show fan\nparse: fan.textfsm\nmap: {state: {from: state, enum: fann}}",
        "unknown enum: fann (did you mean fan?)",
    ),
    "enum gives no word of the field": (
        "send: show fan\nparse: fan.textfsm\nmap: {state: {from: state, enum: {Normal: fine}}}",
        "does not take this value: fine",
    ),
    "unknown decoder": ("get: /status\ndecode: none\ncolumns: {fan: f}", "unknown decoder: none"),
    "bad xpath": ("get: /status\nparse: xml\neach: '//['\ncolumns: {fan: f}", "not a XPath"),
    "bad jmespath": ("get: /status\nparse: json\ncolumns: {fan: 'a['}", "not a JMESPath"),
    "columns needed": ("get: /status\nparse: xml", "xml needs columns"),
    "named groups needed": ("send: show fan\nparse: lines\npattern: '(a)'", "named groups"),
    "two groups needed": (
        "send: show fan\nparse: pairs\npattern: '(a)'\ncolumns: {fan: a}",
        "pattern of two groups",
    ),
    "key not filled": ("send: show x\nparse: lines\npattern: '(?P<rpm>.+)'", "no key field of Fan"),
    "one key for every row": (
        "send: show fan\nparse: fan.textfsm\nmap: {slot: {const: '1'}, fan: {const: '1'}}",
        "the key of Fan (slot, fan) is that of every row",
    ),
    # zero rows must be proven
    "zero rows": ('send: show fan\nparse: fan.textfsm\nrows: "0.."', "only with expect"),
    # a card that would write
    "saves": ("send: save\nparse: fan.textfsm", "not allowed by the read-only rules"),
    "denied": ("send: show secret\nparse: fan.textfsm", "denied by the read-only rules"),
    "two commands": ('send: "show a\\nsave"\nparse: fan.textfsm', "line break"),
    "chained": ("send: show a; save\nparse: fan.textfsm", "forbidden ;"),
    "redirected": ("send: show a > b\nparse: fan.textfsm", "forbidden >"),
    # repeat and any_of
    "repeat without item": ("repeat: expected.fans\nsend: show fan\nparse: fan.textfsm", "{item}"),
    "item without repeat": ("send: 'show fan {item}'\nparse: fan.textfsm", "goes with repeat"),
    "repeat of something else": ("repeat: vars.x\nsend: show {item}\nparse: fan.textfsm", "match"),
    "rows in defaults": (
        'defaults: {rows: "1"}\nany_of: [{send: show fan, parse: fan.textfsm}]',
        "defaults may not hold rows",
    ),
    "expect in defaults": (
        "defaults: {expect: x}\nany_of: [{send: show fan, parse: fan.textfsm}]",
        "defaults may not hold expect",
    ),
    "keys beside any_of": (
        'rows: "1"\nany_of: [{send: show fan, parse: fan.textfsm}]',
        "rows beside any_of does nothing (write it into defaults)",
    ),
    "a proof nobody reads": (
        "get: {fan: 1.3.6.1, rpm: 1.3.6.2}\nexpect: x",
        "snmp takes no expect",
    ),
    "a blank that is no field": (
        "channel: manual\nask: {fan: {title: a, type: text}, rmp: {title: b, type: number}}",
        "unknown field of Fan: rmp (did you mean rpm?)",
    ),
    "const and from": (
        "send: show fan\nparse: fan.textfsm\nmap: {rpm: {const: 1, from: slot}}",
        "goes with no other key",
    ),
    "neither const nor from": (
        "send: show fan\nparse: fan.textfsm\nmap: {rpm: {}}",
        "from or const",
    ),
}


@pytest.mark.parametrize(("step", "wanted"), STEP_MISTAKES.values(), ids=STEP_MISTAKES)
def test_mistakes_in_a_step(tmp_path: Path, step: str, wanted: str) -> None:
    found = said(tmp_path, step_card(step))
    assert wanted in found
    assert all(line.startswith("tasks/one.yml:") for line in found.splitlines())


CHECK_MISTAKES = {
    "judges nothing": ("digits: 1", "it judges nothing"),
    "unknown fact": ("let: {a: count(Fans)}\nabnormal: a > 1", "did you mean Fan"),
    "unknown field": ("abnormal: rmp > 1", "did you mean rpm"),
    "unknown limit": ("abnormal: value > limits.critcal\nlimits: {critical: 1}", "critcal"),
    "unused limit": ("abnormal: value > 1\nlimits: {critical: 1}", "no expression uses this limit"),
    "worse takes two limits": ("worse: high\nlimits: {major: 3}", "unknown limit: major"),
    "a limit is a number": ("worse: high\nlimits: {critical: x}", "a limit is a number"),
    "worse without limits": ("worse: high", "worse needs limits or own"),
    "warning beyond critical": (
        "worse: high\nlimits: {warning: 60, critical: 50}",
        "lies beyond the critical one 50 (swap the limits, or change worse)",
    ),
    "warning below critical": ("worse: low\nlimits: {warning: 5, critical: 10}", "lies beyond"),
    "own is a field": ("worse: high\nown: {critical: device_max}", "unknown field of Fan"),
    "group is a field": ("abnormal: rpm > 1\ngroup: [module]", "unknown field of Fan: module"),
    "ignore names a field": (
        "abnormal: rpm > 1\nignore: [{match: x, field: text, reason: y}]",
        "unknown field of Fan: text",
    ),
    "ignore has a date": (
        "abnormal: rpm > 1\nignore: [{match: x, field: fan, reason: y, until: 2026-02-30}]",
        "no date: 2026-02-30",
    ),
    "join names a fact": ("abnormal: rpm > 1\njoin: {l: {fact: Nothing, by: fan}}", "unknown fact"),
    "join names a field": (
        "abnormal: rpm > 1\njoin: {l: {fact: Optics, by: port}}",
        "of Fan: port",
    ),
    "join's fields are known": (
        "join: {l: {fact: PowerSupply, by: slot}}\nabnormal: rpm > l.outputt_w",
        "did you mean output_w",
    ),
    "unknown function": ("function: split_brain", "unknown function: split_brain"),
    "endless regex": ("abnormal: matches(fan, 'a{99999999999}')", "not a regex"),
    "no classes": ("abnormal: KEY == 'x'", "unknown name: KEY"),
    "no None": ("abnormal: rpm == None", "None"),
    "or is boolean": ("abnormal: (rpm or 0) > 1", "condition is needed"),
    "when is about the device": ("when: rpm > 0\nabnormal: rpm > 1", "unknown name: rpm"),
    "placeholder": ("abnormal: rpm > 1\nmessage: '{valeu} of {fan}'", "did you mean value"),
    "braces": ("abnormal: rpm > 1\nmessage: '{value'", "braces do not match"),
    "levels": ("abnormal: rpm > 1\nlevels: {abnormal: V}", "expected one of"),
}


@pytest.mark.parametrize(("lines", "wanted"), CHECK_MISTAKES.values(), ids=CHECK_MISTAKES)
def test_mistakes_in_a_check(tmp_path: Path, lines: str, wanted: str) -> None:
    assert wanted in said(tmp_path, check_card(lines))


ROW_KEYS = {
    "group": "[fan]",
    "own": "{critical: rpm}",
    "ignore": "[{match: x, field: fan, reason: y}]",
    "join": "{l: {fact: PowerSupply, by: slot}}",
}


@pytest.mark.parametrize("key", ROW_KEYS)
@pytest.mark.parametrize("for_each", ["", "    for_each: expected.fans\n"])
def test_keys_of_rows_need_a_fact(tmp_path: Path, key: str, for_each: str) -> None:
    card = check_card(f"abnormal: count(Fan) > 1\n{key}: {ROW_KEYS[key]}", "    for_each: Fan\n")
    found = said(tmp_path, card.replace("    value: rpm\n", for_each))
    assert f"{key} needs a fact as for_each" in found


def test_a_value_does_not_name_itself_but_a_let_may(tmp_path: Path) -> None:
    assert "value: unknown name: value" in said(
        tmp_path, check_card("value: value * 2\nabnormal: value > 1", drop="    value: rpm\n")
    )
    assert said(tmp_path / "x", check_card("let: {a: value * 2}\nabnormal: a > 1")) == ""


def test_equal_limits_and_expressions_are_sound(tmp_path: Path) -> None:
    assert said(tmp_path, check_card("worse: high\nlimits: {warning: 50, critical: 60}")) == ""
    assert said(tmp_path, check_card("limits: {low: 1}\nabnormal: value < limits.low")) == ""


def test_a_source_is_mandatory(tmp_path: Path) -> None:
    found = said(tmp_path, check_card("abnormal: rpm > 1", drop="    source: house rule\n"))
    assert "tasks/one.yml:5:checks.0.source: a required key is missing" in found


def test_anchors_and_merges_are_refused(tmp_path: Path) -> None:
    card = "name: one\ntitle: &t One\ntags: [*t]\n"
    assert "tasks/one.yml:2: anchors, aliases and merges are refused" in said(tmp_path, card)


def test_yaml_words_stay_texts(tmp_path: Path) -> None:
    step = """
    send: show fan
    parse: fan.textfsm
    map: {state: {from: state, enum: {on: ok, 0012: fault, 12:30: warn}}}
    """
    built = build(tmp_path, {"tasks/one.yml": step_card(step)})
    enum = built.catalog.tasks[0].steps_for("box")[0].alternatives[0].map["state"].enum
    assert enum == {"on": "ok", "0012": "fault", "12:30": "warn"}


def test_every_mistake_of_every_card_at_once(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        {
            "tasks/a.yml": step_card("send: save\nparse: fan.textfsm\nmap: {x: slot}"),
            "tasks/b.yml": check_card("abnormal: rmp > 1"),
            "tasks/c.yml": "name: [",
            "tasks/d.yml": "name: d\n",
        },
    )
    assert {line.split(":")[0] for line in found} == {f"tasks/{n}.yml" for n in "abcd"}
    assert sum(line.startswith("tasks/a.yml") for line in found) == 2


def test_reference_mistakes_are_named_beside_schema_mistakes(tmp_path: Path) -> None:
    card = FAN_CARD.replace("title: Fans", "titel: Fans").replace("fan.textfsm", "fam.textfsm")
    found = said(tmp_path, card.replace("state == 'fault'", "stat == 'fault'"))
    assert "titel: unknown key (did you mean title?)" in found
    assert "did you mean fan.textfsm" in found
    assert "checks.0.abnormal: unknown name: stat" in found


def test_a_broken_card_shows_every_mistake_and_none_twice(tmp_path: Path) -> None:
    card = """
    name: one
    titel: One
    kinds: [serverr]
    collect:
      box:
        - fact: Fann
          send: save
          parse: lines
          pattern: '('
        - fact: Fan
          sned: show fan
          parse: fan.textfsm
          map: {state: {from: stat}}
    checks:
      - id: one.a
        title: A
        for_each: Fan
        value: rmp
        worse: high
        limits: {warning: 90, critical: 80}
        levels: {abnormal: V}
      - id: one.b
        title: B
        for_each: Fan
        value: rpm
        worse: high
        limits: {warning: 90, critical: 80}
    """
    found = mistakes(tmp_path, {"tasks/one.yml": card})
    wanted = {
        "title: a required key",
        "titel: unknown key",
        "kinds.0: unknown kind",
        "collect.box.0.fact: unknown fact: Fann",
        "collect.box.0.send: refused",
        "collect.box.0.pattern: not a regular",
        "collect.box.1.sned: unknown key",
        "collect.box.1.map.state.from: unknown name: stat",
        "checks.0.value: unknown name: rmp",
        "checks.0.levels.abnormal: expected one of",
        "checks.0.source: a required key",
        "checks.1.limits: the warning limit",
        "checks.1.source: a required key",
    }
    assert len(found) == len(wanted), "\n".join(found)
    assert all(any(one in line for line in found) for one in wanted), "\n".join(found)


def test_check_ids_and_names_are_unique(tmp_path: Path) -> None:
    found = "\n".join(mistakes(tmp_path, {"tasks/a.yml": FAN_CARD, "tasks/b.yml": FAN_CARD}))
    assert "the name stands twice: fans" in found
    assert "the name stands twice: fans.state" in found
    other = FAN_CARD.replace("[switch]", "[router]").replace("fans.state", "fans.other")
    assert not mistakes(tmp_path / "x", {"tasks/a.yml": FAN_CARD, "tasks/b.yml": other})


def test_an_unknown_platform_has_a_nearest_name(tmp_path: Path) -> None:
    found = said(tmp_path, FAN_CARD.replace("  box:", "  bux:"))
    assert "unknown platform: bux (did you mean box?)" in found
    # a card of a wrong shape says just as much, and nothing about rules and channels nobody has
    found = said(tmp_path / "x", FAN_CARD.replace("  box:", "  bux:").replace("title:", "titel:"))
    assert "unknown platform: bux (did you mean box?)" in found
    assert "bux.0" not in found


def test_an_unknown_kind_has_a_nearest_name_and_sites_may_add_one(tmp_path: Path) -> None:
    card = FAN_CARD.replace("[switch]", "[swich, robot]")
    found = said(tmp_path, card)
    assert "unknown kind of device: swich (did you mean switch?)" in found
    assert "kinds.1: unknown kind of device: robot" in found
    files = {"tasks/one.yml": FAN_CARD.replace("[switch]", "[robot]")}
    assert not mistakes(tmp_path / "x", {**files, "inventory/sites.yml": "kinds: [robot]\n"})


def test_columns_of_an_alternative_add_to_the_defaults(tmp_path: Path) -> None:
    step = """
    defaults: {parse: fan.textfsm, map: {rpm: "1"}}
    any_of:
      - {send: show fan}
      - {send: show fans, map: {speed_pct: "2"}}
    """
    group = build(tmp_path, {"tasks/one.yml": step_card(step)}).catalog.tasks[0].steps_for("box")[0]
    assert [one.send for one in group.alternatives] == ["show fan", "show fans"]
    assert {"rpm", "speed_pct"} <= set(group.alternatives[1].map)


def test_a_step_with_its_own_question_comes_before_its_alternatives(tmp_path: Path) -> None:
    step = """
    send: show fan
    parse: fan.textfsm
    any_of: [{send: show fans, parse: fan.textfsm}]
    """
    group = build(tmp_path, {"tasks/one.yml": step_card(step)}).catalog.tasks[0].steps_for("box")[0]
    assert [one.send for one in group.alternatives] == ["show fan", "show fans"]


def test_forms_and_modbus_are_read(tmp_path: Path) -> None:
    step = """
    channel: manual
    ask: {rpm: {title: {zh: 转速}, type: number}, fan: {title: 风扇, type: text}}
    """
    assert not mistakes(tmp_path, {"tasks/one.yml": step_card(step)})


def test_lint_reports_templates_examples_and_cards_together(tmp_path: Path) -> None:
    platform = PLATFORM + "examples:\n  allow: [save]\n  deny: [show fan]\n  prompt: ['box#']\n"
    loose = FAN_TEMPLATE.replace("  ^. -> Error\n", "")
    workspace = write(
        tmp_path,
        {
            "templates/platforms/box.yml": platform,
            "templates/parse/box/loose.textfsm": loose,
            "templates/parse/box/broken.textfsm": "Value a (\\d+)\n\nStart\n  ^( -> Record\n",
            "tasks/one.yml": check_card("abnormal: rmp > 1"),
        },
    )
    found = "\n".join(problem.to(Language.EN) for problem in lint(workspace))
    assert "templates/parse/box/broken.textfsm:4" in found
    assert "loose.textfsm:8: state Start does not end in ^. -> Error" in found
    assert "refused, not allowed by the read-only rules of box: save" in found
    assert "an example to be denied is allowed: show fan" in found
    assert ":prompt: does not fit its example: box#" in found
    assert "tasks/one.yml" in found


def test_a_platform_never_answers_yes(tmp_path: Path) -> None:
    platform = PLATFORM + "login_questions: [{match: 'change now', answer: Yes}]\n"
    found = "\n".join(mistakes(tmp_path, {"templates/platforms/box.yml": platform}))
    assert "never answered with y" in found


def test_platform_mistakes(tmp_path: Path) -> None:
    platform = PLATFORM.replace("[cli, shell, http, snmp, sip, nut]", "[cli, htp]").replace(
        "'^show\\b', ", "'show', "
    )
    other = "title: Other\nchannels: [cli]\naliases: [box]\n"
    files = {"templates/platforms/box.yml": platform, "templates/platforms/other.yml": other}
    found = "\n".join(mistakes(tmp_path, files))
    assert "unknown channel: htp (did you mean http?)" in found
    assert "must start with ^" in found
    assert "the alias belongs to box: box" in found


def test_explain_shows_the_chain_and_the_expression_as_judged(tmp_path: Path) -> None:
    built = build(tmp_path, {"tasks/fans.yml": FAN_CARD})
    explanation = explain("fans.state", built.catalog, built.platforms)
    platform = explanation.cards[0].platforms[0]
    assert platform.steps[0].questions == ("show fan",)
    assert platform.steps[0].parsers == ("templates/parse/box/fan.textfsm",)
    assert platform.steps[0].fields["state"] == "state {Normal=ok, Abnormal=fault}"
    assert platform.checks[0].expressions["abnormal"] == "state == 'fault'"
    whole = explain("fans", built.catalog, built.platforms)
    assert {check.id for check in whole.cards[0].checks} == {
        check.id for check in built.catalog.tasks[0].checks
    }


def test_what_a_form_shows_beside_an_item_must_be_some_cards_check(tmp_path: Path) -> None:
    card = FAN_CARD.replace(
        "name: fans", "name: fans\nmeasured: [fans.state, fans.stat, config.drift]"
    )
    assert "measured" in card
    built = build(tmp_path, {"tasks/fans.yml": card})
    said = [problem.to(Language.EN) for problem in lint(built.workspace)]
    assert len([one for one in said if "no such check: fans.stat" in one]) == 1, said
    assert not [one for one in said if "config.drift" in one]


@pytest.mark.parametrize("folder", ["docs", "docs/zh"])
@pytest.mark.parametrize("model", [CardFile, StepFile, MapFile, CheckFile, JoinFile, IgnoreFile])
def test_the_pages_name_every_key(folder: str, model: type[BaseModel]) -> None:
    pages = [
        Path(__file__).parents[2] / folder / name for name in ("write-a-card.md", "manual-items.md")
    ]
    text = "".join(page.read_text("utf-8") for page in pages)
    code = " ".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))
    keys = {field.alias or name for name, field in model.model_fields.items()}
    assert {key for key in keys if not re.search(rf"(?<!\w){key}(?!\w)", code)} == set()
