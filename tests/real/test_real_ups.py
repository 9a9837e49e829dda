"""UPS cards over the wire: snmpsim with whole walks, snmpd beside its own MIBs, and NUT as referee.

NUT's snmp-ups reads the same agents as we do; its figures, taken from upsd by our `nut` cards, must
be ours. The records are our own cases and, where the corpus lies beside the checkout, its walks.
"""

import os
import pwd
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fixtures.sessions import QUICK
from tests.fixtures.shipped import content
from tests.real.conftest import AUTH_KEY, PRIV_KEY, RealServer, free_port, need, running, says
from xunjian.checks import JudgeContext, NoHistory, judge
from xunjian.collect import collect
from xunjian.facts.model import FactTable, StepState
from xunjian.inventory.model import ChannelSettings, Device
from xunjian.secrets import Secret, SecretRef, SecretSource
from xunjian.tasks.model import Task
from xunjian.testing.replay import Canned, drive, read_agent
from xunjian.transport import Deadline, open_session
from xunjian.transport.model import Channel, Request
from xunjian.workspace import builtin_root

pytestmark = pytest.mark.real

CORPUS = Path(os.environ.get("XUNJIAN_CORPUS", builtin_root().parent / "shared" / "corpus"))
CASES = builtin_root() / "tests" / "devices"
# record -> platform and file; a record's name is its community
OURS = {
    "apc": ("apc_powernet", CASES / "apc_powernet/battery/good/agent.snmprec"),
    "apc-three": ("apc_powernet", CASES / "apc_powernet/output/fault_three_phase/agent.snmprec"),
    "huawei": ("huawei_ups", CASES / "huawei_ups/battery/good/agent.snmprec"),
    "eaton": ("eaton_xups", CASES / "eaton_xups/battery/good/agent.snmprec"),
    "standard": ("rfc1628", CASES / "rfc1628/input/good/agent.snmprec"),
    "texts": ("rfc1628", CASES / "rfc1628/battery/other_values_as_text/agent.snmprec"),
    "cold": ("rfc1628", CASES / "rfc1628/battery/other_cold_unsigned/agent.snmprec"),
    "nothing": ("rfc1628", CASES / "rfc1628/battery/empty/agent.snmprec"),
}
WALKS = {
    name: ("rfc1628", CORPUS / "snmp" / f"{name}.snmprec")
    for name in (
        "deltaups_rfc1628string",
        "eaton-mgeups_9px",
        "generex-ups_cs141",
        "netmanplus_204",
    )
}
# record -> NUT's name of the MIB, as `mibs` of snmp-ups
REFEREED = {"apc": "apcc", "huawei": "huawei", "eaton": "pw", "standard": "ietf"}
# from TimeTicks, seconds, seconds and minutes
RUNTIME_S = {"apc": 5400, "huawei": 5760, "eaton": 5400, "standard": 5760}


def records() -> dict[str, tuple[str, Path]]:
    return OURS | (WALKS if CORPUS.is_dir() else {})


def record_text(path: Path) -> str:
    """Give a walk's lines in the order of their oids, which snmpsim wants."""
    lines = [line.strip() for line in path.read_text("utf-8").splitlines() if "|" in line]
    return "\n".join(sorted(lines, key=_arcs)) + "\n"


def _arcs(line: str) -> tuple[int, ...]:
    return tuple(int(arc) for arc in line.partition("|")[0].strip(".").split("."))


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    beside = Path(sys.executable).parent / "snmpsim-command-responder"
    program = need(str(beside))
    folder = tmp_path_factory.mktemp("snmpsim")
    data, port = folder / "data", free_port(socket.SOCK_DGRAM)
    data.mkdir()
    for name, (_, path) in records().items():
        (data / f"{name}.snmprec").write_text(record_text(path), "utf-8")
    command = [program, f"--data-dir={data}", f"--cache-dir={folder}"]
    command.append(f"--agent-udpv4-endpoint=127.0.0.1:{port}")
    # on loopback, and only for the length of the module: root may run it here
    with running(command, lambda: answers(port, "standard"), folder, SNMPSIM_ALLOW_ROOT="true"):
        yield RealServer(port, folder)


def answers(port: int, community: str) -> bool:
    from gufo.snmp.sync import SnmpSession

    try:
        session = SnmpSession("127.0.0.1", port, community=community, timeout=0.5)
        return bool(session.get("1.3.6.1.2.1.1.1.0"))
    except (TimeoutError, OSError):
        return False


def snmp_device(platform: str, server: RealServer, community: str) -> Device:
    reference = SecretRef(source=SecretSource.ENV, name=community)
    options: Mapping[str, object] = {"version": "2c", "community": reference}
    return device_on(platform, "snmp", server, options)


def device_on(
    platform: str, channel: str, server: RealServer, options: Mapping[str, object]
) -> Device:
    settings = ChannelSettings(
        hostname="127.0.0.1",
        port=server.port,
        options=options,  # type: ignore[arg-type]
    )
    return Device(
        name="real",
        kind="ups",
        platform=platform,
        address="127.0.0.1",
        channels={channel: settings},
        asset={"battery_date": "2026-01-10", "discharge_date": "2026-10-10"},
    )


