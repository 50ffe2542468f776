"""Many events as few rows: how many of a kind lie in a bin on the ground in a step of time.

A file of a million events can say less of each than one of a thousand. What is left out is chosen
by one ladder: places are rounded to bins of 5 m, 10 m, 20 m …, times to days, weeks, months,
quarters, years. Before
bins grow wider than a heat map can bear, less is told of the kinds of events. The first rung is
taken on which the rows fit into the room that there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, log2, radians
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

__all__ = ["NO_DAY", "Bins", "binned"]

TimeStep = Literal["day", "week", "month", "quarter", "year"]

NO_DAY: Final = np.iinfo(np.int32).min
"""The day of an event whose day is not known."""

_METRES_PER_DEGREE: Final = 2 * np.pi * 6_371_008.8 / 360
_FINE: Final[tuple[tuple[float, TimeStep], ...]] = (
    (5.0, "day"),
    (10.0, "day"),
    (20.0, "day"),
    (50.0, "day"),
    (50.0, "week"),
    (100.0, "week"),
    (100.0, "month"),
)
_COARSE: Final[tuple[tuple[float, TimeStep], ...]] = (
    (200.0, "month"),
    (200.0, "quarter"),
    (200.0, "year"),
    *((bin_m, "year") for bin_m in (500.0, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5)),
)
# A place is written as its distance from the one before, along the curve, and its owner.
_BITS_OF_PLACE: Final = 14
_SOME: Final = 30_000
# Bins of 5 m round the whole earth need fewer.
_CURVE_BITS: Final = 24
# 1970-01-01 was a Thursday, and weeks begin on Monday.
_DAYS_TO_MONDAY: Final = 3
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Bins:
    """Rows with how many events each stands for, ordered by place, kind and time.

    Attributes
    ----------
    bin_m : float
        Side of a bin in metres.
    step : {"day", "week", "month", "quarter", "year"}
    told : int
        Which of the kinds that were given the rows tell.
    corner, side : (float, float)
        West and south of the first bin, and width and height of each, in degrees.
    cell : ndarray of int64, shape (p,)
        The bin of each place by its number along a Z curve, ascending: the bits of its column and,
        one higher, of its row. A bin in which events have several owners is a place for each.
    owner : ndarray of int64, shape (p,)
        Who owns the events of each place.
    days : ndarray of int64, shape (t,)
        The first day of each step, ascending; `NO_DAY` for events whose day is not known.
    kinds : int
        How many kinds there are.
    place, kind, time : ndarray of int64, shape (m,)
        Of each row: positions in ``cell``, among the kinds, in ``days``.
    n : ndarray of int64, shape (m,)
        How many events it stands for.
    """

    bin_m: float
    step: TimeStep
    told: int
    corner: tuple[float, float]
    side: tuple[float, float]
    cell: NDArray[np.int64]
    owner: NDArray[np.int64]
    days: NDArray[np.int64]
    kinds: int
    place: NDArray[np.int64]
    kind: NDArray[np.int64]
    time: NDArray[np.int64]
    n: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.n)

    @property
    def middles(self) -> NDArray[np.float64]:
        """Longitude and latitude of the middle of each place's bin, shape (p, 2)."""
        column, row = (_every_other(self.cell >> first) for first in (0, 1))
        return np.asarray(self.corner + (np.column_stack([column, row]) + 0.5) * self.side)

    @property
    def keys(self) -> NDArray[np.int64]:
        """One number for each row, ascending: place, kind and time."""
        return (self.place * self.kinds + self.kind) * max(len(self.days), 1) + self.time


