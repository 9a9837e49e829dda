"""A router somebody else wrote: FRR's zebra with real interfaces, behind vtysh over OpenSSH.

The interfaces are veth pairs in a network namespace of their own, so that shutting one is real and
harms nobody. zebra writes every command it is given into its log: what was refused is not there.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fixtures.command_line import Said, call
from tests.fixtures.sessions import QUICK
from tests.fixtures.shipped import content
from tests.real.conftest import RealServer, free_port, need, running, says
from tests.real.test_real_cards import device_at, inspected, states
from xunjian.facts.model import FactTable, StepState
from xunjian.inventory.model import Device
from xunjian.secrets import Secret
from xunjian.transport import Deadline, open_session
from xunjian.transport.known_hosts import pin, scan_host_key
from xunjian.transport.model import Channel, Request

pytestmark = pytest.mark.real
ZEBRA = "/usr/lib/frr/zebra"


@dataclass(frozen=True)
class Router:
    """A running FRR with its own sshd."""

    server: RealServer
    state: Path
    namespace: str

    def vtysh(self, *commands: str) -> str:
        arguments = [f for command in commands for f in ("-c", command)]
        return run("vtysh", "--vty_socket", self.state, "--config_dir", self.state, *arguments)

    def ip(self, *arguments: str) -> None:
        run("ip", "-n", self.namespace, *arguments)

    @property
    def commands_given(self) -> str:
        return (self.state / "zebra.log").read_text()


def run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def need_root() -> None:
    if os.geteuid() == 0:
        return
    if os.environ.get("XUNJIAN_REQUIRE_REAL") == "1":
        pytest.fail("a network namespace needs root")
    pytest.skip("a network namespace needs root")


@pytest.fixture(scope="module")
def namespace() -> Iterator[str]:
    need("ip")
    need(ZEBRA)
    need("vtysh")
    need_root()
    name = f"xunjian-{os.getpid()}"
    run("ip", "netns", "add", name)
    try:
        for line in (
            "link set lo up",
            "link add swp1 type veth peer name far1",
            "link add swp2 type veth peer name far2",
            "link set swp1 up",
            "link set far1 up",
            "link set swp2 up",
            "link set far2 up",
        ):
            run("ip", "-n", name, *line.split())
        yield name
    finally:
        run("ip", "netns", "del", name)


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    """A folder that zebra's own user may enter, as pytest's may not be."""
    folder = Path(tempfile.mkdtemp(prefix="xunjian-frr-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def router(namespace: str, state: Path, sshd: RealServer) -> Iterator[Router]:
    shutil.chown(state, "frr", "frrvty")
    state.chmod(0o2775)
    (state / "vtysh.conf").write_text("hostname hz-rtr1\nno service integrated-vtysh-config\n")
    (state / "zebra.conf").write_text(
        "hostname hz-rtr1\ninterface swp1\n description 杭州主会场上联\ninterface swp2\n description spare\n"
    )
    (state / "zebra.conf").chmod(0o644)
    port = free_port()
    vtysh = f"/usr/bin/vtysh --vty_socket {state} --config_dir {state}"
    (state / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {sshd.folder}/host\nPidFile none\n"
        f"AuthorizedKeysFile {sshd.folder}/authorized_keys\nStrictModes no\nUsePAM no\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPrintMotd no\nPrintLastLog no\n"
        f"ForceCommand /usr/bin/env VTYSH_PAGER=cat {vtysh}\n"
    )
    made = Router(RealServer(port, sshd.folder, sshd.user), state, namespace)
    driving = ["ip", "netns", "exec", namespace, ZEBRA, "-A", "127.0.0.1", "-P", "0"]
    driving += ["--vty_socket", str(state), "-z", f"{state}/zserv.api", "-i", f"{state}/zebra.pid"]
    driving += ["-f", f"{state}/zebra.conf", "--command-log-always"]
    driving += ["--log", f"file:{state}/zebra.log"]
    serving = [need("/usr/sbin/sshd"), "-D", "-e", "-f", str(state / "sshd_config")]

    def answers() -> bool:
        return (state / "zebra.vty").exists() and "FRRouting" in made.vtysh("show version")

    with (
        running(driving, answers, state),
        running(serving, lambda: says(port, b"", b"SSH-2.0-"), state),
    ):
        yield made


@pytest.fixture
def device(router: Router) -> Device:
    return device_at(
        router.server, "router", "frr", "cli", key_file=str(router.server.folder / "client")
    )


@pytest.fixture
def known_hosts(router: Router, tmp_path: Path) -> Path:
    key = scan_host_key("127.0.0.1", router.server.port)
    pin(tmp_path / "kh", "127.0.0.1", router.server.port, key)
    return tmp_path / "kh"


def ports(table: FactTable) -> dict[str, dict[str, object]]:
    return {row.fact.key[0]: row.fact.values() for row in table.of("Interface")}


def test_identity_and_interfaces_are_read(
    router: Router, device: Device, known_hosts: Path
) -> None:
    table, verdicts = inspected(device, known_hosts)
    assert {step.state for step in table.steps} == {StepState.OK}
    assert table.problems == ()
    (identity,) = table.of("Identity")
    running_version = router.vtysh("show version").split()[1]
    assert identity.fact.values()["version"] == running_version
    assert identity.fact.values()["model"] == "FRRouting"
    assert ports(table)["swp1"]["description"] == "杭州主会场上联"
    assert {"lo", "swp1", "far1", "swp2", "far2"} <= set(ports(table))
    assert verdicts["interfaces.state"] == "normal"
    assert verdicts["identity.known"] == "normal"


def test_a_line_that_fails_and_a_port_that_is_shut(
    router: Router, device: Device, known_hosts: Path
) -> None:
    router.vtysh("configure terminal", "interface swp2", "shutdown")
    router.ip("link", "set", "far1", "down")
    try:
        table, verdicts = inspected(device, known_hosts)
    finally:
        router.ip("link", "set", "far1", "up")
        router.vtysh("configure terminal", "interface swp2", "no shutdown")
    read = ports(table)
    assert (read["swp2"]["admin"], read["swp2"]["oper"]) == ("down", "down")
    assert (read["swp1"]["admin"], read["swp1"]["oper"]) == ("up", "down")
    assert verdicts["interfaces.state"] == "warning"
    assert states(table, "interfaces", "Interface") == {StepState.OK}
    link_changes = read["swp1"]["link_changes"]
    assert isinstance(link_changes, int)
    assert link_changes >= 1


def test_what_is_not_read_only_never_reaches_the_router(
    router: Router, device: Device, known_hosts: Path
) -> None:
    _, platforms, _ = content()
    session = open_session(
        device,
        platforms.get("frr"),
        known_hosts=known_hosts,
        resolve=lambda _: Secret(""),
        deadline=Deadline(30),
        settings=QUICK,
    )
    refused = ("configure terminal", "write memory", "show version | tee x", "show version;write")
    try:
        evidence = [session.ask(ask(text)) for text in refused]
        unknown = session.ask(ask("show environment"))
        read = session.ask(ask("show interface description"))
    finally:
        session.close()
    assert {one.complete for one in evidence} == {False}
    assert {one.error for one in evidence} == {"read_only"}
    assert "% Unknown command" in unknown.text
    assert read.complete
    assert "swp1" in read.text
    given = router.commands_given
    assert "show interface description" in given
    assert not any(text in given for text in ("write memory", "| tee", ";write"))


def ask(text: str) -> Request:
    return Request(channel=Channel.CLI, text=text)


def configured(router: Router, *lines: str) -> str:
    """Change the router as an engineer's script would: with netmiko, over SSH."""
    from netmiko import ConnectHandler

    connection = ConnectHandler(
        device_type="cisco_ios",  # vtysh speaks and prompts as IOS does
        host="127.0.0.1",
        port=router.server.port,
        username=router.server.user,
        use_keys=True,
        key_file=str(router.server.folder / "client"),
        conn_timeout=10,
    )
    try:
        return str(connection.send_config_set(list(lines)))
    finally:
        connection.disconnect()


