"""All cards of a workspace, compiled; every mistake of every card at once."""

from collections.abc import Collection, Iterable, Sequence

from xunjian.errors import ContentError
from xunjian.inventory.fields import KINDS
from xunjian.language import Text
from xunjian.parse import TemplateCache
from xunjian.platforms import Platforms
from xunjian.schema import (
    Document,
    KeyPath,
    Problems,
    load_yaml,
    part_at,
    refuse_anchors,
    validate,
)
from xunjian.tasks.card_file import CardFile, CheckFile
from xunjian.tasks.compile_checks import compile_check
from xunjian.tasks.compile_steps import compile_collect
from xunjian.tasks.model import Catalog, Check, Task
from xunjian.tasks.resolve import Card
from xunjian.tasks.salvage import resolve_sound_parts
from xunjian.workspace import Found, Workspace

FOLDER = "tasks"


def load_catalog(
    workspace: Workspace,
    platforms: Platforms,
    *,
    functions: Collection[str] | None = None,
    templates: TemplateCache | None = None,
) -> Catalog:
    """Load every card.

    functions: names of registered judging functions; by default those that `checks` ships.

    Raises:
        ContentError: with every mistake of every card.
    """
    problems = Problems()
    catalog = read_catalog(workspace, platforms, problems, functions=functions, templates=templates)
    problems.raise_if_any()
    return catalog


def read_catalog(
    workspace: Workspace,
    platforms: Platforms,
    problems: Problems,
    *,
    functions: Collection[str] | None = None,
    templates: TemplateCache | None = None,
) -> Catalog:
    """Load what can be loaded of every card; mistakes go to `problems`."""
    cache = templates or TemplateCache(workspace)
    known = frozenset(functions or ())
    kinds = _known_kinds(workspace)
    tasks: list[tuple[Document, Task]] = []
    for found in workspace.iterate(FOLDER):
        try:
            document = load_yaml(found)
        except ContentError as error:
            problems.merge(error)
            continue
        card = Card(
            document=document,
            problems=problems,
            platforms=platforms,
            templates=cache,
            functions=known,
        )
        task = _task(card, found, kinds)
        if task is not None:
            tasks.append((document, task))
    _check_unique(tasks, problems)
    return Catalog(tasks=tuple(task for _, task in tasks))


def _task(card: Card, found: Found, kinds: frozenset[str]) -> Task | None:
    """Compile one card; with a schema mistake somewhere, what is sound is still resolved."""
    refuse_anchors(card.document, card.problems)
    file = validate(card.document, CardFile, card.problems)
    written = part_at(card.document.data, ("kinds",))
    for n, kind in enumerate(written if isinstance(written, list) else ()):
        if isinstance(kind, str) and kind not in kinds:
            card.unknown(("kinds", n), Text("设备种类", "kind of device"), kind, kinds)
    if file is None:
        resolve_sound_parts(card)
        return None
    return Task(
        name=file.name,
        title=file.title,
        given_mark=file.mark or "",
        measured=tuple(file.measured),
        kinds=tuple(file.kinds),
        tags=tuple(file.tags),
        collect=compile_collect(card, file.collect),
        checks=_checks(card, file.checks, file.name),
        relative=found.relative,
        layer=found.layer,
    )


def _known_kinds(workspace: Workspace) -> frozenset[str]:
    """The shipped kinds of devices and those the workspace's sites.yml adds."""
    path = workspace.inventory_dir / "sites.yml"
    try:
        added = part_at(load_yaml(path).data, ("kinds",)) if path.is_file() else None
    except ContentError:  # the inventory's own loader says what is wrong with it
        added = None
    return KINDS | frozenset(map(str, added) if isinstance(added, Iterable) else ())


def _checks(card: Card, files: Sequence[CheckFile], task: str) -> tuple[Check, ...]:
    return tuple(compile_check(card, ("checks", n), file, task) for n, file in enumerate(files))


def _check_unique(tasks: Sequence[tuple[Document, Task]], problems: Problems) -> None:
    """A name is unique per kind of device, a check's id over all cards."""
    names: dict[str, list[Task]] = {}
    ids: dict[str, str] = {}
    for document, task in tasks:
        for other in names.get(task.name, []):
            if not task.kinds or not other.kinds or set(task.kinds) & set(other.kinds):
                _twice(document, ("name",), task.name, other.relative, problems)
        names.setdefault(task.name, []).append(task)
        for n, check in enumerate(task.checks):
            if check.id in ids:
                _twice(document, ("checks", n, "id"), check.id, ids[check.id], problems)
            ids.setdefault(check.id, task.relative)


def _twice(document: Document, at: KeyPath, name: str, where: str, problems: Problems) -> None:
    problems.add(
        document,
        at,
        Text(f"名称重复：{name}", f"the name stands twice: {name}"),
        Text(f"另一处在 {where}", f"the other one is in {where}"),
    )
