"""A conference is guaranteed in steps: which rounds they are, in what order, and what was left out."""

from datetime import date, datetime
from pathlib import Path

import pytest

from xunjian.calendar.clock import zone
from xunjian.calendar.content import STEPS, Calendar
from xunjian.calendar.load import load_calendar, read_calendar
from xunjian.calendar.model import Declaration, JournalEntry, Round, RoundState
from xunjian.calendar.plan import find_round, plan_span, plan_year, steps_of
from xunjian.calendar.states import Journal, with_states
from xunjian.calendar.steps import in_order, to_call_off
from xunjian.errors import ContentError
from xunjian.schema import load_yaml
from xunjian.workspace import builtin_root, open_workspace

MEETING = "2026-防汛会商"
LISTED = "conferences: [{name: 防汛会商, from: 2026-06-24, to: 2026-06-25, sites: [hangzhou]}]"
STEP_RULES = ("conference", "conference_join", "conference_during", "conference_after")


def shipped_with(conferences: str = LISTED) -> Calendar:
    text = (builtin_root() / "playbooks" / "calendar.yml").read_text("utf-8")
    assert "\nconferences: []\n" in text
    text = text.replace("\nconferences: []\n", f"\n{conferences}\n")
    names = frozenset(path.stem for path in (builtin_root() / "playbooks").glob("*.yml"))
    return read_calendar(load_yaml(Path("calendar.yml"), text), names)


SOURCE = shipped_with()


def standing(*entries: JournalEntry, on: int = 25) -> dict[str, Round]:
    at = datetime(2026, 6, on, 18, tzinfo=zone())
    journal = Journal(entries=entries, starts=date(2026, 1, 1))
    rounds = {one.id: one for one in with_states(steps_of(SOURCE, MEETING), journal, at)}
    return {
        name.partition("@")[0] + name.partition(MEETING)[2]: in_order(one, rounds.get(one.after))
        for name, one in rounds.items()
    }


def entry(rule: str, day: int, hour: int = 9, **more: object) -> JournalEntry:
    at = datetime(2026, 6, day, hour, tzinfo=zone())
    values = {"how": "run", "run_id": f"run-{rule}", "coverage": 1.0}
    return JournalEntry(round_id=f"{rule}@{MEETING}", at=at, **{**values, **more})  # type: ignore[arg-type]


def test_a_conference_gives_its_steps_in_their_order() -> None:
    steps = steps_of(SOURCE, MEETING)
    assert [(one.id, one.first.day, one.due.day, one.last and one.last.day) for one in steps] == [
        (f"conference@{MEETING}", 22, 23, 24),
        (f"conference_join@{MEETING}", 24, 24, 25),
        (f"conference_during@{MEETING}-0624", 24, 24, 24),
        (f"conference_during@{MEETING}-0625", 25, 25, 25),
        (f"conference_after@{MEETING}", 24, 25, 26),
    ]
    assert [one.playbook for one in steps] == [*STEP_RULES[:2], *[STEP_RULES[2]] * 2, STEP_RULES[3]]
    assert [one.after for one in steps] == [
        "", f"conference@{MEETING}", *[f"conference_join@{MEETING}"] * 3
    ]  # fmt: skip
    assert {one.sites for one in steps} == {("hangzhou",)}
    assert [find_round(SOURCE, one.id) for one in steps] == list(steps)


def test_lists_put_the_steps_of_one_day_in_their_order() -> None:
    one_day = shipped_with("conferences: [{name: 会商, from: 2026-06-24, to: 2026-06-24}]")
    listed = plan_span(one_day, date(2026, 6, 24), date(2026, 6, 24))
    rules = [one.rule for one in listed if one.meeting]
    assert rules == ["conference_join", "conference_during", "conference_after"]


def test_no_step_is_started_by_cron_but_the_one_before_and_none_leaves_a_gap() -> None:
    by_rule = {one.rule: one for one in steps_of(SOURCE, MEETING)}
    assert [by_rule[name].by_hand for name in STEP_RULES] == [False, True, True, True]
    assert [by_rule[name].enough for name in STEP_RULES] == [1, 1, 0.9, 1]


def test_a_conference_declared_has_the_same_steps_and_no_other_round() -> None:
    given = Declaration(
        id="20260624-1", what="conference", first=date(2026, 6, 24), last=date(2026, 6, 24),
        note="应急会商",
    )  # fmt: skip
    shipped = load_calendar(open_workspace())
    mine = [one for one in plan_year(shipped, 2026, [given]) if "20260624-1" in one.id]
    assert [one.rule for one in mine] == list(STEP_RULES)
    assert mine[0].due == date(2026, 6, 24)  # there may have been no day before
    assert "应急会商" in mine[0].title.zh
    assert all(find_round(shipped, one.id, [given]) == one for one in mine)
    assert [one.after for one in mine[1:3]] == [
        "conference@20260624-1",
        "conference_join@20260624-1",
    ]


