"""`diff -l …`: what devices run now, against what was agreed, saved, read before or a twin runs."""

from contextlib import closing

from xunjian.cli.configurations import fetch, say_troubles
from xunjian.cli.list import selected
from xunjian.cli.output import Output
from xunjian.config.approvals import read_approvals
from xunjian.config.baselines import BACKUP
from xunjian.config.model import ConfigDiff
from xunjian.errors import UsageError
from xunjian.language import Text
from xunjian.mistakes import nearest_hint
from xunjian.run.configurations import Fetched
from xunjian.run.content import Content
from xunjian.run.drift import MODES, compare_running
from xunjian.run.shelf import keep_together, named, open_shelf
from xunjian.schema import Problems
from xunjian.store.lock import held

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
            Text(f"--against 的值不对：{against}", f"--against has a wrong value: {against}"),
            nearest_hint(against, [*MODES, *content.inventory.devices]),
        )
    shelf = open_shelf(content)
    problems = Problems()
    records = {d.name: read_approvals(shelf.baselines.git, named(d), problems) for d in devices}
    problems.raise_if_any()
    asked = [*devices, *([peer] if peer is not None and peer not in devices else [])]
    with held(content.workspace.state_dir, "diff"):
        kept = {d.name: shelf.read(BACKUP, d) for d in devices} if against == "backup" else {}
        found: dict[str, Fetched] = {}
        reading = fetch(shelf, output, asked, workers=_WORKERS, startup=against == "startup")
        try:
            with closing(reading):
                for fetched in reading:
                    say_troubles(output, fetched)
                    found[fetched.visit.device.name] = fetched
        finally:  # what was read before Ctrl-C is kept as well
            if against != "backup":
                kept = keep_together(shelf, tuple(found.values()))
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
            left = kept.get(device.name)
        results.append(compare_running(shelf, fetched, left, against, records[device.name]))
    return results
