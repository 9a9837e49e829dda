"""Do the names in an inventory lead somewhere? Read from raw data, so that a schema error in one
entry hides no reference error in it or in any other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from xunjian.inventory.fields import CHANNELS, bad_name, near_channel
from xunjian.inventory.model import POINTS
from xunjian.language import Text
from xunjian.schema import (
    Document,
    KeyPath,
    Problems,
    is_secret_slot,
    nearest_hint,
    part_at,
    printable,
)

_LOOKUPS = 500_000  # comparisons of names spent on hints: about five seconds
_LEVELS = ("province", "city", "county", "township")
_WORDS: Mapping[str, Text] = {
    "groups": Text("没有这个组", "no such group"),
    "sites": Text("没有这个站点", "no such site"),
    "rooms": Text("没有这个机房", "no such room"),
    "parties": Text("没有这个责任方", "no such party"),
    "systems": Text("没有这个系统", "no such system"),
    "hosts": Text("没有这个设备", "no such device"),
    "kinds": Text("没有这个设备类型", "no such kind of device"),
    "checks": Text("没有这项判定", "no such check"),
    "platforms": Text("没有这个平台", "no such platform"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The documents of one inventory; None for one that is absent or could not be read.

    names: what each namespace holds; a namespace that could not be read is absent and nothing is
    held against it.
    """

    hosts: Document
    groups: Document | None = None
    defaults: Document | None = None
    sites: Document | None = None
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)


def check_references(sources: Sources, problems: Problems) -> None:
    """Note every name that leads nowhere, every loop, and every name that cannot be used."""
    check = _Checker(sources, problems)
    if sources.sites is not None:
        _check_sites(check, sources.sites)
    if sources.defaults is not None:
        _check_entry(check, sources.defaults, (), mapping(sources.defaults.data))
    for document in (sources.groups, sources.hosts):
        if document is not None:
            for name, entry in entries(document.data):
                check.usable(document, (name,), name)
                _check_entry(check, document, (name,), entry)
    if sources.groups is not None:
        _check_loops(check, sources.groups, (), "groups")
    _check_loops(check, sources.hosts, ("data",), "via")


class _Checker:
    def __init__(self, sources: Sources, problems: Problems) -> None:
        self.names = sources.names
        self.problems = problems
        rooms = mapping(sources.sites.data).get("rooms") if sources.sites else None
        self.room_sites = {name: room.get("site") for name, room in entries(rooms)}
        self._hints: dict[tuple[str, str], Text] = {}

    def refers(self, document: Document, path: KeyPath, value: object, space: str) -> None:
        """Note a text that is no name of a namespace; other values are the schema's business."""
        known = self.names.get(space)
        if known is None or not isinstance(value, str) or value in known:
            return
        message = _WORDS[space]
        shown = printable(value)
        text = Text(f"{message.zh}: {shown}", f"{message.en}: {shown}")
        self.problems.add(document, path, text, self._hint(value, space))

    def _hint(self, value: str, space: str) -> Text:
        """The nearest right name; of many thousand wrong ones only the first are looked up."""
        known = self.names[space]
        if (value, space) not in self._hints:
            if len(self._hints) * len(known) > _LOOKUPS:
                return Text("")
            self._hints[value, space] = nearest_hint(value, known)
        return self._hints[value, space]

    def refer(self, document: Document, path: KeyPath, values: object, space: str) -> None:
        """The same for each item of a list."""
        if isinstance(values, list):
            for index, value in enumerate(values):
                self.refers(document, (*path, index), value, space)

    def limits(self, document: Document, path: KeyPath, value: object) -> None:
        """Note limits of checks that no card has; held only against a catalog, if one is given."""
        for name in mapping(value):
            self.refers(document, (*path, name), name, "checks")

    def same_site(self, document: Document, path: KeyPath, data: Mapping[str, object]) -> None:
        """Note a site that is not the site of the room beside it."""
        room, site = data.get("room"), data.get("site")
        of_room = self.room_sites.get(room) if isinstance(room, str) else None
        if isinstance(site, str) and of_room not in {None, site}:
            text = Text(f"与机房所在站点不同：{of_room}", f"the room is at another site: {of_room}")
            self.problems.add(document, (*path, "site"), text)

    def usable(self, document: Document, path: KeyPath, name: str) -> None:
        """Note a name that patterns and file names could not carry."""
        if (message := bad_name(name)) is not None:
            self.problems.add(document, path, message)


def mapping(value: object) -> Mapping[str, object]:
    """The value if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def entries(value: object) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Named entries of a mapping; an entry without content is an empty one."""
    for name, entry in mapping(value).items():
        yield name, mapping(entry)


def feeds(value: object) -> Iterator[tuple[tuple[str | int, ...], object]]:
    """Names in `uplink` or `power`, each with its path below that key."""
    parts = value.items() if isinstance(value, dict) else [(None, value)]
    for part, names in parts:
        if isinstance(names, list):
            for index, name in enumerate(names):
                yield ((index,) if part is None else (part, index)), name


def _check_entry(
    check: _Checker, document: Document, path: tuple[str, ...], entry: Mapping[str, object]
) -> None:
    check.refer(document, (*path, "groups"), entry.get("groups"), "groups")
    check.refers(document, (*path, "platform"), entry.get("platform"), "platforms")
    if "connection_options" in entry:
        _check_connections(check, document, path, mapping(entry["connection_options"]))
    data = mapping(entry.get("data"))
    if data:
        _check_data(check, document, (*path, "data"), data)


