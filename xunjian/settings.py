"""The effective settings, each with where it comes from.

Command line > `XUNJIAN_*` > `xunjian.yml` > default. `plugins` is the file's alone: code is run
because the workspace says so, never because of the environment; so is `notify`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError
from typing_extensions import override

from xunjian import yaml12
from xunjian.content_fields import DEFAULT_NUMBER, Words, number_pattern
from xunjian.errors import UsageError
from xunjian.language import Language, Text
from xunjian.schema import (
    Document,
    Model,
    Problems,
    load_yaml,
    nearest,
    nearest_hint,
    reject,
    shown_value,
    validate,
)
from xunjian.secrets import WRITTEN_SOURCES, SecretRef, SecretSource
from xunjian.workspace import MARKER, Workspace

FAIL_ON = ("warning", "abnormal", "I", "II", "III", "IV")
FORMATS = ("json", "html", "md", "junit", "docx", "pdf", "xlsx")

_PREFIX = "XUNJIAN_"
_FILE_ONLY = ("plugins", "notify", "document.due_days")
_VARIABLES: Mapping[str, str] = {"language": "LANG"}


def _day(value: Any) -> Any:
    try:
        return value if value is None else date.fromisoformat(str(value))
    except ValueError:
        raise reject(
            Text("应为日期，如 2026-05-01", "expected a date such as 2026-05-01")
        ) from None


def _listed(value: Any) -> Any:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


def _percent(value: Any) -> Any:
    text = value.removesuffix("%").strip() if isinstance(value, str) else ""
    return float(text) if text.replace(".", "", 1).isdecimal() else value


def _language(value: Any) -> Any:
    """`en_US.UTF-8` and `zh_CN` say a language, too."""
    return value.replace("-", "_").split("_")[0].lower() if isinstance(value, str) else value


Day = Annotated[date | None, BeforeValidator(_day)]
Count = Annotated[int, Field(ge=1, le=10_000)]
Formats = Annotated[
    list[Literal["json", "html", "md", "junit", "docx", "pdf", "xlsx"]],
    Field(min_length=1),
    BeforeValidator(_listed),
]


class ContractFields(Model):
    """`contract`: what reports and the calendar say and count by."""

    name: Words = Text("")
    customer: Words = Text("")
    contractor: Words = Text("")
    profile: str = "default"
    starts: Day = None
    ends: Day = None


def _said(given: Text) -> Text:
    if not str(given).strip():
        raise reject(Text("不能为空", "must not be empty"))
    return given


class PersonFields(Model):
    """Somebody who took part in the rounds, as the overview of a report lists them."""

    name: Annotated[Words, AfterValidator(_said)]
    role: Words = Text("")
    phone: str = ""


_Days = Annotated[int, Field(ge=0, le=366)]


class DocumentFields(Model):
    """`document`: what every document says beside its contents.

    logo: a PNG or JPEG file, from the workspace's root. number: the pattern of playbooks that name
    none. prefix: stands for `{prefix}` in every pattern. due_days: to mend in, by level.
    """

    project: Words = Text("")
    secrecy: Words = Text("")
    logo: str = ""
    prefix: Annotated[str, Field(pattern=r"^[\w.\-]{1,20}$")] = "XJ"
    number: Annotated[str, BeforeValidator(number_pattern)] = DEFAULT_NUMBER
    record_sheets: Literal["all", "abnormal", "none"] | None = None
    due_days: dict[Literal["I", "II", "III", "IV"], _Days] = Field(default_factory=dict)
    people: list[PersonFields] = Field(default_factory=list)
    signers: list[Words] = Field(default_factory=list)
    recipients: list[Words] = Field(default_factory=list)
    basis: list[Words] = Field(default_factory=list)


def _reference(value: Any) -> Any:
    """Addresses of recipients hold tokens: references only, and no message repeats them."""
    sources = [one for one in WRITTEN_SOURCES if one in value] if isinstance(value, dict) else []
    if len(sources) != 1 or len(value) != 1 or not str(value[sources[0]] or "").strip():
        raise reject(
            Text(
                "收件地址里有口令，只能写引用：{env: 变量名}、{age: 文件#键} 或 {keyring: 名称}",
                "an address of a recipient is a secret, written as a reference: "
                "{env: NAME}, {age: file#key} or {keyring: name}",
            )
        )
    return value


def _recipients(value: Any) -> Any:
    """Where the shape is wrong an address may stand in any place: it is not repeated."""
    ways = list(value.values()) if isinstance(value, dict) else [value]
    if not all(isinstance(w, list) and all(isinstance(one, dict) for one in w) for w in ways):
        raise reject(
            Text(
                "应写成 {收件人: [{url: {env: 变量名}}]}",
                "expected {recipient: [{url: {env: NAME}}]}",
            )
        )
    return value


class AddressFields(Model):
    """One way to reach a recipient. url: apprise's, as a reference. language: of the message."""

    url: Annotated[dict[str, str], BeforeValidator(_reference)]
    language: Annotated[Literal["zh", "en"] | None, BeforeValidator(_language)] = None


