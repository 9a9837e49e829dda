"""RoomOS's terminal form of a status tree, read as the XML document its HTTP interface gives.

`xStatus` over SSH answers one line per leaf, `*s Network 1 CDP DeviceId: "sw"`, and `** end` (Cisco
RoomOS xAPI guide, "Using SSH with xAPI"). A number in the path is the item of the name before it,
so `*s Call 7 Status: Connected` is `<Call item="7"><Status>Connected</Status></Call>`: one XPath
reads both.
"""

import re

from lxml import etree

from xunjian.parse.documents import Columns, rows_of_xml
from xunjian.parse.model import Table, Unparsed

_LEAF = re.compile(r"\*s (?P<path>[A-Za-z][\w .-]*?)(?: \([^)]*\))?:(?: (?P<value>.*))?")
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_FRAME = re.compile(r"\s*(?:\*\* end|OK)?\s*")  # what stands around the leaves
_OPEN_QUOTE = re.compile(r'"(?:[^"\\]|\\.)*\Z', re.DOTALL)


def parse_xstatus(text: str, *, each: str, columns: Columns) -> Table:
    """Read the answer to `xStatus` with XPaths, as from the root element Status.

    Raises:
        Unparsed: a line that is no leaf of a status tree, or no leaf at all.
    """
    return rows_of_xml(_tree(text), each=each, columns=columns)


def _tree(text: str) -> etree._Element:
    root = etree.Element("Status")
    found: dict[tuple[str, ...], etree._Element] = {(): root}
    leaf: etree._Element | None = None
    for line in text.splitlines():
        if leaf is not None and _OPEN_QUOTE.fullmatch(leaf.text or ""):
            leaf.text = f"{leaf.text}\n{line}"  # a text of several lines
            continue
        match = _LEAF.fullmatch(line.strip())
        if match is not None:
            leaf = _place(found, match["path"].split())
            leaf.text = _fit((match["value"] or "").strip())
        elif not _FRAME.fullmatch(line):
            raise Unparsed(f"xstatus: {line.strip()[:80]}")
    if leaf is None:
        raise Unparsed("xstatus: no status line")
    for element in root.iter():
        element.text = _unquoted(element.text)
    return root


def _place(found: dict[tuple[str, ...], etree._Element], words: list[str]) -> etree._Element:
    """Give the element of a path, made on the way where it is not there yet."""
    path: tuple[str, ...] = ()
    position = 0
    while position < len(words):
        name = words[position]
        item = words[position + 1 : position + 2]
        numbered = bool(item) and item[0].isdigit()
        if not _NAME.fullmatch(name):
            raise Unparsed(f"xstatus: bad path: {' '.join(words)[:80]}")
        parent, path = path, (*path, f"{name} {item[0]}" if numbered else name)
        if path not in found:
            made = etree.SubElement(found[parent], name)
            if numbered:
                made.set("item", item[0])
            found[path] = made
        position += 2 if numbered else 1
    return found[path]


def _fit(value: str) -> str:
    """Leave out what XML cannot hold; device text is untrusted."""
    return "".join(c for c in value if c in "\t\n\r" or c.isprintable() or ord(c) > 0x9F)


def _unquoted(value: str | None) -> str | None:
    if value and len(value) > 1 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value
