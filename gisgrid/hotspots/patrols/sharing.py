"""Who goes where, within the time that each has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from gisgrid.hotspots.patrols.reach import FloatArray, IntArray, Reach
from gisgrid.hotspots.patrols.routes import improved, path_metres

__all__ = ["Leg", "Routes"]

_ROUNDING: Final = 1e-9


@dataclass(frozen=True)
class Leg:
    """What one officer can do in one stretch of time.

    Attributes
    ----------
    minutes : float
        For walking or riding, and for the stops.
    start : int or None
        The site that the officer is at; None where the officer begins at the first stop.
    """

    minutes: float
    start: int | None = None


class Routes:
    """Paths that grow stop by stop within the time of each officer.

    Parameters
    ----------
    metres : float64 array, shape (sites, sites)
        Symmetric distances.
    minutes : float64 array, shape (sites,)
        How long the stop at each site takes.
    legs : sequence of Leg
        One for each officer.
    pace : float
        Metres of those distances in a minute.
    """

    def __init__(
        self, metres: FloatArray, minutes: FloatArray, legs: Sequence[Leg], pace: float
    ) -> None:
        self._metres, self._minutes, self._legs, self._pace = metres, minutes, legs, pace
        self.paths: list[list[int]] = [[] for _ in legs]
        self._used = [0.0] * len(legs)

    @property
    def stops(self) -> list[int]:
        """The sites of all paths."""
        return [site for path in self.paths for site in path]

    def copy(self) -> Routes:
        """Routes that can be changed apart from these."""
        other = Routes(self._metres, self._minutes, self._legs, self._pace)
        other.paths = [list(path) for path in self.paths]
        other._used = list(self._used)
        return other

    def add_all(self, sites: Iterable[int]) -> bool:
        """Add stops where they lengthen a path least; whether all of them fit.

        The one that can wait least comes first: whose second-best officer would have to go
        farthest out of the way. What does not fit is left out.
        """
        left = np.fromiter(sites, dtype=np.int64)
        cost = self._costs(left)
        while len(left):
            if not np.isfinite(cost.min(axis=1)).all():
                # Shorter paths may leave the time that is missing.
                if not self.tidy():
                    return False
                cost = self._costs(left)
                continue
            two = np.sort(cost, axis=1)[:, :2]
            row = int(np.argmax(two[:, -1] - two[:, 0]))
            leg = int(np.argmin(cost[row]))
            self._put(int(left[row]), leg)
            left, cost = np.delete(left, row), np.delete(cost, row, axis=0)
            cost[:, leg] = self._leg_cost(left, leg)
        self.tidy()
        return True

    def fill(self, reach: Reach, weight: FloatArray) -> None:
        """Add the stops that cover most for the minutes they take, until no time is left."""
        if reach.sites == 0:
            return
        open_ = np.where(reach.covered(self.stops), 0.0, weight)
        gain = reach.matrix @ open_
        every = np.arange(reach.sites)
        cost = self._costs(every)
        least = _ROUNDING * max(float(weight.sum()), _ROUNDING)
        while True:
            worth = gain[:, None] / (cost / self._pace + self._minutes[:, None])
            worth[gain <= least] = 0.0
            site, leg = map(int, np.unravel_index(int(np.argmax(worth)), worth.shape))
            if worth[site, leg] <= 0:
                if not self.tidy():
                    return
                cost = self._costs(every)
                continue
            self._put(site, leg)
            new = np.zeros_like(open_)
            new[reach.of(site)] = open_[reach.of(site)]
            open_ = open_ - new
            gain = gain - reach.matrix @ new
            cost[:, leg] = self._leg_cost(every, leg)

    def remove(self, sites: Iterable[int]) -> None:
        """Take stops out."""
        gone = set(sites)
        for leg, path in enumerate(self.paths):
            self.paths[leg] = [site for site in path if site not in gone]
            self._measure(leg)

    def tidy(self) -> bool:
        """Make every path shorter; whether any became so."""
        before = sum(self._used)
        for leg in range(len(self.paths)):
            nodes, held = self._nodes(leg)
            self.paths[leg] = improved(self._metres, nodes, held)[int(held) :]
            self._measure(leg)
        return sum(self._used) < before - _ROUNDING

    def _nodes(self, leg: int) -> tuple[list[int], bool]:
        """A path with the site that it starts from, where it has one."""
        start = self._legs[leg].start
        return (self.paths[leg], False) if start is None else ([start, *self.paths[leg]], True)

    def _measure(self, leg: int) -> None:
        travel = path_metres(self._metres, self._nodes(leg)[0]) / self._pace
        self._used[leg] = travel + float(self._minutes[self.paths[leg]].sum())

    def _costs(self, sites: IntArray) -> FloatArray:
        """Metres that each site (rows) adds to each path (columns); infinite: no time."""
        return np.column_stack([self._leg_cost(sites, leg) for leg in range(len(self._legs))])

    def _leg_cost(self, sites: IntArray, leg: int) -> FloatArray:
        metres = self._cheapest(sites, leg)[0]
        used = self._used[leg] + metres / self._pace + self._minutes[sites]
        fits = used <= self._legs[leg].minutes + _ROUNDING
        cost: FloatArray = np.where(fits, metres, np.inf)
        return cost

    def _put(self, site: int, leg: int) -> None:
        metres, place = self._cheapest(np.array([site]), leg)
        self.paths[leg].insert(int(place[0]), site)
        self._used[leg] += float(metres[0]) / self._pace + float(self._minutes[site])

    def _cheapest(self, sites: IntArray, leg: int) -> tuple[FloatArray, IntArray]:
        """The least metres that each site adds to a path, and at which place of it."""
        nodes, held = self._nodes(leg)
        if not nodes:
            return np.zeros(len(sites)), np.zeros(len(sites), dtype=np.int64)
        to = self._metres[np.ix_(sites, np.array(nodes))]
        between = to[:, :-1] + to[:, 1:] - self._metres[nodes[:-1], nodes[1:]]
        # A path may also go on at its end, and at its beginning where it starts nowhere.
        ends = to[:, -1:] if held else to[:, [-1, 0]]
        extra = np.hstack([between, ends])
        best = np.argmin(extra, axis=1)
        place = np.where(best < len(nodes), best + 1, 0) - int(held)
        return np.take_along_axis(extra, best[:, None], axis=1)[:, 0], place
