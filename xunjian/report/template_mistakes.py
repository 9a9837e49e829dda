"""A template that a customer replaced and broke: which one, which line, what is wrong."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from jinja2 import TemplateError
from jinja2.exceptions import TemplateSyntaxError

from xunjian.errors import ContentError, Problem
from xunjian.language import Text
from xunjian.report.plain import printable

_FOLDER = "templates/report/"
_UNNAMED = {None, "<unknown>", "<template>"}  # what Jinja calls a template that is given as text
_HINT = Text("改正模板，或删去它改用随附的模板", "correct it, or remove it to use the one shipped")


@contextmanager
def mistakes_of(name: str) -> Iterator[None]:
    """Tell what is wrong with a Jinja template below `templates/report/` as a content error.

    Raises:
        ContentError: it cannot be read or rendered.
    """
    try:
        yield
    except TemplateError as error:
        file, line = _where(error, name)
        raise _mistake(file, line, error.message or type(error).__name__) from error
    except UnicodeDecodeError as error:
        raise _mistake(name, 0, str(error)) from error


def _where(error: TemplateError, name: str) -> tuple[str, int]:
    if isinstance(error, TemplateSyntaxError):
        return (name if error.name in _UNNAMED else str(error.name)), error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno or 0 for frame in frames if frame.filename in _UNNAMED]
    return name, lines[-1] if lines else 0


def _mistake(file: str, line: int, why: str) -> ContentError:
    shown = printable(why)
    message = Text(f"模板不能填写：{shown}", f"the template cannot be filled: {shown}")
    return ContentError([Problem(_FOLDER + file, line, "", message, _HINT)])
