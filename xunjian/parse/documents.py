"""XML and JSON documents into rows: `each` chooses the rows, `columns` the values in them."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from lxml import etree

from xunjian.parse.model import Row, Table, Unparsed

Columns = Mapping[str, tuple[str, ...]]


@cache
def compile_xpath(text: str) -> etree.XPath:
    """Compile an XPath once; evaluating one is locked by lxml itself.

    Raises:
        ValueError: it is no XPath.
    """
    try:
        return etree.XPath(text)
    except etree.XPathSyntaxError as error:
        raise ValueError(str(error)) from None


@cache
def compile_jmespath(text: str) -> Any:
    """Compile a JMESPath once.

    Raises:
        ValueError: it is no JMESPath.
    """
    try:
        return jmespath.compile(text)
    except JMESPathError as error:
        raise ValueError(" ".join(str(error).split())) from None


def parse_xml(body: bytes | str, *, each: str, columns: Columns) -> Table:
    """Read XML without entities, network or huge trees; a document type is refused.

    Raises:
        Unparsed: not well-formed, or it declares a document type.
    """
    raw = body.encode() if isinstance(body, str) else body
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        remove_pis=True,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(raw.strip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unparsed(f"xml: {error}") from None
    docinfo: Any = root.getroottree().docinfo
    if docinfo.doctype:
        raise Unparsed("xml: document type declared")
    return rows_of_xml(root, each=each, columns=columns)


def rows_of_xml(root: etree._Element, *, each: str, columns: Columns) -> Table:
    """Choose rows of an XML document that has been read.

    Raises:
        Unparsed: `each` does not choose nodes.
    """
    items = compile_xpath(each)(root) if each else [root]
    if not isinstance(items, list):
        raise Unparsed(f"xml: not a list of nodes: {each}")
    return Table(rows=tuple(_xml_row(item, columns) for item in items))


def _xml_row(item: Any, columns: Columns) -> Row:
    values = {name: _first(_xml_values(item, paths)) for name, paths in columns.items()}
    return {name: value for name, value in values.items() if value is not None}


def _xml_values(item: Any, paths: Iterable[str]) -> Iterable[str | None]:
    for path in paths:
        found = compile_xpath(path)(item) if isinstance(item, etree._Element) else None  # noqa: SLF001 - lxml's name of the type
        yield _xml_text(found[0] if isinstance(found, list) and found else found)


def _xml_text(found: Any) -> str | None:
    if found is None or found == []:
        return None
    if isinstance(found, etree._Element):  # noqa: SLF001 - lxml's name of the type
        return "".join(str(part) for part in found.itertext()).strip() or None
    return _scalar(str(found).strip() if isinstance(found, str) else found)


def load_json(body: bytes | str) -> object:
    """Read JSON; `NaN` and `Infinity` are no JSON.

    Raises:
        Unparsed: no JSON.
    """
    try:
        text = body.decode("utf-8-sig") if isinstance(body, bytes) else body
        loaded: object = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Unparsed(f"json: {error}") from None
    return loaded


def _no_constant(name: str) -> object:
    raise ValueError(f"not JSON: {name}")


def rows_of_json(document: object, *, each: str, columns: Columns) -> Table:
    """Choose rows of a JSON document; nothing found means no rows, one object means one row.

    Raises:
        Unparsed: a path meets data it cannot be applied to.
    """
    items = _search(each, document) if each else document
    rows = items if isinstance(items, list) else [] if items is None else [items]
    return Table(rows=tuple(_json_row(item, columns) for item in rows))


def _json_row(item: object, columns: Columns) -> Row:
    values = {
        name: _first(_scalar(_search(path, item)) for path in paths)
        for name, paths in columns.items()
    }
    return {name: value for name, value in values.items() if value is not None}


def _search(path: str, data: object) -> object:
    try:
        return compile_jmespath(path).search(data)
    except JMESPathError as error:
        raise Unparsed(f"json: {path}: {' '.join(str(error).split())}") from None


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value is not None), None)


def _scalar(value: object) -> str | None:
    """Give a scalar's text as in JSON, a list or object as JSON, nothing for null or empty."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
