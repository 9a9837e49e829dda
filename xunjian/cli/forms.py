"""`forms export` and `forms import`: manual items there and back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xunjian.cli.documents import are_written, write_document, write_documents
from xunjian.cli.language import both
from xunjian.cli.naming import told
from xunjian.cli.on_record import refuse_on_record
from xunjian.cli.options import InventoryOption, OutOption, RunArgument, WorkspaceOption
from xunjian.cli.output import Output
from xunjian.errors import ContentError, NothingSelected, Problem, UsageError, XunjianError
from xunjian.language import Language, Text
from xunjian.run.content import Content

if TYPE_CHECKING:
    from xunjian.forms.marks import FormReading
    from xunjian.forms.model import Book
    from xunjian.forms.pictures import Beside
    from xunjian.forms.take import File
    from xunjian.playbook import Playbook
    from xunjian.run.model import RunRecord

_FilesArgument = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE",
        help=both(
            "填好的表：xlsx、csv，或连同照片的 zip", "forms: xlsx, csv, or a zip with pictures too"
        ),
    ),
]

_FileOption = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help=both("写到文件", "write to a file")),
]


def register(app: typer.Typer, output: Output) -> None:
    """Add the commands."""
    forms = typer.Typer(
        help=both(
            "人工项的表：导出一个工作簿到现场填写，填好后收回，报告随之出新版。\n\n"
            "例：xunjian forms export latest -o 现场表.xlsx    "
            "xunjian forms import latest 现场表.xlsx",
            "Forms for what no protocol sees: a workbook to fill in on site, taken in again; the "
            "report gets its next version."
            "\n\nExamples: xunjian forms export latest -o site.xlsx    "
            "xunjian forms import latest site.xlsx",
        ),
        no_args_is_help=True,
    )
    app.add_typer(forms, name="forms")
    _add_export(forms, output)
    _add_import(forms, output)


def _add_export(forms: typer.Typer, output: Output) -> None:
    @forms.command(
        "export",
        help=both(
            "导出一轮的表：每个机房或线路一页，上轮遗留排在最前。不写 -o 时写到标准输出。"
            "\n\n例：xunjian forms export latest -o 现场表.xlsx",
            "Export a run's forms: a sheet per room or route, matters left over first. Without -o "
            "to stdout."
            "\n\nExample: xunjian forms export latest -o site.xlsx",
        ),
    )
    def export(
        run: RunArgument,
        out: _FileOption = None,
        workspace: WorkspaceOption = None,
        inventory: InventoryOption = None,
    ) -> int:
        from xunjian.forms.write import write_book

        content = Content(workspace, inventory)
        record = content.store.record(content.find_run(run).run_id)
        _check_ended(record, "running", "killed")
        book = book_for(content, record)
        if not book.sheets:
            raise UsageError(
                Text("这一轮没有人工项", "this run has nothing that a person inspects"),
                Text("看方式为 H 或 M 的项目：xunjian list tasks", "see `xunjian list tasks`"),
            )
        made = write_book(told(book, content, output.language), output.language)
        if out is None:
            output.raw(made)
            return 0
        refuse_on_record(content, out)
        _refuse_filled(content, out)
        write_document(out, made)
        lines = sum(len(sheet.lines) for sheet in book.sheets)
        output.say(
            Text(
                f"{len(book.sheets)} 页 {lines} 行，写到 {out}",
                f"{len(book.sheets)} sheets, {lines} lines, written to {out}",
            )
        )
        return 0


def _check_ended(record: "RunRecord", *states: str) -> None:
    """Make sure that a run came to its end: what resuming it adds is sealed with the rest.

    states: in which it did not.

    Raises:
        UsageError: it did not.
    """
    if record.state not in states:
        return
    run_id = record.run_id
    raise UsageError(
        Text(f"这一轮还没有做完：{run_id}", f"this run has not come to its end: {run_id}"),
        Text(
            f"等它结束；中途被杀掉的先做完：xunjian run --resume {run_id}",
            f"wait for it; one that was killed is ended by: xunjian run --resume {run_id}",
        ),
    )


def _refuse_filled(content: Content, path: Path) -> None:
    """Refuse to write a form where another file lies than a form that nobody has filled in.

    Raises:
        UsageError: such a file lies there.
    """
    if not path.is_file():
        return
    try:
        reading, _, _ = _read(content, _record_of(content, path), [path])
        is_blank = not reading.taken and not reading.notes
    except XunjianError:  # unclear answers, a run that is not known, no form at all
        is_blank = False
    if not is_blank:
        raise UsageError(
            Text(
                f"那里的文件不是空白表，不覆盖：{path}",
                f"what lies there is no blank form and is not replaced: {path}",
            ),
            Text(
                "填过的先用 forms import 收回；或用 -o 换一个文件名",
                "take in what was filled in with `forms import`, or name another file with -o",
            ),
        )


def _record_of(content: Content, path: Path) -> "RunRecord":
    """Give the run whose form a file is.

    Raises:
        XunjianError: it is none of a run that is known here.
    """
    from xunjian.forms.grid import read_grids
    from xunjian.forms.marks import run_of

    runs = [run_of(grid) for grid in read_grids(path.name, path.read_bytes())]
    return content.store.record(content.find_run(next(filter(None, runs), "")).run_id)


def _add_import(forms: typer.Typer, output: Output) -> None:
    @forms.command(
        "import",
        help=both(
            "收回填好的表，可分多次、由多人填。空着的仍是未检；同一份收两次不变；"
            "有错则一份也不收，并按工作表与单元格列出（退出码 2）。"
            "同一人改了再收，以后一次为准；几人说法不一记为待核，由一人在“以此为准”填“是”定夺。"
            "\n\n例：xunjian forms import latest 现场表.xlsx    "
            "xunjian forms import latest 张三.xlsx 李四.zip",
            "Take filled forms in, in parts, from several people. Blank stays not checked; the "
            "same form twice changes nothing; with a mistake nothing is taken in, each is named by "
            "sheet and cell (exit code 2). Who corrects an answer hands the form in again; where "
            "people disagree the item is unknown until one form says that it decides."
            "\n\nExamples: xunjian forms import latest site.xlsx    "
            "xunjian forms import latest zhang.xlsx li.zip",
        ),
    )
    def import_(
        run: RunArgument,
        files: _FilesArgument,
        out: OutOption = None,
        workspace: WorkspaceOption = None,
        inventory: InventoryOption = None,
    ) -> int:
        content = Content(workspace, inventory)
        record = content.store.record(content.find_run(run).run_id)
        _check_ended(record, "killed")  # one that is running holds the lock
        _take(content, output, record, files, out)
        return 0


def book_for(content: Content, record: "RunRecord") -> "Book":
    """Arrange the forms of a run by the workspace's content of today."""
    from dataclasses import replace

    from xunjian.forms.lines import book_of, spare_lines
    from xunjian.forms.template import load_forms

    forms = load_forms(content.workspace, _playbook(content, record).manual)
    devices, matters = content.inventory.devices, content.store.past(record.run_id, ()).matters
    book = book_of(record, content.catalog, devices, forms, matters)
    return replace(book, spare=spare_lines(record, devices, matters))


