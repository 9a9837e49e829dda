"""Writing a run's documents: whole or not at all, never over something that is not ours."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from xunjian.cli.attempts import Attempts
from xunjian.cli.beside import beside_of, report_settings, system_titles
from xunjian.cli.output import Output
from xunjian.errors import UsageError
from xunjian.language import Language, Text
from xunjian.report import FILES, ReportModel, build_report, render
from xunjian.report.control import is_controlled, next_version, with_versions
from xunjian.report.local import named
from xunjian.report.photos import pictures_of
from xunjian.report.remembered import remembered
from xunjian.report.volumes import FORMS, volumes
from xunjian.run.content import Content
from xunjian.run.model import RunRecord
from xunjian.store.model import Comparison, DocumentFile, DocumentKey

if TYPE_CHECKING:
    from xunjian.store.store import Store

INSPECTION = "inspection"

_REPORT_AGAIN = Text(
    "测到的都在存储里；换个目录再出报告：xunjian report run 轮次 -o 目录",
    "what was measured is in the store; report again elsewhere: xunjian report run RUN -o DIR",
)

_ELSEWHERE = Text(
    "还没有联系任何设备；用 -o 换一个能写的目录，或先改目录权限",
    "no device was asked yet; name a folder that can be written with -o, or set its permissions",
)


def prepare_folder(folder: Path, hint: Text = _ELSEWHERE) -> None:
    """Make sure that documents can be written before any device is asked.

    Raises:
        UsageError: the folder cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _unwritable(folder, error, hint) from error


def write_documents(
    content: Content,
    output: Output,
    record: RunRecord,
    forms: Iterable[str],
    folder: Path,
    comparison: Comparison | None = None,
    *,
    is_draft: bool = False,
) -> Path:
    """Write the wanted documents of a run, `report.json` always; json alone goes to stdout too.

    is_draft: no version is made of it and no file noted, such as of a replay; it does not take the
    place of documents on record. Gives the folder they were written to.

    Raises:
        ContentError: the template of a format is wrong; the other formats are written all the same.
        UsageError: a font is missing, or a document cannot be written.
    """
    from xunjian.cli.on_record import apart, lying_in, say_others
    from xunjian.cli.portal import list_documents

    wanted = tuple(forms)
    compared = comparison or content.store.compare(record.run_id)
    model = build_report(record, compared, beside=beside_of(content, record))
    kind = "replay" if is_draft else "run"
    is_draft = is_draft or not is_controlled(model)
    if not is_draft:
        model = _versioned(content.store, model)
    model = replace(model, pictures=pictures_of(model.manual, content.store.evidence_bytes))
    if is_draft:
        folder = apart(output, [content.store], folder)
    prepare_folder(folder, _REPORT_AGAIN)
    before = lying_in(content.store, folder)
    if "html" in wanted:
        model = remembered(model, content.store, system_titles(content))

    written: list[Path] = []
    asked = report_settings(content, model.playbook)
    own = content.own_layouts(asked.template) if asked else {}
    attempts = Attempts({usual: path.name for usual, path in own.items()})
    for form, name, document in _rendered(content, model, wanted, output.language, attempts, own):
        written.append(folder / name)
        write_document(folder / name, document, _REPORT_AGAIN)
        if not is_draft:
            _note(content.store, model, form, output.language, folder / name, document)
        if wanted == ("json",):
            output.data(document.decode())
    key = DocumentKey(kind=INSPECTION, subject=model.run_id)
    say_others(output, before, (key, model.head.version), written)
    list_documents(content, output, model, folder, kind)
    attempts.tell(output)
    return folder


def are_written(store: "Store", record: RunRecord, forms: Iterable[str]) -> bool:
    """Whether all wanted documents were written since the run was sealed last.

    A command that was stopped while it wrote them leaves some out.
    """
    files = store.document_files(DocumentKey(kind=INSPECTION, subject=record.run_id))
    if not record.number or not files:
        return not record.number
    newest = [one for one in files if one.version == files[-1].version]
    sealed_at = store.sealed_at(record.run_id)
    is_late = any(one.written_at > sealed_at for one in newest)
    return is_late and {"json", *forms} <= {one.form for one in newest}


def _rendered(
    content: Content,
    model: ReportModel,
    wanted: Sequence[str],
    language: Language,
    attempts: Attempts,
    own: Mapping[str, Path],
) -> Iterator[tuple[str, str, bytes]]:
    """Give form, file name and bytes of each document of a run, one after the other."""

    def layout(name: str) -> bytes:
        return own[name].read_bytes() if name in own else content.layout(name)

    fonts = content.workspace.root / "fonts"
    model = named(model, language)
    for form in (form for form in FILES if form in {"json", *wanted}):
        with attempts.one():
            yield form, FILES[form], render(model, form, language, layout, fonts)
    for form in (form for form in FORMS if form in wanted):
        with attempts.one():
            for name, document in volumes(model, form, language, layout, fonts):
                yield form, name, document


def _versioned(store: "Store", model: ReportModel) -> ReportModel:
    """Give the report its version: the next one where it says anything else than before."""
    key = DocumentKey(kind=INSPECTION, subject=model.run_id)
    before = store.versions(key)
    told = [
        one
        for one in store.journal.rejudgements(model.run_id)
        if not before or one.recorded_at > before[-1].at
    ]
    version = next_version(model, before, datetime.now(tz=UTC), told[-1] if told else None)
    if version is not None:
        store.add_version(key, version)
    return with_versions(model, store.versions(key))


def _note(
    store: "Store", model: ReportModel, form: str, language: Language, path: Path, content: bytes
) -> None:
    """Keep the bytes of a document and note where they were written."""
    file = DocumentFile(
        key=DocumentKey(kind=INSPECTION, subject=model.run_id),
        version=model.head.version,
        form=form,
        language=language.value,
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        path=str(path.resolve()),
        written_at=datetime.now(tz=UTC),
    )
    store.keep_document(file, content)


def write_document(path: Path, document: bytes, hint: Text | None = None) -> None:
    """Write one document whole or not at all; a pipe or a device file is written as it is.

    Raises:
        UsageError: it cannot be written.
    """
    temporary = ""
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(document)
            return
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(document)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise _unwritable(path, error, hint) from error


def _unwritable(path: Path, error: OSError, hint: Text | None) -> UsageError:
    return UsageError(
        Text(f"写不了：{path}（{error.strerror}）", f"cannot write: {path} ({error.strerror})"),
        hint,
    )
