"""Secrets as references in content and as masked values in memory.

A secret stands in any secret slot as `{env: NAME}`, `{age: file#key}` or `{keyring: name}`, never
as a value. `Secret` hides its value in `str`, `repr` and formatting; only `reveal()` shows it.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any, final

from typing_extensions import override

from xunjian.errors import NoSecret
from xunjian.language import Text

AGE_KEY = "keys/age.key"  # the workspace's own identity, as age-keygen writes it, mode 0600


class SecretSource(StrEnum):
    """Where a secret's value is kept."""

    ENV = "env"
    AGE = "age"
    KEYRING = "keyring"
    PROMPT = "prompt"  # asked on the command line with -k


WRITTEN_SOURCES = tuple(one.value for one in SecretSource if one is not SecretSource.PROMPT)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRef:
    """A reference to a secret, safe to show: it names the place, not the value."""

    source: SecretSource
    name: str
    rotated_on: date | None = None


@final
class Secret:
    """A secret value that never shows itself by accident."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Give the value, for the one line that hands it to a library."""
        return self._value

    @override
    def __str__(self) -> str:
        return "******"

    @override
    def __repr__(self) -> str:
        return "Secret(******)"

    @override
    def __format__(self, spec: str) -> str:
        return "******"

    @override
    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a secret is not serialised")


def resolve_secret(
    ref: SecretRef,
    workspace_root: Path,
    prompted: Secret | None = None,
) -> Secret:
    """Give the secret a reference names; messages name the place, never the value.

    prompted: what the operator typed at `-k`, for references whose source is the prompt.

    Raises:
        NoSecret: nothing, or nothing readable, stands there.
    """
    if ref.source is SecretSource.PROMPT:
        found = prompted.reveal() if prompted is not None else ""
    else:
        found = _READERS[ref.source](ref.name, workspace_root)
    if not found:
        raise _no_secret(ref.source, ref.name)
    return Secret(found)


def encrypt_for(recipient: str, content: bytes) -> bytes:
    """Encrypt to an age recipient (`age1…`), as `{age: file#key}` files are."""
    pyrage: Any = import_module("pyrage")  # its stubs miss what the module has

    return bytes(pyrage.encrypt(content, [pyrage.x25519.Recipient.from_str(recipient)]))


def decrypt_with(key_file: Path, content: bytes) -> bytes:
    """Decrypt with the identities of a key file in age-keygen's form.

    Raises:
        NoSecret: no such key file, no identity in it, or none that opens the content.
    """
    pyrage: Any = import_module("pyrage")  # its stubs miss what the module has

    try:
        lines = key_file.read_text("utf-8").split()
        identities = [
            pyrage.x25519.Identity.from_str(line)
            for line in lines
            if line.startswith("AGE-SECRET-KEY-")
        ]
        return bytes(pyrage.decrypt(content, identities))
    except (OSError, UnicodeDecodeError, pyrage.IdentityError, pyrage.DecryptError):
        raise _no_secret(SecretSource.AGE, key_file.name) from None


def _no_secret(source: SecretSource, name: str) -> NoSecret:
    message = Text(f"取不到口令 {source.value}：{name}", f"no secret at {source.value}: {name}")
    return NoSecret(message, _HINTS.get(source))


_HINTS: Mapping[SecretSource, Text] = {
    SecretSource.ENV: Text("先设置这个环境变量", "set this environment variable"),
    SecretSource.AGE: Text(
        f"需要 {AGE_KEY}、加密文件和其中的键",
        f"needs {AGE_KEY}, the encrypted file and the key in it",
    ),
    SecretSource.KEYRING: Text(
        "先存入系统钥匙串：keyring set xunjian 名称", "store it first: keyring set xunjian NAME"
    ),
    SecretSource.PROMPT: Text("用 -k 在命令行询问", "ask for it with -k"),
}


def _from_environment(name: str, _root: Path) -> str:
    return os.environ.get(name, "")


def _from_age(name: str, root: Path) -> str:
    """`file#key`: a YAML file below the workspace, encrypted to its key; dots go deeper."""
    from xunjian import yaml12

    file, _, key = name.partition("#")
    path = (root / file).resolve()
    if not path.is_relative_to(root.resolve()):
        return ""
    try:
        content = path.read_bytes()
        value, _ = yaml12.load(decrypt_with(root / AGE_KEY, content).decode("utf-8"))
    except (OSError, UnicodeDecodeError, yaml12.YamlTrouble):
        return ""
    for part in key.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _from_keyring(name: str, _root: Path) -> str:
    """`name` of service `xunjian`, or `service/name`."""
    import keyring
    from keyring.errors import KeyringError

    service, slash, user = name.rpartition("/")
    try:
        return keyring.get_password(service if slash else "xunjian", user) or ""
    except KeyringError:  # no keyring on this machine, or it stays locked
        return ""


_READERS: Mapping[SecretSource, Callable[[str, Path], str]] = {
    SecretSource.ENV: _from_environment,
    SecretSource.AGE: _from_age,
    SecretSource.KEYRING: _from_keyring,
}
