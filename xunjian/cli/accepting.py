"""Moving baselines and approving changes: what `baseline accept` and `approve` do per device."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime

from xunjian.cli.configurations import fetch, say_troubles
from xunjian.cli.output import Output
from xunjian.config.acceptance import accept_some
from xunjian.config.approvals import (
    UNKNOWN,
    ApprovalFile,
    Scope,
    actor,
    approved,
    barred,
    ends_first,
    moment,
    read_approvals,
    refuse_own,
    write_approval,
)
from xunjian.config.baselines import BACKUP, BASELINE, RUNNING, digest
from xunjian.config.model import Change, Redacted
from xunjian.config.pipeline import diff_redacted
from xunjian.errors import NotFitting, UsageError
from xunjian.inventory.model import Device
from xunjian.language import Text, counted
from xunjian.run.shelf import Shelf, accounts_of, keep, named
from xunjian.schema import Problems

INCOMPLETE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which changes are to be accepted (none named: all), and why."""

    changes: tuple[str, ...] = ()
    approved: bool = False
    ticket: str = ""
    reason: str = ""


def check_scope(scope: str, start: str, until: str) -> Scope:
    """Check what kind of approval is wanted; raises UsageError."""
    for text in (start, until):
        if text:
            moment(text)
    if scope == "once":
        return "once"
    if scope not in {"accept-until", "planned"}:
        raise UsageError(
            Text(f"--scope 的值不对：{scope}", f"--scope has a wrong value: {scope}"),
            Text("可用：once, accept-until, planned", "known: once, accept-until, planned"),
        )
    if not until:
        raise UsageError(Text("缺少期限：--until", "an expiry is needed: --until"))
    if ends_first(start, until):
        raise UsageError(Text("--until 早于 --from", "--until is before --from"))
    return "planned" if scope == "planned" else "accept-until"


def accept_first(shelf: Shelf, output: Output, devices: Sequence[Device]) -> int:
    """Make first baselines of what was last read; who was never read is read now."""
    who = actor(shelf.baselines.git)
    new = [device for device in devices if shelf.read(BASELINE, device) is None]
    unread = [device for device in new if shelf.read(BACKUP, device) is None]
    if unread:
        with closing(fetch(shelf, output, unread, workers=20, startup=False)) as found:
            for fetched in found:
                keep(shelf, fetched)
                say_troubles(output, fetched)
    failed = 0
    for device in devices:
        if device not in new:
            output.say(Text(f"{device.name}: 已有基线", f"{device.name}: has a baseline already"))
            continue
        text = shelf.read(BACKUP, device)
        if text is None:
            failed += 1
            continue
        message = f"baseline {device.name}: initial"
        shelf.baselines.keep(BASELINE, named(device), {RUNNING: text}, message, who)
        output.data(device.name)
    return INCOMPLETE if failed else 0


def accept_changes(shelf: Shelf, output: Output, device: Device, wanted: Wanted) -> int:
    """Move one baseline by the wanted changes of what was last read.

    Raises:
        NotFitting: no baseline, nothing was read, or no such change.
        Refused: the approver made the change, or the changes cannot be told apart.
    """
    old, new = _kept(shelf, device)
    changes = _changes(shelf, device, old, new)
    if not changes:
        output.say(Text(f"{device.name}: 没有变更", f"{device.name}: no change"))
        return 0
    chosen = _chosen(device, changes, wanted)
    who = actor(shelf.baselines.git)
    accounts = accounts_of(device)
    by = who
    if wanted.approved:
        by = ", ".join(sorted({change.approval.by for change in chosen}))
    else:
        refuse_own(who, shelf.baselines.changed_by(BACKUP, named(device)), accounts)
        file = ApprovalFile(
            device=device.name,
            changes=[change.id for change in chosen],
            scope="once",
            by=who,
            at=datetime.now().astimezone().isoformat(timespec="seconds"),
            ticket=wanted.ticket,
            reason=wanted.reason,
            baseline=digest(old),
        )
        write_approval(shelf.baselines.git, named(device), file)
    text = new
    if len(chosen) < len(changes):
        ids = {change.id for change in chosen}
        text = accept_some(old, new, ids, shelf.pack_of(device))
    title = f"baseline {device.name}: {counted(len(chosen), 'change')} {wanted.ticket}".strip()
    lines = [f"{change.id} {change.kind}" for change in chosen]
    message = "\n".join([title, "", *lines, "", f"Approved-by: {by}"])
    shelf.baselines.keep(BASELINE, named(device), {RUNNING: text}, message, who)
    for change in chosen:
        output.data(f"{device.name}  {change.id}")
    return 0


def approve_changes(shelf: Shelf, output: Output, device: Device, file: ApprovalFile) -> None:
    """Write one approval; once and until are for changes that were seen, planned need not be."""
    who = actor(shelf.baselines.git)
    accounts = accounts_of(device)
    author = "" if file.scope == "planned" else shelf.baselines.changed_by(BACKUP, named(device))
    refuse_own(who, author, accounts)
    baseline = ""
    if file.scope != "planned":
        old, new = _kept(shelf, device)
        changes = _changes(shelf, device, old, new)
        _chosen(device, changes, Wanted(changes=tuple(file.changes)))
        baseline = digest(old) if file.scope == "once" else ""
    made_by = "" if file.scope == "planned" else author or UNKNOWN
    whole = file.model_copy(update={"by": who, "baseline": baseline, "author": made_by})
    path = write_approval(shelf.baselines.git, named(device), whole)
    output.data(str(path.relative_to(shelf.baselines.git.root)))


def _kept(shelf: Shelf, device: Device) -> tuple[Redacted, Redacted]:
    old, new = shelf.read(BASELINE, device), shelf.read(BACKUP, device)
    if old is None:
        raise NotFitting(
            Text(f"{device.name}: 尚无基线", f"{device.name}: no baseline yet"),
            Text("定第一份：--initial", "make the first: --initial"),
        )
    if new is None:
        raise NotFitting(
            Text(f"{device.name}: 还没有读过配置", f"{device.name}: was never read"),
            Text("先读：xunjian diff -l …", "read it first: xunjian diff -l …"),
        )
    return old, replace(new, numbers=tuple(range(1, len(new.lines) + 1)))


def _changes(shelf: Shelf, device: Device, old: Redacted, new: Redacted) -> tuple[Change, ...]:
    changes = diff_redacted(old, new, shelf.pack_of(device)).changes
    problems = Problems()
    records = read_approvals(shelf.baselines.git, named(device), problems)
    problems.raise_if_any()
    without = barred(shelf.baselines.changed_by(BACKUP, named(device)), accounts_of(device))
    now = datetime.now().astimezone()
    return approved(changes, records, now, digest(old), without=without)


def _chosen(device: Device, changes: Sequence[Change], wanted: Wanted) -> tuple[Change, ...]:
    known = {change.id for change in changes}
    if strange := [identity for identity in wanted.changes if identity not in known]:
        names = ", ".join(strange)
        raise NotFitting(
            Text(
                f"{device.name}: 没有这些变更：{names}", f"{device.name}: no such changes: {names}"
            ),
            Text("看有哪些：xunjian diff -l …", "see them: xunjian diff -l …"),
        )
    chosen = [c for c in changes if not wanted.changes or c.id in wanted.changes]
    if wanted.approved:
        chosen = [c for c in chosen if c.approval.state == "approved"]
    if not chosen:
        raise NotFitting(
            Text(f"{device.name}: 没有已批准的变更", f"{device.name}: no approved change")
        )
    return tuple(chosen)
