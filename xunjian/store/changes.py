"""A device's configuration difference to and from JSON, without the trees it was worked out from.

Its lines were redacted by the platform's pack; the device's own secrets are blanked once more.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from xunjian.config.model import (
    Approval,
    Change,
    ChangeKind,
    ConfigDiff,
    Renamed,
    Risk,
    Side,
    Trust,
    TrustState,
)
from xunjian.store.codec import Clean, dumps, keep, loads, text_of

_NODES = frozenset({"old_nodes", "new_nodes"})  # needed to work on, not to report
_CHANGE = [f.name for f in fields(Change) if f.name not in _NODES]


def diff_to_json(diff: ConfigDiff, clean: Clean = keep) -> str:
    """Write one difference."""
    data = {f.name: getattr(diff, f.name) for f in fields(ConfigDiff)}
    data["left"], data["right"] = _flat(diff.left), _flat(diff.right)
    data["trust"] = _flat(diff.trust)
    data["changes"] = [
        {name: getattr(change, name) for name in _CHANGE}
        | {"approval": _flat(change.approval), "renamed": _flat(change.renamed)}
        for change in diff.changes
    ]
    return dumps(data, clean)


def diff_from_json(text: str) -> ConfigDiff:
    """Read one difference; a field that this version does not know any more is dropped."""
    data = loads(text)
    assert isinstance(data, dict)
    values = _known(ConfigDiff, data)
    values["left"], values["right"] = _side(data["left"]), _side(data["right"])
    trust = data["trust"]
    values["trust"] = Trust(
        state=TrustState(trust["state"]), reasons=tuple(text_of(r) for r in trust["reasons"])
    )
    values["changes"] = tuple(_change(item) for item in data["changes"])
    return ConfigDiff(**values)


def _change(data: Mapping[str, Any]) -> Change:
    values = _known(Change, data)
    values["kind"], values["risk"] = ChangeKind(data["kind"]), Risk(data["risk"])
    values["why"] = text_of(data["why"])
    values["approval"] = Approval(**_known(Approval, data["approval"]))
    if renamed := data.get("renamed"):
        values["renamed"] = Renamed(**_known(Renamed, renamed))
    return Change(**values)


def _side(data: Mapping[str, Any]) -> Side:
    return Side(**_known(Side, data))


def _flat(value: Approval | Renamed | Side | Trust | None) -> dict[str, object] | None:
    return None if value is None else {f.name: getattr(value, f.name) for f in fields(value)}


def _known(kind: type, data: Mapping[str, Any]) -> dict[str, Any]:
    return {f.name: data[f.name] for f in fields(kind) if f.name in data}
