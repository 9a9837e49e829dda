"""Which devices: ansible's patterns over names, groups, kinds, sites, systems, and a condition.

Patterns are ansible's own: `a:b` and `a,b` union, `&a` intersection, `!a` exclusion (whatever the
order they are written in), globs, `~regex` (from the start of a name), `a[0]` and `a[0:2]` (ends
included), `@file` (a pattern per line), `all` and `*`. A site stands for itself and every site
below it. A plain word that is nothing in the inventory is an error, not a warning as in ansible:
a misspelt `!core` must not send a round into the core. Where every word is unknown, nothing is
selected.
"""

import fnmatch
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from xunjian.errors import NothingSelected, UsageError
from xunjian.inventory.conditions import condition
from xunjian.inventory.model import Device, Inventory
from xunjian.inventory.resolve import with_parents
from xunjian.language import Text
from xunjian.schema import nearest_hint, printable

_ALL = frozenset({"all", "*"})
_COLON_PARTS = re.compile(r"(?:[^\s:\[\]]|\[[^\]]*\])+")  # as ansible: no split inside [0:2]
_SUBSCRIPT = re.compile(r"(.+)\[(?:(-?\d{1,6})|(\d{1,6})[:-](\d{0,6}))\]")


def select(
    inventory: Inventory,
    limit: str | None = None,
    where: str | None = None,
    *,
    within: Sequence[Device] | None = None,
) -> tuple[Device, ...]:
    """Give the devices that fit both, in inventory order.

    limit: a pattern; None means all. where: a condition (see `conditions`); None or empty means
    none. within: only these, e.g. what the playbook selected.

    Raises:
        UsageError: a pattern or condition that names what is not there, or does not parse.
        NothingSelected: nothing fits.
    """
    chosen = list(inventory.devices.values() if within is None else within)
    if limit is not None and limit.strip() not in _ALL:
        names = matching(inventory, limit)
        chosen = [device for device in chosen if device.name in names]
    if where:
        holds = condition(where)
        chosen = [device for device in chosen if holds(device)]
    if not chosen:
        asked = " · ".join(printable(part) for part in (limit, where) if part)
        raise NothingSelected(
            Text(f"没有选中任何设备：{asked or 'all'}", f"no device selected: {asked or 'all'}"),
            Text("用 xunjian list hosts 查看全部设备", "xunjian list hosts shows all devices"),
        )
    return tuple(chosen)


def matching(inventory: Inventory, pattern: str) -> frozenset[str]:
    """Names of the devices that a pattern selects.

    Raises:
        UsageError: an empty pattern, an unknown word, a bad regex, an unreadable @file.
        NothingSelected: no word of it is known.
    """
    terms = _terms(pattern)
    if not terms:
        raise UsageError(Text("选择模式是空的", "the pattern is empty"))
    index = _index(inventory)
    if all(_is_unknown(index, term) for term in terms):
        raise NothingSelected(*_no_such(index, terms[0]))
    wanted = [term for term in terms if term[0] not in "&!"]
    names: set[str] = set()
    for term in wanted or ["all"]:
        names |= _select_term(index, inventory, term)
    for term in terms:
        if term[0] == "&":
            names &= _select_term(index, inventory, term[1:])
    for term in terms:
        if term[0] == "!":
            names -= _select_term(index, inventory, term[1:])
    return frozenset(names)


def _terms(pattern: str) -> list[str]:
    if "," in pattern:
        return [term for part in pattern.split(",") if part.strip() for term in _terms(part)]
    pattern = pattern.strip()
    if pattern.startswith("@"):
        return [term for line in _lines(pattern[1:]) for term in _terms(line)]
    if any(term.startswith("@") for term in _COLON_PARTS.findall(pattern)):
        head, _, tail = pattern.partition(":")
        return [*_terms(head), *_terms(tail)]
    return _COLON_PARTS.findall(pattern)


def _lines(name: str) -> list[str]:
    try:
        text = Path(name).expanduser().read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError, ValueError):
        shown = printable(name)
        raise UsageError(
            Text(f"文件无法读取：{shown}", f"the file cannot be read: {shown}")
        ) from None
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and line[0] not in "#@"]


def _index(inventory: Inventory) -> dict[str, list[str]]:
    """Every word a pattern may use → device names; known words without devices included."""
    words: dict[str, list[str]] = {
        word: []
        for space in (inventory.groups, inventory.kinds, inventory.sites, inventory.systems)
        for word in space
    }
    above = {name: with_parents(name, inventory.sites) for name in inventory.sites}
    for device in inventory.devices.values():
        sites = above.get(device.site.name, ()) if device.site else ()
        own = (device.name, *device.groups, device.kind, *sites, *device.systems)
        for word in dict.fromkeys(own):
            words.setdefault(word, []).append(device.name)
    return words


def _select_term(index: Mapping[str, Sequence[str]], inventory: Inventory, term: str) -> set[str]:
    if term in _ALL:
        return set(inventory.devices)
    if term in index:
        return set(index[term])
    if term.startswith("~"):
        return _by_word(index, _regex(term[1:]))
    subscript = _SUBSCRIPT.fullmatch(term)
    if subscript and _is_known(index, subscript[1]):  # else `sw[2-9]` is a glob
        names = _select_term(index, inventory, subscript[1])
        return _subscripted([n for n in inventory.devices if n in names], subscript)
    if any(char in term for char in "*?["):
        return _by_word(index, re.compile(fnmatch.translate(term)).match)
    raise UsageError(*_no_such(index, term))


def _no_such(index: Mapping[str, Sequence[str]], term: str) -> tuple[Text, Text]:
    """Message and hint for a word that is nothing in the inventory."""
    shown = printable(term)
    return (
        Text(
            f"没有这个设备、组、类型、站点或系统：{shown}",
            f"no such device, group, kind, site or system: {shown}",
        ),
        nearest_hint(term, index),
    )


def _is_unknown(index: Mapping[str, Sequence[str]], term: str) -> bool:
    """Whether a term is a plain word that is nothing in the inventory."""
    is_plain = term[0] not in "~&!" and not any(char in term for char in "*?[")
    return is_plain and term not in index and term not in _ALL


def _is_known(index: Mapping[str, Sequence[str]], term: str) -> bool:
    return term in _ALL or term in index or any(char in term for char in "*?")


def _regex(text: str) -> Callable[[str], object]:
    try:
        return re.compile(text).match
    except re.error as error:
        shown = printable(text)
        raise UsageError(
            Text(f"正则表达式有误：{shown}", f"a bad regular expression: {shown}"), Text(str(error))
        ) from None


def _by_word(index: Mapping[str, Sequence[str]], fits: Callable[[str], object]) -> set[str]:
    return {name for word, names in index.items() if fits(word) for name in names}


def _subscripted(names: Sequence[str], found: re.Match[str]) -> set[str]:
    """`[n]` one device, `[a:b]` both ends included, `[a:]` to the end; outside is nobody."""
    if found[2] is not None:
        at = int(found[2])
        return {names[at]} if -len(names) <= at < len(names) else set()
    return set(names[int(found[3]) : int(found[4]) + 1 if found[4] else None])
