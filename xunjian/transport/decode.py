"""Bytes to text: UTF-8 if the whole answer is, else GB18030, else GB18030 with losses, flagged.

The decision is taken over the whole answer, never per chunk: a chunk border inside a character
would otherwise change what is read (and with it the prompt).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and the name of the way it was decoded."""

    text: str
    decoded_as: str


def decode(raw: bytes) -> Decoded:
    """Decode an answer as a whole."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return Decoded(raw.decode(encoding), encoding)
        except UnicodeDecodeError:
            continue
    return Decoded(raw.decode("gb18030", errors="replace"), "gb18030-lossy")
