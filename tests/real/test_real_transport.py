"""Our clients against servers somebody else wrote."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fixtures.sessions import QUICK
from tests.real.conftest import AUTH_KEY, PRIV_KEY, RealServer
from xunjian.inventory.model import ChannelSettings, Device
from xunjian.language import Text
from xunjian.platforms import Platform, ReadOnlyRules
from xunjian.secrets import Secret, SecretRef, SecretSource
from xunjian.transport import Deadline, DeviceSession, open_session
from xunjian.transport.known_hosts import HostKey, pin
from xunjian.transport.model import Channel, Request

pytestmark = pytest.mark.real

LINUX = Platform(
    name="linux",
    title=Text("Linux"),
    netmiko="linux",
    prompt=re.compile(r"^\S.*[#$]$"),
    read_only=ReadOnlyRules(allow=(re.compile("."),)),
    logout="exit",
)
SECRETS = {
    "community": "canary-community",
    "auth": AUTH_KEY,
    "priv": PRIV_KEY,
    "wrong": "not-this-one-1",
}


def secret(name: str) -> SecretRef:
    return SecretRef(source=SecretSource.ENV, name=name)


@contextmanager
def asking(
    channel: str, server: RealServer, known_hosts: Path, options: Mapping[str, object]
) -> Iterator[DeviceSession]:
    settings = ChannelSettings(
        hostname="127.0.0.1",
        port=server.port,
        username=server.user,
        options=options,  # type: ignore[arg-type]
    )
    opened = open_session(
        Device(name="real", kind="server", address="127.0.0.1", channels={channel: settings}),
        LINUX,
        known_hosts=known_hosts,
        resolve=lambda reference: Secret(SECRETS[reference.name]),
        deadline=Deadline(60),
        settings=QUICK,
    )
    try:
        yield opened
    finally:
        opened.close()


def key_file(sshd: RealServer) -> dict[str, object]:
    return {"key_file": str(sshd.folder / "client")}


def test_openssh_shell_with_a_pinned_key(
    sshd: RealServer, host_key: HostKey, tmp_path: Path
) -> None:
    pin(tmp_path / "kh", "127.0.0.1", sshd.port, host_key)
    with asking("shell", sshd, tmp_path / "kh", key_file(sshd)) as opened:
        kernel = opened.ask(Request(channel=Channel.SHELL, text="uname -r"))
        locale = opened.ask(Request(channel=Channel.SHELL, text="locale"))
        missing = opened.ask(Request(channel=Channel.SHELL, text="cat /nonexistent"))
        nothing = opened.ask(Request(channel=Channel.SHELL, text="no-such-program-here"))
    assert (kernel.complete, kernel.status) == (True, 0)
    assert kernel.text == Path("/proc/sys/kernel/osrelease").read_text()
    assert "LC_ALL=C" in locale.text
    assert (missing.complete, missing.status) == (True, 1)
    assert "No such file" in missing.flags["stderr"]
    assert (nothing.complete, nothing.status) == (True, 127)


def test_openssh_terminal_through_the_session_layer(
    sshd: RealServer, host_key: HostKey, tmp_path: Path
) -> None:
    pin(tmp_path / "kh", "127.0.0.1", sshd.port, host_key)
    with asking("cli", sshd, tmp_path / "kh", key_file(sshd)) as opened:
        first = opened.ask(Request(channel=Channel.CLI, text="uname -r"))
        second = opened.ask(Request(channel=Channel.CLI, text="cat /proc/sys/kernel/ostype"))
    assert (first.complete, second.complete) == (True, True), (first, second)
    assert first.text == Path("/proc/sys/kernel/osrelease").read_text().strip()
    assert second.text == "Linux"


@pytest.mark.parametrize("channel", ["shell", "cli"])
def test_openssh_unknown_key_is_not_a_timeout(
    channel: str, sshd: RealServer, tmp_path: Path
) -> None:
    with asking(channel, sshd, tmp_path / "none", key_file(sshd)) as opened:
        evidence = opened.ask(Request(channel=Channel(channel), text="uname -r"))
    assert evidence.error == "host_key_unknown"


@pytest.mark.parametrize("channel", ["shell", "cli"])
def test_openssh_changed_key_is_not_a_timeout(
    channel: str, sshd: RealServer, keygen: str, tmp_path: Path
) -> None:

    subprocess.run(
        [keygen, "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "k"], check=True, timeout=20
    )
    kind, key = (tmp_path / "k.pub").read_text().split()[:2]
    pin(tmp_path / "kh", "127.0.0.1", sshd.port, HostKey(kind, key, "-"))
    with asking(channel, sshd, tmp_path / "kh", key_file(sshd)) as opened:
        evidence = opened.ask(Request(channel=Channel(channel), text="uname -r"))
    assert evidence.error == "host_key_changed"


def test_openssh_foreign_client_key_is_refused(
    sshd: RealServer, host_key: HostKey, tmp_path: Path
) -> None:
    pin(tmp_path / "kh", "127.0.0.1", sshd.port, host_key)
    with asking("shell", sshd, tmp_path / "kh", {"key_file": str(sshd.folder / "host")}) as opened:
        evidence = opened.ask(Request(channel=Channel.SHELL, text="uname -r"))
    assert evidence.error == "login_refused"


def test_upsd_lists_its_variables(upsd: RealServer, tmp_path: Path) -> None:
    with asking("nut", upsd, tmp_path / "kh", {"ups": "ups1"}) as opened:
        listed = opened.ask(Request(channel=Channel.NUT, text="LIST VAR"))
        one = opened.ask(Request(channel=Channel.NUT, text="GET VAR battery.charge"))
    assert listed.complete
    assert 'VAR ups1 battery.runtime "5400"' in listed.text.splitlines()
    assert listed.text.rstrip().endswith("END LIST VAR ups1")
    assert one.text == 'VAR ups1 battery.charge "97"\n'


def test_upsd_unknown_ups_is_an_answer_with_an_error(upsd: RealServer, tmp_path: Path) -> None:
    with asking("nut", upsd, tmp_path / "kh", {"ups": "other"}) as opened:
        evidence = opened.ask(Request(channel=Channel.NUT, text="LIST VAR"))
    assert (evidence.complete, evidence.error) == (False, "bad_answer")
    assert "UNKNOWN-UPS" in evidence.detail


V2C = {"version": "2c", "community": secret("community")}
V3 = {
    "version": "3",
    "user": "xj",
    "auth_protocol": "SHA",
    "auth_key": secret("auth"),
    "priv_protocol": "AES",
    "priv_key": secret("priv"),
}


@pytest.mark.parametrize("options", [V2C, V3], ids=["v2c", "v3"])
def test_snmpd_get_and_walk(options: dict[str, object], snmpd: RealServer, tmp_path: Path) -> None:
    with asking("snmp", snmpd, tmp_path / "kh", options) as opened:
        got = opened.ask(
            Request(
                channel=Channel.SNMP,
                text="GET 1.3.6.1.2.1.1.5.0 1.3.6.1.2.1.33.1.2.4.0 1.3.6.1.2.1.1.99.0 1.3.6.1.2.1.1.2.0",
            )
        )
        system = opened.ask(Request(channel=Channel.SNMP, text="WALK 1.3.6.1.2.1.1"))
        nothing = opened.ask(Request(channel=Channel.SNMP, text="WALK 1.3.6.1.4.1.99999"))
        seen = json.loads(opened.ask(Request(channel=Channel.SESSION, text="SESSION")).raw)
    assert got.complete, got
    assert got.text.splitlines() == [
        "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.8072.3.2.10",
        "1.3.6.1.2.1.1.5.0|4|ups-real",
        "1.3.6.1.2.1.1.99.0|129|",
        "1.3.6.1.2.1.33.1.2.4.0|2|98",
    ]
    assert system.complete
    assert "1.3.6.1.2.1.1.6.0|4|机房三" in system.text.splitlines()
    assert len(system.text.splitlines()) > 10
    assert (nothing.complete, nothing.raw) == (True, b"")
    assert (seen["answers"], seen["login"]) == (True, True)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({**V2C, "community": secret("wrong")}, "no_answer"),
        ({**V3, "auth_key": secret("wrong")}, "login_refused"),
        ({**V3, "user": "nobody"}, "login_refused"),
        ({**V3, "priv_key": secret("wrong")}, "no_answer"),
        ({"version": "9"}, "unsupported"),
    ],
)
def test_snmpd_refusals(
    options: dict[str, object], error: str, snmpd: RealServer, tmp_path: Path
) -> None:
    with asking("snmp", snmpd, tmp_path / "kh", options) as opened:
        evidence = opened.ask(Request(channel=Channel.SNMP, text="GET 1.3.6.1.2.1.1.5.0"))
    assert evidence.error == error
    assert not [value for value in SECRETS.values() if value in repr(evidence)]
