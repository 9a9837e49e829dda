"""A plan as a workbook and as iCalendar."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from xunjian.calendar.model import Round
from xunjian.language import Language, Text
from xunjian.report.calendar.rows import STATES
from xunjian.report.plain import printable

_COLUMNS: tuple[tuple[Text, int], ...] = (
    (Text("开始", "from"), 12),
    (Text("最迟", "due"), 12),
    (Text("巡检", "round"), 44),
    (Text("挂靠", "anchor"), 18),
    (Text("剧本", "playbook"), 20),
    (Text("系统", "systems"), 14),
    (Text("地点", "sites"), 14),
    (Text("状态", "state"), 10),
    (Text("说明", "reason"), 36),
    (Text("轮次", "runs"), 28),
    (Text("编号", "id"), 40),
)


def as_workbook(rounds: Sequence[Round], title: str, language: Language) -> bytes:
    """One sheet, a line per round; no cell is ever a formula."""
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(stream, options)
    sheet = book.add_worksheet(title[:31])
    head = book.add_format({"bold": True, "bottom": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for at, (name, width) in enumerate(_COLUMNS):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, name.to(language), head)
    for line, one in enumerate(rounds, start=1):
        sheet.write_datetime(line, 0, datetime.combine(one.first, datetime.min.time()), day)
        sheet.write_datetime(line, 1, datetime.combine(one.due, datetime.min.time()), day)
        for at, cell in enumerate(_cells(one, language), start=2):
            sheet.write_string(line, at, printable(cell))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rounds), len(_COLUMNS) - 1)
    book.close()
    return stream.getvalue()


def _cells(one: Round, language: Language) -> tuple[str, ...]:
    return (
        one.title.to(language),
        one.anchor,
        one.playbook,
        " ".join(one.systems),
        " ".join(one.sites),
        STATES[one.state].to(language),
        one.reason.to(language),
        " ".join(one.run_ids),
        one.id,
    )


def as_ical(rounds: Sequence[Round], title: str, language: Language) -> bytes:
    """One all-day event per round, from its first to its last day; ids stay, so events update."""
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//xunjian//calendar//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", title)
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    for one in rounds:
        event = Event()
        event.add("uid", f"{one.id}@xunjian")
        event.add("dtstamp", datetime.now(tz=UTC).replace(microsecond=0))
        event.add("dtstart", one.first)
        event.add("dtend", one.due + timedelta(days=1))  # iCalendar's end is the day after
        event.add("summary", printable(one.title.to(language)))
        state = STATES[one.state].to(language)
        parts = (state, one.reason.to(language), one.playbook, one.id)
        event.add("description", printable("\n".join(part for part in parts if part)))
        event.add("categories", [one.playbook])
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
