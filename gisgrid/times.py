"""Points in time as people write them."""

from __future__ import annotations

import re
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta, tzinfo

from gisgrid.errors import InputError

__all__ = ["EARLIEST_YEAR", "LATEST_YEAR", "in_calendar", "parse_instant", "parse_shift"]

# Nothing here is older, and near the year 1 time zones lead out of the calendar.
EARLIEST_YEAR = 1000
# In the last year of the calendar they do so too.
LATEST_YEAR = MAXYEAR - 1


def in_calendar(moment: datetime) -> bool:
    """Whether an aware moment can be told in every zone."""
    try:
        year = moment.astimezone(UTC).year
    except OverflowError:
        return False
    return EARLIEST_YEAR <= year <= LATEST_YEAR


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
        raise _outside(repr(text))
    return read


def parse_shift(text: str, day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """Read a shift such as ``18:00-02:00``; one that ends at or before its beginning ends next day.

    Parameters
    ----------
    text : str
    day : date
        The day on which it begins.
    zone : tzinfo

    Raises
    ------
    InputError
        It is no shift, or the day lies at an end of the calendar.
    """
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise _outside(day.isoformat())
    found = re.fullmatch(r"(\d{1,2}):(\d\d)\s*[-–—~至]\s*(\d{1,2}):(\d\d)", text.strip())
    numbers = [int(one) for one in found.groups()] if found else [99] * 4
    if max(numbers[0], numbers[2]) > 24 or max(numbers[1], numbers[3]) > 59:
        raise InputError("is not a shift", where=repr(text), fix="write 18:00-02:00")
    first, last = (
        datetime.combine(day + timedelta(days=hour // 24), time(hour % 24, minute), zone)
        for hour, minute in (numbers[:2], numbers[2:])
    )
    return first, last if last > first else last + timedelta(days=1)


def _outside(where: str) -> InputError:
    fix = f"give a year from {EARLIEST_YEAR} to {LATEST_YEAR}"
    return InputError("lies outside the calendar", where=where, fix=fix)
