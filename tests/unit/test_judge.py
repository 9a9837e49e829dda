import re
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fixtures.judging import (
    BROKEN,
    DAY,
    FACT_FIELDS,
    HOT,
    NOW,
    OK,
    UNSUPPORTED,
    Past,
    check,
    device,
    log,
    port,
    row,
    run,
    table,
    temperature,
    two_fans,
    verdicts,
)
from xunjian.checks import (
    Finding,
    JudgeContext,
    Verdict,
    explain_check,
    finding_id,
    judging_function,
)
from xunjian.facts import FACTS, Fact, FactRow, FactTable, StepState
from xunjian.facts.titles import titled
from xunjian.inventory.model import Site, SiteLevel
from xunjian.language import Text
from xunjian.tasks.model import Check, Ignore, Join

# Invariant 1: no evidence, no normal.

COUNTED = check("", abnormal="any(Fan, state == 'fault')", id="t.device")
EMPTY_IS_FINE = check("Fan", abnormal="state == 'fault'", empty=Verdict.NORMAL, id="t.fan")


@pytest.mark.parametrize("state", [*BROKEN, UNSUPPORTED])
@pytest.mark.parametrize("judged", [COUNTED, EMPTY_IS_FINE], ids=["device", "empty"])
def test_what_was_not_read_is_never_normal(judged: Check, state: StepState) -> None:
    findings = run(judged, table(steps={"Fan": (state,)}))
    assert [f.verdict for f in findings] == [Verdict.UNKNOWN]
    assert "why" in findings[0].message.zh or state is UNSUPPORTED or judged is COUNTED


@pytest.mark.parametrize("judged", [COUNTED, EMPTY_IS_FINE], ids=["device", "empty"])
def test_read_and_nothing_there_cites_what_was_read(judged: Check) -> None:
    (finding,) = run(judged, table(also=("Fan",)))
    assert (finding.verdict, finding.evidence_ids) == (Verdict.NORMAL, ("s0",))


def test_a_row_without_evidence_is_unknown() -> None:
    (finding,) = run(check(**HOT), table(temperature(20, ids="")))
    assert finding.verdict is Verdict.UNKNOWN
    assert "证据" in finding.message.zh


def test_a_planned_fact_that_left_no_step_is_unknown() -> None:
    facts = FactTable(provided={"Temperature": FACT_FIELDS["Temperature"]})
    assert verdicts(run(check(**HOT), facts)) == {"-": "unknown"}


CHECKS = (
    check(**HOT, id="t.hot"),
    check(**HOT, id="t.worst", report="worst", first="current"),
    check(abnormal="state == 'fault'", warning="celsius > 40", id="t.state", vanished=None),
    check(
        "Interface",
        let={"new": "delta(in_errors)"},
        value="new",
        abnormal="new > 10",
        first="normal",
        id="t.delta",
    ),
    check("", abnormal="count(Fan, state != 'ok') > 0", id="t.count"),
    check("expected.fans", abnormal="not any(Fan, fan == row)", id="t.list"),
    check("Fan", abnormal="state == 'fault'", empty=Verdict.NORMAL, id="t.fan"),
    check(
        "Optics",
        join={"lim": Join(fact="OpticsLimits", by="port")},
        abnormal="rx_dbm <= lim.rx_low_dbm",
        id="t.optics",
    ),
)


@st.composite
def tables(draw: st.DrawFn) -> FactTable:
    """Facts that are all fine wherever they are known, and somewhere are not."""
    fine: dict[str, list[dict[str, Any]]] = {
        "Temperature": [{"slot": "1", "sensor": s, "celsius": 20, "state": "ok"} for s in "ab"],
        "Interface": [{"port": "GE1/0/1", "in_errors": 5}],
        "Fan": [{"slot": "1", "fan": f, "state": "ok"} for f in "12"],
        "Optics": [{"port": "GE1/0/1", "rx_dbm": -5.0}],
        "OpticsLimits": [{"port": "GE1/0/1", "rx_low_dbm": -20.0}],
    }
    rows: list[FactRow] = []
    steps: dict[str, tuple[StepState, ...]] = {}
    for name, all_values in fine.items():
        steps[name] = tuple(draw(st.lists(st.sampled_from(list(StepState)), max_size=2)))
        if OK not in steps[name]:
            continue
        for values in all_values:
            kept = dict(values)
            for lost in draw(st.sets(st.sampled_from(sorted(values)), max_size=1)):
                if lost not in FACTS[name].KEY:
                    kept[lost] = None
            ids = draw(st.sampled_from(["", "e1"]))
            if draw(st.booleans()):
                rows.append(row(name, ids=ids, **kept))
    return table(*rows, steps=steps)


