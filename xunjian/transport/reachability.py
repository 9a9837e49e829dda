"""What the session layer says about a device: whether it answers, the login, what was odd."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from xunjian.inventory.model import Device
from xunjian.platforms import unused_ways
from xunjian.secrets import SecretRef
from xunjian.transport.answer import Conversation, Seen
from xunjian.transport.model import Channel, Request

# The smallest harmless question on channels where being connected proves nothing yet. A command
# line and an SNMP agent are proved by opening them.
GREETINGS: Final[Mapping[Channel, Request]] = {
    Channel.HTTP: Request(channel=Channel.HTTP, text="/", timeout_s=10.0),
    Channel.NUT: Request(channel=Channel.NUT, text="VER", timeout_s=10.0),
    Channel.SIP: Request(channel=Channel.SIP, text="OPTIONS", timeout_s=5.0),
    Channel.MODBUS: Request(channel=Channel.MODBUS, text="READ 3 0 1", timeout_s=5.0),
    Channel.PJLINK: Request(channel=Channel.PJLINK, text="%1POWR ?", timeout_s=5.0),
    Channel.ICMP: Request(
        channel=Channel.ICMP, text="PING", options=(("count", 3),), timeout_s=5.0
    ),
}
_TALKING: Final = frozenset(
    {
        Channel.CLI,
        Channel.SHELL,
        Channel.HTTP,
        Channel.SNMP,
        Channel.NUT,
        Channel.SIP,
        Channel.MODBUS,
        Channel.PJLINK,
    }
)
# With these ends nobody can say whether the login would have been accepted.
_UNTRIED: Final = frozenset({"", "deadline", "interrupted", "unsupported"})


def preferred(conversation: Conversation) -> Channel:
    """Give the platform's first channel, else the first the inventory describes, else ICMP."""
    platform = conversation.platform
    names = platform.channels if platform else tuple(conversation.device.channels)
    unused = unused_ways(platform, conversation.device)
    for name in (name for name in names if name not in unused):
        if name in {channel.value for channel in _TALKING}:
            return Channel(name)
    return Channel.ICMP


def greeting_for(channel: Channel, conversation: Conversation) -> Request | None:
    """Give the question that a device is called on with; None where connecting is enough."""
    greeting, platform = GREETINGS.get(channel), conversation.platform
    if greeting and channel is Channel.HTTP and platform and platform.greeting:
        return replace(greeting, text=platform.greeting)
    if greeting and channel is Channel.MODBUS and conversation.device.registers:
        # a register it certainly has: some devices are silent about any other
        first = next(iter(conversation.device.registers.values()))
        return replace(greeting, text=first.question)
    return greeting


def report(seen: Seen, reason: str, channels: Mapping[str, str], device: Device) -> bytes:
    """Write the evidence of the channel `session`.

    login: whether a login was reached: false when it was refused, when the host key forbade it,
    when every line was in use, when nothing answered; null when nobody can say (no time left).
    answers: an echo counts where nothing else was tried: an address may be alive and take no
    connection.
    """
    login = seen.login
    if login is None and reason not in _UNTRIED:
        login = False
    rotated_on = oldest_rotation(device)
    body = {
        "answers": seen.answers or (seen.echo_ms is not None and reason != "no_answer"),
        "login": login,
        "latency_ms": seen.latency_ms if seen.latency_ms is not None else seen.echo_ms,
        "reason": reason,
        "notes": list(seen.notes),
        "host_key": seen.host_key,
        "decoded_as": seen.decoded_as or "utf-8",
        "tls_not_after": seen.tls_not_after,
        "rotated_on": rotated_on.isoformat() if rotated_on else "",
        "channels": dict(channels),
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True).encode()


def oldest_rotation(device: Device) -> date | None:
    """Give the day the oldest of a device's secrets was last changed; None where none is noted."""
    held = (
        secret
        for settings in device.channels.values()
        for secret in (settings.password, *settings.options.values())
    )
    days = (one.rotated_on for one in held if isinstance(one, SecretRef))
    return min((day for day in days if day is not None), default=None)
