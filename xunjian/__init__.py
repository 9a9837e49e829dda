"""xunjian (巡检): the runner that makes an operations team's rounds.

The packages stand in the order in which the data moves; `docs/architecture.md` draws it.
"""

__version__ = "0.1.0"
