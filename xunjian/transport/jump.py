"""`via`: an SSH line through a jump host, which is a device of the inventory like any other."""

import dataclasses
import time

import paramiko

from xunjian.errors import DeviceError, NotSupported, SessionAborted, Unreachable
from xunjian.language import Text
from xunjian.transport.answer import Conversation, Seen
from xunjian.transport.model import Channel
from xunjian.transport.ssh import Line, SshClient, log_in_over, reach

_PORT = 22


def tunnel(conversation: Conversation, channel: Channel) -> Line:
    """Log in to the jump host and open a stream to the device. Raises DeviceError."""
    host, port = conversation.host(channel), conversation.of(channel).port or _PORT
    if not host:
        raise Unreachable(Text("设备没有地址", "the device has no address"))
    jump = _open_jump(conversation)
    started = time.monotonic()
    try:
        with conversation.switch.interrupting(jump.line.waker):
            stream = _stream(jump, (host, port), conversation)
    except BaseException:
        jump.close()
        raise
    conversation.seen.answered(time.monotonic() - started)
    return Line(sock=stream, waker=jump.line.waker, jump=jump)


def _stream(
    jump: SshClient, target: tuple[str, int], conversation: Conversation
) -> paramiko.Channel:
    transport = jump.client.get_transport()
    limit_s = conversation.deadline.cap(conversation.settings.connect_timeout_s)
    try:
        if transport is not None:
            return transport.open_channel(
                "direct-tcpip", target, ("127.0.0.1", 0), timeout=max(limit_s, 0.1)
            )
    except (paramiko.SSHException, OSError) as error:
        if conversation.switch.aborted:
            raise SessionAborted(Text("已中止", "aborted")) from error
    name, (host, port) = conversation.device.via, target
    raise Unreachable(
        Text(
            f"经跳板机 {name} 连接 {host}:{port} 无应答", f"no answer from {host}:{port} via {name}"
        )
    )


def _open_jump(conversation: Conversation) -> SshClient:
    name = conversation.device.via or ""
    device = conversation.find_device(name) if conversation.find_device else None
    if device is None:
        raise NotSupported(Text(f"跳板机不在清单中：{name}", f"unknown jump host: {name}"))
    if device.via:
        raise NotSupported(Text(f"跳板机之前还有跳板机：{name}", f"jump behind a jump: {name}"))
    # The device's own view of life must not be mixed with the jump host's.
    theirs = dataclasses.replace(conversation, device=device, platform=None, seen=Seen())
    channel = Channel.CLI if "cli" in device.channels else Channel.SHELL
    client = paramiko.SSHClient()
    try:
        line = reach(theirs, channel)
        log_in_over(line, client, theirs, channel)
    except DeviceError as error:
        raise type(error)(
            Text(f"跳板机 {name}：{error.message.zh}", f"jump host {name}: {error.message.en}"),
            error.hint,
        ) from error
    return SshClient(client=client, line=line)
