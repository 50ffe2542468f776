"""Points in time as people write them."""

from __future__ import annotations

from datetime import datetime, tzinfo

from gisgrid.errors import InputError

__all__ = ["EARLIEST_YEAR", "LATEST_YEAR", "parse_instant"]

# Nothing here is older or later, and near the calendar's ends time zones lead out of it.
EARLIEST_YEAR = 1000
LATEST_YEAR = 9000


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
    if not EARLIEST_YEAR <= read.year <= LATEST_YEAR:
        fix = f"give a year from {EARLIEST_YEAR} to {LATEST_YEAR}"
        raise InputError("is too far from today", where=repr(text), fix=fix)
    return read.replace(tzinfo=zone) if read.tzinfo is None else read
