"""The store of one workspace: one SQLite file and one folder of evidence under `.xunjian`."""

import json
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, update

from xunjian.calendar.model import Rejudgement, Seen
from xunjian.checks.model import Finding
from xunjian.facts.model import Fact
from xunjian.run.model import ContentUsed, Outcome, RunPlan, RunRecord, RunState
from xunjian.store import amend, chain, documents, proof, reader, retrospect, writer
from xunjian.store import compare as comparing
from xunjian.store import tables as t
from xunjian.store.blobs import Blobs
from xunjian.store.bundle import proof_of
from xunjian.store.database import Database
from xunjian.store.failures import check_free_disk
from xunjian.store.history import StoreHistory
from xunjian.store.journal import Filing, JournalBook, add_entry, seen_in
from xunjian.store.lock import Holding, held, live_run
from xunjian.store.model import (
    Comparison,
    DeviceSave,
    DocumentFile,
    DocumentKey,
    DocumentVersion,
    FindingFilter,
    FoundFinding,
    Numbering,
    OpenMatter,
    Past,
    Pruned,
    RunEnd,
    RunStart,
    RunSummary,
    Verification,
)
from xunjian.store.notices import NoticeBook
from xunjian.store.past import ROUNDS, matters_before, past_of
from xunjian.store.pruning import bury
from xunjian.store.rows import stamp
from xunjian.store.sightings import sightings
from xunjian.store.span import span_of
from xunjian.store.span_model import Span
from xunjian.transport.model import Evidence


