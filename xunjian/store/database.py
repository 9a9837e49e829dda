"""One SQLite file in WAL mode, migrated on opening."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Executable, create_engine, event

from xunjian.errors import StoreError
from xunjian.language import Text
from xunjian.store.failures import translated
from xunjian.store.tables import HEAD

BUSY_TIMEOUT_MS = 10_000
FILE_NAME = "store.sqlite"
_MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """The store's file: transactions for reading and for writing, errors translated."""

    def __init__(self, state_dir: Path) -> None:
        self.path = state_dir / FILE_NAME
        self._engine = _engine(self.path)
        with translated(self.path):
            state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.touch(mode=0o600)
            self._upgrade()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the store."""
        with translated(self.path), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that holds SQLite's write lock from its first statement."""
        with (
            translated(self.path),
            self._engine.connect().execution_options(xunjian_write=True) as connection,
            connection.begin(),
        ):
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _upgrade(self) -> None:
        with self.reading() as connection:
            found = _revision(connection)
        if found == HEAD:
            return
        with self.writing() as connection:
            if (found := _revision(connection)) != HEAD:
                _migrate(connection, found)


def rows_of(connection: Connection, query: Executable) -> list[dict[str, Any]]:
    """Give the rows of a query, by column."""
    return [dict(row) for row in connection.execute(query).mappings()]


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", pool_size=8, max_overflow=-1)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: sqlite3 would not for DDL
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("xunjian_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _revision(connection: Connection) -> str | None:
    """Which migration the file is at; None for a new file."""
    query = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
    if connection.exec_driver_sql(query).first() is None:
        return None
    row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
    return str(row[0]) if row else None


def _migrate(connection: Connection, found: str | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", os.fspath(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StoreError(
            Text(f"库的版本比本程序新：{found}", f"the store is newer than this program: {found}"),
            Text("请升级 xunjian 后再打开这个工作区", "upgrade xunjian, then open this workspace"),
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
