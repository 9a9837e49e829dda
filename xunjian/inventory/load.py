"""`inventory/` as one cross-checked value: every mistake in its four files is reported at once."""

import gc
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from xunjian.errors import ContentError, UsageError
from xunjian.inventory.fields import KINDS, SECTIONS, Defaults, Entry
from xunjian.inventory.model import Inventory
from xunjian.inventory.places import Places, read_places
from xunjian.inventory.references import Sources, check_references, entries, mapping
from xunjian.inventory.resolve import Resolver
from xunjian.language import Text
from xunjian.schema import Document, Model, Problems, load_yaml, nearest_hint, validate

FILES = ("hosts", "groups", "defaults", "sites")


def load_inventory(
    directory: Path,
    *,
    platform_names: Mapping[str, str] | None = None,
    extra_kinds: Iterable[str] = (),
    check_ids: Iterable[str] | None = None,
) -> Inventory:
    """Read hosts.yml, groups.yml, defaults.yml and sites.yml; only the first must exist.

    platform_names: name or alias of a platform → its name; without it platforms are not checked.
    extra_kinds: kinds besides the shipped ones and those of sites.yml.
    check_ids: ids of all checks, to hold `limits` against; without it they are not checked.

    Raises:
        UsageError: there is no inventory in the folder.
        ContentError: with every problem of all four files.
    """
    was_enabled = gc.isenabled()
    gc.disable()  # a fleet's data are a million objects, none of them garbage
    try:
        kinds = KINDS | frozenset(extra_kinds)
        return _load(directory, platform_names, kinds, check_ids)
    finally:
        if was_enabled:
            gc.enable()


def _load(
    directory: Path,
    platform_names: Mapping[str, str] | None,
    kinds: frozenset[str],
    check_ids: Iterable[str] | None,
) -> Inventory:
    problems = Problems()
    documents = _read(directory, problems)
    hosts = documents["hosts"]
    if hosts is None:
        problems.raise_if_any()
        raise _no_inventory(directory)
    kinds |= _own_kinds(documents["sites"])
    names = _namespaces(documents, directory, kinds)
    if platform_names is not None:
        names["platforms"] = frozenset(platform_names)
    if check_ids is not None:
        names["checks"] = frozenset(check_ids)
    sources = Sources(
        hosts=hosts,
        groups=documents["groups"],
        defaults=documents["defaults"],
        sites=documents["sites"],
        names=names,
    )
    check_references(sources, problems)
    shared_ok = _validate_shared(sources, problems)
    valid = _validate_hosts(hosts, problems)
    places = read_places(sources.sites) if not problems.found else Places()
    resolver = Resolver(
        groups=dict(entries(sources.groups.data)) if sources.groups else {},
        defaults=mapping(sources.defaults.data) if sources.defaults else {},
        sites=places.sites,
        rooms=places.rooms,
        platform_names=platform_names,
    )
    if shared_ok:
        _check_inherited(hosts, valid, resolver, sources, problems)
    problems.raise_if_any()
    return Inventory(
        devices={name: resolver.device(name, entry) for name, entry in valid.items()},
        sites=places.sites,
        rooms=places.rooms,
        parties=places.parties,
        systems=places.systems,
        circuits=places.circuits,
        groups=tuple(mapping(sources.groups.data)) if sources.groups else (),
        kinds=kinds,
    )


def _no_inventory(directory: Path) -> UsageError:
    hint = Text("用 xunjian init 新建，或用 -i 指定", "xunjian init makes one, -i names another")
    if any((directory / f"hosts{ending}").exists() for ending in (".yaml", ".json", "")):
        hint = Text("文件名应为 hosts.yml", "the file must be called hosts.yml")
    return UsageError(
        Text(
            f"没有设备清单：{directory / 'hosts.yml'}",
            f"there is no inventory: {directory / 'hosts.yml'}",
        ),
        hint,
    )


def _read(directory: Path, problems: Problems) -> dict[str, Document | None]:
    documents: dict[str, Document | None] = {}
    for name in FILES:
        path = directory / f"{name}.yml"
        documents[name] = None
        if not path.exists():
            continue
        shown = f"{directory.name}/{path.name}"
        try:
            document = load_yaml(path, shown=shown, problems=problems)
        except ContentError as error:
            problems.merge(error)
            continue
        if document.data is None and name == "hosts":
            hint = Text("确无设备时写 {}", "write {} if there are none")
            problems.add(document, (), Text("文件是空的", "the file is empty"), hint)
        elif document.data is not None and not isinstance(document.data, dict):
            problems.add(document, (), Text("应为映射", "expected a mapping"))
        else:
            documents[name] = document
    return documents


