"""What every system is asked, and how it answers: the same for gisgrid and its peers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike, NDArray

    from gisgrid.bench.honeycomb import Coverage

__all__ = ["Contender", "Task", "first_owners"]


@dataclass(frozen=True)
class Task:
    """Which grid of a coverage owns each point.

    Attributes
    ----------
    coverage : Coverage
    lon, lat : ndarray of float64, shape (n,)
        The points, in degrees.
    threads : int
        How many threads or processes may work at once.
    database : str or None
        URL of a PostGIS database to use instead of a throw-away server.
    """

    coverage: Coverage
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    threads: int = 1
    database: str | None = None


@dataclass(frozen=True)
class Contender:
    """A system that has taken in a task, its indexes built, and waits for the start.

    Attributes
    ----------
    run : callable
        Answers the task once; this alone is timed.
    owners : callable
        Takes what ``run`` gave and makes it an ndarray of int32, shape (n,): positions into the
        codes of the coverage, -1 outside. Not timed.
    detail : mapping
        Settings and versions that a reader has to know.
    """

    run: Callable[[], Any]
    owners: Callable[[Any], NDArray[np.int32]]
    detail: Mapping[str, str | float | int] = field(default_factory=dict)


def first_owners(points: ArrayLike, grids: ArrayLike, count: int) -> NDArray[np.int32]:
    """The lowest grid of each point, from the pairs that a join gives.

    Parameters
    ----------
    points, grids : array_like of int, shape (pairs,)
        Positions of a point and of a grid that covers it.
    count : int
        How many points there are.

    Returns
    -------
    ndarray of int32, shape (count,)
        -1 where no grid covers the point.
    """
    none = np.iinfo(np.int32).max
    lowest = np.full(count, none, dtype=np.int32)
    np.minimum.at(lowest, np.asarray(points), np.asarray(grids, dtype=np.int32))
    lowest[lowest == none] = -1
    return lowest