NEEDED = {
    "t.hot": {"celsius"},
    "t.worst": {"celsius"},
    "t.state": {"celsius", "state"},
    "t.delta": {"in_errors"},
    "t.fan": {"state"},
    "t.optics": {"rx_dbm"},
}


@settings(max_examples=400, deadline=None)
@given(tables(), st.booleans())
def test_nothing_missing_ever_becomes_normal(facts: FactTable, had_past: bool) -> None:  # noqa: FBT001
    past = Past(row("Interface", port="GE1/0/1", in_errors=5))
    on = device(expected={"fans": ("1", "2")})
    context = {"history": past} if had_past else {}
    for finding in run(CHECKS, facts, on, **context):
        if finding.verdict is not Verdict.NORMAL:
            continue
        assert finding.evidence_ids
        judged = next(c for c in CHECKS if c.id == finding.check)
        if judged.for_each in FACTS:
            rows = facts.of(judged.for_each)
            assert rows or judged.empty is Verdict.NORMAL
            looked_at = [
                r for r in rows if judged.report == "worst" or r.fact.subject == finding.subject
            ]
            for looked in looked_at:
                assert looked.evidence_ids
                assert None not in {getattr(looked.fact, n) for n in NEEDED[judged.id]}
            for join in judged.join.values():
                assert all(r.evidence_ids for r in facts.of(join.fact))
        else:
            read = (
                (r for c in judged.abnormal.fact_fields for r in facts.of(c))
                if judged.abnormal
                else ()
            )
            assert all(r.evidence_ids for r in read)
        if finding.check == "t.count":
            states = [s.state for s in facts.steps_of("Fan")]
            assert states
            assert set(states) == {OK}
            assert None not in {getattr(r.fact, "state", None) for r in facts.of("Fan")}


# Verdicts and limits.


@pytest.mark.parametrize(
    ("celsius", "verdict", "level"),
    [
        (20, "normal", ""),
        (49.99, "normal", ""),
        (50, "warning", "III"),
        (59.999, "warning", "III"),
        (60, "abnormal", "II"),
        (1e9, "abnormal", "II"),
        (None, "unknown", ""),
    ],
)
def test_worse_high(celsius: object, verdict: str, level: str) -> None:
    (finding,) = run(check(**HOT), table(temperature(celsius)))
    assert (finding.verdict.value, finding.level) == (verdict, level)
    assert finding.subject == "1/a"
    assert finding.id == finding_id("sw1", "t.c", "1/a")


@pytest.mark.parametrize(
    ("charge", "verdict"), [(51, "normal"), (50, "warning"), (10, "abnormal"), (None, "unknown")]
)
def test_worse_low(charge: object, verdict: str) -> None:
    low = check("Battery", value="charge_pct", worse="low", limits={"warning": 50, "critical": 10})
    assert verdicts(run(low, table(row("Battery", charge_pct=charge)))) == {"-": verdict}


def test_digits_are_for_display_only() -> None:
    judged = check(**HOT, digits=0)
    near, there = (run(judged, table(temperature(c)))[0] for c in (59.7, 61.2))
    assert near.verdict is Verdict.WARNING
    assert near.value == 59.7  # 60 would look critical
    assert there.value == 61
    assert "61 °C" in there.message.zh
    assert "60 °C" in there.message.zh


@pytest.mark.parametrize(
    ("state", "celsius", "verdict"),
    [
        ("fault", None, "abnormal"),
        ("fault", 99, "abnormal"),
        (None, 99, "warning"),
        (None, 20, "unknown"),
        ("ok", None, "unknown"),
        ("ok", 20, "normal"),
    ],
)
def test_known_bad_wins_and_any_unknown_is_unknown(
    state: object, celsius: object, verdict: str
) -> None:
    judged = check(abnormal="state == 'fault'", warning="celsius > 50")
    assert verdicts(run(judged, table(temperature(celsius, state=state)))) == {"1/a": verdict}


