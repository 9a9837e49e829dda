"""What the sheets of the workbook are made of."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from xunjian.checks.model import Verdict
from xunjian.language import Text
from xunjian.report.model import ReportModel
from xunjian.report.wording import Wording

Value = str | int | float | date | datetime | Verdict | None
Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head and width in characters; `wraps` for prose."""

    head: Text
    width: float
    wraps: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet; `fixed` columns stay in view when the others are scrolled."""

    name: Text
    columns: tuple[Column, ...]
    rows: Callable[[ReportModel, Wording], Iterator[Row]]
    fixed: int = 0


def columns(*specs: tuple[str, str, float] | tuple[str, str, float, bool]) -> tuple[Column, ...]:
    """Give columns by their Chinese and English heads and widths."""
    return tuple(
        Column(Text(spec[0], spec[1]), spec[2], wraps=len(spec) > 3)  # a fourth member: prose
        for spec in specs
    )
