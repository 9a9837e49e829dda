"""What parsing gives: rows of texts, what was not understood, or why nothing was."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from xunjian.errors import XunjianError
from xunjian.language import Text

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of an answer.

    rows: column -> text as it stood in the answer; a column without a value is absent, never "".
    unmatched: lines no rule of the parser understood.
    """

    rows: tuple[Row, ...] = ()
    unmatched: tuple[str, ...] = ()


class Unparsed(XunjianError):
    """An answer that is not of the expected form; becomes a step's reason, never a traceback."""

    code = "unparsed"

    def __init__(self, reason: str) -> None:
        super().__init__(Text(f"无法解析：{reason}", f"not parsed: {reason}"))
        self.reason = reason


class NotOffered(XunjianError):
    """The device answered properly that it does not have what was asked."""

    code = "unsupported"

    def __init__(self, reason: str) -> None:
        super().__init__(Text(f"设备不提供：{reason}", f"not offered: {reason}"))
        self.reason = reason


def filled(values: Mapping[str, object]) -> Row:
    """Keep what has a value; lists (of a TextFSM List value) become one comma-separated text."""
    return filled_pairs(values.items())


def filled_pairs(pairs: Iterable[tuple[str, object]]) -> Row:
    """Keep the pairs of name and value that have one, as `filled`."""
    return {
        name: text
        for name, value in pairs
        if value is not None and (text := value if isinstance(value, str) else _text(value))
    }


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
