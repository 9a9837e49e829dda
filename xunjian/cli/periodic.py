"""`report fault-summary 2026-10` and its like: documents of a day, a week, a month, a quarter."""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xunjian.cli.attempts import Attempts
from xunjian.cli.documents import prepare_folder, write_document
from xunjian.cli.language import both
from xunjian.cli.moments import moment
from xunjian.cli.naming import told
from xunjian.cli.options import AtOption, OutOption, WorkspaceOption
from xunjian.cli.output import Output
from xunjian.errors import UsageError
from xunjian.language import Text
from xunjian.run.content import Content
from xunjian.schema import nearest_hint
from xunjian.store.model import DocumentFile, DocumentKey, Numbering

if TYPE_CHECKING:
    from xunjian.report.periodic.kinds import DocumentKind
    from xunjian.report.periodic.model import PeriodModel
    from xunjian.report.periodic.period import Period

_UNSAFE = re.compile(r"[^\w.\-]+")
_USUAL = ("json", "html", "docx", "pdf", "xlsx")
_SHEETS = ("spot-check", "maintenance", "earthing")

FormsOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="LIST",
        help=both(
            "文档：html,docx,pdf,xlsx,md,json（缺省除 md 外全部）；只写 json 时也打印到标准输出",
            "documents: html,docx,pdf,xlsx,md,json (default all but md); json alone goes to "
            "stdout too",
        ),
    ),
]
PartyOption = Annotated[
    str,
    typer.Option("--party", metavar="NAME", help=both("只要这个责任方", "of this party alone")),
]
SheetOption = Annotated[
    str,
    typer.Option(
        "--sheet",
        metavar="LIST",
        help=both(
            "只要哪几张：spot-check,maintenance,earthing",
            "only these: spot-check,maintenance,earthing",
        ),
    ),
]

# name, metavar of the period, help: what the groups' help shows without loading a document's code
_COMMANDS = (
    ("daily-log", "DATE", "每日运维服务日志。\n\n例：xunjian report daily-log 2026-10-07",
     "Daily service log.\n\nExample: xunjian report daily-log 2026-10-07"),
    ("weekly", "WEEK", "周工作报告。\n\n例：xunjian report weekly 2026-W40",
     "Weekly report.\n\nExample: xunjian report weekly 2026-W40"),
    ("handover", "DATE", "交接班记录。\n\n例：xunjian report handover 2026-10-07",
     "Handover sheet of a shift.\n\nExample: xunjian report handover 2026-10-07"),
    ("fault-summary", "MONTH", "月度故障总结。\n\n例：xunjian report fault-summary 2026-10",
     "Monthly fault summary.\n\nExample: xunjian report fault-summary 2026-10"),
    ("running-state", "PERIOD", ("系统运行情况分析（月、季）。"
     "\n\n例：xunjian report running-state 2026Q4"),
     "Running-state analysis (month, quarter).\n\nExample: xunjian report running-state 2026Q4"),
    ("equipment", "QUARTER", "季度设备与系统管理报告。\n\n例：xunjian report equipment 2026Q4",
     "Equipment and system management.\n\nExample: xunjian report equipment 2026Q4"),
    ("service", "PERIOD", "运维服务总结（月、季、半年、年）。\n\n例：xunjian report service 2026",
     "Service summary (month, quarter, half-year, year).\n\nExample: xunjian report service 2026"),
    ("score", "PERIOD", "责任方考核评分表。\n\n例：xunjian report score 2026-10 --party integrator",
     "Score card per party.\n\nExample: xunjian report score 2026-10 --party integrator"),
    ("assets", "PERIOD", "设备台账及变动（缺省本季度）。\n\n例：xunjian report assets",
     "Asset register and its changes (default: this quarter).\n\nExample: xunjian report assets"),
    ("sheets", "PERIOD", ("抽检、养护、防雷登记表（缺省本月）。"
     "\n\n例：xunjian report sheets --sheet spot-check"),
     ("Spot-check, maintenance, earthing (default: this month)."
     "\n\nExample: xunjian report sheets 2026-10")),
)  # fmt: skip
_WITHOUT_PERIOD = frozenset({"assets", "sheets"})


def add_periodic(report: typer.Typer, output: Output) -> None:
    """Add one command per document to the group."""
    for name, metavar, zh, en in _COMMANDS:
        _add(report, output, (name, metavar), (zh, en))


def _add(
    report: typer.Typer, output: Output, names: tuple[str, str], helps: tuple[str, str]
) -> None:
    name, metavar = names
    default = "" if name in _WITHOUT_PERIOD else ...
    shown = both("期间，如 2026-10 2026Q4 2026-W40 2026-10-07", "such as 2026-10 2026Q4 2026-W40")

    @report.command(name, help=both(*helps))
    def report_periodic(
        period: Annotated[str, typer.Argument(metavar=metavar, help=shown)] = default,  # type: ignore[assignment]
        workspace: WorkspaceOption = None,
        out: OutOption = None,
        form: FormsOption = None,
        at: AtOption = None,
        party: PartyOption = "",
        sheet: SheetOption = "",
    ) -> int:
        content = Content(workspace)
        return _write(content, output, name, Asked(period, at, form, out, party, sheet))


class Asked:
    """What the command line said."""

    def __init__(
        self,
        period: str,
        at: str | None,
        form: str | None,
        out: Path | None,
        party: str,
        sheet: str,
    ) -> None:
        self.period = period
        self.at = moment(at)
        self.form = form
        self.out = out
        self.party = party
        given = _listed(sheet, _SHEETS, "--sheet")
        self.sheets = tuple(one for one in _SHEETS if one in given)


