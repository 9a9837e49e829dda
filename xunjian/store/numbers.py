"""Run ids and document numbers."""

import re
import secrets
from datetime import datetime

_FIELD = re.compile(r"\{(prefix|kind|yyyymm|yyyy|mm|dd|seq)(?::0(\d))?d?\}")
_SEQ = "\x00"  # stands for the sequence number in a series' name

# what a number calls the kind of a round; section 11.2 of the report's skeleton
KIND_CODES = {
    "routine": "RC",
    "monthly": "YD",
    "quarterly": "JD",
    "half-year": "TD",
    "pre-holiday": "JQ",
    "flood-season": "FX",
    "conference": "BZ",
    "handover": "JJ",
    "change": "BG",
    "adhoc": "LS",
}


def new_run_id(at: datetime) -> str:
    """Give an id that sorts by time, is unique, and may stand in a file name."""
    return f"{at:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def report_number(
    pattern: str, at: datetime, seq: int, *, prefix: str = "XJ", kind: str = ""
) -> str:
    """Fill a number pattern; only the known fields are filled, nothing is evaluated."""
    return _filled(pattern, at, str(seq), prefix, kind)


def series_of(pattern: str, at: datetime, *, prefix: str = "XJ", kind: str = "") -> str:
    """Name the series a number belongs to: the filled pattern without its sequence number.

    Numbers of one series differ in nothing else, so each counts from one without a gap.
    """
    return _filled(pattern, at, _SEQ, prefix, kind).replace(_SEQ, "#")


def _filled(pattern: str, at: datetime, seq: str, prefix: str, kind: str) -> str:
    values = {
        "prefix": prefix,
        "kind": kind,
        "yyyymm": f"{at:%Y%m}",
        "yyyy": f"{at:%Y}",
        "mm": f"{at:%m}",
        "dd": f"{at:%d}",
        "seq": seq,
    }

    def fill(match: re.Match[str]) -> str:
        value = values[match.group(1)]
        width = int(match.group(2) or 0)
        return value if value == _SEQ else value.zfill(width)

    return _FIELD.sub(fill, pattern)
