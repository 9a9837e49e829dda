"""Answers whose form is fixed by their channel: SIP, ICMP and what the session layer saw."""

import re
from collections.abc import Mapping

from xunjian.parse.documents import load_json
from xunjian.parse.model import Table, Unparsed, filled

SIP_COLUMNS = ("status", "reason", "server")
ICMP_COLUMNS = ("loss_pct", "rtt_ms", "jitter_ms")
FORM_COLUMNS = ("remark", "cause", "by")  # beside the blanks of the card itself
SESSION_COLUMNS = (
    "answers",
    "login",
    "latency_ms",
    "reason",
    "notes",
    "tls_not_after",
    "rotated_on",
)

_STATUS_LINE = re.compile(r"SIP/2\.0 ([1-6]\d\d) ?(.*)")  # RFC 3261 section 7.2


def parse_sip(text: str) -> Table:
    """Read a SIP response: status, reason and the Server or User-Agent header.

    Raises:
        Unparsed: no status line.
    """
    lines = text.splitlines()
    status = _STATUS_LINE.fullmatch(lines[0].strip()) if lines else None
    if status is None:
        raise Unparsed("sip: no status line")
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not line.strip():
            break
        if colon:
            headers.setdefault(name.strip().lower(), value.strip())
    server = headers.get("server") or headers.get("user-agent", "")
    row = {"status": status.group(1), "reason": status.group(2).strip(), "server": server}
    return Table(rows=(filled(row),))


def parse_object(text: str) -> Table:
    """Read the one JSON object of an icmp or session answer; lists become comma-separated.

    Raises:
        Unparsed: no JSON object.
    """
    loaded = load_json(text)
    if not isinstance(loaded, Mapping):
        raise Unparsed("json: not an object")
    row = {name: _text(value) for name, value in loaded.items()}
    return Table(rows=(filled(row),))


def parse_form(text: str) -> Table:
    """Read the answer to one question of a form: its blanks, and what was written beside them.

    Raises:
        Unparsed: nothing was measured or seen; the reason is what the person said instead.
    """
    loaded = load_json(text)
    if not isinstance(loaded, Mapping) or not isinstance(values := loaded.get("values"), Mapping):
        raise Unparsed("form: no answer")
    if not any(value not in {None, ""} for value in values.values()):
        raise Unparsed(f"form: {loaded.get('verdict') or 'blank'}")
    beside = {name: loaded[name] for name in FORM_COLUMNS if isinstance(loaded.get(name), str)}
    return Table(rows=(filled({**beside, **{k: _text(v) for k, v in values.items()}}),))


def _text(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value