def _own_kinds(document: Document | None) -> frozenset[str]:
    kinds = mapping(document.data).get("kinds") if document else None
    return (
        frozenset(k for k in kinds if isinstance(k, str))
        if isinstance(kinds, list)
        else (frozenset(mapping(kinds)))
    )


def _namespaces(
    documents: Mapping[str, Document | None],
    directory: Path,
    kinds: frozenset[str],
) -> dict[str, frozenset[str]]:
    """Names to hold references against; a file that exists and could not be read gives none."""
    names: dict[str, frozenset[str]] = {}
    for name in ("hosts", "groups"):
        document = documents[name]
        if document is not None:
            names[name] = frozenset(mapping(document.data))
        elif not (directory / f"{name}.yml").exists():
            names[name] = frozenset()
    sites = documents["sites"]
    if sites is not None or not (directory / "sites.yml").exists():
        parts = mapping(sites.data) if sites else {}
        names |= {section: frozenset(mapping(parts.get(section))) for section in SECTIONS}
        names["kinds"] = kinds
    return names


def _validate_shared(sources: Sources, problems: Problems) -> bool:
    """Validate groups, defaults and sites; tell whether groups and defaults are sound."""
    if sources.sites is not None:
        _validate_sites(sources.sites, problems)
    before = len(problems.found)
    if sources.groups is not None:
        for name in mapping(sources.groups.data):
            _validate_entry(sources.groups, Entry, problems, (name,))
    if sources.defaults is not None and sources.defaults.data is not None:
        validate(sources.defaults, Defaults, problems)
    return len(problems.found) == before


def _validate_hosts(hosts: Document, problems: Problems) -> dict[str, dict[str, Any]]:
    return {
        name: dict(entry)
        for name, entry in entries(hosts.data)
        if _validate_entry(hosts, Entry, problems, (name,))
    }


def _validate_entry(
    document: Document, model: type[Model], problems: Problems, at: tuple[str, ...]
) -> bool:
    entry: Any = document.data
    for key in at:
        entry = entry[key]
    if entry is None:
        return True
    before = len(problems.found)
    validate(document, model, problems, at)
    return len(problems.found) == before


def _validate_sites(document: Document, problems: Problems) -> None:
    for section, content in mapping(document.data).items():
        if section == "kinds":
            _validate_kinds(document, content, problems)
            continue
        model = SECTIONS.get(section)
        if model is None:
            hint = nearest_hint(section, (*SECTIONS, "kinds"))
            problems.add(document, (section,), Text("未知的键", "unknown key"), hint)
            continue
        if content is not None and not isinstance(content, dict):
            problems.add(document, (section,), Text("应为映射", "expected a mapping"))
        for name, entry in mapping(content).items():
            shorthand = section in {"systems", "parties"} and isinstance(entry, str)
            if entry is None and section in {"sites", "rooms"}:
                problems.add(document, (section, name), Text("内容为空", "nothing is said of it"))
            elif not shorthand:
                _validate_entry(document, model, problems, (section, name))


def _validate_kinds(document: Document, content: object, problems: Problems) -> None:
    items = content if isinstance(content, list | dict) else [content] if content else []
    sound = isinstance(content, list | dict | None) and all(isinstance(k, str) for k in items)
    if not sound:
        problems.add(document, ("kinds",), Text("应为名称列表", "expected a list of names"))


def _check_inherited(
    hosts: Document,
    valid: Mapping[str, Mapping[str, Any]],
    resolver: Resolver,
    sources: Sources,
    problems: Problems,
) -> None:
    """Note what only the merged entry shows: a device without a kind."""
    known = sources.names.get("groups")
    for name, entry in valid.items():
        groups = entry.get("groups") or ()
        if known is None or not known.issuperset(groups):
            continue  # the unknown group is reported, and might have said it
        if resolver.kind_of(entry) is None:
            hint = Text(
                "写在 data.kind，或写在它的组里", "write data.kind, here or in a group of it"
            )
            problems.add(hosts, (name,), Text("没有写设备类型", "no kind is given"), hint)
