"""The same bytes are redacted once; whatever differs goes the whole way again."""

from dataclasses import replace
from pathlib import Path

import pytest

from xunjian.config import remembered
from xunjian.config.baselines import RUNNING, Named
from xunjian.config.clean import clean
from xunjian.config.model import Capture, Redacted, TrustState
from xunjian.config.pack import Pack, load_pack
from xunjian.config.redact import redact
from xunjian.config.remembered import Memory
from xunjian.workspace import open_workspace

KEY = b"k" * 32
SWITCH = Named(device="hz-sw1", site="hangzhou")
TEXT = b"""!Software Version V200R019C10
!Last configuration was updated at 2026-11-20 10:00:00 by ops2
2026-11-21 10:00:00
#
sysname HZ-SW1
#
aaa
 local-user ops password irreversible-cipher $1a$Kanari7;Vogel$x$
 local-user old password cipher %^%#Kanari8 Vogel%^%#
#
interface Vlanif10
 description "\xe6\x9d\xad\xe5\xb7\x9e"
#
return
"""


@pytest.fixture(scope="module")
def pack() -> Pack:
    found = load_pack(open_workspace(), "huawei_vrp")
    assert found is not None
    return found


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each time that a text was redacted."""
    seen: list[str] = []

    def counted(capture: Capture, pack: Pack, key: bytes) -> Redacted:
        seen.append(pack.ref)
        return redact(capture, pack, key)

    monkeypatch.setattr(remembered, "redact", counted)
    return seen


def read(root: Path, raw: bytes, pack: Pack, key: bytes = KEY, named: Named = SWITCH) -> Redacted:
    return Memory(key, root).redacted(named, RUNNING, raw, pack)


def test_the_second_time_gives_all_of_the_first(
    tmp_path: Path, pack: Pack, passes: list[str]
) -> None:
    first = read(tmp_path, TEXT, pack)
    assert read(tmp_path, TEXT, pack) == first == redact(clean(TEXT, pack), pack, KEY)
    assert len(passes) == 1
    assert first.suppressed
    assert first.metadata["by"] == "ops2"
    assert first.not_comparable == 1


def test_nothing_of_a_secret_is_kept_and_only_the_owner_reads_it(
    tmp_path: Path, pack: Pack
) -> None:
    read(tmp_path, TEXT, pack)
    (path,) = (p for p in tmp_path.rglob("*") if p.is_file())
    assert b"Kanari" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("what", ["byte", "pack", "files", "key", "program", "touched", "other"])
def test_whatever_differs_goes_the_whole_way(
    tmp_path: Path, pack: Pack, passes: list[str], what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(tmp_path, TEXT, pack)
    raw, key, used, named = TEXT, KEY, pack, SWITCH
    match what:
        case "byte":
            raw = TEXT.replace(b"Vlanif10", b"Vlanif11")
        case "pack":
            used = replace(pack, version=pack.version + 1)
        case "files":  # edited without another version
            used = replace(pack, digest="0" * 64)
        case "key":
            key = b"o" * 32
        case "program":
            monkeypatch.setattr(remembered, "__version__", "9.9.9")
        case "touched":
            (path,) = (p for p in tmp_path.rglob("*") if p.is_file())
            path.write_bytes(path.read_bytes().replace(b"sysname HZ-SW1", b"sysname HZ-SW2"))
        case _:
            named = Named(device="hz-sw2", site="hangzhou")
    found = read(tmp_path, raw, used, key, named)
    assert found == redact(clean(raw, used), used, key)
    assert len(passes) == 2


@pytest.mark.parametrize("raw", [TEXT[:-8], TEXT.replace(b"#\nreturn", b"Error: x\n#\nreturn")])
def test_what_may_not_be_believed_is_never_remembered(
    tmp_path: Path, pack: Pack, passes: list[str], raw: bytes
) -> None:
    for _ in range(2):
        assert read(tmp_path, raw, pack).trust.state is not TrustState.TRUSTED
    assert len(passes) == 2
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_a_folder_that_cannot_be_written_costs_only_time(
    tmp_path: Path, pack: Pack, passes: list[str]
) -> None:
    (tmp_path / "state").write_text("a file, not a folder", "utf-8")
    for _ in range(2):
        assert read(tmp_path / "state", TEXT, pack).trust.state is TrustState.TRUSTED
    assert len(passes) == 2


def test_without_a_folder_nothing_is_remembered(pack: Pack, passes: list[str]) -> None:
    for _ in range(2):
        assert Memory(KEY).redacted(SWITCH, RUNNING, TEXT, pack).lines
    assert len(passes) == 2
