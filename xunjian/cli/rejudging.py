"""`replay RUN --accept`: what the cards and limits of today say becomes what the run says."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from xunjian.cli.documents import write_documents
from xunjian.cli.output import Output
from xunjian.cli.recap import show_recap
from xunjian.errors import NotFitting, UsageError
from xunjian.language import Text
from xunjian.run.content import Content

if TYPE_CHECKING:
    from xunjian.run.model import ContentUsed, Outcome, RunRecord
    from xunjian.run.replay import Rejudged

_NEITHER = "-"


def accept_again(
    content: Content, output: Output, run_id: str, whose: tuple[str, str], out: Path | None
) -> int:
    """Judge a run again, let the verdicts take the place of those it had, write its documents.

    Args:
        content: the workspace, with the cards and limits of today.
        output: where to say what changed.
        run_id: a closed run of it.
        whose: who accepts it, and why.
        out: the documents' folder.
    """
    from xunjian.playbook import find_playbook, load_playbook
    from xunjian.run.exits import exit_code
    from xunjian.run.replay import judge_again
    from xunjian.run.round import tools_for

    store, settings = content.store, content.settings
    found = find_playbook(content.workspace, store.record(run_id).playbook)
    playbook = load_playbook(found)
    with store.locked(f"replay {run_id} --accept"):
        record = _closed(store.record(run_id))
        again = judge_again(
            record,
            store,
            tools_for(content, playbook.run),
            devices=content.inventory.devices,
            identity=content.identity(),
        )
        changed = turned(record.outcomes, again.record.outcomes)
        if not changed:
            output.say(
                Text(
                    f"按今天的卡与阈值，{run_id} 的结果不变；没有出新版",
                    f"today's cards and limits say the same of {run_id}: no new version",
                )
            )
            return record.exit_code or 0
        code = exit_code(again.record, settings.fail_on, settings.min_coverage)
        _store(content, record, again, (changed, whose, code))
        record = store.record(run_id)
    count = len(changed)
    output.say(Text(f"已采纳：{count} 项判定改变", f"accepted: {count} findings turned"))
    folder = out or content.workspace.reports_dir / run_id
    forms = settings.format or playbook.report.formats
    write_documents(content, output, record, forms, folder)
    show_recap(output, record, folder, to_stdout=tuple(forms) != ("json",))
    return record.exit_code or 0


def turned(before: "Iterable[Outcome]", after: "Iterable[Outcome]") -> tuple[str, ...]:
    """A line per finding that stands otherwise, one that says the same in other words too."""
    old, new = (
        {finding.id: finding for outcome in outcomes for finding in outcome.findings}
        for outcomes in (before, after)
    )
    return tuple(
        f"{one} {old[one].verdict.value if one in old else _NEITHER}"
        f"→{new[one].verdict.value if one in new else _NEITHER}"
        for one in dict.fromkeys([*old, *new])
        if old.get(one) != new.get(one)
    )


def _closed(record: "RunRecord") -> "RunRecord":
    from xunjian.run.model import RunState

    if record.number and record.state not in {RunState.RUNNING, RunState.KILLED}:
        return record
    raise NotFitting(
        Text(
            f"{record.run_id} 还没有做完，没有可以改版的文档",
            f"{record.run_id} is not finished: it has no documents to correct",
        ),
        Text("先接着做完：xunjian run --resume 轮次", "finish it: xunjian run --resume RUN"),
    )


def _store(
    content: Content,
    record: "RunRecord",
    again: "Rejudged",
    told: tuple[tuple[str, ...], tuple[str, str], int],
) -> None:
    from xunjian.calendar.model import Rejudgement

    changed, (by, reason), code = told
    turned_ids = {line.split(" ", 1)[0] for line in changed}
    touched = {
        outcome.device
        for outcome in (*record.outcomes, *again.record.outcomes)
        if any(finding.id in turned_ids for finding in outcome.findings)
    }
    entry = Rejudgement(
        id=record.run_id,
        by=by.strip(),
        reason=reason.strip(),
        root_before=record.root_hash,
        changed=changed,
        recorded_at=datetime.now(tz=UTC),
    )
    saves = [save for save in again.saves if save.result.name in touched]
    content.store.rejudge(record.run_id, saves, entry, _used(content, record), code)


def _used(content: Content, record: "RunRecord") -> "tuple[ContentUsed, ...]":
    """The run's content files as they are today, and the limits, which may have come since."""
    from xunjian.run.model import ContentUsed
    from xunjian.tasks.thresholds import FILE

    used = {one.relative: one for one in record.content}
    for relative in (*used, FILE):
        try:
            found = content.workspace.find(relative)
        except UsageError:
            continue  # gone since, or never there
        used[relative] = ContentUsed(relative=relative, layer=found.layer, sha256=found.sha256)
    return tuple(used.values())
