"""Answers into rows of texts. Nothing here knows a device, a card or a socket."""

from xunjian.parse.decoders import DECODERS
from xunjian.parse.model import NotOffered, Row, Table, Unparsed
from xunjian.parse.templates import GENERIC_PARSERS, TemplateCache
from xunjian.parse.textfsm_form import TemplateError

__all__ = [
    "DECODERS",
    "GENERIC_PARSERS",
    "NotOffered",
    "Row",
    "Table",
    "TemplateCache",
    "TemplateError",
    "Unparsed",
]
