"""From raw entries to devices: inheritance as nornir does it, and our few fields that add up.

The host's own value, else the first of its groups in order (each group before its parents), else
the defaults. Data goes key by key and whole, except `asset`, `expected`, `registers` and
`vars` (one level deep) and `limits` (limit by limit). Connection options go field by field,
`extras` whole.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from xunjian.inventory.fields import CHANNELS
from xunjian.inventory.model import ChannelSettings, Device, Room, Site
from xunjian.inventory.places import title_text
from xunjian.inventory.references import feeds, mapping
from xunjian.inventory.registers import register_of
from xunjian.secrets import WRITTEN_SOURCES, SecretRef, SecretSource

Raw = Mapping[str, Any]

_BASE = ("hostname", "port", "username", "password", "platform")
_DEEP = ("asset", "expected", "registers", "vars")


class Resolver:
    """Resolves hosts of one inventory; what hosts of the same groups share is worked out once."""

    def __init__(
        self,
        *,
        groups: Raw,
        defaults: Raw,
        sites: Mapping[str, Site],
        rooms: Mapping[str, Room],
        platform_names: Mapping[str, str] | None,
    ) -> None:
        self._groups = groups
        self._defaults = defaults
        self._sites = sites
        self._rooms = rooms
        self._platform_names = platform_names
        self._inherited: dict[tuple[str, ...], Raw] = {}
        self._site_limits: dict[str, Raw] = {}

    def kind_of(self, host: Raw) -> str | None:
        """The kind of a host after inheritance; None when nobody says it."""
        kind = mapping(host.get("data")).get("kind")
        if kind is None:
            kind = self._layer(tuple(host.get("groups") or ()))["data"].get("kind")
        return kind if isinstance(kind, str) else None

    def device(self, name: str, host: Raw) -> Device:
        """The device a valid entry describes."""
        layer = self._layer(tuple(host.get("groups") or ()))
        own: Raw = mapping(host.get("data"))
        data = {**layer["data"], **{k: v for k, v in own.items() if v is not None}}
        for key in _DEEP:
            if key in own and key in layer["data"]:
                data[key] = {**layer["data"][key], **mapping(own[key])}
        base = {key: _first(host.get(key), layer[key]) for key in _BASE}
        room = self._rooms.get(data.get("room", ""))
        site = self._sites.get(room.site if room else data.get("site", ""))
        platform = base["platform"]
        label = title_text(data.get("label"), "")
        if platform is not None and self._platform_names is not None:
            platform = self._platform_names.get(platform, platform)
        return Device(
            name=name,
            kind=data.get("kind", ""),
            address=base["hostname"],
            platform=platform,
            label=label.zh,
            label_en=label.en,
            groups=layer["groups"],
            room=room,
            site=site,
            systems=tuple(data.get("systems", ())),
            party=data.get("party"),
            role=data.get("role", ""),
            importance=data.get("importance", ""),
            uplink=_any_of(data.get("uplink")),
            uplink_all=_all_of(data.get("uplink")),
            power=_any_of(data.get("power")),
            power_all=_all_of(data.get("power")),
            via=data.get("via"),
            aaa=data.get("aaa"),
            asset=data.get("asset", {}),
            expected={key: tuple(items) for key, items in data.get("expected", {}).items()},
            limits=own.get("limits") or {},
            group_limits=self._around_limits(layer, site),
            registers={n: register_of(one) for n, one in data.get("registers", {}).items()},
            vars=data.get("vars", {}),
            channels=_channels(base, mapping(host.get("connection_options")), layer),
        )

    def _layer(self, groups: tuple[str, ...]) -> Raw:
        """What a list of groups and the defaults give, merged; `groups` is the whole lineage."""
        if groups not in self._inherited:
            lineage = lineage_of(groups, self._groups)
            sources = [*(mapping(self._groups.get(name)) for name in lineage), self._defaults]
            parts = [mapping(source.get("data")) for source in sources]
            layer: dict[str, Any] = {
                key: _first(*(source.get(key) for source in sources)) for key in _BASE
            }
            layer["groups"] = lineage
            layer["data"] = _merged_data(parts)
            layer["limits"] = _merged_limits(mapping(d.get("limits")) for d in parts[:-1])
            layer["default_limits"] = mapping(parts[-1].get("limits"))
            layer["connections"] = _merged_connections(
                mapping(source.get("connection_options")) for source in sources
            )
            self._inherited[groups] = layer
        return self._inherited[groups]

    def _around_limits(self, layer: Raw, site: Site | None) -> Raw:
        """Limits that are not the device's own: groups, then its site and those above, defaults."""
        around = self._limits_of_site(site.name) if site else {}
        if not around:
            return _merged_limits((layer["limits"], layer["default_limits"]))
        return _merged_limits((layer["limits"], around, layer["default_limits"]))

    def _limits_of_site(self, name: str) -> Raw:
        if name not in self._site_limits:
            above = [self._sites[place].limits for place in with_parents(name, self._sites)]
            self._site_limits[name] = _merged_limits(above)
        return self._site_limits[name]


