"""What a page shows beside its model: earlier verdicts, and the words problems rest on."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from xunjian.language import Text
from xunjian.report.document import FindingTrail
from xunjian.report.model import ReportModel

if TYPE_CHECKING:
    from xunjian.store.store import Store

_ROUNDS = 8
_EXCERPT_CHARS = 4096
_EXCERPTS = 300  # so that a page of 1,000 devices in trouble stays one that opens at once


def remembered(
    model: ReportModel, store: "Store", system_titles: Mapping[str, Text] | None = None
) -> ReportModel:
    """Fill in a model's trails and excerpts from the store; sealed evidence is never shown."""
    runs = tuple(one.run_id for one in model.rounds[-_ROUNDS:])
    cited = (one for row in model.problems for one in row.finding.evidence_ids)
    wanted = list(dict.fromkeys(cited))[:_EXCERPTS]
    return replace(
        model,
        trails=_trails(store, runs) if len(runs) > 1 else {},
        excerpts=store.excerpts(model.run_id, wanted, _EXCERPT_CHARS),
        system_titles=system_titles or {},
    )


def _trails(store: "Store", runs: tuple[str, ...]) -> dict[str, tuple[FindingTrail, ...]]:
    found: dict[str, tuple[FindingTrail, ...]] = {}
    for finding, verdicts in store.trails(runs):
        trail = FindingTrail(
            id=finding.id,
            check=finding.check,
            title=finding.title,
            subject=finding.subject,
            verdicts=verdicts,
        )
        found[finding.device] = (*found.get(finding.device, ()), trail)
    return found
