"""Times on the command line: days and hours are China's, wherever the server stands."""

from datetime import date, datetime, time

from xunjian.calendar.clock import YEARS, ZONE_NAME, in_zone, zone
from xunjian.errors import UsageError
from xunjian.language import Text


def moment(at: str | None) -> datetime | None:
    """Read `--at`: a day (noon of it) or a time; without a zone it is China's."""
    if at is None:
        return None
    try:
        found = datetime.fromisoformat(at)
    except ValueError as error:
        raise UsageError(
            Text(f"不是日期：{at}", f"not a date: {at}"),
            Text(
                f"如 2026-09-28，或 2026-09-28T08:30（按 {ZONE_NAME}）",
                f"such as 2026-09-28, or 2026-09-28T08:30 (in {ZONE_NAME})",
            ),
        ) from error
    require_year(found.year)
    if len(at) == len("2026-09-28"):
        return datetime.combine(found, time(12), tzinfo=zone())
    return in_zone(found)


def day(text: str, option: str = "DATE") -> date:
    """Read a day.

    Raises:
        UsageError: it is none.
    """
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            Text(f"{option} 不是日期：{text}", f"{option} is no day: {text}"),
            Text("如 2026-09-28", "such as 2026-09-28"),
        ) from error
    require_year(found.year)
    return found


def require_order(first: date, last: date) -> None:
    """Refuse a span that ends before it begins.

    Raises:
        UsageError: it does.
    """
    if last < first:
        raise UsageError(Text("--to 早于 --from", "--to is before --from"))


def require_year(year: int) -> None:
    """Refuse a year that no calendar speaks of.

    Raises:
        UsageError: it is not among `YEARS`.
    """
    if year not in YEARS:
        first, last = YEARS[0], YEARS[-1]
        raise UsageError(
            Text(f"年份 {year} 不在 {first}—{last} 之间", f"year {year} is not in {first}-{last}")
        )
