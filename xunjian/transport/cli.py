"""Channel `cli`: a network device's command line, in one session."""

import contextlib
import time
from collections.abc import Callable

from xunjian.errors import DeviceError, NotSupported
from xunjian.language import Text
from xunjian.transport.answer import Answer, Conversation
from xunjian.transport.clean import clean
from xunjian.transport.decode import decode
from xunjian.transport.driver import QuietDriver, make_driver, telnet_type
from xunjian.transport.login import await_prompt, set_up
from xunjian.transport.model import Channel, Request
from xunjian.transport.ssh import SshClient, credential, handshake, reach, ssh_profile
from xunjian.transport.tcp import Waker, connect_patiently
from xunjian.transport.telnet import TelnetSource, answer_telnet
from xunjian.transport.terminal import Terminal

_SSH_PORT = 22
_TELNET_PORT = 23
_GENERIC = "terminal_server"  # netmiko's driver that does nothing of its own


class CliLink:
    """A logged-in command line."""

    def __init__(
        self,
        driver: QuietDriver,
        conversation: Conversation,
        *,
        waker: Waker,
        hang_up: Callable[[], None],
    ) -> None:
        self._driver = driver
        self._waker = waker
        self._hang_up = hang_up
        self._terminal = Terminal(
            source=driver.source, conversation=conversation, newline=driver.RETURN.encode()
        )
        conversation.switch.add(waker)
        self._in_step = False  # nothing is typed at a device that is not at its prompt

    def log_in(self) -> None:
        """Go from the open shell, or telnet's login prompt, to a known prompt."""
        conversation = self._terminal.conversation
        if self._driver.protocol == "telnet":
            answer_telnet(self._terminal, self._driver.username, self._driver.password)
        await_prompt(self._terminal)
        conversation.seen.login = True
        if self._driver.secret:
            self._driver.raise_privilege(decode(self._terminal.prompt).text)
            self._terminal.prompt = b""  # it is another one now
        set_up(self._terminal)
        self._in_step = True

    def ask(self, request: Request) -> Answer:
        """Send one command; an answer that does not end leaves the session out of step."""
        terminal = self._terminal
        conversation = terminal.conversation
        error, detail = "", ""
        try:
            raw = terminal.ask(request.text, idle_s=request.timeout_s)
        except DeviceError as problem:
            self._in_step = False
            raw, error, detail = terminal.partial, problem.code, str(problem.message)
        kept = conversation.redactor.clean(raw)
        flags = dict(terminal.flags)
        if kept != raw:
            flags["redacted"] = "1"
        cleaned = clean(kept, request.text, conversation.platform, flags.get("prompt", ""))
        return Answer(
            raw=kept,
            text=cleaned.text,
            decoded_as=cleaned.decoded_as,
            complete=not error,
            error=error,
            detail=detail,
            flags=flags,
        )

    def close(self) -> None:
        """Log out politely if the session is in step, then close."""
        with contextlib.suppress(Exception):  # foreign code on a dying connection
            self._log_out()
        self._terminal.conversation.switch.remove(self._waker)
        self._hang_up()
        with contextlib.suppress(Exception):
            self._driver.disconnect()

    def _log_out(self) -> None:
        conversation = self._terminal.conversation
        platform = conversation.platform
        if not self._in_step or conversation.switch.aborted or not platform or not platform.logout:
            return
        self._terminal.source.write(platform.logout.encode() + self._terminal.newline)
        ends_at = time.monotonic() + conversation.settings.logout_timeout_s
        while (left_s := ends_at - time.monotonic()) > 0:
            if not self._terminal.source.read(left_s):
                return


def open_cli(conversation: Conversation) -> CliLink:
    """Connect, authenticate once, log in. Raises DeviceError."""
    is_telnet = bool(conversation.option(Channel.CLI, "telnet"))
    link = _over_telnet(conversation) if is_telnet else _over_ssh(conversation)
    try:
        link.log_in()
    except BaseException:
        link.close()
        raise
    return link


def _over_ssh(conversation: Conversation) -> CliLink:
    line = reach(conversation, Channel.CLI)
    try:
        driver = _driver(conversation, _dialect(conversation), sock=line.sock)
    except BaseException:
        line.close()
        raise
    driver.ssh_profile = ssh_profile(conversation, Channel.CLI)
    try:
        with handshake(line, driver.client, conversation):
            driver.open_quietly()
    except BaseException:
        driver.disconnect()
        raise
    conversation.seen.login = True
    ssh = SshClient(client=driver.client, line=line)
    return CliLink(driver, conversation, waker=line.waker, hang_up=ssh.close)


def _over_telnet(conversation: Conversation) -> CliLink:
    """Telnet has no key to check and hides nothing: it is noted in the session's evidence."""
    if conversation.device.via:
        raise NotSupported(Text("telnet 不能经跳板机", "no telnet through a jump host"))
    conversation.seen.note("telnet")
    settings = conversation.settings
    connected = connect_patiently(
        conversation.host(Channel.CLI),
        conversation.of(Channel.CLI).port or _TELNET_PORT,
        timeout_s=settings.connect_timeout_s,
        retries=settings.retries,
        deadline=conversation.deadline,
        switch=conversation.switch,
    )
    conversation.seen.answered(connected.latency_s)
    try:
        driver = _driver(conversation, telnet_type(_dialect(conversation)))
    except BaseException:
        connected.sock.close()
        raise
    driver.open_over(TelnetSource(connected.sock))
    return CliLink(driver, conversation, waker=Waker(connected.sock), hang_up=connected.sock.close)


def _dialect(conversation: Conversation) -> str:
    platform = conversation.platform
    return (platform.netmiko if platform else "") or _GENERIC


def _driver(
    conversation: Conversation, device_type: str, sock: object | None = None
) -> QuietDriver:
    shown = credential(conversation, Channel.CLI)
    limit_s = max(1.0, conversation.deadline.cap(conversation.settings.login_timeout_s))
    return make_driver(
        device_type,
        sock=sock,
        host=conversation.host(Channel.CLI),
        port=conversation.of(Channel.CLI).port or _SSH_PORT,
        username=shown.username,
        password=shown.password,
        secret=conversation.secret_option(Channel.CLI, "enable_secret") or "",
        key_file=shown.key_file,
        passphrase=shown.passphrase,
        alt_key_file=str(conversation.known_hosts),
        conn_timeout=limit_s,
        banner_timeout=limit_s,
        auth_timeout=limit_s,
    )
