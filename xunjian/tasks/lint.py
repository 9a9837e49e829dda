"""All content held against its rules: platforms with their examples, templates, cards.

Playbooks and the inventory have loaders of their own, which the command adds.
"""

from collections.abc import Collection
from re import Pattern

from xunjian.errors import ContentError, Problem, ReadOnlyViolation
from xunjian.language import Text
from xunjian.parse import TemplateCache, TemplateError
from xunjian.parse.templates import FOLDER as TEMPLATES
from xunjian.parse.textfsm_form import lint_form
from xunjian.platforms import Platform, PlatformExamples, Platforms, read_platforms
from xunjian.safety import check_request
from xunjian.schema import Document, KeyPath, Problems, load_yaml, nearest_hint
from xunjian.tasks.load import read_catalog
from xunjian.tasks.model import MATTERS, Catalog
from xunjian.transport.model import Channel, Request
from xunjian.workspace import Workspace

_CONFIG = "config."  # what a round says of configurations: no card's check


def lint(workspace: Workspace, *, functions: Collection[str] | None = None) -> tuple[Problem, ...]:
    """Give every mistake of platforms, templates and cards, in order of file and line."""
    problems = Problems()
    examine(workspace, problems, functions=functions)
    return ContentError(list(dict.fromkeys(problems.found))).problems


def examine(
    workspace: Workspace,
    problems: Problems,
    *,
    functions: Collection[str] | None = None,
    templates: TemplateCache | None = None,
) -> tuple[Platforms, Catalog]:
    """Note every mistake of platforms, templates and cards; give what is sound of them.

    functions, templates: with what the workspace's plugins add.
    """
    platforms = read_platforms(workspace, problems)
    lint_examples(platforms, problems)
    lint_templates(workspace, problems)
    cache = templates or TemplateCache(workspace)
    catalog = read_catalog(workspace, platforms, problems, functions=functions, templates=cache)
    if not problems.found:  # the check of a broken card is missing for another reason
        lint_measured(workspace, catalog, problems)
    return platforms, catalog


def lint_measured(workspace: Workspace, catalog: Catalog, problems: Problems) -> None:
    """See that every check whose findings a form shows is some card's."""
    for task in catalog.tasks:
        named: list[tuple[KeyPath, str]] = [
            (("measured", n), m) for n, m in enumerate(task.measured)
        ]
        for at, check in enumerate(task.checks):
            named += [(("checks", at, "nearby", n), near) for n, near in enumerate(check.nearby)]
        for where, name in named:
            if name not in catalog.checks and name != MATTERS and not name.startswith(_CONFIG):
                document = load_yaml(workspace.find(task.relative))
                message = Text(f"没有这项检查：{name}", f"no such check: {name}")
                problems.add(document, where, message, nearest_hint(name, catalog.checks))


def lint_templates(workspace: Workspace, problems: Problems) -> None:
    """Compile every TextFSM template and see that each of its states ends in Error."""
    for found in workspace.iterate(TEMPLATES, "*.textfsm"):
        try:
            mistakes = lint_form(workspace.read_text(found))
        except TemplateError as error:
            problems.merge([error.problem(found.relative)])
        except ContentError as error:
            problems.merge(error)
        else:
            problems.merge([mistake.problem(found.relative) for mistake in mistakes])


def lint_examples(platforms: Platforms, problems: Problems) -> None:
    """Try every platform's patterns on the examples it carries."""
    for name, platform in platforms.by_name.items():
        document, examples = platforms.documents[name], platforms.examples[name]
        _lint_requests(platform, examples, document, problems)
        for key, pattern, texts in (
            ("prompt", platform.prompt, examples.prompt),
            ("unsupported", platform.unsupported, examples.unsupported),
            ("pager", platform.pager, examples.pager),
            ("no_privilege", platform.no_privilege, examples.no_privilege),
            ("noise", platform.noise, examples.noise),
        ):
            for text in texts:
                if not _fits(pattern, text):
                    message = Text(f"与示例不符：{text}", f"does not fit its example: {text}")
                    problems.add(document, (key,), message)


def _fits(pattern: Pattern[str] | None, text: str) -> bool:
    return pattern is not None and pattern.search(text) is not None


def _lint_requests(
    platform: Platform, examples: PlatformExamples, document: Document, problems: Problems
) -> None:
    for text in (*examples.allow, *([platform.greeting] if platform.greeting else [])):
        try:
            check_request(_request(platform, text), platform)
        except ReadOnlyViolation as error:
            problems.add(document, ("read_only", "allow"), error.message)
    for text in examples.deny:
        try:
            check_request(_request(platform, text), platform)
        except ReadOnlyViolation:
            continue
        message = Text(f"应禁止的示例被放行：{text}", f"an example to be denied is allowed: {text}")
        problems.add(document, ("read_only", "deny"), message)


def _request(platform: Platform, text: str) -> Request:
    """Ask on the first channel that fits: a path is meant for HTTP, any other text is not."""
    fitting = [c for c in platform.channels if (c == "http") == text.startswith("/")]
    channel = (*fitting, *platform.channels, "cli")[0]
    return Request(channel=Channel(channel), text=text)
