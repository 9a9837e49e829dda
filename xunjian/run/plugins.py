"""What a workspace's `plugins/*.py` bring: judging functions and decoders.

A plugin is a plain module. Every `JudgingFunction` in it (made by `@judging_function(name)`) can be
named by a card's `function:`, every entry of its `DECODERS` by a card's `decode:`.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from xunjian.checks.context import JudgingFunction
from xunjian.parse.decoders import DECODERS, Decoder
from xunjian.workspace import Workspace, load_plugins


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugins:
    """The names that cards may use beside our own."""

    functions: Mapping[str, JudgingFunction] = field(default_factory=dict)
    decoders: Mapping[str, Decoder] = field(default_factory=lambda: DECODERS)


def read_plugins(workspace: Workspace) -> Plugins:
    """Import the plugins of a workspace that allows them, and gather what they bring."""
    functions: dict[str, JudgingFunction] = {}
    decoders: dict[str, Decoder] = dict(DECODERS)
    for name in load_plugins(workspace):
        held = vars(sys.modules[name])
        functions |= {f.name: f for f in held.values() if isinstance(f, JudgingFunction)}
        decoders |= held.get("DECODERS", {})
    return Plugins(functions=functions, decoders=decoders)
