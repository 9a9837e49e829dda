import ast
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xunjian.expressions import (
    COUNTERS_RESTARTED,
    Expression,
    ExpressionError,
    Scope,
    compile_expression,
)

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
NAMES = ("a", "b", "c", "t", "u", "s", "flag", "items", "now", "state", "rx")
SCOPE = Scope(
    names={
        **dict.fromkeys(NAMES),
        "row": None,
        "previous": None,
        "device": frozenset({"name", "room", "class"}),
        "limits": frozenset({"warning", "critical"}),
        "lim": frozenset({"low", "high"}),
    },
    facts={"Psu": frozenset({"psu", "state", "watts"}), "Call": frozenset({"active"})},
)


class Facts:
    def __init__(self, rows: Mapping[str, Sequence[object]], *, complete: bool = True) -> None:
        self._rows, self._complete = rows, complete

    def rows(self, fact: str) -> Sequence[object]:
        return self._rows.get(fact, ())

    def is_complete(self, fact: str) -> bool:
        return self._complete and fact in self._rows


def compiled(text: str) -> Expression:
    return compile_expression(text, SCOPE)


def value(text: str, **values: object) -> object:
    return compiled(text).evaluate({"now": NOW, **values})


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("1 + 2 * 3", {}, 7),
        ("a / b", {"a": 1, "b": 0}, None),
        ("a / b", {"a": 1}, None),
        ("-a", {"a": "12"}, -12),
        ("a + 1", {"a": "n/a"}, None),
        ("a + 1", {"a": " 0012 "}, 13),
        ("a + 1", {"a": "9" * 5000}, None),
        ("a + 1", {"a": "１２"}, None),
        ("a * 1e308", {"a": 1e300}, None),
        ("a + 1", {"a": True}, None),
        ("a > 3", {"a": "4"}, True),
        ("a > 3", {"a": None}, None),
        ("a == '4'", {"a": "4"}, True),
        ("a == 4", {"a": "4.0"}, True),
        ("a == b", {"a": "0012", "b": "12"}, False),
        ("a < b", {"a": "9", "b": "10"}, True),
        ("a == 'x'", {"a": True}, None),
        ("a != 'ok'", {"a": "bad"}, True),
        ("1 < a < 5", {"a": 3}, True),
        ("1 < a < b", {"a": 0}, False),
        ("1 < a < b", {"a": 3}, None),
        ("a in ['x', 'y']", {"a": "y"}, True),
        ("a in ['x', 'y']", {"a": None}, None),
        ("a not in ('x', 'y')", {"a": "z"}, True),
        ("a in items", {"a": "z", "items": ("z",)}, True),
        ("a in items", {"a": "z", "items": ["x", None]}, None),
        ("a in items", {"a": "z"}, None),
        ("'ab' in t", {"t": "cabd"}, True),
        ("known(a)", {}, False),
        ("not known(a)", {}, True),
        ("coalesce(a, b, 3)", {"b": 0}, 0),
        ("abs(a)", {"a": "-3"}, 3),
        ("round(a, 1)", {"a": 1.26}, 1.3),
        ("round(a)", {"a": 1.6}, 2),
        ("lower(t)", {"t": "OK"}, "ok"),
        ("len(items)", {"items": [1, 2]}, 2),
        ("has(items, 'a')", {"items": ["a"]}, True),
        ("has(t, 'a')", {"t": "bbb"}, False),
        ("has(t, 'a')", {}, None),
        ("matches(t, '^up\\b')", {"t": "x\nup now"}, True),
        ("matches(t, '^up$')", {}, None),
        ("capture(t, '(\\d+) C')", {"t": "at 45 C"}, "45"),
        ("capture(t, '\\d+')", {"t": "none"}, None),
        ("number(t)", {"t": "45%"}, 45),
        ("number(t)", {"t": "1,024 bytes"}, 1024),
        ("number(t)", {"t": "abc"}, None),
        ("text(a)", {"a": 12}, "12"),
        ("text(a, '/', b)", {"a": 53, "b": "udp"}, "53/udp"),
        ("text(a, '/', b)", {"a": 53}, None),
        ("seconds_since(t)", {"t": "2026-11-21 11:59:00"}, 60.0),
        ("seconds_since(t)", {"t": "gibberish"}, None),
        ("now - time_of(t, '%d/%m/%Y %H:%M')", {"t": "21/11/2026 11:00"}, 3600.0),
        ("now - time_of(t, '%b %d %H:%M:%S')", {"t": "Nov 21 11:00:00"}, 3600.0),
        ("now - time_of(t, '%b %d %H:%M:%S')", {"t": "Nov 22 11:00:00"}, -82800.0),
        ("now - time_of(t, '%b %d %H:%M:%S')", {"t": "Nov 24 12:00:00"}, 362 * 86400.0),
        ("time_of(t, '%b %d %H:%M:%S')", {"t": "Feb 30 12:00:00"}, None),
        ("text(time_of(t, '%b %d'))", {"t": "Feb 29"}, "2024-02-29 00:00:00+00:00"),
        ("time_of(t) < now", {"t": "2026-11-21T11:00:00+08:00"}, True),
        ("round(dbm_from_uw(a), 2)", {"a": 501.2}, -3.0),
        ("dbm_from_uw(a)", {"a": 0}, -40.0),
        ("dbm_from_uw(a)", {"a": -1}, None),
        ("'y' if a > 1 else 'n'", {"a": 2}, "y"),
        ("'y' if a > 1 else 'n'", {}, None),
        ("device.class", {"device": {"class": "core"}}, "core"),
        ("device.room.class == 'core'", {"device": {"room": {"class": "core"}}}, True),
        ("a == False", {"a": False}, True),
        ("a if flag else None", {"a": 1, "flag": False}, None),
    ],
)
def test_values(text: str, values: dict[str, object], expected: object) -> None:
    result = value(text, **values)
    assert result == expected
    assert type(result) is type(expected)


