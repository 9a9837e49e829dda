"""A round as the command line's JSON shows it, and the words of its states."""

from collections.abc import Mapping

from xunjian.calendar.model import FreezeWindow, Round, RoundState
from xunjian.language import Language, Text

STATES: Mapping[RoundState, Text] = {
    RoundState.PLANNED: Text("未到期", "planned"),
    RoundState.DUE: Text("应做", "due"),
    RoundState.OVERDUE: Text("逾期", "overdue"),
    RoundState.DONE: Text("完成", "done"),
    RoundState.LATE: Text("迟完成", "late"),
    RoundState.PARTIAL: Text("部分完成", "partial"),
    RoundState.MISSED: Text("漏做", "missed"),
    RoundState.MOVED: Text("改期", "moved"),
    RoundState.CANCELLED: Text("取消", "cancelled"),
}
MODES: Mapping[str, Text] = {
    "no_change": Text("不改动", "no change"),
    "light_touch": Text("轻触", "light touch"),
    "no_touch": Text("不接触", "no touch"),
}


def round_row(one: Round, language: Language) -> dict[str, object]:
    """A round, every key that others rely on and what helps beside."""
    return {
        "id": one.id,
        "playbook": one.playbook,
        "anchor": one.anchor,
        "from": one.first.isoformat(),
        "due": one.due.isoformat(),
        "systems": list(one.systems),
        "sites": list(one.sites),
        "state": one.state.value,
        "reason": one.reason.to(language),
        "title": one.title.to(language),
        "rule": one.rule,
        "ticks": list(one.ticks),
        "until": (one.last or one.due).isoformat(),
        "where": one.where,
        "quota": one.quota,
        "coverage": one.coverage,
        "runs": list(one.run_ids),
        "by_hand": one.by_hand,
        "after": one.after,
    }


def window_row(window: FreezeWindow, language: Language) -> dict[str, object]:
    """A freeze window with the check that came first, or its absence."""
    return {
        "name": window.name,
        "title": window.title.to(language),
        "mode": window.mode.value,
        "from": window.first.isoformat(),
        "to": window.last.isoformat(),
        "sites": list(window.sites),
        "systems": list(window.systems),
        "anchor": window.anchor,
        "check_round": window.check_round,
        "check_run": window.check_run,
        "check_by": window.check_by,
        "check_document": window.check_document,
        "check_late": window.check_late,
    }
