"""JSON and XML as lines `path: value`, one per leaf, so that rules and order work as elsewhere."""

import json
from collections.abc import Iterator

from typing_extensions import TypeAliasType

Json = TypeAliasType("Json", "dict[str, Json] | list[Json] | str | float | bool | None")


def flatten(text: str, family: str) -> tuple[str, ...] | None:
    """Give one line per leaf; None if the text is no whole document."""
    try:
        if family == "json":
            return tuple(_json_lines("", json.loads(text)))
        return tuple(_xml_lines(text))
    except (ValueError, RecursionError):
        return None


def _json_lines(path: str, value: Json) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            name = json.dumps(key, ensure_ascii=False).strip('"')
            yield from _json_lines(f"{path}.{name}" if path else name, inner)
    elif isinstance(value, list) and value:
        for n, inner in enumerate(value):
            yield from _json_lines(f"{path}[{n}]", inner)
    else:
        yield f"{path}: {json.dumps(value, ensure_ascii=False)}"


def _xml_lines(text: str) -> Iterator[str]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError:
        raise ValueError("no XML") from None
    yield from _element_lines("", root)


def _element_lines(above: str, element: object) -> Iterator[str]:
    tag = getattr(element, "tag", None)
    if not isinstance(tag, str):
        return  # comments and processing instructions
    number = getattr(element, "get")("item")  # noqa: B009  lxml is not typed
    name = tag.rpartition("}")[2] + (f"[{number}]" if number and number != "1" else "")
    path = f"{above}.{name}" if above else name
    everything = list(element)  # type: ignore[call-overload]
    inner = [child for child in everything if isinstance(getattr(child, "tag", None), str)]
    value = " ".join((getattr(element, "text", "") or "").split())
    if value or not inner:
        yield f"{path}: {json.dumps(value, ensure_ascii=False)}"
    for child in inner:
        yield from _element_lines(path, child)
