"""Every rule of every pack tried on its examples, every pattern on its time."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from re import Pattern

from pydantic import BaseModel

from xunjian.config.pack import Pack, Packs, pack_of_file, read_packs
from xunjian.config.pack_checks import rules_of
from xunjian.config.pack_examples import case_result, fits, leaks, spares
from xunjian.config.regex_budget import BUDGET_S, too_slow
from xunjian.config.rules import PackFile, SecretRule
from xunjian.language import Text
from xunjian.mistakes import printable
from xunjian.schema import KeyPath, Problems
from xunjian.workspace import Workspace


def examine_packs(
    workspace: Workspace,
    problems: Problems,
    *,
    timed: Collection[str] = ("workspace",),
) -> Packs:
    """Note every mistake of every pack.

    timed: layers whose patterns are measured, which takes seconds; those that ship were.
    """
    packs = read_packs(workspace, problems)
    slow = _slow(packs, problems, timed)
    for name, file in packs.files.items():
        if any(pattern in slow for _, pattern in patterns_of(file)):
            continue  # its examples might take for ever
        _examples(name, file, packs, problems)
    return packs


def patterns_of(model: BaseModel) -> Iterator[tuple[KeyPath, str]]:
    """Give every pattern of a pack with the place where it stands."""
    for key, value in model:
        yield from _patterns((key,), value)


def _patterns(at: tuple[str | int, ...], value: object) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(value, Pattern):
        yield at, value.pattern
    elif isinstance(value, BaseModel):
        for key, inner in value:
            yield from _patterns((*at, key), inner)
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from _patterns((*at, n), inner)


def _slow(packs: Packs, problems: Problems, timed: Collection[str]) -> frozenset[str]:
    found = {
        name: list(patterns_of(file))
        for name, file in packs.files.items()
        if packs.layers[name] in timed
    }
    slow = too_slow([pattern for pairs in found.values() for _, pattern in pairs])
    message = Text(
        f"正则表达式太慢（超过 {BUDGET_S} 秒）",
        f"the regular expression is too slow (more than {BUDGET_S} s)",
    )
    hint = Text("避免嵌套或相邻的重复", "avoid repetitions inside or beside each other")
    for name, pairs in found.items():
        for at, pattern in pairs:
            if pattern in slow:
                problems.add(packs.documents[name], at, message, hint)
    return slow


def _examples(name: str, file: PackFile, packs: Packs, problems: Problems) -> None:
    document = packs.documents[name]
    pack = packs.by_name.get(name) or pack_of_file(name, file)
    for key, n, rule in rules_of(file):
        for verdict, texts in (("yes", rule.yes), ("no", rule.no)):
            for m, text in enumerate(texts):
                if not (fits if verdict == "yes" else spares)(rule, text, pack):
                    problems.add(document, (key, n, verdict, m), _said(verdict, text))
                elif verdict == "yes" and isinstance(rule, SecretRule) and leaks(text, pack):
                    problems.add(document, (key, n, verdict, m), _LEAKS)
    _cases(name, file, pack, packs, problems)


_LEAKS = Text("整个配置包没有遮住示例中的口令", "the whole pack leaves the secret standing")


def _cases(name: str, file: PackFile, pack: Pack, packs: Packs, problems: Problems) -> None:
    for n, case in enumerate(file.cases):
        got = case_result(case, replace(pack, parts=()))
        if got != sorted(case.changes):
            listed = ", ".join(got) or "-"
            message = Text(f"实际变更：{listed}", f"the changes are: {listed}")
            problems.add(packs.documents[name], ("cases", n, "changes"), message)


def _said(verdict: str, text: str) -> Text:
    shown = printable(text.replace("\n", " / "))
    if verdict == "yes":
        return Text(f"规则不适用于示例：{shown}", f"the rule does not fit its example: {shown}")
    return Text(f"规则不应适用于：{shown}", f"the rule fits what it must not: {shown}")
