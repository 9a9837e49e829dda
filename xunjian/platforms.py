"""What xunjian knows of a platform's own texts: prompts, pager, questions, read-only rules, enums.

One YAML file each, `templates/platforms/<platform>.yml`; loading is `load_platforms`.
"""

# ruff: noqa: RUF012 - pydantic copies the defaults of its models
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from re import Pattern
from typing import TYPE_CHECKING

from xunjian.content_fields import Regex, Words
from xunjian.errors import ContentError
from xunjian.language import Text
from xunjian.schema import (
    Document,
    Model,
    Problems,
    load_yaml,
    nearest,
    nearest_hint,
    validate,
)
from xunjian.workspace import Workspace

if TYPE_CHECKING:
    from xunjian.inventory.model import Device


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
    prompt_is_line: bool = False  # no prompt waits; a whole line such as `OK` ends every answer
    pager: Pattern[str] | None = None
    pager_reply: str = " "
    setup: tuple[str, ...] = ()  # session-scope commands sent after login
    login_questions: tuple[LoginQuestion, ...] = ()
    no_free_line: Pattern[str] | None = None
    unsupported: Pattern[str] | None = None  # "unrecognised command"
    no_privilege: Pattern[str] | None = None
    noise: Pattern[str] | None = None  # log lines injected into an answer
    log_commands: Pattern[str] | None = None  # their answers are log lines: nothing is taken out
    read_only: ReadOnlyRules = ReadOnlyRules()
    enums: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    port_names: tuple[tuple[Pattern[str], str], ...] = ()  # canonical form of port names
    logout: str = ""  # polite last command
    greeting: str = ""  # over HTTP: a page that only a login opens, when nothing else is asked
    http_login: str = ""  # name of a login in transport.http_login; empty: Basic authentication
    not_provided: Mapping[str, Text] = field(default_factory=dict)  # items no card can ask: why


def unused_ways(platform: Platform | None, device: "Device") -> frozenset[str]:
    """Give the ways to speak that this device does not offer us although its platform has them.

    A platform with a web interface and a command line is asked on those the inventory describes
    under `connection_options`; where it describes neither, on the first the platform names.
    """
    offered = [name for name in (platform.channels if platform else ()) if name in _SPEAKING]
    if "http" not in offered or len(offered) == 1 or not device.channels:
        return frozenset()
    named = [name for name in offered if name in device.channels]
    return frozenset(offered) - frozenset(named or offered[:1])


FOLDER = "templates/platforms"
_SPEAKING = frozenset({"http", "cli", "shell"})
CHANNELS = (
    "cli", "shell", "http", "snmp", "nut", "sip", "icmp", "session", "modbus", "pjlink", "manual",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformExamples:
    """Texts a platform file carries so that `lint` can try its patterns."""

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    prompt: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()
    pager: tuple[str, ...] = ()
    no_privilege: tuple[str, ...] = ()
    noise: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Platforms:
    """All platforms by name, with other tools' names for them.

    layers: of every platform file, also of one that did not load.
    """

    by_name: Mapping[str, Platform]
    examples: Mapping[str, PlatformExamples] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    layers: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str | None) -> Platform | None:
        """Give a platform by its name or by an alias."""
        if name in self.by_name:
            return self.by_name[name or ""]
        return next((p for p in self.by_name.values() if name in p.aliases), None)

    @property
    def names(self) -> tuple[str, ...]:
        """All platform names, sorted."""
        return tuple(sorted(self.by_name))

    @property
    def aliases(self) -> Mapping[str, str]:
        """Each platform's own name and every other name for it → its own name."""
        own = {name: name for name in self.by_name}
        return {a: name for name, p in self.by_name.items() for a in p.aliases} | own

    def nearest(self, name: str) -> str | None:
        """Give the platform name or alias most like a misspelt one."""
        return nearest(name, [*self.names, *(a for p in self.by_name.values() for a in p.aliases)])


class _Question(Model):
    match: Regex
    answer: str
    finding: str = ""


class _Examples(Model):
    allow: list[str] = []
    deny: list[str] = []
    prompt: list[str] = []
    unsupported: list[str] = []
    pager: list[str] = []
    no_privilege: list[str] = []
    noise: list[str] = []


class _Rules(Model):
    allow: list[Regex] = []
    deny: list[Regex] = []
    examples: _Examples = _Examples()


class _PortName(Model):
    match: Regex
    to: str


class _File(Model):
    """One file `templates/platforms/<name>.yml`."""

    name: str = ""
    title: Words
    aliases: list[str] = []
    channels: list[str]
    netmiko: str = ""
    ntc: str = ""
    prompt: Regex | None = None
    prompt_is_line: bool = False
    pager: Regex | None = None
    pager_reply: str = " "
    setup: list[str] = []
    login_questions: list[_Question] = []
    no_free_line: Regex | None = None
    unsupported: Regex | None = None
    no_privilege: Regex | None = None
    noise: Regex | None = None
    log_commands: Regex | None = None
    read_only: _Rules = _Rules()
    enums: dict[str, dict[str, str | int | float]] = {}
    port_names: list[_PortName] = []
    logout: str = ""
    greeting: str = ""
    http_login: str = ""
    not_provided: dict[str, Words] = {}
    examples: _Examples = _Examples()


