"""What `backup`, `baseline` and `diff -l` share: whom to ask, where texts are kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from xunjian.cli.output import Output
from xunjian.config.baselines import BACKUP, BASELINE, RUNNING, STARTUP, Baselines, Named, site_key
from xunjian.config.completeness import shrunk
from xunjian.config.git_folder import GitFolder
from xunjian.config.model import Redacted, TrustState
from xunjian.config.pack import Pack, Packs, load_packs
from xunjian.errors import NothingSelected
from xunjian.inventory.model import Device
from xunjian.language import Text
from xunjian.run.configurations import Fetched, Visit, fetch_all, keep_raw, visits_of
from xunjian.run.content import Content

RUNNER = "xunjian"  # the author of commits that no person made
DEADLINE_S = 300.0


@dataclass(frozen=True, slots=True)
class Shelf:
    """The workspace's configurations: the packs, the folder under git, the key of fingerprints."""

    content: Content
    packs: Packs
    baselines: Baselines
    key: bytes

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
        site_key(keys / "fingerprint.key"),
    )


def fetch(
    shelf: Shelf,
    output: Output,
    devices: Sequence[Device],
    *,
    workers: int,
    startup: bool,
) -> list[Fetched]:
    """Fetch the configurations of the devices that have one, in their order, and keep them.

    Raises:
        NothingSelected: none of them has a configuration that we know how to ask for.
        ReadOnlyViolation: a platform's rules refuse its pack's command; nothing was sent.
    """
    content = shelf.content
    visits, without = visits_of(devices, content.platforms.get, shelf.packs.get)
    for device in without:
        why = Text("未做（不知道怎样读配置）", "left out (no way to read its configuration)")
        output.say(f"{device.name}: {output.text(why)}")
    if not visits:
        raise NothingSelected(
            Text("选中的设备都没有可读的配置", "none of the selected devices has a configuration")
        )
    found = fetch_all(
        visits,
        lambda device: content.open_session(device, DEADLINE_S),
        shelf.key,
        workers=workers,
        startup=startup,
    )
    order = {visit.device.name: n for n, visit in enumerate(visits)}
    return sorted(found, key=lambda fetched: order[fetched.visit.device.name])


def keep(shelf: Shelf, fetched: Fetched, *, may_shrink: bool = False) -> str:
    """Keep what was read: `kept`, `unchanged`, `untrusted`, `shrunk`, `unreached`.

    A baseline of an older pack is normalised anew first, in a commit of its own. may_shrink: keep a
    text also if it lost so many lines that it is doubted.
    """
    running, visit = fetched.running, fetched.visit
    if running is None:
        return "unreached"
    baseline = _renewed(shelf, visit)
    keep_raw(fetched, shelf.content.workspace.state_dir / "vault", shelf.content.settings.recipient)
    if running.trust.state is not TrustState.TRUSTED:
        return "untrusted"
    if baseline is not None and not may_shrink and shrunk(len(baseline.lines), len(running.lines)):
        return "shrunk"
    texts = {RUNNING: running}
    startup = fetched.startup
    if startup is not None and startup.trust.state is TrustState.TRUSTED:
        texts[STARTUP] = startup
    message = f"backup {visit.device.name}"
    changed = shelf.baselines.keep(BACKUP, visit.named, texts, message, RUNNER)
    return "kept" if changed else "unchanged"


def _renewed(shelf: Shelf, visit: Visit) -> Redacted | None:
    """The baseline as the pack of today writes it; rule changes never mix with drift."""
    baselines, pack = shelf.baselines, visit.pack
    text = baselines.read(BASELINE, visit.named, pack, shelf.key)
    if text is None or text.trust.state is not TrustState.TRUSTED:
        return text
    if baselines.is_of_older_pack(BASELINE, visit.named, pack):
        message = f"baseline {visit.device.name}: normalised by {pack.ref}"
        renewed = replace(text, pack=pack.ref)
        baselines.keep(BASELINE, visit.named, {RUNNING: renewed}, message, RUNNER)
    return text


def say_shrunk(output: Output, fetched: Fetched) -> None:
    """Say that a text was not kept because it lost too many lines."""
    name = fetched.visit.device.name
    output.say(
        Text(
            f"{name}: 行数比基线少四成以上，不保存；确属变更就用 backup --may-shrink",
            f"{name}: lost more than 40 % of the baseline's lines, not kept; if that is meant: "
            "backup --may-shrink",
        )
    )


def say_troubles(output: Output, fetched: Fetched) -> None:
    """Say on stderr why a device's configuration is missing or may not be believed."""
    from xunjian.report import words

    name = fetched.visit.device.name
    if fetched.running is None:
        reason = output.text(words.word(words.REASONS, fetched.reason))
        output.say(f"{name}: {reason}")
    for text, what in ((fetched.running, RUNNING), (fetched.startup, STARTUP)):
        for trouble in text.trust.reasons if text is not None else ():
            doubt = output.text(Text("不可信", "not trustworthy"))
            output.say(f"{name}: {what} {doubt}: {output.text(trouble)}")
    for note in fetched.notes:
        output.say(f"{name}: {output.text(note)}")
