"""One authentication per connection: the password goes out once, to the one question it answers.

paramiko's own fallback to keyboard-interactive answers every further question with the same
password: a second try (accounts lock), or `New password:` of an expired account. RFC 4256 lets a
server ask on for as long as it likes.
"""

import re
from collections.abc import Sequence
from threading import Event
from typing import Any

import paramiko
from typing_extensions import override

_INTERACTIVE = "keyboard-interactive"
# "Enter new password:", "Retype:", "请输入新密码", "Verification code:": not for the password
_OTHER_QUESTION = re.compile(
    r"new|again|re-?(?:type|enter)|confirm|verif|code|otp|token|pin\b|新|确认|再次|验证码|动态",
    re.IGNORECASE,
)
# RFC 4252, section 8: message 60 after a password asks for a new one; what paramiko says of it
_CHANGE_REQUEST = "Illegal info request from server"


class NewPasswordDemandedError(paramiko.AuthenticationException):
    """The device wants a new password before it lets anybody in; none is ever given."""


class _UnforeseenQuestionError(paramiko.AuthenticationException):
    """A question that one password does not answer."""


class OneAnswer:
    """Answers one hidden question with the password; every other one ends the login."""

    def __init__(self, password: str) -> None:
        self._password = password
        self._answered = False

    def __call__(
        self, title: str, instructions: str, fields: Sequence[tuple[str, bool]]
    ) -> list[str]:
        """Answer one round of questions; a round without any only tells something."""
        if not fields:
            return []
        shown = " ".join((title, instructions, *(text for text, _ in fields)))
        if re.search(r"new password|新(?:的)?(?:密码|口令)", shown, re.IGNORECASE):
            raise NewPasswordDemandedError("a new password is demanded")
        (text, echoed), *more = fields
        if self._answered or more or echoed or _OTHER_QUESTION.search(text):
            raise _UnforeseenQuestionError("the login asks for more than a password")
        self._answered = True
        return [self._password]


class OneLogin(paramiko.Transport):
    """paramiko's transport that sends a password once."""

    @override
    def auth_password(
        self, username: str, password: str, event: Event | None = None, fallback: bool = True
    ) -> list[str]:
        try:
            return super().auth_password(username, password, event, fallback=False)
        except paramiko.BadAuthenticationType as refusal:
            if _INTERACTIVE not in refusal.allowed_types:
                raise
        except paramiko.SSHException as error:
            if _CHANGE_REQUEST in str(error):
                raise NewPasswordDemandedError("a new password is demanded") from error
            raise
        return self._ask_on(username, OneAnswer(password))

    def _ask_on(self, username: str, answer: OneAnswer) -> list[str]:
        """Go on to keyboard-interactive in the service that was granted already.

        paramiko's `auth_interactive` would ask for the service again; strict devices hang up then.
        """
        handler: Any = self.auth_handler
        done = handler.auth_event = Event()
        handler.auth_method, handler.username = _INTERACTIVE, username
        handler.interactive_handler, handler.submethods = answer, ""
        granted = paramiko.Message()
        granted.add_string("ssh-userauth")
        granted.rewind()
        handler._parse_service_accept(granted)  # noqa: SLF001 - sends the request it would send
        methods: list[str] = handler.wait_for_response(done)
        return methods
