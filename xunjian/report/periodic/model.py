"""What every periodic document says, in the two languages; formats only arrange it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeAlias

from xunjian.language import Text
from xunjian.report.document import Head, Series
from xunjian.report.periodic.period import Period

# None is printed as a dash: unknown, or nothing of it is in the store
Cell: TypeAlias = Text | str | int | float | date | datetime | timedelta | None

NONE_RECORDED = Text("无记录", "no record")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """One paragraph; `is_note` is said more quietly."""

    text: Text
    is_note: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A numbered list."""

    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure with what it counts; `key` is its name in JSON, `unit` `%`, `h` or none."""

    key: str
    title: Text
    value: int | float | None
    unit: str = ""
    tone: str = ""  # abnormal, warning, normal: how it is coloured


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of a section, beside each other."""

    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. kind: `text`, `number`, `pct`, `code` (an id), `blank` (to be filled in by hand).

    width: share of the page beside the other columns'.
    """

    title: Text
    width: float = 1.0
    kind: str = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows below a head. empty: what stands there instead of no rows."""

    key: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: Text = Text("")
    empty: Text = NONE_RECORDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Columns over time, stacked. parts: (code of the colour, title, values), from the ground."""

    key: str
    title: Text
    unit: Text
    labels: tuple[str, ...]
    parts: tuple[tuple[str, Text, tuple[float, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Bars that lie, in percent, with what each was counted from."""

    key: str
    title: Text
    rows: tuple[tuple[Text, float, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A measured value over time with its limits."""

    key: str
    series: Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatures:
    """Who signs."""

    signers: tuple[Text, ...]


Block: TypeAlias = Paragraph | Items | Figures | Table | Bars | Shares | Lines | Signatures


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A chapter. new_page: it begins on a page of its own, as record sheets do."""

    key: str
    title: Text
    blocks: tuple[Block, ...]
    new_page: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodModel:
    """One periodic document. as_of: until when the rounds say something."""

    kind: str
    period: Period
    head: Head
    as_of: datetime
    sections: tuple[Section, ...]
    figures: Mapping[str, int | float | None] = field(default_factory=dict)
    summary: Text = Text("")
    part: str = ""  # of one party, or only some record sheets

    @property
    def subject(self) -> str:
        """What tells it from others of its kind."""
        return f"{self.period.name}/{self.part}" if self.part else self.period.name