def _check_data(
    check: _Checker, document: Document, path: tuple[str, ...], data: Mapping[str, object]
) -> None:
    for key, space in (
        ("kind", "kinds"),
        ("room", "rooms"),
        ("site", "sites"),
        ("party", "parties"),
        ("via", "hosts"),
    ):
        if key in data:
            check.refers(document, (*path, key), data[key], space)
    check.refer(document, (*path, "systems"), data.get("systems"), "systems")
    check.limits(document, (*path, "limits"), data.get("limits"))
    check.same_site(document, path, data)
    _check_points(check, document, (*path, "expected", POINTS), mapping(data.get("expected")))
    for key in ("uplink", "power"):
        for inner, name in feeds(data.get(key)):
            check.refers(document, (*path, key, *inner), name, "hosts")
            if name == path[0]:
                message = Text("设备不能以自身为上联或供电", "a device cannot feed itself")
                check.problems.add(document, (*path, key, *inner), message)


def _check_points(
    check: _Checker, document: Document, path: tuple[str, ...], expected: Mapping[str, object]
) -> None:
    """Ports and tests at the ends of a line: `device/port`, `device/test`."""
    points = expected.get(POINTS)
    for index, point in enumerate(points if isinstance(points, list) else ()):
        name, _, part = str(point).partition("/")
        check.refers(document, (*path, index), name, "hosts")
        if not part:
            message = Text("应写 设备/端口 或 设备/测试例", "write device/port or device/test")
            check.problems.add(document, (*path, index), message)


def _check_connections(
    check: _Checker, document: Document, path: tuple[str, ...], options: Mapping[str, object]
) -> None:
    for name, value in options.items():
        here = (*path, "connection_options", name)
        if (hint := near_channel(name)) is not None:
            check.problems.add(document, here, Text("未知的通道", "unknown channel"), hint)
        elif name not in CHANNELS:
            _check_plain_secrets(check, document, (*here, "extras"), mapping(value).get("extras"))


def _check_plain_secrets(check: _Checker, document: Document, path: KeyPath, value: object) -> None:
    """Secrets in the free options of a nornir connection must be references there, too."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            _check_plain_secrets(check, document, (*path, index), item)
    for key, item in mapping(value).items():
        if is_secret_slot(key) and isinstance(item, str):
            message = Text("口令只能写引用，不能写明文", "a secret is written as a reference")
            check.problems.add(document, (*path, key), message)
        else:
            _check_plain_secrets(check, document, (*path, key), item)


def _check_sites(check: _Checker, document: Document) -> None:
    parts = mapping(document.data)
    for section in ("sites", "rooms", "parties", "systems", "circuits"):
        for name in mapping(parts.get(section)):
            check.usable(document, (section, name), name)
    for name, site in entries(parts.get("sites")):
        check.refers(document, ("sites", name, "parent"), site.get("parent"), "sites")
        check.limits(document, ("sites", name, "limits"), site.get("limits"))
        _check_level(check, document, name, site)
    for name, room in entries(parts.get("rooms")):
        check.refers(document, ("rooms", name, "site"), room.get("site"), "sites")
        check.refers(document, ("rooms", name, "party"), room.get("party"), "parties")
    for name, circuit in entries(parts.get("circuits")):
        for key in ("a_site", "b_site"):
            check.refers(document, ("circuits", name, key), circuit.get(key), "sites")
        segments = circuit.get("segments")
        for index, segment in enumerate(segments if isinstance(segments, list) else ()):
            where = ("circuits", name, "segments", index, "party")
            check.refers(document, where, mapping(segment).get("party"), "parties")
    _check_loops(check, document, (), "parent", top="sites")


def _check_level(
    check: _Checker, document: Document, name: str, site: Mapping[str, object]
) -> None:
    parent = mapping(mapping(mapping(document.data).get("sites")).get(str(site.get("parent"))))
    level, above = site.get("level"), parent.get("level")
    if level in _LEVELS and above in _LEVELS and _LEVELS.index(level) <= _LEVELS.index(above):
        message = Text("上级站点的级别必须更高", "the parent must be of a higher level")
        check.problems.add(document, ("sites", name, "parent"), message)


def _check_loops(
    check: _Checker, document: Document, below: tuple[str, ...], key: str, top: str = ""
) -> None:
    """Note each entry that stands on a loop of references of one key."""
    pool = mapping(mapping(document.data).get(top)) if top else mapping(document.data)
    targets: dict[str, tuple[str, ...]] = {}
    for name, entry in entries(pool):
        value = part_at(entry, (*below, key))
        if value is not None:
            names = value if isinstance(value, list) else [value]
            targets[name] = tuple(n for n in names if isinstance(n, str))
    for name in targets:
        if _reaches(targets, name):
            path = (*((top,) if top else ()), name, *below, key)
            text = Text(f"引用成环：{name}", f"the references form a loop: {name}")
            check.problems.add(document, path, text)


def _reaches(targets: Mapping[str, tuple[str, ...]], start: str) -> bool:
    seen: set[str] = set()
    todo = list(targets[start])
    while todo:
        name = todo.pop()
        if name == start:
            return True
        if name not in seen:
            seen.add(name)
            todo.extend(targets.get(name, ()))
    return False
