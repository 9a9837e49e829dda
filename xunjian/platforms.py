"""What xunjian knows of a platform's own texts: prompts, pager, questions, read-only rules, enums.

One YAML file each, `templates/platforms/<platform>.yml`; loading is `load_platforms`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from re import Pattern

from xunjian.language import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginQuestion:
    """A question a device asks at login. `answer` never agrees to save or to change anything."""

    match: Pattern[str]
    answer: str
    finding: str = ""  # code noted in the session evidence, e.g. `initial_password`


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOnlyRules:
    """What may be sent: a request must match one `allow` and no `deny`."""

    allow: tuple[Pattern[str], ...] = ()
    deny: tuple[Pattern[str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One platform. All patterns are searched, multi-line, over decoded text."""

    name: str
    title: Text
    aliases: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()  # in order of preference; `cli`/`shell` first where there is one
    netmiko: str = ""  # device_type of netmiko's driver for channel cli
    ntc: str = ""  # platform name in ntc-templates when it differs
    prompt: Pattern[str] | None = None  # the whole last line of a finished answer
    pager: Pattern[str] | None = None
    pager_reply: str = " "
    setup: tuple[str, ...] = ()  # session-scope commands sent after login
    login_questions: tuple[LoginQuestion, ...] = ()
    no_free_line: Pattern[str] | None = None
    unsupported: Pattern[str] | None = None  # "unrecognised command"
    no_privilege: Pattern[str] | None = None
    noise: Pattern[str] | None = None  # log lines injected into an answer
    read_only: ReadOnlyRules = ReadOnlyRules()
    enums: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    port_names: tuple[tuple[Pattern[str], str], ...] = ()  # canonical form of port names
    logout: str = ""  # polite last command
