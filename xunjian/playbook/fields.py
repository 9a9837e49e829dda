"""What a playbook file may hold; keys of later versions are held to their shape only."""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from xunjian.content_fields import Words, number_pattern
from xunjian.language import Text
from xunjian.schema import Model, reject

_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")


def dotted(value: Any) -> Any:
    """Accept `module.function` only."""
    if isinstance(value, str) and not _DOTTED.fullmatch(value):
        raise reject(
            Text(
                "应为带点的路径，如 包.模块.函数", "expected a dotted path: package.module.function"
            )
        )
    return value


Name = Annotated[str, Field(min_length=1)]
DottedPath = Annotated[str, BeforeValidator(dotted)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
Count = Annotated[int, Field(ge=1, le=10_000)]


class TitleFields(Model):
    """A title in both languages."""

    zh: Name
    en: str = ""


class RunFields(Model):
    """`run`."""

    workers: Count | None = None
    per_site: Count | None = None
    per_aaa: Count | None = None
    device_deadline_s: Seconds | None = None
    deadline_s: Seconds | None = None
    retries: Annotated[int, Field(ge=0, le=10)] | None = None
    jitter_s: Annotated[float, Field(ge=0, le=3600)] | None = None
    connect_timeout_s: Seconds | None = None
    suspend_credential_after: Count | None = None


class ReportFields(Model):
    """`report`. title: instead of the one the occasion gives."""

    title: Words | None = None
    template: Name | None = None
    formats: (
        Annotated[
            list[Literal["json", "html", "md", "junit", "docx", "pdf", "xlsx"]], Field(min_length=1)
        ]
        | None
    ) = None
    number: Annotated[str, BeforeValidator(number_pattern)] | None = None
    record_sheets: Literal["all", "abnormal", "none"] | None = None


class ConfigFields(Model):
    """`config`: whether configurations are kept, and what they are compared with."""

    backup: bool = False
    diff: Literal["baseline", "startup", "last", "none"] = "none"


class NotifyFields(Model):
    """`notify`: what is told while the round goes on and at its end, and to whom.

    The names of `to` stand in xunjian.yml.
    """

    on: list[
        Literal[
            "level_i",
            "level_ii",
            "level_iii",
            "level_iv",
            "missed",
            "overdue",
            "finished",
            "failed",
            "changed",
        ]
    ] = Field(default_factory=list)
    to: list[Name] = Field(default_factory=list)


class NornirFields(Model):
    """One nornir task with arguments."""

    path: DottedPath
    args: dict[str, Any] = Field(default_factory=dict)


class PlaybookFields(Model):
    """The whole file."""

    name: Annotated[str, Field(pattern=r"^\w[\w\-]{0,63}$")] | None = None
    title: Name | TitleFields | None = None
    occasion: Literal[
        "routine",
        "monthly",
        "quarterly",
        "half-year",
        "pre-holiday",
        "flood-season",
        "conference",
        "handover",
        "change",
        "adhoc",
    ] = "routine"
    hosts: Name = "all"
    where: str = ""
    tasks: list[Name] = Field(default_factory=list)
    nornir: DottedPath | list[DottedPath | NornirFields] = Field(default_factory=list)
    config: ConfigFields | None = None
    manual: list[Name] | None = None
    run: RunFields | None = None
    report: ReportFields | None = None
    notify: NotifyFields | None = None
    change: bool = False
