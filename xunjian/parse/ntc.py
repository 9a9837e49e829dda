"""The templates of ntc-templates, found by its own index but without clitable's cost.

clitable reads the whole index at the first call (112 ms) and searches it at every call (0.5 ms);
here the index is read once, and a (platform, command) pair is looked up once.
"""

import re
from importlib import resources
from importlib.resources.abc import Traversable

_COMPLETION = re.compile(r"\[\[(.+?)\]\]")


def read_index() -> dict[str, tuple[tuple[str, re.Pattern[str]], ...]]:
    """Read the index: platform -> (template file, pattern of the command), in the index's order.

    A line with several templates (`a.textfsm:b.textfsm`) stands for a join of tables; the names
    are given as they stand.
    """
    found: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for line in (_folder() / "index").read_text("utf-8").splitlines():
        parts = [part.strip() for part in line.split(",", 3)]
        if line.startswith("#") or len(parts) != 4 or parts[0] == "Template":
            continue
        template, _, platform, command = parts
        pattern = re.compile(_COMPLETION.sub(_expand, command))
        found.setdefault(platform, []).append((template, pattern))
    return {platform: tuple(lines) for platform, lines in found.items()}


def read_template(name: str) -> str:
    """Give the text of one template of the package."""
    return (_folder() / name).read_text("utf-8")


def joined_rows(platform: str, command: str, text: str) -> tuple[dict[str, object], ...]:
    """Give the rows of a command whose tables are joined, by the package itself."""
    from ntc_templates.parse import parse_output  # slow, and rarely needed

    return tuple(parse_output(platform=platform, command=command, data=text))


def _folder() -> Traversable:
    return resources.files("ntc_templates") / "templates"


def _expand(match: re.Match[str]) -> str:
    """Turn `[[play]]` into `(p(l(a(y)?)?)?)?`, as the index's heading explains."""
    word = match.group(1)
    return "(" + "(".join(word) + ")?" * len(word)
