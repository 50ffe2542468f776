"""A patrol: so many officer hours, spent where and when most is expected, and nobody forgotten.

The shift is cut into rounds of two hours. In each round the officers who are out make as many
stops as they can walk or ride to, at the sites that together cover most of what is expected in
that round; a place that is bad all night is therefore visited again in each. A stop takes 10 to
16 minutes: a patrol's presence keeps a hot spot quiet longer the longer it stays up to about a
quarter of an hour, and no longer beyond (C. S. Koper, "Just enough police presence: Reducing crime
and disorderly behavior by optimizing patrol time in crime hot spots", Justice Quarterly 12(4),
1995, pp. 649-672).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from scipy.spatial.distance import cdist

from gisgrid.hotspots.patrols.duty import Duty, Team, duties, rounds_of
from gisgrid.hotspots.patrols.forcing import Forced, spread
from gisgrid.hotspots.patrols.reach import FloatArray, IntArray, Reach
from gisgrid.hotspots.patrols.rounds import Round, best_routes
from gisgrid.hotspots.patrols.sharing import Leg

__all__ = ["Ground", "Patrol", "Stop", "Why", "plan_patrol"]

Why = Literal["asked", "waiting", "expected"]

_SHORTEST: Final = 10.0
_LONGEST: Final = 16.0
# A place that was visited so shortly before a round is left alone in it.
_RECENT: Final = 30.0


@dataclass(frozen=True)
class Ground:
    """Where officers can stop, and what is expected around.

    Attributes
    ----------
    xy : float64 array, shape (sites, 2)
        In metres.
    grid : int64 array, shape (sites,)
        The micro-grid that each site lies in; -1 for none.
    reach : Reach
        Which demand points a stop at each site covers.
    expected : float64 array, shape (points, hours)
        Events to be expected at each point in each hour of the shift.
    """

    xy: FloatArray
    grid: IntArray
    reach: Reach
    expected: FloatArray


@dataclass(frozen=True)
class Stop:
    """A stop of an officer.

    Attributes
    ----------
    officer, position : int
        Counted from 0, the position along the officer's route.
    site : int
    minute : float
        Of the arrival, from the beginning of the shift.
    minutes : int
        How long it takes, 10 to 16.
    expected : float
        Events to be expected within reach during the round.
    why : str
        ``asked`` and ``waiting``: for the sake of the micro-grid; ``expected``: of the events.
    """

    officer: int
    position: int
    site: int
    minute: float
    minutes: int
    expected: float
    why: Why


@dataclass(frozen=True)
class Patrol:
    """A plan for one shift.

    Attributes
    ----------
    stops : tuple of Stop
        By officer and position.
    duties : tuple of Duty
        When each officer is out.
    expected, covered : float
        Events to be expected in the whole shift, and within reach of a stop in its round.
    left_out : tuple of int
        Micro-grids that were asked for and for which the time did not suffice.
    """

    stops: tuple[Stop, ...]
    duties: tuple[Duty, ...]
    expected: float
    covered: float
    left_out: tuple[int, ...]


def plan_patrol(
    ground: Ground,
    team: Team,
    *,
    asked: Sequence[int] = (),
    waiting: Sequence[int] = (),
    seed: int = 0,
) -> Patrol:
    """Plan a shift.

    Parameters
    ----------
    ground : Ground
    team : Team
    asked : sequence of int
        Micro-grids that get a stop before all else, the first of them first.
    waiting : sequence of int
        Micro-grids whose turn it is, whatever is expected there; they get at most a third of
        the stops.
    seed : int
        From which end a route begins, and which of equally good choices is taken. Patrols that
        come at the same minute every night can be waited for.

    Returns
    -------
    Patrol
        The same for the same input.
    """
    out = duties(team, ground.expected.sum(axis=0))
    rounds = rounds_of(team.shift_minutes)
    minutes = [sum(duty.minutes_within(*one) for duty in out) for one in rounds]
    forced, left_out = spread(
        ground.grid, _by_round(ground, rounds), minutes, asked=asked, waiting=waiting
    )
    walk = _Walk(ground, team, out, np.random.default_rng(seed))
    for one, taken in zip(rounds, forced, strict=True):
        left_out += walk.add_round(one, taken)
    return Patrol(
        stops=tuple(sorted(walk.stops, key=lambda stop: (stop.officer, stop.position))),
        duties=tuple(out),
        expected=float(ground.expected.sum()),
        covered=walk.covered,
        left_out=tuple(left_out),
    )


def _by_round(ground: Ground, rounds: Sequence[tuple[float, float]]) -> FloatArray:
    """Events to be expected within reach of each site (rows) in each round (columns)."""
    weights = np.column_stack([_weight(ground, one) for one in rounds])
    within: FloatArray = ground.reach.matrix @ weights
    return within


def _weight(ground: Ground, one: tuple[float, float]) -> FloatArray:
    first, last = int(one[0] // 60), int(np.ceil(one[1] / 60))
    weight: FloatArray = ground.expected[:, first:last].sum(axis=1)
    return weight


@dataclass
class _Walk:
    """The plan as it grows round by round."""

    ground: Ground
    team: Team
    out: list[Duty]
    rng: np.random.Generator
    stops: list[Stop] = field(default_factory=list)
    covered: float = 0.0

    def __post_init__(self) -> None:
        self.metres = cdist(self.ground.xy, self.ground.xy)
        self.clock = [duty.begins for duty in self.out]
        self.at: list[int | None] = [None] * len(self.out)
        self.made = [0] * len(self.out)

    def add_round(self, one: tuple[float, float], forced: list[Forced]) -> list[int]:
        """Add the stops of a round; the asked grids that found no time are given back."""
        recent = [stop.site for stop in self.stops if stop.minute > one[0] - _RECENT]
        weight = np.where(self.ground.reach.covered(recent), 0.0, _weight(self.ground, one))
        within: FloatArray = self.ground.reach.matrix @ weight
        on_duty, legs = self._legs(one)
        if not on_duty:
            return [each.grid for each in forced if each.asked]
        minutes = _minutes(within)
        pace, sites = self.team.straight_metres_per_minute, [each.site for each in forced]
        spent = Round(self.ground.reach, weight, self.metres, minutes, legs, pace, sites)
        paths = best_routes(spent, self.rng)
        done = [site for path in paths for site in path]
        self.covered += self.ground.reach.value(done, weight)
        why: dict[int, Why] = {f.site: "asked" if f.asked else "waiting" for f in reversed(forced)}
        for officer, path in zip(on_duty, paths, strict=True):
            if self.at[officer] is None and self.rng.random() < 0.5:
                path.reverse()
            for site in path:
                self._go(officer, site, int(minutes[site]), float(within[site]), why)
        return [each.grid for each in forced if each.asked and each.site not in done]

    def _legs(self, one: tuple[float, float]) -> tuple[list[int], list[Leg]]:
        """Who is out in a round, and for how long from when the last round was done."""
        on_duty, legs = [], []
        for officer, duty in enumerate(self.out):
            part = duty.within(*one)
            if part and part[1] - self.clock[officer] >= _SHORTEST:
                self.clock[officer] = max(self.clock[officer], part[0])
                legs.append(Leg(part[1] - self.clock[officer], self.at[officer]))
                on_duty.append(officer)
        return on_duty, legs

    def _go(
        self, officer: int, site: int, minutes: int, expected: float, why: dict[int, Why]
    ) -> None:
        before = self.at[officer]
        if before is not None:
            pace = self.team.straight_metres_per_minute
            self.clock[officer] += float(self.metres[before, site]) / pace
        arrival, position = self.clock[officer], self.made[officer]
        reason = why.get(site, "expected")
        self.stops.append(Stop(officer, position, site, arrival, minutes, expected, reason))
        self.clock[officer] += minutes
        self.at[officer] = site
        self.made[officer] += 1


def _minutes(within: FloatArray) -> FloatArray:
    """How long to stop at each site: longer where more is expected."""
    most = float(within.max(initial=0.0))
    share = within / most if most > 0 else np.zeros(len(within))
    return np.rint(_SHORTEST + (_LONGEST - _SHORTEST) * share)
