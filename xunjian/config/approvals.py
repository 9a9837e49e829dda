"""Why a change is tolerated: files that people write, or that `baseline approve` writes.

One file per approval, `approvals/SITE/DEVICE/DATE-CHANGE.yml`, under git like the baselines.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from xunjian.config.baselines import APPROVALS, Named
from xunjian.config.git_folder import GitFolder
from xunjian.config.model import RISKS, Approval, Change, Risk
from xunjian.config.whole_file import write_whole
from xunjian.errors import ContentError, Refused, UsageError, XunjianError
from xunjian.language import Text
from xunjian.schema import Model, Problems, load_yaml, validate

ACTOR = "XUNJIAN_ACTOR"
UNKNOWN = "unknown"  # the author of a change where the device does not name one
UNPLANNED = "unplanned"  # the rule of what happened beside a plan
_WHY_UNPLANNED = Text("计划之外的变更", "not in the plan that is in force")
_OPEN = frozenset({"none", "expired"})
Scope = Literal["once", "accept-until", "planned"]


class ApprovalFile(Model):
    """One approval as it is written.

    once: for the baseline of digest `baseline` only, so that the same change made again later is a
    new one. accept-until: tolerated to the end of day `until`. planned: expected between `start`
    and `until`; its absence is a failure then. second: another person who says the same. author:
    who had made the change, as `baseline approve` knew it (`unknown` where the device did not say).
    """

    device: str
    changes: list[str]
    scope: Scope
    by: str
    at: str
    ticket: str = ""
    reason: str = ""
    start: str = ""
    until: str = ""
    baseline: str = ""
    second: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One approval that was read. name: of its file."""

    name: str
    file: ApprovalFile

    def state(self, now: datetime, baseline: str) -> str:
        """`approved`, `planned` or `expired`; empty where it does not apply."""
        file = self.file
        if file.scope == "once":
            return "approved" if file.baseline == baseline else ""
        if file.start and now < moment(file.start):
            return ""
        if file.until and now > moment(file.until, end=True):
            return "expired"
        return "planned" if file.scope == "planned" else "approved"


def moment(text: str, *, end: bool = False) -> datetime:
    """Read a day or a time; a day ends with its last second. Without a zone it is local.

    Raises:
        UsageError: it is neither.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            Text(f"应为日期或时间：{text}", f"expected a date or a time: {text}"),
            Text("如 2026-11-30 或 2026-11-30T18:00", "e.g. 2026-11-30 or 2026-11-30T18:00"),
        ) from None
    if end and len(text) == len("2026-11-30"):
        found = found.replace(hour=23, minute=59, second=59)
    return found if found.tzinfo else found.astimezone()


def actor(git: GitFolder) -> str:
    """Who acts: `XUNJIAN_ACTOR`, else git's author.

    Raises:
        UsageError: nobody is named.
    """
    name = os.environ.get(ACTOR, "").strip() or git.configured_author()
    if not name:
        raise UsageError(
            Text("不知道是谁在批准", "nobody is named who approves"),
            Text(f"设置 {ACTOR}，或 git config user.name", f"set {ACTOR}, or git config user.name"),
        )
    return name


def refuse_own(approver: str, author: str, accounts: Iterable[str]) -> None:
    """Let nobody approve his own change; an unknown author's may be approved by any person.

    Args:
        approver: who approves.
        author: who made the change, if the device says; else empty.
        accounts: the runner's own logins on the device.

    Raises:
        Refused: the approver is the author, or the runner itself.
    """
    if approver.casefold() not in barred(author, accounts):
        return
    if author:
        raise Refused(
            Text(
                f"批准人不能是变更人：{approver}",
                f"who made the change cannot approve it: {approver}",
            )
        )
    raise Refused(
        Text(
            f"巡检账号不能批准：{approver}",
            f"the account of the rounds cannot approve: {approver}",
        )
    )


def barred(author: str, accounts: Iterable[str]) -> frozenset[str]:
    """Who may not approve, in lower case: the author, or the rounds' accounts if it is unknown."""
    names = [author] if author else accounts
    return frozenset(name.casefold() for name in names if name)


def read_approvals(git: GitFolder, named: Named, problems: Problems) -> tuple[Record, ...]:
    """Read every approval of a device; what is wrong goes to `problems`."""
    folder = git.root / APPROVALS / named.folder
    found = []
    for path in sorted(folder.glob("*.yml")) if folder.is_dir() else ():
        try:
            document = load_yaml(path)
        except ContentError as error:
            problems.merge(error)
            continue
        file = validate(document, ApprovalFile, problems)
        if file is None:
            continue
        wrong = _wrong(file, named)
        if wrong is None:
            found.append(Record(name=path.stem, file=file))
        else:
            key, message, hint = wrong
            problems.add(document, (key,), message, hint)
    return tuple(found)


