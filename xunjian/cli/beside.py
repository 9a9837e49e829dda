"""What a run's documents need beside its record, gathered from workspace and store."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from xunjian.report.building.beside import Beside, Source
from xunjian.report.building.series import TOPICS
from xunjian.run.content import Content
from xunjian.run.model import RunRecord

if TYPE_CHECKING:
    from xunjian.tasks.model import Check


def beside_of(content: Content, record: RunRecord) -> Beside:
    """Gather the past, the cards' words and the settings for the documents of one run."""
    tasks = content.catalog.tasks
    return Beside(
        past=content.store.past(record.run_id, tuple(TOPICS)),
        task_titles={task.name: task.title for task in tasks},
        sources=_sources(content.catalog.checks),
    )


def _sources(checks: Mapping[str, "Check"]) -> Mapping[str, Source]:
    return {
        name: Source(
            title=check.title,
            source=check.source,
            limits={
                limit: float(value)
                for limit, value in check.limits.items()
                if isinstance(value, int | float) and not isinstance(value, bool)
            },
        )
        for name, check in checks.items()
    }
