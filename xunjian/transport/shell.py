"""Channel `shell`: single commands over SSH exec, without a terminal; the exit status is proof."""

import time
from dataclasses import dataclass, replace

import paramiko

from xunjian.errors import (
    BadAnswer,
    DeadlinePassed,
    DeviceError,
    DeviceTimeout,
    SessionAborted,
)
from xunjian.language import Text
from xunjian.transport.answer import Answer, Conversation
from xunjian.transport.deadline import Watchdog
from xunjian.transport.decode import decode
from xunjian.transport.model import Channel, Request
from xunjian.transport.ssh import SshClient, log_in_over, reach

# A Chinese locale changes the headers of df, free, systemctl.
_PREFIX = "LC_ALL=C LANG=C "
_CHUNK_BYTES = 65536
_DETAIL_CHARACTERS = 500
_CLOSED = Text("设备关闭了会话", "the device closed the session")


@dataclass(slots=True)
class _Heard:
    """What one command said so far."""

    out: bytearray
    err: bytearray
    since: float


class ShellLink:
    """An authenticated SSH transport; each command is a channel of its own."""

    def __init__(self, ssh: SshClient, conversation: Conversation) -> None:
        self._ssh = ssh
        self._conversation = conversation

    def ask(self, request: Request) -> Answer:
        """Run one command. Complete when the output ended and the exit status came."""
        heard = _Heard(bytearray(), bytearray(), time.monotonic())
        status, problem = None, None
        try:
            status = self._run(request, heard)
        except DeviceError as error:
            problem = error
        conversation = self._conversation
        said = conversation.redactor.clean_text(decode(bytes(heard.err)).text).strip()
        stderr = said[:_DETAIL_CHARACTERS]
        flags = {"stderr": stderr} if stderr else {}
        answer = conversation.answer(bytes(heard.out), problem, status=status, flags=flags)
        return answer if problem else replace(answer, detail=stderr)

    def close(self) -> None:
        """Close the transport."""
        self._conversation.switch.remove(self._ssh.line.waker)
        self._ssh.close()

    def _run(self, request: Request, heard: _Heard) -> int:
        transport = self._ssh.client.get_transport()
        if transport is None or not transport.is_active():
            raise self._conversation.lost(_CLOSED)
        limit_s = self._conversation.deadline.cap(request.timeout_s)
        dog = Watchdog(limit_s, self._ssh.line.waker)
        try:
            with dog:
                channel = transport.open_session(timeout=max(limit_s, 0.1))
                channel.exec_command(_PREFIX + request.text)
        except (paramiko.SSHException, OSError, EOFError) as error:
            if dog.bitten:
                raise DeviceTimeout(Text("命令没有开始", "the command did not start")) from error
            raise self._conversation.lost(_CLOSED) from error
        try:
            return self._listen(channel, request.timeout_s, heard)
        finally:
            channel.close()

    def _listen(self, channel: paramiko.Channel, idle_s: float, heard: _Heard) -> int:
        """Read to the end of the output; the timeout limits silence, the deadline the whole."""
        deadline = self._conversation.deadline
        while True:
            if self._conversation.switch.aborted:
                raise SessionAborted(Text("已中止", "aborted"))
            channel.settimeout(max(0.0, deadline.cap(idle_s)))
            try:
                data = channel.recv(_CHUNK_BYTES)
            except TimeoutError as error:
                if deadline.expired and time.monotonic() - heard.since < idle_s:
                    raise DeadlinePassed(Text("设备时限已到", "the deadline has passed")) from error
                raise DeviceTimeout(Text("命令没有结束", "the command did not end")) from error
            _take_errors(channel, heard)
            if not data:
                break
            heard.out += data
            heard.since = time.monotonic()
            if deadline.expired:
                raise DeadlinePassed(Text("设备时限已到", "the deadline has passed"))
            if len(heard.out) > self._conversation.settings.answer_max_bytes:
                raise BadAnswer(Text("应答过长", "the answer is too long"))
        return self._status(channel, deadline.cap(idle_s), heard)

    def _status(self, channel: paramiko.Channel, wait_s: float, heard: _Heard) -> int:
        if not channel.status_event.wait(wait_s):
            raise DeviceTimeout(Text("没有退出码", "no exit status"))
        _take_errors(channel, heard)
        status = channel.recv_exit_status()
        if status < 0:
            raise self._conversation.lost(_CLOSED)
        return status


def _take_errors(channel: paramiko.Channel, heard: _Heard) -> None:
    while channel.recv_stderr_ready():
        heard.err += channel.recv_stderr(_CHUNK_BYTES)


def open_shell(conversation: Conversation) -> ShellLink:
    """Connect and authenticate once. Raises DeviceError."""
    line = reach(conversation, Channel.SHELL)
    client = paramiko.SSHClient()
    log_in_over(line, client, conversation, Channel.SHELL)
    conversation.seen.login = True
    conversation.switch.add(line.waker)
    return ShellLink(SshClient(client=client, line=line), conversation)
