"""The rules a platform pack is made of, as they stand in `templates/config/<platform>.yml`.

The grammar is explained in docs/write-a-pack.md. Patterns are searched in one line at a time.
"""

# ruff: noqa: RUF012 - pydantic copies the defaults of its models
from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, PlainValidator

from xunjian.config.model import ChangeKind, Risk
from xunjian.content_fields import Regex, Words
from xunjian.language import Text
from xunjian.schema import Model, reject

Identifier: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
Family: TypeAlias = Literal[
    "indent", "hash_blocks", "braces", "config_edit", "headed", "flat", "json", "xml"
]


def _read_date(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise reject(Text("应为日期 YYYY-MM-DD", "expected a date YYYY-MM-DD")) from None


def _read_risk(value: Any) -> Risk:
    if value in set(Risk):
        return Risk(value)
    raise reject(Text(f"应为其中之一：{', '.join(Risk)}", f"expected one of: {', '.join(Risk)}"))


def _read_kind(value: Any) -> ChangeKind:
    if value in set(ChangeKind):
        return ChangeKind(value)
    names = ", ".join(ChangeKind)
    raise reject(Text(f"应为其中之一：{names}", f"expected one of: {names}"))


Day: TypeAlias = Annotated[date, PlainValidator(_read_date)]


class Syntax(Model):
    """How lines become sections.

    files: it may be several files, each below a line `==> name <==`, as `tail -v` gives them.
    end: the last line of a whole configuration. close: lines that only close a section.
    header: of family `headed`, the lines that open one. joined: a line that goes on in the next.
    prompt: lines a terminal put around the text. xml_head: what stands before each leaf if the
    answer is an XML document, xml_end: the lines behind the last.
    """

    family: Family
    begin: Regex | None = None
    end: Regex | None = None
    comment: list[Regex] = []
    close: Regex | None = None
    header: Regex | None = None
    joined: Regex | None = None
    files: bool = False
    min_lines: int = 1
    xml_head: str = ""
    xml_end: list[str] = []


class Command(Model):
    """One way to ask for a configuration."""

    channel: Literal["cli", "shell", "http", "nut"] = "cli"
    send: str
    timeout_s: int = Field(default=120, gt=0)


class Commands(Model):
    """What to ask; each a list of alternatives in order. `stamp` says when it was last changed.

    running_only, startup_only: a line that only the one or the other answer has.
    """

    running: list[Command] = []
    startup: list[Command] = []
    stamp: list[Command] = []
    running_only: Regex | None = None
    startup_only: Regex | None = None


class Part(Model):
    """One file or answer of a configuration that consists of several."""

    name: str
    pack: str
    command: Command
    optional: bool = False


class Rule(Model):
    """What every rule has: a name inside its pack, and examples that `lint` tries."""

    id: Identifier
    yes: list[str] = []
    no: list[str] = []


class ErrorText(Rule):
    """A line that proves that the text is not, or not only, the configuration."""

    match: Regex


class Multiline(Rule):
    """A value over several lines: one node. `{delim}` in `end` is what group `delim` matched."""

    start: Regex
    end: str


class Volatile(Rule):
    """A line that differs without anybody having changed anything.

    drop: the line, or with `until` the block from it; needs reason and expiry then.
    mask: only group `value`. metadata: the line goes, its named groups are kept as metadata.
    """

    match: Regex
    action: Literal["drop", "mask", "metadata"] = "drop"
    until: Regex | None = None
    reason: Words = Text("")
    expires: Day | None = None


class SecretRule(Rule):
    """Where a secret stands: group `secret`, to the line that matches `until` if that is given.

    comparable: the device shows the same text as long as the secret is the same.
    inside: a line above, of less indentation, that must be open (SNMP's `community` is a secret,
    BGP's is none).
    type `default`: a value everybody knows (`public`); rules may ask for it, nobody sees it.
    """

    match: Regex
    inside: Regex | None = None
    until: Regex | None = None
    type: Literal["hash", "reversible", "clear", "key", "certificate", "default"] = "reversible"
    comparable: bool = True


class Allowed(Rule):
    """What looks like a secret to the leak guard and is none: group `value`, or the whole line."""

    match: Regex
    reason: Words


class Group(Rule):
    """Flat lines gathered under sections that the text does not have, one per group."""

    section: Regex | None = None
    match: Regex


class Order(Rule):
    """What identity and order mean in a section (its header, whole; the root's is empty).

    set: order means nothing, identity is the text. keyed: identity is what `key` captures.
    sequence: order matters. number: its group is a position, not part of the identity.
    """

    section: Regex
    under: Regex | None = None
    mode: Literal["set", "keyed", "sequence"]
    key: Regex | None = None
    number: Regex | None = None


class Value(Rule):
    """A value that means the same in several spellings; lines with the same `head` are one."""

    match: Regex
    kind: Literal["vlan_set", "vlan_words", "word_set", "quoted", "lower"] = Field(alias="as")


class RiskRule(Rule):
    """How dangerous a change is. Every condition given must hold.

    path: searched in the sections above and the node's first line, joined by ` > `.
    came, gone: searched in lines that are new, or no longer there; any: in either.
    lacks: no line of the new side fits; meant for whole nodes (`kinds: [added]`).
    loses, gains: a value set lost or gained members.
    """

    level: Annotated[Risk, PlainValidator(_read_risk)]
    kinds: list[Annotated[ChangeKind, PlainValidator(_read_kind)]] = []
    path: Regex | None = None
    came: Regex | None = None
    gone: Regex | None = None
    any: Regex | None = None
    lacks: Regex | None = None
    loses: bool = False
    gains: bool = False
    roles: list[str] = []
    device_kinds: list[str] = []
    uplink: bool = False
    why: Words


class Case(Model):
    """A whole comparison: `diff` marks lines with `=`, `-`, `+` in the first column."""

    title: Words = Text("")
    diff: str = ""
    old: str = ""
    new: str = ""
    changes: list[str] = []


class PackFile(Model):
    """One file `templates/config/<platform>.yml`."""

    name: str = ""
    version: int = Field(gt=0)
    title: Words
    evidence: Literal["proven", "documented"]
    source: str = ""
    extends: list[str] = []
    syntax: Syntax | None = None
    commands: Commands = Commands()
    parts: list[Part] = []
    errors: list[ErrorText] = []
    multiline: list[Multiline] = []
    volatile: list[Volatile] = []
    secrets: list[SecretRule] = []
    secret_words: list[str] = []
    allowed: list[Allowed] = []
    group: list[Group] = []
    order: list[Order] = []
    values: list[Value] = []
    risk: list[RiskRule] = []
    cases: list[Case] = []
