"""What a pack's file must satisfy beyond its types: names, groups, examples, reasons."""

from collections.abc import Iterator
from re import Pattern

from xunjian.config.rules import PackFile, Rule
from xunjian.language import Text
from xunjian.schema import Document, Problems

LISTS = (
    "errors",
    "multiline",
    "volatile",
    "secrets",
    "allowed",
    "group",
    "order",
    "values",
    "risk",
)
# list -> field -> named groups that its pattern must have
_GROUPS = {"secrets": ("match", ("secret",)), "values": ("match", ("head", "value"))}


def rules_of(file: PackFile) -> Iterator[tuple[str, int, Rule]]:
    """Give each rule with the list it stands in and its place there."""
    for name in LISTS:
        for n, rule in enumerate(getattr(file, name)):
            yield name, n, rule


def check_file(document: Document, name: str, file: PackFile, problems: Problems) -> None:
    """Note what is wrong with one pack by itself."""
    if file.name and file.name != name:
        message = Text(f"与文件名不一致：{file.name}", f"differs from the file's name: {file.name}")
        problems.add(document, ("name",), message, Text(f"应为 {name}", f"expected {name}"))
    seen: set[tuple[str, str]] = set()
    for key, n, rule in rules_of(file):
        at = (key, n)
        if (key, rule.id) in seen:
            problems.add(document, (*at, "id"), Text("规则名重复", "the rule's id stands twice"))
        seen.add((key, rule.id))
        for missing in _missing_examples(rule):
            problems.add(document, (*at, missing), _NO_EXAMPLE)
        _check_groups(document, at, rule, problems)
    _check_syntax(document, file, problems)
    _check_drops(document, file, problems)


_NO_EXAMPLE = Text("每条规则至少要有一个示例", "every rule carries at least one example")


def _missing_examples(rule: Rule) -> Iterator[str]:
    if not rule.yes:
        yield "yes"
    if not rule.no:
        yield "no"


def _check_groups(document: Document, at: tuple[str, int], rule: Rule, problems: Problems) -> None:
    field, names = _GROUPS.get(at[0], ("match", ()))
    pattern: Pattern[str] | None = getattr(rule, field, None)
    if getattr(rule, "action", "") == "mask":
        names = ("value",)
    for name in names:
        if pattern is not None and name not in pattern.groupindex:
            message = Text(f"缺少命名组：{name}", f"the named group is missing: {name}")
            problems.add(document, (*at, field), message)
    if at[0] == "group" and pattern is not None and pattern.groups == 0:
        message = Text("至少要有一个组", "at least one group is needed")
        problems.add(document, (*at, field), message)
    mode, key = getattr(rule, "mode", ""), getattr(rule, "key", None)
    if mode == "keyed" and (key is None or key.groups == 0):
        message = Text("keyed 需要带组的 key", "keyed needs a key with a group")
        problems.add(document, (*at, "key"), message)
    number = getattr(rule, "number", None)
    if number is not None and number.groups == 0:
        problems.add(document, (*at, "number"), Text("需要一个组", "a group is needed"))


def _check_syntax(document: Document, file: PackFile, problems: Problems) -> None:
    if file.syntax is not None and file.parts:
        message = Text("分段的配置包没有自己的 syntax", "a pack of parts has no syntax of its own")
        problems.add(document, ("syntax",), message)


def _check_drops(document: Document, file: PackFile, problems: Problems) -> None:
    """Dropping a whole block hides changes: it says why, and until when."""
    for n, rule in enumerate(file.volatile):
        if rule.until is None:
            continue
        if not (rule.reason.zh or rule.reason.en):
            message = Text("整段忽略须写明原因", "dropping a block needs a reason")
            problems.add(document, ("volatile", n, "reason"), message)
        if rule.expires is None:
            message = Text("整段忽略须写明期限", "dropping a block needs an expiry date")
            problems.add(document, ("volatile", n, "expires"), message)