SITE = Site(name="s", title=Text("s"), level=SiteLevel.CITY, limits={"t.c": {"critical": 61}})


@pytest.mark.parametrize(
    ("inventory", "own", "contract", "critical"),
    [
        ({}, None, {}, 60),
        ({}, None, {"critical": 62}, 62),
        ({}, 63, {"critical": 62}, 63),
        ({"site": SITE}, 63, {}, 61),
        ({"site": SITE, "group_limits": {"t.c": {"critical": 64}}}, 63, {}, 64),
        (
            {"group_limits": {"t.c": {"critical": 64}}, "limits": {"t.c": {"critical": 65}}},
            63,
            {"critical": 62},
            65,
        ),
        ({"limits": {"t.c": {"critical": "65"}}}, None, {}, 65),
    ],
)
def test_who_sets_the_limit(
    inventory: dict[str, Any], own: object, contract: dict[str, Any], critical: int
) -> None:
    judged = check(**HOT, own={"critical": "device_critical"})
    on, thresholds = device(**inventory), {"t.c": contract}
    for celsius, verdict in ((critical, "abnormal"), (critical - 0.5, "warning")):
        facts = table(temperature(celsius, device_critical=own))
        assert verdicts(run(judged, facts, on, thresholds=thresholds)) == {"1/a": verdict}


@pytest.mark.parametrize(
    "limits",
    [{"critical": "hot"}, {"critical": True}, {"warning": 70, "critical": 60}],
)
def test_a_limit_that_cannot_be_is_unknown(limits: dict[str, Any]) -> None:
    (finding,) = run(check(**HOT), table(temperature(20)), device(limits={"t.c": limits}))
    assert finding.verdict is Verdict.UNKNOWN
    assert "限值" in finding.message.zh


@pytest.mark.parametrize(
    ("limits", "celsius", "verdict"),
    [
        ({"critical": 45}, 45, "abnormal"),
        ({"critical": 45}, 44, "normal"),
        ({"warning": 70}, 65, "normal"),
        ({"warning": 70}, 70, "abnormal"),
    ],
)
def test_a_crossed_limit_yields_to_the_one_of_higher_rank(
    limits: dict[str, Any], celsius: int, verdict: str
) -> None:
    facts = table(temperature(celsius))
    assert verdicts(run(check(**HOT), facts, device(limits={"t.c": limits}))) == {"1/a": verdict}


def test_an_own_limit_that_the_row_lacks_and_nobody_else_gives_is_unknown() -> None:
    judged = check(value="celsius", worse="high", own={"critical": "device_critical"})
    rows = temperature(20, "a", device_critical=60), temperature(20, "b")
    assert verdicts(run(judged, table(*rows))) == {"1/a": "normal", "1/b": "unknown"}


def test_named_limits_in_expressions() -> None:
    judged = check(abnormal="celsius > limits.top", limits={"top": 30})
    facts = table(temperature(35))
    assert verdicts(run(judged, facts)) == {"1/a": "abnormal"}
    assert verdicts(run(judged, facts, device(limits={"t.c": {"top": 40}}))) == {"1/a": "normal"}
    assert verdicts(run(judged, facts, device(limits={"t.c": {"top": "?"}}))) == {"1/a": "unknown"}


def test_levels_rise_with_role_and_importance() -> None:
    judged = check(**HOT, levels={Verdict.ABNORMAL: "III"})
    facts, raises = table(temperature(70)), {"core": 1, "vip": 9}
    levels = [
        run(judged, facts, device(**who), raise_levels=raises)[0].level
        for who in ({}, {"role": "core"}, {"role": "core", "importance": "vip"})
    ]
    assert levels == ["III", "II", "I"]


# Not provided, not applicable, scope.


