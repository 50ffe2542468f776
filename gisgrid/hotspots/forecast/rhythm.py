"""When things happen: the profile of the seasons, of the week and of the day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy.special import gammaln

if TYPE_CHECKING:
    from datetime import tzinfo

    from numpy.typing import NDArray

__all__ = ["DAY", "HOUR", "Moments", "Rhythm", "learn_rhythm", "moments"]

DAY: Final = 86_400.0
HOUR: Final = 3_600.0
_BLOCK: Final = 8_192
_YEAR: Final = 365.25 * DAY
# How many events' worth of trust a flat profile is given, from hardly any to nearly all.
_TRUST: Final = np.logspace(0.0, 7.0, 29)[::-1]


@dataclass(frozen=True)
class Moments:
    """Calendar positions of points in time, ``(n,)`` each.

    Attributes
    ----------
    seconds : float64
        Since 1970, UTC.
    month, weekday, hour : int64
        Local: 0 to 11, 0 (Monday) to 6, 0 to 23.
    finest : {"hour", "day", "month"}
        What the times can tell apart: where all are midnights only the day was recorded, where all
        are midnights of a first of the month only the month was.
    """

    seconds: NDArray[np.float64]
    month: NDArray[np.int64]
    weekday: NDArray[np.int64]
    hour: NDArray[np.int64]
    finest: str


def moments(seconds: NDArray[np.float64], zone: tzinfo) -> Moments:
    """Read the local calendar at points in time, given in seconds since 1970, UTC."""
    local = pd.DatetimeIndex(pd.to_datetime(seconds, unit="s", utc=True)).tz_convert(zone)
    finest = "hour"
    if len(local) and (local == local.normalize()).all():
        finest = "month" if (local.day == 1).all() else "day"
    fields = (
        np.asarray(one, dtype=np.int64) for one in (local.month, local.day_of_week, local.hour)
    )
    month, weekday, hour = fields
    return Moments(np.asarray(seconds, dtype=np.float64), month - 1, weekday, hour, finest)


@dataclass(frozen=True)
class Rhythm:
    """Factors around 1 that say how much more happens in a month, on a weekday, at an hour.

    Attributes
    ----------
    month, weekday, hour : float64 ``(12,)``, ``(7,)``, ``(24,)``
    zone : tzinfo
    """

    month: NDArray[np.float64]
    weekday: NDArray[np.float64]
    hour: NDArray[np.float64]
    zone: tzinfo

    def days(
        self,
        start: float,
        end: float,
        *,
        hours: NDArray[np.bool_] | None = None,
        months: NDArray[np.bool_] | None = None,
    ) -> float:
        """How many average days the time between two points (seconds since 1970) is worth.

        Parameters
        ----------
        hours, months : bool (24,), (12,), optional
            Count these hours of the day, or these months, alone.
        """
        if end <= start:
            return 0.0
        at = _hours_between(int(start // HOUR), int(-(-end // HOUR)), self.zone)
        factor = self.month[at.month] * self.weekday[at.weekday] * self.hour[at.hour]
        if hours is not None:
            factor = factor * hours[at.hour]
        if months is not None:
            factor = factor * months[at.month]
        length = np.minimum(at.seconds + HOUR, end) - np.maximum(at.seconds, start)
        return float((factor * length).sum() / DAY)


def learn_rhythm(past: Moments, since: float, until: float, zone: tzinfo) -> Rhythm:
    """Learn the profiles from events in ``[since, until)``, steadied towards flat.

    Each profile is a gamma-Poisson estimate whose trust in a flat one is the most likely given
    the counts. Seasons are learnt from whole years alone, the last ones: of less than a year
    nobody can tell a season from a trend. What the times cannot tell apart stays flat.
    """
    seen = (past.seconds >= since) & (past.seconds < until)
    at = _hours_between(int(since // HOUR), max(int(until // HOUR), int(since // HOUR) + 1), zone)
    years = int((until - since) / _YEAR)
    whole = until - years * _YEAR
    month = np.ones(12)
    if years:
        month = _profile(
            past.month[seen & (past.seconds >= whole)], at.month[at.seconds >= whole], 12
        )
    fine = past.finest
    weekday = _profile(past.weekday[seen], at.weekday, 7) if fine != "month" else np.ones(7)
    hour = _profile(past.hour[seen], at.hour, 24) if fine == "hour" else np.ones(24)
    return Rhythm(month, weekday, hour, zone)


def _profile(
    events: NDArray[np.int64], hours: NDArray[np.int64], kinds: int
) -> NDArray[np.float64]:
    count = np.bincount(events, minlength=kinds).astype(np.float64)
    time = np.bincount(hours, minlength=kinds).astype(np.float64)
    expected = count.sum() * time / max(time.sum(), 1.0)
    trust = _TRUST[:, None]
    # Negative binomial: Poisson counts whose factor is gamma of mean 1 and shape `trust`.
    likelihood = (
        gammaln(count + trust)
        - gammaln(trust)
        + trust * np.log(trust)
        - (count + trust) * np.log(expected + trust)
    ).sum(axis=1)
    # The flattest among equals: without events all are.
    best = float(_TRUST[int(np.argmax(likelihood))])
    factor: NDArray[np.float64] = (count + best) / (expected + best)
    return factor


def _hours_between(first: int, last: int, zone: tzinfo) -> Moments:
    """Each hour since 1970 from ``first`` to ``last``, which is left out."""
    parts = [_block(one, zone) for one in range(first // _BLOCK, (last - 1) // _BLOCK + 1)]
    offset = first // _BLOCK * _BLOCK
    cut = slice(first - offset, last - offset)
    return Moments(
        np.concatenate([one.seconds for one in parts])[cut],
        np.concatenate([one.month for one in parts])[cut],
        np.concatenate([one.weekday for one in parts])[cut],
        np.concatenate([one.hour for one in parts])[cut],
        "hour",
    )


# The calendar of an hour is asked for again and again, and slow to tell.
@lru_cache(maxsize=64)
def _block(number: int, zone: tzinfo) -> Moments:
    return moments(np.arange(number * _BLOCK, (number + 1) * _BLOCK, dtype=np.float64) * HOUR, zone)