def _wrong(file: ApprovalFile, named: Named) -> tuple[str, Text, Text | None] | None:
    """The key that is wrong, why, and a hint; None of an approval in order."""
    if file.device != named.device:
        return "device", Text(f"应为 {named.device}", f"expected {named.device}"), None
    if not file.by.strip():
        return "by", Text("没有写明批准人", "it does not say who approved"), None
    for key, text in (("start", file.start), ("until", file.until)):
        try:
            if text:
                moment(text)
        except UsageError as error:
            return key, error.message, error.hint
    if file.scope == "once":
        return None
    if not file.until:
        return "until", Text("需要期限 until", "an expiry (until) is needed"), None
    return ("until", *_ENDS_FIRST, None) if ends_first(file.start, file.until) else None


_ENDS_FIRST = (Text("期限早于开始", "it expires before it starts"),)


def ends_first(start: str, until: str) -> bool:
    """Whether a window ends before it starts."""
    return bool(start and until) and moment(start) > moment(until, end=True)


def write_approval(git: GitFolder, named: Named, file: ApprovalFile) -> Path:
    """Write one approval and commit it."""
    import yaml

    folder = git.root / APPROVALS / named.folder
    folder.mkdir(parents=True, exist_ok=True)
    base = f"{file.at[:10]}-{file.changes[0]}"
    count = len([*folder.glob(f"{base}*.yml")])
    path = folder / (f"{base}.yml" if not count else f"{base}-{count + 1}.yml")
    fields = {key: value for key, value in file.model_dump().items() if value}
    text = yaml.safe_dump(fields, allow_unicode=True, sort_keys=False)
    write_whole(path, text.encode())
    message = f"approve {file.scope} {file.device} {' '.join(file.changes)} {file.ticket}".strip()
    try:
        git.commit([path], message, file.by)
    except XunjianError:
        path.unlink(missing_ok=True)  # what git does not have was not approved
        raise
    return path


def approved(
    changes: Sequence[Change],
    records: Sequence[Record],
    now: datetime,
    baseline: str,
    *,
    without: frozenset[str] = frozenset(),
) -> tuple[Change, ...]:
    """Mark what is approved. baseline: digest of the text the changes were compared with.

    without: who may not approve (`barred`): an approval that nobody else shares counts for nothing.
    """
    valid = [record for record in records if _counts(record.file, without)]
    return tuple(_marked(change, valid, now, baseline) for change in changes)


def _counts(file: ApprovalFile, without: frozenset[str]) -> bool:
    """Whether somebody approved who may.

    An `accept-until` outlives the change it was for: whoever changed the device since then may have
    approved it. So its own author decides where `baseline approve` wrote one down; a file written
    by hand without one is held against who changed the device last, like the other kinds.
    """
    by = file.by.casefold()
    if file.scope == "accept-until" and file.author:
        without = frozenset({file.author.casefold()})
    if by not in without:
        return True
    return bool(file.second) and file.second.casefold() not in {by, *without}


def _marked(change: Change, records: Sequence[Record], now: datetime, baseline: str) -> Change:
    best = Approval()
    for record in records:
        if change.id not in record.file.changes:
            continue
        state = record.state(now, baseline)
        if state and (best.state == "none" or _RANK[state] > _RANK[best.state]):
            file = record.file
            best = Approval(
                state=state, by=file.by, ticket=file.ticket, until=file.until, record=record.name
            )
    return replace(change, approval=best)


_RANK: Mapping[str, int] = {"none": 0, "expired": 1, "planned": 2, "approved": 3}


def absent_planned(
    changes: Sequence[Change], records: Sequence[Record], now: datetime
) -> tuple[str, ...]:
    """Ids of changes that are planned for now and did not happen."""
    seen = {change.id for change in changes}
    running = _planned_now(records, now)
    return tuple(dict.fromkeys(i for f in running for i in f.changes if i not in seen))


def raise_unplanned(
    changes: Sequence[Change], records: Sequence[Record], now: datetime
) -> tuple[Change, ...]:
    """While a plan is in force, rate what is not in it at least high: somebody did more."""
    if not _planned_now(records, now):
        return tuple(changes)
    return tuple(
        replace(change, risk=Risk.HIGH, rule=UNPLANNED, why=_WHY_UNPLANNED)
        if change.approval.state in _OPEN and RISKS.index(change.risk) < RISKS.index(Risk.HIGH)
        else change
        for change in changes
    )


def _planned_now(records: Sequence[Record], now: datetime) -> list[ApprovalFile]:
    return [
        record.file
        for record in records
        if record.file.scope == "planned" and record.state(now, "") == "planned"
    ]
