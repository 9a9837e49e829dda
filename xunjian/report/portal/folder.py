"""Reading `reports/`: what stands there is what is linked, whatever an index file claims."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from xunjian.language import Text
from xunjian.report.document import IntactRate
from xunjian.report.portal.entry import FIGURES, INDEX_FILE, RUN, Entry, File
from xunjian.store.model import RunSummary

# in the order of their links; by suffix, `junit.xml` by its name
FORMS = {
    ".html": "HTML",
    ".pdf": "PDF",
    ".docx": "Word",
    ".xlsx": "Excel",
    ".ics": "iCalendar",
    ".md": "Markdown",
    ".json": "JSON",
    ".xml": "JUnit",
    ".zip": "ZIP",
}
_DEPTH = 3  # reports/periodic/fault-summary/2026-09
_LARGEST_BYTES = 64 * 1024 * 1024  # an index beyond it is not read
_UNLISTED = {INDEX_FILE, "index.html"}


def read_entries(reports: Path) -> tuple[Entry, ...]:
    """Every folder below `reports` that holds documents, the newest first."""
    own = (reports,) if (reports / INDEX_FILE).is_file() else ()
    found = [_entry(folder, reports) for folder in (*own, *_folders(reports, _DEPTH))]
    return _newest_first(entry for entry in found if entry is not None)


def with_runs(
    entries: Iterable[Entry],
    runs: Iterable[RunSummary],
    count: Callable[[Sequence[str]], Mapping[str, Mapping[str, int]]],
) -> tuple[Entry, ...]:
    """Add the stored runs that have no folder of documents; the state is as stored.

    count: gives the findings of runs by verdict; asked only for those that have no folder.
    """
    by_id = {summary.run_id: summary for summary in runs}
    listed = [_as_stored(entry, by_id.get(entry.id)) for entry in entries]
    known = {entry.id for entry in listed if entry.kind == RUN}
    bare = [run for run in by_id.values() if run.run_id not in known]
    counts = count([run.run_id for run in bare])
    return _newest_first([*listed, *(_of_run(run, counts.get(run.run_id, {})) for run in bare)])


def _as_stored(entry: Entry, run: RunSummary | None) -> Entry:
    return replace(entry, state=run.state.value) if run and entry.kind == RUN else entry


def _of_run(run: RunSummary, counts: Mapping[str, int]) -> Entry:
    return Entry(
        id=run.run_id,
        title=run.title,
        number=run.number,
        playbook=run.playbook,
        state=run.state.value,
        at=run.started_at,
        ended_at=run.ended_at,
        figures={"planned": run.planned, "outcomes": run.outcomes, **counts},
    )


def _newest_first(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    never = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(entries, key=lambda e: (e.at or never, e.id), reverse=True))


def _folders(folder: Path, depth: int) -> Iterator[Path]:
    try:
        inside = sorted(folder.iterdir())
    except OSError:
        return
    for child in inside:
        if child.is_dir() and not child.is_symlink() and not child.name.startswith("."):
            yield child
            if depth > 1:
                yield from _folders(child, depth - 1)


def _entry(folder: Path, reports: Path) -> Entry | None:
    files = _files(folder, reports)
    said = _read(folder / INDEX_FILE)
    if said is None and not files:
        return None
    if said is None:
        said = _of_report(_read(folder / "report.json") or {})
    where = folder.relative_to(reports).as_posix()
    entry = _parsed(said, where)
    newest = max((f.stat().st_mtime for f in folder.iterdir() if f.is_file()), default=0.0)
    written = datetime.fromtimestamp(newest, tz=UTC).astimezone()
    return replace(entry, folder=where, files=files, at=entry.at or written)


def _files(folder: Path, reports: Path) -> tuple[File, ...]:
    order = list(FORMS)
    known = [
        path
        for path in folder.iterdir()
        if path.suffix.lower() in FORMS
        and path.is_file()
        and not path.name.startswith(".")
        and path.name not in _UNLISTED
    ]
    known.sort(key=lambda path: (order.index(path.suffix.lower()), path.name))
    return tuple(
        File(
            path=path.relative_to(reports).as_posix(),
            form=FORMS[path.suffix.lower()],
            size_bytes=path.stat().st_size,
        )
        for path in known
    )


def _read(path: Path) -> dict[str, object] | None:
    """A folder's own words; what cannot be read is as good as absent."""
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            return None
        data = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _of_report(report: Mapping[str, object]) -> dict[str, object]:
    """The same from a `report.json`, for folders that were written without an index."""
    return {
        **report,
        "id": report.get("run_id"),
        "at": report.get("started_at"),
        "figures": report.get("totals"),
    }


def _parsed(said: Mapping[str, object], where: str) -> Entry:
    return Entry(
        id=_word(said, "id") or where,
        kind=_word(said, "kind") or RUN,
        title=_text(said.get("title")),
        number=_word(said, "number"),
        version=_whole(said.get("version")) or 1,
        playbook=_word(said, "playbook"),
        occasion=_word(said, "occasion"),
        period=_word(said, "period"),
        state=_word(said, "state"),
        at=_time(said.get("at")),
        ended_at=_time(said.get("ended_at")),
        figures=_figures(said.get("figures")),
        intact=_rate(said.get("intact")),
    )


def _word(said: Mapping[str, object], key: str) -> str:
    value = said.get(key)
    return value if isinstance(value, str) else ""


def _text(value: object) -> Text:
    if isinstance(value, Mapping):
        return Text(_word(value, "zh"), _word(value, "en"))
    return Text(value if isinstance(value, str) else "")


def _whole(value: object) -> int:
    return value if isinstance(value, int) and value >= 0 else 0


def _time(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        return moment.astimezone() if moment else None
    except (ValueError, OverflowError):
        return None


def _figures(value: object) -> dict[str, int]:
    if not isinstance(value, Mapping):
        return {}
    return {name: _whole(value[name]) for name in FIGURES if name in value}


def _rate(value: object) -> IntactRate | None:
    if not isinstance(value, Mapping):
        return None
    return IntactRate(intact=_whole(value.get("intact")), judged=_whole(value.get("judged")))
