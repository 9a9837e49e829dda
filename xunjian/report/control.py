"""Document control: which version a report is, and what changed with it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from xunjian.calendar.clock import day_of
from xunjian.calendar.model import Rejudgement
from xunjian.checks.model import Verdict
from xunjian.language import Language, Text
from xunjian.report.as_json import document_of
from xunjian.report.document import Revision
from xunjian.report.model import ReportModel
from xunjian.run.model import AND
from xunjian.store.model import DocumentVersion

FIRST = Text("首次发布", "first issue")
_SAID = ("state", "started_at", "ended_at", "totals", "outcomes", "left_out", "compared_with")
_SAID_OF_FINDINGS = (
    *("id", "verdict", "value", "unit", "level", "message", "standard", "advice"),
    *("evidence_ids", "change", "by", "remark", "photos"),
)
_WORDS = {verdict.value: verdict.word for verdict in Verdict}
_MANUAL = Text("人工项已答", "manual items answered")
_FINDINGS = Text("判定改变", "findings judged otherwise")
_CHANGES = Text("配置变更", "configuration changes")
_HEAD = Text("封面与概述信息改变", "cover or overview changed")
_TEXTS = Text("内容更正", "contents corrected")


def is_controlled(model: ReportModel) -> bool:
    """Whether the report is a document: its record was closed and numbered."""
    return bool(model.number)


def next_version(
    model: ReportModel,
    before: Sequence[DocumentVersion],
    at: datetime,
    rejudged: Rejudgement | None = None,
) -> DocumentVersion | None:
    """Give the version this report has to be written as; None when the newest already says it.

    rejudged: who let later limits judge the run, where that was done since the newest version.
    """
    digest, figures = digest_of(model), figures_of(model)
    if before and before[-1].digest == digest:
        return None
    return DocumentVersion(
        version=before[-1].version + 1 if before else 1,
        at=at,
        by=rejudged.by if rejudged else _made_by(model, before, figures),
        what=_told(before, figures, rejudged),
        digest=digest,
        figures=figures,
    )


def _made_by(
    model: ReportModel, before: Sequence[DocumentVersion], figures: Mapping[str, object]
) -> str:
    """Say who made a version: who filled in the forms it took in, else who leads the rounds."""
    last = before[-1] if before else None
    if last is None or last.figures.get("manual", 0) != figures["manual"]:
        answered = [row for row in model.manual if row.by]
        newer = [row for row in answered if last and row.at and row.at > last.at]
        names = dict.fromkeys(name for row in newer or answered for name in row.by.split(AND))
        if names:
            return AND.join(names)
    return next((one.name for one in model.head.people if not one.is_opinion), "")


def _told(
    before: Sequence[DocumentVersion],
    figures: Mapping[str, object],
    rejudged: Rejudgement | None,
) -> Text:
    what = what_changed(before[-1].figures, figures) if before else FIRST
    if rejudged is None:
        return what
    day = day_of(rejudged.recorded_at)
    why = rejudged.reason
    return Text(
        f"按 {day} 的卡与阈值重判{f'（{why}）' if why else ''}：{what.zh}",
        f"judged again by the cards and limits of {day}{f' ({why})' if why else ''}: {what.en}",
    )


def with_versions(model: ReportModel, versions: Sequence[DocumentVersion]) -> ReportModel:
    """Put the versions on the approval sheet."""
    if not versions:
        return model
    head = replace(
        model.head,
        version=versions[-1].version,
        submitted_on=day_of(versions[-1].at),
        revisions=tuple(
            Revision(version=one.version, at=one.at, by=one.by, what=one.what) for one in versions
        ),
    )
    return replace(model, head=head)


def digest_of(model: ReportModel) -> str:
    """Hash what a report says, whatever a later version of this program may say beside it."""
    said = document_of(model, Language.ZH)
    findings = said["findings"]
    assert isinstance(findings, list)
    due = [row.due_on for row in model.problems]
    parts: list[object] = [
        [said[key] for key in _SAID],
        [[finding[key] for key in _SAID_OF_FINDINGS] for finding in findings],
        [[one.id, one.state, one.rounds, one.first_number] for one in model.leftovers],
        [[diff.device, *(change.id for change in diff.changes)] for diff in model.changes],
        _head(model),
        *([[str(day) for day in due]] if any(due) else []),
    ]
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def figures_of(model: ReportModel) -> Mapping[str, object]:
    """Give what the next version is told apart by."""
    return {
        "verdicts": {verdict.value: count for verdict, count in model.totals.verdicts.items()},
        "bad": {row.finding.id: row.finding.verdict.value for row in model.problems},
        "manual": sum(row.finding.verdict is not Verdict.NOT_CHECKED for row in model.manual),
        "changes": sum(len(diff.changes) for diff in model.changes),
        "head": hashlib.sha256(json.dumps(_head(model), default=str).encode()).hexdigest(),
    }


def what_changed(old: Mapping[str, object], new: Mapping[str, object]) -> Text:
    """Say in one line what a version has that the one before had not."""
    said: list[Text] = []
    before, now = _mapping(old.get("verdicts")), _mapping(new.get("verdicts"))
    for name, word in _WORDS.items():
        was, is_now = before.get(name, 0), now.get(name, 0)
        if was != is_now:
            said.append(_moved(word, was, is_now))
    bad_before, bad_now = _mapping(old.get("bad")), _mapping(new.get("bad"))
    turned = sum(bad_before.get(one) != bad_now.get(one) for one in {*bad_before, *bad_now})
    if turned:
        said.append(Text(f"{_FINDINGS.zh} {turned} 项", f"{turned} {_FINDINGS.en}"))
    for key, word in (("manual", _MANUAL), ("changes", _CHANGES)):
        if old.get(key, 0) != new.get(key, 0):
            said.append(_moved(word, old.get(key, 0), new.get(key, 0)))
    if old.get("head") != new.get("head"):
        said.append(_HEAD)
    told = said or [_TEXTS]
    return Text("；".join(one.zh for one in told), "; ".join(one.en for one in told))


def _moved(word: Text, was: object, is_now: object) -> Text:
    return Text(f"{word.zh} {was}→{is_now}", f"{word.en} {was}→{is_now}")


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _head(model: ReportModel) -> list[object]:
    head = model.head
    return [
        list(head.said),
        head.secrecy,
        head.project,
        head.customer,
        head.contractor,
        hashlib.sha256(head.logo).hexdigest(),
        [str(day) for day in (head.planned_first, head.planned_last)],
        [[person.name, person.phone] for person in head.people],
        list(head.recipients),
        model.record_sheets,
    ]