def test_a_term_that_no_card_fills_is_dropped() -> None:
    judged = check(abnormal="celsius > 60 or state == 'fault'")
    only = {"Temperature": frozenset({"celsius"})}
    assert verdicts(run(judged, table(temperature(20), provided=only))) == {"1/a": "normal"}
    explained = explain_check(judged, only)
    assert explained.applies
    assert explained.expressions == {"abnormal": "celsius > 60"}


@pytest.mark.parametrize(
    ("given", "provided", "lacking"),
    [
        (HOT, {}, "Temperature"),
        (HOT, {"Temperature": frozenset({"state"})}, "Temperature.celsius"),
        (
            {"abnormal": "known(celsius) and celsius > 60"},
            {"Temperature": frozenset({"state"})},
            "Temperature.celsius",
        ),
        (
            {"let": {"x": "celsius * 2"}, "abnormal": "x > 60"},
            {"Temperature": frozenset({"state"})},
            "Temperature.celsius",
        ),
        (
            {"value": "celsius", "worse": "high", "own": {"critical": "device_critical"}},
            {"Temperature": frozenset({"celsius"})},
            "Temperature.device_critical",
        ),
        ({"for_each": "", "abnormal": "count(Fan) < 2"}, {}, "Fan"),
        (
            {"for_each": "", "abnormal": "any(Fan, rpm < 2)"},
            {"Fan": frozenset({"state"})},
            "Fan.rpm",
        ),
    ],
)
def test_nothing_left_to_judge_is_not_applicable(
    given: dict[str, Any], provided: dict[str, frozenset[str]], lacking: str
) -> None:
    judged = check(**given)
    (finding,) = run(judged, table(temperature(99), provided=provided))
    assert finding.verdict is Verdict.NOT_APPLICABLE
    said = titled([lacking])
    assert f"platform does not report {said.en}" in finding.message.en
    assert f"该平台不提供{said.zh}" in finding.message.zh
    assert lacking not in finding.message.zh  # the names of cards are for their authors
    explained = explain_check(judged, provided)
    assert (explained.applies, explained.reason.en) == (
        False,
        f"platform does not report {said.en}: {lacking}",
    )


def test_a_plan_is_made_once_per_platform() -> None:
    context = JudgeContext(now=NOW)
    judged, provided = check(**HOT), {"Temperature": FACT_FIELDS["Temperature"]}
    assert context.plans.plan(judged, provided) is context.plans.plan(judged, dict(provided))
    assert context.plans.plan(judged, {}) is not context.plans.plan(judged, provided)


@pytest.mark.parametrize(
    ("active", "verdict"), [(1, "abnormal"), (0, "not_applicable"), (None, "unknown")]
)
def test_when(active: object, verdict: str) -> None:
    judged = check(when="first(CallState).active > 0", abnormal="celsius > 60")
    facts = table(temperature(70), row("CallState", active=active))
    subject = "1/a" if active else "-"
    assert verdicts(run(judged, facts)) == {subject: verdict}


def test_where_takes_rows_out_and_an_unclear_row_is_unknown() -> None:
    judged = check("Fan", where="state != 'absent'", abnormal="state == 'fault'")
    rows = [row("Fan", slot="1", fan=str(n), state=s) for n, s in enumerate(("ok", "absent", None))]
    assert verdicts(run(judged, table(*rows))) == {"1/0": "normal", "1/2": "unknown"}


def test_where_may_name_limits_and_lets() -> None:
    judged = check(
        let={"twice": "celsius * 2"},
        where="twice > limits.least",
        limits={"least": 50},
        abnormal="twice > 100",
    )
    rows = temperature(20, "a"), temperature(30, "b"), temperature(60, "c")
    assert verdicts(run(judged, table(*rows))) == {"1/b": "normal", "1/c": "abnormal"}


@pytest.mark.parametrize("empty", ["unknown", "normal", "abnormal", "not_applicable"])
@pytest.mark.parametrize("rows", [(), (row("Fan", fan="1", state="absent"),)])
def test_no_row_in_scope(empty: str, rows: tuple[FactRow, ...]) -> None:
    judged = check(
        "Fan", where="state != 'absent'", abnormal="state == 'fault'", empty=Verdict(empty)
    )
    assert verdicts(run(judged, table(*rows, also=("Fan",)))) == {"-": empty}


