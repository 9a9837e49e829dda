"""Document control: numbers without gaps, versions, and the hash of every file written."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, func, insert, select

from xunjian.store import tables as t
from xunjian.store.blobs import AlteredBlob, Blobs, MissingBlob
from xunjian.store.codec import dumps, text_of
from xunjian.store.model import Damage, DocumentFile, DocumentKey, DocumentVersion, Numbering
from xunjian.store.numbers import report_number, series_of
from xunjian.store.rows import moment, stamp

INSPECTION = "inspection"  # the kind of a run's report


def give_number(
    connection: Connection, key: DocumentKey, numbering: Numbering, at: datetime
) -> str:
    """Give a document its number, the next of its series; asked again, the same one."""
    n = t.document_numbers.c
    mine = select(n.number).where(
        n.project == numbering.project, n.kind == key.kind, n.subject == key.subject
    )
    if given := connection.execute(mine).scalar():
        return str(given)
    fields = {"prefix": numbering.prefix, "kind": numbering.kind}
    series = series_of(numbering.pattern, at, **fields)
    last = connection.execute(select(func.max(n.seq)).where(n.series == series)).scalar()
    seq = int(last or 0) + 1
    number = report_number(numbering.pattern, at, seq, **fields)
    while _is_taken(connection, number):
        seq += 1
        following = report_number(numbering.pattern, at, seq, **fields)
        if following == number:  # a pattern that counts nothing
            break
        number = following
    connection.execute(
        insert(t.document_numbers).values(
            project=numbering.project,
            kind=key.kind,
            subject=key.subject,
            series=series,
            seq=seq,
            number=number,
            given_at=stamp(datetime.now(tz=UTC)),
        )
    )
    return number


def _is_taken(connection: Connection, number: str) -> bool:
    """Whether a run of schema 0001 bears a number; those are in no series."""
    query = select(t.runs.c.run_id).where(t.runs.c.number == number)
    return connection.execute(query.limit(1)).first() is not None


def versions(connection: Connection, key: DocumentKey) -> tuple[DocumentVersion, ...]:
    """All versions of a document, the first first."""
    v = t.document_versions.c
    query = select(t.document_versions).where(v.kind == key.kind, v.subject == key.subject)
    rows = connection.execute(query.order_by(v.version)).mappings()
    return tuple(
        DocumentVersion(
            version=row["version"],
            at=moment(row["at"]),
            by=row["by"],
            what=text_of(json.loads(row["what"])),
            digest=row["digest"],
            figures=json.loads(row["figures"]),
        )
        for row in rows
    )


def add_version(connection: Connection, key: DocumentKey, version: DocumentVersion) -> None:
    """Write down a version; a number that is taken is an error of the database."""
    connection.execute(
        insert(t.document_versions).values(
            kind=key.kind,
            subject=key.subject,
            version=version.version,
            at=stamp(version.at),
            by=version.by,
            what=dumps(version.what),
            digest=version.digest,
            figures=dumps(version.figures),
        )
    )


def note_file(connection: Connection, file: DocumentFile) -> None:
    """Write down a file; the same bytes at the same place are noted once."""
    f = t.document_files.c
    newest = select(f.sha256, f.version).where(f.path == file.path).order_by(f.position.desc())
    if connection.execute(newest.limit(1)).first() == (file.sha256, file.version):
        return
    connection.execute(
        insert(t.document_files).values(
            kind=file.key.kind,
            subject=file.key.subject,
            version=file.version,
            form=file.form,
            language=file.language,
            sha256=file.sha256,
            size_bytes=file.size_bytes,
            path=file.path,
            written_at=stamp(file.written_at),
        )
    )


def files(connection: Connection, key: DocumentKey | None = None) -> tuple[DocumentFile, ...]:
    """Files written of one document, or of all, in the order of writing."""
    f = t.document_files.c
    query = select(t.document_files).order_by(f.position)
    if key is not None:
        query = query.where(f.kind == key.kind, f.subject == key.subject)
    return tuple(
        DocumentFile(
            key=DocumentKey(kind=row["kind"], subject=row["subject"]),
            version=row["version"],
            form=row["form"],
            language=row["language"],
            sha256=row["sha256"],
            size_bytes=row["size_bytes"],
            path=row["path"],
            written_at=moment(row["written_at"]),
        )
        for row in connection.execute(query).mappings()
    )


def damaged(written: tuple[DocumentFile, ...], blobs: Blobs) -> tuple[Damage, ...]:
    """Documents that changed since they were written: where they lie, and as they are kept.

    A file that is no longer where it was written is no damage: its bytes are kept.
    """
    newest = {file.path: file for file in written}
    found = [
        _damage(file, file.path)
        for file in newest.values()
        if _hash(Path(file.path)) not in {file.sha256, ""}
    ]
    for sha256, file in {file.sha256: file for file in written}.items():
        try:
            blobs.get(sha256)
        except (AlteredBlob, MissingBlob):
            found.append(_damage(file, f"kept copy of {file.form} v{file.version}"))
    return tuple(found)


def _damage(file: DocumentFile, what: str) -> Damage:
    return Damage(run_id=file.key.subject, what=what, sha256=file.sha256)


def _hash(path: Path) -> str:
    """Give the hash of a file; empty where there is none to read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    except OSError:
        return ""
