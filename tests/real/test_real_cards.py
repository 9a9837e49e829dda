"""Our cards over our clients against servers somebody else wrote: this host itself, and upsd."""

import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fixtures.sessions import QUICK
from tests.fixtures.shipped import content
from tests.real.conftest import RealServer
from xunjian.checks import JudgeContext, NoHistory, judge
from xunjian.collect import collect
from xunjian.facts.model import FactTable, StepState
from xunjian.inventory.model import ChannelSettings, Device
from xunjian.secrets import Secret
from xunjian.tasks.model import Task
from xunjian.testing.replay import drive
from xunjian.transport import Deadline, open_session
from xunjian.transport.known_hosts import HostKey, pin

pytestmark = pytest.mark.real


def device_at(server: RealServer, kind: str, platform: str, channel: str, **options: str) -> Device:
    settings = ChannelSettings(
        hostname="127.0.0.1", port=server.port, username=server.user, options=options
    )
    return Device(
        name="real",
        kind=kind,
        platform=platform,
        address="127.0.0.1",
        channels={channel: settings},
        expected={"services": ()},
    )


def inspected(device: Device, known_hosts: Path) -> tuple[FactTable, Mapping[str, str]]:
    """Collect and judge all cards of a device; the worst verdict by check."""
    catalog, platforms, templates = content()
    tasks: list[Task] = [
        task
        for task in catalog.tasks
        if task.serves(device.kind) and (device.platform or "") in task.collect
    ]
    platform = platforms.get(device.platform)
    session = open_session(
        device,
        platform,
        known_hosts=known_hosts,
        resolve=lambda _: Secret(""),
        deadline=Deadline(60),
        settings=QUICK,
    )
    try:
        table, _ = drive(collect(device, tasks, platform, templates=templates), session.ask)
    finally:
        session.close()
    context = JudgeContext(now=datetime.now(UTC), history=NoHistory())
    found = judge(device, tasks, table, context)
    return table, {finding.check: finding.verdict.value for finding in found}


def states(table: FactTable, task: str, fact: str) -> set[StepState]:
    return {s.state for s in table.steps_of(fact) if s.task == task}


def test_linux_cards_read_this_very_host(
    sshd: RealServer, host_key: HostKey, tmp_path: Path
) -> None:
    pin(tmp_path / "kh", "127.0.0.1", sshd.port, host_key)
    device = device_at(sshd, "server", "linux", "shell", key_file=str(sshd.folder / "client"))
    table, verdicts = inspected(device, tmp_path / "kh")
    assert states(table, "cpu_memory", "Cpu") == {StepState.OK}
    assert states(table, "cpu_memory", "Memory") == {StepState.OK}
    (identity,) = table.of("Identity")
    kernel_uptime_s = float(Path("/proc/uptime").read_text().split()[0])
    assert 0 <= kernel_uptime_s - float(str(identity.fact.values()["uptime_s"])) < 60
    assert verdicts["server.memory"] in {"normal", "warning", "abnormal"}
    assert verdicts["server.load"] in {"normal", "warning", "abnormal"}
    (root,) = (row.fact for row in table.of("Filesystem") if row.fact.key == ("/",))
    disk = shutil.disk_usage("/")
    here_pct = disk.used / (disk.used + disk.free) * 100
    assert abs(float(str(root.values()["used_pct"])) - here_pct) < 2


def test_ups_cards_read_the_dummy_driver(upsd: RealServer, tmp_path: Path) -> None:
    device = device_at(upsd, "ups", "nut", "nut", ups="ups1")
    table, verdicts = inspected(device, tmp_path / "kh")
    assert {s.state for s in table.steps} == {StepState.OK}
    assert table.problems == ()
    assert verdicts["battery.runtime"] == "normal"  # 5400 s
    assert verdicts["battery.charge"] == "normal"  # 97 %
    assert verdicts["battery.state"] == "normal"
    assert verdicts["output.source"] == "normal"
    assert verdicts["output.load"] == "unknown"  # the driver reports no load: not known, not normal
