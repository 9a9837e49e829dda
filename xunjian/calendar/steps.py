"""The steps of a conference's guarantee: each says what of the step before it is not done.

The meeting begins when it begins: a step is never refused for what was left out before it, as a
freeze opens without its check. It is said instead, in lists, before a run and in its report.
"""

from dataclasses import replace

from xunjian.calendar.clock import day_of
from xunjian.calendar.model import JournalEntry, Round, RoundState
from xunjian.language import Text

# what may happen yet, or has happened, to a step itself
_TOLD = frozenset(RoundState) - {RoundState.PLANNED, RoundState.CANCELLED, RoundState.MISSED}
_WHY = frozenset({RoundState.PARTIAL, RoundState.OVERDUE, RoundState.MISSED, RoundState.CANCELLED})


def in_order(one: Round, before: Round | None) -> Round:
    """Give a step with what of the one before it is missing, told at the end of its reason."""
    if before is None or one.state not in _TOLD:
        return one
    behind = _behind(one.closed_by, before)
    if behind is None:
        return one
    said = [text for text in (one.reason, behind) if text.zh]
    reason = Text("；".join(t.zh for t in said), "; ".join(t.en or t.zh for t in said))
    return replace(one, reason=reason, behind=behind)


def _behind(closed: JournalEntry | None, before: Round) -> Text | None:
    name, title = before.id, before.title
    if before.closed_by is None:
        why = before.reason if before.state in _WHY else Text("")
        zh = f"前一步没有做完：{title.zh} {name}" + (f"，{why.zh}" if why.zh else "")
        en = f"the step before is not done: {title.en or title.zh} {name}"
        return Text(zh, en + (f", {why.en or why.zh}" if why.zh else ""))
    if closed is not None and closed.at < before.closed_by.at:
        day = f"{day_of(before.closed_by.at):%Y-%m-%d}"
        return Text(
            f"前一步是后补的：{title.zh} {name}，{day}",
            f"the step before was done afterwards: {title.en or title.zh} {name}, {day}",
        )
    return None


def to_call_off(steps: tuple[Round, ...]) -> tuple[Round, ...]:
    """Give the steps that fall away with their conference: what is done stands.

    Whoever has switched on has to switch off: the last step stays where another was begun after
    the first.
    """
    begun = any(one.step > 1 and one.coverage is not None for one in steps)
    last = max((one.step for one in steps), default=0)
    return tuple(
        one
        for one in steps
        if one.closed_by is None
        and one.state is not RoundState.CANCELLED
        and not (begun and one.step == last)
    )
