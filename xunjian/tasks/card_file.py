# ruff: noqa: RUF012 - pydantic copies the defaults of its models
"""The shape of a card's YAML; names, regexes and expressions are resolved by `compile_*`."""

import re
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field

from xunjian.content_fields import Regex, Words
from xunjian.inventory.model import Scalar
from xunjian.inventory.registers import RegisterFile
from xunjian.language import Text
from xunjian.schema import Model, reject

Given: TypeAlias = str | int | float | bool
ChannelName: TypeAlias = Literal[
    "cli", "shell", "http", "snmp", "nut", "sip", "icmp", "session", "modbus", "pjlink", "manual"
]
VerdictName: TypeAlias = Literal["normal", "unknown", "abnormal", "not_applicable"]
LevelName: TypeAlias = Literal["I", "II", "III", "IV"]

_OID = re.compile(r"\.?\d+(\.\d+)+")
_ROWS = re.compile(r"\d+|\d+\.\.|\d+\.\.\d+")
_CHECK_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")


def _oid(value: str) -> str:
    if not _OID.fullmatch(value):
        raise reject(Text(f"应为 OID：{value}", f"expected an oid: {value}"))
    return value.strip(".")


def _rows(value: str | int) -> str | int:
    if not _ROWS.fullmatch(str(value)):
        raise reject(
            Text(f'应为 "n"、"n.." 或 "n..m"：{value}', f'expected "n", "n..", "n..m": {value}')
        )
    return value


def _check_id(value: str) -> str:
    if not _CHECK_ID.fullmatch(value):
        raise reject(
            Text(f"应为 项目.指标：{value}", f"expected item.figure in lower case: {value}")
        )
    return value


def _told(value: Text) -> Text:
    if not value.zh:
        raise reject(Text("不可为空", "must not be empty"))
    return value


Oid: TypeAlias = Annotated[str, AfterValidator(_oid)]
NonEmpty: TypeAlias = Annotated[str, Field(min_length=1)]


class MapFile(Model):
    """One field of the fact: from a column or expression through an enum, or a constant."""

    source: str = Field(default="", alias="from")
    const: Scalar = None
    enum: str | dict[str, Given] | None = None
    missing: list[Given] = []


class QuestionFile(Model):
    """One blank of a form. options: the words a choice may have, with what the form shows."""

    title: Words
    type: Literal["number", "text", "date", "photo", "choice"]
    unit: str = ""
    options: list[str] | dict[str, Words] = []


class StepKeys(Model):
    """What a step, an alternative and the shared defaults may all carry."""

    channel: ChannelName | None = None
    send: str = ""
    get: str | dict[str, Oid] = ""
    walk: dict[str, Oid] = {}
    follow: str = ""
    ends: Annotated[int, Field(ge=0, le=200)] = 0
    probe: dict[str, str | int | float] = {}
    registers: Literal["inventory"] | dict[str, RegisterFile] = {}
    ask: dict[str, QuestionFile] = {}
    repeat: Annotated[str, Field(pattern=r"^(expected\.[a-z_][a-z0-9_]*)?$")] = ""
    timeout_s: Annotated[float, Field(gt=0, le=600)] = 30.0
    decode: str | None = None
    error: Regex | None = None
    unsupported: Regex | None = None
    expect: Regex | None = None
    parse: str | list[str] = []
    ntc: str = ""
    pattern: Regex | None = None
    each: str = ""
    columns: dict[str, str | list[str]] = {}
    rows: Annotated[str | int, AfterValidator(_rows)] = "1.."
    skip: str = ""
    map: dict[str, Given | MapFile] = {}
    evidence: Literal["real", "captured", "documented"] = "documented"


class StepFile(StepKeys):
    """A collecting step: its own question first if it has one, then `any_of` in order."""

    fact: NonEmpty
    any_of: list[StepKeys] = []
    defaults: StepKeys = StepKeys()


class JoinFile(Model):
    """Rows of another fact beside the judged one."""

    fact: NonEmpty
    by: NonEmpty


class IgnoreFile(Model):
    """A known noise."""

    match: Regex
    field: NonEmpty
    reason: NonEmpty
    until: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None


class CheckFile(Model):
    """One judgement."""

    id: Annotated[str, AfterValidator(_check_id)]
    title: Words
    for_each: str = ""
    when: str = ""
    where: str = ""
    join: dict[str, JoinFile] = {}
    let: dict[str, Given] = {}
    value: Given | None = None
    unit: str = ""
    digits: Annotated[int, Field(ge=0, le=9)] | None = None
    limits: dict[str, Scalar] = {}
    own: dict[str, str] = {}
    worse: Literal["high", "low"] | None = None
    warning: str = ""
    abnormal: str = ""
    levels: dict[Literal["warning", "abnormal"], LevelName] = {}
    group: list[str] = []
    ignore: list[IgnoreFile] = []
    report: Literal["each", "worst"] = "each"
    first: Literal["not_checked", "normal", "current"] = "not_checked"
    empty: VerdictName = "unknown"
    unsupported: Literal["unknown", "not_applicable"] = "unknown"
    vanished: Literal["warning", "abnormal", "unknown", "off"] = "warning"
    function: str | None = None
    nearby: list[str] = []
    message: Words = Text("")
    standard: Words = Text("")
    advice: Words = Text("")
    source: Annotated[Words, AfterValidator(_told)]


class CardFile(Model):
    """A whole card."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Words
    kinds: list[str] = []
    tags: list[str] = []
    mark: Literal["A", "H", "M"] | None = None
    measured: list[str] = []
    collect: dict[str, list[StepFile]] = {}
    checks: list[CheckFile] = []
