"""`coverage`: what was seen in a period and what was not, with the reason."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xunjian.cli.language import both
from xunjian.cli.moments import moment
from xunjian.cli.naming import told
from xunjian.cli.options import InventoryOption, WorkspaceOption
from xunjian.cli.output import Output
from xunjian.errors import UsageError
from xunjian.language import Text
from xunjian.schema import nearest_hint, printable

if TYPE_CHECKING:
    from xunjian.calendar.coverage import Coverage
    from xunjian.report.calendar.coverage import Table
    from xunjian.run.agenda import Agenda

FORMS = ("table", "json", "xlsx")
HELP = both(
    "一段时间里合同要求看的，哪些看过、哪些没看、为什么：按机房、地点、系统和各轮巡检。"
    "设备答全了才算看过，机房里的都看过才算看过机房。退出码 0。"
    "\n\n例：xunjian coverage --period 2026H1    xunjian coverage --period 2026Q2 --by site"
    "    xunjian coverage --period 2026 --format xlsx -o 覆盖.xlsx",
    "What the contract wanted seen in a period: seen, unseen and why, by room, site, "
    "system and round. A device counts with complete answers, a room when all in it do. "
    "Exit code 0.\n\nExamples: xunjian coverage --period 2026H1    xunjian coverage "
    "--period 2026Q2 --by site    xunjian coverage --period 2026 --format xlsx -o c.xlsx",
)


def register(app: typer.Typer, output: Output) -> None:
    """Add the command."""

    @app.command("coverage", help=HELP)
    def coverage(
        workspace: WorkspaceOption = None,
        inventory: InventoryOption = None,
        period: Annotated[
            str | None,
            typer.Option(
                "--period",
                metavar="PERIOD",
                help=both("2026、2026H1、2026Q2、2026-06；缺省本半年", "default: this half-year"),
            ),
        ] = None,
        by: Annotated[
            str, typer.Option("--by", metavar="BY", help=both("room、site、system", "group by"))
        ] = "room",
        rule: Annotated[
            str, typer.Option("--rule", help=both("只算这条规则", "of this rule only"))
        ] = "",
        at: Annotated[
            str | None,
            typer.Option("--at", metavar="DATE", help=both("当作这一天来看", "as of this day")),
        ] = None,
        form: Annotated[
            str,
            typer.Option(
                "--format", metavar="FORM", help=both("table、json、xlsx", "table, json, xlsx")
            ),
        ] = "table",
        out: Annotated[
            Path | None,
            typer.Option("-o", "--output", metavar="FILE", help=both("写到文件", "write to FILE")),
        ] = None,
    ) -> int:
        from xunjian.calendar.coverage import BY, half_year_of
        from xunjian.calendar.coverage import period as read_period
        from xunjian.run.agenda import Agenda
        from xunjian.run.content import Content
        from xunjian.run.covering import coverage_of, titles_of

        _one_of("--format", form, FORMS)
        _one_of("--by", by, BY)
        agenda = Agenda(Content(workspace, inventory), moment(at))
        _one_of("--rule", rule, ("", *(one.name for one in agenda.calendar.rules)))
        within = read_period(period) if period is not None else half_year_of(agenda.today)
        if within is None:
            raise UsageError(
                Text(
                    f"不是时段：{printable(period or '')}", f"no period: {printable(period or '')}"
                ),
                Text("如 2026、2026H1、2026Q2、2026-06", "such as 2026, 2026H1, 2026Q2, 2026-06"),
            )
        found = coverage_of(agenda, within, by, rule)
        what = told((found, titles_of(agenda, by)), agenda.content, output.language)
        _give(output, agenda, what, form, out)
        return 0


def _one_of(option: str, word: str, known: tuple[str, ...]) -> None:
    if word not in known:
        shown = printable(word)
        raise UsageError(
            Text(f"{option} 没有这种：{shown}", f"no such {option}: {shown}"),
            nearest_hint(word, [name for name in known if name], 30),
        )


def _give(
    output: Output,
    agenda: "Agenda",
    what: "tuple[Coverage, Mapping[str, Text]]",
    form: str,
    out: Path | None,
) -> None:
    import json

    from xunjian.cli.documents import prepare_folder, write_document
    from xunjian.report.calendar.coverage import as_data, as_workbook, tables

    found, titles = what
    parts = tables(found, titles, output.language)
    if form == "xlsx":
        document = as_workbook(found, titles, output.language)
        out = out or agenda.content.workspace.reports_dir / f"coverage-{found.period.name}.xlsx"
    elif form == "json":
        data = as_data(found, titles, output.language, agenda.today.isoformat())
        document = (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()
    else:
        document = "\n".join(_lines(output, part) for part in parts).encode()
    if out is None and form == "json":
        output.data(document.decode())
    elif out is None:
        for _, columns, lines in parts:
            if lines:
                output.table(columns, lines)
                output.data("")
    else:
        prepare_folder(out.parent)
        write_document(out, document)
        output.say(Text(f"已写：{out}", f"written: {out}"))
    _sum_up(output, found)


def _lines(output: Output, part: "Table") -> str:
    """One table as tabbed lines, for a file."""
    title, columns, lines = part
    heads = "\t".join(output.text(column) for column in columns)
    body = "".join("\t".join(map(str, cells)) + "\n" for cells in lines)
    return f"{output.text(title)}\n{heads}\n{body}"


def _sum_up(output: Output, found: "Coverage") -> None:
    seen, missing = len(found.seen), len(found.unseen)
    unmet = [one.round.id for one in found.rounds if one.is_met is False]
    output.say(
        Text(
            f"{found.period.name}：应看 {seen + missing}，已看 {seen}，未看 {missing}；"
            f"{len(found.rounds)} 轮中 {len(unmet)} 轮未达到要求",
            f"{found.period.name}: {seen + missing} expected, {seen} seen, {missing} unseen; "
            f"{len(unmet)} of {len(found.rounds)} rounds below what is asked",
        )
    )