def _listed(given: str | None, known: Sequence[str], option: str) -> tuple[str, ...]:
    wanted = tuple(part.strip() for part in (given or "").split(",") if part.strip())
    for one in wanted:
        if one not in known:
            raise UsageError(
                Text(f"{option} 没有这一种：{one}", f"{option} has no such choice: {one}"),
                nearest_hint(one, known),
            )
    return wanted


def _write(content: Content, output: Output, name: str, asked: Asked) -> int:
    from xunjian.cli.gathering import gather
    from xunjian.report.periodic.build import build_period
    from xunjian.report.periodic.kinds import document_kinds
    from xunjian.report.periodic.render import FORMS

    _check_options(name, asked)
    kind = document_kinds()[name]
    period = _period(kind, asked)
    wanted = _listed(asked.form, FORMS, "--format") or _usual(content)
    found = gather(content, kind, period, at=asked.at, party=asked.party)
    sheets = tuple(one.replace("-", "_") for one in asked.sheets)
    model = build_period(kind, found, party=asked.party, sheets=sheets)
    folder = asked.out or _folder(content, model)
    prepare_folder(folder)
    model = _controlled(content, kind, model)
    forms = tuple(form for form in FORMS if form in {"json", *wanted})
    _render(content, output, (model, folder), forms, is_printed=wanted == ("json",))
    output.say(Text(f"文档在 {folder}", f"documents in {folder}"))
    return 0


def _check_options(name: str, asked: Asked) -> None:
    for option, given, owner in (
        ("--party", asked.party, "score"),
        ("--sheet", asked.sheets, "sheets"),
    ):
        if given and name != owner:
            raise UsageError(
                Text(f"{option} 只用于 report {owner}", f"{option} is for `report {owner}` only")
            )


def _period(kind: "DocumentKind", asked: Asked) -> "Period":
    from xunjian.calendar.clock import day_of, now
    from xunjian.report.periodic.period import parse_period, period_of

    if asked.period:
        return parse_period(asked.period, kind.periods)
    return period_of(kind.periods[0], day_of(asked.at or now()))


def _usual(content: Content) -> tuple[str, ...]:
    chosen = content.settings.format
    return tuple(form for form in chosen if form != "junit") if chosen else _USUAL


def _folder(content: Content, model: "PeriodModel") -> Path:
    """`reports/periodic/KIND/PERIOD`, as the portal looks for it."""
    name = _UNSAFE.sub("_", model.subject.replace("/", "-"))
    return content.workspace.reports_dir / "periodic" / model.kind / name


def _controlled(content: Content, kind: "DocumentKind", model: "PeriodModel") -> "PeriodModel":
    """Give the document its number, and its version where it says anything else than before."""
    from xunjian.report.periodic.control import next_version, with_versions

    settings, store = content.settings, content.store
    key = DocumentKey(kind=model.kind, subject=model.subject)
    numbering = Numbering(
        pattern=settings.document_number,
        prefix=settings.document_prefix,
        project=settings.document_project,
        kind=kind.code,
    )
    last_day = model.period.end - timedelta(days=1)
    number = store.number_document(key, numbering, last_day)
    version = next_version(model, store.versions(key), datetime.now(tz=UTC))
    if version is not None:
        store.add_version(key, version)
    return with_versions(model, number, store.versions(key))


def _render(
    content: Content,
    output: Output,
    written: tuple["PeriodModel", Path],
    forms: Sequence[str],
    *,
    is_printed: bool,
) -> None:
    from xunjian.cli.on_record import lying_in, say_others
    from xunjian.report.periodic.render import render_period

    model, folder = written
    said = told(model, content, output.language)
    before = lying_in(content.store, folder)

    fonts = content.workspace.root / "fonts"
    attempts = Attempts()
    paths: list[Path] = []
    for form in forms:
        document = b""
        with attempts.one():
            document = render_period(said, form, output.language, content.layout, fonts)
        if not document:
            continue
        paths.append(folder / f"{model.kind}-{_UNSAFE.sub('-', model.subject)}.{form}")
        write_document(paths[-1], document)
        _note(content, output, model, (form, paths[-1], document))
        if is_printed and form == "json":
            output.data(document.decode())
    key = DocumentKey(kind=model.kind, subject=model.subject)
    say_others(output, before, (key, model.head.version), paths)
    _list(content, output, model, folder)
    attempts.tell(output)


def _note(
    content: Content, output: Output, model: "PeriodModel", written: tuple[str, Path, bytes]
) -> None:
    """Keep the bytes of a document under their hash, so that `verify` sees it altered."""
    form, path, document = written
    file = DocumentFile(
        key=DocumentKey(kind=model.kind, subject=model.subject),
        version=model.head.version,
        form=form,
        language=output.language.value,
        sha256=hashlib.sha256(document).hexdigest(),
        size_bytes=len(document),
        path=str(path.resolve()),
        written_at=datetime.now(tz=UTC),
    )
    content.store.keep_document(file, document)


def _list(content: Content, output: Output, model: "PeriodModel", folder: Path) -> None:
    """Say beside the documents what they are, and rewrite the portal; elsewhere do nothing."""
    from xunjian.cli.portal import is_listed, rewrite_portal
    from xunjian.report.portal import INDEX_FILE, Entry, index_of

    if not is_listed(folder, content):
        return
    entry = Entry(
        id=f"{model.kind}-{_UNSAFE.sub('-', model.subject)}",
        kind=model.kind,
        title=model.head.title,
        number=model.head.number,
        version=model.head.version,
        period=model.period.name,
        at=model.as_of,
    )
    write_document(folder / INDEX_FILE, index_of(entry))
    rewrite_portal(content, output)
