"""One canonical form of a port's name, else joins, deltas and baselines miss.

The short Huawei form: `GE2/0/3`, `10GE1/0/1`, `Eth-Trunk1`. Sources of the long and short forms:
Huawei and H3C configuration guides (interface naming), Cisco's abbreviations.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

# canonical prefix -> every other way to write it, lower case
_PREFIXES: Mapping[str, str] = {
    "Eth": "eth ethernet",
    "FE": "fe fa fastethernet",
    "GE": "ge gi gig gigabitethernet gige",
    "MultiGE": "multige tw two twogigabitethernet",
    "5GE": "5ge fi fivegigabitethernet",
    "AppGE": "appge ap appgigabitethernet",
    "10GE": "10ge xge xgigabitethernet ten-gigabitethernet tengigabitethernet tengige te xgi",
    "25GE": "25ge twe wge twentyfivegige twenty-fivegige twentyfivegigabitethernet",
    "40GE": "40ge fo fge fortygige fortygigabitethernet",
    "50GE": "50ge fiftygige fiftygigabitethernet",
    "100GE": "100ge hu hge hundredgige hundredgigabitethernet",
    "200GE": "200ge twohundredgige",
    "400GE": "400ge fourhundredgige fourhundredgigabitethernet",
    "MEth": "meth m-ethernet",
    "MGE": "mge m-gigabitethernet mgmteth",
    "Eth-Trunk": "eth-trunk ethtrunk",
    "BAGG": "bagg bridge-aggregation",
    "RAGG": "ragg route-aggregation",
    "Port-channel": "po port-channel",
    "Vlanif": "vlanif vlan-interface vlan-int vlan",
    "LoopBack": "loopback loop",
    "NULL": "null",
    "Tunnel": "tunnel tun",
}
_CANONICAL: Mapping[str, str] = MappingProxyType(
    {word: prefix for prefix, words in _PREFIXES.items() for word in words.split()}
)
_NAME = re.compile(r"(\d*[A-Za-z][A-Za-z-]*?)\s*(\d[\d/.:]*)(?:\s*\(.*\))?")
_LOGICAL_SHORT = frozenset({"po"})


@lru_cache(maxsize=4096)  # the ports of a round's devices have the same few names
def canonical_port(name: str) -> str:
    """Give the canonical name; a name of no known form is only stripped of blanks.

    A short prefix counts only before `slot/port`: `eth0` is Linux's name, not an Ethernet0/0.
    `10GE1/0/1(1G)`, as `display interface brief` prints a port running below its speed, loses
    the parenthesis.
    """
    text = name.strip()
    found = _NAME.fullmatch(text)
    if not found:
        return text
    word, number = found.group(1).lower(), found.group(2)
    prefix = _CANONICAL.get(word)
    if prefix is None or not ("/" in number or len(word) > 3 or word in _LOGICAL_SHORT):
        return text
    return prefix + number
