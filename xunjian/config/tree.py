"""Redacted lines to a tree: values of several lines first, then sections, then what packs add."""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from re import Match, Pattern

from xunjian.config.blocks import blocks
from xunjian.config.families import Draft, family_of
from xunjian.config.matching import finder
from xunjian.config.model import Node, Redacted, Tree
from xunjian.config.pack import Pack
from xunjian.config.parts import FILE_LINE, header, portions
from xunjian.config.rules import Group, Value
from xunjian.config.values import canonical


@contextmanager
def collector_paused() -> Iterator[None]:
    """Trees have no cycles; the collector walking them over and over is half of the time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def parse(redacted: Redacted, pack: Pack) -> Tree:
    """Give the sections of a configuration."""
    if pack.parts:
        return _parse_parts(redacted, pack)
    with collector_paused():
        roots, unparsed = _parse_lines(redacted.lines, redacted.numbers, pack)
    return Tree(platform=redacted.platform, roots=roots, unparsed=unparsed)


def _parse_parts(redacted: Redacted, pack: Pack) -> Tree:
    roots: list[Node] = []
    unparsed = 0
    for name, inner, first, end in portions(redacted.lines, pack):
        numbers = redacted.numbers[first:end]
        children, missed = _parse_lines(redacted.lines[first:end], numbers, inner)
        roots.append(_node(header(name), children, redacted.numbers[first - 1], 0))
        unparsed += missed
    return Tree(platform=redacted.platform, roots=tuple(roots), unparsed=unparsed)


def _parse_lines(
    lines: tuple[str, ...], numbers: tuple[int, ...], pack: Pack
) -> tuple[tuple[Node, ...], int]:
    family = family_of(pack.syntax)
    loose, files = _by_file(_items(lines, numbers, pack), pack)
    top = family.build(loose)
    additions = _Additions(pack)
    additions.apply("", top)
    for file, items in files:
        file.children = family.build(items)
        additions.apply("", file.children)
    return tuple(_frozen(draft) for draft in (*top, *(file for file, _ in files))), family.unparsed


def _by_file(items: list[Draft], pack: Pack) -> tuple[list[Draft], list[tuple[Draft, list[Draft]]]]:
    """What stands before the first file, and each file's line with what stands below it."""
    loose: list[Draft] = []
    files: list[tuple[Draft, list[Draft]]] = []
    if not pack.syntax.files:
        return items, files
    place = loose
    for item in items:
        if not item.indent and not item.value and FILE_LINE.match(item.text):
            place = []
            files.append((item, place))
        else:
            place.append(item)
    return loose, files


def _items(lines: tuple[str, ...], numbers: tuple[int, ...], pack: Pack) -> list[Draft]:
    """Lines without indentation; a value of several lines is one item, an empty line none."""
    items: list[Draft] = []
    end_find = finder(pack.syntax.end) if pack.syntax.end else None
    last = len(lines)
    if end_find and pack.syntax.family not in {"config_edit", "braces"}:
        while last and (not lines[last - 1] or end_find(lines[last - 1])):
            last -= 1
    position = 0
    for block in [*blocks(lines[:last], pack), None]:
        stop = last if block is None else block.first
        for n in range(position, stop):
            line = lines[n]
            text = line.lstrip(" ")
            if text:
                items.append(Draft(text, len(line) - len(text), numbers[n]))
        if block is not None:
            value = lines[block.first : block.last + 1]
            indent = len(value[0]) - len(value[0].lstrip(" "))
            text = "\n".join([value[0].lstrip(" "), *_set_in(value[1:])])
            items.append(Draft(text, indent, numbers[block.first], numbers[block.last], value=True))
            position = block.last + 1
    return items


def _set_in(lines: Sequence[str]) -> list[str]:
    """Lines of a value without indentation, if all have some: then it is the device's."""
    if all(line.startswith(" ") for line in lines):
        return [line.strip() for line in lines]
    return list(lines)


class _Additions:
    """Virtual sections and one spelling of values, section by section."""

    def __init__(self, pack: Pack) -> None:
        self._groups = [(rule, finder(rule.match)) for rule in pack.group]
        self._values = [(rule, finder(rule.match)) for rule in pack.values]

    def apply(self, above: str, drafts: list[Draft]) -> None:
        for draft in drafts:
            if draft.children:
                self.apply(draft.text, draft.children)
        if self._values:
            self._join_values(drafts)
        groups = [pair for pair in self._groups if _is_in(pair[0].section, above)]
        if groups:
            self._gather(drafts, groups)

    def _join_values(self, drafts: list[Draft]) -> None:
        first: dict[tuple[str, str], Draft] = {}
        found: dict[tuple[str, str], tuple[Value, list[str]]] = {}
        gone: set[int] = set()
        for n, draft in enumerate(drafts):
            if draft.children or draft.value:
                continue
            for rule, find in self._values:
                if (match := find(draft.text)) is None:
                    continue
                at = (rule.id, match["head"])
                if at in first:
                    first[at].last = draft.last
                    gone.add(n)
                first.setdefault(at, draft)
                found.setdefault(at, (rule, []))[1].append(match["value"])
                break
        for at, (rule, values) in found.items():
            first[at].text = f"{at[1]} {canonical(rule, values)}".rstrip()
        if gone:
            drafts[:] = [draft for n, draft in enumerate(drafts) if n not in gone]

    def _gather(
        self, drafts: list[Draft], groups: list[tuple[Group, Callable[[str], Match[str] | None]]]
    ) -> None:
        out: list[Draft] = []
        sections: dict[tuple[str, ...], Draft] = {}
        for draft in drafts:
            match = next((m for _, find in groups if (m := find(draft.text))), None)
            if match is None:
                out.append(draft)
                continue
            place = out
            names = [name.strip() for name in match.groups() if name]
            for depth in range(len(names)):
                at = tuple(names[: depth + 1])
                if at not in sections:
                    sections[at] = Draft(names[depth], draft.indent, draft.line)
                    place.append(sections[at])
                place = sections[at].children
            place.append(draft)
        drafts[:] = out


def _is_in(section: Pattern[str] | None, above: str) -> bool:
    return above == "" if section is None else section.fullmatch(above) is not None


def _frozen(draft: Draft) -> Node:
    if not draft.children:
        return Node(text=draft.text, line=draft.line, last_line=draft.last)
    return _node(draft.text, tuple(map(_frozen, draft.children)), draft.line, draft.last)


def _node(text: str, children: tuple[Node, ...], line: int, last: int) -> Node:
    last = max([last, line, *(child.last_line for child in children)])
    return Node(text=text, children=children, line=line, last_line=last, digest=digest_of(children))


def digest_of(children: Iterable[Node]) -> bytes:
    """The digest of a section's content; a leaf has none."""
    digest = blake2b(digest_size=16)
    for child in children:
        digest.update(child.text.encode("utf-8", "surrogatepass"))
        digest.update(b"\x00" + child.digest + b"\x01")
    return digest.digest()
