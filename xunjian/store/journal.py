"""The calendar's journal: what was done for each round, declared, allowed. It is only added to.

Every entry carries the hash of the one before it, so that `verify` sees what was altered or taken
out; what was cut off at the end shows in the runs, which name their rounds.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, insert, select

from xunjian.calendar.model import (
    Declaration,
    FreezeOverride,
    JournalEntry,
    Rejudgement,
    Waiver,
)
from xunjian.errors import StoreError
from xunjian.language import Text
from xunjian.store import tables as t
from xunjian.store.codec import dumps, loads
from xunjian.store.database import Database
from xunjian.store.leaks import blank
from xunjian.store.rows import stamp

GENESIS = "0" * 64

SeenIn = Callable[[Iterable[str]], frozenset[str]]  # devices seen whole in some runs
Filing = Callable[[SeenIn], Iterable[JournalEntry]]  # what a run that closes wants noted

Kept = TypeVar("Kept", JournalEntry, Declaration, FreezeOverride, Waiver, Rejudgement)
_KINDS: Mapping[type, str] = {
    JournalEntry: "entry",
    Declaration: "declaration",
    FreezeOverride: "override",
    Waiver: "waiver",
    Rejudgement: "rejudgement",
}


class JournalBook:
    """The journal of one store."""

    def __init__(self, database: Database, write: threading.Lock) -> None:
        self._database = database
        self._write = write

    def entries(self) -> tuple[JournalEntry, ...]:
        """What was done for rounds, in the order of writing."""
        return self._of(JournalEntry)

    def declarations(self) -> tuple[Declaration, ...]:
        """What was declared, in the order of writing."""
        return self._of(Declaration)

    def overrides(self) -> tuple[FreezeOverride, ...]:
        """Leaves to work inside a freeze, in the order of writing, expired ones too."""
        return self._of(FreezeOverride)

    def waivers(self, before: datetime | None = None) -> Mapping[str, Waiver]:
        """The newest waiver of each finding, expired ones too; of those written before then."""
        known = self._of(Waiver)
        return {one.id: one for one in known if before is None or one.recorded_at < before}

    def rejudgements(self, run_id: str) -> tuple[Rejudgement, ...]:
        """Whenever a run's verdicts were replaced by those of later cards and limits."""
        return tuple(one for one in self._of(Rejudgement) if one.id == run_id)

    def add(self, kept: JournalEntry | Declaration | FreezeOverride | Waiver) -> None:
        """Write one entry at the end."""
        with self._write, self._database.writing() as connection:
            add_entry(connection, kept)

    def seen(self, run_ids: Iterable[str]) -> frozenset[str]:
        """Give the devices that some of these runs saw with complete evidence."""
        with self._database.reading() as connection:
            return seen_in(connection, run_ids)

    def _of(self, kind: type[Kept]) -> tuple[Kept, ...]:
        with self._database.reading() as connection:
            return _kept(connection, kind)


def waivers_of(connection: Connection) -> tuple[Waiver, ...]:
    """The newest waiver of each finding, expired ones too."""
    return tuple({one.id: one for one in _kept(connection, Waiver)}.values())


def _kept(connection: Connection, kind: type[Kept]) -> tuple[Kept, ...]:
    j, known = t.journal.c, {f.name for f in fields(kind)}
    query = select(j.position, j.body).where(j.kind == _KINDS[kind]).order_by(j.position)
    rows = connection.execute(query).all()
    return tuple(_read(kind, position, body, known) for position, body in rows)


def add_entry(
    connection: Connection,
    kept: JournalEntry | Declaration | FreezeOverride | Waiver | Rejudgement,
) -> None:
    """Write one entry at the end of the journal, in the transaction at hand."""
    subject = kept.round_id if isinstance(kept, JournalEntry) else kept.id
    body = dumps({f.name: getattr(kept, f.name) for f in fields(kept)}, _clean)
    row = {"kind": _KINDS[type(kept)], "subject": subject, "body": body}
    row["recorded_at"] = stamp(datetime.now(tz=UTC))
    last = select(t.journal.c.hash).order_by(t.journal.c.position.desc()).limit(1)
    row["previous_hash"] = str(connection.execute(last).scalar() or GENESIS)
    row["hash"] = _hash(row)
    connection.execute(insert(t.journal).values(row))


def seen_in(connection: Connection, run_ids: Iterable[str]) -> frozenset[str]:
    """Give the devices that some of these runs saw with complete evidence."""
    query = select(t.devices.c.device).where(
        t.devices.c.run_id.in_(list(run_ids)), t.devices.c.complete.is_(True)
    )
    return frozenset(connection.execute(query).scalars())


def broken_entries(connection: Connection) -> list[str]:
    """Entries that are not what was written, or do not follow from the one before."""
    previous, found = GENESIS, []
    for row in connection.execute(select(t.journal).order_by(t.journal.c.position)).mappings():
        if row["previous_hash"] != previous or row["hash"] != _hash(row):
            found.append(f"journal {row['position']} {row['subject']}")
        previous = row["hash"]
    return found


def _hash(row: Mapping[str, Any] | Any) -> str:
    parts = [row[key] for key in ("previous_hash", "kind", "subject", "recorded_at", "body")]
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _clean(text: str) -> str:
    return blank(text).text


def _read(kind: type[Kept], position: int, body: str, known: set[str]) -> Kept:
    """Give an entry as it was written; what a later version added to it is passed over."""
    try:
        data: Any = loads(body)
        return kind(**{name: value for name, value in data.items() if name in known})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StoreError(
            Text(
                f"台账第 {position} 条损坏，读不了", f"entry {position} of the journal is damaged"
            ),
            Text(
                "xunjian verify 看还有哪些；先备份 .xunjian，再从备份恢复 store.sqlite",
                "xunjian verify names all of them; back up .xunjian, then restore store.sqlite",
            ),
        ) from error
