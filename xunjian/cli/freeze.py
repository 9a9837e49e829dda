"""`freeze`: the windows in which work is restricted, and the customer's leave to work in them."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Annotated

import typer

from xunjian.calendar.clock import in_zone, zone
from xunjian.calendar.freeze import freeze_windows
from xunjian.calendar.model import FreezeOverride, FreezeWindow
from xunjian.cli.language import both
from xunjian.cli.moments import day, moment, require_order, require_year
from xunjian.cli.options import Form, FormatOption, WorkspaceOption
from xunjian.cli.output import Output
from xunjian.errors import UsageError
from xunjian.language import Text
from xunjian.report.calendar.rows import MODES, window_row
from xunjian.run.agenda import Agenda
from xunjian.run.content import Content
from xunjian.run.freeze import check_of
from xunjian.schema import nearest_hint, printable

FirstOption = Annotated[
    str | None, typer.Option("--from", metavar="DATE", help=both("从哪天", "windows from"))
]
LastOption = Annotated[
    str | None, typer.Option("--to", metavar="DATE", help=both("到哪天", "windows until"))
]
AtOption = Annotated[
    str | None, typer.Option("--at", metavar="DATE", help=both("当作这一天", "as of this day"))
]


def register(app: typer.Typer, output: Output) -> None:
    """Add the group; without a word behind it, it lists."""
    group = typer.Typer(
        help=both(
            "封网窗口：no_change 不改动，light_touch 减半不重试不探测，no_touch 不接触。"
            "\n\n例：xunjian freeze    xunjian freeze list --from 2026-09-01 --to 2026-10-31",
            "Freeze windows: no_change refuses writes; light_touch halves concurrency, no retries, "
            "no active probes; no_touch asks nobody.\n\nExamples: xunjian freeze    "
            "xunjian freeze list --from 2026-09-01 --to 2026-10-31",
        ),
        rich_markup_mode=None,
        invoke_without_command=True,
    )
    app.add_typer(group, name="freeze")

    @group.callback()
    def here(
        context: typer.Context,
        workspace: WorkspaceOption = None,
        first: FirstOption = None,
        last: LastOption = None,
        at: AtOption = None,
        form: FormatOption = Form.TABLE,
    ) -> int:
        if context.invoked_subcommand is None:
            show(output, Agenda(Content(workspace), moment(at)), (first, last), form)
        return 0

    @group.command(
        "list",
        help=both(
            "列出封网窗口、封网前检查的轮次、批准（缺省：今年）。\n\n例：xunjian freeze list",
            "List windows, the run of the check before each, leaves (default: this year)."
            "\n\nExample: xunjian freeze list",
        ),
    )
    def list_(
        workspace: WorkspaceOption = None,
        first: FirstOption = None,
        last: LastOption = None,
        at: AtOption = None,
        form: FormatOption = Form.TABLE,
    ) -> int:
        show(output, Agenda(Content(workspace), moment(at)), (first, last), form)
        return 0

    _add_override(group, output)


def show(output: Output, agenda: Agenda, span: tuple[str | None, str | None], form: str) -> None:
    """Print the windows of a span."""
    year = agenda.today.year
    first = day(span[0], "--from") if span[0] else date(year, 1, 1)
    last = day(span[1], "--to") if span[1] else date(max(first.year, year), 12, 31)
    require_order(first, last)
    windows = agenda.windows(first, last)
    if form == "json":
        output.json({"windows": [row(one, agenda, output) for one in windows]})
        return
    if not windows:
        output.say(Text("（没有）", "(none)"))
        return
    heads = (
        Text("窗口", "window"),
        Text("从", "from"),
        Text("到", "to"),
        Text("方式", "mode"),
        Text("封网前检查", "check"),
        Text("批准", "leave"),
        Text("范围", "where"),
    )
    output.table(heads, [_cells(one, agenda, output) for one in windows])


def row(window: FreezeWindow, agenda: Agenda, output: Output) -> dict[str, object]:
    """A window with its check in words and its leaves."""
    return {
        **window_row(window, output.language),
        "open": window.first <= agenda.today <= window.last,
        "check": output.text(check_of(window)),
        "check_missing": bool(window.check_round)
        and (window.check_late or not _is_checked(window)),
        "overrides": [_leave(one, agenda) for one in window.overrides],
    }


def _is_checked(window: FreezeWindow) -> bool:
    return bool(window.check_run or window.check_by)


def _leave(one: FreezeOverride, agenda: Agenda) -> dict[str, object]:
    return {
        "id": one.id,
        "window": one.window,
        "by": one.actor,
        "reason": one.reason,
        "approved_by": one.approved_by,
        "until": one.expires_at.isoformat(timespec="minutes"),
        "recorded_at": one.recorded_at.isoformat(timespec="seconds"),
        "expired": one.expires_at <= agenda.at,
    }


def _cells(window: FreezeWindow, agenda: Agenda, output: Output) -> tuple[object, ...]:
    places = " ".join((*window.sites, *window.systems))
    valid = [one for one in window.overrides if one.expires_at > agenda.at]
    gone = len(window.overrides) - len(valid)
    leaves = [f"{one.approved_by} → {one.expires_at:%m-%d %H:%M}" for one in valid]
    if gone:
        leaves.append(output.text(Text(f"已过期 {gone}", f"{gone} expired")))
    return (
        window.name,
        window.first,
        window.last,
        output.text(MODES[window.mode.value]),
        _check_cell(window, agenda, output),
        "；".join(leaves),
        places or output.text(Text("全部", "all")),
    )


def _check_cell(window: FreezeWindow, agenda: Agenda, output: Output) -> str:
    """The run that closed the check, or who filed it; the round itself stands in the JSON."""
    if _is_checked(window):
        who = f"{window.check_by} {window.check_day}" if window.check_by else window.check_run
        late = Text(f"{who}（封网后）", f"{who} (late)")
        return output.text(late) if window.check_late else who
    if not window.check_round:
        return "-"
    is_ahead = agenda.today < window.first
    return output.text(Text("未做", "not yet") if is_ahead else Text("缺", "missing"))


def _add_override(group: typer.Typer, output: Output) -> None:
    @group.command(
        "override",
        help=both(
            "登记甲方批准：在封网窗口内操作。只增不改，写在窗口内每份报告的封面上。"
            "\n\n例：xunjian freeze override holiday@2026-国庆 --by 张三 --reason 更换故障光模块 "
            "--approved-by 李主任 --until 2026-10-02T18:00",
            "File the customer's leave to work inside a window. It is only added, and stands on "
            "the cover of every report of the window.\n\nExample: xunjian freeze override "
            "holiday@2026-国庆 --by NAME --reason WHY --approved-by NAME --until 2026-10-02T18:00",
        ),
    )
    def override(
        window: Annotated[
            str, typer.Argument(metavar="WINDOW", help=both("窗口", "name of the window"))
        ],
        by: Annotated[str, typer.Option("--by", metavar="NAME", help=both("谁操作", "who works"))],
        reason: Annotated[
            str, typer.Option("--reason", metavar="WHY", help=both("原因", "what for"))
        ],
        approved_by: Annotated[
            str,
            typer.Option(
                "--approved-by", metavar="NAME", help=both("甲方批准人", "the customer's person")
            ),
        ],
        until: Annotated[
            str,
            typer.Option("--until", metavar="TIME", help=both("有效到（含当天）", "until when")),
        ],
        at: AtOption = None,
        workspace: WorkspaceOption = None,
        form: FormatOption = Form.TABLE,
    ) -> int:
        agenda = Agenda(Content(workspace), moment(at))
        given = FreezeOverride(
            id="",
            window=window,
            actor=by.strip(),
            reason=reason.strip(),
            approved_by=approved_by.strip(),
            expires_at=_until(until),
            recorded_at=agenda.at,
        )
        shown = _file(agenda, given)
        if form == "json":
            output.json({"windows": [row(shown, agenda, output)]})
        else:
            until_ = f"{given.expires_at:%Y-%m-%d %H:%M}"
            output.data(
                output.text(
                    Text(
                        f"已登记：{window}，甲方 {given.approved_by} 批准，{until_} 前有效",
                        f"filed: {window}, with leave of {given.approved_by}, until {until_}",
                    )
                )
            )
        return 0


def _file(agenda: Agenda, given: FreezeOverride) -> FreezeWindow:
    """Write a leave down and give its window as it stands then."""
    found = _find(agenda, given.window)
    _check(given, found, agenda)
    with agenda.content.store.locked("freeze override"):
        number = sum(one.window == found.name for one in agenda.overrides) + 1
        agenda.content.store.journal.add(replace(given, id=f"{found.name}#{number}"))
    return next(one for one in agenda.windows(found.first, found.last) if one.name == found.name)


def _until(text: str) -> datetime:
    """Read `--until`; a day lasts to its end."""
    if len(text) == len("2026-10-02"):
        return datetime.combine(day(text, "--until") + timedelta(days=1), time(), tzinfo=zone())
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            Text(f"--until 不是时间：{text}", f"--until is no time: {text}"),
            Text("如 2026-10-02 或 2026-10-02T18:00", "such as 2026-10-02 or 2026-10-02T18:00"),
        ) from error
    require_year(found.year)
    return in_zone(found)


def _find(agenda: Agenda, name: str) -> FreezeWindow:
    """Give a window by its name, of any known year."""
    years = agenda.calendar.days.years
    first, last = date(min(years), 1, 1), date(max(years), 12, 31)
    windows = freeze_windows(agenda.calendar, first, last)
    for one in windows:
        if one.name == name:
            return one
    shown, year = printable(name), agenda.today.year
    names = [one.name for one in windows if one.first.year >= year]
    hint = nearest_hint(name, names, 0)
    see = Text("看有哪些：xunjian freeze", "see them: xunjian freeze")
    raise UsageError(
        Text(f"没有这个封网窗口：{shown}", f"no such freeze window: {shown}"),
        hint if hint.zh else see,
    )


def _check(given: FreezeOverride, window: FreezeWindow, agenda: Agenda) -> None:
    """Refuse a leave that nobody gave, that is over, or that outlasts its window."""
    for option, value in (
        ("--by", given.actor),
        ("--reason", given.reason),
        ("--approved-by", given.approved_by),
    ):
        if not value:
            raise UsageError(Text(f"{option} 不能为空", f"{option} must not be empty"))
    end = datetime.combine(window.last + timedelta(days=1), time(), tzinfo=zone())
    if given.expires_at <= agenda.at:
        raise UsageError(
            Text(
                f"--until 已过：{given.expires_at:%Y-%m-%d %H:%M}",
                f"--until has passed: {given.expires_at:%Y-%m-%d %H:%M}",
            ),
            Text("批准要在操作之前登记", "file the leave before the work"),
        )
    if given.expires_at > end or end <= agenda.at:
        raise UsageError(
            Text(
                f"--until 超出窗口 {window.name}：到 {window.last} 为止",
                f"--until is beyond the window {window.name}, which ends on {window.last}",
            )
        )
