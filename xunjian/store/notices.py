"""What was told to whom: a finding once while it stays open, a round once for each of its troubles.

Only what was delivered counts as told; a failure is kept for the listing, and tried again by the
next run that meets the same thing.
"""

import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from sqlalchemy import insert, select, update

from xunjian.checks.model import LEVELS, SETTLED, UNSETTLED, Finding, Verdict
from xunjian.run.model import Outcome
from xunjian.store import tables as t
from xunjian.store.database import Database
from xunjian.store.rows import moment, stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing told, or not delivered, to one recipient.

    kind: `finding`, `round`, `run` or `test`. subject: the finding's, the round's or the run's id.
    event: `level_i` … `missed`, `finished`. state: `sent` or `failed`; reason: a code, if failed.
    """

    kind: str
    subject: str
    event: str
    recipient: str
    state: str = "sent"
    reason: str = ""
    device: str = ""
    check_id: str = ""
    run_id: str = ""
    at: datetime | None = None
    closed_at: datetime | None = None


class NoticeBook:
    """The notices of one store."""

    def __init__(self, database: Database, write: threading.Lock) -> None:
        self._database = database
        self._write = write

    def add(self, told: Iterable[Told]) -> None:
        """Write what was sent, and what could not be."""
        names = {f.name for f in fields(Told)} - {"at", "closed_at"}
        now = stamp(datetime.now(tz=UTC))
        rows = [{name: getattr(one, name) for name in names} | {"at": now} for one in told]
        if rows:
            with self._write, self._database.writing() as connection:
                connection.execute(insert(t.notices), rows)

    def told(self, kind: str, subjects: Collection[str]) -> Mapping[tuple[str, str], str]:
        """Give the last event each recipient was told of, by (subject, recipient); closed ones
        are not among them.
        """
        n = t.notices.c
        query = (
            select(n.subject, n.recipient, n.event)
            .where(n.kind == kind, n.state == "sent", n.closed_at.is_(None))
            .where(n.subject.in_(list(subjects)))
            .order_by(n.position)
        )
        with self._database.reading() as connection:
            return {(subject, who): event for subject, who, event in connection.execute(query)}

    def events(self, subject: str) -> frozenset[tuple[str, str]]:
        """Give the (event, recipient) that were sent of one round or run."""
        n = t.notices.c
        query = select(n.event, n.recipient).where(n.subject == subject, n.state == "sent")
        with self._database.reading() as connection:
            return frozenset((event, who) for event, who in connection.execute(query))

    def known(self, subjects: Collection[str]) -> frozenset[str]:
        """Give the findings among these that were told of before and were closed since."""
        n = t.notices.c
        query = select(n.subject).where(
            n.kind == "finding", n.closed_at.is_not(None), n.subject.in_(list(subjects))
        )
        with self._database.reading() as connection:
            return frozenset(connection.execute(query).scalars())

    def settle(self, device: str, outcomes: Iterable[Outcome]) -> None:
        """Close what a device's new outcomes prove to be over, as a comparison of runs would."""
        n = t.notices.c
        found = {finding.id: finding for one in outcomes for finding in one.findings}
        verdicts: dict[str, set[Verdict]] = {}
        for finding in found.values():
            verdicts.setdefault(finding.check, set()).add(finding.verdict)
        query = select(n.subject, n.check_id).where(
            n.kind == "finding", n.device == device, n.closed_at.is_(None)
        )
        with self._database.reading() as connection:
            rows = {(subject, check) for subject, check in connection.execute(query)}
        over = [
            subject
            for subject, check in rows
            if _is_over(found.get(subject), verdicts.get(check, set()))
        ]
        if over:
            close = update(t.notices).where(n.subject.in_(over), n.closed_at.is_(None))
            with self._write, self._database.writing() as connection:
                connection.execute(close.values(closed_at=stamp(datetime.now(tz=UTC))))

    def listed(self, limit: int = 200) -> tuple[Told, ...]:
        """The newest notices, the newest first."""
        query = select(t.notices).order_by(t.notices.c.position.desc()).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        names = [f.name for f in fields(Told) if f.name not in {"at", "closed_at"}]
        return tuple(
            Told(
                **{name: row[name] for name in names},
                at=moment(row["at"]),
                closed_at=moment(row["closed_at"]) if row["closed_at"] else None,
            )
            for row in rows
        )


def is_worse(event: str, told: str) -> bool:
    """Whether a finding's level is more severe than the one that was told."""
    ranks = {f"level_{level.lower()}": rank for rank, level in enumerate(LEVELS)}
    return ranks.get(event, len(LEVELS)) < ranks.get(told, len(LEVELS))


def _is_over(now: Finding | None, verdicts: set[Verdict]) -> bool:
    """Over is only what was judged again: by itself, or its check ended without unknowns."""
    if now is not None:
        return now.verdict in SETTLED
    return bool(verdicts) and not verdicts & UNSETTLED