def _playbook(content: Content, record: "RunRecord") -> "Playbook":
    from xunjian.playbook import find_playbook, load_playbook

    try:
        found = find_playbook(content.workspace, record.playbook)
    except UsageError as error:
        name = record.playbook
        raise UsageError(
            Text(
                f"本轮的剧本不在了：{name}；表按它编排",
                f"the playbook of this run is gone: {name}; its forms are arranged by it",
            ),
            Text(
                f"把当时的 playbooks/{name}.yml 放回工作区，再收一次",
                f"put playbooks/{name}.yml of that day back into the workspace, and try again",
            ),
        ) from error
    return load_playbook(found)


def _take(
    content: Content, output: Output, record: "RunRecord", files: list[Path], out: Path | None
) -> None:
    from xunjian.forms.take import Reception
    from xunjian.run.exits import exit_code
    from xunjian.run.round import tools_for

    reading, forms, pictures = _read(content, record, files)
    for note in reading.notes:
        output.say(note)
    playbook = _playbook(content, record)
    tools = tools_for(content, playbook.run)
    store, settings = content.store, content.settings
    with store.locked(f"forms import {record.run_id}"):
        now = store.record(record.run_id)  # somebody else's import may have ended meanwhile
        reception = Reception(now, store, tools, content.inventory.devices)
        received = reception.take(reading.taken, forms, pictures)
        record = store.record(record.run_id)
        # one that was stopped behind the answers left no exit code, or not all documents:
        # brought to its end here
        formats = playbook.report.formats
        is_done = record.exit_code is not None and are_written(store, record, formats)
        if not received.answers and is_done:
            output.say(Text("没有新内容，什么都没有变", "nothing new: nothing was changed"))
            return
        _file_again(content, record)
        code = exit_code(record, settings.fail_on, settings.min_coverage)
        store.set_exit_code(record.run_id, code)
        record = store.record(record.run_id)
    _say(output, record, received.answers, len(received.devices))
    folder = out or content.workspace.reports_dir / record.run_id
    write_documents(content, output, record, formats, folder)
    output.say(Text(f"报告在 {folder}", f"documents in {folder}"))


