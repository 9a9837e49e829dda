"""Evidence bytes by hash under `.xunjian/evidence/aa/<sha256>`: compressed, whole or not at all."""

import contextlib
import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from xunjian.errors import StoreError
from xunjian.language import Text
from xunjian.store.failures import disk_failure

TEMPORARY = ".tmp-"
ZLIB_LEVEL = 1  # measured: 0.15 ms for a configuration of 58 KB


class MissingBlob(StoreError):
    """The bytes of a piece of evidence are not there."""

    code = "evidence_missing"


class AlteredBlob(StoreError):
    """The bytes of a piece of evidence are not those that were stored."""

    code = "evidence_altered"


@dataclass(frozen=True, slots=True)
class Blobs:
    """The folder of evidence."""

    folder: Path

    def path(self, sha256: str) -> Path:
        """Where the bytes of a hash are kept."""
        return self.folder / sha256[:2] / sha256

    def put(self, contents: Iterable[bytes]) -> tuple[str, ...]:
        """Store pieces and give their hashes; what is there already is not written again.

        Written beside, synced, renamed: each piece is there whole or not at all, whatever happens
        between. The names themselves are sure against a power cut after `settle`, which closing a
        run calls; SQLite in WAL mode promises no more for the rows that cite them.
        """
        named = [(hashlib.sha256(content).hexdigest(), content) for content in contents]
        new = {sha: content for sha, content in named if not self.path(sha).exists()}
        try:
            _write_whole({self.path(sha): content for sha, content in new.items()})
        except OSError as exc:
            raise disk_failure(exc, self.folder) from exc
        return tuple(sha for sha, _ in named)

    def get(self, sha256: str) -> bytes:
        """Read bytes back, proven by their hash; raises MissingBlob or AlteredBlob."""
        path = self.path(sha256)
        try:
            content = zlib.decompress(path.read_bytes())
        except FileNotFoundError as exc:
            text = Text(f"证据文件不在：{sha256}", f"evidence file is missing: {sha256}")
            raise MissingBlob(text, _VERIFY) from exc
        except zlib.error as exc:
            raise _altered(sha256) from exc
        except OSError as exc:
            raise disk_failure(exc, path) from exc
        if hashlib.sha256(content).hexdigest() != sha256:
            raise _altered(sha256)
        return content

    def settle(self) -> None:
        """Make the names of all pieces sure against a power cut."""
        try:
            for folder in (self.folder, *self.folder.glob("[0-9a-f][0-9a-f]")):
                if folder.is_dir():
                    _sync_folder(folder)
        except OSError as exc:
            raise disk_failure(exc, self.folder) from exc

    def sweep(self) -> None:
        """Remove what a crash left half-written; only while nobody else writes."""
        for left in self.folder.glob(f"*/{TEMPORARY}*"):
            left.unlink(missing_ok=True)

    def remove(self, sha256: str) -> int:
        """Remove bytes, give how many were freed on disk; 0 when they were gone already."""
        path = self.path(sha256)
        try:
            size_bytes = path.stat().st_size
            path.unlink()
        except FileNotFoundError:
            return 0
        except OSError as exc:
            raise disk_failure(exc, path) from exc
        return size_bytes


_VERIFY = Text(
    "运行 `xunjian verify` 查看全部损失，从备份恢复 .xunjian/evidence",
    "run `xunjian verify` to see all losses; restore .xunjian/evidence from a backup",
)


def _altered(sha256: str) -> AlteredBlob:
    return AlteredBlob(
        Text(f"证据文件被改动：{sha256}", f"evidence file was altered: {sha256}"), _VERIFY
    )


def _write_whole(pieces: Mapping[Path, bytes]) -> None:
    """Write many files in one go: the syncs of one device then share the disk's journal."""
    written: dict[Path, str] = {}
    with contextlib.ExitStack() as opened:
        opened.callback(_drop, written)
        files = []
        for path, content in pieces.items():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, written[path] = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)  # 0600
            files.append(opened.enter_context(os.fdopen(descriptor, "wb")))
            files[-1].write(zlib.compress(content, ZLIB_LEVEL))
        for file in files:
            file.flush()
            os.fsync(file.fileno())
        for path in tuple(written):
            Path(written[path]).replace(path)
            del written[path]


def _drop(written: Mapping[Path, str]) -> None:
    """Remove what was written and not renamed."""
    for name in written.values():
        with contextlib.suppress(OSError):
            Path(name).unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