def tasks_of(device: Device) -> list[Task]:
    wanted = {"battery", "output", "input", "self_test", "ups_events", "identity"}
    return [
        task
        for task in content()[0].tasks
        if task.serves("ups") and device.platform in task.collect and task.name in wanted
    ]


def read(device: Device, known_hosts: Path) -> FactTable:
    _, platforms, templates = content()
    platform = platforms.get(device.platform)
    session = open_session(
        device,
        platform,
        known_hosts=known_hosts,
        resolve=lambda reference: Secret(reference.name),
        deadline=Deadline(60),
        settings=QUICK,
    )
    try:
        asked = collect(device, tasks_of(device), platform, templates=templates)
        return drive(asked, session.ask)[0]
    finally:
        session.close()


def verdicts_of(device: Device, table: FactTable) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    context = JudgeContext(now=datetime.now(UTC), history=NoHistory())
    for finding in judge(device, tasks_of(device), table, context):
        found.setdefault(finding.check, set()).add(finding.verdict.value)
    return found


def facts_of(table: FactTable) -> dict[str, list[Mapping[str, object]]]:
    return {name: [row.fact.values() for row in rows] for name, rows in table.rows.items()}


@pytest.mark.parametrize("name", sorted(records()))
def test_over_the_wire_is_as_from_the_file(
    name: str, simulator: RealServer, tmp_path: Path
) -> None:
    platform_name, path = records()[name]
    device = snmp_device(platform_name, simulator, name)
    wired = read(device, tmp_path / "kh")
    _, platforms, templates = content()
    canned = Canned(
        device="real", answers={}, at=datetime.now(UTC), agent=read_agent(record_text(path))
    )
    asked = collect(device, tasks_of(device), platforms.get(platform_name), templates=templates)
    filed, _ = drive(asked, canned)
    assert facts_of(wired) == facts_of(filed)
    assert [(s.task, s.fact, s.state) for s in wired.steps] == [
        (s.task, s.fact, s.state) for s in filed.steps
    ]
    if name == "nothing":
        assert wired.of("Battery") == ()
        assert StepState.UNSUPPORTED in {s.state for s in wired.steps_of("Battery")}
    else:
        assert wired.of("Battery")[0].fact.values()["charge_pct"] is not None


@pytest.fixture(scope="module")
def referee(
    simulator: RealServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealServer]:
    """Start upsd with one snmp-ups for each MIB, all reading the simulator."""
    server, driver = need("/lib/nut/upsd"), need("/lib/nut/snmp-ups")
    folder = tmp_path_factory.mktemp("referee")
    state, port = folder / "state", free_port()
    state.mkdir(mode=0o770)
    # over v1: with v2c's noSuchInstance snmp-ups 2.8.0 counts the templates of Eaton's sensors for ever
    sections = [
        f"[{name}]\n driver = snmp-ups\n port = 127.0.0.1:{simulator.port}\n"
        f" community = {name}\n snmp_version = v1\n mibs = {mib}\n pollfreq = 2\n"
        for name, mib in REFEREED.items()
    ]
    (folder / "ups.conf").write_text("\n".join(sections))
    (folder / "upsd.conf").write_text(f"LISTEN 127.0.0.1 {port}\nSTATEPATH {state}\n")
    (folder / "upsd.users").write_text("[reader]\n password = none-needed\n")
    for path in folder.iterdir():
        path.chmod(0o770 if path.is_dir() else 0o640)
    user = pwd.getpwuid(os.geteuid()).pw_name
    paths = {"NUT_CONFPATH": str(folder), "NUT_STATEPATH": str(state), "NUT_ALTPIDPATH": str(state)}
    with ExitStack() as stack:
        for name in REFEREED:
            command = [driver, "-F", "-a", name, "-u", user]
            place = state / f"snmp-ups-{name}"
            stack.enter_context(running(command, place.exists, folder, **paths))
        serving = [server, "-F", "-u", user, "-P", str(state / "upsd.pid")]
        stack.enter_context(running(serving, lambda: all_read(port), folder, **paths))
        yield RealServer(port, folder)


def all_read(port: int) -> bool:
    """Whether upsd has the figures of every driver."""
    return all(
        says(
            port,
            f"GET VAR {name} output.voltage\n".encode(),
            f'VAR {name} output.voltage "'.encode(),
        )
        or says(
            port,
            f"GET VAR {name} output.L1-N.voltage\n".encode(),
            f'VAR {name} output.L1-N.voltage "'.encode(),
        )
        for name in REFEREED
    )


@pytest.mark.parametrize("name", sorted(REFEREED))
def test_nut_reads_the_same_agent_and_agrees(
    name: str, simulator: RealServer, referee: RealServer, tmp_path: Path
) -> None:
    ours = read(snmp_device(OURS[name][0], simulator, name), tmp_path / "kh")
    theirs = read(device_on("nut", "nut", referee, {"ups": name}), tmp_path / "kh")
    mine, said = figures(ours), figures(theirs)
    if "replace" not in mine:  # UPS-MIB says it by an alarm
        del said["replace"]
    assert said == {key: mine[key] for key in said}
    least = {"charge_pct", "voltage_v", "source", "output/1/volts", "output/1/load_pct"}
    assert {*least, "input/1/volts"} <= set(said)
    assert said["runtime_s"] == RUNTIME_S[name]


