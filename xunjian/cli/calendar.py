"""`calendar`: a day, a year's plan, what was declared."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from xunjian.calendar.content import Anchor
from xunjian.calendar.model import Declaration, Round
from xunjian.cli.language import both
from xunjian.cli.moments import day, moment
from xunjian.cli.options import Form, FormatOption, WorkspaceOption
from xunjian.cli.output import Output
from xunjian.cli.rounds_table import show_rounds
from xunjian.errors import UsageError
from xunjian.language import Text
from xunjian.run.agenda import Agenda
from xunjian.run.content import Content
from xunjian.schema import nearest_hint

FORMS = ("table", "json", "xlsx", "ics")
_SMALL = frozenset({Anchor.DAY, Anchor.SHIFT})


def register(app: typer.Typer, output: Output) -> None:
    """Add the group."""
    group = typer.Typer(
        help=both(
            "日历：节假日、汛期、封网，全年计划，临时申报。"
            "\n\n例：xunjian calendar check 2026-10-10    xunjian calendar plan 2026",
            "The calendar: holidays, flood season, freezes; the year's plan; declarations."
            "\n\nExamples: xunjian calendar check 2026-10-10    xunjian calendar plan 2026",
        ),
        rich_markup_mode=None,
        no_args_is_help=True,
    )
    app.add_typer(group, name="calendar")
    _add_check(group, output)
    _add_plan(group, output)
    _add_declare(group, output)


def _add_check(group: typer.Typer, output: Output) -> None:
    @group.command(
        "check",
        help=both(
            "这一天是不是工作日、节假日、汛期、封网期。\n\n例：xunjian calendar check 2026-10-10",
            "Whether a day is worked, a holiday, in the flood season, frozen."
            "\n\nExample: xunjian calendar check 2026-10-10",
        ),
    )
    def check(
        date: Annotated[str, typer.Argument(metavar="DATE", help=both("日期", "the day"))],
        workspace: WorkspaceOption = None,
        form: FormatOption = Form.TABLE,
    ) -> int:
        from xunjian.calendar.freeze import strictest
        from xunjian.calendar.seasons import is_flood
        from xunjian.report.calendar.rows import window_row

        at = day(date)
        agenda = Agenda(Content(workspace))
        days = agenda.calendar.days
        working = days.is_working(at)
        holiday = days.holiday(at)
        windows = agenda.windows(at, at)
        mode = strictest(windows)
        data: dict[str, object] = {
            "date": at.isoformat(),
            "working_day": working,
            "holiday": "、".join(holiday.names) if holiday else None,
            "flood": is_flood(agenda.calendar.flood, at),
            "freeze": mode.value if mode else None,
            "source": days.source(at),
            "freeze_windows": [window_row(one, output.language) for one in windows],
        }
        if form == "json":
            output.json(data)
        else:
            _show_day(output, data)
        return 0


def _show_day(output: Output, data: dict[str, object]) -> None:
    from xunjian.calendar.holidays import STATUTORY
    from xunjian.report.calendar.rows import MODES

    mode = MODES.get(str(data["freeze"]))
    names = [STATUTORY.get(name, Text(name)) for name in str(data["holiday"] or "-").split("、")]
    holiday = Text("、".join(n.zh for n in names), ", ".join(n.en or n.zh for n in names))
    rows: list[tuple[Text, object]] = [
        (Text("日期", "date"), data["date"]),
        (Text("工作日", "working day"), _yes(output, is_so=bool(data["working_day"]))),
        (Text("节假日", "holiday"), output.text(holiday)),
        (Text("汛期", "flood season"), _yes(output, is_so=bool(data["flood"]))),
        (Text("封网", "freeze"), output.text(mode) if mode else "-"),
        (Text("依据", "source"), data["source"]),
    ]
    output.table(
        [Text("项", "item"), Text("值", "value")],
        [(output.text(name), value) for name, value in rows],
    )


def _yes(output: Output, *, is_so: bool) -> str:
    return output.text(Text("是", "yes") if is_so else Text("否", "no"))


def _add_plan(group: typer.Typer, output: Output) -> None:
    @group.command(
        "plan",
        help=both(
            "一年的巡检计划：table、json、xlsx、ics。"
            "表和 ics 略去每天、每班的例行，json 和 xlsx 全有。"
            "\n\n例：xunjian calendar plan 2026    "
            "xunjian calendar plan 2026 --format ics -o plan.ics",
            "The rounds of a year: table, json, xlsx, ics. The table and ics leave out what comes "
            "every day or shift; json and xlsx have everything.\n\n"
            "Examples: xunjian calendar plan 2026    "
            "xunjian calendar plan 2026 --format ics -o plan.ics",
        ),
    )
    def plan(
        year: Annotated[int, typer.Argument(metavar="YEAR", help=both("年份", "the year"))],
        workspace: WorkspaceOption = None,
        form: Annotated[
            str,
            typer.Option(
                "--format",
                metavar="FORM",
                help=both("table、json、xlsx、ics", "table, json, xlsx, ics"),
            ),
        ] = "table",
        out: Annotated[
            Path | None,
            typer.Option(
                "-o", "--output", metavar="FILE", help=both("写到文件", "write to a file")
            ),
        ] = None,
        at: Annotated[
            str | None,
            typer.Option(
                "--at", metavar="DATE", help=both("状态按这一天", "states as of this day")
            ),
        ] = None,
    ) -> int:
        if form not in FORMS:
            raise UsageError(
                Text(f"没有这种格式：{form}", f"no such format: {form}"), nearest_hint(form, FORMS)
            )
        agenda = Agenda(Content(workspace), moment(at))
        rounds = agenda.year(year)
        if form in {"table", "ics"}:
            rounds = _without_small(output, agenda, rounds)
        _give(output, agenda, rounds, year, form, out)
        return 0


def _without_small(output: Output, agenda: Agenda, rounds: tuple[Round, ...]) -> tuple[Round, ...]:
    small = {rule.name for rule in agenda.calendar.rules if rule.anchor in _SMALL}
    left = sum(one.rule in small for one in rounds)
    if left:
        output.say(
            Text(
                f"略去每天、每班的 {left} 轮；--format json 或 xlsx 全有",
                f"{left} daily and shift rounds left out; --format json or xlsx has them",
            )
        )
    return tuple(one for one in rounds if one.rule not in small)


def _give(
    output: Output,
    agenda: Agenda,
    rounds: tuple[Round, ...],
    year: int,
    form: str,
    out: Path | None,
) -> None:
    from xunjian.cli.documents import prepare_folder, write_document
    from xunjian.report.calendar.as_files import as_ical, as_workbook

    if form in {"table", "json"} and out is None:
        show_rounds(output, rounds, form)
        return
    title = output.text(Text(f"{year} 年巡检计划", f"Inspection plan {year}"))
    if form == "ics":
        document = as_ical(rounds, title, output.language)
    elif form == "xlsx":
        document = as_workbook(rounds, title, output.language)
    else:
        document = _as_text(output, rounds, form)
    if out is None and form == "ics":
        output.data(document.decode())
        return
    target = out or agenda.content.workspace.reports_dir / f"calendar-{year}.{form}"
    prepare_folder(target.parent)
    write_document(target, document)
    output.say(Text(f"已写：{target}", f"written: {target}"))


def _as_text(output: Output, rounds: tuple[Round, ...], form: str) -> bytes:
    import json

    from xunjian.report.calendar.rows import round_row

    rows = [round_row(one, output.language) for one in rounds]
    if form == "json":
        return json.dumps({"rounds": rows}, ensure_ascii=False, indent=2).encode()
    keys = ("id", "title", "from", "due", "state", "reason")
    return "".join("\t".join(str(row[key]) for key in keys) + "\n" for row in rows).encode()


def _add_declare(group: typer.Typer, output: Output) -> None:
    @group.command(
        "declare",
        help=both(
            "申报：emergency_response 应急响应 · severe_weather 恶劣天气 · power_change 供电变化 · "
            "conference 临时会议。立即多一轮巡检，会议按保障各步。"
            "\n\n例：xunjian calendar declare severe_weather --from 2026-07-10 --to 2026-07-12 "
            "--by 张三 --note 台风四级响应",
            "Declare emergency_response, severe_weather, power_change or conference: one more "
            "round at once, of a conference its steps.\n\nExample: xunjian calendar declare "
            "severe_weather --from 2026-07-10 --to 2026-07-12 --by NAME --note typhoon",
        ),
    )
    def declare(
        what: Annotated[str, typer.Argument(metavar="WHAT", help=both("什么事", "what"))],
        first: Annotated[
            str, typer.Option("--from", metavar="DATE", help=both("从哪天", "first day"))
        ],
        by: Annotated[
            str, typer.Option("--by", metavar="NAME", help=both("谁申报", "who says so"))
        ],
        last: Annotated[
            str | None, typer.Option("--to", metavar="DATE", help=both("到哪天", "last day"))
        ] = None,
        note: Annotated[str, typer.Option("--note", help=both("说明", "remark"))] = "",
        site: Annotated[
            list[str] | None, typer.Option("--site", help=both("只这些地点", "these sites only"))
        ] = None,
        system: Annotated[
            list[str] | None,
            typer.Option("--system", help=both("只这些系统", "these systems only")),
        ] = None,
        workspace: WorkspaceOption = None,
        form: FormatOption = Form.TABLE,
    ) -> int:
        begins = day(first, "--from")
        given = Declaration(
            id="",
            what=what,
            first=begins,
            last=day(last, "--to") if last else begins,
            by=by,
            note=note,
            sites=tuple(site or ()),
            systems=tuple(system or ()),
        )
        show_rounds(output, _declare(Content(workspace), given), form)
        return 0


def _declare(content: Content, given: Declaration) -> list[Round]:
    """Write a declaration down and give the rounds that come of it."""
    from xunjian.calendar.fields import DECLARED

    if given.what not in DECLARED:
        raise UsageError(
            Text(f"不能申报：{given.what}", f"cannot declare: {given.what}"),
            nearest_hint(given.what, DECLARED),
        )
    if not given.first <= given.last <= given.first + timedelta(days=366):
        message = Text("--to 早于 --from，或超过一年", "--to is before --from, or a year too far")
        raise UsageError(message)
    _check_places(content, given.sites, given.systems)
    agenda = Agenda(content)
    with content.store.locked("calendar declare"):
        prefix = f"{given.first:%Y%m%d}-"
        known = sum(one.id.startswith(prefix) for one in agenda.declarations)
        kept = replace(given, id=f"{prefix}{known + 1}")
        content.store.journal.add(kept)
    rounds = agenda.span(given.first, given.last)
    return [one for one in rounds if one.meeting == kept.id or one.id.endswith(f"@{kept.id}")]


def _check_places(content: Content, sites: Sequence[str], systems: Sequence[str]) -> None:
    """Refuse a place or a system that the inventory does not know."""
    if not sites and not systems:
        return
    inventory = content.inventory
    for name, known in (
        *((site, inventory.sites) for site in sites),
        *((system, inventory.systems) for system in systems),
    ):
        if name not in known:
            raise UsageError(
                Text(f"清单里没有：{name}", f"not in the inventory: {name}"),
                nearest_hint(name, known, 30),
            )