class SettingsFields(Model):
    """xunjian.yml.

    forks, per_site, format: None leaves it to the playbook. min_coverage is in percent.
    recipient: the age recipient configurations are encrypted to. retention_days: None keeps
    evidence for the contract's term. notify: who is told, by the names that playbooks use.
    """

    language: Annotated[Literal["zh", "en"], BeforeValidator(_language)] = "zh"
    fail_on: Literal["warning", "abnormal", "I", "II", "III", "IV"] = "abnormal"
    min_coverage: Annotated[float, Field(ge=0, le=100), BeforeValidator(_percent)] = 0.0
    forks: Count | None = None
    per_site: Count | None = None
    format: Formats | None = None
    plugins: bool = False
    recipient: Annotated[str, Field(pattern=r"^age1[0-9a-z]{58}$")] | None = None
    retention_days: Annotated[int, Field(ge=1)] | None = None
    contract: ContractFields = ContractFields()
    document: DocumentFields = DocumentFields()
    notify: Annotated[
        dict[str, Annotated[list[AddressFields], Field(min_length=1)]],
        BeforeValidator(_recipients),
    ] = Field(default_factory=dict)


_PARTS: Mapping[str, type[Model]] = {"contract": ContractFields, "document": DocumentFields}
_LISTS = ("document.people", "document.signers", "document.recipients", "document.basis")
_NAMES = (
    "contract_name",
    "contract_customer",
    "contract_contractor",
    "document_project",
    "document_secrecy",
)
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
MOST_LOGO_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One value and its source: `command line`, `XUNJIAN_…`, `xunjian.yml:LINE`, `default`."""

    value: object
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One way to reach a recipient; `url` names the place of apprise's URL, not the URL."""

    url: SecretRef
    language: Language | None = None

    @override
    def __str__(self) -> str:
        """Give the reference, which is safe to show."""
        return f"{self.url.source.value}:{self.url.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is in force; `sources` has where each came from, by its dotted name."""

    language: Language = Language.ZH
    fail_on: str = "abnormal"
    min_coverage: float = 0.0
    forks: int | None = None
    per_site: int | None = None
    format: tuple[str, ...] | None = None
    plugins: bool = False
    recipient: str | None = None
    retention_days: int | None = None
    contract_name: str = ""
    contract_customer: str = ""
    contract_contractor: str = ""
    contract_profile: str = "default"
    contract_starts: date | None = None
    contract_ends: date | None = None
    document_project: str = ""
    document_secrecy: str = ""
    document_logo: str = ""
    document_prefix: str = "XJ"
    document_number: str = DEFAULT_NUMBER
    document_record_sheets: str | None = None
    document_due_days: Mapping[str, int] = field(default_factory=dict)
    document_people: tuple[Mapping[str, object], ...] = ()  # name, role, phone
    document_signers: tuple[Text, ...] = ()
    document_recipients: tuple[str, ...] = ()
    document_basis: tuple[Text, ...] = ()
    notify: Mapping[str, tuple[Address, ...]] = field(default_factory=dict)
    in_english: Mapping[str, str] = field(default_factory=dict)  # names above, by the Chinese
    sources: Mapping[str, str]

    def listed(self) -> tuple[tuple[str, Setting], ...]:
        """All settings by dotted name, in the order of the documentation."""
        return tuple(
            (name, Setting(value=_shown(getattr(self, name.replace(".", "_"))), source=source))
            for name, source in self.sources.items()
        )


def _shown(value: object) -> object:
    """Give a setting as `config` prints it: texts in Chinese, people and recipients by name."""
    if isinstance(value, Mapping):
        pairs = ((k, v if isinstance(v, tuple) else (v,)) for k, v in value.items())
        return tuple(f"{name}: {', '.join(map(str, ways))}" for name, ways in pairs)
    if isinstance(value, tuple) and value and not isinstance(value[0], str):
        return tuple(str(v["name"]) if isinstance(v, Mapping) else str(v) for v in value)
    return value


def load_settings(workspace: Workspace, options: Mapping[str, object] | None = None) -> Settings:
    """Work out the settings; `options` are those given on the command line, by dotted name.

    Raises:
        ContentError: xunjian.yml holds what it may not.
        UsageError: a `XUNJIAN_*` variable, or an option, has an impossible value.
    """
    values, sources = _from_file(workspace)
    for variable, name, text in _from_environment():
        values[name] = _checked(name, text, variable)
        sources[name] = variable
    for name, given in (options or {}).items():
        if given is not None and name in sources:
            values[name] = _checked(name, given, "--" + name.replace("_", "-"))
            sources[name] = "command line"
    fields: dict[str, Any] = {name.replace(".", "_"): value for name, value in values.items()}
    fields["language"] = Language(fields["language"])
    fields["format"] = tuple(fields["format"]) if fields["format"] else None
    fields["notify"] = {name: tuple(map(_address, ways)) for name, ways in fields["notify"].items()}
    for name in _LISTS:
        items = fields[name.replace(".", "_")]
        plain = (dict(item) if isinstance(item, Model) else item for item in items)
        fields[name.replace(".", "_")] = tuple(plain)
    in_english = _english_of(fields)
    return Settings(**fields, in_english=in_english, sources=sources)


