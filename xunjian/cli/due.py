"""`due`: what is to be done today; with `--run` it is done."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer

from xunjian.calendar.clock import day_of
from xunjian.calendar.model import Round, RoundState
from xunjian.calendar.states import ALARMING, OPEN
from xunjian.cli.language import both
from xunjian.cli.moments import moment
from xunjian.cli.options import Form, FormatOption, InventoryOption, WorkspaceOption
from xunjian.cli.output import Output
from xunjian.cli.rounds_table import show_rounds, show_summary
from xunjian.cli.telling import attended, tell_failed, tell_rounds
from xunjian.errors import NothingSelected, UsageError, XunjianError
from xunjian.language import Text, counted
from xunjian.run.agenda import Agenda
from xunjian.run.content import Content
from xunjian.run.exits import INTERRUPTED
from xunjian.run.ticket import rotates

if TYPE_CHECKING:
    from xunjian.run.execute import RunOrder
    from xunjian.run.model import RunRecord

HELP = both(
    "按日历列出今天该做、逾期、漏做的巡检；--run 依次做完到期的，做过的不再做。"
    "退出码：0 无逾期，1 有逾期或漏做，2 日历有错或年份未知，6 另一个 due --run 正在运行。"
    "\n\n例：xunjian due    xunjian due --at 2026-04-28 --format json    xunjian due --run",
    "List what the calendar wants today: due, overdue, missed; --run makes the due rounds one "
    "after another, none twice. Exit codes: 0 nothing overdue, 1 something overdue or missed, "
    "2 wrong calendar or unknown year, 6 another due --run is at work.\n\n"
    "Examples: xunjian due    xunjian due --at 2026-04-28 --format json    xunjian due --run",
)


def register(app: typer.Typer, output: Output) -> None:
    """Add the command."""

    @app.command("due", help=HELP)
    def due(
        workspace: WorkspaceOption = None,
        inventory: InventoryOption = None,
        at: Annotated[
            str | None,
            typer.Option("--at", metavar="DATE", help=both("当作这一天来看", "as of this day")),
        ] = None,
        run: Annotated[
            bool, typer.Option("--run", help=both("做完到期的", "make the due rounds"))
        ] = False,
        form: FormatOption = Form.TABLE,
    ) -> int:
        content = Content(workspace, inventory)
        agenda = Agenda(content, moment(at))
        _warn(output, agenda, run=run)
        worked = run_due(content, output, agenda) if run else Worked()
        rounds = agenda.due()
        if run:
            tell_rounds(content, output, rounds)
        show_rounds(output, rounds, form)
        show_summary(output, rounds, agenda.today)
        if worked.codes:
            return worked.codes[-1] if INTERRUPTED in worked.codes else worked.codes[0]
        return 1 if any(one.state in ALARMING for one in rounds) else 0


def _warn(output: Output, agenda: Agenda, *, run: bool) -> None:
    """Say what makes the list doubtful: a clock that jumped, a year that is not known yet."""
    late = agenda.future_entries()
    if late:
        newest = max(late, key=lambda entry: entry.at)
        text = Text(
            f"台账里有将来的记录：{newest.round_id}，{newest.at:%Y-%m-%d %H:%M}；"
            f"现在是 {agenda.at:%Y-%m-%d %H:%M}",
            f"the journal holds an entry of the future: {newest.round_id}, "
            f"{newest.at:%Y-%m-%d %H:%M}; now it is {agenda.at:%Y-%m-%d %H:%M}",
        )
        hint = Text("先校准服务器时钟", "set the server's clock right first")
        if run:
            raise UsageError(text, hint)
        output.say(text)
        output.say(hint)
    today = agenda.today
    known = agenda.calendar.days.years
    if today.month >= 11 and today.year in known and today.year + 1 not in known:
        year = today.year + 1
        output.say(
            Text(
                f"{year} 年的放假安排未知，通知公布后请补进 playbooks/calendar.yml",
                f"the days off of {year} are not known: add them to playbooks/calendar.yml "
                "when the notice is out",
            )
        )


@dataclass(slots=True)
class Worked:
    """What `--run` did: rounds made, and exit codes of what went wrong."""

    made: list[str] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)


def run_due(content: Content, output: Output, agenda: Agenda) -> Worked:
    """Make every open round that a program can make; one that fails keeps no other from it."""
    from xunjian.store.lock import held

    worked = Worked()
    with held(content.workspace.state_dir / "calendar", "due --run"):
        for told in agenda.record_moves():
            output.say(told)
        for planned in broad_first([one for one in agenda.due() if _is_open(agenda, one)]):
            one = agenda.stand([planned])[0]  # as the journal says by now
            if not _is_open(agenda, one):
                continue
            if one.by_hand:
                _say_by_hand(output, one)
                continue
            if not _make(content, output, agenda, one, worked):
                break
    made = len(worked.made)
    output.say(Text(f"做了 {made} 轮", f"{counted(made, 'round')} made"))
    return worked


def broad_first(rounds: Sequence[Round]) -> list[Round]:
    """Of one playbook, put the rounds over everything first: their run ticks the narrow ones."""
    order = {name: n for n, name in enumerate(dict.fromkeys(one.playbook for one in rounds))}
    return sorted(
        rounds, key=lambda one: (order[one.playbook], bool(one.where or one.sites or one.systems))
    )


def _is_open(agenda: Agenda, one: Round) -> bool:
    """Whether a round is to be made, or gone on with.

    One that takes turns goes on until its quota was seen, not twice on one day: whom it could not
    see will hardly be back in the next minute. Of any other, what nobody asked yet is left.
    """
    if one.state in OPEN:
        return True
    if one.state is not RoundState.PARTIAL:
        return False
    if not rotates(one):
        return bool(one.run_ids) and agenda.today <= (one.last or one.due)
    days = {day_of(e.at) for e in agenda.entries if e.round_id == one.id and e.how == "run"}
    return agenda.today <= one.due and agenda.today not in days


def _say_by_hand(output: Output, one: Round) -> None:
    output.say(
        Text(
            f"要人工做：{one.title.zh}；到时执行 xunjian run {one.playbook}，"
            f"不经本系统的做完登记：xunjian rounds record {one.id} --by 姓名",
            f"by hand: {one.title.en or one.title.zh}; start it with xunjian run {one.playbook}, "
            f"or file it: xunjian rounds record {one.id} --by NAME",
        )
    )


def _say_rest(output: Output, one: Round, count: int) -> None:
    output.say(
        Text(
            f"接着做：{one.title.zh} {one.id}，还有 {count} 台没有问过",
            f"goes on: {one.title.en} {one.id}, {counted(count, 'device')} nobody asked yet",
        )
    )


def _say_nobody(output: Output, one: Round) -> None:
    output.say(
        Text(
            f"没有要看的设备：{one.title.zh}；不适用的规则可在 playbooks/calendar.yml 写 "
            "enabled: false",
            f"nobody to visit: {one.title.en or one.title.zh}; a rule that does not apply takes "
            "`enabled: false` in playbooks/calendar.yml",
        )
    )


def _make(content: Content, output: Output, agenda: Agenda, one: Round, worked: Worked) -> bool:
    """Make one round; false when the operator stopped it."""
    from xunjian.run.model import RunState
    from xunjian.run.round import Wanted, order_round

    goes_on = one.state is RoundState.PARTIAL and not rotates(one)
    if not goes_on:
        output.say(Text(f"开始：{one.title.zh} {one.id}", f"begins: {one.title.en} {one.id}"))
    try:
        now = agenda.at if agenda.asked else None
        wanted = Wanted(playbook=one.playbook, round_id=one.id, now=now, rest=goes_on)
        order = order_round(content, wanted)
        if goes_on:
            if not order.plan.pairs:
                return True  # a freeze leaves out who is left
            _say_rest(output, one, len(order.plan.pairs))
        record = _carry_out(content, output, order)
    except NothingSelected:
        if not goes_on:
            _say_nobody(output, one)
        return True
    except XunjianError as error:
        output.error(error)
        tell_failed(content, output, one, error)
        worked.codes.append(error.exit_code)
        return True
    worked.made.append(one.id)
    if record.state is RunState.INTERRUPTED:
        worked.codes.append(INTERRUPTED)
        return False
    return True


def _carry_out(content: Content, output: Output, order: "RunOrder") -> "RunRecord":
    """Run an order and write its documents; nothing of it goes to stdout."""
    from xunjian.cli.documents import write_documents
    from xunjian.cli.progress import PlainLines
    from xunjian.cli.recap import show_recap
    from xunjian.run.execute import execute
    from xunjian.run.freeze import notices

    for notice in notices(order.restraint):
        output.say(notice)
    events = PlainLines(output)
    try:
        with attended(content, output, order, events) as listener:
            record = execute(order, content.store, events=listener)
    finally:
        events.stop()
    folder = content.workspace.reports_dir / record.run_id
    forms = tuple(dict.fromkeys((*order.playbook.report.formats, "junit")))
    write_documents(content, output, record, forms, folder)
    show_recap(output, record, folder, to_stdout=False)
    return record
