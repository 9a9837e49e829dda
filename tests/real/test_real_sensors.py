"""Room sensors over SNMP: net-snmp's snmpd shows the table of RFC 3433."""

import socket
from pathlib import Path

from tests.real.conftest import RealServer, free_port, need, running
from xunjian.collect import collect
from xunjian.facts.model import StepState
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


def test_the_table_of_an_agent_becomes_readings(tmp_path: Path) -> None:
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
        rows, states = read(RealServer(port, tmp_path), tmp_path)
    assert states == {StepState.OK}
    assert rows == {
        "probe 10": (23.1, "temperature", "ok"),
        "probe 11": (46.0, "humidity", "ok"),
        "probe 12": (None, "temperature", "fault"),
    }


def read(
    server: RealServer, tmp_path: Path
) -> tuple[dict[object, tuple[object, object, object]], set[StepState]]:
    workspace = open_workspace(builtin_root())
    platforms = load_platforms(workspace)
    reference = SecretRef(source=SecretSource.ENV, name="COMMUNITY")
    settings = ChannelSettings(
        hostname="127.0.0.1", port=server.port, options={"community": reference}
    )
    device = Device(
        name="s1",
        kind="sensor",
        platform="entity_sensor",
        address="127.0.0.1",
        channels={"snmp": settings},
    )
    opened = open_session(
        device,
        platforms.get("entity_sensor"),
        known_hosts=tmp_path / "kh",
        resolve=lambda _: Secret(COMMUNITY),
        deadline=Deadline(20),
    )
    tasks = load_catalog(workspace, platforms).named("sensors", "sensor")
    try:
        table, _ = drive(
            collect(
                device, tasks, platforms.get("entity_sensor"), templates=TemplateCache(workspace)
            ),
            opened.ask,
        )
    finally:
        opened.close()
    found = (row.fact.values() for row in table.of("Reading"))
    rows = {one["name"]: (one["reading"], one["measures"], one["state"]) for one in found}
    return rows, {step.state for step in table.steps}
