"""Questions and answers of one device, from cards to facts; nothing here touches the network."""

from xunjian.collect.engine import collect, provided_fields
from xunjian.collect.parse_file import ParsedFile, parse_file
from xunjian.collect.reading import Reading, parse_step

__all__ = [
    "ParsedFile",
    "Reading",
    "collect",
    "parse_file",
    "parse_step",
    "provided_fields",
]