def _english_of(fields: dict[str, Any]) -> dict[str, str]:
    """Take names in two languages apart: each goes by the Chinese one, and keeps its English."""
    texts: list[Text] = list(fields["document_recipients"])
    fields["document_recipients"] = tuple(text.zh or text.en for text in texts)
    people = fields["document_people"]
    texts += [one["name"] for one in people]
    fields["document_people"] = tuple({**one, "name": str(one["name"])} for one in people)
    for name in _NAMES:
        texts.append(fields[name])
        fields[name] = fields[name].zh or fields[name].en
    return {text.zh: text.en for text in texts if text.zh and text.en}


def _address(given: AddressFields) -> Address:
    (source, name), *_ = given.url.items()
    language = Language(given.language) if given.language else None
    return Address(url=SecretRef(source=SecretSource(source), name=name), language=language)


def _from_file(workspace: Workspace) -> tuple[dict[str, Any], dict[str, str]]:
    model, document = SettingsFields(), None
    if workspace.settings_file.is_file():
        problems = Problems()
        document = load_yaml(workspace.settings_file, shown=MARKER, problems=problems)
        if document.data is not None:
            model = validate(document, SettingsFields, problems) or model
            _check_logo(workspace, document, model.document.logo, problems)
        problems.raise_if_any()
    values, sources = dict[str, Any](), dict[str, str]()
    for name in _names():
        part: object = model
        given = document is not None and document.data is not None
        for key in name.split("."):
            given = given and key in getattr(part, "model_fields_set", ())
            part = getattr(part, key)
        values[name] = part
        line = document.line(name.split(".")) if document is not None and given else 0
        sources[name] = f"{MARKER}:{line}" if given else "default"
    return values, sources


def _check_logo(workspace: Workspace, document: Document, logo: str, problems: Problems) -> None:
    """Hold the logo's file to what every format can show, before a round is over."""
    if not logo:
        return
    path, key = workspace.root / logo, ("document", "logo")
    if not path.resolve().is_relative_to(workspace.root.resolve()) or not path.is_file():
        message = Text("工作区里没有这个图片文件", "there is no such picture in the workspace")
        problems.add(document, key, message)
    elif not path.read_bytes()[:8].startswith(_PICTURES):
        problems.add(document, key, Text("只接受 PNG 或 JPEG", "only PNG or JPEG is taken"))
    elif path.stat().st_size > MOST_LOGO_BYTES:
        problems.add(document, key, Text("图片大于 2 MB", "the picture is larger than 2 MB"))


def _names() -> tuple[str, ...]:
    plain = [name for name in SettingsFields.model_fields if name not in _PARTS]
    return (*plain, *(f"{part}.{name}" for part, m in _PARTS.items() for name in m.model_fields))


def _from_environment() -> list[tuple[str, str, str]]:
    """(variable, setting, text) of each variable that sets one; near misses are errors."""
    known = {
        _PREFIX + _VARIABLES.get(name, name.replace(".", "_").upper()): name
        for name in _names()
        if name not in _FILE_ONLY and name not in _LISTS
    }
    found = []
    for variable, text in sorted(os.environ.items()):
        if not text.strip():
            continue  # set to nothing is not set
        if variable in known:
            found.append((variable, known[variable], text))
        elif variable.startswith(_PREFIX) and (near := nearest(variable, known, 0.9)):
            raise UsageError(
                Text(f"未知的环境变量：{variable}", f"unknown variable: {variable}"),
                Text(f"是否想写 {near}", f"did you mean {near}?"),
            )
    return found


def _checked(name: str, given: object, source: str) -> Any:
    """Hold one value against the field of xunjian.yml that it stands for."""
    part, _, key = name.rpartition(".")
    model: type[Model] = _PARTS.get(part, SettingsFields)
    field = model.model_fields[key]
    annotation: Any = field.annotation
    for extra in field.metadata:
        annotation = Annotated[annotation, extra]
    value = _typed(given, field.annotation) if isinstance(given, str) else given
    try:
        return TypeAdapter(annotation).validate_python(
            list(value) if isinstance(value, tuple) else value, strict=True
        )
    except ValidationError:
        choices = {"fail_on": FAIL_ON, "format": FORMATS, "language": tuple(Language)}.get(name, ())
        hint = nearest_hint(str(given), choices)
        shown = shown_value(given)
        message = Text(f"{source} 的值不对：{shown}", f"{source} has an impossible value: {shown}")
        raise UsageError(message, hint) from None


def _typed(text: str, annotation: Any) -> object:
    """Read a number from text where the setting is one."""
    value = yaml12.plain(text.strip())
    return value if "int" in str(annotation) or "float" in str(annotation) else text.strip()
