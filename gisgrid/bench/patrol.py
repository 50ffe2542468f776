"""``gisgrid bench patrol``: how much of the best cover is found, and how fast."""

from __future__ import annotations

import re
import time
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from gisgrid.bench.results import GISGRID, BenchResult, Row
from gisgrid.errors import InputError
from gisgrid.hotspots.patrols import (
    Cover,
    Reach,
    exact_cover,
    greedy_cover,
    quick_cover,
    reach_within,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gisgrid.bench.results import BenchOptions

__all__ = ["run"]

_USUAL: Final = ("150m-40", "300m-25", "500m-20")
_GREEDY, _EXACT = "greedy", "highs"
_POINTS, _SITES, _SIDE_M = 2000, 300, 5000.0
_CLUSTERS = 60
_TOWNS, _QUICK_TOWNS = 50, 5
_SECONDS: Final = 60.0


class _Town(NamedTuple):
    reach: Reach
    weight: NDArray[np.float64]


class _Found(NamedTuple):
    share: float
    milliseconds: float


def run(options: BenchOptions) -> BenchResult:
    """Run the cases, named by the radius and the number of stops: ``300m-25``.

    Shares are of the bound that HiGHS proves.

    Raises
    ------
    InputError
        A case is not known.
    """
    rows = [row for name in options.cases or _USUAL for row in _case(name, options)]
    return BenchResult("patrol", tuple(rows), compared="milliseconds", higher_is_better=False)


def _case(name: str, options: BenchOptions) -> list[Row]:
    found = re.fullmatch(r"([1-9]\d*)m-([1-9]\d*)", name)
    if found is None:
        raise InputError(
            f"{name!r} is no case of this bench", fix="name a radius and stops: 300m-25"
        )
    radius, count = float(found[1]), int(found[2])
    outcomes: dict[str, list[_Found]] = {GISGRID: [], _GREEDY: [], _EXACT: []}
    towns = _QUICK_TOWNS if options.quick else _TOWNS
    for number in range(towns):
        options.progress(f"{name}: {number + 1}/{towns}")
        for system, one in _search(_town(options.seed + number, radius), count).items():
            outcomes[system].append(one)
    detail = {"towns": towns, "demand_points": _POINTS, "sites": _SITES}
    return [_row(system, name, ones, detail) for system, ones in outcomes.items()
            if options.wants(system)]  # fmt: skip


def _town(seed: int, radius: float) -> _Town:
    """Demand in clusters and anywhere; half of the sites are where demand is."""
    rng = np.random.default_rng(seed)
    centres = rng.random((_CLUSTERS, 2)) * _SIDE_M
    near = centres[rng.integers(0, _CLUSTERS, _POINTS)] + rng.normal(0.0, 150.0, (_POINTS, 2))
    anywhere = rng.random((_POINTS, 2)) * _SIDE_M
    points = np.where(rng.random((_POINTS, 1)) < 0.7, near, anywhere)
    half = _SITES // 2
    there = points[rng.choice(_POINTS, half, replace=False)] + rng.normal(0.0, 60.0, (half, 2))
    sites = np.vstack([there, rng.random((_SITES - half, 2)) * _SIDE_M])
    return _Town(reach_within(sites, points, radius), rng.gamma(0.5, 1.0, _POINTS))


def _search(town: _Town, count: int) -> dict[str, _Found]:
    """Each way in turn on the same town."""
    covers: dict[str, tuple[Cover, float]] = {}
    for system, search in ((GISGRID, quick_cover), (_GREEDY, greedy_cover)):
        begin = time.perf_counter()
        cover = search(town.reach, town.weight, count)
        covers[system] = cover, time.perf_counter() - begin
    begin = time.perf_counter()
    exact = exact_cover(town.reach, town.weight, count, seconds=_SECONDS)
    covers[_EXACT] = exact, time.perf_counter() - begin
    best = exact.bound or exact.value
    return {
        system: _Found(cover.value / best, 1e3 * seconds)
        for system, (cover, seconds) in covers.items()
    }


def _row(system: str, name: str, ones: list[_Found], detail: dict[str, int]) -> Row:
    measures = {
        "milliseconds": median(one.milliseconds for one in ones),
        "median_share": median(one.share for one in ones),
        "worst_share": min(one.share for one in ones),
    }
    return Row(system, name, measures, detail)
