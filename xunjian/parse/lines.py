"""Lines and key-value pairs by one regular expression."""

import re
from collections.abc import Mapping
from re import Pattern

from xunjian.parse.model import Row, Table, filled


def parse_lines(text: str, pattern: Pattern[str]) -> Table:
    """Make a row of every line that the pattern matches whole; keep the others as unmatched."""
    rows: list[Row] = []
    unmatched: list[str] = []
    for line in _lines(text):
        if found := pattern.fullmatch(line):
            rows.append(filled(found.groupdict()))
        else:
            unmatched.append(line)
    return Table(rows=tuple(rows), unmatched=tuple(unmatched))


def parse_pairs(text: str, pattern: Pattern[str], columns: Mapping[str, tuple[str, ...]]) -> Table:
    """Make one row of all lines that are `key, value` by the pattern's two groups.

    columns: name -> keys, the first that is there counts; without columns every key is a column.
    A key that stands twice keeps its first value; no pair at all makes no row.
    """
    pairs: dict[str, str] = {}
    unmatched: list[str] = []
    for line in _lines(text):
        if found := pattern.search(line):
            pairs.setdefault(found.group(1).strip(), (found.group(2) or "").strip())
        else:
            unmatched.append(line)
    if not pairs:
        return Table(unmatched=tuple(unmatched))
    if not columns:
        return Table(rows=(filled(pairs),), unmatched=tuple(unmatched))
    row = {
        name: next((pairs[k] for k in keys if pairs.get(k)), "") for name, keys in columns.items()
    }
    return Table(rows=(filled(row),), unmatched=tuple(unmatched))


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in re.split(r"\r?\n", text) if line.strip()]