def test_a_change_is_seen_accepted_and_gone(
    router: Router, known_hosts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XUNJIAN_ACTOR", "reviewer")
    root = tmp_path / "ws"
    assert call("init", root).code == 0
    for name in ("groups", "defaults", "sites"):
        (root / "inventory" / f"{name}.yml").write_text("{}\n", "utf-8")
    (root / "inventory" / "hosts.yml").write_text(
        f"hz-rtr1:\n  hostname: 127.0.0.1\n  port: {router.server.port}\n  platform: frr\n"
        f"  username: {router.server.user}\n  data: {{kind: router}}\n  connection_options:\n"
        f"    cli: {{extras: {{key_file: {router.server.folder / 'client'}}}}}\n",
        "utf-8",
    )
    shutil.copy(known_hosts, root / "known_hosts")

    def xunjian(*words: str) -> Said:
        return call(*words, "-w", root, "-l", "hz-rtr1")

    first = xunjian("baseline", "accept", "--initial")
    assert first.code == 0, first
    assert xunjian("diff").code == 0
    said = configured(router, "interface swp2", "description moved to hall 2")
    assert "% Unknown" not in said
    try:
        seen = xunjian("diff", "--format", "json")
        assert seen.code == 1, seen
        (change,) = seen.json["changes"]
        assert (change["kind"], change["path"]) == ("changed", ["interface swp2"])
        assert change["old"] == ["description spare"]
        assert change["new"] == ["description moved to hall 2"]
        assert xunjian("baseline", "accept", "--ticket", "CHG-1").code == 0
        assert xunjian("diff").code == 0
    finally:
        router.vtysh("configure terminal", "interface swp2", "description spare")


def test_cards_of_another_dialect_call_nothing_normal(router: Router, known_hosts: Path) -> None:
    """The cards of `cisco_ios`: vtysh prompts as IOS does, and understands part of its commands."""
    key_file = str(router.server.folder / "client")
    router.vtysh("configure terminal", "interface swp2", "shutdown")
    try:
        table, verdicts = inspected(
            device_at(router.server, "router", "cisco_ios", "cli", key_file=key_file), known_hosts
        )
    finally:
        router.vtysh("configure terminal", "interface swp2", "no shutdown")
    unread = {StepState.UNSUPPORTED, StepState.UNPARSED}
    assert {step.state for step in table.steps if step.fact != "Path"} <= unread
    read = {check: one for check, one in verdicts.items() if not check.startswith("path.")}
    assert set(read.values()) == {"unknown", "not_applicable"}
    named = (
        "identity.known",
        "interfaces.state",
        "interfaces.errors",
        "clock.synced",
        "logs.severe",
    )
    assert {read[check] for check in named} == {"unknown"}
