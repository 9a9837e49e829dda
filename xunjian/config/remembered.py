"""What devices last said, redacted: the same bytes under the same pack are not redacted twice.

One file for each text of a device, below the state folder and never under git: a keyed hash over
the raw bytes, the pack and the redacted text, then that text with all that redaction found out.
Bytes of which one differs, another pack, another version of this program or a file that somebody
touched do not fit the hash: the text is redacted anew. What may not be believed is never kept.
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xunjian import __version__
from xunjian.config.baselines import Named
from xunjian.config.clean import clean
from xunjian.config.model import Redacted, TrustState
from xunjian.config.pack import Pack
from xunjian.config.redact import redact
from xunjian.config.whole_file import write_whole

FOLDER = "redacted"
_HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class Memory:
    """One workspace's. key: of fingerprints and of the hashes; root: None remembers nothing."""

    key: bytes
    root: Path | None = None

    def redacted(self, named: Named, what: str, raw: bytes, pack: Pack) -> Redacted:
        """Redact a text, or give what the same bytes came to before."""
        path = self._path(named, what)
        if path is None or not pack.digest:
            return redact(clean(raw, pack), pack, self.key)
        known = self._recalled(path, raw, pack)
        if known is not None:
            return known
        text = redact(clean(raw, pack), pack, self.key)
        if text.trust.state is TrustState.TRUSTED:
            with suppress(OSError):  # a full disk costs time, not the reading
                self._keep(path, raw, pack, text)
        return text

    def _path(self, named: Named, what: str) -> Path | None:
        return None if self.root is None else self.root / named.folder / what

    def _recalled(self, path: Path, raw: bytes, pack: Pack) -> Redacted | None:
        try:
            whole = path.read_bytes()
        except OSError:
            return None
        given, body = whole[:_HASH_BYTES], whole[_HASH_BYTES:]
        if not hmac.compare_digest(given, self._hash(raw, pack, body)):
            return None
        return _text_of(body)

    def _keep(self, path: Path, raw: bytes, pack: Pack, text: Redacted) -> None:
        body = _body(text)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, self._hash(raw, pack, body) + body, mode=0o600)

    def _hash(self, raw: bytes, pack: Pack, body: bytes) -> bytes:
        head = f"{__version__}\0{pack.platform}\0{pack.ref}\0{pack.digest}\0{len(raw)}\0"
        found = hmac.new(self.key, head.encode(), "sha256")
        found.update(raw)
        found.update(body)
        return found.digest()


def _body(text: Redacted) -> bytes:
    """One line of what was found out, then the text itself."""
    whole = "\n".join((json.dumps(_fields(text), separators=(",", ":")), *text.lines))
    return whole.encode("utf-8", "surrogatepass")


def _fields(text: Redacted) -> dict[str, object]:
    return {
        "platform": text.platform,
        "numbers": _runs(text.numbers),
        "suppressed": dict(text.suppressed),
        "not_comparable": text.not_comparable,
        "not_comparable_rules": dict(text.not_comparable_rules),
        "keywords": text.keywords,
        "metadata": dict(text.metadata),
        "pack": text.pack,
    }


def _text_of(body: bytes) -> Redacted:
    """The text as it was kept: the hash has shown that these are our own fields."""
    head, *lines = body.decode("utf-8", "surrogatepass").split("\n")
    fields: Mapping[str, Any] = json.loads(head)
    suppressed = {rule: tuple(lines) for rule, lines in fields["suppressed"].items()}
    own = {
        **fields,
        "lines": tuple(lines),
        "numbers": tuple(
            n for first, count in fields["numbers"] for n in range(first, first + count)
        ),
        "suppressed": suppressed,
    }
    return Redacted(**own)


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Line numbers as runs of first and count: few lines are left out of a text."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        first, count = found[-1] if found else (number, 0)
        if found and number == first + count:
            found[-1] = (first, count + 1)
        else:
            found.append((number, 1))
    return found