def binned(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    kinds: Sequence[NDArray[np.int64]],
    day: NDArray[np.int64],
    owner: NDArray[np.int64] | None = None,
    *,
    most_bits: float,
) -> Bins:
    """Gather events into the finest bins and steps of time that there is room for.

    Parameters
    ----------
    lon, lat : ndarray of float64, shape (n,)
        Degrees.
    kinds : sequence of ndarray of int64, each of shape (n,)
        What must not be mixed, such as category and state, numbered from 0; the first one tells
        most, each further one less. `Bins.told` says which of them was taken.
    day : ndarray of int64, shape (n,)
        Days since 1970-01-01; `NO_DAY` where that is not known.
    owner : ndarray of int64, shape (n,), optional
        The grid that owns the event, or -1: bins are cut at its borders, so that counts by grid
        stay exact.
    most_bits : float
        Room for the rows, where each event is written as its distance from the one before
        (`gisgrid.maps.gaps`). It is estimated as for events that lie anyhow; such as keep together
        take less. Where even the last rung takes more, that one is taken.

    Notes
    -----
    The middle of a bin is no further from any of its events than half a bin, eastwards and
    northwards.
    """
    owners = np.full(len(lon), -1) if owner is None else owner
    known, day_at = _numbered(day)
    counts = [int(kind.max(initial=0)) + 1 for kind in kinds]
    # Some of the places are fewer than all of them: most rungs are ruled out by a few events.
    some = slice(None, None, max(len(lon) // _SOME, 1))
    for told, (bin_m, step) in _rungs(len(kinds)):
        raster = _Raster.over(lon, lat, bin_m)
        first_days = _stepped(known, step)
        codes = counts[told] * len(np.unique(first_days))
        if all(
            _bits(_different(raster.keys(lon[part], lat[part], owners[part])), codes, len(lon))
            <= most_bits
            for part in (some, slice(None))
        ):
            break
    place_at, cell, at = _places(raster, lon, lat, owners)
    times, time_of_day = np.unique(first_days, return_inverse=True)
    steps = max(len(times), 1)
    code = (place_at * counts[told] + kinds[told]) * steps + time_of_day[day_at]
    rows, n = _counted(code)
    rest, time = np.divmod(rows, steps)
    place, kind = np.divmod(rest, counts[told])
    corner, side = (raster.west, raster.south), (raster.wide, raster.high)
    return Bins(
        bin_m, step, told, corner, side, cell, at, times, counts[told], place, kind, time, n
    )


def _places(
    raster: _Raster,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    owners: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The place of each event; the bin of each place along the curve, and its owner."""
    key, at = _numbered(raster.keys(lon, lat, owners))
    one = np.empty(len(key), np.int64)
    one[at] = np.arange(len(at))
    cell = _along_curve(*raster.cells(lon[one], lat[one]))
    order = np.lexsort((owners[one], cell))
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank[at], cell[order], owners[one[order]]


def _rungs(kinds: int) -> Iterator[tuple[int, tuple[float, TimeStep]]]:
    """Which kinds are told, and bins and steps of time, from the finest on."""
    for told in range(kinds):
        yield from ((told, rung) for rung in _FINE)
    yield from ((kinds - 1, rung) for rung in _COARSE)


def _numbered(values: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """The different values, ascending, and the position among them of each."""
    order = np.argsort(values)
    ordered = values[order]
    new = np.diff(ordered, prepend=ordered[:1] - 1) != 0
    at = np.empty(len(values), np.intp)
    at[order] = np.cumsum(new) - 1
    return ordered[new], at


def _counted(values: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The different values, ascending, and how often each comes."""
    ordered = np.sort(values)
    begins = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))
    return ordered[begins], np.diff(begins, append=len(ordered))


def _different(values: NDArray[np.int64]) -> int:
    return len(_counted(values)[0])


@dataclass(frozen=True)
class _Raster:
    """Bins side by side: the corner of the first one, and the sides of each, in degrees."""

    west: float
    south: float
    wide: float
    high: float
    rows: int

    @classmethod
    def over(cls, lon: NDArray[np.float64], lat: NDArray[np.float64], bin_m: float) -> _Raster:
        if len(lon) == 0:
            return cls(0.0, 0.0, 1.0, 1.0, 1)
        south, north = float(lat.min()), float(lat.max())
        high = bin_m / _METRES_PER_DEGREE
        wide = high / max(cos(radians((south + north) / 2)), 1e-3)
        return cls(float(lon.min()), south, wide, high, int((north - south) / high) + 1)

    def cells(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> list[NDArray[np.int64]]:
        """Columns and rows of places."""
        column, row = (lon - self.west) / self.wide, (lat - self.south) / self.high
        return [column.astype(np.int64), row.astype(np.int64)]

    def keys(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64], owners: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """A number for the cell and the owner of each place."""
        column, row = self.cells(lon, lat)
        return (column * self.rows + row) * (int(owners.max(initial=-1)) + 2) + owners + 1


def _bits(places: int, codes: int, events: int) -> float:
    """About how much room rows take: distances between events that lie anyhow among all codes."""
    if events == 0:
        return 0.0
    distance = max(places * codes / events, 1.0)
    return places * _BITS_OF_PLACE + events * (log2(distance) + 1.5)


def _stepped(days: NDArray[np.int64], step: TimeStep) -> NDArray[np.int64]:
    """The first day of the step in which each day lies."""
    if step == "day":
        return days
    if step == "week":
        found = (days + _DAYS_TO_MONDAY) // 7 * 7 - _DAYS_TO_MONDAY
    else:
        months = _MONTHS[step]
        month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        first = (month // months * months).astype("datetime64[M]")
        found = first.astype("datetime64[D]").astype(np.int64)
    return np.where(days == NO_DAY, NO_DAY, found)


def _along_curve(column: NDArray[np.int64], row: NDArray[np.int64]) -> NDArray[np.int64]:
    """The number of cells along a Z curve."""
    key = np.zeros(len(column), np.int64)
    for bit in range(_CURVE_BITS):
        key |= ((column >> bit) & 1) << (2 * bit) | ((row >> bit) & 1) << (2 * bit + 1)
    return key


def _every_other(key: NDArray[np.int64]) -> NDArray[np.int64]:
    """The bits of numbers at even places."""
    found = np.zeros(len(key), np.int64)
    for bit in range(_CURVE_BITS):
        found |= ((key >> (2 * bit)) & 1) << bit
    return found