def test_a_step_says_that_the_one_before_is_not_done() -> None:
    rounds = standing(entry("conference", 23, coverage=0.8), on=24)
    assert rounds["conference"].state is RoundState.PARTIAL
    join = rounds["conference_join"]
    assert join.state is RoundState.DUE
    assert f"前一步没有做完：会前检查（防汛会商） conference@{MEETING}" in join.reason.zh
    assert "80%" in join.behind.zh
    assert "the step before is not done" in join.reason.en
    assert f"conference_join@{MEETING}" in rounds["conference_after"].behind.zh


def test_a_step_done_without_the_one_before_goes_on_saying_so() -> None:
    rounds = standing(entry("conference_join", 24))
    join = rounds["conference_join"]
    assert join.state is RoundState.DONE
    assert "run-conference_join" in join.reason.zh
    assert "前一步没有做完" in join.reason.zh
    assert rounds["conference"].state is RoundState.MISSED  # the meeting has begun
    afterwards = standing(entry("conference_join", 24), entry("conference", 24, 15))
    assert "前一步是后补的" in afterwards["conference_join"].reason.zh
    assert "done afterwards" in afterwards["conference_join"].reason.en


def test_steps_done_one_after_the_other_have_nothing_to_say() -> None:
    rounds = standing(
        entry("conference", 23), entry("conference_join", 24), entry("conference_after", 25)
    )
    assert not any(one.behind.zh for one in rounds.values())
    assert rounds["conference_after"].state is RoundState.DONE
    assert rounds["conference_during-0624"].state is RoundState.MISSED  # nobody watched that day
    assert rounds["conference_during-0625"].state is RoundState.DUE


def test_a_cancelled_conference_is_not_missed_and_what_was_switched_on_is_switched_off() -> None:
    nothing_yet = tuple(standing(on=23).values())
    assert len(to_call_off(nothing_yet)) == 5
    joined = tuple(standing(entry("conference", 23), entry("conference_join", 24), on=24).values())
    assert [one.rule for one in to_call_off(joined)] == ["conference_during"] * 2
    partly = tuple(standing(entry("conference_join", 24, coverage=0.5), on=24).values())
    assert "conference_after" not in [one.rule for one in to_call_off(partly)]
    off = [
        entry(name, 23, how="cancelled", by="张三", note="改期", coverage=None)
        for name in STEP_RULES
    ]
    rounds = standing(*off, on=30)
    assert rounds["conference"].state is RoundState.CANCELLED
    assert rounds["conference_join"].state is RoundState.CANCELLED
    assert rounds["conference_join"].reason.zh == "张三：改期"
    assert not rounds["conference_join"].behind.zh
    assert to_call_off(tuple(standing(*off, on=24).values()))[0].rule == "conference_during"


def test_what_was_done_of_a_cancelled_conference_stands() -> None:
    off = entry("conference", 23, 8, how="cancelled", by="张三", note="改期", coverage=None)
    assert standing(off, entry("conference", 23))["conference"].state is RoundState.DONE


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("one: {playbook: daily, anchor: day, after: two}\n  two: {playbook: daily, anchor: conference}", "after"),
        ("one: {playbook: daily, anchor: conference_ends, after: gone}", "gone"),
        ("one: {playbook: daily, anchor: conference_begins, after: two}\n  two: {playbook: daily, anchor: conference_ends}", "two"),
        ("one: {playbook: daily, anchor: conference_ends, after: two}\n  two: {playbook: daily, anchor: during_conference}", "two"),
        ("one: {playbook: daily, anchor: conference_ends, after: two}\n  two: {playbook: daily, anchor: day}", "two"),
        ("one: {playbook: daily, anchor: conference_begins, after: one}", "one"),
        ("one: {playbook: daily, anchor: conference_begins, after: two}\n  two: {playbook: daily, anchor: conference, enabled: false}", "停用"),
    ],
)  # fmt: skip
def test_a_step_before_that_is_none_is_a_mistake(rules: str, said: str) -> None:
    document = load_yaml(Path("calendar.yml"), f"{LISTED}\nrules:\n  {rules}\n")
    with pytest.raises(ContentError) as caught:
        read_calendar(document, frozenset({"daily"}))
    assert any(
        "after" in str(p.key) and said in p.message.zh + str(p.key) for p in caught.value.problems
    )


def test_every_step_has_a_shipped_rule() -> None:
    anchors = {rule.anchor: rule for rule in SOURCE.rules if rule.anchor in STEPS}
    assert [anchors[one].playbook for one in STEPS] == list(STEP_RULES)
