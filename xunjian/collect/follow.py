"""Redfish links: names follow `@odata.id`, `*` takes every member and every next page.

In a collection a name takes the member whose link ends in it.

DMTF DSP0266, sections on links and resource collections. One linked page that is missing makes
the whole reading incomplete: what it would have shown is not known.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from xunjian.collect.questions import REDFISH_ROOT, request
from xunjian.collect.reading import Reading, incomplete
from xunjian.facts.model import StepState
from xunjian.parse import Row, Table, Unparsed
from xunjian.parse.documents import load_json, rows_of_json
from xunjian.tasks.model import Step
from xunjian.transport.model import Evidence, Request

_NEXT_LINK = "Members@odata.nextLink"
MAX_PAGES = 500  # a full rack controller shows about 200 parts

Asking = Generator[Request, Evidence, Evidence]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A place in the tree: the page it is on, the members on the way, the JSON value there."""

    page: str
    member: str
    value: Any


class _StopError(Exception):
    """The walk cannot go on; carries the reading that says why."""

    def __init__(self, state: StepState, reason: str) -> None:
        super().__init__(reason)
        self.reading = Reading(state=state, reason=reason)


@dataclass(slots=True)
class Walk:
    """One walk over a tree; `ask` is the collector's memoised question."""

    step: Step
    ask: Callable[[Request], Asking]
    evidence: dict[str, Evidence] = field(default_factory=dict)

    def run(self) -> Generator[Request, Evidence, Reading]:
        """Walk and read the pages at the end of the path."""
        try:
            nodes = yield from self._nodes()
            table = self._rows(nodes)
        except _StopError as stop:
            return stop.reading.citing(tuple(self.evidence.values()))
        except Unparsed as error:
            reading = Reading(state=StepState.UNPARSED, reason=error.reason)
            return reading.citing(tuple(self.evidence.values()))
        reading = Reading(state=StepState.OK, rows=table.rows, parser="json")
        return reading.citing(tuple(self.evidence.values()))

    def _nodes(self) -> Generator[Request, Evidence, list[Node]]:
        root = yield from self._page(REDFISH_ROOT, linked=False)
        nodes = [Node(page=REDFISH_ROOT, member="", value=root)]
        for name in self.step.follow.split("/"):
            found: list[Node] = []
            for node in nodes:
                if name == "*":
                    found += yield from self._members(node)
                elif isinstance(node.value, Mapping):
                    found += yield from self._named(node, node.value, name)
            if not found and name == "*" and self.step.rows.least == 0:
                return []
            if not found:
                raise _StopError(StepState.UNSUPPORTED, f"no_such_link: {name}")
            nodes = found
        return nodes

    def _named(
        self, node: Node, value: Mapping[str, Any], name: str
    ) -> Generator[Request, Evidence, list[Node]]:
        """Give the property of that name; of a collection without one the member of that name."""
        if value.get(name) is not None:
            return [(yield from self._resolve(node, value[name]))]
        members = value.get("Members") or ()
        link = next((one for one in members if _is_link_to(one, name)), None)
        return [] if link is None else [(yield from self._resolve(node, link))]

    def _members(self, node: Node) -> Generator[Request, Evidence, list[Node]]:
        """Give every member of a collection or of a list of links."""
        entries: list[Any] = []
        if isinstance(node.value, list):
            entries = node.value
        elif isinstance(node.value, Mapping):
            entries = yield from self._all_entries(node.value)
        found: list[Node] = []
        for entry in self._wanted(entries):
            member = yield from self._resolve(node, entry)
            name = _last(member.page) if member.page != node.page else str(len(found))
            joined = "/".join(part for part in (node.member, name) if part)
            found.append(Node(page=member.page, member=joined, value=member.value))
        return found

    def _wanted(self, entries: list[Any]) -> list[Any]:
        """Leave out links in the middle of a long list; logs begin or end with what is new."""
        ends = self.step.ends
        if not ends or len(entries) <= 2 * ends:
            return entries
        middle = [one for one in entries[ends:-ends] if not _is_bare_link(one)]
        return [*entries[:ends], *middle, *entries[-ends:]]

    def _all_entries(self, first: Mapping[str, Any]) -> Generator[Request, Evidence, list[Any]]:
        entries, link, seen = _members(first), first.get(_NEXT_LINK), set[str]()
        while link is not None:
            path = _path(link)
            if path in seen:
                raise _StopError(StepState.INCOMPLETE, f"next page leads in a circle: {path[:80]}")
            seen.add(path)
            page = yield from self._page(path, linked=True)
            entries += _members(page)
            link = page.get(_NEXT_LINK)
        count = first.get("Members@odata.count")
        # one more than announced (DMTF's own sample tree has that) loses nothing
        if isinstance(count, int) and count > len(entries):
            raise _StopError(StepState.INCOMPLETE, f"members: {len(entries)} of {count} announced")
        return entries

    def _resolve(self, node: Node, value: Any) -> Generator[Request, Evidence, Node]:
        """Fetch what a bare link points to; a value with content of its own stands as it is."""
        if not _is_bare_link(value):
            return Node(page=node.page, member=node.member, value=value)
        path, _, pointer = _path(value["@odata.id"]).partition("#")
        page = yield from self._page(path, linked=True)
        return Node(page=path, member=node.member, value=_inside(page, pointer))

    def _page(self, path: str, *, linked: bool) -> Generator[Request, Evidence, Any]:
        if len(self.evidence) >= MAX_PAGES:
            raise _StopError(StepState.INCOMPLETE, f"more than {MAX_PAGES} pages")
        evidence: Evidence = yield from self.ask(request(self.step, path))
        self.evidence[evidence.id] = evidence
        if (broken := incomplete(evidence)) is not None:
            raise _StopError(broken.state, broken.reason)
        status = evidence.status or 200
        if not 200 <= status < 300:
            missing = status == 404 and not linked
            state = StepState.UNSUPPORTED if missing else StepState.UNPARSED
            if linked and status in {404, 410}:
                state = StepState.INCOMPLETE
            raise _StopError(state, f"http_{status}: {path}")
        for pattern, wanted in ((self.step.error, False), (self.step.expect, True)):
            if pattern is not None and linked and bool(pattern.search(evidence.text)) is not wanted:
                raise _StopError(StepState.UNPARSED, f"{path}: {pattern.pattern}")
        return load_json(evidence.raw)

    def _rows(self, nodes: list[Node]) -> Table:
        rows: list[Row] = []
        for node in nodes:
            table = rows_of_json(node.value, each=self.step.each, columns=self.step.columns)
            place = {"page": node.page, "member": node.member}
            rows += [{**place, **row} for row in table.rows]
        if not self.step.rows.admits(len(rows)):
            raise Unparsed(f"rows: {len(rows)}")
        return Table(rows=tuple(rows))


