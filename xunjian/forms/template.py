# ruff: noqa: RUF012 - pydantic copies the defaults of its models
"""`templates/forms/*.yml`: which things go on which form, in which order, and who signs."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from xunjian.content_fields import Words
from xunjian.errors import ContentError, UsageError
from xunjian.inventory.conditions import condition
from xunjian.inventory.model import Device
from xunjian.language import Text
from xunjian.schema import Model, Problems, load_yaml, nearest_hint, validate
from xunjian.workspace import Workspace

FOLDER = "templates/forms"


class FormFile(Model):
    """A form as written."""

    title: Words
    kinds: list[str] = []
    where: str = ""
    tasks: list[str] = []
    sheet: Literal["room", "device", "site"] = "room"
    notes: Words = Text("")
    consent: Words = Text("")
    signers: list[Words] = []
    free_rows: Annotated[int, Field(ge=0, le=50)] = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FormTemplate:
    """One form.

    kinds, where: whose lines it takes; empty is everybody's. tasks: the order of its lines; a line
    goes to the first form that names its task, else to the first that takes its thing, at the end.
    sheet: what one sheet is for; a thing without a room has its own.
    """

    name: str
    title: Text
    kinds: tuple[str, ...] = ()
    where: str = ""
    tasks: tuple[str, ...] = ()
    sheet: str = "room"
    notes: Text = Text("")
    consent: Text = Text("")
    signers: tuple[Text, ...] = ()
    free_rows: int = 5

    def takes(self) -> Callable[[Device], bool]:
        """Give what says whether a thing's lines stand on this form."""
        holds = condition(self.where) if self.where.strip() else None

        def fits(device: Device) -> bool:
            is_kind = not self.kinds or device.kind in self.kinds
            return is_kind and (holds is None or bool(holds(device)))

        return fits

    def place(self, task: str) -> int:
        """Where a task's lines stand."""
        return self.tasks.index(task) if task in self.tasks else len(self.tasks)


PLAIN = FormTemplate(
    name="plain",
    title=Text("现场巡检记录表", "On-site inspection record"),
    consent=Text("客户同意按本表实施巡检", "The customer agrees to this inspection"),
    signers=(Text("巡检人", "inspector"), Text("客户代表", "for the customer")),
)


def load_forms(
    workspace: Workspace, names: Sequence[str], task_names: Collection[str] | None = None
) -> tuple[FormTemplate, ...]:
    """Read the forms a playbook names (`forms/machine_room.yml`), then the plain one for the rest.

    Raises:
        ContentError: with every mistake of every file.
        UsageError: there is no such form; the hint has the nearest name.
    """
    problems = Problems()
    forms = [_load(workspace, name, task_names, problems) for name in names]
    problems.raise_if_any()
    return (*(form for form in forms if form is not None), PLAIN)


def lint_forms(workspace: Workspace, task_names: Collection[str], problems: Problems) -> None:
    """Note every mistake of every form."""
    for name in known_forms(workspace):
        try:
            _load(workspace, name, task_names, problems)
        except ContentError as error:
            problems.merge(error)


def known_forms(workspace: Workspace) -> tuple[str, ...]:
    """Names as playbooks write them: `forms/machine_room.yml`."""
    found = workspace.iterate(FOLDER, "*.yml")
    return tuple(sorted({one.relative.removeprefix("templates/") for one in found}))


def _load(
    workspace: Workspace, name: str, task_names: Collection[str] | None, problems: Problems
) -> FormTemplate | None:
    known = known_forms(workspace)
    if name not in known:
        raise UsageError(
            Text(f"没有这张表：{name}", f"no such form: {name}"), nearest_hint(name, known)
        )
    document = load_yaml(workspace.find(f"templates/{name}"), problems=problems)
    file = validate(document, FormFile, problems)
    if file is None:
        return None
    for n, task in enumerate(file.tasks):
        if task_names is not None and task not in task_names:
            message = Text(f"没有这个任务：{task}", f"no such task: {task}")
            problems.add(document, ("tasks", n), message, nearest_hint(task, task_names))
    if file.where.strip():
        try:
            condition(file.where)
        except UsageError as error:
            problems.add(document, ("where",), error.message, error.hint)
    return FormTemplate(
        name=name,
        title=file.title,
        kinds=tuple(file.kinds),
        where=file.where,
        tasks=tuple(file.tasks),
        sheet=file.sheet,
        notes=file.notes,
        consent=file.consent,
        signers=tuple(file.signers),
        free_rows=file.free_rows,
    )
