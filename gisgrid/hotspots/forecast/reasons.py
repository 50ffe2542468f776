"""Reasons for which events may be expected at a place: each alone forecasts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from gisgrid.hotspots.forecast.changing import dispersion_of, present_rate
from gisgrid.hotspots.forecast.nearness import reach, spacing
from gisgrid.hotspots.forecast.rhythm import DAY, HOUR, Rhythm, moments

if TYPE_CHECKING:
    from datetime import tzinfo

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from gisgrid.hotspots.forecast.rhythm import Moments

__all__ = ["REASONS", "TRUSTED", "Ground", "Past", "make_ground", "reasons", "record_start"]

# How long what happened lately is remembered, in days: a part of e is left after as many.
_MEMORY: Final = (3.0, 10.0, 30.0)
# Days after which a part of e of the record still counts.
_FADING: Final = 365.0
# When a place may have changed, in days before the period: what came later is told from chance by
# nobody, and is left to what is recent.
_CHANGES: Final = (728.0, 546.0, 364.0, 273.0, 182.0, 91.0)
_QUARTER: Final = 91 * DAY
# A record that has just begun says little of how often things happen.
_SHORTEST_RECORD: Final = 28 * DAY
# A period of more hours a day has no hours of its own.
_HOURS_OF_ITS_OWN: Final = 18

REASONS: Final = (
    "record fading",
    "record since a change",
    "record around",
    "record far around",
    "record at these hours",
    "record in this season",
    "recent 3 days",
    "recent 10 days",
    "recent 30 days",
    "recent around 3 days",
    "recent around 10 days",
    "recent around 30 days",
    "everywhere",
)
# What is believed before anything was learnt: mostly the record, steadied by what lies around.
TRUSTED: Final = np.array(
    [0.2, 0.4, 0.15, 0.05, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.04]
)
TRUSTED.setflags(write=False)


@dataclass(frozen=True)
class Ground:
    """The places that are forecast.

    Attributes
    ----------
    cells : int
    share : float64 (cells,)
        Of what is expected anywhere, what to expect at each place of which nothing else is known:
        by households where these are given. Adds up to 1.
    around : csr_array (cells, cells), optional
        What each place sheds on those around it; without it every place stands alone.
    """

    cells: int
    share: NDArray[np.float64]
    around: csr_array | None


@dataclass(frozen=True)
class Past:
    """Events in the order of time: ``cell`` and ``at``, ``(n,)`` each."""

    cell: NDArray[np.int64]
    at: Moments

    def before(self, second: float) -> Past:
        """Those that were known by then."""
        n = int(np.searchsorted(self.at.seconds, second, side="left"))
        at = self.at
        cut = type(at)(at.seconds[:n], at.month[:n], at.weekday[:n], at.hour[:n], at.finest)
        return Past(self.cell[:n], cut)


def make_ground(
    cells: int,
    exposure: NDArray[np.float64] | None = None,
    centres: NDArray[np.float64] | None = None,
) -> Ground:
    """The ground of places with households or the like, and with centres in metres."""
    share = np.full(cells, 1.0 / max(cells, 1))
    if exposure is not None and exposure.sum() > 0:
        # Somebody may find a hazard where nobody lives.
        share = 0.99 * exposure / exposure.sum() + 0.01 * share
    around = None if centres is None or cells < 2 else reach(centres, spacing(centres))
    return Ground(cells, share, around)


def record_start(past: Past, until: float) -> float:
    """When the record begins, and at least four weeks before ``until``."""
    first = float(past.at.seconds[0]) if len(past.cell) else until
    return min(first, until - _SHORTEST_RECORD)


def reasons(
    past: Past, ground: Ground, rhythm: Rhythm, start: float, end: float
) -> NDArray[np.float64]:
    """Events that each reason alone would expect in ``[start, end)``, had the past no more.

    Parameters
    ----------
    past : Past
        Events before ``start``, and no others.
    rhythm : Rhythm
        How much a day of the past weighs, and one of the period.

    Returns
    -------
    float64 (len(REASONS), cells)
        Rows of zeros for reasons that the data cannot give.
    """
    since = record_start(past, start)
    ahead = rhythm.days(start, end)
    per_day = ahead / rhythm.days(since, start)
    age = (start - past.at.seconds) / DAY

    def tally(weight: NDArray[np.float64] | NDArray[np.bool_]) -> NDArray[np.float64]:
        sums = np.bincount(past.cell, weight, ground.cells).astype(np.float64)
        return sums

    found = np.zeros((len(REASONS), ground.cells))
    found[0] = tally(np.ones_like(age)) * per_day
    hours, months = _hours(past, rhythm.zone, start, end), _months(rhythm.zone, start, end)
    if hours is not None:
        found[4] = tally(hours[past.at.hour]) * ahead / rhythm.days(since, start, hours=hours)
    if start - since >= 365 * DAY:
        found[5] = tally(months[past.at.month]) * ahead / rhythm.days(since, start, months=months)
    length = (end - start) / DAY
    for row, memory in enumerate(_MEMORY, start=6):
        share = 1.0 - np.exp(-length / memory)
        found[row] = tally(np.exp(-age / memory)) * share * ahead / length
    if ground.around is not None:
        spread = (ground.around @ found[[0, 6, 7, 8]].T).T
        found[2], found[9:12] = spread[0], spread[1:]
        found[3] = ground.around @ (ground.around @ (ground.around @ found[2]))
    found[12] = ground.share * found[0].sum()
    seen = 1.0 - np.exp((since - start) / DAY / _FADING)
    found[0] = tally(np.exp(-age / _FADING)) * ahead / (_FADING * seen)
    times = [since, *(start - back * DAY for back in _CHANGES if back * DAY < start - since)]
    days = np.array([rhythm.days(time, start) for time in times])
    counts = np.array([tally(past.at.seconds >= time) for time in times])
    late, early = (tally(_between(past, start, back)) for back in (1, 2))
    found[1] = ahead * present_rate(
        counts, days, found[12] / ahead, dispersion=dispersion_of(late, early)
    )
    return found


def _between(past: Past, start: float, back: int) -> NDArray[np.bool_]:
    """The events of a quarter: the last one before ``start``, or the one before that."""
    seconds = past.at.seconds
    inside: NDArray[np.bool_] = (seconds >= start - back * _QUARTER) & (
        seconds < start - (back - 1) * _QUARTER
    )
    return inside


def _hours(past: Past, zone: tzinfo, start: float, end: float) -> NDArray[np.bool_] | None:
    """The hours of the day that a period touches; None where it has none of its own."""
    if past.at.finest != "hour" or end - start > _HOURS_OF_ITS_OWN * HOUR:
        return None
    inside = np.zeros(24, dtype=bool)
    inside[moments(np.arange(start // HOUR * HOUR, end, HOUR), zone).hour] = True
    return inside


def _months(zone: tzinfo, start: float, end: float) -> NDArray[np.bool_]:
    """The months that a period touches, and those beside them."""
    touched = np.zeros(12, dtype=bool)
    touched[moments(np.array([start, end - 1.0]), zone).month] = True
    return touched | np.roll(touched, 1) | np.roll(touched, -1)
