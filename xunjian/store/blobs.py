"""Evidence bytes by hash under `.xunjian/evidence/aa/<sha256>`: compressed, whole or not at all."""

import contextlib
import hashlib
import os
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from xunjian.errors import StoreError
from xunjian.language import Text
from xunjian.store.failures import disk_failure

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

    def put(self, content: bytes) -> str:
        """Store bytes and give their hash; bytes already there are not written again."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.path(sha256)
        try:
            if not path.exists():
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                _write_whole(path, zlib.compress(content, ZLIB_LEVEL))
        except OSError as exc:
            raise disk_failure(exc, path) from exc
        return sha256

    def get(self, sha256: str) -> bytes:
        """Read bytes back, proven by their hash; raises MissingBlob or AlteredBlob."""
        path = self.path(sha256)
        try:
            content = zlib.decompress(path.read_bytes())
        except FileNotFoundError as exc:
            text = Text(f"证据文件不在: {sha256}", f"evidence file is missing: {sha256}")
            raise MissingBlob(text, _VERIFY) from exc
        except zlib.error as exc:
            raise _altered(sha256) from exc
        except OSError as exc:
            raise disk_failure(exc, path) from exc
        if hashlib.sha256(content).hexdigest() != sha256:
            raise _altered(sha256)
        return content

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
    "运行 `xunjian verify` 查看全部损失, 从备份恢复 .xunjian/evidence",
    "run `xunjian verify` to see all losses; restore .xunjian/evidence from a backup",
)


def _altered(sha256: str) -> AlteredBlob:
    return AlteredBlob(
        Text(f"证据文件被改动: {sha256}", f"evidence file was altered: {sha256}"), _VERIFY
    )


def _write_whole(path: Path, content: bytes) -> None:
    """Write beside, sync, rename, sync the folder: a crash leaves the old state or the new one."""
    descriptor, name = tempfile.mkstemp(prefix=".tmp-", dir=path.parent)  # mkstemp gives 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
