"""Pictures inside a workbook, by the cell they lie in: over cells, or put into them.

Office programs do it in three ways: a drawing over the sheet (ECMA-376 20.5), `DISPIMG` of WPS
(`xl/cellimages.xml`), "place in cell" of Excel (rich values, [MS-XLSX] 2.3.4 and 2.7).
"""

import io
import posixpath
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from xunjian.forms.bounds import column_of

Place: TypeAlias = tuple[int, int]  # row and column, from 0

_DISPIMG = re.compile(r'DISPIMG\("([^"]+)"')
_LOCAL_IMAGE = "_rvRel:LocalImageIdentifier"
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """What lies in or over the cells of a sheet. texts: of text boxes."""

    pictures: Mapping[Place, tuple[bytes, ...]] = field(default_factory=dict)
    texts: Mapping[Place, str] = field(default_factory=dict)


def embedded_in(packed: zipfile.ZipFile) -> Mapping[str, Embedded]:
    """Give what lies on every sheet, by its title; the archive was looked over before."""
    parts = _Parts(packed)
    if not any("/media/" in name or "/drawings/" in name for name in parts.names):
        return {}
    in_wps, in_excel = _of_wps(parts), _of_excel(parts)
    found: dict[str, Embedded] = {}
    for title, part in _sheets(parts):
        pictures: defaultdict[Place, list[bytes]] = defaultdict(list)
        texts: defaultdict[Place, list[str]] = defaultdict(list)
        for at, content in _over_cells(parts, part):
            if isinstance(content, str):
                texts[at].append(content)
            else:
                pictures[at].append(content)
        if in_wps or in_excel:
            for at, content in _in_cells(parts, part, in_wps, in_excel):
                pictures[at].append(content)
        found[title] = Embedded(
            pictures={at: tuple(dict.fromkeys(held)) for at, held in pictures.items()},
            texts={at: "；".join(held) for at, held in texts.items()},
        )
    return found


class _Parts:
    """The parts of a workbook, and what each refers to."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._packed = packed
        self.names = frozenset(packed.namelist())

    def tree(self, name: str) -> Any:
        """Parse a part; an empty element where there is none."""
        from lxml import etree

        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        text = self._packed.read(name) if name in self.names else b"<none/>"
        return etree.parse(io.BytesIO(text), parser).getroot()

    def targets(self, name: str) -> dict[str, tuple[str, str]]:
        """Id -> last word of the kind and the name of the part referred to."""
        folder, base = posixpath.split(name)
        found: dict[str, tuple[str, str]] = {}
        for one in self.tree(f"{folder}/_rels/{base}.rels".lstrip("/")):
            if one.get("TargetMode") == "External":
                continue
            path = posixpath.normpath(posixpath.join("/", folder, one.get("Target", "")))
            kind = one.get("Type", "").rpartition("/")[2]
            found[one.get("Id", "")] = (kind, path.lstrip("/"))
        return found

    def read(self, name: str) -> bytes:
        """Give a picture; empty where it is not in the file."""
        return self._packed.read(name) if name in self.names else b""


def _own(element: Any) -> str:
    """Name an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _within(element: Any, name: str) -> Iterator[Any]:
    return (one for one in element.iter() if _own(one) == name)


def _reference(element: Any, name: str = "embed") -> str:
    """Give an attribute of any namespace that holds the id of a reference."""
    words = (str(value) for key, value in element.items() if key.rpartition("}")[2] == name)
    return next(words, "")


def _sheets(parts: _Parts) -> Iterator[tuple[str, str]]:
    book = next((path for kind, path in parts.targets("").values() if kind == "officeDocument"), "")
    targets = parts.targets(book)
    for sheet in _within(parts.tree(book), "sheet"):
        kind, path = targets.get(_reference(sheet, "id"), ("", ""))
        if kind == "worksheet":
            yield sheet.get("name", ""), path


def _over_cells(parts: _Parts, sheet: str) -> Iterator[tuple[Place, bytes | str]]:
    for kind, drawing in parts.targets(sheet).values():
        if kind != "drawing":
            continue
        targets = parts.targets(drawing)
        for anchor in parts.tree(drawing):
            corner = next(_within(anchor, "from"), None)
            at = (0, 0) if corner is None else _corner(corner)
            for picture in _within(anchor, "pic"):
                for blip in _within(picture, "blip"):
                    content = parts.read(targets.get(_reference(blip), ("", ""))[1])
                    if content:
                        yield at, content
            for box in _within(anchor, "sp"):
                said = "".join(one.text or "" for one in _within(box, "t")).strip()
                if said:
                    yield at, said


def _corner(corner: Any) -> Place:
    said = {_own(one): int(one.text or 0) for one in corner}
    return said.get("row", 0), said.get("col", 0)


def _of_wps(parts: _Parts) -> dict[str, bytes]:
    """Pictures that `DISPIMG` shows, by the name it gives."""
    name = "xl/cellimages.xml"
    targets = parts.targets(name)
    found: dict[str, bytes] = {}
    for picture in _within(parts.tree(name), "pic"):
        named = next(_within(picture, "cNvPr"), None)
        blip = next(_within(picture, "blip"), None)
        if named is not None and blip is not None:
            content = parts.read(targets.get(_reference(blip), ("", ""))[1])
            found |= {named.get("name", ""): content} if content else {}
    return found


def _of_excel(parts: _Parts) -> dict[str, bytes]:
    """Pictures put into cells, by the number of the value metadata that a cell cites."""
    metadata = parts.tree("xl/metadata.xml")
    related = "xl/richData/richValueRel.xml"
    targets = parts.targets(related)
    files = [
        targets.get(_reference(one, "id"), ("", ""))[1]
        for one in _within(parts.tree(related), "rel")
    ]
    structures = [
        [key.get("n") for key in _within(one, "k")]
        for one in _within(parts.tree("xl/richData/rdrichvaluestructure.xml"), "s")
    ]
    values = [*_within(parts.tree("xl/richData/rdrichvalue.xml"), "rv")]
    future = [*_within(metadata, "rvb")]
    found: dict[str, bytes] = {}
    for section in _within(metadata, "valueMetadata"):
        for number, record in enumerate(_within(section, "rc"), 1):
            try:
                value = values[int(future[int(record.get("v"))].get("i"))]
                keys = structures[int(value.get("s"))]
                said = [one.text for one in _within(value, "v")][keys.index(_LOCAL_IMAGE)]
                found[str(number)] = parts.read(files[int(said or "")])
            except (IndexError, ValueError, TypeError):
                continue  # another kind of rich value: a share price, a place
    return {number: content for number, content in found.items() if content}


def _in_cells(
    parts: _Parts, sheet: str, in_wps: Mapping[str, bytes], in_excel: Mapping[str, bytes]
) -> Iterator[tuple[Place, bytes]]:
    for cell in _within(parts.tree(sheet), "c"):
        found = _REFERENCE.fullmatch(cell.get("r", ""))
        if found is None:
            continue
        said = _DISPIMG.search("".join(one.text or "" for one in _within(cell, "f")))
        content = in_wps.get(said.group(1), b"") if said else in_excel.get(cell.get("vm", ""), b"")
        if content:
            yield (int(found.group(2)) - 1, column_of(found.group(1))), content
