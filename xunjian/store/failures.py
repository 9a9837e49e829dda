"""Failures of the disk and of SQLite as `StoreError` with a hint; decided by code, not by text."""

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xunjian.errors import StoreError
from xunjian.language import Text

FREE_AT_LEAST_BYTES = 64 * 1024 * 1024  # house rule: below this no round begins
FREE_PER_DEVICE_BYTES = 256 * 1024  # house rule: 20 answers of 60 KB compress to less

_FULL = Text(
    "清理磁盘或运行 `xunjian store prune`；已存的数据完好",
    "free the disk or run `xunjian store prune`; what is stored is intact",
)
_RIGHTS = Text(
    "检查该目录的属主与权限，或用 -w 换一个可写的工作区",
    "check owner and rights of the folder, or choose a writable workspace with -w",
)
_CORRUPT = Text(
    "不要删除：先备份 .xunjian，再从备份恢复 store.sqlite；证据文件不受影响",
    "do not delete it: save .xunjian, then restore store.sqlite from a backup;"
    " evidence files are not affected",
)
_BUSY = Text(
    "另一个进程正在写库，稍后再试", "another process is writing the store; try again later"
)


def disk_failure(exc: OSError, path: Path) -> StoreError:
    """Turn an operating system error about `path` into a StoreError."""
    if exc.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StoreError(Text(f"磁盘已满：{path}", f"the disk is full: {path}"), _FULL)
    if exc.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return StoreError(Text(f"不可写：{path}", f"not writable: {path}"), _RIGHTS)
    reason = exc.strerror or type(exc).__name__
    return StoreError(
        Text(f"存取失败（{reason}）：{path}", f"cannot access ({reason}): {path}"), _RIGHTS
    )


def database_failure(exc: BaseException, path: Path) -> StoreError:
    """Turn an error of SQLite into a StoreError by its result code."""
    code = getattr(exc, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StoreError(Text(f"磁盘已满：{path}", f"the disk is full: {path}"), _FULL)
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return StoreError(
            Text(f"数据库文件损坏：{path}", f"the database is damaged: {path}"), _CORRUPT
        )
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreError(Text(f"数据库被占用：{path}", f"the database is busy: {path}"), _BUSY)
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
        return StoreError(
            Text(f"数据库不可写：{path}", f"the database is not writable: {path}"), _RIGHTS
        )
    name = getattr(exc, "sqlite_errorname", type(exc).__name__)
    return StoreError(
        Text(f"数据库出错（{name}）：{path}", f"database error ({name}): {path}"), _CORRUPT
    )


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn whatever SQLAlchemy or the disk raises about the database into a StoreError."""
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    try:
        yield
    except DBAPIError as exc:
        raise database_failure(exc.orig or exc, path) from exc
    except SQLAlchemyError as exc:
        raise database_failure(exc, path) from exc
    except sqlite3.Error as exc:
        raise database_failure(exc, path) from exc
    except OSError as exc:
        raise disk_failure(exc, path) from exc


def check_free_disk(folder: Path, devices: int) -> None:
    """Refuse to begin a round that the disk cannot hold; raises StoreError."""
    needed = FREE_AT_LEAST_BYTES + devices * FREE_PER_DEVICE_BYTES
    free = shutil.disk_usage(folder).free
    if free < needed:
        mib = 1024 * 1024
        message = Text(
            f"磁盘空间不足：需要 {needed // mib} MiB，只剩 {free // mib} MiB：{folder}",
            f"too little free disk: {needed // mib} MiB needed, {free // mib} MiB left: {folder}",
        )
        raise StoreError(message, _FULL)
