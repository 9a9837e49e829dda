"""`report versions`, `report bundle`, `report fields`: documents under control."""

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from xunjian.calendar.clock import in_zone
from xunjian.cli.documents import INSPECTION, prepare_folder, write_document
from xunjian.cli.language import both
from xunjian.cli.on_record import refuse_on_record
from xunjian.cli.options import Form, FormatOption, RunArgument, WorkspaceOption
from xunjian.cli.output import Output
from xunjian.errors import NothingSelected, UsageError
from xunjian.language import Text
from xunjian.run.content import Content
from xunjian.store.model import DocumentFile, DocumentKey

BundleOption = Annotated[
    Path,
    typer.Option("--out", "-o", metavar="FILE.zip", help=both("写到哪个文件", "the file to write")),
]
VersionOption = Annotated[
    int | None,
    typer.Option("--version", metavar="N", help=both("取出第 N 版", "write version N out again")),
]
FolderOption = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="DIR", help=both("写到哪个目录", "the folder to write to")),
]


def add_control(report: typer.Typer, output: Output) -> None:
    """Add the three commands to the group."""
    _add_versions(report, output)
    _add_bundle(report, output)
    _add_fields(report, output)


def _add_versions(report: typer.Typer, output: Output) -> None:
    @report.command(
        "versions",
        help=both(
            "列出一轮文档的版本及每版改了什么；--version N -o DIR 取出存下的旧版原件。"
            "\n\n例：xunjian report versions latest    "
            "xunjian report versions latest --version 1 -o 第一版",
            "List the versions of a run's documents with what changed; --version N -o DIR writes "
            "the files of an earlier version as they were."
            "\n\nExamples: xunjian report versions latest    "
            "xunjian report versions latest --version 1 -o first",
        ),
    )
    def report_versions(
        run: RunArgument,
        workspace: WorkspaceOption = None,
        version: VersionOption = None,
        out: FolderOption = None,
        form: FormatOption = Form.TABLE,
    ) -> int:
        content = Content(workspace)
        key = DocumentKey(kind=INSPECTION, subject=content.find_run(run).run_id)
        if version is not None:
            return _write_version(content, output, key, version, out)
        output.rows(
            form,
            "versions",
            [
                {
                    "version": one.version,
                    "at": in_zone(one.at).isoformat(timespec="seconds"),
                    "what": output.text(one.what),
                    "files": sum(file.version == one.version for file in _files(content, key)),
                }
                for one in content.store.versions(key)
            ],
        )
        return 0


def _add_bundle(report: typer.Typer, output: Output) -> None:
    @report.command(
        "bundle",
        help=both(
            "证据包：记录、文档、原始证据、清单与链条证明装进一个 zip，"
            "交甲方或监理；对方用 `xunjian verify FILE.zip` 核对，不需要工作区。"
            "\n\n例：xunjian report bundle latest -o 证据包.zip",
            "The evidence bundle: record, documents, raw evidence, manifest and proof in one zip "
            "for the customer or supervisor, who checks it with `xunjian verify FILE.zip` on any "
            "machine."
            "\n\nExample: xunjian report bundle latest -o bundle.zip",
        ),
    )
    def report_bundle(
        run: RunArgument, out: BundleOption, workspace: WorkspaceOption = None
    ) -> int:
        content = Content(workspace)
        run_id = content.find_run(run).run_id
        refuse_on_record(content, out)
        digest, pruned = _bundle(content, run_id, out)
        output.data(
            output.text(
                Text(
                    f"证据包 {out}，清单 sha256 {digest}", f"bundle {out}, manifest sha256 {digest}"
                )
            )
        )
        if pruned:
            message = Text(
                f"按期清理的证据 {pruned} 件不在内", f"{pruned} pruned pieces are not in it"
            )
            output.say(message)
        return 0