@pytest.mark.parametrize("verdict", ["unknown", "not_applicable"])
def test_unsupported(verdict: str) -> None:
    judged = check("Fan", abnormal="state == 'fault'", unsupported=Verdict(verdict))
    assert verdicts(run(judged, table(steps={"Fan": (UNSUPPORTED,)}))) == {"-": verdict}
    counted = check("", abnormal="count(Fan) < 1", unsupported=Verdict(verdict))
    assert verdicts(run(counted, table(steps={"Fan": (UNSUPPORTED,)}))) == {"-": verdict}


@pytest.mark.parametrize("state", BROKEN)
def test_some_steps_failed_one_unknown_stands_beside_the_rows(state: StepState) -> None:
    facts = table(temperature(20), steps={"Temperature": (OK, state)})
    findings = run(check(**HOT), facts)
    assert verdicts(findings) == {"1/a": "normal", "*": "unknown"}
    assert "why" in findings[1].message.zh
    assert ("s1" in findings[1].evidence_ids) == (state is StepState.UNPARSED)


def test_some_steps_failed_counting_is_unknown_and_any_may_hold() -> None:
    rows = [row("Fan", fan="1", state="fault"), row("Fan", fan="2", state="ok")]
    facts = table(*rows, steps={"Fan": (OK, StepState.INCOMPLETE)})
    for text, verdict in (
        ("count(Fan) < 2", "unknown"),
        ("all(Fan, state == 'ok')", "normal"),
        ("any(Fan, state == 'fault')", "abnormal"),
        ("any(Fan, state == 'absent')", "unknown"),
    ):
        assert verdicts(run(check("", abnormal=text), facts)) == {"-": verdict}


def test_join_by_port() -> None:
    judged = check(
        "Optics",
        join={"lim": Join(fact="OpticsLimits", by="port")},
        value="rx_dbm",
        abnormal="rx_dbm <= lim.rx_low_dbm",
        message=Text("{port} {value} 低于 {lim.rx_low_dbm}", "{port} {value} < {lim.rx_low_dbm}"),
    )
    facts = table(
        row("Optics", port="Gi1/0/1", rx_dbm=-22.0),
        row("Optics", port="GE1/0/2", rx_dbm=-2.0),
        row("Optics", port="GE1/0/3", rx_dbm=-2.0),
        row("OpticsLimits", ids="e2", port="GigabitEthernet1/0/1", rx_low_dbm=-20),
        row("OpticsLimits", ids="e2", port="GE1/0/2", rx_low_dbm=-20),
    )
    findings = run(judged, facts)
    assert verdicts(findings) == {
        "GE1/0/1": "abnormal",
        "GE1/0/2": "normal",
        "GE1/0/3": "unknown",
    }
    assert findings[0].message.zh == "GE1/0/1 -22 低于 -20"
    assert findings[0].evidence_ids == ("e1", "e2")


# Earlier rounds.

GROWTH = check("Interface", value="delta(in_errors)", abnormal="value > 10", id="t.c")


@pytest.mark.parametrize(
    ("now", "before", "uptime_s", "value", "verdict"),
    [
        (30, 25, None, 5, "normal"),
        (50, 25, None, 25, "abnormal"),
        (5, 25, None, 5, "not_checked"),  # counter cleared or wrapped: a lower bound is no proof
        (40, 25, 3600, 40, "abnormal"),  # rebooted an hour ago: the counter began anew
        (40, 35, 10 * 86400, 5, "normal"),
        (40, None, None, None, "unknown"),
    ],
)
def test_delta(now: int, before: object, uptime_s: object, value: object, verdict: str) -> None:
    facts = table(port(now), row("Identity", uptime_s=uptime_s))
    (finding,) = run(GROWTH, facts, history=Past(port(before, taken=NOW - DAY)))
    assert (finding.value, finding.verdict.value) == (value, verdict)
    is_anew = before is not None and (now < int(str(before)) or uptime_s == 3600)
    assert ("cleared, wrapped or restarted" in finding.message.en) == is_anew


