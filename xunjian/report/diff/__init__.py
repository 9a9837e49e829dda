"""A configuration difference as documents: for programs, CI, a merge request, people."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import PurePath

from xunjian.config.model import ConfigDiff, Risk
from xunjian.language import Language

__all__ = ["FORMS", "render_diff"]

FORMS = ("json", "md", "html", "junit", "sarif", "unified")


def render_diff(
    diffs: Sequence[ConfigDiff],
    form: str,
    language: Language,
    read: Callable[[str], bytes],
    *,
    fail_on: Risk = Risk.INFO,
) -> bytes:
    """Render the differences of any number of devices as one document.

    Args:
        diffs: one per device, in the order to be shown.
        form: one of `FORMS`.
        language: of every text in it.
        read: gives the bytes of a file below `templates/report/`.
        fail_on: the risk from which an unapproved change fails its JUnit case.
    """
    diffs = tuple(_named(diff) for diff in diffs)
    if form == "json":
        from xunjian.report.diff.as_json import as_json

        return as_json(diffs, language)
    if form == "md":
        from xunjian.report.diff.as_markdown import as_markdown

        return as_markdown(diffs, language)
    if form == "junit":
        from xunjian.report.diff.as_junit import as_junit

        return as_junit(diffs, language, fail_on)
    if form == "sarif":
        from xunjian import __version__
        from xunjian.report.diff.as_sarif import as_sarif

        return as_sarif(diffs, language, __version__)
    if form == "unified":
        from xunjian.report.diff.as_unified import as_unified

        return as_unified(diffs, language)
    from xunjian.report.diff.page import as_page

    return as_page(diffs, language, read)


def _named(diff: ConfigDiff) -> ConfigDiff:
    """Two files without a device go by the name of the newer one."""
    if diff.device:
        return diff
    name = PurePath(diff.right.name or diff.left.name).name
    return replace(diff, device=name or diff.platform)
