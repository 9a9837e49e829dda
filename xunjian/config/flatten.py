"""JSON and XML as lines `path: value`, one per leaf, so that rules and order work as elsewhere."""

import json
from collections.abc import Iterator
from typing import Any

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
    yield from _element_lines("", _root(text))


def _root(text: str) -> object:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError:
        raise ValueError("no XML") from None


def spoken(text: str, head: str) -> tuple[str, ...] | None:
    """Give an xAPI document as the terminal says it; None if it is no whole document.

    `<Camera item="1"><Brightness><Level>20` is `Camera 1 Brightness Level: 20` behind the head.
    Texts stand in quotes there, words and numbers do not: `valueSpaceRef` says which it is.
    """
    try:
        return tuple(f"{head} {line}" for line in _spoken("", _root(text), is_root=True))
    except (ValueError, RecursionError):
        return None


def _spoken(above: str, element: Any, *, is_root: bool = False) -> Iterator[str]:
    if not isinstance(element.tag, str):
        return
    name = "" if is_root else " ".join(filter(None, (element.tag, element.get("item"))))
    path = f"{above} {name}".strip()
    inner = [child for child in element if isinstance(child.tag, str)]
    for child in inner:
        yield from _spoken(path, child)
    if not inner and not is_root:
        value = " ".join((element.text or "").split())
        kind = (element.get("valueSpaceRef") or "").rpartition("/")[2]
        is_text = kind.startswith(_TEXTS) or not value
        yield f'{path}: "{value}"' if is_text else f"{path}: {value}"


_TEXTS = ("STR_", "PASSWORD_")


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
