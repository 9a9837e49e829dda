"""Texts of devices made safe for documents."""

import re

# XML 1.0, section 2.2: every other character is not allowed in a document, escaped or not
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def printable(text: str) -> str:
    """Drop the characters that neither XML nor a printed page can hold."""
    return _NOT_XML.sub("", text)