@pytest.mark.parametrize(
    ("first", "errors", "verdict"),
    [
        ("not_checked", 5, "not_checked"),
        ("normal", 5, "normal"),
        ("normal", None, "unknown"),
        ("not_checked", None, "unknown"),
        ("current", 5, "normal"),
        ("current", 50, "abnormal"),
        ("current", None, "unknown"),
    ],
)
def test_first_round(first: str, errors: object, verdict: str) -> None:
    judged = check("Interface", value="delta(in_errors)", abnormal="value > 10", first=first)
    assert verdicts(run(judged, table(port(errors)))) == {"GE1/0/1": verdict}


def test_first_round_of_a_ratio_without_traffic_is_not_unknown() -> None:
    judged = check(
        "Interface", let={"r": "delta(in_errors) / delta(in_packets)"}, abnormal="r > 0.1"
    )
    assert verdicts(run(judged, table(port(0, in_packets=0)))) == {"GE1/0/1": "not_checked"}


def test_known_bad_wins_in_a_first_round_too() -> None:
    judged = check("Interface", abnormal="in_errors > 10 or delta(in_errors) > 5")
    assert verdicts(run(judged, table(port(50)))) == {"GE1/0/1": "abnormal"}


def test_a_broken_limit_is_unknown_in_a_first_round_too() -> None:
    judged = check(
        "Interface", value="delta(in_errors)", worse="high", limits={"warning": 5}, first="normal"
    )
    on = device(limits={"t.c": {"warning": "many"}})
    assert verdicts(run(judged, table(port(5)), on)) == {"GE1/0/1": "unknown"}


def test_reference_interval_and_last_round() -> None:
    drift = check("Optics", value="reference.rx_dbm - rx_dbm", worse="high", limits={"warning": 3})
    now = row("Optics", port="GE1/0/1", rx_dbm=-8.0)
    marked = row("Optics", port="GE1/0/1", rx_dbm=-4.0, taken=NOW - DAY)
    assert verdicts(run(drift, table(now))) == {"GE1/0/1": "not_checked"}
    past = Past(marked=(marked,))
    assert verdicts(run(drift, table(now), history=past)) == {"GE1/0/1": "warning"}
    rate = check("Interface", value="delta(in_errors) / interval_s")
    (finding,) = run(rate, table(port(86410)), history=Past(port(10, taken=NOW - DAY)))
    assert finding.value == 1.0
    since = check("", value="now - last_round.at", abnormal="False", first="normal")
    facts = table(port(1))
    assert run(since, facts, history=Past())[0].value == 86400.0


def test_vanished() -> None:
    judged = check("Fan", where="state != 'absent'", abnormal="state == 'fault'")
    before = [
        row("Fan", slot="1", fan=str(n), state=s, taken=NOW - DAY)
        for n, s in enumerate(("ok", "ok", "absent"))
    ]
    now = row("Fan", slot="1", fan="0", state="ok")
    findings = run(judged, table(now), history=Past(*before))
    assert verdicts(findings) == {"1/0": "normal", "1/1": "warning"}
    assert findings[1].level == "III"
    assert findings[1].evidence_ids
    off = check("Fan", abnormal="state == 'fault'", vanished=None)
    assert verdicts(run(off, table(now), history=Past(*before))) == {"1/0": "normal"}
    # what was not wholly read has not vanished
    partly = table(now, steps={"Fan": (OK, StepState.INCOMPLETE)})
    assert verdicts(run(judged, partly, history=Past(*before))) == {
        "1/0": "normal",
        "*": "unknown",
    }
    # all gone: each row says so, not `empty` once more
    assert verdicts(run(judged, table(also=("Fan",)), history=Past(*before))) == {
        "1/0": "warning",
        "1/1": "warning",
    }


# Reporting.


def test_order_is_that_of_cards_and_rows() -> None:
    a, b = check(**HOT, id="t.a"), check(abnormal="celsius > 60", id="t.b")
    rows = [temperature(20, s) for s in "cab"]
    found = [(f.check, f.subject) for f in run((b, a), table(*rows))]
    assert found == [(c, f"1/{s}") for c in ("t.b", "t.a") for s in "cab"]


