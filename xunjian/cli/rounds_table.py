"""Rounds on the screen: one table, one JSON shape, one summary line."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from xunjian.calendar.model import Round, RoundState
from xunjian.calendar.rules import DECLARED
from xunjian.calendar.states import ALARMING
from xunjian.cli.output import Output
from xunjian.language import Text
from xunjian.report.calendar.rows import STATES, round_row


def show_rounds(output: Output, rounds: Sequence[Round], form: str) -> None:
    """Print rounds as a table, or as `{"rounds": [...]}`."""
    if form == "json":
        output.json({"rounds": [round_row(one, output.language) for one in rounds]})
        return
    if not rounds:
        output.say(Text("（没有）", "(none)"))
        return
    output.table(
        [
            Text("编号", "id"),
            Text("巡检", "round"),
            Text("开始", "from"),
            Text("最迟", "due"),
            Text("状态", "state"),
            Text("说明", "reason"),
        ],
        [
            (
                one.id,
                output.text(short_title(one)),
                one.first,
                one.due,
                output.text(STATES[one.state]),
                output.text(one.reason),
            )
            for one in rounds
        ],
    )


def short_title(one: Round) -> Text:
    """A round's title without the part in brackets that its id says too."""
    if set(one.ticks) & set(DECLARED):
        return one.title
    zh, en = one.title.zh.rpartition("（")[0], one.title.en.rpartition(" (")[0]
    return Text(zh or one.title.zh, en or one.title.en)


def show_summary(output: Output, rounds: Sequence[Round], today: date) -> None:
    """Say how many stand where, and by name what is overdue, missed, or too late to complete."""
    for one in rounds:
        too_little = one.state is RoundState.PARTIAL and today > one.due
        if one.state in ALARMING or too_little:
            state, title, reason = STATES[one.state], one.title, one.reason
            output.say(
                Text(
                    f"{state.zh}：{title.zh}  {one.id}  {reason.zh}",
                    f"{state.en.upper()}: {title.en or title.zh}  {one.id}  {reason.en}",
                )
            )
    counted = Counter(one.state for one in rounds)
    output.say(
        Text(
            "，".join(f"{STATES[s].zh} {counted[s]}" for s in RoundState if counted[s]) or "无",
            ", ".join(f"{STATES[s].en} {counted[s]}" for s in RoundState if counted[s]) or "none",
        )
    )
