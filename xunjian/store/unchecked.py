"""What people were asked in the rounds before and left blank: open until it is looked at."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from xunjian.checks.model import Finding, Verdict
from xunjian.store import tables as t
from xunjian.store.model import OpenMatter
from xunjian.store.rows import finding_from_row, moment

_SAID = (Verdict.NORMAL, Verdict.WARNING, Verdict.ABNORMAL, Verdict.NOT_APPLICABLE, Verdict.WAIVED)


def unchecked(
    connection: Connection, earlier: Mapping[str, tuple[str, str]], before: str, playbook: str
) -> tuple[OpenMatter, ...]:
    """Give the items of forms that were not checked when the playbook's forms came back last.

    earlier: (number, start) by id of its closed rounds, the oldest first. A round none of whose
    forms came back says nothing: it is still waiting for them. before: start of the round at hand.
    """
    back = [run_id for run_id in [*earlier][::-1] if _came_back(connection, run_id)]
    if not back:
        return ()
    last, *older = back
    left = {finding.id: finding for finding in _blank(connection, last)}
    for done in _said_since(connection, left, earlier[last][1], before):
        left.pop(done, None)
    first = dict.fromkeys(left, last)
    rounds = dict.fromkeys(left, 1)
    open_ = set(left)
    for run_id in older:
        open_ &= {finding.id for finding in _blank(connection, run_id)}
        if not open_:
            break
        first |= dict.fromkeys(open_, run_id)
        rounds |= {one: rounds[one] + 1 for one in open_}
    return tuple(
        OpenMatter(
            finding=finding,
            first_seen_at=_start(earlier, first[key]),
            first_number=earlier[first[key]][0],
            first_run_id=first[key],
            last_stamp=earlier[last][1],
            rounds=rounds[key],
            playbooks=frozenset({playbook}),
        )
        for key, finding in left.items()
    )


def _start(earlier: Mapping[str, tuple[str, str]], run_id: str) -> datetime:
    return moment(earlier[run_id][1])


def _came_back(connection: Connection, run_id: str) -> bool:
    f = t.findings.c
    told = func.json_extract(f.body, "$.by") != ""
    query = select(f.position).where(f.run_id == run_id, told).limit(1)
    return connection.execute(query).first() is not None


def _blank(connection: Connection, run_id: str) -> Iterator[Finding]:
    f = t.findings.c
    query: Any = select(f.body).where(
        f.run_id == run_id,
        f.verdict == Verdict.NOT_CHECKED.value,
        func.json_extract(f.body, "$.source") == "manual",
    )
    for row in connection.execute(query).mappings():
        yield finding_from_row(row)


def _said_since(
    connection: Connection, ids: Collection[str], after: str, before: str
) -> Collection[str]:
    """Which of them some later round looked at, whatever its playbook."""
    f, r = t.findings.c, t.runs.c
    query = (
        select(f.finding_id)
        .join(t.runs, r.run_id == f.run_id)
        .where(
            r.started_at > after,
            r.started_at < before,
            f.verdict.in_([one.value for one in _SAID]),
        )
        .distinct()
    )
    return {str(one) for one in connection.execute(query).scalars()} & set(ids)