@pytest.mark.parametrize(
    ("values", "verdict", "value"),
    [
        ((20, 30, 25), "normal", 30),
        ((20, 55, 70), "abnormal", 70),
        ((20, None, 55), "warning", 55),
        ((20, None, 30), "unknown", None),
    ],
)
def test_worst(values: tuple[object, ...], verdict: str, value: object) -> None:
    rows = [temperature(c, s, ids=f"e{s}") for s, c in zip("abc", values, strict=True)]
    (finding,) = run(check(**HOT, report="worst"), table(*rows))
    assert (finding.subject, finding.verdict.value, finding.value) == ("-", verdict, value)
    if verdict == "normal":
        assert finding.evidence_ids == ("ea", "eb", "ec")
    if verdict == "abnormal":
        assert "1/c" in finding.message.zh


def test_group() -> None:
    judged = check(
        "LogEntry",
        group=("module", "mnemonic"),
        warning="n >= 2",
        abnormal="severity <= 1",
        message=Text("{n} 次，{first.at} 至 {last.at}", "{n}"),
    )
    (finding,) = run(judged, table(log(5, "b"), log(1, "a")))
    assert (finding.subject, finding.verdict.value) == ("IFNET/LINK", "warning")
    assert "2 次，2026-11-21 20:01:00 至 2026-11-21 20:05:00" in finding.message.zh
    assert verdicts(run(judged, table(log(1, "a")))) == {"IFNET/LINK": "normal"}
    assert verdicts(run(judged, table(log(1, "a"), log(2, "a", 1)))) == {"IFNET/LINK": "abnormal"}


@pytest.mark.parametrize(
    ("until", "verdict"),
    [(None, "normal"), (date(2026, 11, 21), "normal"), (date(2026, 11, 20), "abnormal")],
)
def test_ignore(until: date | None, verdict: str) -> None:
    rule = Ignore(match=re.compile("known noise"), field="text", reason="ticket", until=until)
    judged = check("LogEntry", abnormal="True", ignore=(rule,), empty=Verdict.NORMAL)
    (finding,) = run(judged, table(log(1, "some known noise")))
    assert finding.verdict.value == verdict


def test_equal_events_are_one_finding() -> None:
    judged = check("LogEntry", abnormal="severity <= 1")
    findings = run(judged, table(log(1, "a"), log(1, "a", 1), log(1, "a")))
    assert [f.verdict for f in findings] == [Verdict.ABNORMAL]


def test_inventory_list() -> None:
    judged = check(
        "expected.services", abnormal="not any(Unit, unit == row and active == 'active')"
    )
    facts = table(row("Unit", unit="sshd", active="active"))
    on = device(expected={"services": ("sshd", "nginx")})
    assert verdicts(run(judged, facts, on)) == {"sshd": "normal", "nginx": "abnormal"}
    assert verdicts(run(judged, facts, device())) == {"-": "unknown"}
    unread = table(steps={"Unit": (StepState.INCOMPLETE,)})
    assert verdicts(run(judged, unread, on)) == {"sshd": "unknown", "nginx": "unknown"}
    mapped = check(
        "expected.services", abnormal="not any(Unit, unit == row.unit)", empty=Verdict.NORMAL
    )
    on = device(expected={"services": ({"name": "web", "unit": "nginx"},)})
    assert verdicts(run(mapped, facts, on)) == {"web": "abnormal"}
    assert verdicts(run(mapped, FactTable(provided=facts.provided), device())) == {
        "-": "not_applicable"
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "sw1"),
        ("kind", "switch"),
        ("platform", "box"),
        ("role", "core"),
        ("site", "s"),
        ("vars.circuit", "c7"),
        ("asset.rack", "A03"),
        ("room", None),
    ],
)
def test_what_a_check_may_ask_of_the_device(name: str, value: object) -> None:
    on = device(
        platform="box", role="core", site=SITE, vars={"circuit": "c7"}, asset={"rack": "A03"}
    )
    judged = check("", value=f"device.{name}", abnormal="count(Fan) < 1")
    (finding,) = run(judged, table(row("Fan", fan="1")), on)
    assert finding.value == value
    assert finding.verdict is (Verdict.UNKNOWN if value is None else Verdict.NORMAL)


