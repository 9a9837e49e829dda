"""Forms and the playbooks that name them, held against each other."""

from xunjian.errors import ContentError, Problem, UsageError
from xunjian.forms.template import known_forms, lint_forms
from xunjian.language import Text
from xunjian.playbook import list_playbooks
from xunjian.run.content import Content
from xunjian.schema import Problems, load_yaml, nearest_hint


def examine_forms(content: Content) -> tuple[Problem, ...]:
    """Give every mistake of forms, and every form that a playbook names and nobody wrote."""
    problems, workspace = Problems(), content.workspace
    try:
        lint_forms(workspace, content.catalog.names, problems)
    except (ContentError, UsageError):
        return ()  # the cards are broken: that is said by their own loader
    known = known_forms(workspace)
    for listed in list_playbooks(workspace):
        named = listed.playbook.manual if listed.playbook else ()
        for n, name in enumerate(named):
            if name not in known:
                document = load_yaml(listed.found)
                message = Text(f"没有这张表：{name}", f"no such form: {name}")
                problems.add(document, ("manual", n), message, nearest_hint(name, known))
    return tuple(problems.found)
