"""Logins that a web interface demands before it lets itself be read.

The only requests here that are no GET: one POST that opens a session of our own, as an SSH login
does, and one DELETE that closes it. What is posted is written in this file and nowhere else; a
card or an inventory cannot add to it.
"""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import httpx

from xunjian.errors import BadAnswer, LoginRefused, NotSupported
from xunjian.language import Text
from xunjian.transport.answer import Conversation
from xunjian.transport.model import Channel

DIGEST = "digest"  # no session of ours: each request proves itself, as with Basic
_REFUSED = frozenset({401, 403})


class HttpLogin(Protocol):
    """A session of ours on a device."""

    def log_in(self, client: httpx.Client, conversation: Conversation, limit_s: float) -> None:
        """Open the session; raises LoginRefused, BadAnswer, httpx's errors."""
        ...

    def log_out(self, client: httpx.Client, limit_s: float) -> bool:
        """Close it; gives whether the device agreed. Raises httpx's errors."""
        ...


@dataclass(slots=True)
class PolyLogin:
    """Poly VideoOS: POST and DELETE /rest/session (Poly VideoOS REST API reference, Session).

    A session left open stays on the device; enough of them lock it up until it is restarted (a
    user's report on VideoOS 3), so that logging out matters more than being quick. From VideoOS
    4.6.2 a request that changes something wants the XSRF cookie back as a header (HP Poly FAQ).
    """

    path: str = "/rest/session"

    def log_in(self, client: httpx.Client, conversation: Conversation, limit_s: float) -> None:
        """Post name and password once and keep the session's id for the requests that follow."""
        password = conversation.password(Channel.HTTP)
        user = conversation.of(Channel.HTTP).username or ""
        response = client.post(
            self.path, json={"user": user, "password": password or ""}, timeout=max(limit_s, 0.1)
        )
        if response.status_code in _REFUSED:
            raise LoginRefused(Text("设备拒绝登录", "the device refused the login"))
        session = _session_id(response)
        if not session:
            raise LoginRefused(Text("设备拒绝登录", "the device refused the login"))
        conversation.redactor.hide(session)
        token = response.cookies.get("XSRF-TOKEN")
        client.cookies.clear()  # theirs are marked Secure and would not go over plain HTTP
        client.cookies.set("session_id", session)
        if token:
            conversation.redactor.hide(token)
            client.cookies.set("XSRF-TOKEN", token)
            client.headers["X-XSRF-TOKEN"] = token

    def log_out(self, client: httpx.Client, limit_s: float) -> bool:
        """Close the session."""
        return client.delete(self.path, timeout=max(limit_s, 0.1)).is_success


def _session_id(response: httpx.Response) -> str:
    """Give the id of a session that was opened; empty when the device said no."""
    try:
        said = json.loads(response.content)
    except ValueError:
        said = None
    if not isinstance(said, Mapping) or not response.is_success:
        raise BadAnswer(
            Text(
                f"登录应答无法识别：HTTP {response.status_code}",
                f"the answer to the login is not understood: HTTP {response.status_code}",
            )
        )
    session = said.get("session")
    inner = session if isinstance(session, Mapping) else said
    found = inner.get("sessionId") or response.cookies.get("session_id")
    return str(found) if said.get("success") is True and found else ""


_LOGINS: Mapping[str, type[PolyLogin]] = {"poly": PolyLogin}


def login_named(name: str) -> HttpLogin:
    """Give the login that a platform file names. Raises NotSupported."""
    if name not in _LOGINS:
        raise NotSupported(Text(f"没有这种登录方式：{name}", f"no such login: {name}"))
    return _LOGINS[name]()


def log_out_quietly(
    login: HttpLogin, client: httpx.Client, conversation: Conversation, limit_s: float
) -> None:
    """Log out whatever happened before; a session that stays open is noted."""
    agreed = False
    with contextlib.suppress(httpx.HTTPError, OSError, RuntimeError):
        agreed = login.log_out(client, limit_s)
    if not agreed:
        conversation.seen.note("session_left_open")