THREE = (True, False, None)


@pytest.mark.parametrize("left", THREE)
@pytest.mark.parametrize("right", THREE)
def test_logic_is_kleene(left: object, right: object) -> None:
    both = {"a": left, "b": right}
    conjunction = False if False in (left, right) else None if None in (left, right) else True
    disjunction = True if True in (left, right) else None if None in (left, right) else False
    assert value("a and b", **both) is conjunction
    assert value("a or b", **both) is disjunction
    assert value("not a", a=left) is (None if left is None else not left)


@pytest.mark.parametrize("odd", [0, 1, "yes", "", [], 3.5])
def test_a_value_that_is_no_truth_is_unknown_as_a_condition(odd: object) -> None:
    assert value("a and True", a=odd) is None
    assert value("1 if a else 2", a=odd) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a is None", "known(x)"),
        ("a == None", "known(x)"),
        ("None != a", "known(x)"),
        ("a or 1", "coalesce"),
        ("a + 1 or b", "coalesce"),
        ("stat == 'x'", "state"),
        ("true", "True"),
        ("known(aa", ""),
        ("knwon(a)", "known"),
        ("device.rom", "room"),
        ("limits.critcal", "critical"),
        ("device.__class__", ""),
        ("a.__class__", ""),
        ("''.join(items)", ""),
        ("(1).real", ""),
        ("a ** 9", ""),
        ("a % 2", ""),
        ("[x for x in items]", ""),
        ("lambda: 1", ""),
        ("items[0]", ""),
        ("f'{a}'", ""),
        ("b'x'", ""),
        ("__import__('os')", ""),
        ("abs(a, b)", ""),
        ("abs(x=a)", ""),
        ("coalesce(a)", ""),
        ("matches(t, '(')", ""),
        ("matches(t, a)", ""),
        ("count(Psus)", "Psu"),
        ("count(Psu, stat == 'ok')", "state"),
        ("count(Psu, a > 1)", ""),
        ("max(Psu)", ""),
        ("first(Call).activ", "active"),
        ("delta(a + 1)", ""),
        ("delta(now)", ""),
        ("sum(Psu, delta(watts))", ""),
        ("(a := 1)", ""),
        ("a # b", ""),
        ("", ""),
        ("a = 1", "=="),
        ("~a", ""),
        ("(" * 300 + "a" + ")" * 300, ""),
        ("-" * 1500 + "a", ""),
        ("not " * 40 + "a", ""),
        ("a + " * 600 + "a", ""),
        ("a\x00b", ""),
        ("1j", ""),
        ("*a", ""),
    ],
)
def test_refused_with_a_hint(text: str, says: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compiled(text)
    assert caught.value.message.zh
    assert caught.value.message.en
    assert says in caught.value.hint.en + caught.value.hint.zh
    assert caught.value.exit_code == 2


PSUS = [
    {"psu": "1", "state": "ok", "watts": 100},
    {"psu": "2", "state": "fault", "watts": 0},
]


@pytest.mark.parametrize(
    ("text", "whole", "partial"),
    [
        ("count(Psu)", 2, None),
        ("count(Psu, state == 'ok')", 1, None),
        ("any(Psu, state == 'fault')", True, True),
        ("any(Psu, state == 'absent')", False, None),
        ("all(Psu, state == 'ok')", False, False),
        ("all(Psu, watts >= 0)", True, None),
        ("max(Psu, watts)", 100, None),
        ("min(Psu, watts)", 0, None),
        ("sum(Psu, watts)", 100, None),
        ("first(Psu).psu", "1", "1"),
        ("first(Psu, state == 'fault').psu", "2", "2"),
        ("first(Psu, state == 'absent').psu", None, None),
        ("count(Psu, psu == row.psu)", 1, None),
        ("count(Call)", None, None),
        ("first(Call).active", None, None),
    ],
)
def test_aggregates(text: str, whole: object, partial: object) -> None:
    values = {"row": {"psu": "2"}}
    assert compiled(text).evaluate(values, Facts({"Psu": PSUS})) == whole
    assert compiled(text).evaluate(values, Facts({"Psu": PSUS}, complete=False)) == partial
    assert compiled(text).evaluate(values) is None


def test_aggregates_over_an_unknown_field() -> None:
    facts = Facts({"Psu": [*PSUS, {"psu": "3", "state": None, "watts": None}]})
    for text in ("count(Psu, state == 'ok')", "sum(Psu, watts)", "max(Psu, watts)"):
        assert compiled(text).evaluate({}, facts) is None
    assert compiled("first(Psu, state == 'absent').psu").evaluate({}, facts) is None
    assert compiled("count(Psu)").evaluate({}, facts) == 3


def test_no_rows_though_all_was_read() -> None:
    facts = Facts({"Psu": []})
    assert compiled("count(Psu)").evaluate({}, facts) == 0
    assert compiled("sum(Psu, watts)").evaluate({}, facts) == 0
    assert compiled("max(Psu, watts)").evaluate({}, facts) is None


@pytest.mark.parametrize(
    ("current", "before", "restarted", "expected"),
    [
        (10, 4, False, 6),
        ("10", "4", False, 6),
        (4, 10, False, 4),
        (10, 4, True, 10),
        (10, None, True, 10),
        (10, None, False, None),
        (None, 4, False, None),
    ],
)
def test_delta(current: object, before: object, restarted: object, expected: object) -> None:
    values = {"a": current, "previous": {"a": before}, COUNTERS_RESTARTED: restarted}
    assert compiled("delta(a)").evaluate(values) == expected


def test_delta_without_a_previous_row() -> None:
    assert value("delta(a)", a=5, previous=None) is None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a > 1", None),
        ("b > 1", "b > 1"),
        ("a > 1 or b > 1", "b > 1"),
        ("a > 1 and b > 1 and c > 1", "b > 1 and c > 1"),
        ("not a", None),
        ("a + b", None),
        ("abs(a)", None),
        ("coalesce(a, b)", "b"),
        ("coalesce(a, b, c)", "coalesce(b, c)"),
        ("coalesce(a, lim.low)", None),
        ("known(a)", "False"),
        ("not known(a)", "True"),
        ("known(a) and a > 1", "False"),
        ("known(a) and b > 1 or c > 2", "c > 2"),
        ("not known(a) or b > 1", "True"),
        ("not known(a) and b > 1", "b > 1"),
        ("a if known(a) else b", "b"),
        ("b if a > 1 else c", None),
        ("lim.low > 1 or lim.high > 1", "lim.high > 1"),
        ("delta(a) > 1", None),
        ("b in [a, c]", None),
        ("matches(a, 'x')", None),
        ("count(Psu, watts > 1) > 0", None),
        ("count(Psu, watts > 1 or state == 'ok') > 0", "count(Psu, state == 'ok') > 0"),
        ("count(Psu) > 1", "count(Psu) > 1"),
        ("first(Psu).watts > 1", None),
        ("first(Psu).state == 'ok'", "first(Psu).state == 'ok'"),
        ("first(Call).active > 0 or b", "b"),
        ("count(Call) > 0", None),
        ("count(Psu, psu == a)", None),
    ],
)
def test_not_provided_terms_drop(text: str, left: str | None) -> None:
    text = text.replace("psu == a", "row.a == psu")
    missing = frozenset({"a", "row.a", "lim.low"})
    kept = compiled(text).without(missing, {"Psu": frozenset({"watts"}), "Call": None})
    assert (None if kept is None else str(kept)) == left


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("(a+b)*c", "(a + b) * c"),
        ("a-(b-c)", "a - (b - c)"),
        ("(a-b)-c", "a - b - c"),
        ("a and (b or c)", "a and (b or c)"),
        ("not(a and b)", "not (a and b)"),
        ("not a and b", "not a and b"),
        ("(a if b else c) if flag else t", "(a if b else c) if flag else t"),
        ("a if b else (c if flag else t)", "a if b else c if flag else t"),
        ("1<a<=3", "1 < a <= 3"),
        ("(a<b)==flag", "(a < b) == flag"),
        ("-(a+b)", "-(a + b)"),
        ('matches(t,"^\\d+\\b")', "matches(t, '^\\d+\\b')"),
        ('t == "it\'s"', 't == "it\'s"'),
        ("count( Psu,state=='ok' )", "count(Psu, state == 'ok')"),
        ("a\n  or b", "a or b"),
        ("device.class", "device.class"),
        ("a in ('x',)", "a in ['x']"),
    ],
)
def test_normalised_text_compiles_to_itself(text: str, normal: str) -> None:
    assert str(compiled(text)) == normal
    assert compiled(normal) == compiled(text)


