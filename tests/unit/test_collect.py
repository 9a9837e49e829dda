"""Collecting: what is asked, in which order, and what becomes of every kind of answer."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.fixtures.card_workspace import AT, FAN_CARD, FANS, Built, build, step_card
from xunjian.collect import parse_step
from xunjian.facts.model import FactTable, StepState
from xunjian.inventory.model import Device
from xunjian.testing.replay import CannedAnswer, stored_answers
from xunjian.transport.model import Request


def one_step(root: Path, step: str, fact: str = "Fan") -> Built:
    return build(root, {"tasks/one.yml": step_card(step, fact)})


def state(table: FactTable) -> StepState:
    return table.steps[0].state


FAN_STEP = "send: show fan\nparse: fan.textfsm\nmap: {state: {from: state, enum: fan}}"


def test_rows_become_facts_with_their_evidence(tmp_path: Path) -> None:
    table, evidence = one_step(tmp_path, FAN_STEP).collect({"show fan": FANS})
    rows = table.of("Fan")
    assert [row.fact.values()["state"] for row in rows] == ["ok", "fault"]
    assert rows[0].fact.key == ("0", "1"), "texts stay texts"
    assert rows[0].evidence_ids == (evidence[0].id,)
    assert rows[0].taken_at == AT
    assert (state(table), table.problems) == (StepState.OK, ())
    assert table.provided == {"Fan": frozenset({"slot", "fan", "state"})}


def test_no_cut_of_a_real_output_parses_as_complete(tmp_path: Path) -> None:
    built = one_step(tmp_path, FAN_STEP)
    for length in range(len(FANS)):
        cut = CannedAnswer(raw=FANS[:length].encode(), complete=False, error="hang")
        table, _ = built.collect({"show fan": cut})
        assert table.of("Fan") == ()
        assert state(table) is StepState.INCOMPLETE


@pytest.mark.parametrize(
    ("raw", "error", "wanted"),
    [
        (b"", "not_sent", StepState.NOT_READ),
        (b"", "no_answer", StepState.NOT_READ),
        (b"", "login_refused", StepState.NOT_READ),
        (b"", "hang", StepState.INCOMPLETE),
        (b"Slot", "session_lost", StepState.INCOMPLETE),
        (FANS.encode(), "", StepState.INCOMPLETE),
    ],
)
def test_incomplete_evidence_ends_the_alternatives(
    tmp_path: Path, raw: bytes, error: str, wanted: StepState
) -> None:
    step = """
    any_of:
      - {send: show fan, parse: fan.textfsm}
      - {send: show fans, parse: fan.textfsm}
    """
    answers = {
        "show fan": CannedAnswer(raw=raw, complete=False, error=error),
        "show fans": CannedAnswer(raw=FANS.encode()),
    }
    built = one_step(tmp_path, step)
    answer = built.collect({**answers})
    assert state(answer[0]) is wanted
    assert [one.request.text for one in answer[1]] == ["show fan"]


@pytest.mark.parametrize("first", ["Error: Unrecognized command\n", "something else\n"])
def test_the_next_alternative_is_asked_after_unsupported_and_unparsed(
    tmp_path: Path, first: str
) -> None:
    step = """
    any_of:
      - {send: show fan, parse: fan.textfsm}
      - {send: show fans, parse: fan.textfsm}
    """
    built = one_step(tmp_path, step)
    table, evidence = built.collect({"show fan": first, "show fans": FANS})
    assert state(table) is StepState.OK
    wanted = "Error: Unrecognized" if "Unrecognized" in first else "State Error"
    assert wanted in table.steps[0].reason, "why the first one was not taken is kept"
    assert table.steps[0].evidence_ids == (evidence[1].id,)
    table, evidence = built.collect({"show fan": FANS, "show fans": FANS})
    assert len(evidence) == 1, "asked only if the one before was not ok"


def test_unparsed_outweighs_unsupported(tmp_path: Path) -> None:
    step = """
    any_of:
      - {send: show fan, parse: fan.textfsm}
      - {send: show fans, parse: fan.textfsm}
    """
    built = one_step(tmp_path, step)
    table, _ = built.collect({"show fan": "x\n"})
    assert state(table) is StepState.UNPARSED
    assert "unsupported" in table.steps[0].reason
    assert state(built.collect({})[0]) is StepState.UNSUPPORTED


@pytest.mark.parametrize(
    ("extra", "answer", "wanted"),
    [
        ("expect: '^End$'", FANS, "expect: ^End$"),
        ("error: Abnormal", FANS, "error: Abnormal"),
        ("unsupported: 'Fan State'", FANS, "Fan State"),
        ('rows: "1"', FANS, "rows: 2, expected 1"),
        ('rows: "3..4"', FANS, "rows: 2, expected 3..4"),
        ("rows: 2", "Slot Fan State\n", "rows: 0, expected 2"),
        ("timeout_s: 5", "Error: No permission\n", "no_privilege: Error: No permission"),
        ("timeout_s: 5", "", "rows: 0, expected 1.."),
    ],
)
def test_why_an_answer_is_not_taken(tmp_path: Path, extra: str, answer: str, wanted: str) -> None:
    table, _ = one_step(tmp_path, f"{FAN_STEP}\n{extra}").collect({"show fan": answer})
    assert table.of("Fan") == ()
    assert state(table) in {StepState.UNPARSED, StepState.UNSUPPORTED}
    assert wanted in table.steps[0].reason


def test_zero_rows_are_ok_when_proven(tmp_path: Path) -> None:
    built = one_step(tmp_path, f"{FAN_STEP}\nrows: '0..'\nexpect: '^Slot'")
    table, _ = built.collect({"show fan": "Slot Fan State\n"})
    assert (state(table), table.of("Fan")) == (StepState.OK, ())
    assert state(built.collect({"show fan": ""})[0]) is StepState.UNPARSED


def test_rows_are_counted_before_skip(tmp_path: Path) -> None:
    built = one_step(tmp_path, f"{FAN_STEP}\nrows: 2\nskip: state == 'Normal'")
    table, _ = built.collect({"show fan": FANS})
    assert [row.fact.key for row in table.of("Fan")] == [("0", "2")]


def test_a_row_is_kept_while_it_is_unknown_whether_to_skip_it(tmp_path: Path) -> None:
    step = "get: /status\nparse: json\ncolumns: {fan: f, rpm: r}\nskip: rpm == 0"
    built = one_step(tmp_path, step)
    answer = '[{"f": "1", "r": 0}, {"f": "2"}, {"f": "3", "r": 900}]'
    table, _ = built.collect({"/status": answer})
    assert [row.fact.key for row in table.of("Fan")] == [("", "2"), ("", "3")]


def test_an_unlisted_word_is_unknown_and_recorded(tmp_path: Path) -> None:
    table, _ = one_step(tmp_path, FAN_STEP).collect({"show fan": FANS + "0 3 Odd\n"})
    assert table.of("Fan")[2].fact.values()["state"] is None
    assert any("not listed: Odd" in problem.en for problem in table.problems)


def test_a_star_catches_all_words_and_missing_means_no_value(tmp_path: Path) -> None:
    step = """
    send: show fan
    parse: fan.textfsm
    map:
      rpm: {from: state, missing: [-255, n/a]}
      state: {from: state, enum: {Normal: ok, '*': fault}}
    """
    table, _ = one_step(tmp_path, step).collect({"show fan": "0 1 -255.0\n0 2 n/a\n0 3 7\n"})
    values = [row.fact.values() for row in table.of("Fan")]
    assert [one["rpm"] for one in values] == [None, None, 7]
    assert [one["state"] for one in values] == ["fault"] * 3
    assert table.problems == ()


def test_rows_of_one_key_that_contradict_each_other_are_not_ok(tmp_path: Path) -> None:
    built = one_step(tmp_path, FAN_STEP)
    table, _ = built.collect({"show fan": "0 1 Normal\n0 1 Abnormal\n0 2 Normal\n"})
    assert state(table) is not StepState.OK
    assert [row.fact.key for row in table.of("Fan")] == [
        ("0", "2")
    ]  # neither of the two is believed
    table, _ = built.collect({"show fan": "0 1 Normal\n0 1 Normal\n"})
    assert (state(table), len(table.of("Fan"))) == (StepState.OK, 1)


def test_a_row_without_key_is_not_lost_quietly(tmp_path: Path) -> None:
    step = "get: /status\nparse: json\neach: fans\ncolumns: {fan: f, rpm: r}"
    table, _ = one_step(tmp_path, step).collect(
        {"/status": '{"fans": [{"f": "1", "r": 5}, {"r": 6}]}'}
    )
    assert [row.fact.key for row in table.of("Fan")] == [("", "1")]
    assert state(table) is not StepState.OK
    assert "without key" in table.steps[0].reason


def test_steps_that_fill_one_fact_are_merged_and_conflicts_recorded(tmp_path: Path) -> None:
    card = """
    name: one
    title: One
    collect:
      box:
        - {fact: Fan, send: show fan, parse: fan.textfsm, map: {state: {const: ok}}}
        - {fact: Fan, send: show fans, parse: fan.textfsm, map: {rpm: "5", state: {const: fault}}}
    """
    built = build(tmp_path, {"tasks/one.yml": card})
    table, _ = built.collect({"show fan": FANS, "show fans": FANS})
    values = table.of("Fan")[0].fact.values()
    assert (len(table.of("Fan")), values["state"], values["rpm"]) == (2, "ok", 5)
    assert len(table.of("Fan")[0].evidence_ids) == 2
    assert table.problems


def test_the_same_question_is_asked_once_and_both_cite_it(tmp_path: Path) -> None:
    second = FAN_CARD.replace("name: fans", "name: again").replace("fans.state", "again.state")
    built = build(tmp_path, {"tasks/a.yml": FAN_CARD, "tasks/b.yml": second})
    table, evidence = built.collect({"show fan": FANS})
    assert len(evidence) == 1
    assert [step.evidence_ids for step in table.steps] == [(evidence[0].id,)] * 2


def test_the_session_is_asked_last(tmp_path: Path) -> None:
    first = """
    name: a_reach
    title: Reach
    collect:
      '*': [{fact: Reachability, channel: session}]
      box: [{fact: Reachability, channel: session}]
    """
    built = build(tmp_path, {"tasks/a.yml": first, "tasks/b.yml": FAN_CARD})
    table, evidence = built.collect({"show fan": FANS})
    assert [one.request.text for one in evidence] == ["show fan", "SESSION"]
    assert table.of("Reachability")[0].fact.values()["answers"] is True


def test_a_list_of_templates_is_chosen_by_form(tmp_path: Path) -> None:
    other = "Value fan (\\d+)\nValue rpm (\\d+)\n\nStart\n  ^fan ${fan} ${rpm} -> Record\n  ^. -> Error\n"
    step = "send: show fan\nparse: [other.textfsm, fan.textfsm]\nmap: {state: {from: state, enum: fan}}"
    files = {
        "tasks/one.yml": step_card(step),
        "templates/parse/box/other.textfsm": other,
    }
    built = build(tmp_path, files)
    assert len(built.collect({"show fan": FANS})[0].of("Fan")) == 2
    table, _ = built.collect({"show fan": "fan 7 900\n"})
    assert table.of("Fan")[0].fact.values()["rpm"] == 900


def test_repeat_asks_once_per_item_and_checks_it(tmp_path: Path) -> None:
    step = "repeat: expected.fans\nsend: show fan {item}\nparse: fan.textfsm\nmap: {fan: item}"
    built = one_step(tmp_path, step)
    device = Device(
        name="d1", kind="switch", platform="box", expected={"fans": ("7", "8; save", "-x")}
    )
    table, evidence = built.collect({"show fan 7": "0 1 Normal\n"}, device=device)
    assert [one.request.text for one in evidence] == ["show fan 7"]
    assert table.of("Fan")[0].fact.key == ("0", "7")
    assert state(table) is StepState.UNPARSED
    assert "bad item" in table.steps[0].reason
    empty = replace(device, expected={})
    assert state(built.collect({}, device=empty)[0]) is StepState.OK


def test_rows_of_a_repeated_step_cite_their_own_answer(tmp_path: Path) -> None:
    step = "repeat: expected.fans\nsend: show fan {item}\nparse: fan.textfsm\nmap: {fan: item}"
    device = Device(name="d1", kind="switch", platform="box", expected={"fans": ("7", "8", "9")})
    answers: dict[str, str | CannedAnswer] = {
        "show fan 7": "0 1 Normal\n",
        "show fan 8": "Error: Unrecognized\n",
        "show fan 9": CannedAnswer(raw=b"0 1 Norm", complete=False, error="hang"),
    }
    table, evidence = one_step(tmp_path, step).collect(answers, device=device)
    (row,) = table.of("Fan")
    assert row.evidence_ids == (evidence[0].id,)
    assert state(table) is StepState.INCOMPLETE, "what is known least decides"
    assert all(word in table.steps[0].reason for word in ("8: Error", "9: hang"))


@pytest.mark.parametrize(
    ("status", "extra", "wanted"),
    [(0, "", StepState.OK), (1, "", StepState.UNPARSED), (100, "\nexpect: '^Slot'", StepState.OK)],
)
def test_a_command_that_failed_half_way_keeps_its_rows_and_is_not_ok(
    tmp_path: Path, status: int, extra: str, wanted: StepState
) -> None:
    step = f"channel: shell\nsend: cat /proc/fan\nparse: fan.textfsm{extra}"
    answer = CannedAnswer(raw=FANS.encode(), status=status)
    table, _ = one_step(
        tmp_path, step.replace("fan.textfsm", "fan.textfsm\nmap: {state: {const: ok}}")
    ).collect({"cat /proc/fan": answer})
    assert (state(table), len(table.of("Fan"))) == (wanted, 2)
    assert (table.steps[0].reason == "exit_1") is (wanted is not StepState.OK)


def test_a_step_names_the_fields_it_fills(tmp_path: Path) -> None:
    step = """
    defaults: {parse: fan.textfsm, map: {state: {const: ok}}}
    any_of: [{send: show fan}, {send: show fans, map: {rpm: "5"}}]
    """
    table, _ = one_step(tmp_path, step).collect({})
    assert table.steps[0].fields == {"slot", "fan", "state", "rpm"}


def test_a_form_that_nobody_filled_in_is_not_read(tmp_path: Path) -> None:
    step = "channel: manual\nask: {fan: {title: 风扇, type: text}}"
    table, evidence = one_step(tmp_path, step).collect({})
    assert [one.request.text for one in evidence] == ["ASK Fan[]: fan"]
    assert (state(table), table.steps[0].reason) == (StepState.NOT_READ, "awaiting_form")
    assert table.provided == {"Fan": {"fan"}}


PHASES = "walk: {volts: 1.3.6.1.2.1.33.1.4.4.1.2}\nmap: {phase: index, side: {const: output}}"


def test_snmp_tables_and_what_the_agent_does_not_have(tmp_path: Path) -> None:
    built = one_step(tmp_path, PHASES, "UpsPhase")
    line = "1.3.6.1.2.1.33.1.4.4.1.2.1"
    table, _ = built.collect({}, agent={line: f"{line}|2|230"})
    assert table.of("UpsPhase")[0].fact.values()["volts"] == 230
    assert state(built.collect({}, agent={})[0]) is StepState.UNSUPPORTED


ROOT = '{"Chassis": {"@odata.id": "/redfish/v1/Chassis"}}'
CHASSIS = '{"Members": [{"@odata.id": "/redfish/v1/Chassis/1"}], "Members@odata.count": 2, "Members@odata.nextLink": "/redfish/v1/Chassis?$skip=1"}'
CHASSIS_2 = '{"Members": [{"@odata.id": "/redfish/v1/Chassis/2"}]}'
LINK = '{"Thermal": {"@odata.id": "/redfish/v1/Chassis/%s/Thermal"}}'
THERMAL = '{"Fans": [{"Name": "F1", "Reading": 900}]}'
TREE = {
    "/redfish/v1/": ROOT,
    "/redfish/v1/Chassis": CHASSIS,
    "/redfish/v1/Chassis?$skip=1": CHASSIS_2,
    "/redfish/v1/Chassis/1": LINK % 1,
    "/redfish/v1/Chassis/2": LINK % 2,
    "/redfish/v1/Chassis/1/Thermal": THERMAL,
    "/redfish/v1/Chassis/2/Thermal": THERMAL,
}
FOLLOW = """
follow: Chassis/*/Thermal
parse: json
each: Fans
columns: {fan: Name, rpm: Reading}
map: {slot: member}
"""


def test_links_are_followed_over_pages(tmp_path: Path) -> None:
    table, evidence = one_step(tmp_path, FOLLOW).collect({**TREE})
    assert [row.fact.key for row in table.of("Fan")] == [("1", "F1"), ("2", "F1")]
    assert len(evidence) == 7
    assert len(table.steps[0].evidence_ids) == 7


@pytest.mark.parametrize("path", sorted(set(TREE) - {"/redfish/v1/"}))
def test_one_missing_linked_page_is_incomplete(tmp_path: Path, path: str) -> None:
    tree = {key: value for key, value in TREE.items() if key != path}
    table, _ = one_step(tmp_path, FOLLOW).collect({**tree})
    assert (state(table), table.of("Fan")) == (StepState.INCOMPLETE, ())


@pytest.mark.parametrize("path", sorted(TREE))
def test_a_cut_page_is_incomplete(tmp_path: Path, path: str) -> None:
    tree: dict[str, str | CannedAnswer] = {**TREE}
    tree[path] = CannedAnswer(raw=TREE[path].encode(), complete=False, error="hang")
    table, _ = one_step(tmp_path, FOLLOW).collect(tree)
    assert (state(table), table.of("Fan")) == (StepState.INCOMPLETE, ())


def test_links_that_leave_the_service_are_not_followed(tmp_path: Path) -> None:
    for link in ("http://192.0.2.1/redfish/v1/x", "/admin", "/redfish/../etc"):
        tree = {**TREE, "/redfish/v1/": f'{{"Chassis": {{"@odata.id": "{link}"}}}}'}
        table, evidence = one_step(tmp_path, FOLLOW).collect({**tree})
        assert state(table) is StepState.UNPARSED
        assert len(evidence) == 1


@pytest.mark.parametrize(
    "page",
    [
        '{"Members": null}',
        '{"Members": {}}',
        "{}",
        '{"Members": [], "Members@odata.nextLink": {}}',
    ],
)
def test_a_collection_of_no_list_is_unparsed(tmp_path: Path, page: str) -> None:
    table, _ = one_step(tmp_path, FOLLOW).collect({**TREE, "/redfish/v1/Chassis": page})
    assert state(table) is StepState.UNPARSED
    table, _ = one_step(tmp_path, FOLLOW).collect({**TREE, "/redfish/v1/Chassis?$skip=1": page})
    assert state(table) in {StepState.UNPARSED, StepState.INCOMPLETE}
    assert table.of("Fan") == ()


def test_fewer_members_than_announced_are_incomplete(tmp_path: Path) -> None:
    tree = {**TREE, "/redfish/v1/Chassis": CHASSIS.replace('count": 2', 'count": 3')}
    table, _ = one_step(tmp_path, FOLLOW).collect({**tree})
    assert (state(table), table.of("Fan")) == (StepState.INCOMPLETE, ())


def test_pages_in_a_circle_end(tmp_path: Path) -> None:
    tree = {**TREE, "/redfish/v1/Chassis?$skip=1": CHASSIS}
    table, _ = one_step(tmp_path, FOLLOW).collect({**tree})
    assert state(table) is StepState.INCOMPLETE


def test_what_a_controller_does_not_link_is_unsupported(tmp_path: Path) -> None:
    tree = {**TREE, "/redfish/v1/": "{}"}
    table, _ = one_step(tmp_path, FOLLOW).collect({**tree})
    assert state(table) is StepState.UNSUPPORTED


@pytest.mark.parametrize(
    ("status", "wanted"),
    [(404, StepState.UNSUPPORTED), (401, StepState.UNPARSED), (500, StepState.UNPARSED)],
)
def test_http_statuses(tmp_path: Path, status: int, wanted: StepState) -> None:
    step = "get: /status\nparse: json\ncolumns: {fan: f}"
    answer = CannedAnswer(raw=b'{"f": "1"}', status=status)
    assert state(one_step(tmp_path, step).collect({"/status": answer})[0]) is wanted


def test_stored_evidence_gives_the_same_facts_again(tmp_path: Path) -> None:
    built = one_step(tmp_path, FAN_STEP)
    table, evidence = built.collect({"show fan": FANS})
    stored = stored_answers("d1", evidence, AT)
    task = built.catalog.tasks[0]
    step = task.steps_for("box")[0].alternatives[0]
    platform = built.platforms.get("box")
    again = parse_step(step, evidence, platform=platform, templates=built.templates)
    assert again.state is StepState.OK
    unknown = stored(Request(channel=evidence[0].request.channel, text="show other"))
    assert (unknown.complete, unknown.error) == (False, "not_sent")
    assert stored(evidence[0].request) is evidence[0]
    assert table.of("Fan")


def test_a_decoder_opens_json_inside_json(tmp_path: Path) -> None:
    step = """
    get: /status
    decode: huawei_te.data
    columns: {fan: [id, fanId], rpm: speed}
    """
    body = '{"success": 1, "data": "[{\\"fanId\\": 0012, \\"speed\\": 900}]"}'.replace(
        "0012", '\\"0012\\"'
    )
    table, _ = one_step(tmp_path, step).collect({"/status": body})
    fact = table.of("Fan")[0].fact
    assert (fact.key, fact.values()["rpm"]) == (("", "0012"), 900)
    assert state(one_step(tmp_path, step).collect({"/status": "{}"})[0]) is StepState.UNPARSED


def test_ports_have_one_form(tmp_path: Path) -> None:
    step = "send: show ports\nparse: lines\npattern: '(?P<port>\\S+) (?P<admin>up|down)'"
    built = one_step(tmp_path, step, "Interface")
    table, _ = built.collect({"show ports": "GigabitEthernet2/0/3 up\nGi2/0/4 down\n"})
    assert [row.fact.key for row in table.of("Interface")] == [("GE2/0/3",), ("GE2/0/4",)]
