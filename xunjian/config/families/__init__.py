"""How lines become sections: one small class per family of syntax."""

from xunjian.config.families.braces import Braces
from xunjian.config.families.config_edit import ConfigEdit
from xunjian.config.families.draft import Draft, Family
from xunjian.config.families.flat import Flat
from xunjian.config.families.hash_blocks import HashBlocks
from xunjian.config.families.headed import Headed
from xunjian.config.families.indent import Indent
from xunjian.config.rules import Syntax

__all__ = ["Draft", "Family", "family_of"]


def family_of(syntax: Syntax) -> Family:
    """Give the parser of a syntax."""
    match syntax.family:
        case "indent":
            return Indent(syntax)
        case "hash_blocks":
            return HashBlocks(syntax)
        case "braces":
            return Braces(syntax)
        case "config_edit":
            return ConfigEdit(syntax)
        case "headed":
            return Headed(syntax)
        case _:
            return Flat(syntax)
