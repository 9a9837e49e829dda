"""Secrets as references in content and as masked values in memory.

A secret stands in any secret slot as `{env: NAME}`, `{age: file#key}` or `{keyring: name}`, never
as a value. `Secret` hides its value in `str`, `repr` and formatting; only `reveal()` shows it.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import final

from typing_extensions import override


class SecretSource(StrEnum):
    """Where a secret's value is kept."""

    ENV = "env"
    AGE = "age"
    KEYRING = "keyring"
    PROMPT = "prompt"  # asked on the command line with -k


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
