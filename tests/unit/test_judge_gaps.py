import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

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
from xunjian.checks import Finding, Verdict, explain_check, judging_function
from xunjian.facts import FactTable, StepResult, StepState
from xunjian.tasks.model import Ignore, Join

# What a false normal could come from: each of these was tried against the code.

IDENTITY_STEPS = (frozenset({"model", "version", "uptime_s"}), frozenset({"serial"}))


def one_row(*states: StepState, fact: str = "Identity", **values: Any) -> FactTable:
    """A fact of one row that two steps fill, some of which failed."""
    fields = IDENTITY_STEPS if fact == "Identity" else (frozenset({"at"}), frozenset({"synced"}))
    made = table(row(fact, **values)) if values else table(also=(fact,))
    steps = tuple(
        StepResult(
            task="t", fact=fact, state=s, reason="hang", evidence_ids=(f"s{i}",), fields=fields[i]
        )
        for i, s in enumerate(states)
    )
    return FactTable(rows=made.rows, steps=steps, provided={fact: FACT_FIELDS[fact]})


SERIAL = check("Identity", value="serial", warning="serial != 'A1'", id="t.serial")
KNOWN = check("Identity", warning="not known(model) or not known(version)", id="t.known")


@pytest.mark.parametrize("state", BROKEN)
def test_one_gap_of_a_device_is_one_finding(state: StepState) -> None:
    facts = one_row(OK, state, model="S5735", version="V200")
    found = run((SERIAL, KNOWN), facts)
    assert [(f.check, f.subject, f.verdict.value) for f in found] == [
        ("t.serial", "-", "unknown"),
        ("t.known", "-", "normal"),
    ]
    assert "（应答中途停止）" in found[0].message.zh
    assert "(stopped in mid-answer)" in found[0].message.en


def test_a_gap_beside_another_one_is_said_too() -> None:
    judged = check("Identity", value="serial", warning="serial != sysname")
    facts = one_row(OK, StepState.INCOMPLETE, model="S5735")
    assert verdicts(run(judged, facts)) == {"-": "unknown", "*": "unknown"}


def test_a_step_that_fills_no_field_of_the_check_does_not_concern_it() -> None:
    offset = check("Clock", value="at - taken_at", abnormal="abs(value) > 60", id="t.offset")
    synced = check("Clock", warning="not synced", id="t.synced")
    known_bad = one_row(OK, StepState.INCOMPLETE, fact="Clock", at=NOW)
    assert [(f.check, f.subject, f.verdict.value) for f in run((offset, synced), known_bad)] == [
        ("t.offset", "-", "normal"),
        ("t.synced", "-", "unknown"),
    ]


@pytest.mark.parametrize("state", [*BROKEN, UNSUPPORTED])
@pytest.mark.parametrize("text", ["count(Clock) < 1", "not all(Clock, known(at))"])
def test_counting_stays_unknown_when_any_step_that_may_hold_rows_failed(
    state: StepState, text: str
) -> None:
    facts = one_row(OK, state, fact="Clock", at=NOW)
    assert verdicts(run(check("", abnormal=text), facts)) == {"-": "unknown"}


def test_of_a_keyed_fact_every_step_may_have_held_more_rows() -> None:
    facts = table(row("Fan", fan="1", state="ok"))
    lost = StepResult(task="t", fact="Fan", state=BROKEN[0], fields=frozenset({"fan", "rpm"}))
    facts = FactTable(rows=facts.rows, steps=(*facts.steps, lost), provided=facts.provided)
    judged = check("Fan", abnormal="state == 'fault'")
    assert verdicts(run(judged, facts)) == {"1": "normal", "*": "unknown"}


@pytest.mark.parametrize("state", BROKEN)
def test_what_was_not_read_is_not_taken_for_what_is_not_there(state: StepState) -> None:
    known = check("Identity", warning="not known(model)")
    assert verdicts(run(known, one_row(state, OK, serial="A1"))) == {"-": "unknown"}
    fallback = check("Identity", abnormal="coalesce(model, 'S5735') != 'S5735'")
    assert verdicts(run(fallback, one_row(state, OK, serial="A1"))) == {"-": "unknown"}


