"""Run records, evidence and history of a workspace; `open_store` is the way in."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from xunjian.facts.model import Fact
from xunjian.store.model import (
    Comparison,
    Damage,
    DeviceSave,
    DocumentFile,
    DocumentKey,
    DocumentVersion,
    FindingFilter,
    FoundFinding,
    Numbering,
    OpenMatter,
    Past,
    PastRound,
    Pruned,
    RunEnd,
    RunStart,
    RunSummary,
    Trend,
    Verification,
)

if TYPE_CHECKING:
    from xunjian.store.store import Store

__all__ = [
    "Comparison",
    "Damage",
    "DeviceSave",
    "DocumentFile",
    "DocumentKey",
    "DocumentVersion",
    "FindingFilter",
    "FoundFinding",
    "Numbering",
    "OpenMatter",
    "Past",
    "PastRound",
    "Pruned",
    "RunEnd",
    "RunStart",
    "RunSummary",
    "Trend",
    "Verification",
    "open_store",
]


def open_store(
    state_dir: Path,
    *,
    recipient: str | None = None,
    facts: Mapping[str, type[Fact]] | None = None,
) -> "Store":
    """Open the store under `state_dir`, migrated to the newest schema; raises StoreError.

    recipient: the workspace's age recipient, for answers that hold secrets. facts: the fact types
    to read history with; default all that are known.
    """
    from xunjian.store.store import Store

    return Store(state_dir, recipient=recipient, facts=facts)
