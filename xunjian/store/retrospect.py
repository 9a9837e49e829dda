"""What a report shows beside a run: how its findings stood before, and the words they rest on."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, func, select

from xunjian.checks.model import Finding
from xunjian.errors import StoreError
from xunjian.store import tables as t
from xunjian.store.blobs import Blobs
from xunjian.store.codec import loads
from xunjian.store.rows import finding_from_row
from xunjian.store.sealing import Custody

IDENTITY = ("model", "serial", "version")
_BAD = ("abnormal", "warning", "unknown")
_AT_ONCE = 500  # values of one `IN`: below SQLite's limit of 999 of old builds
_CUT = "\n…"


def trails(
    connection: Connection, run_ids: Sequence[str]
) -> tuple[tuple[Finding, Mapping[str, str]], ...]:
    """Findings that were bad in any of the runs: each as it stood last, its verdicts by run id.

    Args:
        connection: to the store.
        run_ids: oldest first.
    """
    f = t.findings.c
    ever_bad = select(f.finding_id).where(f.run_id.in_(run_ids), f.verdict.in_(_BAD)).distinct()
    query = select(f.run_id, f.finding_id, f.verdict).where(
        f.run_id.in_(run_ids), f.finding_id.in_(ever_bad)
    )
    verdicts: dict[str, dict[str, str]] = {}
    for run_id, finding_id, verdict in connection.execute(query):
        verdicts.setdefault(finding_id, {})[run_id] = verdict
    order = {run_id: place for place, run_id in enumerate(run_ids)}
    newest: dict[str, list[str]] = {}
    for finding_id, by_run in verdicts.items():
        newest.setdefault(max(by_run, key=order.__getitem__), []).append(finding_id)
    found = _bodies(connection, newest)
    return tuple((found[one], verdicts[one]) for one in verdicts if one in found)


def _bodies(connection: Connection, wanted: Mapping[str, Sequence[str]]) -> dict[str, Finding]:
    f = t.findings.c
    found = {}
    for run_id, ids in wanted.items():
        for part in _parts(ids):
            query = select(f.finding_id, f.body).where(f.run_id == run_id, f.finding_id.in_(part))
            for row in connection.execute(query).mappings():
                found[row["finding_id"]] = finding_from_row(row)
    return found


def excerpts(
    connection: Connection, run_id: str, ids: Iterable[str], blobs: Blobs, limit_chars: int
) -> dict[str, str]:
    """The redacted text of pieces of evidence, cut to a length; sealed or missing ones are absent.

    A sealed piece held a secret: its text stays in the store, redacted as it is.
    """
    e = t.evidence.c
    found: dict[str, str] = {}
    for part in _parts(sorted(set(ids))):
        query = select(e.evidence_id, e.text_sha256).where(
            e.run_id == run_id,
            e.evidence_id.in_(part),
            e.superseded.is_(False),
            e.custody != Custody.SEALED,
        )
        for evidence_id, sha256 in connection.execute(query):
            try:
                text = blobs.get(sha256).decode("utf-8", "replace")
            except StoreError:
                continue
            found[evidence_id] = text[:limit_chars] + (_CUT if len(text) > limit_chars else "")
    return found


def verdict_counts(connection: Connection, run_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """Count the findings of runs by verdict."""
    f = t.findings.c
    counts: dict[str, dict[str, int]] = {}
    for part in _parts(run_ids):
        query = select(f.run_id, f.verdict, func.count()).where(f.run_id.in_(part))
        for run_id, verdict, number in connection.execute(query.group_by(f.run_id, f.verdict)):
            counts.setdefault(run_id, {})[verdict] = number
    return counts


def identities(connection: Connection, run_id: str) -> dict[str, dict[str, str]]:
    """What the devices of a run said they are: model, serial, version as found, by device."""
    c = t.facts.c
    query = select(c.device, c.rows).where(c.run_id == run_id, c.fact == "Identity")
    found: dict[str, dict[str, str]] = {}
    for device, text in connection.execute(query):
        rows = loads(text)
        first = rows[0] if isinstance(rows, list | tuple) and rows else {}
        values = first.get("values") if isinstance(first, Mapping) else None
        if isinstance(values, Mapping):
            found[device] = {k: str(values[k]) for k in IDENTITY if values.get(k)}
    return found


def _parts(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[at : at + _AT_ONCE] for at in range(0, len(values), _AT_ONCE))
