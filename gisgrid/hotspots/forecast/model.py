"""Expected events of each place in a period to come."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from gisgrid.errors import InputError
from gisgrid.hotspots.forecast.reasons import (
    REASONS,
    TRUSTED,
    Past,
    make_ground,
    reasons,
    record_start,
)
from gisgrid.hotspots.forecast.rhythm import DAY, learn_rhythm, moments
from gisgrid.hotspots.forecast.weighing import Lesson, weigh

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime, tzinfo

    from numpy.typing import NDArray

    from gisgrid.hotspots.forecast.reasons import Ground

__all__ = ["Forecast", "expected_events", "forecast", "order_events", "walk"]

# The model learns from the last half year, in 6 to 56 periods.
_LEARNT_DAYS: Final = 182
_FEWEST, _MOST = 6, 56


@dataclass(frozen=True)
class Forecast:
    """What is expected of a period.

    Attributes
    ----------
    start, end : float
        Seconds since 1970, UTC.
    expected : float64 (cells,)
        Events of each place.
    shares : float64 (reasons,)
        The part of all expected events that each of `reasons.REASONS` stands for; 0 of nothing.
    """

    start: float
    end: float
    expected: NDArray[np.float64]
    shares: NDArray[np.float64]

    @property
    def made_of(self) -> dict[str, float]:
        """The shares by the names of the reasons."""
        return dict(zip(REASONS, self.shares.tolist(), strict=True))


def expected_events(
    cell: NDArray[np.int64],
    seconds: NDArray[np.float64],
    cells: int,
    start: datetime,
    end: datetime,
    *,
    zone: tzinfo,
    exposure: NDArray[np.float64] | None = None,
    centres: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Expected number of events of each cell in ``[start, end)``, from those before ``start``.

    Parameters
    ----------
    cell : int64 (n,)
        Cell of each event, from 0.
    seconds : float64 (n,)
        When it happened, in seconds since 1970, UTC; in any order.
    cells : int
        How many cells there are.
    start, end : datetime
        Aware.
    zone : tzinfo
        Whose hours, weekdays and months are meant.
    exposure : float64 (cells,), optional
        Households, say: what to expect where nothing is on record is in proportion to it.
    centres : float64 (cells, 2), optional
        In metres: with them what happens nearby counts too.

    Returns
    -------
    float64 (cells,)

    Raises
    ------
    InputError
        The period is empty or its ends have no zone, or an event lies in no cell.
    """
    return forecast(
        cell, seconds, cells, start, end, zone=zone, exposure=exposure, centres=centres
    ).expected


def forecast(
    cell: NDArray[np.int64],
    seconds: NDArray[np.float64],
    cells: int,
    start: datetime,
    end: datetime,
    *,
    zone: tzinfo,
    exposure: NDArray[np.float64] | None = None,
    centres: NDArray[np.float64] | None = None,
) -> Forecast:
    """As `expected_events`, with what the forecast is made of."""
    if start.tzinfo is None or end.tzinfo is None:
        raise InputError("the period's ends have no time zone", fix="give aware times")
    if not start < end:
        raise InputError("the period ends before it begins", where=f"{start} to {end}")
    past = order_events(cell, seconds, cells, zone).before(start.timestamp())
    ground = make_ground(cells, exposure, centres)
    *_, found = walk(past, ground, [*_earlier(past, start, end, zone), _span(start, end)], zone)
    return found


def order_events(
    cell: NDArray[np.int64], seconds: NDArray[np.float64], cells: int, zone: tzinfo
) -> Past:
    """Events in the order of time.

    Raises
    ------
    InputError
        An event lies in no cell, or has no time.
    """
    place, when = np.asarray(cell, dtype=np.int64), np.asarray(seconds, dtype=np.float64)
    if len(place) and (place.min() < 0 or place.max() >= cells):
        raise InputError("an event lies in no cell", fix="leave out what is outside")
    if not np.isfinite(when).all():
        raise InputError("an event has no time", fix="leave out what has none")
    order = np.argsort(when, kind="stable")
    return Past(place[order], moments(when[order], zone))


def walk(
    events: Past, ground: Ground, windows: Iterable[tuple[float, float]], zone: tzinfo
) -> Iterator[Forecast]:
    """Forecast one period after the other, each from events before it alone.

    What is learnt of a period is used from the next one on that begins when it is over.

    Parameters
    ----------
    windows : iterable of (float, float)
        Starts and ends in seconds since 1970, in the order of time, none before the last is over.
    """
    lessons: deque[Lesson] = deque(maxlen=_MOST)
    for start, end in windows:
        past = events.before(start)
        if len(past.cell) == 0:
            nothing = np.zeros(ground.cells)
            yield Forecast(start, end, nothing, np.zeros(len(TRUSTED)))
            continue
        rhythm = learn_rhythm(past.at, record_start(past, start), start, zone)
        alone = reasons(past, ground, rhythm, start, end)
        known = alone.any(axis=1)
        believed = np.where(known, TRUSTED, 0.0) / TRUSTED[known].sum()
        recent = [*lessons][-_lessons_of(end - start) :]
        parts = weigh(recent, believed)[:, None] * alone
        expected = parts.sum(axis=0)
        yield Forecast(start, end, expected, parts.sum(axis=1) / max(expected.sum(), 1e-300))
        came = events.before(end).cell[len(past.cell) :]
        lessons.append(Lesson(alone[:, came].T, alone.sum(axis=1)))


def _lessons_of(seconds: float) -> int:
    return int(np.clip(round(_LEARNT_DAYS * DAY / seconds), _FEWEST, _MOST))


def _span(start: datetime, end: datetime) -> tuple[float, float]:
    return start.timestamp(), end.timestamp()


def _earlier(
    past: Past, start: datetime, end: datetime, zone: tzinfo
) -> Iterator[tuple[float, float]]:
    """The same hours of earlier days, weeks or spans that are over, as far as the record goes."""
    first = float(past.at.seconds[0]) if len(past.cell) else start.timestamp()
    here, there = start.astimezone(zone), end.astimezone(zone)
    length = end.timestamp() - start.timestamp()
    stride = timedelta(days=int(-(-length // DAY)))
    for back in range(_lessons_of(max(length, DAY)), 0, -1):
        # The clock's hours, not 24 of them: it may have been changed between.
        begin, finish = here - back * stride, there - back * stride
        if first < begin.timestamp() < finish.timestamp():
            yield begin.timestamp(), finish.timestamp()
