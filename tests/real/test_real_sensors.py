"""SNMP agents that somebody else wrote: net-snmp's snmpd shows sensors (RFC 3433) and ports (RFC 2863)."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.conftest import RealServer, free_port, need, running
from xunjian.collect import collect
from xunjian.facts.model import FactTable, StepState
from xunjian.inventory.model import ChannelSettings, Device
from xunjian.parse import TemplateCache
from xunjian.platforms import load_platforms
from xunjian.secrets import Secret, SecretRef, SecretSource
from xunjian.tasks.load import load_catalog
from xunjian.testing.replay import drive
from xunjian.transport import Deadline, open_session
from xunjian.workspace import builtin_root, open_workspace

COMMUNITY = "canary-community"
SENSOR, ENTITY = "1.3.6.1.2.1.99.1.1.1", "1.3.6.1.2.1.47.1.1.1.1"
# type, scale, precision, value, status of RFC 3433
ROWS = {10: (8, 9, 1, 231, 1), 11: (9, 9, 0, 46, 1), 12: (8, 9, 1, 0, 3)}


def config(port: int) -> str:
    lines = [
        f"agentAddress udp:127.0.0.1:{port}",
        f"rocommunity {COMMUNITY} 127.0.0.0/8",
        "sysName sensors-real",
    ]
    for index, figures in ROWS.items():
        lines.append(f'override {ENTITY}.2.{index} octet_str "probe {index}"')
        for column, figure in enumerate(figures, start=1):
            lines.append(f"override {SENSOR}.{column}.{index} integer {figure}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[RealServer]:
    program, port = need("/usr/sbin/snmpd"), free_port(socket.SOCK_DGRAM)
    (tmp_path / "snmpd.conf").write_text(config(port))

    def ready() -> bool:
        from gufo.snmp.sync import SnmpSession

        try:
            session = SnmpSession("127.0.0.1", port, community=COMMUNITY, timeout=0.5)
            return session.get("1.3.6.1.2.1.1.5.0") == b"sensors-real"
        except (TimeoutError, OSError):
            return False

    conf, pid = str(tmp_path / "snmpd.conf"), str(tmp_path / "pid")
    command = [program, "-f", "-C", "-c", conf, "-Lo", "-p", pid]
    with running(command, ready, tmp_path, SNMP_PERSISTENT_DIR=str(tmp_path)):
        yield RealServer(port, tmp_path)


def test_the_table_of_an_agent_becomes_readings(agent: RealServer, tmp_path: Path) -> None:
    table = read(agent, tmp_path, "sensor", "entity_sensor", "sensors")
    found = (row.fact.values() for row in table.of("Reading"))
    rows = {one["name"]: (one["reading"], one["measures"], one["state"]) for one in found}
    assert {step.state for step in table.steps} == {StepState.OK}
    assert rows == {
        "probe 10": (23.1, "temperature", "ok"),
        "probe 11": (46.0, "humidity", "ok"),
        "probe 12": (None, "temperature", "fault"),
    }


def test_the_ports_of_an_agent_are_those_of_this_host(agent: RealServer, tmp_path: Path) -> None:
    table = read(agent, tmp_path, "sdh", "if_mib", "interfaces", "identity")
    assert {step.state for step in table.steps} == {StepState.OK}
    states = Path("/sys/class/net").glob("*/operstate")
    here = {path.parent.name: path.parent for path in states if path.parent.name != "lo"}
    ports = {row.fact.key[0]: row.fact.values() for row in table.of("Interface")}
    assert set(ports) == set(here)
    for name, path in here.items():
        is_up = (path / "operstate").read_text().strip() in {"up", "unknown"}
        assert (ports[name]["oper"] == "up") == is_up, name
        assert ports[name]["in_errors"] == int((path / "statistics/rx_errors").read_text())
    (identity,) = table.of("Identity")
    assert identity.fact.values()["sysname"] == "sensors-real"
    assert 0 <= float(str(identity.fact.values()["uptime_s"])) < 60


def read(server: RealServer, tmp_path: Path, kind: str, platform: str, *cards: str) -> FactTable:
    workspace = open_workspace(builtin_root())
    platforms = load_platforms(workspace)
    reference = SecretRef(source=SecretSource.ENV, name="COMMUNITY")
    settings = ChannelSettings(
        hostname="127.0.0.1", port=server.port, options={"community": reference}
    )
    device = Device(
        name="s1",
        kind=kind,
        platform=platform,
        address="127.0.0.1",
        channels={"snmp": settings},
    )
    opened = open_session(
        device,
        platforms.get(platform),
        known_hosts=tmp_path / "kh",
        resolve=lambda _: Secret(COMMUNITY),
        deadline=Deadline(20),
    )
    catalog = load_catalog(workspace, platforms)
    tasks = [task for name in cards for task in catalog.named(name, kind)]
    try:
        templates = TemplateCache(workspace)
        table, _ = drive(
            collect(device, tasks, platforms.get(platform), templates=templates), opened.ask
        )
    finally:
        opened.close()
    return table
