import pickle
from pathlib import Path

import keyring
import pyrage
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import NoKeyringError, PasswordDeleteError, PasswordSetError
from typing_extensions import override

from xunjian.errors import NoSecret
from xunjian.language import Language
from xunjian.secrets import AGE_KEY, Secret, SecretRef, SecretSource, encrypt_for, resolve_secret

VALUE = "Tr0ub4dor&3"


def ref(source: SecretSource, name: str) -> SecretRef:
    return SecretRef(source=source, name=name)


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    identity = pyrage.x25519.Identity.generate()
    key_file = tmp_path / AGE_KEY
    key_file.parent.mkdir()
    key_file.write_text(f"# created by a test\n# public key: {identity.to_public()}\n{identity}\n")
    content = f"switch: '{VALUE}'\nsnmp: {{auth: 12345678}}\nempty: ''\n".encode()
    (tmp_path / "secrets.age").write_bytes(encrypt_for(str(identity.to_public()), content))
    return tmp_path


def test_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SW_PASSWORD", VALUE)
    found = resolve_secret(ref(SecretSource.ENV, "SW_PASSWORD"), tmp_path)
    assert found.reveal() == VALUE


@pytest.mark.parametrize(("key", "value"), [("switch", VALUE), ("snmp.auth", "12345678")])
def test_from_an_age_file_of_the_workspace(sealed: Path, key: str, value: str) -> None:
    assert resolve_secret(ref(SecretSource.AGE, f"secrets.age#{key}"), sealed).reveal() == value


@pytest.mark.parametrize(
    "name",
    ["secrets.age#nothing", "secrets.age#empty", "secrets.age#snmp", "none.age#x",
     "../secrets.age#switch", "secrets.age", "keys/age.key#x"],
)  # fmt: skip
def test_an_age_reference_that_leads_nowhere(sealed: Path, name: str) -> None:
    with pytest.raises(NoSecret):
        resolve_secret(ref(SecretSource.AGE, name), sealed)


def test_an_age_file_of_another_key_is_not_opened(sealed: Path) -> None:
    other = pyrage.x25519.Identity.generate()
    (sealed / AGE_KEY).write_text(f"{other}\n")
    with pytest.raises(NoSecret):
        resolve_secret(ref(SecretSource.AGE, "secrets.age#switch"), sealed)
    (sealed / AGE_KEY).unlink()
    with pytest.raises(NoSecret):
        resolve_secret(ref(SecretSource.AGE, "secrets.age#switch"), sealed)


class Ring(KeyringBackend):
    priority = 1.0

    @override
    def get_password(self, service: str, username: str) -> str | None:
        if service == "broken":
            raise NoKeyringError
        return {("xunjian", "core"): VALUE, ("lab", "core"): "other"}.get((service, username))

    @override
    def set_password(self, service: str, username: str, password: str) -> None:
        raise PasswordSetError("a keyring is only read")

    @override
    def delete_password(self, service: str, username: str) -> None:
        raise PasswordDeleteError("a keyring is only read")


@pytest.mark.parametrize(("name", "value"), [("core", VALUE), ("lab/core", "other")])
def test_from_the_keyring(name: str, value: str, tmp_path: Path) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(Ring())  # type: ignore[no-untyped-call]  # keyring's own __init__
    try:
        assert resolve_secret(ref(SecretSource.KEYRING, name), tmp_path).reveal() == value
        for missing in ("edge", "broken/core"):
            with pytest.raises(NoSecret):
                resolve_secret(ref(SecretSource.KEYRING, missing), tmp_path)
    finally:
        keyring.set_keyring(before)


def test_from_the_prompt(tmp_path: Path) -> None:
    asked = ref(SecretSource.PROMPT, "password")
    assert resolve_secret(asked, tmp_path, Secret(VALUE)).reveal() == VALUE
    with pytest.raises(NoSecret):
        resolve_secret(asked, tmp_path)


def test_a_missing_secret_names_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_VARIABLE", raising=False)
    with pytest.raises(NoSecret) as caught:
        resolve_secret(ref(SecretSource.ENV, "NO_SUCH_VARIABLE"), tmp_path)
    assert caught.value.message.to(Language.EN) == "no secret at env: NO_SUCH_VARIABLE"


def test_a_secret_never_shows_itself() -> None:
    secret = Secret(VALUE)
    assert VALUE not in f"{secret} {secret!r} {secret:>20}" + str([secret])
    with pytest.raises(TypeError):
        pickle.dumps(secret)
