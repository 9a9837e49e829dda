"""What is read-only and what is refused, whatever the platform's rules say."""

import re

import pytest

from xunjian.config.pack import load_packs
from xunjian.errors import ReadOnlyViolation
from xunjian.language import Text
from xunjian.platforms import Platform, ReadOnlyRules, load_platforms
from xunjian.safety import check_request
from xunjian.transport.model import Channel, Request
from xunjian.workspace import builtin_root, open_workspace

BOX = Platform(
    name="box",
    title=Text("Box"),
    channels=("cli", "shell", "http"),
    read_only=ReadOnlyRules(
        allow=(re.compile(r"^(show|cat|grep|head)\b"), re.compile("^/status")),
        deny=(re.compile(r"\bsecret\b", re.IGNORECASE),),
    ),
)

ALLOWED = [
    (Channel.CLI, "show version"),
    (Channel.CLI, "show interface | include up"),
    (Channel.CLI, "show interface | display set | no-more"),
    (Channel.SHELL, "cat /proc/stat"),
    (Channel.SHELL, "cat /proc/stat | head -1"),
    (Channel.HTTP, "/status?x=1"),
    (Channel.SNMP, "GET 1.3.6.1.2.1.1.3.0"),
    (Channel.SNMP, "WALK 1.3.6.1.2.1.2.2.1.2"),
    (Channel.NUT, "LIST VAR"),
    (Channel.SIP, "OPTIONS"),
    (Channel.ICMP, "PING"),
    (Channel.SESSION, "SESSION"),
]
REFUSED = [
    (Channel.CLI, ""),
    (Channel.CLI, "save"),
    (Channel.CLI, "show secret"),
    (Channel.CLI, "show  SECRET"),
    (Channel.CLI, "show version\nsave"),
    (Channel.CLI, "show version\rsave"),
    (Channel.CLI, "show version\x1b"),
    (Channel.CLI, "show version ; save"),
    (Channel.CLI, "show version && save"),
    (Channel.CLI, "show version > file"),
    (Channel.CLI, "show version | redirect flash:/a"),
    (Channel.CLI, "show version | tee a"),
    (Channel.CLI, "show version | save a"),
    (Channel.CLI, "show version | display set | save a"),
    (Channel.CLI, "show version | display commit-scripts"),
    (Channel.CLI, "show ?"),
    (Channel.CLI, "show $(save)"),
    (Channel.CLI, "show `save`"),
    (Channel.SHELL, "cat a; rm a"),
    (Channel.SHELL, "cat a & rm a"),
    (Channel.SHELL, "cat a || rm a"),
    (Channel.SHELL, "cat a | rm a"),
    (Channel.SHELL, "cat a > b"),
    (Channel.SHELL, "cat $HOME"),
    (Channel.SHELL, "cat `id`"),
    (Channel.SHELL, "cat a | grep secret"),
    (Channel.HTTP, "status"),
    (Channel.HTTP, "//other.example/status"),
    (Channel.HTTP, "/status/../admin"),
    (Channel.HTTP, "/admin"),
    (Channel.SNMP, "SET 1.3.6.1.2.1.1.6.0 x"),
    (Channel.SNMP, "GET all"),
    (Channel.NUT, "INSTCMD ups load.off"),
    (Channel.NUT, "SET VAR ups x 1"),
    (Channel.SIP, "INVITE"),
    (Channel.ICMP, "FLOOD"),
    (Channel.MODBUS, "WRITE 1"),
    (Channel.MANUAL, "anything"),
]


@pytest.mark.parametrize(("channel", "text"), ALLOWED)
def test_allowed(channel: Channel, text: str) -> None:
    check_request(Request(channel=channel, text=text), BOX)


@pytest.mark.parametrize(("channel", "text"), REFUSED)
def test_refused(channel: Channel, text: str) -> None:
    with pytest.raises(ReadOnlyViolation) as caught:
        check_request(Request(channel=channel, text=text), BOX)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("options", [(("count", 0),), (("count", 1000),), (("size", 65000),)])
def test_a_ping_is_bounded(options: tuple[tuple[str, int], ...]) -> None:
    with pytest.raises(ReadOnlyViolation):
        check_request(Request(channel=Channel.ICMP, text="PING", options=options), BOX)


def test_only_get_over_http() -> None:
    request = Request(channel=Channel.HTTP, text="/status", options=(("method", "POST"),))
    with pytest.raises(ReadOnlyViolation):
        check_request(request, BOX)


def test_without_a_platform_no_command_is_sent() -> None:
    with pytest.raises(ReadOnlyViolation):
        check_request(Request(channel=Channel.CLI, text="show version"), None)
    check_request(Request(channel=Channel.SESSION, text="SESSION"), None)


def test_a_request_that_says_it_writes_is_refused() -> None:
    with pytest.raises(ReadOnlyViolation):
        check_request(Request(channel=Channel.CLI, text="show version", read_only=False), BOX)


def test_deny_is_held_against_every_command_of_a_pipe() -> None:
    rules = ReadOnlyRules(allow=(re.compile("^cat "),), deny=(re.compile("^cat /etc/shadow"),))
    platform = Platform(name="box", title=Text("Box"), channels=("shell",), read_only=rules)
    check_request(
        Request(channel=Channel.SHELL, text="cat /proc/stat | cat /proc/uptime"), platform
    )
    with pytest.raises(ReadOnlyViolation):
        check_request(
            Request(channel=Channel.SHELL, text="cat /proc/stat | cat /etc/shadow"), platform
        )


HARMFUL = (
    *(
        "configure",
        "commit",
        "load override terminal",
        "delete x",
        "clear x",
        "write erase",
        "write",
    ),
    *(
        "reload",
        "reboot",
        "request system reboot",
        "copy a b",
        "debug all",
        "no x",
        "undo x",
        "save",
    ),
    *(
        "show running-config | redirect flash:a",
        "show configuration | save a",
        "set cli x",
        "restart x",
    ),
    *(
        "show x | display omit | append a",
        "show x | tee a",
        "enable",
        "start shell",
        "erase nvram:",
    ),
    *("show version\nreload", "show version;reload", "show version && reload", "SHOW VERSION > a"),
    *(
        "unset x",
        "reset x",
        "export x",
        "import x",
        "exec x",
        "file delete a",
        "rollback 1",
        "format a",
    ),
)


@pytest.mark.parametrize("name", ["juniper_junos", "cisco_asa", "ruijie", "hillstone"])
def test_what_changes_a_device_is_refused_and_what_a_pack_asks_is_not(name: str) -> None:
    workspace = open_workspace(builtin_root())
    platform = load_platforms(workspace).get(name)
    assert platform is not None
    commands = load_packs(workspace).get(name).commands
    for command in (*commands.running, *commands.startup, *commands.stamp):
        check_request(Request(channel=Channel.CLI, text=command.send), platform)
    for text in (*HARMFUL, *platform.setup, *(text.upper() for text in HARMFUL)):
        with pytest.raises(ReadOnlyViolation):
            check_request(Request(channel=Channel.CLI, text=text), platform)
