"""Platform packs: loaded, joined with what they extend, and given by platform.

One YAML file each, `templates/config/<platform>.yml`; the rules are in `rules`, the grammar in
docs/write-a-pack.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import PurePosixPath
from typing import TypeVar

from xunjian.config.pack_checks import check_file
from xunjian.config.rules import (
    Allowed,
    Case,
    Commands,
    ErrorText,
    Group,
    Multiline,
    Order,
    PackFile,
    Part,
    RiskRule,
    Rule,
    SecretRule,
    Syntax,
    Value,
    Volatile,
)
from xunjian.errors import ContentError, Problem
from xunjian.language import Text
from xunjian.schema import Document, Problems, load_yaml, nearest_hint, validate
from xunjian.workspace import Found, Workspace

FOLDER = "templates/config"
GENERIC = "generic"
RuleT = TypeVar("RuleT", bound=Rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What is known of one platform's configuration; rules of extended packs stand behind.

    generic: the platform has no pack; this is the safe one, and outputs must say so.
    digest: of every file that had a part in it; empty of a pack that was made otherwise.
    """

    name: str
    platform: str
    version: int
    title: Text
    evidence: str
    syntax: Syntax
    generic: bool = False
    digest: str = ""
    commands: Commands = field(default_factory=Commands)
    parts: tuple[tuple[Part, "Pack"], ...] = ()
    errors: tuple[ErrorText, ...] = ()
    multiline: tuple[Multiline, ...] = ()
    volatile: tuple[Volatile, ...] = ()
    secrets: tuple[SecretRule, ...] = ()
    secret_words: tuple[str, ...] = ()
    allowed: tuple[Allowed, ...] = ()
    group: tuple[Group, ...] = ()
    order: tuple[Order, ...] = ()
    values: tuple[Value, ...] = ()
    risk: tuple[RiskRule, ...] = ()
    cases: tuple[Case, ...] = ()

    @property
    def ref(self) -> str:
        """Name and version, as baselines carry them."""
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packs:
    """All packs. aliases: other names of platforms -> the name their pack carries.

    files: as they were written, also those that are only there to be extended. layers: of each.
    """

    by_name: Mapping[str, Pack]
    aliases: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    files: Mapping[str, PackFile] = field(default_factory=dict)
    layers: Mapping[str, str] = field(default_factory=dict)

    def get(self, platform: str | None) -> Pack:
        """Give a platform's pack, else the generic one under the platform's name."""
        name = self.aliases.get(platform or "", platform or "")
        if name in self.by_name:
            return self.by_name[name]
        base = self.by_name.get(GENERIC)
        if base is None:
            raise ContentError([_no_generic()])
        fields = {slot: getattr(base, slot) for slot in Pack.__slots__}
        return Pack(**{**fields, "platform": name or GENERIC, "generic": True})

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all packs that describe a platform."""
        return tuple(sorted(self.by_name))


def load_packs(workspace: Workspace, aliases: Mapping[str, str] | None = None) -> Packs:
    """Load every pack. aliases: `Platforms.aliases`.

    Raises:
        ContentError: with every mistake of every file.
    """
    problems = Problems()
    packs = read_packs(workspace, problems, aliases)
    problems.raise_if_any()
    return packs


def load_pack(workspace: Workspace, name: str) -> Pack | None:
    """Load one pack with what it extends and its parts, and look into no other file.

    None where there is no file of that name, or it is only there to be extended.

    Raises:
        ContentError: with every mistake of these files.
    """
    problems = Problems()
    packs = _read_files(_files(workspace), (name,), problems)
    problems.raise_if_any()
    return packs.by_name.get(name)


def read_packs(
    workspace: Workspace, problems: Problems, aliases: Mapping[str, str] | None = None
) -> Packs:
    """Load what can be loaded of every pack; mistakes go to `problems`."""
    found = _files(workspace)
    return replace(_read_files(found, tuple(found), problems), aliases=dict(aliases or {}))


def _files(workspace: Workspace) -> dict[str, Found]:
    return {PurePosixPath(found.relative).stem: found for found in workspace.iterate(FOLDER)}


def _read_files(found: Mapping[str, Found], wanted: Sequence[str], problems: Problems) -> Packs:
    """Read the wanted files and all that they name; mistakes go to `problems`."""
    files: dict[str, PackFile] = {}
    documents: dict[str, Document] = {}
    waiting = [name for name in reversed(wanted) if name in found]
    while waiting:
        name = waiting.pop()
        if name in documents:
            continue
        try:
            documents[name] = document = load_yaml(found[name])
        except ContentError as error:
            problems.merge(error)
            continue
        if (file := validate(document, PackFile, problems)) is not None:
            check_file(document, name, file, problems)
            files[name] = file
            named = (*file.extends, *(part.pack for part in file.parts))
            waiting += [other for other in named if other in found]
    _check_references(files, documents, problems)
    packs: dict[str, Pack] = {}
    for name, file in sorted(files.items(), key=lambda item: bool(item[1].parts)):
        if (pack := _pack(name, file, files, packs)) is not None:
            packs[name] = replace(pack, digest=_digest(pack, found, files))
    layers = {name: found[name].layer for name in documents}
    return Packs(by_name=packs, documents=documents, files=files, layers=layers)


def _digest(pack: Pack, found: Mapping[str, Found], files: Mapping[str, PackFile]) -> str:
    """One hash over the files of a pack, of what it extends and of its parts."""
    own = [found[name].sha256 for name in _lineage(pack.name, files)]
    inner = [part.digest for _, part in pack.parts]
    return sha256("\n".join([*own, *inner]).encode()).hexdigest()


def _check_references(
    files: Mapping[str, PackFile], documents: Mapping[str, Document], problems: Problems
) -> None:
    for name, file in files.items():
        named = [(("extends", n), other) for n, other in enumerate(file.extends)]
        named += [(("parts", n), part.pack) for n, part in enumerate(file.parts)]
        for at, other in named:
            if other not in files:
                message = Text(f"没有这个配置包：{other}", f"no such pack: {other}")
                problems.add(documents[name], at, message, nearest_hint(other, files))
            elif at[0] == "parts" and files[other].parts:
                message = Text(f"分段不能再分段：{other}", f"a part cannot have parts: {other}")
                problems.add(documents[name], at, message)


def _lineage(name: str, files: Mapping[str, PackFile]) -> tuple[str, ...]:
    """The pack and all it extends, nearest first, each once."""
    order: list[str] = []
    waiting = [name]
    while waiting:
        current = waiting.pop(0)
        if current in files and current not in order:
            order.append(current)
            waiting += files[current].extends
    return tuple(order)


def _pack(
    name: str, file: PackFile, files: Mapping[str, PackFile], packs: Mapping[str, Pack]
) -> Pack | None:
    line = [files[other] for other in _lineage(name, files)]
    syntax = next((f.syntax for f in line if f.syntax is not None), None)
    if syntax is None and file.parts:
        syntax = Syntax(family="flat")
    if syntax is None:
        return None  # only there to be extended
    return Pack(
        name=name,
        platform=name,
        version=file.version,
        title=file.title,
        evidence=file.evidence,
        syntax=syntax,
        commands=file.commands,
        parts=tuple((part, packs[part.pack]) for part in file.parts if part.pack in packs),
        errors=_joined([f.errors for f in line]),
        multiline=_joined([f.multiline for f in line]),
        volatile=_joined([f.volatile for f in line]),
        secrets=_joined([f.secrets for f in line]),
        secret_words=tuple(word for f in line for word in f.secret_words),
        allowed=_joined([f.allowed for f in line]),
        group=_joined([f.group for f in line]),
        order=_joined([f.order for f in line]),
        values=_joined([f.values for f in line]),
        risk=_joined([f.risk for f in line]),
        cases=tuple(file.cases),
    )


def pack_of_file(name: str, file: PackFile) -> Pack:
    """A file that is only there to be extended, as a pack: its rules on indented text."""
    alone = file.model_copy(update={"syntax": file.syntax or Syntax(family="indent"), "parts": []})
    pack = _pack(name, alone, {name: alone}, {})
    assert pack is not None
    return pack


def _joined(lists: Sequence[Sequence[RuleT]]) -> tuple[RuleT, ...]:
    """Own rules first; an inherited rule of the same id is replaced, except a secret one."""
    seen: dict[tuple[str, int], RuleT] = {}
    for depth, rules in enumerate(lists):
        for rule in rules:
            keep_all = depth if isinstance(rule, SecretRule) else 0
            seen.setdefault((rule.id, keep_all), rule)
    return tuple(seen.values())


def _no_generic() -> Problem:
    return Problem(
        f"{FOLDER}/{GENERIC}.yml", 0, "", Text("缺少通用配置包", "the generic pack is missing")
    )