def _members(page: Any) -> list[Any]:
    """Give the members on one page of a collection; a page without a list of them is none."""
    members = page.get("Members") if isinstance(page, Mapping) else None
    if not isinstance(members, list):
        raise _StopError(StepState.UNPARSED, "members: no list")
    return list(members)


def _is_bare_link(value: Any) -> bool:
    if not isinstance(value, Mapping) or "@odata.id" not in value:
        return False
    return all(name.startswith("@") for name in value)


def _is_link_to(value: Any, name: str) -> bool:
    link = value.get("@odata.id") if isinstance(value, Mapping) else None
    return isinstance(link, str) and _last(link) == name


def _path(link: object) -> str:
    """Give a link as a path; one that leaves the service is not followed."""
    if not isinstance(link, str) or not link.startswith("/redfish/"):
        raise _StopError(StepState.UNPARSED, f"bad link: {str(link)[:80]}")
    return link


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def _inside(document: Any, pointer: str) -> Any:
    """Follow a JSON pointer (RFC 6901) inside a page."""
    for part in pointer.strip("/").split("/") if pointer.strip("/") else ():
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list) and name.isdigit() and int(name) < len(document):
            document = document[int(name)]
        elif isinstance(document, Mapping) and name in document:
            document = document[name]
        else:
            raise _StopError(StepState.INCOMPLETE, f"bad pointer: {pointer[:80]}")
    return document