def test_what_an_expression_uses() -> None:
    expression = compiled("delta(a) > limits.warning and first(Call).active > 0 and b")
    assert expression.names == {"a", "b", "previous", "limits"}
    assert expression.paths == {"limits.warning"}
    assert expression.fact_fields == {"Call": frozenset({"active"})}
    assert compiled("count(Psu, watts > 1)").fact_fields == {"Psu": frozenset({"watts"})}
    assert expression.uses_history
    assert not compiled("a > 1").uses_history


leaf = st.sampled_from(["a", "b", "c", "flag", "1", "True", "'x'", "device.name", "count(Psu)"])
trees = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "/", "<", "==", "and", "or", "in"]), inner).map(
            lambda t: f"({t[0]} {t[1]} {t[2]})"
        ),
        inner.map(lambda t: f"(not {t})"),
        inner.map(lambda t: f"known({t})"),
        st.tuples(inner, inner).map(lambda t: f"coalesce({t[0]}, {t[1]})"),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} if {t[1]} else {t[2]})"),
    ),
    max_leaves=8,
)
anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just(NOW)
)


@given(trees, st.fixed_dictionaries(dict.fromkeys(("a", "b", "c", "flag"), anything)))
def test_never_raises_and_text_is_stable(text: str, values: dict[str, object]) -> None:
    try:
        expression = compiled(text)
    except ExpressionError:
        return
    result = expression.evaluate(values, Facts({"Psu": PSUS}))
    again = compiled(str(expression))
    assert again == expression
    assert again.evaluate(values, Facts({"Psu": PSUS})) == result
    kept = expression.without(frozenset({"a"}))
    assert kept is None or "a" not in kept.names
    ast.parse(str(expression), mode="eval")


@given(st.text(max_size=60))
def test_any_text_compiles_or_is_refused(text: str) -> None:
    try:
        expression = compiled(text)
    except ExpressionError:
        return
    assert str(expression)
