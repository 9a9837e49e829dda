"""Planted secrets are in nothing a round prints, writes, stores or logs."""

import base64
import contextlib
import re
import shutil
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.fixtures.command_line import Said, call
from xunjian.lab import LabHandle
from xunjian.secrets import AGE_KEY, decrypt_with

ALL = "html,docx,pdf,xlsx,md,json,junit"
KNOWN = ("keys/", ".lab/", "secrets.age")  # where secrets are meant to be


def secrets_of(lab: LabHandle) -> dict[str, bytes]:
    """The lab's own passwords, community and keys, and what seals them."""
    key = (lab.directory / AGE_KEY).read_text("utf-8")
    sealed = (lab.directory / "secrets.age").read_bytes()
    values = yaml.safe_load(decrypt_with(lab.directory / AGE_KEY, sealed))
    found = {name: str(value).encode() for name, value in values.items()}
    identity = re.search(r"AGE-SECRET-KEY-\S+", key)
    assert identity is not None
    basic = f"{lab.credential.username}:{lab.credential.password}".encode()
    found["basic"] = base64.b64encode(basic)  # as an HTTP header carries it
    return {**found, "identity": identity.group().encode()}


def contents(path: Path) -> Iterator[bytes]:
    """A file's bytes, and what is inside where it is compressed."""
    raw = path.read_bytes()
    yield raw
    with contextlib.suppress(zlib.error):
        yield zlib.decompress(raw)
    if raw[:5] == b"%PDF-" and shutil.which("pdftotext"):
        words = ["pdftotext", str(path), "-"]
        yield subprocess.run(words, capture_output=True, check=True).stdout
    if raw[:2] == b"PK":
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield archive.read(name)


def leaks(folder: Path, secrets: dict[str, bytes]) -> list[tuple[str, str]]:
    """Which secret stands in which file, those excepted that are there to hold them."""
    found = []
    for path in folder.rglob("*"):
        relative = path.relative_to(folder).as_posix()
        if not path.is_file() or relative.startswith(KNOWN):
            continue
        for content in contents(path):
            found += [(relative, name) for name, value in secrets.items() if value in content]
    return found


def said_none(heard: Said, secrets: dict[str, bytes]) -> None:
    text = (heard.out + heard.err).encode()
    assert [name for name, value in secrets.items() if value in text] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_round_with_refused_logins_keeps_every_secret(
    clean_lab: LabHandle, tmp_path: Path, language: str
) -> None:
    faulty = clean_lab.plant("wrong-password", "device-dead", "login-question", "ups-on-battery")
    secrets = secrets_of(faulty)
    limit = "hz-acc-sw2,hz-acc-sw6,hz-acc-sw7,hz-srv1,hz-srv1-bmc,hz-ups1,hz-ups2,hz-codec1"
    words = ("-w", faulty.directory, "--debug", "--lang", language)
    round_words = ("run", "pre_holiday", "-l", limit, "-o", tmp_path / "out", "--format", ALL)
    heard = call(*round_words, *words)
    assert heard.code == 1
    said_none(heard, secrets)
    run_id = call("list", "runs", "-w", faulty.directory, "--format", "json").json["runs"][0]
    for command in (
        ("exec", "display clock", "-l", "hz-acc-sw1,hz-acc-sw6"),
        ("list", "hosts", "--format", "json"),
        ("list", "findings", "--format", "json"),
        ("config", "--format", "json"),
        ("replay", run_id["run_id"], "-o", tmp_path / "again", "--format", ALL),
        ("report", "run", run_id["run_id"], "-o", tmp_path / "out", "--format", ALL),
        ("verify", "--format", "json"),
        ("lint",),
        ("inventory", "check"),
    ):
        said_none(call(*command, *words), secrets)
    assert leaks(tmp_path, secrets) == []
    assert leaks(faulty.directory, secrets) == []


def test_a_secret_from_the_environment(
    clean_lab: LabHandle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY_LOGIN", "Env-Canary-83-%d{x}[0]")
    secrets = {"env": b"Env-Canary-83"}
    own = tmp_path / "inventory"
    own.mkdir()
    for path in (clean_lab.directory / "inventory").glob("*.yml"):
        text = path.read_text("utf-8").replace("age: secrets.age#login", "env: CANARY_LOGIN")
        (own / path.name).write_text(text, "utf-8")
    assert "CANARY_LOGIN" in "".join(path.read_text("utf-8") for path in own.iterdir())
    words = ("-w", clean_lab.directory, "-i", own, "--debug")
    limit = ("-l", "hz-acc-sw1,hz-srv1,hz-srv1-bmc,hz-codec1")
    heard = call("run", "daily", *limit, *words, "-o", tmp_path / "out", "--format", ALL)
    assert heard.code == 1
    assert "登录被拒绝" in heard.out + heard.err
    said_none(heard, secrets)
    said_none(call("exec", "display clock", "-l", "hz-acc-sw1", *words), secrets)
    assert leaks(tmp_path, secrets) == []
    assert leaks(clean_lab.directory, secrets) == []


def test_a_secret_that_is_not_there_is_an_outcome(
    clean_lab: LabHandle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "inventory"
    own.mkdir()
    monkeypatch.delenv("CANARY_LOGIN", raising=False)
    for path in (clean_lab.directory / "inventory").glob("*.yml"):
        text = path.read_text("utf-8").replace("age: secrets.age#login", "env: CANARY_LOGIN")
        (own / path.name).write_text(text, "utf-8")
    words = ("run", "daily", "-l", "hz-acc-sw1,hz-ups2", "-w", clean_lab.directory, "-i", own)
    heard = call(*words, "-o", tmp_path / "out")
    assert heard.code in {1, 3}
    assert "凭据取不到" in heard.out + heard.err
