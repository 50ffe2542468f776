"""Micro-grids that get a stop for their own sake: those asked for, and those whose turn it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from gisgrid.errors import InputError
from gisgrid.hotspots.patrols.reach import FloatArray, IntArray

__all__ = ["Forced", "spread", "turn"]

# A stop and the way to it, about.
_STOP_MINUTES: Final = 15.0


@dataclass(frozen=True)
class Forced:
    """A stop that is made for the sake of a micro-grid."""

    site: int
    grid: int
    asked: bool


def turn(waited: Sequence[int], every: int) -> tuple[int, ...]:
    """The micro-grids whose turn it is tonight, so that each has its turn within so many nights.

    Parameters
    ----------
    waited : sequence of int
        All micro-grids, the one that has waited longest first.
    every : int
        Nights within which each is to be visited.

    Returns
    -------
    tuple of int
        As many as have to be visited every night; visited, they go to the end of the row.

    Raises
    ------
    InputError
        The number of nights is not positive.
    """
    if every < 1:
        raise InputError(f"every {every} nights is no rule", fix="give 1 or more")
    return tuple(waited[: -(-len(waited) // every)])


def spread(
    grid: IntArray,
    within: FloatArray,
    minutes: Sequence[float],
    *,
    asked: Sequence[int],
    waiting: Sequence[int],
) -> tuple[list[list[Forced]], list[int]]:
    """Give each micro-grid the round in which most is expected there and time is left.

    Parameters
    ----------
    grid : int64 array, shape (sites,)
        The micro-grid of each site.
    within : float64 array, shape (sites, rounds)
        What is expected within reach of each site in each round.
    minutes : sequence of float, shape (rounds,)
        How long officers are out in each round, all together.
    asked, waiting : sequence of int
        Micro-grids; those waiting take at most a third of the stops.

    Returns
    -------
    forced : list of list of Forced, shape (rounds,)
        Those asked for first.
    left_out : list of int
        Asked for, but there is no site or no time.
    """
    room = [int(one // _STOP_MINUTES) for one in minutes]
    forced: list[list[Forced]] = [[] for _ in minutes]
    left_out: list[int] = []
    third = [one // 3 for one in room]
    wanted = [(one, True) for one in dict.fromkeys(asked)]
    wanted += [(one, False) for one in dict.fromkeys(waiting) if one not in set(asked)]
    for one, is_asked in wanted:
        limit = room if is_asked else third
        free = [k for k, taken in enumerate(forced) if len(taken) < limit[k]]
        sites = np.flatnonzero(grid == one)
        if not free or not len(sites):
            left_out += [one] if is_asked else []
            continue
        best = within[np.ix_(sites, np.array(free))]
        row, column = np.unravel_index(int(np.argmax(best)), best.shape)
        forced[free[int(column)]].append(Forced(int(sites[row]), one, is_asked))
    return forced, left_out
