"""Points in time as people write them."""

from __future__ import annotations

from datetime import datetime, tzinfo

from gisgrid.errors import InputError

__all__ = ["EARLIEST_YEAR", "parse_instant"]

# Nothing here is older, and near the year 1 time zones lead out of the calendar.
EARLIEST_YEAR = 1000


def parse_instant(text: str, zone: tzinfo) -> datetime:
    """Read a date or a time; a bare date is its midnight, and a time without offset is the zone's.

    Parameters
    ----------
    text : str
        ISO 8601, such as ``2024-09-15`` or ``2024-09-15T08:30+08:00``; or ``today``, which is now.
    zone : tzinfo

    Raises
    ------
    InputError
        It is neither.
    """
    if text.strip().lower() == "today":
        return datetime.now(zone)
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InputError(
            "is not a date", where=repr(text), fix="write 2024-09-15 or 2024-09-15T08:30+08:00"
        ) from None
    read = read.replace(tzinfo=zone) if read.tzinfo is None else read
    try:
        year = read.astimezone(zone).year
    except OverflowError:
        year = 0
    if year < EARLIEST_YEAR:
        fix = f"give a year from {EARLIEST_YEAR} to 9999"
        raise InputError("lies outside the calendar", where=repr(text), fix=fix)
    return read
