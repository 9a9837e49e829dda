"""Telnet (RFC 854) for equipment that has nothing better: refuses every option but echo.

`Username:` and `Password:` are answered once each; asked again, the login was refused.
"""

import re
import select
import socket
import time

from xunjian.errors import LoginRefused, SessionLost
from xunjian.language import Text
from xunjian.transport.decode import decode
from xunjian.transport.login import ASKS_PASSWORD
from xunjian.transport.ssh import refuse_full_lines
from xunjian.transport.terminal import Terminal, last_line

_IAC, _DONT, _DO, _WONT, _WILL, _SB, _SE = 255, 254, 253, 252, 251, 250, 240
_ECHO, _GO_AHEAD = 1, 3  # the server's echo and no go-ahead: what every CLI works with
_CHUNK_BYTES = 65536
_QUIET_S = 0.4
_USERNAME = re.compile(r"(?:user ?name|login|user|用户名)\s*[:：]\s*$", re.IGNORECASE)


class TelnetSource:
    """Bytes of a telnet connection without its commands."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._raw = bytearray()
        self._plain = bytearray()

    def read(self, timeout_s: float) -> bytes:
        """Give at least one byte of text, or nothing at the end. Raises TimeoutError."""
        ends_at = time.monotonic() + timeout_s
        while not self._plain:
            self._sock.settimeout(max(0.001, ends_at - time.monotonic()))
            try:
                data = self._sock.recv(_CHUNK_BYTES)
            except TimeoutError:
                raise
            except OSError:
                return b""
            if not data:
                return b""
            self._raw += data
            self._sort_out()
            if not self._plain and time.monotonic() >= ends_at:
                raise TimeoutError
        plain, self._plain = bytes(self._plain), bytearray()
        return plain

    def ready(self) -> bool:
        """Whether bytes wait to be read."""
        if self._plain:
            return True
        poller = select.poll()  # select() cannot watch a descriptor above 1023
        poller.register(self._sock, select.POLLIN)
        return bool(poller.poll(0))

    def write(self, data: bytes) -> None:
        """Send all of `data`. Raises SessionLost."""
        try:
            self._sock.sendall(data.replace(bytes([_IAC]), bytes([_IAC, _IAC])))
        except OSError as error:
            raise SessionLost(Text("设备关闭了会话", "the device closed the session")) from error

    def _sort_out(self) -> None:
        """Move text to `_plain` and answer commands; an unfinished command waits for its rest."""
        while self._raw:
            start = self._raw.find(_IAC)
            if start != 0:
                end = len(self._raw) if start < 0 else start
                self._plain += self._raw[:end].replace(b"\r\0", b"\r")
                del self._raw[:end]
                continue
            used = self._command()
            if not used:
                return
            del self._raw[:used]

    def _command(self) -> int:
        """Obey the command at the start; gives its length, 0 while it is not whole."""
        if len(self._raw) < 2:
            return 0
        verb = self._raw[1]
        if verb == _IAC:
            self._plain.append(_IAC)
            return 2
        if verb == _SB:
            end = self._raw.find(bytes([_IAC, _SE]))
            return end + 2 if end >= 0 else 0
        if verb not in {_DO, _DONT, _WILL, _WONT}:
            return 2
        if len(self._raw) < 3:
            return 0
        self._negotiate(verb, self._raw[2])
        return 3

    def _negotiate(self, verb: int, option: int) -> None:
        welcome = option in {_ECHO, _GO_AHEAD}
        if verb == _DO:
            answer = _WILL if option == _GO_AHEAD else _WONT
        elif verb == _WILL:
            answer = _DO if welcome else _DONT
        else:
            return
        try:
            self._sock.sendall(bytes([_IAC, answer, option]))
        except OSError:
            return  # the next read sees the end


def answer_telnet(terminal: Terminal, username: str, password: str | None) -> None:
    """Answer the login prompts once each; returns when the password was sent or none is asked.

    Raises LoginRefused, NoFreeLine, DeviceTimeout, SessionLost.
    """
    heard = bytearray()
    since = time.monotonic()
    idle_s = terminal.conversation.settings.login_timeout_s
    asked: set[str] = set()
    while True:
        line = decode(last_line(heard)).text
        slot = _slot(line)
        if slot in asked:
            terminal.conversation.seen.login = False
            raise LoginRefused(Text("设备拒绝登录", "the device refused the login"))
        if slot:
            value = username if slot == "user" else password or ""
            terminal.source.write(value.encode() + terminal.newline)
            if slot == "password":
                return
            asked.add(slot)
            heard.clear()
        chunk = terminal.chunk(terminal.conversation.deadline.cap(_QUIET_S))
        if chunk is not None:
            heard += chunk
            terminal.check_size(heard, at_login=True)
            since = time.monotonic()
            refuse_full_lines(decode(bytes(heard)).text, terminal.conversation)
            continue
        if terminal.looks_like_prompt(decode(last_line(heard)).text):
            terminal.source.write(
                terminal.newline
            )  # no login is asked: have the prompt shown again
            return
        terminal.give_up_if_late(time.monotonic() - since, idle_s)


def _slot(line: str) -> str:
    """What a prompt of the login asks for; empty where it asks for nothing we know."""
    if _USERNAME.search(line):
        return "user"
    return "password" if ASKS_PASSWORD.search(line) else ""
