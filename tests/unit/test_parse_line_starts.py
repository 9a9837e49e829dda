"""The search at line starts finds what `re` finds, whatever the expression."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xunjian.parse.line_starts import search

PATTERNS = (
    r"^\s*(?:Error|%)\s*:?\s*(?:Unknown|Too)|^\s*Error:[^\n]{0,9}not",
    r"^Error$|not",
    r"^Error|(?:^|x)%",
    r"^[|]Error|^[^]|]%|^\|x",
    r"^(?#(|)Error|%",
    r"^(Error|%)\s\1",
    r"^(?:Error|x\)|%)$",
    r"^",
    r"(?i)^error",
)
PIECES = ("Error", "%", ":", " ", "\n", "\r\n", "Unknown", "Too", "not", "|", "x", ")", "error")


@pytest.mark.parametrize("pattern", PATTERNS)
@settings(deadline=None)  # a busy machine is no mistake of ours
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=12))
def test_finds_what_re_finds(pattern: str, pieces: list[str]) -> None:
    compiled, text = re.compile(pattern, re.MULTILINE), "".join(pieces)
    ours, theirs = search(compiled, text), compiled.search(text)
    assert (ours and ours.span()) == (theirs and theirs.span())
