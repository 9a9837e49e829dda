"""What a command works with: the workspace and all it says, read when first asked for."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from xunjian.inventory import Inventory, load_inventory
from xunjian.platforms import Platforms, load_platforms
from xunjian.settings import Settings, load_settings
from xunjian.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from xunjian.store import Store
    from xunjian.tasks.model import Catalog


class Content:
    """A workspace opened for one call of the command line.

    Everything is read lazily: `list runs` must work where a card is broken, and `lint` where the
    inventory is.
    """

    def __init__(
        self,
        workspace: Path | None = None,
        inventory: Path | None = None,
        options: Mapping[str, object] | None = None,
    ) -> None:
        self.workspace: Workspace = open_workspace(workspace)
        self._inventory_dir = inventory
        self._options = {k: v for k, v in (options or {}).items() if v is not None}

    @cached_property
    def settings(self) -> Settings:
        """Effective settings: command line > environment > xunjian.yml > default."""
        return load_settings(self.workspace, self._options)

    @cached_property
    def platforms(self) -> Platforms:
        """All platforms."""
        return load_platforms(self.workspace)

    @cached_property
    def catalog(self) -> "Catalog":
        """All cards, after the workspace's plugins where its settings allow them."""
        from xunjian.tasks import load_catalog

        if self.settings.plugins:
            from xunjian.workspace import load_plugins

            load_plugins(self.workspace)
        return load_catalog(self.workspace, self.platforms)

    @cached_property
    def inventory(self) -> Inventory:
        """The inventory; cross-checked."""
        directory = self._inventory_dir or self.workspace.inventory_dir
        return load_inventory(directory, platform_names=self.platforms.aliases)

    @cached_property
    def store(self) -> "Store":
        """The workspace's store."""
        from xunjian.store import open_store

        return open_store(self.workspace.state_dir)