def test_device_and_expected_names() -> None:
    judged = check(
        "",
        abnormal="'water' in device.systems and device.asset.model == 'X' and len(expected.a) == 0",
        value="count(Fan)",
    )
    facts = table(row("Fan", fan="1", state="ok"))
    on = device(systems=("water",), asset={"model": "X"})
    assert verdicts(run(judged, facts, on)) == {"-": "abnormal"}
    assert verdicts(run(judged, facts, device(systems=("water",)))) == {"-": "unknown"}
    assert verdicts(run(judged, facts)) == {"-": "normal"}


@judging_function("t.bad")
def bad(_rows: Any, _context: Any) -> list[Finding]:
    raise ZeroDivisionError


def test_a_registered_function_judges() -> None:
    functions = {f.name: f for f in (two_fans, bad)}
    rows = [row("Fan", fan=n, state="ok") for n in "12"]
    judged = check("Fan", function="t.two")
    assert verdicts(run(judged, table(*rows), functions=functions)) == {"-": "normal"}
    assert verdicts(run(judged, table(rows[0]), functions=functions)) == {"-": "abnormal"}
    for name in ("t.bad", "t.none"):
        judged = check("Fan", function=name)
        assert verdicts(run(judged, table(*rows), functions=functions)) == {"-": "unknown"}


# Texts.


def test_default_messages_say_name_value_unit_and_limit() -> None:
    (finding,) = run(check(**HOT), table(temperature(72.5)))
    assert finding.message == Text(
        "温度 1/a：72.5 °C，异常，限值 60 °C", "Temperature 1/a: 72.5 °C, abnormal, limit 60 °C"
    )
    assert finding.standard.zh == "预警 ≥ 50 °C；异常 ≥ 60 °C"
    assert finding.standard.en == "warning ≥ 50 °C; abnormal ≥ 60 °C"
    (finding,) = run(
        check("Fan", abnormal="state == 'fault'"), table(row("Fan", fan="1", state="fault"))
    )
    assert finding.message.zh.endswith("：异常，状态 故障")
    assert finding.message.en.endswith(": abnormal, state fault")
    (finding,) = run(check(**HOT), table(temperature(None)))
    assert "缺少温度" in finding.message.zh
    assert "no value for temperature" in finding.message.en


def test_the_cards_texts() -> None:
    given = HOT | {
        "message": Text("{sensor} {value}{unit} 超过 {limit}", "{sensor}: {value:.3f} > {limit!r}"),
        "standard": Text("低于 {critical}", "below {critical}"),
        "advice": Text("看 {sensor} {nosuch}", "see {subject}"),
    }
    (finding,) = run(check(**given), table(temperature(72.5)))
    assert finding.message == Text("a 72.5°C 超过 60", "a: 72.5 > 60")
    assert finding.standard.zh == "低于 60"
    assert finding.advice == Text("看 a {nosuch}", "see 1/a")
    (fine,) = run(check(**given), table(temperature(20)))
    assert fine.advice == Text("", "")
    assert "超过" not in fine.message.zh


@pytest.mark.parametrize(
    "template",
    [
        "{row.__class__}",
        "{device.__init__.__globals__}",
        "{value.__class__.__mro__}",
        "{0}",
        "{",
        "}{",
    ],
)
def test_texts_read_no_attributes(template: str) -> None:
    (finding,) = run(check(**HOT | {"message": Text(template, template)}), table(temperature(70)))
    assert "class" not in finding.message.zh.replace(template, "")
    assert "globals" not in finding.message.zh.replace(template, "")


def test_device_text_stays_one_short_line() -> None:
    given = HOT | {"message": Text("{state}", "{state}")}
    nasty = "a\x1b[31m\r\nb\u202e{value}" + "x" * 500
    (finding,) = run(check(**given), table(temperature(70, state=nasty)))
    assert finding.message.zh.startswith("a [31m b {value}x")
    assert len(finding.message.zh) <= 120
    assert all(ord(b) >= 0 for _, b in pairwise(finding.message.zh))


def test_judging_changes_nothing() -> None:
    facts = table(temperature(20))
    assert run(check(**HOT), facts) == run(check(**HOT), facts)
    assert isinstance(facts.of("Temperature")[0].fact, Fact)
