"""`rounds`: the calendar's rounds, listed, filed when done by hand, prepared on paper."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from xunjian.calendar.clock import day_of, now
from xunjian.calendar.model import JournalEntry, Round, RoundState
from xunjian.calendar.steps import to_call_off
from xunjian.cli.language import both
from xunjian.cli.moments import day, moment, require_order
from xunjian.cli.options import Form, FormatOption, InventoryOption, WorkspaceOption
from xunjian.cli.output import Output
from xunjian.cli.rounds_table import show_rounds
from xunjian.errors import UsageError
from xunjian.language import Text
from xunjian.run.agenda import Agenda
from xunjian.run.content import Content
from xunjian.schema import nearest_hint

RoundArgument = Annotated[
    str, typer.Argument(metavar="ID", help=both("巡检编号", "the round's id"))
]


def register(app: typer.Typer, output: Output) -> None:
    """Add the group."""
    group = typer.Typer(
        help=both(
            "日历上的各轮巡检：列出，登记，出巡检之前的文件。"
            "\n\n例：xunjian rounds list --state missed",
            "The rounds of the calendar: list them, file them, write the papers before them."
            "\n\nExample: xunjian rounds list --state missed",
        ),
        rich_markup_mode=None,
        no_args_is_help=True,
    )
    app.add_typer(group, name="rounds")
    _add_list(group, output)
    _add_record(group, output)
    _add_cancel(group, output)
    _add_plan(group, output)


def _add_list(group: typer.Typer, output: Output) -> None:
    @group.command(
        "list",
        help=both(
            "列出一段时间的巡检和状态（缺省：今年）。"
            "\n\n例：xunjian rounds list --from 2026-04-01 --to 2026-06-30 --state missed",
            "List rounds with their state (default: this year)."
            "\n\nExample: xunjian rounds list --from 2026-04-01 --to 2026-06-30 --state missed",
        ),
    )
    def list_(
        workspace: WorkspaceOption = None,
        first: Annotated[
            str | None, typer.Option("--from", metavar="DATE", help=both("从哪天", "due from"))
        ] = None,
        last: Annotated[
            str | None, typer.Option("--to", metavar="DATE", help=both("到哪天", "due until"))
        ] = None,
        state: Annotated[
            str, typer.Option("--state", help=both("只列这种状态", "only this state"))
        ] = "",
        rule: Annotated[str, typer.Option("--rule", help=both("只列这条规则", "this rule"))] = "",
        at: Annotated[
            str | None,
            typer.Option(
                "--at", metavar="DATE", help=both("状态按这一天", "states as of this day")
            ),
        ] = None,
        form: FormatOption = Form.TABLE,
    ) -> int:
        states = [one.value for one in RoundState]
        if state and state not in states:
            message = Text(f"没有这种状态：{state}", f"no such state: {state}")
            raise UsageError(message, nearest_hint(state, states))
        agenda = Agenda(Content(workspace), moment(at))
        names = [one.name for one in agenda.calendar.rules]
        if rule and rule not in names:
            message = Text(f"没有这条规则：{rule}", f"no such rule: {rule}")
            raise UsageError(message, nearest_hint(rule, names, 30))
        year = agenda.today.year
        begins = day(first, "--from") if first else date(year, 1, 1)
        ends = day(last, "--to") if last else date(begins.year, 12, 31)
        require_order(begins, ends)
        rounds = [
            one
            for one in agenda.span(begins, ends)
            if (not state or one.state.value == state) and (not rule or one.rule == rule)
        ]
        show_rounds(output, rounds, form)
        return 0


def _add_record(group: typer.Typer, output: Output) -> None:
    @group.command(
        "record",
        help=both(
            "登记人工或在别处完成的巡检；记录只增不改，附件按哈希保存。"
            "\n\n例：xunjian rounds record half_year_earthing@2026-H1 --by 张三 --at 2026-06-12 "
            "--document 接地检测.pdf",
            "File a round done by hand or elsewhere; entries are only added, the document is kept "
            "by its hash.\n\nExample: xunjian rounds record half_year_earthing@2026-H1 --by NAME "
            "--at 2026-06-12 --document earthing.pdf",
        ),
    )
    def record(
        round_id: RoundArgument,
        by: Annotated[str, typer.Option("--by", metavar="NAME", help=both("谁做的", "who did it"))],
        at: Annotated[
            str | None,
            typer.Option("--at", metavar="DATE", help=both("哪天做的（缺省现在）", "when; now")),
        ] = None,
        note: Annotated[str, typer.Option("--note", help=both("说明", "remark"))] = "",
        document: Annotated[
            Path | None, typer.Option("--document", metavar="FILE", help=both("附件", "proof"))
        ] = None,
        coverage: Annotated[
            float | None,
            typer.Option(
                "--coverage", metavar="PCT", min=0, max=100, help=both("完成百分比", "percent done")
            ),
        ] = None,
        elsewhere: Annotated[
            bool, typer.Option("--elsewhere", help=both("别的系统做的", "made by another system"))
        ] = False,
        workspace: WorkspaceOption = None,
        form: FormatOption = Form.TABLE,
    ) -> int:
        entry = JournalEntry(
            round_id=round_id,
            how="elsewhere" if elsewhere else "hand",
            at=moment(at) or now(),
            by=by.strip(),
            note=note,
            coverage=None if coverage is None else coverage / 100,
        )
        show_rounds(output, [_file(Content(workspace), entry, document)], form)
        return 0


def _add_cancel(group: typer.Typer, output: Output) -> None:
    @group.command(
        "cancel",
        help=both(
            "会议取消：没有做的各步不再计漏做；已经做的保留，已经开机的仍要关机断电。"
            "\n\n例：xunjian rounds cancel conference@2026-防汛会商 --by 张三 --note 改为电话会商",
            "A conference is cancelled: its steps that are not done are not missed; what is done "
            "stays, and who has switched on still has to switch off."
            "\n\nExample: xunjian rounds cancel conference@2026-NAME --by NAME --note REASON",
        ),
    )
    def cancel(
        round_id: RoundArgument,
        by: Annotated[
            str, typer.Option("--by", metavar="NAME", help=both("谁说的", "who said so"))
        ],
        note: Annotated[str, typer.Option("--note", help=both("原因", "why"))],
        workspace: WorkspaceOption = None,
        form: FormatOption = Form.TABLE,
    ) -> int:
        show_rounds(output, _call_off(Content(workspace), round_id, by.strip(), note.strip()), form)
        return 0


def _call_off(content: Content, round_id: str, by: str, note: str) -> tuple[Round, ...]:
    """Write down that a conference does not take place; give its steps as they stand then."""
    agenda = Agenda(content)
    one = agenda.find(round_id)
    if not one.meeting:
        raise UsageError(
            Text(f"{one.id} 不是会议保障", f"{one.id} belongs to no conference"),
            Text("合同约定的巡检不能取消", "the contract's rounds cannot be cancelled"),
        )
    for option, said in (("--by", by), ("--note", note)):
        if not said:
            raise UsageError(Text(f"{option} 不能为空", f"{option} must say something"))
    with content.store.locked("rounds cancel"):
        for step in to_call_off(agenda.steps(one)):
            entry = JournalEntry(round_id=step.id, how="cancelled", at=agenda.at, by=by, note=note)
            content.store.journal.add(entry)
    return agenda.steps(one)


def _file(content: Content, entry: JournalEntry, document: Path | None) -> Round:
    """Write an entry into the journal and give its round as it stands then."""
    agenda = Agenda(content)
    one = agenda.find(entry.round_id)
    if day_of(entry.at) > agenda.today:
        raise UsageError(
            Text(
                f"--at 在将来：{entry.at:%Y-%m-%d}", f"--at is in the future: {entry.at:%Y-%m-%d}"
            ),
            Text("登记已经做完的", "file what has been done"),
        )
    if not entry.by:
        raise UsageError(Text("--by 不能为空", "--by must name somebody"))
    proof = _read(document) if document else b""
    with content.store.locked("rounds record"):
        sha256 = _keep(content, one.id, document, proof) if document else ""
        content.store.journal.add(replace(entry, document=sha256))
    return agenda.stand([one])[0]


def _read(document: Path) -> bytes:
    try:
        return document.read_bytes()
    except OSError as error:
        why = error.strerror
        raise UsageError(
            Text(f"读不了：{document}（{why}）", f"cannot read: {document} ({why})")
        ) from error


def _keep(content: Content, round_id: str, document: Path, proof: bytes) -> str:
    """Keep a proof under its hash, where `verify` looks after it."""
    from xunjian.store.model import DocumentFile, DocumentKey

    sha256 = hashlib.sha256(proof).hexdigest()
    key = DocumentKey(kind="round", subject=round_id)
    known = [file for file in content.store.document_files(key) if file.sha256 == sha256]
    if not known:
        content.store.keep_document(
            DocumentFile(
                key=key,
                version=1,
                form=document.suffix.lstrip(".").lower() or "bin",
                language="",
                sha256=sha256,
                size_bytes=len(proof),
                path=document.name,
                written_at=datetime.now(tz=UTC),
            ),
            proof,
        )
    return sha256


def _add_plan(group: typer.Typer, output: Output) -> None:
    @group.command(
        "plan",
        help=both(
            "一轮巡检之前的文件：计划、告知函、同意单，Word 和 Markdown 出自同一份数据。"
            "\n\n例：xunjian rounds plan pre_holiday@2026-国庆 "
            "--people 张三,李四 --date 2026-09-28",
            "The papers before a round: plan, notice to the customer, consent sheet, as Word and "
            "Markdown from the same data.\n\nExample: xunjian rounds plan pre_holiday@2026-国庆 "
            "--people NAME,NAME --date 2026-09-28",
        ),
    )
    def plan(
        round_id: RoundArgument,
        people: Annotated[
            str, typer.Option("--people", metavar="NAMES", help=both("人员，逗号分开", "who goes"))
        ] = "",
        date_: Annotated[
            str | None,
            typer.Option("--date", metavar="DATE", help=both("哪天做（缺省第一天）", "which day")),
        ] = None,
        out: Annotated[
            Path | None, typer.Option("-o", "--output", metavar="DIR", help=both("目录", "folder"))
        ] = None,
        workspace: WorkspaceOption = None,
        inventory: InventoryOption = None,
        form: Annotated[
            str,
            typer.Option(
                "--format",
                metavar="LIST",
                help=both("md,docx；json 打印数据", "md,docx; json prints"),
            ),
        ] = "md,docx",
    ) -> int:
        from xunjian.cli.round_papers import write_papers

        content = Content(workspace, inventory)
        agenda = Agenda(content)
        one = agenda.find(round_id)
        chosen = day(date_, "--date") if date_ else one.first
        if not one.first <= chosen <= (one.last or one.due):
            raise UsageError(
                Text(
                    f"--date 不在 {one.first} 到 {one.due} 之间",
                    f"--date is not within {one.first} to {one.due}",
                )
            )
        names = tuple(part.strip() for part in people.replace("，", ",").split(",") if part.strip())
        return write_papers(agenda, output, one, (names, chosen), (form, out))
