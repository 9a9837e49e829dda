"""Run ids and report numbers."""

import re
import secrets
from datetime import datetime

_FIELD = re.compile(r"\{(yyyymm|yyyy|mm|dd|seq)(?::0(\d))?d?\}")


def new_run_id(at: datetime) -> str:
    """Give an id that sorts by time, is unique, and may stand in a file name."""
    return f"{at:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def report_number(pattern: str, at: datetime, seq: int) -> str:
    """Fill a number pattern; only the five fields are known, nothing is evaluated."""
    values = {
        "yyyymm": f"{at:%Y%m}",
        "yyyy": f"{at:%Y}",
        "mm": f"{at:%m}",
        "dd": f"{at:%d}",
        "seq": str(seq),
    }
    return _FIELD.sub(lambda m: values[m.group(1)].zfill(int(m.group(2) or 0)), pattern)
