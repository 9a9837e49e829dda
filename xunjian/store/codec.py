"""JSON forms of what the store keeps: facts, findings, texts, times. Nothing is pickled.

Every string passes through a `Clean` function on its way in, so that no secret reaches the disk
through a finding's message or a log line kept as a fact.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime, timedelta
from enum import Enum

from xunjian.checks.model import Finding, Verdict
from xunjian.facts.model import Fact, FactRow
from xunjian.language import Text

Clean = Callable[[str], str]


def keep(text: str) -> str:
    """Leave a string as it is."""
    return text


def plain(value: object, clean: Clean = keep) -> object:
    """Turn a value into JSON's types; times become tagged objects that `revive` knows."""
    if isinstance(value, Enum):
        return plain(value.value, clean)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Text):
        return {"zh": clean(value.zh), "en": clean(value.en)}
    if isinstance(value, Mapping):
        return {str(key): plain(item, clean) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item, clean) for item in value]
    return _tagged(value) or clean(str(value))


def _tagged(value: object) -> dict[str, object] | None:
    match value:
        case datetime():
            return {"$at": value.isoformat()}
        case date():
            return {"$day": value.isoformat()}
        case timedelta():
            return {"$seconds": value.total_seconds()}
        case _:
            return None


def revive(value: object) -> object:
    """Undo `plain`: tagged objects become times again; lists become tuples."""
    if isinstance(value, list):
        return tuple(revive(item) for item in value)
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((tag, item),) = value.items()
        if tag == "$at":
            return datetime.fromisoformat(str(item))
        if tag == "$day":
            return date.fromisoformat(str(item))
        if tag == "$seconds":
            return timedelta(seconds=float(item))
    return {str(key): revive(item) for key, item in value.items()}


def dumps(value: object, clean: Clean = keep) -> str:
    """Write canonical JSON: sorted keys, no spaces, so that equal values have equal digests."""
    return json.dumps(
        plain(value, clean), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def loads(text: str) -> object:
    """Read what `dumps` wrote."""
    return revive(json.loads(text))


def finding_to_json(finding: Finding, clean: Clean = keep) -> str:
    """Write one finding, all fields."""
    return dumps({f.name: getattr(finding, f.name) for f in fields(Finding)}, clean)


def finding_from_json(text: str) -> Finding:
    """Read one finding."""
    data: dict[str, object] = json.loads(text)
    known = {f.name for f in fields(Finding)}
    values: dict[str, object] = {k: revive(v) for k, v in data.items() if k in known}
    for name in ("title", "standard", "message", "advice", "remark"):
        values[name] = text_of(data.get(name))
    values["verdict"] = Verdict(str(data["verdict"]))
    return Finding(**values)  # type: ignore[arg-type]  # written by finding_to_json, field by field


def text_of(value: object) -> Text:
    """Read a text in two languages."""
    if isinstance(value, Mapping):
        return Text(str(value.get("zh", "")), str(value.get("en", "")))
    return Text(value if isinstance(value, str) else "")


def rows_to_json(rows: tuple[FactRow, ...], clean: Clean = keep) -> str:
    """Write the rows of one fact."""
    return dumps(
        [
            {"values": row.fact.values(), "evidence": row.evidence_ids, "at": row.taken_at}
            for row in rows
        ],
        clean,
    )


def rows_from_json(text: str, kind: type[Fact]) -> tuple[FactRow, ...]:
    """Read rows of one fact; a field that this version does not know any more is dropped."""
    known = {f.name for f in fields(kind)}
    rows = []
    for item in json.loads(text):
        values = {name: revive(v) for name, v in item["values"].items() if name in known}
        taken_at = revive(item["at"])
        assert isinstance(taken_at, datetime)
        rows.append(
            FactRow(fact=kind(**values), evidence_ids=tuple(item["evidence"]), taken_at=taken_at)
        )
    return tuple(rows)
