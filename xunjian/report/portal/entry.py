"""One folder of documents: what its `index.json` says about it.

The file is the convention between whatever writes documents and the portal: any folder below
`reports/` that has one is listed, with a link to every document that stands beside it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from xunjian.calendar.clock import in_zone
from xunjian.checks.model import Verdict
from xunjian.language import Text
from xunjian.report.document import IntactRate
from xunjian.report.model import ReportModel

INDEX_FILE = "index.json"
SCHEMA = "xunjian.documents/1"
RUN = "run"
FIGURES = ("planned", "outcomes", "left_out", "devices", "reached", *(v.value for v in Verdict))


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One document; `path` is relative to the portal, with `/`."""

    path: str
    form: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the portal.

    kind: `run`, `replay`, or the name of a periodic document such as `fault-summary`.
    period: `2026-09`, `2026Q3`, `2026` or a day; empty for a run. figures: keys of `FIGURES`.
    at: when the round began, or the document was written.
    """

    id: str
    kind: str = RUN
    title: Text = Text("")
    number: str = ""
    version: int = 1
    playbook: str = ""
    occasion: str = ""
    period: str = ""
    state: str = ""
    at: datetime | None = None
    ended_at: datetime | None = None
    figures: Mapping[str, int] = field(default_factory=dict)
    intact: IntactRate | None = None
    folder: str = ""
    files: tuple[File, ...] = ()

    @property
    def month(self) -> str:
        """The month to filter by."""
        return self.local_at.strftime("%Y-%m") if self.local_at else ""

    @property
    def local_at(self) -> datetime | None:
        """The time in the calendar's zone, as the portal shows it."""
        return in_zone(self.at) if self.at else None


def entry_of(model: ReportModel, kind: str = RUN) -> Entry:
    """Say of a run's report what the portal shows of it."""
    totals = model.totals
    counts = {name: getattr(totals, name) for name in FIGURES[:5]}
    return Entry(
        id=model.run_id,
        kind=kind,
        title=model.title,
        number=model.head.number or model.number,
        version=model.head.version,
        playbook=model.playbook,
        occasion=model.occasion,
        state=model.state.value,
        at=model.started_at,
        ended_at=model.ended_at,
        figures=counts | {v.value: n for v, n in totals.verdicts.items()},
        intact=model.intact,
    )


def index_of(entry: Entry) -> bytes:
    """Write the `index.json` of a folder."""
    intact = entry.intact
    document = {
        "schema": SCHEMA,
        "kind": entry.kind,
        "id": entry.id,
        "title": {"zh": entry.title.zh, "en": entry.title.en},
        "number": entry.number,
        "version": entry.version,
        "playbook": entry.playbook,
        "occasion": entry.occasion,
        "period": entry.period,
        "state": entry.state,
        "at": entry.at.isoformat() if entry.at else None,
        "ended_at": entry.ended_at.isoformat() if entry.ended_at else None,
        "figures": dict(entry.figures),
        "intact": {"intact": intact.intact, "judged": intact.judged} if intact else None,
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
