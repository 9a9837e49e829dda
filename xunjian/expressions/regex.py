"""Regular expressions of content, compiled; whatever `re` stumbles over is one kind of mistake."""

import re
from re import Pattern

MAX_CHARS = 2000


def compile_regex(text: str) -> Pattern[str]:
    """Compile a multi-line regular expression.

    Raises:
        ValueError: it is none, or too long or too deep to be compiled.
    """
    if len(text) > MAX_CHARS:
        raise ValueError(f"longer than {MAX_CHARS} characters: {len(text)}")
    try:
        return re.compile(text, re.MULTILINE)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from None
