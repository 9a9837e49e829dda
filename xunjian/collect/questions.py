"""The requests of a step, as they are sent; the same at load (to be checked) and in a run."""

import re
import shlex
from collections.abc import Mapping

from xunjian.tasks.model import Step
from xunjian.transport.model import Channel, Request

REDFISH_ROOT = "/redfish/v1/"  # DMTF DSP0266, service root

# An item of a `repeat` list becomes part of a command: letters, digits and the few signs that
# unit names, host names, ports and file names need; never a blank, quote, pipe or leading dash.
ITEM_PATTERN = re.compile(r"[A-Za-z0-9_/][A-Za-z0-9_.:/@%+-]{0,199}")


_FIXED: Mapping[Channel, str] = {
    Channel.ICMP: "PING",
    Channel.SIP: "OPTIONS",
    Channel.SESSION: "SESSION",
    Channel.MODBUS: "",
}


def requests_of(step: Step, item: str = "") -> tuple[Request, ...]:
    """Give every request of a step; of `follow` only the first.

    item: one entry of the step's `repeat` list, already held against ITEM_PATTERN.
    """
    if step.registers:
        texts = [register.question for register in step.registers.values()]
    elif step.walk:
        texts = [f"WALK {oid}" for oid in step.walk.values()]
    elif isinstance(step.get, str):
        texts = [_text(step, item)] if _text(step, item) else []
    else:
        texts = ["GET " + " ".join(step.get.values())]
    return tuple(request(step, text) for text in texts)


def request(step: Step, text: str) -> Request:
    """Give one request of a step."""
    options = tuple(sorted(step.probe.items())) if step.channel is Channel.ICMP else ()
    return Request(
        channel=step.channel, text=text, options=options, timeout_s=step.timeout_s, read_only=True
    )


def _text(step: Step, item: str) -> str:
    if step.channel is Channel.MANUAL:
        return manual_question(step, item)
    if step.channel in _FIXED:
        return _FIXED[step.channel]
    if step.follow:
        return REDFISH_ROOT
    text = step.send or str(step.get)
    return text.replace("{item}", shlex.quote(item)) if step.repeat else text


def manual_question(step: Step, item: str = "") -> str:
    """Name what a form is asked: the fact, its key as far as the card gives it, the blanks.

    This is the identity of the line of a form, from round to round and from card to card.
    """
    given = [str(rule.const) for rule in step.map.values() if rule.is_const]
    key = "/".join([*given, *([item] if item else [])])
    return f"ASK {step.fact}[{key}]: {' '.join(step.ask)}"