class Store:
    """Everything a workspace remembers. Safe to use from the threads of one run."""

    def __init__(
        self,
        state_dir: Path,
        *,
        recipient: str | None = None,
        facts: Mapping[str, type[Fact]] | None = None,
    ) -> None:
        self.state_dir = state_dir
        self._recipient = recipient
        self._facts = facts
        self._database = Database(state_dir)
        self._blobs = Blobs(state_dir / "evidence")
        self._documents = Blobs(state_dir / "documents")
        self._write = threading.Lock()  # one writer: SQLite would make the others wait anyway

    def close(self) -> None:
        """Close the database's connections."""
        self._database.close()

    def locked(self, what: str) -> AbstractContextManager[Holding]:
        """Hold the workspace's lock; `what` is the command shown to others (raises LockHeld)."""
        return held(self.state_dir, what)

    # --- writing a run ---

    def begin_run(self, plan: RunPlan, start: RunStart) -> str:
        """Write the plan before any contact and give the run's id; checks the free disk first."""
        check_free_disk(self.state_dir, len(start.devices))
        with self._write, self._database.writing() as connection:
            return writer.begin(connection, plan, start)

    def save_device(self, run_id: str, save: DeviceSave) -> None:
        """Store one device whole, in one transaction; replaces an earlier attempt of this run."""
        prepared = writer.PreparedSave(run_id, save, self._blobs, self._recipient)
        with self._write, self._database.writing() as connection:
            writer.save(connection, run_id, prepared)

    def finish_run(
        self, run_id: str, end: RunEnd | None = None, filing: Filing | None = None
    ) -> str:
        """Give every pair without an outcome one, close the run, chain it; gives its root hash.

        What `filing` wants in the journal is written in the same transaction: a run that is closed
        is also filed, whenever the power fails.
        """
        end = end or RunEnd()
        self._blobs.settle()
        with self._write, self._database.writing() as connection:
            writer.fill_missing(connection, run_id, end.missing_reason, self._blobs)
            root = writer.finish(connection, run_id, end)
            for entry in filing(lambda runs: seen_in(connection, runs)) if filing else ():
                add_entry(connection, entry)
            return root

    def amend(self, run_id: str, saves: Iterable[tuple[DeviceSave, Collection[str]]]) -> RunState:
        """Add what forms brought to a closed run: tasks by device, new evidence, a link of its own.

        All of it or none; gives the state the run has now.
        """
        prepared = [
            (writer.PreparedSave(run_id, save, self._blobs, self._recipient), tasks)
            for save, tasks in saves
        ]
        self._blobs.settle()
        with self._write, self._database.writing() as connection:
            for one, tasks in prepared:
                amend.amend_device(connection, run_id, one, tasks)
            return amend.close_again(connection, run_id)

    def rejudge(
        self,
        run_id: str,
        saves: Iterable[DeviceSave],
        told: Rejudgement,
        used: Collection[ContentUsed],
        exit_code: int,
    ) -> None:
        """Let other verdicts over the same evidence take the place of a closed run's: a link of its
        own, and who did it in the journal. All of it or none.
        """
        prepared = [writer.PreparedSave(run_id, save, self._blobs, None) for save in saves]
        with self._write, self._database.writing() as connection:
            for one in prepared:
                amend.rejudge_device(connection, run_id, one)
            amend.replace_content(connection, run_id, used)
            amend.close_again(connection, run_id)
            add_entry(connection, told)
            writer.set_exit_code(connection, run_id, exit_code)

    def set_exit_code(self, run_id: str, exit_code: int) -> None:
        """Note the exit code, which the command line knows only after the run is closed."""
        with self._write, self._database.writing() as connection:
            writer.set_exit_code(connection, run_id, exit_code)

    def reopen_run(self, run_id: str) -> None:
        """Open a killed or interrupted run again, to go on with what `remaining` gives."""
        check_free_disk(self.state_dir, len(self.remaining(run_id)))
        with self._write, self._database.writing() as connection:
            reader.run_row(connection, run_id)
            connection.execute(
                update(t.runs)
                .where(t.runs.c.run_id == run_id)
                .values(state=RunState.RUNNING.value, ended_at=None, exit_code=None)
            )

    @property
    def journal(self) -> JournalBook:
        """The calendar's journal."""
        return JournalBook(self._database, self._write)

    @property
    def notices(self) -> NoticeBook:
        """What was told to whom."""
        return NoticeBook(self._database, self._write)

    # --- reading ---

    def remaining(self, run_id: str) -> Mapping[str, tuple[str, ...]]:
        """What a run left open, tasks by device: no outcome yet, or never contacted because the
        run was interrupted or ran out of time.
        """
        with self._database.reading() as connection:
            reader.run_row(connection, run_id)
            return reader.remaining(connection, run_id)

    def asked(self, run_ids: Iterable[str]) -> frozenset[str]:
        """Give the devices that some of these runs visited to the end, answered or not."""
        with self._database.reading() as connection:
            return reader.asked(connection, run_ids)

    def runs(self) -> tuple[RunSummary, ...]:
        """All runs, newest first, counted as stored at this moment."""
        live = live_run(self.state_dir)
        with self._database.reading() as connection:
            return reader.summaries(connection, live)

    def sightings(
        self,
        first: datetime,
        last: datetime,
        playbooks: Collection[str],
        run_ids: Collection[str] = (),
    ) -> tuple[Seen, ...]:
        """Who was asked, and seen whole or not, in runs of these playbooks that began in a span,
        and in the runs named beside.
        """
        with self._database.reading() as connection:
            return sightings(connection, first, last, playbooks, run_ids)

    def run_settings(self, run_id: str) -> Mapping[str, Any]:
        """Give what a run was ordered with, such as the freeze windows it was made in."""
        with self._database.reading() as connection:
            settings: Mapping[str, Any] = json.loads(reader.run_row(connection, run_id)["settings"])
        return settings

    def record(self, run_id: str) -> RunRecord:
        """Read a run whole; raises StoreError when there is none of that id."""
        live = live_run(self.state_dir)
        with self._database.reading() as connection:
            return reader.record(connection, run_id, live)

    def outcomes(self, run_id: str) -> tuple[Outcome, ...]:
        """Read only the outcomes of a run."""
        with self._database.reading() as connection:
            return reader.outcomes(connection, run_id)

    def findings(self, wanted: FindingFilter | None = None) -> tuple[FoundFinding, ...]:
        """Findings of one run or of all, newest run first."""
        with self._database.reading() as connection:
            return reader.findings(connection, wanted or FindingFilter())

    def evidence(
        self, run_id: str, device: str, *, identity: str | None = None
    ) -> tuple[Evidence, ...]:
        """One device's answers as stored; `identity` (age) opens sealed bytes."""
        with self._database.reading() as connection:
            return reader.evidence(connection, run_id, device, self._blobs, identity)

    def evidence_bytes(self, sha256: str) -> bytes:
        """Bytes of a piece of evidence as kept; raises StoreError when gone or altered."""
        return self._blobs.get(sha256)

    def history(self, device: str, before: datetime) -> StoreHistory:
        """The past of a device as of the rounds begun before a time."""
        return StoreHistory(self._database, device, before, self._known_facts())

    def compare(self, run_id: str) -> Comparison:
        """Hold a run against the last finished one of the same playbook."""
        with self._database.reading() as connection:
            return comparing.compare(connection, run_id)

    def trails(self, run_ids: Sequence[str]) -> tuple[tuple[Finding, Mapping[str, str]], ...]:
        """Findings that were bad in any of the runs (oldest first), with their verdicts by run."""
        with self._database.reading() as connection:
            return retrospect.trails(connection, run_ids)

    def excerpts(self, run_id: str, ids: Iterable[str], limit_chars: int) -> dict[str, str]:
        """Redacted text of evidence, cut to a length; what is sealed or gone is absent."""
        with self._database.reading() as connection:
            return retrospect.excerpts(connection, run_id, ids, self._blobs, limit_chars)

    def verdict_counts(self, run_ids: Sequence[str]) -> dict[str, dict[str, int]]:
        """How many findings of each verdict the runs have."""
        with self._database.reading() as connection:
            return retrospect.verdict_counts(connection, run_ids)

    def past(self, run_id: str, checks: Collection[str], rounds: int = ROUNDS) -> Past:
        """Read what documents say about the rounds before a run; values of `checks` only."""
        with self._database.reading() as connection:
            return past_of(connection, run_id, checks, rounds)

    def open_matters(self, playbook: str, before: datetime) -> tuple[OpenMatter, ...]:
        """Read what a round of a playbook that begins then finds open from earlier ones."""
        with self._database.reading() as connection:
            return matters_before(connection, playbook, before)

    def span(self, start: datetime, end: datetime, checks: Collection[str]) -> Span:
        """Read what happened from `start` to before `end`; values of `checks` only."""
        with self._database.reading() as connection:
            return span_of(connection, start, end, checks)

    def sealed_at(self, run_id: str) -> datetime:
        """When a link of the chain last sealed something of a closed run."""
        with self._database.reading() as connection:
            return chain.sealed_at(connection, run_id)

    # --- documents ---

    def number_document(self, key: DocumentKey, numbering: Numbering, at: datetime) -> str:
        """Give a document its number, the next of its series; asked again, the same one."""
        with self._write, self._database.writing() as connection:
            return documents.give_number(connection, key, numbering, at)

    def versions(self, key: DocumentKey) -> tuple[DocumentVersion, ...]:
        """All versions of a document, the first first."""
        with self._database.reading() as connection:
            return documents.versions(connection, key)

    def add_version(self, key: DocumentKey, version: DocumentVersion) -> None:
        """Write down the next version of a document."""
        with self._write, self._database.writing() as connection:
            documents.add_version(connection, key, version)

    def keep_document(self, file: DocumentFile, content: bytes) -> None:
        """Keep the bytes of a written document under their hash, for as long as the store lives."""
        self._documents.put([content])
        with self._write, self._database.writing() as connection:
            documents.note_file(connection, file)

    def document_files(self, key: DocumentKey | None = None) -> tuple[DocumentFile, ...]:
        """Files written of one document, or of all, in the order of writing."""
        with self._database.reading() as connection:
            return documents.files(connection, key)

    def document_bytes(self, sha256: str) -> bytes:
        """Bytes of a document as written; raises StoreError when gone or altered."""
        return self._documents.get(sha256)

    def identities(self, run_id: str) -> dict[str, dict[str, str]]:
        """Give model, serial, version as the devices of a run said them."""
        with self._database.reading() as connection:
            return retrospect.identities(connection, run_id)

    def bundle_proof(self, run_id: str) -> dict[str, Any]:
        """Give the chain and every row that a run's roots are made of."""
        with self._database.reading() as connection:
            reader.run_row(connection, run_id)
            return proof_of(connection, run_id)

    # --- keeping ---

    def accept_reference(
        self, run_id: str, devices: Iterable[str] | None = None
    ) -> tuple[str, ...]:
        """Make a run the reference round of its reached devices (or of those named)."""
        wanted = None if devices is None else set(devices)
        with self._write, self._database.writing() as connection:
            reader.run_row(connection, run_id)
            reached = connection.execute(
                select(t.devices.c.device).where(
                    t.devices.c.run_id == run_id, t.devices.c.reached.is_(True)
                )
            ).scalars()
            names = tuple(sorted(n for n in reached if wanted is None or n in wanted))
            connection.execute(delete(t.references).where(t.references.c.device.in_(names)))
            at = stamp(datetime.now(tz=UTC))
            rows = [{"device": n, "run_id": run_id, "accepted_at": at} for n in names]
            writer.many(connection, t.references, rows)
        return names

    def verify(self) -> Verification:
        """Prove that nothing was altered or removed."""
        with self._database.reading() as connection:
            found = proof.verify(connection, self._blobs)
            written = documents.files(connection)
        damage = documents.damaged(written, self._documents)
        return replace(found, documents=damage, documents_checked=len(written))

    def prune(self, keep_days: int, *, now: datetime | None = None) -> Pruned:
        """Remove evidence bytes of runs that ended more than `keep_days` ago; hashes stay."""
        with self._write, self._database.writing() as connection:
            doomed, runs = bury(connection, keep_days, now or datetime.now(tz=UTC))
        self._blobs.sweep()
        sizes = [self._blobs.remove(sha256) for sha256 in sorted(doomed)]
        return Pruned(pieces=sum(1 for size in sizes if size), size_bytes=sum(sizes), runs=runs)

    def _known_facts(self) -> Mapping[str, type[Fact]]:
        if self._facts is None:
            from xunjian.facts import FACTS

            self._facts = FACTS
        return self._facts