def _add_fields(report: typer.Typer, output: Output) -> None:
    @report.command(
        "fields",
        help=both(
            "列出 Word 模板可用的全部占位符；模板放在 templates/report/inspection.docx。"
            "\n\n例：xunjian report fields",
            "List every placeholder a Word template may use; the template's place is "
            "templates/report/inspection.docx."
            "\n\nExample: xunjian report fields",
        ),
    )
    def report_fields(workspace: WorkspaceOption = None, form: FormatOption = Form.TABLE) -> int:
        from xunjian.cli.beside import beside_of
        from xunjian.report import build_report
        from xunjian.report.fields import placeholders

        content = Content(workspace)
        runs = content.store.runs()
        if not runs:
            raise NothingSelected(
                Text("还没有任何一轮可作样本", "there is no run yet to take samples from"),
                Text("先做一轮：xunjian run 剧本", "make one: xunjian run PLAYBOOK"),
            )
        record = content.store.record(runs[0].run_id)
        model = build_report(record, beside=beside_of(content, record))
        output.rows(
            form,
            "fields",
            [
                {"name": one.name, "kind": one.kind, "sample": one.sample}
                for one in placeholders(model, output.language)
            ],
        )
        return 0


def _files(content: Content, key: DocumentKey) -> tuple[DocumentFile, ...]:
    """The newest file of each version, format and language."""
    newest = {
        (file.version, Path(file.path).name, file.language): file
        for file in content.store.document_files(key)
    }
    return tuple(newest.values())


def _write_version(
    content: Content, output: Output, key: DocumentKey, version: int, out: Path | None
) -> int:
    files = [file for file in _files(content, key) if file.version == version]
    if not files:
        raise UsageError(
            Text(f"没有第 {version} 版的文件", f"there is no file of version {version}"),
            Text(f"有哪些：xunjian report versions {key.subject}", "see `report versions RUN`"),
        )
    folder = out or content.workspace.reports_dir / key.subject / f"v{version}"
    prepare_folder(folder)
    for file in files:
        write_document(folder / _name(file), content.store.document_bytes(file.sha256))
    output.say(Text(f"第 {version} 版在 {folder}", f"version {version} in {folder}"))
    return 0


def _name(file: DocumentFile) -> str:
    path = Path(file.path)
    return f"{path.stem}.{file.language}{path.suffix}"


def _bundle(content: Content, run_id: str, out: Path) -> tuple[str, int]:
    """Write the bundle; gives the manifest's hash and how many pieces were pruned by term."""
    from xunjian.errors import StoreError
    from xunjian.store.bundle import evidence_hashes, pruned_of, write_bundle

    store = content.store
    proof, record = store.bundle_proof(run_id), store.record(run_id)
    key = DocumentKey(kind=INSPECTION, subject=run_id)
    versions = store.versions(key)
    held: dict[str, bytes] = {}
    pruned: list[str] = []
    for sha256 in evidence_hashes(proof):
        try:
            held[sha256] = store.evidence_bytes(sha256)
        except StoreError as error:
            if error.code != "evidence_missing":
                raise
            if sha256 in pruned_of(proof):  # else it is missing, and the bundle says so
                pruned.append(sha256)

    def files() -> Iterator[tuple[str, bytes]]:
        for sha256, piece in held.items():
            yield f"evidence/{sha256}", piece
        for file in _files(content, key):
            yield (
                f"documents/v{file.version}/{_name(file)}",
                store.document_bytes(file.sha256),
            )

    about = {
        "run_id": run_id,
        "number": record.number,
        "version": versions[-1].version if versions else 1,
        "root_hash": record.root_hash,
        "pruned": pruned,
    }
    temporary = out.with_name(f".{out.name}.{hashlib.sha256(run_id.encode()).hexdigest()[:8]}")
    try:
        digest = write_bundle(temporary, about, proof, files())
        temporary.replace(out)
    except OSError as error:
        with contextlib.suppress(OSError):  # such as where there is no folder
            temporary.unlink()
        raise UsageError(
            Text(f"写不了：{out}（{error.strerror}）", f"cannot write: {out} ({error.strerror})")
        ) from error
    return digest, len(pruned)