def figures(table: FactTable) -> dict[str, object]:
    """What both can say, rounded to what NUT prints."""
    found: dict[str, object] = {}
    battery = table.of("Battery")[0].fact.values()
    for field in ("charge_pct", "runtime_s", "voltage_v", "replace"):
        if battery[field] is not None:
            found[field] = battery[field]
    found["source"] = table.of("UpsOutput")[0].fact.values()["source"]
    for row in table.of("UpsPhase"):
        values = row.fact.values()
        for field in ("volts", "load_pct"):
            number = values[field]
            if isinstance(number, float) and values["side"] != "bypass":
                found[f"{row.fact.subject}/{field}"] = round(number, 1)
    return found


PASS_PERSIST = """
import sys
records = {}
for line in open(sys.argv[1]):
    oid, kind, value = line.rstrip("\\n").split("|", 2)
    if oid.startswith("1.3.6.1.2.1.33."):
        records[tuple(map(int, oid.split(".")))] = (kind, value)
order = sorted(records)
names = {"2": "integer", "4": "string", "6": "objectid", "65": "counter", "66": "gauge",
         "67": "timeticks"}
while True:
    verb = sys.stdin.readline().strip()
    if not verb:
        break
    if verb == "PING":
        print("PONG", flush=True)
        continue
    asked = tuple(map(int, sys.stdin.readline().strip().strip(".").split(".")))
    oid = asked if verb == "get" else next((o for o in order if o > asked), None)
    if oid not in records:
        print("NONE", flush=True)
        continue
    kind, value = records[oid]
    print("." + ".".join(map(str, oid)), names[kind], value, sep="\\n", flush=True)
"""


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """Start snmpd with the UPS-MIB from a script and everything else its own."""
    program = need("/usr/sbin/snmpd")
    folder = tmp_path_factory.mktemp("snmpd-ups")
    port = free_port(socket.SOCK_DGRAM)
    shutil.copy(OURS["standard"][1], folder / "records")
    (folder / "ups.py").write_text(PASS_PERSIST)
    (folder / "snmpd.conf").write_text(
        f"agentAddress udp:127.0.0.1:{port}\nrocommunity standard 127.0.0.0/8\n"
        f"createUser xj SHA {AUTH_KEY} AES {PRIV_KEY}\nrouser xj authpriv\nsysName ups-real\n"
        f"pass_persist .1.3.6.1.2.1.33 {sys.executable} {folder}/ups.py {folder}/records\n"
    )
    command = [program, "-f", "-C", "-c", str(folder / "snmpd.conf"), "-Lo", "-p"]
    command.append(str(folder / "pid"))
    with running(
        command, lambda: answers(port, "standard"), folder, SNMP_PERSISTENT_DIR=str(folder)
    ):
        yield RealServer(port, folder)


V3 = {
    "version": "3",
    "user": "xj",
    "auth_protocol": "SHA",
    "auth_key": SecretRef(source=SecretSource.ENV, name=AUTH_KEY),
    "priv_protocol": "AES",
    "priv_key": SecretRef(source=SecretSource.ENV, name=PRIV_KEY),
}
V2C = {"version": "2c", "community": SecretRef(source=SecretSource.ENV, name="standard")}


@pytest.mark.parametrize("options", [V2C, V3], ids=["v2c", "v3"])
def test_snmpd_with_a_ups_behind_it_is_inspected(
    options: Mapping[str, object], agent: RealServer, tmp_path: Path
) -> None:
    device = device_on("rfc1628", "snmp", agent, options)
    table = read(device, tmp_path / "kh")
    assert {s.state for s in table.steps} == {StepState.OK}
    assert table.problems == ()
    verdicts = verdicts_of(device, table)
    named = {check for check in verdicts if check.partition(".")[0] in {"battery", "output"}}
    assert {v for check in named for v in verdicts[check]} <= {"normal", "not_applicable"}
    for check in ("battery.charge", "battery.runtime", "output.load", "input.voltage"):
        assert verdicts[check] == {"normal"}
    assert verdicts["self_test.result"] == {"normal"}


def test_snmpd_keeps_its_own_interfaces(agent: RealServer, tmp_path: Path) -> None:
    device = device_on("rfc1628", "snmp", agent, V2C)
    session = open_session(
        device,
        content()[1].get("rfc1628"),
        known_hosts=tmp_path / "kh",
        resolve=lambda reference: Secret(reference.name),
        deadline=Deadline(60),
        settings=QUICK,
    )
    try:
        names = session.ask(Request(channel=Channel.SNMP, text="WALK 1.3.6.1.2.1.2.2.1.2"))
    finally:
        session.close()
    assert names.complete
    assert [line.rpartition("|")[2] for line in names.text.splitlines()].count("lo") == 1
