"""Events with a known truth: what a forecast is measured against.

Where: a log-normal risk, half of whose variance is shared with what lies around and half the
square's own. Its spread is such that half of the risk lies in 5 % of the squares and a quarter in
1 %, as crime concentrates at places in city after city (Weisburd 2015). Squares change: what is a
square's own is redrawn every few years.
When: with the season, the weekday, the hour, and growth.
Repeats: each event triggers others, Poisson in number, at a Gaussian distance, after an
exponential time, and these trigger others again (Mohler et al. 2011).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.special import erf

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SimulatedEvents", "Truth", "simulate_events"]

_DAY: Final = 86_400.0
_YEAR: Final = 365.25
# How often squares may change.
_EPOCH_DAYS: Final = 91.3125
_WEEKDAYS: Final = np.array([0.95, 0.93, 0.94, 0.97, 1.05, 1.12, 1.04])
_HOURS: Final = 1.0 + 0.6 * np.cos((np.arange(24) - 20.5) / 12.0 * np.pi)


@dataclass(frozen=True, kw_only=True)
class Truth:
    """The law of the events.

    Attributes
    ----------
    side : int
        Squares along each side of the area.
    square_m : float
    years : float
        Of the record.
    per_day : float
        Events a day at the beginning, repeats not counted.
    spread : float
        Standard deviation of the logarithm of the risk; 1.645 puts half of it in 5 % of squares.
    shared : float
        Part of its variance that is shared with what lies around, over about ``shared_m``.
    lasting_years : float
        How long a square keeps what is its own, on average.
    season, growth : float
        Amplitude of the year's wave, highest in July; growth in a year (0.1: a tenth).
    repeats, repeat_days, repeat_m : float
        Events that each triggers on average, the mean time until and the standard deviation of
        the distance (either way) at which they follow.
    """

    side: int = 60
    square_m: float = 150.0
    first: datetime = datetime(2022, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
    years: float = 3.0
    per_day: float = 25.0
    spread: float = 1.645
    shared: float = 0.5
    shared_m: float = 400.0
    lasting_years: float = 20.0
    season: float = 0.25
    growth: float = 0.1
    repeats: float = 0.25
    repeat_days: float = 10.0
    repeat_m: float = 100.0


@dataclass(frozen=True)
class SimulatedEvents:
    """Events in the order of time, and the law they came from.

    Attributes
    ----------
    x, y : float64 (n,)
        Metres from the lower left corner of the area.
    seconds : float64 (n,)
        Since 1970, UTC.
    cell : int64 (n,)
        Row by row from below.
    risk : float64 (epochs, cells)
        Each square's share of what no other event triggered, quarter by quarter.
    """

    truth: Truth
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    seconds: NDArray[np.float64]
    cell: NDArray[np.int64]
    risk: NDArray[np.float64]

    def intensity(self, start: float, end: float) -> NDArray[np.float64]:
        """Events of each square to expect in ``[start, end)`` from what had happened by ``start``.

        What events within the period trigger is not counted.

        Returns
        -------
        float64 (cells,)
        """
        truth = self.truth
        hours = np.arange(start, end, 3600.0)
        rate = _rate(truth, hours + 1800.0) * (np.minimum(hours + 3600.0, end) - hours) / _DAY
        epoch = _epoch(truth, hours, len(self.risk))
        own = np.bincount(epoch, weights=rate, minlength=len(self.risk)) @ self.risk
        # What is longer ago triggers less than a ten-millionth of what it did.
        past = (self.seconds < start) & (self.seconds > start - 16.0 * truth.repeat_days * _DAY)
        ends = (np.exp((self.seconds[past] - at) / _DAY / truth.repeat_days) for at in (start, end))
        weight = truth.repeats * np.subtract(*ends)
        across, up = (_shed(truth, at[past]) for at in (self.x, self.y))
        found: NDArray[np.float64] = own + ((up * weight[:, None]).T @ across).ravel()
        return found


def simulate_events(seed: int, truth: Truth | None = None) -> SimulatedEvents:
    """Draw events; the same seed and law give the same ones."""
    law = truth or Truth()
    rng = np.random.default_rng(seed)
    risk = _risk(law, rng)
    came = _own(law, risk, rng)
    every = [came]
    while came.shape[1]:
        came = _triggered(law, came, rng)
        every.append(came)
    x, y, seconds = np.hstack(every)
    order = np.argsort(seconds, kind="stable")
    x, y, seconds = x[order], y[order], seconds[order]
    column, row = ((at // law.square_m).astype(np.int64) for at in (x, y))
    return SimulatedEvents(law, x, y, seconds, row * law.side + column, risk)


def _risk(law: Truth, rng: np.random.Generator) -> NDArray[np.float64]:
    shape = (law.side, law.side)
    smooth = gaussian_filter(rng.normal(size=shape), law.shared_m / law.square_m, mode="wrap")
    common = (smooth / smooth.std()).ravel() * law.spread * np.sqrt(law.shared)
    alone = law.spread * np.sqrt(1.0 - law.shared)
    own = rng.normal(size=law.side**2) * alone
    epochs = int(np.ceil(law.years * _YEAR / _EPOCH_DAYS)) + 1
    rows = []
    for _ in range(epochs):
        rows.append(np.exp(common + own))
        changed = rng.random(len(own)) < _EPOCH_DAYS / _YEAR / law.lasting_years
        own = np.where(changed, rng.normal(size=len(own)) * alone, own)
    found = np.array(rows)
    found /= found.sum(axis=1, keepdims=True)
    return found


def _rate(law: Truth, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Events a day that no other one triggered, at points in time, over the whole area."""
    offset = law.first.utcoffset() or timedelta()
    local = (seconds + offset.total_seconds()) / _DAY
    # 1970 began on a Thursday.
    weekday = (np.floor(local).astype(np.int64) + 3) % 7
    hour = (local % 1.0 * 24.0).astype(np.int64)
    years = (seconds - law.first.timestamp()) / _DAY / _YEAR
    season = 1.0 + law.season * np.cos(2.0 * np.pi * (years - 0.54))
    week, day = _WEEKDAYS / _WEEKDAYS.mean(), _HOURS / _HOURS.mean()
    rate: NDArray[np.float64] = (
        law.per_day * (1.0 + law.growth) ** years * season * week[weekday] * day[hour]
    )
    return rate