def lineage_of(groups: Iterable[str], known: Raw) -> tuple[str, ...]:
    """Groups in the order nornir asks them: each before its parents, each once."""
    seen: dict[str, None] = {}
    todo = list(groups)
    while todo:
        name = todo.pop(0)
        if name not in seen:
            seen[name] = None
            parents: Any = mapping(known.get(name)).get("groups")
            todo = [*(parents or ()), *todo]
    return tuple(seen)


def with_parents(name: str, sites: Mapping[str, Site]) -> tuple[str, ...]:
    """A site and the sites above it, nearest first."""
    places: list[str] = []
    here: str | None = name
    while here is not None and here in sites and here not in places:
        places.append(here)
        here = sites[here].parent
    return tuple(places)


def secret_ref(value: object) -> SecretRef | None:
    """The reference a valid secret slot holds."""
    if not isinstance(value, Mapping):
        return None
    source = next((key for key in WRITTEN_SOURCES if key in value), None)
    if source is None or set(value) - {source, "rotated_on"}:
        return None
    rotated = value.get("rotated_on")
    return SecretRef(
        source=SecretSource(source),
        name=str(value[source]),
        rotated_on=date.fromisoformat(str(rotated)) if rotated else None,
    )


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _merged_data(parts: Iterable[Raw]) -> dict[str, Any]:
    """Earlier sources win, key by key; some keys one level deep; limits are merged elsewhere."""
    merged: dict[str, Any] = {}
    for data in parts:
        for key, value in data.items():
            if value is None or key == "limits":
                continue
            if key in _DEEP and key in merged:
                merged[key] = {**value, **merged[key]}
            else:
                merged.setdefault(key, value)
    return merged


def _merged_limits(sources: Iterable[Raw]) -> dict[str, Raw]:
    merged: dict[str, Raw] = {}
    for source in sources:
        for check, limits in source.items():
            merged[check] = {**limits, **merged.get(check, {})}
    return merged


def _merged_connections(sources: Iterable[Raw]) -> dict[str, dict[str, Any]]:
    merged: dict[str, dict[str, Any]] = {}
    for source in sources:
        for channel, options in source.items():
            into = merged.setdefault(channel, {})
            for key, value in mapping(options).items():
                if value is not None:
                    into.setdefault(key, value)
    return merged


def _channels(base: Raw, own: Raw, layer: Raw) -> dict[str, ChannelSettings]:
    inherited: dict[str, dict[str, Any]] = layer["connections"]
    options = _merged_connections((own, inherited)) if own else inherited
    channels = {name: _settings(name, base, entry) for name, entry in options.items()}
    channels[""] = _settings("", base, {})
    return channels


def _settings(channel: str, base: Raw, options: Raw) -> ChannelSettings:
    extras = options.get("extras") or {}
    ours = channel in CHANNELS
    return ChannelSettings(
        hostname=_first(options.get("hostname"), base["hostname"]),
        port=_first(options.get("port"), base["port"]),
        username=_first(options.get("username"), base["username"]),
        password=secret_ref(_first(options.get("password"), base["password"])),
        options={k: secret_ref(v) or v for k, v in extras.items()} if ours else {},
        platform=options.get("platform"),
        extras={} if ours else {k: secret_ref(v) or v for k, v in extras.items()},
    )


def _any_of(value: object) -> tuple[str, ...]:
    return tuple(str(name) for path, name in feeds(value) if path[0] != "all")


def _all_of(value: object) -> tuple[str, ...]:
    return tuple(str(name) for path, name in feeds(value) if path[0] == "all")
