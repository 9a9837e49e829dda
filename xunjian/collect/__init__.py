"""Questions and answers of one device, from cards to facts; nothing here touches the network."""

from xunjian.collect.engine import collect, provided_fields
from xunjian.collect.reading import Reading, parse_step

__all__ = ["Reading", "collect", "parse_step", "provided_fields"]
