"""The credential breaker: one that devices refuse is not used again (accounts lock).

A credential is known by its reference, never by its value. Until some device has accepted it,
only as many devices try it at the same time as may refuse it: fifty workers that start at once
would else lock an account before the first refusal is known.
"""

import threading
from collections import Counter
from collections.abc import Iterable

from xunjian.inventory.model import ChannelSettings, Device
from xunjian.secrets import SecretRef

Key = tuple[str, ...]


def credential_key(settings: ChannelSettings) -> Key | None:
    """Name a credential by what it refers to; None when the channel has none."""
    token = settings.options.get("token")
    reference = token if isinstance(token, SecretRef) else settings.password
    key_file = settings.options.get("key_file")
    if reference is None and key_file is None:
        return None
    source = (reference.source.value, reference.name) if reference else ("", "")
    return (settings.username or "", *source, str(key_file or ""))


def credentials_of(device: Device, channels: Iterable[str]) -> frozenset[Key]:
    """The credentials that asking these channels of a device would use."""
    keys = (credential_key(device.channel(channel)) for channel in channels)
    return frozenset(key for key in keys if key is not None)


class Breaker:
    """Counts refusals by credential; safe to use from all threads of a run."""

    def __init__(self, suspend_after: int) -> None:
        self._most = max(1, suspend_after)
        self._refused: Counter[Key] = Counter()
        self._trying: Counter[Key] = Counter()
        self._proven: set[Key] = set()
        self._lock = threading.Lock()

    def is_suspended(self, keys: Iterable[Key]) -> bool:
        """Whether one of the credentials is not to be used any more."""
        with self._lock:
            return any(self._refused[key] >= self._most for key in keys)

    def may_try(self, keys: Iterable[Key]) -> bool:
        """Whether another device may start now; false only while others are still trying."""
        with self._lock:
            return all(
                key in self._proven
                or not self._trying[key]
                or self._trying[key] + self._refused[key] < self._most
                for key in keys
            )

    def begin(self, keys: Iterable[Key]) -> None:
        """A device begins to use these credentials."""
        with self._lock:
            self._trying.update(keys)

    def end(self, keys: Iterable[Key]) -> None:
        """A device is done with these credentials."""
        with self._lock:
            self._trying.subtract(keys)

    def accepted(self, key: Key | None) -> None:
        """A device took the credential."""
        if key is not None:
            with self._lock:
                self._proven.add(key)

    def refused(self, keys: Iterable[Key]) -> None:
        """A device refused these credentials."""
        with self._lock:
            self._refused.update(keys)
