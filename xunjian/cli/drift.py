"""`diff -l …`: what devices run now, against what was agreed, saved, read before or a twin runs."""

from dataclasses import replace
from datetime import datetime

from xunjian.cli.configurations import Shelf, fetch, keep, named, open_shelf, say_troubles
from xunjian.cli.list import selected
from xunjian.cli.output import Output
from xunjian.config.approvals import (
    Record,
    absent_planned,
    approved,
    raise_unplanned,
    read_approvals,
)
from xunjian.config.baselines import BACKUP, BASELINE, digest
from xunjian.config.model import ConfigDiff, Redacted, Side, TrustState
from xunjian.config.pipeline import Setting, diff_redacted
from xunjian.errors import UsageError
from xunjian.inventory.model import Device
from xunjian.language import Text
from xunjian.mistakes import nearest_hint
from xunjian.run.configurations import Fetched
from xunjian.run.content import Content
from xunjian.run.uplinks import device_facts
from xunjian.schema import Problems
from xunjian.store.lock import held

MODES = {"baseline": "drift", "startup": "running-startup", "backup": "pre-post"}
_SOURCES = {"baseline": "baseline", "startup": "startup", "backup": "before"}
_WORKERS = 20


def diff_devices(
    content: Content, output: Output, chosen: tuple[str | None, str | None], against: str
) -> list[ConfigDiff]:
    """Read the selected devices and compare each; what was read is kept as `backup` does.

    Against `backup` nothing is kept: what stood before a change stays to be compared with, as often
    as the change is looked at.

    Raises:
        UsageError: `against` is neither a mode nor a device.
    """
    devices = selected(content, *chosen)
    peer = None if against in MODES else content.inventory.devices.get(against)
    if against not in MODES and peer is None:
        raise UsageError(
            Text(f"--against 的值不对: {against}", f"--against has a wrong value: {against}"),
            nearest_hint(against, [*MODES, *content.inventory.devices]),
        )
    shelf = open_shelf(content)
    problems = Problems()
    records = {d.name: read_approvals(shelf.baselines.git, named(d), problems) for d in devices}
    problems.raise_if_any()
    asked = [*devices, *([peer] if peer is not None and peer not in devices else [])]
    with held(content.workspace.state_dir, "diff"):
        before = {d.name: shelf.read(BACKUP, d) for d in devices} if against == "backup" else {}
        found = {
            fetched.visit.device.name: fetched
            for fetched in fetch(
                shelf, output, asked, workers=_WORKERS, startup=against == "startup"
            )
        }
        for fetched in found.values():
            if against != "backup":
                keep(shelf, fetched)
            say_troubles(output, fetched)
    results = []
    for device in devices:
        if device.name not in found or device is peer:
            continue
        fetched = found[device.name]
        if peer is not None:
            other = found.get(peer.name)
            left = other.running if other is not None else None
        elif against == "startup":
            left = fetched.startup
        else:
            left = before.get(device.name) if before else shelf.read(BASELINE, device)
        results.append(_compared(shelf, fetched, left, against, records[device.name]))
    return results


def _compared(
    shelf: Shelf,
    fetched: Fetched,
    left: Redacted | None,
    against: str,
    records: tuple[Record, ...],
) -> ConfigDiff:
    device, pack, running = fetched.visit.device, fetched.visit.pack, fetched.running
    mode = MODES.get(against, "pair")
    source = _SOURCES.get(against, "peer")
    peer = against if mode == "pair" else device.name
    name = shelf.shown_path(source, device) or f"{peer}/{source}"
    setting = Setting(
        device=device.name,
        mode=mode,
        left=Side(source=source, name=name, pack=left.pack if left is not None else ""),
        right=Side(source="running", name=f"{device.name}/running", pack=pack.ref),
        facts=device_facts(device, *(text.lines for text in (left, running) if text is not None)),
        label=device.label,
        site=_site(device),
        shrink=mode == "drift",
    )
    if running is None:
        return _not_compared(setting, pack.platform, "unreached")
    if running.trust.state is not TrustState.TRUSTED:
        found = _not_compared(setting, pack.platform, "untrusted")
        return replace(found, trust=running.trust)
    if left is None:
        return _not_compared(setting, pack.platform, "no_baseline")
    now = datetime.now().astimezone()
    diff = diff_redacted(left, running, pack, setting=setting)
    changes = approved(diff.changes, records, now, digest(left))
    if mode != "pre-post":
        return replace(diff, changes=changes)
    return replace(
        diff,
        changes=raise_unplanned(changes, records, now),
        missing_planned=absent_planned(changes, records, now),
    )


def _not_compared(setting: Setting, platform: str, why: str) -> ConfigDiff:
    return ConfigDiff(
        device=setting.device,
        platform=platform,
        mode=setting.mode,
        left=setting.left,
        right=setting.right,
        label=setting.label,
        site=setting.site,
        not_compared=why,
    )


def _site(device: Device) -> str:
    return device.site.name if device.site else ""
