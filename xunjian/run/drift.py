"""What a device runs now, against what was agreed, saved, read before or a twin runs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from xunjian.config.approvals import Record, absent_planned, approved, barred, raise_unplanned
from xunjian.config.baselines import digest
from xunjian.config.completeness import with_reason
from xunjian.config.model import ConfigDiff, Redacted, Side, TrustState
from xunjian.config.parts import has_part, without_parts
from xunjian.config.pipeline import Setting, diff_redacted
from xunjian.language import Text
from xunjian.run.configurations import Fetched, arrives_whole
from xunjian.run.shelf import Shelf, accounts_of
from xunjian.run.uplinks import device_facts

MODES = {"baseline": "drift", "startup": "running-startup", "backup": "pre-post"}
_MISSING = {"running-startup": "no_startup", "pre-post": "no_backup", "pair": "no_peer"}
_SOURCES = {"baseline": "baseline", "startup": "startup", "backup": "before"}


def compare_running(  # noqa: PLR0913 - what, against what, and which approvals count when
    shelf: Shelf,
    fetched: Fetched,
    left: Redacted | None,
    against: str,
    records: Sequence[Record] = (),
    *,
    now: datetime | None = None,
) -> ConfigDiff:
    """Compare what a device runs with `left`; approvals are those of `now`, by the clock.

    against: `baseline`, `startup`, `backup`, or the name of the twin.
    """
    pack, running = fetched.visit.pack, fetched.running
    setting = _setting(shelf, fetched, left, against)
    if running is None:
        return _not_compared(setting, pack.platform, "unreached")
    if running.trust.state is not TrustState.TRUSTED:
        found = _not_compared(setting, pack.platform, "untrusted")
        return replace(found, trust=running.trust)
    if left is None:
        return _not_compared(setting, pack.platform, _MISSING.get(setting.mode, "no_baseline"))
    identity = digest(left)
    missing = tuple(name for name in fetched.unread if has_part(left.lines, name))
    left = without_parts(left, pack, missing)
    now = now or datetime.now().astimezone()
    diff = diff_redacted(left, running, pack, setting=setting)
    for name in missing:
        reason = Text(f"{name} 没有读到，没有比较", f"{name} was not read and not compared")
        diff = replace(diff, trust=with_reason(diff.trust, TrustState.INCOMPLETE, reason))
    author = running.metadata.get("by", "")
    without = barred(author, accounts_of(fetched.visit.device))
    changes = approved(diff.changes, records, now, identity, without=without)
    if setting.mode != "pre-post":
        return replace(diff, changes=changes)
    return replace(
        diff,
        changes=raise_unplanned(changes, records, now),
        missing_planned=absent_planned(changes, records, now),
    )


def _setting(shelf: Shelf, fetched: Fetched, left: Redacted | None, against: str) -> Setting:
    device, pack, running = fetched.visit.device, fetched.visit.pack, fetched.running
    mode = MODES.get(against, "pair")
    source = _SOURCES.get(against, "peer")
    peer = against if mode == "pair" else device.name
    name = shelf.shown_path(source, device) or f"{peer}/{source}"
    return Setting(
        device=device.name,
        mode=mode,
        left=Side(source=source, name=name, pack=left.pack if left is not None else ""),
        right=Side(source="running", name=f"{device.name}/running", pack=pack.ref),
        facts=device_facts(device, *(text.lines for text in (left, running) if text is not None)),
        label=device.label,
        site=device.site.name if device.site else "",
        site_title=str(device.site.title) if device.site else "",
        shrink=mode == "drift",
        whole=arrives_whole(fetched.visit),
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
        site_title=setting.site_title,
        not_compared=why,
    )