def _epoch(law: Truth, seconds: NDArray[np.float64], epochs: int) -> NDArray[np.int64]:
    number = (seconds - law.first.timestamp()) // (_EPOCH_DAYS * _DAY)
    return np.clip(number, 0, epochs - 1).astype(np.int64)


def _own(law: Truth, risk: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Events that no other one triggered: x, y, seconds."""
    hours = law.first.timestamp() + np.arange(0.0, law.years * _YEAR * 24.0) * 3600.0
    hour = np.repeat(hours, rng.poisson(_rate(law, hours + 1800.0) / 24.0))
    epoch = _epoch(law, hour, len(risk))
    cell = np.empty(len(hour), dtype=np.int64)
    for number in np.unique(epoch):
        here = epoch == number
        cell[here] = rng.choice(law.side**2, int(here.sum()), p=risk[number])
    inside = rng.random((3, len(hour)))
    row, column = np.divmod(cell, law.side)
    x, y = (column + inside[0]) * law.square_m, (row + inside[1]) * law.square_m
    return np.vstack([x, y, hour + inside[2] * 3600.0])


def _triggered(
    law: Truth, came: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """The next generation; what falls outside the area or after the record is lost."""
    parent = np.repeat(came, rng.poisson(law.repeats, came.shape[1]), axis=1)
    moved = rng.normal(0.0, law.repeat_m, (2, parent.shape[1]))
    later = rng.exponential(law.repeat_days * _DAY, parent.shape[1])
    child = parent + np.vstack([moved, later])
    size = law.side * law.square_m
    end = law.first.timestamp() + law.years * _YEAR * _DAY
    inside = (child[:2] >= 0).all(axis=0) & (child[:2] < size).all(axis=0) & (child[2] < end)
    kept: NDArray[np.float64] = child[:, inside]
    return kept


def _shed(law: Truth, at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Part of what an event triggers that falls in each row (or column) of squares."""
    edges = np.arange(law.side + 1) * law.square_m
    below = 0.5 * (1.0 + erf((edges - at[:, None]) / (law.repeat_m * np.sqrt(2.0))))
    found: NDArray[np.float64] = np.diff(below, axis=1)
    return found
