"""The workspace's configurations: the packs, what is kept under git, the key of fingerprints."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from xunjian.config.baselines import (
    BACKUP,
    BASELINE,
    RUNNING,
    STARTUP,
    Baselines,
    Named,
    site_key,
)
from xunjian.config.clean import clean
from xunjian.config.completeness import shrunk
from xunjian.config.git_folder import GitFolder
from xunjian.config.model import Redacted, TrustState
from xunjian.config.pack import Pack, Packs, load_packs
from xunjian.config.parts import has_part
from xunjian.config.redact import redact
from xunjian.config.remembered import FOLDER, Memory
from xunjian.inventory.model import Device
from xunjian.run.configurations import Fetched, Visit
from xunjian.run.content import Content
from xunjian.run.vault import Vault
from xunjian.secrets import AGE_KEY

RUNNER = "xunjian"  # the author of commits that no person made


@dataclass(frozen=True, slots=True)
class Shelf:
    """The workspace's configurations."""

    content: Content
    packs: Packs
    baselines: Baselines
    key_file: Path

    @property
    def key(self) -> bytes:
        """The key of fingerprints; made when it is first asked for."""
        return site_key(self.key_file)

    @property
    def memory(self) -> Memory:
        """What was redacted last, so that the same bytes are not redacted again."""
        return Memory(self.key, self.content.workspace.state_dir / FOLDER)

    @property
    def vault(self) -> Vault:
        """Where the raw answers are sealed."""
        workspace = self.content.workspace
        return Vault(
            workspace.state_dir / "vault",
            self.content.settings.recipient,
            workspace.root / AGE_KEY,
        )

    def pack_of(self, device: Device) -> Pack:
        """The pack of a device's platform."""
        platform = self.content.platforms.get(device.platform)
        return self.packs.get(platform.name if platform else device.platform)

    def read(self, kind: str, device: Device, what: str = RUNNING) -> Redacted | None:
        """What is kept of a device."""
        pack = self.pack_of(device)
        return self.baselines.read(kind, named(device), pack, self.key, what)

    def shown_path(self, source: str, device: Device) -> str:
        """The file a baseline (or `before`) stands in, as seen from the workspace; else empty."""
        kind = {"baseline": BASELINE, "before": BACKUP}.get(source)
        if kind is None:
            return ""
        path = self.baselines.path(kind, named(device))
        for base in (self.content.workspace.root, self.baselines.git.root):
            if path.is_relative_to(base):
                return path.relative_to(base).as_posix()
        return path.name


def named(device: Device) -> Named:
    """A device as the baselines know it."""
    return Named(device=device.name, site=device.site.name if device.site else "")


def accounts_of(device: Device) -> tuple[str, ...]:
    """The logins of the rounds on a device: they make no changes and approve none."""
    return tuple(settings.username or "" for settings in device.channels.values())


def open_shelf(content: Content) -> Shelf:
    """Open the workspace's configurations; beside the state where there is no workspace."""
    workspace = content.workspace
    own = workspace.root != workspace.builtin
    folder = workspace.inventory_dir / "baselines" if own else workspace.state_dir / "baselines"
    keys = workspace.root / "keys" if own else workspace.state_dir
    return Shelf(
        content,
        load_packs(workspace, content.platforms.aliases),
        Baselines(GitFolder(folder)),
        keys / "fingerprint.key",
    )


def keep(shelf: Shelf, fetched: Fetched, *, may_shrink: bool = False) -> str:
    """Keep what was read: `kept`, `unchanged`, `untrusted`, `partial`, `shrunk`, `unreached`.

    A baseline of an older pack is normalised anew first, in a commit of its own. may_shrink: keep a
    text also if it lost so many lines that it is doubted.
    """
    running, visit = fetched.running, fetched.visit
    if running is None:
        return "unreached"
    baseline = renew_baseline(shelf, visit)
    shelf.vault.keep(fetched)
    state = fitness(fetched, baseline, may_shrink=may_shrink)
    if state:
        return state
    message = f"backup {visit.device.name}"
    changed = shelf.baselines.keep(BACKUP, visit.named, backup_texts(fetched), message, RUNNER)
    return "kept" if changed else "unchanged"


