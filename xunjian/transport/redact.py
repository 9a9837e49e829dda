"""Keeping secrets out of whatever is kept: evidence, details, notes."""

import re
from typing import final

_MASK = b"******"
_ANYWHERE = 8  # shorter secrets are replaced as whole words only: "admin" must not eat words
_SHORTEST = 4


@final
class Redactor:
    """Replaces the secret values it was told of, in text and in bytes of either encoding."""

    __slots__ = ("_patterns",)

    def __init__(self) -> None:
        self._patterns: dict[bytes, re.Pattern[bytes]] = {}

    def hide(self, value: str) -> None:
        """Hide a value from now on."""
        if len(value) < _SHORTEST:
            return
        for encoding in ("utf-8", "gb18030"):
            needle = value.encode(encoding, errors="replace")
            pattern = re.escape(needle)
            if len(value) < _ANYWHERE:
                pattern = rb"(?<![0-9A-Za-z])" + pattern + rb"(?![0-9A-Za-z])"
            self._patterns[needle] = re.compile(pattern)

    def clean(self, raw: bytes) -> bytes:
        """Give `raw` without any hidden value."""
        for needle, pattern in self._patterns.items():
            if needle in raw:
                raw = pattern.sub(_MASK, raw)
        return raw

    def clean_text(self, text: str) -> str:
        """Give `text` without any hidden value."""
        return self.clean(text.encode("utf-8", errors="replace")).decode("utf-8", errors="replace")