JOINED = {
    "join": {"lim": Join(fact="OpticsLimits", by="port")},
    "abnormal": "known(lim.rx_low_dbm) and rx_dbm <= lim.rx_low_dbm",
}


@pytest.mark.parametrize(
    ("state", "verdict"),
    [*((s, "unknown") for s in BROKEN), (OK, "normal"), (UNSUPPORTED, "normal")],
)
def test_known_over_a_join_that_was_not_read_is_unknown(state: StepState, verdict: str) -> None:
    facts = table(row("Optics", port="GE1/0/1", rx_dbm=-30.0), steps={"OpticsLimits": (state,)})
    assert verdicts(run(check("Optics", **JOINED), facts)) == {"GE1/0/1": verdict}


@pytest.mark.parametrize("text", ["known({})", "coalesce({}.fan, 'none') != 'none'"])
def test_a_first_that_is_undecided_is_neither_known_nor_replaced(text: str) -> None:
    judged = check("", abnormal=text.format("first(Fan, state == 'fault')"))
    fine, odd = (row("Fan", fan=n, state=s) for n, s in (("1", "ok"), ("2", None)))
    assert verdicts(run(judged, table(fine))) == {"-": "normal"}
    assert verdicts(run(judged, table(fine, odd))) == {"-": "unknown"}
    partly = table(fine, steps={"Fan": (OK, StepState.INCOMPLETE)})
    assert verdicts(run(judged, partly)) == {"-": "unknown"}


def test_every_row_that_a_verdict_rests_on_must_have_evidence() -> None:
    optics = row("Optics", port="GE1/0/1", rx_dbm=-5.0)
    limits = row("OpticsLimits", port="GE1/0/1", rx_low_dbm=-20, ids="")
    joined = check("Optics", **JOINED)
    assert verdicts(run(joined, table(optics, limits))) == {"GE1/0/1": "unknown"}
    fan = row("Fan", fan="1", state="ok", ids="")
    counted = check("Optics", abnormal="any(Fan, state == 'fault')")
    assert verdicts(run(counted, table(optics, fan))) == {"GE1/0/1": "unknown"}
    only_scope = check("Optics", where="any(Fan, state == 'ok')", abnormal="rx_dbm > 0")
    assert verdicts(run(only_scope, table(optics, fan))) == {"GE1/0/1": "unknown"}
    when = check("Optics", when="any(Fan, state == 'ok')", abnormal="rx_dbm > 0")
    assert verdicts(run(when, table(optics, fan))) == {"GE1/0/1": "unknown"}
    for one in ({"report": "worst"}, {"group": ("slot",)}):
        judged = check(**HOT, **one)
        rows = temperature(20, "a"), temperature(20, "b", ids="")
        assert set(verdicts(run(judged, table(*rows))).values()) == {"unknown"}
    device_wide = check("", abnormal="any(Fan, state == 'fault')")
    assert verdicts(run(device_wide, table(fan))) == {"-": "unknown"}
    assert verdicts(run(check(**HOT), table(temperature(70, ids="")))) == {"1/a": "abnormal"}


@pytest.mark.parametrize("passed_s", [0, -3600])
def test_an_interval_that_is_none_makes_a_rate_unknown(passed_s: int) -> None:
    rate = check(
        "Interface", value="delta(in_errors) / interval_s", abnormal="value > 1", first="normal"
    )
    past = Past(port(10, taken=NOW - timedelta(seconds=passed_s)))
    assert verdicts(run(rate, table(port(99999)), history=past)) == {"GE1/0/1": "unknown"}


def test_a_delta_whose_past_was_not_read_is_unknown_whatever_first_says() -> None:
    judged = check("Interface", abnormal="delta(in_errors) > 10", first="normal")
    past = Past(port(None, taken=NOW - DAY))
    assert verdicts(run(judged, table(port(5)), history=past)) == {"GE1/0/1": "unknown"}