def keep_together(shelf: Shelf, found: Sequence[Fetched]) -> dict[str, Redacted | None]:
    """Keep what many devices said as `keep` does, in one commit; gives their baselines by name."""
    fit, baselines = [], {}
    vault = shelf.vault
    for fetched in found:
        if fetched.running is None:
            continue
        baseline = baselines[fetched.visit.device.name] = renew_baseline(shelf, fetched.visit)
        vault.keep(fetched)
        if not fitness(fetched, baseline):
            fit.append(fetched)
    names = [fetched.visit.device.name for fetched in fit]
    what = names[0] if len(names) == 1 else f"of {len(names)} devices"
    keep_backups(shelf, fit, f"backup {what}")
    return baselines


def fitness(fetched: Fetched, baseline: Redacted | None, *, may_shrink: bool = False) -> str:
    """Why what was read must not be kept; empty when it may be.

    `unreached`, `untrusted`, `shrunk`, or `partial`: a part that the baseline has is there and
    could not be read; it is not gone.
    """
    running = fetched.running
    if running is None:
        return "unreached"
    if running.trust.state is not TrustState.TRUSTED:
        return "untrusted"
    if baseline is not None and any(has_part(baseline.lines, name) for name in fetched.unread):
        return "partial"
    if baseline is not None and not may_shrink and shrunk(len(baseline.lines), len(running.lines)):
        return "shrunk"
    return ""


def backup_texts(fetched: Fetched) -> dict[str, Redacted]:
    """The texts of a device that may be believed, by `running` and `startup`."""
    pairs = ((RUNNING, fetched.running), (STARTUP, fetched.startup))
    return {
        what: text
        for what, text in pairs
        if text is not None and text.trust.state is TrustState.TRUSTED
    }


def keep_backups(shelf: Shelf, found: Iterable[Fetched], message: str) -> bool:
    """Keep what many devices said in as few commits as git can take; False if nothing changed."""
    changed = False
    for some in _portions(tuple(found)):
        texts = {fetched.visit.named: backup_texts(fetched) for fetched in some}
        changed |= shelf.baselines.keep_many(BACKUP, texts, message, RUNNER)
    return changed


_AT_ONCE = 500  # devices a commit names on git's command line: some 120 kB of paths


def _portions(found: tuple[Fetched, ...]) -> Iterator[tuple[Fetched, ...]]:
    for start in range(0, len(found), _AT_ONCE):
        yield found[start : start + _AT_ONCE]


def renew_baseline(shelf: Shelf, visit: Visit) -> Redacted | None:
    """The baseline as the pack of today writes it; rule changes never mix with drift.

    Made from the sealed bytes it once came from, where they and the key are here: only they still
    have what an older pack left out. Else from the text that was kept.
    """
    baselines, pack = shelf.baselines, visit.pack
    text = baselines.read(BASELINE, visit.named, pack, shelf.key)
    if text is None or text.pack == pack.ref:
        return text
    whole, source = _from_raw(shelf, visit), "the sealed bytes"
    if whole is None:
        whole, source = text, "the kept text"
    if whole.trust.state is not TrustState.TRUSTED:
        return whole
    renewed = replace(whole, pack=pack.ref)
    message = f"baseline {visit.device.name}: normalised by {pack.ref} from {source}"
    baselines.keep(BASELINE, visit.named, {RUNNING: renewed}, message, RUNNER)
    return renewed


def _from_raw(shelf: Shelf, visit: Visit) -> Redacted | None:
    lines = shelf.baselines.lines_of(BASELINE, visit.named)
    raw = shelf.vault.raw_of(visit.named, lines)
    if raw is None:
        return None
    text = redact(clean(raw, visit.pack), visit.pack, shelf.key)
    text = replace(text, numbers=tuple(range(1, len(text.lines) + 1)))
    return text if text.trust.state is TrustState.TRUSTED else None
