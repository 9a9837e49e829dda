"""The raw answers of devices, encrypted to the workspace's age recipient: for restoring, and for
normalising a baseline anew when a newer pack sees more in the same bytes.

`vault/SITE/DEVICE/running-HASH.age`, and beside it `running.of-DIGEST`: which bytes a redacted
text was made from. Without a recipient nothing is written.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from xunjian.config.baselines import RUNNING, STARTUP, Named, digest_of
from xunjian.config.whole_file import write_whole
from xunjian.errors import NoSecret
from xunjian.run.configurations import Fetched
from xunjian.secrets import decrypt_with
from xunjian.store.sealing import seal

_SEALED = re.compile(r"^\w+-[0-9a-f]{16}\.age$")


@dataclass(frozen=True, slots=True)
class Vault:
    """One workspace's. key_file: identities that open it, if they are here."""

    root: Path
    recipient: str | None
    key_file: Path

    def keep(self, fetched: Fetched) -> bool:
        """Encrypt what was read; without a recipient nothing is written. Says whether."""
        if self.recipient is None:
            return False
        texts = {RUNNING: fetched.running, STARTUP: fetched.startup}
        for what, raw in fetched.raw.items():
            folder = self.root / fetched.visit.named.folder
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = folder / f"{what}-{sha256(raw).hexdigest()[:16]}.age"
            if not path.exists():
                write_whole(path, seal(raw, self.recipient), mode=0o600)
            text = texts.get(what)
            if text is not None:
                pointer = folder / f"{what}.of-{digest_of(text.lines)}"
                if not pointer.is_file() or pointer.read_text("utf-8") != path.name + "\n":
                    write_whole(pointer, f"{path.name}\n".encode())
        return True

    def raw_of(self, named: Named, lines: Sequence[str], what: str = RUNNING) -> bytes | None:
        """The bytes that a redacted text was made from; None if they or the key are not here."""
        folder = self.root / named.folder
        pointer = folder / f"{what}.of-{digest_of(lines)}"
        if not pointer.is_file():
            return None
        name = pointer.read_text("utf-8").strip()
        sealed = folder / name
        if not _SEALED.match(name) or not sealed.is_file():
            return None
        try:
            raw = decrypt_with(self.key_file, sealed.read_bytes())
        except NoSecret:
            return None
        return raw if name == f"{what}-{sha256(raw).hexdigest()[:16]}.age" else None
