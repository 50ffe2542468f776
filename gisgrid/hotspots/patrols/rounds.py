"""The stops of one round: as much covered as the officers' time allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from gisgrid.hotspots.patrols.cover import quick_cover
from gisgrid.hotspots.patrols.reach import FloatArray, Reach
from gisgrid.hotspots.patrols.sharing import Leg, Routes

__all__ = ["Round", "best_routes"]

_SHAKES: Final = 20


@dataclass(frozen=True)
class Round:
    """What a round has to spend, and on what.

    Attributes
    ----------
    reach : Reach
    weight : float64 array, shape (points,)
        Events to be expected in the round.
    metres : float64 array, shape (sites, sites)
    minutes : float64 array, shape (sites,)
        How long a stop at each site takes.
    legs : list of Leg
        One for each officer who is out.
    pace : float
        Metres in a minute.
    forced : list of int
        Sites that are visited before all others, the first of them first.
    """

    reach: Reach
    weight: FloatArray
    metres: FloatArray
    minutes: FloatArray
    legs: list[Leg]
    pace: float
    forced: list[int]

    def value(self, routes: Routes) -> float:
        """The events that routes cover."""
        return self.reach.value(routes.stops, self.weight)

    def empty(self) -> Routes:
        """Routes without a stop."""
        return Routes(self.metres, self.minutes, self.legs, self.pace)


def best_routes(one: Round, rng: np.random.Generator) -> list[list[int]]:
    """The routes that cover most.

    Two ways lead to them: the best sites for as many stops as can be reached in the time, and
    stops added one by one where they cover most for the minutes that they and the way to them
    take. The better is bettered: some stops are thrown out, and the time is filled anew.
    """
    routes = max(_by_time(one), _by_cover(one, rng), key=one.value)
    for _ in range(_SHAKES):
        free = [site for site in routes.stops if site not in one.forced]
        if not free:
            break
        other = routes.copy()
        size = int(rng.integers(1, 2 + len(free) // 3))
        other.remove(rng.choice(free, size, replace=False).tolist())
        other.fill(one.reach, one.weight)
        if one.value(other) > one.value(routes):
            routes = other
    return routes.paths


def _forced(one: Round) -> Routes:
    """Routes to the forced sites, one by one, so that the first are in where not all fit."""
    routes = one.empty()
    for site in one.forced:
        routes.add_all([site])
    return routes


def _by_time(one: Round) -> Routes:
    routes = _forced(one)
    routes.fill(one.reach, one.weight)
    return routes


def _by_cover(one: Round, rng: np.random.Generator) -> Routes:
    """The most sites that fit into the time, by bisection, chosen to cover most."""
    best = _forced(one)
    taken = tuple(best.stops)
    shortest = float(one.minutes.min(initial=np.inf))
    most = int(sum(leg.minutes // shortest for leg in one.legs))
    low, high = len(taken), min(one.reach.sites, most)
    while low < high:
        count = (low + high + 1) // 2
        routes = one.empty()
        if routes.add_all(quick_cover(one.reach, one.weight, count, taken=taken, rng=rng).sites):
            low, best = count, routes
        else:
            high = count - 1
    best.fill(one.reach, one.weight)
    return best
