"""`exec`: one read-only command on many devices, all or nothing, outside any playbook."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from xunjian.inventory.model import Device
from xunjian.platforms import Platform
from xunjian.run.model import LeftOut, LeftOutReason
from xunjian.run.together import ask_together
from xunjian.safety import check_request
from xunjian.transport import DeviceSession
from xunjian.transport.model import Channel, Evidence, Request

COMMAND_LINES = (Channel.CLI, Channel.SHELL)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdhocPlan:
    """Who is asked what; every request has passed its platform's rules."""

    asked: tuple[tuple[Device, Request], ...]
    left_out: tuple[LeftOut, ...]


def plan_adhoc(
    devices: Sequence[Device],
    command: str,
    find_platform: Callable[[str | None], Platform | None],
    *,
    timeout_s: float,
) -> AdhocPlan:
    """Plan a command for the devices that have a command line.

    Raises:
        ReadOnlyViolation: the rules of one selected device refuse it; nothing is sent anywhere.
    """
    asked: list[tuple[Device, Request]] = []
    left_out: list[LeftOut] = []
    for device in devices:
        platform = find_platform(device.platform)
        reason = _no_command_line(device, platform)
        if reason is not None or platform is None:
            left_out.append(
                LeftOut(device=device.name, task="exec", reason=reason or LeftOutReason.NO_PLATFORM)
            )
            continue
        request = Request(channel=_command_line(platform), text=command, timeout_s=timeout_s)
        check_request(request, platform)
        asked.append((device, request))
    return AdhocPlan(asked=tuple(asked), left_out=tuple(left_out))


def ask_all(
    plan: AdhocPlan, open_session: Callable[[Device], DeviceSession], *, workers: int
) -> Iterator[Evidence]:
    """Ask every planned device once, in its own session; yields answers as they come."""

    def ask(session: DeviceSession, request: Request) -> Evidence:
        return session.ask(request)

    return ask_together(plan.asked, open_session, ask, workers=workers)


def _no_command_line(device: Device, platform: Platform | None) -> LeftOutReason | None:
    if device.address is None:
        return LeftOutReason.NO_ADDRESS
    if platform is None:
        return LeftOutReason.NO_PLATFORM
    has_one = any(channel.value in platform.channels for channel in COMMAND_LINES)
    return None if has_one else LeftOutReason.NO_CARD


def _command_line(platform: Platform) -> Channel:
    return next(channel for channel in COMMAND_LINES if channel.value in platform.channels)
