"""Names as paths, approvals in time, and changes that cannot be accepted one by one."""

from datetime import datetime
from pathlib import Path

import pytest

from xunjian.config.approvals import ApprovalFile, Record, moment, refuse_own
from xunjian.config.baselines import Named, site_key
from xunjian.errors import Refused, UsageError


@pytest.mark.parametrize(
    ("device", "site", "folder"),
    [
        ("hz-sw1", "hangzhou", "hangzhou/hz-sw1"),
        ("杭州-交换机", "", "_/杭州-交换机"),
        ("..", "", "_/%2E."),
        ("../../etc/passwd", "a/b", "a%2Fb/%2E.%2F..%2Fetc%2Fpasswd"),
        (".git", "", "_/%2Egit"),
    ],
)
def test_a_name_never_leaves_its_folder(device: str, site: str, folder: str) -> None:
    assert Named(device=device, site=site).folder == folder


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "fingerprint.key"
    key = site_key(path)
    assert len(key) == 32
    assert site_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600


def record(**fields: str) -> Record:
    """An approval of one change."""
    file = {"device": "d", "changes": ["c-1"], "by": "a", "at": "2026-11-21", **fields}
    return Record(name="r", file=ApprovalFile.model_validate(file))


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"scope": "once", "baseline": "abc"}, "approved"),
        ({"scope": "once", "baseline": "other"}, ""),
        ({"scope": "accept-until", "until": "2026-11-21"}, "approved"),
        ({"scope": "accept-until", "until": "2026-11-20"}, "expired"),
        ({"scope": "planned", "until": "2026-11-21T12:00"}, "planned"),
        ({"scope": "planned", "until": "2026-11-21T11:00"}, "expired"),
        ({"scope": "planned", "start": "2026-11-22", "until": "2026-11-23"}, ""),
    ],
)
def test_an_approval_in_time(fields: dict[str, str], state: str) -> None:
    now = datetime(2026, 11, 21, 11, 30).astimezone()
    assert record(**fields).state(now, "abc") == state


def test_what_is_no_time_is_refused() -> None:
    with pytest.raises(UsageError):
        moment("tomorrow")


@pytest.mark.parametrize(
    ("approver", "author", "is_refused"),
    [("a", "a", True), ("A", "a", True), ("a", "b", False), ("a", "", False), ("bot", "", True)],
)
def test_who_may_approve(approver: str, author: str, is_refused: object) -> None:
    if is_refused:
        with pytest.raises(Refused):
            refuse_own(approver, author, ["bot", ""])
    else:
        refuse_own(approver, author, ["bot", ""])