@pytest.mark.parametrize("text", ["NaN", "inf", "-inf", "1e400", "nan", "1_000", "٣", "0x10", ""])
def test_texts_that_are_no_number_are_no_value(text: str) -> None:
    facts = table(row("Peripheral", name="p", serial=text))
    for worse, limit in (("high", 50), ("low", -50)):
        judged = check("Peripheral", value="serial", worse=worse, limits={"critical": limit})
        assert verdicts(run(judged, facts)) == {"p": "unknown"}
    assert verdicts(run(check("Peripheral", abnormal="serial > 5"), facts)) == {"p": "unknown"}


def test_a_devices_own_limit_may_be_a_text() -> None:
    judged = check("Temperature", value="celsius", worse="high", own={"critical": "state"})
    rows = (
        temperature(70, "a", state="60"),
        temperature(20, "b", state="high"),
        temperature(20, "c", state="60"),
    )
    assert verdicts(run(judged, table(*rows))) == {
        "1/a": "abnormal",
        "1/b": "unknown",
        "1/c": "normal",
    }


@pytest.mark.parametrize("limits", [{"critical": None}, {"warning": None, "critical": None}])
def test_a_limit_of_none_falls_back_and_never_switches_a_limit_off(limits: dict[str, Any]) -> None:
    facts, on = table(temperature(70)), device(limits={"t.c": limits})
    assert verdicts(run(check(**HOT), facts, on)) == {"1/a": "abnormal"}
    named = check(abnormal="celsius > limits.top", limits={"top": None})
    assert verdicts(run(named, facts)) == {"1/a": "unknown"}


def test_a_scope_that_is_unknown_for_all_rows_leaves_none_normal() -> None:
    judged = check("Fan", where="state != 'absent'", abnormal="rpm == 0", empty=Verdict.NORMAL)
    rows = [row("Fan", fan=n, rpm=900) for n in "12"]
    assert set(verdicts(run(judged, table(*rows))).values()) == {"unknown"}
    worst = check("Fan", where="state != 'absent'", abnormal="rpm == 0", report="worst")
    assert verdicts(run(worst, table(*rows))) == {"-": "unknown"}


@pytest.mark.parametrize("state", [*BROKEN, UNSUPPORTED])
def test_when_over_what_was_not_read_is_unknown(state: StepState) -> None:
    judged = check(when="first(CallState).active > 0", abnormal="celsius > 60")
    facts = table(temperature(20), steps={"CallState": (state,)})
    assert verdicts(run(judged, facts)) == {"-": "unknown"}


def test_an_empty_inventory_list_of_a_repeated_step_is_no_evidence() -> None:
    steps = (StepResult(task="t", fact="Certificate", state=OK),)
    provided = {"Certificate": FACT_FIELDS["Certificate"]}
    facts = FactTable(steps=steps, provided=provided)
    past = Past(row("Certificate", name="a", not_after=NOW, taken=NOW - DAY))
    for empty, verdict in ((Verdict.NORMAL, "not_applicable"), (Verdict.UNKNOWN, "unknown")):
        judged = check("Certificate", abnormal="not_after < now", empty=empty)
        assert verdicts(run(judged, facts, history=past)) == {"-": verdict}
    counted = check("", abnormal="count(Certificate) > 3")
    assert verdicts(run(counted, facts)) == {"-": "unknown"}


def test_a_row_may_vanish_beside_a_step_the_device_does_not_know() -> None:
    judged = check("Fan", abnormal="state == 'fault'", unsupported=Verdict.NOT_APPLICABLE)
    before = [row("Fan", fan=n, state="ok", taken=NOW - DAY) for n in "12"]
    facts = table(row("Fan", fan="1", state="ok"), steps={"Fan": (OK, UNSUPPORTED)})
    found = verdicts(run(judged, facts, history=Past(*before)))
    assert found == {"1": "normal", "2": "warning"}


