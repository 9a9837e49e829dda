"""Answers in snmprec form (`oid|type|value`) into rows: scalars by oid, tables joined by index."""

from collections.abc import Mapping

from xunjian.parse.model import Row, Table, Unparsed

# Type tags of snmprec; RFC 3416 section 3 gives the three exceptions their numbers.
_MISSING = frozenset({"128", "129", "130"})  # noSuchObject, noSuchInstance, endOfMibView


def read_lines(text: str) -> dict[str, str | None]:
    """Read the lines of an answer: oid -> value, None for the three "no such" exceptions.

    Raises:
        Unparsed: a line is not `oid|type|value` (an answer that was cut).
    """
    values: dict[str, str | None] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        oid, first, rest = line.partition("|")
        tag, second, value = rest.partition("|")
        if not (first and second and oid.strip(" .").replace(".", "").isdigit()):
            raise Unparsed(f"snmp: {line[:80]}")
        values[oid.strip(" .")] = None if tag in _MISSING else _value(tag, value)
    return values


def _value(tag: str, value: str) -> str | None:
    """Give a value as text; `x` tags carry hexadecimal octets."""
    if not tag.endswith("x"):
        return value.strip() or None
    try:
        octets = bytes.fromhex(value.removeprefix("0x"))
    except ValueError:
        raise Unparsed(f"snmp: not hexadecimal: {value[:40]}") from None
    try:
        return octets.decode("utf-8").strip(" \x00\r\n\t") or None
    except UnicodeDecodeError:
        return octets.hex()


def row_of_scalars(text: str, columns: Mapping[str, str]) -> Table:
    """Make one row of a GET: column -> value of its oid; no row if the agent has none of them.

    Raises:
        Unparsed: an oid that was asked is not answered at all.
    """
    values = read_lines(text)
    row: dict[str, str] = {}
    for column, oid in columns.items():
        bare = oid.strip(".")
        if bare not in values:
            raise Unparsed(f"snmp: no answer for {bare}")
        if (value := values[bare]) is not None:
            row[column] = value
    return Table(rows=(row,) if row else ())


def rows_of_walks(texts: Mapping[str, str], columns: Mapping[str, str]) -> Table:
    """Join the walks of a table's columns by index, in the order in which indexes appear.

    texts: column -> answer of its walk.

    Raises:
        Unparsed: a walk left its column.
    """
    table: dict[str, dict[str, str]] = {}
    for column, oid in columns.items():
        root = oid.strip(".") + "."
        for found, value in read_lines(texts[column]).items():
            if value is None and not found.startswith(root):
                continue
            if not found.startswith(root):
                raise Unparsed(f"snmp: {found} is not below {oid}")
            row = table.setdefault(found.removeprefix(root), {})
            if value is not None:
                row[column] = value
    rows: list[Row] = [{"index": index, **row} for index, row in table.items()]
    return Table(rows=tuple(rows))
