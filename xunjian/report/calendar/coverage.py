"""Coverage as rows, as JSON and as a workbook; every form says the same."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from xunjian.calendar.coverage import Coverage, RoundShare, Row, Share, Unseen
from xunjian.language import Language, Text
from xunjian.report import words
from xunjian.report.calendar.rows import STATES
from xunjian.report.plain import printable

REASONS: Mapping[str, Text] = {
    "incomplete": Text("没有答全", "not all of it was answered"),
    "no_run": Text("没有做过巡检", "no run was made"),
    "not_drawn": Text("轮换未轮到", "not its turn"),
    "not_yet": Text("还没到时间", "not yet due"),
    "moved": Text("因封网改期", "moved by a freeze"),
    "by_hand": Text("人工登记，没有证据", "recorded by hand, no evidence"),
}
SEEN_STATES: Mapping[str, Text] = {
    "seen": Text("已看", "seen"),
    "partial": Text("部分", "partial"),
    "unseen": Text("未看", "unseen"),
    "empty": Text("没有登记设备", "nothing registered"),
}
BY: Mapping[str, Text] = {
    "room": Text("机房", "room"),
    "site": Text("地点", "site"),
    "system": Text("系统", "system"),
}


def reason(code: str) -> Text:
    """Say why something was not seen."""
    return REASONS.get(code) or words.word(words.REASONS, code)


def as_data(
    found: Coverage, titles: Mapping[str, Text], language: Language, today: str
) -> dict[str, object]:
    """Give everything as JSON shows it."""
    return {
        "period": found.period.name,
        "from": found.period.first.isoformat(),
        "to": found.period.last.isoformat(),
        "as_of": today,
        "by": found.by,
        "rows": [_row(one, titles, language) for one in found.rows],
        "unseen": [_unseen(one, language) for one in found.unseen],
        "rounds": [_round(one, language) for one in found.rounds],
    }


def _row(one: Row, titles: Mapping[str, Text], language: Language) -> dict[str, object]:
    title = titles.get(one.name, Text(one.name))
    return {
        "name": one.name,
        "title": title.to(language),
        "state": one.state,
        **_share(one.things),
        "rooms": _share(one.rooms),
        "parts": {label: _share(share) for label, share in one.parts.items()},
        "reasons": dict(one.reasons),
    }


def _share(share: Share) -> dict[str, object]:
    unseen = share.expected - share.seen
    return {"expected": share.expected, "seen": share.seen, "unseen": unseen, "pct": share.pct}


def _unseen(one: Unseen, language: Language) -> dict[str, object]:
    thing = one.thing
    return {
        "device": thing.name,
        "label": thing.title,
        "room": thing.room,
        "site": thing.site,
        "systems": list(thing.systems),
        "reason": one.reason,
        "text": reason(one.reason).to(language),
        "round": one.round_id,
        "run": one.run_id,
    }


def _round(one: RoundShare, language: Language) -> dict[str, object]:
    return {
        "id": one.round.id,
        "title": one.round.title.to(language),
        "from": one.round.first.isoformat(),
        "due": one.round.due.isoformat(),
        "state": one.round.state.value,
        **_share(one.things),
        "rooms": _share(one.rooms),
        "needed_pct": round(one.needed * 100, 1),
        "counted_by": "rooms" if one.by_rooms else "devices",
        "met": one.is_met,
    }


Table = tuple[Text, Sequence[Text], Sequence[Sequence[object]]]


def tables(found: Coverage, titles: Mapping[str, Text], language: Language) -> tuple[Table, ...]:
    """Give the three tables: groups, rounds, and what was not seen."""
    labels = list(dict.fromkeys(label for row in found.rows for label in row.parts))
    count = [Text("应看", "expected"), Text("已看", "seen"), Text("%", "%")]
    groups = (
        BY[found.by],
        [
            BY[found.by],
            Text("名称", "title"),
            Text("状态", "state"),
            *count,
            *(Text(label) for label in labels),
            Text("未看原因", "why not"),
        ],
        [_group_cells(one, titles, labels, language) for one in found.rows],
    )
    rounds = (
        Text("轮次", "rounds"),
        [
            Text("编号", "id"),
            Text("状态", "state"),
            Text("应看设备", "devices"),
            Text("已看", "seen"),
            Text("应看机房", "rooms"),
            Text("已看", "seen"),
            Text("要求 %", "needed %"),
            Text("达到", "met"),
        ],
        [_round_cells(one, language) for one in found.rounds],
    )
    missing = (
        Text("未看", "unseen"),
        [
            Text("设备", "device"),
            Text("名称", "label"),
            Text("机房", "room"),
            Text("地点", "site"),
            Text("系统", "systems"),
            Text("原因", "reason"),
            Text("哪一轮", "round"),
            Text("巡检记录", "run"),
        ],
        [_unseen_cells(one, language) for one in found.unseen],
    )
    return groups, rounds, missing


def _group_cells(
    one: Row, titles: Mapping[str, Text], labels: Sequence[str], language: Language
) -> tuple[object, ...]:
    parts = [one.parts.get(label) for label in labels]
    why = [f"{reason(code).to(language)} {count}" for code, count in one.reasons.items()]
    return (
        one.name or "-",
        titles.get(one.name, Text(one.name)).to(language),
        SEEN_STATES[one.state].to(language),
        one.things.expected,
        one.things.seen,
        "" if one.things.pct is None else one.things.pct,
        *("" if share is None else f"{share.seen}/{share.expected}" for share in parts),
        Text("；".join(why), "; ".join(why)).to(language),
    )


def _round_cells(one: RoundShare, language: Language) -> tuple[object, ...]:
    return (
        one.round.id,
        STATES[one.round.state].to(language),
        one.things.expected,
        one.things.seen,
        one.rooms.expected,
        one.rooms.seen,
        round(one.needed * 100, 1),
        _MET[one.is_met].to(language),
    )


_MET: Mapping[bool | None, Text] = {
    True: Text("是", "yes"),
    False: Text("否", "no"),
    None: Text("—", "-"),
}


def _unseen_cells(one: Unseen, language: Language) -> tuple[object, ...]:
    thing = one.thing
    return (
        thing.name,
        thing.title,
        thing.room,
        thing.site,
        " ".join(thing.systems),
        reason(one.reason).to(language),
        one.round_id,
        one.run_id,
    )


def as_workbook(found: Coverage, titles: Mapping[str, Text], language: Language) -> bytes:
    """Three sheets; no cell is ever a formula."""
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(stream, options)
    head = book.add_format({"bold": True, "bottom": 1})
    for title, columns, lines in tables(found, titles, language):
        sheet = book.add_worksheet(f"{title.to(language)} {found.period.name}"[:31])
        for at, name in enumerate(columns):
            sheet.set_column(at, at, 24 if at < 2 else 12)
            sheet.write_string(0, at, name.to(language), head)
        for number, cells in enumerate(lines, start=1):
            _write(sheet, number, cells)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(lines), 1), len(columns) - 1)
    book.close()
    return stream.getvalue()


def _write(sheet: Any, line: int, cells: Sequence[object]) -> None:
    for at, cell in enumerate(cells):
        if isinstance(cell, int | float):
            sheet.write_number(line, at, cell)
        else:
            sheet.write_string(line, at, printable(str(cell)))
