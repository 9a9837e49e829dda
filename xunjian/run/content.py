"""What a command works with: the workspace and all it says, read when first asked for."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from xunjian.errors import UsageError
from xunjian.language import Text
from xunjian.secrets import AGE_KEY, Secret, SecretRef, SecretSource, resolve_secret
from xunjian.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from xunjian.inventory import Device, Inventory
    from xunjian.parse import TemplateCache
    from xunjian.platforms import Platforms
    from xunjian.run.plugins import Plugins
    from xunjian.settings import Settings
    from xunjian.store import RunSummary
    from xunjian.store.store import Store
    from xunjian.tasks.model import Catalog
    from xunjian.tasks.thresholds import Limits
    from xunjian.transport import DeviceSession

LAYOUTS = "templates/report"
USUAL_LAYOUT = "inspection"


class Content:
    """A workspace opened for one call.

    Everything is read (and its code imported) lazily: `list runs` must work where a card is broken,
    `lint` where the inventory is, and a listing must not wait for the store's or the cards' code.
    """

    def __init__(
        self,
        workspace: Path | None = None,
        inventory: Path | None = None,
        options: Mapping[str, object] | None = None,
    ) -> None:
        self.workspace: Workspace = open_workspace(workspace)
        self.inventory_dir = inventory or self.workspace.inventory_dir
        self._options = options or {}
        self._prompted: Secret | None = None
        self._username: str | None = None

    @cached_property
    def settings(self) -> "Settings":
        """Effective settings: command line > environment > xunjian.yml > default."""
        from xunjian.settings import load_settings

        return load_settings(self.workspace, self._options)

    @cached_property
    def platforms(self) -> "Platforms":
        """All platforms."""
        from xunjian.platforms import load_platforms

        return load_platforms(self.workspace)

    @cached_property
    def catalog(self) -> "Catalog":
        """All cards, after the workspace's plugins where its settings allow them."""
        from xunjian.tasks.load import load_catalog

        return load_catalog(
            self.workspace,
            self.platforms,
            functions=self.plugins.functions,
            templates=self.templates,
        )

    @cached_property
    def plugins(self) -> "Plugins":
        """What the workspace's plugins bring; nothing where its settings do not allow them."""
        from xunjian.run.plugins import Plugins, read_plugins

        return read_plugins(self.workspace) if self.settings.plugins else Plugins()

    @cached_property
    def inventory(self) -> "Inventory":
        """The inventory; cross-checked, with the operator's own login when one was given."""
        from xunjian.inventory import load_inventory

        names = {alias: p.name for p in self.platforms.by_name.values() for alias in p.aliases}
        names |= {name: name for name in self.platforms.names}
        found = load_inventory(self.inventory_dir, platform_names=names)
        if self._username is None and self._prompted is None:
            return found
        return replace(found, devices={n: self._as_operator(d) for n, d in found.devices.items()})

    @cached_property
    def thresholds(self) -> "Limits":
        """The contract's limits; the inventory's are checked beside them."""
        from xunjian.tasks.thresholds import check_inventory_limits, load_thresholds

        check_inventory_limits(self.inventory_dir, self.catalog)
        return load_thresholds(self.workspace, self.catalog)

    @cached_property
    def templates(self) -> "TemplateCache":
        """Parsing templates, compiled once."""
        from xunjian.parse import TemplateCache

        return TemplateCache(self.workspace, decoders=self.plugins.decoders)

    @cached_property
    def store(self) -> "Store":
        """The workspace's store."""
        from xunjian.store import open_store

        return open_store(self.workspace.state_dir, recipient=self.settings.recipient)

    def find_run(self, run_id: str) -> "RunSummary":
        """Give an earlier run, `latest` the newest; raises UsageError with the nearest id."""
        from xunjian.schema import nearest

        runs = self.store.runs()
        if run_id == "latest" and runs:
            return runs[0]
        known = {summary.run_id: summary for summary in runs}
        if run_id in known:
            return known[run_id]
        near = nearest(run_id, known)
        raise UsageError(
            Text(f"没有这一轮：{run_id}", f"no such run: {run_id}"),
            Text(f"是否想写 {near}", f"did you mean {near}?")
            if near
            else Text("看有哪些：xunjian list runs", "see them: xunjian list runs"),
        )

    def log_in_as(self, username: str | None, password: Secret | None) -> None:
        """Use the operator's own login (`-u`, `-k`) on every device; call before `inventory`."""
        self._username, self._prompted = username, password

    def resolve(self, ref: SecretRef) -> Secret:
        """Give the secret a reference names."""
        return resolve_secret(ref, self.workspace.root, self._prompted)

    def identity(self) -> str | None:
        """Give the workspace's age identity, which opens sealed evidence; None without a key."""
        key = self.workspace.root / AGE_KEY
        words = key.read_text("utf-8").split() if key.is_file() else []
        return next((word for word in words if word.startswith("AGE-SECRET-KEY-")), None)

    def layout(self, name: str) -> bytes:
        """Give the layout of a document: the workspace's own, else the built-in one."""
        return self.workspace.find(f"{LAYOUTS}/{name}").path.read_bytes()

    def own_layouts(self, template: str) -> Mapping[str, Path]:
        """Files of a playbook's own layout, by the name of the usual one they stand in for."""
        if template == USUAL_LAYOUT:
            return {}
        files = (one.path for one in self.workspace.iterate(LAYOUTS, "*"))
        named = {path.name.removeprefix(template): path for path in files if path.suffix}
        return {
            f"{USUAL_LAYOUT}{rest}": path
            for rest, path in named.items()
            if rest.startswith(".") and path.name == template + rest
        }

    def open_session(self, device: "Device", deadline_s: float) -> "DeviceSession":
        """Open a session outside a run."""
        from xunjian.transport import open_session
        from xunjian.transport.deadline import Deadline

        return open_session(
            device,
            self.platforms.get(device.platform),
            known_hosts=self.workspace.known_hosts,
            resolve=self.resolve,
            deadline=Deadline(deadline_s),
            find_device=self.inventory.devices.get,
        )

    def _as_operator(self, device: "Device") -> "Device":
        prompt = SecretRef(source=SecretSource.PROMPT, name="password")
        channels = {
            name: replace(
                settings,
                username=self._username or settings.username,
                password=prompt if self._prompted else settings.password,
            )
            for name, settings in device.channels.items()
        }
        return replace(device, channels=channels)