def load_platforms(workspace: Workspace) -> Platforms:
    """Load every platform file.

    Raises:
        ContentError: with every mistake of every file.
    """
    problems = Problems()
    platforms = read_platforms(workspace, problems)
    problems.raise_if_any()
    return platforms


def read_platforms(workspace: Workspace, problems: Problems) -> Platforms:
    """Load what can be loaded of every platform file; mistakes go to `problems`."""
    by_name: dict[str, Platform] = {}
    examples: dict[str, PlatformExamples] = {}
    documents: dict[str, Document] = {}
    layers: dict[str, str] = {}
    for found in workspace.iterate(FOLDER):
        name = PurePosixPath(found.relative).stem
        layers[name] = found.layer
        try:
            document = load_yaml(found)
        except ContentError as error:
            problems.merge(error)
            continue
        documents[name] = document
        if (file := validate(document, _File, problems)) is not None:
            _check_file(document, name, file, problems)
            by_name[name] = _platform(name, file)
            examples[name] = _examples(file.examples, file.read_only.examples)
    platforms = Platforms(by_name=by_name, examples=examples, documents=documents, layers=layers)
    _check_names(platforms, problems)
    return platforms


def _platform(name: str, file: _File) -> Platform:
    return Platform(
        name=name,
        title=file.title,
        aliases=tuple(file.aliases),
        channels=tuple(file.channels),
        netmiko=file.netmiko,
        ntc=file.ntc,
        prompt=file.prompt,
        prompt_is_line=file.prompt_is_line,
        pager=file.pager,
        pager_reply=file.pager_reply,
        setup=tuple(file.setup),
        login_questions=tuple(
            LoginQuestion(match=q.match, answer=q.answer, finding=q.finding)
            for q in file.login_questions
        ),
        no_free_line=file.no_free_line,
        unsupported=file.unsupported,
        no_privilege=file.no_privilege,
        noise=file.noise,
        log_commands=file.log_commands,
        read_only=ReadOnlyRules(
            allow=tuple(file.read_only.allow),
            deny=tuple(
                re.compile(p.pattern, re.IGNORECASE | re.MULTILINE) for p in file.read_only.deny
            ),
        ),
        enums={
            enum: {str(k): str(v) for k, v in words.items()} for enum, words in file.enums.items()
        },
        port_names=tuple((name.match, name.to) for name in file.port_names),
        logout=file.logout,
        greeting=file.greeting,
        http_login=file.http_login,
        not_provided=file.not_provided,
    )


def _examples(file: _Examples, rules: _Examples) -> PlatformExamples:
    return PlatformExamples(
        allow=(*file.allow, *rules.allow),
        deny=(*file.deny, *rules.deny),
        prompt=tuple(file.prompt),
        unsupported=tuple(file.unsupported),
        pager=tuple(file.pager),
        no_privilege=tuple(file.no_privilege),
        noise=tuple(file.noise),
    )


def _check_file(document: Document, name: str, file: _File, problems: Problems) -> None:
    if file.name and file.name != name:
        problems.add(
            document,
            ("name",),
            Text(f"与文件名不一致：{file.name}", f"differs from the file's name: {file.name}"),
            Text(f"应为 {name}", f"expected {name}"),
        )
    for n, channel in enumerate(file.channels):
        if channel not in CHANNELS:
            problems.add(
                document,
                ("channels", n),
                Text(f"未知的通道：{channel}", f"unknown channel: {channel}"),
                nearest_hint(channel, CHANNELS),
            )
    for n, pattern in enumerate(file.read_only.allow):
        if not pattern.pattern.startswith("^"):
            problems.add(
                document,
                ("read_only", "allow", n),
                Text("放行规则必须以 ^ 开头", "an allow pattern must start with ^"),
            )
    for n, question in enumerate(file.login_questions):
        if re.match(r"\s*y", question.answer, re.IGNORECASE):
            problems.add(
                document,
                ("login_questions", n, "answer"),
                Text("登录提问绝不回答 y", "a question at login is never answered with y"),
            )
    for key, lines in (("setup", file.setup), ("logout", [file.logout])):
        if any(not line.isprintable() for line in lines):
            message = Text("命令含控制字符", "a command holds a control character")
            problems.add(document, (key,), message)


def _check_names(platforms: Platforms, problems: Problems) -> None:
    """Names and aliases are unique over all platforms."""
    owners: dict[str, str] = {name: name for name in platforms.by_name}
    for name, platform in platforms.by_name.items():
        for n, alias in enumerate(platform.aliases):
            if alias in owners:
                problems.add(
                    platforms.documents[name],
                    ("aliases", n),
                    Text(
                        f"别名已属于平台 {owners[alias]}：{alias}",
                        f"the alias belongs to {owners[alias]}: {alias}",
                    ),
                )
            owners.setdefault(alias, name)
