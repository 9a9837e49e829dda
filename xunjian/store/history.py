"""What a device said before: the rows that deltas, `vanished` and drift are measured from."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from xunjian.facts.model import Fact, FactRow
from xunjian.store import tables as t
from xunjian.store.codec import rows_from_json
from xunjian.store.database import Database
from xunjian.store.rows import moment, stamp


class StoreHistory:
    """The past of one device as of a time; asked for fact by fact, so only what is used is read."""

    def __init__(
        self, database: Database, device: str, before: datetime, facts: Mapping[str, type[Fact]]
    ) -> None:
        self._database = database
        self._device = device
        self._before = stamp(before)
        self._facts = facts

    def previous(self, fact_name: str) -> tuple[FactRow, ...] | None:
        """Rows of a fact when it was last collected in any round; None if it never was."""
        query = (
            select(t.facts.c.rows)
            .where(
                t.facts.c.device == self._device,
                t.facts.c.fact == fact_name,
                t.facts.c.started_at < self._before,
            )
            .order_by(t.facts.c.started_at.desc(), t.facts.c.position.desc())
            .limit(1)
        )
        with self._database.reading() as connection:
            found = connection.execute(query).scalar()
        return self._rows(fact_name, found)

    def reference(self, fact_name: str) -> tuple[FactRow, ...] | None:
        """Rows of a fact in the device's reference round; None if there is none."""
        marked = select(t.references.c.run_id).where(t.references.c.device == self._device)
        first = (
            select(t.devices.c.run_id)
            .where(
                t.devices.c.device == self._device,
                t.devices.c.complete.is_(True),
                t.devices.c.started_at < self._before,
            )
            .order_by(t.devices.c.started_at, t.devices.c.position)
            .limit(1)
        )
        with self._database.reading() as connection:
            run_id = connection.execute(marked).scalar() or connection.execute(first).scalar()
            if run_id is None:
                return None
            query = select(t.facts.c.rows).where(
                t.facts.c.run_id == run_id,
                t.facts.c.device == self._device,
                t.facts.c.fact == fact_name,
            )
            found = connection.execute(query).scalar()
        return self._rows(fact_name, found)

    @property
    def last_round_at(self) -> datetime | None:
        """When the device was last reached in any round."""
        query = (
            select(t.devices.c.started_at)
            .where(
                t.devices.c.device == self._device,
                t.devices.c.reached.is_(True),
                t.devices.c.started_at < self._before,
            )
            .order_by(t.devices.c.started_at.desc())
            .limit(1)
        )
        with self._database.reading() as connection:
            found = connection.execute(query).scalar()
        return moment(str(found)) if found else None

    def _rows(self, fact_name: str, text: str | None) -> tuple[FactRow, ...] | None:
        kind = self._facts.get(fact_name)
        return rows_from_json(text, kind) if text is not None and kind is not None else None
