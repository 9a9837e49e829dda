"""Answers into rows: each parser on good, odd and hostile texts."""

import re
import threading

import pytest

from tests.fixtures.card_workspace import FAN_TEMPLATE, FANS
from xunjian.parse import DECODERS, Unparsed
from xunjian.parse.answers import parse_object, parse_sip
from xunjian.parse.documents import compile_jmespath, compile_xpath, load_json, parse_xml
from xunjian.parse.documents import rows_of_json as json_rows
from xunjian.parse.lines import parse_lines, parse_pairs
from xunjian.parse.snmp import row_of_scalars, rows_of_walks
from xunjian.parse.textfsm_form import (
    Machines,
    TemplateError,
    compile_form,
    lint_form,
)

XML = """<?xml version="1.0" encoding="UTF-8"?>
<Status><Dev item="1"><Name>Mic<!-- no --> 1</Name><Temp>0012</Temp></Dev>
<Dev item="2"><Name/><Alt>Cam</Alt></Dev></Status>"""


def test_xml_takes_alternatives_and_leaves_texts_as_they_are() -> None:
    columns = {"name": ("Name", "Alt"), "id": ("@item",), "t": ("Temp",)}
    table = parse_xml(XML.encode(), each="//Dev", columns=columns)
    assert table.rows == ({"name": "Mic 1", "id": "1", "t": "0012"}, {"name": "Cam", "id": "2"})


@pytest.mark.parametrize(
    "text",
    [
        "<a><b></a>",
        "",
        "not xml",
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    ],
)
def test_bad_xml_is_unparsed(text: str) -> None:
    with pytest.raises(Unparsed):
        parse_xml(text.encode(), each="", columns={"x": (".",)})


def test_json_numbers_stay_as_written_and_null_is_absent() -> None:
    document = load_json('{"a": [{"n": 1, "s": "0012", "z": null, "b": true, "e": ""}]}')
    columns = {name: (name,) for name in "nszbe"}
    assert json_rows(document, each="a", columns=columns).rows == (
        {"n": "1", "s": "0012", "b": "true"},
    )


def test_json_zero_and_false_are_values() -> None:
    rows = json_rows(load_json('{"a": 0, "b": false}'), each="", columns={"a": ("a",), "b": ("b",)})
    assert rows.rows == ({"a": "0", "b": "false"},)


@pytest.mark.parametrize("text", ["", "{", '{"a": NaN}', "[" * 100_000])
def test_bad_json_is_unparsed(text: str) -> None:
    with pytest.raises(Unparsed):
        load_json(text)


def test_bad_paths_are_value_errors() -> None:
    with pytest.raises(ValueError, match=r"\S"):
        compile_xpath("//[")
    with pytest.raises(ValueError, match=r"\S"):
        compile_jmespath("a[")


def test_lines_match_whole_and_the_rest_is_kept() -> None:
    table = parse_lines("a 1\nb 2 tail\n\n", re.compile(r"(?P<k>\w) (?P<v>\d)"))
    assert table.rows == ({"k": "a", "v": "1"},)
    assert table.unmatched == ("b 2 tail",)


def test_pairs_make_one_row() -> None:
    text = 'VAR u battery.charge "100"\nVAR u ups.status "OL"\nnoise\n'
    pattern = re.compile(r'^VAR \S+ (\S+) "(.*)"$')
    table = parse_pairs(text, pattern, {"charge": ("x.y", "battery.charge"), "load": ("ups.load",)})
    assert table.rows == ({"charge": "100"},)
    assert table.unmatched == ("noise",)
    assert parse_pairs("noise", pattern, {}).rows == ()


def test_snmp_scalars_and_no_such() -> None:
    text = "1.3.6.1.1.0|2|5\n.1.3.6.1.2.0|129|\n1.3.6.1.3.0|4x|e5b79e"
    row = row_of_scalars(text, {"a": "1.3.6.1.1.0", "b": "1.3.6.1.2.0", "c": "1.3.6.1.3.0"})
    assert row.rows == ({"a": "5", "c": "州"},)
    assert row_of_scalars("1.3.6.1.2.0|128|", {"b": "1.3.6.1.2.0"}).rows == ()


@pytest.mark.parametrize("text", ["1.3.6.1.1.0|2", "1.3.6.1.1.0", "x|2|3", "1.3.6.1.9.0|2|5"])
def test_cut_snmp_answers_are_unparsed(text: str) -> None:
    with pytest.raises(Unparsed):
        row_of_scalars(text, {"a": "1.3.6.1.1.0"})


def test_walks_are_joined_by_index() -> None:
    columns = {"v": "1.3.2", "a": "1.3.3"}
    texts = {"v": "1.3.2.1|2|230\n1.3.2.2|2|231", "a": "1.3.3.2|2|7"}
    assert rows_of_walks(texts, columns).rows == (
        {"index": "1", "v": "230"},
        {"index": "2", "v": "231", "a": "7"},
    )
    with pytest.raises(Unparsed):
        rows_of_walks({"v": "1.4.1|2|3", "a": ""}, columns)


def test_sip_and_objects() -> None:
    text = "SIP/2.0 405 Method Not Allowed\r\nServer: Box/1\r\n\r\nServer: no"
    row = {"status": "405", "reason": "Method Not Allowed", "server": "Box/1"}
    assert parse_sip(text).rows == (row,)
    with pytest.raises(Unparsed):
        parse_sip("HTTP/1.1 200 OK")
    seen = parse_object('{"answers": false, "latency_ms": null, "notes": ["a", "b"]}')
    assert seen.rows == ({"answers": "false", "notes": "a,b"},)
    with pytest.raises(Unparsed):
        parse_object("[]")


def test_json_inside_json() -> None:
    decode = DECODERS["huawei_te.data"]
    assert decode('{"success": 1, "data": "[{\\"a\\": 1, \\"b\\": null}]"}') == ({"a": "1"},)
    with pytest.raises(Unparsed):
        decode('{"success": 0}')


def test_a_template_gives_texts_and_no_empty_ones() -> None:
    rows = Machines().parse(compile_form("fan", FAN_TEMPLATE), FANS).rows
    assert rows[0] == {"slot": "0", "fan": "1", "state": "Normal"}


def test_a_line_no_rule_knows_is_unparsed_and_the_machine_is_fresh_afterwards() -> None:
    machines, form = Machines(), compile_form("fan", FAN_TEMPLATE)
    with pytest.raises(Unparsed, match="garbage"):
        machines.parse(form, FANS + "garbage\n")
    assert len(machines.parse(form, FANS).rows) == 2


def test_a_broken_template_names_its_line() -> None:
    with pytest.raises(TemplateError) as caught:
        compile_form("bad", "Value a (\\d+)\n\nStart\n  ^( -> Record\n")
    assert caught.value.mistake.line == 4


def test_a_state_without_error_is_a_mistake() -> None:
    assert lint_form(FAN_TEMPLATE) == ()
    found = lint_form("Value a (\\d+)\n\nStart\n  ^${a} -> Other\n\nOther\n  ^. -> Error\n")
    assert [mistake.line for mistake in found] == [4]


def test_one_form_in_many_threads() -> None:
    machines, form = Machines(), compile_form("fan", FAN_TEMPLATE)
    text = FANS + "".join(f"1 {n} Normal\n" for n in range(200))
    counts: list[int] = []

    def work() -> None:
        counts.extend(len(machines.parse(form, text).rows) for _ in range(10))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert counts == [202] * 40
