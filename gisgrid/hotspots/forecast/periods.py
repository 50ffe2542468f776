"""The periods of a rolling origin: months, weeks or days of the local calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from gisgrid.errors import InputError
from gisgrid.hotspots.forecast.rhythm import DAY

if TYPE_CHECKING:
    from datetime import tzinfo

    from gisgrid.hotspots.forecast.rhythm import Moments

__all__ = ["PERIODS", "Period", "Rolling", "rolling_periods"]

Period = Literal["month", "week", "day"]

# The most that are judged of each: a year, a year, a quarter.
PERIODS: Final[dict[Period, int]] = {"month": 12, "week": 52, "day": 91}
# As many more, before them, are there to learn from.
_LEARNT: Final = 56
_LEAST_RECORD: Final = 28 * DAY


@dataclass(frozen=True)
class Rolling:
    """Periods in the order of time; the first ones are only learnt from, the others judged.

    Attributes
    ----------
    windows : tuple of (float, float)
        Starts and ends in seconds since 1970, UTC.
    first_judged : int
    """

    windows: tuple[tuple[float, float], ...]
    first_judged: int


def rolling_periods(at: Moments, zone: tzinfo, period: Period) -> Rolling:
    """Whole periods of a record, the judged ones with four weeks of it before them.

    A day that the record may end in the middle of is left out, and a month likewise.

    Parameters
    ----------
    at : Moments
        Of the events, in the order of time.

    Raises
    ------
    InputError
        The record is too short, or does not tell periods as short as these apart.
    """
    if at.finest == "month" and period != "month":
        raise InputError(
            "the times name months alone", where=f"--period {period}", fix="use --period month"
        )
    if len(at.seconds) == 0:
        raise InputError("there are no events to judge a forecast by")
    first = datetime.fromtimestamp(float(at.seconds[0]), zone)
    windows: list[tuple[float, float]] = []
    end = _record_end(datetime.fromtimestamp(float(at.seconds[-1]), zone), at.finest, period)
    while len(windows) < PERIODS[period] + _LEARNT:
        start = _before(end, period)
        if start < first:
            break
        windows.append((start.timestamp(), end.timestamp()))
        end = start
    windows.reverse()
    judged = sum(start >= float(at.seconds[0]) + _LEAST_RECORD for start, _ in windows)
    judged = min(judged, PERIODS[period])
    if judged < 2:
        raise InputError(
            f"the record is too short to judge a forecast by the {period}",
            where=f"{first:%Y-%m-%d} to {datetime.fromtimestamp(float(at.seconds[-1]), zone):%F}",
            fix="it needs four weeks and two periods more; try a shorter --period",
        )
    return Rolling(tuple(windows), len(windows) - judged)


def _record_end(last: datetime, finest: str, period: Period) -> datetime:
    """The end of the last period of which all may be on record."""
    day = last.replace(hour=0, minute=0, second=0, microsecond=0)
    if finest != "hour":
        day += timedelta(days=1)
    if period != "month":
        return day
    if finest == "month":
        return _month_after(last)
    # The first of a month ends the month before it.
    return day.replace(day=1)


def _month_after(at: datetime) -> datetime:
    return (at.replace(day=1) + timedelta(days=32)).replace(day=1)


def _before(end: datetime, period: Period) -> datetime:
    """The start of the period that ends there; the clock may have been changed between."""
    if period == "month":
        return (end - timedelta(days=1)).replace(day=1)
    return end - timedelta(days=7 if period == "week" else 1)
