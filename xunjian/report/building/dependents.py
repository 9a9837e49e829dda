"""Who depends on a device, and whether what it depends on failed too: by the register's edges."""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence

from xunjian.language import Text
from xunjian.report.building.beside import Supply

NAMED = 3  # dependents named with one problem
_WORDS = {"uplink": Text("下联", "below it"), "power": Text("供电", "powered by it")}
_SUPPLIERS = {"uplink": Text("上联", "uplink"), "power": Text("供电", "power supply")}
UNREACHED, ABNORMAL = "unreached", "abnormal"
_SAID = {
    UNREACHED: (Text("伴随", "follows from"), Text("未到达", "not reached")),
    ABNORMAL: (Text("可能伴随", "may follow from"), Text("有异常", "abnormal")),
}


class Dependents:
    """The edges of the register turned round once; what was worked out is kept by device."""

    def __init__(self, supplies: Mapping[str, Supply]) -> None:
        self._supplies = supplies
        self._below = {kind: _turned(supplies, kind) for kind in _WORDS}
        self._known: dict[str, Text] = {}

    def of(self, device: str) -> Text:
        """Say who depends on a device, directly or through others; empty for nobody."""
        if device not in self._known:
            parts = [self._said(kind, device) for kind in _WORDS]
            told = [part for part in parts if part.zh]
            self._known[device] = Text(
                "；".join(part.zh for part in told), "; ".join(part.en for part in told)
            )
        return self._known[device]

    def cause(
        self, device: str, failed: Mapping[str, str], reached: frozenset[str] = frozenset()
    ) -> Text:
        """Say that all its suppliers of a kind failed too; `failed`: UNREACHED, ABNORMAL by name.

        Never claimed of one of several, nor where anything else that has no other supplier was
        reached; of one that is merely abnormal only that it may be so.
        """
        supply = self._supplies.get(device)
        if supply is None:
            return Text("")
        for kind, word in _SUPPLIERS.items():
            any_of, all_of = _edges(supply, kind)
            lost = [name for name in all_of if failed.get(name) == UNREACHED]
            if not lost and any_of and all(name in failed for name in any_of):
                lost = list(any_of)
            if lost and not self._serves(kind, lost, reached):
                how = ABNORMAL if any(failed[name] == ABNORMAL for name in lost) else UNREACHED
                before, after = _SAID[how]
                zh, en = self._names(lost)
                return Text(
                    f"{before.zh}（{word.zh} {zh} {after.zh}）",
                    f"{before.en} {word.en} {en} ({after.en})",
                )
        return Text("")

    def _serves(self, kind: str, lost: Sequence[str], reached: frozenset[str]) -> bool:
        """Whether a device that depends on these alone was reached in spite of them."""
        below = {name for above in lost for name in self._below[kind].get(above, ())}
        for name in below & reached:
            any_of, all_of = _edges(self._supplies[name], kind)
            if set(lost) & set(all_of) or (any_of and set(any_of) <= set(lost)):
                return True
        return False

    def _said(self, kind: str, device: str) -> Text:
        found, lost = self._reached(kind, device)
        if not found:
            return Text("")
        word, (zh, en) = _WORDS[kind], self._names(found)
        count, other = len(found), len(found) - lost
        ways = (
            Text(f"（其中 {other} 台另有他路）", f" ({other} with another way)")
            if other
            else Text("")
        )
        return Text(f"{word.zh} {count} 台{ways.zh}：{zh}", f"{count} {word.en}{ways.en}: {en}")

    def _reached(self, kind: str, device: str) -> tuple[Sequence[str], int]:
        """Who is below, the nearest first, and how many of them have no other way."""
        found: dict[str, None] = {}
        lost, queue = {device}, deque([device])
        while queue:
            above = queue.popleft()
            for name in self._below[kind].get(above, ()):
                if name != device and name not in found:
                    found[name] = None
                    queue.append(name)
        grew = True
        while grew:  # a chain of devices is nearly always found in its order
            grew = False
            for name in found:
                any_of, all_of = _edges(self._supplies[name], kind)
                is_cut = any(one in lost for one in all_of) or (
                    bool(any_of) and all(one in lost for one in any_of)
                )
                if is_cut and name not in lost:
                    lost.add(name)
                    grew = True
        return tuple(found), len(lost) - 1

    def _names(self, names: Sequence[str]) -> tuple[str, str]:
        labels = [
            supply.label if (supply := self._supplies.get(name)) and supply.label else name
            for name in names[:NAMED]
        ]
        zh, en = "、".join(labels), ", ".join(labels)
        more = len(names) - NAMED
        return (f"{zh} 等", f"{en} and {more} more") if more > 0 else (zh, en)


def _edges(supply: Supply, kind: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if kind == "uplink":
        return supply.uplink, supply.uplink_all
    return supply.power, supply.power_all


def _turned(supplies: Mapping[str, Supply], kind: str) -> Mapping[str, Sequence[str]]:
    below: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for name, supply in supplies.items():
        for above in (one for part in _edges(supply, kind) for one in part):
            below[above][name] = None
    return {above: tuple(names) for above, names in below.items()}