@pytest.mark.parametrize("state", BROKEN)
def test_nothing_vanishes_beside_a_failed_step(state: StepState) -> None:
    judged = check("Fan", abnormal="state == 'fault'", unsupported=Verdict.NOT_APPLICABLE)
    before = [row("Fan", fan=n, state="ok", taken=NOW - DAY) for n in "12"]
    facts = table(row("Fan", fan="1", state="ok"), steps={"Fan": (OK, state)})
    found = verdicts(run(judged, facts, history=Past(*before)))
    assert found == {"1": "normal", "*": "unknown"}


def test_ignoring_ends_with_its_date_in_a_group_too() -> None:
    rule = Ignore(match=re.compile("noise"), field="text", reason="x", until=date(2026, 11, 20))
    given: dict[str, Any] = {"group": ("module",), "warning": "n >= 2", "empty": Verdict.NORMAL}
    rows = log(1, "noise"), log(2, "noise")
    late = check("LogEntry", ignore=(rule,), **given)
    assert verdicts(run(late, table(*rows))) == {"IFNET": "warning"}
    still = check("LogEntry", ignore=(replace(rule, until=NOW.date()),), **given)
    assert verdicts(run(still, table(*rows))) == {"-": "normal"}


@judging_function("t.fine")
def all_fine(rows: Any, context: Any) -> list[Finding]:
    (finding,) = two_fans.call(rows * 2, context)
    return [finding, replace(finding, subject="x", id="Fx", evidence_ids=("invented",))]


def test_a_function_is_held_to_the_same_rules() -> None:
    functions = {"t.fine": all_fine}
    judged = check("Fan", where="state != 'absent'", function="t.fine")
    rows = row("Fan", fan="1", state="ok"), row("Fan", fan="2")
    found = verdicts(run(judged, table(*rows), functions=functions))
    assert found == {"-": "normal", "x": "unknown", "2": "unknown"}
    for state in BROKEN:
        unread = table(steps={"Fan": (state,)})
        assert verdicts(run(judged, unread, functions=functions)) == {"-": "unknown"}


ONLY_MODEL = {"Identity": frozenset({"model"})}


@pytest.mark.parametrize(
    ("given", "expressions"),
    [
        ({"warning": "not known(version)"}, None),
        ({"warning": "known(version) and version == '1'"}, None),
        ({"warning": "model == 'x'", "where": "known(version)"}, None),
        (
            {"warning": "not known(model) or not known(version)"},
            {"warning": "not known(model)"},
        ),
        (
            {"warning": "model == 'x'", "abnormal": "True"},
            {"warning": "model == 'x'", "abnormal": "True"},
        ),
    ],
)
def test_what_a_platform_does_not_report_accuses_no_device(
    given: dict[str, Any], expressions: dict[str, str] | None
) -> None:
    explained = explain_check(check("Identity", **given), ONLY_MODEL)
    assert explained.applies is (expressions is not None)
    assert dict(explained.expressions) == (expressions or {})
    if not explained.applies:
        assert (
            explained.reason.en == "platform does not report identity (version): Identity.version"
        )


def test_events_do_not_vanish() -> None:
    judged = check("LogEntry", abnormal="severity <= 1")
    assert verdicts(run(judged, table(log(2, "b")), history=Past(log(1, "a")))).keys() == {
        log(2, "b").fact.subject
    }


def test_a_row_of_unclear_scope_is_not_judged_with_its_group() -> None:
    judged = check(
        "LogEntry", where="severity < 5", group=("module",), warning="n >= 2", abnormal="n >= 9"
    )
    unclear = row("LogEntry", at=NOW, text="x", module="IFNET")
    assert verdicts(run(judged, table(unclear))) == {"IFNET": "unknown"}
    assert verdicts(run(judged, table(log(1, "a"), unclear))) == {"IFNET": "warning"}


def test_first_is_unknown_while_an_earlier_row_may_be_it() -> None:
    judged = check("", value="first(Fan, state == 'fault').rpm", abnormal="value == 0")
    rows = row("Fan", fan="1", rpm=0), row("Fan", fan="2", state="fault", rpm=900)
    assert verdicts(run(judged, table(*rows))) == {"-": "unknown"}
    assert verdicts(run(judged, table(rows[1]))) == {"-": "normal"}
