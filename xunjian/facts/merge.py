"""Several steps or cards that fill one fact: rows of one key become one row."""

from collections.abc import Iterable

from xunjian.facts.model import Fact, FactRow
from xunjian.language import Text


def merge_rows(rows: Iterable[FactRow]) -> tuple[tuple[FactRow, ...], tuple[Text, ...]]:
    """Merge the rows of one fact field by field, in order of first sight, with the conflicts.

    Of two different values for a field the first stays. Events are never merged: two equal lines
    are two events. The merged row cites the evidence of all its parts and is as old
    as the oldest of them.
    """
    merged: dict[object, FactRow] = {}
    problems: list[Text] = []
    for number, row in enumerate(rows):
        key = number if row.fact.EVENT else row.fact.key
        before = merged.get(key)
        merged[key] = row if before is None else _merge(before, row, problems)
    return tuple(merged.values()), tuple(problems)


def _merge(first: FactRow, second: FactRow, problems: list[Text]) -> FactRow:
    return FactRow(
        fact=_merge_fact(first.fact, second.fact, problems),
        evidence_ids=tuple(dict.fromkeys((*first.evidence_ids, *second.evidence_ids))),
        taken_at=min(first.taken_at, second.taken_at),
    )


def _merge_fact(first: Fact, second: Fact, problems: list[Text]) -> Fact:
    added: dict[str, object] = {}
    before = first.values()
    for name, value in second.values().items():
        if value is None or (kept := before[name]) is value or kept == value:
            continue
        if kept is None:
            added[name] = value
        else:
            what = f"{type(first).__name__}[{first.subject}].{name}"
            both = f"{str(kept)[:60]}, {str(value)[:60]}"
            problems.append(Text(f"{what} 有两个值：{both}", f"{what} has two values: {both}"))
    return type(first)(**{**before, **added}) if added else first