def _say(output: Output, record: "RunRecord", answers: int, devices: int) -> None:
    from xunjian.run.model import blanks

    if not answers:
        output.say(Text("没有新内容；补出没出全的文档", "nothing new; documents are completed"))
        return
    left = blanks(record.outcomes)
    output.say(
        Text(
            f"收下 {answers} 条，涉及 {devices} 件；还有 {left} 项待填",
            f"{answers} answers about {devices} things taken in; {left} items are still blank",
        )
    )


def _read(
    content: Content, record: "RunRecord", files: list[Path]
) -> "tuple[FormReading, list[File], list[File]]":
    """Read all files whole before anything is stored.

    Raises:
        ContentError: with every mistake of every file.
    """
    from xunjian.calendar.clock import zone
    from xunjian.forms.marks import Against, FormReading
    from xunjian.forms.pictures import unpack
    from xunjian.forms.read import read_form
    from xunjian.forms.take import File

    # by its English names beside the Chinese ones: a form may come back in either language
    book = told(book_for(content, record), content, Language.EN)
    reading = FormReading()
    now = datetime.now(tz=UTC).astimezone(zone())  # what is written on site is local time
    forms: list[File] = []
    pictures: list[File] = []
    for path in files:
        held, beside = unpack(path)
        against = Against(
            book=book, find=beside.find, keep=beside.keep, now=now, began=record.started_at
        )
        for name, held_bytes in held.items():
            read_form(name, held_bytes, against, reading)
            forms.append(File(name=name, content=held_bytes))
        reading.notes += beside.left()
        pictures += _pictures(beside)
    if reading.problems:
        raise FormMistakes(reading.problems)
    return reading, forms, pictures


def _pictures(beside: "Beside") -> "list[File]":
    from xunjian.forms.take import File

    return [File(name=name, content=content) for name, content in beside.used.values()]


class FormMistakes(ContentError):
    """Forms that cannot be taken in as they are."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        count = len(self.problems)
        self.message = Text(
            f"表中有 {count} 处要改，什么都没有收",
            f"{count} mistakes in forms: nothing was taken in",
        )


def _file_again(content: Content, record: "RunRecord") -> None:
    """Note the round's coverage anew, at the time of the run: what forms show was seen."""
    from dataclasses import replace

    from xunjian.inventory import select
    from xunjian.run.plan import plan_run
    from xunjian.run.ticket import file_run, find_errand

    if not record.round_id:
        return
    try:
        errand = find_errand(content, record.playbook, round_id=record.round_id)
        if errand is None:
            return
        playbook = _playbook(content, record)
        devices = select(content.inventory, playbook.hosts, playbook.where or None)
        plan = plan_run(errand.scope(devices), playbook, content.catalog)
        ticket = errand.ticket([pair.device for pair in plan.pairs])
    except (UsageError, NothingSelected):
        return  # the calendar has changed since
    if ticket is not None:
        entries = content.store.journal.entries()
        told = [one.at for one in entries if one.run_id == record.run_id and one.note]
        file_run(content.store, replace(ticket, at=told[-1] if told else None), record)
