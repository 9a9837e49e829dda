"""Which version a periodic document is: the next one where it says anything else than before."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from xunjian.language import Language, Text
from xunjian.report.control import FIRST
from xunjian.report.document import Revision
from xunjian.report.periodic.as_json import document_of
from xunjian.report.periodic.model import PeriodModel
from xunjian.store.model import DocumentVersion

_NOT_SAID = ("number", "version")
_CORRECTED = Text("内容更正", "contents corrected")
_TOLD = {
    "rounds": Text("巡检轮次", "rounds"),
    "faults": Text("新增故障", "new faults"),
    "resolved": Text("恢复", "resolved"),
    "open": Text("期末未恢复", "open at the end"),
    "warnings": Text("新增隐患", "new warnings"),
    "registered": Text("在册", "registered"),
    "changed": Text("本期变动", "changes"),
    "done": Text("已做巡检", "rounds done"),
}


def next_version(
    model: PeriodModel, before: Sequence[DocumentVersion], at: datetime
) -> DocumentVersion | None:
    """Give the version to be written; None when the newest already says it."""
    digest = _digest(model)
    if before and before[-1].digest == digest:
        return None
    return DocumentVersion(
        version=before[-1].version + 1 if before else 1,
        at=at,
        what=_changed(before[-1].figures, model.figures) if before else FIRST,
        digest=digest,
        figures=dict(model.figures),
    )


def with_versions(
    model: PeriodModel, number: str, versions: Sequence[DocumentVersion]
) -> PeriodModel:
    """Put number and versions on the document."""
    head = replace(
        model.head,
        number=number,
        version=versions[-1].version,
        submitted_on=versions[-1].at.date(),
        revisions=tuple(
            Revision(version=one.version, at=one.at, by=one.by, what=one.what) for one in versions
        ),
    )
    return replace(model, head=head)


def _digest(model: PeriodModel) -> str:
    said = {k: v for k, v in document_of(model, Language.ZH).items() if k not in _NOT_SAID}
    head = model.head
    said["head"] = [
        hashlib.sha256(head.logo).hexdigest(),
        [[one.name, str(one.role), one.phone] for one in head.people],
        list(head.recipients),
    ]
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _changed(old: Mapping[str, object], new: Mapping[str, object]) -> Text:
    moved = [
        Text(f"{word.zh} {old[key]}→{new[key]}", f"{word.en} {old[key]}→{new[key]}")
        for key, word in _TOLD.items()
        if key in old and key in new and old[key] != new[key]
    ] or [_CORRECTED]
    return Text("；".join(one.zh for one in moved), "; ".join(one.en for one in moved))
